"""The tables of the benchmark: to be read (texts, the best in bold, a dash for what was not measured), and as CSV.

A text may hold Markdown of our own. Numbers for CSV are in full precision, nan where nothing was measured.
"""

import math
from collections.abc import Mapping, Sequence

import pandas as pd

from app.benchmark import (
    MEASURES,
    MINUTES,
    NONE,
    SEEDS,
    Claim,
    Compared,
    Entry,
    Graph,
    Score,
    Spread,
    Swept,
    best,
    p_words,
    percent,
    spread,
)
from app.reading.words import THIN
from benchmarks.ablations_page import COLUMNS, WHAT, cell
from benchmarks.aims import Aimed

AHEAD = [f"{minutes} min" for minutes in MINUTES]
PER_CENT = ("mape",)  # measures that the record holds as shares


def claims_shown(found: Sequence[Claim]) -> pd.DataFrame:
    """Each claim with its verdict in bold and the figures that say so."""
    return pd.DataFrame(
        [
            {"claim": one.claim, "verdict": f"**{one.verdict}**", "figures": one.figure.replace("; ", ";  \n")}
            for one in found
        ],
        columns=["claim", "verdict", "figures"],
    )


def claims_table(found: Sequence[Claim]) -> pd.DataFrame:
    """The same without Markdown."""
    return claims_shown(found).replace({r"\*\*|`": "", r" +\n": " "}, regex=True)


def aims_shown(found: Sequence[Aimed]) -> pd.DataFrame:
    """Each target with what is measured and the verdict in bold."""
    return pd.DataFrame(
        [
            {
                "data": f"{one.title}, `{one.protocol}`",
                "figure": one.words,
                "target": unbroken(one.target),
                "measured": unbroken(one.measured)
                + (f" ({len(one.figures)} of {SEEDS} seeds)" if len(one.figures) < SEEDS else ""),
                "verdict": f"**{one.verdict}**",
            }
            for one in found
        ]
    )


def aims_table(found: Sequence[Aimed]) -> pd.DataFrame:
    """The same with the figure of each seed, without Markdown."""
    return pd.DataFrame(
        [
            {"data": one.title, "protocol": one.protocol, "figure": one.words, "target": one.target}
            | {"verdict": one.verdict}
            | {f"run {k + 1}": one.figures[k] if k < len(one.figures) else math.nan for k in range(SEEDS)}
            for one in found
        ]
    )


def seeds_words(score: Score) -> str:
    """How many seeds a row is from; a row without chance needs one only."""
    if not score.random:
        return "no chance" if score.seeds else "0"
    return f"{score.seeds} of {SEEDS}" if score.seeds < SEEDS else str(score.seeds)


def scores_shown(scores: Sequence[Score], measure: str) -> pd.DataFrame:
    """Mean ± deviation of every row at each time ahead; the best of each in bold."""
    digits = MEASURES[measure][1]
    first = [best([score.errors[t].mean for score in scores], measure) for t in range(len(MINUTES))]
    lines = []
    for place, score in enumerate(scores):
        line = {"row": f"`{score.row}`", "seeds": seeds_words(score)}
        for t, ahead in enumerate(AHEAD):
            said = unbroken(spread(score.errors[t].values, digits))
            line[ahead] = f"**{said}**" if first[t] == place else said
        lines.append(line)
    return pd.DataFrame(lines)


def scores_table(scores: Sequence[Score], measure: str) -> pd.DataFrame:
    """Mean and deviation of every row at each time ahead."""
    title = MEASURES[measure][0]
    return pd.DataFrame(
        [
            {"row": score.row, "what it is": score.what, "seeds": score.seeds}
            | {
                f"{title}, {ahead}": in_unit(error.mean, measure)
                for ahead, error in zip(AHEAD, score.errors, strict=True)
            }
            | {
                f"deviation, {ahead}": in_unit(error.deviation, measure)
                for ahead, error in zip(AHEAD, score.errors, strict=True)
            }
            for score in scores
        ]
    )


def in_unit(value: float, measure: str) -> float:
    """A value of the record in the unit that the title of its measure names.

    >>> in_unit(0.5, "mape"), in_unit(0.5, "rmse")
    (50.0, 0.5)
    """
    return 100 * value if measure in PER_CENT else value


def compared_shown(tests: Sequence[Compared], at: int) -> pd.DataFrame:
    """Every row against its bases at one time ahead."""
    lines = []
    for one in tests:
        found = one.found[at] if one.found else None
        lines.append(
            {
                "row": f"`{one.row}`",
                "against": f"`{one.base}`",
                "seeds": str(found.seeds) if found else "0",
                "RMSE against it": signed(-found.gain) if found else NONE,
                "p over seeds": p_words(found.seeds_p) if found else NONE,
                "p over windows": p_words(found.windows_p) if found else NONE,
            }
        )
    return pd.DataFrame(lines)


