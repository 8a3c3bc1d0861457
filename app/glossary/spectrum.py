"""What is measured on the modes of the learned matrix."""

from app.glossary.records import Measure

SPECTRUM: dict[str, Measure] = {
    "eigenvalue": Measure(
        "Eigenvalue and mode",
        "A mode is a pattern over the sensors that the symmetrised matrix only stretches; the eigenvalue says"
        " by how much. Sensors of the same sign in a mode rise and fall together.",
        r"\tfrac12 (M + M^\top)\, v_k = \lambda_k v_k, \quad \lambda_1 \ge \lambda_2 \ge \dots",
        source="Golub and Van Loan, Matrix Computations, 4th edition (2013), chapter 8; on learned matrices: "
        "arXiv:2506.00770 (2025)",
        pages=("spectrum", "compare"),
        also="eigenvector",
    ),
    "gap": Measure(
        "Spectral gap",
        "How far the first mode stands above the second.",
        r"\lambda_1 - \lambda_2",
        source="Hoory, Linial and Wigderson, Expander graphs and their applications, Bulletin of the American "
        "Mathematical Society 43 (2006)",
        pages=("spectrum",),
    ),
    "ipr": Measure(
        "Inverse participation ratio (IPR)",
        "1/N: a mode that is spread over all sensors alike. 1: a mode that lives on one sensor. Its inverse "
        "is the number of sensors the mode lives on. Of modes that share an eigenvalue it is the mean over all their "
        "mixtures, since which of them are found depends on the order of the sensors.",
        r"\mathrm{IPR}(v) = \textstyle\sum_i v_i^4 \,/\, \big(\sum_i v_i^2\big)^2",
        source="Bell and Dean, Atomic vibrations in vitreous silica, Discussions of the Faraday Society 50 "
        "(1970); on learned matrices: arXiv:2506.00770 (2025)",
        pages=("spectrum", "evidence"),
        also="participation, localised",
    ),
    "dirichlet": Measure(
        "Dirichlet energy",
        "Low: sensors that are linked have similar values in the mode (smooth). High: they differ. On the "
        "learned graph or on the road graph.",
        r"v^\top L v \,/\, v^\top v = \tfrac12 \textstyle\sum_{ij} W_{ij} (v_i - v_j)^2 \,/\, v^\top v",
        source="Shuman et al., The emerging field of signal processing on graphs, IEEE Signal Processing "
        "Magazine 30 (2013)",
        pages=("spectrum", "evidence"),
        also="smooth, Laplacian",
    ),
    "localisation": Measure(
        "Localisation",
        "Mean IPR of all modes beside that of the same weights put to random pairs: 1.0 means that the places"
        " of the weights make modes no more local than chance; p is the share of shuffles that are at least "
        "as local.",
        r"\overline{\mathrm{IPR}}(M) \,/\, \overline{\mathrm{IPR}}(\text{shuffled } M)",
        source="Own definition; p counts the matrix itself among the shuffles: North, Curtis and Sham, American "
        "Journal of Human Genetics 71 (2002)",
        pages=("spectrum",),
        also="shuffle, permutation",
    ),
}
