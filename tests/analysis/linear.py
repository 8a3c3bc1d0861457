"""Models that can be reckoned by hand, for the tests: forecasts that are linear in the weights."""

import numpy as np

from analysis.arrays import FloatArray
from analysis.predict import Predict
from tests.analysis import planted

H, N, W, T = 2, 7, 8, 3
BLOCK = np.repeat(np.arange(4), 2)
ONES = np.ones((H, N, N))


def uneven() -> FloatArray:
    """Directed weights with zeros and signs, no two alike, a diagonal that stands out."""
    return np.stack([planted.uneven(N, negative=True), planted.sparse(N, seed=1)])


def linear(M: FloatArray, matter: FloatArray | None = None, noise: float = 0.0) -> tuple[Predict, FloatArray]:
    """A model whose sensor i forecasts Σ_hj matter M x_j at step t times t + 1, and what is observed: the same."""
    x = np.random.default_rng(3).normal(1, 1, (W, N))
    matter = np.ones(M.shape) if matter is None else matter

    def predict(gate: FloatArray, added: FloatArray | None) -> FloatArray:
        used = (M * gate + (0 if added is None else added)) * matter
        return np.einsum("hij,wj->wi", used, x)[:, None] * np.arange(1, T + 1)[:, None]

    target = predict(np.ones(M.shape), None)
    return predict, target + noise * np.random.default_rng(4).normal(size=target.shape)


def exact_gradients(M: FloatArray, predict: Predict, target: FloatArray) -> tuple[FloatArray, ...]:
    """Slope and squares of a model that is linear in its weights, weight by weight."""
    seen, base = ~np.isnan(target), predict(np.ones(M.shape), None)
    slope, observed, every = np.zeros((3, *M.shape))
    for place in np.ndindex(M.shape):
        one = np.ones(M.shape)
        one[place] = 0
        along = base - predict(one, None)
        slope[place] = (2 * (base - target) * along)[seen].mean()
        observed[place], every[place] = (along[seen] ** 2).mean(), (along**2).mean()
    return slope, observed, every


