"""What all runs share that can be asked: one is asked at a time, and why one cannot be.

Torch is loaded when somebody asks for what no run holds.
"""

from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import TypeVar

from app import jobs
from app.reading.words import code, plain
from app.store.entries import UNREADABLE
from core.run import Run

A = TypeVar("A")

ANSWERS = 64  # of each kind that are kept for a run

ASKING = Lock()  # one at a time, whatever the run: torch has one set of threads for all


@dataclass(frozen=True, slots=True)
class Unready:
    """Why a run cannot be asked, and what to do about it, as sentences in Markdown."""

    why: str
    what_to_do: str


def probed(probe: Callable[[Run], A], run: Run) -> A:
    """The probe of a run, which repeats the forecasts that the run has stored.

    Raises
    ------
    ValueError
        What ``probe`` refuses.
    """
    import torch

    with ASKING:
        torch.set_num_threads(jobs.threads())
        return probe(run)


def made_ready(make: Callable[[Run], A], run: Run) -> A | Unready:
    """A run made ready to be asked, or why it cannot be."""
    try:
        return make(run)
    except UNREADABLE as error:
        load = run.record["data"].get("load", run.dataset)
        model = run.model + " --without-graph" * (run.called != run.model)
        return Unready(
            f"The model of this run cannot be asked: {plain((str(error) or type(error).__name__).rstrip('.'), 600)}.",
            "What is kept of it can still be looked at. To ask it, copy its whole folder again from where it was "
            f"trained, or train it anew: {code(f'python -m app train --dataset {load} --model {model}', 200)}.",
        )


def answering(made: A | Unready) -> A:
    """What can be asked.

    Raises
    ------
    ValueError
        It cannot.
    """
    if not isinstance(made, Unready):
        return made
    raise ValueError(made.why)
