"""What the page on the benchmark is told: the record read once, its spreads, its sentences and its tables."""

import dataclasses
import json
import math
import statistics
from pathlib import Path

import numpy as np
import pytest

from app.benchmark import LAMBDAS, MEASURES, MINUTES, Kept, Spread, best, folder, graphs_of, ranked
from app.benchmark_speed import Step
from app.reading import benchmark as said
from app.tables import benchmark as tables
from app.tables import benchmark_speed as timed
from app.views.tables import csv
from benchmarks.figures import Cell, against
from benchmarks.record import FOLDER, Record
from benchmarks.rows import ROWS, pairs_of
from tests.app.benchmark_made import BASE, entry, made_record, rows, written


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    return Kept(made_record(tmp_path / "results"))


def spaced(text: str) -> str:
    return text.replace("\u00a0", " ")


def test_the_folder_is_the_projects_own_or_the_one_that_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TOPOLENS_RECORD", raising=False)
    assert folder() == FOLDER
    monkeypatch.setenv("TOPOLENS_RECORD", "elsewhere")
    assert folder() == Path("elsewhere")


def test_scores_are_means_over_the_seeds_of_the_record(kept: Kept) -> None:
    runs = json.loads((kept.folder / "los-loop-clean.json").read_text())["runs"]
    for score in kept.scores("los-loop", "clean", "mae"):
        for t, spread in enumerate(score.errors):  # the slow twin
            values = [run["errors"]["mae"][t] for run in runs if score.row in run["rows"]]
            assert score.seeds == len(values)
            assert spread.values == pytest.approx(values)
            if len(values) > 1:
                assert spread.mean == pytest.approx(statistics.fmean(values))
                assert spread.deviation == pytest.approx(statistics.stdev(values))


def test_progress_counts_every_training_that_was_asked_for_once(kept: Kept, tmp_path: Path) -> None:
    assert kept.progress() == (26 + 4 + 26 + 11, 307)
    assert Kept(tmp_path / "nothing").progress() == (0, 307)
    written(kept.folder, "los-loop", "clean", [*rows(BASE, 5), entry("gru", 17, 4.0)])
    assert Kept(kept.folder).progress() == (26 + 26 + 11, 307), "a seed that nobody asked for does not count"


def test_the_stamp_changes_with_every_file(kept: Kept) -> None:
    before = kept.stamp
    assert {name for name, _, _ in before} >= {"los-loop-clean.json", "ablations.json", "speed.json"}
    (kept.folder.parent / "speed.json").write_text("{}")
    after = kept.stamp
    assert before != after
    (kept.folder / "ablations.json").unlink()
    assert kept.stamp != after
    assert Kept(kept.folder / "nothing").stamp == ()


def test_tests_are_those_of_the_projects_own_page(kept: Kept) -> None:
    cell = Cell(Record(kept.folder), "los-loop", "clean")
    found = {(one.row, one.base): one.found for one in kept.compared("los-loop", "clean")}
    assert set(found) == set(pairs_of("los-loop", "clean"))
    one, same = found["intergat-plus", "gru"], against(cell, "intergat-plus", "gru")
    assert [(a.gain, a.seeds_p, a.seeds) for a in one] == [(a.gain, a.seeds_p, a.seeds) for a in same]
    assert found["tgcn", "gru"] == ()
    elsewhere = kept.compared("sz-taxi", "published")
    assert {one.row for one in elsewhere} == set(ROWS) - {"gat-all"}    # not trained there: no line for it


def test_the_claim_of_time_is_asked_of_the_steps_beside_the_record(kept: Kept) -> None:
    assert "must have timed" in kept.claims("intergat-gru")[4].figure
    seconds = {"gat-gru": 2.0, "intergat-gru": 1.0, "published GAT-GRU": 4.0, "published InterGAT-GRU": 1.0}
    place = {"sensors": 207, "device": "cpu", "threads": 1}
    steps = [{"rival": rival, **place, "seconds": [taken]} for rival, taken in seconds.items()]
    (kept.folder.parent / "speed.json").write_text(json.dumps({"steps": {"rows": steps}}))
    asked = Kept(kept.folder).claims("intergat-gru")[4]
    assert asked.verdict == "holds only against the published baseline"
    assert asked.figure.startswith("50.0 % (50 % to 50 %) less than `gat-gru`")


