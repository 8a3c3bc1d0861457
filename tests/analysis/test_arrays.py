"""What is given: a graph as 0 and 1. What is refused is told in the contracts of the layer."""

import numpy as np
import pytest

from analysis.arrays import FloatArray, joined
from tests.analysis.planted import chain, ring, sparse, uneven


@pytest.mark.parametrize("graph", [chain(7), sparse(9, seed=3), uneven(5, negative=True), np.eye(4), np.zeros((1, 1))])
def test_joined_is_what_loops_make_it(graph: FloatArray) -> None:
    slow = [
        [float(i != j and (graph[i, j] != 0 or graph[j, i] != 0)) for j in range(len(graph))]
        for i in range(len(graph))
    ]
    assert joined(graph).tolist() == slow


def test_weights_that_cancel_and_one_way_roads_join() -> None:
    np.testing.assert_array_equal(joined([[0, 1], [-1, 0]]), [[0, 1], [1, 0]])
    np.testing.assert_array_equal(joined(chain(9)), joined(chain(9).T))
    np.testing.assert_array_equal(joined(1e-300 * ring(6)), ring(6))


def test_what_it_is_called_stands_in_its_error() -> None:
    with pytest.raises(ValueError, match=r"^truth must be finite, got nan at row 0, column 1$"):
        joined([[0, np.nan], [0, 0]], "truth")
