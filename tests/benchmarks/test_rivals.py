"""The rivals are what they are said to be: the same functions, slower, and matrix products that are counted."""

import subprocess
import sys
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.flop_counter import FlopCounterMode

from benchmarks.rivals.floor import floor, products
from benchmarks.rivals.geometric import GeometricGAT
from benchmarks.rivals.published import Cell, PublishedGAT, PublishedInterGAT
from benchmarks.rivals.steps import NEIGHBOURS, RIVALS, Bench, growth, made_up
from core.data.windows import Chunk
from core.models import Sizes, built
from core.models.gat import GAT, GATConfig
from core.models.intergat import InterGATConfig
from core.models.intergat_plus import InterGATPlusConfig

ROOT = Path(__file__).parents[2]
SIZES = Sizes(sensors=7, inputs=4, horizon=3)
SMALL = {"heads": 2, "features": 3, "width": 5}


def series(rows: int = 9) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(3)
    return 50 + 10 * torch.randn(rows, SIZES.sensors, generator=generator), torch.arange(rows)


def one_way() -> Tensor:
    """Each sensor hears the next two, and the last only itself: a transpose would be seen."""
    road = torch.zeros(7, 7)
    for i in range(6):
        road[i, [i + 1, (i + 2) % 7]] = 1.0
    road[6, 6] = 1.0
    return road


def scaled(model: nn.Module) -> None:
    model.shift.fill_(48.0)
    model.scale.fill_(11.0)


def test_the_cell_is_a_step_of_torchs_gru() -> None:
    torch.manual_seed(0)
    whole, cell = nn.GRU(3, 5), Cell(3, 5)
    cell.load_state_dict(whole.state_dict())
    features, h = torch.randn(1, 4, 3), torch.randn(1, 4, 5)
    torch.testing.assert_close(cell(features[0], h[0]), whole(features, h)[1][0])


def test_published_intergat_is_intergat_gru_with_its_weights() -> None:
    torch.manual_seed(1)
    ours, theirs = built("intergat-gru", SIZES, SMALL), PublishedInterGAT(SIZES, InterGATConfig(**SMALL))
    theirs.load_state_dict(ours.state_dict())
    scaled(ours)
    scaled(theirs)
    torch.testing.assert_close(theirs(*series()).y, ours(*series()).y)
    torch.testing.assert_close(theirs.penalty(), ours.penalty())


def test_geometric_gat_is_gat_gru_with_its_weights() -> None:
    torch.manual_seed(2)
    ours, theirs = built("gat-gru", SIZES, SMALL), GeometricGAT(SIZES, GATConfig(**SMALL))
    assert isinstance(ours, GAT)
    theirs.copied(ours)
    ours.hears.copy_((one_way() > 0) | torch.eye(7, dtype=torch.bool))
    receiver, sender = one_way().nonzero(as_tuple=True)
    theirs.edges = torch.stack([sender, receiver])
    scaled(ours)
    scaled(theirs)
    torch.testing.assert_close(theirs(*series()).y, ours(*series()).y)


def slow_attention(h: Tensor, attend: Tensor, road: Tensor) -> Tensor:
    """(B, N, F) -> (B, N, F), number by number."""
    b, n, _ = h.shape
    e = torch.empty(b, n, n)
    for w in range(b):
        for i in range(n):
            for j in range(n):
                logit = attend[0] @ h[w, i] + attend[1] @ h[w, j]
                e[w, i, j] = logit if logit > 0 else 0.2 * logit
    e = e / (e**2).sum().sqrt()
    z = torch.zeros_like(h)
    for w in range(b):
        for i in range(n):
            heard = [j for j in range(n) if road[i, j] > 0]
            weight = torch.tensor([float(e[w, i, j]) for j in heard]).exp()
            for share, j in zip(weight / weight.sum(), heard, strict=True):
                z[w, i] += share * h[w, j]
    return z


@torch.no_grad()
def test_published_gat_is_its_formula_number_by_number() -> None:
    torch.manual_seed(4)
    model = PublishedGAT(SIZES, GATConfig(**SMALL))
    model.hears.copy_(one_way() > 0)
    scaled(model)
    values, slot = series(6)      # three windows
    x = (values - 48) / 11
    state = torch.zeros(3, 7, 5)
    for t in range(4):
        rows = x[t : t + 3].unsqueeze(-1)
        z = torch.cat([functional.elu(slow_attention(rows @ model.project[k], model.attend[k], one_way()))
                       for k in range(2)], dim=-1)
        state = model.gru(slow_attention(z @ model.output, model.attend[2], one_way()), state)
    expected = model.decode(state).transpose(1, 2) * 11 + 48
    torch.testing.assert_close(model(values, slot).y, expected)


