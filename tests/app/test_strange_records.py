"""A record from a stranger, of each kind and state: it is refused, or every list of runs shows it."""

import copy
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app import store
from app.reading import facts
from app.store import settings, table, training
from app.trainings import listed
from core.family import family_of
from core.record import read_record
from core.run import Run, RunError
from tests.app.conftest import ROOT, made_matrix, made_run
from tests.documents import places

OTHERS = (None, True, -1, 0.5, "", "a", [], [1], ["a"], {}, {"a": 1}, {"a": None})
SECTIONS = ("scenes", "windows", "matrix", "times", "metrics", "training", "model", "seed", "scaler")
ABSENT = object()


def particles(folder: Path) -> Path:
    return Path(shutil.copytree(ROOT / "assets" / "demo" / "set", folder, ignore=lambda *_: ["evidence"]))


KINDS: dict[str, Callable[[Path], Path]] = {
    "model": lambda folder: made_run(folder, sensors=3),
    "stopped": lambda folder: made_run(folder, sensors=3, state="stopped"),
    "matrix": lambda folder: made_matrix(folder, sensors=3),
    "particles": particles,
}


def changed(record: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The record with one entry replaced, taken out, or added that only another kind has."""
    wanted = [*places(record), *((name,) for name in SECTIONS if name not in record)]
    for place in wanted:
        for value in (*OTHERS, ABSENT):
            other = part = copy.deepcopy(record)
            for key in place[:-1]:
                part = part[key]
            if value is not ABSENT:
                part[place[-1]] = value
            elif isinstance(part, list) or place[-1] in part:
                del part[place[-1]]
            yield f"{'.'.join(map(str, place))} = {'absent' if value is ABSENT else value!r}", other


def shown(runs: Path) -> None:
    """What the pages Runs, Compare and Train read of every run there is, and what an overview says of one."""
    entries = store.runs()
    table.table(entries)
    training.finished(entries)
    listed(runs)
    for entry in entries:
        settings.settings_of(entry)
        training.begun(entry.path)
        if entry.state != "unreadable":
            read_record(entry.path)
            family_of(entry.path) if (entry.path / "network.safetensors").exists() else ()
        if entry.state == "done":
            try:
                run = Run.load(entry.path)
            except RunError:
                continue
            facts.facts(run)
            facts.title(run)


@pytest.mark.parametrize("kind", KINDS)
def test_whatever_one_entry_holds_a_run_is_refused_or_shown(own_runs: Path, kind: str) -> None:
    run = KINDS[kind](own_runs / "strange")
    record = json.loads((run / "run.json").read_text())
    assert read_record(run)
    seen = refused = 0
    for words, other in changed(record):
        (run / "run.json").write_text(json.dumps(other))
        try:
            shown(own_runs)
        except Exception as error:
            raise AssertionError(f"{kind} with {words}: {error!r}") from error
        try:
            read_record(run)
        except RunError:
            refused += 1
        seen += 1
    assert 0 < refused < seen


@pytest.mark.parametrize(
    ("kind", "section", "words"),
    [
        ("matrix", "metrics", "a matrix must have no metrics"),
        ("matrix", "times", "a matrix must have no times"),
        ("matrix", "scenes", "a matrix must have no scenes"),
        ("stopped", "scenes", "a run of sensors must have no scenes, which only another kind has"),
        ("model", "matrix", "a run of sensors must have no matrix, which only another kind has"),
        ("particles", "windows", "a run of particles must have no windows"),
    ],
)
@pytest.mark.parametrize("value", [None, 1, {}])
def test_a_section_of_another_kind_is_refused_even_if_it_holds_nothing(
    own_runs: Path, kind: str, section: str, words: str, value: object
) -> None:
    run = KINDS[kind](own_runs / "strange")
    record = json.loads((run / "run.json").read_text())
    (run / "run.json").write_text(json.dumps({**record, section: value}))
    with pytest.raises(RunError, match=words):
        read_record(run)


def test_a_matrix_in_the_place_of_a_training_has_not_begun(own_runs: Path) -> None:
    assert training.begun(made_matrix(own_runs / "mine", sensors=3)) is None
