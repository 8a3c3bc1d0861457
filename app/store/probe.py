"""A run made ready to be asked: what it would forecast with weights cut, or had it seen something else.

Torch is loaded only when somebody asks. A probe is kept for each of two runs, for all sessions; its answers are kept by
what was asked.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from app.memo import Memo, once
from app.reading.particles import NO_SERIES
from app.selection import MEAN
from app.store.asking import ANSWERS, ASKING, Unready, answering, made_ready, probed
from app.store.entries import Floats, load_run
from core.run import Run

CUTS = ("pair", "weight", "inputs", "inside", "border", "head")


@dataclass(frozen=True, eq=False, slots=True)
class Live:
    """What a cut did, on the windows of the probe.

    Attributes
    ----------
    forecast : (T,) root mean square change of the forecast at each step ahead, in the data's unit
    error : (T,) rise of the mean absolute error at each step ahead; NaN where nothing was observed
    forecast_by_sensor : (N,) root mean square change of each sensor's forecast, all steps together
    error_by_sensor : (N,) rise of the mean absolute error of each sensor, all steps together
    rise, low, high : rise of the mean absolute error, all steps and sensors together, and its 95 % interval
    mae : of the model as it is, on the same windows
    windows : how many windows of the test part were asked
    """

    forecast: Floats
    error: Floats
    forecast_by_sensor: Floats
    error_by_sensor: Floats
    rise: float
    low: float
    high: float
    mae: float
    windows: int


@dataclass(frozen=True, eq=False, slots=True)
class Response:
    """What the model says of one window with other inputs.

    Attributes
    ----------
    seen, changed : (L, N) the inputs as they were, gaps filled, and as they were made to be
    before, after : (T, N) the two forecasts
    """

    seen: Floats
    changed: Floats
    before: Floats
    after: Floats


class Asked(Memo):
    """A run's probe, asked by any number of sessions, and what it has answered."""

    def __init__(self, run: Run) -> None:
        """Load the weights and reproduce the forecasts that the run has stored.

        Raises
        ------
        ValueError
            The run is a matrix alone, or its weights do not fit, or do not reproduce what is stored.
        """
        super().__init__()
        from core.probe import Probe

        self._probe = probed(Probe, run)
        self._run = run
        rows = run.tested.rows
        self._least, self._most = float(np.nanmin(rows)), float(np.nanmax(rows))

    @once(ANSWERS)
    def cut(self, what: str, head: str, pair: tuple[int, ...], sensor: int, members: tuple[int, ...]) -> Live:
        """What is lost without some weights; see `live_cut`."""
        from analysis.cuts import cut

        gates = gates_of(self._run, what, head, pair, sensor, members)
        probe = self._probe
        with ASKING:
            after = probe.gated(gates)
        found = cut(lambda _gates, _added: after, probe.forecast, probe.target, gates, block=probe.block)
        return Live(
            forecast=found.forecast,
            error=found.error,
            forecast_by_sensor=np.sqrt(np.mean((after - probe.forecast) ** 2, axis=(0, 1))),
            error_by_sensor=found.by_sensor,
            rise=found.rise,
            low=found.low,
            high=found.high,
            mae=self.error_of(probe.forecast),
            windows=len(probe.windows),
        )

    @property
    def windows(self) -> NDArray[np.int64]:
        """The windows of the test part on which cuts are measured, (W,)."""
        return self._probe.windows

    def error_of(self, forecast: Floats) -> float:
        """The mean absolute error of a forecast (W, T, N) of those windows; NaN where nothing was observed."""
        off = np.abs(forecast - self._probe.target)
        return float(np.nanmean(off)) if np.isfinite(off).any() else float("nan")

    @once(ANSWERS)
    def response(self, window: int, sensors: tuple[int, ...], steps: int, amount: float) -> Response:
        """What the forecast does when inputs are raised or dropped; see `response_of`."""
        probe = self._probe
        with ASKING:
            seen = probe.inputs(window)
            changed = seen.copy()
            part = np.ix_(range(len(seen) - steps, len(seen)), sensors)
            changed[part] = np.clip(changed[part] + amount, self._least, self._most)
            before, after = probe.respond(window, changed - seen)
        return Response(seen, changed, before, after)


