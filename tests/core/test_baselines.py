"""The baselines that the models stand beside, against plain forms of their equations."""

import dataclasses

import numpy as np
import pytest
import torch
from sklearn.linear_model import Ridge
from torch.nn import functional
from torch.utils._python_dispatch import TorchDispatchMode

from core.data.process import made
from core.data.sensors import SensorData
from core.data.windows import Windows, windows
from core.experiment import Plan, settings_for, trained
from core.models import Forecaster, Sizes, built
from core.models.tgcn import normalised
from core.models.var import PENALTIES

N, L, T, SLOTS = 4, 5, 3, 96
SIZES = Sizes(sensors=N, inputs=L, horizon=T, slots=SLOTS)
ROADS = np.array([[1.0, 2.0, 0.0, 0.0], [0.0, 0.0, 0.5, 0.0], [0.3, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0]])


@pytest.fixture(scope="module")
def gappy() -> SensorData:
    """Four sensors for five days: sensor 0 sends to sensor 1, values of sensor 2 are missing, sensor 3 is whole."""
    random = np.random.default_rng(3)
    x = random.normal(size=(5 * SLOTS, N))
    for t in range(1, len(x)):
        x[t] += 0.6 * x[t - 1]
        x[t, 1] += 0.9 * x[t - 1, 0]
    x += np.sin(2 * np.pi * np.arange(len(x)) / SLOTS)[:, None]
    x[random.random(len(x)) < 0.3, 2] = np.nan
    return made(x, ROADS, np.zeros((N, N)), interval_minutes=15)


def cut_of(data: SensorData, protocol: str = "clean") -> Windows:
    return windows(data, protocol, inputs=L, horizon=T)


def observed(name: str, cut: Windows, config: dict | None = None) -> Forecaster:
    model = built(name, SIZES, config)
    model.observe(cut, torch.tensor(ROADS, dtype=torch.float32))
    return model.eval()


@torch.no_grad()
def test_the_historical_average_is_the_mean_at_that_time_of_day(gappy: SensorData) -> None:
    cut = cut_of(gappy)
    chunk = next(cut.chunks("test", 30))
    y = observed("historical-average", cut)(chunk.series, chunk.slot).y
    first, last = cut.parts["train"]
    for b in (0, 7, 29):
        for t in range(T):
            at = (chunk.first + b + t) % SLOTS
            same = gappy.values[first:last][np.arange(first, last) % SLOTS == at]
            np.testing.assert_allclose(y[b, t], np.nanmean(same, axis=0), rtol=1e-5)


@torch.no_grad()
def test_a_time_of_day_never_seen_is_the_sensors_mean_and_a_sensor_never_seen_that_of_all(gappy: SensorData) -> None:
    values = gappy.values.copy()
    values[40::SLOTS, 0] = np.nan
    values[: 4 * SLOTS, 1] = np.nan
    cut = cut_of(dataclasses.replace(gappy, values=values))
    profile = observed("historical-average", cut).profile
    first, last = cut.parts["train"]
    assert float(profile[40, 0]) == pytest.approx(np.nanmean(values[first:last, 0]), rel=1e-5)
    np.testing.assert_allclose(profile[:, 1], np.nanmean(values[first:last]), rtol=1e-5)


def test_zeros_that_count_count_in_the_everyday_course_too(gappy: SensorData) -> None:
    cut = cut_of(gappy, "published")
    first, last = cut.parts["train"]
    filled = np.nan_to_num(gappy.values[first:last])
    wanted = filled[np.arange(first, last) % SLOTS == 5].mean(axis=0)
    np.testing.assert_allclose(observed("historical-average", cut).profile[5], wanted, rtol=1e-5)


