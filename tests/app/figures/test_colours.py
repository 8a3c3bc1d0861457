"""Each colour means one thing, and can be seen on both pages by all."""

import itertools
import re

import numpy as np
import pytest

from app.figures import colours
from app.figures.colours import COMMUNITIES, LINES, contrast
from app.figures.forecasts import error_by_horizon
from app.figures.leaflet import Lines
from app.figures.map import Edges, sensor_map
from app.figures.matrix import similarity_heatmap
from app.figures.spectrum import eigenvector_bars
from app.glossary import TERMS
from tests.app.conftest import ROOT

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
        colours.FORECAST, colours.SIMPLE, colours.MEASURE, colours.KEPT, colours.GAINED, colours.LOST,
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


@pytest.mark.parametrize("seen", SEEN)
def test_what_was_kept_gained_and_lost_is_told_apart_by_all(seen: str) -> None:
    drawn = (colours.KEPT, colours.GAINED, colours.LOST)
    assert min(np.linalg.norm(lab(a, seen) - lab(b, seen)) for a, b in itertools.combinations(drawn, 2)) > 45


def test_what_was_kept_recedes_in_grey_behind_what_changed() -> None:
    assert contrast(colours.KEPT, colours.GAINED) > 1.3
    assert contrast(colours.KEPT, colours.LOST) > 1.3


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


def luminance(colour: str) -> float:
    """Relative luminance, what is left of a colour in grey print: from the contrast with black."""
    return contrast(colour, "#000000") * 0.05 - 0.05


@pytest.mark.parametrize("seen", SEEN)
def test_the_scale_of_weights_grows_lighter_for_people_who_lack_a_colour_too(seen: str) -> None:
    lightness = [lab(colour, seen)[0] for colour in colours.sequential(np.linspace(0, 1, 50), 0, 1)]
    assert (np.diff(lightness) > 0).all()
    assert lightness[-1] - lightness[0] > 60


def test_the_scale_of_weights_survives_grey_print_evenly() -> None:
    grey = [luminance(colour) for colour in colours.sequential(np.linspace(0, 1, 11), 0, 1)]
    assert (np.diff(grey) > 0).all()
    lightness = np.diff([lab(colour)[0] for colour in colours.sequential(np.linspace(0, 1, 11), 0, 1)])
    assert lightness.max() < 2.5 * lightness.min(), "one step of the scale must not swallow another"


def test_the_three_classes_of_pairs_are_told_apart_in_grey_or_by_a_dash() -> None:
    assert contrast(colours.BOTH, colours.LEARNED) > 1.6
    pair = np.array([[0, 1]])
    roads = Edges("road, not learned", pair, colours.ROAD_ONLY, dashed=True)
    _, group = sensor_map(np.zeros(2), np.arange(2.0), ["a", "b"], colours="#94a3b8", edges=[roads])
    lines = next(child for child in group._children.values() if isinstance(child, Lines))
    assert '"dash":"4 5"' in lines.data, "in grey a road that was not learned looks like a learned one but for its dash"
    drawn = (ROOT / "app" / "edges.py").read_text()
    assert re.search(r'Edges\("road, not learned", [^)]*ROAD_ONLY, dashed=True\)', drawn)


def test_forecasts_that_cost_nothing_differ_from_the_model_by_a_dash_and_a_symbol() -> None:
    curves = {name: np.arange(4.0) for name in ("forecast", "last value", "window mean", "no graph")}
    drawn = error_by_horizon(np.arange(4.0), curves, "error", "km/h").data
    looks = [(trace.line.dash, trace.marker.symbol) for trace in drawn]
    assert len(set(looks)) == len(curves)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_ends_of_the_scale_of_differences_stand_out_from_its_middle_in_grey(theme: colours.Theme) -> None:
    values = np.linspace(-1, 1, 21)
    grey = np.array([luminance(colour) for colour in colours.diverging(values, 1.0, theme)])
    away = np.abs(grey - grey[10])
    assert (np.diff(away[10:]) > 0).all(), "what is farther from zero is farther from the page"
    assert (np.diff(away[10::-1]) > 0).all()


@pytest.mark.parametrize("seen", SEEN)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_two_signs_are_told_apart_by_people_who_lack_a_colour(seen: str, theme: colours.Theme) -> None:
    low, high = colours.diverging(np.array([-1.0, 1.0]), 1.0, theme)
    assert np.linalg.norm(lab(low, seen) - lab(high, seen)) > 25
    assert np.linalg.norm(lab(colours.NEGATIVE, seen) - lab(colours.POSITIVE, seen)) > 25


def test_where_grey_hides_a_sign_it_is_shown_in_another_way_and_said() -> None:
    """Both ends of a scale of differences are far from the page, so grey print cannot tell them apart."""
    correlations = np.array([[1.0, -0.4], [-0.4, 1.0]])
    written = similarity_heatmap(correlations, ["a", "b"])
    assert written.data[0].texttemplate == "%{z:.2f}", "every cell says its number"
    bars = eigenvector_bars(np.array([0.8, -0.6]), ["a", "b"], np.arange(2)).data[0]
    assert list(np.sign(bars.y)) == [1, -1], "one sign above zero, one below"
    assert "grey" in TERMS["colours"].reading
