"""The everyday course and how much each day counts in it, beside loops."""

import numpy as np
import pytest
import torch

from core.data.process import made
from core.data.windows import Windows, windows
from core.models import Sizes, built
from core.models.everyday import everyday, recency

N, DAYS, SLOTS = 4, 12, 96


def cut_of(x: np.ndarray, minutes: int = 15) -> Windows:
    return windows(made(x, np.ones((N, N)), np.zeros((N, N)), minutes), horizon=4)


def noise(missing: float = 0.0, seed: int = 0) -> np.ndarray:
    random = np.random.default_rng(seed)
    x = random.normal(size=(DAYS * SLOTS, N))
    x[random.random(x.shape) < missing] = np.nan
    return x


def test_the_last_row_counts_whole_and_a_day_that_is_a_half_life_older_half() -> None:
    weight = recency(cut_of(noise()), 3.0)
    assert len(weight) == int(0.7 * DAYS * SLOTS)
    assert weight[-1] == 1.0
    torch.testing.assert_close(weight[:-3 * SLOTS] * 2, weight[3 * SLOTS :])
    assert (weight.diff() > 0).all()


def test_where_a_day_has_no_times_all_rows_count_alike() -> None:
    cut = cut_of(noise(), minutes=7)
    assert cut.slots == 1
    assert (recency(cut, 3.0) == 1).all()


@pytest.mark.parametrize("reach", [0, 2])
@pytest.mark.parametrize("half_life", [None, 1.5])
def test_the_course_is_the_weighted_mean_of_loops(reach: int, half_life: float | None) -> None:
    cut = cut_of(noise(missing=0.4))
    weight = None if half_life is None else recency(cut, half_life)
    found = everyday(cut, reach, weight).numpy()
    rows, slot = (each.numpy() for each in cut.training_rows())
    for n in range(N):
        for s in (0, 1, 50, 95):
            total = count = 0.0
            for t in range(len(rows)):
                away = min((slot[t] - s) % SLOTS, (s - slot[t]) % SLOTS)
                if away <= reach and not np.isnan(rows[t, n]):
                    w = 1.0 if half_life is None else 0.5 ** ((len(rows) - 1 - t) / SLOTS / half_life)
                    total, count = total + w * rows[t, n], count + w
            assert found[s, n] == pytest.approx(total / count, rel=1e-5), (s, n)


def test_a_time_of_day_that_was_never_seen_has_the_sensors_weighted_mean() -> None:
    x = noise() + 5
    x[np.arange(len(x)) % SLOTS == 7] = np.nan
    cut = cut_of(x)
    weight = recency(cut, 2.0)
    rows = cut.training_rows()[0].double()
    seen = ~rows.isnan()
    wanted = (rows.nan_to_num(0.0) * seen * weight[:, None]).sum(0) / (seen * weight[:, None]).sum(0)
    torch.testing.assert_close(everyday(cut, 0, weight)[7].double(), wanted, rtol=1e-5, atol=0)


def test_the_model_takes_its_course_from_recent_days() -> None:
    x = noise() + np.repeat(np.arange(DAYS), SLOTS)[:, None]          # the level rises by 1 a day
    cut = cut_of(x)
    levels = []
    for half_life in (0.25, 3.0, 1e6):
        torch.manual_seed(0)
        model = built("intergat-plus", Sizes(sensors=N, horizon=4, slots=SLOTS), {"half_life": half_life})
        model.observe(cut, None)
        levels.append(float((model.profile * model.scale + model.shift).mean()))
    rows = cut.training_rows()[0]
    day = float(rows[-SLOTS:].mean() - rows[-2 * SLOTS : -SLOTS].mean())
    assert levels[0] == pytest.approx(float(rows[-SLOTS:].mean()) - day / 15, abs=0.05 * day)     # Σ k/16^k / Σ 1/16^k
    assert levels[0] > levels[1] + day > levels[2] + 1.5 * day
    assert levels[2] == pytest.approx(float(rows.mean()), abs=0.1 * day)


@pytest.mark.parametrize("half_life", [0.0, -1.0, float("inf"), float("nan")])
def test_a_half_life_is_a_finite_number_of_days(half_life: float) -> None:
    with pytest.raises(ValueError, match="half_life must be a finite number of days above 0, got"):
        built("intergat-plus", Sizes(sensors=N, horizon=4, slots=SLOTS), {"half_life": half_life})
