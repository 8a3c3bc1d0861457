"""The parts of the page on the benchmark, in their order; each says what is missing, and the command that makes it."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from app import store
from app.benchmark import LAMBDAS, MEASURES, MINUTES, SEEDS, SWEPT, SWEPT_ON, Graph, Spread, protocols_of, ranked
from app.figures import benchmark as drawn
from app.reading import benchmark as said
from app.reading.benchmark import OWN, PAPERS
from app.store.benchmark import asked
from app.tables import benchmark as tables
from app.views import controls
from app.views.page import answer, beside, figure, folded, heading
from app.views.tables import csv, table
from benchmarks.ablations_page import TITLES, WHAT

NAME = "benchmark"
ENTRY = store.RunEntry(key=NAME, path=Path(), version=NAME)  # what is saved here is named after it
LINKED = ("row", "dataset", "protocol", "measure", "ahead")
TRAIN = "python -m benchmarks.table"


def answered() -> None:
    """How many of the paper's claims hold, and how full the record is."""
    verdicts = [one.verdict for one in asked("claims", PAPERS)]
    done, wanted = asked("progress")
    answer(
        said.claims_sentence(verdicts),
        said.progress_sentence(done, wanted),
        "Every figure on this page is computed from it.",
    )
    if done < wanted:
        folded("How to fill the record", ":material/terminal:", "fill", lambda: command(TRAIN))


def choice(label: str, name: str, options: Mapping[Any, str], default: Any = None, *, listed: bool = False) -> Any:
    """A few alternatives side by side, or in a list.

    What was chosen stays for the session, on whatever page one is; what is LINKED also stands in the link.
    """
    kept, key = f"benchmark {name}", f"control benchmark {name}"
    default = default if default in options else next(iter(options))
    if kept not in st.session_state and name in LINKED and (asked_for := st.query_params.get(name)):
        known = {str(option): option for option in options}
        st.session_state[kept] = known.get(asked_for, default)
        if asked_for not in known:
            controls.missed(f"{name} of the record")
    if st.session_state.get(kept) not in options:
        st.session_state[kept] = default
    st.session_state[key] = chosen = st.session_state[kept]

    def change() -> None:
        st.session_state[kept] = st.session_state[key]

    offered: dict[str, Any] = {"format_func": options.__getitem__, "key": key, "on_change": change}
    if listed:
        st.selectbox(label, list(options), width=300, **offered)
    else:
        st.segmented_control(label, list(options), required=True, **offered)
    if name in LINKED and chosen != default:
        st.query_params[name] = str(chosen)
    elif name in LINKED and name in st.query_params:
        del st.query_params[name]
    return chosen


def printed(shown: pd.DataFrame, numbers: Callable[[], pd.DataFrame], name: str) -> None:
    """A table to read, which wraps its texts, and its numbers as CSV."""
    ruled(shown)
    st.download_button(
        "CSV",
        lambda: csv(numbers()),
        file_name=f"topolens-{NAME}-{name}.csv",
        mime="text/csv",
        icon=":material/download:",
        key=f"csv {name}",
        on_click="ignore",
    )


def ruled(shown: pd.DataFrame) -> None:
    """A table whose texts wrap and may hold Markdown of our own."""
    st.table(shown, hide_index=True, border="horizontal")


def command(line: str) -> None:
    """A line for the shell."""
    st.code(line, language="bash")


def missing(why: str, line: str) -> None:
    """What is not there, and the command that makes it."""
    st.info(why, icon=":material/hourglass_empty:")
    command(line)


def claims_part() -> None:
    """Each claim with its verdict, asked of the paper's model or of this project's."""
    row = choice("Asked of", "row", {PAPERS: f"{PAPERS}, {said.NAMES[PAPERS]}", OWN: f"{OWN}, {said.NAMES[OWN]}"})
    found = asked("claims", row)
    if row == OWN:
        st.markdown(f"Asked of this project's model instead: {said.claims_sentence([one.verdict for one in found])}")
    with st.container(key="claims"):
        printed(tables.claims_shown(found), lambda: tables.claims_table(found), f"claims-{row}")
    st.caption(
        "A verdict is computed by a rule, which `benchmarks/CLAIMS.md` states: the published baseline flattens its "
        "attention and has no self loops, the fair one is `gat-gru`; a claim counts as measured with "
        f"{SEEDS} seeds of every row that it is about. 'p' is quoted first over seeds, then over windows. Time is that "
        "of steps taken in turns, and published layers are computed there as they are published."
    )


