"""The first steps are there for those whose browser says so, go when closed, and bother nobody else."""

import re

from streamlit.testing.v1 import AppTest

from app.glossary import entry
from app.views.guide import STEPS
from tests.app.conftest import ROOT, Recipe, opened, words

FIRST = "New here?"


def shown(app: AppTest) -> AppTest:
    """The same page after the browser told that nobody closed the steps."""
    app.session_state["guide"] = "shown"
    return app.run()


def test_nothing_is_shown_before_the_browser_has_answered(make: Recipe) -> None:
    make()
    app = opened()
    assert FIRST not in words(app)
    assert not [link for link in app.get("page_link") if "train" in link.proto.page]


def test_the_steps_are_shown_to_whom_the_browser_names_a_first_visitor_and_go_for_good(make: Recipe) -> None:
    make()
    app = shown(opened())
    assert FIRST in words(app)
    assert words(app).index("At ") < words(app).index(FIRST), "the page's answer comes first"
    app.button("guide close").click().run()
    assert FIRST not in words(app)
    assert app.session_state["guide"] == "closed"
    assert FIRST not in words(app.run())


def test_there_are_three_to_five_short_steps_about_what_matters() -> None:
    assert 3 <= len(STEPS) <= 5
    assert all(len(step.text) < 220 for step in STEPS)
    said = " ".join(step.text for step in STEPS)
    for word in ("head", "first", "chance", "Copy link", "Train"):
        assert word in said


def test_every_link_of_the_steps_leads_to_a_page_and_a_term_that_exist() -> None:
    for step in STEPS:
        for view, term in step.pages:
            assert (ROOT / "app" / "views" / f"{view}.py").exists()
            assert not term or entry(term)


def test_links_of_the_steps_keep_the_selection(make: Recipe) -> None:
    make()
    app = shown(opened(run="ring", head="head 2"))
    links = {link.proto.page: link.proto.query_string for link in app.get("page_link")}
    assert {"heads", "map", "glossary", "train", "data", "matrix-alone"} <= set(links)
    for query in links.values():
        assert re.search(r"head=head(\+|%20)2", query)
    assert "term=chance" in links["glossary"]


def test_the_steps_stand_on_the_first_page_only(make: Recipe) -> None:
    make()
    app = shown(opened("heads"))
    assert FIRST not in words(app)
