"""Pictures of interventions: what is drawn where, in which colour, and what a click on it stands for."""

import html

import numpy as np
import pytest

from app.figures.colours import FORECAST, NEGATIVE, OBSERVED, POSITIVE, SIMPLE
from app.figures.marks import Marks
from app.figures.use import (
    ABOVE,
    Interval,
    Removal,
    cut_bars,
    deletion_curves,
    interval_dots,
    predicted_against_true,
    response_curves,
    rise_by_step,
    weight_against_effect,
)

SHARE = np.array([0.0, 0.25, 1.0])
LIKE_OTHERS = "<b>$x$"


def curves(**settings):
    drawn = [
        Removal("strongest", SHARE, np.array([2.0, 2.8, 3.0])),
        Removal("random", SHARE, np.array([2.0, 2.2, 3.0])),
    ]
    return deletion_curves(drawn, "km/h", **{"unchanged": 2.0, **settings})


def words(figure) -> str:
    return html.unescape(" ".join(note.text.replace("<br>", " ") for note in figure.layout.annotations))


def test_small_shares_are_drawn_wider_and_named_as_they_are() -> None:
    line = curves().data[0]
    assert np.allclose(line.x, [0, 0.5, 1])
    assert list(line.customdata) == [0, 25, 100]
    assert list(line.y) == [2.0, 2.8, 3.0]
    assert list(curves().layout.xaxis.ticktext) == ["0", "100"]


def test_the_orders_differ_and_the_error_without_change_stands_as_a_line() -> None:
    figure = curves(control=3.5)
    assert [line.line.color for line in figure.data] == [FORECAST, SIMPLE]
    assert {shape.y0 for shape in figure.layout.shapes} == {2.0, 3.5}
    assert "the model as it is: 2.00 km/h" in words(figure)
    assert "no graph at all (gru): 3.50 km/h" in words(figure)
    low, high = figure.layout.yaxis.range
    assert low < 2.0
    assert high > 3.5


@pytest.mark.parametrize("control", [None, np.nan])
def test_without_a_run_without_graph_there_is_no_line_for_it(control: float | None) -> None:
    assert len(curves(control=control).layout.shapes) == 1


def test_no_curve_says_so() -> None:
    assert "nothing was removed" in words(deletion_curves([], "km/h", unchanged=2.0))


def test_intervals_stand_in_rows_and_the_chosen_group_in_full() -> None:
    areas = [Interval("in random order", group, 0.2, 0.1, 0.4) for group in ("zero", "mean")]
    figure = interval_dots([*areas, Interval("weakest first", "mean", -0.1, -0.3, 0.1)], "mph", "mean")
    assert [trace.opacity for trace in figure.data] == [0.6, 1.0]
    assert np.allclose(figure.data[0].error_x.array, 0.2)
    assert np.allclose(figure.data[0].error_x.arrayminus, 0.1)
    assert list(figure.layout.yaxis.ticktext) == ["weakest first", "in random order"]
    assert abs(figure.data[0].y[0] - 1) < 0.4, "the first row is at the top"
    low, high = figure.layout.xaxis.range
    assert low < -0.3
    assert high > 0.4


def test_an_area_without_an_interval_is_a_dot() -> None:
    figure = interval_dots([Interval("weakest first", "zero", 0.2, np.nan, np.nan)], "mph", "zero")
    assert list(figure.data[0].error_x.array) == [0.0]
    assert np.isfinite(figure.layout.xaxis.range).all()
    assert "no area" in words(interval_dots([], "mph", "zero"))


def weights(n: int = 4):
    random = np.random.default_rng(0)
    weight = random.random((n, n)) * (1 - np.eye(n))
    return weight, random.normal(size=(n, n)) * weight


def test_a_dot_is_a_weight_and_carries_receiver_and_sender() -> None:
    weight, effect = weights()
    weight[2, 1] = 0
    figure = weight_against_effect(
        weight, effect, ["a", "b", LIKE_OTHERS, "d"], measure="change", unit="mph", signed=False
    )
    (dots,) = figure.data
    assert sorted(dots.customdata) == [k for k in range(16) if k % 5 and k != 9]
    at = list(dots.customdata).index(3)
    assert dots.x[at] == pytest.approx(weight[0, 3])
    assert dots.y[at] == pytest.approx(abs(effect[0, 3]))
    assert html.unescape(dots.text[list(dots.customdata).index(8)]) == f"{LIKE_OTHERS} hears a"
    assert LIKE_OTHERS not in dots.text[list(dots.customdata).index(8)]
    assert figure.layout.xaxis.type == figure.layout.yaxis.type == "log"


def test_what_raises_the_error_and_what_lowers_it_differ_in_colour() -> None:
    weight, effect = weights()
    figure = weight_against_effect(weight, effect, list("abcd"), measure="rise", unit="mph²", signed=True)
    up, down, dots = figure.data
    assert [(named.name.split()[2], named.marker.color) for named in (up, down)] == [
        ("raises", POSITIVE), ("lowers", NEGATIVE),
    ]  # fmt: skip
    assert all(named.x == (None,) for named in (up, down)), "a legend, no dots"
    expected = [POSITIVE if effect.ravel()[cell] > 0 else NEGATIVE for cell in dots.customdata]
    assert list(dots.marker.color) == expected
    assert expected != sorted(expected), "in no order, so neither lies over the other"
    assert [("raises" in text) for text in dots.text] == [colour == POSITIVE for colour in expected]


