"""A record from a stranger: whatever its entries hold, a run opens or is refused with a sentence."""

import copy
import json
import shutil
import time
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from core.document import has_more_parts
from core.files import write_json
from core.models import MODELS, PARTICLE_MODELS
from core.record import MODEL_NAMES, MOST_TEXT, RunError, node_table, read_progress, read_record
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
    ("[" * 50_000, "its parts must lie at most 16 deep in each other"),
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
    monkeypatch.setitem(MOST_TEXT, name, 100_000)
    (run / name).write_text(" " * 100_001)
    with pytest.raises(RunError, match=r"it must have at most 100,000 bytes, got 100,001"):
        Run.load(run) if name == "run.json" else read_progress(run)


@pytest.mark.parametrize("filling", ["[],", "{},", "1,", '"",', "[[]],"])
def test_a_record_of_many_small_parts_is_refused_before_they_are_made(run: Path, filling: str) -> None:
    """A zip of 1.5 MB held 64 MB of them: to read its record took 3 GB of memory and 10 seconds."""
    record = json.dumps(json.loads((run / "run.json").read_text()))
    many = (2**24 - len(record) - 20) // len(filling)
    (run / "run.json").write_text(f'{record[:-1]}, "more": [{filling * many}1]}}')
    tracemalloc.start()
    try:
        with pytest.raises(RunError, match=r"run\.json must be a JSON document: it must have at most 100,000 parts"):
            read_record(run)
        assert tracemalloc.get_traced_memory()[1] < 10 * 2**24
    finally:
        tracemalloc.stop()


def test_the_record_of_as_many_sensors_as_there_may_be_is_read(run: Path) -> None:
    record = json.loads((run / "run.json").read_text())
    n = 5_000
    commas, long = ",[" * 150, "g" * 1_000  # which are no parts
    nodes = {"id": [f"{commas}{k}" for k in range(n)], "latitude": [-12.345678901234567] * n,
             "longitude": [123.45678901234567] * n, "group": [long] * n}
    record["data"] |= {"nodes": nodes, "sensors": n}
    record["heads"] = [f"head {k}" for k in range(10)]
    write_json(run / "run.json", record)
    assert node_table(run, read_record(run)).shape == (n, 4)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{}\n" * 100_001, "must have at most 100,000 lines, one for each epoch, got 100,001"),
        ("\n" * 2**24, "must have at most 100,000 lines, one for each epoch, got 16,777,216"),
        ('{"a": 1}\n{' + '"a": 1,' * 2_000_000 + '"a": 1}', "line 2 must be .*: it must have at most 20 parts"),
    ],
)
def test_progress_of_more_epochs_or_figures_than_there_can_be_is_refused(
    tmp_path: Path, content: str, words: str
) -> None:
    (tmp_path / "progress.jsonl").write_text(content)
    with pytest.raises(RunError, match=words):
        read_progress(tmp_path)


def test_progress_of_as_many_epochs_as_there_may_be_is_read(tmp_path: Path) -> None:
    line = json.dumps({"epoch": 100_000, "train": 0.39891175099254955, "validation": 0.1535357898129458})
    (tmp_path / "progress.jsonl").write_text(f"{line}\n" * 100_000)
    assert len(read_progress(tmp_path)) == 100_000


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_progress_may_end_its_lines_in_either_way(tmp_path: Path, ending: str) -> None:
    (tmp_path / "progress.jsonl").write_bytes(f'{{"epoch": 1}}{ending}{{"epoch": 2}}{ending}'.encode())
    assert read_progress(tmp_path) == ({"epoch": 1}, {"epoch": 2})


@pytest.mark.parametrize("content", ['"' + '\\"' * 200_000, '"' * 400_001, "\\" * 400_000 + '"'])
def test_texts_that_are_never_closed_take_no_longer_than_others(content: str) -> None:
    begun = time.process_time()
    has_more_parts(content + ",[" * 10, 5)
    assert time.process_time() - begun < 5, "it was read again from each quote, which takes hours"


@given(some.recursive(
    some.sampled_from([1, -1.5, None, True, "", ",[{", '"', "\\", '\\"', "a"]),
    lambda part: some.lists(part, min_size=1) | some.dictionaries(some.text(',[{"\\a'), part, min_size=1),
))  # fmt: skip
def test_parts_are_counted_as_a_loop_over_them_does(held: object) -> None:
    def count(part: object) -> int:
        inside = list(part.values() if isinstance(part, dict) else part if isinstance(part, list) else ())
        return len(inside) + sum(count(one) for one in inside)

    content = json.dumps([held])
    assert not has_more_parts(content, count([held]))
    assert has_more_parts(content, count([held]) - 1)
