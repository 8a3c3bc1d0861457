"""The equivariant layer against its equations, pair by pair."""

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from core.models.egcl import EGCL, Cloud, attributes, near, paced
from tests.core.models.conftest import loud, scene

F, P = 6, 4


def layer(**config: bool | int) -> EGCL:
    made = EGCL(F, P, **{"gate": True, **config}).double()
    loud(made)
    return made


def cloud() -> tuple[Cloud, Tensor]:
    state, charge = scene(batch=2, frames=1)
    generator = torch.Generator().manual_seed(4)
    h = torch.randn(2, 5, F, generator=generator, dtype=torch.float64)
    x, v = state[:, 0, :, :3], state[:, 0, :, 3:]
    return Cloud(h, x, v), attributes(x, charge)


def plain(made: EGCL, particles: Cloud, given: Tensor, time: float) -> tuple[Tensor, ...]:
    """h', x', v', m and gate of one scene: ``h (N, F)``, ``x`` and ``v (N, 3)``, ``given (N, N, P)``."""
    h, x, v = particles
    n = len(h)
    first = torch.cat([made.receiver.weight, made.sender.weight, made.pair.weight], dim=1)
    m, gate = torch.zeros(n, n, F, dtype=torch.float64), torch.zeros(n, n, dtype=torch.float64)
    for i in range(n):
        for j in range(n):
            if i == j:
                continue
            d = x[i] - x[j]
            square = d @ d
            numbers = [torch.log(square + 0.01), 1 / (square + 0.05), square / 10]
            told = torch.cat([h[i], h[j], given[i, j], torch.stack(numbers)])
            message = functional.silu(made.message(functional.silu(first @ told + made.receiver.bias)))
            gate[i, j] = torch.sigmoid(made.gate(message))[0]
            m[i, j] = gate[i, j] * message
    x_new, v_new, h_new = torch.zeros_like(x), torch.zeros_like(v), torch.zeros_like(h)
    for i in range(n):
        pushed = sum((x[i] - x[j]) * made.push(m[i, j]) for j in range(n) if j != i)
        v_new[i] = (1 + made.keep(h[i])) * v[i] + pushed / (n - 1)
        x_new[i] = x[i] + time * v_new[i]
        h_new[i] = h[i] + made.feature(torch.cat([h[i], m[i].sum(dim=0)]))
    return h_new, x_new, v_new, m, gate


@torch.no_grad()
def test_the_layer_equals_its_equations_pair_by_pair() -> None:
    made, (particles, given) = layer(), cloud()
    after, heard = made(particles, given, torch.tensor(0.25).double())
    for b in range(2):
        expected = plain(made, Cloud(*(part[b] for part in particles)), given[b], 0.25)
        for got, wanted in zip((*(part[b] for part in after), heard.message[b], heard.gate[b]), expected, strict=True):
            torch.testing.assert_close(got, wanted, rtol=1e-10, atol=1e-12)


@torch.no_grad()
def test_each_channel_of_a_read_out_is_a_layer_of_its_own() -> None:
    made, (particles, given) = layer(channels=3), cloud()
    times = torch.tensor([0.1, -0.2, 0.7]).double()
    heard = made.heard(particles, given)
    x, v = made.moved(particles, heard, times[:, None])
    assert x.shape == v.shape == (2, 5, 3, 3)
    for t in range(3):
        one = layer(channels=1)
        one.load_state_dict({
            name: weight[t : t + 1] if name in {"push.2.weight", "keep.2.weight", "keep.2.bias"} else weight
            for name, weight in made.state_dict().items()
        })
        x_t, v_t = one.moved(particles, one.heard(particles, given), times[t])
        torch.testing.assert_close(x[:, :, t], x_t[:, :, 0])
        torch.testing.assert_close(v[:, :, t], v_t[:, :, 0])


@torch.no_grad()
def test_the_gate_of_row_i_and_column_j_is_what_i_hears_of_j() -> None:
    made, (particles, given) = layer(), cloud()
    before = made(particles, given, torch.tensor(0.25).double())[1].message
    h = particles.h.clone()
    h[:, 1] += 1
    changed = (made.heard(particles._replace(h=h), given).message - before).abs().amax(dim=(0, -1)) > 0
    expected = torch.zeros(5, 5, dtype=torch.bool)
    expected[1], expected[:, 1] = True, True
    expected[1, 1] = False
    assert torch.equal(changed, expected)
    sent = layer()
    sent.receiver.weight.data.zero_()                       # now only what a sender says can differ
    first = sent.heard(particles, given).message
    told = (sent.heard(particles._replace(h=h), given).message - first).abs().amax(dim=(0, -1)) > 0
    assert told[:, 1].sum() == 4
    assert told.sum() == 4


@torch.no_grad()
def test_a_layer_without_a_gate_lets_everything_through() -> None:
    made, (particles, given) = layer(gate=False), cloud()
    gate = made.heard(particles, given).gate
    assert torch.equal(gate, (1 - torch.eye(5, dtype=torch.float64)).expand(2, 5, 5))


def test_what_a_pair_is_told_is_its_charges_and_its_distance() -> None:
    x = torch.tensor([[0.0, 0.0, 0.0], [0.0, 3.0, 4.0]])
    a = attributes(x, torch.tensor([1.0, -1.0]))
    assert a.shape == (2, 2, 4)
    assert a[..., 0].tolist() == [[1.0, -1.0], [-1.0, 1.0]]
    torch.testing.assert_close(a[0, 1, 1:], torch.tensor([3.2192755, 1 / 25.05, 2.5]))           # log 25.01
    assert torch.equal(a[0, 1], a[1, 0])
    components = attributes(x, torch.tensor([1.0, -1.0]), equivariance=False)
    assert components[0, 1].tolist() == [-1.0, 0.0, -3.0, -4.0]


def test_particles_in_one_place_have_a_finite_distance_and_gradient() -> None:
    between = torch.zeros(3, requires_grad=True)
    told = near(between)
    told.sum().backward()
    assert told.isfinite().all()
    assert between.grad is not None
    assert between.grad.isfinite().all()


def test_layers_share_the_time_ahead() -> None:
    reach, rest = paced(torch.tensor([0.2, 0.4]), 3)
    torch.testing.assert_close(reach, torch.tensor(0.2))
    torch.testing.assert_close(rest, torch.tensor([0.0, 0.2]))


def test_a_read_out_hands_on_no_features() -> None:
    particles, given = cloud()
    with pytest.raises(ValueError, match="a layer with channels is a read-out: call heard and moved"):
        layer(channels=2)(particles, given, torch.tensor(0.1))
