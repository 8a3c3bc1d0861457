"""What is measured between two matrices or two runs."""

from app.glossary.records import Measure

DIFFERENCE: dict[str, Measure] = {
    "likeness": Measure(
        "Correlation and cosine of two matrices",
        "How alike the weights between two sensors are in A and in B, directions and signs kept. Correlation: 0 when "
        "where A is strong says nothing about where B is. Cosine: 1 when the two are the same but for a factor; "
        "matrices without negative weights always have some.",
        r"\cos(A, B) = \sum_{i \ne j} A_{ij} B_{ij} \Big/ \sqrt{\textstyle\sum_{i \ne j} A_{ij}^2 \sum_{i \ne j} "
        r"B_{ij}^2}",
        source="Pearson, Proceedings of the Royal Society of London 58 (1895); Salton and McGill, Introduction to "
        "Modern Information Retrieval (1983)",
        pages=("compare",),
        also="similarity, difference",
    ),
    "jaccard": Measure(
        "Agreement on the strongest pairs",
        "Of all pairs that are among the strongest of either, the share that is among the strongest of both. Chance is "
        "what two independent choices of as many pairs would share on average; p is how likely these share as much. "
        "Where p is not below 0.05, the agreement cannot be told from chance; pairs are not quite independent, so "
        "near that border take it as a hint.",
        r"|S_A \cap S_B| \,/\, |S_A \cup S_B|",
        source="Jaccard, New Phytologist 11 (1912); chance: Real and Vargas, Systematic Biology 45 (1996)",
        pages=("compare",),
        also="Jaccard index, overlap, gained, lost, kept",
    ),
    "counterpart": Measure(
        "Matched heads and matched communities",
        "Neither the heads of one layer nor communities have an order of their own. Each of B is given the one of A to "
        "which it is most alike, each used once, so that no other choice has a larger sum: of correlations for heads, "
        "of shared sensors for communities. A match is always found; the figures beside it say what it is worth. What "
        "stands in a place of its own, such as layer 1 or an output, is matched by its name.",
        r"\max_\pi \textstyle\sum_a s\big(a, \pi(a)\big)",
        source="Kuhn, The Hungarian method for the assignment problem, Naval Research Logistics 2 (1955)",
        pages=("compare", "evidence"),
        also="Hungarian method, assignment, moved",
    ),
    "overlap": Measure(
        "Overlap of leading modes",
        "Whether the k strongest patterns of A and of B span the same space: 1 the same, 0 nothing in common; random "
        "directions have k / N, and what counts is the share of the way from there to 1. It is the mean squared cosine "
        "of the angles between the two spaces.",
        r"\tfrac1k \lVert U_k^\top V_k \rVert_F^2 = \tfrac1k \textstyle\sum_{l \le k} \cos^2 \theta_l",
        source="Björck and Golub, Numerical methods for computing angles between linear subspaces, Mathematics of "
        "Computation 27 (1973)",
        pages=("compare",),
        also="principal angles, subspace",
    ),
}
