"""The evidence as numbers: every test, every head, every mode, every way; and what the figures of it are made of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from app.reading.chance import NULLS, PLAIN, STATISTICS, null_name
from app.reading.evidence import LEVEL
from app.reading.heads import head_label
from app.reading.residuals import graph_name
from app.reading.words import SENSOR, about

if TYPE_CHECKING:
    from analysis.evidence import Chance, HeadChance
    from analysis.modes import Modes
    from analysis.nulls import NullTest, Tests
    from analysis.planted import Planted
    from analysis.residuals import Residuals
    from analysis.stability import Stability
    from app.measured import Measured

LEAST_NULLS = 2  # that must say something of a mode
OF = {"correlation": "roads", "contrast": "groups", "agreement": "communities"}  # where HeadChance keeps a statistic


@dataclass(frozen=True, eq=False, slots=True)
class Effects:
    """One statistic of all heads (H) under all nulls (K).

    Attributes
    ----------
    nulls : (K,) in the order of ``NULLS``; none where none was drawn for any head
    effect : (H, K) standard deviations above chance, nan where not drawn
    p : (H, K) as tested, nan where not drawn
    holm : (H, K) after Holm's correction over the heads, for each null
    """

    nulls: tuple[str, ...]
    effect: NDArray[Any]
    p: NDArray[Any]
    holm: NDArray[Any]

    def adjusted(self, head: int) -> dict[str, float]:
        """P of a head, by its place, under each null after Holm's correction."""
        return dict(zip(self.nulls, self.holm[head].tolist(), strict=True))


def tests_of(head: "HeadChance", statistic: str) -> "Tests | None":
    """The tests of one statistic of a head; None where the data have nothing to test it with."""
    found: Tests | None = getattr(head, OF[statistic])
    return found


def effects(heads: "Sequence[HeadChance]", statistic: str) -> Effects:
    """How far each head stands above chance in one statistic."""
    from analysis.multiplicity import holm

    every = [tests_of(head, statistic) for head in heads]
    by_head = [{test.null: test for test in tests.tests} if tests else {} for tests in every]
    nulls = tuple(NULLS) if any(by_head) else ()

    def table(value: Any) -> NDArray[Any]:
        return np.array(
            [[value(found[null]) if null in found else np.nan for null in nulls] for found in by_head], dtype=float
        ).reshape(len(by_head), len(nulls))

    p = table(lambda test: test.p)
    adjusted = np.column_stack([holm(column) for column in p.T]) if p.size else p
    return Effects(nulls, table(lambda test: test.effect), p, adjusted)


def beyond_modes(modes: "Modes", quantity: str) -> NDArray[np.bool_]:
    """Which modes (K,) are beyond chance in 'ipr' or 'energy', under each of at least two nulls.

    As in the verdict, nothing rests on one test: a null that says nothing of a mode does not count, and the plain
    permutation has no say. Below `LEVEL` after Benjamini and Hochberg's correction over the modes.
    """
    from analysis.multiplicity import benjamini_hochberg

    p = [benjamini_hochberg(getattr(test, f"{quantity}_p")) for test in modes.tests if test.null != PLAIN]
    if not p:
        return np.zeros(len(modes.ipr), dtype=bool)
    every = np.array(p)
    says = np.isfinite(every)
    return np.asarray((says.sum(axis=0) >= LEAST_NULLS) & np.where(says, every < LEVEL, True).all(axis=0))


def chance_table(chance: "Chance", noun: str = SENSOR) -> pd.DataFrame:
    """Every statistic of every head under every null, and why a null was not drawn."""
    rows: list[dict[str, Any]] = []
    for statistic, name in STATISTICS.items():
        found = effects(chance.heads, statistic)
        for h, head in enumerate(chance.heads):
            tests = tests_of(head, statistic)
            if tests is None:
                continue
            named = {"head": head_label(head.head), "statistic": name}
            rows += [
                {**named, "null": null_name(test.null, noun), **_row(test),
                 "p, Holm over heads": found.holm[h, found.nulls.index(test.null)], "not drawn because": ""}
                for test in tests.tests
            ]  # fmt: skip
            rows += [
                {**named, "null": null_name(missing.null, noun), "not drawn because": about(noun, missing.reason)}
                for missing in tests.untested
            ]
    return pd.DataFrame(rows)


def mode_chance(modes: "Modes", quantity: str) -> dict[str, NDArray[Any]]:
    """What each null but the plain one gives for 'ipr' or 'energy' on average: null -> (K,), nan where not drawn."""
    found = {test.null: getattr(test, f"{quantity}_chance") for test in modes.tests}
    return {null: found.get(null, np.full(len(modes.ipr), np.nan)) for null in NULLS if null != PLAIN}


