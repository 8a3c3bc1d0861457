"""What is measured on the learned matrix against the road graph, or against a planted one."""

from app.glossary.records import Measure

ROADS: dict[str, Measure] = {
    "lift": Measure(
        "Times chance",
        "How many of the strongest pairs lie on a road, beside the share that blind choice would hit. A pair "
        "without weight is never among them, however many are asked for. 1.0 "
        "means that the roads explain nothing. It is called more than chance only when it exceeds chance by "
        "three standard deviations of independent draws and by a quarter; pairs are not quite independent, so"
        " near that border take it as a hint.",
        r"\frac{\text{hits} / \text{pairs}}{\text{road pairs} / \tfrac12 N(N-1)}",
        source="Brin, Motwani, Ullman and Tsur, Dynamic itemset counting and implication rules for market basket"
        " data, SIGMOD 1997, there called interest",
        pages=("overview", "map", "runs", "benchmark"),
        also="lift, precision, hits",
    ),
    "auroc": Measure(
        "AUROC",
        "How often a pair on a road has more weight than a pair that is not: 0.5 is chance, 1 is perfect.",
        r"P(w_{\text{road}} > w_{\text{other}}) + \tfrac12 P(w_{\text{road}} = w_{\text{other}})",
        source="Hanley and McNeil, The meaning and use of the area under a receiver operating characteristic "
        "curve, Radiology 143 (1982)",
        pages=("overview", "map", "evidence", "benchmark"),
        also="area under the curve, AUC",
    ),
    "average_precision": Measure(
        "Average precision",
        "Mean share of hits over all thresholds; chance is the share of road pairs among all pairs.",
        r"\sum_k (R_k - R_{k-1})\, P_k",
        source="Manning, Raghavan and Schütze, Introduction to Information Retrieval (2008), section 8.4; ties "
        "as in McSherry and Najork, ECIR 2008",
        pages=("overview",),
        also="area under precision and recall, AUPRC",
    ),
    "reach": Measure(
        "Reach",
        "Within how many road links of a sensor half of all weight stays, beside the same for a matrix that is flat. "
        "A head is called near or far only if its weight within the nearer half of all pairs differs from what the "
        "same weights in random places have there by more than 1.96 standard deviations.",
        r"\min\Big\{k : \textstyle\sum_{\mathrm{hops}(i,j) \le k} |w_{ij}| \ge \tfrac12 \sum_{i<j} |w_{ij}|\Big\}",
        source="Own definition, on the fewest road links between two sensors",
        pages=("overview",),
        also="hops, distance",
    ),
    "recovery": Measure(
        "Recovery of the planted graph",
        "These data were made by code from a graph that is known. The same measures as against the roads, "
        "against that graph: it is the one place where a learned graph can be right or wrong.",
        r"\text{AUROC and hits against the planted pairs}",
        source="Own definition: the measures against the roads, against the planted graph",
        pages=("overview", "map", "evidence"),
        also="truth, planted",
    ),
}
