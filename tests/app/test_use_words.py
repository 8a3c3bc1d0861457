"""What is said of cuts and of changed inputs, and the tables that hold it."""

from dataclasses import replace

import numpy as np
import pytest

from app.reading import use as said
from app.tables.use import (
    area_table,
    curve_table,
    cut_table,
    effect_order,
    effect_table,
    response_order,
    response_table,
    sample_table,
)
from app.views.what_if_defaults import default_amount, default_window, hour_steps, round_step, window_at
from tests.app.conftest import N
from tests.app.evidence_made import made_use, turned

IDS = [f"S{k:02d}" for k in range(N)]
ROWS = np.zeros((300, 2))
FIRST = np.arange(12, 290)
TIMES = np.datetime64("2024-03-02T00:00", "m") + 15 * np.arange(300)  # a Saturday


def test_without_a_time_a_whole_window_of_a_weekday_morning_is_shown() -> None:
    window = default_window(TIMES, FIRST, ROWS, 12)
    assert TIMES[FIRST[window] - 1] == np.datetime64("2024-03-04T08:00")
    gappy = ROWS.copy()
    gappy[np.datetime64("2024-03-04T09:30") > TIMES, 0] = np.nan
    at = TIMES[FIRST[default_window(TIMES, FIRST, gappy, 12)] - 1]
    assert at == np.datetime64("2024-03-04T12:15"), "the first whose twelve inputs are all there"
    few = np.zeros((300, 50))
    few[::5, 0] = np.nan  # every window has a few
    assert default_window(TIMES, FIRST, few, 12) == window


def test_the_nearest_window_is_taken_where_there_is_none_at_a_time() -> None:
    first = np.array([12, 13, 200])
    assert window_at(TIMES, first, TIMES[12]) == 1
    assert window_at(TIMES, first, TIMES[50]) == 1
    assert window_at(TIMES, first, TIMES[150]) == 2


def test_an_hour_is_at_least_one_input_and_at_most_all() -> None:
    assert [hour_steps(12, minutes) for minutes in (1, 5, 15, 90, 1440)] == [12, 12, 4, 1, 1]
    assert [round_step(size) for size in (1.0, 0.3, 24.0)] == [1.0, 0.2, 20.0]


def test_tables_hold_what_was_measured() -> None:
    result = made_use()
    cuts = cut_table(result, "km/h", [15, 30, 45, 60])
    assert len(cuts) == len(result.cuts)
    assert cuts["rise of MAE [km/h]"][0] == pytest.approx(0.3125)
    assert cuts["rise of MAE [%]"][0] == pytest.approx(15.625)
    assert (cuts["from [km/h]"][0], cuts["to [km/h]"][0]) == pytest.approx((0.25, 0.375))
    assert cuts["rise of MAE at 60 min [km/h]"][0] == pytest.approx(0.5)
    assert set(cuts["error of"][cuts["kind"] == "inputs"]) == {"that sensor"}
    assert set(cuts["error of"][cuts["kind"] != "inputs"]) == {"all sensors"}
    weights = effect_table(result, 1, IDS, "km/h")
    assert weights["weight"].is_monotonic_decreasing
    receiver, sender = divmod(int(effect_order(result, 1)[0]), N)
    assert (weights["sensor"][0], weights["hears"][0]) == (IDS[receiver], IDS[sender])
    assert weights["weight"][0] == result.effects.weight[1].max()
    assert len(weights) == N * (N - 1)
    sample = sample_table(result, IDS, "km/h")
    assert np.allclose(sample["rise of MSE, true [(km/h)²]"], 1.1 * sample["rise of MSE, predicted [(km/h)²]"])
    assert len(curve_table(result, "km/h")) == sum(len(curve.share) for curve in result.curves)
    assert len(area_table(result, "km/h")) == len(result.areas)


def test_those_who_respond_most_come_first() -> None:
    before, after = np.zeros((2, 3)), np.array([[0.0, -3.0, 1.0], [0.5, 0.0, 2.0]])
    assert response_order(after - before).tolist() == [1, 2, 0]
    frame = response_table(before, after, ["a", "b", "c"], "mph", [5, 10], [2])
    assert frame["sensor"].tolist() == ["b", "c", "a"]
    assert frame["changed itself"].tolist() == [False, True, False]
    assert frame["change at 5 min [mph]"].tolist() == [-3.0, 1.0, 0.0]


def test_a_perfect_model_and_a_unit_with_a_hyphen_are_told_of() -> None:
    perfect = said.use_answer(replace(made_use(), mae=0.0), "head 1", "mph").replace("\u00a0", " ")
    assert "the model is off by **0.312 mph more** (95 % interval 0.250 to 0.375):" in perfect, "no share of nothing"
    cuts = tuple(turned(cut, -1) if cut.kind == "head" else cut for cut in made_use().cuts)
    text = said.use_answer(replace(made_use(), cuts=cuts), "head 1", "veh-h").replace("\u00a0", " ").replace("\\", "")
    gained = text.split("alone gains ")[1]
    assert "veh-h" in gained
    assert not gained.startswith("-")


