"""Modes by chance: their definitions, planted truths, and what cannot be tested."""

import numpy as np
import pytest

from analysis.arrays import FloatArray
from analysis.matrix import symmetrised
from analysis.modes import MODE_DRAWS, MODES, mode_tests, modes_by_chance
from analysis.multiplicity import benjamini_hochberg
from analysis.nulls import preparation
from analysis.spectrum import dirichlet_energy, spectrum
from tests.analysis.mapped import DISTANCE, EDGE, ROAD, SENSORS, M
from tests.analysis.planted import chain, uneven


def test_modes_are_those_of_the_spectrum_and_roads_have_weight_one() -> None:
    found = modes_by_chance(M, 7 * ROAD, DISTANCE, draws=29)
    expected = spectrum(M)
    assert found.ipr == pytest.approx(expected.ipr[:10])
    assert found.energy == pytest.approx(dirichlet_energy(expected.vectors[:, :10], 2 * ROAD))  # coupling halves
    assert [test.null for test in found.tests] == ["moran", "rewired", "configuration", "permuted"]
    for test in found.tests:
        assert test.energy_p.shape == test.ipr_p.shape == (10,)
    assert np.isnan(found.tests[1].ipr_p).all()
    assert np.isnan(found.tests[3].ipr_p).all()
    assert not np.isnan(found.tests[0].ipr_p).any()


def test_a_mode_that_is_the_strengths_is_not_tested_against_them() -> None:
    found = modes_by_chance(M, ROAD, draws=29).tests[0]
    assert found.null == "configuration"
    assert np.isnan(found.ipr_p).tolist() == np.isnan(found.energy_p).tolist() == [True] + [False] * 9


def test_modes_of_the_roads_are_smooth_over_them() -> None:
    for test in modes_by_chance(EDGE, ROAD, DISTANCE, draws=99).tests:
        assert np.nanmin(test.energy_p) <= 0.02


def test_a_mode_on_two_sensors_is_localised() -> None:
    far = uneven(SENSORS, seed=4) * 0.1
    far[3, 20] = far[20, 3] = 9.0
    for test in modes_by_chance(far, ROAD, DISTANCE, draws=99).tests:
        if test.null == "moran":
            assert test.ipr_p[0] == 0.01


def test_one_localised_mode_of_ten_stands_out_after_the_correction() -> None:
    far = uneven(SENSORS, seed=4) * 0.1
    far[3, 20] = far[20, 3] = 9.0
    found = modes_by_chance(far, ROAD, DISTANCE, nulls=("moran", "configuration"))
    assert [test.null for test in found.tests] == ["moran", "configuration"]
    for test in found.tests:
        assert test.ipr_p[1:].min() > 0.05, "the others are like chance"
        assert benjamini_hochberg(test.ipr_p)[0] == pytest.approx(MODES / (1 + MODE_DRAWS)) == pytest.approx(0.02)


def test_more_draws_than_ten_modes_need_are_not_made_of_them() -> None:
    more, enough = (
        mode_tests(symmetrised(M), EDGE, preparation(SENSORS, DISTANCE, EDGE, draws), ("moran", "permuted"))
        for draws in (MODE_DRAWS + 200, MODE_DRAWS)
    )
    for one, other in zip(more.tests, enough.tests, strict=True):
        p = one.energy_p * (1 + MODE_DRAWS)
        np.testing.assert_allclose(p, p.round(), atol=1e-9)
        assert one.energy_p.shape == other.energy_p.shape


@pytest.mark.parametrize(
    ("matrix", "road", "reason"),
    [
        (np.ones((9, 9)), chain(9), "all pairs couple alike"),
        (np.zeros((9, 9)), chain(9), "all pairs couple alike"),
        (uneven(9), np.zeros((9, 9)), "no pair is joined"),
        (uneven(7), chain(7), "7 sensors are too few, it takes 8"),
        (uneven(1), np.zeros((1, 1)), "1 sensors are too few, it takes 8"),
    ],
)
def test_modes_of_what_can_tell_nothing_are_measured_and_untested(
    matrix: FloatArray, road: FloatArray, reason: str
) -> None:
    apart = np.abs(np.subtract.outer(np.arange(len(matrix)), np.arange(len(matrix))))
    found = modes_by_chance(matrix, road, apart, draws=19)
    assert np.isfinite(found.ipr).all()
    assert found.tests == ()
    assert [gone.reason for gone in found.untested] == [reason] * 4


def test_roads_between_all_still_leave_the_modes_their_localisation() -> None:
    apart = np.abs(np.subtract.outer(np.arange(9), np.arange(9)))
    found = modes_by_chance(uneven(9), np.ones((9, 9)), apart, draws=19)
    assert np.isfinite(found.ipr).all()
    assert "moran" in [test.null for test in found.tests]


def test_without_coordinates_modes_have_two_nulls() -> None:
    found = modes_by_chance(M, ROAD, draws=19)
    assert [test.null for test in found.tests] == ["configuration", "permuted"]
    assert [gone.reason for gone in found.untested] == ["no sensor has coordinates"] * 2


def test_what_is_prepared_once_gives_what_each_call_prepares() -> None:
    once = mode_tests(symmetrised(M), EDGE, preparation(SENSORS, DISTANCE, EDGE, draws=19, seed=2))
    alone = modes_by_chance(M, ROAD, DISTANCE, draws=19, seed=2)
    np.testing.assert_array_equal(once.ipr, alone.ipr)
    for a, b in zip(once.tests, alone.tests, strict=True):
        assert a.null == b.null
        np.testing.assert_array_equal(a.ipr_p, b.ipr_p)
        np.testing.assert_array_equal(a.energy_p, b.energy_p)


def test_what_was_prepared_for_other_sensors_is_refused() -> None:
    with pytest.raises(ValueError, match=r"matrix must be of the 9 sensors prepared for, got shape \(36, 36\)"):
        mode_tests(M, EDGE, preparation(9, draws=19))
