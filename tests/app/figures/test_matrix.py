"""Heatmaps show row i, column j where they say, are light to send, and say what they left out."""

import html

import numpy as np
import pytest

from app.figures.matrix import head_multiples, matrix_heatmap, similarity_heatmap, weight_histogram
from app.figures.multiples import SMALL_CELLS

ONE_WAY = np.zeros((3, 3))
ONE_WAY[0, 2] = 0.7  # a hears c; c does not hear a
IDS = ["a", "b", "c"]


def title_of(figure) -> str:
    return " ".join(note.text for note in figure.layout.annotations) + (figure.layout.title.text or "")


def test_receivers_are_rows_and_senders_columns() -> None:
    figure = matrix_heatmap(ONE_WAY, IDS)
    cells = figure.data[0]
    assert cells.z[list(cells.y).index("a")][list(cells.x).index("c")] == np.float32(0.7)
    assert cells.z[list(cells.y).index("c")][list(cells.x).index("a")] == 0
    assert "receiver" in figure.layout.yaxis.title.text
    assert "sender" in figure.layout.xaxis.title.text
    assert cells.hovertemplate.startswith("%{y} hears %{x}: ")


def test_row_zero_is_at_the_top() -> None:
    assert matrix_heatmap(ONE_WAY, IDS).layout.yaxis.autorange == "reversed"


def test_an_order_moves_both_axes() -> None:
    cells = matrix_heatmap(ONE_WAY, IDS, np.array([2, 0, 1])).data[0]
    assert list(cells.x) == list(cells.y) == ["c", "a", "b"]
    assert cells.z[1][0] == np.float32(0.7)
    assert np.count_nonzero(cells.z) == 1


def test_weights_are_sent_as_float32_and_ids_once_per_axis() -> None:
    weights = np.random.default_rng(0).random((207, 207))
    figure = matrix_heatmap(weights, [str(773869 + k) for k in range(207)])
    assert figure.data[0].z.dtype == np.float32
    assert figure.data[0].text is figure.data[0].customdata is None
    assert len(figure.to_json()) < 400_000


def test_the_callers_matrix_is_not_changed() -> None:
    matrix = ONE_WAY.copy()
    matrix.flags.writeable = False
    matrix_heatmap(matrix, IDS, np.array([2, 1, 0]))
    weight_histogram(matrix)
    head_multiples(matrix[None], ["one"], np.array([2, 1, 0]))


def test_ids_that_look_like_numbers_are_names() -> None:
    figure = matrix_heatmap(ONE_WAY, ["1", "20", "2024-01-01"])
    assert figure.layout.xaxis.type == figure.layout.yaxis.type == "category"


def test_hostile_ids_are_shown_and_not_obeyed() -> None:
    figure = matrix_heatmap(ONE_WAY, ["<b>x</b>", "%{z}", "$a$"])
    assert [html.unescape(name) for name in figure.data[0].x] == ["<b>x</b>", "%{z}", "$a$"]
    assert "<b>x" not in figure.to_json()


def test_above_400_sensors_the_title_says_that_cells_are_means() -> None:
    matrix = np.zeros((801, 801), dtype=np.float32)
    matrix[0, 5] = 9.0
    figure = matrix_heatmap(matrix, [f"s{k}" for k in range(801)], title="head 1", borders=[300])
    cells = figure.data[0]
    assert cells.z.shape == (267, 267)
    assert cells.z[0][1] == np.float32(1.0)
    assert cells.x[1] == "s3 +2"
    assert "head 1 (means of 3 × 3 sensors)" in title_of(figure)
    assert figure.layout.shapes[0].x0 == 300 / 3 - 0.5
    assert "means" not in title_of(matrix_heatmap(np.eye(400), [str(k) for k in range(400)]))


def test_borders_stand_between_communities_on_both_axes() -> None:
    lines = matrix_heatmap(np.eye(4), list("abcd"), borders=[1, 3]).layout.shapes
    assert [(line.x0, line.x1) for line in lines if line.x0 == line.x1] == [(0.5, 0.5), (2.5, 2.5)]
    assert [(line.y0, line.y1) for line in lines if line.y0 == line.y1] == [(0.5, 0.5), (2.5, 2.5)]
    assert not matrix_heatmap(np.eye(4), list("abcd"), borders=[0, 4]).layout.shapes


def test_the_colour_bar_names_the_unit_and_says_where_it_clips() -> None:
    bar = matrix_heatmap(np.array([[0, 4.0], [1, 0]]), ["a", "b"], zmax=2, unit="lift").data[0].colorbar
    assert bar.title.text == "lift"
    assert list(bar.ticktext) == ["0", "1.00", "≥ 2.00"]


def test_heads_are_compared_on_one_scale() -> None:
    heads = np.stack([np.full((3, 3), 0.2), np.full((3, 3), 0.4)])
    figure = head_multiples(heads, ["weak", "strong"])
    assert [picture.z.max() for picture in figure.data] == [128, 255]
    assert {picture.coloraxis for picture in figure.data} == {"coloraxis"}
    assert figure.layout.coloraxis.colorbar.ticktext[-1] == "0.400"
    assert "one scale" in figure.layout.coloraxis.colorbar.title.text


