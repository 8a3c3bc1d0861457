"""What the record of particles says of the claims of the paper and of this project's targets, by stated rules.

The error of a row is the mean over its seeds of position MSE + velocity MSE, as the paper's, on the test part; of
position MSE alone on the EGNN benchmark, where velocities are not forecast. No torch here.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from statistics import fmean
from typing import Any

from scipy.stats import ttest_ind

from benchmarks.claims import LEVEL, Claim, Verdict
from benchmarks.figures import p_words
from benchmarks.nbody_record import ParticleRecord
from benchmarks.nbody_rows import PARTICLES, SEEDS, TRAINED, rows_of
from benchmarks.record import Entry
from core.data.nbody_task import task

PAPER = {"set": 1.25e-10, "lstm": 2.03e-8, "egnn": 2.05e-6, "mlp": 3.48e-6}  # test MSE at N = 5
PAPER_MORE = {20: 5.72e-11, 30: 1.20e-10}  # of SET
WORSE = {"without equivariance": 1.57, "with temporal adjacency": 8.96}  # times the error of the whole model
PUBLISHED = {"linear": 0.0819, "egnn": 0.0071}  # position MSE on the EGNN benchmark
ALSO_PUBLISHED = {
    "SE(3)-Transformer": 0.0244, "tensor field network": 0.0155, "message-passing GNN": 0.0107, "radial field": 0.0104,
}
NEAR = 0.1  # relative; how near `linear` must come to what is published
FACTOR = 100.0  # the paper's SET is 162 times as good as the next

RULES = f"""The error of a row is the mean over its seeds on the test part. On the SET task it is position MSE +
velocity MSE at horizon H. Ablations and targets run on the EGNN benchmark: there it is position MSE, 10 frames ahead.

- *Reached*: the error is at most ten times the published one.
- *Better than each*: the error of `set` is below that of `lstm`, `egnn` and `mlp`; *by far*: below a {FACTOR:.0f}th of
  the best of them. The paper claims it at 5 particles; 20 and 30 are asked as well.
- *Order*: the errors of `set`, `lstm`, `egnn` and `mlp` rise in this order.
- *No worse with more*: the errors of `set` at 20 and at 30 particles are not above that at 5. These are unequal
  trainings: 3,000 trajectories at 5 particles, 1,000 and fewer epochs at 20 and 30.
- *Not told apart by seeds*: the order of two errors that decides one of these is one that Welch's t test over the seeds
  does not vouch for (p above {LEVEL:g}). The largest p of those asked stands beside the figures.
- *So many times worse*: the error of the variant over that of the whole model is at least the published ratio.
- *Not measured yet*: fewer than {SEEDS} seeds of a row that the claim is about, or rows of different horizons or of
  different data of as many particles.
"""

Line = tuple[str, int, str]  # part, particles, row
Judged = tuple[Verdict, str]


def claims(record: ParticleRecord) -> list[Claim]:
    """Every claim of the paper."""
    five: list[Line] = [("set", 5, row) for row in TRAINED]
    sizes: list[Line] = [("set", count, "set") for count in PARTICLES]
    found = [
        _claim(record, "SET's test MSE at 5 particles is 1.25e-10", [("set", 5, "set")], _reached),
        _claim(record, "SET forecasts better than LSTM, EGNN and MLP", five, _better),
        _claim(record, "and by a factor of a hundred or more", five, _far),
        *(
            _claim(record, f"Better than these at {count} particles", [("set", count, row) for row in TRAINED], _better)
            for count in PARTICLES
            if count != 5
        ),
        _claim(record, "LSTM comes second, then EGNN, then MLP", five, _ordered),
        _claim(record, "SET is no worse at 20 and 30 particles than at 5", sizes, _no_worse),
    ]
    for row, least in WORSE.items():
        lines: list[Line] = [("ablations", 5, "whole"), ("ablations", 5, row)]
        words = f"{row[0].upper()}{row[1:]}, SET is {least:g} times worse"
        found.append(_claim(record, words, lines, lambda errors, least=least: _times(errors, least)))
    return found


def targets(record: ParticleRecord) -> list[Claim]:
    """What this project set out to reach on the EGNN benchmark, in position MSE."""
    lines: list[Line] = [("egnn", 5, row) for row in ("linear", "egnn", "set")]
    return [
        _claim(record, f"`linear` within {NEAR:.0%} of the published {PUBLISHED['linear']}", lines[:1], _near),
        _claim(record, f"`egnn` at most {PUBLISHED['egnn']}", lines[1:2], _at_most),
        _claim(record, "`set` below `egnn`", lines[1:], _below_egnn),
    ]


def error(entry: Entry) -> float:
    """Position MSE, and velocity MSE where that is forecast, summed, at the farthest frame ahead."""
    return float(sum(rows[-1] for rows in entry["errors"].values()))


def mean(entries: Sequence[Entry]) -> float:
    """The mean of their errors."""
    return sum(error(entry) for entry in entries) / len(entries)


def _claim(
    record: ParticleRecord, words: str, lines: Sequence[Line], judged: Callable[[Any], Judged]
) -> Claim:
    """A claim about some lines: what ``judged`` makes of their errors, once all their seeds are there."""
    held = {line: record.line(*line) for line in lines}
    missing = [
        f"`{row}` at {particles} particles: {len(held[part, particles, row])} of {SEEDS} seeds"
        for part, particles, row in lines
        if len(held[part, particles, row]) < (SEEDS if rows_of(part)[row].random else 1)
    ]
    if missing:
        return Claim(words, "not measured yet", "; ".join(missing))
    data = {line: record.data(entries[0]) for line, entries in held.items()}
    if differ := _differing(data):
        return Claim(words, "not measured yet", f"rows of different data: {differ}")
    verdict, figure = judged([(line[-1], line[1], [error(entry) for entry in held[line]]) for line in lines])
    return Claim(words, verdict, figure)


def _differing(data: Mapping[Line, str]) -> str:
    """What was trained on what, unless lines of as many particles share their data, and all lines their horizon."""
    sets = {(particles, name) for (_, particles, _), name in data.items()}
    alike = len(sets) == len({particles for particles, _ in sets}) and len({task(name).ahead for _, name in sets}) == 1
    if alike:
        return ""
    rows = {name: [f"`{row}`" for (_, _, row), its in data.items() if its == name] for name in data.values()}
    return "; ".join(f"{' and '.join(named)} on {name}" for name, named in rows.items())


Errors = list[tuple[str, int, list[float]]]  # row, particles, error of each seed


def _below(one: Sequence[float], other: Sequence[float]) -> tuple[Verdict, float]:
    """Whether the mean of the one is below that of the other, as far as seeds vouch for it, and the test's p."""
    p = 0.0 if len(one) < 2 or len(other) < 2 else float(ttest_ind(one, other, equal_var=False).pvalue)
    if not p <= LEVEL:
        return "not told apart by seeds", p
    return "holds" if fmean(one) < fmean(other) else "does not hold", p


