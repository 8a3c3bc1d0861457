"""Data that are here, or are brought: what is in them, and what is wrong with them."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import streamlit as st

from analysis.copies import Copies
from analysis.quality import Stretches
from analysis.stuck import Stuck
from app import datasets, store, uploads
from app.figures.colours import ROAD, Theme, sequential
from app.figures.map import Edges
from app.figures.quality import Mark, level_curve, missing_curve, missing_picture, sensor_curve
from app.places import LAYOUTS
from app.quality import Findings
from app.reading import quality as said
from app.reading.findings import (
    copy_table,
    fault_table,
    gap_table,
    outlier_table,
    sensor_table,
    shift_table,
    stuck_table,
)
from app.reading.words import code, counted, one_line, percent, plain
from app.store.quality import data_of, data_places_of, findings_of, version_of
from app.views.ground import draw_places
from app.views.page import answer, beside, figure, heading
from app.views.tables import table
from app.views.upload import NEXT, bring
from core.data import FOLDER, data_root
from core.data.faults import DataError
from core.data.sensors import SensorData

SHOWN, SENSOR, TRAIN = "data shown", "data sensor", "train dataset"


def choose() -> str:
    """Which data set is looked at, as ``core.data.load`` takes it."""
    uploads.restored()
    ready = {dataset.load: dataset for dataset in datasets.found(data_root())}
    asked = st.session_state.pop(NEXT, None)
    if asked in ready:
        st.session_state[SHOWN] = asked
    if st.session_state.get(SHOWN) not in ready:  # deleted since, or never chosen: the last are one's own
        st.session_state[SHOWN] = list(ready)[-1] if len(ready) > 1 else next(iter(ready))
    return str(
        st.selectbox("Data", list(ready), format_func=lambda load: one_line(ready[load].label, 90), key=SHOWN)
    )


def read(version: str) -> tuple[SensorData, Findings]:
    """The data set and what was found in it; where it cannot be read, the page says why and ends."""
    try:
        with st.spinner("Reading the data …"):
            data = data_of(version)
    except (ValueError, OSError) as error:
        st.warning("These data cannot be read.", icon=":material/broken_image:")
        if isinstance(error, DataError):
            st.dataframe(fault_table(error.faults), hide_index=True, width="stretch")
        else:
            st.code(one_line(str(error), 2000), language=None, wrap_lines=True)
        st.stop()
    with st.spinner("Looking for gaps, shifts, copied days, dead and stuck sensors …"):
        return data, findings_of(version)


def marks(data: SensorData, found: Findings, kinds: Sequence[str]) -> list[Mark]:
    """The shifts of these kinds, one mark for each row."""
    by_row: dict[int, list[str]] = {}
    for row, kind in zip(found.shifts.row, found.shifts.kind, strict=True):
        if kind in kinds:
            by_row.setdefault(int(row), []).append(kind)
    return [
        Mark(data.times[row].to_datetime64(), f"row {row:,}: {', '.join(kind)}") for row, kind in by_row.items()
    ]


def over_time(data: SensorData, found: Findings) -> None:
    """The level and what is missing over time, with the shifts."""
    heading("When does it change?")
    times, where = data.times.to_numpy(), one_line(data.name)
    shifts = said.shift_sentences(data, found)
    figure(
        level_curve(
            data.values,
            times,
            quantity=data.quantity,
            unit=data.unit,
            marks=marks(data, found, ("level", "spread", "zeros")),
            theme=theme,
        ),
        key="data level",
        alt=f"Median over the sensors of {where} over time, with {counted(len(shifts), 'shift')} marked",
        caption="Thin: the middle sensor at each time. Thick: its median over each day. "
        + ("Upright lines: times at which many sensors change at once. " if shifts else "")
        + "To find shifts, a day is compared with the same day a week later, so that weekends are none.",
        keeps=data.name,
    )
    if shifts:
        table("Shifts", lambda: shift_table(data, found), entry, "shifts")
    if not found.missing.share:
        return
    left, right = beside()
    with left:
        figure(
            missing_curve(found.missing.by_step, times, marks(data, found, ("missing",)), theme),
            key="data missing",
            alt=f"Share of the sensors of {where} that are missing, over time",
            caption=f"{percent(found.missing.share)} in all.",
            keeps=data.name,
        )
        table("Gaps, the longest first", lambda: gap_table(data, found), entry, "gaps")
    with right:
        figure(
            missing_picture(data.values, times, ids),
            key="data missing picture",
            alt=f"Which sensors of {where} are missing when",
            caption="Bright: missing. Upright bands are times, level bands are sensors.",
            keeps=data.name,
        )


def stretches_at(kind: Stretches | Stuck | Copies, sensor: int) -> list[tuple[int, int]]:
    """The stretches of one sensor, (first row, rows)."""
    mine = kind.sensor == sensor
    return list(zip(kind.start[mine].tolist(), kind.length[mine].tolist(), strict=True))


def at_sensors(data: SensorData, found: Findings) -> None:
    """Where values are missing, and the curve of one sensor with its gaps, stuck stretches and copied days."""
    heading("Which sensors?")
    shares = {"missing": found.missing.by_sensor}
    for kind, stretches in (("copied", found.copies), ("stuck", found.stuck)):
        shares[kind] = np.bincount(stretches.sensor, weights=stretches.length, minlength=len(ids)) / data.steps
    word = next((kind for kind in shares if shares[kind].any()), "missing")
    share = shares[word]
    if st.session_state.get(SENSOR) not in ids:
        st.session_state[SENSOR] = ids[int(share.argmax())]
    places = data_places_of(version_of(load))
    most = float(share.max()) or 1.0
    ends = sequential(np.array([0.0, most]), 0.0, most)
    left, right = beside()

    def clicked(sensor: int) -> None:
        st.session_state[SENSOR] = ids[sensor]

    with left:
        roads = np.zeros((len(ids), len(ids)), dtype=bool) if data.adjacency is None else data.adjacency > 0
        pairs = np.argwhere(np.triu(roads | roads.T, 1))
        draw_places(
            places,
            ids,
            "data map",
            colours=sequential(share, 0.0, most),
            tooltips=[
                ", ".join(f"{100 * of[sensor]:.3g} % {kind}" for kind, of in shares.items())
                for sensor in range(len(ids))
            ],
            roads=Edges("road", pairs, ROAD) if len(pairs) else None,
            legend=[(ends[0], f"0 % {word}"), (ends[1], f"{100 * most:.3g} % {word}")] if share.any() else (),
            theme=theme,
            height=420,
            on_sensor=clicked,
        )
        st.caption(
            (f"Share of the rows that are {word}. " if share.any() else "Nothing is missing, copied or stuck. ")
            + "Click a sensor to see its curve. "
            + LAYOUTS[places.kind]
        )
    with right:
        sensor = ids.index(st.selectbox("Sensor", ids, format_func=lambda name: one_line(name, 60), key=SENSOR))
        gaps, held, copied = (stretches_at(kind, sensor) for kind in (found.gaps, found.stuck, found.copies))
        changed = [k for k in range(len(found.shifts.row)) if found.shifts.changed[k, sensor]]
        own = {int(found.shifts.row[k]) for k in changed}
        figure(
            sensor_curve(
                data.times.to_numpy(),
                data.values[:, sensor],
                sensor=ids[sensor],
                quantity=data.quantity,
                unit=data.unit,
                gaps=gaps,
                stuck=held,
                copied=copied,
                marks=[Mark(data.times[row].to_datetime64(), f"row {row:,}") for row in sorted(own)],
                theme=theme,
            ),
            key="data sensor curve",
            alt=f"Values of sensor {one_line(ids[sensor], 40)} over time, with gaps, stuck stretches and copied days",
            caption=f"{code(ids[sensor], 40)}: {percent(float(found.missing.by_sensor[sensor]))} missing in "
            f"{counted(len(gaps), 'gap')}, {counted(len(held), 'stuck stretch', 'stuck stretches')}, "
            f"{counted(len(copied), 'copied day')}. Drag to look closer, double-click to return.",
            keeps=f"{data.name} {ids[sensor]}",
        )
    table("Every sensor", lambda: sensor_table(data, found), entry, "data-sensors")
    if len(found.copies.start):
        table("Copied days", lambda: copy_table(data, found), entry, "copied-days")
    if len(found.stuck.start):
        table("Stuck stretches, the longest first", lambda: stuck_table(data, found), entry, "stuck")
    if len(found.outliers.row):
        table("Values beyond what is plausible", lambda: outlier_table(data, found), entry, "outliers")


def delete(load: str) -> None:
    """A button that deletes data of one's own, once it is confirmed."""
    if not load.startswith(FOLDER):
        return
    # as it was chosen: data are called after where a link leads, which may be the name of others
    name = Path(load.removeprefix(FOLDER)).name
    with st.popover("Delete these data", icon=":material/delete:"):
        st.markdown(f"The folder {code(name, 80)} and all in it is deleted. Runs that were trained on it stay.")
        if st.button("Delete", type="primary", key="delete data"):
            try:
                uploads.removed(name)
            except (uploads.UploadError, OSError) as error:
                st.error(plain(str(error), 300))
            else:
                st.rerun()


st.title("What is in my data, and what is wrong with them?", anchor=False)
theme: Theme = "dark" if st.context.theme.type == "dark" else "light"
bring()
load = choose()
data, found = read(version_of(load))
ids = [str(name) for name in data.nodes["id"]]
entry = store.RunEntry(key=data.name, path=data_root(), version=load)
answer(said.answer(data, found))
st.markdown(
    "  \n".join(
        f"{':material/warning:' if line.problem else ':material/check:'} {line.sentence}"
        for line in said.lines(data, found)
    )
)
st.caption(plain(data.source, 500) + (". " + plain(data.note, 600) if data.note else ""))
left, right = st.columns([1, 1])
with left:
    if st.button("Train on these data", type="primary", icon=":material/model_training:", key="train on data"):
        st.session_state[TRAIN] = load
        st.switch_page("views/train.py")
with right:
    delete(load)
over_time(data, found)
at_sensors(data, found)