def unbroken(number: str) -> str:
    r"""A mean and its deviation, which may stand on two lines, but each with its sign and unit.

    >>> unbroken("7.2 % ± 3.4 %")
    '7.2\xa0% ±\xa03.4\xa0%'
    """
    return number.replace(" ", THIN).replace(f"{THIN}±", " ±")


def signed(share: float) -> str:
    """A difference as per cent with its sign, none where it rounds to nothing.

    >>> signed(0.0123), signed(-0.2), signed(-0.0001)
    ('+1.2 %', '−20.0 %', '0.0 %')
    """
    said = percent(share)
    return said.removeprefix("−") if said.strip("−") == "0.0 %" else f"+{said}" if share > 0 else said


def compared_table(tests: Sequence[Compared]) -> pd.DataFrame:
    """Every row against its bases at each time ahead; rows without a seed in common are left out."""
    return pd.DataFrame(
        [
            {
                "row": one.row,
                "against": one.base,
                "minutes ahead": minutes,
                "seeds": found.seeds,
                "RMSE against it [%]": -100 * found.gain,
                "p over seeds": found.seeds_p,
                "p over windows": found.windows_p,
            }
            for one in tests
            for minutes, found in zip(MINUTES, one.found, strict=False)
        ]
    )


def graphs_shown(graphs: Sequence[Graph]) -> pd.DataFrame:
    """Every row's matrices beside the roads, and beside known groups where any row has been."""
    grouped = any(graph.values["nmi"].values for graph in graphs)
    planted = any(graph.values["planted_auroc"].values for graph in graphs)
    lines = []
    for graph in graphs:
        value = graph.values

        def said(key: str, value: Mapping[str, Spread] = value) -> str:
            return unbroken(spread(value[key].values, lambda x: f"{x:.2f}"))

        line = {
            "row": f"`{graph.row}`",
            "head": graph.head,
            "seeds": str(graph.seeds),
            "strongest 2 % on roads": unbroken(spread(value["on_roads"].values, percent)),
            "chance": percent(value["chance"].mean) if value["chance"].values else NONE,
            "AUROC": said("auroc"),
            "contrast": said("contrast"),
        }
        if planted:
            line["AUROC, planted"] = said("planted_auroc")
        if grouped:
            line |= {"NMI": said("nmi"), "NMI by chance": said("nmi_chance"), "ARI": said("ari")}
        lines.append(line)
    shown = pd.DataFrame(lines)
    return shown if len({graph.head for graph in graphs}) > 1 else shown.drop(columns="head", errors="ignore")


def graphs_table(graphs: Sequence[Graph]) -> pd.DataFrame:
    """The same as numbers, with deviations."""
    return pd.DataFrame(
        [
            {"row": graph.row, "head": graph.head, "seeds": graph.seeds}
            | {
                f"{name}{kind}": number
                for name, value in graph.values.items()
                for kind, number in (("", value.mean), (" deviation", value.deviation))
            }
            for graph in graphs
        ]
    )


def sweep_table(points: Sequence[Swept], minutes: int = MINUTES[-1]) -> pd.DataFrame:
    """Every weight of the penalty."""
    return pd.DataFrame(
        [
            {
                "model": one.model,
                "l1": one.weight,
                f"RMSE, {minutes} min": one.error,
                "zero [%]": 100 * one.zeros,
                "small [%]": 100 * one.small,
                "effective neighbours": one.neighbours,
                "on the front": "yes" if one.front else "no",
            }
            for one in points
        ]
    )


def ablations_shown(variants: Mapping[str, Sequence[Entry]]) -> pd.DataFrame:
    """Mean ± deviation of every variant; the smallest error in bold."""
    columns = columns_of(variants)
    first = {
        key: best([Spread.of(one.get(key) for one in mine).mean for mine in variants.values()], key)
        for key in ("rmse", "mae")
    }
    lines = []
    for place, (name, mine) in enumerate(variants.items()):
        line = {"variant": name, "what differs": WHAT[name], "seeds": str(len(mine))}
        for key in columns:
            said = unbroken(cell(key, [one[key] for one in mine if key in one]))
            line[COLUMNS[key]] = f"**{said}**" if first.get(key) == place else said
        lines.append(line)
    return pd.DataFrame(lines)


def ablations_table(variants: Mapping[str, Sequence[Entry]]) -> pd.DataFrame:
    """One row for every training."""
    return pd.DataFrame(
        [
            {"variant": name, "what differs": WHAT[name], "seed": one["seed"]}
            | {COLUMNS[key]: one.get(key, math.nan) for key in columns_of(variants)}
            for name, mine in variants.items()
            for one in mine
        ]
    )


def columns_of(variants: Mapping[str, Sequence[Entry]]) -> list[str]:
    """The measures that any entry has."""
    return [key for key in COLUMNS if any(key in one for mine in variants.values() for one in mine)]
