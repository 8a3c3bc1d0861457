"""Stability: planted agreement is found, noise agrees by chance, and the p-value is what it says."""

from itertools import combinations

import numpy as np
import pytest
from scipy.stats import kstest
from sklearn.metrics import adjusted_rand_score

from analysis.arrays import FloatArray
from analysis.communities import louvain_communities
from analysis.consensus import adjusted_rand, consensus_graph
from analysis.matching import matched_runs
from analysis.matrix import coupling, head_similarity, strongest_count
from analysis.multiplicity import holm
from analysis.stability import HeadStability, Stability, stability
from tests.analysis.families import SHUFFLED, SIZES, N, noise, planted
from tests.analysis.planted import blocks, membership, order, reordered, tied, uneven


def measured(every: FloatArray, share: float = 0.1, draws: int = 99, seed: int = 0) -> Stability:
    runs, heads = every.shape[:2]
    names = [f"run {s}" for s in range(runs)]
    return stability(every, [f"head {h}" for h in range(heads)], names, range(runs), share, draws, seed)


def typical(likeness: FloatArray) -> float:
    """Mean over every two seeds."""
    return float(likeness[np.triu_indices(len(likeness), k=1)].mean())


# Planted truth


def test_noisy_copies_with_shuffled_heads_come_back() -> None:
    found = measured(planted())
    assert [one.head for one in found.heads] == ["mean", "head 0", "head 1", "head 2"]
    for s, shuffled in enumerate(SHUFFLED):
        assert [shuffled[place] for place in found.matched[s]] == [0, 1, 2], "each plays the head of the first run"
    strongest = {"head 1": (N - 1) / (N * (N - 1) / 2), "head 2": 6 / (N * (N - 1) / 2)}
    for one in found.heads:
        assert one.p == 0.01
        assert one.ari_p == 0.01
        assert typical(one.likeness) > 0.9
        assert one.chance_overlap < 0.15
    for name, share in strongest.items():
        again = next(one for one in measured(planted(), share).heads if one.head == name)
        assert again.overlap > 0.95
    assert found.heads[1].ari == 1
    np.testing.assert_array_equal(found.heads[1].consensus, membership(SIZES))


def test_independent_noise_agrees_no_more_than_chance() -> None:
    for one in measured(noise()).heads:
        assert one.overlap == pytest.approx(one.chance_overlap, abs=0.03)
        assert one.p > 0.05
        assert abs(typical(one.likeness)) < 0.1
        assert abs(one.ari) < 0.15


def test_communities_of_independent_noise_agree_by_chance_and_equal_ones_do_not() -> None:
    p = [one.ari_p for seed in range(30) for one in measured(noise(2, 1, 20, seed)).heads]
    assert kstest(p, "uniform").pvalue > 0.01
    flat = np.ones((2, 1, 9, 9))
    (one,) = measured(flat).heads
    assert (one.ari, one.ari_p) == (1.0, 1.0), "one community of all is no agreement"


def test_matching_heads_gains_nothing_by_chance() -> None:
    """Of many heads some are alike by accident, and are matched for it: so they are in every draw of the null."""
    given = [noise(2, 6, 8, seed) ** 4 for seed in range(12)]
    given = [every + every.transpose(0, 1, 3, 2) for every in given]
    found = [measured(every, share=0.25).heads[1:] for every in given]
    overlap = np.mean([one.overlap for heads in found for one in heads])
    chance = np.mean([one.chance_overlap for heads in found for one in heads])
    unmatched = np.mean([slow_overlap(every[:, [h]], 0.25) for every in given for h in range(6)])
    assert overlap == pytest.approx(chance, abs=0.03)
    assert overlap > unmatched + 0.05, "else this would not test anything"


def test_heads_of_another_layer_stay_themselves() -> None:
    """'output' reads what the heads make of the data: it is none of them, however alike they are."""
    every = planted()
    names = ["head 1", "output", "head 2"]
    found = stability(every, names, "vwxyz", range(5), draws=9)
    np.testing.assert_array_equal(found.matched, matched_runs(every, names))
    assert found.matched[:, 1].tolist() == [1] * 5
    for s, run in enumerate(every[1:], start=1):
        similarity = head_similarity([*every[0], *run])[:3, 3:]
        kept, swapped = similarity[0, 0] + similarity[2, 2], similarity[0, 2] + similarity[2, 0]
        assert found.matched[s, [0, 2]].tolist() == ([0, 2] if kept > swapped else [2, 0])
    assert matched_runs(every, ["a", "b", "c"]).tolist() == [[0, 1, 2]] * 5


