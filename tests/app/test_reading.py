"""The sentences: what they say of planted cases, and that they claim no more than the test supports."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as some

from analysis.against import groups_agreement
from analysis.communities import spectral_communities
from analysis.groups import Contrast, agreement, contrast, modularity
from analysis.matrix import sparsity, strongest_pairs
from analysis.nulls import NullTest, Tests
from analysis.roads import RoadMatch, edge_classes, reach, recovery, road_match
from analysis.spectrum import localisation, spectrum
from app.reading import communities, forecasts, heads, roads
from app.reading import spectrum as modes
from app.reading.pairs import pair_sentence
from app.reading.words import code, one_line, percent, plain, three
from tests.app.conftest import HOSTILE

N = 40
RANDOM = np.random.default_rng(0)
RING = (np.abs(np.subtract.outer(np.arange(N), np.arange(N))) % (N - 2) == 1).astype(float)
RING[0, N - 1] = RING[N - 1, 0] = 1.0
BLOCKS = (np.arange(N)[:, None] // 10 == np.arange(N) // 10).astype(float) - np.eye(N)
NOISE = RANDOM.random((N, N)) * (1 - np.eye(N))
FLAT = 1 - np.eye(N)
IDS = [f"S{i:02d}" for i in range(N)]


def clear(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\\", "")


def head(M: np.ndarray, truth: np.ndarray | None = None) -> str:
    found = None if truth is None else recovery(M, truth, 0.05)
    return clear(heads.head_sentence("head 2", sparsity(M), reach(M, RING), road_match(M, RING, 0.05), found, 0.05))


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


def test_more_than_chance_but_not_by_enough_is_not_called_no_more() -> None:
    said = roads.match_words(
        RoadMatch(426, 40, 40 / 426, 0.062, auroc=0.5, average_precision=0.1, road_pairs=1313, asked=426), 0.02
    )
    assert clear(said).endswith("not clearly more often than chance (9.4 % against 6.2 %)")


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


@given(some.integers(1, 500), some.floats(0.001, 0.5), some.integers(0, 2**31))
def test_blind_choice_is_rarely_called_better_than_chance(pairs: int, chance: float, seed: int) -> None:
    hits = np.random.default_rng(seed).binomial(pairs, chance, 200)
    called = [roads.against_chance(match(float(h), pairs, chance)) == "more" for h in hits]
    expected = pairs * chance
    # few expected hits make a skewed distribution: one lucky hit is then three deviations
    assert np.mean(called) <= (0.05 if expected >= 1 else expected + 0.1)


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


def test_modes_of_noise_are_no_more_local_than_chance() -> None:
    symmetric = NOISE + NOISE.T
    assert modes.localisation_answer(localisation(symmetric, 50)).startswith(
        "That modes are more local than with the same weights in random places cannot be told from chance: "
    )


@pytest.mark.parametrize(("p", "told"), [(0.0476, True), (0.05, False), (0.0952, False)])
def test_modes_of_few_shuffles_are_not_called_no_more_local(p: float, told: bool) -> None:
    found = replace(localisation(NOISE + NOISE.T, 20), excess=1.3, p=p)
    words = clear(modes.localisation_answer(found))
    assert ("cannot be told from chance: 1.30 times the mean IPR of 20 shuffles" in words) == (not told)
    assert f"(p = {p:.2f})" in words


def test_modes_of_a_few_tight_groups_are_more_local_than_chance() -> None:
    M = np.kron(np.eye(10), np.ones((4, 4)) - np.eye(4)) + 0.001 * (NOISE + NOISE.T)
    found = localisation(M, 50)
    if found.excess > 1 and found.p < 0.05:
        assert "more local than the weights alone explain" in modes.localisation_answer(found)
    assert f"{found.excess:.2f} times" in modes.localisation_answer(found)


def test_a_flat_matrix_has_one_mode_that_stands_apart_on_all_sensors() -> None:
    said = clear(modes.spectrum_answer(spectrum(FLAT)))
    assert said.startswith("The first mode stands apart (eigenvalue 39.0, 40.0 above the second)")
    assert "**40.0 of 40 sensors**. The most local one, mode 2, lives on" in said
    assert said.endswith(" as the mean over all mixtures of modes at its eigenvalue.")  # 39 modes share it


def test_a_leading_mode_that_is_one_of_several_is_said_to_be_a_mean_over_their_mixtures() -> None:
    said = clear(modes.spectrum_answer(spectrum(BLOCKS)))  # the four first modes share an eigenvalue
    assert said.startswith("The first mode hardly stands apart (eigenvalue 9.00, only")
    assert "**20.0 of 40 sensors** as the mean over all mixtures of modes at its eigenvalue. The most local" in said
    new = np.random.default_rng(3).permutation(N)
    assert clear(modes.spectrum_answer(spectrum(BLOCKS[np.ix_(new, new)]))).partition("above")[2] == (
        said.partition("above")[2]
    )
    assert "mixtures" not in modes.spectrum_answer(spectrum(NOISE))


def test_the_sentence_of_a_mode_counts_its_signs() -> None:
    said = clear(modes.mode_sentence(spectrum(RING, RING), 1, road=True))
    assert "Mode 2 (eigenvalue" in said
    assert "sensors rise while" in said
    assert "smoothest third on the road graph" in said
    assert "All its values have one sign" in modes.mode_sentence(spectrum(RING, RING), 0, road=False)


def test_planted_communities_are_counted_and_called_clear() -> None:
    found = spectral_communities(BLOCKS + 0.001)
    said = clear(communities.communities_answer(found, "spectral", True, modularity(BLOCKS, found.labels)))
    assert said == "Spectral clustering finds **4 communities**, of 10 sensors each (modularity 0.750: clear)."


def test_no_community_is_found_where_there_is_none() -> None:
    for M, words in ((FLAT, "no grouping stands out"), (np.zeros((N, N)), "nothing to group by")):
        found = spectral_communities(M)
        assert words in communities.communities_answer(found, "spectral", True, 0.0)


def test_parts_are_called_parts_and_silent_sensors_are_in_none() -> None:
    M = np.kron(np.eye(40), np.ones((3, 3)))
    M = np.pad(M, (0, 500))
    found = spectral_communities(M)
    said = clear(communities.communities_answer(found, "spectral", True, modularity(M, found.labels)))
    assert said == (
        "Spectral clustering finds **40 communities**, of 3 sensors each (modularity 0.975: clear). They are the parts "
        "that the matrix falls into: no weight to speak of joins two of them. 500 sensors without any weight belong to "
        "none."
    )
    assert "parts" not in communities.communities_answer(spectral_communities(BLOCKS), "spectral", True, 0.75)
    pair = np.pad(np.ones((2, 2)), (0, 500))
    assert clear(communities.communities_answer(spectral_communities(pair), "spectral", True, 0.0)) == (
        "Spectral clustering finds **one community** of 2 sensors: no grouping stands out in it. 500 sensors without "
        "any weight belong to none."
    )


def apart(spot: np.ndarray) -> np.ndarray:
    """Distances between places."""
    return np.linalg.norm(spot[:, None] - spot, axis=-1)


def patches(generator: np.random.Generator, spot: np.ndarray, count: int) -> np.ndarray:
    """Compact groups: each sensor's nearest of some random places."""
    centre = generator.random((count, 2))
    return np.linalg.norm(centre[:, None] - spot, axis=-1).argmin(axis=0)


