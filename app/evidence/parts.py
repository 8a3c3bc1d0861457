"""The parts of the evidence: what each results in, how it is made of a run, and why it cannot be.

A maker gets a run, the folders of its family (the run itself first) and ``tick(done, all)``, which it calls as it goes.
What it imports is imported when it runs: who only reads a part loads no analysis but the result's own, and no torch.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from app.evidence import kept
from app.measured import Measured
from app.parts import communities_in, linked, weighted
from app.reading.chance import NULLS
from app.reading.evidence import no_weight
from app.reading.particles import NO_SERIES
from app.reading.use import BESIDE, REMOVALS
from app.reading.words import code, noun_of, one_line, plain
from app.selection import MEAN
from core.run import Run, RunError

if TYPE_CHECKING:
    from analysis.evidence import Chance
    from analysis.modes import Modes
    from analysis.nulls import Tests
    from analysis.planted import Planted
    from analysis.residuals import Residuals
    from analysis.stability import Stability
    from analysis.use import Use

Family = tuple[Path, ...]
Tick = Callable[[int, int], None]

ORDERS = ("strongest", "weakest", "random", "length")  # of removing weights, see analysis.deletion
RING = 3  # sensors at most of which a ring, planted where there are no roads, joins every pair
_STATISTICS = {"correlation": "roads", "contrast": "groups", "agreement": "communities"}  # where a head keeps each

NO_GRAPH = "This model learns no matrix of who hears whom: there is no learned graph to test."
NO_MODEL = "A matrix alone came without a model, so nothing can be run with it and there is no forecast."


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the evidence.

    Attributes
    ----------
    title : what it is called within a sentence
    version : raised whenever what it is made by changes, so that what was kept is made anew
    kind : the result's type
    make : makes the result
    missing : why it cannot be made, as a sentence; '' where nothing speaks against it
    fits : whether a result that was read belongs to this run
    """

    title: str
    version: int
    kind: Callable[[], type]
    make: Callable[[Run, Family, Tick], Any]
    missing: Callable[[Run, Family], str]
    fits: Callable[[Any, Run], bool]


def family_of(path: Path) -> Family:
    """The folders of the finished runs that differ from this one in nothing but their seed, this one first.

    It alone where it is a matrix alone, or cannot be read.
    """
    path = kept.absolute(path)
    stamps = []
    with suppress(OSError):
        for folder in sorted(path.parent.iterdir()):
            with suppress(OSError):
                status = (folder / "run.json").stat()
                stamps.append((folder.name, status.st_mtime_ns, status.st_size, status.st_ino))
    return _family_at(path, tuple(stamps))


@lru_cache(maxsize=256)
def _family_at(path: Path, _stamps: tuple[tuple[str, int, int, int], ...]) -> Family:
    from core.family import family_of as found

    try:
        return (path, *(other for other in found(path) if other != path))
    except (ValueError, OSError, OverflowError):
        return (path,)


def unavailable(run: Run, part: str) -> str:
    """Why a part cannot be made for this run, as a sentence (Markdown of our own); '' where nothing is in the way.

    What only an attempt can tell, such as weights that do not fit their model, is known from the last one.
    """
    if problem := PARTS[part].missing(run, family_of(run.path) if part in OF_FAMILY else (run.path,)):
        return problem
    try:
        return plain(kept.refusal(run.path, part, fingerprint(run, part)), 1000)
    except (RunError, OSError):
        return ""


def fingerprint(run: Run, part: str) -> str:
    """What a part of this run's evidence depends on, as a hash.

    Raises
    ------
    RunError
        The run's folder, or one of its family, is no run any more.
    """
    others = family_of(run.path)[1:] if part in OF_FAMILY else ()
    named = f"{part} {PARTS[part].version}"
    return kept.fingerprint(run.path, f"{named}, few sensors" if part == "chance" and _few(run) else named, others)


def _few(run: Run) -> bool:
    """Whether chance is tested with so few sensors that the trend was straight: those tests alone are made anew."""
    grouped = 0 if run.groups is None else int((run.groups != "").sum())
    return min(len(run.nodes), grouped or len(run.nodes)) < FEW_SENSORS


def evidence(run: Run, part: str) -> Any | None:
    """The result of a part, if one is kept that was made of exactly this run; else None."""
    about = PARTS[part]
    sizes = {"N": len(run.nodes), "H": len(run.heads), "T": run.horizon}
    found = kept.read(run.path, part, about.kind(), fingerprint(run, part), sizes)
    return found if found is not None and about.fits(found, run) else None


