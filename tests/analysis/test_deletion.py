"""What a forecast loses as more and more pairs are removed, on models that can be reckoned by hand."""

from itertools import pairwise

import numpy as np
import pytest

from analysis import deletion
from analysis.arrays import FloatArray
from analysis.deletion import REPEATS
from analysis.predict import Predict
from tests.analysis.linear import BLOCK, H, N, W, linear, uneven


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
        assert len(asked) == deletion.model_runs(M, lengths="kilometres" in options)
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
        rewired = [gate * M + added for gate, added in self.edits(M)][-(1 + 3 * REPEATS * 7):]
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
        for gate, _ in self.edits(M, kilometres=np.ones((N, N)))[: 1 + 1 + (2 + 2 * REPEATS) * 7]:  # zero
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
        found = deletion.deletion(predict, M, target, np.arange(24) // 2, kilometres=np.ones(M.shape[1:]))
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

    def test_an_area_hangs_on_its_draws_no_more_than_its_interval_says(self) -> None:
        """Weights that say nothing of what a pair is worth, on many windows: all that differs is the luck of orders."""
        generator = np.random.default_rng(0)
        n, windows = 20, 96
        M = np.triu(0.2 + 0.001 * generator.random((n, n)), k=1) * (generator.random((n, n)) < 0.3)
        M = (M + M.T)[None]
        worth = np.triu(np.abs(generator.normal(0, 1, (n, n))), k=1)
        matter = (worth + worth.T) / np.where(M > 0, M, 0.2)
        x = generator.normal(0, 1, (windows, n))

        def predict(gate: FloatArray, added: FloatArray | None) -> FloatArray:
            return np.einsum("hij,wj->wi", (M * gate + (0 if added is None else added)) * matter, x)[:, None]

        target = predict(np.ones(M.shape), None)
        block = np.arange(windows) // 4

        def areas(seed: int, repeats: int) -> dict[str, deletion.Area]:
            found = deletion.deletion(predict, M, target, block, repeats=repeats, seed=seed, bootstraps=400).areas
            return {area.removal: area for area in found if area.beside == "random"}

        truth = areas(99, 60)
        held = [
            area.low <= truth[removal].value <= area.high
            for seed in range(20)
            for removal, area in areas(seed, REPEATS).items()
        ]
        assert np.mean(held) >= 0.9

    def test_equal_couplings_are_taken_in_another_turn_each_time(self) -> None:
        M = np.ones((1, 6, 6))
        assert deletion.model_runs(M, lengths=False) > deletion.model_runs(uneven(), lengths=False)
        orders = deletion._orders(M, None, 3, np.random.default_rng(0))["strongest"]
        assert len({tuple(order.pairs[0].tolist()) for order in orders}) == 3
        certain = deletion._orders(uneven(), None, 3, np.random.default_rng(0))["strongest"]
        assert len({tuple(order.pairs[0].tolist()) for order in certain}) == 1
        assert len({tuple(order.partner[0].tolist()) for order in certain}) == 3

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
        ({"repeats": 1}, "repeats must be at least 2, got 1"),
        ({"bootstraps": 0}, "bootstraps must be at least 1, got 0"),
        ({"kilometres": np.ones((3, 3))}, r"kilometres must have shape \(7, 7\), got shape \(3, 3\)"),
    ])
    def test_what_does_not_fit_is_refused(self, options: dict, words: str) -> None:
        predict, target = linear(uneven())
        given = {"interaction": uneven(), "predict": predict, "target": target, "block": BLOCK}
        with pytest.raises(ValueError, match=words):
            deletion.deletion(**{**given, **options})


