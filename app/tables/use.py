"""What cuts do, weight by weight and part by part, and how every sensor responds to a change of inputs."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from app.reading.use import BESIDE, REMOVALS, rise_of, squared

if TYPE_CHECKING:
    from analysis.use import Use


def cut_table(use: "Use", unit: str, minutes: Sequence[float]) -> pd.DataFrame:
    """Everything that was cut, in the order of ``use.cuts``: what it costs, in all and at each of ``minutes`` ahead.

    Of a sensor's inputs it is what that sensor's own forecast loses; shares are of the error of all sensors.
    """
    frame = pd.DataFrame(
        {
            "cut": [cut.name for cut in use.cuts],
            "kind": [cut.kind for cut in use.cuts],
            "error of": ["that sensor" if cut.kind == "inputs" else "all sensors" for cut in use.cuts],
            f"rise of MAE [{unit}]": [rise_of(cut) for cut in use.cuts],
            f"from [{unit}]": [cut.low for cut in use.cuts],
            f"to [{unit}]": [cut.high for cut in use.cuts],
            "rise of MAE [%]": [100 * rise_of(cut) / use.mae if use.mae > 0 else np.nan for cut in use.cuts],
            f"change of forecast, RMS [{unit}]": [float(np.sqrt(np.mean(cut.forecast**2))) for cut in use.cuts],
        }
    )
    for step, at in enumerate(minutes):
        frame[f"rise of MAE at {at:g} min [{unit}]"] = [float(cut.error[step]) for cut in use.cuts]
    return frame


def effect_order(use: "Use", head: int) -> NDArray[np.integer]:
    """The weights of a head as ``receiver * N + sender``, the largest first: the rows of `effect_table`."""
    weight = use.effects.weight[head].ravel()
    order: NDArray[np.integer] = np.argsort(-weight, kind="stable")[: np.count_nonzero(weight)]
    return order


def effect_table(use: "Use", head: int, ids: Sequence[str], unit: str) -> pd.DataFrame:
    """Every weight of a head that is not zero, the largest first, with what cutting it alone is predicted to do."""
    order, names = effect_order(use, head), np.array(ids, dtype=object)
    receiver, sender = np.divmod(order, len(names))
    at = (head, receiver, sender)
    return pd.DataFrame(
        {
            "sensor": names[receiver],
            "hears": names[sender],
            "weight": use.effects.weight[at],
            f"rise of MSE [{squared(unit)}]": use.effects.error[at],
            f"change of forecast, RMS [{unit}]": use.effects.forecast[at],
        }
    )


def sample_table(use: "Use", ids: Sequence[str], unit: str) -> pd.DataFrame:
    """The weights that were cut in truth: what was predicted, and what it did."""
    effects, names = use.effects, np.array(ids, dtype=object)
    at = tuple(effects.sample.T)
    return pd.DataFrame(
        {
            "head": [use.heads[head] for head in at[0]],
            "sensor": names[at[1]],
            "hears": names[at[2]],
            f"rise of MSE, predicted [{squared(unit)}]": effects.error[at],
            f"rise of MSE, true [{squared(unit)}]": effects.sample_error,
            f"change of forecast, predicted [{unit}]": effects.forecast[at],
            f"change of forecast, true [{unit}]": effects.sample_forecast,
        }
    )


def curve_table(use: "Use", unit: str) -> pd.DataFrame:
    """Every point of every deletion curve."""
    return pd.DataFrame(
        [
            {
                "weights": REMOVALS[curve.removal],
                "order": curve.order,
                "removed [%]": 100 * float(share),
                f"MAE [{unit}]": float(error),
            }
            for curve in use.curves
            for share, error in zip(curve.share, curve.error, strict=True)
        ]
    )


def area_table(use: "Use", unit: str) -> pd.DataFrame:
    """The areas between curves, with their intervals."""
    return pd.DataFrame(
        [
            {
                "weights": REMOVALS[area.removal],
                "strongest first, beside": BESIDE[area.beside],
                f"extra error [{unit}]": area.value,
                f"from [{unit}]": area.low,
                f"to [{unit}]": area.high,
            }
            for area in use.areas
        ]
    )


def response_order(change: NDArray[np.floating]) -> NDArray[np.integer]:
    """Sensors by the size of their largest response (T, N) over all steps, the largest first: rows of the next."""
    return np.argsort(-np.abs(change).max(axis=0), kind="stable")


def response_table(
    before: NDArray[np.floating],
    after: NDArray[np.floating],
    ids: Sequence[str],
    unit: str,
    minutes: Sequence[float],
    changed: Sequence[int],
) -> pd.DataFrame:
    """How the forecast of every sensor responds at each of ``minutes`` ahead: ``before``, ``after`` (T, N)."""
    change = after - before
    order = response_order(change)
    frame = pd.DataFrame({"sensor": [ids[k] for k in order], "changed itself": np.isin(order, list(changed))})
    for step, at in enumerate(minutes):
        frame[f"change at {at:g} min [{unit}]"] = change[step, order]
    frame[f"unchanged, {minutes[-1]:g} min [{unit}]"] = before[-1, order]
    frame[f"changed, {minutes[-1]:g} min [{unit}]"] = after[-1, order]
    return frame
