"""What is said of a head, of a pair and of heads beside one another, and that it is no more than the test supports."""

import numpy as np

from analysis.matrix import sparsity, strongest_pairs
from app.reading import heads
from app.reading.pairs import pair_sentence
from tests.app.reading_made import FLAT, IDS, NOISE, RING, N, clear, head


def test_a_head_on_the_roads_is_local_and_says_how_often_it_hits() -> None:
    said = head(RING + 0.001 * NOISE, RING)
    assert said.startswith("**Head 2** is local: half its weight stays within 1 hop (a flat matrix: 10)")
    assert "its strongest 5 % of pairs lie on roads 20 times as often as chance (100 % against 5.1 %)" in said
    assert said.endswith("Against the planted graph: AUROC 1.00, chance 0.50.")


def test_a_head_of_noise_is_called_no_better_than_chance() -> None:
    said = head(NOISE, RING)
    assert "spreads its weight over the map" in said
    assert "no more often than chance" in said
    assert "times as often" not in said
    assert "which is about chance (0.50)" in said


def test_without_roads_it_is_a_sensor_that_listens_and_not_the_matrix() -> None:
    said = heads.head_sentence("matrix", sparsity(RING), None, None, None, 0.05)
    assert clear(said) == "**Matrix**: a typical sensor listens to about 2.00 of 39 others."


def test_two_sensors_without_a_weight_have_no_place_among_the_strongest() -> None:
    said = pair_sentence("A", "B", "head 1", taken=0.0, given=0.0, rank=2188, pairs=7140)
    assert clear(said).endswith("gives 0 back: they do not use each other.")


def test_a_flat_head_listens_to_all_alike() -> None:
    said = head(FLAT)
    assert "listens to all 39 other sensors almost alike" in said
    assert "no more often than chance (5.1 % against 5.1 %)" in said


def test_a_head_away_from_the_roads_looks_far() -> None:
    said = head(np.roll(np.eye(N), N // 2, axis=1))
    assert "looks far: half its weight stays within 20 hops (a flat matrix: 10)" in said


def test_a_head_without_weights_says_nothing_more() -> None:
    assert head(np.zeros((N, N))) == ("**Head 2** uses no other sensor: all weights between sensors are exactly zero.")


def test_whom_a_head_listens_to() -> None:
    one_way = np.triu(RING)
    said = clear(
        heads.heads_answer("mean", sparsity(RING), 0.0, strongest_pairs(RING * 2 + np.diag(RING[0]), 0.05), IDS)
    )
    assert said.startswith("In the mean of the heads, a typical sensor listens to about **2.00 of 39 others**")
    assert "94.9 % of weights are exactly zero" in said
    assert "Listening is mutual" in said
    assert "Most pairs go one way (asymmetry 1.00)" in clear(
        heads.heads_answer("head 1", sparsity(one_way), 1.0, strongest_pairs(one_way, 0.05), IDS)
    )


def test_the_strongest_pair_is_named_only_if_there_is_one() -> None:
    assert "strongest pair" not in heads.heads_answer("mean", sparsity(RING), 0.0, strongest_pairs(RING, 0.05), IDS)
    M = RING.copy()
    M[3, 4] = M[4, 3] = 7
    assert "The strongest pair is `S03` and `S04` (7.00)." in heads.heads_answer(
        "mean", sparsity(M), 0.0, strongest_pairs(M, 0.05), IDS
    )


def test_heads_that_differ_are_said_to_differ() -> None:
    assert "No two heads look at the same pairs" in heads.similarity_answer(np.eye(3), ["a", "b", "c"])
    alike = np.array([[1, 0.2, 0.9], [0.2, 1, 0.1], [0.9, 0.1, 1]])
    assert heads.similarity_answer(alike, ["a", "b", "c"]).startswith("Most alike are a and c (correlation 0.900)")
