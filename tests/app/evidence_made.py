"""Evidence made by hand: results of each part as a run might have them, without any test being done.

``names`` are the heads with 'mean' first, ``n`` the number of sensors. The first head is far above chance and used,
the last is like chance and ignored; numbers are consistent within a result (p counts its own draws).
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from analysis.cuts import Cut
from analysis.deletion import Area, Curve
from analysis.effects import EdgeEffects
from analysis.evidence import Chance, HeadChance
from analysis.modes import Modes, ModeTest
from analysis.nulls import NullTest, Tests, Untested
from analysis.planted import Planted, Recovery
from analysis.residuals import Residuals
from analysis.stability import HeadStability, Stability
from analysis.use import Use
from analysis.whiteness import Whiteness

NAMES = ("mean", "head 1", "head 2", "head 3")
NULLS = ("moran", "rewired", "configuration", "permuted")
NO_PLACE = "no sensor has coordinates"
DRAWS, MODES = 199, 6


def made_chance(
    names: Sequence[str] = NAMES, *, roads: bool = True, groups: bool = True, places: bool = True
) -> Chance:
    """Every head's tests; the first is far above chance, the last within it."""
    random = np.random.default_rng(0)
    found = []
    for k, name in enumerate(names):
        strength = 6.0 * (1 - k / max(len(names) - 1, 1))
        found.append(
            HeadChance(
                name,
                made_tests("correlation", strength, random, places=places) if roads else None,
                made_tests("contrast", strength / 2, random, places=places) if groups else None,
                made_tests("agreement", strength / 3, random, places=places) if groups else None,
                made_modes(strength, random, places=places) if roads else None,
            )
        )
    return Chance(tuple(found), DRAWS)


def made_tests(statistic: str, strength: float, random: np.random.Generator, *, places: bool = True) -> Tests:
    """One statistic, ``strength`` standard deviations above each null; the plain null lies lower and is narrower."""
    value = 0.1 + 0.02 * strength
    tests = []
    for null in NULLS if places else NULLS[2:]:
        plain = null == "permuted"
        draws = random.normal(0.0 if plain else 0.1, 0.01 if plain else 0.02, DRAWS)
        tests.append(NullTest(null, value, draws, p_of(value, draws)))
    missing = () if places else (Untested("moran", NO_PLACE), Untested("rewired", NO_PLACE))
    return Tests(statistic, tuple(tests), missing)


def made_modes(strength: float, random: np.random.Generator, *, places: bool = True) -> Modes:
    """The first modes: local and smooth where ``strength`` is large."""
    ipr = 0.05 + 0.05 * strength * random.random(MODES)
    energy = 4.0 - 0.4 * strength * random.random(MODES)
    p = np.linspace(0.005, 0.5, MODES) if strength > 1 else np.full(MODES, 0.5)
    tests = tuple(
        ModeTest(null, np.full(MODES, 0.05), p, np.full(MODES, 4.0), np.full(MODES, np.nan) if null == "moran" else p)
        for null in (NULLS if places else NULLS[2:])
    )
    return Modes(ipr, energy, tests, () if places else (Untested("moran", NO_PLACE),))


def p_of(value: float, draws: np.ndarray) -> float:
    """The share of draws at least as large, the value itself among them."""
    return float((1 + (draws >= value).sum()) / (1 + len(draws)))


def made_use(names: Sequence[str] = NAMES, n: int = 24, *, steps: int = 4, places: bool = True) -> Use:
    """Weights whose effect follows them in the first head and not in the last; cuts of everything there is."""
    random = np.random.default_rng(1)
    heads = tuple(name for name in names if name != "mean")
    h = len(heads)
    weight = random.random((h, n, n)) * (1 - np.eye(n))
    own = np.linspace(1, 0, h)[:, None, None] if h > 1 else np.ones((h, 1, 1))
    error = (own * weight + (1 - own) * random.random((h, n, n))) * 1e-3 * (1 - np.eye(n))
    off = ~np.eye(n, dtype=bool)
    rank = [float(np.corrcoef(weight[k][off].argsort().argsort(), error[k][off].argsort().argsort())[0, 1])
            for k in range(h)] if n > 2 else [0.0] * h  # fmt: skip
    sample = np.array([(k % h, k % n, (k + 1) % n) for k in range(20)]) if n > 1 else np.zeros((0, 3), dtype=int)
    at = tuple(sample.T)
    effects = EdgeEffects(
        weight, error, 30 * error, np.array(rank), np.array(rank), sample, 1.1 * error[at], 33 * error[at], 0.98, 0.97
    )
    kinds = [("all heads", "all", 1.0), *((head, "head", 0.6 - 0.15 * k) for k, head in enumerate(heads))]
    kinds += [(f"{kind} {'of ' if kind == 'border' else ''}community {c}", kind, 0.2)
              for c in (1, 2) for kind in ("inside", "border")]  # fmt: skip
    kinds += [(f"inputs of S{k:02d}", "inputs", 0.02 * (k + 1)) for k in range(n)]
    ahead = np.arange(1, steps + 1) / steps
    rise = 0.5 * float(ahead.mean())
    cuts = tuple(Cut(name, kind, size * ahead, 0.5 * size * ahead, 0.4 * size * random.random(n), size * rise,
                     0.8 * size * rise, 1.2 * size * rise)
                 for name, kind, size in kinds)  # fmt: skip
    own = np.eye(n) * [[cut.rise] for cut in cuts[-n:]]  # of a sensor's inputs, the error is its own
    cuts = (*cuts[:-n], *(replace(cut, by_sensor=row) for cut, row in zip(cuts[-n:], own, strict=True)))
    share = np.linspace(0, 1, 6)
    bend = {"strongest": 0.4, "weakest": 2.5, "random": 1.0, "length": 0.8}
    curves = tuple(
        Curve(order, removal, share, 2.0 + size * share**power)
        for removal, size in (("zero", 1.0), ("mean", 0.8), ("rewire", 0.6))
        for order, power in bend.items()
        if places or order != "length"
    )
    areas = tuple(
        Area(removal, beside, value, value - 0.05, value + 0.05)
        for removal in ("zero", "mean", "rewire")
        for beside, value in (("random", 0.2), ("length", 0.1), ("weakest", 0.4))
        if places or beside != "length"
    )
    untested = () if places else ("no coordinates, so no edges of the same length",)
    return Use(heads, 64, 2.0, 1e-6, effects, cuts, curves, areas, untested)


