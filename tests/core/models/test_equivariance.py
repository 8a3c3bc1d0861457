"""What must turn with the particles turns with them, to 1e-9, and what must not change does not."""

from typing import Any

import pytest
import torch
from torch import Tensor

from core.models import ParticleForecaster, ParticleSizes
from tests.core.models.conftest import SIZES, model, scene

EQUIVARIANT: list[tuple[str, dict[str, Any]]] = [
    ("egnn", {}),
    ("egnn", {"spatial_attention": False}),
    ("egnn", {"layers": 1}),
    ("set", {}),
    ("set", {"layers": 2, "dropout": 0.1}),
    ("set", {"spatial_attention": False}),
    ("set", {"temporal_attention": False}),
    ("set", {"temporal_adjacency": True}),
    ("set", {"temporal_adjacency": True, "spatial_attention": False}),
]
IDS = ["-".join([name, *config]) for name, config in EQUIVARIANT]
every = pytest.mark.parametrize(("name", "config"), EQUIVARIANT, ids=IDS)
BROKEN = {"equivariance": False}


def turn(mirror: bool) -> Tensor:
    """A rotation about no special axis; with ``mirror``, one that also turns left into right."""
    q, _ = torch.linalg.qr(torch.randn(3, 3, generator=torch.Generator().manual_seed(7), dtype=torch.float64))
    return q if (torch.linalg.det(q) < 0) == mirror else -q


def turned(state: Tensor, q: Tensor) -> Tensor:
    return torch.cat([state[..., :3] @ q.T, state[..., 3:] @ q.T], dim=-1)


def moved(state: Tensor) -> Tensor:
    return state + torch.tensor([3.0, -5.0, 7.0, 0.0, 0.0, 0.0], dtype=torch.float64)


def off(a: Tensor, b: Tensor) -> float:
    """Largest difference, as a share of the largest value."""
    return float((a - b).abs().max() / b.abs().max().clamp(min=1e-30))


@torch.no_grad()
def invariants(made: ParticleForecaster, state: Tensor, charge: Tensor) -> dict[str, Tensor]:
    """The gates, and the attention over time, of a model."""
    gates = made(state, charge).interaction
    return ({"gates": gates} if gates.numel() else {}) | made.attention(state, charge)


@every
@pytest.mark.parametrize("mirror", [False, True], ids=["rotation", "reflection"])
@torch.no_grad()
def test_the_forecast_turns_with_the_particles(name: str, config: dict[str, Any], mirror: bool) -> None:
    made, (state, charge), q = model(name, **config), scene(), turn(mirror)
    assert off(made(turned(state, q), charge).y, turned(made(state, charge).y, q)) < 1e-9
    before, after = invariants(made, state, charge), invariants(made, turned(state, q), charge)
    for kind, weights in before.items():
        assert off(after[kind], weights) < 1e-9, kind


@every
@torch.no_grad()
def test_the_forecast_moves_with_the_particles(name: str, config: dict[str, Any]) -> None:
    made, (state, charge) = model(name, **config), scene()
    assert off(made(moved(state), charge).y, moved(made(state, charge).y)) < 1e-9
    before, after = invariants(made, state, charge), invariants(made, moved(state), charge)
    for kind, weights in before.items():
        assert off(after[kind], weights) < 1e-9, kind


@pytest.mark.parametrize(("name", "config"), [*EQUIVARIANT, ("set", BROKEN)], ids=[*IDS, "set-broken"])
@torch.no_grad()
def test_the_order_of_the_particles_does_not_matter(name: str, config: dict[str, Any]) -> None:
    made, (state, charge) = model(name, **config), scene()
    order = torch.tensor([3, 0, 4, 1, 2])
    assert off(made(state[:, :, order], charge[:, order]).y, made(state, charge).y[:, :, order]) < 1e-9
    before, after = invariants(made, state, charge), invariants(made, state[:, :, order], charge[:, order])
    for kind, weights in before.items():
        expected = weights[:, :, order][..., order] if kind == "gates" else weights[:, :, order]
        assert off(after[kind], expected) < 1e-9, kind


@every
@torch.no_grad()
def test_only_products_of_charges_count(name: str, config: dict[str, Any]) -> None:
    made, (state, charge) = model(name, **config), scene()
    y = made(state, charge).y
    assert torch.equal(made(state, -charge).y, y)
    other = charge.clone()
    other[:, 0] *= -1
    assert off(made(state, other).y, y) > 1e-6