def plain_ridge(cut: Windows, course: np.ndarray, penalty: float, lags: int) -> tuple[np.ndarray, np.ndarray]:
    """Validation errors (T,) and weights (lags * N, T, N), by scikit-learn for each step and sensor on its own."""
    scaled = ((cut.filled - cut.shift) / cut.scale).numpy().astype(np.float64) - course[cut.slot]
    target = ((cut.observed - cut.shift) / cut.scale).numpy().astype(np.float64) - course[cut.slot]

    def rows(part: str) -> np.ndarray:
        return np.concatenate([np.arange(a + L, b - T + 1) for a, b in cut.runs(part)])   # type: ignore[arg-type]

    def lagged(at: np.ndarray) -> np.ndarray:
        return np.concatenate([scaled[at - 1 - k] for k in range(lags)], axis=1)

    train, validation = rows("train"), rows("validation")
    errors, weights = np.zeros(T), np.zeros((lags * N, T, N))
    for t in range(T):
        for n in range(N):
            seen = ~np.isnan(target[train + t, n])
            ridge = Ridge(alpha=penalty * len(train), fit_intercept=False)
            ridge.fit(lagged(train)[seen], target[train + t, n][seen])
            weights[:, t, n] = ridge.coef_
            errors[t] += np.nansum((lagged(validation) @ ridge.coef_ - target[validation + t, n]) ** 2)
    return errors, weights


@pytest.mark.parametrize("protocol", ["clean", "published"])
def test_the_ridge_var_is_the_best_of_all_penalties_and_courses_sensor_by_sensor(
    gappy: SensorData, protocol: str
) -> None:
    cut, lags = cut_of(gappy, protocol), 2
    model = observed("ridge-var", cut, {"lags": lags})
    daily = (observed("historical-average", cut).profile.numpy().astype(np.float64) - cut.shift) / cut.scale
    level = np.broadcast_to(daily[cut.training_rows()[1]].mean(axis=0), daily.shape)
    found = []
    for course in (daily, level):
        tried = [plain_ridge(cut, course, penalty, lags) for penalty in PENALTIES]
        best = np.argmin([errors for errors, _ in tried], axis=0)                          # (T,)
        total = sum(tried[k][0][t] for t, k in enumerate(best))
        found.append((total, np.stack([tried[k][1][:, t] for t, k in enumerate(best)], axis=1), best, course))
    _, weights, best, course = min(found, key=lambda one: one[0])
    np.testing.assert_allclose(model.penalised, [PENALTIES[k] for k in best], rtol=1e-6)
    np.testing.assert_allclose(model.course, course, atol=1e-5)
    np.testing.assert_allclose(model.weight.reshape(lags * N, T, N), weights, atol=1e-4)


