"""Consensus: what is planted is agreed on, whatever a few disagree on."""

import networkx as nx
import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from analysis.arrays import IntArray
from analysis.consensus import adjusted_rand, consensus, consensus_graph, consensus_matrix
from analysis.groups import modularity
from tests.analysis.families import SHUFFLED, planted
from tests.analysis.planted import membership


def test_the_consensus_graph_is_the_mean_of_matched_heads() -> None:
    every = planted()
    heads = consensus_graph(every, ["head 1", "head 2", "head 3"])
    for h in range(3):
        wanted = np.mean([run[shuffled.index(h)] for run, shuffled in zip(every, SHUFFLED, strict=True)], axis=0)
        np.testing.assert_allclose(heads[h], wanted)


def split(labels: IntArray, sensors: list[int], to: int) -> IntArray:
    changed = labels.copy()
    changed[sensors] = to
    return changed


def test_partitions_with_errors_of_their_own_agree_on_what_is_planted() -> None:
    true = membership((8, 7, 5))
    given = [split(true, [k, k + 8], to=2) for k in range(5)]
    found = consensus(given)
    assert found.labels.tolist() == true.tolist()
    assert (found.count, found.converged) == (3, True)
    assert found.rounds >= 1


def test_equal_partitions_need_no_round_whatever_their_names() -> None:
    found = consensus([[4, 4, 9, 9, 9, -1, 2], [0, 0, 1, 1, 1, 5, -1]])
    assert found.labels.tolist() == [1, 1, 0, 0, 0, -1, -1]
    assert (found.count, found.rounds, found.converged) == (2, 0, True)


def test_a_sensor_with_whom_nobody_agrees_is_in_no_community() -> None:
    given = [[0, 0, 0, 1, 1, 1, 0], [0, 0, 0, 1, 1, 1, 1], [0, 0, 0, 1, 1, 1, -1]]
    assert consensus(given, tau=0.5).labels.tolist() == [0, 0, 0, 1, 1, 1, -1]


def test_partitions_without_anything_in_common_have_no_communities() -> None:
    random = np.random.default_rng(0)
    found = consensus([random.permutation(40) // 4 for _ in range(9)])
    assert (found.labels == -1).all()
    assert (found.count, found.converged) == (0, True)


def test_tau_decides_how_often_is_enough() -> None:
    given = [[0, 0, 0, 0], [0, 0, 1, 1], [0, 0, 1, 1]]
    assert consensus(given, tau=0.9).labels.tolist() == [0, 0, 1, 1]
    assert consensus(given[:1] * 3, tau=0.9).count == 1


def test_of_two_partitions_both_must_have_two_sensors_together() -> None:
    given = [[0, 0, 0, 0, 1, 1, 1, 1], [0, 0, 0, 1, 1, 1, 1, 2]]
    assert consensus(given).labels.tolist() == [0, 0, 0, -1, 1, 1, 1, -1]
    random = np.random.default_rng(0)
    independent = [random.integers(0, 6, 60) for _ in range(2)]
    labels = consensus(independent).labels
    for group in range(labels.max() + 1):
        assert all(len(set(one[labels == group])) == 1 for one in independent), "together in both"


def test_sensors_that_move_as_one_change_nothing() -> None:
    """Each sensor several times: the same communities, of as many copies."""
    true = membership((8, 7, 5))
    given = [split(true, [k, k + 8], to=2) for k in range(5)]
    copies = consensus([np.repeat(one, 3) for one in given]).labels
    np.testing.assert_array_equal(copies, np.repeat(consensus(given).labels, 3))


@pytest.mark.parametrize("seed", range(5))
def test_kinds_of_sensors_stand_for_their_sensors_exactly(seed: int) -> None:
    """The modularity of groups of kinds is that of the same groups in the whole consensus matrix, loops over pairs."""
    random = np.random.default_rng(seed)
    labels = np.repeat(random.integers(-1, 3, (4, 9)), random.integers(1, 4, 9), axis=1)
    whole = np.zeros((labels.shape[1], labels.shape[1]))
    for i in range(len(whole)):
        for j in range(len(whole)):
            share = np.mean([one[i] == one[j] >= 0 for one in labels])
            whole[i, j] = share if i != j and share > 0.5 else 0
    weight, kind = consensus_matrix(labels, 0.5)
    group = random.integers(0, 3, len(weight))
    kinds = nx.from_numpy_array(weight)
    ours = nx.community.modularity(kinds, [set(np.flatnonzero(group == g)) for g in range(3)])
    assert ours == pytest.approx(modularity(whole, group[kind]))


def test_a_sensor_alone_in_many_partitions_is_alone_with_others_like_it() -> None:
    given = [[0, 0, 0, -1, -1], [0, 0, 0, -1, -1], [0, 0, 0, 1, 1]]
    assert consensus(given).labels.tolist() == [0, 0, 0, -1, -1]


def test_a_search_that_does_not_agree_ends_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([[0, 0, 1, 1], [0, 1, 0, 1], [0, 0, 1, 1], [0, 1, 1, 0], [0, 0, 1, 1]] * 3)

    def searched(graph: nx.Graph, seed: int) -> list[set[int]]:
        assert len(graph) == 4, "no two sensors are of one kind, and they keep their order"
        labels = next(answers)
        return [{place for place in range(4) if labels[place] == group} for group in (0, 1)]

    monkeypatch.setattr(nx.community, "louvain_communities", searched)
    found = consensus([[0, 0, 1, 1], [0, 1, 0, 1]], tau=0.4, most=3)
    assert (found.rounds, found.converged) == (3, False)
    assert found.labels.tolist() == [0, 0, 1, 1], "the one that most agree with"


def test_the_index_takes_every_sensor_alone_for_a_group() -> None:
    labels, reference = np.array([0, 0, 1, 1, -1, -1, 2]), np.array([3, 3, 3, 1, 1, -1, -1])
    slow = adjusted_rand_score([0, 0, 1, 1, 10, 11, 2], [3, 3, 3, 1, 1, 10, 11])
    assert adjusted_rand(labels, reference) == pytest.approx(slow)
    assert adjusted_rand(reference, labels) == pytest.approx(slow)


def test_partitions_in_no_rows_are_refused() -> None:
    with pytest.raises(ValueError, match=r"^partitions must be one row each, \(P, N\), got shape \(3,\)$"):
        consensus_matrix([0, 1, 1])


@pytest.mark.parametrize(
    ("given", "settings", "message"),
    [
        ([], {}, r"^partitions must be at least one, got none$"),
        ([[0, 1], [0.5, 1]], {}, r"^partitions\[1\] must hold one integer per sensor, .* \(2,\) of float64$"),
        ([[0, 1], [0, 1, 2]], {}, r"^partitions\[1\] must hold one label per sensor, 2, got 3$"),
        ([[0, -2]], {}, r"^partitions\[0\] must be at least -1, got -2 at sensor 1$"),
        ([[0, 1]], {"tau": 1.5}, r"^tau must be at least 0 and below 1, got 1.5$"),
        ([[0, 1]], {"tau": 1}, r"^tau must be at least 0 and below 1, got 1$"),
        ([[0, 1]], {"most": 0}, r"^most must be at least 1, got 0$"),
    ],
)
def test_partitions_that_are_none_are_refused(
    given: list[list[float]], settings: dict[str, float], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        consensus(given, **settings)  # type: ignore[arg-type]
