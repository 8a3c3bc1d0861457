"""What the benchmark says of the paper's claims: planted errors, graphs and times, and the verdict of each."""

import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from benchmarks import claims as said
from benchmarks.claims import claims
from benchmarks.record import Record
from benchmarks.results import results
from benchmarks.rows import SEEDS
from tests.benchmarks.table_made import filled

TIMED = {  # seconds of a step on one thread
    "gat-gru": 2.0, "intergat-gru": 2.0, "intergat-plus": 0.5, "published GAT-GRU": 8.0, "published InterGAT-GRU": 2.0
}


def steps(**changed: float) -> list[dict]:
    """As ``benchmarks.speed`` writes them, of one and of two threads; a name with _ for its spaces and dashes."""
    seconds = {re.sub("[- ]", "_", name): (name, taken) for name, taken in TIMED.items()}
    seconds |= {key: (seconds[key][0], taken) for key, taken in changed.items()}
    return [
        {"rival": name, "sensors": 207, "device": "cpu", "threads": count, "seconds": [9.0, taken / count, 1e-3]}
        for name, taken in seconds.values()
        for count in (1, 2)
    ]


def verdicts(record: Record, row: str = "intergat-gru", timed: Sequence[dict] = ()) -> list[str]:
    return [claim.verdict for claim in claims(record, row, timed)]


def test_an_empty_record_claims_nothing(tmp_path: Path) -> None:
    record = Record(tmp_path)
    assert set(verdicts(record)) == {"not measured yet"}
    page = results(record)
    assert page.count("Not measured yet.") == 7
    assert "±" not in page.partition("## Los-Loop")[2]


def test_a_record_of_too_few_seeds_claims_nothing() -> None:
    record = filled(lambda row: 1.0 if row == "intergat-gru" else 4.0, seeds=SEEDS - 1)
    assert set(verdicts(record)) == {"not measured yet"}
    assert f"`intergat-gru` on SZ-Taxi, `published`: {SEEDS - 1} of {SEEDS} seeds" in said.page(record)


@pytest.mark.parametrize(
    ("errors", "wanted"),
    [
        ({"intergat-gru": 3.0, "gat-gru": 4.0, "gat-published": 4.0}, "holds"),
        ({"intergat-gru": 3.0, "gat-gru": 3.0, "gat-published": 4.0}, "holds only against the published baseline"),
        ({"intergat-gru": 4.0, "gat-gru": 4.0, "gat-published": 4.0}, "does not hold"),
        ({"intergat-gru": 4.0, "gat-gru": 3.0, "gat-published": 3.0}, "does not hold"),
    ],
)
def test_planted_errors_give_their_verdict(errors: dict[str, float], wanted: str) -> None:
    assert verdicts(filled(lambda row: errors.get(row, 5.0)))[:4] == [wanted] * 4


def test_a_gain_stands_beside_that_over_no_graph_at_all() -> None:
    errors = {"intergat-gru": 3.0, "gat-gru": 4.0, "gat-published": 5.0, "gru": 2.5}
    claim = claims(filled(lambda row: errors.get(row, 5.0)))[0]
    assert claim.verdict == "holds"
    assert "23.1 % to 24.9 % against `gat-gru`" in claim.figure         # 1 - 3.32 / 4.32
    assert "−19.8 % to −17.7 % against `gru`, without a graph" in claim.figure     # 1 - 3.02 / 2.52
    assert "37.4 % to 39.6 % against `ridge-var`, linear" in claim.figure     # 1 - 3.32 / 5.3
    assert "gat-gru` itself" not in claim.figure
    own = claims(filled(lambda row: {"intergat-plus": 3.0, "plus-alone": 2.5}.get(row, 5.0)), "intergat-plus")[0]
    assert "−19.8 % to −17.7 % against `plus-alone`, without a graph" in own.figure

    def unknown(made: dict) -> None:
        if made["rows"] == ["gru"] and made["seed"] == 4:
            made["rows"] = ["another"]

    assert "without a graph" not in claims(filled(change=unknown))[0].figure