def test_what_one_seed_made_up_has_spread_and_what_all_learned_has_none() -> None:
    every = np.repeat(planted(noise=0)[:1], 4, axis=0)
    every[2, 0, 3, 7] += 1.0
    one = measured(every).heads[1]
    assert one.spread[3, 7] == pytest.approx(np.std([0, 0, 1, 0], ddof=1))
    assert np.count_nonzero(one.spread > 1e-12) == 1
    assert one.mean[3, 7] == pytest.approx(every[0, 0, 3, 7] + 0.25)
    assert one.mean[7, 3] == pytest.approx(every[0, 0, 7, 3]), "rows stay receivers"


@pytest.mark.parametrize("heads", [9, 31])
def test_many_heads_that_come_back_are_told_from_chance(heads: int) -> None:
    """The same graphs in every seed, of as many heads as `intergat-gru` of eight, or SET of three layers, has."""
    one = np.stack([uneven(12, seed=h) for h in range(heads)])
    found = stability([one, one], [f"frame {h}" for h in range(heads)], "ab", [0, 1], share=0.1)
    assert found.draws == {9: 499, 31: 1599}[heads]
    assert {row.overlap for row in found.heads} == {1}
    assert holm(np.array([row.p for row in found.heads])).max() <= 0.02 + 1e-12


def test_where_few_pairs_are_compared_even_the_same_ones_come_back_by_chance() -> None:
    """Five sensors have ten pairs, and the strongest 2 % are one: the same one by chance in a tenth of the draws."""
    found = stability([uneven(5)[None]] * 2, ["head 1"], "ab", [0, 1], draws=1999).heads[0]
    assert found.overlap == 1
    assert found.p == found.least == pytest.approx(0.1, abs=0.02)
    other = stability([uneven(5)[None], uneven(5, 1)[None]], ["head 1"], "ab", [0, 1], draws=1999).heads[0]
    assert (other.overlap, other.p) == (0, 1)
    assert other.least == pytest.approx(0.1, abs=0.02)


# Slow twins


def slow_top(M: FloatArray, share: float) -> dict[tuple[int, int], float]:
    """Each strongest pair and what part of it counts."""
    weight = {(i, j): abs(M[i, j] + M[j, i]) / 2 for i in range(len(M)) for j in range(i + 1, len(M))}
    weight = {pair: value for pair, value in weight.items() if value > 0}
    wanted = strongest_count(len(M), share)
    if len(weight) <= wanted:
        return dict.fromkeys(weight, 1.0)
    cut = sorted(weight.values())[-wanted]
    above = [pair for pair, value in weight.items() if value > cut]
    at = [pair for pair, value in weight.items() if value == cut]
    return dict.fromkeys(above, 1.0) | dict.fromkeys(at, (wanted - len(above)) / len(at))


def slow_overlap(every: FloatArray, share: float) -> float:
    """Of one head each, (S, 1, N, N)."""
    tops = [slow_top(one[0], share) for one in every]
    indices = []
    for a, b in combinations(tops, 2):
        shared = sum(min(a.get(pair, 0.0), b.get(pair, 0.0)) for pair in a | b)
        either = sum(max(a.get(pair, 0.0), b.get(pair, 0.0)) for pair in a | b)
        indices.append(shared / either if either else 1.0)
    return float(np.mean(indices))


@pytest.mark.parametrize("share", [0.01, 0.1, 0.37, 1.0])
@pytest.mark.parametrize("of", ["noise", "tied", "sparse"])
def test_the_overlap_is_that_of_a_slow_twin(share: float, of: str) -> None:
    every = {
        "noise": noise(4, 1, 11),
        "tied": np.stack([tied(11, seed)[None] for seed in range(4)]),
        "sparse": np.stack([tied(11, seed)[None] * (noise(4, 1, 11)[seed] > 1.2) for seed in range(4)]),
    }[of]
    (one,) = measured(every, share, draws=3).heads
    assert one.overlap == pytest.approx(slow_overlap(every, share))


