"""What cuts of weights say, on models that can be reckoned by hand."""

import dataclasses
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest

from analysis import deletion, gates, use
from analysis.arrays import FloatArray
from analysis.deletion import Predict
from tests.analysis import planted

H, N, W, T = 2, 7, 8, 3
BLOCK = np.repeat(np.arange(4), 2)
ONES = np.ones((H, N, N))


def uneven() -> FloatArray:
    """Directed weights with zeros and signs, no two alike, a diagonal that stands out."""
    return np.stack([planted.uneven(N, negative=True), planted.sparse(N, seed=1)])


def linear(M: FloatArray, matter: FloatArray | None = None, noise: float = 0.0) -> tuple[Predict, FloatArray]:
    """A model whose sensor i forecasts Σ_hj matter M x_j at step t times t + 1, and what is observed: the same."""
    x = np.random.default_rng(3).normal(1, 1, (W, N))
    matter = np.ones(M.shape) if matter is None else matter

    def predict(gate: FloatArray, added: FloatArray | None) -> FloatArray:
        used = (M * gate + (0 if added is None else added)) * matter
        return np.einsum("hij,wj->wi", used, x)[:, None] * np.arange(1, T + 1)[:, None]

    target = predict(np.ones(M.shape), None)
    return predict, target + noise * np.random.default_rng(4).normal(size=target.shape)


def exact_gradients(M: FloatArray, predict: Predict, target: FloatArray) -> tuple[FloatArray, ...]:
    """Slope and squares of a model that is linear in its weights, weight by weight."""
    seen, base = ~np.isnan(target), predict(np.ones(M.shape), None)
    slope, observed, every = np.zeros((3, *M.shape))
    for place in np.ndindex(M.shape):
        one = np.ones(M.shape)
        one[place] = 0
        along = base - predict(one, None)
        slope[place] = (2 * (base - target) * along)[seen].mean()
        observed[place], every[place] = (along[seen] ** 2).mean(), (along**2).mean()
    return slope, observed, every


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


class TestCut:
    def test_it_is_what_loops_make_it(self) -> None:
        predict, target = linear(uneven(), noise=1.0)
        target[2, 1, 4] = target[:, :, 6] = np.nan
        where = gates.edge(H, N, 2, 5)
        before, after = predict(ONES, None), predict(where, None)
        found = use.cut(predict, before, target, where, "one", "edge")
        for t in range(T):
            rises = [abs(after[w, t, n] - target[w, t, n]) - abs(before[w, t, n] - target[w, t, n])
                     for w in range(W) for n in range(N) if not np.isnan(target[w, t, n])]
            changes = [(after[w, t, n] - before[w, t, n]) ** 2 for w in range(W) for n in range(N)]
            assert found.error[t] == pytest.approx(np.mean(rises))
            assert found.forecast[t] == pytest.approx(np.sqrt(np.mean(changes)))
        assert np.flatnonzero(np.nan_to_num(found.by_sensor)).tolist() == [2], "the receiver's forecast changes"
        assert np.isnan(found.by_sensor[6])
        assert (found.name, found.kind) == ("one", "edge")

    def test_a_step_without_observations_has_no_rise(self) -> None:
        predict, target = linear(uneven())
        target[:, 1] = np.nan
        found = use.cut(predict, predict(ONES, None), target, gates.head(H, N))
        assert np.isnan(found.error).tolist() == [False, True, False]

    def test_what_does_not_fit_is_refused(self) -> None:
        predict, target = linear(uneven())
        before = predict(ONES, None)
        with pytest.raises(ValueError, match=r"forecast must have the shape of target, \(8, 3, 7\), got \(7, 3, 7\)"):
            use.cut(predict, before[1:], target, ONES)
        with pytest.raises(ValueError, match="forecast must be finite, got inf at window 0, step 1, sensor 2"):
            use.cut(lambda *_: _infinite(before), before, target, ONES)
        with pytest.raises(ValueError, match=r"target must have shape \(windows, steps, 7\), got shape \(8, 3, 6\)"):
            use.cut(predict, before, target[:, :, 1:], ONES)
        with pytest.raises(ValueError, match="target must hold observed values"):
            use.cut(predict, before, target * np.nan, ONES)
        with pytest.raises(ValueError, match=r"gates must have shape \(heads, sensors, sensors\)"):
            use.cut(predict, before, target, ONES[0])


