"""What the benchmark of particles trains: its rows, and the order of the work."""

import pytest

from benchmarks import nbody_rows
from benchmarks.nbody_rows import ABLATIONS, BUDGETS, PARTICLES, ROWS, SEEDS, work
from core.data.nbody import task
from core.models import PARTICLE_MODELS, ParticleSizes, built
from tests.benchmarks.nbody_made import H


def test_every_model_of_particles_is_a_row_and_every_switch_of_set_an_ablation() -> None:
    assert {row.model for row in ROWS.values()} == set(PARTICLE_MODELS)
    sizes = ParticleSizes()
    for row in (*ROWS.values(), *ABLATIONS.values()):
        model = built(row.model, sizes, dict(row.config))
        assert row.random == any(True for _ in model.parameters()), row.name
    changed = {key for row in ABLATIONS.values() for key, _ in row.config}
    assert changed == {"equivariance", "spatial_attention", "temporal_attention", "dropout", "temporal_adjacency"}
    default = PARTICLE_MODELS["set"].Config()
    assert all(getattr(default, key) != value for row in ABLATIONS.values() for key, value in row.config)


def test_work_goes_seed_by_seed_through_all_parts() -> None:
    items = list(work(nbody_rows.PARTS, H))
    assert [item.seed for item in items] == sorted(item.seed for item in items)
    assert len(set(items)) == len(items) == 4 * (5 * SEEDS + 2) + 6 * SEEDS
    assert {item.data for item in items if item.part in ("egnn", "ablations")} == {"nbody-small:inputs=3"}
    assert task("nbody-small:inputs=3").last == 30     # still the benchmark's own frame
    data = {item.particles: task(item.data) for item in items if item.part == "set"}
    assert {count: (what.particles, what.ahead, what.last, what.inputs) for count, what in data.items()} == {
        count: (count, (7,), 9, 10) for count in PARTICLES
    }
    assert all(item.budget.epochs.get(item.row.model, 1) >= 1 for item in items)
    assert {item.row.model for item in items if item.row.random} == set(BUDGETS["set", 5].epochs)


def test_work_keeps_what_is_named_and_needs_a_horizon() -> None:
    items = list(work(["set"], H, ["egnn", "last-frame"], [20], seeds=2))
    assert [(item.particles, item.row.name, item.seed) for item in items] == [
        (20, "last-frame", 0), (20, "egnn", 0), (20, "egnn", 1)
    ]
    assert next(work(["egnn"], None)).part == "egnn"
    with pytest.raises(ValueError, match=r"part set must know its horizon: measure --part predictability first"):
        list(work(["set"], None))
