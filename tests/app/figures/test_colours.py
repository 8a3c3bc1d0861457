"""Each colour means one thing, and can be seen on both pages by all."""

import itertools

import numpy as np
import pytest

from app.figures import colours
from app.figures.colours import COMMUNITIES, LINES, contrast

PAGES = ("#ffffff", "#0e1117", "#171614")  # light, dark, and the dark of Streamlit itself

# What people with protanopia, deuteranopia and tritanopia see of linear RGB: Machado, Oliveira, Fernandes 2009.
SEEN = {
    "all": np.eye(3),
    "no red": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "no green": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "no blue": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}


def lab(colour: str, seen: str = "all") -> np.ndarray:
    """CIE Lab under D65, of a colour as seen by some."""
    share = np.array([int(colour[k : k + 2], 16) for k in (1, 3, 5)]) / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    linear = np.clip(np.asarray(SEEN[seen]) @ linear, 0, 1)
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    xyz = to_xyz @ linear / [0.9505, 1, 1.089]
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def test_no_colour_has_two_meanings() -> None:
    named = [*LINES.values(), colours.NEGATIVE, colours.POSITIVE]
    assert len(set(named)) == len(named)
    assert set(LINES.values()) == {
        colours.ROAD, colours.BOTH, colours.LEARNED, colours.ROAD_ONLY, colours.PLANTED,
        colours.FORECAST, colours.SIMPLE, colours.MEASURE,
    }  # fmt: skip


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("name", LINES)
def test_every_line_is_seen_on_every_page(name: str, page: str) -> None:
    assert contrast(LINES[name], page) >= 3


@pytest.mark.parametrize("page", PAGES)
def test_every_community_is_seen_on_every_page(page: str) -> None:
    assert min(contrast(colour, page) for colour in COMMUNITIES) >= 3


def test_what_was_observed_is_ink_on_its_page() -> None:
    assert contrast(colours.OBSERVED("light"), colours.page("light")) >= 7
    assert contrast(colours.OBSERVED("dark"), colours.page("dark")) >= 7


def test_contrast_is_that_of_the_guideline() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.478, abs=1e-3)  # a known pair: just not enough for text
    assert contrast("#ffffff", "#777777") == contrast("#777777", "#ffffff")


@pytest.mark.parametrize("seen", SEEN)
def test_communities_are_told_apart_by_people_who_lack_a_colour(seen: str) -> None:
    apart = [np.linalg.norm(lab(a, seen) - lab(b, seen)) for a, b in itertools.combinations(COMMUNITIES, 2)]
    assert min(apart) > 19


@pytest.mark.parametrize("seen", SEEN)
def test_learned_with_and_without_a_road_are_told_apart_by_all(seen: str) -> None:
    assert np.linalg.norm(lab(colours.BOTH, seen) - lab(colours.LEARNED, seen)) > 40


def test_learned_with_and_without_a_road_are_told_apart_in_grey() -> None:
    assert contrast(colours.BOTH, colours.LEARNED) > 1.6


def test_communities_beyond_the_palette_begin_again() -> None:
    found = colours.community_colours(len(COMMUNITIES) + 2)
    assert found[: len(COMMUNITIES)] == list(COMMUNITIES)
    assert found[len(COMMUNITIES) :] == list(COMMUNITIES[:2])
    assert colours.community_colours(0) == []


def test_the_scale_of_weights_grows_lighter_throughout() -> None:
    lightness = [lab(colour)[0] for colour in colours.sequential(np.linspace(0, 1, 50), 0, 1)]
    assert (np.diff(lightness) > 0).all()


def test_the_scale_of_weights_ends_where_it_is_told() -> None:
    found = colours.sequential(np.array([-5.0, 0.0, 2.0, 9.0, np.nan]), 0, 2)
    assert found[0] == found[1]
    assert found[2] == found[3]
    assert found[4] == colours.ALONE


def test_values_that_are_all_alike_have_one_colour() -> None:
    assert len(set(colours.sequential(np.full(5, 3.0), 3.0, 3.0))) == 1


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_scale_of_differences_is_grey_at_zero_and_recedes_into_its_page(theme: colours.Theme) -> None:
    low, middle, high = colours.diverging(np.array([-1.0, 0.0, 1.0]), 1.0, theme)
    assert np.hypot(*lab(middle)[1:]) < 5
    assert contrast(middle, colours.page(theme)) < min(contrast(end, colours.page(theme)) for end in (low, high))
    assert lab(low)[1] > 10 > -10 > lab(high)[1]  # purple below zero, green above