def _infinite(forecast: FloatArray) -> FloatArray:
    bad = forecast.copy()
    bad[0, 1, 2] = np.inf
    return bad


class TestEffects:
    def test_of_a_linear_model_they_are_exact(self) -> None:
        M = uneven()
        predict, target = linear(M, noise=2.0)
        target[np.random.default_rng(5).random(target.shape) < 0.2] = np.nan
        found = use.effects(predict, M, exact_gradients(M, predict, target), target, sample=30)
        base = predict(ONES, None)
        for place in np.ndindex(M.shape):
            one = ONES.copy()
            one[place] = 0
            after = predict(one, None)
            own = place[1] == place[2]
            rise = np.nanmean((after - target) ** 2) - np.nanmean((base - target) ** 2)
            assert found.weight[place] == (0 if own else abs(M[place]))
            assert found.error[place] == pytest.approx(0 if own else rise, abs=1e-9)
            assert found.forecast[place] == pytest.approx(0 if own else np.sqrt(((after - base) ** 2).mean()))
        assert found.agreement_error == pytest.approx(1)
        assert found.agreement_forecast == pytest.approx(1)
        np.testing.assert_allclose(found.sample_error, found.error[tuple(found.sample.T)], atol=1e-9)
        np.testing.assert_allclose(found.sample_forecast, found.forecast[tuple(found.sample.T)])

    def test_the_sample_goes_from_the_weakest_to_the_strongest(self) -> None:
        M = uneven()
        predict, target = linear(M)
        found = use.effects(predict, M, exact_gradients(M, predict, target), target, sample=10, seed=2)
        weights = found.weight[tuple(found.sample.T)]
        every = np.sort(found.weight[found.weight > 0])
        edges = np.arange(11) * len(every) // 10
        assert len(weights) == 10
        for weight, a, b in zip(weights, edges[:-1], edges[1:], strict=True):
            assert every[a] <= weight <= every[b - 1]
        assert use.effects(predict, M, exact_gradients(M, predict, target), target, sample=999).sample.shape == (
            len(every), 3)

    def test_rank_is_spearmans_over_weights_that_are_not_zero(self) -> None:
        from scipy.stats import spearmanr

        M = uneven()
        predict, target = linear(M, noise=1.0)
        slopes = exact_gradients(M, predict, target)
        found = use.effects(predict, M, slopes, target)
        for h in range(H):
            there = found.weight[h] > 0
            for rank, what in ((found.rank_error, found.error), (found.rank_forecast, found.forecast)):
                wanted = spearmanr(found.weight[h][there], np.abs(what[h][there])).statistic
                assert rank[h] == pytest.approx(wanted)

    def test_weight_is_importance_where_all_inputs_matter_alike_and_not_where_the_weak_ones_do(self) -> None:
        M = np.abs(uneven())
        for matter, rank in ((None, 1), (1 / np.where(M > 0, M, 1) ** 2, -1)):
            predict, target = linear(M, matter)
            flat = np.abs(M * (1 if matter is None else matter))
            found = use.effects(predict, M, (M * 0, flat**2, flat**2), target)
            assert found.rank_forecast.tolist() == pytest.approx([rank, rank])

    def test_a_head_without_weights_has_no_rank_and_no_effect(self) -> None:
        M = uneven()
        M[1] = np.eye(N)
        predict, target = linear(M)
        found = use.effects(predict, M, exact_gradients(M, predict, target), target)
        assert np.isnan(found.rank_error[1])
        assert (found.error[1] == 0).all()
        assert (found.sample[:, 0] == 0).all()
        none = use.effects(predict, M * 0, (M * 0, M * 0, M * 0), target)
        assert none.sample.shape == (0, 3)
        assert np.isnan(none.agreement_error)

    def test_what_does_not_fit_is_refused(self) -> None:
        M = uneven()
        predict, target = linear(M)
        with pytest.raises(ValueError, match=r"gradients must have the shape of interaction, \(2, 7, 7\), got \(1, "):
            use.effects(predict, M, (M, M[:1], M), target)
        with pytest.raises(ValueError, match="gradients must be finite, got nan at head 0"):
            use.effects(predict, M, (M, M, M * np.nan), target)
        with pytest.raises(ValueError, match="sample must be at least 1, got 0"):
            use.effects(predict, M, (M, M, M), target, sample=0)


