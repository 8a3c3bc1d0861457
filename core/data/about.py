"""What the tables of a folder do not say, ``about.json``: what was measured, in which unit, and whose data it is.

    {"quantity": "speed", "unit": "km/h", "source": "City of X, 2024"}

The file and each of its three texts may be left out.
"""

import json
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from core.data import table
from core.data.faults import Faults, quoted

FILE = "about.json"
UNSTATED = "unit not stated"  # the unit of data whose unit nobody gave
LONGEST = {"quantity": 60, "unit": 60, "source": 500}  # characters
MOST_BYTES = 100_000


@dataclass(frozen=True, slots=True)
class About:
    """What was measured, in which unit, and whose data it is; '' where that is not known."""

    quantity: str = ""
    unit: str = ""
    source: str = ""

    def to_json(self) -> str:
        """The text of the file, without what is not known or has no place in it."""
        kept = {name: text for name, text in asdict(self).items() if text and not text_problem(name, text)}
        return json.dumps(kept, ensure_ascii=False) + "\n"


def read(path: Path, faults: Faults) -> About:
    """Read the file.

    Parameters
    ----------
    path : the file; it need not exist
    faults : gets everything that is wrong with it

    Returns
    -------
    What the file says; nothing where there is no file, or where it has faults.
    """
    file = path.name
    if not path.exists() and not path.is_symlink():
        return About()
    if path.is_file() and path.stat().st_size > MOST_BYTES:
        faults.add(file, f"must be smaller than {MOST_BYTES:,} bytes", got=f"{path.stat().st_size:,}")
        return About()
    content = table.text(path, faults)
    if content is None:
        return About()
    try:
        said = json.loads(content)
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", None)
        faults.add(file, "must be JSON", got=str(error) if line else "what cannot be read", row=line)
        return About()
    if not isinstance(said, Mapping):
        faults.add(file, 'must hold one object, such as {"unit": "km/h"}', got=type(said).__name__)
        return About()
    before = len(faults)
    for name, value in said.items():
        if name not in LONGEST:
            faults.add(file, f"must name nothing but {', '.join(LONGEST)}", got=quoted(name))
        elif problem := text_problem(name, value):
            faults.add(file, problem, column=name)
    return About() if len(faults) > before else About(**said)


def text_problem(name: str, value: object) -> str | None:
    """What must hold and does not for one of the three texts; None where it is fine.

    >>> text_problem("unit", "km/h"), text_problem("unit", 5)
    (None, 'must be text')
    """
    if not isinstance(value, str):
        return "must be text"
    if len(value) > LONGEST[name]:
        return f"must have at most {LONGEST[name]} characters"
    if any(unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp") for letter in value):
        return "must be one line of text"
    return None