def made(run: Run, part: str, tick: Tick = lambda _done, _all: None, place: Path | None = None) -> Any:
    """Make a part, keep it, and return it; ``place`` is the folder that it is kept in, if not the usual one.

    Raises
    ------
    ValueError
        It cannot be made; the text says why.
    OSError
        It cannot be kept.
    """
    before = fingerprint(run, part)
    run = Run.load(run.path)  # as it lies there now: it may have been replaced since it was loaded
    family = family_of(run.path) if part in OF_FAMILY else (run.path,)
    if problem := PARTS[part].missing(run, family):
        raise ValueError(problem)
    try:
        result = PARTS[part].make(run, family, tick)
    except RunError as error:  # it lies with the run: another attempt would end alike
        kept.refuse(run.path, part, str(error), before)
        raise
    if fingerprint(run, part) != before:
        raise ValueError("The run was changed while its evidence was made: ask for it again.")
    kept.write(run.path, part, result, before, place)
    return result


def _rows(run: Run) -> tuple[str, ...]:
    """The matrices that are tested: the mean first where there is more than one head."""
    return (MEAN, *run.heads) if len(run.heads) > 1 else run.heads


def _no_pairs(run: Run) -> str:
    """Why there is no learned graph with any pair in it; '' where there is."""
    alone = f"There is one {noun_of(run.kind)} only, and no pair to test."
    return NO_GRAPH if not run.heads else alone if len(run.nodes) < 2 else ""


def _no_weights(run: Run) -> str:
    """As `_no_pairs`, and why no pair has a weight that could be tested."""
    return _no_pairs(run) or ("" if weighted(run) else no_weight(noun_of(run.kind)))


def _no_series(run: Run) -> str:
    """Why no model can be run on a series of sensors; '' where it can."""
    return NO_SERIES if run.kind == "particles" else NO_MODEL if run.forecasts is None else ""


def _chance_kind() -> "type[Chance]":
    from analysis.evidence import Chance

    return Chance


def _chance(run: Run, _: Family, tick: Tick) -> "Chance":
    from analysis.evidence import chance

    measured, names = Measured(run), _rows(run)
    groups, steps = measured.reference("groups"), len(names) if run.groups is not None else 0
    labels = []
    for done, name in enumerate(names[:steps]):
        labels.append(communities_in(measured.matrix(name), "louvain", 0).labels)
        tick(done + 1, 20 * steps)
    return chance(
        run.heads,
        run.interaction,
        linked(run.adjacency),
        measured.kilometres(),
        None if groups is None else groups.labels,
        np.stack(labels) if labels else None,
        tick=lambda done, of: tick(of + 19 * done, 20 * of) if steps else tick(done, of),
    )


def _chance_missing(run: Run, _: Family) -> str:
    if problem := _no_weights(run):
        return problem
    if linked(run.adjacency) is None and run.groups is None:
        if run.adjacency is not None:
            return (
                "The road graph of these data has no edge, and they have no known groups: there is nothing to hold "
                "the matrix against."
            )
        return "These data have neither a road graph nor known groups: there is nothing to hold the matrix against."
    return ""


def _use_kind() -> "type[Use]":
    from analysis.use import Use

    return Use


def _use(run: Run, _: Family, tick: Tick) -> "Use":
    from analysis.use import use
    from core.probe import Probe  # loads torch

    try:
        measured, probe = Measured(run), Probe(run)
    except ValueError as error:
        raise RunError(f"The model cannot be run again from its folder: {one_line(str(error), 600)}.") from error
    return use(
        run.heads,
        run.interaction,
        probe.edited,
        probe.gradients,
        probe.target,
        probe.block,
        exact=lambda gates, added: probe.edited(gates, added, double=True),
        sensors=measured.ids,
        labels=measured.communities(_rows(run)[0]).labels,
        kilometres=measured.kilometres(),
        reproduced=probe.reproduced,
        tick=tick,
    )


def _use_missing(run: Run, _: Family) -> str:
    return _no_series(run) or _no_weights(run)


def _stability_kind() -> "type[Stability]":
    from analysis.stability import Stability

    return Stability


def _stability(run: Run, family: Family, tick: Tick) -> "Stability":
    from analysis.stability import stability

    runs = [run, *(Run.load(path) for path in family[1:])]
    return stability(
        [one.interaction for one in runs],
        run.heads,
        [one.name for one in runs],
        [one.seed or 0 for one in runs],
        tick=tick,
    )


def _stability_missing(run: Run, family: Family) -> str:
    if problem := _no_pairs(run):
        return problem
    if run.kind == "matrix":
        return "A matrix alone has no seed: whether it would come back is for its own training to tell."
    if len(family) < 2:
        return (
            "There is one seed of this model only. Train it from others to see what comes back: "
            f"{code('python -m app train --seeds 5 …', 200)}."
        )
    return ""


def _residuals_kind() -> "type[Residuals]":
    from analysis.residuals import Residuals

    return Residuals


def _residuals(run: Run, _: Family, tick: Tick) -> "Residuals":
    from analysis.residuals import residuals

    tested = run.tested
    found = residuals(
        run.heads, run.interaction, linked(run.adjacency), tested.forecast, tested.target, tested.first
    )
    tick(1, 1)
    return found


