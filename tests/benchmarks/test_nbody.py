"""The benchmark of particles: where H lies, what the page says of planted records, and one training from end to end."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from benchmarks import nbody_rows
from benchmarks.nbody import nbody
from benchmarks.nbody_claims import PUBLISHED, claims, targets
from benchmarks.nbody_page import FILE, page, still
from benchmarks.nbody_predictability import measured, placed, straight, twin, typical
from benchmarks.nbody_record import ParticleRecord
from benchmarks.nbody_rows import ABLATIONS, BUDGETS, PARTICLES, ROWS, SEEDS, Budget, Item, label, rows_of, work
from benchmarks.nbody_training import falling, identity, settings_of, thinned, trained_item
from benchmarks.record import FOLDER, key_of
from core.data.coulomb import CLIP, Start, moved
from core.data.nbody import begun, opened, task
from core.models import PARTICLE_MODELS, ParticleSizes, built

H = 7
SMALL = "nbody-3:train=12,validation=4,test=6,steps=1400,inputs=2,last=1,ahead=2"


# How far ahead


def foreseen(left: list[float], off: list[float], velocity: list[float] | None = None) -> dict:
    """A measurement in which the last frame's errors are 4, so that no share is taken for an error."""
    n, velocity = len(left), velocity or off
    return {
        "particles": 5, "last": 9, "trajectories": 10, "ahead": [2 * k + 1 for k in range(n)],
        "errors": {
            "last-frame": {"position": [4.0] * n, "velocity": [2.0] * n},
            "constant-velocity": {"position": [4 * x for x in left], "velocity": [2.0] * n},
            "twin": {"position": [4 * x for x in off], "velocity": [2 * x for x in velocity]},
        },
        "median_twin_velocity": [0.002] * n,
    }


@pytest.mark.parametrize(("left", "off", "velocity", "horizon"), [
    ([0.1, 0.4, 0.5, 0.9], [0.0, 0.0, 0.2, 0.2], None, 5),          # the first that is not trivial
    ([0.6, 0.9], [0.0, 0.0], None, 1),
    ([0.1, 0.4, 0.6], [0.0, 0.1, 0.21], None, None),                # chaos before it is worth asking
    ([0.1, 0.6, 0.9], [0.0, 0.1, 0.1], [0.0, 0.3, 0.3], None),      # in velocities alone
    ([0.1, 0.2], [0.0, 0.0], None, None),                           # never worth asking
])
def test_the_horizon_is_the_first_that_is_neither_trivial_nor_chaos(
    left: list[float], off: list[float], velocity: list[float] | None, horizon: int | None
) -> None:
    found = foreseen(left, off, velocity)
    assert placed(found) == horizon
    assert straight(found, 0) == pytest.approx(left[0])
    assert twin(found, 1) == pytest.approx({"position": off[1], "velocity": (velocity or off)[1]})
    assert typical(found, 0) == pytest.approx(0.001)


def test_a_horizon_for_several_sets_is_the_first_that_fits_each() -> None:
    one, two = foreseen([0.6, 0.6, 0.6], [0.0, 0.0, 0.0]), foreseen([0.1, 0.5, 0.6], [0.0, 0.1, 0.3])
    assert (placed(one), placed(two), placed(one, two)) == (1, 3, 3)
    assert placed(two, foreseen([0.1, 0.1, 0.6], [0.0] * 3)) is None


def test_a_record_has_a_horizon_once_every_number_of_particles_is_measured() -> None:
    record = filled()
    assert record.horizon() == 3
    record.held["runs"] = [run for run in record.held["runs"] if run["rows"] != ["predictability 20 twin"]]
    assert record.horizon() is None
    assert "No horizon fits 5, 20, 30 particles yet." in page(record)


