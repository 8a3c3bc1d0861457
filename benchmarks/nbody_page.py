"""The page ``benchmarks/NBODY.md``, from ``benchmarks/results/nbody.json`` alone. No torch here."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np

from benchmarks.claims import Claim
from benchmarks.figures import NONE, percent, spread, table
from benchmarks.nbody_claims import ALSO_PUBLISHED, PAPER, PAPER_MORE, PUBLISHED, RULES, claims, mean, targets
from benchmarks.nbody_predictability import CHAOS, DISTURBED, TRIVIAL, placed, straight, twin, typical
from benchmarks.nbody_record import ParticleRecord
from benchmarks.nbody_rows import BUDGETS, PARTICLES, rows_of
from benchmarks.record import Entry
from core.data.nbody_task import task

FILE = Path(__file__).parent / "NBODY.md"
HORIZONS = (1, 2, 3, 5, 7, 10, 15, 20)  # those that the page shows
FALLS = 0.01  # over the last tenth of the epochs: a loss that falls by more is said to fall still
QUARTERS = (0.25, 0.5, 0.75, 1.0)

INTRO = """# Particles: forecasts of charges that move

Written by `python -m benchmarks.nbody` from `benchmarks/results/nbody.json`; no figure is written by hand. Errors
are mean squares over trajectories, particles and components of the test part; means and standard deviations over seeds.
The epoch is chosen on the validation part. Charged particles are simulated as the EGNN benchmark simulates them
(`core/data/coulomb.py`), with targets that are what happens: the published data of the Spacetime E(n)-Transformer (SET,
arXiv:2408.06039) have targets that are all zero, so that its published figures are of another task: they stand beside
those measured here as what was claimed, and say nothing of how well a model should do.
"""
PREDICTABLE = f"""How far ahead is worth asking? Constant velocity leaves a share of the last frame's error: where it is
small, the answer is trivial. A twin, the same simulation with every component of every position off by {DISTURBED:g}
(standard deviation), makes a share of it too: where that is large, there is chaos, out of reach for anyone who does not
see more sharply. **H** is the first horizon at which, for every number of particles, constant velocity leaves at least
{TRIVIAL:.0%} of the last frame's position error and the twin makes at most {CHAOS:.0%} of the last frame's errors, in
positions and in velocities. Where the twin's mean is far above its median, few trajectories decide it: those in which
two particles meet closely.
"""
TRIED = """What was tried for `set`, as a note and not from the record, which has dropout alone (below): weight decay; a
mean of the weights over the last epochs; one block passed four or five times in place of blocks with weights of their
own, and noise in the positions while it learns, which both fitted the validation part better; frames between as further
targets. None was kept. The training error ends far below the validation error, since 3,000 trajectories are few, and
where particles nearly meet, few trajectories decide the mean."""


def page(record: ParticleRecord) -> str:
    """The whole page."""
    lines = [INTRO, "## How far ahead", "", PREDICTABLE, *_predictability(record)]
    lines += ["", "## The EGNN benchmark: frame 40 from the frames up to 30, 5 particles", "", *_egnn(record)]
    for count in PARTICLES:
        lines += ["", f"## The SET task, {count} particles", "", *_task(record, count)]
    lines += ["", "## What each part of SET is worth", "", *_ablations(record)]
    lines += ["", "## What holds of the paper's claims", "", RULES, *_claims(claims(record))]
    return "\n".join(lines) + "\n"


def _predictability(record: ParticleRecord) -> Iterator[str]:
    held = record.predictability()
    if not held:
        yield "Not measured yet."
        return
    for count, entry in held.items():
        at = [k for k, ahead in enumerate(entry["ahead"]) if ahead in HORIZONS]
        what = f"{entry['particles']} particles from frame {entry['last']}" + ("" if count else ", the EGNN benchmark")
        lines = [
            ["constant velocity, position", *(percent(straight(entry, k), 0) for k in at)],
            ["twin, position", *(percent(twin(entry, k)["position"], 2) for k in at)],
            ["twin, velocity", *(percent(twin(entry, k)["velocity"], 1) for k in at)],
            ["twin, velocity, median trajectory", *(_small(typical(entry, k)) for k in at)],
            ["last frame, position MSE", *(f"{entry['errors']['last-frame']['position'][k]:.4f}" for k in at)],
            ["last frame, velocity MSE", *(f"{entry['errors']['last-frame']['velocity'][k]:.4f}" for k in at)],
        ]
        horizon = placed(entry)
        said = "none fits" if horizon is None else f"{horizon} is the first that fits"
        fixed = "" if count else "; the benchmark's own horizon is 10"
        cut = f" Forces are cut in {percent(entry['clipped'], 0)} of them." if "clipped" in entry else ""
        yield f"**{what}**, {entry['trajectories']:,} trajectories: {said}{fixed}.{cut}"
        yield ""
        yield from table(["share of the last frame's error at", *(f"{entry['ahead'][k]} ahead" for k in at)], lines)
        yield ""
    horizon = record.horizon()
    counts = ", ".join(map(str, PARTICLES))
    yield f"**H = {horizon}** fits {counts} particles." if horizon else f"No horizon fits {counts} particles yet."


def _small(share: float) -> str:
    """A share of which two digits count, '0.00012 %'."""
    return f"{np.format_float_positional(100 * share, precision=2, fractional=False, trim='-')} %"


def _egnn(record: ParticleRecord) -> Iterator[str]:
    published = {row: f"{value}" for row, value in PUBLISHED.items()}
    yield from _rows(record, "egnn", 5, published, ("position",))
    others = ", ".join(f"{name} {value}" for name, value in ALSO_PUBLISHED.items())
    yield f"Also published: {others}."
    yield "`egnn` and `linear` see frame 30 alone, as published; `set`, `lstm` and `mlp` frames 28 to 30."
    yield ""
    asked = targets(record)
    yield from _claims(asked, "target")
    if asked[-1].verdict in ("does not hold", "not told apart by seeds"):
        yield ""
        yield TRIED


def _task(record: ParticleRecord, count: int) -> Iterator[str]:
    paper = PAPER if count == PARTICLES[0] else {"set": PAPER_MORE[count]}
    published = {row: f"{value:.3g}" for row, value in paper.items()}
    horizon, budget = record.horizon(), BUDGETS["set", count]
    if horizon is not None:
        yield f"Ten frames in, position and velocity {horizon} frames after them; `{budget.data}`."
        yield ""
    yield from _rows(record, "set", count, published, ("position", "velocity"), horizon=horizon)


def _ablations(record: ParticleRecord) -> Iterator[str]:
    yield (
        f"`set` on the EGNN benchmark, {BUDGETS['ablations', 5].epochs['set']} epochs, each line with one switch "
        "turned."
    )
    yield ""
    yield from _rows(record, "ablations", 5, {}, ("position",), against="whole")


def _rows(
    record: ParticleRecord,
    part: str,
    particles: int,
    published: dict[str, str],
    quantities: Sequence[str],
    against: str | None = None,
    horizon: int | None = None,
) -> Iterator[str]:
    """The table of one set, and what the learning curves say; with a horizon, of rows trained on that alone."""
    held = {row: entries for row in rows_of(part) if (entries := record.line(part, particles, row))}
    if horizon is not None:
        held = {row: its for row, its in held.items() if task(record.data(its[0])).ahead[-1] == horizon}
    if not held:
        yield "Not measured yet."
        yield ""
        return
    head = ["row", "what", "seeds", *(f"{quantity} MSE" for quantity in quantities)]
    head += ["times the whole"] if against else ["published"] if published else []
    head += ["parameters", "epochs", "best epoch", "seconds", "seconds an epoch"]
    lines = []
    for row, what in rows_of(part).items():
        entries = held.get(row, [])
        line = [f"`{row}`" if not against else row, what.what, str(len(entries))]
        line += [_mse(entry["errors"][quantity][-1] for entry in entries) for quantity in quantities]
        if against:
            whole = held.get(against)
            line.append(f"{mean(entries) / mean(whole):.2f}" if entries and whole else NONE)
        elif published:
            line.append(published.get(row, NONE))
        lines.append([*line, *_cost(entries)])
    yield from table(head, lines)
    yield ""
    yield from _learning(held)
    yield from _made(held)


def _mse(values: Iterable[float]) -> str:
    """Five digits after the point, or three that count where that would hide a small one.

    >>> _mse([0.0071, 0.0073]), _mse([0.0000012345]), _mse([])
    ('0.00720 ± 0.00014', '1.23e-06', '–')
    """
    return spread(values, lambda x: f"{x:.5f}" if x >= 5e-6 or x == 0 else f"{x:.3g}")


def _cost(entries: list[Entry]) -> list[str]:
    if not entries:
        return [NONE] * 5
    trained = any(entry["curve"] for entry in entries)
    return [
        f"{entries[0]['parameters']:,}",
        f"{entries[0]['epochs']['asked']:,}" if trained else NONE,
        ", ".join(f"{entry['epochs']['best']:,}" for entry in entries) if trained else NONE,
        spread((entry["seconds"] for entry in entries), lambda x: f"{x:,.0f}") if trained else NONE,
        spread((entry["seconds_per_epoch"] for entry in entries), lambda x: f"{x:.2f}") if trained else NONE,
    ]


def _learning(held: dict[str, list[Entry]]) -> Iterator[str]:
    """Validation loss of each row on its way, and in which it falls still."""
    curves = {row: entries for row, entries in held.items() if any(entry["curve"] for entry in entries)}
    if not curves:
        return
    yield "Validation loss after a share of the epochs, means over seeds:"
    yield ""
    lines = [
        [f"`{row}`", *(_mse([_passed(entry, share) for entry in entries]) for share in QUARTERS), _falls(entries)]
        for row, entries in curves.items()
    ]
    yield from table(["row", *(f"{share:.0%}" for share in QUARTERS), "falls over the last tenth by"], lines)
    yield ""
    yield still(curves)
    yield ""


def still(curves: dict[str, list[Entry]]) -> str:
    """Which rows fall still when their training ends, and whose best epoch is the last where that is all one knows."""
    known = {row: found for row, entries in curves.items() if (found := _falling(entries)) is not None}
    falls = [f"`{row}` ({percent(share)})" for row, share in known.items() if share > FALLS]
    unknown = [
        f"`{row}` (best epoch the last in {sum(map(_at_the_end, entries))} of {len(entries)})"
        for row, entries in curves.items()
        if row not in known
    ]
    said = (
        f"Still falling by more than {FALLS:.0%} over the last tenth of the epochs: {', '.join(falls)}; more epochs "
        "would help there."
        if falls
        else f"None falls by more than {FALLS:.0%} over the last tenth of the epochs."
        if known
        else "No training was long enough to say whether it falls still."
    )
    also = f" Too short to say: {', '.join(unknown)}." if unknown and known else ""
    return f"{said}{also} The rate goes to a hundredth of itself at the end, which flattens every curve."


def _passed(entry: Entry, share: float) -> float:
    """Validation loss at the kept epoch nearest to a share of all."""
    curve: list[list[float]] = entry["curve"]
    at = share * curve[-1][0]
    return min(curve, key=lambda point: abs(point[0] - at))[2]


def _falling(entries: list[Entry]) -> float | None:
    known = [entry["falling"] for entry in entries if entry["falling"] is not None]
    return sum(known) / len(known) if known else None


def _at_the_end(entry: Entry) -> bool:
    return bool(entry["epochs"]["best"] == entry["epochs"]["done"])


def _falls(entries: list[Entry]) -> str:
    return percent(_falling(entries))


def _made(held: dict[str, list[Entry]]) -> Iterator[str]:
    entries = [entry for row in held.values() for entry in row]
    machines = sorted({entry["machine"] for entry in entries})
    commits = sorted({entry["commit"] for entry in entries})
    yield f"{'; '.join(machines)}; commit {', '.join(commits)}."
    yield ""


def _claims(found: list[Claim], what: str = "claim") -> list[str]:
    return [
        f"| {what} | verdict | figures |",
        "| --- | --- | --- |",
        *(f"| {one.claim} | **{one.verdict}** | {one.figure} |" for one in found),
    ]
