"""Attention over time against its equations, particle by particle and frame by frame."""

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from core.models.egcl import Cloud
from core.models.etal import ETAL, TimeAttention, nearness
from tests.core.models.conftest import B, L, N, loud, model, scene

F = 6


def layer(adjacency: bool = False) -> ETAL:
    made = ETAL(F, L, adjacency=adjacency, dropout=0.0).double()
    loud(made)
    return made


def parts() -> tuple[Cloud, Tensor]:
    state, _ = scene()
    generator = torch.Generator().manual_seed(4)
    h = torch.randn(B, L, N, F, generator=generator, dtype=torch.float64)
    m = torch.randn(B, L, N, N, F, generator=generator, dtype=torch.float64)
    return Cloud(h, state[..., :3], state[..., 3:]), m


def normed(norm: nn.LayerNorm, row: Tensor) -> Tensor:
    spread = ((row - row.mean()) ** 2).mean()
    return (row - row.mean()) / (spread + 1e-5).sqrt() * norm.weight + norm.bias


def plain_attention(made: TimeAttention, theta: Tensor) -> tuple[Tensor, Tensor]:
    """One sequence ``(L, F)``, frame by frame."""
    u = [normed(made.before, row) for row in theta]
    out, weights = torch.zeros_like(theta), torch.zeros(L, L, dtype=torch.float64)
    for t in range(L):
        q = made.query(u[t] + made.place[t])
        logits = torch.stack([q @ (made.key.weight @ (u[s] + made.place[s])) / F**0.5 for s in range(L)])
        weights[t] = logits.exp() / logits.exp().sum()
        mixed = theta[t] + made.mixed(sum(weights[t, s] * made.value(u[s]) for s in range(L)))
        a, _, b = made.further
        out[t] = mixed + b(functional.silu(a(normed(made.after, mixed))))
    return out, weights


@torch.no_grad()
def test_the_layer_equals_its_equations_frame_by_frame() -> None:
    made, (cloud, message) = layer(), parts()
    after, same, listening = made(cloud, message)
    assert same is message
    spread, blur = made.blend
    for b in range(B):
        for n in range(N):
            theta, alpha = plain_attention(made.features, cloud.h[b, :, n])
            torch.testing.assert_close(after.h[b, :, n], theta)
            torch.testing.assert_close(listening.features[b, n], alpha)
            x, v = cloud.x[b, :, n], cloud.v[b, :, n]
            for t in range(L):
                others = [s for s in range(L) if s != t]
                near = torch.stack([torch.exp(-((x[t] - x[s]) ** 2).sum()) for s in others])
                beta = near / near.sum()
                torch.testing.assert_close(listening.coordinates[b, n, t, others], beta)
                pulled = sum(w * (x[s] - x[t]) for w, s in zip(beta, others, strict=True))
                torch.testing.assert_close(after.x[b, t, n], x[t] + spread * pulled)
                along = torch.stack([torch.exp((v[t] * v[s]).sum() / 3**0.5) for s in range(L)])
                gamma = along / along.sum()
                torch.testing.assert_close(listening.velocities[b, n, t], gamma)
                mean = sum(w * v[s] for s, w in enumerate(gamma))
                torch.testing.assert_close(after.v[b, t, n], v[t] + blur * (mean - v[t]))


@torch.no_grad()
def test_with_adjacency_each_message_looks_at_its_own_past() -> None:
    made, (cloud, message) = layer(adjacency=True), parts()
    _, after, _ = made(cloud, message)
    for i, j in ((0, 1), (1, 0), (3, 4)):
        assert made.messages is not None
        expected, _ = plain_attention(made.messages, message[1, :, i, j])
        torch.testing.assert_close(after[1, :, i, j], expected)


@pytest.mark.parametrize("config", [{}, {"temporal_adjacency": True}, {"equivariance": False}])
@torch.no_grad()
def test_rows_of_attention_over_time_sum_to_1(config: dict[str, bool], state: Tensor, charge: Tensor) -> None:
    made = model("set", blocks=3, **config)
    maps = made.attention(state, charge)
    assert list(maps) == ["features", "coordinates", "velocities"]
    for weights in maps.values():
        assert weights.shape == (B, 3, N, L, L)
        assert (weights >= 0).all()
        torch.testing.assert_close(weights.sum(dim=-1), torch.ones(B, 3, N, L, dtype=torch.float64))
        assert weights.std() > 0.01
    assert (maps["coordinates"].diagonal(dim1=-2, dim2=-1) == 0).all()


def test_near_frames_count_for_more_than_far_ones() -> None:
    x = torch.tensor([[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [3.0, 0.0, 0.0]])
    beta = nearness(x)
    e = torch.tensor([1.0, 9.0, 4.0]).neg().exp()
    torch.testing.assert_close(beta[0], torch.stack([torch.tensor(0.0), e[0], e[1]]) / (e[0] + e[1]))
    torch.testing.assert_close(beta[2], torch.stack([e[1], e[2], torch.tensor(0.0)]) / (e[1] + e[2]))


def test_coordinates_and_velocities_begin_unblurred() -> None:
    assert ETAL(F, L, adjacency=False, dropout=0.0).blend.tolist() == [0.0, 0.0]


@pytest.mark.parametrize("name", ["egnn", "lstm", "linear"])
def test_a_model_that_does_not_attend_over_time_has_no_attention(name: str, state: Tensor, charge: Tensor) -> None:
    assert model(name).attention(state, charge) == {}


def test_without_temporal_attention_there_is_none(state: Tensor, charge: Tensor) -> None:
    assert model("set", temporal_attention=False).attention(state, charge) == {}
