"""Which weights are cut: arrays (H, N, N) of 1 where a weight stays and 0 where it goes.

`gates[h, i, j]` multiplies the weight with which receiver i uses sender j in head h. What a sensor keeps for itself,
the diagonal, is never cut: every gate here is about what sensors take from one another.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.arrays import FloatArray

BoolArray = NDArray[np.bool_]


def _open(heads: int, sensors: int) -> FloatArray:
    """No weight cut."""
    for name, count in (("heads", heads), ("sensors", sensors)):
        if count < 1:
            raise ValueError(f"{name} must be at least 1, got {count}")
    return np.ones((heads, sensors, sensors))


def _closed(gates: FloatArray, where: BoolArray, head: int | None = None) -> FloatArray:
    """The same with the weights `where (N, N)` off the diagonal cut in one head, or in all."""
    if head is not None and not 0 <= head < len(gates):
        raise ValueError(f"head must be from 0 to {len(gates) - 1}, or None for all, got {head}")
    gates[slice(None) if head is None else head, where & ~np.eye(len(where), dtype=bool)] = 0.0
    return gates


def _members(sensors: int, chosen: Sequence[int] | ArrayLike, name: str) -> BoolArray:
    """(N,) True for the chosen sensors, which must be known and each named once."""
    numbers = np.asarray(chosen)
    if numbers.ndim != 1 or not numbers.size or numbers.dtype.kind not in "iu":
        raise ValueError(f"{name} must be numbers of sensors, at least one, got {chosen!r}")
    if numbers.min() < 0 or numbers.max() >= sensors:
        bad = numbers[(numbers < 0) | (numbers >= sensors)][0]
        raise ValueError(f"{name} must be from 0 to {sensors - 1}, got {bad}")
    return np.isin(np.arange(sensors), numbers)


def edge(heads: int, sensors: int, receiver: int, sender: int, head: int | None = None) -> FloatArray:
    """Cut what one receiver takes from one sender.

    Parameters
    ----------
    heads, sensors : H and N
    receiver, sender : two different sensors
    head : in this head alone; None for all

    Returns
    -------
    (H, N, N) of 0 and 1

    Raises
    ------
    ValueError
        A number out of its range, or the same sensor twice.

    Examples
    --------
    >>> edge(1, 3, receiver=0, sender=2).tolist()
    [[[1.0, 1.0, 0.0], [1.0, 1.0, 1.0], [1.0, 1.0, 1.0]]]
    """
    gates = _open(heads, sensors)
    hears, heard = _members(sensors, [receiver], "receiver"), _members(sensors, [sender], "sender")
    if receiver == sender:
        raise ValueError(f"receiver and sender must be two sensors, got {receiver} twice")
    return _closed(gates, hears[:, None] & heard, head)


def pair(heads: int, sensors: int, first: int, second: int, head: int | None = None) -> FloatArray:
    """Cut what two sensors take from each other, in both directions.

    Parameters
    ----------
    heads, sensors : H and N
    first, second : two different sensors
    head : in this head alone; None for all

    Returns
    -------
    (H, N, N) of 0 and 1

    Raises
    ------
    ValueError
        As `edge`.

    Examples
    --------
    >>> pair(1, 3, 0, 2).tolist()
    [[[1.0, 1.0, 0.0], [1.0, 1.0, 1.0], [0.0, 1.0, 1.0]]]
    """
    return edge(heads, sensors, first, second, head) * edge(heads, sensors, second, first, head)


def inputs(heads: int, sensors: int, receivers: Sequence[int], head: int | None = None) -> FloatArray:
    """Cut all that some sensors take from others: their rows.

    Parameters
    ----------
    heads, sensors : H and N
    receivers : numbers of sensors
    head : in this head alone; None for all

    Returns
    -------
    (H, N, N) of 0 and 1

    Raises
    ------
    ValueError
        A number out of its range, or no sensor.

    Examples
    --------
    >>> inputs(1, 3, [1]).tolist()
    [[[1.0, 1.0, 1.0], [0.0, 1.0, 0.0], [1.0, 1.0, 1.0]]]
    """
    gates = _open(heads, sensors)
    return _closed(gates, np.broadcast_to(_members(sensors, receivers, "receivers")[:, None], gates.shape[1:]), head)


def stretch(heads: int, sensors: int, members: Sequence[int], head: int | None = None) -> FloatArray:
    """Take a stretch of road out of the graph: cut all that its sensors take from others, and others from them.

    Parameters
    ----------
    heads, sensors : H and N
    members : numbers of the sensors along the stretch
    head : in this head alone; None for all

    Returns
    -------
    (H, N, N) of 0 and 1

    Raises
    ------
    ValueError
        As `inputs`.

    Examples
    --------
    >>> stretch(1, 3, [1]).tolist()
    [[[1.0, 0.0, 1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 1.0]]]
    """
    gates = _open(heads, sensors)
    member = _members(sensors, members, "members")
    return _closed(gates, member[:, None] | member, head)


def head(heads: int, sensors: int, index: int | None = None) -> FloatArray:
    """Cut a whole head, or all of them.

    Parameters
    ----------
    heads, sensors : H and N
    index : the head; None for all

    Returns
    -------
    (H, N, N) of 0 and 1

    Raises
    ------
    ValueError
        A number out of its range.

    Examples
    --------
    >>> head(2, 2, 1).tolist()
    [[[1.0, 1.0], [1.0, 1.0]], [[1.0, 0.0], [0.0, 1.0]]]
    """
    gates = _open(heads, sensors)
    return _closed(gates, np.ones(gates.shape[1:], dtype=bool), index)


def inside(heads: int, labels: ArrayLike, community: int, head: int | None = None) -> FloatArray:
    """Cut what the members of a community take from one another.

    Parameters
    ----------
    heads : H
    labels : (N,) community of each sensor
    community : one of the labels
    head : in this head alone; None for all

    Returns
    -------
    (H, N, N) of 0 and 1

    Raises
    ------
    ValueError
        No sensor has that label, or labels that are not a row of whole numbers.

    Examples
    --------
    >>> inside(1, [0, 0, 1], 0).tolist()
    [[[1.0, 0.0, 1.0], [0.0, 1.0, 1.0], [1.0, 1.0, 1.0]]]
    """
    member = _community(labels, community)
    return _closed(_open(heads, len(member)), member[:, None] & member, head)


def border(heads: int, labels: ArrayLike, community: int, head: int | None = None) -> FloatArray:
    """Cut what the members of a community take from all others, and all others from them.

    Parameters
    ----------
    heads : H
    labels : (N,) community of each sensor
    community : one of the labels
    head : in this head alone; None for all

    Returns
    -------
    (H, N, N) of 0 and 1

    Raises
    ------
    ValueError
        As `inside`.

    Examples
    --------
    >>> border(1, [0, 0, 1], 1).tolist()
    [[[1.0, 1.0, 0.0], [1.0, 1.0, 0.0], [0.0, 0.0, 1.0]]]
    """
    member = _community(labels, community)
    return _closed(_open(heads, len(member)), member[:, None] != member, head)


def _community(labels: ArrayLike, community: int) -> BoolArray:
    numbers = np.asarray(labels)
    if numbers.ndim != 1 or not numbers.size or numbers.dtype.kind not in "iu":
        raise ValueError(f"labels must be whole numbers, (N,), got {numbers.dtype} of shape {numbers.shape}")
    member = numbers == community
    if not member.any():
        raise ValueError(f"community must be one of {np.unique(numbers).tolist()}, got {community}")
    return np.asarray(member, dtype=np.bool_)
