"""What is wrong with data, and where: every fault is collected, and all are raised at once."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

LISTED_OF_A_KIND = 20  # a broken column must not bury the other faults of the file
LISTED_IN_ALL = 50


def shown(text: object, most: int = 60) -> str:
    r"""``text`` as one line that is safe to print: control characters escaped, cut after ``most`` characters.

    >>> print(shown(f"a{chr(10)}b"), shown("x" * 100, most=3))
    a\nb xxx…
    """
    whole = str(text)
    cut = whole if len(whole) <= most else whole[:most] + "…"
    return "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in cut)


def quoted(text: object) -> str:
    """``text`` as :func:`shown`, between quotes."""
    return f"'{shown(text)}'"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong, and where.

    Attributes
    ----------
    file : name of the file, or of the field of ``SensorData``
    problem : what must hold and what came
    row : line of the file as an editor shows it; the header is line 1
    column : name of the column, or its number from 1 where it has no name

    >>> print(Fault("values.csv", "must be a number, got 'abc'", row=12, column="767541"))
    values.csv, row 12, column 767541: must be a number, got 'abc'
    """

    file: str
    problem: str
    row: int | None = None
    column: str | None = None

    def __str__(self) -> str:
        row = "" if self.row is None else f", row {self.row}"
        column = "" if self.column is None else f", column {shown(self.column)}"
        return f"{shown(self.file, most=300)}{row}{column}: {shown(self.problem, most=2000)}"


class DataError(ValueError):
    """Data that cannot be used, with all that is wrong with them in ``faults``."""

    faults: tuple[Fault, ...]

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__(self.faults)

    def __str__(self) -> str:
        lines = [str(fault) for fault in self.faults[:LISTED_IN_ALL]]
        if len(self.faults) > LISTED_IN_ALL:
            lines.append(f"... and {len(self.faults) - LISTED_IN_ALL:,} more")
        return "\n".join(lines)


class Faults:
    """Faults found so far. Of each kind (a file and what must hold) the first 20 are kept, the rest counted.

    >>> faults = Faults()
    >>> faults.add("values.csv", "must be a number", cell="abc", row=12, column="767541")
    >>> faults.add("values.csv", "must have a time and one column for each sensor", got=1)
    >>> print(DataError(faults))
    values.csv, row 12, column 767541: must be a number, got 'abc'
    values.csv: must have a time and one column for each sensor, got 1
    """

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], list[Fault]] = {}
        self._counted: dict[tuple[str, str], int] = {}

    def add(
        self,
        file: str,
        must: str,
        *,
        got: object = None,
        cell: str | None = None,
        row: int | None = None,
        column: str | None = None,
    ) -> None:
        """Add one fault: what ``must`` hold, and what came, as words (``got``) or as the text of a ``cell``."""
        kind = (file, must)
        self._counted[kind] = self._counted.get(kind, 0) + 1
        kept = self._kept.setdefault(kind, [])
        if len(kept) < LISTED_OF_A_KIND:
            came = f", got {quoted(cell)}" if cell is not None else "" if got is None else f", got {got}"
            kept.append(Fault(file, must + came, row, column))

    def __len__(self) -> int:
        return sum(self._counted.values())

    def __iter__(self) -> Iterator[Fault]:
        for kind, kept in self._kept.items():
            yield from kept
            if self._counted[kind] > len(kept):
                file, must = kind
                yield Fault(file, f"... and {self._counted[kind] - len(kept):,} more: {must}")

    def raise_any(self) -> None:
        """Raise DataError with all faults, if there is one."""
        if self:
            raise DataError(self)