class TestDeletion:
    def test_the_interval_is_one_of_95_per_cent(self) -> None:
        blocks = np.random.default_rng(0).normal(1.0, 2.0, size=400)

        def predict(gates: FloatArray, _: FloatArray | None) -> FloatArray:  # worse by its block, if the strongest goes
            return np.where(gates[0, 0, 1] == 0, blocks, 0.0)[:, None, None] + np.zeros((400, 1, 3))

        M = np.array([[[0.0, 9.0, 1.0], [0.0, 0.0, 1.0], [0.0, 0.0, 0.0]]])
        target = np.full((400, 1, 3), -100.0)  # so far below that an error is never folded over
        areas = deletion.deletion(predict, M, target, np.arange(400), shares=(0, 0.34, 1)).areas
        area = next(one for one in areas if (one.removal, one.beside) == ("zero", "weakest"))
        weight = 0.5  # of the share 0.34, by trapezoids: there alone do the two orders differ
        assert area.value == pytest.approx(weight * blocks.mean())
        half = 1.96 * weight * blocks.std() / np.sqrt(400)
        assert (area.value - area.low, area.high - area.value) == pytest.approx((half, half), rel=0.15)

    def curves(self, found: deletion.Deletion) -> dict[tuple[str, str], FloatArray]:
        return {(curve.order, curve.removal): curve.error for curve in found.curves}

    def edits(self, M: FloatArray, **options) -> list[tuple[FloatArray, FloatArray]]:
        """Every edit that is asked for, in turn, as gates and what is added."""
        asked = []
        predict, target = linear(M)

        def noting(gate: FloatArray, added: FloatArray | None) -> FloatArray:
            asked.append((gate.copy(), np.zeros(M.shape) if added is None else added.copy()))
            return predict(gate, added)

        deletion.deletion(noting, M, target, BLOCK, **options)
        assert len(asked) == deletion.model_runs(4 if "kilometres" not in options else 6, len(deletion.SHARES))
        return asked

    def test_strongest_and_weakest_are_what_loops_make_them(self) -> None:
        M = uneven()
        M[0, 2, 3], M[0, 3, 2] = 1.5, -1.5                          # a pair that carries weight but whose sum cancels
        M[1, 0, 1] = M[1, 1, 0] = 0.0                               # and one that carries none
        predict, target = linear(M)
        target[0, 0, 0] = target[:, 2, 3] = np.nan
        found = self.curves(deletion.deletion(predict, M, target, BLOCK))
        for order, sign in (("strongest", -1), ("weakest", 1)):
            for at, share in enumerate(deletion.SHARES):
                gate, level = np.ones(M.shape), np.zeros(M.shape)
                for h in range(H):
                    pairs = [(i, j) for i in range(N) for j in range(i) if M[h, i, j] or M[h, j, i]]
                    pairs.sort(key=lambda p: sign * abs(M[h, p[0], p[1]] + M[h, p[1], p[0]]))
                    mean = np.mean([[M[h, i, j], M[h, j, i]] for i, j in pairs])
                    for i, j in pairs[: round(share * len(pairs))]:
                        gate[h, i, j] = gate[h, j, i] = 0
                        level[h, i, j] = level[h, j, i] = mean
                for removal, added in (("zero", None), ("mean", level)):
                    wanted = np.nanmean(np.abs(predict(gate, added) - target))
                    assert found[(order, removal)][at] == pytest.approx(wanted)

    def test_rewiring_keeps_every_weight_and_moves_those_that_are_removed(self) -> None:
        M = uneven()
        rewired = [gate * M + added for gate, added in self.edits(M)][-(1 + 4 * 7):]
        off = ~np.eye(N, dtype=bool)
        for changed in rewired:
            np.testing.assert_allclose(np.sort(changed[:, off]), np.sort(M[:, off]))
            np.testing.assert_array_equal(changed[:, ~off], M[:, ~off])
        moved = [(changed != M)[0].sum() for changed in rewired[1:8]]   # strongest first, by growing shares
        assert moved == sorted(moved)
        assert moved[0] == 0                                            # 1 % of 21 pairs
        assert 2 <= moved[4] <= 4 * 4                                   # 20 %: four pairs, and where they went
        first = np.argmax(np.triu(np.abs(M[0] + M[0].T), k=1))
        assert rewired[1 + 3][0].ravel()[first] != M[0].ravel()[first]  # 10 %: two, the strongest among them

    def test_all_gone_is_one_point_whatever_the_order(self) -> None:
        predict, target = linear(uneven())
        found = self.curves(deletion.deletion(predict, uneven(), target, BLOCK))
        for removal in deletion.REMOVALS:
            assert len({found[(order, removal)][-1] for order in ("strongest", "weakest", "random")}) == 1
            assert len({found[(order, removal)][0] for order in ("strongest", "weakest", "random")}) == 1

    def test_pairs_as_long_are_drawn_bin_by_bin(self) -> None:
        generator = np.random.default_rng(0)
        strongest = generator.permutation(400)
        length = (strongest % 40 // 4).astype(float)                  # ten lengths
        order = deletion._as_long(strongest, length, generator)
        assert sorted(order) == sorted(strongest)
        assert (order != strongest).mean() > 0.9
        bins = np.searchsorted(np.quantile(length, np.arange(1, 20) / 20), length, side="right")
        of = dict(zip(strongest.tolist(), bins, strict=True))
        for k in range(0, 400, 7):
            assert sorted(of[p] for p in order[:k].tolist()) == sorted(of[p] for p in strongest[:k].tolist())

    def test_in_every_order_each_head_loses_the_same_share(self) -> None:
        M = np.abs(uneven())
        for gate, _ in self.edits(M, kilometres=np.ones((N, N)))[: 1 + 1 + 6 * 7]:      # until 'zero' ends
            lost = [((gate[h] == 0) & (M[h] > 0))[np.triu_indices(N, 1)].sum() for h in range(H)]
            carries = [((M[h] + M[h].T) > 0)[np.triu_indices(N, 1)].sum() for h in range(H)]
            cut = [(gate[h] == 0)[np.triu_indices(N, 1)].sum() for h in range(H)]
            assert any(cut == [round(f * c) for c in carries] for f in deletion.SHARES)
            assert lost <= cut
            assert (gate == gate.transpose(0, 2, 1)).all()

    def planted(self, *, strong_matter: bool) -> tuple[FloatArray, Predict, FloatArray]:
        """Twenty sensors, a tenth of the pairs strong; either they alone matter, or all weights alike."""
        generator = np.random.default_rng(0)
        n, windows = 20, 24
        M = np.triu(0.01 + 0.005 * generator.random((n, n)), k=1)
        strong = np.triu(generator.random((n, n)) < 0.1, k=1)
        M[strong] += 1
        M = (M + M.T)[None]
        matter = (strong | strong.T)[None] * 1.0 if strong_matter else 1 / np.where(M > 0, M, 1)
        x = generator.normal(0, 1, (windows, n))

        def predict(gate: FloatArray, added: FloatArray | None) -> FloatArray:
            used = (M * gate + (0 if added is None else added)) * matter
            return np.einsum("hij,wj->wi", used, x)[:, None]

        target = predict(np.ones(M.shape), None)
        return M, predict, target + generator.normal(0, 0.5, target.shape)

    def test_where_strong_weights_alone_matter_the_areas_are_above_zero(self) -> None:
        M, predict, target = self.planted(strong_matter=True)
        found = deletion.deletion(predict, M, target, np.arange(24) // 2, kilometres=np.ones(M.shape[1:]), repeats=3)
        assert {(a.removal, a.beside) for a in found.areas} == {
            (removal, beside) for removal in deletion.REMOVALS for beside in ("weakest", "random", "length")
        }
        for area in found.areas:
            assert 0 < area.low < area.value < area.high, area

    def test_where_weight_says_nothing_the_intervals_hold_zero(self) -> None:
        M, predict, target = self.planted(strong_matter=False)
        found = deletion.deletion(predict, M, target, np.arange(24) // 2, repeats=5)
        for area in found.areas:
            if area.removal == "zero":
                assert area.low < 0 < area.high, area

    def test_the_area_is_the_mean_distance_of_the_curves(self) -> None:
        M, predict, target = self.planted(strong_matter=True)
        target[:5, 0, 3] = np.nan
        found = deletion.deletion(predict, M, target, np.arange(24) // 2)
        lines = self.curves(found)
        share = np.array(deletion.SHARES)
        for area in found.areas:
            apart = lines[("strongest", area.removal)] - lines[(area.beside, area.removal)]
            wanted = sum((b - a) * (x + y) / 2 for (a, b), (x, y) in zip(pairwise(share), pairwise(apart), strict=True))
            assert area.value == pytest.approx(wanted)

    def test_the_interval_is_that_of_blocks_and_not_of_windows(self) -> None:
        """Windows that repeat each other within a block say no more than one of them."""
        M, predict, target = self.planted(strong_matter=True)

        def twice(gate: FloatArray, added: FloatArray | None) -> FloatArray:
            return np.repeat(predict(gate, added), 4, axis=0)

        once = deletion.deletion(predict, M, target, np.arange(24))
        often = deletion.deletion(twice, M, np.repeat(target, 4, axis=0), np.repeat(np.arange(24), 4))
        for a, b in zip(once.areas, often.areas, strict=True):
            assert (a.value, a.low, a.high) == pytest.approx((b.value, b.low, b.high))

    def test_one_block_has_no_interval(self) -> None:
        predict, target = linear(uneven())
        found = deletion.deletion(predict, uneven(), target, np.zeros(W, dtype=int))
        assert all(np.isnan(area.low) and np.isnan(area.high) and np.isfinite(area.value) for area in found.areas)

    @pytest.mark.parametrize(("options", "words"), [
        ({"interaction": np.eye(N)[None]}, "interaction must have a weight between two sensors, got none"),
        ({"block": [0, 1]}, r"block must have one number per window, \(8,\), got shape \(2,\)"),
        ({"shares": (0, 0.5)}, r"shares must grow from 0 to 1, got \[0, 0.5\]"),
        ({"shares": (0, 0.5, 0.5, 1)}, "shares must grow from 0 to 1"),
        ({"repeats": 0}, "repeats must be at least 1, got 0"),
        ({"bootstraps": 0}, "bootstraps must be at least 1, got 0"),
        ({"kilometres": np.ones((3, 3))}, r"kilometres must have shape \(7, 7\), got shape \(3, 3\)"),
    ])
    def test_what_does_not_fit_is_refused(self, options: dict, words: str) -> None:
        predict, target = linear(uneven())
        given = {"interaction": uneven(), "predict": predict, "target": target, "block": BLOCK}
        with pytest.raises(ValueError, match=words):
            deletion.deletion(**{**given, **options})


class TestUse:
    def made(self, **options) -> use.Use:
        M = uneven()
        predict, target = linear(M, noise=1.0)
        given = {
            "heads": ["one", "two"], "interaction": M, "predict": predict, "target": target, "block": BLOCK,
            "gradients": lambda: exact_gradients(M, predict, target), "sensors": [f"S{k}" for k in range(N)],
            "labels": np.array([0, 0, 1, 1, 2, -1, 1]), "kilometres": np.ones((N, N)), "reproduced": 0.25,
        }
        return use.use(**{**given, **options})

    def test_it_holds_every_part(self) -> None:
        M = uneven()
        predict, target = linear(M, noise=1.0)
        found = self.made()
        assert [(cut.name, cut.kind) for cut in found.cuts] == [
            ("all heads", "all"), ("one", "head"), ("two", "head"),
            ("inside community 1", "inside"), ("border of community 1", "border"),
            ("inside community 2", "inside"), ("border of community 2", "border"),     # 3 is one sensor, -1 is none
            *((f"inputs of S{k}", "inputs") for k in range(N)),
        ]
        wanted = use.cut(predict, predict(ONES, None), target, gates.inside(H, np.array([0, 0, 1, 1, 2, -1, 1]), 1))
        np.testing.assert_array_equal(found.cuts[5].error, wanted.error)
        assert (found.heads, found.windows, found.reproduced, found.untested) == (("one", "two"), W, 0.25, ())
        assert found.mae == pytest.approx(np.abs(predict(ONES, None) - target).mean())
        assert {curve.order for curve in found.curves} == {"strongest", "weakest", "random", "length"}
        assert len(found.curves) == 12
        assert len(found.areas) == 9

    def test_what_cannot_be_tested_is_said(self) -> None:
        found = self.made(labels=None, kilometres=None, block=np.zeros(W, dtype=int))
        assert found.untested == (
            "no communities, so none was cut",
            "no coordinates, so no pairs of the same length",
            "one stretch of windows alone, so no interval",
        )
        assert {cut.kind for cut in found.cuts} == {"all", "head", "inputs"}
        assert "length" not in {curve.order for curve in found.curves}

    def test_progress_goes_from_one_to_all(self) -> None:
        for options in ({}, {"kilometres": None, "labels": None, "sample": 3}, {"sample": 10_000}):
            seen: list[tuple[int, int]] = []
            self.made(**options, tick=lambda done, of, seen=seen: seen.append((done, of)))
            assert len({of for _, of in seen}) == 1
            assert [done for done, _ in seen] == list(range(1, seen[0][1] + 1))

    def test_single_weights_are_cut_in_double_precision_if_there_is_one(self) -> None:
        M = uneven()
        predict, _ = linear(M)
        found = self.made(exact=lambda gate, added: 2 * predict(gate, added))
        plain = self.made()
        np.testing.assert_allclose(found.effects.sample_forecast, 2 * plain.effects.sample_forecast)
        np.testing.assert_array_equal(found.cuts[0].error, plain.cuts[0].error)

    def test_another_order_of_the_sensors_changes_no_prediction_and_no_cut(self) -> None:
        M, new = uneven(), planted.order(N)
        predict, target = linear(M, noise=1.0)
        back = np.argsort(new)

        def moved(gate: FloatArray, added: FloatArray | None) -> FloatArray:
            places = np.ix_(range(H), back, back)
            return predict(gate[places], None if added is None else added[places])[:, :, new]

        M2, target2 = M[np.ix_(range(H), new, new)], target[:, :, new]
        labels = np.array([0, 0, 1, 1, 2, -1, 1])
        found = self.made(kilometres=None)
        other = self.made(
            interaction=M2, predict=moved, target=target2, labels=labels[new], kilometres=None,
            gradients=lambda: exact_gradients(M2, moved, target2), sensors=[f"S{k}" for k in new],
        )
        np.testing.assert_allclose(other.effects.error, found.effects.error[np.ix_(range(H), new, new)], atol=1e-9)
        ours, theirs = ({cut.name: cut for cut in one.cuts} for one in (found, other))
        for name, cut in ours.items():
            np.testing.assert_allclose(theirs[name].error, cut.error)
            np.testing.assert_allclose(theirs[name].by_sensor, cut.by_sensor[new], atol=1e-12)
        for a, b in zip(found.curves, other.curves, strict=True):
            if a.order in ("strongest", "weakest") and a.removal != "rewire":
                np.testing.assert_allclose(a.error, b.error)

    def test_names_must_be_as_many_as_what_they_name(self) -> None:
        with pytest.raises(ValueError, match="heads must be 2 names, got 1"):
            self.made(heads=["one"])
        with pytest.raises(ValueError, match="sensors must be 7 names, got 0"):
            self.made(sensors=[])
        with pytest.raises(ValueError, match=r"labels must be whole numbers, \(7,\), got int64 of shape \(3,\)"):
            self.made(labels=np.array([0, 1, 2]))

    def test_a_result_is_plain_all_the_way_down(self) -> None:
        def plain(thing: object) -> bool:
            if dataclasses.is_dataclass(thing):
                return all(plain(getattr(thing, field.name)) for field in dataclasses.fields(thing))
            if isinstance(thing, tuple):
                return all(map(plain, thing))
            return type(thing) in (int, float, str) or (
                isinstance(thing, np.ndarray) and thing.dtype in (np.float64, np.int64))

        assert plain(self.made())
