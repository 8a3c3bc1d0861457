"""Evidence on disk: it comes back as it was, for exactly its run, and whatever else lies there counts as absent."""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass, replace
from pathlib import Path
from typing import Any, get_args, get_origin

import numpy as np
import pytest
from numpy.typing import NDArray

from app.evidence import codec, kept, parts
from app.evidence.document import plain_result
from app.evidence.parts import PARTS
from app.measured import Measured
from app.measures import plain
from app.reading.verdict import verdicts
from app.reading.verdict_summary import overall
from core.archive import retitled
from core.files import write_json, write_tensors
from core.run import Run, RunError
from core.tensors import read_tensors
from tests.app import evidence_made
from tests.app.conftest import made_matrix, made_run

MADE: dict[str, Callable[[], Any]] = {
    "chance": evidence_made.made_chance,
    "use": evidence_made.made_use,
    "stability": evidence_made.made_stability,
    "residuals": evidence_made.made_residuals,
    "planted": evidence_made.made_planted,
}


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A run among one's own, and no family."""
    monkeypatch.setenv("TOPOLENS_RUNS", str(tmp_path / "runs"))
    return Run.load(made_run(tmp_path / "runs" / "ring"))


def same(one: Any, other: Any) -> bool:
    """Whether two results are alike to the bit, nan like nan."""
    if isinstance(one, np.ndarray):
        return one.dtype == other.dtype and np.array_equal(one, other, equal_nan=one.dtype.kind == "f")
    if is_dataclass(one):
        return type(one) is type(other) and all(
            same(getattr(one, field.name), getattr(other, field.name)) for field in fields(one)
        )
    if isinstance(one, tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return type(one) is type(other) and (one == other or (one != one and other != other))


def single(result: Any) -> Any:
    """The same result, arrays with two axes of sensors rounded to single precision, which is how they are kept."""
    if isinstance(result, tuple):
        return tuple(map(single, result))
    if not is_dataclass(result):
        return result
    axes = codec.AXES.get(type(result).__name__, {})
    made = {field.name: single(getattr(result, field.name)) for field in fields(result)}
    large = [name for name, letters in axes.items() if letters.count("N") > 1]
    rounded = {name: made[name].astype(np.float32).astype(np.float64) for name in large}
    return replace(result, **{**made, **rounded})  # type: ignore[type-var]


def keep(run: Run, part: str, result: Any) -> None:
    kept.write(run.path, part, result, parts.fingerprint(run, part))


@pytest.mark.parametrize("part", PARTS)
def test_what_is_kept_comes_back(run: Run, part: str) -> None:
    result = single(MADE[part]())
    keep(run, part, result)
    found = parts.evidence(run, part)
    assert found is not result
    assert same(found, result)
    assert sorted(path.name for path in kept.beside(run.path).iterdir()) == [f"{part}.json", f"{part}.safetensors"]


@pytest.mark.parametrize(("sensors", "anew"), [(11, True), (12, False)])
def test_what_chance_was_with_a_straight_trend_is_made_anew_and_nothing_else(
    sensors: int, anew: bool, tmp_path: Path
) -> None:
    small = Run.load(made_run(tmp_path / "few", sensors=sensors))
    for part in PARTS:
        before = kept.fingerprint(small.path, f"{part} {PARTS[part].version}")
        assert (parts.fingerprint(small, part) != before) == (anew and part == "chance"), part


@pytest.mark.parametrize("part", PARTS)
def test_every_array_of_a_result_has_axes_that_are_checked(part: str) -> None:
    seen: set[type] = set()

    def walk(hint: Any) -> None:
        for inner in get_args(hint) if get_origin(hint) is not np.ndarray else ():
            walk(inner)
        if is_dataclass(hint) and hint not in seen:
            assert isinstance(hint, type)
            seen.add(hint)
            arrays = [name for name, kind in codec.hints(hint).items() if get_origin(kind) is np.ndarray]
            assert set(arrays) == set(codec.AXES.get(hint.__name__, {})), hint
            for kind in codec.hints(hint).values():
                walk(kind)

    walk(PARTS[part].kind())
    assert seen


def test_the_run_alone_decides_to_which_run_evidence_belongs(run: Run, tmp_path: Path) -> None:
    keep(run, "chance", evidence_made.made_chance())
    retitled(run.path, "Another title")
    assert parts.evidence(Run.load(run.path), "chance") is not None, "a title is no content"
    moved = run.path.rename(run.path.with_name("renamed"))
    kept.renamed(run.path, moved)
    assert parts.evidence(Run.load(moved), "chance") is not None, "it follows its run"
    again = Run.load(made_run(tmp_path / "runs" / "ring"))
    assert parts.evidence(again, "chance") is None, "nothing is left for a run of the old name"
    shutil.rmtree(moved)
    other = Run.load(made_run(moved, seed=1))
    assert kept.stamp(moved, "chance")
    assert parts.evidence(other, "chance") is None, "another run does not inherit it"
    kept.cleared(moved)
    assert not kept.stamp(moved, "chance")


@pytest.mark.parametrize("name", ["interaction", "network", "forecasts", "weights"])
def test_a_changed_file_makes_evidence_absent(run: Run, name: str) -> None:
    keep(run, "planted", evidence_made.made_planted())
    file = run.path / f"{name}.safetensors"
    tensors = read_tensors(file)
    largest = max(tensors, key=lambda key: tensors[key].size)
    changed = tensors[largest].copy()
    changed.flat[changed.size // 2] += 1
    write_tensors(file, {**tensors, largest: changed})
    assert parts.evidence(run, "planted") is None


def test_changed_sensors_or_another_version_of_a_part_make_it_absent(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(run, "planted", evidence_made.made_planted())
    monkeypatch.setattr(parts, "PARTS", {**PARTS, "planted": replace(PARTS["planted"], version=99)})
    assert parts.evidence(run, "planted") is None
    monkeypatch.undo()
    monkeypatch.setenv("TOPOLENS_RUNS", str(run.path.parent))
    assert parts.evidence(run, "planted") is not None
    record = json.loads((run.path / "run.json").read_text())
    record["data"]["nodes"]["group"][0] = "district 9"
    write_json(run.path / "run.json", record)
    assert parts.evidence(run, "planted") is None


def test_stability_depends_on_its_family_and_nothing_else_does(run: Run) -> None:
    other = made_run(run.path.with_name("other"), seed=1)
    assert parts.family_of(run.path) == (run.path, other)
    keep(run, "stability", evidence_made.made_stability())
    keep(run, "chance", evidence_made.made_chance())
    assert parts.evidence(run, "stability") is not None
    third = made_run(run.path.with_name("third"), seed=2)
    assert parts.evidence(run, "stability") is None
    assert parts.evidence(run, "chance") is not None
    shutil.rmtree(third)
    assert parts.evidence(run, "stability") is not None


def broken_json(text: str) -> Callable[[Path], None]:
    return lambda folder: (folder / "use.json").write_text(text) and None


def changed(*path: str | int, to: Any) -> Callable[[Path], None]:
    """Another value at a place of the kept document."""

    def change(folder: Path) -> None:
        said = json.loads((folder / "use.json").read_text())
        place = said
        for step in path[:-1]:
            place = place[step]
        if to is KeyError:
            del place[path[-1]]
        else:
            place[path[-1]] = to
        (folder / "use.json").write_text(json.dumps(said))

    return change


def rewritten(name: str, make: Callable[[NDArray[Any]], NDArray[Any]]) -> Callable[[Path], None]:
    """Another array, as one who knows the format would write it."""

    def change(folder: Path) -> None:
        tensors = read_tensors(folder / "use.safetensors")
        write_tensors(folder / "use.safetensors", {**tensors, name: make(tensors[name])})
        said = json.loads((folder / "use.json").read_text())
        said["arrays"] = kept._hash(folder / "use.safetensors")
        (folder / "use.json").write_text(json.dumps(said))

    return change


def linked(file: Path) -> None:
    file.unlink()
    file.symlink_to("/dev/zero")


BROKEN: dict[str, Callable[[Path], None]] = {
    "no figures": lambda folder: (folder / "use.json").unlink(),
    "no arrays": lambda folder: (folder / "use.safetensors").unlink(),
    "nothing": broken_json(""),
    "half": lambda folder: (folder / "use.json").write_text((folder / "use.json").read_text()[:500]) and None,
    "a list": broken_json("[]"),
    "deep": broken_json("[" * 100_000),
    "a folder": lambda folder: (folder / "use.json").rename(folder / "use") and (folder / "use.json").mkdir(),
    "not text": lambda folder: (folder / "use.json").write_bytes(b"\xff\xfe") and None,
    "another format": changed("format", to=2),
    "another part": changed("part", to="chance"),
    "another fingerprint": changed("fingerprint", to="0" * 64),
    "a fingerprint that is none": changed("fingerprint", to=None),
    "other arrays": changed("arrays", to="0" * 64),
    "a field too few": changed("result", "mae", to=KeyError),
    "a field too many": changed("result", "more", to=1),
    "no result": changed("result", to=None),
    "a text for a number": changed("result", "mae", to="much"),
    "a truth value for a number": changed("result", "windows", to=True),
    "a part of a count": changed("result", "windows", to=1.5),
    "no windows": changed("result", "windows", to=0),
    "a number for a list": changed("result", "cuts", to=3),
    "a list for a result": changed("result", "effects", to=[]),
    "an array that is not there": changed("result", "effects", "weight", to="weight"),
    "an array by its number": changed("result", "effects", "weight", to=0),
    "a text without end": changed("result", "untested", to=["x" * 3_000]),
    "heads of another run": changed("result", "heads", to=["a", "b", "c"]),
    "another number of heads": rewritten("effects.weight", lambda array: array[:2]),
    "another number of sensors": rewritten("effects.weight", lambda array: array[:, 1:, 1:]),
    "an axis too few": rewritten("effects.weight", lambda array: array[0]),
    "another kind of number": rewritten("effects.weight", lambda array: array.astype(np.float64)),
    "another kind of whole number": rewritten("effects.sample", lambda array: array.astype(np.int32)),
    "columns that there are not": rewritten("effects.sample", lambda array: array[:, :2].copy()),
    "a sensor that there is not": rewritten("effects.sample", lambda array: array + 1000),
    "lengths that do not agree": rewritten("effects.sample_error", lambda array: array[1:]),
    "steps that were not forecast": rewritten("cuts.0.error", lambda array: array[1:]),
    "arrays without end": lambda folder: linked(folder / "use.safetensors"),
    "figures without end": lambda folder: linked(folder / "use.json"),
    "a removal that there is not": changed("result", "areas", 0, "removal", to="zzz"),
    "a neighbour that there is not": changed("result", "areas", 0, "beside", to=""),
    "an order that there is not": changed("result", "curves", 0, "order", to="mean"),
    "a share below nothing": rewritten("curves.0.share", lambda array: array - 1),
    "an error below nothing": changed("result", "mae", to=-1.0),
    "an error without end": changed("result", "mae", to="inf"),
}


@pytest.mark.parametrize("how", BROKEN)
def test_what_does_not_fit_counts_as_absent(run: Run, how: str) -> None:
    keep(run, "use", evidence_made.made_use())
    assert parts.evidence(run, "use") is not None
    BROKEN[how](kept.beside(run.path))
    assert parts.evidence(run, "use") is None


@pytest.mark.parametrize(
    ("part", "path", "to"),
    [
        ("chance", ("heads", 0, "roads", "tests", 0, "p"), 2.0),
        ("chance", ("heads", 0, "roads", "tests", 0, "p"), -1.0),
        ("chance", ("heads", 0, "roads", "tests", 0, "null"), "zzz"),
        ("chance", ("heads", 0, "roads", "tests", 0, "null"), "rewired"),
        ("chance", ("heads", 0, "roads", "statistic"), "contrast"),
        ("stability", ("heads", 0, "p"), 2.0),
        ("planted", ("length",), 7),
    ],
)
def test_what_no_test_could_give_counts_as_absent(run: Run, part: str, path: tuple[str | int, ...], to: Any) -> None:
    made_run(run.path.with_name("other"), seed=1)
    keep(run, part, MADE[part]())
    assert parts.evidence(run, part) is not None
    file = kept.home(run.path) / f"{part}.json"
    said = json.loads(file.read_text())
    place = said["result"]
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = to
    file.write_text(json.dumps(said))
    assert parts.evidence(run, part) is None


@pytest.mark.parametrize("draws", [np.zeros(0), np.full(199, np.inf)])
def test_a_null_without_draws_that_are_numbers_counts_as_absent(run: Run, draws: NDArray[Any]) -> None:
    made = evidence_made.made_chance()
    first = made.heads[0]
    assert first.roads is not None
    tests = (replace(first.roads.tests[0], draws=draws), *first.roads.tests[1:])
    head = replace(first, roads=replace(first.roads, tests=tests))
    keep(run, "chance", replace(made, heads=(head, *made.heads[1:])))
    assert parts.evidence(run, "chance") is None


def test_arrays_that_are_too_large_count_as_absent(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(run, "use", evidence_made.made_use())
    monkeypatch.setattr(kept, "MOST_TENSORS", 10_000)
    assert parts.evidence(run, "use") is None
    monkeypatch.setattr(kept, "MOST_TENSORS", 2**30)
    monkeypatch.setattr(kept, "MOST_JSON", 1_000)
    assert parts.evidence(run, "use") is None


def test_numbers_that_are_not_finite_come_back() -> None:
    @dataclass(frozen=True)
    class Odd:
        numbers: tuple[float, ...]
        maybe: int | None
        mask: NDArray[np.bool_]

    codec.AXES["Odd"] = {"mask": "N"}  # type: ignore[index]
    codec.hints.cache_clear()
    try:
        Odd.__annotations__ = {"numbers": tuple[float, ...], "maybe": int | None, "mask": NDArray[np.bool_]}
        odd = Odd((float("nan"), float("inf"), -float("inf"), -0.0, 1e-300), None, np.array([True, False]))
        content, arrays = codec.parted(odd)
        assert same(codec.whole(Odd, json.loads(json.dumps(content, allow_nan=False)), arrays, {"N": 2}), odd)
        with pytest.raises(ValueError, match=r"result\.mask must have axes N with N = 3"):
            codec.whole(Odd, content, arrays, {"N": 3})
        with pytest.raises(ValueError, match=r"result\.maybe must be of type int, got str"):
            codec.whole(Odd, {**content, "maybe": "nan"}, arrays, {"N": 2})
    finally:
        del codec.AXES["Odd"]  # type: ignore[attr-defined]


def test_a_result_that_could_not_be_read_back_is_not_written() -> None:
    @dataclass(frozen=True)
    class Loose:
        anything: dict

    Loose.__annotations__ = {"anything": dict}
    with pytest.raises(ValueError, match="anything must be of a kind that can be kept"):
        codec.parted(Loose({}))


def test_runs_of_the_project_keep_their_evidence_among_ones_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOPOLENS_RUNS", str(tmp_path / "runs"))
    monkeypatch.setattr(kept, "DEMO", tmp_path / "demo")
    run = Run.load(made_run(tmp_path / "demo" / "ring"))
    keep(run, "planted", evidence_made.made_planted())
    assert not (tmp_path / "demo" / kept.FOLDER).exists()
    assert parts.evidence(run, "planted") is not None
    (place,) = (tmp_path / "runs" / kept.FOLDER / kept.ELSEWHERE).iterdir()
    shipped = tmp_path / "demo" / kept.FOLDER / "ring"
    shutil.move(place, shipped)
    assert parts.evidence(run, "planted") is not None, "what ships with the project is read where it lies"
    made_run(tmp_path / "runs" / "ring")
    assert parts.evidence(Run.load(tmp_path / "runs" / "ring"), "planted") is None, "it is not that one's"
    assert kept.home(tmp_path / "runs" / "ring") == tmp_path / "runs" / kept.FOLDER / "ring"


def test_a_matrix_alone_and_a_model_without_a_graph_say_what_cannot_be_made(tmp_path: Path) -> None:
    alone = Run.load(made_matrix(tmp_path / "alone"))
    assert not parts.unavailable(alone, "chance")
    for part in ("use", "residuals", "planted"):
        assert "came without a model" in parts.unavailable(alone, part)
    assert "has no seed" in parts.unavailable(alone, "stability")
    flat = Run.load(made_run(tmp_path / "flat", heads=0, model="gru"))
    for part in ("chance", "use", "stability"):
        assert "no learned graph" in parts.unavailable(flat, part)
    bare = Run.load(made_run(tmp_path / "bare", roads=False, truth=False, groups=False))
    assert "neither a road graph nor known groups" in parts.unavailable(bare, "chance")
    assert "--seeds 5" in parts.unavailable(bare, "stability")


@pytest.mark.parametrize("part", PARTS)
def test_plain_results_are_json_without_matrices(part: str) -> None:
    text = json.dumps(plain(plain_result(MADE[part]())), allow_nan=False)
    assert len(text) < 200_000
    said = json.loads(text)
    if part == "chance":
        test = said["heads"][0]["roads"]["tests"][0]
        assert set(test) == {"null", "statistic", "p", "chance", "spread", "effect"}
    if part == "use":
        assert "weight" not in said["effects"]
        assert len(said["effects"]["rank_error"]) == 3
        assert "by_sensor" in said["cuts"][0]
        assert "by_sensor" not in said["cuts"][-1]
    if part == "stability":
        assert set(said["heads"][0]) >= {"overlap", "consensus", "likeness"}
        assert "mean" not in said["heads"][0]


def test_why_a_part_cannot_be_made_of_a_run_is_known_after_the_first_attempt(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not parts.unavailable(run, "use")
    with pytest.raises(RunError, match="cannot be run again from its folder"):
        parts.made(run, "use")  # a run of the tests has no weights that fit its model
    said = parts.unavailable(run, "use").replace("\\", "")
    assert "must fit model intergat-plus" in said
    assert "\n" not in said
    assert parts.evidence(run, "use") is None
    keep(run, "use", evidence_made.made_use())
    assert not parts.unavailable(run, "use"), "what could be made is no longer refused"
    monkeypatch.setitem(parts.PARTS, "use", replace(PARTS["use"], version=99))  # type: ignore[arg-type]
    assert not parts.unavailable(run, "use"), "another version may do what this one could not"


def test_without_a_weight_between_two_sensors_nothing_can_be_tested(tmp_path: Path) -> None:
    diagonal = Run.load(made_run(tmp_path / "diagonal", model="gat-gru", matrix=np.eye(9), sensors=9))
    reason = "The matrix has no weight between two sensors: there is nothing to test."
    reasons = {part: parts.unavailable(diagonal, part) for part in PARTS}
    assert reasons["chance"] == reasons["use"] == reason
    for part in ("chance", "use"):
        with pytest.raises(ValueError, match="no weight between two sensors"):
            parts.made(diagonal, part)
    found = verdicts(Measured(diagonal), {}, reasons)
    for line in (found[0].real, found[0].used):
        assert line.sentence == f"Cannot be tested: {reason[0].lower()}{reason[1:]}"
    assert overall(found) == "Nothing can be tested: there is no weight between two sensors."
    below = np.eye(9)
    below[0, 1] = -1
    one = Run.load(made_run(tmp_path / "below", matrix=below, sensors=9))
    assert not parts.unavailable(one, "chance"), "a weight below 0 is one"


def test_a_road_graph_without_edges_is_not_called_missing(tmp_path: Path) -> None:
    folder = made_run(tmp_path / "bare", groups=False)
    roads = read_tensors(folder / "network.safetensors")
    write_tensors(folder / "network.safetensors", {**roads, "adjacency": 0 * roads["adjacency"]})
    said = parts.unavailable(Run.load(folder), "chance")
    assert said.startswith("The road graph of these data has no edge, and they have no known groups")
    none = Run.load(made_run(tmp_path / "none", groups=False, roads=False))
    assert parts.unavailable(none, "chance").startswith("These data have neither a road graph nor known groups")


def test_one_sensor_has_no_pair_to_test(tmp_path: Path) -> None:
    one = Run.load(made_run(tmp_path / "one", sensors=1))
    for part in ("chance", "use", "stability", "planted"):
        assert parts.unavailable(one, part).startswith("There is one sensor only")
