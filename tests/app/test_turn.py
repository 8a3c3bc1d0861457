"""The clock of a training: how far it is within an epoch, at which pace, and what of that is believed."""

import errno
import json
import shutil
from pathlib import Path

import pytest

from app import turn


@pytest.mark.parametrize(
    "said",
    ["", "{}", "null", '{"epoch": 0, "chunk": 1, "chunks": 2, "pace": 0}',
     '{"epoch": 1, "chunk": 3, "chunks": 2, "pace": 0}',
     '{"epoch": 1, "chunk": 1, "chunks": 2, "pace": -1}', '{"epoch": 1, "chunk": "x", "chunks": 2, "pace": 1}'],
)  # fmt: skip
def test_a_clock_that_makes_no_sense_is_not_believed(tmp_path: Path, said: str) -> None:
    (tmp_path / "00001.now").write_text(said)
    assert turn.now_of(tmp_path / "00001.now") is None


def test_a_clock_knows_its_pace_within_an_epoch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = [0.0]
    monkeypatch.setattr(turn.time, "monotonic", lambda: seconds[0])
    clock = turn.Clock(tmp_path / "00007.log")
    for chunk, moment in enumerate([10.0, 10.5, 12.0, 12.1], start=1):
        seconds[0] = moment
        clock(3, chunk, 8)
    assert json.loads((tmp_path / "00007.now").read_text()) == {"epoch": 3, "chunk": 3, "chunks": 8, "pace": 1.0}
    seconds[0] = 20.0
    clock(4, 1, 8)
    assert turn.now_of(tmp_path / "00007.now") == turn.Now(4, 1, 8, 0.0)


def test_a_training_goes_on_where_its_clock_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds, tried = [0.0], []
    monkeypatch.setattr(turn.time, "monotonic", lambda: seconds[0])
    folder = tmp_path / ".jobs"
    folder.mkdir()
    clock = turn.Clock(folder / "00007.log")
    clock(1, 1, 8)
    shutil.rmtree(folder)
    seconds[0] = 2.0
    clock(1, 2, 8)
    assert not folder.exists()

    def full(*_: object) -> None:
        tried.append(seconds[0])
        raise OSError(errno.ENOSPC, "No space left on device")

    folder.mkdir()
    with monkeypatch.context() as no_space:
        no_space.setattr(turn, "write_json", full)
        for moment in (4.0, 4.5, 5.0):
            seconds[0] = moment
            clock(1, 3, 8)
    assert tried == [4.0, 5.0], "once a second at most, as if it had been written"
    seconds[0] = 6.0
    clock(1, 4, 8)
    assert turn.now_of(folder / "00007.now") == turn.Now(1, 4, 8, 2.0)