def results_part() -> None:
    """Errors of every row, the tests between them, and what their matrices are, on one data set."""
    heading("How far off is each model?")
    with st.container(horizontal=True, gap="medium"):
        dataset = choice("Data", "dataset", asked("datasets"), "los-loop", listed=True)
        protocol = choice("Protocol", "protocol", {name: name for name in protocols_of(dataset)})
        measure = choice("Measure", "measure", {name: title for name, (title, _) in MEASURES.items()})
        at = MINUTES.index(choice("Minutes ahead", "ahead", {one: str(one) for one in MINUTES}, MINUTES[-1]))
    scores = asked("scores", dataset, protocol, measure)
    if not any(score.seeds for score in scores):
        missing(
            "Nothing has been trained on these data under this protocol yet.",
            f"{TRAIN} --part table --dataset {dataset} --protocol {protocol}",
        )
        return
    st.markdown(said.scores_sentence(scores, measure, at))
    title, name, when = MEASURES[measure][0], asked("datasets")[dataset], f"{MINUTES[at]} minutes ahead"
    order = ranked([score.errors[at].mean for score in scores], measure)
    figure(
        drawn.row_dots(
            [score.row for score in scores],
            [[tables.in_unit(value, measure) for value in score.errors[at].values] for score in scores],
            f"{title}, {when}" + (" (unit of the data)" if measure in ("rmse", "mae") else ""),
            bold=order[0] if order else None,
            faint=[place for place, score in enumerate(scores) if not score.random],
        ),
        key="benchmark rows",
        alt=f"{title} of {len(order)} rows on {name}, protocol {protocol}, {when}, with every seed",
        caption="Bold: the best. Open and grey: no chance in the training, so one stands for all seeds. "
        + "Optimistic: the test part picks the epoch, errors are pooled up to the time ahead." * (protocol != "clean"),
        keeps=f"{dataset} {protocol} {measure} {at}",
        about=NAME,
    )
    printed(
        tables.scores_shown(scores, measure), lambda: tables.scores_table(scores, measure),
        f"results-{dataset}-{protocol}-{measure}",
    )  # fmt: skip
    st.caption("Mean ± deviation over the seeds; bold: the best; a dash: not measured.")
    folded(
        "What the rows are", ":material/list:", "rows",
        lambda: ruled(pd.DataFrame([{"row": f"`{one.row}`", "what it is": one.what} for one in scores])),
    )  # fmt: skip
    tests_part(dataset, protocol, at)
    graphs_part(dataset, protocol)


def tests_part(dataset: str, protocol: str, at: int) -> None:
    """Every row against the baselines, and the two layers against their controls."""
    st.markdown(f"##### Is that luck, or the graph's? Differences {MINUTES[at]} minutes ahead", anchors=False)
    tests = asked("compared", dataset, protocol)
    if sentences := said.compared_sentences(tests, at):
        st.markdown("\n".join(f"- {sentence}" for sentence in sentences))
    else:
        st.markdown("Neither the paper's model nor this project's can be held against a base yet.")
    folded(
        "Every row against the baselines", ":material/table:", "tests",
        lambda: printed(
            tables.compared_shown(tests, at), lambda: tables.compared_table(tests), f"tests-{dataset}-{protocol}"
        ),
    )  # fmt: skip
    st.caption(
        "The controls, the same forecaster without a graph, are `gru` of `intergat-gru` and `plus-alone` of "
        "`intergat-plus`: only a gain over these is the graph's. `gat-gru` is the fair baseline, `ridge-var` linear. "
        "Negative: a smaller RMSE than theirs. Over seeds (paired t test): would training again give the same order? "
        "Over windows (Diebold-Mariano): would other times? Neither is corrected for the number of comparisons."
    )


def graphs_part(dataset: str, protocol: str) -> None:
    """What the rows' matrices are beside roads and known groups."""
    st.markdown("##### What graphs did they learn?", anchors=False)
    graphs = asked("graphs", dataset, protocol)
    st.markdown(said.graphs_sentence(graphs))
    if not graphs:
        return
    name = f"graphs-{dataset}-{protocol}"
    means = [graph for graph in graphs if graph.head == "mean"]
    printed(tables.graphs_shown(means), lambda: tables.graphs_table(graphs), name)
    st.caption(
        "Of the mean of heads. `gat-gru`, `gat-published` and `tgcn` are given the roads: they find nothing there."
    )
    folded("Every kind of head", ":material/table:", name, lambda: heads(graphs))