def test_every_draw_renames_the_sensors_of_each_run_and_matches_anew() -> None:
    """The null as loops: each run's heads under one new order of the sensors, then measured as what was observed."""
    every, draws = noise(3, 2, 9, seed=4), 19
    found = measured(every, 0.2, draws, seed=7)
    random = np.random.default_rng(7)
    chance, agreed = np.empty((draws, 3)), np.empty((draws, 3))
    labels = [[louvain_communities(head, seed=7).labels for head in (run.mean(axis=0), *run)] for run in every]
    for draw in range(draws):
        renamed, named = [every[0]], [labels[0]]
        for run, groups in zip(every[1:], labels[1:], strict=True):
            new = random.permutation(9)
            renamed.append(np.stack([reordered(head, new) for head in run]))
            named.append([group[new] for group in groups])
        matched = measured(np.stack(renamed), 0.2, draws=1).matched
        rows = [np.stack([run.mean(axis=0)[None] for run in renamed])]
        rows += [np.stack([run[[matched[s, h]]] for s, run in enumerate(renamed)]) for h in range(2)]
        chance[draw] = [slow_overlap(row, 0.2) for row in rows]
        for k in range(3):
            mine = [groups[k and matched[s, k - 1] + 1] for s, groups in enumerate(named)]
            agreed[draw, k] = np.mean([adjusted_rand(a, b) for a, b in combinations(mine, 2)])
    for k, one in enumerate(found.heads):
        assert one.chance_overlap == pytest.approx(chance[:, k].mean())
        assert one.p == (1 + (chance[:, k] >= one.overlap - 1e-12).sum()) / (1 + draws)
        assert one.least == (1 + (chance[:, k] >= 1 - 1e-12).sum()) / (1 + draws)
        assert one.ari_p == (1 + (agreed[:, k] >= one.ari - 1e-12).sum()) / (1 + draws)


def test_the_ari_is_the_mean_over_every_two_seeds() -> None:
    every = blocks(SIZES) + noise(4, 1) ** 2
    labels = [louvain_communities(one[0], seed=0).labels for one in every]
    assert all((one >= 0).all() for one in labels)
    slow = np.mean([adjusted_rand_score(a, b) for a, b in combinations(labels, 2)])
    assert 0.1 < slow < 0.99
    assert measured(every).heads[0].ari == pytest.approx(slow)


def test_an_isolated_sensor_is_a_community_of_its_own() -> None:
    every = np.stack([[np.pad(blocks((4, 3)), (0, 3))], [np.pad(blocks((4, 3)), (0, 3))]])
    every[1, 0, 7, 8] = 1.0
    slow = adjusted_rand_score([0] * 4 + [1] * 3 + [2, 3, 4], [0] * 4 + [1] * 3 + [2, 2, 4])
    (one,) = measured(every).heads
    assert one.ari == pytest.approx(slow)
    assert one.consensus.tolist() == [0] * 4 + [1] * 3 + [-1] * 3, "together in one of two seeds is not enough"


def test_likeness_is_the_correlation_of_couplings() -> None:
    every = noise(3, 1)
    (one,) = measured(every).heads
    pairs = np.triu_indices(N, 1)
    for s, t in combinations(range(3), 2):
        slow = np.corrcoef(coupling(every[s, 0])[pairs], coupling(every[t, 0])[pairs])[0, 1]
        assert one.likeness[s, t] == one.likeness[t, s] == pytest.approx(slow)
    np.testing.assert_array_equal(one.likeness.diagonal(), 1)


# Symmetries


def test_the_order_of_the_sensors_does_not_matter() -> None:
    new = order(N)
    every = planted()
    moved = np.stack([[reordered(head, new) for head in run] for run in every])
    plain, other = measured(every), measured(moved)
    np.testing.assert_array_equal(plain.matched, other.matched)
    for a, b in zip(plain.heads, other.heads, strict=True):
        assert b.overlap == pytest.approx(a.overlap)
        np.testing.assert_allclose(b.likeness, a.likeness)
        np.testing.assert_allclose(b.spread, reordered(a.spread, new))
    np.testing.assert_array_equal(other.heads[1].consensus, plain.heads[1].consensus[new])


def test_tied_pairs_are_shared_out_whatever_their_order() -> None:
    every = np.stack([tied(12, seed)[None] for seed in range(3)])
    new = order(12)
    moved = np.stack([[reordered(run[0], new)] for run in every])
    assert measured(moved, 0.15).heads[0].overlap == pytest.approx(measured(every, 0.15).heads[0].overlap)


def test_the_order_of_the_other_runs_does_not_matter() -> None:
    every = planted(noise=1.0)
    plain, other = measured(every), measured(every[[0, 3, 1, 4, 2]])
    for a, b in zip(plain.heads, other.heads, strict=True):
        assert (b.overlap, b.ari) == pytest.approx((a.overlap, a.ari))
        np.testing.assert_allclose(b.mean, a.mean)


def test_the_scale_of_a_run_does_not_change_what_agrees() -> None:
    every = planted(noise=1.0)
    scaled = every * np.array([1, 1e-30, 1e3, 1, 1e30])[:, None, None, None]
    for a, b in zip(measured(every).heads[1:], measured(scaled).heads[1:], strict=True):
        assert (b.overlap, b.p, b.ari) == pytest.approx((a.overlap, a.p, a.ari))


# Calibration


