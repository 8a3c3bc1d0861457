"""Contrast of each head, and communities against known groups."""

import html

import numpy as np

from app.figures.communities import confusion_heatmap, contrast_bars


def test_a_contrast_that_is_not_defined_has_no_bar_but_a_word() -> None:
    figure = contrast_bars(["h1", "h2", "h3"], np.array([1.5, np.nan, np.inf]), "known <groups>")
    assert figure.data[0].y[0] == 1.5
    assert not np.isfinite(figure.data[0].y[1:]).any()
    assert [(note.x, note.text) for note in figure.layout.annotations] == [(1, "not defined"), (2, "all within")]
    assert html.unescape(figure.layout.title.text) == "Partition: known <groups>"


def test_a_model_without_heads_says_so() -> None:
    assert contrast_bars([], np.array([]), "roads").layout.annotations[0].text == "this model has no heads"


def test_counts_are_those_of_the_loop() -> None:
    rng = np.random.default_rng(0)
    found, groups = rng.integers(-1, 3, 50), [f"g{k}" for k in rng.integers(0, 4, 50)]
    cells = confusion_heatmap(found, groups).data[0]
    rows = {"alone": -1, "community 1": 0, "community 2": 1, "community 3": 2}
    for i, row in enumerate(cells.y):
        for j, group in enumerate(cells.x):
            slow = sum(1 for label, name in zip(found, groups, strict=True) if label == rows[row] and name == group)
            assert cells.z[i][j] == slow
            assert cells.text[i][j] == (str(slow) if slow else "")
    assert np.sum(cells.z) == 50
    assert list(cells.y) == ["community 1", "community 2", "community 3", "alone"]


def test_where_both_agree_the_counts_stand_on_the_diagonal() -> None:
    cells = confusion_heatmap(np.array([0, 0, 1, 2]), ["z", "z", "m", "a"]).data[0]
    assert np.array_equal(cells.z, np.diag([2, 1, 1]))
    assert list(cells.x) == ["z", "m", "a"]


def test_the_colours_of_counts_begin_at_none_even_where_no_count_is_none() -> None:
    cells = confusion_heatmap(np.array([0, 0, 0, 1, 1]), ["+", "+", "-", "+", "-"]).data[0]
    assert (cells.zmin, cells.zmax) == (0, 2)


def test_short_names_of_groups_are_not_turned_and_leave_room_for_their_title() -> None:
    signs = confusion_heatmap(np.array([0, 1]), ["+", "-"]).layout.xaxis
    districts = confusion_heatmap(np.array([0, 1]), ["district 1", "district 2"]).layout.xaxis
    assert (signs.tickangle, districts.tickangle) == (0, -45)
    assert signs.title.standoff > districts.title.standoff


def test_many_bars_carry_no_numbers_that_nobody_could_read() -> None:
    assert contrast_bars(list("abc"), np.ones(3), "roads").data[0].text == ("1.00",) * 3
    assert contrast_bars(list("abcdefghijk"), np.ones(11), "roads").data[0].text is None
