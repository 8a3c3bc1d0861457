"""Simulated sets: their conventions, the same bytes for the same seed, and what is kept on disk."""

import logging
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from core.data import nbody
from core.data.nbody import begun, opened, simulated

NAME = "nbody-3:train=4,validation=2,test=3,steps=600,inputs=2,last=1,ahead=1+3"


def test_starts_are_drawn_as_the_benchmark_draws_them() -> None:
    begin = begun(20, 2000)
    assert set(np.unique(begin.charges)) == {-1.0, 1.0}
    assert begin.charges.mean() == pytest.approx(0, abs=0.02)
    assert begin.positions.std() == pytest.approx((20 / 5) ** (1 / 3), rel=0.01)
    assert begin.positions.mean(axis=(0, 1)) == pytest.approx([0, 0, 0], abs=0.03)
    assert np.linalg.norm(begin.velocities, axis=-1) == pytest.approx(0.5)
    assert np.square(begin.velocities).mean(axis=(0, 1)) == pytest.approx(0.25 / 3, rel=0.03)


def test_the_same_seed_gives_the_same_bytes_and_another_seed_or_part_does_not() -> None:
    one = simulated(5, 6, 300, seed=1)
    assert all(a.tobytes() == b.tobytes() for a, b in zip(one, simulated(5, 6, 300, seed=1), strict=True))
    for other in (simulated(5, 6, 300, seed=2), simulated(5, 6, 300, seed=1, part="test")):
        assert not np.isclose(one.positions, other.positions).any()


def test_a_longer_part_begins_with_the_shorter_one_whatever_the_batch() -> None:
    short, long = simulated(5, 3, 300), simulated(5, 8, 300, batch=3)
    assert all(a.tobytes() == b[:3].tobytes() for a, b in zip(short, long, strict=True))


def test_five_thousand_steps_give_forty_nine_frames_and_the_last_step_is_none() -> None:
    assert simulated(2, 1, 5000).positions.shape == (1, 49, 2, 3)
    motion = simulated(2, 1, 300)
    assert motion.positions.dtype == np.float32
    begin = begun(2, 1)
    after = begin.positions + 0.1 * begin.velocities
    assert motion.positions[0, 0] == pytest.approx(after[0], abs=0.1)      # frame 0 lies 100 steps after the start


def test_the_small_set_is_the_benchmark() -> None:
    what = nbody.task("nbody-small")
    assert (what.particles, what.train, what.validation, what.test) == (5, 3000, 2000, 2000)
    assert (what.frames, what.last, what.ahead, what.velocities) == (49, 30, (10,), False)


def test_targets_are_never_constant(tmp_path: Path) -> None:
    """The defect of the published data: the row that is the target was never written, so every target was zero."""
    scenes = opened("nbody-5:train=20,validation=5,test=5,steps=2000", tmp_path)
    for part in ("train", "validation", "test"):
        scene = next(scenes.chunks(part, 20))
        flat = scene.target.flatten(1)
        assert (flat.std(dim=0) > 0.05).all()                               # from trajectory to trajectory
        assert (scene.target != 0).all()
        moved = (scene.target[:, 0, :, :3] - scene.state[:, -1, :, :3]).norm(dim=-1)
        assert (moved > 1e-3).all()                                         # and from the last frame that is seen
    assert (np.diff(scenes.trajectories.positions, axis=1) != 0).all()


def test_positions_follow_their_velocities_from_frame_to_frame(tmp_path: Path) -> None:
    """Like charges move smoothly: the way between two frames is the mean velocity times the time between them."""
    whole = opened("nbody-2:train=60,validation=1,test=1,steps=600,inputs=1,last=0,ahead=1", tmp_path).trajectories
    alike = whole.charges.prod(axis=1) > 0
    x, v = whole.positions[alike], whole.velocities[alike]
    mean = (v[:, 1:] + v[:, :-1]) / 2
    assert np.diff(x, axis=1) == pytest.approx(mean * whole.interval, abs=2e-3)
    assert alike.sum() > 10


def test_parts_follow_each_other_and_hold_their_own_streams(tmp_path: Path) -> None:
    whole = opened(NAME, tmp_path).trajectories
    assert whole.parts == {"train": (0, 4), "validation": (4, 6), "test": (6, 9)}
    for part, (first, last) in whole.parts.items():
        assert np.array_equal(whole.positions[first:last], simulated(3, last - first, 600, part=part).positions)


def test_a_set_is_found_again_under_the_name_it_carries(tmp_path: Path) -> None:
    scenes = opened(NAME, tmp_path)
    again = opened(scenes.trajectories.load, tmp_path / "elsewhere")
    assert again.trajectories.sha256 == scenes.trajectories.sha256
    assert again.trajectories.load == scenes.trajectories.load
    assert (again.inputs, again.last, again.ahead, again.velocities) == (2, 1, (1, 3), True)
    assert again.trajectories.name == "nbody-3"
    assert "simulated, so nothing here was measured" in again.trajectories.note
    assert "forces are cut at 100 along each axis" in again.trajectories.note


