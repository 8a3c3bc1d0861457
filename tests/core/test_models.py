"""Each model against its equations: a plain form with loops, its symmetries, its refusals."""

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional

from core.data.sensors import SensorData
from core.data.windows import windows
from core.models import MODELS, Forecaster, Sizes, built
from core.models.gat import Heard
from tests.core.forecasters_made import ATTENDING, SIZES, TRAINED, L, N, S, T, chunk, model


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
