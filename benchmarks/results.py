"""``benchmarks/RESULTS.md``, from the record alone."""

from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks import aims
from benchmarks.figures import (
    NONE,
    Cell,
    against,
    horizon,
    median,
    p_words,
    percent,
    processors,
    spread,
    stopped,
    table,
)
from benchmarks.record import Entry, Record
from benchmarks.rows import (
    BUDGETS,
    CONTROLS,
    DATASETS,
    EXTRA,
    GIVEN,
    LAMBDAS,
    MINUTES,
    ROWS,
    SEEDS,
    SIZED,
    SIZES,
    SWAP,
    SWEPT,
    SWEPT_ON,
    Budget,
    pairs_of,
    protocols_of,
    rows_of,
)

FILE = Path(__file__).parent / "RESULTS.md"
AHEAD = [f"{minutes} min" for minutes in MINUTES]
MEASURES: dict[str, tuple[str, Callable[[float], str]]] = {
    "rmse": ("RMSE", lambda x: f"{x:.3f}"),
    "mae": ("MAE", lambda x: f"{x:.3f}"),
    "mape": ("MAPE, per cent", lambda x: f"{100 * x:.2f}"),
    "accuracy": ("Accuracy", lambda x: f"{x:.4f}"),
    "r2": ("R²", lambda x: f"{x:.4f}"),
}

INTRO = f"""# Results

Written by `python -m benchmarks.table --render` from the entries in `benchmarks/results`, which hold every run;
`python -m benchmarks.table` trains what is missing there and writes this page anew. One row alone:
`python -m benchmarks.table --dataset los-loop --protocol clean --only gru`; with `--plan` it only says what is missing
and about how long that takes. A dash is what has not been measured, or is not defined. What holds of the paper's claims
is in [CLAIMS.md](CLAIMS.md).

Errors are mean ± deviation over seeds, at 15, 30, 45 and 60 minutes. Protocol `clean`: 70 / 10 / 20 % in time
order, the validation part picks the epoch, missing values are left out, errors at each time ahead. Protocol
`published`: as the published tables, 80 / 20 %, the test part picks the epoch, missing values count as zeros,
errors pooled up to the time ahead: optimistic, and not to be compared with `clean`. MAPE leaves out what was
observed within 0.001 of zero.

| row | what it is |
|---|---|
{"".join(f"| `{row.name}` | {row.what} |{chr(10)}" for row in ROWS.values())}
{SWAP}

Every model is trained with its own settings (loss, rate, decay, clipping: `settings` in its file in `core/models`,
and in every entry of the record) and the same budget: at most so many epochs, fewer where the loss that picks the
epoch has not fallen for `patience` epochs; never fewer where the rate falls along a cosine (`intergat-plus`). The paper
trains 100 epochs. A loss *has stopped falling* where the best epoch came before the last tenth of those done, and at
least two before the end; where it has not, more epochs could still change the row.

## How to read the tables

**Cost.** Seconds are those of one process of one thread, medians over the seeds. Runs side by side slow each other, and
processors differ: the last column names those of a row with its runs on each. So these columns say what the record
cost, not which model is fast: that is in [SPEED.md](SPEED.md), where all take turns in one process. Memory is the
peak of the whole process, of which `last-value` shows what Python, torch and the data take. Parameters are those
learned by gradient.

**Tests.** RMSE against a base, negative is better, with two p values: of a paired t test over the seeds (would
training again give the same order?), then of Diebold and Mariano's test over the test windows, of squared errors
that are means over the seeds (would other times give the same order?). The latter allows for differences that last:
Newey and West's variance, with as many lags as the horizon or Andrews' rule asks for, whichever is more
(`analysis/forecast_tests.py`). It cannot vouch for times unlike those tested: above each table stands how long the
test part is. Under `published` the windows that are tested are those that picked the epoch. Neither p is corrected for
the number of comparisons on this page.

**Learned graphs.** Share of the strongest 2 % of pairs that are roads beside the share of all pairs that are, and
AUROC of all weights against the roads (0.5: nothing known of them). *Contrast*: coupling within spectral clusters
of the road graph against across, relative to across. NMI and ARI: spectral clusters, as many as there are known
groups, against these. `mean` is the mean of heads; the other head is the *sharpest*, whose weight lies on the
fewest pairs (largest Σ C² / (Σ C)² over pairs): it is chosen without a look at roads or groups, head by head in
each run. Rows that are given the roads find nothing there.
"""