def test_a_file_is_read_once(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    text = Path.read_text
    monkeypatch.setattr(Path, "read_text", lambda file, *a, **k: read.append(file.name) or text(file, *a, **k))
    kept.claims("intergat-gru")
    kept.compared("los-loop", "clean")
    assert read.count("los-loop-clean.json") == 1


def test_kinds_of_heads_are_told_apart_and_what_is_unknown_is_left_out() -> None:
    mean, sharpest = graphs_of("intergat-plus", [entry("intergat-plus", 0, 4.0), entry("intergat-plus", 1, 4.0)])
    assert (mean.head, sharpest.head) == ("mean", "sharpest")
    assert mean.seeds == 2
    assert mean.values["on_roads"].values == (0.5, 0.5)
    assert sharpest.values["on_roads"].mean == pytest.approx(0.2)
    assert mean.values["nmi"].values == ()
    assert graphs_of("gru", [entry("gru", 0, 4.0)]) == []


def test_the_front_is_that_of_the_share_that_is_asked_for(kept: Kept) -> None:
    points = kept.sweep("los-loop", "small")
    assert [(one.weight, one.front) for one in points] == [(0.0, True), (1e-4, True), (1e-3, False), (1e-2, True)]
    assert [one.front for one in kept.sweep("los-loop", "zeros")] == [True, False, False, False]
    assert kept.sweep("sz-taxi", "small") == []
    assert len(LAMBDAS) > len(points)


def test_the_best_is_the_least_error_or_the_most_accuracy() -> None:
    assert ranked([2.0, math.nan, 1.0, 3.0], "mae") == [2, 0, 3]
    assert ranked([0.9, 0.95], "accuracy") == [1, 0]
    assert best([math.nan, 2.0], "mae") is None
    assert Spread.of([None, math.nan, 2.0]).values == (2.0,)
    assert math.isnan(Spread().mean)


@pytest.mark.parametrize(
    ("verdicts", "sentence"),
    [
        (["holds"] * 3, "Of the paper's 3 claims all hold."),
        (["does not hold"] * 2 + ["holds"], "Of the paper's 3 claims 1 holds and 2 do not hold."),
        (["not measured yet"] * 8, "None of the paper's 8 claims is measured yet."),
        (["does not hold"], "Of the paper's 1 claim 1 does not hold."),
        (
            ["holds only against the published baseline"] * 2 + ["does not hold"],
            "Of the paper's 3 claims 2 hold only against the published baseline and 1 does not hold.",
        ),
    ],
)
def test_the_verdicts_are_counted_in_words(verdicts: list[str], sentence: str) -> None:
    assert spaced(said.claims_sentence(verdicts)) == sentence


def test_sentences_say_what_cannot_be_said_yet(tmp_path: Path) -> None:
    empty = Kept(tmp_path)
    scores = empty.scores("los-loop", "clean", "rmse")
    assert spaced(said.scores_sentence(scores, "rmse", 3)) == "Nothing to compare yet: 0 of 12 rows measured."
    assert said.compared_sentences(empty.compared("los-loop", "clean"), 3) == []
    assert "has been trained" in said.graphs_sentence(empty.graphs("los-loop", "clean"))
    assert "Too few" in said.sweep_sentence([], "small")
    assert "Nothing to compare" in said.ablations_sentence({})
    assert "not timed" in said.steps_sentence([])
    assert said.targets_sentence([]) == ""
    assert empty.made() == ""


def test_a_step_takes_the_median_also_of_an_even_number_of_turns() -> None:
    turns = {"floor": (0.1, 0.3), "intergat-plus": (0.3, 0.2, 0.4, 0.7), "gman": (1.4, 1.4)}
    steps = [Step(rival, 207, "1 thread", seconds) for rival, seconds in turns.items()]
    assert spaced(said.steps_sentence(steps)) == (
        "A step of `intergat-plus` takes 0.350 s, 1.75 times the floor; the slowest, gman, 1.40 s, 4.00 times that."
    )


def test_an_epoch_is_said_of_the_most_threads(kept: Kept) -> None:
    assert said.epochs_sentence(kept.epochs()) == (
        "One epoch at Los-Loop's size, 22 steps on 2 threads: `intergat-plus` 0.500 s; `gru` 2.00 s."
    )
    assert said.epochs_sentence([]) == ""


def test_an_analysis_stands_beside_the_bare_eigendecomposition(kept: Kept) -> None:
    found = {one.what: one.times for one in kept.analyses()}
    assert found == pytest.approx({"scipy.linalg.eigh": 1.0, "spectrum": 1.5, "communities": 5.0})
    words = said.analyses_sentence(kept.analyses())
    assert "1 take at most 2 times as long" in words
    assert "communities of 207 sensors, 5.00 times" in words
    assert "all take at most 2" in said.analyses_sentence([one for one in kept.analyses() if one.times < 2])
    assert list(timed.analyses_shown(kept.analyses())[""]) == ["", "reached", "**not reached**"]
    assert "No analysis" in said.analyses_sentence([])


def test_the_race_says_how_much_sooner_or_that_it_was_never(kept: Kept) -> None:
    race = kept.race()
    assert race is not None
    assert race.times == 100
    assert "took 2.00 s to the same error, 100 times less (target 30: reached)" in said.race_sentence(race)
    assert "did not reach it" in said.race_sentence(dataclasses.replace(race, own=None))
    assert "**not reached**" in said.race_sentence(dataclasses.replace(race, own=20.0))
    assert Kept(kept.folder / "nothing").race() is None
    assert said.race_sentence(None) == ""


def test_larger_cities_are_told_beside_the_fair_baseline(kept: Kept) -> None:
    cities = kept.sizes()
    sized = cities["A made-up city of 1,000 sensors"]
    assert said.sizes_sentence(sized) == (
        "An epoch of `intergat-plus` takes 2.00 s and the training 500 MB, of `gat-gru` 80.0 s and 5,000 MB; its RMSE "
        "is −9.1 % beside that."
    )
    assert "not been trained here" in said.sizes_sentence(cities["A made-up city of 500 sensors"])
    table = timed.sizes_table(cities)
    assert len(table) == 8
    of_large = table[table["city"] == "A made-up city of 1,000 sensors"].set_index("row")
    assert of_large.loc["gat-gru", "peak memory [MB]"] == 5000
    assert timed.sizes_shown(sized).set_index("row").loc["`gru`", "seeds"] == "0"


def test_a_difference_has_a_sign_and_rounding_has_none() -> None:
    assert [tables.signed(share) for share in (0.05, -0.05, 0.0004, -0.0004)] == ["+5.0 %", "−5.0 %", "0.0 %", "0.0 %"]


def test_csv_has_every_number_in_full(kept: Kept) -> None:
    scores = kept.scores("los-loop", "clean", "rmse")
    table = tables.scores_table(scores, "rmse")
    assert list(table["row"]) == list(ROWS)
    assert table.set_index("row").loc["gru", "RMSE, 60 min"] == pytest.approx(4.24)
    assert np.isnan(table.set_index("row").loc["tgcn", "deviation, 60 min"])
    for measure, (title, _) in MEASURES.items():
        scores = kept.scores("los-loop", "clean", measure)
        shown = tables.scores_shown(scores, measure).set_index("row").loc["`gru`", "60 min"]
        mean, deviation = (float(part) for part in shown.strip("*").replace("\u00a0", "").split("±"))
        row = tables.scores_table(scores, measure).set_index("row").loc["gru"]
        assert row[f"{title}, 60 min"] == pytest.approx(mean, abs=0.006), "in the unit of the page"
        assert row["deviation, 60 min"] == pytest.approx(deviation, abs=0.006), "in the unit of the page"
    tests = tables.compared_table(kept.compared("los-loop", "clean"))
    assert set(tests["minutes ahead"]) == set(MINUTES)
    graphs = tables.graphs_table(kept.graphs("los-loop", "clean")).set_index(["row", "head"])
    assert graphs.loc[("intergat-plus", "mean"), "on_roads"] == pytest.approx(0.5)
    steps = timed.steps_table(kept.steps())
    assert list(steps["median [s]"].fillna(-1)) == [0.05, 10.0, -1, 0.2, 1.0]
    assert "needs 14 GB" in csv(steps).decode()
    trainings = tables.ablations_table(kept.ablations()["los-loop"])
    assert list(trainings["RMSE, 60 min"][:3]) == pytest.approx([7.0, 7.1, 7.2])
    assert "*" not in csv(tables.claims_table(kept.claims("intergat-gru"))).decode()
    sweep = tables.sweep_table(kept.sweep("los-loop", "small"))
    assert list(sweep["on the front"]) == ["yes", "yes", "no", "yes"]


def test_groups_and_planted_graphs_have_columns_where_they_are_known(kept: Kept) -> None:
    graphs = kept.graphs("los-loop", "clean")
    assert not {"NMI", "ARI", "AUROC, planted"} & set(tables.graphs_shown(graphs).columns)
    run = entry("intergat-plus", 0, 4.0)
    run["graph"]["heads"]["mean"] |= {"nmi": 0.4, "nmi_chance": 0.2, "ari": 0.1, "planted_auroc": 0.9}
    shown = tables.graphs_shown(graphs_of("intergat-plus", [run]))
    assert shown.iloc[0]["NMI"] == "0.40"
    assert shown.iloc[0]["NMI by chance"] == "0.20"
    assert shown.iloc[1]["NMI"] == "–"
    assert shown.iloc[0]["AUROC, planted"] == "0.90"
