"""Numbers as people read them, and text from data made harmless."""

import math
import re
import unicodedata
from collections.abc import Sequence

from app.figures.text import UNSTATED, digits

THIN = "\u00a0"  # between a number and its unit, so that a line does not break there

SENSOR, PARTICLE = "sensor", "particle"

_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>$~:&=^\"'@/])")
_JOINER = "\u2060"
_LINKS = re.compile(r"(?i)(www|https?|mailto|xmpp)")


def three(value: float) -> str:
    """Three significant digits, thousands separated, written as in the figures.

    >>> three(12345.6), three(2.0), three(float("nan"))
    ('12,300', '2.00', 'not known')
    """
    return digits(value)


def two(value: float) -> str:
    """Two decimals, for measures that lie between 0 and 1; no minus before what rounds to zero.

    >>> two(0.8349), two(-0.001)
    ('0.83', '0.00')
    """
    return f"{round(value, 2) + 0.0:.2f}"


def minus(number: str) -> str:
    """A number that was written with a hyphen, with a true minus.

    >>> minus(three(-0.25)), minus("0.250")
    ('−0.250', '0.250')
    """
    return f"−{number[1:]}" if number.startswith("-") else number


def percent(share: float) -> str:
    r"""A share as per cent, three significant digits at most, none behind 100.

    >>> percent(0.41352), percent(1.0), percent(0.0021), percent(0)
    ('41.4\xa0%', '100\xa0%', '0.21\xa0%', '0\xa0%')
    """
    if not math.isfinite(share):
        return "not known"
    value = 100 * share
    decimals = 0 if value == 0 or abs(value) >= 99.95 else 1 if abs(value) >= 1 else 2
    return f"{value:,.{decimals}f}{THIN}%"


def whole_percent(share: float) -> str:
    r"""A chosen share as per cent, as few digits as it has.

    >>> whole_percent(0.02), whole_percent(0.005)
    ('2\xa0%', '0.5\xa0%')
    """
    return f"{100 * share:.4g}{THIN}%"


def capital(clause: str) -> str:
    """A clause as the beginning of a sentence.

    >>> capital("it matters")
    'It matters'
    """
    return clause[0].upper() + clause[1:]


def counted(number: int, noun: str, plural: str | None = None) -> str:
    r"""A number with its noun.

    >>> counted(1, "pair"), counted(12345, "pair"), counted(2, "community", "communities")
    ('1\xa0pair', '12,345\xa0pairs', '2\xa0communities')
    """
    return f"{number:,}{THIN}{noun if number == 1 else plural or noun + 's'}"


def noun_of(kind: str) -> str:
    """What the rows and columns of a run's matrices are, by the run's kind: one of them, in the singular.

    >>> noun_of("model"), noun_of("particles")
    ('sensor', 'particle')
    """
    return PARTICLE if kind == "particles" else SENSOR


def about(noun: str, text: str) -> str:
    """A text of our own on sensors as it is said of ``noun``s; no text from the data may be in it.

    >>> about(PARTICLE, "Sensors, one sensor"), about(SENSOR, "Sensors, one sensor")
    ('Particles, one particle', 'Sensors, one sensor')
    """
    return text.replace(SENSOR, noun).replace(SENSOR.capitalize(), noun.capitalize())


def times(factor: float) -> str:
    """A factor over chance.

    >>> times(3.4123), times(12.345)
    ('3.4', '12')
    """
    return f"{factor:.1f}" if factor < 10 else f"{factor:,.0f}"


def probability(p: float) -> str:
    r"""A p value as it is quoted.

    >>> probability(0.0049751), probability(0.31), probability(0.00001)
    ('p\xa0=\xa00.005', 'p\xa0=\xa00.31', 'p\xa0<\xa00.001')
    """
    if p < 0.001:
        return f"p{THIN}<{THIN}0.001"
    return f"p{THIN}={THIN}{p:.3f}" if p < 0.01 else f"p{THIN}={THIN}{p:.2f}"


def with_unit(value: float, unit: str) -> str:
    r"""Three significant digits and a unit, which comes from the data, if one is stated.

    >>> with_unit(3.14159, "km/h")
    '3.14\xa0km\\/h'
    """
    return f"{three(value)}{THIN}{plain(unit, 20)}" if unit not in ("", UNSTATED) else three(value)


def joined(words: Sequence[str]) -> str:
    """A list as a sentence has it.

    >>> joined(["a"]), joined(["a", "b", "c"])
    ('a', 'a, b and c')
    """
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " and " + words[-1] if words else ""


def one_line(text: str, limit: int = 60) -> str:
    r"""Text on one line without control characters and marks that turn its direction, cut at ``limit``.

    >>> one_line("a\nb\u202ec", 10), one_line("abcdef", 4)
    ('a bc', 'abc…')
    """
    kept = "".join(
        " " if unicodedata.category(c) in ("Zl", "Zp") or c in "\t\n\r\v\f" else c
        for c in text[: 4 * limit]
        if c in "\t\n\r\v\f" or unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Cn")
    )
    kept = " ".join(kept.split())
    return kept if len(kept) <= limit and len(text) <= 4 * limit else kept[: limit - 1] + "…"


def plain(text: str, limit: int = 60) -> str:
    r"""Text from data for a place that is read as Markdown: nothing in it becomes markup, a link, or an icon.

    >>> plain("*a* <b> $x$")
    '\\*a\\* \\<b\\> \\$x\\$'
    """
    escaped = _SPECIAL.sub(r"\\\1", one_line(text, limit))
    # Automatic links, :icons: and :emoji: are looked for after the escapes are gone: a word joiner breaks them.
    escaped = _LINKS.sub(lambda found: found[0][0] + _JOINER + found[0][1:], escaped)
    return escaped.replace("\\@", "\\@" + _JOINER).replace("\\:", "\\:" + _JOINER)


def code(text: str, limit: int = 60) -> str:
    """An id as code, where Markdown reads nothing: the fence is longer than any run of backticks inside.

    >>> code("A07"), code("a`b")
    ('`A07`', '`` a`b ``')
    """
    line = one_line(text, limit)
    if not line:
        return "(no name)"
    if "`" not in line:
        return f"`{line}`"
    fence = "`" * (max(len(run) for run in re.findall("`+", line)) + 1)
    return f"{fence} {line} {fence}"