def results(record: Record) -> str:
    """The whole page."""
    lines = [INTRO, *_budgets(), "", _spent(record), "", "## At a glance", "", *_glance(record), ""]
    lines += ["## What `intergat-plus` was to reach", "", *aims.lines(record), ""]
    for name, budget in DATASETS.items():
        for protocol in protocols_of(name):
            lines += [f"## {budget.title}, protocol `{protocol}`", "", *_cell(Cell(record, name, protocol)), ""]
    lines += ["## The penalty: what l1 makes of error and sparsity", "", *_sweep(record), ""]
    lines += ["## Larger cities", "", *_sizes(record)]
    return "\n".join(lines).rstrip() + "\n"


def _budgets() -> list[str]:
    held: dict[str, Budget] = DATASETS | SIZES | EXTRA
    return table(
        ["data", "epochs at most", "patience"],
        [[budget.title, str(budget.epochs), str(budget.patience)] for budget in held.values()],
    )


def _spent(record: Record) -> str:
    seconds = [run["seconds"] for place in record.cells() for run in record.runs(*place)]
    return f"The record holds {len(seconds)} trainings, which took {sum(seconds) / 3600:.1f} hours of one process."


def _glance(record: Record) -> Iterator[str]:
    yield (
        "RMSE at 60 minutes. Each layer stands against its control, the same forecaster without a graph, and against "
        "`ridge-var`, which is linear and learns no graph either: negative is better. What a learned graph means "
        "rests on the first, and on what the matrices are. In brackets the same of the MAE, in which a large error "
        "counts for no more than its size: where the two have different signs, the layer has smaller large errors and "
        "larger ordinary ones, or the other way round."
    )
    yield ""
    bases = [(row, base) for row, control in CONTROLS.items() for base in (control, "ridge-var")]
    lines = []
    for name in BUDGETS:
        for protocol in protocols_of(name) if name not in SIZES else ():
            cell = Cell(record, name, protocol)
            means = {row: _mean(runs, "rmse") for row in rows_of(name, protocol) if (runs := cell.runs(row))}
            if len(means) < 2:
                continue
            best = min(means, key=means.__getitem__)
            lines.append(
                [
                    BUDGETS[name].title,
                    f"`{protocol}`",
                    f"`{best}` {means[best]:.3f}",
                    *(_against(cell, row, base) for row, base in bases),
                ]
            )
    yield from table(["data", "protocol", "smallest", *(f"`{row}` against `{base}`" for row, base in bases)], lines)


def _against(cell: Cell, row: str, base: str) -> str:
    found = against(cell, row, base)
    if not found:
        return NONE
    mae = _mean(cell.runs(row), "mae") / _mean(cell.runs(base), "mae") - 1
    return f"{percent(-found[-1].gain)} ({percent(mae)})"


def _mean(runs: list[Entry], measure: str) -> float:
    return float(sum(run["errors"][measure][-1] for run in runs)) / len(runs)


def _cell(cell: Cell) -> Iterator[str]:
    rows = rows_of(cell.dataset, cell.protocol)
    held = {row: runs for row in rows if (runs := cell.runs(row))}
    if not held:
        yield "Not measured yet."
        return
    done = sum(len(runs) for runs in held.values())
    wanted = sum(SEEDS if row.random else 1 for row in rows.values())
    yield f"{done} of {wanted} runs. {_stopped(held)}{_tested_length(cell)}"
    for measure, (title, digits) in MEASURES.items():
        yield from ("", f"**{title}**", "")
        yield from table(
            ["row", "seeds", *AHEAD],
            [
                [
                    f"`{row}`",
                    _seeds(row, held.get(row, [])),
                    *(
                        spread((run["errors"][measure][t] for run in held.get(row, [])), digits)
                        for t in range(len(MINUTES))
                    ),
                ]
                for row in rows
            ],
        )
    yield from ("", "**Cost**", "")
    yield from table(
        [
            "row",
            "seconds an epoch",
            "seconds",
            "peak memory, MB",
            "parameters",
            "epochs done",
            "best epoch",
            "loss has stopped falling",
            "processors",
        ],
        [_cost(row, held.get(row, [])) for row in rows],
    )
    yield from ("", "**Tests**", "")
    lines = [_tested(cell, row, base) for row, base in pairs_of(cell.dataset, cell.protocol)]
    yield from table(["row", "against", "seeds", *AHEAD], lines)
    graphs = [line for row in held for line in _graph(row, held[row])]
    if graphs:
        yield from ("", "**Learned graphs**", "")
        yield from table(
            ["row", "head", "seeds", "strongest on roads", "chance", "AUROC", "contrast", "NMI (chance)", "ARI"], graphs
        )


