"""What is lost as more and more pairs are removed: deletion curves, and the area between them.

Pairs are removed in an order, strongest coupling first, weakest first, at random, or at random among pairs as long as
the strongest; each head loses the same share of the pairs that carry weight in it, in both directions. An insertion
curve is a deletion curve read backwards: what is left when the weakest share f is gone is the strongest 1 - f.

What removing takes a model to, it was never trained on, so there are three ways to remove:

    zero     the weight is gone
    mean     it becomes the mean weight of the pairs that carry weight in its head: as much is heard, all alike
    rewire   it changes places with the weight of a pair drawn at random: every weight is still there, elsewhere

What is drawn by chance (an order, whose turn it is among equal couplings, where rewiring takes a weight) is drawn anew
in each repeat, and an area is uncertain for it as it is for the windows.

Axes: h head, i receiver, j sender, p pair (i < j), f share, w window, k block of neighbouring windows, r repeat.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.arrays import FloatArray, IntArray, checked, checked_heads
from analysis.blocks import block_mean
from analysis.predict import Predict, checked_forecast, checked_target

REPEATS = 5
SHARES = (0.0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.7, 1.0)
REMOVALS = ("zero", "mean", "rewire")
BINS, FEWEST = 50, 20  # of lengths: at most so many, each of at least so many pairs


@dataclass(frozen=True, slots=True)
class Curve:
    """Error as more and more pairs are removed.

    Attributes
    ----------
    order : 'strongest' | 'weakest' | 'random' | 'length', the last random pairs as long as the strongest
    removal : 'zero' | 'mean' | 'rewire'
    share : (F,) share of the pairs that carry weight that is removed, 0 to 1
    error : (F,) mean absolute error, in unit; mean over the repeats of what is drawn by chance
    """

    order: str
    removal: str
    share: FloatArray
    error: FloatArray


@dataclass(frozen=True, slots=True)
class Area:
    """Mean over the shares of curve 'strongest' minus curve `beside`; positive: strong weights matter more.

    Attributes
    ----------
    removal : 'zero' | 'mean' | 'rewire'
    beside : 'random' | 'length' | 'weakest'
    value : in unit
    low, high : 95 % interval, see `blocks`: over blocks of neighbouring windows, which count as independent, and over
        the repeats of what is drawn by chance; nan where there is one block only
    """

    removal: str
    beside: str
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Deletion:
    """Deletion curves and the areas between them.

    Attributes
    ----------
    curves : every order under every removal
    areas : 'strongest' beside every other order, under every removal
    """

    curves: tuple[Curve, ...]
    areas: tuple[Area, ...]


class _Order(NamedTuple):
    """An order of the pairs of each head that carry weight, and where rewiring takes them.

    `pairs` and `partner`, one array for each head: which of all N(N-1)/2 pairs goes at each turn, and which it then
    changes places with.
    """

    pairs: tuple[IntArray, ...]
    partner: tuple[IntArray, ...]


def deletion(
    predict: Predict,
    interaction: ArrayLike,
    target: ArrayLike,
    block: ArrayLike,
    kilometres: ArrayLike | None = None,
    shares: Sequence[float] = SHARES,
    repeats: int = REPEATS,
    bootstraps: int = 2000,
    seed: int = 0,
    tick: Callable[[int, int], None] | None = None,
) -> Deletion:
    """Deletion curves in every order and with every removal, and the areas between them.

    The model runs `model_runs` times. Random orders and rewiring draw pairs by their number, so another
    order of the sensors is another draw.

    Parameters
    ----------
    predict : gates and what is added to forecasts (W, T, N)
    interaction : (H, N, N), mean over windows where it depends on the input
    target : (W, T, N) what was observed, nan where missing
    block : (W,) number of the block of neighbouring windows that each window belongs to
    kilometres : (N, N) distances, for pairs as long as the strongest; None to leave them out
    shares : growing, from 0 to 1
    repeats : how often what is drawn by chance is drawn
    bootstraps : resamples behind an interval
    seed : of the orders and of the resamples
    tick : called with runs done and runs in all

    Returns
    -------
    Deletion

    Raises
    ------
    ValueError
        As `arrays.checked_heads`; no weight off the diagonal; arrays that do not fit together; nothing observed;
        shares that do not grow from 0 to 1; repeats under 2 or bootstraps under 1.

    Examples
    --------
    >>> import numpy as np
    >>> M = np.array([[[0.0, 9.0, 1.0], [0.0, 0.0, 1.0], [0.0, 0.0, 0.0]]])
    >>> def predict(gates, added):  # sensor i forecasts the sum of its weights
    ...     return (M * gates + (0 if added is None else added)).sum(axis=(0, 2))[None, None].repeat(2, axis=0)
    >>> found = deletion(predict, M, predict(np.ones((1, 3, 3)), None), block=[0, 1], shares=(0, 0.34, 1))
    >>> for curve in found.curves[:2]:
    ...     print(curve.order, curve.removal, curve.error.round(2).tolist())
    strongest zero [0.0, 3.0, 3.67]
    weakest zero [0.0, 0.33, 3.67]
    """
    matrices = checked_heads(interaction)
    observed, blocks = checked_target(target, block, matrices.shape[1])
    share = _checked_shares(shares)
    for name, value, least in (("repeats", repeats, 2), ("bootstraps", bootstraps, 1)):
        if value < least:
            raise ValueError(f"{name} must be at least {least}, got {value}")
    lengths = None if kilometres is None else checked(kilometres, "kilometres", matrices.shape[1])
    orders = _orders(matrices, lengths, repeats, np.random.default_rng(seed))
    all_runs = model_runs(matrices, repeats, len(share), lengths=lengths is not None)
    ran = 0

    def sums(edit: tuple[FloatArray, FloatArray | None]) -> FloatArray:
        """Summed absolute error of each block, (K,)."""
        nonlocal ran
        error = np.abs(checked_forecast(predict(*edit), observed) - observed)
        if tick is not None:
            tick(ran := ran + 1, all_runs)
        return np.asarray(np.bincount(blocks, np.nansum(error, axis=(1, 2))), dtype=np.float64)

    everything = np.ones(matrices.shape)
    whole, tied = sums((everything, None)), _is_tied(matrices)
    measured: dict[tuple[str, str], FloatArray] = {}  # (R, F, K)
    for removal in REMOVALS:
        # Where all is gone no order is left, and where all is rewired one draw is like another.
        gone = sums(_edit(matrices, orders["strongest"][0], removal, 1.0))
        for name, drawn in orders.items():
            one = _is_certain(name, removal, tied=tied)
            found = [
                np.stack([whole, *(sums(_edit(matrices, order, removal, f)) for f in share[1:-1]), gone])
                for order in (drawn[:1] if one else drawn)
            ]
            measured[(name, removal)] = np.stack(found)
    seen = np.bincount(blocks, (~np.isnan(observed)).sum(axis=(1, 2))).astype(np.float64)  # (K,)
    curves = tuple(
        Curve(name, removal, share.copy(), found.mean(axis=0).sum(axis=1) / seen.sum())
        for (name, removal), found in measured.items()
    )
    areas = tuple(
        _area(removal, name, measured[("strongest", removal)] - found, share, seen, bootstraps, seed)
        for (name, removal), found in measured.items()
        if name != "strongest"
    )
    return Deletion(curves, areas)


def model_runs(
    interaction: ArrayLike, repeats: int = REPEATS, shares: int = len(SHARES), *, lengths: bool = False
) -> int:
    """How many times `deletion` runs the model.

    Parameters
    ----------
    interaction : (H, N, N)
    repeats : of what is drawn by chance
    shares : with 0 and 1
    lengths : whether pairs as long as the strongest are removed as well

    Returns
    -------
    int

    Raises
    ------
    ValueError
        As `arrays.checked_heads`; fewer than 2 repeats or shares.

    Examples
    --------
    >>> model_runs([[[0, 3, 1], [0, 0, 2], [0, 0, 0]]], lengths=True)
    312
    """
    matrices = checked_heads(interaction)
    for name, value in (("repeats", repeats), ("shares", shares)):
        if value < 2:
            raise ValueError(f"{name} must be at least 2, got {value}")
    names = ("strongest", "weakest", "random", *(["length"] if lengths else []))
    tied = _is_tied(matrices)
    curves = sum(
        1 if _is_certain(name, removal, tied=tied) else repeats for removal in REMOVALS for name in names
    )
    return 1 + len(REMOVALS) + curves * (shares - 2)


def _checked_shares(shares: Sequence[float]) -> FloatArray:
    share = np.array(shares, dtype=np.float64)
    if share.ndim != 1 or len(share) < 2 or share[0] != 0 or share[-1] != 1 or not (np.diff(share) > 0).all():
        raise ValueError(f"shares must grow from 0 to 1, got {list(shares)}")
    return share


def _couplings(matrices: FloatArray) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Mean of both directions of each pair, without its sign, and which pairs carry weight; each (H, P)."""
    first, second = np.triu_indices(matrices.shape[1], k=1)
    there, back = matrices[:, first, second], matrices[:, second, first]
    return np.abs(there + back) / 2, (there != 0) | (back != 0)     # also where directions cancel


