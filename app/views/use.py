"""Whether the model uses what it learned: weights are cut, and its error and its forecast are measured again."""

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from app.figures.colours import diverging, sequential
from app.figures.marks import index_of
from app.figures.use import (
    ABOVE,
    POINTS,
    Interval,
    Removal,
    cut_bars,
    deletion_curves,
    interval_dots,
    predicted_against_true,
    rise_by_step,
    weight_against_effect,
)
from app.reading import use as said
from app.reading.words import code, counted, plain, three
from app.selection import MEAN, Selection
from app.store.evidence import evidence_of
from app.store.probe import Live, Unready, control_error, live_cut, ready
from app.tables.use import area_table, curve_table, cut_table, effect_order, effect_table, sample_table
from app.views import controls
from app.views.ground import draw_map, place_words, road_edges, spread
from app.views.page import Opened, beside, figure, heading, table
from app.views.pair import choose_pair, chosen_pair

if TYPE_CHECKING:
    from analysis.use import Cut, Use

EXPLAINED = ("cut", "moved", "one_weight", "weight_rank", "deletion", "area")
PARTS = {
    "inside": (
        "Inside each community",
        (
            "Without what the sensors of a community hear of one another. Communities of the mean of all heads, found "
            "by Louvain's method; click a bar to choose one."
        ),
    ),
    "border": (
        "At the border of each community",
        "Without what a community and all other sensors hear of each other. Click a bar to choose it.",
    ),
}
MOST_SENSORS_SHOWN = 14
MOST_BARS = 24  # communities beyond are in the table
ON_THE_MAP = {"forecast": "change of the forecast", "error": "rise of the error"}
EFFECTS = {"error": "error", "forecast": "forecast"}
CUTS = {
    "pair": "the pair",
    "weight": "one weight of it",
    "inputs": "a sensor's inputs",
    "inside": "inside a community",
    "border": "a community's border",
    "head": "a head",
}
OF_THE_SAME = {"weight": "pair", "border": "inside"}  # cuts that are about what another one is about
_FOLLOWED = "use cut follows"
_COMMUNITY = re.compile(r"community ([0-9]{1,4})$", re.ASCII)


def show_use(page: Opened) -> None:
    """The part of the page on evidence that cuts weights: kept results, then a cut of one's own."""
    use = evidence_of(page.version, "use")
    if use is not None:
        _kept(page, use)
    heading("What is lost without what you have chosen?")
    _live(page)
    if use is not None:
        _tables(page, use)


def _kept(page: Opened, use: "Use") -> None:
    unit = page.run.unit
    heading("What is it worth that sensors hear each other?")
    st.markdown(said.use_answer(use, page.selection.head, unit))
    st.caption(said.window_sentence(use))
    heading("Do the strongest weights matter most?")
    _curves(page, use)
    _weights(page, use)
    heading("What is each head, and each community, worth?")
    _parts(page, use)
    for sentence in use.untested:
        st.caption(f"Not tested: {plain(sentence, 200)}.")


def _tables(page: Opened, use: "Use") -> None:
    """All that was measured, as numbers."""
    unit, minutes = page.run.unit, _minutes(page).tolist()
    table("Everything that was cut", lambda: cut_table(use, unit, minutes), page.entry, "cuts")
    head = _head(page, use)
    table(
        f"Every weight of {plain(use.heads[head])}",
        lambda: effect_table(use, head, page.ids, unit),
        page.entry,
        "effects",
        on_row=lambda row: choose_pair(page, *map(int, divmod(effect_order(use, head)[row], len(page.ids)))),
    )
    if len(use.effects.sample):
        table("Weights cut in truth", lambda: sample_table(use, page.ids, unit), page.entry, "sample")
    if use.curves:
        table("Every point of the curves", lambda: curve_table(use, unit), page.entry, "curves")
    if use.areas:
        table("Areas between the curves", lambda: area_table(use, unit), page.entry, "areas")