def _seeds(row: str, runs: list[Entry]) -> str:
    if not ROWS[row].random:
        return "no chance" if runs else "0"
    return str(len(runs))


def _stopped(held: dict[str, list[Entry]]) -> str:
    known = [stopped(run) for row, runs in held.items() if ROWS[row].random for run in runs]
    if not known:
        return ""
    return f"In {sum(known)} of {len(known)} trainings the loss that picks the epoch had stopped falling."


def _tested_length(cell: Cell) -> str:
    """How long the test part is, from the windows and the steps of an hour; '' where no losses are kept."""
    for row in rows_of(cell.dataset, cell.protocol):
        if (kept := cell.record.losses(cell.dataset, cell.protocol, row)) is not None:
            windows = kept[1].shape[1]
            return f" {windows:,} windows are tested, {windows / horizon(cell) / 24:.1f} days in all."
    return ""


def _cost(row: str, runs: list[Entry]) -> list[str]:
    def of(name: str, digits: Callable[[float], str]) -> str:
        return median([run[name] for run in runs], digits)

    if not runs:
        return [f"`{row}`", *[NONE] * 8]
    made = processors(runs)
    if not ROWS[row].random:
        return [f"`{row}`", NONE, NONE, of("memory_mb", lambda x: f"{x:.0f}"), "0", NONE, NONE, NONE, made]
    return [
        f"`{row}`",
        of("seconds_per_epoch", lambda x: f"{x:.2f}"),
        of("seconds", lambda x: f"{x:.0f}"),
        of("memory_mb", lambda x: f"{x:.0f}"),
        f"{runs[0]['parameters']:,}",
        _range([run["epochs"]["done"] for run in runs]),
        _range([run["epochs"]["best"] for run in runs]),
        f"{sum(map(stopped, runs))} of {len(runs)}",
        made,
    ]


def _range(values: list[int]) -> str:
    return str(values[0]) if min(values) == max(values) else f"{min(values)} to {max(values)}"


def _tested(cell: Cell, row: str, base: str) -> list[str]:
    found = against(cell, row, base)
    cells = [
        f"{percent(-one.gain)} ({p_words(one.seeds_p)}, {p_words(one.windows_p)})".replace("−0.0 %", "0.0 %")
        for one in found
    ]
    return [f"`{row}`", f"`{base}`", str(found[0].seeds) if found else "0", *(cells or [NONE] * len(MINUTES))]


def _graph(row: str, runs: list[Entry]) -> Iterator[list[str]]:
    runs = [run for run in runs if run["graph"]]
    kinds = dict.fromkeys(name.partition(":")[0] for run in runs for name in run["graph"]["heads"])
    for kind in kinds:
        heads = [
            (name, head)
            for run in runs
            for name, head in run["graph"]["heads"].items()
            if name.partition(":")[0] == kind
        ]

        def of(key: str, digits: Callable[[float], str], heads: list[tuple[str, dict[str, float]]] = heads) -> str:
            return spread([head.get(key) for _, head in heads], digits)

        chance = of("nmi_chance", lambda x: f"{x:.2f}").partition(" ")[0]
        yield [
            f"`{row}`",
            kind,
            str(len(heads)),
            of("on_roads", lambda x: f"{100 * x:.1f} %"),
            of("chance", lambda x: f"{100 * x:.1f} %").partition(" ±")[0],
            of("auroc", lambda x: f"{x:.3f}"),
            of("contrast", lambda x: f"{x:.2f}"),
            f"{of('nmi', lambda x: f'{x:.3f}')} ({chance})" if chance != NONE else NONE,
            of("ari", lambda x: f"{x:.3f}"),
        ]


