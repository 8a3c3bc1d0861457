"""Each model against its equations: a plain form with loops, its symmetries, its refusals."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional

from core.data.sensors import SensorData
from core.data.windows import Windows, windows
from core.models import MODELS, Edit, Forecast, Forecaster, Sizes, built
from core.models.gat import Heard
from core.models.intergat_plus import InterGATPlus
from core.models.tgcn import normalised

N, L, T, S = 7, 5, 3, 11
SIZES = Sizes(sensors=N, inputs=L, horizon=T, slots=96)
UNTRAINED = ("ridge-var", "historical-average", "last-value", "window-mean")
TRAINED = [name for name in MODELS if name not in UNTRAINED]
MIXING = ["intergat-gru", "intergat-plus", "gat-gru", "gat-published"]
ATTENDING = ("gat-gru", "gat-published")


def ring() -> Tensor:
    """A one-way ring: sensor i hears sensor i + 1 and nobody else."""
    return torch.roll(torch.eye(N), 1, dims=1)


def model(name: str) -> Forecaster:
    torch.manual_seed(0)
    made = built(name, SIZES)
    made.shift.fill_(50.0)
    made.scale.fill_(10.0)
    if name in ATTENDING:
        made.hears.copy_((ring() > 0) | torch.eye(N, dtype=torch.bool))
    if name in ("intergat-plus", "historical-average"):
        made.profile.copy_(torch.randn(96, N))
    if name == "ridge-var":
        made.weight.copy_(torch.randn(3 * N, T * N))
    if name == "tgcn":
        made.roads.copy_(normalised(ring()))
    return made.eval()


def chunk(rows: int = S) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(5)
    return 50 + 10 * torch.randn(rows, N, generator=generator), torch.arange(90, 90 + rows) % 96


def plain_decode(made: Forecaster, features: list[Tensor]) -> Tensor:
    """One window's forecast (T, N) from its L feature rows (N, F), sensor by sensor."""
    columns = []
    for n in range(N):
        _, last = made.gru(torch.stack([f[n] for f in features]).unsqueeze(1))
        columns.append(made.decode(last[0, 0]))
    return torch.stack(columns, dim=1)


def plain_intergat(made: Forecaster, x: Tensor) -> Tensor:
    """The paper's layer for one row (N,), project first, then mix."""
    matrices = []
    for free in made.free:
        e = (free + free.T) / 2
        e = torch.stack([row / (row.norm() + 1e-8) for row in e])
        matrices.append(torch.stack([functional.layer_norm(row, (N,)).softmax(0) for row in e]))
    z = [functional.elu(a @ (x[:, None] @ w)) for a, w in zip(matrices[:-1], made.project, strict=True)]
    return matrices[-1] @ (torch.cat(z, dim=1) @ made.output)


def plain_gat(made: Forecaster, x: Tensor) -> Tensor:
    """Two attention layers for one row (N,), with loops over receivers, senders and heads."""

    def layer(h: Tensor, attend: Tensor) -> Tensor:
        out = torch.zeros_like(h)
        for i in range(N):
            hears = [j for j in range(N) if made.hears[i, j]]
            e = torch.stack([functional.leaky_relu(attend[0] @ h[i] + attend[1] @ h[j], 0.2) for j in hears])
            for a, j in zip(e.softmax(0), hears, strict=True):
                out[i] += a * h[j]
        return out

    z = [functional.elu(layer(x[:, None] @ w, a)) for w, a in zip(made.project, made.attend, strict=True)]
    return layer(torch.cat(z, dim=1) @ made.output, made.attend_output[0])


def plain_gru(made: Forecaster, x: Tensor) -> Tensor:
    return functional.elu(x[:, None] @ made.project) @ made.output


PLAIN = {"intergat-gru": plain_intergat, "gat-gru": plain_gat, "gru": plain_gru}


@pytest.mark.parametrize("name", PLAIN)
@torch.no_grad()
def test_mixing_once_per_row_equals_the_plain_form_per_window(name: str) -> None:
    made, (series, slot) = model(name), chunk()
    y = made(series, slot).y
    assert y.shape == (S - L + 1, T, N)
    x = (series - 50) / 10
    for b in range(S - L + 1):
        plain = plain_decode(made, [PLAIN[name](made, x[b + k]) for k in range(L)])
        torch.testing.assert_close(y[b], plain * 10 + 50, rtol=0, atol=1e-4)   # 1e-5 of the standard deviation