def _curves(page: Opened, use: "Use") -> None:
    """Deletion curves under one way of removing, and the areas between them under all."""
    unit = page.run.unit
    offered = [name for name in said.REMOVALS if any(curve.removal == name for curve in use.curves)]
    if not offered:
        st.markdown("There is no weight to remove.")
        return
    removal = _switch("Weights are", "use removal", {name: said.REMOVALS[name] for name in offered})
    st.markdown(said.areas_sentence(use.areas, removal, unit))
    left, right = beside([3, 2])
    with left:
        figure(
            deletion_curves(
                [Removal(curve.order, curve.share, curve.error) for curve in use.curves if curve.removal == removal],
                unit,
                unchanged=use.mae,
                control=_control_error(page, use),
                theme=page.theme,
            ),
            key="deletion",
            alt="Error against the share of weights removed, in four orders",
            caption=said.CURVES,
            keeps=removal,
        )
    with right:
        figure(
            interval_dots(
                [
                    Interval(said.BESIDE[area.beside], said.REMOVALS[area.removal], area.value, area.low, area.high)
                    for area in sorted(use.areas, key=lambda area: list(said.BESIDE).index(area.beside))
                ],
                unit,
                said.REMOVALS[removal],
                page.theme,
            ),
            key="areas",
            alt="By how much removing the strongest first hurts more than other orders, with 95 % intervals",
            caption=said.AREAS,
        )
        st.caption(said.WHY_THREE)


def _weights(page: Opened, use: "Use") -> None:
    """Every weight of one head against its effect, and how well effects were predicted."""
    head, unit, effects = _head(page, use), page.run.unit, use.effects
    by_error = st.session_state.get("use effect") != "forecast"
    rank = effects.rank_error if by_error else effects.rank_forecast
    heading(said.rank_sentence(use.heads[head], float(rank[head]), by_error))
    effect = _switch("Effect on the", "use effect", EFFECTS)
    if page.selection.head == MEAN and len(use.heads) > 1:
        st.caption(
            f"The model uses no mean of its heads: {plain(use.heads[head])} is shown, which costs most to cut. Choose "
            "another in the sidebar."
        )
    by_error = effect == "error"
    measure = "change of the mean squared error" if by_error else "root mean square change"
    at, of = tuple(effects.sample.T), said.squared(unit) if by_error else unit
    left, right = beside([3, 2])
    with left:
        weights = effects.weight[head]
        kept = int(np.count_nonzero(weights))
        none = weights.size - len(weights) - kept
        zeros = f"Left out: {counted(none, 'weight')} of exactly zero. " if none else ""
        crowd = (
            f" Of {counted(kept, 'weight')}, the {ABOVE:,} largest and the {ABOVE:,} of the largest effect are dots; "
            "how many all of them are stands in the colour beneath."
            if kept > POINTS
            else ""
        )
        figure(
            weight_against_effect(
                weights,
                effects.error[head] if by_error else effects.forecast[head],
                page.ids,
                measure=measure,
                unit=of,
                signed=by_error,
                marks=page.marks,
            ),
            key="weight effect",
            alt=f"Effect of cutting each weight of {use.heads[head]} against its size",
            caption=f"{said.SIZES}{crowd} {zeros}Click a dot to choose the pair.",
            on_point=lambda point: _chosen_cell(page, point),
            keeps=f"{head} {effect}",
        )
        if words := chosen_pair(page):
            st.markdown(words)
    with right:
        true = effects.sample_error if by_error else effects.sample_forecast
        predicted = (effects.error if by_error else effects.forecast)[at]
        figure(
            predicted_against_true(predicted, true, of),
            key="check",
            alt="Predicted against true effect of cutting single weights",
            caption=said.check_sentence(
                effects.agreement_error if by_error else effects.agreement_forecast, len(effects.sample)
            )
            + " Dots on the line are predicted exactly.",
        )


