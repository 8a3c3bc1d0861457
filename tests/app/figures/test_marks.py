"""What is selected is marked where it is, in whatever order sensors are drawn; what a browser sends is checked."""

import numpy as np
import plotly.graph_objects as go
import pytest
from hypothesis import given
from hypothesis import strategies as some

from app.figures.communities import confusion_heatmap
from app.figures.forecasts import error_by_sensor, forecast_curves
from app.figures.marks import FADED, Marks, cell_of, index_of, mark_cells
from app.figures.matrix import drawn_cell, matrix_heatmap, similarity_heatmap, weight_histogram
from app.figures.spectrum import eigenvector_bars

ORDER = np.array([2, 0, 3, 1])
IDS = ["a", "b", "c", "d"]


def shapes(figure: go.Figure, kind: str) -> list[go.layout.Shape]:
    return [shape for shape in figure.layout.shapes if shape.type == kind and shape.name == "chosen"]


def test_the_box_of_a_pair_is_around_the_cell_that_holds_its_weight() -> None:
    matrix = np.arange(16.0).reshape(4, 4)
    figure = matrix_heatmap(matrix, IDS, ORDER, marks=Marks(pair=(3, 0)))
    (frame, _) = shapes(figure, "rect")
    column, row = (frame.x0 + frame.x1) / 2, (frame.y0 + frame.y1) / 2
    assert figure.data[0].z[int(row)][int(column)] == matrix[3, 0]


def test_a_click_in_that_box_is_that_pair() -> None:
    figure = mark_cells(go.Figure(), Marks(pair=(3, 0)), ORDER)
    (frame, _) = shapes(figure, "rect")
    assert cell_of([int((frame.y0 + frame.y1) / 2), int((frame.x0 + frame.x1) / 2)], ORDER) == (3, 0)


@given(some.permutations(range(7)), some.integers(1, 3), some.tuples(some.integers(0, 6), some.integers(0, 6)))
def test_a_marked_pair_lies_in_the_block_that_a_click_would_hit(
    order: list[int], size: int, pair: tuple[int, int]
) -> None:
    figure = mark_cells(go.Figure(), Marks(pair=pair), np.array(order), size)
    (frame, _) = shapes(figure, "rect")
    place = {sensor: k // size for k, sensor in enumerate(order)}
    assert ((frame.y0 + frame.y1) / 2, (frame.x0 + frame.x1) / 2) == (place[pair[0]], place[pair[1]])


def test_chosen_sensors_are_ticked_at_their_row_and_at_their_column() -> None:
    figure = mark_cells(go.Figure(), Marks(sensors=(1,)), ORDER)
    across, down = shapes(figure, "line")
    assert (across.x0 + across.x1) / 2 == 3
    assert across.yref == "y domain"
    assert (down.y0 + down.y1) / 2 == 3
    assert down.xref == "x domain"


def test_a_community_that_stands_together_is_framed_and_one_that_does_not_is_only_ticked() -> None:
    together = mark_cells(go.Figure(), Marks(members=np.array([True, False, True, False])), ORDER)
    frame = shapes(together, "rect")[0]
    assert (frame.x0, frame.x1, frame.y0, frame.y1) == (-0.5, 1.5, -0.5, 1.5)
    apart = mark_cells(go.Figure(), Marks(members=np.array([False, True, True, False])), ORDER)
    assert not shapes(apart, "rect")
    assert len(shapes(apart, "line")) == 4


def test_above_400_sensors_a_cell_is_a_block_and_stands_for_its_middle() -> None:
    order = np.arange(801)[::-1]
    assert drawn_cell([0, 266], order) == (799, 1)
    assert drawn_cell([267, 0], order) is None


@pytest.mark.parametrize(
    "index", [None, 3, [1], [0, 0, 0], [0, 4], [-1, 0], ["0", "0"], [0.5, 0], [True, 0], {"0": 0}, "01"]
)
def test_what_is_no_cell_is_none(index: object) -> None:
    assert cell_of(index, ORDER) is None


@pytest.mark.parametrize(
    "point",
    [
        {},
        {"customdata": "0"},
        {"customdata": []},
        {"customdata": -1},
        {"customdata": 4},
        {"index": 4},
        {"index": [0, 1]},
        {"customdata": True},
        {"customdata": 1.0},
    ],
)
def test_what_is_no_index_is_none(point: dict[str, object]) -> None:
    assert index_of(point, 4) is None


def test_bars_outside_the_community_fade_and_chosen_ones_are_named() -> None:
    marks = Marks(sensors=(1,), members=np.array([True, True, False, False]))
    figure = eigenvector_bars(np.array([0.1, 0.2, 0.3, 0.4]), IDS, ORDER, marks)
    assert figure.data[0].marker.opacity.tolist() == pytest.approx([FADED, 1, FADED, 1])
    assert figure.data[0].customdata.tolist() == ORDER.tolist()
    (named,) = [note for note in figure.layout.annotations if note.name == "chosen"]
    assert (named.x, named.text) == (ORDER.tolist().index(1), "▼<br>b")
    errors = error_by_sensor(np.array([1.0, 4.0, 3.0, 2.0]), IDS, "mph", marks=marks)
    assert errors.data[0].marker.opacity.tolist() == pytest.approx([1, FADED, FADED, 1])
    assert [note.x for note in errors.layout.annotations if note.name == "chosen"] == [0], "it is the worst"


def test_a_sensor_called_by_a_number_is_marked_at_its_bar_and_not_at_that_number() -> None:
    figure = error_by_sensor(np.array([1.0, 2.0]), ["717468", "717450"], "mph", marks=Marks(sensors=(0,)))
    (named,) = [note for note in figure.layout.annotations if note.name == "chosen"]
    assert named.x == 1
    assert named.text.endswith("717468")


def test_a_name_beside_a_mark_is_as_harmless_as_on_the_axis() -> None:
    figure = eigenvector_bars(np.ones(2), ["<b>%{x}", "a"], marks=Marks(sensors=(0,)))
    (named,) = [note for note in figure.layout.annotations if note.name == "chosen"]
    assert "<b>" not in named.text
    assert "%" not in named.text


def test_the_weight_of_the_chosen_pair_stands_in_the_histogram() -> None:
    matrix = np.array([[0, 0.25, 1], [0.5, 0, 0.1], [0.2, 0.3, 0]])
    figure = weight_histogram(matrix, marks=Marks(pair=(0, 1)))
    (line,) = shapes(figure, "line")
    assert (line.x0, line.x1) == (0.25, 0.25)


def test_the_selected_head_is_bold_and_the_selected_community_framed() -> None:
    figure = similarity_heatmap(np.eye(2), ["head 1", "head 2"], 1)
    assert list(figure.layout.xaxis.ticktext) == ["head 1", "<b>head 2</b>"]
    table = confusion_heatmap(np.array([0, 0, 1, -1]), ["x", "y", "x", "x"], selected=1)
    (frame, _) = shapes(table, "rect")
    assert (frame.y0, frame.y1) == (0.5, 1.5)
    assert table.data[0].customdata.tolist() == [[0, 0], [1, 1], [-1, -1]]


def test_the_chosen_time_is_a_line_through_the_curves() -> None:
    times = np.datetime64("2024-03-04T00:00", "m") + 5 * np.arange(4)
    figure = forecast_curves(
        times, np.ones(4), {"forecast": np.ones(4)}, sensor="a", quantity="speed", unit="mph", step_minutes=5,
        chosen=times[2],
    )  # fmt: skip
    (line,) = shapes(figure, "line")
    assert line.x0 == times[2].astype("datetime64[ms]").astype(int)
