"""Files are whole or absent, whoever writes them at the same time."""

import json
import threading
from pathlib import Path

import pytest

from core.files import write_bytes, write_json


def test_threads_that_write_one_file_at_once_do_not_take_each_others_half(tmp_path: Path) -> None:
    """The sessions of an app are threads of one process."""
    path, failed = tmp_path / "run.json", list[BaseException]()
    barrier = threading.Barrier(4)

    def write(number: int) -> None:
        barrier.wait()
        for turn in range(40):
            try:
                write_json(path, {"writer": number, "turn": turn, "filling": "x" * 20_000})
            except BaseException as error:  # noqa: BLE001  whatever it is
                failed.append(error)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert json.loads(path.read_text())["turn"] == 39
    assert [file.name for file in tmp_path.iterdir()] == ["run.json"]


def test_a_write_that_fails_leaves_what_was_there(tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    with pytest.raises(OSError, match="directory"):
        write_bytes(tmp_path / "taken", b"new")
    assert [file.name for file in tmp_path.iterdir()] == ["taken"]
