"""Each variant differs from the whole model in what it says, and the page is what the record says."""

import json

import pytest
import torch

from benchmarks import ablations
from benchmarks.variants import VARIANTS, Changes, Directed, Levels, Recurrent
from core.models import Sizes
from core.models.intergat_plus import InterGATPlus

N, L, S = 6, 4, 9
SIZES = Sizes(sensors=N, inputs=L, horizon=3, slots=96)


def made(kind: type[InterGATPlus]) -> InterGATPlus:
    torch.manual_seed(0)
    model = kind(SIZES, kind.Config(width=8))
    model.profile.copy_(torch.randn(96, N))
    return model.eval()


@torch.no_grad()
@pytest.mark.parametrize(("kind", "mixed"), [
    (Levels, lambda x, _: x),
    (Changes, lambda _, r: torch.diff(r, dim=0, prepend=r[:1])),
])
def test_what_is_mixed_is_what_the_variant_says(kind: type[InterGATPlus], mixed) -> None:
    model, x, slot = made(kind), torch.randn(S, N), torch.arange(S)
    features, m = model.spatial(x, slot)
    for k in range(2):
        wanted = mixed(x, x - model.profile[slot]) @ m[k].T
        torch.testing.assert_close(features[..., 2 + k], wanted)
    whole, _ = made(InterGATPlus).spatial(x, slot)
    torch.testing.assert_close(features[..., [0, 1]], whole[..., [0, 1]])
    torch.testing.assert_close(features[..., 4:], whole[..., 4:])


@torch.no_grad()
def test_a_directed_matrix_is_not_symmetric_and_stays_bounded() -> None:
    m = made(Directed).interaction()
    assert (m != m.transpose(1, 2)).any()
    assert (torch.linalg.matrix_norm(m, 2) <= 1 + 1e-5).all()


@pytest.mark.parametrize("variant", VARIANTS.values(), ids=list(VARIANTS))
def test_every_variant_forecasts_and_learns(variant) -> None:
    torch.manual_seed(0)
    model = variant.model(SIZES, variant.model.Config(**{"width": 8, **variant.config}))
    y = model(torch.randn(S, N), torch.arange(S)).y
    assert y.shape == (S - L + 1, 3, N)
    y.square().mean().backward()
    assert model.free.grad is not None
    assert model.free.grad.abs().max() > 0


@torch.no_grad()
def test_the_recurrent_variant_knows_only_its_own_window() -> None:
    model, x, slot = made(Recurrent), torch.randn(S, N), torch.arange(S)
    alone = model(x[2 : 2 + L], slot[2 : 2 + L]).y
    torch.testing.assert_close(model(x, slot).y[2:3], alone, rtol=0, atol=1e-5)


def test_the_page_is_what_the_record_says() -> None:
    entries = ablations.read()
    assert entries, "the record must hold something"
    assert ablations.PAGE.read_text() == ablations.page(entries)
    assert len({(entry["variant"], entry["dataset"], entry["seed"]) for entry in entries}) == len(entries)
    assert {entry["variant"] for entry in entries} <= set(VARIANTS)
    json.dumps(entries, allow_nan=False)


def test_a_row_shows_means_and_deviations_of_its_seeds() -> None:
    entry = {"variant": "whole", "dataset": "city", "mae": 2.0, "rmse": 3.0, "zeros": 0.5, "on_roads": 0.8,
             "planted": 0.9, "seconds": 10.0, "machine": "m", "commit": "c"}
    page = ablations.page([{**entry, "seed": 0}, {**entry, "seed": 1, "rmse": 4.0, "on_roads": 0.6}])
    assert "| whole | the model as it is | 2 | 3.500 ± 0.707 | 2.000 ± 0.000 | 70.0% ± 14.1% | 0.900 ± 0.000 |" in page