@pytest.mark.parametrize("name", ATTENDING)
def test_attention_is_written_down_once_and_only_for_who_looks(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    made, (series, slot) = model(name), chunk()
    written = []
    whole = Heard.matrix
    monkeypatch.setattr(Heard, "matrix", lambda heard, weight: written.append(1) or whole(heard, weight))
    forecast = made(series, slot)
    forecast.y.sum().backward()
    assert len(written) == 1                                    # the second layer mixes with its own
    first = forecast.interaction
    assert len(written) == 2
    assert forecast.interaction is first
    y, again = forecast
    assert y is forecast.y
    assert again is first


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


@pytest.mark.parametrize("name", MODELS)
@torch.no_grad()
def test_a_window_is_forecast_the_same_alone_and_among_neighbours(name: str) -> None:
    made, (series, slot) = model(name), chunk()
    together, graph = made(series, slot)
    alone, graph_alone = made(series[3 : 3 + L], slot[3 : 3 + L])
    torch.testing.assert_close(together[3:4], alone, rtol=0, atol=1e-4)
    if graph.dim() == 4:
        torch.testing.assert_close(graph[3:4], graph_alone)


@pytest.mark.parametrize("name", MODELS)
@torch.no_grad()
def test_a_forecast_knows_only_its_own_inputs(name: str) -> None:
    made, (series, slot) = model(name), chunk()
    changed = series.clone()
    changed[L:] += 100
    torch.testing.assert_close(made(series, slot).y[0], made(changed, slot).y[0])


@pytest.mark.parametrize("name", MODELS)
def test_every_model_returns_the_contract(name: str) -> None:
    made, (series, slot) = model(name), chunk()
    y, graph = made(series, slot)
    h = len(made.heads)
    assert y.shape == (S - L + 1, T, N)
    assert graph.shape in {(h, N, N), (S - L + 1, h, N, N)}
    assert len(set(made.heads)) == h


@pytest.mark.parametrize("name", TRAINED)
def test_every_parameter_receives_a_gradient(name: str) -> None:
    made, (series, slot) = model(name), chunk()
    (made(series, slot).y ** 2).mean().backward()
    for label, parameter in made.named_parameters():
        assert parameter.grad is not None, label
        assert parameter.grad.abs().sum() > 0, label


@pytest.mark.parametrize("name", ["intergat-gru", "intergat-plus", "gat-gru"])     # a norm over all ties all together
@torch.no_grad()
def test_the_interaction_is_what_lets_one_sensor_change_anothers_features(name: str) -> None:
    """Sender j moves receiver i's features exactly where the matrix has a weight: rows are receivers."""
    made, (series, slot) = model(name), chunk(L)
    if name == "intergat-plus":
        made.free.copy_(-torch.ones_like(made.free))
        made.free[:, 2, 5] = made.free[:, 5, 2] = 1.0
    x = (series - 50) / 10
    graph = made(series, slot).interaction.reshape(-1, N, N).abs().sum(0)
    reach = torch.zeros(N, N, dtype=torch.bool)
    before, _ = made.spatial(x, slot)
    for j in range(N):
        moved = x.clone()
        moved[:, j] += 1
        after, _ = made.spatial(moved, slot)
        reach[:, j] = ((after - before).abs().amax(dim=(0, 2)) > 1e-6)
    hops = graph > 0
    own = torch.eye(N, dtype=torch.bool)
    through = (hops.float() @ hops.float() > 0) if name == "gat-gru" else hops     # two layers, two hops
    assert torch.equal(reach | own, through | own)
    if name == "gat-gru":
        assert reach[0, 1]
        assert not reach[1, 0]                                                     # the ring is one-way


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


@torch.no_grad()
def test_the_published_matrix_has_rows_that_sum_to_one_and_ignores_the_scale_of_its_weights() -> None:
    made = model("intergat-gru")
    a = made.interaction()
    torch.testing.assert_close(a.sum(-1), torch.ones(5, N))
    assert (a > 0).all()
    made.free.mul_(1e-3)
    torch.testing.assert_close(made.interaction(), a, rtol=1e-3, atol=1e-4)


@torch.no_grad()
def test_the_penalty_of_the_published_layer_is_the_mean_of_each_matrix_summed() -> None:
    made = model("intergat-gru")
    by_hand = sum(float(np.abs(free.numpy()).mean()) for free in made.free)
    assert float(made.penalty()) == pytest.approx(by_hand, rel=1e-5)


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


@torch.no_grad()
def test_attention_rows_sum_to_one_over_road_neighbours_and_the_sensor_itself() -> None:
    made, (series, slot) = model("gat-gru"), chunk()
    alpha = made(series, slot).interaction
    torch.testing.assert_close(alpha.sum(-1), torch.ones(S - L + 1, 5, N))
    assert (alpha[..., ~made.hears] == 0).all()
    assert (alpha[..., torch.eye(N, dtype=torch.bool)] > 0).all()


@torch.no_grad()
def test_real_attention_follows_the_input() -> None:
    made, (series, slot) = model("gat-gru"), chunk()
    assert made(series, slot).interaction.std(dim=0).max() > 0.01


@torch.no_grad()
def test_the_simple_forecasts_are_what_they_say() -> None:
    series, slot = chunk()
    last, mean = model("last-value")(series, slot).y, model("window-mean")(series, slot).y
    for b in range(S - L + 1):
        for t in range(T):
            torch.testing.assert_close(last[b, t], series[b + L - 1])
            torch.testing.assert_close(mean[b, t], series[b : b + L].mean(0))


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


def test_attention_without_a_road_graph_is_refused(city: SensorData) -> None:
    with pytest.raises(ValueError, match=r"gat-gru attends over road neighbours: .* got none"):
        built("gat-gru", SIZES).observe(windows(city, horizon=4), None)


@pytest.mark.parametrize(("name", "config", "words"), [
    ("gcn", {}, "model must be one of intergat-gru, .*, got 'gcn'"),
    ("gru", {"heads": 4}, "a setting of gru must be one of hidden, features, width, got 'heads'"),
    ("last-value", {"x": 4}, "a setting of last-value must be one of none, got 'x'"),
    ("intergat-gru", {"heads": 0}, "heads must be at least 1, got 0"),
    ("gat-gru", {"width": 0}, "width must be at least 1, got 0"),
    ("gru", {"hidden": -1}, "hidden must be at least 1, got -1"),
    ("intergat-plus", {"start": 0.0}, "start must be above 0, got 0.0"),
])
def test_wrong_choices_are_named(name: str, config: dict, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        built(name, SIZES, config)


def test_sizes_must_be_positive() -> None:
    with pytest.raises(ValueError, match="sensors must be at least 1, got 0"):
        Sizes(sensors=0)