def kept(root: Path) -> Path:
    (file,) = (root / "nbody").iterdir()
    return file


def counted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many trajectories are simulated from here on, a number for each part."""
    seen: list[int] = []
    real = simulated

    def counting(particles: int, trajectories: int, *rest: object, **more: object) -> object:
        seen.append(trajectories)
        return real(particles, trajectories, *rest, **more)         # type: ignore[arg-type]

    monkeypatch.setattr(nbody, "simulated", counting)
    return seen


def test_what_is_kept_is_not_simulated_again_whatever_is_forecast_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = counted(monkeypatch)
    first = opened(NAME, tmp_path)
    assert seen == [4, 2, 3]
    second = opened(NAME.replace("ahead=1+3", "ahead=2,velocities=0"), tmp_path)
    assert seen == [4, 2, 3]
    assert second.trajectories.sha256 == first.trajectories.sha256
    opened(NAME + ",seed=1", tmp_path)
    assert len(seen) == 6
    assert len(list((tmp_path / "nbody").iterdir())) == 2


def test_without_a_root_files_lie_with_the_other_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOPOLENS_DATA", str(tmp_path))
    opened(NAME)
    assert kept(tmp_path).name == "n3-4-2-3-steps600-seed0.safetensors"


def cut_short(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-10])


def flip(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[-100] ^= 1
    file.write_bytes(content)


def strip_hash(file: Path) -> None:
    save_file(load_file(file), file)


def no_file_of_ours(file: Path) -> None:
    file.write_bytes(b"")


def without_charges(file: Path) -> None:
    arrays = load_file(file)
    save_file({name: array for name, array in arrays.items() if name != "charges"}, file)


def signed(file: Path, **changed: np.ndarray) -> None:
    """Other content with the hash that belongs to it."""
    motion = nbody.Motion(**{**load_file(file), **changed})
    save_file(motion._asdict(), file, metadata={"sha256": nbody._hashed(motion)})


def doubled(file: Path) -> None:
    signed(file, velocities=load_file(file)["velocities"].astype(np.float64))


def infinite(file: Path) -> None:
    signed(file, positions=np.full_like(load_file(file)["positions"], np.inf))


def uncharged(file: Path) -> None:
    signed(file, charges=np.zeros_like(load_file(file)["charges"]))


def few_velocities(file: Path) -> None:
    signed(file, velocities=load_file(file)["velocities"][1:].copy())


@pytest.mark.parametrize("damage", [
    cut_short, flip, strip_hash, no_file_of_ours, without_charges, doubled, infinite, uncharged, few_velocities,
])  # fmt: skip
def test_a_damaged_file_is_simulated_again_and_the_log_says_so(
    damage: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    whole = opened(NAME, tmp_path).trajectories.sha256
    sound = kept(tmp_path).read_bytes()
    damage(kept(tmp_path))          # type: ignore[operator]
    with caplog.at_level(logging.WARNING):
        assert opened(NAME, tmp_path).trajectories.sha256 == whole
    assert "it is simulated again" in caplog.text
    assert kept(tmp_path).read_bytes() == sound
    seen = counted(monkeypatch)
    opened(NAME, tmp_path)
    assert seen == []


def test_the_file_of_another_set_is_not_taken_for_this_one(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    opened(NAME, tmp_path)
    file = kept(tmp_path)
    other = NAME.replace("train=4", "train=5")
    file.rename(file.with_name(nbody.task(other).file))
    with caplog.at_level(logging.WARNING):
        assert opened(other, tmp_path).trajectories.count == 10
    assert "it is simulated again" in caplog.text


def test_where_nothing_can_be_kept_the_set_is_used_all_the_same(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "nbody").write_text("a file where the folder should be")
    with caplog.at_level(logging.WARNING):
        assert opened(NAME, tmp_path).count("train") == 4
    assert "could not be kept" in caplog.text


def test_an_interrupted_simulation_leaves_nothing(tmp_path: Path) -> None:
    def interrupted(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        opened(NAME, tmp_path, interrupted)
    assert not list(tmp_path.rglob("*.*"))


def test_progress_runs_through_all_parts(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    opened(NAME, tmp_path, lambda done, total: seen.append((done, total)))
    assert seen == sorted(seen)
    assert {total for _, total in seen} == {9 * 500}
    assert seen[-1] == (4500, 4500)


@pytest.mark.parametrize(("call", "words"), [
    ((1, 5, 500), "particles must be at least 2 and trajectories at least 1, got 1 and 5"),
    ((5, 0, 500), "trajectories at least 1, got 5 and 0"),
    ((5, 1, 550), "steps must be a multiple of 100 from 200, got 550"),
    ((5, 1, 100), "steps must be a multiple of 100 from 200, got 100"),
])
def test_a_simulation_of_nothing_is_refused(call: tuple[int, int, int], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        simulated(*call)
