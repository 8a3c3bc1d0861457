"""The GRU over windows of neighbouring rows beside torch's own, window by window."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from core.models import recurrence
from core.models.recurrence import last_states

S, N, F, W, L = 11, 7, 5, 4, 5


def made(seed: int = 0) -> tuple[nn.GRU, Tensor]:
    torch.manual_seed(seed)
    return nn.GRU(F, W).double(), torch.randn(S, N, F, dtype=torch.float64, requires_grad=True)


def plain(gru: nn.GRU, features: Tensor, length: int) -> Tensor:
    """Every window of its own through ``torch.nn.GRU``."""
    return torch.stack([gru(features[b : b + length])[1][0] for b in range(len(features) - length + 1)])


@pytest.mark.parametrize("block", [3, 20, 49, 1000])       # 49 columns: within a window, across windows, all at once
@pytest.mark.parametrize("length", [1, 2, L, S])
def test_states_and_gradients_are_those_of_torch(block: int, length: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recurrence, "BLOCK", block)
    gru, features = made()
    weight = torch.randn(S - length + 1, N, W, dtype=torch.float64)
    wanted, states = plain(gru, features, length), last_states(gru, features, length)
    torch.testing.assert_close(states, wanted, rtol=0, atol=1e-12)
    into = [features, *gru.parameters()]
    for found, expected in zip(
        torch.autograd.grad((states * weight).sum(), into),
        torch.autograd.grad((wanted * weight).sum(), into),
        strict=True,
    ):
        torch.testing.assert_close(found, expected, rtol=0, atol=1e-12)


def test_a_graph_can_be_walked_twice() -> None:
    gru, features = made()
    total = last_states(gru, features, L).sum()
    once = torch.autograd.grad(total, features, retain_graph=True)[0]
    assert torch.equal(once, torch.autograd.grad(total, features)[0])


def test_without_gradients_no_step_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    gru, features = made()
    whole, kept = recurrence._Rolling.forward, []

    def forward(ctx: Any, *given: Any) -> Tensor:
        last = whole(ctx, *given)
        kept.append(sum(len(steps) for steps in ctx.kept))
        return last

    monkeypatch.setattr(recurrence._Rolling, "forward", staticmethod(forward))
    with torch.no_grad():
        silent = last_states(gru, features, L)
    assert torch.equal(silent, last_states(gru, features, L))
    assert kept == [0, L]


def test_second_derivatives_are_refused_instead_of_wrong() -> None:
    gru, features = made()
    with pytest.raises(RuntimeError, match="create_graph must be False"):
        torch.autograd.grad(last_states(gru, features, L).sum(), features, create_graph=True)


def test_other_kinds_of_gru_and_short_series_are_refused() -> None:
    _, features = made()
    with pytest.raises(ValueError, match="one layer, one direction and biases"):
        last_states(nn.GRU(F, W, num_layers=2), features, L)
    with pytest.raises(ValueError, match="from 1 to the 11 rows there are, got 12"):
        last_states(nn.GRU(F, W).double(), features, S + 1)
