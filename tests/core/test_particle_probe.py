"""A run of particles asked again: it repeats what it has stored, and shows which model keeps the symmetry."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from core.experiment import trained
from core.files import write_tensors
from core.particle_probe import ParticleProbe
from core.run import Run, RunError
from core.turning import distances, rotation, turned, turned_back
from tests.core.particles_made import plan, scenes

FAST = {"rate": 0.01, "schedule": "constant"}


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Run]:
    folder = tmp_path_factory.mktemp("probed")
    data = scenes(folder)
    return {
        "set": trained(data, plan("set", epochs=1), folder / "set"),
        "egnn": trained(data, plan("egnn", epochs=1, config={"layers": 2}), folder / "egnn"),
        "plain": trained(data, plan("set", epochs=2, config={"equivariance": False}, **FAST), folder / "plain"),
        "mlp": trained(data, plan("mlp", epochs=1, config={"width": 8}, **FAST), folder / "mlp"),
    }


@pytest.mark.parametrize("name", ["set", "egnn", "plain", "mlp"])
def test_what_is_stored_is_repeated(runs: dict[str, Run], name: str) -> None:
    run = runs[name]
    probe = ParticleProbe(run)
    assert probe.reproduced < 1e-4
    np.testing.assert_allclose(probe.forecast, run.tracked.forecast, atol=1e-4)
    gates = probe.gates(run.tracked.seen, run.tracked.charge)
    assert gates.shape == (len(run.tracked.frames), len(run.heads), 4, 4)
    np.testing.assert_allclose(gates[0], run.interaction, atol=1e-5)


@pytest.mark.parametrize(("name", "symmetric"), [("set", True), ("egnn", True), ("plain", False), ("mlp", False)])
@pytest.mark.parametrize("mirrored", [False, True])
def test_only_an_equivariant_model_turns_along(
    runs: dict[str, Run], name: str, symmetric: bool, mirrored: bool
) -> None:
    probe, kept = ParticleProbe(runs[name]), runs[name].tracked
    matrix, shift = rotation([30, 40, 50], mirrored=mirrored), np.array([3.0, -1.0, 2.0])
    there = turned_back(probe.ask(turned(kept.seen, matrix, shift), kept.charge), matrix, shift)
    places, speeds = distances(probe.forecast, there)
    assert (places.max() < 1e-9) == symmetric
    assert (speeds.max() < 1e-9) == symmetric
    if not symmetric:
        assert places.max() > 1e-3


def test_attention_is_there_for_the_model_that_has_it_and_its_rows_sum_to_one(runs: dict[str, Run]) -> None:
    kept, probe = runs["set"].tracked, ParticleProbe(runs["set"])
    maps = probe.attention(kept.seen[:2], kept.charge[:2])
    assert set(maps) == {"features", "coordinates", "velocities"}
    for found in maps.values():
        assert found.shape == (2, 1, 4, 3, 3)
        np.testing.assert_allclose(found.sum(axis=-1), 1)
    blend = load_file(runs["set"].path / "weights.safetensors")["temporal.0.blend"]
    np.testing.assert_allclose(probe.blend, [blend], rtol=1e-6)
    for name in ("egnn", "mlp"):
        other = ParticleProbe(runs[name])
        assert other.attention(kept.seen, kept.charge) == {}
        assert other.blend is None


def test_other_weights_are_refused(runs: dict[str, Run], tmp_path: Path) -> None:
    changed = tmp_path / "changed"
    shutil.copytree(runs["mlp"].path, changed)
    weights = load_file(changed / "weights.safetensors")
    last = max(name for name in weights if name.startswith("network") and name.endswith("bias"))
    write_tensors(changed / "weights.safetensors", {**weights, last: weights[last] + 1})
    with pytest.raises(ValueError, match="must repeat its stored forecasts, got positions that are"):
        ParticleProbe(Run.load(changed))
    write_tensors(changed / "weights.safetensors", {"other": weights[last]})
    with pytest.raises(RunError, match="must fit model mlp"):
        ParticleProbe(Run.load(changed))


def test_a_run_of_another_kind_and_states_that_do_not_fit_are_refused(
    runs: dict[str, Run], los_loop_run: Path
) -> None:
    with pytest.raises(RunError, match="must be of particles"):
        ParticleProbe(Run.load(los_loop_run))
    probe, kept = ParticleProbe(runs["set"]), runs["set"].tracked
    with pytest.raises(ValueError, match=r"state must have shape \(B, 3, N, 6\), got"):
        probe.ask(kept.seen[:, 1:], kept.charge)
    with pytest.raises(ValueError, match=r"charge must have shape \(5, 4\), got \(1, 4\)"):
        probe.ask(kept.seen, kept.charge[:1])
    broken = kept.seen.copy()
    broken[0, 0, 0, 0] = np.nan
    with pytest.raises(ValueError, match="state must be finite, got nan"):
        probe.gates(broken, kept.charge)
