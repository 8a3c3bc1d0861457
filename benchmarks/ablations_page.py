"""The page ``benchmarks/ABLATIONS.md``, from ``benchmarks/results/ablations.json`` alone. No torch here."""

import json
import statistics
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from benchmarks.record import FOLDER

RECORD, PAGE = FOLDER / "ablations.json", FOLDER.parent / "ABLATIONS.md"
EPOCHS = {"los-loop": 20, "sz-taxi": 40, "pemsd7m": 8, "city": 30}
BEFORE = {"los-loop alike": 20, "los-loop before": 20, "pemsd7m before": 8}
"""What was measured before recent days counted more, or before the matrices began from partial correlations: 'whole'
is the model as it was then."""
TITLES = {
    "los-loop": "Los-Loop", "sz-taxi": "SZ-Taxi", "pemsd7m": "PeMSD7(M)", "city": "The demo city",
    "los-loop alike": "Los-Loop, when all days counted alike",
    "los-loop before": "Los-Loop, when matrices began by chance",
    "pemsd7m before": "PeMSD7(M), when matrices began by chance",
}
COLUMNS = {
    "seen": "validation RMSE", "hidden": "the same, hidden",
    "rmse": "RMSE, 60 min", "mae": "MAE, 60 min", "on_roads": "strongest 2 % on roads", "planted": "AUROC of planted",
    "nmi": "NMI with groups", "ari": "ARI", "zeros": "zeros", "seconds": "seconds",
}
Entry = dict[str, Any]
WHAT = {
    "whole": "the model as it is",
    "by chance": "the matrices begin from chance alone",
    "informed 0.9": "the matrices begin at nine tenths from partial correlations",
    "shrunk 0.1": "correlations shrunk by 0.1 before they are inverted",
    "shrunk 0.6": "correlations shrunk by 0.6 before they are inverted",
    "three days": "a day counts half as much after three days, not seven",
    "two weeks": "after fourteen days",
    "all days alike": "all days of training count the same in the everyday course",
    "hide 0": "a sensor always sees itself",
    "hide 0.3": "hidden from itself in 30 % of windows",
    "hide 0.8": "hidden from itself in 80 % of windows",
    "levels": "the matrices mix values, not departures",
    "changes": "the matrices mix changes of departures",
    "directed": "matrices that need not be symmetric",
    "low rank": "16 numbers a sensor in place of a free weight for every pair",
    "1 head": "one matrix",
    "4 heads": "four matrices",
    "sharp day": "the everyday course is not smoothed over half an hour",
    "alike": "nothing learned of single sensors",
    "timeless": "nothing learned of the time of day",
    "recurrent": "a GRU in place of the hidden layers",
    "width 64": "half as wide",
    "mse": "squared errors instead of Huber's loss",
    "mae": "absolute errors instead of Huber's loss",
    "constant rate": "the learning rate does not fall",
    "l1 0.1": "a penalty on the weights",
    "l1 1": "a strong penalty on the weights",
}
"""What each variant changes, in the order of the tables; `benchmarks.variants` says how."""

HEAD = """# What each part of intergat-plus is worth

Written by `python -m benchmarks.ablations` from `benchmarks/results/ablations.json`. Each line changes one thing of the
model in the first line and trains it anew: clean protocol. Where a line has several seeds, figures are means and
standard deviations over these; where it has one, how much of a difference is luck is not known. RMSE and MAE are those
of the test part at 60 minutes; validation RMSE is that of all steps ahead, as the model forecasts and where no
sensor sees itself ('hidden'), as if its own detector had failed. Graph figures are of the mean of heads.

**The rule of choice**: the smallest sum of the two validation RMSEs on Los-Loop; less than 0.01 changes nothing. Seeds
begin at 5: those of [RESULTS.md](RESULTS.md), 0 to 4, take no part in what is chosen since there is this rule. That the
matrices begin half from partial correlations, and the shrinkage of these, were chosen so (0.3 of 0.03, 0.1, 0.3 and
0.6; on seed 0, before there was the rule on seeds). How fast days are forgotten was chosen by the same sum over the
first four tables together, of 3 and 7 days and never; not blindly: that forgetting helps was first seen on SZ-Taxi
under protocol `published`, where the test part picks the epoch, and 3 days, taken first, were looked at again when test
errors of Los-Loop and the city had been seen. What the last two tables compare was chosen earlier, on one seed and with
the errors of the test part and the roads in view as well, and not always as the rule has it: in them 'whole' is the
model before it began from partial correlations.

What all the matrices together are worth, this page does not ask: `plus-alone` in [RESULTS.md](RESULTS.md) is the same
model without any.
"""


def read(file: Path = RECORD) -> list[Entry]:
    """All entries of the record."""
    return list(json.loads(file.read_text())) if file.exists() else []


def page(entries: list[Entry]) -> str:
    """The page, from the record alone."""
    parts = [HEAD]
    for name in EPOCHS | BEFORE:
        mine = [entry for entry in entries if entry["dataset"] == name]
        if mine:
            parts.append(table(name, mine))
    return "\n".join(parts)


def table(dataset: str, entries: list[Entry]) -> str:
    """One data set: means over seeds, and the spread of what has several."""
    columns = [key for key in COLUMNS if any(key in entry for entry in entries)]
    machines = sorted({entry["machine"] for entry in entries})
    commits = sorted({entry["commit"] for entry in entries})
    lines = [
        f"## {TITLES[dataset]}, {(EPOCHS | BEFORE)[dataset]} epochs\n",
        f"| variant | what differs | seeds | {' | '.join(COLUMNS[key] for key in columns)} |",
        f"|---|---|---|{'---|' * len(columns)}",
    ]
    for name, what in WHAT.items():
        rows = [entry for entry in entries if entry["variant"] == name]
        if rows:
            cells = " | ".join(cell(key, [row[key] for row in rows if key in row]) for key in columns)
            lines.append(f"| {name} | {what} | {len(rows)} | {cells} |")
    return "\n".join([*lines, "", f"{'; '.join(machines)}; commit {', '.join(commits)}.", ""])


def cell(key: str, values: Iterable[float]) -> str:
    """Mean and standard deviation over seeds."""
    known = list(values)
    if not known:
        return "–"
    mean = statistics.fmean(known)
    written = "{:.1%}" if key in ("on_roads", "zeros") else "{:.0f}" if key == "seconds" else "{:.3f}"
    spread = f" ± {written.format(statistics.stdev(known))}" if len(known) > 1 and key != "seconds" else ""
    return written.format(mean) + spread