def test_heads_on_their_own_scales_say_how_far_each_goes() -> None:
    heads = np.stack([np.full((3, 3), 0.2), np.full((3, 3), 0.4)])
    figure = head_multiples(heads, ["weak", "strong"], same_scale=False)
    assert [picture.z.max() for picture in figure.data] == [255, 255]
    assert "0 to 0.200" in title_of(figure)
    assert "0 to 0.400" in title_of(figure)


def test_small_pictures_keep_direction_and_order() -> None:
    (picture,) = head_multiples(ONE_WAY[None], ["one"], np.array([2, 0, 1])).data
    assert np.argwhere(picture.z == 255).tolist() == [[1, 0]]


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 6, 7, 8, 9])
def test_every_head_has_a_picture_and_its_name(count: int) -> None:
    figure = head_multiples(np.random.default_rng(0).random((count, 5, 5)), [f"head <{k}>" for k in range(count)])
    assert len(figure.data) == count
    assert [html.unescape(note.text) for note in figure.layout.annotations] == [f"head <{k}>" for k in range(count)]


def test_small_pictures_are_light() -> None:
    figure = head_multiples(np.random.default_rng(0).random((5, 207, 207)), list("abcde"))
    assert figure.data[0].z.dtype == np.uint8
    assert len(figure.to_json()) < 400_000
    large = head_multiples(np.random.default_rng(0).random((1, 883, 883)), ["a"])
    assert max(large.data[0].z.shape) <= SMALL_CELLS


def test_a_model_without_heads_says_so() -> None:
    figure = head_multiples(np.zeros((0, 3, 3)), [])
    assert not figure.data
    assert "mixes no sensors" in title_of(figure).replace("<br>", " ")


def test_the_histogram_counts_every_weight_between_two_sensors_once() -> None:
    matrix = np.random.default_rng(0).random((20, 20)) + 0.1
    matrix[2, 3] = matrix[4, 5] = 0
    np.fill_diagonal(matrix, 99)
    figure = weight_histogram(matrix, cut=0.5)
    bars = figure.data[0]
    assert sum(bars.y) == 20 * 19 - 2
    assert max(bars.x) < 2
    assert "2 exact zeros left out (0.526 %)" in title_of(figure)
    assert figure.layout.shapes[0].x0 == 0.5
    for (low, high), count in zip(bars.customdata, bars.y, strict=True):
        inside = [matrix[i, j] for i in range(20) for j in range(20) if i != j and low <= matrix[i, j] < high]
        assert abs(len(inside) - count) <= (high == bars.customdata[-1][1])


@pytest.mark.parametrize(("matrix", "said"), [(np.zeros((1, 1)), "one sensor"), (np.zeros((4, 4)), "are zero")])
def test_a_matrix_without_weights_says_so(matrix: np.ndarray, said: str) -> None:
    figure = weight_histogram(matrix)
    assert said in title_of(figure).replace("<br>", " ")


def test_weights_that_are_all_the_same_make_one_bar() -> None:
    bars = weight_histogram(np.full((4, 4), 0.1)).data[0]
    assert list(bars.y) == [12]


def test_similarity_is_centred_on_zero_and_written_in_each_cell() -> None:
    figure = similarity_heatmap(np.array([[1, -0.5], [-0.5, 1]]), ["x", "y"])
    assert (figure.data[0].zmin, figure.data[0].zmax) == (-1, 1)
    assert figure.data[0].texttemplate == "%{z:.2f}"
    assert not similarity_heatmap(np.zeros((0, 0)), []).data


@pytest.mark.parametrize("heads", [2, 3, 4])
def test_the_title_of_columns_does_not_fit_between_two_names(heads: int) -> None:
    figure = similarity_heatmap(np.eye(heads), [f"head {k + 1}" for k in range(heads)])
    middle_is_free = heads % 2 == 0  # plotly.js sets the title there, as high as the names
    assert figure.layout.xaxis.title.text.startswith("&#160;<br>") is middle_is_free


def test_many_heads_fill_their_room_and_every_one_is_named() -> None:
    names = [f"layer {layer}, frame {frame}" for layer in range(1, 4) for frame in range(1, 6)]
    figure = similarity_heatmap(np.eye(15), names, 3)
    assert figure.layout.yaxis.scaleanchor is None, "squares would leave half of a narrow column empty"
    assert figure.data[0].texttemplate is None
    assert len(figure.layout.xaxis.ticktext) == len(figure.layout.yaxis.ticktext) == 15
    assert figure.layout.xaxis.tickangle == -90
    assert figure.layout.yaxis.ticktext[3] == "<b>layer 1, frame 4</b>"
    room = figure.layout.height - figure.layout.margin.t - figure.layout.margin.b
    assert 18 * 15 <= room <= 30 * 15, "rows that can be read, and no room left over"
    few = similarity_heatmap(np.eye(3), ["head 1", "head 2", "head 3"])
    assert few.layout.height == 320
    assert few.layout.xaxis.tickangle == 0