def agreed(labels: np.ndarray, reference: np.ndarray, km: np.ndarray | None) -> str:
    tests = groups_agreement(labels, reference, km, nulls=("moran",))
    found = agreement(labels, reference)
    return clear(communities.agreement_sentence(found, tests, "known groups", len(set(reference.tolist()))))


def test_agreement_on_a_map_stands_beside_what_groups_on_that_map_give() -> None:
    generator = np.random.default_rng(1)
    spot = generator.random((100, 2))
    groups = patches(generator, spot, 6)
    same = agreed(groups, groups, apart(spot))
    assert same.startswith("They are much the same as the 6 known groups, **more than by chance**: ARI 1.00, by chance")
    assert same.endswith("(Moran, p = 0.002); NMI 1.00.")
    moved = np.where(generator.random(100) < 0.15, generator.integers(0, 6, 100), groups)
    assert agreed(moved, groups, apart(spot)).startswith("They agree in part with the 6 known groups, **more than by")
    tests = groups_agreement(groups, groups, apart(spot), nulls=("moran",)).tests[0]
    assert f"by chance {tests.chance:.2f} (Moran" in same
    assert tests.chance > 0.2, "what exchanged sensors would give is near 0"


def test_compact_groups_that_know_nothing_of_each_other_are_rarely_said_to_agree() -> None:
    """The plain permutation calls nearly all of them alike, the Moran null alone about one in six."""
    claimed, hinted, told = 0, 0, []
    for seed in range(60):
        generator = np.random.default_rng(seed)
        spot = generator.random((100, 2))
        one, other = patches(generator, spot, 6), patches(generator, spot, 6)
        said = agreed(one, other, apart(spot))
        claimed += "**more than by chance**" in said
        hinted += "**a hint, no finding**" in said
        told.append("**cannot be told from chance**" in said)
        assert agreement(one, other).p < 0.05
    assert claimed <= 4
    assert claimed + hinted + sum(told) == 60
    assert sum(told) >= 40


