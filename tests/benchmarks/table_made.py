"""Records of the benchmark with planted errors, held in memory."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import numpy as np

from benchmarks.record import Record, key_of
from benchmarks.rows import ROWS, SEEDS, work

SETTINGS = {"horizon": 12}


def entry(row: str, seed: int, rmse: float, **other: object) -> dict:
    """A run that could have been, with the same error at every time ahead."""
    head = {
        "on_roads": 0.2,
        "chance": 0.06,
        "auroc": 0.6,
        "contrast": 0.1,
        "local_p": 0.01,
        "local_excess": 1.5,
        "leading_spread": 0.9,
        "nmi": 0.3,
        "nmi_chance": 0.2,
        "nmi_p": 0.01,
        "ari": 0.1,
    }
    graph = {
        "heads": {"mean": dict(head), "sharpest: head 2": dict(head), "output": dict(head)},
        "zeros": 0.0,
        "small": 0.04,
        "neighbours": 120.0,
    }
    learns = ROWS[row].model.startswith(("gat", "inter")) if row in ROWS else True
    return {
        "key": key_of({"row": row}),
        "rows": [row],
        "seed": seed,
        "errors": {name: [rmse + t / 10 for t in range(4)] for name in ("rmse", "mae", "mape", "accuracy", "r2")},
        "seconds": 60.0,
        "seconds_per_epoch": 2.0,
        "memory_mb": 500,
        "parameters": 1234,
        "epochs": {"asked": 40, "done": 30, "best": 20},
        "validation_loss": 0.3,
        "graph": graph if learns else None,
        "sha256": "0" * 64,
        "commit": "abc",
        "machine": "2 cores, some",
        "torch": "2.0",
        "date": f"2026-01-01T00:00:{seed:02d}+00:00",
        **other,
    }


def losses(row: str, seed: int, rmse: float) -> np.ndarray:
    random = np.random.default_rng([seed, len(row)])
    return (rmse**2 * random.uniform(0.5, 1.5, (4, 300))).astype(np.float32)


class Held(Record):
    """A record that is held in memory: a thousand files that must reach the disk take minutes."""

    def __init__(self) -> None:
        super().__init__(Path("nowhere"))
        self.held: dict[tuple[str, ...], dict] = {}

    def _alone(self) -> AbstractContextManager[None]:
        return nullcontext()

    def _read(self, dataset: str, protocol: str) -> dict:
        return self.held.get((dataset, protocol), {"settings": {}, "runs": []})

    def _write(self, dataset: str, protocol: str, whole: dict) -> None:
        self.held[dataset, protocol] = whole

    def _losses(self, dataset: str, protocol: str) -> dict:
        return self.held.get((dataset, protocol, "losses"), {})

    def _write_losses(self, dataset: str, protocol: str, whole: dict) -> None:
        self.held[dataset, protocol, "losses"] = whole


def filled(
    rmse: Callable[[str], float] = lambda _: 4.0, seeds: int = SEEDS, change: Callable[[dict], None] = lambda _: None
) -> Record:
    """A record of all rows on all data, with planted errors."""
    record = Held()
    for item in work(["table"], seeds=seeds):
        made = entry(item.row.name, item.seed, rmse(item.row.name) + 0.01 * item.seed * item.row.random)
        change(made)
        record.add(item.dataset, item.protocol, made, SETTINGS, losses(item.row.name, item.seed, rmse(item.row.name)))
    return record


def sized() -> Record:
    """A record of two seeds of the larger cities, where every graph is a good one."""
    record = Held()
    for item in work(["sizes"]):
        made = entry(item.row.name, item.seed, 4.0)
        for head in (made["graph"] or {"heads": {}})["heads"].values():
            head["planted_auroc"] = 0.7
        record.add(item.dataset, item.protocol, made, SETTINGS, None)
    return record
