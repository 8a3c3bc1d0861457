"""The run without any graph that stands beside a run: which one that is, and in what else the two differ."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.reading.words import plain
from core.controls import CONTROLS

CONTROL = "gru"  # the model without any graph, against which a graph has to prove its worth
SAME_BUT_GRAPH = tuple(name for name, (beside, _) in CONTROLS.items() if beside == CONTROL)  # in everything else
OWN = tuple(name for name, (beside, _) in CONTROLS.items() if beside == name)  # controls where they have no heads

# Settings of a training as they are called; not the seed, and not the penalty on a matrix that one of the two has not.
SETTINGS = {
    "epochs": "epochs",
    "batch": "batch",
    "rate": "rate",
    "optimizer": "optimizer",
    "loss": "loss",
    "weight_decay": "weight decay",
    "schedule": "schedule",
    "clip": "clipping",
    "patience": "patience",
}
SINCE = {"schedule": "constant"}  # what a record that is older than a setting was trained with
MOST = 3  # differences that are named


def is_control(model: str, heads: Sequence[str]) -> bool:
    """Whether a model with such heads is one without any graph that others are held against."""
    return model == CONTROL or (model in OWN and not heads)


def controls(other: str, other_heads: Sequence[str], model: str, heads: Sequence[str]) -> bool:
    """Whether a run of one model can be the control of another, as far as models go; nothing controls a control."""
    if is_control(model, heads) or not is_control(other, other_heads):
        return False
    return other in (CONTROL, model)


def is_own_control(record: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether the model of another run, which has no graph, is the very one that a model would be without its own."""
    beside, _ = CONTROLS.get(record["model"]["name"], ("", {}))
    return bool(other["model"]["name"] == beside)


def remoteness(record: Mapping[str, Any], other: Mapping[str, Any]) -> tuple[bool, int]:
    """By what controls are ordered, the best first: the model itself without heads, then that trained most alike."""
    own = other["model"]["name"] == record["model"]["name"]
    return (not own, len(differences(record, other)))


def differences(record: Mapping[str, Any], other: Mapping[str, Any]) -> tuple[str, ...]:
    """In what the trainings of two runs differ, safe as Markdown.

    Where the models are the same but for the graph, the sizes that both have count as well, but for what a control must
    be without (``core.controls``).

    Parameters
    ----------
    record, other : checked records of runs of the kind 'model'; what one of them does not say is not compared

    >>> one = {"model": {"name": "gru", "config": {}}, "training": {"epochs": 3, "loss": "mse", "batch": 64}}
    >>> differences(one, {**one, "training": {"epochs": 60, "loss": "mse", "batch": 32}})
    ('3 and 60 epochs', 'batch 64 and 32')
    """
    ours, theirs = ({**SINCE, **one["training"]} for one in (record, other))
    found = [
        f"{_said(ours[name])} and {_said(theirs[name])} epochs"
        if name == "epochs"
        else f"{words} {_said(ours[name])} and {_said(theirs[name])}"
        for name, words in SETTINGS.items()
        if name in ours and name in theirs and ours[name] != theirs[name]
    ]
    model, without = record["model"]["name"], other["model"]["name"]
    if model == without or (model in SAME_BUT_GRAPH and without == CONTROL):
        ours, theirs = (one["model"]["config"] for one in (record, other))
        left_out = CONTROLS[model][1] if model in CONTROLS else {}
        found += [
            f"{plain(name, 30)} {_said(ours[name])} and {_said(theirs[name])}"
            for name in ours
            if name in theirs and ours[name] != theirs[name] and name not in left_out
        ]
    return tuple(found)


def differences_words(differences: Sequence[str]) -> str:
    """The first few of them, and how many more there are; '' for none.

    >>> differences_words(["3 and 60 epochs"]), differences_words(["a", "b", "c", "d"])
    ('3 and 60 epochs', 'a, b, c, and 1 more')
    """
    more = f", and {len(differences) - MOST} more" if len(differences) > MOST else ""
    return ", ".join(differences[:MOST]) + more


def _said(value: object) -> str:
    if value is None:
        return "none"
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return f"{value:g}" if number else plain(str(value), 20)
