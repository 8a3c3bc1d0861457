"""The selection while a session lasts: read from the link once, changed by controls, written back into the link.

A control shows one field of the selection and changes nothing but that field; it does so in its callback, before the
page is drawn, so that every figure of the run agrees. The link is read when a session starts and when the reader goes
back or forward in the browser, never after a control was used: the address that a quick second click carries may still
be the one from before the first.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields
from typing import Any, NoReturn, cast

import streamlit as st
from streamlit.runtime.scriptrunner import RerunException

from app import store
from app.reading.words import code, noun_of, one_line, whole_percent
from app.selection import MEAN, MOST_SENSORS, SHARES, Selection, from_query, left_sentence

_SELECTION, _LINK, _ASKED, _USED, _LEFT = "selection", "link", "link asked", "control used", "link left over"
# Parameters of one page, which checks them itself: they stay in the link and select nothing.
_OWN = ("term", "row", "dataset", "protocol", "measure", "ahead")


def selected() -> Selection:
    """What is selected now."""
    return cast(Selection, st.session_state[_SELECTION])


def choose(**changes: Any) -> None:
    """Change fields of the selection; for callbacks, which run before the page is drawn."""
    st.session_state[_SELECTION] = selected().changed(**changes)
    st.session_state[_USED] = True


def let_go(**defaults: Any) -> NoReturn:
    """Undo what the selected run does not have, say so once, and draw the page without it."""
    missed(*defaults)
    choose(**defaults)
    st.rerun()


def missed(*what: str) -> None:
    """Note what the link asks for and nobody has, in words of our own; it is said when the page is drawn."""
    st.session_state[_LEFT] = [*st.session_state.get(_LEFT, []), *what]


@contextmanager
def link_answered() -> Iterator[None]:
    """Around a page: what its link asks for and nobody has is said when it is drawn, all of it in one message.

    A page that is drawn again from its beginning may find more, and so leaves it to the next time.
    """
    again = False
    try:
        yield
    except RerunException:
        again = True
        raise
    finally:
        if not again and (left := st.session_state.pop(_LEFT, [])):
            st.toast(left_sentence(list(dict.fromkeys(left))), icon=":material/link_off:", duration="long")


def used() -> bool:
    """Whether a control was used since the whole page was drawn last: true in a part that is drawn alone."""
    return bool(st.session_state.get(_USED))


def open_run(key: str) -> None:
    """Select another run, and of the selection what that run has; for callbacks."""
    choice = {entry.key: entry for entry in store.runs()}.get(key)
    if choice is not None:
        choose(**{field.name: getattr(selected().fitted(choice), field.name) for field in fields(Selection)})


def agree_with_link(entries: Sequence[store.RunEntry]) -> None:
    """Bring selection and link together; what the link says and nobody understands is `missed` once.

    A link may be read twice: what a browser sends before it has heard of the new address carries the old one.
    """
    asked = {name: st.query_params.get_all(name) for name in st.query_params}
    query = {name: values for name, values in asked.items() if name not in _OWN}
    used = st.session_state.pop(_USED, False)
    fresh = _SELECTION not in st.session_state
    if fresh or (query and not used and query != st.session_state.get(_LINK)):
        selection, left = from_query(query, entries, store.default_key(entries))
        if left and query != st.session_state.get(_ASKED):
            missed(*left)
        st.session_state[_ASKED] = query
    else:
        selection = selected()
    by_key = {entry.key: entry for entry in entries}
    chosen = by_key.get(selection.run) or by_key.get(store.default_key(entries))  # a run may be there no longer
    selection = selection.fitted(chosen, by_key.get(selection.other)) if chosen else Selection()
    st.session_state[_SELECTION] = selection
    written = {name: value if isinstance(value, list) else [value] for name, value in selection.to_query().items()}
    if not entries:
        written = {}
    if written != query:
        st.query_params.from_dict({**written, **{name: asked[name] for name in _OWN if name in asked}})
    st.session_state[_LINK] = written


def sidebar(entries: Sequence[store.RunEntry]) -> None:
    """Run, head and threshold: the selection that all pages share."""
    selection = selected()
    by_key = {entry.key: entry for entry in entries}
    with st.sidebar:
        pick(
            "Run",
            "run",
            list(by_key),
            name=lambda key: one_line(by_key[key].label, 80),
            change=open_run,
            help="A trained model with its test part. Your own runs appear here when they are saved in the "
            "folder runs.",
        )
        heads, noun = by_key[selection.run].heads, noun_of(by_key[selection.run].kind)
        if len(heads) > 1:
            pick(
                "Head",
                "head",
                [MEAN, *heads],
                name=lambda head: "mean of heads" if head == MEAN else one_line(head, 40),
                help=f"A head is one matrix of weights between {noun}s. Heads are not equal: look at each "
                "before the mean.",
            )
        if heads:
            st.select_slider(
                "Strongest pairs",
                SHARES,
                format_func=whole_percent,
                help=f"The share of all pairs of {noun}s that counts as learned: on the map, against the roads, "
                "in tables.",
                **bound("share"),
            )
        _chosen(selection, noun)


def _chosen(selection: Selection, noun: str) -> None:
    """What was chosen by clicks, on whatever page that was, and a way to let go of it."""
    lines = []
    if selection.pair:
        lines.append(f"{code(selection.pair[0], 24)} hears {code(selection.pair[1], 24)}")
    others = [sensor for sensor in selection.sensors if sensor not in selection.pair]
    if others:
        lines.append(f"{noun}s " if len(others) > 1 else f"{noun} ")
        lines[-1] += ", ".join(code(sensor, 24) for sensor in others)
    if selection.community:
        lines.append(f"community {selection.community}")
    if selection.time:
        lines.append(selection.time.replace("T", ", "))
    if not lines:
        return
    st.markdown("Selected\n" + "\n".join(f"- {line}" for line in lines))
    st.button(
        "Clear selection",
        icon=":material/close:",
        key="clear selection",
        on_click=lambda: choose(sensors=(), pair=(), community=0, time=""),
    )


def pick(
    label: str,
    field: str,
    options: Sequence[Any],
    *,
    name: Callable[[Any], str] = str,
    change: Callable[[Any], None] | None = None,
    **settings: Any,
) -> None:
    """A list to choose one of, for one field of the selection."""
    st.selectbox(label, options, format_func=_distinct(options, name), **bound(field, change), **settings)


def switch(label: str, field: str, options: dict[Any, str], *, shown: Any = None) -> None:
    """A few alternatives side by side, for one field of the selection; ``shown`` where the field leaves it open."""
    tied = bound(field)
    if shown is not None:
        st.session_state[tied["key"]] = shown
    st.segmented_control(label, list(options), format_func=options.__getitem__, required=True, **tied)


def slide(label: str, field: str, least: int, most: int, **settings: Any) -> None:
    """A number on a line, for one field of the selection; a note where there is one number only."""
    if most <= least:
        st.caption(f"{label}: {least}")
        return
    st.slider(label, least, most, **bound(field), **settings)


def toggle(label: str, field: str, **settings: Any) -> None:
    """A switch, for one field of the selection."""
    st.toggle(label, **bound(field), **settings)


def pick_sensors(label: str, ids: Sequence[str], most: int) -> None:
    """A list to choose several sensors of."""
    st.multiselect(
        label,
        list(ids),
        format_func=_distinct(ids, lambda i: one_line(i, 40)),
        max_selections=most,
        **bound("sensors", lambda chosen: choose(sensors=tuple(chosen))),
    )


def pick_sensor(label: str, ids: Sequence[str]) -> None:
    """A list to choose one sensor of, or none: what a click on the map does, for the keyboard."""
    key = _key("sensor")
    st.session_state[key] = selected().sensor
    st.selectbox(
        label,
        list(ids),
        index=None,
        placeholder="none: click one on the map, or choose here",
        format_func=_distinct(ids, lambda i: one_line(i, 40)),
        key=key,
        on_change=lambda: choose(sensors=with_first(st.session_state[key])),
    )


def with_first(sensor: str | None) -> tuple[str, ...]:
    """The chosen sensors with this one as the latest; none at all where it is None."""
    if sensor is None:
        return ()
    return (sensor, *(other for other in selected().sensors if other != sensor))[:MOST_SENSORS]


def _key(field: str) -> str:
    return f"control {field}"


def bound(field: str, change: Callable[[Any], None] | None = None) -> dict[str, Any]:
    """Key and callback that tie a control to a field; the control shows what is selected, whoever selected it."""
    key = _key(field)
    value = getattr(selected(), field)
    st.session_state[key] = list(value) if isinstance(value, tuple) else value

    def changed() -> None:
        value = st.session_state[key]
        if value is None:  # a click on the chosen one of a segmented control: it stays chosen
            return
        if change:
            change(value)
        else:
            choose(**{field: value})

    return {"key": key, "on_change": changed}


def _distinct(options: Sequence[Any], name: Callable[[Any], str]) -> Callable[[Any], str]:
    """Names of options, no two alike: a list tells its options apart by what is shown."""
    names: dict[Any, str] = {}
    taken: set[str] = set()
    for option in options:
        shown, count = name(option) or "(no name)", 1
        while shown in taken:
            count += 1
            shown = f"{name(option) or '(no name)'} ({count})"
        taken.add(shown)
        names[option] = shown
    return lambda option: names.get(option, "")
