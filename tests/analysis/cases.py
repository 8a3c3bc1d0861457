"""Arguments for every public function of the analysis layer, small and of the type that is not converted."""

from collections.abc import Callable
from typing import Any

import numpy as np

from analysis import (
    against,
    arrays,
    blocks,
    clearness,
    communities,
    configuration,
    consensus,
    copies,
    cuts,
    deletion,
    difference,
    direction,
    distances,
    effects,
    evidence,
    forecast_tests,
    forecasts,
    gates,
    groups,
    matching,
    matrix,
    modes,
    moran,
    multiplicity,
    nulls,
    predict,
    process,
    quality,
    ranks,
    residuals,
    rewiring,
    roads,
    series,
    shifts,
    signs,
    simple_graphs,
    spectrum,
    stability,
    steps,
    stuck,
    use,
    whiteness,
)
from analysis import planted as planted_truth
from tests.analysis import planted

M = planted.uneven(9, negative=True)
ROAD = planted.chain(9)
HEADS = np.stack([M, planted.uneven(9, seed=1)])
RUNS = np.stack([HEADS, HEADS[::-1] + ROAD])
LABELS = planted.membership((4, 3, 2))
SENSORS = np.arange(9)
FORECAST = np.random.default_rng(0).random((5, 3, 9)) + 1.0
OBSERVED = np.where(FORECAST > 1.8, np.nan, FORECAST + 0.25)

VALUES = np.random.default_rng(0).normal(50, 5, (24 * 24, 4))  # 24 days, every hour
VALUES[12 * 24 :] -= 20
VALUES[100:110, 1] = np.nan
VALUES[200:240, 2] = 7.0
VALUES[5, 3] = 9999.0
TIMES = 60 * np.arange(len(VALUES))


def summed(gate: np.ndarray, added: np.ndarray | None) -> np.ndarray:
    """A model whose sensors forecast the sum of their weights, in five windows and three steps."""
    total = (HEADS * gate + (0 if added is None else added)).sum(axis=(0, 2))
    return total * np.ones((5, 3, 1))


SPOTS = np.random.default_rng(2).random((9, 2))
APART = np.linalg.norm(SPOTS[:, None] - SPOTS, axis=-1)
PLACES = moran.places(APART)
PAIRS = np.random.default_rng(3).random(36)
SIGNS = moran.random_signs(9, 5)
EDGE = arrays.joined(ROAD)
REWIRED = rewiring.rewired(ROAD, APART, 19)
PREPARED = nulls.preparation(9, APART, EDGE, 19)