def _is_certain(name: str, removal: str, *, tied: bool) -> bool:
    """Whether nothing of an order, and of where it takes weights, is drawn by chance."""
    return not tied and removal != "rewire" and name in ("strongest", "weakest")


def _is_tied(matrices: FloatArray) -> bool:
    """Whether any two pairs of a head couple alike, so that chance decides whose turn it is."""
    couplings, carries = _couplings(matrices)
    return any(len(np.unique(c[there])) < there.sum() for c, there in zip(couplings, carries, strict=True))


def _orders(
    matrices: FloatArray, kilometres: FloatArray | None, repeats: int, generator: np.random.Generator
) -> dict[str, list[_Order]]:
    """Every order, as often as it is drawn; 'strongest' first."""
    first, second = np.triu_indices(matrices.shape[1], k=1)
    couplings, carries = _couplings(matrices)
    if not carries.any():
        raise ValueError("interaction must have a weight between two sensors, got none")
    length = None if kilometres is None else (kilometres + kilometres.T)[first, second] / 2
    found: dict[str, list[_Order]] = {}

    def draw(name: str, pairs: Sequence[IntArray]) -> None:
        partner = tuple(generator.integers(len(first), size=len(p)) for p in pairs)
        found.setdefault(name, []).append(_Order(tuple(pairs), partner))

    for _ in range(repeats):
        ways = [generator.permutation(len(first)) for _ in matrices]  # for ties: not the order of the sensors
        strongest = [way[np.argsort(-c[way], kind="stable")] for c, way in zip(couplings, ways, strict=True)]
        strongest = [s[c[s]] for s, c in zip(strongest, carries, strict=True)]
        draw("strongest", strongest)
        draw("weakest", [s[::-1] for s in strongest])
        draw("random", [generator.permutation(s) for s in strongest])
        if length is not None:
            draw("length", [_as_long(s, length[s], generator) for s in strongest])
    return found