def heads(graphs: Sequence[Graph]) -> None:
    """The same for the sharpest head and the output's."""
    ruled(tables.graphs_shown(graphs))
    st.caption(
        "'mean' is the mean of heads, 'sharpest' the head whose weight lies on the fewest pairs, chosen without a look "
        "at roads or groups, 'output' that of the last layer."
    )


def sweep_part() -> None:
    """Error against sparsity as the penalty grows."""
    heading("What does sparsity cost?")
    share = choice("Sparsity", "share", {"small": "small weights", "zeros": "exact zeros"})
    found = {dataset: asked("sweep", dataset, share) for dataset in SWEPT_ON}
    if not any(found.values()):
        missing("No weight of the penalty has been trained yet.", f"{TRAIN} --part sweep")
        return
    titles = asked("datasets")
    for column, (dataset, points) in zip(beside(), found.items(), strict=True):
        with column:
            st.markdown(f"**{titles[dataset]}**, protocol `clean`, seed 0. {said.sweep_sentence(points, share)}")
            models = []
            for model in SWEPT:
                mine = [one for one in points if one.model == model]
                models.append(
                    drawn.Front(
                        model,
                        [getattr(one, share) for one in mine],
                        [one.error for one in mine],
                        [said.weight_words(one.weight) for one in mine],
                        [one.front for one in mine],
                    )
                )
            words = "at most a tenth of an even share" if share == "small" else "exactly zero"
            figure(
                drawn.fronts(models, f"weights that are {words}", f"RMSE, {MINUTES[-1]} minutes ahead"),
                key=f"benchmark sweep {dataset}",
                alt=f"RMSE on {titles[dataset]} against the share of weights that are {words}, for each weight of the "
                f"penalty, {len(points)} of {len(SWEPT) * len(LAMBDAS)} trained",
                caption="Filled: on the Pareto front of its model. λ: weight of the penalty.",
                keeps=f"{dataset} {share}",
                about=NAME,
            )
            if points:
                table("Every weight of the penalty", partial(tables.sweep_table, points), ENTRY, f"sweep {dataset}")


def aims_part() -> None:
    """What this project's model was to reach."""
    heading(f"What was {OWN} to reach, and does it?")
    found = asked("aims")
    st.markdown(said.aims_sentence([one.verdict for one in found]))
    printed(tables.aims_shown(found), lambda: tables.aims_table(found), "aims")
    st.caption(
        "Mean ± deviation over the seeds; graph figures are of the mean of heads. The settings of the model were "
        "chosen by validation error, some of them with the errors of the test part and the roads in view as well "
        "(`benchmarks/ABLATIONS.md`). The targets of SZ-Taxi count missing values as zeros, as protocol `published` "
        "does."
    )


def ablations_part() -> None:
    """The model with one part of it changed."""
    heading(f"What is each part of {OWN} worth?")
    found = asked("ablations")
    if not found:
        missing("No variant of the model has been trained yet.", "python -m benchmarks.ablations")
        return
    titles = asked("datasets") | TITLES
    dataset = choice("Data of the variants", "ablations", {name: titles[name] for name in found})
    variants = found[dataset]
    st.markdown(said.ablations_sentence(variants))
    errors = [[one["rmse"] for one in mine] for mine in variants.values()]
    figure(
        drawn.row_dots(
            list(variants), errors, f"RMSE, {MINUTES[-1]} minutes ahead (unit of the data)",
            bold=list(variants).index("whole") if "whole" in variants else None,
            line=Spread.of(one["rmse"] for one in variants.get("whole", ())).mean, theme=theme(),
        ),
        key="benchmark ablations",
        alt=f"RMSE of {len(variants)} variants of {OWN} on {titles[dataset]}, with every seed",
        caption="Upright line: the whole model. To its right, a change made the forecast worse.",
        keeps=dataset,
        about=NAME,
    )  # fmt: skip
    printed(
        tables.ablations_shown(variants), lambda: tables.ablations_table(variants), f"ablations-{dataset}"
    )
    absent = [name for name in WHAT if name not in variants]
    hidden = any("hidden" in one for mine in variants.values() for one in mine)
    st.caption(
        "Mean ± deviation over seeds, protocol `clean`; graph figures are of the mean of heads. What lies within the "
        "spread of the seeds may be luck. "
        + "'Hidden': no sensor sees itself, as if its own detector had failed. " * hidden
        + (f"Not trained yet: {', '.join(absent)}." if absent else "")
    )


def theme() -> Any:
    """Of the page, 'light' or 'dark'."""
    return "dark" if st.context.theme.type == "dark" else "light"
