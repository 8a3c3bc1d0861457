"""Pictures of particles: who is drawn where at which frame, and what a reader must be able to tell apart."""

import json

import numpy as np
import pytest

from app.figures.attention import time_heatmaps
from app.figures.colours import FORECAST, LEARNED, NEGATIVE, OBSERVED, POSITIVE, Theme, contrast, page
from app.figures.particle_curves import energy_curves, error_ahead
from app.figures.particles import CHARGES, Moment, flight, turned_back
from tests.app.figures.test_text import HOSTILE

N, SEEN, F = 4, 3, 6
CHARGE = np.array([1.0, -1.0, -1.0, 1.0])
PLACES = np.random.default_rng(0).normal(size=(F, N, 3))
SAID = np.random.default_rng(1).normal(size=(2, N, 3))


def moments() -> list[Moment]:
    pairs = np.array([[0, 1], [2, 3]])
    made = [Moment(f"frame {k + 1}", pairs, np.array([0.9, 0.1 + 0.05 * k])) for k in range(SEEN)]
    made += [Moment("between", pairs[:0], np.empty(0))]
    return [*made, *[Moment(f"ahead {k}", pairs[:0], np.empty(0), ahead=k) for k in range(2)]]


def drawn(chosen: tuple[int, ...] = (), theme: Theme = "light", ids: list[str] | None = None) -> dict:
    ids = ids or [f"p{k + 1}" for k in range(N)]
    return flight(PLACES, CHARGE, SAID, moments(), ids, seen=SEEN, chosen=chosen, theme=theme)


def trace(figure, name: str, frame: int | None = None):
    place = next(k for k, one in enumerate(figure.data) if one.name == name)
    if frame is None:
        return figure.data[place]
    one = figure.frames[frame]
    return one.data[one.traces.index(place)]


def places(one) -> np.ndarray:
    return np.stack([one.x, one.y, one.z], axis=-1).astype(float)


@pytest.mark.parametrize("frame", range(F))
def test_every_frame_has_each_particle_at_its_place_under_its_charge(frame: int) -> None:
    figure = drawn()
    for sign, name in ((1, "positive charge"), (-1, "negative charge")):
        mine = np.flatnonzero(sign == CHARGE)
        np.testing.assert_allclose(places(trace(figure, name, frame)), PLACES[frame, mine], rtol=1e-6)
        assert trace(figure, name).customdata.tolist() == mine.tolist()
        assert list(trace(figure, name).text) == [f"p{k + 1}" for k in mine]
    said = places(trace(figure, "forecast for this frame", frame))
    if frame >= 4:
        np.testing.assert_allclose(said, SAID[frame - 4], rtol=1e-6)
    else:
        assert not len(said), "nothing was forecast for this frame"


def test_what_stands_still_is_the_past_by_charge_what_happened_in_ink_and_the_forecast_in_blue() -> None:
    figure = drawn()
    for sign, name, colour in ((1, "seen, positive", POSITIVE), (-1, "seen, negative", NEGATIVE)):
        one = trace(figure, name)
        assert one.line.color == colour
        path = places(one).reshape(-1, SEEN + 1, 3)
        np.testing.assert_allclose(path[:, :SEEN], PLACES[:SEEN, sign == CHARGE].swapaxes(0, 1), rtol=1e-6)
        assert np.isnan(path[:, SEEN]).all(), "paths of two particles are not joined"
    after = trace(figure, "what happened then")
    assert after.line.color == OBSERVED("light")
    np.testing.assert_allclose(places(after)[: F - SEEN + 1], PLACES[SEEN - 1 :, 0], rtol=1e-6)
    said = trace(figure, "forecast")
    assert said.line.color == said.marker.color == FORECAST
    np.testing.assert_allclose(places(said)[:3], [PLACES[SEEN - 1, 0], *SAID[:, 0]], rtol=1e-6)


def test_an_edge_joins_the_places_of_its_pair_and_its_width_says_the_class_of_its_gate() -> None:
    figure = drawn()
    edges = [one for one in figure.data if one.name.startswith("gate")]
    assert [one.line.color for one in edges] == [LEARNED] * 3
    widths = [one.line.width for one in edges]
    assert widths == sorted(widths, reverse=True)
    strong, weak = edges[0].name, edges[-1].name
    assert strong.endswith("to 0.900")
    for frame in range(SEEN):
        np.testing.assert_allclose(places(trace(figure, strong, frame))[:2], PLACES[frame, [0, 1]], rtol=1e-6)
        np.testing.assert_allclose(places(trace(figure, weak, frame))[:2], PLACES[frame, [2, 3]], rtol=1e-6)
    for one in edges:
        assert np.isnan(places(trace(figure, one.name, SEEN))).all(), "no edge where nobody listens"
        assert len(trace(figure, one.name, SEEN).x), "a trace without points leaves the legend"


def test_the_figure_shows_the_last_frame_seen_and_frames_carry_their_words() -> None:
    figure = drawn(chosen=(2,))
    assert [frame.name for frame in figure.frames] == [moment.words for moment in moments()]
    for name in ("positive charge", "negative charge", "chosen"):
        np.testing.assert_array_equal(places(trace(figure, name)), places(trace(figure, name, SEEN - 1)))
    np.testing.assert_allclose(places(trace(figure, "chosen", 5)), PLACES[5, [2]], rtol=1e-6)


