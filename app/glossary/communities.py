"""What is measured on groups of sensors."""

from app.glossary.records import Measure

COMMUNITIES: dict[str, Measure] = {
    "spectral": Measure(
        "Spectral communities",
        "Sensors are placed by the smoothest modes of the learned graph and grouped there. 'Automatic' takes "
        "the number after which the eigenvalues jump most (the eigengap); of more than 30 separate parts, each is a "
        "community.",
        r"k = \arg\max_k\, (\mu_{k+1} - \mu_k), \quad \mu \text{ of } I - D^{-1/2} W D^{-1/2}",
        source="Shi and Malik, Normalized cuts and image segmentation, IEEE PAMI 22 (2000); the eigengap: von "
        "Luxburg, A tutorial on spectral clustering, Statistics and Computing 17 (2007), section 8.3",
        pages=("communities",),
        also="clusters, eigengap",
    ),
    "louvain": Measure(
        "Louvain communities",
        "Groups are merged as long as modularity rises; the number comes out of that.",
        r"\max_c\, Q(c)",
        source="Blondel, Guillaume, Lambiotte and Lefebvre, Fast unfolding of communities in large networks, "
        "Journal of Statistical Mechanics (2008) P10008",
        pages=("communities",),
        also="clusters",
    ),
    "modularity": Measure(
        "Modularity",
        "Weight within communities beyond what the sensors' strengths alone would put there: 0 for groups that were "
        "not sought. A search makes it large in anything, the more so the fewer the weights, so it stands beside what "
        "the same method finds in the same weights in random places, or on random senders of each receiver if that is "
        "more. It is called clear from 0.3 of the way from "
        "there to 1 on, faint from 0.1 on. A chain, or a city where all near sensors couple, exceeds chance too, "
        "without any borders.",
        r"Q = \frac{1}{2m} \sum_{ij} \Big(W_{ij} - \frac{s_i s_j}{2m}\Big)\, \delta(c_i, c_j)",
        source="Newman, Analysis of weighted networks, Physical Review E 70 (2004) 056131; by chance: Guimerà, "
        "Sales-Pardo and Amaral, Physical Review E 70 (2004) 025101",
        pages=("communities",),
    ),
    "nmi": Measure(
        "Normalised mutual information (NMI)",
        "How much one grouping says about another: 0 nothing, 1 all. With many small groups chance alone "
        "gives a good deal, and more between groups that are compact on one map.",
        r"2\, I(a; b) \,/\, \big(H(a) + H(b)\big)",
        source="Vinh, Epps and Bailey, Information theoretic measures for clusterings comparison, Journal of "
        "Machine Learning Research 11 (2010): with the mean of both entropies",
        pages=("communities", "compare", "evidence", "benchmark"),
        also="agreement",
    ),
    "ari": Measure(
        "Adjusted Rand index (ARI)",
        "Share of pairs of sensors that both groupings treat alike, corrected so that exchanged sensors give 0; 1 is "
        "the same grouping. Groups that are compact on one map exceed 0 by themselves.",
        r"\frac{\mathrm{RI} - E[\mathrm{RI}]}{\max \mathrm{RI} - E[\mathrm{RI}]}",
        source="Hubert and Arabie, Comparing partitions, Journal of Classification 2 (1985)",
        pages=("communities", "compare", "evidence", "benchmark"),
        also="agreement",
    ),
    "contrast": Measure(
        "Contrast",
        "How much larger the mean weight is within groups than across them: 0 no difference, 1 twice as "
        "large, below 0 less within than across.",
        r"(\mu_{\text{in}} - \mu_{\text{out}}) \,/\, \mu_{\text{out}}, \quad i \ne j",
        source="Beyond Attention, arXiv:2506.00770 (2025)",
        pages=("communities", "evidence", "benchmark"),
    ),
}
