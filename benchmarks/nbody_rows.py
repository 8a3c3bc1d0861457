"""What the benchmark of particles measures and trains: its parts, rows and budgets, in their order. No torch here.

A row is a model, or a variant of one, on one set of trajectories; the sets of part 'set' are known once part
'predictability' has placed their horizon H.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

PARTS = ("predictability", "egnn", "set", "ablations")
SEEDS = 3
PARTICLES = (5, 20, 30)
SMALL = "nbody-small:inputs=3"  # `egnn` and `linear` see the last of these frames alone


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table.

    Attributes
    ----------
    name : of the row;  model : of ``core.models.PARTICLE_MODELS``
    what : what it is, for a reader
    config : what differs from the model's default configuration
    random : whether a seed changes anything
    version : raised by hand when the code of a model changes what a row means, so that it is trained again
    """

    name: str
    model: str
    what: str
    config: tuple[tuple[str, Any], ...] = ()
    random: bool = True
    version: int = 1


ROWS = {
    row.name: row
    for row in (
        Row("last-frame", "last-frame", "nobody moves", random=False),
        Row("constant-velocity", "constant-velocity", "everybody flies straight ahead", random=False),
        Row("linear", "linear", "straight ahead, with a learned time and a learned brake"),
        Row("mlp", "mlp", "each particle by itself, all its frames at once"),
        Row("lstm", "lstm", "each particle by itself, frame by frame"),
        Row("egnn", "egnn", "equivariant messages, from the last frame alone"),
        Row("set", "set", "equivariant attention over space and time"),
    )
}
TRAINED = ("mlp", "lstm", "egnn", "set")  # those whose figures the paper compares
ABLATIONS = {
    row.name: row
    for row in (
        Row("whole", "set", "the model as it is"),
        Row(
            "without equivariance",
            "set",
            "components of positions and velocities are features",
            (("equivariance", False),),
        ),
        Row("without spatial attention", "set", "no gates on messages", (("spatial_attention", False),)),
        Row(
            "without temporal attention",
            "set",
            "frames meet in the mean over time alone",
            (("temporal_attention", False),),
        ),
        Row("with dropout", "set", "attention over time forgets a tenth, in training", (("dropout", 0.1),)),
        Row("with temporal adjacency", "set", "messages attend over time as well", (("temporal_adjacency", True),)),
    )
}


@dataclass(frozen=True, slots=True)
class Budget:
    """How rows are trained on one set.

    Attributes
    ----------
    data : the set's name without its horizon
    epochs : of each model that is trained
    batch : trajectories a step; None for the model's own
    """

    data: str
    epochs: Mapping[str, int]
    batch: int | None = None


OWN = {"linear": 100, "mlp": 100, "lstm": 100, "egnn": 150, "set": 60}  # minutes each; ten for the longest
LARGE = "train=1000,validation=500"
BUDGETS = {
    ("egnn", 5): Budget(SMALL, OWN),
    ("set", 5): Budget("nbody-5", OWN | {"set": 40}),
    ("set", 20): Budget(f"nbody-20:{LARGE}", OWN | {"egnn": 60, "set": 15}, batch=20),
    ("set", 30): Budget(f"nbody-30:{LARGE}", OWN | {"egnn": 40, "set": 10}, batch=20),
    ("ablations", 5): Budget(SMALL, {"set": 40}),
}


@dataclass(frozen=True, slots=True)
class Item:
    """One training: a row of a part on trajectories of so many particles, from a seed.

    Attributes
    ----------
    data : the name of its trajectories
    """

    part: str
    particles: int
    row: Row
    seed: int
    data: str

    @property
    def label(self) -> str:
        """The line of the page that it belongs to, whatever its seed."""
        return label(self.part, self.particles, self.row.name)

    @property
    def name(self) -> str:
        """For a line of progress."""
        return f"{self.label} seed {self.seed}"

    @property
    def budget(self) -> Budget:
        """How it is trained."""
        return BUDGETS[self.part, self.particles]


def label(part: str, particles: int, row: str) -> str:
    """What a line of the page is called in the record.

    >>> label("set", 20, "egnn")
    'set 20 egnn'
    """
    return f"{part} {particles} {row}"


def rows_of(part: str) -> Mapping[str, Row]:
    """The rows of a part."""
    return ABLATIONS if part == "ablations" else ROWS


def work(
    parts: Iterable[str],
    horizon: int | None,
    only: Iterable[str] = (),
    particles: Iterable[int] = (),
    seeds: int = SEEDS,
) -> Iterator[Item]:
    """All trainings, seed by seed, so that a record that was broken off holds something of everything.

    Parameters
    ----------
    parts : of ``PARTS``; 'predictability' trains nothing
    horizon : H, in frames; None where it is not known, and then part 'set' cannot be trained
    only : rows to keep, or models; empty for all
    particles : numbers of them to keep; empty for all
    seeds : so many, from 0

    Raises
    ------
    ValueError
        A part needs a horizon that is not known.
    """
    wanted, counts, kept = list(parts), set(particles), set(only)
    for seed in range(seeds):
        for part, count in BUDGETS:
            if part not in wanted or (counts and count not in counts):
                continue
            data = BUDGETS[part, count].data
            if part == "set":
                if horizon is None:
                    raise ValueError(f"part {part} must know its horizon: measure --part predictability first")
                data += f"{',' if ':' in data else ':'}ahead={horizon}"
            for row in rows_of(part).values():
                if (not kept or kept & {row.name, row.model}) and (row.random or seed == 0):
                    yield Item(part, count, row, seed, data)
