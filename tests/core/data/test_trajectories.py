"""Trajectories are checked at the door; scenes hold the frames they say, each trajectory once."""

import re

import numpy as np
import pytest
import torch

from core.data.faults import DataError
from core.data.trajectories import Scenes, Trajectories

S, F, N = 12, 8, 3


def made(**replaced: object) -> Trajectories:
    """Every number tells where it comes from: trajectory . frame particle component; velocities are negative."""
    s, f, i, c = np.ogrid[:S, :F, :N, :3]
    positions = (s * 1000 + f * 100 + i * 10 + c + 1).astype(np.float32)
    fields: dict[str, object] = {
        "name": "made", "load": "made:1", "positions": positions, "velocities": -positions,
        "charges": np.where((np.arange(S)[:, None] + np.arange(N)) % 2, 1.0, -1.0).astype(np.float32), "interval": 0.1,
        "parts": {"train": (0, 7), "validation": (7, 9), "test": (9, 12)},
    }
    return Trajectories(**{**fields, **replaced})       # type: ignore[arg-type]


def scenes(**replaced: object) -> Scenes:
    return Scenes(**{"trajectories": made(), "inputs": 3, "last": 4, "ahead": (1, 3), **replaced})  # type: ignore[arg-type]


def test_a_scene_holds_the_frames_up_to_last_and_those_ahead_of_it() -> None:
    scene = scenes().scene(np.array([5, 2]))
    assert scene.state.shape == (2, 3, N, 6)
    assert scene.target.shape == (2, 2, N, 6)
    for b, s in enumerate((5, 2)):
        for frames, found in (((2, 3, 4), scene.state), ((5, 7), scene.target)):
            for k, f in enumerate(frames):
                for i in range(N):
                    place = [s * 1000 + f * 100 + i * 10 + c + 1 for c in range(3)]
                    assert found[b, k, i].tolist() == [*place, *(-x for x in place)]
        assert scene.charge[b].tolist() == made().charges[s].tolist()
    assert scene.inputs == (scene.state, scene.charge)


def test_velocities_that_are_not_asked_for_are_left_out_of_the_target_only() -> None:
    scene = next(scenes(velocities=False).chunks("train", 4))
    assert scene.target[..., 3:].isnan().all()
    assert not scene.target[..., :3].isnan().any()
    assert not scene.state.isnan().any()
    assert not next(scenes().chunks("train", 4)).target.isnan().any()


