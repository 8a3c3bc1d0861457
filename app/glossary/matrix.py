"""What is measured on the learned matrix itself."""

from app.glossary.records import Measure

MATRIX: dict[str, Measure] = {
    "interaction": Measure(
        "Weight",
        "How much receiver i takes from sender j, after every normalisation: the matrix that multiplies the "
        "features. Rows are receivers. Different heads may have different scales.",
        r"y_i = \sum_j M_{ij}\, x_j",
        source="Beyond Attention, arXiv:2506.00770 (2025)",
        pages=("overview", "heads", "map", "compare"),
        also="learned graph, matrix",
    ),
    "pair": Measure(
        "Pair strength and the threshold",
        "A pair of sensors counts by the mean of its two directions. The threshold keeps the strongest share "
        "of all pairs; pairs without any weight are never drawn.",
        r"w_{ij} = \tfrac12 (M_{ij} + M_{ji}), \quad i < j",
        source="Own definition; the paper on the layer draws the strongest 2 to 3 % on the map: arXiv:2506.00770"
        " (2025)",
        pages=("heads", "map", "compare"),
        also="threshold, coupling, strength",
    ),
    "neighbours": Measure(
        "Effective neighbours",
        "To how many others a sensor listens: 1 when all its weight comes from one sender, N − 1 when it "
        "comes from all alike. The middle sensor's figure is given.",
        r"\exp\Big(-\sum_{j \ne i} p_{ij} \ln p_{ij}\Big), \quad p_{ij} = |M_{ij}| \,/\, \textstyle\sum_j |M_{ij}|",
        source="Hill, Diversity and evenness: a unifying notation and its consequences, Ecology 54 (1973): the "
        "number of order 1",
        pages=("overview", "heads"),
        also="sparsity, entropy",
    ),
    "zeros": Measure(
        "Exact zeros",
        "Share of pairs of sensors that do not use each other at all. A small weight is not a zero.",
        r"\#\{i \ne j : M_{ij} = 0\} \,/\, N(N-1)",
        source="Own definition: a count",
        pages=("overview", "heads"),
        also="sparsity",
    ),
    "asymmetry": Measure(
        "Asymmetry",
        "0: what i takes from j, j takes from i. 1: every pair goes one way only. Weights count by their squares, so "
        "a few strong pairs can decide it; above 1, directions with opposite signs do. The page Heads counts beside it "
        "how many pairs go one way: those whose weaker direction has less than a third of the other's weight.",
        r"\lVert M - M^\top \rVert_F \,/\, \lVert M + M^\top \rVert_F",
        source="Own definition: the antisymmetric part of the matrix against the symmetric one",
        pages=("overview", "heads", "spectrum"),
        also="direction",
    ),
    "similarity": Measure(
        "Similarity of heads",
        "Correlation of two heads' weights: 1 when they look at the same pairs, 0 when one says nothing about"
        " the other.",
        r"\mathrm{corr}(M^{(a)}_{ij}, M^{(b)}_{ij}), \quad i \ne j",
        source="Pearson, Notes on regression and inheritance in the case of two parents, Proceedings of the "
        "Royal Society of London 58 (1895)",
        pages=("heads",),
        also="correlation",
    ),
}