def _all_of(found: Sequence[tuple[Verdict, float]], figure: str) -> Judged:
    """The verdict of several orders that must all be so."""
    verdicts: list[Verdict] = ["does not hold", "not told apart by seeds", "holds"]
    verdict = next(one for one in verdicts if one in [said for said, _ in found])
    return verdict, f"{figure} (p {p_words(max(p for _, p in found))})"


def _held(holds: bool) -> Verdict:
    return "holds" if holds else "does not hold"


def _reached(errors: Errors) -> Judged:
    ((_, _, found),) = errors
    return _held(fmean(found) <= 10 * PAPER["set"]), f"{fmean(found):.3g}"


def _better(errors: Errors) -> Judged:
    found = _named(errors)
    return _all_of([_below(found["set"], found[row]) for row in TRAINED if row != "set"], _said(found))


def _far(errors: Errors) -> Judged:
    found = {row: fmean(its) for row, its in _named(errors).items()}
    best = min(found[row] for row in TRAINED if row != "set")
    figure = f"{best / found['set']:.2f} times as good as the best of the others"
    return _held(found["set"] * FACTOR <= best), figure


def _ordered(errors: Errors) -> Judged:
    found = _named(errors)
    return _all_of([_below(found[a], found[b]) for a, b in pairwise(("set", "lstm", "egnn", "mlp"))], _said(found))


def _no_worse(errors: Errors) -> Judged:
    found = {particles: its for _, particles, its in errors}
    figure = ", ".join(f"{fmean(its):.4g} at {particles}" for particles, its in found.items())
    orders = [_below(found[count], found[5]) for count in PARTICLES if count != 5]
    return _all_of(orders, figure)


def _times(errors: Errors, least: float) -> Judged:
    whole, changed = (fmean(its) for _, _, its in errors)
    return _held(changed / whole >= least), f"{changed / whole:.2f} times: {changed:.4g} against {whole:.4g}"


def _near(errors: Errors) -> Judged:
    ((_, _, found),) = errors
    return _held(abs(fmean(found) / PUBLISHED["linear"] - 1) <= NEAR), f"{fmean(found):.5f}"


def _at_most(errors: Errors) -> Judged:
    ((_, _, found),) = errors
    return _held(fmean(found) <= PUBLISHED["egnn"]), f"{fmean(found):.5f}"


def _below_egnn(errors: Errors) -> Judged:
    found = _named(errors)
    figure = f"{fmean(found['set']):.5f} against {fmean(found['egnn']):.5f}"
    return _all_of([_below(found["set"], found["egnn"])], figure)


def _named(errors: Errors) -> dict[str, list[float]]:
    return {row: its for row, _, its in errors}


def _said(found: dict[str, list[float]]) -> str:
    ordered = sorted(found.items(), key=lambda item: fmean(item[1]))
    return ", ".join(f"`{row}` {fmean(its):.4g}" for row, its in ordered)
