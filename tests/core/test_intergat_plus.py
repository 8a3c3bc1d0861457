"""The layer ``intergat-plus`` against its equations: its matrix, what it hides, and the course of a day."""

import numpy as np
import pytest
import torch
from torch import Tensor

from core.data.sensors import SensorData
from core.data.windows import Windows, windows
from core.models import Sizes, built
from core.models.intergat_plus import InterGATPlus
from tests.core.forecasters_made import SIZES, L, N, S, T, chunk, model


@torch.no_grad()
def test_intergat_plus_equals_its_equations_window_by_window() -> None:
    made, (series, slot) = model("intergat-plus"), chunk()
    assert isinstance(made, InterGATPlus)
    y, m = made(series, slot)
    x = (series - 50) / 10
    r = x - made.profile[slot]
    for b in range(S - L + 1):
        rows, last = range(b, b + L), b + L - 1
        for n in range(N):
            signals = [x[:, n], r[:, n], *((r @ matrix.T)[:, n] for matrix in m)]
            u = torch.cat([*(signal[list(rows)] for signal in signals), made.sensor[n], made.time[slot[last]], one(1)])
            a = made.first(u).relu()
            z = a + made.outer(made.inner(a).relu())
            plain = made.decode(z.relu()) + made.keep[:, 0].sigmoid() * r[last, n]
            plain += torch.stack([made.profile[(slot[last] + t + 1) % 96, n] for t in range(T)])
            torch.testing.assert_close(y[b, :, n], plain * 10 + 50, rtol=0, atol=1e-4)


def one(value: float) -> Tensor:
    return torch.tensor([float(value)])


def test_a_sensor_that_is_hidden_from_itself_is_told_by_the_others_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    made, (series, slot) = model("intergat-plus"), chunk()
    hidden = torch.zeros(1, (S - L + 1) * N)
    monkeypatch.setattr(InterGATPlus, "_known", lambda *_: hidden)
    series.requires_grad_()
    y = made(series, slot).y
    for n in range(N):
        slope = torch.autograd.grad(y[..., n].sum(), series, retain_graph=True)[0]
        assert not slope[:, n].any()
        assert slope[:, [j for j in range(N) if j != n]].any(dim=0).all()


def test_hiding_is_of_training_alone_and_its_share_is_kept() -> None:
    made, (series, slot) = model("intergat-plus"), chunk()
    with torch.no_grad():
        assert torch.equal(made(series, slot).y, made(series, slot).y)
        made.train()
        assert not torch.equal(made(series, slot).y, made(series, slot).y)
    assert made._known(100_000, series).mean().item() == pytest.approx(0.4, abs=0.01)
    never = built("intergat-plus", SIZES, {"hide": 0}).train()
    assert never._known(1000, series).all()
    with pytest.raises(ValueError, match="hide must be at least 0 and below 1, got 1"):
        built("intergat-plus", SIZES, {"hide": 1})


@torch.no_grad()
def test_the_plus_matrix_is_symmetric_sparse_and_survives_a_sensor_without_weights() -> None:
    made = model("intergat-plus")
    made.free[:, :, :3].sub_(1.0)
    made.free[:, 4] = made.free[:, :, 4] = -5.0
    m = made.interaction()
    assert torch.equal(m, m.transpose(1, 2))
    assert (m.diagonal(dim1=1, dim2=2) == 0).all()
    assert (m >= 0).all()
    assert (m == 0).any()
    assert (m[:, 4] == 0).all()
    assert torch.linalg.eigvalsh(m).abs().max() <= 1 + 1e-5


def test_the_profile_is_the_mean_of_the_training_part_within_half_an_hour_and_forgets(city: SensorData) -> None:
    cut: Windows = windows(city, horizon=4)
    made = built("intergat-plus", Sizes(sensors=120, horizon=4, slots=96))
    made.observe(cut, None)
    first, last = cut.parts["train"]
    for slot, sensor in [(0, 0), (33, 7), (95, 119)]:
        apart = (np.arange(first, last) - slot + 48) % 96 - 48          # quarters of an hour, around midnight as well
        near = (np.abs(apart) <= 2) & ~np.isnan(city.values[first:last, sensor])
        counts = 0.5 ** ((last - 1 - np.arange(first, last)) / 96 / 7)          # half after a week
        wanted = (np.average(city.values[first:last, sensor][near], weights=counts[near]) - cut.shift) / cut.scale
        assert float(made.profile[slot, sensor]) == pytest.approx(wanted, abs=1e-4)


def test_without_heads_no_sensor_hears_another() -> None:
    series, slot = chunk()
    alone = built("intergat-plus", SIZES, {"heads": 0, "hide": 0.0})
    assert alone.heads == ()
    assert alone.penalty() == 0
    series.requires_grad_()
    y, m = alone(series, slot)
    assert m.shape == (0, N, N)
    for n in range(N):
        slope = torch.autograd.grad(y[..., n].sum(), series, retain_graph=True)[0]
        assert slope[:, n].any()
        assert not slope[:, [j for j in range(N) if j != n]].any()
    hiding = built("intergat-plus", SIZES, {"heads": 0})  # hides by default, but not where nobody could stand in
    hiding.load_state_dict(alone.state_dict())
    shown, _ = hiding.train()(series, slot)
    torch.testing.assert_close(shown, y)
    with pytest.raises(ValueError, match="heads must be at least 0, got -1"):
        built("intergat-plus", SIZES, {"heads": -1})