def test_no_frame_changes_the_space_and_all_that_is_drawn_lies_in_it() -> None:
    figure = drawn()
    assert all(frame.layout.to_plotly_json() == {} for frame in figure.frames)
    assert figure.layout.scene.aspectmode == "cube"
    spans = []
    for k, axis in enumerate("xyz"):
        low, high = figure.layout.scene[f"{axis}axis"].range
        spans.append(high - low)
        assert low < min(PLACES[..., k].min(), SAID[..., k].min())
        assert high > max(PLACES[..., k].max(), SAID[..., k].max())
    assert spans == pytest.approx([spans[0]] * 3)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_charges_are_told_apart_by_shape_as_well_and_are_seen_on_every_page(theme: Theme) -> None:
    assert len({symbol for *_, symbol in CHARGES}) == len({colour for _, _, colour, _ in CHARGES}) == 2
    for _, _, colour, _ in CHARGES:
        assert contrast(colour, page(theme)) >= 3
    assert trace(drawn(theme=theme), "what happened then").line.color == OBSERVED(theme)


def test_names_that_are_markup_are_not_obeyed_and_figures_are_json() -> None:
    sent = drawn(ids=[HOSTILE] * N).to_json() + turned_back(SAID[0], SAID[1], [HOSTILE] * N).to_json()
    for piece in ("<img", "</script", "${", "{{"):
        assert piece not in sent.replace("\\u003c", "<")
    json.loads(drawn().to_json(), parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))


def test_a_model_without_gates_and_all_gates_alike_are_drawn() -> None:
    empty = [Moment("", np.empty((0, 2), dtype=int), np.empty(0)) for _ in range(F)]
    figure = flight(PLACES, CHARGE, SAID, empty, list("abcd"), seen=SEEN)
    assert not [one for one in figure.data if one.name.startswith("gate")]
    alike = [Moment("", np.array([[0, 1]]), np.array([0.5])) for _ in range(F)]
    figure = flight(PLACES, CHARGE, SAID, alike, list("abcd"), seen=SEEN)
    assert [one.name for one in figure.data if one.name.startswith("gate")] == ["gate 0.500"]


def test_two_forecasts_are_rings_and_dots_joined_where_they_differ() -> None:
    figure = turned_back(SAID[0], SAID[1], list("abcd"), around=PLACES.reshape(-1, 3))
    lines, rings, dots = figure.data
    np.testing.assert_allclose(places(rings), SAID[0], rtol=1e-6)
    np.testing.assert_allclose(places(dots), SAID[1], rtol=1e-6)
    np.testing.assert_allclose(places(lines)[:2], [SAID[0][0], SAID[1][0]], rtol=1e-6)
    assert rings.marker.symbol == "circle-open"
    assert figure.layout.scene.xaxis.range[1] > PLACES[..., 0].max()


def test_errors_over_the_horizon_are_logarithmic_only_where_they_must_and_say_so() -> None:
    near = error_ahead([2, 5], {"last-frame": np.array([1.0, 2.0]), "set": np.array([0.5, 1.0])}, "position", chosen=5)
    assert near.layout.yaxis.type is None
    assert "logarithmic" not in near.layout.yaxis.title.text
    assert [shape.x0 for shape in near.layout.shapes if shape.name == "chosen"] == [5]
    far = error_ahead([2, 5], {"set": np.array([0.001, 1.0])}, "position")
    assert far.layout.yaxis.type == "log"
    assert far.layout.yaxis.title.text.endswith("logarithmic")
    zero = error_ahead([7], {"set": np.array([0.0])}, "position")
    assert zero.layout.yaxis.type is None
    assert zero.layout.xaxis.range[0] < 7 < zero.layout.xaxis.range[1]
    styles = {one.name: (one.line.color, one.line.dash) for one in near.data}
    assert styles["set"] == (FORECAST, "solid")
    assert styles["last frame"][1] == "dot"


def test_energy_of_a_forecast_is_drawn_where_it_is_forecast_and_only_as_far_as_it_is_known() -> None:
    kinetic, potential = np.full(F, 2.0), np.full(F, -3.0)
    figure = energy_curves(kinetic, potential, np.array([1.0]), np.array([-1.0]), [6], seen=SEEN, chosen=2)
    by_name = {one.name: one for one in figure.data}
    assert by_name["total"].y.tolist() == [-1.0] * F
    assert by_name["total, forecast"].y.tolist() == [0.0]
    assert list(by_name["total, forecast"].x) == [6]
    alone = energy_curves(kinetic, potential, None, np.array([-1.0]), [6], seen=SEEN)
    assert [one.name for one in alone.data if "forecast" in one.name] == ["potential, forecast"]


def test_attention_has_rows_that_listen_one_scale_for_all_and_is_never_bright_where_all_are_alike() -> None:
    maps = {"features": np.eye(4), "coordinates": np.full((4, 4), 0.25)}
    maps["features"][3] = [1, 0, 0, 0]
    figure = time_heatmaps(maps)
    assert figure.data[0].z[3].tolist() == [1, 0, 0, 0]
    assert figure.layout.yaxis.autorange == "reversed"
    assert {one.coloraxis for one in figure.data} == {"coloraxis"}
    assert figure.layout.coloraxis.cmax == 1
    assert time_heatmaps({"features": np.full((4, 4), 0.25)}).layout.coloraxis.cmax == 0.5
    said = [note.text for note in figure.layout.annotations]
    assert {"<b>features</b>", "<b>coordinates</b>", "frame that is heard"} <= set(said)
    assert figure.layout.yaxis.title.text == "frame that listens"
