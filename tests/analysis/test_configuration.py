"""Random matrices with the strengths of a given one."""

import numpy as np
import pytest

from analysis.configuration import configurations, expected_coupling
from analysis.matrix import coupling, symmetrised
from tests.analysis.planted import hub, sparse, uneven

SENSORS = 16
SIGNED = uneven(SENSORS, negative=True)
OFF = ~np.eye(SENSORS, dtype=bool)


def strength(weight: np.ndarray) -> np.ndarray:
    return np.abs(weight * OFF).sum(axis=1)


def test_expected_coupling_is_a_product_with_the_given_sums() -> None:
    found = expected_coupling(SIGNED)
    assert found.sum(axis=1) == pytest.approx(coupling(SIGNED).sum(axis=1))
    assert found.diagonal().tolist() == [0.0] * SENSORS
    # x_i x_j for four different sensors: the two ways to pair them up have one product
    assert found[0, 1] * found[2, 3] == pytest.approx(found[0, 2] * found[1, 3])


def test_a_product_is_what_its_strengths_lead_one_to_expect() -> None:
    x = np.arange(1.0, 9.0)
    product = np.outer(x, x) * (1 - np.eye(8))
    assert expected_coupling(product) == pytest.approx(product)
    for drawn in configurations(product, 3):
        assert drawn == pytest.approx(product, rel=1e-3)


@pytest.mark.parametrize("M", [SIGNED, uneven(SENSORS), sparse(SENSORS)], ids=["signed", "positive", "sparse"])
def test_draws_keep_strengths_diagonal_signs_and_zeros(M: np.ndarray) -> None:
    S = symmetrised(M)
    drawn = list(configurations(M, 4))
    for one in drawn:
        assert strength(one) == pytest.approx(strength(S), rel=2e-3)
        assert one == pytest.approx(one.T)
        assert one.diagonal() == pytest.approx(S.diagonal())
        assert (one[OFF] < 0).sum() == (S[OFF] < 0).sum()
        assert (one[OFF] == 0).sum() == (S[OFF] == 0).sum()
    assert not np.allclose(drawn[0], drawn[1])
    assert not np.allclose(drawn[0], S)


def test_a_draw_is_expected_coupling_times_shuffled_ratios_but_for_a_scale_a_sensor() -> None:
    expected = expected_coupling(SIGNED)
    first, second = np.triu_indices(SENSORS, k=1)
    ratio = symmetrised(SIGNED)[first, second] / expected[first, second]
    shuffled = np.zeros((SENSORS, SENSORS))
    shuffled[first, second] = np.random.default_rng(7).permutation(ratio)
    shuffled += shuffled.T
    drawn = next(configurations(SIGNED, 1, seed=7))
    scale = drawn[OFF] / (expected * shuffled)[OFF]  # y_i y_j: a sum of two levels, as a logarithm
    row, column = np.nonzero(OFF)
    levels = np.zeros((len(row), SENSORS))
    levels[np.arange(len(row)), row] = levels[np.arange(len(row)), column] = 1.0
    fitted = levels @ np.linalg.lstsq(levels, np.log(scale), rcond=None)[0]
    assert np.log(scale) == pytest.approx(fitted)


def test_a_sensor_that_draws_only_zeros_couples_with_nobody_and_the_others_keep_their_strength() -> None:
    ring = np.zeros((12, 12))
    for i in range(12):
        ring[i, (i + 1) % 12] = ring[(i + 1) % 12, i] = 1.0
    drawn = next(configurations(ring, 1, seed=3))
    assert (drawn > 0).sum() == 24
    assert drawn[11].tolist() == [0.0] * 12
    assert np.median(drawn.sum(axis=1)) == pytest.approx(2.0, rel=0.1)


def test_a_sensor_without_coupling_stays_without() -> None:
    M = uneven(8)
    M[3] = M[:, 3] = 0.0
    assert expected_coupling(M)[3].tolist() == [0.0] * 8
    assert next(configurations(M, 1))[3].tolist() == [0.0] * 8


def test_zeros_that_no_scale_can_mend_leave_a_finite_matrix() -> None:
    M = np.zeros((10, 10))
    M[0, 1] = M[1, 2] = M[2, 0] = 1.0
    M[3, 4] = M[5, 6] = M[7, 8] = M[8, 9] = 1e-6
    for drawn in configurations(M, 20):
        assert np.isfinite(drawn).all()


def test_draws_are_seeded() -> None:
    first, again, other = (next(configurations(SIGNED, 1, seed)) for seed in (0, 0, 1))
    assert (first == again).all()
    assert (first != other).any()


def test_what_strengths_cannot_explain_is_refused() -> None:
    with pytest.raises(ValueError, match="interaction must couple at least one pair, got all zero off the diagonal"):
        expected_coupling(np.eye(5))
    with pytest.raises(ValueError, match=r"no sensor may hold half of all coupling, got 50.0% at sensor 0"):
        expected_coupling(hub(6))
    with pytest.raises(ValueError, match="draws must be at least 1, got 0"):
        configurations(SIGNED, 0)
