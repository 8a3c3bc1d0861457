"""How often each test of ``analysis.evidence`` rejects, where it should not and where it should.

``python -m benchmarks.evidence`` prints Markdown. Sensors lie at random on a map of 10 km: evenly, in clusters, or
along freeways with two sensors (one a direction) at each place. Roads are drawn with odds that fall with distance
and rise with the propensity of both sensors; groups are the patches around six sensors. In a null the matrix is
drawn without a look at roads or groups; what is planted is added to it.

Each null has been made for some tests, in bold in the tables: those should reject 5 % at 5 %. The others stand
there to show what a test does where it was not made for.
"""

from collections.abc import Callable
from dataclasses import dataclass

import click
import numpy as np

from analysis.against import against_groups, against_roads, groups_agreement
from analysis.arrays import FloatArray, IntArray
from analysis.modes import Modes, modes_by_chance
from analysis.nulls import Tests

LEVEL = 0.05
TABLES = ("roads", "groups", "communities", "modes", "power")


@dataclass(frozen=True, slots=True)
class Map:
    """A made-up map: places, roads, and groups that are patches of it."""

    kilometres: FloatArray  # (N, N)
    road: FloatArray  # (N, N) of 0 and 1, symmetric
    groups: IntArray  # (N,)
    patches: IntArray  # (N,) others, independent of the groups