def ready(version: str) -> Unready | None:
    """Why the run of a version cannot be asked; None where it can. The first time takes a few seconds, which is said.

    What is loaded is kept, and so is why it could not be.
    """
    made = _asked(version)
    return made if isinstance(made, Unready) else None


def control_error(version: str, control: Run, windows: int) -> float | None:
    """The error of another run on the same data, on the ``windows`` windows on which this run's cuts are measured.

    None where they are not the same windows, or nothing can be asked.
    """
    made, forecasts = _asked(version), control.forecasts
    if isinstance(made, Unready) or forecasts is None or len(made.windows) != windows:
        return None
    tested = load_run(version).tested
    if not np.array_equal(forecasts.first, tested.first):
        return None
    return made.error_of(forecasts.forecast[made.windows])


def live_cut(
    version: str,
    what: str,
    head: str,
    *,
    pair: Sequence[int] = (),
    sensor: int = -1,
    members: Sequence[int] = (),
) -> Live:
    """What the model loses when weights are cut to zero.

    Parameters
    ----------
    what : one of CUTS
    head : in which head, or 'mean' for all of them
    pair : receiver and sender, for 'pair' (both directions) and 'weight' (that one alone)
    sensor : for 'inputs', whose
    members : the sensors of a community, for 'inside' and 'border'

    Raises
    ------
    ValueError
        The run cannot be asked, or has no weights to cut.
    """
    return answering(_asked(version)).cut(what, head, tuple(pair), sensor, tuple(members))


def response_of(version: str, window: int, sensors: Sequence[int], steps: int, amount: float) -> Response:
    """What the forecast of a window does when the last ``steps`` inputs of some sensors are raised by ``amount``.

    What they are made to be stays between the least and the most that was ever observed in the test part.

    Raises
    ------
    ValueError
        The run cannot be asked, or its weights do not reproduce the stored forecast of this window.
    """
    return answering(_asked(version)).response(window, tuple(sensors), steps, float(amount))


def gates_of(
    run: Run, what: str, head: str, pair: Sequence[int] = (), sensor: int = -1, members: Sequence[int] = ()
) -> Floats:
    """What each weight is multiplied with, (H, N, N): 0 where it is cut, else 1; the parameters are `live_cut`'s.

    Only what sensors hear of each other is cut: a sensor's weight on itself stays.

    Raises
    ------
    ValueError
        No such cut, or nothing of that kind is named.
    """
    from analysis import gates

    h, n = len(run.heads), len(run.nodes)
    place = None if head == MEAN else run.heads.index(head)
    labels = np.isin(np.arange(n), list(members)).astype(np.int64)
    if what in ("pair", "weight") and len(pair) == 2:
        return (gates.pair if what == "pair" else gates.edge)(h, n, pair[0], pair[1], place)
    if what == "inputs":
        return gates.inputs(h, n, [sensor], place)
    if what in ("inside", "border"):
        return (gates.inside if what == "inside" else gates.border)(h, labels, 1, place)
    if what == "head":
        return gates.head(h, n, place)
    raise ValueError(f"what must be one of {', '.join(CUTS)}, and name what is cut, got {what!r}")


@st.cache_resource(show_spinner="Loading the model and repeating its forecasts …", max_entries=2)
def _asked(version: str) -> Asked | Unready:
    run = load_run(version)
    if run.kind == "particles":
        return Unready(NO_SERIES, "Open a run of sensors to ask its model.")
    if run.forecasts is None:
        return Unready(
            "A matrix alone has no model behind it, so there is nothing to ask.",
            "Open a run with a model, or train one on the page Train.",
        )
    return made_ready(Asked, run)
