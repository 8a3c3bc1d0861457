"""What is measured in the benchmark, and the words of its page."""

from app.glossary.records import Measure, Term

BENCHMARK: dict[str, Measure] = {
    "paired_seeds": Measure(
        "Paired t test over seeds",
        "Would training again give the same order? Two models are trained from the same seeds; p is small where the "
        "one is better by about as much each time. With five seeds it sees large and steady differences only.",
        r"t = \bar d \Big/ \big(s_d / \sqrt S\big), \qquad d_s = \mathrm{RMSE}_s - \mathrm{RMSE}'_s",
        source="Student, The probable error of a mean, Biometrika 6 (1908)",
        pages=("benchmark",),
        also="p over seeds, significance",
    ),
    "diebold_mariano": Measure(
        "Diebold-Mariano test",
        "Would other times give the same order? p is small where the one forecast is better in window after window, "
        "not only in a few. Neighbouring windows overlap, and a rush hour is hard for all of it: both are taken into "
        "account, as long as differences last much shorter than all that was tested. It knows nothing of the luck "
        "of a training: that is what the test over seeds is for.",
        r"\mathrm{DM} = \bar d \Big/ \sqrt{\tfrac1W \big(\gamma_0 + 2 \textstyle\sum_{k<H} (1 - \tfrac kH) "
        r"\gamma_k\big)}, \qquad d_w = e_w^2 - e_w'^2",
        source="Diebold and Mariano, Comparing predictive accuracy, Journal of Business & Economic Statistics 13 "
        "(1995), with the correction of Harvey, Leybourne and Newbold (1997), Newey and West's weights (1987) and "
        "as many lags H as Andrews' rule (1991) takes from the data",
        pages=("benchmark",),
        also="p over windows, significance, DM",
    ),
    "pareto": Measure(
        "Pareto front",
        "The points that no other beats in both: none has a smaller error and more weights near zero. Off the front a "
        "model pays for its sparsity with nothing in return.",
        r"\{a : \nexists\, b \ \text{with}\ e_b \le e_a,\ s_b \ge s_a,\ b \ne a\}",
        source="Pareto, Manuale di economia politica (1906)",
        pages=("benchmark",),
        also="front, trade-off, l1 sweep",
    ),
    "small": Measure(
        "Small weights",
        "Share of the weights off the diagonal that are at most a tenth of an even share of their row, a mean over "
        "heads. Exact zeros are counted apart: a weight that is merely small still passes something on.",
        r"\mathrm{mean}_{i \ne j}\, \Big[\, |m_{ij}| \le \tfrac1{10} \cdot \tfrac1{N-1} \textstyle\sum_{k \ne i} "
        r"|m_{ik}| \,\Big]",
        source="Own definition",
        pages=("benchmark",),
        also="sparsity, zeros",
    ),
    "floor": Measure(
        "Floor",
        "The time of a step that does nothing but the multiplications which a model of this size cannot do without. "
        "Twice the floor: half of the time goes elsewhere.",
        r"\text{time} \,/\, \text{time of the bare multiplications}",
        source="Own definition",
        pages=("benchmark",),
        also="speed, lower bound, seconds per step",
    ),
}

WORDS: dict[str, Term] = {
    "benchmark": Term(
        "Benchmark and record",
        "The trainings with which this project checks the paper's claims and its own model, each row on each data set "
        "from five seeds. The record is what came out, as files that are part of the project; nothing on its page is "
        "written by hand.",
        also="results, table, claims",
    ),
    "deviation": Term(
        "Mean ± deviation",
        "Over the seeds: the mean, and how far a single seed is from it as a rule (standard deviation of the sample).",
        also="spread, standard deviation, seeds",
    ),
    "penalty": Term(
        "Penalty l1, or λ",
        "What a training adds to the loss for every unit of weight in the matrices, so that weights without use go to "
        "zero. λ says how much.",
        also="sparsity, regularisation, sweep",
    ),
    "ablation": Term(
        "Ablation",
        "The same model with one part of it changed or taken away and trained anew: what gets worse is what the part "
        "was worth.",
        also="variant, part",
    ),
}
