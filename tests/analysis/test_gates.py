"""Gates: what each one cuts."""

from collections.abc import Callable

import numpy as np
import pytest

from analysis import gates
from analysis.arrays import FloatArray
from tests.analysis.linear import H, N


class TestGates:
    def test_an_edge_is_one_way_and_a_pair_both(self) -> None:
        assert np.argwhere(gates.edge(H, N, 2, 5) == 0).tolist() == [[0, 2, 5], [1, 2, 5]]
        assert np.argwhere(gates.edge(H, N, 2, 5, head=1) == 0).tolist() == [[1, 2, 5]]
        assert np.argwhere(gates.pair(H, N, 2, 5, head=0) == 0).tolist() == [[0, 2, 5], [0, 5, 2]]

    def test_inputs_are_rows(self) -> None:
        cut = gates.inputs(H, N, [2])
        assert (cut[:, 2].sum(axis=1) == 1).all()
        assert (cut[:, [0, 1, 3, 4, 5, 6]] == 1).all()

    def test_communities_and_stretches_by_loops(self) -> None:
        labels = np.array([0, 1, 0, 2, 1, 0, 2])
        cuts = {
            gates.inside(H, labels, 0)[0].tobytes(): lambda i, j: labels[i] == labels[j] == 0,
            gates.border(H, labels, 0)[0].tobytes(): lambda i, j: (labels[i] == 0) != (labels[j] == 0),
            gates.stretch(H, N, [1, 4])[0].tobytes(): lambda i, j: i in (1, 4) or j in (1, 4),
            gates.head(H, N)[0].tobytes(): lambda i, j: True,
        }
        for cut, goes in cuts.items():
            wanted = np.array([[float(i == j or not goes(i, j)) for j in range(N)] for i in range(N)])
            assert cut == wanted.tobytes()

    def test_every_gate_leaves_the_diagonal_and_the_other_heads(self) -> None:
        labels = np.array([0, 1, 0, 2, 1, 0, 2])
        for cut in (
            gates.edge(H, N, 0, 1, head=1), gates.pair(H, N, 0, 1, head=1), gates.inputs(H, N, [3], head=1),
            gates.stretch(H, N, [3], head=1), gates.head(H, N, 1), gates.inside(H, labels, 2, head=1),
            gates.border(H, labels, 2, head=1),
        ):
            assert (cut[0] == 1).all()
            assert (cut[1] == 0).any()
            assert (cut[1].diagonal() == 1).all()

    @pytest.mark.parametrize(("made", "words"), [
        (lambda: gates.edge(H, N, 3, 3), "receiver and sender must be two sensors, got 3 twice"),
        (lambda: gates.edge(H, N, 7, 3), "receiver must be from 0 to 6, got 7"),
        (lambda: gates.pair(H, N, 0, -1), "sender must be from 0 to 6, got -1"),
        (lambda: gates.edge(H, N, 0, 1, head=2), "head must be from 0 to 1, or None for all, got 2"),
        (lambda: gates.inputs(H, N, []), "receivers must be numbers of sensors, at least one"),
        (lambda: gates.stretch(H, N, [0.5]), "members must be numbers of sensors"),
        (lambda: gates.head(0, N), "heads must be at least 1, got 0"),
        (lambda: gates.inside(H, [0, 0, 1], 2), r"community must be one of \[0, 1\], got 2"),
        (lambda: gates.border(H, [0.5, 1.0], 1), r"labels must be whole numbers, \(N,\), got float64"),
    ])
    def test_what_cannot_be_cut_is_named(self, made: Callable[[], FloatArray], words: str) -> None:
        with pytest.raises(ValueError, match=words):
            made()