def mode_test_table(modes: "Modes") -> pd.DataFrame:
    """The first modes of one head under each null, with p as tested and adjusted for the number of modes."""
    from analysis.multiplicity import benjamini_hochberg

    parts = [
        pd.DataFrame(
            {
                "mode": np.arange(1, len(modes.ipr) + 1),
                "null": null_name(test.null),
                "IPR": modes.ipr,
                "IPR by chance": test.ipr_chance,
                "p, more local": test.ipr_p,
                "p, more local, adjusted": benjamini_hochberg(test.ipr_p),
                "energy on the roads": modes.energy,
                "energy by chance": test.energy_chance,
                "p, smoother": test.energy_p,
                "p, smoother, adjusted": benjamini_hochberg(test.energy_p),
            }
        )
        for test in modes.tests
    ]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def stable_p(found: "Stability") -> NDArray[Any]:
    """How likely the overlap of each head (H,) is by chance, after Holm's correction over the heads."""
    from analysis.multiplicity import holm

    return np.asarray(holm(np.array([head.p for head in found.heads])))


def planted_share(found: "Planted", road: NDArray[Any] | None, sensors: int) -> float:
    """The share of all pairs that was planted: what a guess would find. Roads in either direction are one pair."""
    edges = sensors if sensors > 2 else sensors - 1  # of a ring
    if found.graph == "roads":
        edges = 0 if road is None else int(np.triu((road > 0) | (road.T > 0), k=1).sum())
    return (edges + found.far_planted) / (sensors * (sensors - 1) / 2) if edges and sensors > 1 else float("nan")


def stability_table(found: "Stability") -> pd.DataFrame:
    """How well each head came back."""
    from analysis.multiplicity import holm

    adjusted, agreed = stable_p(found), holm(np.array([head.ari_p for head in found.heads]))
    return pd.DataFrame(
        [
            {
                "head": head_label(head.head),
                "overlap": head.overlap,
                "overlap by chance": head.chance_overlap,
                "p": head.p,
                "p, Holm over heads": adjusted[h],
                "smallest p possible": head.least,
                "correlation between seeds": _between(head.likeness),
                "ARI between seeds": head.ari,
                "p of ARI": head.ari_p,
                "p of ARI, Holm over heads": agreed[h],
            }
            for h, head in enumerate(found.heads)
        ]
    )


def family_table(found: "Stability", names: Mapping[int, str]) -> pd.DataFrame:
    """The runs of a family, and which of their heads plays each head of the first.

    ``names`` are those that the runs have now, by seed: what was kept with the result may have been renamed since.
    """
    heads = [head.head for head in found.heads if head.head != "mean"]
    matched = np.asarray(found.matched)
    runs = [names.get(seed, run) for seed, run in zip(found.seeds, found.runs, strict=True)]
    frame = pd.DataFrame({"run": runs, "seed": list(found.seeds)})
    for h in range(matched.shape[1] if matched.ndim == 2 else 0):
        name = heads[h] if h < len(heads) else f"head {h + 1}"
        frame[f"plays {name}"] = matched[:, h] + 1
    return frame


def consensus_table(ids: Sequence[str], consensus: NDArray[Any], noun: str = SENSOR) -> pd.DataFrame:
    """Each sensor's community on which the seeds agree; empty where there is none."""
    return pd.DataFrame(
        {noun: list(ids), "consensus community": [str(label + 1) if label >= 0 else "" for label in consensus]}
    )


def weight_table(ids: Sequence[str], mean: NDArray[Any], spread: NDArray[Any], most: int = 500) -> pd.DataFrame:
    """The weights with the largest mean over the seeds, and their spread."""
    size = np.abs(np.asarray(mean, dtype=float)) * ~np.eye(len(ids), dtype=bool)
    order = np.argsort(-size, axis=None, kind="stable")[:most]
    order = order[size.ravel()[order] > 0]
    receiver, sender = np.unravel_index(order, size.shape)
    return pd.DataFrame(
        {
            "receiver": [ids[k] for k in receiver],
            "sender": [ids[k] for k in sender],
            "mean weight": np.asarray(mean, dtype=float)[receiver, sender],
            "standard deviation over seeds": np.asarray(spread, dtype=float)[receiver, sender],
        }
    )


def relative_spread(mean: NDArray[Any], spread: NDArray[Any]) -> NDArray[Any]:
    """Standard deviation over the size of the mean, (N, N); nan where the mean is zero, and on the diagonal."""
    size = np.abs(np.asarray(mean, dtype=float))
    known = (size > 0) & ~np.eye(len(size), dtype=bool)
    return np.where(known, np.asarray(spread, dtype=float) / np.where(known, size, 1.0), np.nan)


