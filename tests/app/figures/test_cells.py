"""Order and block means of a matrix's cells, beside the same written as loops."""

import numpy as np
import pytest

from app.figures.cells import block_means, block_names, block_size, ordered


def test_an_order_moves_rows_columns_and_names_together() -> None:
    matrix, names, order = np.arange(16.0).reshape(4, 4), list("abcd"), np.array([2, 0, 3, 1])
    moved, moved_names = ordered(matrix, names, order)
    for i in range(4):
        for j in range(4):
            assert moved[i, j] == matrix[names.index(moved_names[i]), names.index(moved_names[j])]
    assert moved_names == ["c", "a", "d", "b"]


def test_an_order_must_be_a_permutation() -> None:
    with pytest.raises(ValueError, match=r"order must hold each of 0 to 2 once, got \[0, 0, 1\]"):
        ordered(np.eye(3), list("abc"), np.array([0, 0, 1]))


@pytest.mark.parametrize("size", [1, 2, 3, 5, 7])
def test_block_means_are_those_of_the_loop(size: int) -> None:
    matrix = np.random.default_rng(0).random((7, 7))
    starts = range(0, 7, size)
    slow = [[matrix[i : i + size, j : j + size].mean() for j in starts] for i in starts]
    np.testing.assert_allclose(block_means(matrix, size), slow)


def test_blocks_are_as_small_as_they_may_be() -> None:
    assert [block_size(n, 400) for n in (1, 400, 401, 800, 801, 883)] == [1, 1, 2, 2, 3, 3]


def test_a_block_is_called_by_its_first_and_how_many_follow() -> None:
    assert block_names(list("abcde"), 2) == ["a +1", "c +1", "e"]