def test_many_weights_are_counted_in_cells_and_the_extremes_stay_dots() -> None:
    weight, effect = weights(150)
    ids = [f"s{k}" for k in range(150)]
    figure = weight_against_effect(weight, effect, ids, measure="change", unit="mph", signed=False)
    crowd, dots = figure.data
    assert crowd.type == "heatmap"
    assert np.nansum(crowd.customdata) == 150 * 149
    assert ABOVE <= len(dots.x) <= 2 * ABOVE
    assert int(weight.argmax()) in set(dots.customdata)
    assert int(np.abs(effect).argmax()) in set(dots.customdata)
    assert list(crowd.x) == sorted(crowd.x)


def test_the_chosen_pair_has_a_ring() -> None:
    weight, effect = weights()
    marks = Marks(sensors=(0, 3), pair=(0, 3), theme="dark")
    figure = weight_against_effect(weight, effect, list("abcd"), measure="c", unit="", signed=False, marks=marks)
    ring = figure.data[-1]
    assert (ring.x[0], ring.y[0]) == (weight[0, 3], abs(effect[0, 3]))
    assert ring.marker.color == OBSERVED("dark")


def test_a_head_without_any_weight_says_so() -> None:
    none = np.zeros((3, 3))
    assert "no weight" in words(weight_against_effect(none, none, list("abc"), measure="c", unit="", signed=False))


def test_predictions_stand_against_the_truth_on_equal_axes() -> None:
    figure = predicted_against_true(np.array([0.1, 0.2, np.nan]), np.array([0.1, 0.3, 1.0]), "mph")
    assert list(figure.data[0].x) == [0.1, 0.2]
    assert figure.layout.xaxis.range == figure.layout.yaxis.range
    assert "no weight was cut" in words(predicted_against_true(np.array([]), np.array([]), "mph"))


def test_bars_say_the_share_of_the_error_and_keep_their_place() -> None:
    figure = cut_bars(["head 1", LIKE_OTHERS], np.array([0.5, -0.1]), "mph", per_cent_of=2.0, chosen=[1])
    bars, sizes = figure.data
    assert list(sizes.text) == [" 0.500 (+25.0 %)", " −0.100 (−5.0 %)"]
    assert list(sizes.x) == [0.5, 0.0], "beside the names there is no room"
    assert list(bars.customdata) == [0, 1]
    assert list(bars.marker.color) == [POSITIVE, NEGATIVE]
    assert list(bars.marker.opacity) == [0.45, 1.0]
    assert html.unescape(figure.layout.yaxis.ticktext[1]) == LIKE_OTHERS
    assert figure.layout.yaxis.range[0] > figure.layout.yaxis.range[1], "the first is at the top"
    low, high = figure.layout.xaxis.range
    assert low < -0.1
    assert high > 0.6, "the words beside a bar have room"
    shared = [
        cut_bars(["a"], np.array([rise]), "mph", per_cent_of=2.0, span=(-0.1, 0.5)).layout.xaxis.range
        for rise in (0.5, -0.1)
    ]
    assert shared[0] == shared[1] == (low, high), "figures that are compared have one scale"


def test_the_chosen_cut_is_in_full_and_the_others_are_faint() -> None:
    rises = {"all heads": np.array([0.1, 0.2]), "head 1": np.array([0.0, 0.1])}
    named, *lines = rise_by_step(np.array([5.0, 10.0]), rises, "mph", full=["all heads"], others="single heads").data
    assert (named.name, named.line.color) == ("single heads", SIMPLE)
    assert [line.line.color for line in lines] == [FORECAST, SIMPLE]
    assert [line.showlegend for line in lines] == [True, False]
    assert list(lines[0].x) == [5, 10]
    assert "nothing was cut" in words(rise_by_step(np.array([5.0]), {}, "mph"))


TIMES = np.datetime64("2024-03-04T08:00") + np.arange(3) * np.timedelta64(15, "m")


def response(changed=(1.0, 0.5, 0.5), **settings):
    return response_curves(
        TIMES, np.ones(3), np.array(changed), TIMES[-1] + np.arange(1, 3) * np.timedelta64(15, "m"),
        np.array([1.0, 1.1]), np.array([0.6, 0.9]), observed=np.array([1.0, np.nan]), sensor=LIKE_OTHERS,
        quantity="speed", unit="km/h", span=(0.0, 2.0), **settings,
    )  # fmt: skip


def test_both_forecasts_begin_where_their_inputs_end() -> None:
    lines = {line.name: line for line in response().data}
    assert list(lines) == ["observed", "made to see", "forecast", "forecast, changed"]
    assert lines["forecast"].y[0] == 1.0
    assert lines["forecast, changed"].y[0] == 0.5
    assert np.allclose(lines["forecast, changed"].y[1:], [0.6, 0.9])
    assert len(lines["observed"].x) == 5
    assert np.isnan(lines["observed"].y[-1])
    assert lines["forecast"].line.dash != lines["forecast, changed"].line.dash
    assert html.unescape(response().layout.title.text) == LIKE_OTHERS


def test_a_sensor_that_was_not_changed_has_no_line_for_it_and_the_looked_at_time_is_marked() -> None:
    figure = response(changed=(1.0, 1.0, 1.0), chosen=TIMES[-1] + np.timedelta64(30, "m"))
    assert "made to see" not in {line.name for line in figure.data}
    marks = [shape for shape in figure.layout.shapes if shape.name == "chosen"]
    assert [np.float64(mark.x0).astype("datetime64[ms]") for mark in marks] == [np.datetime64("2024-03-04T09:00")]
