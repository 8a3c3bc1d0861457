"""What all models of particles share, and those that hear nobody."""

from typing import Any

import numpy as np
import pytest
import torch

from core.data.trajectories import Scenes, Trajectories
from core.models import PARTICLE_MODELS, ParticleSizes, built
from core.models.model import Model
from core.train import Settings
from tests.core.models.conftest import SIZES, N, model, scene

ALONE = ["lstm", "mlp", "linear", "last-frame", "constant-velocity"]


def scenes(**changed: Any) -> Scenes:
    """Ten trajectories of ten frames of three particles."""
    generator = np.random.default_rng(0)
    made = Trajectories(
        name="made", load="made", positions=generator.normal(size=(10, 10, 3, 3)).astype(np.float32),
        velocities=generator.normal(size=(10, 10, 3, 3)).astype(np.float32),
        charges=np.ones((10, 3), np.float32), interval=changed.pop("interval", 0.1),
        parts={"train": (0, 6), "validation": (6, 8), "test": (8, 10)},
    )
    return Scenes(made, **{"inputs": 4, "last": 4, "ahead": (2, 5), **changed})


@pytest.mark.parametrize("name", PARTICLE_MODELS)
@torch.no_grad()
def test_every_model_forecasts_every_particle_at_every_frame_ahead(name: str) -> None:
    made, data = built(name, SIZES), scenes()
    assert isinstance(made, Model)
    made.observe(data)
    assert (made.shift.item(), made.scale.item()) == (0, 1)
    assert made.penalty().item() == 0
    chunk = next(data.chunks("train", 5))
    y, interaction = made(*chunk.inputs)
    assert y.shape == chunk.target.shape == (5, 2, 3, 6)
    assert interaction.shape == ((5, len(made.heads), 3, 3) if made.heads else (0, 3, 3))
    Settings(**made.settings)


@pytest.mark.parametrize("name", PARTICLE_MODELS)
def test_no_weight_knows_the_number_of_particles(name: str) -> None:
    made = model(name)
    shapes = [weight.shape for weight in made.state_dict().values()]
    for particles in (3, 20):
        state, charge = scene(particles=particles)
        assert made(state, charge).y.shape == (3, 2, particles, 6)
    assert [weight.shape for weight in made.state_dict().values()] == shapes


@pytest.mark.parametrize("name", PARTICLE_MODELS)
@torch.no_grad()
def test_a_trajectory_is_forecast_the_same_in_any_batch(name: str) -> None:
    made, (state, charge) = model(name), scene()
    torch.testing.assert_close(made(state[1:2], charge[1:2]).y, made(state, charge).y[1:2])


@torch.no_grad()
def test_last_frame_and_constant_velocity_by_hand() -> None:
    state = torch.zeros(1, 2, 1, 6)
    state[0, 0] = 99.0
    state[0, 1, 0] = torch.tensor([1.0, 2.0, 3.0, 10.0, 0.0, -5.0])
    sizes, charge = ParticleSizes(inputs=2, ahead=(1, 4), interval=0.5), torch.ones(1, 1)
    stay = built("last-frame", sizes)(state, charge).y
    assert stay[0, :, 0].tolist() == [[1, 2, 3, 10, 0, -5]] * 2
    fly = built("constant-velocity", sizes)(state, charge).y
    assert fly[0, :, 0].tolist() == [[6, 2, 0.5, 10, 0, -5], [21, 2, -7, 10, 0, -5]]


@torch.no_grad()
def test_linear_begins_as_constant_velocity_and_has_its_own_numbers_for_each_frame() -> None:
    made, (state, charge) = built("linear", SIZES).double(), scene()
    torch.testing.assert_close(made(state, charge).y, built("constant-velocity", SIZES).double()(state, charge).y)
    made.reach.copy_(torch.tensor([2.0, 3.0]))
    made.keep.copy_(torch.tensor([0.5, -1.0]))
    y, x, v = made(state, charge).y, state[:, -1, :, :3], state[:, -1, :, 3:]
    torch.testing.assert_close(y[:, 0], torch.cat([x + 2 * v, 0.5 * v], dim=-1))
    torch.testing.assert_close(y[:, 1], torch.cat([x + 3 * v, -v], dim=-1))


