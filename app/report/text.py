"""Sentences, numbers and formulas as HTML in which no text from data becomes markup."""

import re
from html import escape

import numpy as np
import pandas as pd
from latex2mathml.converter import convert

from app.figures.text import digits
from app.reading.words import one_line

_JOINER = "\u2060"
_TOKEN = re.compile(r"\\(?P<letter>[^\w\s]|_)|(?P<fence>`+)|(?P<bold>\*\*)|(?P<text>[^\\`*]+|.)", re.DOTALL)
_DELIMITERS = re.compile(r"\\[Bb]ig(?=[^a-zA-Z]|\\)")  # the converter writes these out; brackets grow without them


def html_of(sentence: str) -> str:
    r"""A sentence of `app.reading` as HTML: bold, code and escapes are understood, and nothing else is.

    >>> html_of("**a\\*** is `<b>`")
    '<strong>a*</strong> is <code>&lt;b&gt;</code>'
    """
    written, at, bold = [], 0, False
    sentence = sentence.replace(_JOINER, "")  # it keeps Streamlit from making links; texts from data have none
    while at < len(sentence):
        found = _TOKEN.match(sentence, at)
        assert found is not None  # noqa: S101  # for mypy: the last alternative takes any letter
        at = found.end()
        if found["letter"]:
            written.append(escape(found["letter"]))
        elif found["fence"]:
            closed = re.compile(f"(?<!`){found['fence']}(?!`)").search(sentence, at)
            if closed is None:
                written.append(found["fence"])
                continue
            inside = sentence[at : closed.start()]
            padded = len(inside) > 1 and inside[0] == inside[-1] == " " and inside.strip()
            written.append(f"<code>{escape(inside[1:-1] if padded else inside)}</code>")
            at = closed.end()
        elif found["bold"]:
            bold = not bold
            written.append("<strong>" if bold else "</strong>")
        else:
            written.append(escape(found["text"]))
    return "".join(written) + "</strong>" * bold


def formula(latex: str) -> str:
    """A formula of the glossary as MathML, which browsers draw without any script or font of ours."""
    bare = _DELIMITERS.sub("", latex).replace(r"\arg", r"\operatorname{arg}")
    return str(convert(bare, display="block"))


def table_of(frame: pd.DataFrame, most: int) -> str:
    """The first ``most`` rows of a table as HTML, numbers to three significant digits, and what is left out."""
    heads = "".join(f'<th scope="col">{escape(one_line(str(name), 80))}</th>' for name in frame.columns)
    columns = [frame.iloc[:most, k] for k in range(frame.shape[1])]
    kinds = ["number" if column.dtype.kind in "iuf" else "text" for column in columns]
    rows = "".join(
        "<tr>" + "".join(f'<td class="{kind}">{cell(v)}</td>' for kind, v in zip(kinds, row, strict=True)) + "</tr>"
        for row in zip(*columns, strict=True)
    )
    left = len(frame) - most
    more = f'<p class="caption">The first {most:,} of {len(frame):,} rows.</p>' if left > 0 else ""
    body = f'<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>'
    return f'<div class="scrolled" tabindex="0">{body}</div>{more}'


def cell(value: object) -> str:
    """What stands in a cell.

    >>> cell(1234.5), cell(7), cell(float("nan")), cell(np.True_), cell("<b>")
    ('1,230', '7', '–', 'yes', '&lt;b&gt;')
    """
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, int | np.integer):
        return f"{value:,}"
    if isinstance(value, float | np.floating):
        return "–" if np.isnan(value) else escape(digits(float(value)))
    return escape(one_line(str(value), 200))