def plain_choice(x: torch.Tensor, y: torch.Tensor, inputs: torch.Tensor, targets: torch.Tensor) -> tuple:
    """Penalties (T,) and weights (P, K): every column and penalty solved for on its own, and all of them kept."""
    seen, weights = ~y.isnan(), []
    for penalty in PENALTIES:
        ridge = penalty * len(x) * torch.eye(x.shape[1], dtype=x.dtype)
        columns = [
            torch.linalg.solve(x[seen[:, k]].T @ x[seen[:, k]] + ridge, x[seen[:, k]].T @ y[seen[:, k], k])
            for k in range(y.shape[1])
        ]
        weights.append(torch.stack(columns, dim=1))
    every = torch.stack(weights)
    error = ((inputs @ every - targets).nan_to_num() ** 2).sum(dim=1).view(len(PENALTIES), T, -1).sum(dim=2)
    place = error.argmin(dim=0)
    wanted = place.repeat_interleave(y.shape[1] // T)
    return [PENALTIES[k] for k in place], every[wanted, :, torch.arange(y.shape[1])].T


def with_gaps(kind: str, days: int = 6) -> SensorData:
    """Days of ten sensors that hear each other, of which values are missing in one way or another."""
    random = np.random.default_rng(5)
    x = random.normal(size=(days * SLOTS, 10))
    for t in range(1, len(x)):
        x[t] += 0.5 * x[t - 1] + 0.3 * np.roll(x[t - 1], 1)
    if kind == "scattered":
        x[random.random(x.shape) < 0.1] = np.nan
    if kind == "of all sensors at once":
        x[random.random(len(x)) < 0.1] = np.nan
    if kind == "of more than half":
        x[random.random(len(x)) < 0.7, 3] = np.nan
        x[: 3 * SLOTS, 4] = np.nan
    return made(x, np.zeros((10, 10)), np.zeros((10, 10)), interval_minutes=15)


def var_of(data: SensorData, lags: int = 2) -> tuple[Forecaster, Windows]:
    cut = windows(data, "clean", inputs=L, horizon=T)
    model = built("ridge-var", Sizes(sensors=10, inputs=L, horizon=T, slots=SLOTS), {"lags": lags})
    model.observe(cut, None)
    return model.eval(), cut


@pytest.mark.parametrize("kind", ["none", "scattered", "of all sensors at once", "of more than half"])
def test_the_ridge_var_is_what_it_is_with_every_column_solved_for_on_its_own(kind: str) -> None:
    model, cut = var_of(with_gaps(kind))
    pairs = [model._pairs(cut, part, model.course) for part in ("train", "validation")]
    penalties, weight = plain_choice(*pairs[0], *pairs[1])
    assert model.penalised.tolist() == pytest.approx(penalties)
    np.testing.assert_allclose(model.weight, weight, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    ("kind", "patterns"), [("none", 0), ("of all sensors at once", 1), ("scattered", 10)]
)
def test_what_misses_the_same_is_factorised_once_and_what_misses_nothing_not_at_all(
    kind: str, patterns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    factorised, cholesky = [], torch.linalg.cholesky
    monkeypatch.setattr(torch.linalg, "cholesky", lambda matrix: factorised.append(1) or cholesky(matrix))
    var_of(with_gaps(kind))
    assert len(factorised) == 2 * T * patterns * len(PENALTIES)  # of two courses


class Largest(TorchDispatchMode):
    """How many numbers the largest tensor holds that is made."""

    def __init__(self) -> None:
        super().__init__()
        self.numbers = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        made = func(*args, **(kwargs or {}))
        if isinstance(made, torch.Tensor):
            self.numbers = max(self.numbers, made.numel())
        return made


def test_the_weights_of_all_penalties_are_kept_of_one_step_at_a_time() -> None:
    with Largest() as largest:
        var_of(with_gaps("scattered", days=3), lags=L)
    assert largest.numbers < len(PENALTIES) * (L * 10) * (T * 10)  # penalties x inputs x targets


def test_gaps_in_too_many_patterns_for_so_many_sensors_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.models.var.MOST_WORK", 2e5)
    var_of(with_gaps("none"))
    var_of(with_gaps("of all sensors at once"))  # 3 patterns of 20 inputs
    words = r"must be at most 2e\+05, got 2.4e\+05 from 30 patterns and 20 lags x sensors; take fewer sensors or lags"
    with pytest.raises(ValueError, match=words):
        var_of(with_gaps("scattered"))


@torch.no_grad()
def test_the_ridge_var_forecasts_what_its_equation_says(gappy: SensorData) -> None:
    cut = cut_of(gappy)
    model = observed("ridge-var", cut, {"lags": 2})
    chunk = next(cut.chunks("test", 20))
    y = model(chunk.series, chunk.slot).y
    x = (chunk.series - cut.shift) / cut.scale - model.course[chunk.slot]
    for b in (0, 6, 19):
        last = b + L - 1
        for t in range(T):
            own = model.weight.reshape(2, N, T, N)[:, :, t]
            plain = sum(x[last - k] @ own[k] for k in range(2)) + model.course[(chunk.slot[last] + t + 1) % SLOTS]
            torch.testing.assert_close(y[b, t], plain * cut.scale + cut.shift)


def test_the_ridge_var_finds_who_sends_to_whom(gappy: SensorData) -> None:
    weight = observed("ridge-var", cut_of(gappy), {"lags": 1}).weight.reshape(N, T, N)[:, 0]   # (sender, receiver)
    assert weight[0, 1] > 0.5
    assert abs(weight[1, 0]) < 0.1


def test_lags_beyond_the_inputs_are_refused() -> None:
    with pytest.raises(ValueError, match="lags must be at most the inputs, 5, got 6"):
        built("ridge-var", SIZES, {"lags": 6})
    with pytest.raises(ValueError, match="lags must be at least 1, got 0"):
        built("ridge-var", SIZES, {"lags": 0})


@pytest.mark.parametrize("name", ["historical-average", "ridge-var"])
def test_what_is_taken_from_the_training_part_is_kept_in_the_run(gappy: SensorData, tmp_path, name: str) -> None:
    from core.experiment import model_of

    plan = Plan(model=name, settings=settings_for(name), inputs=L, horizon=T, load="made")
    run = trained(gappy, plan, tmp_path / "run")
    assert run.heads == ()
    cut = cut_of(gappy)
    chunk = next(cut.chunks("test", 64))
    np.testing.assert_allclose(model_of(run)(chunk.series, chunk.slot).y, run.tested.forecast[:64], atol=1e-4)


def test_the_road_graph_is_normalised_by_the_roots_of_its_row_sums_with_self_loops() -> None:
    found = normalised(torch.tensor(ROADS))
    looped = ROADS.copy()
    np.fill_diagonal(looped, 1.0)
    for i in range(N):
        for j in range(N):
            assert float(found[i, j]) == pytest.approx(looped[i, j] / np.sqrt(looped[i].sum() * looped[j].sum()))


@torch.no_grad()
def test_tgcn_equals_its_equations_window_by_window(gappy: SensorData) -> None:
    torch.manual_seed(0)
    cut = cut_of(gappy)
    model = observed("tgcn", cut)
    chunk = next(cut.chunks("test", 10))
    y = model(chunk.series, chunk.slot).y
    x = (chunk.series - cut.shift) / cut.scale
    width = model.config.width
    for b in (0, 3, 9):
        h = torch.zeros(N, width)
        for row in x[b : b + L]:
            both = torch.cat([row[:, None], h], dim=1)
            near = torch.stack([sum(model.roads[i, j] * both[j] for j in range(N)) for i in range(N)])
            u, r = functional.linear(near, model.gates.weight, model.gates.bias).sigmoid().split(width, dim=1)
            both = torch.cat([row[:, None], r * h], dim=1)
            near = torch.stack([sum(model.roads[i, j] * both[j] for j in range(N)) for i in range(N)])
            c = functional.linear(near, model.candidate.weight, model.candidate.bias).tanh()
            h = u * h + (1 - u) * c
        plain = functional.linear(h, model.decode.weight, model.decode.bias).T
        torch.testing.assert_close(y[b], plain * cut.scale + cut.shift, rtol=1e-4, atol=1e-3)


@torch.no_grad()
def test_tgcn_hears_senders_of_the_one_way_roads_and_not_receivers(gappy: SensorData) -> None:
    torch.manual_seed(0)
    cut = cut_of(gappy)
    model = observed("tgcn", cut)
    chain = torch.zeros(N, N)
    chain[0, 1] = chain[1, 2] = 1.0                                      # 0 hears 1, 1 hears 2
    model.roads.copy_(normalised(chain))
    series, slot = next(cut.chunks("test", 1)).series, torch.arange(L)
    for sender, hear in ((0, {0}), (1, {0, 1}), (2, {0, 1, 2}), (3, {3})):
        moved = series.clone()
        moved[:, sender] += 50
        changed = (model(moved, slot).y - model(series, slot).y).abs().amax(dim=(0, 1)) > 1e-4
        assert set(torch.nonzero(changed).flatten().tolist()) == hear


def published_attention(h: torch.Tensor, attend: torch.Tensor, hears: torch.Tensor) -> torch.Tensor:
    """(N, F) -> (N, N): with loops, as its docstring has it."""
    e = torch.zeros(N, N)
    for i in range(N):
        for j in range(N):
            e[i, j] = functional.leaky_relu(attend[0] @ h[i] + attend[1] @ h[j], 0.2)
    e = e / e.square().sum().sqrt()
    alpha = torch.zeros(N, N)
    for i in range(N):
        senders = [j for j in range(N) if hears[i, j]]
        alpha[i, senders] = e[i, senders].softmax(0)
    return alpha


@torch.no_grad()
def test_the_published_attention_equals_its_equations(gappy: SensorData) -> None:
    torch.manual_seed(0)
    cut = cut_of(gappy)
    model = observed("gat-published", cut)
    chunk = next(cut.chunks("test", 1))
    x = (chunk.series - cut.shift) / cut.scale
    features, attention = model.spatial(x, chunk.slot)
    alpha = attention()
    hears = torch.tensor(ROADS > 0)
    hears[3, 3] = True                                                   # it has no neighbour
    for row in (0, L - 1):
        heads = [published_attention(x[row][:, None] @ w, a, hears)
                 for w, a in zip(model.project, model.attend, strict=True)]
        z = [functional.elu(m @ (x[row][:, None] @ w)) for m, w in zip(heads, model.project, strict=True)]
        h = torch.cat(z, dim=1) @ model.output
        last = published_attention(h, model.attend_output[0], hears)
        torch.testing.assert_close(features[row], last @ h, rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(alpha[0], torch.stack([*heads, last]), rtol=1e-4, atol=1e-6)


def test_the_norm_over_all_pairs_and_its_slopes_are_those_of_the_plain_sum() -> None:
    from core.models.gat_published import norm_of_all

    torch.manual_seed(0)
    ends = [torch.randn(3, 2, 9, requires_grad=True) for _ in range(2)]
    quick = norm_of_all(*ends)
    plain = functional.leaky_relu(ends[0][..., None] + ends[1][:, :, None], 0.2).flatten(2).norm(dim=-1)
    torch.testing.assert_close(quick, plain)
    weight = torch.rand(3, 2)
    slopes = [torch.autograd.grad((norm * weight).sum(), ends) for norm in (quick, plain)]
    torch.testing.assert_close(slopes[0], slopes[1])
    assert float(norm_of_all(torch.zeros(1, 1, 4), torch.zeros(1, 1, 4))) < 1e-30


@pytest.mark.parametrize("outlier", [0.0, 50.0])
def test_the_norm_leaves_weights_that_differ_by_a_few_per_cent(outlier: float) -> None:
    from core.models.gat_published import SLOPE, norm_of_all

    torch.manual_seed(0)
    dst, src = torch.randn(2, 200)
    src[7] += outlier
    e = functional.leaky_relu(dst[:, None] + src, SLOPE) / norm_of_all(dst[None, None], src[None, None])
    alpha = e.softmax(dim=1)
    spread = float((alpha.amax(dim=1) / alpha.amin(dim=1)).max()) - 1
    assert 0.01 < spread < 0.08


def test_the_published_attention_has_no_self_loops_but_where_there_is_nobody_else(gappy: SensorData) -> None:
    hears = observed("gat-published", cut_of(gappy)).hears
    assert hears.tolist() == [[True, True, False, False], [False, False, True, False], [True, False, False, False],
                              [False, False, False, True]]
    assert observed("gat-gru", cut_of(gappy)).hears.diagonal().all()


@torch.no_grad()
def test_on_a_road_graph_of_usual_size_the_published_attention_is_nearly_a_plain_mean(city: SensorData) -> None:
    cut = windows(city, horizon=4)
    widest = {}
    for name in ("gat-published", "gat-gru"):
        torch.manual_seed(0)
        model = built(name, Sizes(sensors=120, horizon=4, slots=96))
        model.observe(cut, torch.tensor(city.adjacency))
        chunk = next(cut.chunks("validation", 8))
        alpha = model(chunk.series, chunk.slot).interaction
        taken = model.hears.expand_as(alpha)
        largest = alpha.amax(dim=-1)
        least = alpha.masked_fill(~taken, torch.inf).amin(dim=-1)
        widest[name] = float((largest / least - 1).max())
    assert widest["gat-published"] < 0.06                                # 120 sensors; the more, the flatter
    assert widest["gat-gru"] > 10 * widest["gat-published"]


@pytest.mark.parametrize(("name", "words"), [
    ("gat-published", "gat-published attends over road neighbours: the data must have an adjacency, got none"),
    ("tgcn", "tgcn convolves over road neighbours: the data must have an adjacency, got none"),
])
def test_models_that_need_roads_say_so(gappy: SensorData, name: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        built(name, SIZES).observe(cut_of(gappy), None)


def test_intergat_with_attention_in_place_of_its_matrices_is_gat_gru() -> None:
    """The swap needs no model of its own: path, widths and start are those of ``gat-gru``, and so is the training."""
    gat, inter = built("gat-gru", SIZES), built("intergat-gru", SIZES)
    shapes = [{name: p.shape for name, p in model.named_parameters()} for model in (gat, inter)]
    assert {name: shapes[0][name] for name in shapes[0] if not name.startswith("attend")} == {
        name: shapes[1][name] for name in shapes[1] if name != "free"
    }
    assert gat.heads == inter.heads
    assert float(gat.penalty()) == 0.0                                   # what an l1 weight would multiply
    assert dataclasses.replace(settings_for("intergat-gru"), l1=0.0) == settings_for("gat-gru")
