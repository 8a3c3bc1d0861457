"""All colours, and what each means, on every page.

Lines must be read on the light page (white), on the dark one (#0e1117, set in .streamlit/config.toml) and on
Streamlit's own dark (#171614): each line colour has a contrast of at least 3 to 1 with all three (WCAG 2.2,
1.4.11). Those that stand side by side also differ in lightness or in the way they are drawn (dashed, thin), so
that they can be told apart in grey. Grey cannot tell the two ends of the scale of differences apart: signs are shown
in another way as well (a number, above or below zero, a table), and the glossary says so.
"""

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from plotly.colors import sequential as scales

Theme = Literal["light", "dark"]

LIGHT_PAGE, DARK_PAGE = "#ffffff", "#0e1117"

ROAD = "#64748b"  # the road graph
BOTH = "#0f766e"  # learned, and there is a road
LEARNED = "#e8710f"  # learned, no road
ROAD_ONLY = "#868b94"  # a road, not learned; thin and dashed
PLANTED = "#c0269a"  # the true graph of data made by code
FORECAST = "#2563eb"  # what the model said
SIMPLE = "#7c828c"  # a forecast that costs nothing; dashed
KEPT = "#548e99"  # among the strongest pairs of both matrices that are compared
GAINED = "#a422e6"  # of the second alone
LOST = "#cc3b1f"  # of the first alone; dashed
MEASURE = "#8a6bb8"  # what was measured on a matrix or found in data; it stands for no edge and no forecast

LINES = {
    "road": ROAD,
    "both": BOTH,
    "learned": LEARNED,
    "road only": ROAD_ONLY,
    "planted": PLANTED,
    "forecast": FORECAST,
    "simple": SIMPLE,
    "kept": KEPT,
    "gained": GAINED,
    "lost": LOST,
    "measure": MEASURE,
}

SEQUENTIAL = "Cividis"
# From purple through grey to green: neither end means anything else here. The middle recedes into the page.
DIVERGING = ("#762a83", "#9970ab", "#c2a5cf", "#d8d6d9", "#a6dba0", "#5aae61", "#1b7837")
DIVERGING_DARK = ("#d7a3e6", "#a878bb", "#7d6189", "#5a595e", "#55795a", "#5da468", "#93dd9b")
NEGATIVE, POSITIVE = "#9060a8", "#35904d"  # the two signs where one colour each is enough

# Found by search: the least distance between any two, as seen by people with each of the three kinds of
# colour blindness (Machado et al. 2009) or none, is 20 in CIE Lab; Okabe and Ito's seven have 16.
COMMUNITIES = ("#478ff5", "#ad700a", "#00754a", "#eb5c85", "#7052ad", "#a38f52", "#ad337a", "#8f8fc2")
ALONE = "#868b94"  # a sensor without any weight belongs to no community


def OBSERVED(theme: Theme = "light") -> str:  # noqa: N802  it stands among the constants
    """Ink: the colour of what was observed."""
    return "#1f2937" if theme == "light" else "#e5e7eb"


def page(theme: Theme = "light") -> str:
    """The colour of the page itself."""
    return LIGHT_PAGE if theme == "light" else DARK_PAGE


def community_colours(count: int) -> list[str]:
    """A colour for each of ``count`` communities; past the palette's length they repeat, and need numbers.

    >>> len(set(community_colours(8))), community_colours(9)[8] == community_colours(9)[0]
    (8, True)
    """
    return [COMMUNITIES[k % len(COMMUNITIES)] for k in range(count)]


def sequential(values: NDArray[Any], low: float, high: float) -> list[str]:
    """The colour of each value on the scale of weights, dark at ``low`` and bright at ``high``.

    Values outside are drawn as the end they are beyond, values that are not known as grey.

    >>> sequential(np.array([0.0, 1.0]), 0, 1)
    ['#00224e', '#fee838']
    """
    return _on_scale(values, low, high, tuple(scales.Cividis))


def diverging(values: NDArray[Any], bound: float, theme: Theme = "light") -> list[str]:
    """The colour of each value on the scale of differences, from ``-bound`` to ``bound``, grey at zero."""
    return _on_scale(values, -bound, bound, DIVERGING if theme == "light" else DIVERGING_DARK)


def contrast(first: str, second: str) -> float:
    """How well two colours can be told apart by lightness: 1 (not at all) to 21 (black on white).

    ``(L1 + 0.05) / (L2 + 0.05)`` of the relative luminances, WCAG 2.2.

    >>> round(contrast("#ffffff", "#000000"))
    21
    """
    bright, dark = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    share = _channels(colour) / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def _channels(colour: str) -> NDArray[np.float64]:
    return np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)], dtype=float)


def _on_scale(values: NDArray[Any], low: float, high: float, scale: tuple[str, ...]) -> list[str]:
    stops = np.array([_channels(stop) for stop in scale])
    values = np.asarray(values, dtype=float)
    span = high - low
    share = np.clip((values - low) / span, 0, 1) if span > 0 else np.full(values.shape, 0.5)
    at = np.linspace(0, 1, len(stops))
    known = np.isfinite(values)
    mixed = np.stack([np.interp(np.where(known, share, 0), at, stops[:, k]) for k in range(3)], axis=-1)
    return [
        "#{:02x}{:02x}{:02x}".format(*colour) if sure else ALONE
        for colour, sure in zip(mixed.round().astype(int), known, strict=True)
    ]