def test_errors_by_horizon_are_those_of_a_loop_over_frames(tmp_path: Path) -> None:
    name = "nbody-3:steps=1400,last=1,inputs=1,ahead=1"
    found = measured(name, 6, farthest=4)
    scenes = opened("nbody-3:train=1,validation=1,test=6,steps=1400,inputs=1,last=1,ahead=1+2+3+4", tmp_path)
    whole = scenes.trajectories
    x, v = (array[2:].astype(np.float64) for array in (whole.positions, whole.velocities))      # the test part
    for k, ahead in enumerate(found["ahead"]):
        still_, drift, speed = [], [], []
        for s in range(6):
            for i in range(3):
                for c in range(3):
                    still_.append((x[s, 1, i, c] - x[s, 1 + ahead, i, c]) ** 2)
                    drift.append((x[s, 1, i, c] + 0.1 * ahead * v[s, 1, i, c] - x[s, 1 + ahead, i, c]) ** 2)
                    speed.append((v[s, 1, i, c] - v[s, 1 + ahead, i, c]) ** 2)
        errors = found["errors"]
        assert errors["last-frame"]["position"][k] == pytest.approx(np.mean(still_), rel=1e-4)
        assert errors["constant-velocity"]["position"][k] == pytest.approx(np.mean(drift), rel=1e-4)
        assert errors["constant-velocity"]["velocity"][k] == pytest.approx(np.mean(speed), rel=1e-4)


def test_a_twin_that_is_not_disturbed_stays_where_it_is_and_one_that_is_parts_from_it() -> None:
    same, off = (measured("nbody-3", 5, farthest=3, disturbed=size) for size in (0.0, 1e-3))
    assert same["errors"]["twin"] == {"position": [0.0] * 3, "velocity": [0.0] * 3}
    assert off["errors"]["twin"]["position"][0] == pytest.approx(1e-6, rel=0.9)
    assert same["errors"]["last-frame"] == off["errors"]["last-frame"]
    assert begun(3, 5, 0, "test").positions.shape == (5, 3, 3)


def test_trajectories_in_which_a_force_was_cut_are_counted() -> None:
    found = measured("nbody-4:last=1,inputs=1,ahead=1", 12, farthest=8)["clipped"]
    start = begun(4, 12, 0, "test")
    cut = 0
    for s in range(12):
        alone = Start(*(array[s : s + 1] for array in start))
        whole, free = (moved(alone, 1000, 1000, clip=clip).positions for clip in (CLIP, np.inf))
        cut += not np.array_equal(whole, free)
    assert found == pytest.approx(cut / 12)
    assert 0 < found < 1
    record = filled()
    assert "Forces are cut" not in page(record)
    record.held["runs"][-1]["clipped"] = 0.42
    assert page(record).count("Forces are cut in 42 % of them.") == 1


# What is to be done


def test_every_model_of_particles_is_a_row_and_every_switch_of_set_an_ablation() -> None:
    assert {row.model for row in ROWS.values()} == set(PARTICLE_MODELS)
    sizes = ParticleSizes()
    for row in (*ROWS.values(), *ABLATIONS.values()):
        model = built(row.model, sizes, dict(row.config))
        assert row.random == any(True for _ in model.parameters()), row.name
    changed = {key for row in ABLATIONS.values() for key, _ in row.config}
    assert changed == {"equivariance", "spatial_attention", "temporal_attention", "dropout", "temporal_adjacency"}
    default = PARTICLE_MODELS["set"].Config()
    assert all(getattr(default, key) != value for row in ABLATIONS.values() for key, value in row.config)


def test_work_goes_seed_by_seed_through_all_parts() -> None:
    items = list(work(nbody_rows.PARTS, H))
    assert [item.seed for item in items] == sorted(item.seed for item in items)
    assert len(set(items)) == len(items) == 4 * (5 * SEEDS + 2) + 6 * SEEDS
    assert {item.data for item in items if item.part in ("egnn", "ablations")} == {"nbody-small:inputs=3"}
    assert task("nbody-small:inputs=3").last == 30     # still the benchmark's own frame
    data = {item.particles: task(item.data) for item in items if item.part == "set"}
    assert {count: (what.particles, what.ahead, what.last, what.inputs) for count, what in data.items()} == {
        count: (count, (7,), 9, 10) for count in PARTICLES
    }
    assert all(item.budget.epochs.get(item.row.model, 1) >= 1 for item in items)
    assert {item.row.model for item in items if item.row.random} == set(BUDGETS["set", 5].epochs)


