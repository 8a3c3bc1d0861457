"""At 5 %, each test rejects 3 to 7 % of the nulls it is made for, and the plain test far more of them.

The whole table, of more matrices, maps and nulls, is made by ``python -m benchmarks.evidence``; it stands in
``benchmarks/evidence.md`` with the power of each test.
"""

import numpy as np
import pytest

from analysis.against import against_groups, against_roads, agreement_tests, group_tests, road_tests
from analysis.modes import mode_tests
from analysis.nulls import preparation
from benchmarks.evidence import (
    MAPS,
    drawn_map,
    listed,
    matrix,
    mode_p_values,
    one_field,
    planted,
    seeded,
    smooth,
    together,
)

REPLICATES, SENSORS, DRAWS = 501, 40, 99


def rejected(rows: list[dict[str, float]]) -> dict[str, float]:
    """Share of p values at most 5 %, by test."""
    return {name: float(np.mean([row[name] <= 0.05 for row in rows if name in row])) for name in rows[0]}


@pytest.fixture(scope="module")
def smooth_nulls() -> dict[str, float]:
    """Likeness of smooth fields, on all three kinds of maps in turn; twice as many for what takes little time."""
    rows = []
    for replicate in range(2 * REPLICATES):
        generator = seeded(replicate, 10)
        drawn = drawn_map(generator, SENSORS, MAPS[replicate % 3], smooth_degrees=False)
        weight = matrix(generator, drawn.kilometres, "likeness of 12 smooth fields")
        labels, regions = (smooth(generator, drawn.kilometres, 5).argmax(axis=1) for _ in range(2))
        nulls = ["moran"]
        nulls += ["rewired"] * (replicate < REPLICATES) + ["permuted"] * (replicate < REPLICATES // 3)
        # One preparation for all the tests, as in `chance`: half the time.
        prepared = preparation(SENSORS, drawn.kilometres, drawn.road, DRAWS, replicate, nulls)
        row = listed("roads", road_tests(weight, drawn.road, prepared, nulls))
        if replicate < REPLICATES:
            row |= mode_p_values(mode_tests(weight, drawn.road, prepared, nulls), 0)
            field = mode_tests(one_field(generator, drawn.kilometres), drawn.road, prepared, ("moran",))
            row["IPR of a field, moran"] = float(field.tests[0].ipr_p[0])
        nulls = [null for null in nulls if null != "rewired"]
        product = matrix(generator, drawn.kilometres, "product of 4 smooth fields, if positive")
        row |= listed("groups", group_tests(product, regions, prepared, nulls))
        rows.append(row | listed("communities", agreement_tests(labels, regions, prepared, nulls)))
    return rejected(rows)


@pytest.fixture(scope="module")
def strong_nulls() -> dict[str, float]:
    """Smooth strengths, and roads whose degrees are smooth as well."""
    fewer = 32  # sensors: each draw is an eigenvalue problem
    rows = []
    for replicate in range(REPLICATES):
        generator = seeded(replicate, 11)
        drawn = drawn_map(generator, fewer, MAPS[replicate % 3], smooth_degrees=True)
        weight = matrix(generator, drawn.kilometres, "smooth strengths, no decay")
        prepared = preparation(fewer, None, None, DRAWS, replicate)
        nulls = ("configuration", "permuted")
        row = listed("roads", road_tests(weight, drawn.road, prepared, nulls))
        row |= listed("groups", group_tests(weight, drawn.groups, prepared, ("permuted",)))
        rows.append(row | mode_p_values(mode_tests(weight, drawn.road, prepared, nulls), 1))
    return rejected(rows)


@pytest.mark.parametrize(
    "test",
    ["roads, moran", "roads, rewired", "groups, moran", "communities, moran", "IPR of a field, moran",
     "energy, moran", "energy, rewired"],
)  # fmt: skip
def test_nulls_that_know_the_map_reject_five_percent(smooth_nulls: dict[str, float], test: str) -> None:
    assert 0.03 <= smooth_nulls[test] <= 0.07


@pytest.mark.parametrize(
    ("test", "least"),
    [("roads, permuted", 0.9), ("groups, permuted", 0.4), ("communities, permuted", 0.3), ("energy, permuted", 0.5)],
)
def test_the_plain_test_rejects_most_of_the_same_nulls(
    smooth_nulls: dict[str, float], test: str, least: float
) -> None:
    assert smooth_nulls[test] > least


@pytest.mark.parametrize(
    "test", ["roads, configuration", "IPR, configuration", "energy, configuration"]
)
def test_the_null_that_knows_the_strengths_rejects_five_percent(strong_nulls: dict[str, float], test: str) -> None:
    assert 0.03 <= strong_nulls[test] <= 0.07


@pytest.mark.parametrize("test", ["roads, permuted", "groups, permuted"])
def test_the_plain_test_takes_strengths_for_roads_and_groups(strong_nulls: dict[str, float], test: str) -> None:
    assert strong_nulls[test] > 0.12


def test_what_is_planted_is_found() -> None:
    rows = []
    for replicate in range(30):
        generator = seeded(replicate, 12)
        drawn = drawn_map(generator, SENSORS, "clustered", smooth_degrees=False)
        weight = matrix(generator, drawn.kilometres, "likeness of 3 smooth fields")
        on_roads = planted(weight, drawn.road, 1.0)
        in_groups = planted(weight, together(drawn.groups), 1.0)
        roads = against_roads(on_roads, drawn.road, drawn.kilometres, DRAWS, replicate)
        groups = against_groups(in_groups, drawn.groups, drawn.kilometres, DRAWS, replicate)
        rows.append(listed("roads", roads) | listed("groups", groups))
    power = rejected(rows)
    assert min(power[f"roads, {null}"] for null in ("moran", "rewired", "configuration", "permuted")) > 0.9
    assert min(power[f"groups, {null}"] for null in ("moran", "configuration", "permuted")) > 0.8


@pytest.mark.parametrize("sensors", [8, 11])
def test_with_few_sensors_coupling_that_falls_in_a_curve_is_not_taken_for_roads(sensors: int) -> None:
    found = []
    for replicate in range(300):
        generator = np.random.default_rng(1000 + replicate)
        spot = generator.random((sensors, 2))
        apart = np.linalg.norm(spot[:, None] - spot, axis=-1)
        road = np.zeros((sensors, sensors))
        np.put_along_axis(road, np.argsort(apart, axis=1)[:, 1:3], 1.0, axis=1)
        road[generator.random((sensors, sensors)) < 0.3] = 0
        weight = np.exp(-3 * apart + 0.7 * generator.standard_normal((sensors, sensors)))
        found += [test.p <= 0.05 for test in against_roads(weight, road, apart, 99, replicate, ("moran",)).tests]
    assert len(found) > 250
    assert np.mean(found) <= 0.08
