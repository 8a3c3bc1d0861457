"""The clock of a training: how far it is within an epoch, at which pace, and what of that is believed."""

import json
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