def _sweep(record: Record) -> Iterator[str]:
    yield (
        "Sparsity is that of the matrices that multiply the features, a mean over heads: *zero*, the share of weights "
        "off the diagonal that are exactly 0; *small*, the share below a tenth of an even share of their row; "
        "*neighbours*, the effective number of senders of the median sensor. On the Pareto front: no other weight of "
        "the same model has a smaller error and a larger share of small weights."
    )
    for dataset in SWEPT_ON:
        cell = Cell(record, dataset, "clean")
        yield from ("", f"**{DATASETS[dataset].title}**, protocol `clean`, seed 0", "")
        lines = []
        for model in SWEPT:
            found = {weight: run for weight in LAMBDAS if (run := swept(cell, model, weight))}
            front = pareto(
                {weight: (run["errors"]["rmse"][-1], run["graph"]["small"]) for weight, run in found.items()}
            )
            for weight in LAMBDAS:
                run = found.get(weight)
                lines.append(
                    [
                        f"`{model}`",
                        f"{weight:g}",
                        *(_swept(run) if run else [NONE] * 5),
                        ("yes" if weight in front else "no") if run else NONE,
                    ]
                )
        yield from table(
            ["model", "l1", "RMSE, 15 min", "RMSE, 60 min", "zero", "small", "neighbours", "Pareto front"], lines
        )


def swept(cell: Cell, model: str, weight: float) -> Entry | None:
    """The run of a model with an l1 weight, from the first seed."""
    return next(iter(cell.runs(f"{model} l1={weight:g}")), None)


def _swept(run: Entry) -> list[str]:
    graph = run["graph"]
    return [
        f"{run['errors']['rmse'][0]:.3f}",
        f"{run['errors']['rmse'][-1]:.3f}",
        percent(graph["zeros"]),
        percent(graph["small"]),
        f"{graph['neighbours']:.1f}",
    ]


def pareto(points: dict[float, tuple[float, float]]) -> set[float]:
    """The names of the points (error, sparsity) that no other beats in both.

    >>> sorted(pareto({0.0: (2.0, 0.1), 1.0: (2.5, 0.9), 2.0: (3.0, 0.5), 3.0: (2.0, 0.1)}))
    [0.0, 1.0, 3.0]
    """

    def beaten(one: tuple[float, float]) -> bool:
        return any(
            error <= one[0] and sparsity >= one[1] and (error, sparsity) != one for error, sparsity in points.values()
        )

    return {name for name, point in points.items() if not beaten(point)}


def _sizes(record: Record) -> Iterator[str]:
    yield (
        "Cities that do not exist: sensors at random places, each joined to its nearest two, and series of a known "
        "process on them (`benchmarks/datasets.py`): 2,000 rows every 15 minutes, protocol `clean`. Most planted "
        "couplings lie on the roads, so no AUROC is given for a row that is told the roads. Ten epochs show what an "
        "epoch costs; an error is compared only as far as the losses had stopped falling."
    )
    for name, budget in SIZES.items():
        cell = Cell(record, name, "clean")
        yield from ("", f"**{budget.title}**", "")
        lines = []
        for row in SIZED:
            runs = cell.runs(row)
            planted = [run["graph"]["heads"]["mean"].get("planted_auroc") for run in runs if run["graph"]]
            found = "told the roads" if row in GIVEN else spread(planted)
            gain = [one.gain for one in against(cell, row, "gat-gru")[-1:]] if row != "gat-gru" else []
            lines.append(
                [
                    f"`{row}`",
                    str(len(runs)),
                    median([run["seconds_per_epoch"] for run in runs], lambda x: f"{x:.1f}"),
                    median([run["memory_mb"] for run in runs], lambda x: f"{x:.0f}"),
                    spread([run["errors"]["rmse"][0] for run in runs]),
                    spread([run["errors"]["rmse"][-1] for run in runs]),
                    percent(-gain[0]) if gain else NONE,
                    f"{sum(map(stopped, runs))} of {len(runs)}" if runs else NONE,
                    found,
                ]
            )
        yield from table(
            [
                "row",
                "seeds",
                "seconds an epoch",
                "peak memory, MB",
                "RMSE, 15 min",
                "RMSE, 60 min",
                "RMSE, 60 min, against `gat-gru`",
                "loss has stopped falling",
                "AUROC of the planted graph",
            ],
            lines,
        )