def test_without_places_there_is_no_verdict_but_that_there_is_no_agreement() -> None:
    labels = np.repeat(np.arange(4), 10)
    said = agreed(labels, labels, None)
    assert said == (
        "Beside the 4 known groups: ARI 1.00, NMI 1.00. **Whether that is more than chance cannot be told**, as no "
        "sensor has coordinates. Groups of near sensors agree by more than exchanged sensors would, whatever made "
        "them: it takes the place of each to tell."
    )
    assert "p =" not in said
    assert agreed(labels, np.tile(np.arange(4), 10), None).startswith(
        "That they agree with the 4 known groups **cannot be told from chance**: ARI −0.07 and NMI 0.01, where sensors "
        "exchanged at random give 0.00 and 0.09 (p = 1.00)."
    )
    some = apart(np.random.default_rng(0).random((40, 2)))
    some[3] = some[:, 3] = np.nan
    assert "as 1 of 40 sensors have no coordinates" in agreed(labels, labels, some)


def test_a_hint_is_called_a_hint() -> None:
    draws = np.linspace(0.3, 0.5, 99)
    test = NullTest(null="moran", statistic=0.55, draws=draws, p=0.01)
    found = agreement(np.repeat(np.arange(4), 10), np.repeat(np.arange(4), 10))
    tests = Tests(statistic="agreement", tests=(test,), untested=())
    said = clear(communities.agreement_sentence(found, tests, "road clusters", 4))
    assert said.startswith("They agree with the 4 road clusters more than by chance, but not by much, which is **a")
    assert "**a hint, no finding**" in said
    far = NullTest(null="moran", statistic=0.55, draws=draws + 1, p=0.01)  # draws are no groupings and may exceed 1
    tests = Tests(statistic="agreement", tests=(far,), untested=())
    assert "a hint" in communities.agreement_sentence(found, tests, "road clusters", 4)


def test_contrast_names_the_most_divided_head() -> None:
    labels = np.repeat(np.arange(4), 10)
    found = [contrast(M, labels) for M in (FLAT, BLOCKS + 0.1)]
    said = clear(communities.contrast_sentence(["flat", "blocks"], found, "known groups"))
    assert said.startswith("Blocks is most sharply divided along the known groups: weights within are 11.0 times")
    assert "those across, a contrast of 10.0 (none: 0)" in said  # the figure beside it draws the contrast
    assert said.endswith("In flat they are 1.00 times.")
    none = [Contrast(within=0.0, across=1.0, value=-1.0)]
    assert communities.contrast_sentence(["x"], none, "known groups").startswith("No head has more weight within")


def days(ours: list[float], last: list[float]) -> pd.DataFrame:
    return pd.DataFrame({"forecast": ours, "last value": last})


def test_a_better_forecast_says_by_how_much_and_on_how_many_days() -> None:
    errors = {"forecast": 3.0, "last value": 4.0, "window mean": 5.0}
    said = clear(forecasts.overview_answer("intergat-plus", 60, "km/h", errors, days([3, 3, 5], [4, 4, 4])))
    assert said == (
        "At 60 minutes ahead, **intergat-plus** is off by **3.00 km/h** on average: 25.0 % less than repeating the "
        "last value (4.00 km/h). It was the better of the two on 2 of 3 days of the test part."
    )


def test_a_worse_forecast_says_so() -> None:
    errors = {"forecast": 5.0, "last value": 4.0, "window mean": 4.5}
    said = clear(forecasts.overview_answer("gru", 60, "mph", errors, days([5, 5], [4, 4]), pooled=True))
    assert said.startswith(
        "Up to 60 minutes ahead, **gru** is off by **5.00 mph** on average: 25.0 % more than repeating"
    )
    assert "on 0 of 2 days" in said


def test_where_a_forecast_is_worse_at_first_is_said_as_the_errors_are_counted() -> None:
    at = forecasts.early_sentence([15, 60], [4.0, 5.0], [3.5, 6.0], "mph")
    up_to = forecasts.early_sentence([15, 60], [4.0, 5.0], [3.5, 6.0], "mph", pooled=True)
    assert at.startswith("At 15\u00a0minutes ahead it is worse than the last value")
    assert up_to == at.replace("At 15", "Up to 15")


