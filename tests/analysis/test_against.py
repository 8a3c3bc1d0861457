"""Roads and groups: definitions of the statistics, planted truths, and what cannot be tested."""

import numpy as np
import pytest

from analysis.against import (
    against_groups,
    against_roads,
    agreement_tests,
    group_tests,
    groups_agreement,
    road_tests,
)
from analysis.arrays import FloatArray
from analysis.groups import agreement, contrast
from analysis.matrix import coupling
from analysis.nulls import Untested, preparation
from tests.analysis.mapped import DISTANCE, EDGE, GROUPS, PAIRS, ROAD, SENSORS, M
from tests.analysis.planted import chain, uneven


def test_correlation_is_pearsons_over_the_pairs() -> None:
    found = against_roads(M, ROAD, DISTANCE, draws=49)
    expected = np.corrcoef(coupling(M)[PAIRS], EDGE[PAIRS])[0, 1]
    assert [test.null for test in found.tests] == ["moran", "rewired", "configuration", "permuted"]
    assert [test.statistic for test in found.tests] == [pytest.approx(expected)] * 4
    assert found.untested == ()
    assert found.tests[3].draws.mean() == pytest.approx(0, abs=0.03)


def test_contrast_and_agreement_are_those_of_the_communities_module() -> None:
    within = against_groups(M, GROUPS, DISTANCE, draws=49)
    assert [test.null for test in within.tests] == ["moran", "configuration", "permuted"]
    assert within.tests[0].statistic == pytest.approx(contrast(M, GROUPS).value)
    labels = np.random.default_rng(3).integers(0, 4, SENSORS)
    labels[:5] = -1
    agreed = groups_agreement(labels, GROUPS, DISTANCE, draws=49)
    assert [test.null for test in agreed.tests] == ["moran", "permuted"]
    assert agreed.tests[1].statistic == pytest.approx(agreement(labels, GROUPS).ari)


def test_permuted_draws_are_what_permuted_matrices_give() -> None:
    found = against_groups(M, GROUPS, draws=400).tests[-1]
    generator = np.random.default_rng(9)
    orders = [generator.permutation(SENSORS) for _ in range(400)]
    slow = np.array([contrast(M[np.ix_(order, order)], GROUPS).value for order in orders])
    assert found.draws.mean() == pytest.approx(slow.mean(), abs=4 * slow.std() / 20)
    assert found.draws.std() == pytest.approx(slow.std(), rel=0.2)


def test_sensors_in_no_group_are_left_out() -> None:
    names = np.array(["north", "south", "east", "west"])[GROUPS % 4]
    names[:4] = ""
    kept = slice(4, None)
    found = against_groups(M, names, DISTANCE, draws=29)
    alone = against_groups(M[kept, kept], names[kept], DISTANCE[kept, kept], draws=29)
    assert [(test.statistic, test.p) for test in found.tests] == [(test.statistic, test.p) for test in alone.tests]


def test_what_is_planted_on_roads_is_found_by_every_null() -> None:
    assert max(test.p for test in against_roads(M, ROAD, DISTANCE, draws=99).tests) <= 0.02


def test_what_only_decays_with_distance_is_found_by_the_liberal_nulls_alone() -> None:
    decay = np.exp(-DISTANCE / 2) * np.random.default_rng(5).uniform(0.5, 1.5, (SENSORS, SENSORS))
    p = {test.null: test.p for test in against_roads(decay, ROAD, DISTANCE, draws=99).tests}
    assert p["permuted"] == p["configuration"] == 0.01
    assert min(p["moran"], p["rewired"]) > 0.1


def test_a_function_of_distance_is_all_trivial() -> None:
    found = against_roads(40.0 - DISTANCE, ROAD, DISTANCE, draws=19, nulls=("moran", "rewired"))
    for test in found.tests:
        assert test.draws == pytest.approx(np.full(19, test.statistic))
        assert test.p == 1.0


def test_p_counts_the_statistic_itself_and_ties() -> None:
    ring = np.roll(np.eye(12), 1, axis=1)
    found = against_roads(ring, ring, draws=99).tests
    permuted = found[-1]
    assert permuted.statistic == pytest.approx(1.0)
    at_least = (permuted.draws >= 1 - 1e-9).sum()
    assert permuted.p == (1 + at_least) / 100


def test_without_coordinates_two_nulls_are_untested_with_the_reason() -> None:
    some = DISTANCE.copy()
    some[2] = some[:, 2] = np.nan
    for kilometres, reason in (
        (None, "no sensor has coordinates"),
        (np.full_like(DISTANCE, np.nan), "no sensor has coordinates"),
        (some, "1 of 36 sensors have no coordinates"),
        (np.zeros_like(some), "all sensors are at one place"),
    ):
        found = against_roads(M, ROAD, kilometres, draws=19)
        assert [test.null for test in found.tests] == ["configuration", "permuted"]
        assert found.untested == (Untested("moran", reason), Untested("rewired", reason))
        assert against_groups(M, GROUPS, kilometres, draws=19).untested == (Untested("moran", reason),)