def test_p_values_are_uniform_under_independent_seeds() -> None:
    """200 families of noise whose nodes differ in strength, as learned matrices do: the null keeps that shape."""
    p = np.empty((200, 3))
    for k in range(len(p)):
        random = np.random.default_rng(k)
        strength = random.gamma(1.0, size=(3, 2, 10))
        every = strength[..., None] * strength[..., None, :] + 0.05 * random.random((3, 2, 10, 10))
        p[k] = [one.p for one in measured(every, share=0.3, draws=99, seed=k).heads]
    for row in p.T:
        assert 0.01 <= (row <= 0.05).mean() <= 0.10
        assert kstest(row, "uniform").pvalue > 0.01
    assert 0.03 <= (p <= 0.05).mean() <= 0.07


# What has no agreement to speak of


@pytest.mark.parametrize(
    "matrix",
    [np.zeros((5, 5)), np.full((5, 5), 0.1), np.eye(5), np.array([[3.0]]), np.array([[0.0, 1.0], [0.0, 0.0]])],
    ids=["all zero", "all equal", "a diagonal alone", "one sensor", "two sensors"],
)
def test_matrices_without_a_choice_agree_as_much_as_by_chance(matrix: FloatArray) -> None:
    found = measured(np.stack([[matrix, matrix]] * 3))
    for one in found.heads:
        assert (one.overlap, one.chance_overlap, one.p, one.ari) == (1, 1, 1, 1)
        assert np.isfinite(one.likeness).all()
        assert (one.spread < 1e-15).all()


def test_an_empty_run_beside_a_full_one_shares_nothing() -> None:
    every = np.stack([[np.zeros((6, 6))], [uneven(6)]])
    (one,) = measured(every).heads
    assert (one.overlap, one.likeness[0, 1]) == (0, 0)
    assert one.p == 1


def test_a_single_head_is_its_own_mean() -> None:
    found = measured(planted()[:, :1])
    assert [one.head for one in found.heads] == ["head 0"]
    assert found.matched.tolist() == [[0]] * 5


def test_the_way_is_told_from_the_first_part_to_the_last() -> None:
    told: list[tuple[int, int]] = []
    every = noise(3, 2, 6)
    stability(every, ["a", "b"], "xyz", range(3), draws=7, tick=lambda done, parts: told.append((done, parts)))
    parts = 3 * (3 + 1) + 10
    assert told == [(done, parts) for done in range(1, parts + 1)]


def test_a_result_is_the_same_each_time() -> None:
    every = noise(3, 2, 30)
    for a, b in zip(measured(every).heads, measured(every).heads, strict=True):
        assert isinstance(a, HeadStability)
        np.testing.assert_array_equal(a.consensus, b.consensus)
        assert (a.p, a.ari) == (b.p, b.ari)


# Refusals

TWO = noise(2, 2, 4)


@pytest.mark.parametrize(
    ("every", "message"),
    [
        (TWO[:1], r"^interactions must be of at least two runs, got 1$"),
        ([TWO[0], TWO[1, :1]], r"^interactions must have one shape in all runs, .*, got \(1, 4, 4\) in run 1$"),
        ([TWO[0], TWO[1, :, :3, :3]], r"^interactions must have one shape in all runs, .* got \(2, 3, 3\) in run 1$"),
        ([TWO[0], TWO[1, 0]], r"^interactions\[1\] must have shape \(heads, sensors, sensors\)"),
        ([TWO[0], TWO[1] * np.nan], r"^interactions\[1\] must be finite, got nan at head 0, row 0, column 0$"),
        (np.zeros((2, 0, 4, 4)), r"^interactions\[0\] must have shape"),
    ],
)
def test_runs_that_cannot_be_compared_are_refused(every: FloatArray, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        stability(every, ["a", "b"], ["x", "y"], [0, 1])
    with pytest.raises(ValueError, match=message):
        consensus_graph(every, ["a", "b"])


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"heads": ["a"]}, r"^heads must have one entry for each of the 2 heads, got 1$"),
        ({"runs": ["x", "y", "z"]}, r"^runs must have one entry for each of the 2 runs, got 3$"),
        ({"seeds": [0]}, r"^seeds must have one entry for each of the 2 runs, got 1$"),
        ({"seeds": [3, 3]}, r"^seeds must be different, as two runs of one seed are one sample, got 3 twice$"),
        ({"draws": 0}, r"^draws must be at least 1, got 0$"),
        ({"share": 0.0}, r"^share must be greater than 0 and at most 1, got 0.0$"),
    ],
)
def test_what_does_not_fit_is_refused(changed: dict[str, object], message: str) -> None:
    settings: dict[str, object] = {"heads": ["a", "b"], "runs": ["x", "y"], "seeds": [0, 1], **changed}
    with pytest.raises(ValueError, match=message):
        stability(TWO, **settings)  # type: ignore[arg-type]
