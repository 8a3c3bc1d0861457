"""A record from a stranger: whatever its entries hold, a run opens or is refused with a sentence."""

import copy
import json
import shutil
from pathlib import Path

import pytest

from core.models import MODELS, PARTICLE_MODELS
from core.record import MODEL_NAMES, RunError, read_progress, read_record
from core.run import Run
from tests.documents import places

DEMO = Path(__file__).parents[2] / "assets" / "demo"
HOSTILE = ["null", "-1", "0", "true", "1e308", "1e999", "NaN", "-Infinity", '""', "[]", "{}", '"\\ud800"', '"a"', "[1]",
           "9007199254740991", "9007199254740992", "1" + "0" * 400, "7" * 5000, "[" * 20 + "]" * 20, "[" * 10**5]


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return Path(shutil.copytree(DEMO / "intergat-gru", tmp_path / "run"))


@pytest.mark.parametrize("name", sorted(path.name for path in DEMO.iterdir() if path.name[0] != "."))
def test_the_demo_runs_open(name: str) -> None:
    assert Run.load(DEMO / name).record["state"] == "done"


@pytest.mark.parametrize("name", ["run.json", "progress.jsonl", "interaction.safetensors", "forecasts.safetensors"])
def test_a_file_without_end_is_refused_and_not_waited_for(run: Path, name: str) -> None:
    (run / name).unlink()
    (run / name).symlink_to("/dev/zero")
    with pytest.raises(RunError, match="must be a plain file"):
        Run.load(run)


@pytest.mark.parametrize("literal", HOSTILE, ids=lambda literal: literal[:12])
def test_whatever_one_entry_holds_a_run_opens_or_is_refused(run: Path, literal: str) -> None:
    file = run / "run.json"
    record = json.loads(file.read_text())
    for place in places(record):
        changed = part = copy.deepcopy(record)
        for key in place[:-1]:
            part = part[key]
        part[place[-1]] = "here"
        file.write_text(json.dumps(changed).replace('"here"', literal))
        try:
            read = Run.load(run)
        except RunError as error:
            str(error).encode()
            continue
        assert all(0 < part < 10**6 for part in (read.horizon, read.inputs, read.interval_minutes)), place
        assert read.forecasts.target.shape == read.forecasts.forecast.shape
        assert read.pooled is read.optimistic is (read.protocol == "published")
        json.dumps(read.record, allow_nan=False).encode()
        float(read.seed)


@pytest.mark.parametrize(("literal", "words"), [
    ("9" * 5000, r"whole numbers must lie within -2\*\*53 and 2\*\*53, got 99999999999999999999$"),
    ("-9007199254740992", "whole numbers must lie within .*, got -9007199254740992"),
    ("1e999", "numbers must be finite, got 1e999"),
    ("NaN", "numbers must be finite, got NaN"),
    ("[" * 16 + "]" * 16, "its parts must lie at most 16 deep in each other"),
    ("[" * 10**5, "its parts must lie at most 16 deep in each other"),
])
def test_an_entry_nobody_reads_is_bounded_too(run: Path, literal: str, words: str) -> None:
    record = json.loads((run / "run.json").read_text())
    record["other"] = "here"
    (run / "run.json").write_text(json.dumps(record).replace('"here"', literal))
    with pytest.raises(RunError, match=rf"run.json must be a JSON document: {words}"):
        read_record(run)


@pytest.mark.parametrize("literal", ["9007199254740991", "-9007199254740991", "1e308", "[" * 15 + "]" * 15])
def test_what_lies_within_the_bounds_is_read(run: Path, literal: str) -> None:
    record = json.loads((run / "run.json").read_text())
    (run / "run.json").write_text(json.dumps(record | {"other": "here"}).replace('"here"', literal))
    assert read_record(run)["other"] == json.loads(literal)


@pytest.mark.parametrize("literal", HOSTILE, ids=lambda literal: literal[:12])
@pytest.mark.parametrize("last", [True, False])
def test_whatever_a_line_of_progress_holds_it_is_read_or_refused(tmp_path: Path, literal: str, last: bool) -> None:
    lines = ['{"epoch": 1}', f'{{"epoch": {literal}}}', literal]
    for line in lines:
        (tmp_path / "progress.jsonl").write_text("\n".join([line] if last else [line, '{"epoch": 2}']))
        try:
            records = read_progress(tmp_path)
        except RunError as error:
            str(error).encode()
            continue
        assert all(abs(float(value)) < 1e309 for record in records for value in record.values())


def test_a_record_without_a_kind_is_of_a_model(run: Path) -> None:
    record = json.loads((run / "run.json").read_text())
    assert "kind" not in record
    (run / "run.json").write_text(json.dumps(record | {"kind": "model"}))
    assert Run.load(run).kind == "model"
    (run / "run.json").write_text(json.dumps(record | {"kind": "matrix"}))
    with pytest.raises(RunError, match=r"matrix\.file must be of type str, got NoneType"):
        Run.load(run)


def test_the_names_that_a_record_may_give_are_those_of_the_models() -> None:
    assert (*MODELS, *PARTICLE_MODELS) == MODEL_NAMES


@pytest.mark.parametrize("name", ["run.json", "progress.jsonl"])
def test_a_text_of_many_millions_of_letters_is_not_read(run: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.record.MOST_TEXT", 100_000)
    (run / name).write_text(" " * 100_001)
    with pytest.raises(RunError, match=r"it must have at most 100,000 bytes, got 100,001"):
        Run.load(run) if name == "run.json" else read_progress(run)
