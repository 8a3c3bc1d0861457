"""What has to be said of matrices that did not begin from chance alone, but from the data."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.reading.words import whole_percent

BEGIN = frozenset({"intergat-plus"})  # models whose matrices begin so, if nothing else was asked for


def share_begun(record: Mapping[str, Any]) -> float:
    """The share of a model's matrices that began from partial correlations of its training data, 0 to 1.

    Parameters
    ----------
    record : of a run, as ``core.record.read_record`` returns it; perhaps a stranger's

    >>> share_begun({"model": {"name": "intergat-plus", "config": {"informed": 0.5}}})
    0.5
    """
    config = record.get("model", {}).get("config", {})
    share = config.get("informed", 0.0) if isinstance(config, Mapping) else 0.0
    return float(share) if isinstance(share, int | float) and 0 < share <= 1 else 0.0


def begun_sentence(share: float, made_of: Sequence[str] = ()) -> str:
    """Why a finding about such a matrix is one about the data; '' where it began from chance alone.

    Parameters
    ----------
    share : as `share_begun` gives it
    made_of : the models of the runs that a matrix without a model of its own is the mean of
    """
    if not share and not BEGIN.intersection(made_of):
        return ""
    return (
        f"Before training, {_part(share) if share else 'a part'} of it was made from partial correlations of these "
        "series, without the roads: so this speaks of the data, and need not be what training found."
    )


def begun_again(share: float) -> str:
    """The same of what comes back from seed to seed."""
    if not share:
        return ""
    return f"Every seed began {_part(share)} from the same partial correlations, so much of this is by construction."


def _part(share: float) -> str:
    return "half" if share == 0.5 else whole_percent(share)
