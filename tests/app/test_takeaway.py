"""The buttons by which a page lets its reader take something away: which there are, and what they give."""

import io
from pathlib import Path

import networkx as nx
import pytest
from streamlit.testing.v1 import AppTest

from app import store
from app.selection import Selection
from app.views import takeaway
from app.views.page import Opened
from tests.app.conftest import Recipe


def buttons() -> None:
    """A page with nothing but the buttons."""
    from app import store
    from app.views import controls
    from app.views.page import opened
    from app.views.takeaway import graph_downloads, map_download, report_download

    controls.agree_with_link(store.runs())
    page = opened("What can be taken away?")
    graph_downloads(page)
    map_download(page)
    report_download(page)


def page_of(selection: Selection) -> Opened:
    entries = store.runs()
    return Opened(store.load_run(entries[0].version), entries[0], entries, selection, "dark")


def labels(app: AppTest) -> list[str]:
    return [element.proto.label for element in app.get("download_button")]


def test_a_run_with_heads_offers_graph_map_and_report(make: Recipe) -> None:
    make("ring")
    app = AppTest.from_function(buttons, default_timeout=60).run()
    assert not app.exception
    assert labels(app) == ["GraphML", "GEXF", "Map as one file", "Report as one file"]
    said = " ".join(element.value for element in app.caption)
    assert "from who is heard to who listens" in said
    assert "without a network" in said


def test_the_file_holds_the_strongest_pairs_unless_all_weights_are_asked_for(
    make: Recipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    make("ring")
    shares: list[float | None] = []
    monkeypatch.setattr(takeaway, "_graph", lambda page, form, share: shares.append(share) or bytes)
    app = AppTest.from_function(buttons, default_timeout=60)
    app.query_params["share"] = "0.05"
    app.run()
    assert shares == [0.05, 0.05]
    app.session_state["weights in the file"] = "all"
    app.run()
    assert shares[2:] == [None, None]


def test_a_run_without_heads_offers_its_report_alone(make: Recipe) -> None:
    make("gru", heads=0, model="gru")
    app = AppTest.from_function(buttons, default_timeout=60).run()
    assert not app.exception
    assert labels(app) == ["Report as one file"]


def test_the_file_names_are_harmless(make: Recipe, monkeypatch: pytest.MonkeyPatch) -> None:
    make("ring")
    names: list[str] = []
    monkeypatch.setattr(takeaway.st, "download_button", lambda *_, file_name, **__: names.append(file_name))
    page = page_of(Selection(run="ring", head="head 2"))
    takeaway.map_download(page)
    takeaway.report_download(page)
    assert names == ["topolens-ring-head-2-map.html", "topolens-ring-report.html"]


def test_what_is_downloaded_is_about_what_is_selected(make: Recipe) -> None:
    make("ring")
    page = page_of(Selection(run="ring", head="head 2", share=0.05))
    graph = nx.read_graphml(io.BytesIO(takeaway._graph(page, "graphml", 0.05)()))
    assert (graph.graph["head"], graph.number_of_edges()) == ("head 2", 28)
    assert nx.read_gexf(io.BytesIO(takeaway._graph(page, "gexf", None)())).number_of_edges() == 24 * 23
    page_map = takeaway._map(page)().decode()
    assert "head 2" in page_map
    assert "color-scheme: dark" in page_map
    assert "about head 2" in takeaway._report(page)().decode()


def test_the_report_from_a_button_compares_with_the_run_without_a_graph(make: Recipe, own_runs: Path) -> None:
    make("ring")
    make("control", heads=0, model="gru")
    entries = {entry.key: entry for entry in store.runs()}
    entry = entries["ring"]
    page = Opened(store.load_run(entry.version), entry, tuple(entries.values()), Selection(run="ring"), "light")
    assert "Without any graph (model gru" in takeaway._report(page)().decode().replace("\u00a0", " ")
