"""Each measure in one line, and its formula: what stands under 'How to read this' on a page.

The table is the only place where a measure is explained, so that it reads the same everywhere.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure: its name, how to read a value of it in one line, and its formula in LaTeX."""

    name: str
    reading: str
    formula: str


MEASURES: dict[str, Measure] = {
    "interaction": Measure(
        "Weight",
        "How much receiver i takes from sender j, after every normalisation: the matrix that multiplies the features. "
        "Rows are receivers. Different heads may have different scales.",
        r"y_i = \sum_j M_{ij}\, x_j",
    ),
    "pair": Measure(
        "Pair strength and the threshold",
        "A pair of sensors counts by the mean of its two directions. The threshold keeps the strongest share of all "
        "pairs; pairs without any weight are never drawn.",
        r"w_{ij} = \tfrac12 (M_{ij} + M_{ji}), \quad i < j",
    ),
    "neighbours": Measure(
        "Effective neighbours",
        "To how many others a sensor listens: 1 when all its weight comes from one sender, N − 1 when it comes "
        "from all "
        "alike. The middle sensor's figure is given.",
        r"\exp\Big(-\sum_{j \ne i} p_{ij} \ln p_{ij}\Big), \quad p_{ij} = |M_{ij}| \,/\, \textstyle\sum_j |M_{ij}|",
    ),
    "zeros": Measure(
        "Exact zeros",
        "Share of pairs of sensors that do not use each other at all. A small weight is not a zero.",
        r"\#\{i \ne j : M_{ij} = 0\} \,/\, N(N-1)",
    ),
    "asymmetry": Measure(
        "Asymmetry",
        "0: what i takes from j, j takes from i. 1: every pair goes one way only.",
        r"\lVert M - M^\top \rVert_F \,/\, \lVert M + M^\top \rVert_F",
    ),
    "similarity": Measure(
        "Similarity of heads",
        "Correlation of two heads' weights: 1 when they look at the same pairs, 0 when one says nothing about "
        "the other.",
        r"\mathrm{corr}(M^{(a)}_{ij}, M^{(b)}_{ij}), \quad i \ne j",
    ),
    "lift": Measure(
        "Times chance",
        "How many of the strongest pairs lie on a road, beside the share that blind choice would hit. 1.0 "
        "means that the "
        "roads explain nothing. It is called more than chance only when it exceeds chance by three standard "
        "deviations of independent draws and by a quarter; pairs are not quite independent, so near that border take "
        "it as a hint.",
        r"\frac{\text{hits} / \text{pairs}}{\text{road pairs} / \tfrac12 N(N-1)}",
    ),
    "auroc": Measure(
        "AUROC",
        "How often a pair on a road has more weight than a pair that is not: 0.5 is chance, 1 is perfect.",
        r"P(w_{\text{road}} > w_{\text{other}}) + \tfrac12 P(w_{\text{road}} = w_{\text{other}})",
    ),
    "average_precision": Measure(
        "Average precision",
        "Mean share of hits over all thresholds; chance is the share of road pairs among all pairs.",
        r"\sum_k (R_k - R_{k-1})\, P_k",
    ),
    "reach": Measure(
        "Reach",
        "Within how many road links of a sensor half of all weight stays, beside the same for a matrix that is flat.",
        r"\min\Big\{k : \textstyle\sum_{\mathrm{hops}(i,j) \le k} |w_{ij}| \ge \tfrac12 \sum_{i<j} |w_{ij}|\Big\}",
    ),
    "eigenvalue": Measure(
        "Eigenvalue and mode",
        "A mode is a pattern over the sensors that the symmetrised matrix only stretches; the eigenvalue says by how "
        "much. Sensors of the same sign in a mode rise and fall together.",
        r"\tfrac12 (M + M^\top)\, v_k = \lambda_k v_k, \quad \lambda_1 \ge \lambda_2 \ge \dots",
    ),
    "gap": Measure(
        "Spectral gap",
        "How far the first mode stands above the second.",
        r"\lambda_1 - \lambda_2",
    ),
    "ipr": Measure(
        "Inverse participation ratio (IPR)",
        "1/N: a mode that is spread over all sensors alike. 1: a mode that lives on one sensor. Its inverse is the "
        "number of sensors the mode lives on.",
        r"\mathrm{IPR}(v) = \textstyle\sum_i v_i^4 \,/\, \big(\sum_i v_i^2\big)^2",
    ),
    "dirichlet": Measure(
        "Dirichlet energy",
        "Low: sensors that are linked have similar values in the mode (smooth). High: they differ. On the "
        "learned graph or "
        "on the road graph.",
        r"v^\top L v \,/\, v^\top v = \tfrac12 \textstyle\sum_{ij} W_{ij} (v_i - v_j)^2 \,/\, v^\top v",
    ),
    "localisation": Measure(
        "Localisation",
        "Mean IPR of all modes beside that of the same weights put to random pairs: 1.0 means that the places of the "
        "weights make modes no more local than chance; p is the share of shuffles that are at least as local.",
        r"\overline{\mathrm{IPR}}(M) \,/\, \overline{\mathrm{IPR}}(\text{shuffled } M)",
    ),
    "spectral": Measure(
        "Spectral communities",
        "Sensors are placed by the smoothest modes of the learned graph and grouped there. 'Automatic' takes "
        "the number "
        "after which the eigenvalues jump most (the eigengap).",
        r"k = \arg\max_k\, (\mu_{k+1} - \mu_k), \quad \mu \text{ of } I - D^{-1/2} W D^{-1/2}",
    ),
    "louvain": Measure(
        "Louvain communities",
        "Groups are merged as long as modularity rises; the number comes out of that.",
        r"\max_c\, Q(c)",
    ),
    "modularity": Measure(
        "Modularity",
        "Weight within communities beyond what the sensors' strengths alone would put there: 0 is chance, above 0.3 is "
        "usually called clear. The communities were chosen to make it large.",
        r"Q = \frac{1}{2m} \sum_{ij} \Big(W_{ij} - \frac{s_i s_j}{2m}\Big)\, \delta(c_i, c_j)",
    ),
    "nmi": Measure(
        "Normalised mutual information (NMI)",
        "How much one grouping says about another: 0 nothing, 1 all. With many small groups chance alone gives a good "
        "deal, so chance stands beside it.",
        r"2\, I(a; b) \,/\, \big(H(a) + H(b)\big)",
    ),
    "ari": Measure(
        "Adjusted Rand index (ARI)",
        "Share of pairs of sensors that both groupings treat alike, corrected so that chance is 0; 1 is the "
        "same grouping.",
        r"\frac{\mathrm{RI} - E[\mathrm{RI}]}{\max \mathrm{RI} - E[\mathrm{RI}]}",
    ),
    "contrast": Measure(
        "Contrast",
        "How much larger the mean weight is within groups than across them: 0 no difference, 1 twice as large, below 0 "
        "less within than across.",
        r"(\mu_{\text{in}} - \mu_{\text{out}}) \,/\, \mu_{\text{out}}, \quad i \ne j",
    ),
    "mae": Measure(
        "Mean absolute error (MAE)",
        "By how much the forecast is off on average, in the data's unit. Missing values are left out.",
        r"\mathrm{mean}\, |\hat y - y|",
    ),
    "rmse": Measure(
        "Root mean square error (RMSE)",
        "As the mean absolute error, but large errors count more.",
        r"\sqrt{\mathrm{mean}\, (\hat y - y)^2}",
    ),
    "mape": Measure(
        "Mean absolute percentage error (MAPE)",
        "The error as a share of what was observed; observations of (nearly) 0 are left out.",
        r"\mathrm{mean}\, |\hat y - y| \,/\, |y|",
    ),
    "accuracy": Measure(
        "Accuracy",
        "As in the T-GCN papers: 1 without error.",
        r"1 - \lVert \hat Y - Y \rVert_F \,/\, \lVert Y \rVert_F",
    ),
    "r2": Measure(
        "R²",
        "Share of the variance that the forecast explains: 1 all, 0 no better than the mean, below 0 worse.",
        r"1 - \textstyle\sum (\hat y - y)^2 \,/\, \sum (y - \bar y)^2",
    ),
    "simple": Measure(
        "Last value and window mean",
        "Two forecasts that cost nothing: repeat what was seen last, or the mean of what the model sees. A "
        "model that is "
        "not better than these has learned nothing of use.",
        r"\hat y_{t+k} = y_t, \qquad \hat y_{t+k} = \tfrac1L \textstyle\sum_{l<L} y_{t-l}",
    ),
    "recovery": Measure(
        "Recovery of the planted graph",
        "These data were made by code from a graph that is known. The same measures as against the roads, against that "
        "graph: it is the one place where a learned graph can be right or wrong.",
        r"\text{AUROC and hits against the planted pairs}",
    ),
}
