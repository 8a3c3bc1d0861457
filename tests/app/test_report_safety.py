"""A report runs no script but its own and fetches nothing; no name, note or figure in it is markup."""

import json
from pathlib import Path

import plotly.graph_objects as go

from app.reading.words import code, plain
from app.report import report_page
from app.report.page import in_script
from app.report.text import html_of
from core.run import Run
from tests.app.conftest import HOSTILE, made_run
from tests.app.report_made import MADE, Read, read


def test_no_name_title_or_note_becomes_markup(tmp_path: Path) -> None:
    bad = "</script><script>window.hit=1</script><img src=x onerror=window.hit=1>"
    record = {"title": bad, "versions": {bad: bad}, "machine": bad}
    page = read(tmp_path / "run", hostile=True, note=bad, record=record)
    scripts = page.attributes("script")
    assert len([kept for kept in scripts if not kept]) == 2, "Plotly and our own"
    assert all(kept.get("type") == "application/json" for kept in scripts if kept)
    assert not page.attributes("img")
    assert not page.attributes("a") or all(str(kept["href"]).startswith("#") for kept in page.attributes("a"))
    assert not [kept for _, kept in page.tags for name in kept if name.startswith("on")]
    assert bad in page.text
    assert HOSTILE[7][:20] in page.text, "and they are shown as they are"


def test_nothing_is_fetched_and_the_policy_says_so(tmp_path: Path) -> None:
    raw = report_page(Run.load(made_run(tmp_path / "run")), made=MADE)
    page = Read(raw)
    for _, kept in page.tags:
        assert not {"src", "srcset", "data", "action", "poster"} & set(kept)
        assert str(kept.get("href", "#")).startswith("#")
    assert not page.attributes("link")
    assert not page.attributes("iframe")
    assert "url(" not in page.data["style"]
    assert "@import" not in page.data["style"]
    policy = next(str(kept["content"]) for kept in page.attributes("meta") if "http-equiv" in kept)
    assert "default-src 'none'" in policy
    assert "http" not in policy
    assert "unsafe-inline" not in policy.split("script-src")[1].split(";")[0]


def test_markdown_of_our_sentences_becomes_html_and_text_of_data_stays_text() -> None:
    assert html_of("**2 of 3** are `S1`.") == "<strong>2 of 3</strong> are <code>S1</code>."
    assert html_of("a < b & c") == "a &lt; b &amp; c"
    for text in (*HOSTILE, "a**b**c", "`", "``", "a`b``c", "\\", "\\*", "&lt;", "* x", "_u_", "<b>&amp;"):
        shown = Read(f"<p>{html_of(plain(text))}|{html_of(code(text))}|</p>")
        first, second, _ = "".join(shown.said).split("|")
        assert [tag for tag, _ in shown.tags] in (["p", "code"], ["p"]), text
        line = " ".join(text.replace("\u202e", "").split())
        wanted = line if len(line) <= 60 else line[:59] + "…"
        assert first == wanted
        assert second == wanted


def test_a_figure_in_a_script_cannot_end_it() -> None:
    figure = go.Figure(layout={"title": {"text": "</script>"}})
    assert "<" not in in_script(figure)
    assert json.loads(in_script(figure))["layout"]["title"]["text"] == "</script>"
    assert "template" not in json.loads(in_script(figure))["layout"]
