"""Evidence with planted p values, costs and overlaps, of which a verdict is asked."""

from dataclasses import replace

import numpy as np

from analysis.cuts import Cut
from analysis.deletion import Area
from analysis.evidence import Chance, HeadChance
from analysis.nulls import NullTest, Tests, Untested
from analysis.stability import HeadStability, Stability
from analysis.use import Use
from tests.app.evidence_made import made_stability, made_use

KEEPING = ("moran", "rewired", "configuration")


def drawn(p: float, statistic: float) -> np.ndarray:
    """499 draws of which as many as p says are above the statistic, the others 0.02 on average."""
    above = max(round(p * 500) - 1, 0)
    return np.array([statistic + 0.01] * above + [0.01, 0.03] * ((499 - above) // 2) + [0.02] * ((499 - above) % 2))


def chance(p: dict[str, float], statistic: float = 0.4, others: int = 0, untested: tuple[str, ...] = ()) -> Chance:
    """One head with these p values; ``others`` more heads far from anything."""

    def of(name: str, values: dict[str, float]) -> HeadChance:
        tests = tuple(NullTest(null, statistic, drawn(value, statistic), value) for null, value in values.items())
        missing = tuple(Untested(null, "no sensor has coordinates") for null in untested)
        return HeadChance(name, Tests("correlation", tests, missing), None, None, None)

    return Chance((of("h0", p), *(of(f"h{k + 1}", dict.fromkeys(p, 0.9)) for k in range(others))), 499)


def use(
    rise: float, lows: dict[tuple[str, str], float], heads: tuple[str, ...] = ("h0", "h1"), spread: float | None = None
) -> Use:
    """Cutting the first head costs ``rise`` of an error of 2, give or take ``spread`` of it, areas as given."""
    made = made_use(("mean", *heads))
    wide = 0.2 * abs(rise) if spread is None else spread
    ends = 2 * (rise - wide), 2 * (rise + wide)
    cuts = tuple(
        Cut(cut.name, cut.kind, cut.forecast, np.full(4, 2 * rise), cut.by_sensor, 2 * rise, *ends)
        if cut.name == heads[0] or cut.kind == "all"
        else cut
        for cut in made.cuts
    )
    areas = tuple(Area(way, beside, low + 0.1, low, low + 0.2) for (way, beside), low in lows.items())
    return replace(made, cuts=cuts, areas=areas)


def lows(*ways: str, length: float = 0.1) -> dict[tuple[str, str], float]:
    """The order matters in these ways of removing and not in the others."""
    return {
        (way, beside): (length if beside == "length" else 0.1) if way in ways else -0.1
        for way in ("zero", "mean", "rewire")
        for beside in ("random", "length", "weakest")
    }


def stability(overlap: float, p: float, seeds: int = 5) -> Stability:
    made = made_stability(("h0",), seeds=seeds)
    row = HeadStability("h0", *(getattr(made.heads[0], name) for name in ("mean", "spread", "likeness")), overlap, 0.02,
                        0.7, made.heads[0].consensus, p, 0.002, 0.002)  # fmt: skip
    return replace(made, heads=(row,))
