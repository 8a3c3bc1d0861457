"""The everyday course of each sensor: what it shows at a time of day, whatever the day.

    p_s = mean of the training part over the times of day from s - reach to s + reach

The day is a circle. Where a sensor was not seen within reach of a time of day it is the sensor's mean, and where it
was never seen at all, that of all sensors. Under a protocol in which missing values are zeros that count, they count
here too.

Axes: s time of day in steps, b window, n sensor, t step ahead.
"""

import torch
from torch import Tensor

from core.data.windows import Windows
from core.models.forecaster import Sizes


def everyday(windows: Windows, reach: int = 0, weight: Tensor | None = None) -> Tensor:
    """(slots, N) in the data's unit: mean of the training part within ``reach`` steps of each time of day.

    ``weight (T',)`` says how much each row of the training part counts, more than 0; all the same without it.
    """
    rows, slot = windows.training_rows()
    counts = (~rows.isnan()).double() if weight is None else (~rows.isnan()) * weight[:, None]
    count = torch.zeros(windows.slots, rows.shape[1], dtype=torch.float64).index_add_(0, slot, counts)
    total = torch.zeros_like(count).index_add_(0, slot, rows.double().nan_to_num(0.0) * counts)
    overall = total.sum() / count.sum()
    sensor = torch.where(count.sum(0) > 0, total.sum(0) / _above(count.sum(0)), overall)
    near, sums = _around(count, reach), _around(total, reach)
    return torch.where(near > 0, sums / _above(near), sensor).float()


def recency(windows: Windows, half_life: float) -> Tensor:
    """(T',) weight of each row of the training part: 1 at its end, half of that ``half_life`` days before, and so on.

    Days are as many rows as a day has; where the interval divides no day, all rows count alike.
    """
    rows = len(windows.training_rows()[0])
    if windows.slots == 1:
        return torch.ones(rows, dtype=torch.float64)
    days = torch.arange(rows - 1, -1, -1, dtype=torch.float64) / windows.slots
    return torch.exp2(-days / half_life)


def slots_ahead(slot: Tensor, sizes: Sizes) -> Tensor:
    """(S,) time of day of each row -> (B, T): that of each step ahead of each window."""
    ahead = torch.arange(1, sizes.horizon + 1, device=slot.device)
    return (slot[sizes.inputs - 1 :, None] + ahead) % sizes.slots


def _above(count: Tensor) -> Tensor:
    """What may be divided by: 1 where nothing was counted."""
    return torch.where(count > 0, count, 1.0)


def _around(values: Tensor, reach: int) -> Tensor:
    """Sums (slots, N) over the times of day up to ``reach`` before and after."""
    near = [values.roll(step, dims=0) for step in range(-reach, reach + 1)]
    return torch.stack(near).sum(dim=0)
