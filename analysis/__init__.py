"""Measures of a learned interaction matrix: arrays in, numbers or frozen results out.

`M[i, j]` is the weight with which receiver `i` uses sender `j`; rows are receivers. N sensors, H heads,
W windows, T steps ahead. Every function leaves its inputs as they are and works in float64.

One convention for signs and directions, unless a function says otherwise: a measure of *pairs* works on the
**coupling** of a pair, `C_ij = |M_ij + M_ji| / 2`, diagonal left out. Negative weights couple as strongly as
positive ones; where a weight is returned, it keeps its sign.

    arrays.py       what is given: checked, or refused with a reason
    matrix.py       the matrix itself: sparsity, strength, strongest pairs, likeness of heads
    direction.py    whether it goes one way: as a whole, and pair by pair
    spectrum.py     eigenvalues, localisation, smoothness of the modes
    communities.py  groups of sensors, and how well two groupings agree
    clearness.py    their modularity beside what the same method finds in the same weights in random places
    ranks.py        whether two matrices rank their pairs alike, next to chance
    roads.py        the matrix against a road graph or a planted graph
    difference.py   two matrices against each other: weights, strongest pairs, modes
    matching.py     which group or head of one is which of another, and over many runs
    evidence.py     whether a matrix is more than chance: all of the following, for every head
    against.py      roads and known groups under nulls that keep what is trivial
    modes.py        localisation and smoothness of the modes under the same
    nulls.py        what these tests are, and what is drawn once for all of them
    moran.py        one such null: what distance explains, and how smooth the rest is, stay
    rewiring.py     another: the roads' degrees and lengths stay
    configuration.py  another: each sensor's total weight stays
    stability.py    what comes back from other seeds
    consensus.py    what many runs, or many partitions, agree on
    multiplicity.py many tests at once: p values that allow for how many there are
    process.py      made data whose graph is known
    planted.py      how much of it is found
    simple_graphs.py  the graphs that take no forecaster: correlation, partial correlation, ridge VAR
    residuals.py    whether anything is left in what a run's forecasts leave, along every graph at hand
    whiteness.py    the test of one graph that this takes, in space and in time
    signs.py        what it is made of: sums of signs, and how far they are from chance
    gates.py        which weights are cut
    use.py          whether the forecast needs them: all of the following
    predict.py      a model as a function of what multiplies its weights
    effects.py      what every single weight does to it
    cuts.py         what it loses without a set of weights
    deletion.py     what it loses as more and more pairs are removed
    blocks.py       a mean over windows, and how far it would move with others
    forecasts.py    errors by horizon, by sensor, by hour of day
    forecast_tests.py  whether one forecast is better than another: over windows, over seeds

And of the data that a model is trained on, values (T, N) with nan where missing:

    series.py       what is given: checked; stretches, medians
    quality.py      what is missing, dead, twice there, out of range
    stuck.py        values that repeat for too long
    copies.py       days that a sensor has twice, value for value
    shifts.py       times at which many sensors change at once
    steps.py        the row at which they do
"""
