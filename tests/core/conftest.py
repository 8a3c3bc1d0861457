"""A run of the demo in a folder of one's own, to be packed, moved or deleted."""

import json
import shutil
from pathlib import Path

import pytest

from core.record import CHECKPOINT
from tests.core.archive_made import DEMO


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    """An empty folder of runs."""
    folder = tmp_path / "runs"
    folder.mkdir()
    return folder


@pytest.fixture
def run(runs: Path) -> Path:
    """A finished run in it."""
    return Path(shutil.copytree(DEMO / "gat-gru", runs / "mine"))


@pytest.fixture
def stopped(run: Path) -> Path:
    """The same, not done: it has a checkpoint and no results."""
    record = json.loads((run / "run.json").read_text())
    (run / "run.json").write_text(json.dumps(record | {"state": "training"}))
    (run / "forecasts.safetensors").unlink()
    shutil.copy(run / "weights.safetensors", run / CHECKPOINT)
    return run