def _parts(page: Opened, use: "Use") -> None:
    """What heads and communities are worth, when, and which sensors depend on what they hear."""
    unit, minutes = page.run.unit, _minutes(page)
    whole = [cut for cut in use.cuts if cut.kind in ("all", "head")]
    parts = [cut for cut in use.cuts if cut.kind in ("inside", "border")]
    left_out = max(0, len(parts) - MOST_BARS)
    if left_out:
        kept = sorted(sorted(range(len(parts)), key=lambda k: -abs(said.rise_of(parts[k])))[:MOST_BARS])
        parts = [parts[k] for k in kept]
    left, right = beside()
    with left:
        _bars(page, use, "heads", whole, "Each head", "Click a bar to choose its head.")
    with right:
        lines = {cut.name: cut.error for cut in whole}
        full = [cut.name for cut in whole if cut.kind == "all" or cut.name == page.selection.head]
        figure(
            rise_by_step(minutes, lines, unit, full=full, others="single heads"),
            key="cut by step",
            alt="Rise of the error at each time ahead when all weights or one head are cut",
            caption="When what other sensors say is worth most: the rise of the error at each time ahead.",
        )
    if parts:
        more = f"{counted(left_out, 'part')} with smaller effects: see the table below. " if left_out else ""
        every = np.array([0.0, *(said.rise_of(part) for part in parts)])
        span = (float(np.nanmin(every)), float(np.nanmax(every)))  # one scale for both
        for kind, column in zip(PARTS, beside(), strict=True):
            title, caption = PARTS[kind]
            with column:
                _bars(page, use, kind, [cut for cut in parts if cut.kind == kind], title, f"{caption} {more}", span)
    heading("Which sensors depend on what they hear?")
    inputs = [cut for cut in use.cuts if cut.kind == "inputs"]
    if len(inputs) != len(page.ids):
        st.markdown("The inputs of single sensors were not cut.")
        return
    own = np.array([float(cut.by_sensor[k]) for k, cut in enumerate(inputs)])
    st.markdown(said.sensors_sentence(own, page.ids, unit, use.mae))
    left, right = beside()
    with left:
        _rises_map(page, "inputs map", own, "rise of the error when its inputs are cut")
    with right:
        first = np.argsort(-np.where(np.isfinite(own), own, -np.inf), kind="stable")[:MOST_SENSORS_SHOWN]
        chosen = [k for k, sensor in enumerate(first) if page.selection.sensor == page.ids[sensor]]
        figure(
            cut_bars([page.ids[k] for k in first], own[first], unit, per_cent_of=use.mae, chosen=chosen),
            key="dependent",
            alt="Sensors whose error rises most when their inputs are cut",
            caption=f"The {counted(len(first), 'sensor')} that lose most, in per cent of the error of all. Click a bar "
            "to choose its sensor; all are in the table below.",
            on_point=lambda point: _chosen_sensor(page, first, point),
        )


def _bars(
    page: Opened,
    use: "Use",
    name: str,
    cuts: Sequence["Cut"],
    title: str,
    caption: str,
    span: tuple[float, float] | None = None,
) -> None:
    """What some cuts cost, a bar each; a click chooses the head or the community."""
    chosen = {page.selection.head}
    if page.selection.community:
        chosen |= {cut.name for cut in cuts if _community(cut) == page.selection.community}
    figure(
        cut_bars(
            [cut.name for cut in cuts],
            np.array([said.rise_of(cut) for cut in cuts]),
            page.run.unit,
            per_cent_of=use.mae,
            title=title,
            chosen=[k for k, cut in enumerate(cuts) if cut.name in chosen],
            span=span,
        ),
        key=f"cut {name}",
        alt=f"Rise of the error under each cut. {title}",
        caption=caption,
        on_point=lambda point: _chosen_bar(page, cuts, point),
    )