def test_a_model_that_ignores_its_graph_is_told_so() -> None:
    result = made_use()
    small = tuple(turned(cut, 1e-3) for cut in result.cuts)
    text = said.use_answer(replace(result, cuts=small), "head 1", "mph")
    assert text.startswith("The model ignores what its sensors tell each other")
    assert "Cutting head 1 alone changes next to nothing" in text
    worse = tuple(turned(cut, -1) for cut in result.cuts)
    text = said.use_answer(replace(result, cuts=worse), "head 1", "mph").replace("\u00a0", " ")
    assert "0.312 mph less" in text
    assert "Cutting head 1 alone gains 0.188 mph" in text


def test_a_rise_whose_interval_holds_zero_is_no_rise() -> None:
    result = made_use()
    wide = tuple(replace(cut, low=cut.rise - 0.4, high=cut.rise + 0.4) for cut in result.cuts)
    text = said.use_answer(replace(result, cuts=wide), "head 1", "mph").replace("\u00a0", " ")
    assert text.startswith("Whether the model gains by what its sensors tell each other cannot be told from these")
    assert "2.31 mph instead of 2.00 mph (95 % interval −4.4 % to 35.6 %)" in text
    assert text.endswith("What cutting head 1 alone does cannot be told (95 % interval −10.6 % to 29.4 %).")
    near = tuple(turned(replace(cut, low=cut.rise - 20.0, high=cut.rise + 20.0), 1e-3) for cut in result.cuts)
    text = said.use_answer(replace(result, cuts=near), "head 1", "mph")
    assert text.startswith("Whether"), "small, but nobody knows how small"
    without = tuple(replace(cut, low=np.nan, high=np.nan) for cut in result.cuts)
    text = said.use_answer(replace(result, cuts=without), "head 1", "mph").replace("\u00a0", " ")
    assert text.startswith("Whether the model gains by"), "without an interval nobody knows"
    assert "2.31 mph instead of 2.00 mph (one stretch of windows alone gives no interval)" in text
    assert "What cutting head 1 alone does cannot be told (one stretch" in text
    blind = replace(result, mae=float("nan"))
    assert said.use_answer(blind, "head 1", "mph").startswith("Nothing was observed in the test part")


def test_a_live_cut_says_what_its_windows_tell() -> None:
    made, moved = made_use().cuts[0], np.array([0.3, 0.4])

    def live(cut: object) -> str:
        return said.live_sentence("all", moved, cut, "mph", 2.0).replace("\u00a0", " ")

    assert "the error rises by **0.312 mph** (15.6 %, 95 % interval 12.5 % to 18.8 %)" in live(made)
    assert "the error falls by **0.312 mph** (15.6 %, 95 % interval 12.5 % to 18.8 %)" in live(turned(made, -1))
    assert "cannot be told from these windows (95 % interval −1.0 % to 18.8 %)" in live(replace(made, low=-0.02))
    assert "the error stays as it is" in live(turned(made, 1e-4))
    assert "nothing was observed" in live(replace(made, rise=np.nan, low=np.nan, high=np.nan))
    alone = live(replace(made, low=np.nan, high=np.nan))
    assert "whether the error rises cannot be told from these windows (one stretch of windows alone gives" in alone


@pytest.mark.parametrize(
    ("rise", "low", "high", "word"),
    [
        (np.nan, np.nan, np.nan, "unknown"),
        (15.0, np.nan, np.nan, "unsure"),
        (0.0, 0.0, 0.0, "nothing"),
        (0.05, -0.09, 0.09, "nothing"),
        (0.05, -0.09, 0.1, "unsure"),
        (0.05, 0.01, 0.1, "hardly"),
        (-0.05, -0.1, -0.01, "hardly"),
        (0.1, 0.05, 0.3, "little"),
        (0.99, 0.5, 1.5, "little"),
        (1.0, 0.5, 1.5, "much"),
        (1.0, -0.1, 3.0, "unsure"),
        (-0.1, -0.2, -0.01, "harm"),
    ],
)
def test_one_set_of_thresholds_tells_what_a_cut_is_worth(rise: float, low: float, high: float, word: str) -> None:
    cut = replace(made_use().cuts[0], rise=rise, low=low, high=high)
    assert said.worth_of(cut, 100.0) == word
    assert said.worth_of(cut, float("nan")) == "unknown"


def test_curves_say_what_their_right_end_is() -> None:
    assert "no weight is left" in said.curves_caption("zero")
    for removal in ("mean", "rewire"):
        assert "no weight is left" not in said.curves_caption(removal)
    assert "insertion" in said.curves_caption("mean")
    assert "insertion" not in said.curves_caption("rewire"), "strong weights may have changed places with weak ones"


