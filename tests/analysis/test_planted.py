"""What is found of a planted graph."""

import re
from dataclasses import replace

import numpy as np
import pytest

from analysis.planted import LEAST, MOST, WAYS, planted, recovered
from analysis.process import Truth, ring, truth
from tests.analysis import planted as made
from tests.analysis.planted import grid


class TestRecovered:
    def known(self) -> Truth:
        return truth(grid(8), far=4)

    def test_the_truth_finds_itself(self) -> None:
        found = recovered("itself", self.known().coupling, self.known())
        assert (found.auroc, found.precision, found.far) == (1.0, 1.0, 1.0)
        assert found.nmi > 0.7

    def test_a_flat_matrix_finds_what_chance_finds(self) -> None:
        known = self.known()
        found = recovered("flat", np.ones((64, 64)), known)
        pairs = 64 * 63 / 2
        assert found.auroc == 0.5
        assert found.precision == pytest.approx(np.triu(known.coupling > 0).sum() / pairs)
        assert found.far == pytest.approx(round(0.05 * pairs) / pairs)

    def test_far_couplings_alone(self) -> None:
        found = recovered("far", self.known().far, self.known())
        assert found.far == 1.0
        assert found.precision < 0.2

    def test_without_far_couplings_or_communities_there_is_nothing_to_say(self) -> None:
        known = truth(grid(4), far=0, communities=1)
        found = recovered("itself", known.coupling, known)
        assert np.isnan([found.far, found.nmi]).all()

    def test_node_order_does_not_matter(self) -> None:
        known, new = self.known(), made.order(64)
        M = known.coupling + 0.5 * np.random.default_rng(0).random((64, 64))
        turned = Truth(made.reordered(known.coupling, new), made.reordered(known.far, new), known.groups[new])
        first, other = recovered("x", M, known), recovered("x", made.reordered(M, new), turned)
        assert (other.auroc, other.precision, other.far) == pytest.approx((first.auroc, first.precision, first.far))

    def test_a_matrix_of_another_size_is_refused(self) -> None:
        with pytest.raises(ValueError, match=r"^interaction must have shape \(64, 64\), got shape \(9, 9\)$"):
            recovered("x", np.ones((9, 9)), self.known())


class TestPlanted:
    def test_long_series_give_the_graph_away(self) -> None:
        found = planted(grid(5), length=6000, noise=0.3, seeds=1)
        for row in found.recoveries[:3]:
            assert row.auroc > 0.95, row
            assert row.precision > 0.8, row
            assert row.far == 1.0, row

    def test_more_data_find_more_and_more_noise_less(self) -> None:
        found = planted(grid(6), length=400, noise=0.4, seeds=3)

        def mean(way: str, noise: float, length: int) -> float:
            rows = [row for row in found.recoveries if (row.way, row.noise, row.length) == (way, noise, length)]
            assert len(rows) == 3
            return float(np.mean([row.auroc for row in rows]))

        for way in WAYS:
            assert mean(way, 0.4, 200) < mean(way, 0.4, 400) < mean(way, 0.4, 800)
            assert mean(way, 0.8, 400) < mean(way, 0.4, 400)

    def test_every_setting_way_and_seed_is_there_once(self) -> None:
        ticks: list[tuple[int, int]] = []
        found = planted(grid(4), 40, 0.3, missing=0.1, seeds=2, tick=lambda done, of: ticks.append((done, of)))
        keys = {(row.way, row.noise, row.length, row.seed) for row in found.recoveries}
        assert len(keys) == len(found.recoveries) == 3 * 5 * 2
        assert {(row.noise, row.length) for row in found.recoveries} == {
            (0.3, 40), (0.15, 40), (0.6, 40), (0.3, 20), (0.3, 80),
        }
        assert {row.missing for row in found.recoveries} == {0.1}
        assert ticks == [(k + 1, 30) for k in range(30)]

    def test_noise_does_not_fall_below_the_news(self) -> None:
        def levels(noise: float, news: float) -> set[float]:
            return {row.noise for row in planted(ring(9), 40, noise, seeds=1, news=news).recoveries}

        assert levels(0.4, 0.1) == {0.4, 0.2, 0.8}
        assert levels(0.4, 0.3) == {0.4, 0.3, 0.8}
        assert levels(0.4, 0.9) == {0.4, 0.8}
        assert levels(0.95, 0.9) == {0.95, 0.9}

    def test_without_roads_it_is_a_ring(self) -> None:
        ringed = planted(None, 40, 0.3, sensors=12, seeds=1)
        assert ringed.graph == "ring"
        assert planted(np.eye(12), 40, 0.3, seeds=1) == ringed
        assert planted(ring(12), 40, 0.3, seeds=1) == replace(ringed, graph="roads")

    def test_noise_is_held_within_what_can_be_made(self) -> None:
        assert planted(ring(9), 40, 0.0, seeds=1).noise == LEAST
        assert planted(ring(9), 40, 1.0, seeds=1).noise == MOST

    @pytest.mark.parametrize(
        ("given", "message"),
        [
            ({"length": 7}, "length must be at least 8, got 7"),
            ({"seeds": 0}, "seeds must be at least 1, got 0"),
            ({"noise": float("nan")}, "noise must be finite, got nan"),
            ({"road": None}, "sensors must be given where road is None, got neither"),
            ({"road": [[0.0]]}, "sensors must be at least 2 for a pair to be found, got 1"),
            ({"sensors": 4}, "road must have shape (4, 4), got shape (5, 5)"),
        ],
    )
    def test_what_is_out_of_range_is_refused(self, given: dict, message: str) -> None:
        with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
            planted(**{"road": ring(5), "length": 40, "noise": 0.3, **given})