@pytest.mark.parametrize("size", [1, 3, 7, 100])
@pytest.mark.parametrize("shuffled", [False, True])
def test_every_trajectory_of_a_part_comes_exactly_once(size: int, shuffled: bool) -> None:
    cut = scenes()
    for part, (first, last) in cut.trajectories.parts.items():
        generator = torch.Generator().manual_seed(0) if shuffled else None
        chunks = list(cut.chunks(part, size, generator))
        seen = [int(s) // 1000 for chunk in chunks for s in chunk.state[:, 0, 0, 0]]
        assert sorted(seen) == list(range(first, last))
        assert cut.count(part) == last - first
        assert all(len(chunk.state) == len(chunk.charge) == len(chunk.target) <= size for chunk in chunks)
        assert shuffled or seen == sorted(seen)


def test_the_order_depends_on_the_generator_alone() -> None:
    def order(seed: int) -> list[float]:
        chunks = scenes().chunks("train", 2, torch.Generator().manual_seed(seed))
        return [float(s) for chunk in chunks for s in chunk.state[:, 0, 0, 0]]

    assert order(1) == order(1)
    assert order(1) != order(2)


def test_a_scene_is_a_copy_that_can_be_changed_without_changing_the_data() -> None:
    cut = scenes()
    before = cut.trajectories.sha256
    scene = next(cut.chunks("train", 7))
    for tensor in (scene.state, scene.charge, scene.target):
        tensor.zero_()
    assert cut.trajectories.sha256 == before


@pytest.mark.parametrize(("wrong", "words"), [
    ({"last": 8}, "last must be a frame from 0 to 7, got 8"),
    ({"last": -1}, "last must be a frame from 0 to 7, got -1"),
    ({"inputs": 0}, "inputs must be from 1 to 5, the frames up to last, got 0"),
    ({"inputs": 6}, "inputs must be from 1 to 5, the frames up to last, got 6"),
    ({"ahead": ()}, "ahead must be rising numbers from 1 to 3, the frames after last, got ()"),
    ({"ahead": (0,)}, "ahead must be rising numbers from 1 to 3, the frames after last, got (0,)"),
    ({"ahead": (2, 2)}, "got (2, 2)"),
    ({"ahead": (1, 4)}, "got (1, 4)"),
])
def test_frames_that_are_not_there_are_refused(wrong: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        scenes(**wrong)


def test_a_chunk_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="size must be at least 1, got 0"):
        next(scenes().chunks("train", 0))


def test_arrays_are_kept_as_copies_that_nobody_can_change() -> None:
    mine = np.ones((S, F, N, 3))
    data = made(positions=mine)
    mine[:] = 2
    assert (data.positions == 1).all()
    assert data.positions.dtype == np.float32
    with pytest.raises(ValueError, match="read-only"):
        data.positions[0] = 0
    assert made(positions=data.positions).positions is data.positions


@pytest.mark.parametrize("field", ["positions", "velocities", "charges"])
def test_the_hash_is_of_all_arrays_and_of_nothing_else(field: str) -> None:
    data = made()
    changed = getattr(data, field).copy()
    changed[-1, -1] *= -1
    assert made(**{field: changed}).sha256 != data.sha256
    assert made(name="other", load="other", interval=2.0, note="x").sha256 == data.sha256
    swapped = made(positions=data.velocities, velocities=data.positions)
    assert swapped.sha256 != data.sha256


WRONG: dict[str, tuple[dict[str, object], str]] = {
    "no name": ({"name": " "}, "name: must not be empty"),
    "no text": ({"load": 3}, "load: must be text, got int"),
    "no array": ({"positions": [1.0]}, "positions: must be an array of numbers, got list"),
    "two components": ({"positions": np.ones((S, F, N, 2))},
                       "positions: must have shape (S, F, N, 3) with S, F and N at least 1, got (12, 8, 3, 2)"),
    "no frames": ({"positions": np.ones((S, 0, N, 3))}, "got (12, 0, 3, 3)"),
    "other velocities": ({"velocities": np.ones((S, F, 4, 3))},
                         "velocities: must have shape (12, 8, 3, 3), that of the positions, got (12, 8, 4, 3)"),
    "other charges": ({"charges": np.ones((N, S))},
                      "charges: must have shape (12, 3), one for each particle, got (3, 12)"),
    "half a charge": ({"charges": np.full((S, N), 0.5)}, "charges: must be +1 or -1, got 0.5 at [0, 0]"),
    "text": ({"charges": np.full((S, N), "+")}, "charges: must be an array of numbers, got dtype <U1"),
    "nan": ({"velocities": np.where(np.arange(3) == 2, np.nan, np.ones((S, F, N, 3)))},
            "velocities: must be finite, got nan at [0, 0, 0, 2]"),
    "too large": ({"positions": np.full((S, F, N, 3), 1e39)}, "positions: must be finite, got inf at [0, 0, 0, 0]"),
    "no time": ({"interval": 0}, "interval: must be a finite number above 0, got 0"),
    "nan time": ({"interval": float("nan")}, "interval: must be a finite number above 0, got nan"),
    "a part too few": ({"parts": {"train": (0, 12)}}, "parts: must be the parts train, validation, test, got train"),
    "overlap": ({"parts": {"train": (0, 8), "validation": (7, 9), "test": (9, 12)}},
                "parts: must not overlap, got validation from 7 where another ends at 8"),
    "empty part": ({"parts": {"train": (0, 9), "validation": (9, 9), "test": (9, 12)}},
                   "parts: must each hold at least one trajectory, got validation = (9, 9)"),
    "outside": ({"parts": {"train": (0, 7), "validation": (7, 9), "test": (9, 13)}},
                "parts: must lie within 12 trajectories, got test = (9, 13)"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_cannot_be_used_is_refused_at_the_door(case: str) -> None:
    replaced, words = WRONG[case]
    with pytest.raises(DataError, match=re.escape(words)):
        made(**replaced)


def test_all_faults_are_found_at_once() -> None:
    with pytest.raises(DataError) as caught:
        made(name="", interval=-1, charges=np.zeros((S, N)), parts={})
    assert {fault.file for fault in caught.value.faults} == {"name", "interval", "charges", "parts"}