def _residuals_missing(run: Run, _: Family) -> str:
    if problem := _no_series(run):
        return problem
    if not run.heads and linked(run.adjacency) is None:
        if run.adjacency is not None:
            return "There is no learned graph, and the road graph has no edge to look for structure along."
        return "There is neither a learned graph nor a road graph to look for structure along."
    return ""


def _planted_kind() -> "type[Planted]":
    from analysis.planted import Planted

    return Planted


def _planted(run: Run, _: Family, tick: Tick) -> "Planted":
    from app.planted import planted_of

    return planted_of(run, tick)


def _planted_missing(run: Run, _: Family) -> str:
    if problem := _no_series(run):
        return problem
    if (sensors := len(run.nodes)) < 2:
        return "There is one sensor only, and no pair to be found."
    road = linked(run.adjacency)
    if sensors <= RING if road is None else ((road > 0) | (road.T > 0) | np.eye(sensors, dtype=bool)).all():
        return "Every pair of sensors would be planted, so whatever is learned finds them all."
    return ""


def _chance_fits(found: "Chance", run: Run) -> bool:
    return (
        tuple(one.head for one in found.heads) == _rows(run)
        and found.draws > 0
        and all(_tests_fit(getattr(one, place), name) for one in found.heads for name, place in _STATISTICS.items())
        and all(one.modes is None or _modes_fit(one.modes) for one in found.heads)
    )


def _tests_fit(tests: "Tests | None", statistic: str) -> bool:
    if tests is None:
        return True
    nulls = [one.null for one in tests.tests]
    drawn = all(len(one.draws) and np.isfinite(one.draws).all() and _is_p(one.p) for one in tests.tests)
    return tests.statistic == statistic and set(nulls) <= set(NULLS) and len(set(nulls)) == len(nulls) and drawn


def _modes_fit(modes: "Modes") -> bool:
    return all(
        one.ipr_p.shape == modes.ipr.shape and all(map(_is_p, (*one.ipr_p, *one.energy_p))) for one in modes.tests
    )


def _is_p(value: float) -> bool:
    """Whether this can be a p value; nan is one that was not computed."""
    return bool(0 <= value <= 1 or np.isnan(value))


def _use_fits(found: "Use", run: Run) -> bool:
    n, sample = len(run.nodes), found.effects.sample
    inside = (sample >= 0).all() and (sample < [len(run.heads), n, n]).all()
    named = all(one.order in ORDERS and one.removal in REMOVALS for one in found.curves) and all(
        one.beside in BESIDE and one.removal in REMOVALS for one in found.areas
    )
    shares = all(((one.share >= 0) & (one.share <= 1)).all() for one in found.curves)
    known = named and shares and not (found.mae < 0 or np.isinf(found.mae))  # nan where nothing was observed
    return found.heads == run.heads and bool(inside) and found.windows > 0 and bool(known)


def _stability_fits(found: "Stability", run: Run) -> bool:
    seeds, heads = found.matched.shape
    return (
        tuple(one.head for one in found.heads) == _rows(run)
        and len(found.runs) == len(found.seeds) == seeds > 1
        and all(one.likeness.shape == (seeds, seeds) for one in found.heads)
        and bool(((found.matched >= 0) & (found.matched < heads)).all())
        and all(_is_p(one.p) and _is_p(one.ari_p) for one in found.heads)
        and all(int(one.consensus.min()) >= -1 and int(one.consensus.max()) < len(run.nodes) for one in found.heads)
    )


def _residuals_fits(found: "Residuals", run: Run) -> bool:
    return 1 <= found.step <= run.horizon


def _planted_fits(found: "Planted", _: Run) -> bool:
    own = (found.length, found.noise, found.missing)
    return (
        found.length > 0
        and found.far_planted >= 0
        and any((one.length, one.noise, one.missing) == own for one in found.recoveries)
    )


PARTS: Mapping[str, Part] = {
    "chance": Part("whether it is more than chance", 2, _chance_kind, _chance, _chance_missing, _chance_fits),
    "use": Part("whether the model uses it", 4, _use_kind, _use, _use_missing, _use_fits),
    "stability": Part(
        "whether it would come back", 3, _stability_kind, _stability, _stability_missing, _stability_fits
    ),
    "residuals": Part(
        "whether it explains the data", 3, _residuals_kind, _residuals, _residuals_missing, _residuals_fits
    ),
    "planted": Part("whether it could have been found", 1, _planted_kind, _planted, _planted_missing, _planted_fits),
}
"""The parts in their order, by name."""

FEW_SENSORS = 12  # below, distance was once taken out of coupling along a straight line, see `analysis.moran`
OF_FAMILY = ("stability",)  # parts that depend on other runs as well
