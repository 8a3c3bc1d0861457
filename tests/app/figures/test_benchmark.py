"""Figures of the benchmark: every seed is there, the front is filled, a bar that was not measured says why."""

import numpy as np
import pytest

from app.figures.benchmark import Front, fronts, row_dots, step_bars
from app.figures.colours import MEASURE, SIMPLE


def words(figure) -> str:
    return " ".join(note.text for note in figure.layout.annotations).replace("<br>", " ")


def test_a_row_shows_every_seed_its_mean_and_its_deviation() -> None:
    figure = row_dots(["a", "<b>", "c", "d"], [[1.0, 3.0], [], [2.0], [5.0]], "RMSE", bold=0, faint=[2])
    seeds, mean, fixed = figure.data
    assert list(seeds.x) == [1.0, 3.0, 2.0, 5.0]
    assert list(seeds.y) == [0, 0, 2, 3]
    assert list(mean.x) == [2.0, 5.0]
    np.testing.assert_allclose(mean.error_x.array, [np.sqrt(2), 0])
    assert (mean.marker.color, fixed.marker.color) == (MEASURE, SIMPLE)
    assert (list(fixed.x), list(fixed.y)) == ([2.0], [2])
    assert list(figure.layout.yaxis.ticktext) == ["<b>a</b>", "&#60;b&#62; (not measured)", "c", "d"]
    assert mean.text[0] == "a<br>2.00 ± 1.41, 2 seeds"
    assert not figure.layout.shapes


def test_a_line_stands_where_the_whole_is() -> None:
    assert row_dots(["a"], [[1.0]], "RMSE", line=0.5).layout.shapes[0].x0 == 0.5
    assert not row_dots(["a"], [[1.0]], "RMSE", line=float("nan")).layout.shapes


def test_nothing_measured_is_said() -> None:
    assert "nothing of this was measured" in words(row_dots(["a", "b"], [[], []], "RMSE"))
    assert "no weight of the penalty" in words(fronts([Front("m", [], [], [], [])], "share", "error"))
    assert "no step was timed" in words(step_bars(["a"], [[]], ["too large"]))


def test_the_front_is_filled_and_models_differ_by_mark_and_dash() -> None:
    first = Front("one", [0.1, 0.9], [2.0, 3.0], ["0", "1"], [True, False])
    second = Front("two", [0.5], [2.5], ["0"], [True])
    figure = fronts([first, second], "small", "RMSE")
    one, two = figure.data
    assert list(one.x) == [10, 90]
    assert list(one.marker.symbol) == ["circle", "circle-open"]
    assert one.marker.symbol[0] != two.marker.symbol[0]
    assert (one.line.dash, two.line.dash) == ("solid", "dash")
    assert list(one.text) == ["λ 0", "λ 1"]
    low, high = figure.layout.yaxis.range
    assert low < 2 < 3 < high


def test_points_that_lie_together_have_one_text_and_keep_their_own_under_the_pointer() -> None:
    model = Front("m", [0.1, 0.11, 0.1, 0.9], [2.0, 2.0, 2.01, 3.0], ["0", "10⁻⁴", "0.1", "1"], [True] * 4)
    (line,) = fronts([model], "small", "RMSE").data
    assert list(line.text) == ["λ 0 to 0.1", "", "", "λ 1"]
    assert list(line.customdata) == ["0", "10⁻⁴", "0.1", "1"]
    apart = Front("m", [0.1, 0.5, 0.11], [2.0, 2.5, 2.0], ["0", "1", "2"], [True] * 3)
    (line,) = fronts([apart], "small", "RMSE").data
    assert list(line.text) == ["λ 0, 2", "λ 1", ""]


def test_one_point_alone_has_an_axis() -> None:
    low, high = fronts([Front("m", [0.5], [0.0], ["0"], [True])], "small", "RMSE").layout.yaxis.range
    assert low < 0 < high


def test_bars_are_medians_beside_the_floor_on_a_logarithmic_axis() -> None:
    figure = step_bars(
        ["floor", "ours", "slow", "left out"], [[0.1], [0.4, 0.2, 0.3], [10.0], []], ["", "", "", "needs 14 GB <b>"],
        bold="ours", floor="floor",
    )  # fmt: skip
    bars, texts = figure.data
    np.testing.assert_allclose(bars.x, [0.1, 0.3, 10.0])
    assert list(bars.marker.color) == [SIMPLE, MEASURE, SIMPLE]
    np.testing.assert_allclose(bars.error_x.array, [0, 0.1, 0], atol=1e-12)
    assert list(texts.x) == [0.1, 0.4, 10.0], "beyond the whisker"
    assert [text.strip() for text in texts.text] == ["0.100 s", "0.300 s, 3.00 ×", "10.0 s, 100 ×"]
    assert figure.layout.xaxis.type == "log"
    low, high = figure.layout.xaxis.range
    assert low < -1
    assert high > 1
    assert figure.layout.shapes[0].x0 == pytest.approx(0.1)
    assert "needs 14 GB &#60;b&#62;" in words(figure)
    assert list(figure.layout.yaxis.ticktext)[1] == "<b>ours</b>"


def test_without_a_floor_there_is_no_line() -> None:
    assert not step_bars(["a"], [[1.0]], [""], floor="floor").layout.shapes