def places(generator: np.random.Generator, sensors: int, kind: str) -> FloatArray:
    """Places (N, 2) in km: 'even', 'clustered' or 'freeways'."""
    if kind == "even":
        return generator.uniform(0, 10, (sensors, 2))
    if kind == "clustered":
        centre = generator.uniform(0, 10, (5, 2))
        return centre[generator.integers(0, 5, sensors)] + generator.normal(0, 0.9, (sensors, 2))
    along, freeway = generator.uniform(-5, 5, (sensors + 1) // 2), generator.integers(0, 4, (sensors + 1) // 2)
    angle, beside = np.array([0.2, 1.0, 1.8, 2.6])[freeway], np.array([1.0, -1.5, 0.5, 2.0])[freeway]
    one_way = np.column_stack([along * np.cos(angle) - beside * np.sin(angle),
                               along * np.sin(angle) + beside * np.cos(angle)])
    return np.concatenate([one_way, one_way])[:sensors]


def smooth(generator: np.random.Generator, kilometres: FloatArray, fields: int, reach: float = 3.0) -> FloatArray:
    """Gaussian fields (N, fields) of mean 0, variance 1 and covariance ``exp(-d / reach)``."""
    values, vectors = np.linalg.eigh(np.exp(-kilometres / reach))
    return (vectors * np.sqrt(np.maximum(values, 0))) @ generator.normal(size=(len(kilometres), fields))


def drawn_map(generator: np.random.Generator, sensors: int, kind: str, smooth_degrees: bool) -> Map:
    """A map whose sensors have propensities to be joined, each its own, or smooth over the map."""
    spot = places(generator, sensors, kind)
    kilometres = np.linalg.norm(spot[:, None] - spot, axis=-1)
    propensity = smooth(generator, kilometres, 1)[:, 0] if smooth_degrees else 0.7 * generator.normal(size=sensors)
    odds = propensity[:, None] + propensity - kilometres / 1.2
    first, second = np.triu_indices(sensors, k=1)
    low, high = -60.0, 60.0
    for _ in range(60):  # a tenth of all pairs has a road
        middle = (low + high) / 2
        too_many = (1 / (1 + np.exp(-odds[first, second] - middle))).mean() > 0.1
        low, high = (low, middle) if too_many else (middle, high)
    road = np.zeros((sensors, sensors))
    road[first, second] = generator.random(len(first)) < 1 / (1 + np.exp(-odds[first, second] - low))
    groups, patches = (kilometres[generator.choice(sensors, 6, replace=False)].argmin(axis=0) for _ in range(2))
    return Map(kilometres=kilometres, road=road + road.T, groups=groups, patches=patches)


def noise(generator: np.random.Generator, sensors: int) -> FloatArray:
    """Symmetric (N, N), exponential of mean 1."""
    pairs = np.triu(generator.exponential(size=(sensors, sensors)), k=1)
    return pairs + pairs.T


def likeness(generator: np.random.Generator, kilometres: FloatArray, fields: int) -> FloatArray:
    """``exp(-|z_i - z_j|² / fields)`` of smooth fields z."""
    z = smooth(generator, kilometres, fields)
    return np.exp(-((z[:, None] - z) ** 2).sum(axis=-1) / (2 * min(fields, 4)))


def decaying(generator: np.random.Generator, kilometres: FloatArray) -> FloatArray:
    """A weight for one pair in many, ever rarer with distance; all others are zero."""
    weight = noise(generator, len(kilometres))
    keep = np.triu(generator.random(weight.shape) < 0.8 * np.exp(-kilometres / 1.5), k=1)
    return weight * (keep | keep.T)


def strong(generator: np.random.Generator, kilometres: FloatArray) -> FloatArray:
    """``x_i x_j`` times noise, strengths x log-normal and smooth over the map."""
    x = np.exp(smooth(generator, kilometres, 1)[:, 0])
    return np.outer(x, x) * noise(generator, len(x))


# name -> how a matrix is made, and the tests that are made for it
MATRICES: dict[str, tuple[Callable[[np.random.Generator, FloatArray], FloatArray], tuple[str, ...]]] = {
    "likeness of 3 smooth fields": (lambda g, d: likeness(g, d, 3), ("moran", "rewired")),
    "likeness of 12 smooth fields": (lambda g, d: likeness(g, d, 12), ("moran", "rewired")),
    "product of 4 smooth fields, if positive": (
        lambda g, d: np.maximum((z := smooth(g, d, 4)) @ z.T, 0), ("moran", "rewired")),
    "sparse, rarer with distance": (decaying, ("moran", "rewired")),
    "smooth strengths, no decay": (strong, ("rewired", "configuration")),
    "noise": (lambda g, d: noise(g, len(d)), ("moran", "rewired", "configuration", "permuted")),
}
ONE_FIELD = "product of one smooth field, of both signs"  # whose first mode is the field
MAPS = ("even", "clustered", "freeways")


def matrix(generator: np.random.Generator, kilometres: FloatArray, name: str) -> FloatArray:
    """One of ``MATRICES`` with a zero diagonal."""
    made = MATRICES[name][0](generator, kilometres).astype(np.float64)
    np.fill_diagonal(made, 0.0)
    return made


def one_field(generator: np.random.Generator, kilometres: FloatArray) -> FloatArray:
    """``z_i z_j`` of one smooth field, with its diagonal."""
    z = smooth(generator, kilometres, 1)
    return z @ z.T


def planted(weight: FloatArray, graph: FloatArray, strength: float) -> FloatArray:
    """The matrix and, on the pairs of a graph, `strength` standard deviations of its couplings more."""
    return weight + strength * weight[np.triu_indices(len(weight), k=1)].std() * graph


def together(labels: IntArray) -> FloatArray:
    """1 where two sensors share a label, else 0; zero diagonal."""
    same = (labels[:, None] == labels).astype(np.float64)
    np.fill_diagonal(same, 0.0)
    return same


def p_values(found: Tests) -> dict[str, float]:
    """The p value under each null that was tested."""
    return {test.null: test.p for test in found.tests}


def listed(what: str, found: Tests) -> dict[str, float]:
    """The same, by what was tested and null."""
    return {f"{what}, {null}": p for null, p in p_values(found).items()}


def interval(hits: int, of: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a share."""
    z, share = 1.96, hits / of
    middle, half = share + z**2 / (2 * of), z * np.sqrt(share * (1 - share) / of + z**2 / (4 * of**2))
    low, high = ((middle + side * half) / (1 + z**2 / of) for side in (-1, 1))
    return max(0.0, float(low)), min(1.0, float(high))


def rates(rows: list[dict[str, float]], names: tuple[str, ...], bold: tuple[str, ...] = ()) -> str:
    """Cells of a Markdown row: share of p values at most 5 %, with its interval."""
    cells = []
    for name in names:
        p = np.array([row[name] for row in rows if name in row])
        if not len(p):
            cells.append("")
            continue
        hits = int((p <= LEVEL).sum())
        low, high = interval(hits, len(p))
        share = f"{hits / len(p):.1%}"
        cells.append(f"{f'**{share}**' if name in bold else share} ({low:.0%} to {high:.0%})")
    return " | ".join(cells)


def header(first: str, names: tuple[str, ...]) -> None:
    """Print the head of a Markdown table."""
    click.echo(f"\n| {first} | {' | '.join(names)} |")
    click.echo("|---" * (len(names) + 1) + "|")


def seeded(*numbers: int) -> np.random.Generator:
    """The generator of one replicate."""
    return np.random.default_rng(list(numbers))


@click.command()
@click.option("--replicates", default=500, show_default=True, help="Simulated nulls of each row.")
@click.option("--power-replicates", default=100, show_default=True, help="Of each row with something planted.")
@click.option("--sensors", default=40, show_default=True)
@click.option("--draws", default=99, show_default=True)
@click.option("--table", "tables", multiple=True, type=click.Choice(list(TABLES)), default=TABLES, show_default=True)
def evidence(replicates: int, power_replicates: int, sensors: int, draws: int, tables: tuple[str, ...]) -> None:
    """Print rejection rates at 5 % under simulated nulls, and power against planted strength."""
    click.echo(f"{sensors} sensors, {draws} draws, share of p at most 0.05 with Wilson's 95 % interval.")
    made = {"roads": _roads, "groups": _groups, "communities": _labels, "modes": _modes, "power": _power}
    for table in tables:
        made[table](power_replicates if table == "power" else replicates, sensors, draws)


def _roads(replicates: int, sensors: int, draws: int) -> None:
    names = ("moran", "rewired", "configuration", "permuted")
    click.echo(f"\n## Coupling against roads: nulls, {replicates} of each row")
    header("matrix, map", names)
    for name, (_, made_for) in MATRICES.items():
        for kind in MAPS:
            rows = []
            for replicate in range(replicates):
                generator = seeded(replicate, 1)
                drawn = drawn_map(generator, sensors, kind, smooth_degrees="strengths" in name)
                weight = matrix(generator, drawn.kilometres, name)
                rows.append(p_values(against_roads(weight, drawn.road, drawn.kilometres, draws, replicate)))
            click.echo(f"| {name}, {kind} | {rates(rows, names, made_for)} |")


def _groups(replicates: int, sensors: int, draws: int) -> None:
    names = ("regions, moran", "regions, permuted", "patches, moran", "patches, configuration", "patches, permuted")
    click.echo(f"\n## Coupling within groups: nulls, {replicates} of each row")
    click.echo("\nRegions: where one of 5 smooth fields is the largest. Patches: around 6 sensors, with sharp borders.")
    header("matrix, map", names)
    for name, (_, made_for) in MATRICES.items():
        bold = tuple(f"{groups}, {null}" for groups in ("regions", "patches") for null in made_for)
        for kind in MAPS:
            rows = []
            for replicate in range(replicates):
                generator = seeded(replicate, 2)
                drawn = drawn_map(generator, sensors, kind, smooth_degrees=False)
                weight = matrix(generator, drawn.kilometres, name)
                regions = smooth(generator, drawn.kilometres, 5).argmax(axis=1)
                row = listed("patches", against_groups(weight, drawn.groups, drawn.kilometres, draws, replicate))
                nulls = ("moran", "permuted")
                found = against_groups(weight, regions, drawn.kilometres, draws, replicate, nulls)
                rows.append(row | listed("regions", found))
            click.echo(f"| {name}, {kind} | {rates(rows, names, bold)} |")


def _labels(replicates: int, sensors: int, draws: int) -> None:
    names = ("regions, moran", "regions, permuted", "patches, moran", "patches, permuted")
    click.echo(f"\n## Communities against groups: nulls, {replicates} of each row")
    click.echo("\nCommunities and groups are both regions, or both patches; neither knows of the other.")
    header("map", names)
    for kind in MAPS:
        rows = []
        for replicate in range(replicates):
            generator = seeded(replicate, 3)
            drawn = drawn_map(generator, sensors, kind, smooth_degrees=False)
            one, other = (smooth(generator, drawn.kilometres, 5).argmax(axis=1) for _ in range(2))
            row = listed("regions", groups_agreement(one, other, drawn.kilometres, draws, replicate))
            found = groups_agreement(drawn.patches, drawn.groups, drawn.kilometres, draws, replicate)
            rows.append(row | listed("patches", found))
        click.echo(f"| {kind} | {rates(rows, names, ('regions, moran', 'patches, moran'))} |")


MODE_COLUMNS = ("IPR, moran", "IPR, configuration", "energy, moran", "energy, rewired", "energy, configuration",
                "energy, permuted")


def mode_p_values(found: Modes, mode: int) -> dict[str, float]:
    """The p values of one mode, by quantity and null."""
    p: dict[str, float] = {}
    for test in found.tests:
        p |= {f"IPR, {test.null}": float(test.ipr_p[mode]), f"energy, {test.null}": float(test.energy_p[mode])}
    return {name: value for name, value in p.items() if not np.isnan(value)}


def _modes(replicates: int, sensors: int, draws: int) -> None:
    made_for = {
        "moran": ("IPR, moran", "energy, moran"), "rewired": ("energy, rewired",),
        "configuration": ("IPR, configuration", "energy, configuration"), "permuted": ("energy, permuted",),
    }
    lines: dict[int, list[str]] = {0: [], 1: []}
    for name in (ONE_FIELD, *MATRICES):
        nulls = ("moran", "rewired") if name == ONE_FIELD else MATRICES[name][1]
        # The field alone is Gaussian: nothing else is what the IPR under this null is made for.
        bold = tuple(
            column for null in nulls for column in made_for[null] if column != "IPR, moran" or name == ONE_FIELD
        )
        for kind in MAPS:
            rows: dict[int, list[dict[str, float]]] = {0: [], 1: []}
            for replicate in range(replicates):
                generator = seeded(replicate, 4)
                drawn = drawn_map(generator, sensors, kind, smooth_degrees="strengths" in name)
                made = one_field if name == ONE_FIELD else lambda g, d, name=name: matrix(g, d, name)
                weight = made(generator, drawn.kilometres)
                found = modes_by_chance(weight, drawn.road, drawn.kilometres, draws, replicate)
                for mode in rows:
                    rows[mode].append(mode_p_values(found, mode))
            if name == ONE_FIELD:
                del rows[1]  # all others are rounding
            for mode, p in rows.items():
                lines[mode].append(f"| {name}, {kind} | {rates(p, MODE_COLUMNS, bold)} |")
    for mode, order in ((0, "First"), (1, "Second")):
        click.echo(f"\n## {order} mode: nulls, {replicates} of each row")
        header("matrix, map", MODE_COLUMNS)
        click.echo("\n".join(lines[mode]))


def _power(replicates: int, sensors: int, draws: int) -> None:
    click.echo(f"\n## Power: on roads or groups, standard deviations of the couplings more, {replicates} of each row")
    names = ("roads, moran", "roads, rewired", "roads, configuration", "roads, permuted", "groups, moran",
             "groups, configuration", "groups, permuted")  # fmt: skip
    header("matrix, planted", names)
    for name in ("likeness of 3 smooth fields", "sparse, rarer with distance", "noise"):
        for strength in (0.0, 0.25, 0.5, 1.0, 2.0):
            rows = []
            for replicate in range(replicates):
                generator = seeded(replicate, 5)
                drawn = drawn_map(generator, sensors, "clustered", smooth_degrees=False)
                weight = matrix(generator, drawn.kilometres, name)
                on_roads = planted(weight, drawn.road, strength)
                in_groups = planted(weight, together(drawn.groups), strength)
                roads = against_roads(on_roads, drawn.road, drawn.kilometres, draws, replicate)
                groups = against_groups(in_groups, drawn.groups, drawn.kilometres, draws, replicate)
                rows.append(listed("roads", roads) | listed("groups", groups))
            click.echo(f"| {name}, {strength:g} | {rates(rows, names)} |")
    click.echo(f"\n## Power: communities are the groups, but for a share drawn anew, {replicates} of each row")
    header("share drawn anew", ("moran", "permuted"))
    for share in (1.0, 0.75, 0.5, 0.25):
        rows = []
        for replicate in range(replicates):
            generator = seeded(replicate, 6)
            drawn = drawn_map(generator, sensors, "clustered", smooth_degrees=False)
            anew = generator.random(sensors) < share
            labels = np.where(anew, smooth(generator, drawn.kilometres, 6).argmax(axis=1), drawn.groups)
            rows.append(p_values(groups_agreement(labels, drawn.groups, drawn.kilometres, draws, replicate)))
        click.echo(f"| {share:g} | {rates(rows, ('moran', 'permuted'))} |")


if __name__ == "__main__":
    evidence(prog_name="python -m benchmarks.evidence")