def test_work_keeps_what_is_named_and_needs_a_horizon() -> None:
    items = list(work(["set"], H, ["egnn", "last-frame"], [20], seeds=2))
    assert [(item.particles, item.row.name, item.seed) for item in items] == [
        (20, "last-frame", 0), (20, "egnn", 0), (20, "egnn", 1)
    ]
    assert next(work(["egnn"], None)).part == "egnn"
    with pytest.raises(ValueError, match=r"part set must know its horizon: measure --part predictability first"):
        list(work(["set"], None))


def test_the_key_tells_apart_what_is_learned_and_nothing_else() -> None:
    items = {item.label: item for item in work(nbody_rows.PARTS, H, seeds=1) if item.row.random}
    keys = {name: key_of(identity(item)) for name, item in items.items()}
    assert len(set(keys.values())) == len(keys)
    one = items["set 5 egnn"]
    later = Item(one.part, one.particles, one.row, 4, one.data)
    assert key_of(identity(later)) == keys["set 5 egnn"]
    assert key_of(identity(one, epochs=3)) != keys["set 5 egnn"]
    assert settings_of(one, epochs=3).epochs == 3
    assert settings_of(one, epochs=10**6).epochs == BUDGETS["set", 5].epochs["egnn"]
    assert settings_of(items["set 20 egnn"]).batch == 20


# Learning curves


def test_a_curve_is_thinned_to_so_many_epochs_from_the_first_to_the_last() -> None:
    history = [{"epoch": k, "train": 2.0 / k, "validation": 1.0 / k} for k in range(1, 1001)]
    kept = thinned(history)
    assert len(kept) == 60
    assert kept[0] == [1, 2.0, 1.0]
    assert kept[-1] == [1000, 0.002, 0.001]
    assert [row[0] for row in kept] == sorted({row[0] for row in kept})
    assert thinned([]) == []
    assert len(thinned(history[:7])) == 7


def test_what_a_loss_falls_by_is_seen_in_its_last_tenth_alone() -> None:
    flat = [{"validation": 0.9**k} for k in range(90)] + [{"validation": 0.9**89}] * 10
    assert falling(flat) == pytest.approx(0, abs=1e-6)
    late = [{"validation": 1.0}] * 90 + [{"validation": 0.99**k} for k in range(10)]
    assert falling(late) == pytest.approx(1 - 0.99**10, rel=1e-4)
    assert falling(late[:29]) is None
    assert falling([]) is None
    rising = [{"validation": 1.01**k} for k in range(100)]
    assert falling(rising) < 0


# Planted records


def entry(name: str, seed: int, error: float, **other: object) -> dict:
    """A training that could have been; its position error is ``error``, its velocity error, if any, nine times that."""
    velocity = {"velocity": [9 * error]} if name.startswith("set ") else {}     # nobody asks for others
    return {
        "key": key_of({"row": name}), "rows": [name], "seed": seed, "errors": {"position": [error], **velocity},
        "seconds": 60.0, "seconds_per_epoch": 0.5, "memory_mb": 500, "parameters": 1234,
        "epochs": {"asked": 100, "done": 100, "best": 90}, "validation_loss": 0.3,
        "curve": [[1, 2.0, 4.0], [50, 1.0, 2.0], [100, 0.5, 1.0]], "falling": 0.02, "sha256": "0" * 64, "commit": "abc",
        "machine": "2 cores, some", "torch": "2.0", "date": f"2026-01-01T00:00:{seed:02d}+00:00", **other,
    }


class Held(ParticleRecord):
    """A record in memory."""

    def __init__(self) -> None:
        super().__init__(Path("nowhere"))
        self.held: dict = {"settings": {}, "runs": []}

    def _read(self, dataset: str, protocol: str) -> dict:
        return self.held


def filled(error: Callable[[str], float] = lambda _: 0.01, seeds: int = SEEDS) -> Held:
    record = Held()
    for item in work(nbody_rows.PARTS, 3, seeds=seeds):     # the horizon that the measurements below place
        made = entry(item.label, item.seed, error(item.label) * (1 + 0.1 * item.seed))
        record.held["runs"].append(made)
        record.held["settings"][made["key"]] = {"data": task(item.data).load}
    for count in (0, *PARTICLES):
        name = label("predictability", count, "twin")
        found = foreseen([0.1, 0.6], [0.0, 0.1])
        record.held["runs"].append({"key": name, "rows": [name], "seed": 0, "date": "2026", **found})
    return record