def test_roads_that_cannot_move_are_said_not_to() -> None:
    spot = np.arange(SENSORS)
    apart = np.abs(spot[:, None] - spot)
    found = against_roads(M, apart == 1, apart, draws=19)
    assert found.untested == (
        Untested("rewired", "only 0.0% of the roads can change ends and keep degrees and lengths"),
    )


@pytest.mark.parametrize(
    ("matrix", "road", "reason"),
    [
        (np.ones((9, 9)), chain(9), "all pairs couple alike"),
        (np.zeros((9, 9)), chain(9), "all pairs couple alike"),
        (uneven(9), np.zeros((9, 9)), "no pair is joined"),
        (uneven(9), np.ones((9, 9)), "every pair is joined"),
        (uneven(7), chain(7), "7 sensors are too few, it takes 8"),
        (uneven(1), np.zeros((1, 1)), "1 sensors are too few, it takes 8"),
    ],
)
def test_what_can_tell_nothing_is_untested(matrix: FloatArray, road: FloatArray, reason: str) -> None:
    apart = np.abs(np.subtract.outer(np.arange(len(matrix)), np.arange(len(matrix))))
    found = against_roads(matrix, road, apart, draws=19)
    assert found.tests == ()
    assert [gone.reason for gone in found.untested] == [reason] * 4


def test_one_group_of_all_and_groups_of_one_are_untested() -> None:
    assert against_groups(M, [0] * SENSORS, draws=19).untested[0].reason == "every pair is joined"
    assert against_groups(M, range(SENSORS), draws=19).untested[0].reason == "no pair is joined"
    assert groups_agreement([0] * SENSORS, GROUPS, draws=19).untested[0].reason == "all pairs couple alike"
    one_only = [0] * 3 + [-1] * (SENSORS - 3)
    assert against_groups(M, one_only, draws=19).untested[0].reason == "3 sensors are too few, it takes 8"


def test_a_hub_leaves_nothing_to_put_elsewhere() -> None:
    star = np.zeros((12, 12))
    star[1:, 0] = np.arange(1.0, 12.0)
    reasons = {gone.null: gone.reason for gone in against_roads(star, chain(12), draws=19).untested}
    assert "no sensor may hold half of all coupling" in reasons["configuration"]


def test_draws_are_seeded() -> None:
    one, again, other = (against_roads(M, ROAD, DISTANCE, draws=19, seed=seed).tests for seed in (0, 0, 1))
    for a, b, c in zip(one, again, other, strict=True):
        assert (a.draws == b.draws).all()
        assert (a.draws != c.draws).any()


def test_scale_of_the_matrix_and_of_the_map_do_not_matter() -> None:
    plain = against_roads(M, ROAD, DISTANCE, draws=19)
    scaled = against_roads(1e3 * M, 5 * ROAD, 10 * DISTANCE, draws=19)
    for a, b in zip(plain.tests, scaled.tests, strict=True):
        assert a.draws == pytest.approx(b.draws, abs=1e-6)
        assert a.p == b.p


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match=r"draws must be at least 19, for p values down to 0.05, got 5"):
        against_roads(M, ROAD, draws=5)
    with pytest.raises(ValueError, match="nulls must be some of moran, rewired, configuration, permuted, got maps"):
        against_roads(M, ROAD, draws=19, nulls=("maps",))
    with pytest.raises(ValueError, match=r"kilometres must have shape \(36, 36\), got shape \(2, 2\)"):
        against_roads(M, ROAD, np.zeros((2, 2)), draws=19)
    with pytest.raises(ValueError, match=r"kilometres must have shape \(36, 36\), got shape \(2, 2\)"):
        against_groups(M, GROUPS, np.zeros((2, 2)), draws=19)


def test_what_is_prepared_once_gives_what_each_call_prepares() -> None:
    labels = np.random.default_rng(3).integers(0, 4, SENSORS)
    prepared = preparation(SENSORS, DISTANCE, EDGE, draws=19, seed=2)
    for once, alone in (
        (road_tests(coupling(M), EDGE, prepared), against_roads(M, ROAD, DISTANCE, draws=19, seed=2)),
        (group_tests(coupling(M), GROUPS, prepared), against_groups(M, GROUPS, DISTANCE, draws=19, seed=2)),
        (agreement_tests(labels, GROUPS, prepared), groups_agreement(labels, GROUPS, DISTANCE, draws=19, seed=2)),
    ):
        assert once.statistic == alone.statistic
        for a, b in zip(once.tests, alone.tests, strict=True):
            assert (a.null, a.statistic, a.p) == (b.null, b.statistic, b.p)
            np.testing.assert_array_equal(a.draws, b.draws)


def test_what_was_prepared_for_other_sensors_is_refused() -> None:
    prepared = preparation(9, draws=19)
    with pytest.raises(ValueError, match=r"matrix must be of the 9 sensors prepared for, got shape \(36, 36\)"):
        road_tests(M, EDGE, prepared)
    with pytest.raises(ValueError, match="labels must be of the 9 sensors prepared for, got 36"):
        group_tests(M[:9, :9], GROUPS, prepared)
    with pytest.raises(ValueError, match="labels must be of the 9 sensors prepared for, got 36"):
        agreement_tests(GROUPS, GROUPS[:9], prepared)
