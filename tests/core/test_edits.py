"""What a change of the interaction does to a forecast: gates, cuts and added weights."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from core.models import MODELS, Edit, Forecast, Forecaster
from tests.core.forecasters_made import ATTENDING, MIXING, UNTRAINED, L, N, S, chunk, model


def edit_of(made: Forecaster, *, adds: bool = True) -> Edit:
    """Gates of every size, and weights added in every place: no symmetry that could hide a transpose."""
    generator = torch.Generator().manual_seed(7)
    shape = (len(made.heads), N, N)
    gates = torch.rand(shape, generator=generator) * 2
    return Edit(gates, torch.rand(shape, generator=generator) / 10 if adds else None)


def looked_at(features: Tensor, interaction: Tensor | Callable[[], Tensor]) -> tuple[Tensor, Tensor]:
    """What a layer gives, and the matrix itself where it gives what makes it."""
    return features, Forecast(features, interaction).interaction


@pytest.mark.parametrize("name", MODELS)
@torch.no_grad()
def test_gates_of_one_change_nothing_to_the_bit(name: str) -> None:
    made, (series, slot) = model(name), chunk()
    ones = torch.ones(len(made.heads), N, N)
    before = made(series, slot)
    for after in (made(series, slot, Edit(ones)), made(series, slot, Edit(ones, ones * 0))):
        assert torch.equal(after.y, before.y)
        assert torch.equal(after.interaction, before.interaction)


@pytest.mark.parametrize("name", ["gru", "tgcn", *UNTRAINED])
@torch.no_grad()
def test_a_model_without_an_interaction_has_nothing_to_edit(name: str) -> None:
    made, (series, slot) = model(name), chunk()
    edit = Edit(torch.zeros(0, N, N))
    assert torch.equal(made(series, slot, edit).y, made(series, slot).y)


@pytest.mark.parametrize("adds", [False, True])
@pytest.mark.parametrize("name", MIXING)
@torch.no_grad()
def test_an_edited_interaction_is_what_multiplies_the_features(name: str, adds: bool) -> None:
    """The features are those that loops make with the edited matrices, which are the ones returned."""
    made, (series, slot) = model(name), chunk()
    edit = edit_of(made, adds=adds)
    x = (series - 50) / 10
    features, edited = looked_at(*made.spatial(x, slot, edit))
    _, plain = looked_at(*made.spatial(x, slot))
    changed = slice(0, -1) if name in ATTENDING else slice(None)    # the second layer attends to what the first made
    torch.testing.assert_close(edited[..., changed, :, :], edit.of(plain)[..., changed, :, :])
    for s in (L - 1, S - 1):
        matrices = edited[s - L + 1] if edited.dim() == 4 else edited
        if name == "intergat-plus":
            r = x[s] - made.profile[slot[s]]
            heard = [sum(m[i, j] * r[j] for j in range(N)) for m in matrices for i in range(N)]
            signals = torch.stack([x[s], r, *torch.stack(heard).view(-1, N)], dim=1)
            wanted = torch.cat([signals, made.sensor, made.time[slot[s]].expand(N, -1)], dim=1)
        else:
            z = [functional.elu(m @ (x[s][:, None] @ w)) for m, w in zip(matrices[:-1], made.project, strict=True)]
            wanted = matrices[-1] @ (torch.cat(z, dim=1) @ made.output)
        torch.testing.assert_close(features[s], wanted, rtol=1e-4, atol=1e-5)


@torch.no_grad()
def test_the_second_attention_is_edited_after_it_has_attended() -> None:
    """Gates on the output layer alone: what it returns is its own attention, gated, and the heads are untouched."""
    made, (series, slot) = model("gat-gru"), chunk()
    edit = edit_of(made)
    assert edit.added is not None
    edit.gates[:-1], edit.added[:-1] = 1.0, 0.0
    before, after = made(series, slot).interaction, made(series, slot, edit).interaction
    torch.testing.assert_close(after, edit.of(before))


@pytest.mark.parametrize("name", MIXING)
@torch.no_grad()
def test_cutting_what_a_receiver_hears_from_a_sender_changes_the_receiver_alone(name: str) -> None:
    """In the last layer, after which nothing is mixed: head 1 of intergat-plus, the output layer of the others."""
    made, (series, slot) = model(name), chunk()
    layer = 0 if name == "intergat-plus" else -1
    gates = torch.ones(len(made.heads), N, N)
    gates[layer, 2, 3] = 0.0                                        # 2 hears 3 on the one-way ring as well
    before, after = made(series, slot), made(series, slot, Edit(gates))
    moved = (after.y != before.y).any(dim=1).any(dim=0)
    assert moved.nonzero().flatten().tolist() == [2]
    assert (after.interaction[..., layer, 2, 3] == 0).all()
    assert (after.interaction[..., layer, 3, 2] == before.interaction[..., layer, 3, 2]).all()