def _as_long(strongest: IntArray, length: FloatArray, generator: np.random.Generator) -> IntArray:
    """Every pair in a random order in which, at each turn, one goes that is as long as the strongest then is.

    As long is in the same bin of lengths; bins hold equally many pairs. Any beginning of the order holds as many pairs
    of each bin as the same beginning of the strongest.
    """
    bins = max(1, min(BINS, len(strongest) // FEWEST))
    edges = np.quantile(length, np.arange(1, bins) / bins) if len(length) else length
    number = np.searchsorted(edges, length, side="right")
    order = strongest.copy()
    for one in np.unique(number):
        order[number == one] = generator.permutation(strongest[number == one])
    return order


def _edit(
    matrices: FloatArray, order: _Order, removal: str, share: float
) -> tuple[FloatArray, FloatArray | None]:
    """Gates, and what is added, for the first share of an order removed in every head; each (H, N, N)."""
    first, second = np.triu_indices(matrices.shape[1], k=1)
    gates = np.ones(matrices.shape)
    added = None if removal == "zero" else np.zeros(matrices.shape)
    for head, (pairs, partner) in enumerate(zip(order.pairs, order.partner, strict=True)):
        removed = pairs[: round(share * len(pairs))]
        content = _swapped(len(first), removed, partner) if removal == "rewire" else None
        where = removed if content is None else np.flatnonzero(content != np.arange(len(first)))
        i, j = first[where], second[where]
        gates[head, i, j] = gates[head, j, i] = 0.0
        if added is None:
            continue
        if content is None:
            a, b = first[pairs], second[pairs]
            there = np.concatenate([matrices[head, a, b], matrices[head, b, a]])
            added[head, i, j] = added[head, j, i] = there.mean() if len(there) else 0.0
        else:
            a, b = first[content[where]], second[content[where]]
            added[head, i, j], added[head, j, i] = matrices[head, a, b], matrices[head, b, a]
    return gates, added


def _swapped(pairs: int, removed: IntArray, partner: IntArray) -> IntArray:
    """Which pair's weights lie at each pair's place (P,), after each removed one changed places with its partner."""
    content = list(range(pairs))
    for a, b in zip(removed.tolist(), partner.tolist(), strict=False):
        content[a], content[b] = content[b], content[a]
    return np.array(content, dtype=np.int64)


def _area(
    removal: str,
    beside: str,
    between: FloatArray,
    share: FloatArray,
    seen: FloatArray,
    bootstraps: int,
    seed: int,
) -> Area:
    """Area between two curves, from summed absolute errors `between (R, F, K)` and observations `seen (K,)`."""
    step = np.diff(share)
    weight = (np.append(step, 0.0) + np.append(0.0, step)) / 2                   # trapezoids, over shares 0 to 1
    total = np.einsum("f,rfk->rk", weight, between)
    found = block_mean(total, seen, bootstraps, seed)
    return Area(removal, beside, found.value, found.low, found.high)
