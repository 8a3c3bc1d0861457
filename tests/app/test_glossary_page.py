"""Every measure that a page names is explained, in one place, with its source; a link goes to its entry."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import glossary
from app.glossary import GROUPS, MEASURES, TERMS, entry, found
from app.selection import EVIDENCE
from app.views import page
from tests.app.conftest import HOSTILE, ROOT, Recipe, opened, turned, unfolded, words

VIEWS = sorted(
    file.stem
    for file in (ROOT / "app" / "views").glob("*.py")
    if f'"{file.stem}"' in (ROOT / "app/main.py").read_text()
)
YEAR = re.compile(r"\b(1[89]|20)\d\d\b")


@pytest.fixture
def named(make: Recipe, moving: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, set[str]]:
    """The measures that each page explains under 'How to read this', on a run that has everything, beside another."""
    make("ring")
    make("other", better=0.8)
    seen: set[str] = set()
    monkeypatch.setattr(page, "how_to_read", lambda *names, noun="": seen.update(names))
    found: dict[str, set[str]] = {}
    for view in VIEWS:
        app = opened(run="set" if view == "particles" else "ring", other="other")
        if view != "overview":
            seen.clear()  # what the first page named
            app = turned(app, view)
        assert not app.exception
        if view == "evidence":
            for part in EVIDENCE:
                assert not app.segmented_control(key="control part").set_value(part).run().exception
        found[view] = set(seen)
    return found


def test_all_pages_are_looked_at() -> None:
    assert {"overview", "heads", "spectrum", "communities", "map", "forecast", "compare", "glossary"} <= set(VIEWS)


def test_a_measure_is_in_the_glossary_and_says_where_it_stands_and_nowhere_else(named: dict[str, set[str]]) -> None:
    for view, names in named.items():
        for name in names:
            assert name in MEASURES, f"{view} names {name}"
            assert view in MEASURES[name].pages, f"{name} does not say that it stands on {view}"
    for name, measure in MEASURES.items():
        for view in measure.pages:
            assert name in named[view], f"{view} does not explain {name}"


def test_keys_are_anchors_and_no_two_entries_share_one_or_a_name() -> None:
    keys = [key for entries in GROUPS.values() for key in entries]
    names = [one.name for entries in GROUPS.values() for one in entries.values()]
    assert len(set(keys)) == len(keys) == len(MEASURES) + len(TERMS)
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", key) for key in keys)


@pytest.mark.parametrize("name", MEASURES)
def test_every_measure_has_a_reading_a_formula_a_source_and_a_page(name: str) -> None:
    measure = MEASURES[name]
    assert len(measure.reading) > 20
    assert measure.reading.endswith(".")
    assert measure.formula.count("{") == measure.formula.count("}")
    assert measure.source.startswith("Own definition") or YEAR.search(measure.source), "a source has a year"
    assert measure.pages


@pytest.mark.parametrize("name", MEASURES)
def test_every_formula_closes_what_it_opens(name: str) -> None:
    formula = MEASURES[name].formula
    assert formula.count("{") == formula.count("}")
    assert formula.count(r"\left") == formula.count(r"\right")


@pytest.mark.parametrize("name", TERMS)
def test_every_term_has_a_meaning(name: str) -> None:
    assert len(TERMS[name].reading) > 20
    assert TERMS[name].reading.endswith(".")


def test_every_word_of_the_readme_table_is_found() -> None:
    text = (ROOT / "README.md").read_text()
    rows = re.findall(r"^\| ([^|]+) \|", text.split("| word | meaning |")[1].split("\n\n")[0], re.MULTILINE)
    asked = [word for row in rows if "---" not in row for word in row.split(", ")]
    assert len(asked) >= 10
    for word in asked:
        assert found(word), word


def test_ipr_reads_as_it_is_meant() -> None:
    reading = MEASURES["ipr"].reading
    assert reading.startswith("1/N: a mode that is spread over all sensors alike. 1: a mode that lives on one sensor.")


def test_a_search_needs_every_word_whatever_case_and_accents() -> None:
    assert found("R2") == found("r²")
    assert "r2" in found("R2")["Forecasts"]
    assert list(found("RODRIGUEZ xyz")) == []
    both = found("road chance")
    assert "lift" in both["The matrix and the roads"]
    for entries in both.values():
        for one in entries.values():
            said = f"{one.name} {one.reading} {one.also}".casefold()
            assert "road" in said
            assert "chance" in said


def test_no_search_finds_all_in_order() -> None:
    assert found("") == found("  ") == {group: dict(entries) for group, entries in GROUPS.items()}


@given(st.text(max_size=80))
def test_any_search_is_answered(text: str) -> None:
    hits = [key for entries in found(text).values() for key in entries]
    assert all(entry(key) for key in hits)
    assert entry(text) is None or text in glossary.MEASURES or text in glossary.TERMS


def test_the_page_shows_every_entry_with_its_formula_its_source_and_its_anchor(make: Recipe) -> None:
    make()
    app = opened("glossary")
    assert app.title[0].value == "What do the words mean?"
    assert [formula.value.strip("$\n") for formula in app.latex] == [one.formula for one in MEASURES.values()]
    assert {heading.proto.anchor for heading in app.subheader} == {*MEASURES, *TERMS}
    said = words(app)
    for one in MEASURES.values():
        assert one.source in said
    assert f"{len(MEASURES) + len(TERMS)} words, among them {len(MEASURES)} measures." in said


def test_a_link_to_a_term_shows_it_first_and_keeps_the_selection(make: Recipe) -> None:
    make()
    make("second", seed=1)
    app = opened("glossary", run="second", head="head 2", term="ipr")
    assert app.subheader[0].value == MEASURES["ipr"].name
    assert app.latex[0].value.strip("$\n") == MEASURES["ipr"].formula
    assert len(app.latex) == len(MEASURES) + 1
    assert app.query_params["term"] == "ipr"
    assert app.query_params["run"] == "second"
    assert app.selectbox(key="control head").value == "head 2"
    app.select_slider(key="control share").set_value(0.05).run()
    assert app.query_params["term"] == "ipr", "another control must not lose the term"
    assert app.query_params["share"] == "0.05"


def test_a_link_with_nothing_but_a_term_does_not_undo_the_selection(make: Recipe) -> None:
    make()
    make("second", seed=1)
    app = opened("glossary", run="second")
    app.query_params.clear()
    app.query_params["term"] = "lift"
    app.run()
    assert app.query_params["run"] == "second"
    assert app.subheader[0].value == MEASURES["lift"].name


@pytest.mark.parametrize("term", ["IPR", "ipr ", "x" * 5000, "../ipr", HOSTILE[0], HOSTILE[7]])
def test_a_hostile_term_is_said_once_and_leaves_the_link(make: Recipe, term: str) -> None:
    make()
    app = opened("glossary", term=term)
    assert len(app.latex) == len(MEASURES)
    assert "term" not in app.query_params
    assert [toast.value for toast in app.toast] == [
        "The link asks for what is not here (word of the glossary): the default is shown."
    ]
    assert term not in words(app) + app.toast[0].value or len(term) < 9
    assert not app.run().toast
    assert not app.exception


def test_a_term_on_another_page_changes_nothing(make: Recipe) -> None:
    make()
    app = opened("overview", term=HOSTILE[1])
    assert not app.exception
    assert not app.toast
    assert app.query_params["run"] == "ring"


def test_what_is_searched_is_shown_and_a_search_without_an_answer_says_so(make: Recipe) -> None:
    make()
    app = opened("glossary", term="ipr")
    app.text_input(key="glossary search").set_value("modularity").run()
    assert MEASURES["modularity"].name in [heading.value for heading in app.subheader]
    assert app.subheader[0].value != MEASURES["ipr"].name
    assert len(app.latex) < 5
    app.text_input(key="glossary search").set_value("qqq `<b>").run()
    assert not app.latex
    assert "No entry holds" in words(app)
    assert not app.exception


def test_the_page_opens_without_any_run(own_runs: Path) -> None:
    app = opened("glossary", term="ipr")
    assert not app.exception
    assert app.subheader[0].value == MEASURES["ipr"].name


def test_every_explained_measure_links_to_its_entry_with_the_selection(make: Recipe) -> None:
    make()
    app = unfolded(opened("spectrum", run="ring", head="head 2"))
    links = [link.proto for link in app.get("page_link")]
    terms = {re.search(r"term=(\w+)", link.query_string)[1]: link for link in links if "term=" in link.query_string}
    assert set(terms) == {"eigenvalue", "gap", "ipr", "dirichlet", "localisation", "asymmetry"}
    for name, link in terms.items():
        assert MEASURES[name].name in link.label
        assert "run=ring" in link.query_string
        assert "head=head+2" in link.query_string
        assert link.page == "glossary"


def test_the_first_steps_can_be_called_again(make: Recipe) -> None:
    make()
    app = unfolded(opened("glossary"))
    assert "A head is one matrix of weights" in words(app)
