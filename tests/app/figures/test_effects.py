"""Weights against their effects, predictions against the truth: a dot is a pair, and the colour is the sign."""

import html

import numpy as np
import pytest

from app.figures.colours import NEGATIVE, OBSERVED, POSITIVE
from app.figures.effects import ABOVE, predicted_against_true, weight_against_effect
from app.figures.marks import Marks

LIKE_OTHERS = "<b>$x$"


def weights(n: int = 4):
    random = np.random.default_rng(0)
    weight = random.random((n, n)) * (1 - np.eye(n))
    return weight, random.normal(size=(n, n)) * weight


def words(figure) -> str:
    return html.unescape(" ".join(note.text.replace("<br>", " ") for note in figure.layout.annotations))


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
