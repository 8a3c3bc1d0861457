"""What is measured to tell whether a learned graph is real."""

from app.glossary.records import Measure

EVIDENCE: dict[str, Measure] = {
    "moran": Measure(
        "Moran spectral randomisation",
        "Chance that knows the map: weights that fall off with distance as those learned, and whose rest is as smooth "
        "over the map, but lies elsewhere. What such weights reach as well is explained by near sensors being alike.",
        r"\tilde C_{ij} = f(d_{ij}) + \sigma(d_{ij})\, (Q R Q^\top)_{ij}, \quad Q = U S U^\top, \ "
        r"S \text{ random signs}",
        source="Wagner and Dray, Generating spatially constrained null models for irregularly spaced data using Moran "
        "spectral randomization methods, Methods in Ecology and Evolution 6 (2015); for Mantel tests: Crabot, Clappe, "
        "Dray and Datry, Methods in Ecology and Evolution 10 (2019)",
        pages=("evidence",),
        also="null model, spatial autocorrelation, surrogate",
    ),
    "rewiring": Measure(
        "Rewiring that keeps number and length of roads",
        "Chance that knows the map: every sensor keeps as many roads, and roads stay as long as they were, but whom "
        "they join is drawn anew.",
        r"\tilde R : \ \deg_{\tilde R}(i) = \deg_R(i), \quad \text{as many roads of each length}",
        source="Betzel and Bassett, Specificity and robustness of long-distance connections in weighted, interareal "
        "connectomes, PNAS 115 (2018); p values: Besag and Clifford, Biometrika 76 (1989)",
        pages=("evidence",),
        also="null model, degree, edge length, surrogate",
    ),
    "configuration": Measure(
        "Weighted configuration",
        "Chance that knows how strong each sensor is, and nothing of the map: weights are dealt out anew so that each "
        "sensor keeps its total. What it reaches as well is explained by strong sensors alone.",
        r"\textstyle\sum_j \tilde C_{ij} = \sum_j C_{ij} \ \text{ for all } i",
        source="Serrano and Boguñá, Weighted configuration model, AIP Conference Proceedings 776 (2005)",
        pages=("evidence",),
        also="null model, strength, surrogate",
    ),
    "mantel": Measure(
        "Plain permutation, Mantel test",
        "Chance that knows nothing: the names of the sensors are exchanged. It takes any two smooth maps for related, "
        "since near sensors are alike, and so is shown in grey and decides nothing.",
        r"r\big(C_{\pi(i)\pi(j)},\, R_{ij}\big), \quad \pi \text{ a random permutation}",
        source="Mantel, Cancer Research 27 (1967); that it is too liberal: Guillot and Rousset, Methods in Ecology and "
        "Evolution 4 (2013), arXiv:1112.0651",
        pages=("evidence",),
        also="permutation test, exchangeable, liberal",
    ),
    "effect": Measure(
        "Effect size: standard deviations above chance",
        "How far the measured value lies above the mean of the draws, in their standard deviation. About 2 is rare by "
        "chance; a large one under one null and a small one under another says that the first forgot something.",
        r"(s - \bar s_\text{null}) \,/\, \mathrm{sd}(s_\text{null})",
        source="Gotelli and McCabe, Species co-occurrence, Ecology 83 (2002): the standardized effect size",
        pages=("evidence",),
        also="z score, SES",
    ),
    "p_value": Measure(
        "p-value",
        "The share of the draws that reach the measured value, that value counted among them; so it is never zero, and "
        "with few draws it cannot be small. "
        "Below 0.05 is called beyond chance: one test in twenty is so by chance alone.",
        r"p = \frac{1 + \#\{s_r \ge s\}}{1 + R}",
        source="North, Curtis and Sham, American Journal of Human Genetics 71 (2002)",
        pages=("evidence",),
        also="significance, level",
    ),
    "holm": Measure(
        "Holm's correction",
        "Many heads are many tests, and one of twenty is beyond chance by chance. Corrected, at most one run in twenty "
        "has any head that is called so without cause.",
        r"\tilde p_{(k)} = \max_{j \le k}\, \min\big(1,\, (m - j + 1)\, p_{(j)}\big)",
        source="Holm, A simple sequentially rejective multiple test procedure, Scandinavian Journal of Statistics 6 "
        "(1979)",
        pages=("evidence",),
        also="multiple tests, Bonferroni",
    ),
    "bh": Measure(
        "Benjamini and Hochberg's correction",
        "Milder than Holm's: among the modes that are called beyond chance, about one in twenty is so without cause.",
        r"\tilde p_{(k)} = \min_{j \ge k}\, \min\big(1,\, m\, p_{(j)} / j\big)",
        source="Benjamini and Hochberg, Controlling the false discovery rate, Journal of the Royal Statistical Society "
        "B 57 (1995)",
        pages=("evidence",),
        also="false discovery rate, FDR, multiple tests",
    ),
    "stable_overlap": Measure(
        "Overlap between seeds",
        "Of all pairs that are among the strongest of either of two seeds, the share that is among the strongest of "
        "both, as a mean over all two seeds: 1, always the same pairs. Chance is the same after the sensors of each "
        "seed are renamed at random.",
        r"\mathrm{mean}_{s<t}\ |S_s \cap S_t| \,/\, |S_s \cup S_t|",
        source="Jaccard, New Phytologist 11 (1912)",
        pages=("evidence",),
        also="Jaccard, stability, agreement of seeds",
    ),
    "spread": Measure(
        "Spread over seeds",
        "The standard deviation of a weight over the seeds beside its mean: near 0, the same in each; above 1, the "
        "seeds disagree on whether it is there at all.",
        r"\mathrm{sd}_s(M^{(s)}_{ij}) \,/\, |\mathrm{mean}_s(M^{(s)}_{ij})|",
        source="Own definition: the coefficient of variation (Pearson, 1896), weight by weight",
        pages=("evidence",),
        also="coefficient of variation, standard deviation, stability",
    ),
    "consensus": Measure(
        "Consensus communities",
        "Communities of how often two sensors share a community over the seeds, where that is in more than half of "
        "them, until all attempts agree. The seeds are said to agree on them only where their ARI is larger than after "
        "the sensors of each seed are renamed at random.",
        r"D_{ij} = \tfrac1S \textstyle\sum_s \delta\big(c^{(s)}_i, c^{(s)}_j\big), \quad c = \text{communities of } D",
        source="Lancichinetti and Fortunato, Consensus clustering in complex networks, Scientific Reports 2 (2012)",
        pages=("evidence",),
        also="consensus clustering, seeds",
    ),
    "az": Measure(
        "AZ-whiteness",
        "Whether errors of joined sensors, and of following moments, have one sign more often, or less, than by "
        "chance: within ±1.96 the test sees nothing. Far outside, the model leaves structure that a better one could "
        "use. How far chance reaches is read off the sums over moments, so that errors alike in space do not pass for "
        "structure in time, nor slow ones, but for a little, for structure in space. Space, time and both are three "
        "looks, and what is said of them is corrected for their number. Each e is an error less its sensor's median.",
        r"\frac{\sum_t q_t}{\mathrm{sd}(\sum_t q_t)}, \quad q_t = \textstyle\sum_{(i,j)} w_{ij}\, "
        r"\mathrm{sgn}(e_{ti}\, e_{tj}) \ \text{or} \ \sum_i \mathrm{sgn}(e_{ti}\, e_{t+1,i}), \quad "
        r"\text{both} = \tfrac{1}{\sqrt 2} (\text{space} + \text{time})",
        source="Zambon and Alippi, AZ-whiteness test, NeurIPS 35 (2022), arXiv:2204.11135; standard deviation in "
        "space: Lazarus, Lewis, Stock and Watson, HAR inference, Journal of Business and Economic Statistics 36 (2018)",
        pages=("evidence",),
        also="residuals, whiteness, correlation of errors",
    ),
    "az_sensor": Measure(
        "AZ-analysis of a sensor",
        "The same for one sensor. The map shows its score in space, of the edges that end there: where errors still "
        "go with those of neighbours. Its score in time, whether its error goes with its own last one, and the two "
        "together are in the table. By chance one sensor in twenty lies outside ±1.96.",
        r"\text{space}_i = \frac{\sum_t q_{ti}}{\mathrm{sd}(\sum_t q_{ti})}, \quad q_{ti} = "
        r"\textstyle\sum_{j} w_{ij}\, \mathrm{sgn}(e_{ti}\, e_{tj}); \qquad \text{time}_i \text{ of } "
        r"\mathrm{sgn}(e_{ti}\, e_{t+1,i}); \qquad \text{both} = \tfrac{1}{\sqrt 2} (\text{space}_i + \text{time}_i)",
        source="Zambon and Alippi, Where and how to improve graph-based spatio-temporal predictors, "
        "arXiv:2302.01701 (2023), the score of a node; standard deviation as of the whole graph",
        pages=("evidence",),
        also="residuals, map of errors",
    ),
    "p_normal": Measure(
        "p-value of a standard score",
        "How often a score would lie at least as far from 0, on either side, if nothing were left. It is read off the "
        "normal curve, so no draws are made, and it holds for many moments only. Below 0.05 is called beyond chance.",
        r"p = 2\, \Phi(-|z|)",
        source="Zambon and Alippi, AZ-whiteness test, NeurIPS 35 (2022), arXiv:2204.11135: the score is normal in the "
        "limit",
        pages=("evidence",),
        also="significance, normal approximation, two-sided",
    ),
    "one_sign": Measure(
        "Joined errors of one sign",
        "How large that is: the share of joined pairs whose errors have the same sign. 50 %: as by chance. With many "
        "data the test sees a share of 51 % as well, which may not be worth another model.",
        r"\mathrm{mean}_{(i,j),\, t}\ \mathbf{1}\big[e_{ti}\, e_{tj} > 0\big]",
        source="Own definition, based on Zambon and Alippi, arXiv:2204.11135 (2022)",
        pages=("evidence",),
        also="effect size, residuals",
    ),
    "found": Measure(
        "Share of true edges found",
        "Where the truth is known: of as many strongest pairs as edges were planted, the share that is planted.",
        r"|S_k \cap E| \,/\, k, \quad k = |E|",
        source="Manning, Raghavan and Schütze, Introduction to Information Retrieval (2008), section 8.4: R-precision",
        pages=("evidence",),
        also="recovery, precision at k, planted truth",
    ),
    "far": Measure(
        "Far couplings found",
        "The share of planted couplings between sensors that no road joins which is among the strongest 5 % of pairs: "
        "what no map could have told.",
        r"|S_{5\,\%} \cap F| \,/\, |F|",
        source="Own definition, on the planted graph of made-up data",
        pages=("evidence",),
        also="recovery, long distance, planted truth",
    ),
}