@torch.no_grad()
def test_the_variant_without_equivariance_breaks_every_symmetry_of_space() -> None:
    made, (state, charge) = model("set", **BROKEN), scene()
    y = made(state, charge).y
    for mirror in (False, True):
        q = turn(mirror)
        assert off(made(turned(state, q), charge).y, turned(y, q)) > 1e-3
    assert off(made(moved(state), charge).y, moved(y)) > 1e-3


@pytest.mark.parametrize(("name", "config"), [*EQUIVARIANT, ("set", BROKEN)], ids=[*IDS, "set-broken"])
def test_every_parameter_has_a_part_in_the_forecast(name: str, config: dict[str, Any]) -> None:
    made, (state, charge) = model(name, **config), scene()
    made(state, charge).y.square().sum().backward()
    for which, weight in made.named_parameters():
        assert weight.grad is not None, which
        assert weight.grad.abs().max() > 1e-9, which


def test_the_variant_without_equivariance_is_of_the_same_size() -> None:
    count = {
        flag: sum(p.numel() for p in model("set", width=64, equivariance=flag).parameters()) for flag in (True, False)
    }
    assert 0.97 < count[False] / count[True] < 1.03


@every
@torch.no_grad()
def test_one_set_of_weights_serves_any_number_of_particles(name: str, config: dict[str, Any]) -> None:
    made = model(name, **config)
    for particles in (1, 2, 12):
        state, charge = scene(particles=particles)
        y, interaction = made(state, charge)
        assert y.shape == (3, 2, particles, 6)
        assert interaction.shape[-2:] == (particles, particles)
        assert y.isfinite().all()


@pytest.mark.parametrize("name", ["egnn", "set"])
@torch.no_grad()
def test_gates_lie_between_0_and_1_and_nobody_hears_itself(name: str) -> None:
    made, (state, charge) = model(name), scene()
    gates = made(state, charge).interaction
    assert gates.shape == (3, len(made.heads), 5, 5)
    assert len(set(made.heads)) == len(made.heads)
    itself = torch.eye(5, dtype=torch.bool)
    assert (gates[..., itself] == 0).all()
    others = gates[..., ~itself]
    assert (others > 0).all()
    assert (others < 1).all()
    assert others.std() > 0.01


@pytest.mark.parametrize("name", ["egnn", "set"])
@torch.no_grad()
def test_without_spatial_attention_there_are_no_heads(name: str) -> None:
    made, (state, charge) = model(name, spatial_attention=False), scene()
    assert made.heads == ()
    assert made(state, charge).interaction.shape == (0, 5, 5)


@pytest.mark.parametrize("name", ["egnn", "set"])
@torch.no_grad()
def test_shut_gates_leave_every_particle_alone(name: str) -> None:
    made, (state, charge) = model(name), scene()
    for module in made.modules():
        if getattr(module, "gate", None) is not None:
            module.gate.bias.fill_(-1e9)
    y = made(state, charge).y
    state[:, :, 1:] = scene(seed=9)[0][:, :, 1:]
    torch.testing.assert_close(made(state, charge).y[:, :, 0], y[:, :, 0], rtol=0, atol=0)


@pytest.mark.parametrize(("name", "config"), [("egnn", {}), ("set", {}), ("set", {"temporal_adjacency": True})])
@torch.no_grad()
def test_layers_that_change_nothing_are_flight_straight_ahead(name: str, config: dict[str, Any]) -> None:
    made, (state, charge) = model(name, **config), scene()
    for weight in [w for which, w in made.named_parameters() if {"push", "keep", "blend"} & set(which.split("."))]:
        weight.zero_()
    x, v = state[:, -1:, :, :3], state[:, -1:, :, 3:]
    back = 0.1 * torch.arange(3, -1, -1.0).double()[:, None, None]
    straight = torch.cat([x - back * v, v.expand(-1, 4, -1, -1)], dim=-1)
    ahead = torch.tensor([0.2, 0.5]).double()[:, None, None]
    expected = torch.cat([x + ahead * v, v.expand(-1, 2, -1, -1)], dim=-1)
    torch.testing.assert_close(made(straight, charge).y, expected, rtol=0, atol=1e-7)


@pytest.mark.parametrize("name", ["egnn", "set"])
@torch.no_grad()
def test_an_untrained_model_is_nearly_flight_straight_ahead(name: str) -> None:
    torch.manual_seed(0)
    from core.models import built

    made, (state, charge) = built(name, ParticleSizes(inputs=4, ahead=(10,))).eval(), scene()
    state = state.float()
    error = (made(state, charge.float()).y - made.drift(state)).square().mean()
    assert error < 0.05 * (made.drift(state) - state[:, -1:]).square().mean()


def test_sizes_of_the_tests_have_frames_ahead_that_differ() -> None:
    assert len(set(SIZES.ahead)) == 2