def test_a_simple_forecast_is_not_compared_with_itself() -> None:
    errors = {"forecast": 4.0, "last value": 4.0, "window mean": 4.5}
    assert "one of the simple forecasts" in forecasts.overview_answer(
        "last-value", 60, "mph", errors, days([4, 4], [4, 4])
    )


def test_what_a_graph_is_worth_is_said_with_its_doubt() -> None:
    said = clear(forecasts.control_sentence(3.0, 4.0, "mph", "intergat-plus"))
    assert "the error is 4.00 mph; that of intergat-plus is 25.0 % less than that" in said
    assert "may be luck, and the two models differ in more than the graph" in said
    assert clear(forecasts.control_sentence(4.0, 4.0, "mph", "gat-gru")).endswith("small differences may be luck.")
    differ = "3 and 60 epochs"
    assert clear(forecasts.control_sentence(4.0, 4.0, "mph", "gat-gru", "gru", differ)).endswith(
        "small differences may be luck, and they were trained differently (3 and 60 epochs)."
    )
    assert clear(forecasts.control_sentence(4.0, 4.0, "mph", "gat-published", "gru", differ)).endswith(
        "luck, the two models differ in more than the graph, and they were trained differently (3 and 60 epochs)."
    )
    own = clear(forecasts.control_sentence(4.0, 4.0, "mph", "intergat-plus", "intergat-plus"))
    assert own.startswith("Without any graph (model intergat-plus without heads, same data and protocol) the error is")
    assert own.endswith("small differences may be luck.")


def test_nothing_observed_is_not_an_error_of_nan() -> None:
    unknown = np.full(3, np.nan)
    assert "Nothing was observed" in forecasts.forecast_answer(
        60, "mph", float("nan"), unknown, ["a", "b", "c"], unknown
    )
    assert forecasts.hours_sentence(np.full(24, np.nan), "mph") == ""


def test_the_forecast_page_names_the_best_and_the_worst_sensor() -> None:
    said = clear(
        forecasts.forecast_answer(15, "mph", 2.0, np.array([1, np.nan, 3.0]), ["a", "b", "c"], np.array([2.0, 2, 2]))
    )
    assert "least at `a` (1.00 mph) and most at `c` (3.00 mph)" in said
    assert said.endswith("It beats repeating the last value at **1 of 2 sensors**.")


@pytest.mark.parametrize(
    ("horizon", "interval", "minutes"),
    [
        (12, 5, [15, 30, 45, 60]),
        (4, 15, [15, 30, 45, 60]),
        (2, 15, [15, 30]),
        (1, 60, [60]),
        (3, 60, [60, 120, 180]),
        (6, 10, [30, 60]),
    ],
)
def test_the_steps_that_are_shown(horizon: int, interval: float, minutes: list[int]) -> None:
    assert [(step + 1) * interval for step in forecasts.shown_steps(horizon, interval)] == minutes


@given(some.integers(1, 50), some.sampled_from((1, 5, 7, 10, 15, 60, 1440)))
def test_shown_steps_are_steps_that_exist(horizon: int, interval: int) -> None:
    steps = forecasts.shown_steps(horizon, interval)
    assert 1 <= len(steps) <= 4
    assert steps == sorted(set(steps))
    assert 0 <= steps[0] <= steps[-1] < horizon


@given(some.text())
def test_code_holds_any_text_on_one_line_within_its_fence(text: str) -> None:
    made = code(text, 30)
    if made == "(no name)":
        return
    fence = made[: len(made) - len(made.lstrip("`"))]
    inside = made[len(fence) : -len(fence)]
    assert made.endswith(fence)
    assert "\n" not in made
    assert fence not in inside.replace(fence + "`", "")
    assert len(inside) <= 32


@given(some.text(alphabet="\\`*_{}[]()#+-.!|<>$~:&=^\"'@/ab1"))
def test_every_mark_of_markdown_is_escaped(text: str) -> None:
    made = plain(text, 1000).replace("\u2060", "")
    k = 0
    while k < len(made):
        if made[k] == "\\":
            k += 2
            continue
        assert made[k] in "ab1 ", made
        k += 1


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_keeps_its_letters_and_loses_its_power(text: str) -> None:
    made = plain(text, 400)
    assert made.replace("\\", "").replace("\u2060", "") == one_line(text, 400).replace("\\", "")
    assert "www" not in made
    assert "http" not in made


def test_numbers_are_said_with_three_digits_and_no_false_precision() -> None:
    assert three(12345.678) == "12,300"
    assert percent(float("nan")) == "not known"
    assert percent(0.9999) == "100\u00a0%"
