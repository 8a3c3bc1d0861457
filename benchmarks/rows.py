"""What the benchmark trains: its rows, its data sets and their budgets, and the order of the work. No torch here."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

from core.controls import control_of

MINUTES = (15, 30, 45, 60)
SHARE = 0.02  # strongest share of pairs that is held against the roads
PROTOCOLS = ("clean", "published")
SEEDS = 5


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the tables.

    Attributes
    ----------
    name : of the row;  model : of ``core.models.MODELS``
    what : what it is, for a reader
    config : what differs from the model's default configuration
    l1 : weight of the model's penalty; None for the model's own
    roads : 'given' as the data have them, or 'all': every pair of sensors is said to be neighbours
    random : whether a seed changes anything; where none does, one run stands for all
    version : raised by hand when the code of a model changes what a row means, so that it is trained again
    only : the data sets and protocols it is trained on; () for all
    """

    name: str
    model: str
    what: str
    config: tuple[tuple[str, Any], ...] = ()
    l1: float | None = None
    roads: str = "given"
    random: bool = True
    version: int = 1
    only: tuple[tuple[str, str], ...] = ()


ROWS = {
    row.name: row
    for row in (
        Row("last-value", "last-value", "the last input, for every step ahead", random=False),
        Row("window-mean", "window-mean", "the mean of the inputs", random=False),
        Row("historical-average", "historical-average", "the mean at that time of day", random=False),
        Row("ridge-var", "ridge-var", "linear in the last three values of all sensors, closed form", random=False),
        Row("gru", "gru", "the same network without any graph: the control"),
        Row("gat-gru", "gat-gru", "real attention over road neighbours and the sensor itself: the fair baseline"),
        Row("gat-published", "gat-published", "the paper's baseline: flattened attention, no self loops"),
        Row("tgcn", "tgcn", "T-GCN: graph convolutions inside the GRU's gates"),
        Row("intergat-gru", "intergat-gru", "the paper's layer"),
        Row("intergat-plus", "intergat-plus", "this project's layer"),
        Row(
            "plus-alone",
            "intergat-plus",
            "the same without matrices, so that no sensor hears another (nor is hidden from itself): its control",
            config=tuple(control_of("intergat-plus")[1].items()),
        ),
        Row(
            "gat-all",
            "gat-gru",
            "the swap: intergat-gru with attention over all pairs for its matrices",
            roads="all",
            only=(("los-loop", "clean"), ("sz-taxi", "clean")),
        ),
    )
}
CONTROLS = {"intergat-gru": "gru", "intergat-plus": "plus-alone"}  # the same forecaster without a graph
GIVEN = ("gat-gru", "gat-published", "tgcn")  # rows that are told the roads
SWAP = (
    "**The swap.** `intergat-gru` with its matrices replaced by GAT attention is `gat-gru` itself: both have the\n"
    "same path (four heads of 32, ELU, an output layer, a GRU of 32, one linear map), the same start, rate, weight\n"
    "decay and no clipping, and the one setting that differs, l1, multiplies a penalty that attention does not\n"
    "have. A test holds that. What then still differs is whom a sensor may hear: attention is masked by the roads,\n"
    "the matrices are not. `gat-all` takes that difference away as well: the same model, told that all sensors are\n"
    "neighbours. Attention over all pairs is the most costly of all, so it is trained under `clean` alone, and not\n"
    "on PeMSD7(M)."
)

LAMBDAS = (0.0, 1e-4, 1e-3, 1e-2, 1e-1, 1.0)
SWEPT = ("intergat-gru", "intergat-plus")
SWEEP = {
    row.name: row
    for row in (Row(f"{model} l1={l1:g}", model, f"{model} with l1 {l1:g}", l1=l1) for model in SWEPT for l1 in LAMBDAS)
}
SIZED = ("gru", "gat-gru", "intergat-gru", "intergat-plus")


