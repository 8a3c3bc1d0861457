"""What is said of strong pairs and roads: what counts as more than chance, and where no praise is due."""

import numpy as np
import pytest
from scipy.stats import binom

from analysis.roads import RoadMatch, edge_classes, recovery, road_match
from app.reading import roads
from tests.app.reading_made import FLAT, NOISE, RING, N, clear, head


def test_more_than_chance_but_not_by_enough_is_not_called_no_more() -> None:
    said = roads.match_words(
        RoadMatch(426, 40, 40 / 426, 0.062, auroc=0.5, average_precision=0.1, road_pairs=1313, asked=426), 0.02
    )
    assert clear(said).endswith("not clearly more often than chance (9.4 % against 6.2 %)")


def match(hits: float, pairs: int = 100, chance: float = 0.1) -> RoadMatch:
    return RoadMatch(
        pairs=pairs, hits=hits, precision=hits / pairs, chance=chance, auroc=0.5, average_precision=0.1, road_pairs=1,
        asked=pairs,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("hits", "pairs", "chance", "verdict"),
    [
        (10, 100, 0.1, "same"),  # as expected
        (15, 100, 0.1, "same"),  # half as much again, but 1.7 standard deviations
        (20, 100, 0.1, "more"),  # 3.3 standard deviations
        (1, 100, 0.1, "same"),  # exactly three standard deviations below is reached at 1.0
        (0, 100, 0.1, "fewer"),
        (5_400, 50_000, 0.1, "same"),  # six standard deviations, but only 8 % more than chance
        (2, 3, 0.1, "more"),
        (1, 3, 0.1, "same"),
        (3, 3, 1.0, "same"),  # every pair is a road: nothing can be better than chance
        (0, 3, 0.0, "same"),
    ],
)
def test_more_than_chance_takes_three_deviations_and_a_quarter(
    hits: float, pairs: int, chance: float, verdict: str
) -> None:
    expected = {"same": {"same"}, "more": {"more"}, "fewer": {"fewer"}}[verdict]
    if (hits, pairs) == (1, 100):
        expected = {"same", "fewer"}
    assert roads.against_chance(match(hits, pairs, chance)) in expected


def test_blind_choice_is_rarely_called_better_than_chance() -> None:
    """How often it is, from the binomial distribution itself, for many numbers of pairs and of expected hits."""
    for pairs in (1, 2, 3, 5, 8, 13, 21, 34, 48, 89, 144, 233, 280, 500):
        for expected in np.geomspace(0.01, pairs / 2, 150):
            chance = float(expected) / pairs
            more = (h for h in range(pairs + 1) if roads.against_chance(match(h, pairs, chance)) == "more")
            called = binom.sf(next(more, pairs + 1) - 1, pairs, chance)
            # few expected hits make a skewed distribution: one lucky hit is then three deviations
            assert called <= (0.1 if expected < 1 else 0.02 if expected < 5 else 0.01), (pairs, chance)


def test_the_map_counts_the_classes() -> None:
    M = RING + 0.001 * NOISE
    said = clear(roads.classes_answer(edge_classes(M, RING, 0.1), road_match(M, RING, 0.1), 0.1, roads=True))
    assert said.startswith("Of the 78 strongest pairs, **40 run along a road** (51.3 %): 10 times as often as chance")
    assert "**38 have no road**, and 0 road links are not among the strongest 10 %." in said


def test_the_map_of_roads_only_says_that_none_is_without() -> None:
    said = clear(roads.classes_answer(edge_classes(RING, RING, 0.02), road_match(RING, RING, 0.02), 0.02, roads=True))
    assert "**None is without a road**, and 24 road links are not among the strongest 2 %." in said


def test_where_fewer_pairs_have_weight_than_are_asked_for_every_page_counts_those_alone() -> None:
    found, share = road_match(RING, RING, 0.2), 0.2  # 40 of 780 pairs have weight, and 156 are asked for
    few = "nly 40 of 156 asked for have any weight"
    on_map = clear(roads.classes_answer(edge_classes(RING, RING, share), found, share, roads=True))
    assert "**40 run along a road** (100 %): 20 times as often as chance, which would hit 5.1 %." in on_map
    assert on_map.endswith(f" O{few}.")
    assert clear(roads.match_words(found, share)) == (
        f"its strongest 20 % of pairs lie on roads 20 times as often as chance (100 % against 5.1 %; o{few})"
    )
    planted = clear(roads.recovery_answer(recovery(RING, RING, share)))
    assert f"Of the strongest 40 pairs (o{few}), 40 are planted (100 %; chance 5.1 %): 20 times as often" in planted
    one = np.zeros((N, N))
    one[0, 1] = 1.0
    assert roads.few_words(road_match(one, RING, share)) == "only 1 of 156 asked for has any weight"


def test_nothing_is_said_to_be_strong_where_no_pair_has_weight() -> None:
    one_way = np.triu(NOISE) - np.triu(NOISE).T  # both directions of each pair cancel out
    found = road_match(one_way, RING, 0.05)
    assert roads.match_words(found, 0.05) == roads.NO_PAIRS
    assert roads.NO_PAIRS in head(one_way)
    assert "no pair has any weight" in roads.recovery_answer(recovery(np.zeros((N, N)), RING, 0.05))
    said = roads.classes_answer(edge_classes(one_way, RING, 0.05), found, 0.05, roads=True)
    assert said == "Nothing: this matrix has no weight between any two sensors."


def test_a_model_that_is_given_the_roads_gets_no_praise_for_them() -> None:
    assert "not something it found" in roads.given_sentence("gat-gru")
    assert roads.given_sentence("intergat-plus") == ""
    assert roads.given_sentence() == ""
    assert roads.given_sentence("intergat-gru", "gat-gru") == roads.given_sentence("gat-gru")
    assert clear(roads.given_sentence("gat-gru", "gat-published")) == (
        "gat-gru and gat-published are given the road graph and can listen along roads only: that their weights lie on "
        "roads is how they were built, not something they found."
    )


def test_recovery_names_the_planted_pairs_beside_chance() -> None:
    said = clear(roads.recovery_answer(recovery(RING, RING, 0.05)))
    assert "Of the strongest 39 pairs, 39 are planted (100 %; chance 5.1 %): 20 times as often as chance." in said
    assert "no more often than chance" in clear(roads.recovery_answer(recovery(FLAT, RING, 0.05)))
