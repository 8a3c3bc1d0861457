"""What the page of the benchmark of particles says of planted records, claim by claim."""

import json
import re

import pytest

from benchmarks.nbody_claims import PUBLISHED, claims, targets
from benchmarks.nbody_page import FILE, page, still
from benchmarks.nbody_record import ParticleRecord
from benchmarks.nbody_rows import BUDGETS, PARTICLES, SEEDS, label, rows_of
from benchmarks.record import FOLDER, key_of
from core.data.nbody import task
from tests.benchmarks.nbody_made import Held, entry, filled


def verdicts(record: ParticleRecord) -> list[str]:
    return [claim.verdict for claim in claims(record)]


PAPERS = {
    "set 5 set": 1e-11, "set 5 lstm": 2e-9, "set 5 egnn": 2e-7, "set 5 mlp": 4e-7, "set 20 set": 5e-12,
    "set 30 set": 6e-12, "ablations 5 whole": 1e-11, "ablations 5 without equivariance": 1.6e-11,
    "ablations 5 with temporal adjacency": 9e-11,
}


def test_errors_as_the_paper_has_them_hold_every_claim_of_it() -> None:
    assert verdicts(filled(lambda name: PAPERS.get(name, 0.01))) == ["holds"] * 9


@pytest.mark.parametrize(("claim", "line", "error"), [
    (0, "set 5 set", 2e-9), (1, "set 5 egnn", 1e-12), (2, "set 5 lstm", 9e-10), (3, "set 20 egnn", 1e-12),
    (4, "set 30 lstm", 1e-12), (5, "set 5 egnn", 1e-9), (5, "set 5 set", 3e-9), (5, "set 5 mlp", 1e-8),
    (6, "set 20 set", 2e-11), (6, "set 30 set", 2e-11), (7, "ablations 5 whole", 1.1e-11),
    (8, "ablations 5 with temporal adjacency", 8e-11),
])
def test_a_claim_falls_with_the_one_figure_that_it_hangs_on(claim: int, line: str, error: float) -> None:
    found = verdicts(filled(lambda name: {**PAPERS, line: error}.get(name, 0.01)))
    assert found[claim] == "does not hold"


@pytest.mark.parametrize(("claim", "line", "error"), [
    (1, "set 5 egnn", 1.05e-11), (1, "set 5 lstm", 0.99e-11), (3, "set 20 mlp", 5.2e-12), (5, "set 5 mlp", 2.1e-7),
    (6, "set 30 set", 1.02e-11),
])
def test_an_order_that_seeds_do_not_vouch_for_is_no_verdict(claim: int, line: str, error: float) -> None:
    """Seeds differ by a tenth, so that a difference of a twentieth, either way, is none."""
    found = claims(filled(lambda name: {**PAPERS, line: error}.get(name, 0.01)))[claim]
    assert found.verdict == "not told apart by seeds"
    assert re.search(r"\(p \.[1-9]\d\d\)$", found.figure)


def test_rows_of_different_horizons_are_not_compared_and_only_those_of_now_are_shown() -> None:
    record = filled(lambda name: PAPERS.get(name, 0.01))
    assert "3 frames after them" in page(record)
    assert "| `egnn` | equivariant messages, from the last frame alone | 3 |" in page(record).split("task, 5")[1]
    old = key_of({"row": "set 5 egnn"})
    record.held["settings"][old] = {"data": task("nbody-5:ahead=6").load}
    found = claims(record)
    assert [claim.verdict for claim in found] == [
        "holds", *["not measured yet"] * 2, *["holds"] * 2, "not measured yet", *["holds"] * 3,
    ]
    assert found[1].figure.startswith("rows of different data: `mlp` and `lstm` and `set` on nbody-5:")
    assert "`egnn` on nbody-5:" in found[1].figure
    assert "| `egnn` | equivariant messages, from the last frame alone | 0 |" in page(record).split("task, 5")[1]


def test_sizes_of_different_horizons_are_not_compared() -> None:
    record = filled(lambda name: PAPERS.get(name, 0.01))
    record.held["settings"][key_of({"row": "set 30 set"})] = {"data": task("nbody-30:ahead=6").load}
    assert [claim.verdict for claim in claims(record)] == [
        *["holds"] * 4, "not measured yet", "holds", "not measured yet", "holds", "holds",
    ]


def test_with_a_seed_too_few_nothing_is_said() -> None:
    assert set(verdicts(filled(seeds=SEEDS - 1))) == {"not measured yet"}
    assert set(verdicts(Held())) == {"not measured yet"}
    found = claims(filled(seeds=2))[1]
    assert "`lstm` at 5 particles: 2 of 3 seeds" in found.figure
    assert {claim.verdict for claim in targets(Held())} == {"not measured yet"}


@pytest.mark.parametrize(("errors", "expected"), [
    ({"linear": 0.0819, "egnn": 0.0064, "set": 0.0040}, ["holds", "holds", "holds"]),
    ({"linear": 0.0819, "egnn": 0.0064, "set": 0.0060}, ["holds", "holds", "not told apart by seeds"]),
    ({"linear": 0.0700, "egnn": 0.0066, "set": 0.0097}, ["does not hold", "does not hold", "does not hold"]),
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
    assert "Too short to say: `c` (best epoch the last in 0 of 1)." in said
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
