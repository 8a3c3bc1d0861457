"""The section Evidence of the report: what is kept, and how to get what is not."""

from pathlib import Path

import pytest

from app.evidence import kept, parts
from app.glossary import MEASURES
from app.measured import Measured
from app.report import report_page
from app.report.content import Asked, Picture, Points, Row, Section, Table, Words
from app.report.sections.evidence import MEASURES as EXPLAINED
from app.report.sections.evidence import evidence
from app.selection import Selection
from core.run import Run
from tests.app import evidence_made
from tests.app.conftest import made_matrix, made_run
from tests.app.report_made import Read


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return Run.load(made_run(tmp_path / "runs" / "ring"))


def keep(run: Run, **results: object) -> None:
    for part, result in results.items():
        kept.write(run.path, part, result, parts.fingerprint(run, part))


def section(run: Run, head: str = "mean") -> Section:
    return evidence(Asked(Measured(run), Selection(head=head)))


def text(found: Section) -> str:
    said = [*found.answers]
    for block in found.blocks:
        said += [block.text] if isinstance(block, Words) else list(block.sentences) if isinstance(block, Points) else []
    return "\n".join(said).replace("\u00a0", " ")


def pictures(found: Section) -> list[Picture]:
    return [picture for block in found.blocks if isinstance(block, Row) for picture in block.pictures]


def tables(found: Section) -> dict[str, Table]:
    return {block.label: block for block in found.blocks if isinstance(block, Table)}


def test_what_was_not_tested_is_said_with_the_command_that_tests_it(run: Run) -> None:
    found = section(run)
    assert found.answers == ("Nobody has tested yet whether this graph is real, used by the model, and stable.",)
    assert "`python -m app evidence RUN`" in text(found)
    for what in ("whether it is more than chance", "whether the model uses it", "whether it could have been found"):
        assert what in text(found)
    assert "one seed of this model only" in text(found)
    assert not pictures(found)


def test_a_model_that_is_given_the_roads_gets_no_praise_for_them(run: Run) -> None:
    keep(run, chance=evidence_made.made_chance())
    assert "not something it found" not in text(section(run, "head 1"))
    given = Run.load(made_run(run.path.with_name("given"), model="gat-gru"))
    keep(given, chance=evidence_made.made_chance())
    notes = [block.text for block in section(given, "head 1").blocks if isinstance(block, Words)]
    at = next(k for k, words in enumerate(notes) if "the weights follow the roads" in words)
    assert "how it was built, not something it found" in notes[at - 1]


def test_what_is_kept_is_shown_and_explained(run: Run) -> None:
    made_run(run.path.with_name("other"), seed=1)
    keep(
        run,
        chance=evidence_made.made_chance(),
        use=evidence_made.made_use(),
        stability=evidence_made.made_stability(),
        residuals=evidence_made.made_residuals(),
        planted=evidence_made.made_planted(),
    )
    found = section(run, "head 1")
    said = text(found)
    assert found.answers[0].replace("\u00a0", " ").startswith("Of 3 heads, 1 is more than chance")
    assert "**Real?** More than chance: coupling goes with roads" in said
    assert "RUN" not in said
    assert len(pictures(found)) == 9
    assert "a better forecast would leave less" in said
    assert any("noise: share of variance left one step ahead" in str(one.figure.layout) for one in pictures(found))
    states = tables(found)["The verdict on every head"].frame
    assert states.iloc[1].tolist() == ["head 1", "yes", "yes", "faint"]
    assert "inputs" not in set(tables(found)["What was cut"].frame["kind"])
    assert set(found.measures) == {name for names in EXPLAINED.values() for name in names} <= set(MEASURES)


def test_a_page_with_evidence_opens_and_is_not_much_larger(run: Run) -> None:
    before = report_page(run)
    keep(run, chance=evidence_made.made_chance(), use=evidence_made.made_use())
    page = report_page(run, Selection(head="head 2"))
    assert len(page) < len(before) + 200_000
    read = Read(page)
    assert "Is it more than chance?" in read.text
    assert ":material" not in read.text
    assert "**" not in read.text


def test_other_runs_have_the_section_as_well(tmp_path: Path) -> None:
    flat = section(Run.load(made_run(tmp_path / "flat", heads=0, model="gru")))
    assert "no learned graph" in flat.answers[0]
    alone = text(section(Run.load(made_matrix(tmp_path / "alone"))))
    assert "whether it is more than chance" in alone
    assert "came without a model" in alone
    assert "gat-gru" not in alone
    given = Run.load(made_run(tmp_path / "given", model="gat-gru"))
    keep(given, chance=evidence_made.made_chance())
    assert "By construction, so no finding" in text(section(given))
