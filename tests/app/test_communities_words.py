"""What is said of communities: how many, and whether they agree with known groups by more than chance."""

import numpy as np
import pytest

from analysis.against import groups_agreement
from analysis.clearness import Clearness, clearness
from analysis.communities import louvain_communities, spectral_communities
from analysis.groups import Contrast, agreement, contrast, modularity
from analysis.nulls import NullTest, Tests
from app.reading import communities
from tests.app.reading_made import BLOCKS, FLAT, N, clear


def test_planted_communities_are_counted_and_called_clear() -> None:
    found = spectral_communities(BLOCKS + 0.001)
    beside = clearness(BLOCKS, found.labels, "spectral")
    said = clear(communities.communities_answer(found, "spectral", True, beside))
    assert said == (
        "Spectral clustering finds **4 communities**, of 10 sensors each (modularity 0.750: clear; the same weights in "
        f"random places give {beside.chance:.3f}, p = 0.03)."
    )


def test_no_community_is_found_where_there_is_none() -> None:
    for M, words in ((FLAT, "no grouping stands out"), (np.zeros((N, N)), "nothing to group by")):
        found = spectral_communities(M)
        assert words in communities.communities_answer(found, "spectral", True, None)


def test_parts_are_called_parts_and_silent_sensors_are_in_none() -> None:
    M = np.kron(np.eye(40), np.ones((3, 3)))
    M = np.pad(M, (0, 500))
    found = spectral_communities(M)
    beside = Clearness(modularity=modularity(M, found.labels), draws=np.full(39, 0.5), p=0.025)
    said = clear(communities.communities_answer(found, "spectral", True, beside))
    assert said == (
        "Spectral clustering finds **40 communities**, of 3 sensors each (modularity 0.975: clear; the same weights "
        "in random places give 0.500, p = 0.03). They are the parts that the matrix falls into: no weight to speak of "
        "joins two of them. 500 sensors without any weight belong to none."
    )
    assert "parts" not in communities.communities_answer(spectral_communities(BLOCKS), "spectral", True, None)
    pair = np.pad(np.ones((2, 2)), (0, 500))
    assert clear(communities.communities_answer(spectral_communities(pair), "spectral", True, None)) == (
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


def test_a_head_without_weight_across_says_so_alone_and_among_others() -> None:
    labels = [0, 0, 0, 1, 1, 1]
    apart = np.kron(np.eye(2), np.ones((3, 3)))
    parts, mixed, even = (contrast(M, labels) for M in (apart, apart + 0.5, np.ones((6, 6))))

    def said(names: list[str], found: list[Contrast]) -> str:
        return clear(communities.contrast_sentence(names, found, "known groups"))

    none = "Head 1 has no weight across the known groups at all."
    assert said(["head 1"], [parts]) == none
    times = "weights within are 3.00 times those across, a contrast of 2.00 (none: 0)."
    assert said(["mean", "head 1"], [mixed, parts]) == f"{none} In mean, {times}"
    assert said(["head 1", "a", "b"], [parts, even, mixed]) == (
        f"{none} Of the others, b is most sharply divided along the known groups: {times} In a they are 1.00 times."
    )
    assert said(["head 1", "a"], [parts, even]) == (
        f"{none} No other head has more weight within the known groups than across them."
    )
    many = said([f"head {k}" for k in range(1, 6)], [parts] * 5)
    assert many == "Head 1, head 2, head 3 and 2 more have no weight across the known groups at all."


@pytest.mark.parametrize(
    ("M", "labels", "why"),
    [
        (FLAT, [0] * 40, "all are in one"),
        (FLAT, list(range(40)), "no two are in one"),
        (np.zeros((40, 40)), [0, 1] * 20, "there is no weight between those that are in them"),
    ],
)
def test_a_contrast_that_is_not_defined_has_its_reason(M: np.ndarray, labels: list[int], why: str) -> None:
    said = communities.contrast_sentence(["x"], [contrast(M, labels)], "known groups")
    assert said == f"No head's contrast along the known groups is defined: {why}."


def test_communities_of_sparse_random_weights_are_no_more_than_chance() -> None:
    """Louvain's search finds a modularity of about 0.7 where three random pairs a sensor stand anywhere."""
    told = []
    for seed in range(20):
        random = np.random.default_rng(seed)
        M = np.triu(random.random((60, 60)) < 3 / 59, 1) * random.random((60, 60))
        found = louvain_communities(M)
        beside = clearness(M, found.labels, "louvain")
        assert beside.modularity > 0.5
        told.append(communities.communities_answer(found, "louvain", True, beside))
    assert sum("not told apart from chance; the same weights in random places give" in one for one in told) >= 18
    assert not any(": clear" in one for one in told)


@pytest.mark.parametrize(
    ("value", "chance", "p", "words"),
    [
        (0.5, 0.2, 0.025, "clear"),
        (0.5, 0.2, 0.05, "not told apart from chance"),
        (0.7, 0.62, 0.025, "faint"),
        (0.7, 0.69, 0.025, "hardly more than chance"),
        (0.2, 0.05, 0.025, "faint"),
        (0.05, 0.01, 0.025, "hardly more than chance"),
    ],
)
def test_how_clear_communities_are_is_judged_beside_chance(value: float, chance: float, p: float, words: str) -> None:
    said = communities.clearness_words(Clearness(modularity=value, draws=np.full(39, chance), p=p))
    assert f": {words}; the same weights in random places give" in said
