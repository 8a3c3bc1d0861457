"""Partial correlations of sensors: what one tells of another that no third sensor tells.

    C    = correlations of departures r over the training part, what is missing at 0
    P    = ((1 - α) C + α 1)^-1
    p_ij = relu(-P_ij / √(P_ii P_jj)), diagonal zero

Shrinking C towards the unit matrix, α, keeps the inverse from following chance where rows are few.

Axes: s row of the training part, i j sensor.
"""

import torch
from torch import Tensor

from core.data.windows import Windows


def partial_correlations(windows: Windows, course: Tensor, shrinkage: float) -> Tensor:
    """(N, N), symmetric, from 0 to 1, zero diagonal; 0 for a sensor that does not vary.

    Parameters
    ----------
    windows : whose training part is looked at
    course : (slots, N) what each sensor shows every day, in the data's unit: departures are from this
    shrinkage : α, above 0 and at most 1
    """
    rows, slot = windows.training_rows()
    r = (rows - course[slot]).double()
    r = (r - r.nanmean(dim=0)).nan_to_num(0.0)
    deviation = r.square().mean(dim=0).sqrt()
    z = r / torch.where(deviation > 1e-6 * windows.scale, deviation, torch.inf)
    one = torch.eye(z.shape[1], dtype=z.dtype)
    inverse = torch.linalg.inv((1 - shrinkage) * (z.t() @ z / len(z)) + shrinkage * one)
    root = inverse.diagonal().sqrt()
    partial: Tensor = (-inverse / torch.outer(root, root)).relu() * (1 - one)
    return ((partial + partial.t()) / 2).float()
