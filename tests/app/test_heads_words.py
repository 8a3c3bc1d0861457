"""What is said of a head, of a pair and of heads beside one another, and that it is no more than the test supports."""

import re

import networkx as nx
import numpy as np

from analysis.direction import asymmetry, mutuality
from analysis.distances import hops
from analysis.matrix import sparsity, strongest_pairs
from analysis.roads import reach
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


GRID = nx.to_numpy_array(nx.grid_2d_graph(5, 6))


def looks(M: np.ndarray, road: np.ndarray) -> str:
    return clear(heads.reach_words(reach(M, road)))


def test_weights_in_random_places_seldom_lean_to_anything() -> None:
    for degree in (3, 20):
        leans = 0
        for seed in range(200):
            made = np.random.default_rng(seed)
            M = np.triu(made.random((30, 30)) < degree / 29, k=1) * made.random((30, 30))
            leans += not looks(M + M.T, GRID).startswith("spreads its weight over the map")
        assert leans <= 16, degree


def test_weights_on_the_roads_and_those_that_fall_with_distance_are_near() -> None:
    away = hops(GRID)
    assert looks(GRID, GRID) == "is local: half its weight stays within 1 hop (a flat matrix: 4)"
    near, far = np.exp(-away / 3), np.exp(away / 3)
    assert looks(near, GRID) == "leans to near sensors: half its weight stays within 3 hops (a flat matrix: 4)"
    assert looks(far, GRID) == "looks far: half its weight stays within 5 hops (a flat matrix: 4)"


FIGURES = re.compile(r": (?:(\d[\d.]*)\W% of|half its weight stays within (\d+)\Whop).*flat matrix: (\d[\d.]*)")


def test_near_and_far_are_never_said_with_figures_that_show_the_other() -> None:
    seen = 0
    for seed in range(600):
        made = np.random.default_rng(seed)
        n, degree = int(made.integers(8, 40)), made.uniform(0.05, 0.6)
        road, M = (np.triu(made.random((n, n)) < share, k=1) * made.random((n, n)) for share in (degree, degree / 2))
        M = M * np.exp(made.choice([-1, 1]) * np.where(np.isfinite(away := hops(road + road.T)), away, 0) / 3)
        said = looks(M + M.T, road + road.T).replace("\u00a0", " ")
        if not said.startswith(("leans", "is local", "looks far")):
            continue
        seen += 1
        found = FIGURES.search(said)
        assert found is not None, said
        own, flat = float(found[1] or found[2]), float(found[3])
        near = said.startswith(("leans", "is local"))
        assert (own > flat if "%" in said else own < flat) == near, said
    assert seen > 10


def test_where_whole_hops_are_the_same_the_share_within_fewer_says_what_is_seen() -> None:
    assert looks(np.exp(hops(GRID) / 4), GRID) == (
        "looks far: 31.5 % of its weight stays within 3 hops (a flat matrix: 49.7 %)"
    )


def test_a_difference_of_one_hop_that_is_small_or_may_be_chance_is_said_to_be_so() -> None:
    assert looks(np.exp(-hops(RING) / 40), RING) == (
        "spreads its weight over the map: half its weight stays within 9 hops, about as with a flat matrix (10)"
    )
    few = np.zeros((N, N))
    few[0, 3] = few[10, 14] = few[20, 39] = 1.0
    assert looks(few, RING) == (
        "spreads its weight over the map: half its weight stays within 4 hops (a flat matrix: 10), as the same weights "
        "in random places may"
    )


def test_a_head_without_weights_says_nothing_more() -> None:
    assert head(np.zeros((N, N))) == ("**Head 2** uses no other sensor: all weights between sensors are exactly zero.")


def answered(name: str, M: np.ndarray) -> str:
    """The answer of the page on heads, of a matrix as a head of that name."""
    return clear(heads.heads_answer(name, sparsity(M), asymmetry(M), mutuality(M), strongest_pairs(M, 0.05), IDS))


def test_whom_a_head_listens_to() -> None:
    said = answered("mean", RING)
    assert said.startswith("In the mean of the heads, a typical sensor listens to about **2.00 of 39 others**")
    assert "94.9 % of weights are exactly zero" in said
    assert "Listening is mutual: both directions of each pair have one weight." in said
    assert "the weaker direction has less than a third of the other's weight (asymmetry 1.00)." in answered(
        "head 1", np.triu(RING)
    )


def directed(M: np.ndarray) -> str:
    return clear(heads.asymmetry_words(asymmetry(M), mutuality(M)))


def test_one_strong_pair_that_goes_one_way_does_not_make_most_pairs_do_so() -> None:
    M = np.ones((10, 10))
    M[0, 1], M[1, 0] = 30, 0
    assert directed(M) == (
        "Listening is mostly mutual: in 97.8 % of pairs with weight, the weaker direction has at least two thirds of "
        "the other's weight (asymmetry 0.915)."
    )


def test_most_pairs_go_one_way_where_most_do() -> None:
    M = FLAT.copy()
    M[np.triu_indices(N, k=1)] = 0.3
    M[0, 1] = M[1, 0] = 1000  # asymmetry is next to nothing: this pair has nearly all of the squares
    assert asymmetry(M) < 0.05
    assert directed(M).startswith("Most pairs go one way: in 99.9 % of those with weight, the weaker direction has")


def test_opposite_signs_are_not_called_one_way() -> None:
    M = np.triu(FLAT) - np.tril(FLAT)
    assert directed(M) == "In 100 % of pairs with weight the two directions have opposite signs (asymmetry ∞)."


def test_between_mutual_and_one_way_directions_differ_often() -> None:
    M = FLAT.copy()
    M[np.triu_indices(N, k=1)] = 0.5
    assert directed(M).startswith("The two directions of a pair often differ: in 100 % of pairs with weight")
    M[np.triu_indices(N, k=1)] = 0.995
    assert directed(M) == "Listening is mutual (asymmetry 0.00251)."


def test_the_strongest_pair_is_named_only_if_there_is_one() -> None:
    assert "strongest pair" not in answered("mean", RING)
    M = RING.copy()
    M[3, 4] = M[4, 3] = 7
    assert "The strongest pair is `S03` and `S04` (7.00)." in answered("mean", M)


def test_heads_that_differ_are_said_to_differ() -> None:
    assert "No two heads look at the same pairs" in heads.similarity_answer(np.eye(3), ["a", "b", "c"])
    alike = np.array([[1, 0.2, 0.9], [0.2, 1, 0.1], [0.9, 0.1, 1]])
    assert heads.similarity_answer(alike, ["a", "b", "c"]).startswith("Most alike are a and c (correlation 0.900)")
