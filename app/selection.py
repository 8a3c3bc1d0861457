"""What is selected: one frozen record, written into the URL and read back from it.

    ?v=1&run=demo/intergat-plus&head=head 2&share=0.02&sensor=A07&sensor=B12&pair=A07&pair=B12&order=position

``v`` is the version of the link. Whatever stands in a URL is somebody else's text: each value is checked against
what exists, and what is not understood falls back to a default and is named once, in words of our own.
"""

import math
import re
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any, Protocol

VERSION = "1"
MEAN = "mean"  # the mean of all heads, where a head's name could stand
SHARES = (0.005, 0.01, 0.015, 0.02, 0.025, 0.03, 0.04, 0.05, 0.06, 0.07, 0.08, 0.09, 0.1)
ORDERS = ("community", "group", "position", "given")
METHODS = ("louvain", "spectral")
ENERGIES = ("learned", "road")
EVIDENCE = ("chance", "use", "what-if", "stability", "residuals", "planted")
REMOVALS = ("zero", "mean", "rewire")
EFFECTS = ("error", "forecast")
CUTS = {"pair": "pair", "weight": "pair", "inside": "community", "border": "community", "inputs": "sensors", "head": ""}
"""What can be cut, and the field that says of whom; '' for the head, which is always chosen."""
LEAST_AMOUNT, MOST_AMOUNT = 1e-12, 1e9
EDGES = (0.0, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0)  # shares of the pairs of particles that may be drawn
MOST_TRAJECTORIES = 1000  # that a run of particles may be asked for; how many it has, its arrays say
MOST_TURN, MOST_MOVED = 180, 10  # degrees about an axis, and how far particles are moved
MOST_LINKS = 6  # of the road, around a sensor whose inputs are changed
MOST_SENSORS = 4  # that one figure of curves can hold
MOST_COMMUNITIES = 30

_NUMBER = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?", re.ASCII)
_WHOLE = re.compile(r"[0-9]{1,9}", re.ASCII)
_DEGREES = re.compile(r"-?[0-9]{1,3}", re.ASCII)
_SIGNED = re.compile(r"-?[0-9]{1,9}(\.[0-9]{1,9})?(e[-+][0-9]{2})?", re.ASCII)
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}", re.ASCII)


