"""Data of particles on the command line: what they are called, and how they are opened."""

import re
from typing import TYPE_CHECKING, Any

from app.bars import NAMED

if TYPE_CHECKING:
    from core.experiment import Data

ANY = "nbody"  # data of particles, whose number an option gives


def named(dataset: str, particles: int | None, trajectories: int | None, inputs: int | None, ahead: str | None) -> str:
    """The name of data of particles with what the options say of them, as ``core.data.nbody`` reads it.

    Parameters
    ----------
    dataset : 'nbody', which needs ``particles``, or a name of ``core.data.nbody``
    particles : how many move
    trajectories : to train on; a third as many choose the epoch, and as many are the test
    inputs : frames seen
    ahead : frames forecast, counted from the last one seen, joined by +

    Raises
    ------
    ValueError
        The number of particles is missing, or the name says it already; or ``ahead`` is not numbers joined by +.

    >>> named("nbody", 5, 300, None, "5+10")
    'nbody-5:train=300,validation=100,test=100,ahead=5+10'
    """
    kind, _, changes = dataset.partition(":")
    if kind == ANY and particles is None:
        raise ValueError(f"{ANY} needs --particles, how many move, as in --dataset {ANY} --particles 5")
    if kind != ANY and particles is not None:
        raise ValueError(f"{kind} says already how many particles move: leave out --particles")
    kind = kind if particles is None else f"{ANY}-{particles}"
    if ahead is not None and not re.fullmatch(r"[0-9]+(\+[0-9]+)*", ahead):
        raise ValueError(f"ahead of {kind} must be numbers joined by +, as in 5+10, got {ahead!r:.60}")
    third = None if trajectories is None else max(1, round(trajectories / 3))
    said = {"train": trajectories, "validation": third, "test": third, "inputs": inputs, "ahead": ahead}
    words = [changes] if changes else []
    words += [f"{key}={value}" for key, value in said.items() if value is not None]
    return f"{kind}:{','.join(words)}" if words else kind


def opened(name: str) -> "Data":
    """The data of a name; particles that must be simulated first show how far that is."""
    from core import data

    if not data.holds_particles(name):
        if name not in data.DATASETS and not name.startswith(data.FOLDER):
            known = ", ".join([*data.DATASETS, data.PARTICLES, f"{data.PARTICLES}-small"])
            raise ValueError(f"data set must be one of {known} or {data.FOLDER}PATH, got {name!r}")
        return data.load(name)
    from tqdm import tqdm

    bar: Any = None

    def tell(done: int, of: int) -> None:
        nonlocal bar
        if bar is None:
            bar = tqdm(total=of, unit="step", desc="simulated", mininterval=0.5, bar_format=NAMED)
        bar.update(done - bar.n)

    try:
        return data.opened(name, progress=tell)
    finally:
        if bar is not None:
            bar.close()
