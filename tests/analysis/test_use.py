"""What cuts of all kinds together say of a model's use of its weights, on one that can be reckoned by hand."""

import dataclasses

import numpy as np
import pytest

from analysis import cuts, gates
from analysis.arrays import FloatArray
from analysis.use import Use, use
from tests.analysis import planted
from tests.analysis.linear import BLOCK, ONES, H, N, W, exact_gradients, linear, uneven


class TestUse:
    def made(self, **options) -> Use:
        M = uneven()
        predict, target = linear(M, noise=1.0)
        given = {
            "heads": ["one", "two"], "interaction": M, "predict": predict, "target": target, "block": BLOCK,
            "gradients": lambda: exact_gradients(M, predict, target), "sensors": [f"S{k}" for k in range(N)],
            "labels": np.array([0, 0, 1, 1, 2, -1, 1]), "kilometres": np.ones((N, N)), "reproduced": 0.25,
        }
        return use(**{**given, **options})

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
        wanted = cuts.cut(predict, predict(ONES, None), target, gates.inside(H, np.array([0, 0, 1, 1, 2, -1, 1]), 1))
        np.testing.assert_array_equal(found.cuts[5].error, wanted.error)
        assert all(one.low < one.rise < one.high for one in found.cuts if one.kind in ("all", "head"))
        for sensor, one in enumerate(found.cuts[-N:]):
            assert one.rise == pytest.approx(one.by_sensor[sensor]), "a sensor's inputs are held against its own error"
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
