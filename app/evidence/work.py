"""What is missing of the evidence of a run, made one part after another; each is kept as soon as it is done."""

import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.evidence import kept, parts
from app.evidence.parts import PARTS
from app.reading.words import one_line
from core.run import Run

Tell = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Work:
    """What came of it.

    Attributes
    ----------
    made : parts that were made now
    there : parts that were there already
    failed : (part, reason) of those that could not be made; a reason is a sentence
    """

    made: tuple[str, ...] = ()
    there: tuple[str, ...] = ()
    failed: tuple[tuple[str, str], ...] = ()


def known_parts(asked: Sequence[str]) -> tuple[str, ...]:
    """The parts that were asked for, each once and in their order; all where none was.

    Raises
    ------
    ValueError
        There is no part of that name.
    """
    if unknown := [part for part in asked if part not in PARTS]:
        raise ValueError(f"part must be one of {', '.join(PARTS)}, got {unknown[0][:100]!r}")
    return tuple(part for part in PARTS if part in asked or not asked)


def completed(
    run: Run,
    asked: Sequence[str] = (),
    *,
    again: bool = False,
    tell: Tell = lambda _part, _done, _all: None,
    after: Callable[[Work], None] = lambda _: None,
    place: Path | None = None,
) -> Work:
    """Make what is missing.

    Parameters
    ----------
    run : the run
    asked : names of parts; () for all
    again : whether to make also what is there
    tell : called with a part, how much of it is done and of how much; first with (part, 0, 1)
    after : called after every part with what came of the work so far
    place : the folder to keep the parts in, if not the usual one

    Raises
    ------
    ValueError
        There is no part of that name.
    KeyboardInterrupt
        Somebody asked it to stop: what was made by then is kept.
    """
    work = Work()
    for part in known_parts(asked):
        if not again and parts.evidence(run, part) is not None:
            work = Work(work.made, (*work.there, part), work.failed)
        else:
            tell(part, 0, 1)
            reason = _reason(run, part, tell, place)
            made = work.made if reason else (*work.made, part)
            work = Work(made, work.there, (*work.failed, (part, reason)) if reason else work.failed)
        after(work)
    return work


def _reason(run: Run, part: str, tell: Tell, place: Path | None) -> str:
    """Make a part; '' where that went well, else why not."""
    try:
        parts.made(run, part, lambda done, of: tell(part, done, of), place)
    except (ValueError, OSError) as error:
        return one_line(str(error), 1000) or type(error).__name__
    except Exception as error:  # noqa: BLE001  one part that breaks must not keep the others from being made
        traceback.print_exc()
        return f"It broke: {type(error).__name__}: {one_line(str(error), 1000)}"
    return ""


def shipped(folder: Path, tell: Tell = lambda _part, _done, _all: None) -> dict[str, int]:
    """Make the evidence of every finished run in a folder anew and keep it beside them; its bytes, by run.

    For the runs that come with the project: elsewhere evidence is kept by itself where it is looked for.
    """
    sizes = {}
    for path in sorted(folder.iterdir()):
        if path.name[0] != "." and (path / "run.json").is_file():
            run, place = Run.load(path), kept.beside(path)
            completed(run, again=True, tell=tell, place=place)
            sizes[run.name] = sum(file.stat().st_size for file in place.iterdir()) if place.exists() else 0
    return sizes
