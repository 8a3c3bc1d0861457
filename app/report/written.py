"""The report of a run: from the run to the page or the file."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from app.control import controls, remoteness
from app.measured import Measured
from app.report.content import Asked
from app.report.page import framed_page
from app.report.sections import SECTIONS
from app.selection import MEAN, Selection
from core.files import write_bytes
from core.record import RunError, kind_of, read_record
from core.run import Run

Tick = Callable[[int, int, str], None]


def report_page(
    run: Run,
    selection: Selection | None = None,
    *,
    control: Run | None = None,
    made: datetime | None = None,
    tick: Tick = lambda *_: None,
) -> str:
    """A whole HTML document about a run.

    Parameters
    ----------
    run : the run
    selection : which head, share of pairs, mode, sensors ... the figures are about; None for the app's defaults. A
        head or sensor that the run does not have falls back to the default
    control : a finished run without any graph on the same data, whose error stands beside this one's
    made : the date that is written on it; None for now
    tick : told ``(done, of, name)`` before each section, and once at the end

    Raises
    ------
    ValueError
        What is selected cannot be measured, such as a share outside of 0 to 1.
    """
    asked = Asked(Measured(run), selection or Selection(), Measured(control) if control is not None else None)
    sections = []
    for done, (name, section) in enumerate(SECTIONS.items()):
        tick(done, len(SECTIONS), name)
        sections.append(section(asked))
    page = framed_page(asked, sections, made or datetime.now(UTC))
    tick(len(SECTIONS), len(SECTIONS), "")
    return page


def write_report(
    run: Run,
    path: str | Path,
    *,
    head: str = MEAN,
    share: float = 0.02,
    control: Run | None = None,
    tick: Tick = lambda *_: None,
) -> None:
    """Write the report of a run to a file, whole or not at all; a file that is there already is replaced.

    Raises
    ------
    ValueError
        No such head, or a share outside of 0 to 1.
    OSError
        The file cannot be written.
    """
    if run.heads:
        Measured(run).matrix(head)  # refuses a name that is not there, where a link would fall back
    selection = Selection(head=head, share=share)
    write_bytes(Path(path), report_page(run, selection, control=control, tick=tick).encode())


def control_beside(run: Run) -> Run | None:
    """A finished run without any graph in the same folder, on the same data, windows and protocol; one that opens.

    Of several the same model without heads, if there is one, else the one that was trained most alike.
    """
    if run.forecasts is None:
        return None
    found = []
    for folder in sorted(run.path.resolve().parent.iterdir()):
        try:
            record = read_record(folder)
        except (RunError, OSError):  # another folder's problem
            continue
        if kind_of(record) != "model" or record["state"] != "done":
            continue
        named = controls(record["model"]["name"], record["heads"], run.model, run.heads)
        if named and _alike(record) == _alike(run.record):
            found.append((remoteness(run.record, record), folder))
    for _, folder in sorted(found):
        with suppress(RunError, OSError):
            return Run.load(folder)
    return None


def _alike(record: Mapping[str, Any]) -> tuple[object, ...]:
    windows = record["windows"]
    return (record["data"]["sha256"], windows["protocol"], windows["inputs"], windows["horizon"])