@dataclass(frozen=True, slots=True)
class Budget:
    """How long a row is trained on a data set: at most so many epochs, fewer where patience ends."""

    title: str
    epochs: int
    patience: int


DATASETS = {
    "los-loop": Budget("Los-Loop", 40, 10),
    "sz-taxi": Budget("SZ-Taxi", 40, 10),
    "sz-taxi-after": Budget("SZ-Taxi after its level shift, from 11 January", 60, 15),
    "pemsd7m": Budget("PeMSD7(M)", 8, 4),
}
SIZES = {
    "made-500": Budget("A made-up city of 500 sensors", 10, 10),
    "made-1000": Budget("A made-up city of 1,000 sensors", 10, 10),
}
EXTRA = {"city": Budget("The demo city", 30, 10)}
BUDGETS = DATASETS | SIZES | EXTRA
CLEAN_ONLY = ("sz-taxi-after",)  # nothing published stands beside it
SWEPT_ON = ("los-loop", "sz-taxi")


def protocols_of(dataset: str) -> tuple[str, ...]:
    """The protocols under which the table has a data set."""
    return ("clean",) if dataset in CLEAN_ONLY else PROTOCOLS


def rows_of(dataset: str, protocol: str) -> dict[str, Row]:
    """The rows of the table that are trained on a data set under a protocol."""
    return {name: row for name, row in ROWS.items() if not row.only or (dataset, protocol) in row.only}


def pairs_of(dataset: str, protocol: str) -> list[tuple[str, str]]:
    """Which rows are tested against which: all against `gru` and `gat-gru`, and some against who they must beat.

    What learns must beat the linear forecast in closed form, the two layers their controls, and the paper's layer
    attention over all pairs, where that is trained.
    """
    rows = rows_of(dataset, protocol)
    pairs = [(row, base) for base in ("gru", "gat-gru") for row in rows if row != base]
    pairs += [(name, "ridge-var") for name, row in rows.items() if row.random]
    pairs += [pair for pair in (("intergat-gru", "gat-all"), *CONTROLS.items()) if pair[1] in rows]
    return list(dict.fromkeys(pairs))


@dataclass(frozen=True, slots=True)
class Item:
    """One training: a row on a data set under a protocol, from a seed."""

    dataset: str
    protocol: str
    row: Row
    seed: int

    @property
    def name(self) -> str:
        """For a line of progress."""
        return f"{self.dataset} {self.protocol} {self.row.name} seed {self.seed}"


def work(
    parts: Iterable[str],
    datasets: Iterable[str] = (),
    protocols: Iterable[str] = (),
    only: Iterable[str] = (),
    seeds: int = SEEDS,
) -> Iterator[Item]:
    """All trainings, seed by seed, so that a record that was broken off holds something of everything.

    Parameters
    ----------
    parts : of 'table', 'sweep' and 'sizes', in this order
    datasets, protocols, only : names to keep (of ``only``, rows, or models of the sweep); empty for all of a part
    seeds : so many, from 0; the sweep has one, the sizes at most two
    """
    kept, rules, rows = set(datasets), tuple(protocols), set(only)
    for part in parts:
        table = {
            "table": (
                tuple(kept & BUDGETS.keys() - SIZES.keys()) if kept else DATASETS,
                rules or PROTOCOLS,
                ROWS,
                seeds,
            ),
            "sweep": (SWEPT_ON, ("clean",), SWEEP, 1),
            "sizes": (SIZES, ("clean",), {name: ROWS[name] for name in SIZED}, min(2, seeds)),
        }[part]
        names = [name for name in BUDGETS if name in table[0] and (not kept or name in kept)]
        for seed, dataset, protocol, row in product(range(table[3]), names, table[1], table[2].values()):
            named = not rows or row.name in rows or (part == "sweep" and row.model in rows)
            asked = named and (row.random or seed == 0) and (not rules or protocol in rules)
            if asked and protocol in protocols_of(dataset) and (not row.only or (dataset, protocol) in row.only):
                yield Item(dataset, protocol, row, seed)