def verdicts(record: ParticleRecord) -> list[str]:
    return [claim.verdict for claim in claims(record)]


PAPERS = {
    "set 5 set": 1e-11, "set 5 lstm": 2e-9, "set 5 egnn": 2e-7, "set 5 mlp": 3e-7, "set 20 set": 5e-12,
    "set 30 set": 1e-11, "ablations 5 whole": 1e-11, "ablations 5 without equivariance": 1.6e-11,
    "ablations 5 with temporal adjacency": 9e-11,
}


def test_errors_as_the_paper_has_them_hold_every_claim_of_it() -> None:
    assert verdicts(filled(lambda name: PAPERS.get(name, 0.01))) == ["holds"] * 7


@pytest.mark.parametrize(("claim", "line", "error"), [
    (0, "set 5 set", 2e-9), (1, "set 5 egnn", 1e-12), (2, "set 5 lstm", 9e-10), (3, "set 5 egnn", 1e-9),
    (3, "set 5 set", 3e-9),
    (3, "set 5 mlp", 1e-8), (4, "set 20 set", 2e-11), (4, "set 30 set", 2e-11), (5, "ablations 5 whole", 1.1e-11),
    (6, "ablations 5 with temporal adjacency", 8e-11),
])
def test_a_claim_falls_with_the_one_figure_that_it_hangs_on(claim: int, line: str, error: float) -> None:
    found = verdicts(filled(lambda name: {**PAPERS, line: error}.get(name, 0.01)))
    assert found[claim] == "does not hold"


def test_rows_of_different_horizons_are_not_compared_and_only_those_of_now_are_shown() -> None:
    record = filled(lambda name: PAPERS.get(name, 0.01))
    assert "3 frames after them" in page(record)
    assert "| `egnn` | equivariant messages, from the last frame alone | 3 |" in page(record).split("task, 5")[1]
    old = key_of({"row": "set 5 egnn"})
    record.held["settings"][old] = {"data": task("nbody-5:ahead=6").load}
    found = claims(record)
    assert [claim.verdict for claim in found] == ["holds", *["not measured yet"] * 3, *["holds"] * 3]
    assert found[1].figure.startswith("rows of different data: `mlp` and `lstm` and `set` on nbody-5:")
    assert "`egnn` on nbody-5:" in found[1].figure
    assert "| `egnn` | equivariant messages, from the last frame alone | 0 |" in page(record).split("task, 5")[1]


def test_sizes_of_different_horizons_are_not_compared() -> None:
    record = filled(lambda name: PAPERS.get(name, 0.01))
    record.held["settings"][key_of({"row": "set 30 set"})] = {"data": task("nbody-30:ahead=6").load}
    assert [claim.verdict for claim in claims(record)] == [*["holds"] * 4, "not measured yet", "holds", "holds"]


def test_with_a_seed_too_few_nothing_is_said() -> None:
    assert set(verdicts(filled(seeds=SEEDS - 1))) == {"not measured yet"}
    assert set(verdicts(Held())) == {"not measured yet"}
    found = claims(filled(seeds=2))[1]
    assert "`lstm` at 5 particles: 2 of 3 seeds" in found.figure
    assert {claim.verdict for claim in targets(Held())} == {"not measured yet"}


@pytest.mark.parametrize(("errors", "expected"), [
    ({"linear": 0.0819, "egnn": 0.0064, "set": 0.0060}, ["holds", "holds", "holds"]),
    ({"linear": 0.0700, "egnn": 0.0066, "set": 0.0067}, ["does not hold", "does not hold", "does not hold"]),
])
def test_targets_are_judged_by_means_over_the_seeds(errors: dict[str, float], expected: list[str]) -> None:
    """Seeds differ by a tenth, so that the mean of three is 1.1 times the first: 0.0064 reaches 0.00704, 0.0066 not."""
    first = {"linear": errors["linear"] / 1.1, "egnn": errors["egnn"], "set": errors["set"]}
    record = filled(lambda name: first.get(name.removeprefix("egnn 5 "), 0.01))
    assert [claim.verdict for claim in targets(record)] == expected
    assert PUBLISHED == {"linear": 0.0819, "egnn": 0.0071}