def turned(cut: Cut, factor: float) -> Cut:
    """A cut whose rise of the error is ``factor`` times as large, or falls."""
    low, high = sorted((factor * cut.low, factor * cut.high))
    return replace(cut, error=factor * cut.error, rise=factor * cut.rise, low=low, high=high)


def made_stability(names: Sequence[str] = NAMES, n: int = 24, seeds: int = 5) -> Stability:
    """A family of which the first head comes back and the last does not."""
    random = np.random.default_rng(2)
    heads = []
    for k, name in enumerate(names):
        firm = 1 - k / max(len(names) - 1, 1)
        mean = random.random((n, n)) * (1 - np.eye(n))
        likeness = np.full((seeds, seeds), 0.1 + 0.8 * firm) + 0.02 * random.random((seeds, seeds))
        likeness = np.clip((likeness + likeness.T) / 2, -1, 1)
        np.fill_diagonal(likeness, 1.0)
        p = 0.002 if firm > 0.3 else 0.4
        heads.append(
            HeadStability(
                name, mean, mean * (0.1 + 1.2 * (1 - firm)) * random.random((n, n)), likeness, 0.02 + 0.6 * firm,
                0.02, firm, np.arange(n) * 4 // max(n, 1) if firm > 0.3 else np.full(n, -1), p, 0.002, p,
            )
        )  # fmt: skip
    only = [name for name in names if name != "mean"]
    matched = np.tile(np.arange(len(only)), (seeds, 1))
    runs = tuple(f"ring-seed{s}" for s in range(seeds))
    return Stability(runs, tuple(range(seeds)), 0.05, tuple(heads), matched, 499)


def made_residuals(names: Sequence[str] = NAMES, n: int = 24, *, roads: bool = True) -> Residuals:
    """Structure left over time on every graph, and over space on the learned ones."""
    random = np.random.default_rng(3)
    graphs = [*names, *(["roads"] if roads else []), "random"]
    tests = []
    for k, graph in enumerate(graphs):
        space = 0.4 if graph == "random" else 9.0 - 2 * k
        tests.append(
            Whiteness(graph, 55, 0.7 * (space + 5), 1e-6, space, 0.69 if space < 1.96 else 0.001, 5.0, 6e-7,
                      0.5 if graph == "random" else 0.5 + 0.02 * max(space, 0), 0.02)
        )  # fmt: skip
    space, time = random.normal(0, 2, n), random.normal(3, 2, n)
    return Residuals(1, tuple(tests), (space + time) / np.sqrt(2), space, time, "roads" if roads else names[0])


def made_planted(*, ring: bool = False, far: int = 4) -> Planted:
    """Recovery that rises with length and falls with noise, by three simple ways and one model."""
    length, noise, missing = 2000, 1.0, 0.02
    ways = {"correlation": 0.5, "partial correlation": 0.75, "ridge VAR": 0.85, "intergat-plus": 0.9}
    settings = {(length, noise), (length // 2, noise), (2 * length, noise), (length, noise / 2), (length, 2 * noise)}
    recoveries = tuple(
        Recovery(way, at_noise, at_length, missing, seed, auroc=min(0.5 + 0.5 * found, 1.0), precision=found,
                 far=0.9 * found if far else float("nan"), nmi=0.8 * found if way != "correlation" else float("nan"))
        for way, most in ways.items()
        for at_length, at_noise in sorted(settings)
        for seed in range(3)
        for found in [float(np.clip(most * (at_length / length) ** 0.15 / at_noise**0.2 + 0.01 * seed, 0, 1))]
    )  # fmt: skip
    return Planted("ring" if ring else "roads", length, noise, missing, far, recoveries)


def hostile(chance: Chance, name: str) -> Chance:
    """The same, its last head called ``name``."""
    return replace(chance, heads=(*chance.heads[:-1], replace(chance.heads[-1], head=name)))
