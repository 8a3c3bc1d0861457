"""Pictures of communities: how strongly they hold together, and which known groups they are."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from app.figures.colours import MEASURE, SEQUENTIAL
from app.figures.frame import colour_bar, framed, noted
from app.figures.marks import mark_row
from app.figures.text import digits, labels, safe

MOST_NUMBERED = 10  # bars over which a number can be read
UPRIGHT = 3  # letters of a group's name that stand beneath a column without being turned


def contrast_bars(
    names: Sequence[str], contrasts: NDArray[Any], reference_name: str, selected: int | None = None
) -> go.Figure:
    """Of each head: (mean weight within - across) / across the parts of a partition; 0 is no contrast.

    A contrast that is not a finite number (inf: no weight across; nan: not defined) has no bar, and the figure says
    so. The selected head is drawn in full colour. Of more than ten heads, the numbers are under the pointer alone.
    """
    contrasts = np.asarray(contrasts, dtype=float)
    heads = labels(names)
    known = np.isfinite(contrasts)
    figure = go.Figure(
        go.Bar(
            x=heads,
            y=np.where(known, contrasts, np.nan).astype(np.float32),
            marker={
                "color": MEASURE,
                "opacity": [0.45 if selected not in (None, k) else 1.0 for k in range(len(heads))],
                "line": {"width": 0},
            },
            text=[digits(value) if sure else "" for value, sure in zip(contrasts, known, strict=True)]
            if len(heads) <= MOST_NUMBERED
            else None,
            textposition="outside",
            cliponaxis=False,
            hovertemplate="%{x}: contrast %{y:.3g}<extra></extra>",
        )
    )
    framed(
        figure,
        title=f"Partition: {safe(reference_name)}",
        x="head",
        y="contrast, within against across",
        height=340,
    )
    figure.update_xaxes(type="category", categoryorder="array", categoryarray=heads)
    figure.update_yaxes(zeroline=True, zerolinewidth=1.5, zerolinecolor="rgba(128,132,140,0.8)")
    for at, value in enumerate(contrasts):
        if not np.isfinite(value):  # by its place: Plotly would read a head's name such as '7' as one
            text = "all within" if value > 0 else "not defined"
            figure.add_annotation(x=at, y=0, text=text, showarrow=False, yanchor="bottom", font={"size": 11})
    if not len(heads):
        noted(figure, "this model has no heads")
    return figure


def confusion_heatmap(
    labels_found: NDArray[Any],
    reference: Sequence[str],
    reference_name: str = "known group",
    selected: int | None = None,
    noun: str = "sensor",
) -> go.Figure:
    """How many sensors of each community (rows) belong to each known group (columns).

    Columns are ordered so that where the two agree, the counts stand near the diagonal. Communities are
    counted from 1; label -1, a sensor without any weight, is the row 'alone'. The row of the ``selected`` label is
    framed. A cell carries its community's label as ``customdata``.
    """
    found, groups = np.asarray(labels_found, dtype=int), [str(group) for group in reference]
    rows = sorted(set(found.tolist()), key=lambda label: (label < 0, label))
    columns = sorted(set(groups))
    counts = np.zeros((len(rows), len(columns)), dtype=np.int32)
    row_of, column_of = {r: k for k, r in enumerate(rows)}, {c: k for k, c in enumerate(columns)}
    for label, group in zip(found.tolist(), groups, strict=True):
        counts[row_of[label], column_of[group]] += 1
    if counts.size:
        middle = (counts * np.arange(len(rows))[:, None]).sum(0) / counts.sum(0)
        by_row = np.lexsort((np.arange(len(columns)), middle))
        counts, columns = counts[:, by_row], [columns[k] for k in by_row]
    figure = go.Figure(
        go.Heatmap(
            z=counts,
            x=labels(columns),
            y=[f"community {label + 1}" if label >= 0 else "alone" for label in rows],
            colorscale=SEQUENTIAL,
            zmin=0,
            zmax=int(counts.max(initial=1)),  # else Plotly takes the least count for the darkest
            text=[[str(count) if count else "" for count in row] for row in counts] if counts.size <= 600 else None,
            texttemplate="%{text}" if counts.size <= 600 else None,
            colorbar=colour_bar(f"{noun}s"),
            hovertemplate=f"%{{y}}, %{{x}}: %{{z}} {noun}s<extra></extra>",
            customdata=np.repeat(np.array(rows, dtype=np.int32)[:, None], len(columns), axis=1),
            xgap=1,
            ygap=1,
        )
    )
    framed(
        figure,
        x=safe(reference_name),
        y="learned community",
        height=min(760, 200 + 26 * max(len(rows), 4)),
        bar=True,
    )
    turned = max(map(len, columns), default=0) > UPRIGHT
    figure.update_xaxes(type="category", showgrid=False, tickangle=-45 if turned else 0)
    if not turned:
        figure.update_xaxes(title={"standoff": 26})  # plotly.js 4.2 draws it over the lowest row else
    figure.update_yaxes(type="category", showgrid=False, autorange="reversed", title={"text": ""})
    if selected in row_of:
        mark_row(figure, row_of[selected], len(columns))
    return figure