def test_the_page_shows_means_deviations_costs_and_what_falls_still() -> None:
    text = page(filled(lambda name: 0.02 if name == "set 20 egnn" else 0.01))
    what = "equivariant messages, from the last frame alone"
    assert f"| `egnn` | {what} | 3 | 0.02200 ± 0.00200 | 0.19800 ± 0.01800 | " in text
    assert "| 1,234 | 100 | 90, 90, 90 | 60 ± 0 | 0.50 ± 0.00 |" in text
    assert "| `set` | 4.00000 ± 0.00000 | 2.00000 ± 0.00000 |" in text
    assert "| 2.0 % |" in text
    assert "**H = 3**" in text
    assert "3 is the first that fits; the benchmark's own horizon is 10" in text
    assert "position and velocity 3 frames after them" in text
    assert text.count("0.0819") == 2
    assert "not measured yet" not in text


def test_an_empty_record_is_a_page_that_says_so() -> None:
    text = page(Held())
    assert text.count("Not measured yet.") == 1 + 1 + len(PARTICLES) + 1
    assert "**holds**" not in text
    assert "**does not hold**" not in text


def test_which_rows_fall_still_is_said_of_those_that_do() -> None:
    def row(share: float | None) -> list[dict]:
        return [entry("x", 0, 0.1, falling=share)]

    said = still({"a": row(0.05), "b": row(0.002), "c": row(None)})
    assert "`a` (5.0 %)" in said
    assert "`b`" not in said
    assert "Too short to say: `c`." in said
    assert "None falls by more than 1%" in still({"b": row(0.002)})
    assert "No training was long enough" in still({"c": row(None)})


def test_the_page_is_what_the_record_says() -> None:
    record = ParticleRecord(FOLDER)
    assert FILE.read_text() == page(record), "run: python -m benchmarks.nbody --render"
    lines = {label(part, count, row) for part, count in BUDGETS for row in rows_of(part)}
    lines |= {label("predictability", count, "twin") for count in (0, *PARTICLES)}
    for one in record.entries():
        assert set(one["rows"]) <= lines
        assert not re.search(r"/(home|root|work|tmp|Users)\b", json.dumps(one))


