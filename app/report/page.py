"""The frame of the report: title, contents, sections, styles and script, all in one document."""

import json
from collections.abc import Sequence
from datetime import datetime
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Any

import plotly.graph_objects as go

from app.export.sealed import inlined, sealed
from app.figures.colours import DIVERGING, DIVERGING_DARK, OBSERVED
from app.figures.frame import CONFIG
from app.glossary import MEASURES
from app.reading import facts
from app.reading.forecasts import OPTIMISTIC, PUBLISHED
from app.reading.words import about, counted, one_line, plain, whole_percent
from app.report.content import Asked, Block, Picture, Points, Row, Section, Table
from app.report.text import formula, html_of, table_of

HERE = Path(__file__).resolve().parent
PLOTLY = Path(str(files("plotly") / "package_data" / "plotly.min.js"))
SWAPPED = {OBSERVED("light"): OBSERVED("dark"), **dict(zip(DIVERGING, DIVERGING_DARK, strict=True))}
"""Colours of figures that are another on a dark page."""


def framed_page(asked: Asked, sections: Sequence[Section], made: datetime) -> str:
    """The whole document; ``made`` is the date that stands on it."""
    pictures: list[Picture] = []
    body = "\n".join(_section(section, pictures, asked.measured.noun) for section in sections)
    contents = "".join(
        f'<li><a href="#{_anchor(section)}">{escape(section.name)}</a> <span>{escape(section.question)}</span></li>'
        for section in sections
    )
    data = "\n".join(
        f'<script type="application/json" id="figure-{k}">{in_script(picture.figure)}</script>'
        for k, picture in enumerate(pictures)
    )
    title = one_line(facts.title(asked.measured.run), 120)
    settings = json.dumps({"swapped": SWAPPED, "config": CONFIG}).replace("<", "\\u003c")
    page = f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{escape(title)} · Topolens report</title>
<style>{inlined(HERE / "report.css")}</style>
</head>
<body>
<a class="skip" href="#{_anchor(sections[0])}">To the first section</a>
<header>
<p class="kind">Topolens report</p>
<h1>{escape(title)}</h1>
{_about(asked, made)}
<noscript><p class="warning">The figures need JavaScript, which is off. Sentences and numbers are here.</p></noscript>
</header>
<nav aria-label="Contents"><h2>Contents</h2><ol>{contents}</ol></nav>
<main>
{body}
</main>
<footer><p>Made with Topolens. This file needs no network and sends nothing.</p></footer>
{data}
<script type="application/json" id="figures-look">{settings}</script>
<script>{inlined(PLOTLY)}</script>
<script>{inlined(HERE / "report.js")}</script>
</body>
</html>
"""
    return sealed(page.replace("\r", ""), scripts=2)


def in_script(figure: go.Figure) -> str:
    """A figure as JSON that may stand in a script: without ``<``, as Plotly writes it, and without the template."""
    bare = go.Figure(figure)
    bare.layout.template = None
    return str(bare.to_json(validate=False))


def _about(asked: Asked, made: datetime) -> str:
    """What the report is about, in which state of the selection, and from when."""
    run = asked.measured.run
    lines = [
        f"Run {plain(run.name)}: {plain(facts.subject(run), 120)}, {counted(len(run.nodes), asked.measured.noun)}.",
        f"Figures of one matrix are about {asked.where}; 'strongest' are the strongest {whole_percent(asked.share)} of "
        f"all pairs of {asked.measured.noun}s."
        if run.heads
        else "",
        f"Written on {made.day} {made:%B %Y, %H:%M %Z}.",
    ]
    said = f'<p>{html_of(" ".join(line for line in lines if line))}</p>'
    if run.optimistic:
        mark = OPTIMISTIC.format(plain(run.protocol))
        said += f'<p class="warning">{html_of(mark)} {html_of(PUBLISHED)}</p>'
    return said


def _anchor(section: Section) -> str:
    return section.name.lower().replace(" ", "-")


def _section(section: Section, pictures: list[Picture], noun: str) -> str:
    first, *rest = [answer for answer in section.answers if answer] or [""]
    more = f"<p>{html_of(' '.join(rest))}</p>" if rest else ""
    blocks = "\n".join(_block(block, pictures) for block in section.blocks)
    return f"""<section id="{_anchor(section)}">
<p class="kind">{escape(section.name)}</p>
<h2>{escape(section.question)}</h2>
<p class="answer">{html_of(first)}</p>
{more}
{blocks}
{_explained(section.measures, noun)}
</section>"""


def _block(block: Block, pictures: list[Picture]) -> str:
    if isinstance(block, Row):
        return f'<div class="row">{"".join(_figure(picture, pictures) for picture in block.pictures)}</div>'
    if isinstance(block, Points):
        return f"<ul>{''.join(f'<li>{html_of(sentence)}</li>' for sentence in block.sentences)}</ul>"
    if isinstance(block, Table):
        if block.frame.empty:
            return ""
        return _folded(escape(block.label), table_of(block.frame, block.most))
    if block.kind == "heading":
        return f"<h3>{html_of(block.text)}</h3>"
    kind = {"text": "", "note": ' class="caption"', "warning": ' class="warning"'}[block.kind]
    return f"<p{kind}>{html_of(block.text)}</p>"


def _figure(picture: Picture, pictures: list[Picture]) -> str:
    number = len(pictures)
    pictures.append(picture)
    height = int(picture.figure.layout.height or 400)
    alt = escape(one_line(picture.alt, 300), quote=True)
    caption = f"<figcaption>{html_of(picture.caption)}</figcaption>" if picture.caption else ""
    return (
        f'<figure><div class="plot" id="plot-{number}" data-figure="figure-{number}" role="img" aria-label="{alt}" '
        f'style="height:{height}px"></div>{caption}</figure>'
    )


def _explained(measures: Sequence[str], noun: str) -> str:
    """The one-line reading and the formula of each measure, folded."""
    known: list[Any] = [MEASURES[name] for name in measures if name in MEASURES]
    if not known:
        return ""
    terms = "".join(
        f"<dt>{html_of(plain(about(noun, one.name), 100))}</dt>"
        f"<dd>{escape(about(noun, one.reading))}{formula(one.formula)}</dd>"
        for one in known
    )
    return _folded("How to read this", f"<dl>{terms}</dl>")


def _folded(label: str, content: str) -> str:
    return f"<details><summary>{label}</summary>{content}</details>"