def _rises_map(page: Opened, key: str, values: NDArray[Any], what: str) -> None:
    """Sensors coloured by a change, centred on zero."""
    unit, known = page.run.unit, np.where(np.isfinite(values), values, 0.0)
    bound = spread(known)
    negative, middle, positive = diverging(np.array([-1.0, 0.0, 1.0]), 1.0, page.theme)
    draw_map(
        page,
        key,
        colours=diverging(values, bound, page.theme),
        tooltips=[
            f"{what}: {said.signed(float(value), unit, markdown=False)}" if np.isfinite(value) else "nothing observed"
            for value in values
        ],
        roads=road_edges(page),
        legend=[(negative, f"−{three(bound)} {unit}"), (middle, "0"), (positive, f"+{three(bound)} {unit}")],
        height=440,
    )
    st.caption(f"Each sensor's colour: {what}. Click a sensor to choose it. {place_words(page)}")


@st.fragment
def _live(page: Opened) -> None:
    """A cut of one's own, asked of the model at once."""
    if controls.used():
        st.rerun()
    selection, unit = page.selection, page.run.unit
    st.markdown(
        "Cut what you have chosen, and the model is asked again at once. Pairs, sensors, communities and heads are "
        "chosen in the figures above, on the other pages, and in the sidebar."
    )
    state = ready(page.version)
    if isinstance(state, Unready):
        st.warning(state.why, icon=":material/block:")
        st.markdown(state.what_to_do)
        return
    _follow(selection)
    heads = "all heads" if selection.head == MEAN else plain(selection.head)
    what = _switch("Cut", "use cut", CUTS | {"head": "all heads" if selection.head == MEAN else "the head"})
    asked = _asked(page, what, heads)
    if asked is None:
        return
    words, settings = asked
    with st.spinner("Asking the model …"):
        live = live_cut(page.version, what, selection.head, **settings)
    st.markdown(said.live_sentence(words, live.forecast, live.error, unit, live.mae))
    _shown_live(page, live)


def _asked(page: Opened, what: str, heads: str) -> tuple[str, dict[str, Any]] | None:
    """What is to be cut, in words and as arguments; None where nothing of that kind is chosen, which is said."""
    marks, selection = page.marks, page.selection
    inside = f"in {heads}"
    if what in ("pair", "weight"):
        if marks.pair is None or marks.pair[0] == marks.pair[1]:
            _choose_first("No pair is chosen: click a dot above, a cell on the page Heads, or a line on the page Map.")
            return None
        first, second = (code(page.ids[at], 30) for at in marks.pair)
        words = (
            f"what {first} hears of {second}" if what == "weight" else f"what {first} and {second} hear of each other"
        )
        return f"{words} {inside}", {"pair": marks.pair}
    if what == "inputs":
        if not marks.sensors:
            _choose_first("No sensor is chosen: click one on the map above.")
            return None
        return f"all that {code(page.ids[marks.sensors[0]], 30)} hears {inside}", {"sensor": marks.sensors[0]}
    if what in ("inside", "border"):
        if marks.members is None:
            _choose_first("No community is chosen: click its bar above, or choose one on the page Communities.")
            return None
        name = f"community {selection.community}"
        words = f"all weights within {name}" if what == "inside" else f"all weights between {name} and the others"
        return f"{words} {inside}", {"members": tuple(np.flatnonzero(marks.members).tolist())}
    return f"all weights of {heads}", {}


def _choose_first(sentence: str) -> None:
    st.info(sentence, icon=":material/touch_app:")


def _shown_live(page: Opened, live: Live) -> None:
    """What a cut did, on the map and at each time ahead."""
    unit = page.run.unit
    left, right = beside()
    with left:
        shown = _switch("On the map", "use live map", ON_THE_MAP)
        if shown == "error":
            _rises_map(page, "live map", live.error_by_sensor, "rise of the error")
        else:
            _moved_map(page, live)
    with right:
        figure(
            rise_by_step(
                _minutes(page),
                {"change of the forecast": live.forecast, "rise of the error": live.error},
                unit,
                measure="change",
                full=("change of the forecast", "rise of the error"),
            ),
            key="live by step",
            alt="Change of forecast and error at each time ahead under this cut",
            caption=f"On {counted(live.windows, 'window')} spread over the test part. The change of the forecast is a "
            "root mean square, whether for better or worse; the rise of the error is in the mean absolute error.",
        )