def whiteness_table(found: "Residuals") -> pd.DataFrame:
    """What is left in the errors along each graph."""
    return pd.DataFrame(
        [
            {
                "graph": graph_name(test.graph),
                "edges": test.edges,
                "statistic": test.statistic,
                "p": test.p,
                "over space": test.space,
                "p, space": test.space_p,
                "over time": test.time,
                "p, time": test.time_p,
                "joined errors of one sign [%]": 100 * test.agree,
                "its standard error [%]": 100 * test.agree_error,
            }
            for test in found.tests
        ]
    )


def score_order(scores: NDArray[Any]) -> NDArray[np.intp]:
    """Sensors by how much is left between them and their neighbours (N,), the most first: rows of `score_table`."""
    return np.argsort(-np.abs(np.nan_to_num(np.asarray(scores, dtype=float))), kind="stable")


def score_table(ids: Sequence[str], found: "Residuals") -> pd.DataFrame:
    """What is left at each sensor, the most over space first."""
    frame = pd.DataFrame(
        {
            "sensor": list(ids),
            "over space": found.sensor_space,
            "over time": found.sensor_time,
            "space and time": found.sensor,
        }
    )
    return frame.iloc[score_order(found.sensor_space)]


@dataclass(frozen=True, eq=False, slots=True)
class Along:
    """The share of true edges that one way finds, against a setting: middle, least and most over the seeds, (K,)."""

    way: str
    at: NDArray[Any]
    middle: NDArray[Any]
    least: NDArray[Any]
    most: NDArray[Any]


def recovery_along(found: "Planted", setting: str) -> list[Along]:
    """What each way finds against 'length', 'noise' or 'missing', the other two as in the run."""
    own = {"length": found.length, "noise": found.noise, "missing": found.missing}
    others = [name for name in own if name != setting]
    by_way: dict[str, dict[float, list[float]]] = {}
    for one in found.recoveries:
        if all(getattr(one, name) == own[name] for name in others) and np.isfinite(one.precision):
            by_way.setdefault(one.way, {}).setdefault(float(getattr(one, setting)), []).append(one.precision)
    return [
        Along(
            way,
            np.array(sorted(values)),
            np.array([np.mean(values[at]) for at in sorted(values)]),
            np.array([min(values[at]) for at in sorted(values)]),
            np.array([max(values[at]) for at in sorted(values)]),
        )
        for way, values in by_way.items()
    ]


def truth_table(measured: "Measured", share: float) -> pd.DataFrame:
    """What every head of a run found of the planted graph."""
    found = {head: measured.recovery(head, share) for head in measured.heads}
    return pd.DataFrame(
        [
            {
                "head": head_label(head),
                "AUROC": match.auroc,
                "strongest pairs that are planted [%]": 100 * match.precision,
                "by chance [%]": 100 * match.chance,
                "times chance": match.lift,
                "average precision": match.average_precision,
            }
            for head, match in found.items()
            if match is not None
        ]
    )


def recovery_table(found: "Planted") -> pd.DataFrame:
    """What each way found in each setting, for each seed."""
    return pd.DataFrame(
        [
            {
                "way": one.way,
                "noise": one.noise,
                "steps": one.length,
                "missing [%]": 100 * one.missing,
                "seed": one.seed,
                "true edges found [%]": 100 * one.precision,
                "AUROC": one.auroc,
                "far couplings found [%]": 100 * one.far,
                "NMI of communities": one.nmi,
            }
            for one in found.recoveries
        ]
    )


def own_table(found: "Planted") -> pd.DataFrame:
    """What each way found in the run's own setting: means over the seeds."""
    every = recovery_table(found)
    if every.empty:
        return every
    own = np.array(
        [(one.noise, one.length, one.missing) == (found.noise, found.length, found.missing)
         for one in found.recoveries]
    )  # fmt: skip
    frame = every[own].drop(columns=["noise", "steps", "missing [%]"])
    seeds = frame.groupby("way", sort=False)["seed"].count()
    frame = frame.drop(columns="seed").groupby("way", sort=False).mean()
    frame = frame.dropna(axis="columns", how="all").assign(seeds=seeds)
    return frame.sort_values("true edges found [%]", ascending=False, kind="stable").reset_index()


def _row(test: "NullTest") -> dict[str, Any]:
    return {
        "measured": test.statistic,
        "by chance": test.chance,
        "standard deviation by chance": test.spread,
        "standard deviations above chance": test.effect,
        "p": test.p,
    }


def _between(likeness: NDArray[Any]) -> float:
    upper = np.triu_indices(len(likeness), k=1)
    return float(np.mean(np.asarray(likeness)[upper])) if len(upper[0]) else float("nan")
