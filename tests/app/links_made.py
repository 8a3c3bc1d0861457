"""Runs that a link may ask for, and every name that a link may hold."""

from dataclasses import dataclass

from tests.app.conftest import HOSTILE


@dataclass(frozen=True)
class Offered:
    key: str
    heads: tuple[str, ...] = ("head 1", "head 2")
    ids: tuple[str, ...] = ("a", "b", "c", "d", "e", *HOSTILE)
    horizon: int = 4
    frames: int = 0


RUNS = (Offered("demo/best"), Offered("mine", heads=("head 1",), ids=("a", "z"), horizon=12), Offered("bare", heads=()))
MOVING = Offered(
    "moving", heads=("layer 1, frame 1", "layer 1, frame 2", "read-out"), ids=("p1", "p2"), horizon=0, frames=7
)
NAMES = (
    "v",
    "run",
    "head",
    "share",
    "sensor",
    "order",
    "method",
    "count",
    "mode",
    "step",
    "energy",
    "part",
    "roads",
    "planted",
    "tiles",
    "other",
    "other_head",
    "pair",
    "community",
    "time",
    "removal",
    "effect",
    "cut",
    "live",
    "links",
    "amount",
    "trajectory",
    "frame",
    "layer",
    "edges",
    "about_x",
    "about_y",
    "about_z",
    "moved",
    "mirrored",
)


def listed(query: dict[str, str | list[str]]) -> dict[str, list[str]]:
    return {name: value if isinstance(value, list) else [value] for name, value in query.items()}