def _moved_map(page: Opened, live: Live) -> None:
    """Sensors coloured by how far their forecast moves."""
    unit, values = page.run.unit, live.forecast_by_sensor
    top = float(values.max(initial=0.0))
    ends = sequential(np.array([0.0, 1.0]), 0, 1)
    draw_map(
        page,
        "live map",
        colours=sequential(values, 0.0, top or 1.0),
        tooltips=[f"forecast moves by {three(float(value))} {unit}" for value in values],
        roads=road_edges(page),
        legend=[(ends[0], f"0 {unit}"), (ends[1], f"{three(top)} {unit}")],
        height=440,
    )
    st.caption(f"Each sensor's colour: by how much its forecast moves, root mean square. {place_words(page)}")


def _follow(selection: Selection) -> None:
    """Let what was chosen last be what is cut."""
    chosen = {"pair": selection.pair, "inside": selection.community, "inputs": selection.sensors}
    before = st.session_state.get(_FOLLOWED, {})
    st.session_state[_FOLLOWED] = chosen
    now = st.session_state.get("use cut", "head")
    for what, value in chosen.items():
        if value and value != before.get(what):
            now = now if what == OF_THE_SAME.get(now, now) else what
            break
    st.session_state["use cut"] = now


def _switch(label: str, key: str, options: Mapping[str, str]) -> str:
    """A few alternatives side by side that belong to this part alone, and not to the selection."""
    if st.session_state.get(key) not in options:
        st.session_state[key] = next(iter(options))
    chosen = st.segmented_control(label, list(options), format_func=options.__getitem__, required=True, key=key)
    return str(chosen)


def _head(page: Opened, use: "Use") -> int:
    """The head whose weights are shown: the selected, else the one that costs most to cut."""
    if page.selection.head in use.heads:
        return use.heads.index(page.selection.head)
    rises = [said.rise_of(said.cut_named(use, "head", head)) for head in use.heads]
    return int(np.nanargmax(rises)) if np.isfinite(rises).any() else 0


def _minutes(page: Opened) -> NDArray[np.float64]:
    return np.arange(1, page.run.horizon + 1, dtype=np.float64) * page.run.interval_minutes


def _control_error(page: Opened, use: "Use") -> float | None:
    """The error of the same forecaster without any graph, on the same windows; None where no such run is there."""
    control = page.control
    return None if control is None else control_error(page.version, control.run, use.windows)


def _chosen_cell(page: Opened, point: Mapping[str, Any]) -> None:
    """A click on a weight's dot chooses the pair."""
    n = len(page.ids)
    if point.get("customdata") is not None and (cell := index_of(point, n * n)) is not None:
        choose_pair(page, *divmod(cell, n))


def _chosen_bar(page: Opened, cuts: Sequence["Cut"], point: Mapping[str, Any]) -> None:
    """A click on a bar chooses its head, or its community in the mean of the heads, where it was found."""
    if (place := index_of(point, len(cuts))) is None:
        return
    if cuts[place].kind in ("head", "all"):
        controls.choose(head=MEAN if cuts[place].kind == "all" else cuts[place].name)
    elif number := _community(cuts[place]):
        whole = page.run.heads[0] if len(page.run.heads) == 1 else MEAN
        controls.choose(head=whole, method="louvain", count=0, community=number)


def _community(cut: "Cut") -> int:
    """The number of the community that a cut is about, from 1; 0 where it is about none."""
    found = _COMMUNITY.search(cut.name)
    return int(found[1]) if found and cut.kind in PARTS else 0


def _chosen_sensor(page: Opened, sensors: NDArray[np.integer], point: Mapping[str, Any]) -> None:
    """A click on a sensor's bar chooses the sensor."""
    if (place := index_of(point, len(sensors))) is not None:
        controls.choose(sensors=controls.with_first(page.ids[int(sensors[place])]))


__all__ = ["EXPLAINED", "show_use"]
