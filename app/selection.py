"""What is selected: one frozen record, written into the URL and read back from it.

    ?v=1&run=demo/intergat-plus&head=head 2&share=0.02&sensor=A07&sensor=B12&order=position

``v`` is the version of the link. Whatever stands in a URL is somebody else's text: each value is checked against
what exists, and what is not understood falls back to a default and is named once, in words of our own.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

VERSION = "1"
MEAN = "mean"  # the mean of all heads, where a head's name could stand
SHARES = (0.005, 0.01, 0.015, 0.02, 0.025, 0.03, 0.04, 0.05, 0.06, 0.07, 0.08, 0.09, 0.1)
ORDERS = ("community", "group", "position", "given")
METHODS = ("louvain", "spectral")
ENERGIES = ("learned", "road")
MOST_SENSORS = 4  # that one figure of curves can hold
MOST_COMMUNITIES = 30

_NUMBER = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?", re.ASCII)
_WHOLE = re.compile(r"[0-9]{1,9}", re.ASCII)


class Choice(Protocol):
    """What of a run can be selected: its key, the names of its heads, the ids of its sensors, its steps ahead."""

    @property
    def key(self) -> str: ...  # noqa: D102
    @property
    def heads(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def ids(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def horizon(self) -> int: ...  # noqa: D102


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Everything that decides what the pages show.

    Attributes
    ----------
    run : key of the run; '' where there is none
    head : name of a head, or 'mean'
    share : the strongest share of pairs that is drawn
    sensors : ids of the chosen sensors, the latest choice first
    order : of the sensors along a matrix, one of ORDERS
    method : of finding communities, one of METHODS
    count : number of communities; 0 lets the eigengap decide
    mode : eigenvector, 1 for the largest eigenvalue
    step : step ahead, from 1; 0 for the last
    energy : the graph on which modes are smooth or not, one of ENERGIES
    roads, planted, tiles : whether roads that were not learned, the planted graph, a street map are drawn
    """

    run: str = ""
    head: str = MEAN
    share: float = 0.02
    sensors: tuple[str, ...] = ()
    order: str = ORDERS[0]
    method: str = METHODS[0]
    count: int = 0
    mode: int = 1
    step: int = 0
    energy: str = ENERGIES[0]
    roads: bool = True
    planted: bool = False
    tiles: bool = False

    @property
    def sensor(self) -> str | None:
        """The sensor that was chosen last, if any."""
        return self.sensors[0] if self.sensors else None

    def fitted(self, choice: Choice) -> "Selection":
        """The same selection on another run: what that run does not have goes back to its default."""
        return replace(
            self,
            run=choice.key,
            head=self.head if self.head in choice.heads else MEAN,
            sensors=tuple(i for i in self.sensors if i in set(choice.ids))[:MOST_SENSORS],
            mode=min(self.mode, max(len(choice.ids), 1)),
            step=self.step if self.step <= choice.horizon else 0,
        )

    def to_query(self) -> dict[str, str | list[str]]:
        """The selection as URL parameters; what stands at its default is left out, but for run, head and share."""
        query: dict[str, str | list[str]] = {
            "v": VERSION,
            "run": self.run,
            "head": self.head,
            "share": f"{self.share:g}",
        }
        default = Selection()
        if self.sensors:
            query["sensor"] = list(self.sensors)
        for name in (*_WORDS, "count", "mode", "step"):
            if getattr(self, name) != getattr(default, name):
                query[name] = str(getattr(self, name))
        for name in _SWITCHES:
            if getattr(self, name) != getattr(default, name):
                query[name] = str(int(getattr(self, name)))
        return query


def from_query(
    query: Mapping[str, Sequence[str]], choices: Sequence[Choice], default: str = ""
) -> tuple[Selection, list[str]]:
    """Selection that a link asks for, as far as it exists, and which parts of the link were not understood.

    Parameters
    ----------
    query : URL parameters, each with all of its values
    choices : the runs there are
    default : key of the run to open where the link names none

    Returns
    -------
    Selection
        One that can be shown, whatever the link says.
    list of str
        What was left at its default though the link names it, in words of our own: 'run', 'head', ...
    """
    left: list[str] = []
    if _last(query, "v") not in (None, VERSION):
        query, left = {}, ["all of it, which another version of Topolens wrote"]
    by_key = {choice.key: choice for choice in choices}
    run = _last(query, "run")
    if run and run not in by_key:
        left.append("run")  # what else the link names are heads and sensors of a run that is not here
        query = {name: values for name, values in query.items() if name in ("share", *_WORDS, *_SWITCHES)}
    choice = by_key.get(run or default) or by_key.get(default)
    if choice is None:
        return Selection(), left
    found: dict[str, Any] = {"run": choice.key}
    head = _last(query, "head")
    if head is not None:
        if head == MEAN or head in choice.heads:
            found["head"] = head
        else:
            left.append("head")
    asked, known = list(dict.fromkeys(query.get("sensor", ()))), set(choice.ids)
    found["sensors"] = tuple(sensor for sensor in asked if sensor in known)[:MOST_SENSORS]
    if len(found["sensors"]) < len(asked):
        left.append("sensors")
    share = _number(query, "share")
    if share is not None:
        if SHARES[0] <= share <= SHARES[-1]:
            found["share"] = min(SHARES, key=lambda offered: abs(offered - share))
        else:
            left.append("share of pairs")
    for name, words in _WORDS.items():
        value = _last(query, name)
        if value is not None:
            if value in words:
                found[name] = value
            else:
                left.append(name)
    ranges = {
        "count": ("number of communities", {0, *range(2, min(MOST_COMMUNITIES, len(choice.ids)) + 1)}),
        "mode": ("mode", range(1, max(len(choice.ids), 1) + 1)),
        "step": ("step ahead", range(choice.horizon + 1)),
    }
    for name, (said, numbers) in ranges.items():
        number = _whole(query, name)
        if number is not None:
            if number in numbers:
                found[name] = number
            else:
                left.append(said)
    for name, said in _SWITCHES.items():
        value = _last(query, name)
        if value is not None:
            if value in ("0", "1"):
                found[name] = value == "1"
            else:
                left.append(said)
    return Selection(**found), left


def left_sentence(left: Sequence[str]) -> str:
    """What is said, once, of a link that was not understood in full; '' where it was."""
    return f"The link asks for what is not here ({', '.join(left)}): the default is shown." if left else ""


_WORDS = {"order": ORDERS, "method": METHODS, "energy": ENERGIES}
_SWITCHES = {"roads": "roads that were not learned", "planted": "planted graph", "tiles": "street map"}


def _last(query: Mapping[str, Sequence[str]], name: str) -> str | None:
    values = query.get(name)
    return values[-1] if values else None


def _number(query: Mapping[str, Sequence[str]], name: str) -> float | None:
    """The number of that name; nan, which lies in no range, where it is not one."""
    value = _last(query, name)
    if value is None:
        return None
    return float(value) if _NUMBER.fullmatch(value) else math.nan


def _whole(query: Mapping[str, Sequence[str]], name: str) -> int | None:
    value = _last(query, name)
    if value is None:
        return None
    return int(value) if _WHOLE.fullmatch(value) else -1
