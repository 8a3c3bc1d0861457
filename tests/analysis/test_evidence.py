"""More than chance? All tests of all heads at once."""

import numpy as np
import pytest

from analysis.against import against_roads
from analysis.evidence import Chance, chance
from analysis.multiplicity import holm
from analysis.nulls import Tests
from tests.analysis.mapped import DISTANCE, GROUPS, ROAD, SENSORS, M
from tests.analysis.planted import uneven

GROUPS_OF_EIGHT = np.arange(8) // 4


@pytest.fixture(scope="module")
def everything() -> Chance:
    heads = np.stack([M, uneven(SENSORS, seed=8)])
    labels = np.stack([GROUPS, GROUPS, np.arange(SENSORS) % 3])
    return chance(["a", "b"], heads, ROAD, DISTANCE, GROUPS, labels, draws=29)


def test_chance_is_the_tests_of_each_head_and_their_mean_first(everything: Chance) -> None:
    assert [head.head for head in everything.heads] == ["mean", "a", "b"]
    assert everything.draws == 29
    for head, matrix in zip(everything.heads[1:], (M, uneven(SENSORS, seed=8)), strict=True):
        assert isinstance(head.roads, Tests)
        alone = against_roads(matrix, ROAD, DISTANCE, draws=29)
        for one, other in zip(head.roads.tests, alone.tests, strict=True):
            assert (one.null, one.statistic, one.p) == (other.null, other.statistic, other.p)
            assert (one.draws == other.draws).all()
    agreed = everything.heads[1].communities
    assert agreed is not None
    assert agreed.tests[0].statistic == pytest.approx(1.0)


def test_chance_without_roads_or_groups_has_neither() -> None:
    bare = chance(["only"], M[None], None, DISTANCE, draws=19).heads
    assert len(bare) == 1
    assert (bare[0].head, bare[0].roads, bare[0].groups, bare[0].communities, bare[0].modes) == ("only",) + (None,) * 4
    blank = chance(["only"], M[None], None, DISTANCE, groups=[""] * SENSORS, draws=19).heads[0]
    assert blank.groups is None


def test_chance_says_how_far_it_is() -> None:
    said: list[tuple[int, int]] = []
    chance(["a"], M[None], ROAD, draws=19, tick=lambda done, parts: said.append((done, parts)))
    assert said == [(0, 3), (1, 3), (2, 3), (3, 3)]


def test_many_heads_have_as_many_draws_as_let_one_of_them_stand_out() -> None:
    """25 heads and their mean: with 499 draws the smallest of 26 p values would be 0.052 after Holm's correction."""
    heads = np.stack([uneven(8, seed=h) for h in range(25)])
    heads[3] += 9.0 * (GROUPS_OF_EIGHT[:, None] == GROUPS_OF_EIGHT)
    found = chance([f"head {h + 1}" for h in range(25)], heads, groups=GROUPS_OF_EIGHT)
    assert found.draws == 1299
    every = [head.groups for head in found.heads]
    p = [next(test.p for test in tests.tests if test.null == "configuration") for tests in every if tests]
    assert len(p) == 26
    assert holm(np.array(p))[1 + 3] < 0.05
    assert chance(["a"], M[None], groups=GROUPS, draws=None).draws == 499


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="heads must name each of 1 matrices, got 2 names"):
        chance(["a", "b"], M[None])
    with pytest.raises(ValueError, match="communities must be those of 3 matrices, got 2"):
        chance(["a", "b"], np.stack([M, M]), groups=GROUPS, communities=[GROUPS, GROUPS])
