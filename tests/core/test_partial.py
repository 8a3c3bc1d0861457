"""Partial correlations, and the start that ``intergat-plus`` takes from them."""

import numpy as np
import pytest
import torch
from torch import Tensor

from core.data.process import made
from core.data.windows import Windows, windows
from core.models import Forecaster, Sizes, built
from core.models.partial import partial_correlations

N, ROWS = 5, 960
SIZES = Sizes(sensors=N, horizon=4, slots=96)


def chain(missing: float = 0.0, seed: int = 0) -> Windows:
    """Sensor 0 - 1 - 2, each told by the one before alone; 3 tells the opposite of 0; 4 never changes."""
    random = np.random.default_rng(seed)
    x = random.normal(size=(ROWS, N))
    x[:, 1] = x[:, 0] + 0.7 * x[:, 1]
    x[:, 2] = x[:, 1] + 0.7 * x[:, 2]
    x[:, 3] = -x[:, 0] + 0.3 * x[:, 3]
    x[:, 4] = 0.0
    x[random.random(x.shape) < missing] = np.nan
    return windows(made(x, np.ones((N, N)), np.zeros((N, N)), 15), horizon=4)


def flat(cut: Windows) -> Tensor:
    """A course that is the same at every time of day."""
    return torch.full((cut.slots, N), 50.0)


def test_they_are_the_correlations_of_what_regressions_on_all_others_leave() -> None:
    """The definition, by two regressions for each pair; almost no shrinkage."""
    cut = chain()
    found = partial_correlations(cut, flat(cut), 1e-6)
    rows = cut.training_rows()[0].double().numpy()[:, :4]
    rows = rows - rows.mean(axis=0)
    for i in range(4):
        for j in range(i):
            others = np.delete(rows, [i, j], axis=1)
            left = [rows[:, k] - others @ np.linalg.lstsq(others, rows[:, k], rcond=None)[0] for k in (i, j)]
            wanted = max(float(np.corrcoef(left)[0, 1]), 0.0)
            assert float(found[i, j]) == pytest.approx(wanted, abs=2e-3), (i, j)


def test_what_a_third_sensor_explains_is_no_tie_and_the_opposite_is_none_either() -> None:
    cut = chain()
    found = partial_correlations(cut, flat(cut), 1e-4)
    assert found[0, 1] > 0.2
    assert found[1, 2] > 0.5
    assert found[0, 2] < 0.1    # all that 0 knows of 2, 1 knows as well
    assert found[0, 3] == 0     # negative
    assert (found[4] == 0).all()
    assert torch.equal(found, found.t())
    assert (found.diagonal() == 0).all()


def test_the_everyday_course_is_no_tie() -> None:
    """Two sensors with one rush hour, and nothing else in common."""
    random = np.random.default_rng(0)
    slot = chain().slot.numpy()
    rush = 3 * np.sin(slot / 96 * 2 * np.pi)
    x = random.normal(size=(ROWS, N))
    x[:, :2] += rush[:, None]
    cut = windows(made(x, np.ones((N, N)), np.zeros((N, N)), 15), horizon=4)
    course = flat(cut).clone()
    course[slot[:96], :2] += torch.tensor(10 * rush[:96, None]).float()
    assert partial_correlations(cut, flat(cut), 0.1)[0, 1] > 0.5
    assert partial_correlations(cut, course, 0.1)[0, 1] < 0.1


def test_missing_values_neither_tie_nor_break() -> None:
    cut = chain(missing=0.3)
    found = partial_correlations(cut, flat(cut), 0.1)
    assert torch.isfinite(found).all()
    assert found[1, 2] > found[0, 2]


def test_full_shrinkage_leaves_nothing() -> None:
    cut = chain()
    assert not partial_correlations(cut, flat(cut), 1.0).any()


def test_only_the_training_part_is_looked_at() -> None:
    cut = chain()
    before = partial_correlations(cut, flat(cut), 0.1)
    cut.observed[cut.parts["train"][1] :] = 0.0
    assert torch.equal(partial_correlations(cut, flat(cut), 0.1), before)


def plus(**config: float) -> Forecaster:
    torch.manual_seed(0)
    return built("intergat-plus", SIZES, config)


def test_the_start_is_a_mixture_of_chance_and_partial_correlations() -> None:
    cut = chain()
    fresh, informed, chance = plus().free.detach().clone(), plus(), plus(informed=0.0)
    informed.observe(cut, None)
    chance.observe(cut, None)
    assert torch.equal(chance.free, fresh)
    course = informed.profile * informed.scale + informed.shift
    partial = partial_correlations(cut, course, 0.3)
    torch.testing.assert_close(informed.free, 0.5 * fresh + 0.5 * 0.1 * partial / partial.mean())
    assert (informed.free > 0).all()    # every pair can still be learned
    assert informed.interaction()[:, 1, 2].min() > informed.interaction()[:, 0, 2].max()


def test_data_that_tie_nobody_leave_the_start_to_chance() -> None:
    cut = windows(made(np.where(np.arange(N) == 0, np.arange(ROWS)[:, None] % 7, 5.0), np.ones((N, N)),
                       np.zeros((N, N)), 15), horizon=4)
    informed = plus()
    informed.observe(cut, None)
    assert torch.equal(informed.free, plus().free)


@pytest.mark.parametrize(("config", "words"), [
    ({"informed": 1.0}, "informed must be at least 0 and below 1, got 1.0"),
    ({"informed": -0.1}, "informed must be at least 0 and below 1, got -0.1"),
    ({"shrinkage": 0.0}, "shrinkage must be above 0 and at most 1, got 0.0"),
    ({"shrinkage": 1.5}, "shrinkage must be above 0 and at most 1, got 1.5"),
])
def test_settings_out_of_range_are_refused(config: dict[str, float], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        plus(**config)