# From end to end


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The EGNN benchmark on a dozen trajectories."""
    monkeypatch.setenv("TOPOLENS_DATA", str(tmp_path / "data"))
    monkeypatch.setitem(BUDGETS, ("egnn", 5), Budget(SMALL, BUDGETS["egnn", 5].epochs))
    return tmp_path


def words(root: Path, *more: str) -> list[str]:
    return ["--part", "egnn", "--runs", str(root / "runs"), "--record", str(root / "record"), "--epochs", "2", *more]


def test_the_command_trains_what_is_missing_and_nothing_twice(small: Path) -> None:
    asked = words(small, "--only", "last-frame", "--only", "linear", "--seeds", "1", "--jobs", "2")
    first = CliRunner().invoke(nbody, asked, catch_exceptions=False)
    assert first.exit_code == 0, first.output
    assert "2 trainings to do" in first.output
    line = r"egnn 5 linear seed 0: position MSE [\d.]+, velocity MSE [\d.]+, best epoch \d of 2, \d+ s"
    assert re.search(line, first.output)
    record = ParticleRecord(small / "record")
    (linear,) = record.line("egnn", 5, "linear")
    assert (linear["parameters"], linear["epochs"]["done"], len(linear["curve"])) == (2, 2, 2)
    assert linear["memory_mb"] > 100
    assert linear["seconds"] > 0
    assert record.line("egnn", 5, "last-frame")[0]["curve"] == []
    assert (small / "record" / "NBODY.md").read_text() == page(record)
    assert not list((small / "runs").iterdir())
    second = CliRunner().invoke(nbody, asked, catch_exceptions=False)
    assert second.output.splitlines() == ["0 trainings to do"]


def test_a_budget_of_no_time_trains_nothing_and_says_what_is_left(small: Path) -> None:
    said = CliRunner().invoke(nbody, words(small, "--only", "linear", "--budget", "0"), catch_exceptions=False).output
    assert said.splitlines() == ["3 trainings to do", "stopped after 0 minutes; 3 trainings are left"]


def test_the_plan_says_what_would_be_done_and_does_nothing(small: Path) -> None:
    said = CliRunner().invoke(nbody, words(small, "--only", "linear", "--plan"), catch_exceptions=False).output
    assert re.search(r"egnn 5 linear +3 runs of +2 epochs of +[\d.]+ s: ", said)
    assert "hours of one core" in said
    assert not (small / "record").exists()


def test_the_plan_names_no_line_that_a_training_stands_for_as_well(small: Path) -> None:
    record = ParticleRecord(small / "record")
    (item,) = work(["egnn"], None, ["linear"], seeds=1)
    record.keep({**entry("another", 0, 0.01), "key": key_of(identity(item, 2))}, {})
    before = (small / "record" / "nbody.json").read_bytes()
    asked = words(small, "--only", "linear", "--seeds", "1")
    assert CliRunner().invoke(nbody, [*asked, "--plan"], catch_exceptions=False).output.startswith("0.0 hours of one")
    assert (small / "record" / "nbody.json").read_bytes() == before
    assert CliRunner().invoke(nbody, asked, catch_exceptions=False).output == "0 trainings to do\n"
    assert record.line("egnn", 5, "linear")[0]["rows"] == ["another", "egnn 5 linear"]


def test_what_cannot_be_done_is_said(tmp_path: Path) -> None:
    def said(*asked: str) -> str:
        found = CliRunner().invoke(nbody, ["--record", str(tmp_path), *asked])
        assert found.exit_code == 2
        return found.output

    assert "must be at least 1, got 0, 3 and None" in said("--jobs", "0")
    assert "measure --part predictability first" in said("--part", "set")
    assert "Invalid value for '--only'" in said("--only", "gru")


def test_a_training_that_was_broken_off_goes_on_where_it_was(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from benchmarks import nbody_training
    from core.experiment import trained

    (item,) = work(["egnn"], None, ["linear"], seeds=1)

    def broken(scenes: object, plan: object, out: Path) -> object:
        def tick(epoch: int, _chunk: int, _chunks: int) -> None:
            if epoch == 2:
                raise KeyboardInterrupt

        return trained(scenes, plan, out, tick=tick)     # type: ignore[arg-type]

    out, key = small / "run", key_of(identity(item, 3))
    monkeypatch.setattr(nbody_training, "trained", broken)
    with pytest.raises(KeyboardInterrupt):
        trained_item(item, key, out, 3)
    assert not out.with_suffix(".entry").exists()
    trained_item(item, key, out, 3)
    made = json.loads(out.with_suffix(".entry").read_text())
    assert made["entry"]["epochs"]["done"] == 3
    assert made["entry"]["memory_mb"] is not None
    assert made["settings"] == identity(item, 3)
    trained_item(item, key, out, 3)                     # done already: only read
    again = json.loads(out.with_suffix(".entry").read_text())["entry"]
    assert again["memory_mb"] is None
    assert again["errors"] == made["entry"]["errors"]
    assert again["curve"] == made["entry"]["curve"]


def test_records_are_merged_without_doubling(tmp_path: Path) -> None:
    one, two = ParticleRecord(tmp_path / "one"), ParticleRecord(tmp_path / "two")
    for record, seeds in ((one, (0, 1)), (two, (1, 2))):
        for seed in seeds:
            record.keep(entry("egnn 5 egnn", seed, 0.01), {"model": "egnn"})
    assert one.merge(two) == 1
    assert one.merge(two) == 0
    assert [run["seed"] for run in one.line("egnn", 5, "egnn")] == [0, 1, 2]


def test_one_training_stands_in_two_lines_that_ask_for_the_same(tmp_path: Path) -> None:
    record = ParticleRecord(tmp_path)
    record.keep({**entry("set 5 set", 0, 0.01), "key": "k"}, {})
    item = Item("ablations", 5, ABLATIONS["whole"], 0, "nbody-5:ahead=7")
    assert record.holds(item, "k")
    assert not record.holds(item, "other")
    assert record.line("ablations", 5, "whole") == record.line("set", 5, "set")
