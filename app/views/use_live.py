"""A cut of one's own, asked of the model at once."""

from typing import Any

import numpy as np
import streamlit as st

from app.figures.cuts import rise_by_step
from app.reading import use as said
from app.reading.words import code, counted, plain
from app.selection import MEAN
from app.store.asking import Unready
from app.store.probe import Live, live_cut, ready
from app.views import controls
from app.views.page import Opened, beside, figure
from app.views.use_maps import moved_map, rises_map

ON_THE_MAP = {"forecast": "change of the forecast", "error": "rise of the error"}
CUTS = {
    "pair": "the pair",
    "weight": "one weight of it",
    "inputs": "a sensor's inputs",
    "inside": "inside a community",
    "border": "a community's border",
    "head": "a head",
}


def show_live(page: Opened) -> None:
    """What the model loses without what is chosen, asked of it now."""
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
    heads = "all heads" if selection.head == MEAN else plain(selection.head)
    what = selection.what
    controls.switch("Cut", "cut", CUTS | {"head": "all heads" if selection.head == MEAN else "the head"}, shown=what)
    asked = _asked(page, what, heads)
    if asked is None:
        return
    words, settings = asked
    with st.spinner("Asking the model …"):
        live = live_cut(page.version, what, selection.head, **settings)
    st.markdown(said.live_sentence(words, live.forecast, live, unit, live.mae))
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
            _choose_first("No sensor is chosen: click one on the map that is folded above, or on the page Map.")
            return None
        return f"all that {code(page.ids[marks.sensors[0]], 30)} hears {inside}", {"sensor": marks.sensors[0]}
    if what in ("inside", "border"):
        if marks.members is None:
            _choose_first("No community is chosen: click its bar, folded above, or choose one on the page Communities.")
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
        controls.switch("On the map", "live", ON_THE_MAP)
        if page.selection.live == "error":
            rises_map(page, "live map", live.error_by_sensor, "rise of the error")
        else:
            moved_map(page, "live map", live.forecast_by_sensor)
    with right:
        figure(
            rise_by_step(
                page.minutes,
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
