"""The verdict's line on use: what a cut must cost, with which interval, and what the order of pairs adds."""

from dataclasses import replace

import pytest

from analysis.deletion import Area
from app.evidence.commands import bare
from app.reading.use import use_answer
from app.reading.verdict import Verdict, verdict
from app.reading.verdict_line import Line
from app.reading.verdict_summary import overall, verdict_table
from app.reading.verdict_used import used_line
from core.data.about import UNSTATED
from tests.app.verdict_made import lows, use


def test_used_takes_a_rise_and_an_order_that_matters() -> None:
    line = used_line("h0", use(0.08, lows("zero", "mean", "rewire")), "km/h")
    assert line.state == "yes"
    words = bare(line.sentence).replace("\u00a0", " ")
    assert "without it the mean absolute error of 2.00 km/h rises by 0.160 km/h (8.0 %, 95 % interval" in words
    assert "interval 6.4 % to 9.6 %)" in words
    assert "In all heads together, removing the strongest pairs first costs more than random ones" in words
    assert "and ones of the same length in 3 of 3 ways" in words
    assert line.common.startswith("In all heads together"), "the same beside every head"
    assert "together" not in line.own
    assert "0.20 km/h" not in words
    assert "95 % interval 0.10 to 0.30" in words


@pytest.mark.parametrize(
    ("rise", "ways", "state"),
    [
        (0.01, ("zero", "mean"), "yes"),
        (0.0099, ("zero", "mean"), "faint"),
        (0.08, ("zero",), "yes"),
        (0.08, (), "yes"),
        (0.001, (), "faint"),
        (0.0009, ("zero", "mean", "rewire"), "no"),
        (0.0, (), "no"),
        (-0.05, ("zero", "mean", "rewire"), "harmful"),
        (-0.0009, ("zero", "mean", "rewire"), "no"),
    ],
)
def test_thresholds_of_use(rise: float, ways: tuple[str, ...], state: str) -> None:
    assert used_line("h0", use(rise, lows(*ways)), "km/h").state == state


def test_an_order_that_edges_of_the_same_length_explain_does_not_count() -> None:
    line = used_line("h0", use(0.08, lows("zero", "mean", "rewire", length=-0.01)), "")
    assert line.state == "yes", "it is used, whatever its strong pairs are worth"
    words = line.common.replace("\u00a0", " ")
    assert "that strong pairs matter more is not shown: removing the strongest pairs first costs more than" in words
    assert "in none of 3 ways of removing (set to zero, beside random ones by" in words
    without = {key: low for key, low in lows("zero", "mean").items() if key[1] == "random"}
    text = used_line("h0", use(0.08, without), "").common.replace("\u00a0", " ")
    assert "costs more than random ones in 2 of 3 ways" in text, "without coordinates there is no length"


def test_that_an_order_matters_is_neither_said_nor_denied_where_intervals_do_not_say_so() -> None:
    """As the demo's gat-gru: more where set to the mean, less where set to zero, open where moved."""

    def order(*ways: tuple[str, float, float], heads: tuple[str, ...] = ("h0",)) -> str:
        areas = tuple(Area(way, beside, (low + high) / 2, low, high) for way, low, high in ways
                      for beside in ("random", "length"))  # fmt: skip
        line = used_line("h0", replace(use(0.08, {}, heads), areas=areas), "km/h")
        assert line.state == "yes"
        assert "does not matter" not in line.sentence
        return bare(line.common).replace("\u00a0", " ")

    more, less, wide = (0.1, 0.5), (-0.4, -0.1), (-0.4, 0.2)
    assert order(("zero", *less), ("mean", *more), ("rewire", *wide)) == (
        "That strong pairs matter more is not shown, since the ways of removing disagree: beside random ones and ones "
        "of the same length, removing the strongest pairs first costs more with weights set to the mean (beside random "
        "ones by 0.300 km/h, 95 % interval 0.10 to 0.50) and less with weights set to zero (beside random ones by "
        "0.250 km/h, 95 % interval 0.10 to 0.40); it cannot be told with weights moved to other pairs."
    )
    one = order(("zero", *wide), ("mean", *more), ("rewire", *wide))
    assert one.startswith("That strong pairs matter more is not shown, since the ways of removing disagree: beside")
    assert one.endswith("; it cannot be told with weights set to zero and moved to other pairs.")
    none = order(("zero", *wide), ("mean", *wide), ("rewire", *wide), heads=("h0", "h1"))
    assert none == (
        "In all heads together, that strong pairs matter more is not shown: removing the strongest pairs first costs "
        "more than random ones and ones of the same length, with a whole interval above 0, in none of 3 ways of "
        "removing (set to zero, beside random ones by −0.100 km/h, 95 % interval −0.40 to 0.20)."
    )
    never = order(("zero", *less), ("mean", *less), ("rewire", *less))
    assert "disagree" not in never
    assert never.endswith("costs less with weights set to zero, set to the mean and moved to other pairs (set to zero, "
                          "beside random ones by 0.250 km/h, 95 % interval 0.10 to 0.40).")  # fmt: skip
    most = order(("zero", *more), ("mean", *more), ("rewire", *less))
    assert most.startswith("Removing the strongest pairs first costs more than random ones and ones of the same length "
                           "in 2 of 3 ways of removing (")  # fmt: skip
    assert most.endswith("; with weights moved to other pairs it costs less.")


