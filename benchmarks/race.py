"""How soon ``intergat-plus`` forecasts as well as the GAT-GRU of PyTorch Geometric does at its end.

Both are trained by ``core.train.fit`` on Los-Loop under the protocol 'clean', with their own settings but for the loss,
from seed 0: the fast one takes the loss of the slow one, squared errors, so that one figure judges both. The slow one
runs first, for so many epochs or until its time is up, whichever comes first; the error that it ends at is its best
validation loss, and its time is that until the epoch of the best. The other then runs until an epoch of its own is at
least as good. Time is that of whole epochs with their validation. The folder keeps both trainings: called again, the
race goes on where it stopped.
"""

import json
import time
from collections.abc import Callable
from contextlib import suppress
from itertools import accumulate
from pathlib import Path
from typing import Any

from benchmarks.rivals.steps import Bench
from core.experiment import settings_for
from core.models import Forecaster, built
from core.train import Settings, State, fit, loss

SLOW, FAST, UNTRAINED = "PyG GAT-GRU", "intergat-plus", "last-value"
History = tuple[dict[str, float], ...]


class StopError(Exception):
    """The time is up, or the goal is reached."""


def race(bench: Bench, folder: Path, *, epochs: int, minutes: float, fast_epochs: int = 100,
         say: Callable[[str], None] = lambda _: None) -> dict[str, Any]:
    """Learning curves of both, and how long each took to the slow one's best validation loss.

    Parameters
    ----------
    epochs : of the slow one, at most
    minutes : for the slow one, at most; an epoch that is not finished by then is dropped
    fast_epochs : of the fast one, at most

    Returns
    -------
    dict
        ``settings``, and by model ``curve``: seconds since the start and validation loss of each epoch;
        ``goal``: the loss; ``seconds``: by model, to the goal, None where it was not reached; ``untrained``: the
        loss of the last value, which a goal worth racing to is below.
    """
    until = time.perf_counter() + 60 * minutes

    def out_of_time(*_: int) -> None:
        if time.perf_counter() > until:
            raise StopError

    curves = {}
    slow = Settings(**{**bench.model(SLOW).settings, "epochs": epochs})
    curves[SLOW] = _curve(SLOW, bench, slow, folder, say, tick=out_of_time)
    if not curves[SLOW]:
        raise TimeoutError(f"{SLOW} must end one epoch for a race, got none in {minutes:g} minutes: give it more")
    goal = min(error for _, error in curves[SLOW])

    def reached(history: History) -> bool:
        return any(record["validation"] <= goal for record in history)

    fast = settings_for(FAST, epochs=fast_epochs, loss=slow.loss)
    curves[FAST] = _curve(FAST, bench, fast, folder, say, enough=reached)
    return {
        "asked": {"epochs": epochs, "minutes": minutes},
        "cut short": len(curves[SLOW]) < epochs,
        "curves": curves,
        "goal": goal,
        "untrained": loss(_untrained(bench), bench.cut, "validation", slow),
        "seconds": {name: next((at for at, error in curve if error <= goal), None) for name, curve in curves.items()},
    }


def _untrained(bench: Bench) -> Forecaster:
    model = built(UNTRAINED, bench.sizes)
    model.observe(bench.cut, None)
    return model


def _curve(
    name: str, bench: Bench, settings: Settings, folder: Path, say: Callable[[str], None], *,
    tick: Callable[..., None] = lambda *_: None, enough: Callable[[History], bool] = lambda _: False,
) -> list[tuple[float, float]]:
    """(seconds, validation loss) after each epoch of a training, from the start until its history is enough."""
    model: Forecaster = bench.model(name)
    place = folder / name.replace(" ", "-").lower()
    place.mkdir(parents=True, exist_ok=True)

    def told(state: State) -> None:
        last = state.history[-1]
        say(f"    {name}, epoch {state.epoch}: validation {last['validation']:.4f}, {last['seconds']:.1f} s")
        if enough(state.history):
            raise StopError

    if not enough(_kept(place)):
        with suppress(StopError):
            fit(model, bench.cut, settings, place, tick=tick, after=told)
    history = _kept(place)
    at = accumulate(record["seconds"] for record in history)
    return [(seconds, record["validation"]) for seconds, record in zip(at, history, strict=True)]


def _kept(place: Path) -> History:
    """The epochs that are finished, those of earlier calls as well."""
    lines = (place / "progress.jsonl").read_text().splitlines() if (place / "progress.jsonl").exists() else []
    return tuple(json.loads(line) for line in lines)