@pytest.mark.parametrize("name", ["lstm", "mlp"])
@torch.no_grad()
def test_what_is_learned_is_added_to_flight_straight_ahead(name: str) -> None:
    made, (state, charge) = built(name, SIZES).double(), scene()
    straight = built("constant-velocity", SIZES).double()(state, charge).y
    torch.testing.assert_close(made(state, charge).y, straight, rtol=0, atol=0)


@pytest.mark.parametrize("name", ALONE)
@torch.no_grad()
def test_a_model_without_heads_hears_nobody(name: str) -> None:
    made, (state, charge) = model(name), scene()
    y, interaction = made(state, charge)
    assert interaction.shape == (0, N, N)
    others, signs = scene(seed=8)[0], -charge
    others[:, :, 2], signs[:, 2] = state[:, :, 2], charge[:, 2]
    torch.testing.assert_close(made(others, signs).y[:, :, 2], y[:, :, 2])


@pytest.mark.parametrize("name", ["lstm", "mlp"])
@torch.no_grad()
def test_every_frame_component_and_the_charge_count(name: str) -> None:
    made, (state, charge) = model(name), scene()
    y = made(state, charge).y
    for frame in range(state.shape[1]):
        for component in range(6):
            other = state.clone()
            other[:, frame, :, component] += 0.5
            changed = made(other, charge).y - made.drift(other) - (y - made.drift(state))
            assert (changed.abs().amax(dim=(0, 1, 3)) > 1e-6).all(), (frame, component)
    assert ((made(state, -charge).y - y).abs().amax(dim=(0, 1, 3)) > 1e-6).all()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"inputs": 3}, r"got \(3, \(2, 5\), 0\.1\)"),
        ({"ahead": (2,)}, r"got \(4, \(2,\), 0\.1\)"),
        ({"interval": 0.2}, r"got \(4, \(2, 5\), 0\.2\)"),
    ],
)
def test_scenes_cut_in_another_way_are_refused(changed: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=r"inputs, frames ahead and interval \(4, .* as the model, " + said):
        built("egnn", SIZES).observe(scenes(**changed))


@pytest.mark.parametrize(
    ("sizes", "said"),
    [
        ({"inputs": 0}, "inputs must be at least 1, got 0"),
        ({"ahead": ()}, r"ahead must be frames of at least 1, each later than the one before, got \(\)"),
        ({"ahead": (0, 3)}, r"ahead must be frames .* got \(0, 3\)"),
        ({"ahead": (3, 3)}, r"ahead must be frames .* got \(3, 3\)"),
        ({"ahead": (5, 3)}, r"ahead must be frames .* got \(5, 3\)"),
        ({"interval": 0.0}, "interval must be a finite time above 0, got 0.0"),
    ],
)
def test_sizes_that_cannot_be_are_refused(sizes: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        ParticleSizes(**sizes)


def test_sizes_read_from_a_list_equal_those_of_a_tuple() -> None:
    sizes = ParticleSizes(ahead=[1, 5], interval=0.2)  # type: ignore[arg-type]
    assert sizes == ParticleSizes(ahead=(1, 5), interval=0.2)
    assert (sizes.horizon, sizes.times) == (2, (0.2, 1.0))


@pytest.mark.parametrize(
    ("name", "config", "said"),
    [
        ("sett", {}, "model of particles must be one of egnn, set, lstm, mlp, linear, .* got 'sett'"),
        ("gru", {}, "model of particles must be one of .* got 'gru'"),
        ("egnn", {"heads": 2}, "a setting of egnn must be one of layers, width, .* got 'heads'"),
        ("egnn", {"layers": 0}, "layers must be at least 1, got 0"),
        ("lstm", {"width": 0}, "width must be at least 1, got 0"),
        ("mlp", {"layers": 0}, "layers must be at least 1, got 0"),
        ("set", {"blocks": 0}, "blocks must be at least 1, got 0"),
        ("set", {"dropout": 1.0}, "dropout must be from 0 to below 1, got 1.0"),
        ("set", {"temporal_attention": False, "temporal_adjacency": True},
         "temporal_adjacency must go with temporal_attention, got it without"),
    ],
)
def test_a_model_that_cannot_be_built_is_refused(name: str, config: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        built(name, SIZES, config)


def test_attention_over_time_needs_two_frames() -> None:
    one = ParticleSizes(inputs=1)
    with pytest.raises(ValueError, match="temporal_attention must have at least 2 input frames to look at, got 1"):
        built("set", one)
    state, charge = scene(frames=1)
    assert model("set", one, temporal_attention=False)(state, charge).y.shape == (3, 1, N, 6)