def test_a_claim_says_whose_training_was_over_and_whether_the_baseline_is_one() -> None:
    def unfinished(made: dict) -> None:
        if made["rows"] == ["gat-gru"] and made["seed"] < 2:
            made["epochs"] = {"asked": 40, "done": 40, "best": 40}
        if made["rows"] == ["last-value"]:
            made["errors"]["rmse"] = [3.0, 3.0, 6.0, 6.0]
        if made["rows"] == ["window-mean"]:
            made["errors"]["rmse"] = [3.0] * 4

    figure = claims(filled(change=unfinished))[0].figure
    assert "the loss had stopped falling in 5 of 5 of `intergat-gru`, 3 of 5 of `gat-gru`" in figure
    assert "`gat-gru` itself is worse than `last-value` at 15, 30 min and than `window-mean` at every horizon" in figure


def test_every_horizon_counts() -> None:
    """A gain of 25 % at three of the four times ahead is none of 21 % at every one."""

    def worse_at_the_end(made: dict) -> None:
        made["errors"]["rmse"] = [3.0, 3.0, 3.0, 3.3] if made["rows"] == ["intergat-gru"] else [4.0] * 4

    found = claims(filled(change=worse_at_the_end))
    assert [claim.verdict for claim in found[:4]] == ["does not hold"] * 2 + ["holds"] * 2
    assert "17.5 % to 25.0 %" in found[0].figure


def test_planted_graphs_and_times_give_their_verdicts() -> None:
    found = verdicts(filled(), timed=steps(published_InterGAT_GRU=4.0))
    assert found[4:] == ["does not hold"] * 3 + ["holds"] * 2     # 20 % of the strongest on roads, 6 % of all

    def good(made: dict) -> None:
        if made["rows"] == ["intergat-gru"]:
            made["graph"]["small"] = 0.6
            made["graph"]["heads"]["output"]["contrast"] = 1.5

    assert verdicts(filled(change=good), timed=steps(intergat_gru=0.8))[4:] == ["holds"] * 5

    def one_seed_fails(made: dict) -> None:
        good(made)
        if made["rows"] == ["intergat-gru"] and made["seed"] == 3:
            made["graph"]["small"] = 0.4
            made["graph"]["heads"]["output"].update(contrast=0.2, local_p=0.2, on_roads=0.1)

    record = filled(change=one_seed_fails)
    assert verdicts(record, timed=steps(intergat_gru=0.8))[4:] == ["holds"] + ["does not hold"] * 4
    sparse = claims(record)[5].figure
    assert "Los-Loop: 40.0 % to 60.0 % small, enough in 4 of 5 runs; 0.0 % to 0.0 % exact zeros" in sparse


def test_time_is_asked_of_fair_layers_and_of_published_ones() -> None:
    def asked(row: str, timed: Sequence[dict]) -> tuple[str, str]:
        claim = claims(filled(), row, timed)[4]
        return claim.verdict, claim.figure

    verdict, figure = asked("intergat-gru", steps())
    assert verdict == "holds only against the published baseline"
    assert figure.startswith(
        "0.0 % (0 % to 0 %) and 0.0 % (0 % to 0 %) less than `gat-gru`; 75.0 % (0 % to 38 %) and 75.0 % (0 % to 38 %) "
        "less than `published GAT-GRU` for `published InterGAT-GRU`, both computed as published; a step of 64 windows "
        "of 207 sensors on 1 and 2 thread(s)"
    )
    verdict, figure = asked("intergat-plus", steps())
    assert verdict == "holds"
    assert figure.startswith("75.0 % (")
    assert " and 93.8 % (" in figure
    assert asked("intergat-gru", steps(published_InterGAT_GRU=4.0))[0] == "does not hold"
    slower = [step | {"seconds": [1.0]} if step["rival"] == "intergat-plus" and step["threads"] == 2 else step
              for step in steps()]
    assert asked("intergat-plus", slower)[0] == "holds only against the published baseline"     # every number counts
    one = [step for step in steps() if step["threads"] == 1 or step["rival"] != "gat-gru"]
    assert "on 1 thread(s)" in asked("intergat-gru", one)[1]
    larger = [step | {"sensors": 500} for step in steps()]
    left_out = [{key: value for key, value in step.items() if key != "seconds"} | {"left out": "needs 14 GB"}
                for step in steps()]
    for missing in (larger, left_out, [step for step in steps() if step["rival"] != "published GAT-GRU"]):
        verdict, figure = asked("intergat-gru", missing)
        assert verdict == "not measured yet"
        assert figure.startswith("`python -m benchmarks.speed` must have timed `gat-gru`, `intergat-gru`, `pub")