def test_an_order_that_could_not_be_tested_leaves_it_used() -> None:
    for areas in ({}, {("zero", "random"): float("nan")}):
        line = used_line("h0", use(0.08, areas), "")
        assert line.state == "yes"
        assert "whether strong pairs matter more could not be tested" in line.sentence


def test_what_costs_nothing_is_ignored_and_what_helps_to_cut_is_used_to_harm() -> None:
    assert used_line("h0", use(0.0, {}), "").sentence.startswith("Ignored: without it")
    harmful = used_line("h0", use(-0.05, {}), "mph").sentence
    assert harmful.startswith("Used, to its harm")
    assert "falls by 0.100 mph (5.0 %, 95 % interval 4.0 % to 6.0 %)" in bare(harmful).replace("\u00a0", " ")
    assert used_line("h0", use(float("nan"), {}), "").state == "untested"


@pytest.mark.parametrize(
    ("rise", "spread", "state", "begin"),
    [
        (0.08, 0.0799, "yes", "It matters: "),
        (0.08, 0.0801, "unclear", "Cannot be told from these 64 windows: "),
        (-0.05, 0.049, "harmful", "Used, to its harm: "),
        (-0.05, 0.051, "unclear", "Cannot be told from these 64 windows: "),
        (0.0, 0.0009, "no", "Ignored: "),
        (0.0, 0.02, "unclear", "Cannot be told from these 64 windows: "),
        (0.0008, 0.0005, "no", "Hardly used: "),
        (0.08, float("nan"), "unclear", "Cannot be told: "),
    ],
)
def test_use_is_said_of_what_the_interval_bears_out(rise: float, spread: float, state: str, begin: str) -> None:
    line = used_line("h0", use(rise, lows("zero", "mean", "rewire"), spread=spread), "km/h")
    words = bare(line.sentence).replace("\u00a0", " ")
    assert (line.state, words[: len(begin)]) == (state, begin)
    if begin.endswith("windows: "):
        assert words.endswith("A longer test part could tell, with windows of more days.")


def test_heads_of_which_it_cannot_be_told_are_counted() -> None:
    unclear = Verdict("h0", Line("yes", "…"), Line("unclear", "…"), Line("yes", "…"))
    used = replace(unclear, used=Line("yes", "…"))
    assert unclear.used.said == "unclear"
    assert "neither clearly used nor clearly ignored" in overall([unclear])
    assert "1 is used by the model (of 2 it cannot be told)" in overall([used, unclear, unclear])
    assert ":material/help: unclear" in verdict_table([unclear])


def test_what_does_harm_and_what_hardly_does_anything_have_words_of_their_own() -> None:
    harmful = verdict("h0", None, use(-0.1, {}, spread=0.05), None)
    assert harmful.used.said == "harmful"
    assert "used by the model to its harm" in overall([harmful])
    assert "ignored" not in overall([harmful])
    assert ":material/warning: harmful" in verdict_table([harmful])
    used = verdict("h0", None, use(0.08, {}), None)
    assert "1 is used by the model to its gain (1 to its harm)" in overall([used, harmful]).replace("\u00a0", " ")
    assert "none is used by the model to its gain (2 to its harm)" in overall([harmful, harmful])
    hardly = verdict("h0", None, use(0.0008, {}, spread=0.0005), None)
    assert hardly.used.said == "hardly"
    assert "hardly used by the model" in overall([hardly])
    assert "ignored" in overall([verdict("h0", None, use(0.0, {}), None)])


@pytest.mark.parametrize(
    ("rise", "spread", "answer", "line", "headline"),
    [
        (0.003, 0.001, "matters a little", "It matters a little", "slightly used by the model"),
        (0.08, 0.02, "is off by **0.160", "It matters:", "is not tested against chance, used by the model"),
        (-0.1, 0.05, "to its harm", "Used, to its harm", "to its harm"),
        (0.0, 0.0005, "ignores", "Ignored", "ignored"),
        (0.0008, 0.0005, "hardly uses", "Hardly used", "hardly used"),
        (0.15, float("nan"), "cannot be told", "Cannot be told", "neither clearly used nor clearly ignored"),
        (0.15, 0.2, "cannot be told", "Cannot be told", "neither clearly used nor clearly ignored"),
    ],
)
def test_answer_verdict_and_headline_say_the_same_of_a_cut(
    rise: float, spread: float, answer: str, line: str, headline: str
) -> None:
    made = use(rise, {}, ("h0",), spread=spread)
    one = verdict("h0", None, made, None)
    assert answer in use_answer(made, "h0", "km/h").replace("\u00a0", " ")
    assert one.used.sentence.startswith(line)
    assert headline in overall([one])


def test_a_perfect_model_whose_weights_matter_is_told_without_shares() -> None:
    words = bare(used_line("h0", replace(use(0.08, {}), mae=0.0), "").sentence).replace("\u00a0", " ")
    assert words.startswith("It matters: without it the mean absolute error of 0 rises by 0.160 (95 % interval 0.128")


def test_where_no_unit_is_stated_the_numbers_stand_alone() -> None:
    found = use(0.08, lows("zero", "mean", "rewire"))
    assert used_line("h0", found, UNSTATED) == used_line("h0", found, "")
    assert UNSTATED not in used_line("h0", found, UNSTATED).sentence
