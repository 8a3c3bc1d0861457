"""The command ``python -m app evidence``, and how the making of evidence is shown on a terminal."""

import re
import signal
import sys
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import click

from app.evidence import jobs, parts
from app.evidence.parts import PARTS
from app.evidence.work import Work, completed
from app.measured import Measured
from app.processes import wait_until_noted
from app.reading.heads import head_label
from app.reading.verdict import QUESTIONS, Verdict, verdicts
from app.reading.verdict_line import Line
from app.reading.verdict_summary import overall, thresholds
from app.reading.words import one_line
from core.run import Run


@click.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--part", "asked", multiple=True, help=f"Only this one: {', '.join(PARTS)}. May be said again.")
@click.option("--again", is_flag=True, help="Make anew also what is there already.")
@click.option("--log", type=click.Path(path_type=Path), hidden=True, help="The log that the app locked for us.")
def evidence(run: Path, asked: tuple[str, ...], again: bool, log: Path | None) -> None:
    """Test whether the learned graph of a run is real, used and stable, and keep what was found for the app.

    What is there already is not made again. Ctrl-C stops it; what is done by then is kept, and said again it goes on.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # asked to end: stop as Ctrl-C does
    if log is not None:
        wait_until_noted()
    loaded = Run.load(run)
    try:
        work = shown(loaded, asked, again=again, claim=log is None)
    except KeyboardInterrupt:
        click.echo("Stopped. What was done by then is kept; said again, it goes on.", err=True)
        raise SystemExit(130) from None
    results = {part: parts.evidence(loaded, part) for part in PARTS}
    click.echo(summary(loaded, results, {part: parts.unavailable(loaded, part) for part in PARTS}))
    for part, reason in work.failed:
        click.echo(f"{part}: {bare(reason)}")
    if work.failed and not (work.made or work.there):
        raise SystemExit(1)


def shown(run: Run, asked: tuple[str, ...] = (), *, again: bool = False, claim: bool = True) -> Work:
    """Make what is missing of the evidence of a run, with its progress on standard error.

    Parameters
    ----------
    run : the run
    asked : names of parts; () for all
    again : whether to make also what is there
    claim : whether to hold the lock of the run's evidence; where not, somebody holds it for us

    Raises
    ------
    ValueError
        There is no such part, or another process makes the evidence of this run.
    """
    with jobs.claimed(run.path, asked) if claim else nullcontext():
        told, bars = jobs.Told(run.path), _Bars()

        def tell(part: str, done: int, of: int) -> None:
            told(part, done, of)
            bars(part, done, of)

        try:
            work = completed(run, asked, again=again, tell=tell, after=told.after)
        except BaseException:
            bars.close()
            told.end(stopped=True)
            raise
        bars.close()
        told.end()
    return work


def summary(run: Run, results: Mapping[str, Any], reasons: Mapping[str, str]) -> str:
    """The verdict of every head as a table, and their sentences below."""
    if not run.heads:
        return f"{run.name}: no learned graph"
    found = verdicts(Measured(run), results, reasons)
    heads = [one for one in found if one.head != "mean"] or list(found)
    width = max(len(one_line(head_label(one.head), 40)) for one in found)
    lines = [f"{one_line(str(run.record['title']), 100)}: {bare(overall(heads))}", ""]
    lines += ["  ".join([" " * width, *(f"{name:<10}" for name in QUESTIONS)]).rstrip()]
    for one in found:
        states = "  ".join(f"{line.said:<10}" for line in one.lines)
        lines.append(f"{one_line(head_label(one.head), 40):<{width}}  {states}".rstrip())
    shared = [len({one.lines[k].sentence for one in found}) == 1 for k in range(len(QUESTIONS))]  # said once
    lines += ["", *(_said(name, line.sentence) for name, line in _named(found[0], shared))] if any(shared) else []
    alone = [not same for same in shared]
    for one in found if any(alone) else ():
        lines += ["", one_line(head_label(one.head), 40)]
        lines += [_said(f"  {name}", line.own) for name, line in _named(one, alone)]
    common = dict.fromkeys((name, line.common) for one in found for name, line in _named(one, alone) if line.common)
    lines += ["", *(_said(name, sentence) for name, sentence in common)] if common else []
    return "\n".join([*lines, "", bare(thresholds(results.get("use")))])


def _named(one: Verdict, which: Sequence[bool]) -> list[tuple[str, Line]]:
    """The lines of a verdict that are wanted, each with its question."""
    return [(name, line) for name, line, wanted in zip(QUESTIONS, one.lines, which, strict=True) if wanted]


def _said(name: str, sentence: str) -> str:
    return f"{name}: {bare(sentence)}"


def bare(sentence: str) -> str:
    r"""A sentence of ours without the marks of Markdown, for a terminal.

    >>> bare("**a\\_b** is `c`")
    'a_b is c'
    """
    words = re.sub(r"\*\*|`+", "", sentence.replace("\u2060", "").replace("\\`", "\0"))
    return re.sub(r"\\([^\w\s]|_)", r"\1", words).replace("\0", "`")


class _Bars:
    """A progress bar for each part on a terminal, a line for each where it is kept as a log."""

    def __init__(self) -> None:
        self.part = ""
        self.bar: Any = None

    def __call__(self, part: str, done: int, of: int) -> None:
        if part != self.part:
            self.close()
            self.part = part
            if not sys.stderr.isatty():
                click.echo(f"{part}: {PARTS[part].title}", err=True)
                return
            from tqdm import tqdm

            self.bar = tqdm(total=1.0, desc=f"{part:<10}", bar_format=_FORMAT, mininterval=0.2)
        if self.bar is not None:
            self.bar.n = round(done / of, 4) if of else 0.0
            self.bar.update(0)

    def close(self) -> None:
        if self.bar is not None:
            self.bar.close()
        self.bar = None


_FORMAT = "{desc} {percentage:3.0f}% |{bar}| [{elapsed} gone, {remaining} left]"