class Choice(Protocol):
    """What of a run can be selected: key, names of heads, ids of sensors, steps ahead, frames of its particles."""

    @property
    def key(self) -> str: ...  # noqa: D102
    @property
    def heads(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def ids(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def horizon(self) -> int: ...  # noqa: D102
    @property
    def frames(self) -> int: ...  # noqa: D102


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Everything that decides what the pages show.

    Attributes
    ----------
    run : key of the run; '' where there is none
    other : key of the run it is compared with; '' for none
    head : name of a head, or 'mean'
    other_head : the head it is compared with, or 'mean'; '' for the one that matches
    share : the strongest share of pairs that is drawn
    sensors : ids of the chosen sensors, the latest choice first
    pair : ids of the receiver and the sender of the chosen weight; () for none
    community : the chosen community of the head, from 1; 0 for none
    order : of the sensors along a matrix, one of ORDERS
    method : of finding communities, one of METHODS
    count : number of communities; 0 lets the eigengap decide
    mode : eigenvector, 1 for the largest eigenvalue
    step : step ahead, from 1; 0 for the last
    time : local time that is looked at, '2012-03-07T08:15'; '' for the whole test part
    energy : the graph on which modes are smooth or not, one of ENERGIES
    part : of the evidence, one of EVIDENCE
    removal : how weights are removed, one of REMOVALS
    effect : of cutting a weight: what it is an effect on, one of EFFECTS
    cut : what the model is asked to do without, one of CUTS; '' for what is chosen, see `what`
    live : what the map shows of that cut, one of EFFECTS
    links : of the road, around the chosen sensor: how far inputs are changed with its own
    amount : by how much they are, in the data's unit; None for an amount that fits what was seen
    trajectory : of particles, from 1: one of the test part that the run keeps
    frame : of that trajectory, from 1 for the first one seen; 0 for the last one seen
    layer : of a model of particles, whose gates are drawn; '' for the first. The particle is the chosen sensor
    edges : the share of pairs of particles that is drawn, one of EDGES
    about_x, about_y, about_z : degrees by which all particles are turned, from -180 to 180
    moved : how far all particles are moved along the diagonal x = y = z
    mirrored : whether all particles are mirrored
    roads, planted, tiles : whether roads that were not learned, the planted graph, a street map are drawn
    """

    run: str = ""
    other: str = ""
    head: str = MEAN
    other_head: str = ""
    share: float = 0.02
    sensors: tuple[str, ...] = ()
    pair: tuple[str, ...] = ()
    community: int = 0
    order: str = ORDERS[0]
    method: str = METHODS[0]
    count: int = 0
    mode: int = 1
    step: int = 0
    time: str = ""
    energy: str = ENERGIES[0]
    part: str = EVIDENCE[0]
    removal: str = REMOVALS[0]
    effect: str = EFFECTS[0]
    cut: str = ""
    live: str = EFFECTS[1]
    links: int = 0
    amount: float | None = None
    trajectory: int = 1
    frame: int = 0
    layer: str = ""
    edges: float = 0.2
    about_x: int = 40
    about_y: int = 25
    about_z: int = 60
    moved: int = 2
    mirrored: bool = False
    roads: bool = True
    planted: bool = False
    tiles: bool = False

    @property
    def sensor(self) -> str | None:
        """The sensor that was chosen last, if any."""
        return self.sensors[0] if self.sensors else None

    @property
    def what(self) -> str:
        """What is cut, one of CUTS: as asked for, else the chosen pair, community, sensor, or the head."""
        chosen = (cut for cut, field in CUTS.items() if not field or getattr(self, field))
        return self.cut or next(chosen)

    def changed(self, **changes: Any) -> "Selection":
        """The selection with some fields changed, and what no longer fits them undone.

        A chosen pair chooses its two sensors; a pair lasts as long as both of its sensors are chosen; the number of a
        community means nothing in another head or under another method. What was chosen last is what is cut.
        """
        after = replace(self, **changes)
        if changes.get("pair"):
            after = replace(after, sensors=tuple(dict.fromkeys((*after.pair, *after.sensors)))[:MOST_SENSORS])
        if not set(after.pair) <= set(after.sensors):
            after = replace(after, pair=())
        found_by = (self.head, self.method, self.count) != (after.head, after.method, after.count)
        if found_by and "community" not in changes:
            after = replace(after, community=0)
        return after if "cut" in changes else _cut_as_chosen(after, self, changes)

    def fitted(self, choice: Choice, other: Choice | None = None) -> "Selection":
        """The same selection on another run: what that run does not have goes back to its default.

        ``other`` is the run it is compared with, where that one exists.
        """
        known = set(choice.ids)
        (whole,) = choice.heads if len(choice.heads) == 1 else (MEAN,)  # the mean of one head is that head
        head = self.head if self.head in choice.heads else whole
        beside = other if other is not None and other.key != choice.key else None
        fitted = replace(
            self,
            run=choice.key,
            other=beside.key if beside else "",
            other_head=self.other_head if self.other_head in (MEAN, *(beside or choice).heads) else "",
            head=head,
            sensors=tuple(i for i in self.sensors if i in known)[:MOST_SENSORS],
            pair=self.pair if known.issuperset(self.pair) else (),
            community=self.community if head == self.head and self.run in ("", choice.key) else 0,
            mode=min(self.mode, max(len(choice.ids), 1)),
            step=self.step if self.step <= choice.horizon else 0,
            trajectory=self.trajectory if choice.frames else 1,
            frame=self.frame if self.frame <= choice.frames else 0,
            layer=self.layer if choice.frames and self.layer in layers_of(choice.heads) else "",
            amount=self.amount if self.run in ("", choice.key) else None,  # the unit may be another
        )
        return _cut_as_chosen(fitted, self, {})

    def to_query(self) -> dict[str, str | list[str]]:
        """The selection as URL parameters; what stands at its default is left out, but for run, head and share."""
        default = Selection()
        query: dict[str, str | list[str]] = {"v": VERSION}
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name not in _ALWAYS and value == getattr(default, field.name):
                continue
            if isinstance(value, tuple):
                query["sensor" if field.name == "sensors" else field.name] = list(value)
            else:
                query[field.name] = _written(value)
        return query


def _cut_as_chosen(after: Selection, before: Selection, changes: Mapping[str, Any]) -> Selection:
    """The selection with what was chosen last as what is cut; what is chosen no longer is not cut any more."""
    about = CUTS.get(after.cut, "")
    if about and getattr(before, about) and not getattr(after, about):
        after = replace(after, cut="")
    for cut, field in CUTS.items():
        if field and changes.get(field) and getattr(before, field) != getattr(after, field):
            if CUTS[after.what] == field:
                return after
            after = replace(after, cut="")
            return after if CUTS[after.what] == field else replace(after, cut=cut)
    return after


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
    other = _last(query, "other")
    if other and other != choice.key:
        found["other"] = other
    beside = by_key.get(found.get("other", ""))
    fields_of: dict[str, tuple[str, Callable[[str], Any]]] = {
        "other": ("second run", lambda key: key if key in by_key else None),
        "head": ("head", lambda name: name if name in (MEAN, *choice.heads) else None),
        "other_head": ("second head", lambda name: name if name in (MEAN, *(beside or choice).heads) else None),
        "share": ("share of pairs", _share),
        "time": ("time", _time),
        "community": ("community", _whole_in(range(len(choice.ids) + 1))),
        "count": ("number of communities", _whole_in({0, *range(2, min(MOST_COMMUNITIES, len(choice.ids)) + 1)})),
        "mode": ("mode", _whole_in(range(1, max(len(choice.ids), 1) + 1))),
        "step": ("step ahead", _whole_in(range(choice.horizon + 1))),
        "trajectory": ("trajectory", _whole_in(range(1, (MOST_TRAJECTORIES if choice.frames else 1) + 1))),
        "frame": ("frame", _whole_in(range(choice.frames + 1))),
        "layer": ("layer", _one_of(layers_of(choice.heads) if choice.frames else ())),
        "edges": ("share of pairs of particles", _edges),
        **{f"about_{axis}": (f"turn about {axis}", _degrees) for axis in "xyz"},
        "moved": ("shift", _whole_in(range(MOST_MOVED + 1))),
        "links": ("road links", _whole_in(range(MOST_LINKS + 1))),
        "amount": ("amount", _signed),
        **{name: (_SAID.get(name, name), _one_of(words)) for name, words in _WORDS.items()},
        **{name: (said, _switch) for name, said in _SWITCHES.items()},
    }
    for name, (said, understood) in fields_of.items():
        text = _last(query, name)
        if text is None:
            continue
        value = understood(text)
        if value is None:
            left.append(said)
            found.pop(name, None)
        else:
            found[name] = value
    known = set(choice.ids)
    asked = list(dict.fromkeys(query.get("sensor", ())))
    found["sensors"] = tuple(sensor for sensor in asked if sensor in known)[:MOST_SENSORS]
    if len(found["sensors"]) < len(asked):
        left.append("sensors")
    pair = tuple(query.get("pair", ()))
    if pair:
        if len(pair) == 2 and known.issuperset(pair):
            found["pair"] = pair
        else:
            left.append("pair")
    selection = Selection(**found)
    fields_again = {name: getattr(selection, name) for name in ("pair", "community", "cut")}
    return selection.changed(**fields_again).fitted(choice, beside), left


def layers_of(heads: Sequence[str]) -> tuple[str, ...]:
    """The layers of a model of particles, from the names of its heads, which may be of one frame each.

    >>> layers_of(["layer 1, frame 1", "layer 1, frame 2", "read-out"])
    ('layer 1', 'read-out')
    """
    return tuple(dict.fromkeys(name.partition(", frame ")[0] for name in heads))


def left_sentence(left: Sequence[str]) -> str:
    """What is said, once, of a link that was not understood in full; '' where it was."""
    return f"The link asks for what is not here ({', '.join(left)}): the default is shown." if left else ""


_ALWAYS = ("run", "head", "share")
_WORDS: dict[str, Sequence[str]] = {
    "order": ORDERS, "method": METHODS, "energy": ENERGIES, "part": EVIDENCE, "removal": REMOVALS, "effect": EFFECTS,
    "cut": tuple(CUTS), "live": EFFECTS,
}  # fmt: skip
_SAID = {"removal": "way of removing", "live": "map of the cut"}
_SWITCHES = {
    "roads": "roads that were not learned", "planted": "planted graph", "tiles": "street map", "mirrored": "mirror",
}  # fmt: skip


def _written(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(int(value)) if isinstance(value, bool) else str(value)


def _last(query: Mapping[str, Sequence[str]], name: str) -> str | None:
    values = query.get(name)
    return values[-1] if values else None


def _share(text: str) -> float | None:
    """The offered share that is nearest to a number within their range."""
    share = float(text) if _NUMBER.fullmatch(text) else math.nan
    return min(SHARES, key=lambda offered: abs(offered - share)) if SHARES[0] <= share <= SHARES[-1] else None


def _edges(text: str) -> float | None:
    """The offered share of pairs of particles that is nearest to a number from 0 to 1."""
    share = float(text) if _NUMBER.fullmatch(text) else math.nan
    return min(EDGES, key=lambda offered: abs(offered - share)) if EDGES[0] <= share <= EDGES[-1] else None


def _degrees(text: str) -> int | None:
    return int(text) if _DEGREES.fullmatch(text) and abs(int(text)) <= MOST_TURN else None


def _signed(text: str) -> float | None:
    """A number, to the six digits that this module writes."""
    number = float(f"{float(text):g}") if _SIGNED.fullmatch(text) else math.nan
    return number if number == 0 or LEAST_AMOUNT <= abs(number) <= MOST_AMOUNT else None


def _time(text: str) -> str | None:
    """A time as this module writes it."""
    try:
        return text if _TIME.fullmatch(text) and datetime.fromisoformat(text) else None
    except ValueError:
        return None


def _whole_in(numbers: Container[int]) -> Callable[[str], int | None]:
    """Reads a whole number that is among those."""
    return lambda text: int(text) if _WHOLE.fullmatch(text) and int(text) in numbers else None


def _one_of(words: Sequence[str]) -> Callable[[str], str | None]:
    """Reads one of those words."""
    return lambda text: text if text in words else None


def _switch(text: str) -> bool | None:
    return text == "1" if text in ("0", "1") else None