@pytest.mark.parametrize("kind", [PublishedGAT, GeometricGAT])
def test_attention_without_a_road_graph_is_refused(kind: type[GAT]) -> None:
    bench = Bench.of(made_up(7, rows=300))
    with pytest.raises(ValueError, match="the data must have an adjacency, got none"):
        kind(bench.sizes, GATConfig()).observe(bench.cut, None)


def test_to_import_the_rivals_warns_of_nothing() -> None:
    code = "import benchmarks.rivals.geometric"
    assert subprocess.run([sys.executable, "-W", "error", "-c", code], cwd=ROOT, check=False).returncode == 0


def test_only_rivals_import_torch_geometric() -> None:
    from tests.test_layers import imported

    files = [file for layer in ("core", "analysis", "app", "benchmarks") for file in (ROOT / layer).rglob("*.py")]
    found = {str(file.relative_to(ROOT)) for file in files if "torch_geometric" in imported(file)}
    assert found == {"benchmarks/rivals/geometric.py"}


def test_the_floor_multiplies_what_its_table_counts() -> None:
    sizes = Sizes(sensors=9, inputs=4, horizon=3)
    config = InterGATPlusConfig(heads=2, width=6, sensor=3, time=2)
    once = floor(sizes, batch=5, config=config)
    with FlopCounterMode(display=False) as counter:
        once()
    n, rows, windows = 9, 8, 5 * 9
    mixing = 2 * 2 * (2 * n) * n * rows
    first = 2 * 2 * windows * 6 * (4 * 4 + 5 + 1) + 2 * windows * 6 * (2 * 4 + 5)
    inner = 2 * 3 * 2 * windows * 6 * 6
    decoder = 3 * 2 * windows * 6 * 3
    assert counter.get_total_flops() == mixing + first + inner + decoder
    assert counter.get_total_flops() == sum(p.operations for p in products(sizes, batch=5, config=config))


def test_a_step_of_intergat_plus_multiplies_at_least_what_the_floor_does() -> None:
    bench = Bench.of(made_up(30, rows=300))
    model, chunk = bench.model("intergat-plus"), bench.chunks[0]
    with FlopCounterMode(display=False) as counter:
        model(chunk.series, chunk.slot).y.sum().backward()
    least = sum(product.operations for product in products(bench.sizes, batch=len(chunk.target)))
    assert least <= counter.get_total_flops() < 1.2 * least


def test_made_up_data_are_as_dense_as_los_loop() -> None:
    data = made_up(207)
    assert data.values.shape == (2016, 207)
    assert data.adjacency is not None
    assert (data.adjacency == data.adjacency.T).all()
    assert data.adjacency.sum() / 207 == pytest.approx(NEIGHBOURS, abs=0.1)
    assert not data.adjacency.diagonal().any()


@torch.no_grad()
def error(model: nn.Module, chunk: Chunk) -> float:
    return float(((model(chunk.series, chunk.slot).y - chunk.target) ** 2).mean())


@pytest.mark.parametrize("name", list(RIVALS))
def test_a_step_of_each_rival_changes_its_weights_and_lowers_its_loss(name: str) -> None:
    bench = Bench.of(made_up(20, rows=300))
    chunk = bench.chunks[0]
    made: list[nn.Module] = []

    class Watched(RIVALS[name]):  # type: ignore[misc]
        def __init__(self, *words: object) -> None:
            super().__init__(*words)
            made.append(self)

    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(RIVALS, name, Watched)
        step = bench.trainer(name)
        before = error(made[0], chunk)
        for _ in range(5):
            step(chunk)
    assert error(made[0], chunk) < before


def test_what_is_left_out_is_known_from_a_smaller_size() -> None:
    assert growth("PyG GAT-GRU", 500, 1000) == 2
    assert growth("published GAT-GRU", 500, 1000) == 4
    small, large = Bench.of(made_up(20, rows=300)), Bench.of(made_up(40, rows=300))
    assert large.bytes_needed("published GAT-GRU") == 4 * small.bytes_needed("published GAT-GRU")
    assert large.bytes_needed("PyG GAT-GRU") == 2 * small.bytes_needed("PyG GAT-GRU")
    assert large.bytes_needed("intergat-plus") == 0