def test_sensors_lose_only_where_their_interval_says_so() -> None:
    def sentence(*ends: tuple[float, float, float]) -> str:
        cut = made_use().cuts[-1]
        lost = [replace(cut, rise=rise, low=low, high=high) for rise, low, high in ends]
        return said.sensors_sentence(lost, list("abcd"), "mph", 2.0).replace("\u00a0", " ")

    clear, wide, better = (0.4, 0.3, 0.5), (0.5, -0.1, 1.1), (-0.3, -0.4, -0.2)
    never = (np.nan, np.nan, np.nan)
    text = sentence(clear, wide, better, never)
    assert text.startswith("1 of 3 sensors loses by it (at least 0.1 % of the error of all,")
    assert "of the error of all, with a 95 % interval above 0), most `a` with 0.400 mph" in text, "b is not sure"
    assert "; 1 is off by less without it, with an interval below 0. " in text
    assert text.endswith("not corrected for their number: of sensors that lose nothing, about one in forty would lie "
                         "above 0.")  # fmt: skip
    none = sentence(wide, better)
    assert none.startswith("None of 2 sensors is shown to lose by it (")
    assert "most" not in none
    assert "`" not in none
    blind = sentence((0.5, np.nan, np.nan), (0.2, np.nan, np.nan))
    assert blind == (
        "Which sensors lose by it cannot be told: one stretch of windows alone gives no interval. The largest rise is "
        "that of `a` with 0.500 mph."
    )
    assert sentence((-0.5, np.nan, np.nan)).endswith("gives no interval.")
    assert sentence(never) == "Nothing was observed, so no sensor's loss can be given."


def test_areas_are_judged_by_their_whole_interval() -> None:
    areas = made_use().areas
    mixed = [
        replace(areas[0], low=-0.1, high=0.5), replace(areas[1], value=-0.2, low=-0.3, high=-0.1),
        replace(areas[2], low=np.nan, high=np.nan),
    ]  # fmt: skip
    text = said.areas_sentence(mixed, "zero", "mph").replace("\u00a0", " ")
    assert "less than removing random ones of the same length (0.200 mph, 95 % interval 0.100 to 0.300)" in text
    assert "removing as many at random (0.200 mph, 95 % interval −0.100 to 0.500)" in text
    assert "cannot be told from removing as many at random (" in text
    assert "and removing the weakest first (0.400 mph, without an interval)" in text
    assert said.areas_sentence([], "zero", "mph") == ""


def test_the_response_names_who_moves_most() -> None:
    change = np.array([[-5.0, 0.1, 0.0], [-4.0, -0.6, 0.0]])
    asked = {"changed": [0], "ids": ["A", "B", "C"], "unit": "mph", "minutes": [5.0, 10.0]}
    text = said.response_answer(change, amount=-10.0, alone=False, **asked).replace("\u00a0", " ")
    assert text == (
        "Dropping `A` by 10.0 mph moves its own forecast by up to **−5.00 mph**, 5 minutes ahead; of the others, that "
        "of `B` most: **−0.600 mph**, 10 minutes ahead."
    )
    assert said.response_answer(change, amount=0.0, alone=False, **asked).startswith("Nothing is changed yet")


def test_that_no_other_responds_is_read_off_the_response_and_not_off_the_model() -> None:
    asked = {"changed": [0], "ids": ["A", "B", "C"], "unit": "mph", "minutes": [5.0, 10.0], "amount": 10.0}
    still = np.array([[5.0, 0.0, 1e-6], [4.0, 0.0, 0.0]])  # but for rounding
    text = said.response_answer(still, alone=True, **asked)
    assert text.startswith("Raising `A`")
    assert text.endswith("and no other at all: this model lets no sensor hear another.")
    assert said.response_answer(still, alone=False, **asked).endswith("ahead, and no other at all.")
    for alone in (True, False):
        moved = said.response_answer(still + np.array([0.0, -0.6, 0.0]), alone=alone, **asked)
        assert "of the others, that of `B` most: **−0.600 mph**" in moved.replace("\u00a0", " ")
        assert "hear" not in moved
    nobody = said.response_answer(np.zeros((2, 1)), alone=False, **{**asked, "ids": ["A"]})
    assert nobody.endswith("and no other at all."), "there is no other"


def test_what_could_not_be_changed_in_full_is_said() -> None:
    assert said.held_back(-10.0, np.full((2, 2), -10.0), "mph") == ""
    moved = np.array([[-10.0, -4.0], [-10.0, -8.0]])
    text = said.held_back(-10.0, moved, "mph").replace("\u00a0", " ")
    assert text.startswith("2 of 4 values could not be changed in full")
    assert "move by −8.00 mph on average" in text


def test_without_an_amount_the_change_has_room_in_what_was_seen() -> None:
    room = {"least": 5.0, "largest": 70.0, "wanted": 30.0, "size": 1.0}
    assert default_amount(np.array([[60.0, np.nan], [36.5, 65.0]]), **room) == -30.0
    assert default_amount(np.array([[25.4]]), **room) == -20.0, "in whole steps"
    assert default_amount(np.array([[8.0], [30.0]]), **room) == 30.0, "a small drop gives way to a larger rise"
    assert default_amount(np.array([[8.0], [69.5]]), **room) == -3.0
    assert default_amount(np.array([[5.0], [70.0]]), **room) == -30.0, "no room at all"
    assert default_amount(np.array([[np.nan]]), **room) == -30.0