# Arguments for every public function; arrays of the type that a function would not have to convert.
CASES: dict[Callable[..., Any], tuple[Any, ...]] = {
    arrays.checked: (M,),
    arrays.checked_road: (ROAD, 9),
    arrays.joined: (ROAD,),
    arrays.checked_heads: (HEADS,),
    multiplicity.holm: (np.array([0.01, 0.04, np.nan]),),
    multiplicity.benjamini_hochberg: (np.array([0.01, 0.04, np.nan]),),
    multiplicity.enough_draws: (32, 199),
    matrix.symmetrised: (M,),
    matrix.coupling: (M,),
    matrix.mean_of_heads: (HEADS,),
    direction.asymmetry: (M,),
    direction.mutuality: (M,),
    matrix.sparsity: (M,),
    matrix.strength: (M,),
    matrix.degrees: (M, 0.5),
    matrix.strongest_count: (9, 0.3),
    matrix.strongest_pairs: (M, 0.3),
    matrix.head_similarity: (HEADS,),
    spectrum.laplacian: (M,),
    spectrum.inverse_participation_ratio: (M,),
    spectrum.dirichlet_energy: (M, M),
    spectrum.spectrum: (M, ROAD),
    spectrum.localisation: (M, 5),
    groups.checked_labels: (LABELS, "labels", 9),
    communities.spectral_communities: (M,),
    communities.louvain_communities: (M,),
    groups.modularity: (M, LABELS),
    clearness.clearness: (M, LABELS, "spectral", None, 5),
    groups.contrast: (M, LABELS),
    groups.agreement: (LABELS, LABELS, 5),
    ranks.rank_match: (M, ROAD, 19),
    roads.road_match: (M, ROAD, 0.3),
    roads.recovery: (M, ROAD),
    distances.hops: (ROAD,),
    distances.kilometres: (SENSORS / 10, SENSORS / 5),
    roads.reach: (M, ROAD, 0.5),
    distances.spans: (SENSORS[:4], SENSORS[3:7], M),
    roads.edge_classes: (M, ROAD, 0.3),
    difference.matrix_difference: (M, HEADS[1], "mean"),
    difference.edge_change: (M, HEADS[1], 0.3),
    difference.spectrum_difference: (M, HEADS[1], 4),
    matching.matched_labels: (LABELS, LABELS[::-1].copy()),
    matching.matched_heads: (HEADS, HEADS[::-1].copy()),
    matching.layer: ("layer 1, head 2",),
    matching.matched_runs: (RUNS, ("head 1", "head 2")),
    matching.layers: (("a1", "b", "a2"),),
    matching.counterparts: (np.array([[0.5, 0.9], [0.7, 0.1]]), (np.array([0, 1]),)),
    matching.checked_runs: (RUNS,),
    stability.stability: (RUNS, ("head 1", "head 2"), ("x", "y"), (0, 1), 0.3, 9),
    consensus.consensus_graph: (RUNS, ("head 1", "head 2")),
    consensus.consensus: (np.stack([LABELS, LABELS[::-1]]),),
    consensus.consensus_matrix: (np.stack([LABELS, LABELS[::-1]]),),
    consensus.adjusted_rand: (LABELS, LABELS[::-1].copy()),
    gates.edge: (2, 9, 3, 4),
    gates.pair: (2, 9, 3, 4, 1),
    gates.inputs: (2, 9, [3, 4]),
    gates.stretch: (2, 9, [3, 4]),
    gates.head: (2, 9, 1),
    gates.inside: (2, LABELS, 0),
    gates.border: (2, LABELS, 0),
    deletion.deletion: (summed, HEADS, OBSERVED, np.arange(5), np.abs(M), (0, 0.5, 1)),
    deletion.model_runs: (HEADS, 2, 9),
    predict.checked_forecast: (FORECAST, OBSERVED),
    predict.checked_target: (OBSERVED, np.arange(5), 9),
    blocks.block_mean: (OBSERVED[:, :, 0].T.copy(), np.arange(1.0, 6.0)),
    cuts.cut: (summed, FORECAST, OBSERVED, np.zeros((2, 9, 9))),
    effects.effects: (summed, HEADS, (HEADS, HEADS**2, HEADS**2), OBSERVED, 4),
    use.use: (("one", "other"), HEADS, summed, lambda: (HEADS, HEADS**2, HEADS**2), OBSERVED, np.arange(5)),
    moran.spatial_weights: (APART,),
    moran.places: (APART,),
    moran.random_signs: (9, 5),
    moran.standardised: (PAIRS, PLACES),
    moran.square: (PAIRS, 9),
    moran.cross_products: (PAIRS, np.round(PAIRS), PLACES, SIGNS),
    moran.moran_matrices: (PAIRS, PLACES, SIGNS),
    moran.moran_vectors: (M, PLACES, SIGNS),
    rewiring.length_classes: (APART, ROAD),
    rewiring.rewired: (ROAD, APART, 19),
    rewiring.freest: (ROAD, APART, 0.1, 19),
    rewiring.rewired_sums: (PAIRS, REWIRED),
    configuration.expected_coupling: (M,),
    configuration.configurations: (M, 5),
    nulls.preparation: (9, APART, EDGE, 19),
    nulls.preparation_of_some: (LABELS < 2, APART, 19),
    nulls.untestable: (EDGE, PREPARED),
    nulls.upper_tail: (0.5, PAIRS),
    nulls.road_sums: (PAIRS, PREPARED.pairs(EDGE), REWIRED, PLACES),
    against.against_roads: (M, ROAD, APART, 19),
    against.against_groups: (M, LABELS, APART, 19),
    against.groups_agreement: (LABELS, LABELS[::-1].copy(), APART, 19),
    against.road_tests: (matrix.coupling(M), EDGE, PREPARED),
    against.group_tests: (matrix.coupling(M), LABELS, PREPARED),
    against.agreement_tests: (LABELS, LABELS[::-1].copy(), PREPARED),
    modes.modes_by_chance: (M, ROAD, APART, 19),
    modes.mode_tests: (matrix.coupling(M), EDGE, PREPARED),
    evidence.chance: (("one", "other"), HEADS, ROAD, APART, LABELS, None, 19),
    series.checked_values: (VALUES,),
    series.checked_minutes: (TIMES, len(TIMES)),
    series.sorted_values: (VALUES,),
    series.runs: (np.isnan(VALUES),),
    series.column_medians: (VALUES,),
    quality.missing: (VALUES,),
    quality.gaps: (VALUES,),
    quality.blackouts: (VALUES,),
    quality.dead: (VALUES,),
    quality.duplicates: (VALUES,),
    quality.outliers: (VALUES,),
    copies.copies: (VALUES, TIMES),
    steps.step_row: (VALUES, TIMES, 24, 48),
    stuck.stuck: (VALUES, TIMES),
    shifts.shifts: (VALUES, TIMES),
    whiteness.whiteness: (FORECAST[:, 0] - OBSERVED[:, 0], M, np.arange(5)),
    whiteness.sensor_whiteness: (FORECAST[:, 0] - OBSERVED[:, 0], M, np.arange(5)),
    signs.together: (VALUES[:, 0], VALUES[:, 1]),
    residuals.residuals: (("one", "other"), HEADS, ROAD, FORECAST, OBSERVED, np.arange(5), 2, 0.3),
    simple_graphs.correlation: (VALUES, np.arange(len(VALUES)) % 24),
    simple_graphs.partial_correlation: (VALUES, np.arange(len(VALUES)) % 24),
    simple_graphs.ridge_var: (VALUES, np.arange(len(VALUES)) % 24),
    process.ring: (9,),
    process.truth: (ROAD, 2, 3),
    process.noise_of: (OBSERVED[:, 0], FORECAST[:, 0], np.array([0, 0, 0, 1, 1])),
    process.process: (ROAD, 50, 0.3, 0.1),
    planted_truth.recovered: ("itself", M, process.truth(ROAD, 2, 3)),
    planted_truth.planted: (ROAD, 60, 0.3, 0.1, None, 1),
    forecast_tests.diebold_mariano: (np.sin(np.arange(30.0)), np.cos(np.arange(30.0)), 3),
    forecast_tests.paired: (np.array([1.0, 1.5, 2.0]), np.array([1.1, 1.3, 2.4])),
    forecasts.errors: (FORECAST, OBSERVED),
    forecasts.errors_by_sensor: (FORECAST, OBSERVED),
    forecasts.errors_by_hour: (FORECAST, OBSERVED, np.arange(15).reshape(5, 3)),
}
