"""Text from data made harmless, before it reaches a figure or a map.

A sensor's id may hold anything. Plotly reads tags, entities, ``%{…}`` and, with MathJax, ``$…$``; Leaflet
reads HTML; folium pastes what it is given into JavaScript and into a template of its own, which reads
``{{ … }}``. Every character that means something to one of them is written as a numeric entity, which all of
them show as the character itself.
"""

import math
import unicodedata
from collections.abc import Sequence

UNSTATED = "unit not stated"  # as core.data.about has it: a place for it is an axis, not a sentence
_MEANS_SOMETHING = {ord(letter): f"&#{ord(letter)};" for letter in "&<>\"'`${}\\%"}
# Letters that are not seen but reorder what is: a name could pose as another one.
_REORDERS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")


def safe(text: object, limit: int = 60) -> str:
    """``text`` in one line of at most ``limit`` letters, without any that Plotly, Leaflet or folium obey.

    Control characters and line breaks become spaces, text that is cut ends in '…'. What it is given is
    taken as written by hand: a text that went through here once must not come again.

    >>> safe("A&B")
    'A&#38;B'
    >>> safe("<script>", limit=4)
    '&#60;sc…'
    """
    letters = []
    for letter in str(text)[: 4 * limit + 40]:
        kind = unicodedata.category(letter)
        if letter in _REORDERS:
            continue
        if kind == "Cs":
            letters.append("\ufffd")  # half a letter: it cannot be sent as UTF-8
        else:
            letters.append(" " if kind in ("Cc", "Zl", "Zp") else letter)
    line = " ".join("".join(letters).split())
    if len(line) > limit:
        line = line[: max(limit - 1, 0)].rstrip() + "…"
    return line.translate(_MEANS_SOMETHING)


def labels(ids: Sequence[object], limit: int = 24) -> list[str]:
    """One safe label per id, no two alike, none empty: names of positions on a category axis.

    >>> labels(["a", "", "a"])
    ['a', '(no name)', 'a (2)']
    """
    found: list[str] = []
    taken: set[str] = set()
    for text in ids:
        label = first = safe(text, limit) or "(no name)"
        count = 1
        while label in taken:
            count += 1
            label = f"{first} ({count})"
        taken.add(label)
        found.append(label)
    return found


def behind(unit: str) -> str:
    """A unit as it stands behind a number, made harmless; '' where none is stated.

    >>> behind("mph"), behind("unit not stated")
    (' mph', '')
    """
    return "" if unit in ("", UNSTATED) else f" {safe(unit)}"


def digits(value: float, unit: str = "") -> str:
    """``value`` to three significant digits, thousands separated, with its unit if one is stated.

    >>> digits(0.012345), digits(12.0, "mph"), digits(1234567), digits(2e-9)
    ('0.0123', '12.0 mph', '1,230,000', '2.00e-09')
    """
    if not math.isfinite(value):
        return "not known" if math.isnan(value) else ("∞" if value > 0 else "-∞")
    if value == 0:
        text = "0"
    else:
        rounded = float(f"{value:.2e}")
        power = math.floor(math.log10(abs(rounded)))
        text = f"{rounded:,.{max(2 - power, 0)}f}" if power >= -5 else f"{rounded:.2e}"
    return text if unit in ("", UNSTATED) else f"{text} {unit}"
