"""The page Benchmark: what the record holds, what it does not, and the commands that fill it."""

import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from tests.app.benchmark_made import BASE, entry, made_record, rows, written
from tests.app.conftest import ROOT, figures, opened, unfolded, words

QUESTION = "What holds of the paper's claims?"


@pytest.fixture
def record(tmp_path: Path, own_runs: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty record."""
    folder = tmp_path / "benchmarks" / "results"
    folder.mkdir(parents=True)
    monkeypatch.setenv("TOPOLENS_RECORD", str(folder))
    return folder


def shown(app: AppTest, *columns: str) -> pd.DataFrame:
    """The first table with these columns."""
    found = [table.value for table in app.table if set(columns) <= set(table.value.columns)]
    assert found, f"no table has {columns}"
    return found[0]


def cell(table: pd.DataFrame, row: str, column: str) -> str:
    (found,) = table.loc[table.iloc[:, 0].str.strip("`") == row, column]
    return str(found).replace("\u00a0", " ")


def test_an_empty_record_says_what_is_missing_and_how_to_make_it(record: Path) -> None:
    app = opened("benchmark")
    assert not app.exception
    assert app.title[0].value == QUESTION
    said = words(app)
    assert "None of the paper's 9 claims is measured yet." in said
    for line in ("--part table --dataset los-loop --protocol clean", "--part sweep", "python -m benchmarks.ablations",
                 "python -m benchmarks.speed"):  # fmt: skip
        assert line in said
    assert not figures(app)
    assert set(shown(app, "verdict")["verdict"]) == {"**not measured yet**"}


def test_the_answer_counts_the_verdicts_of_the_record(record: Path) -> None:
    made_record(record)
    app = opened("benchmark")
    assert not app.exception
    assert app.markdown[0].value.replace("\u00a0", " ") == (
        "#### Of the paper's 9 claims 1 holds, 1 holds only against the published baseline and 7 are not measured yet."
    )
    claims = shown(app, "claim", "verdict", "figures")
    verdict = claims.set_index("claim")["verdict"]
    asked = "At least 6% less RMSE than GAT-GRU at every horizon on Los-Loop, protocol "
    assert verdict[f"{asked}`published`"] == "**holds**"
    assert verdict[f"{asked}`clean`"] == "**holds only against the published baseline**"
    assert "`gat-gru` on SZ-Taxi, `clean`: 2 of 5 seeds" in claims["figures"].str.cat()
    assert "The record holds 67 of the 307 trainings" in words(app)


def test_the_claims_can_be_asked_of_the_projects_model(record: Path) -> None:
    made_record(record)
    app = opened("benchmark")
    app.segmented_control(key="control benchmark row").set_value("intergat-plus").run()
    assert "Asked of this project's model instead: Of the paper's 9 claims 2 hold and 7 are not measured" in words(app)
    assert "`intergat-plus` on SZ-Taxi, `published`: 0 of 5 seeds" in shown(app, "claim")["figures"].str.cat()


def test_the_targets_of_the_projects_model_are_judged(record: Path) -> None:
    made_record(record)
    app = opened("benchmark")
    assert "Of 11 targets 2 are reached, 1 is not and 8 are not measured yet." in words(app)
    table = shown(app, "figure", "target")
    here = table[table["data"] == "Los-Loop, `clean`"].set_index("figure")
    assert here.loc["RMSE, 60 min", "verdict"] == "**reached**"
    assert here.loc["RMSE, 60 min", "measured"].replace("\u00a0", " ") == "4.044 ± 0.032"
    assert here.loc["strongest 2 % on roads", "verdict"] == "**not reached**"
    measured = table.set_index(["data", "figure"])["measured"]
    missing = measured["SZ-Taxi, `published`", "RMSE, 15 min"]
    assert missing == "– (0 of 5 seeds)", "two seeds of the other protocol do not count"


def test_means_deviations_seeds_and_dashes(record: Path) -> None:
    made_record(record)
    app = opened("benchmark")
    table = shown(app, "row", "seeds", "60 min")
    assert list(table.columns) == ["row", "seeds", "15 min", "30 min", "45 min", "60 min"]
    assert cell(table, "gru", "60 min") == "4.240 ± 0.032"
    assert cell(table, "intergat-plus", "60 min") == "**4.044 ± 0.032**"
    assert cell(table, "intergat-plus", "15 min") == "**2.544 ± 0.032**"
    assert cell(table, "last-value", "60 min") == "6.000"
    assert cell(table, "last-value", "seeds") == "no chance"
    assert cell(table, "tgcn", "60 min") == "–"
    assert cell(table, "tgcn", "seeds") == "0 of 5"
    app.selectbox(key="control benchmark dataset").set_value("sz-taxi").run()
    assert cell(shown(app, "row", "60 min"), "gru", "seeds") == "2 of 5"
    app.segmented_control(key="control benchmark measure").set_value("r2").run()
    assert cell(shown(app, "row", "60 min"), "intergat-plus", "60 min") == "**0.8996 ± 0.0005**", "more is better"


def test_the_figure_shows_every_seed_at_the_chosen_time(record: Path) -> None:
    made_record(record)
    app = opened("benchmark")
    app.segmented_control(key="control benchmark ahead").set_value(15).run()
    (drawn,) = [one for one in figures(app) if one["key"] == "benchmark rows"]
    seeds = next(trace for trace in drawn["data"] if trace["name"] == "one seed")
    assert len(seeds["text"]) == 26
    assert "<b>intergat-plus</b>" in drawn["layout"]["yaxis"]["ticktext"]
    assert "tgcn (not measured)" in drawn["layout"]["yaxis"]["ticktext"]
    assert "15 minutes ahead" in drawn["layout"]["xaxis"]["title"]["text"]
    assert "RMSE of 6 rows on Los-Loop, protocol clean, 15 minutes ahead" in drawn["alt"]
    assert "15 minutes ahead, `intergat-plus` has the best RMSE, 2.544; next is `gru` with 2.740" in words(app)


def test_baselines_and_controls_are_tested_against(record: Path) -> None:
    made_record(record)
    app = unfolded(opened("benchmark"))
    assert "RMSE of `intergat-plus` against `gru`: −4.6 % (p < 0.001 over seeds)" in words(app)
    tests = shown(app, "against", "p over windows")
    assert len(tests) == 32
    mine = tests[(tests["row"] == "`intergat-plus`") & (tests["against"] == "`gat-gru`")].iloc[0]
    assert mine["RMSE against it"] == "−8.9 %"
    assert mine["p over seeds"] == "<.001"
    assert mine["p over windows"] == "–", "no losses were recorded"
    paper = tests[(tests["row"] == "`intergat-gru`") & (tests["against"] == "`gru`")].iloc[0]
    assert paper["p over seeds"] == "–", "every difference is the same: there is nothing to divide by"
    assert tests[tests["row"] == "`tgcn`"].iloc[0]["RMSE against it"] == "–"


def test_graphs_stand_beside_chance(record: Path) -> None:
    made_record(record)
    app = opened("benchmark")
    said = words(app)
    assert "Of the strongest 2 % of pairs lie on roads: 10.0 % with `intergat-gru` and 50.0 % with `inter" in said
    assert "blind choice would hit 6.0 %" in said
    graphs = shown(app, "strongest 2 % on roads", "chance")
    assert "NMI" not in graphs, "no groups are known on Los-Loop"
    assert cell(graphs, "intergat-plus", "chance") == "6.0 %"
    kinds = shown(unfolded(app), "head", "chance")
    assert set(kinds["head"]) == {"mean", "sharpest"}


def test_the_sweep_names_every_weight_and_fills_the_front(record: Path) -> None:
    made_record(record)
    app = opened("benchmark")
    drawn = {one["key"]: one for one in figures(app)}
    (line,) = drawn["benchmark sweep los-loop"]["data"]
    assert line["customdata"] == ["0", "10⁻⁴", "10⁻³", "0.01"]
    assert line["marker"]["symbol"] == ["circle", "circle", "circle-open", "circle"]
    assert "no weight of the penalty" in json.dumps(drawn["benchmark sweep sz-taxi"]["layout"]).replace("<br>", " ")
    assert "from λ = 0 to 0.01, small weights go from 10.0 % to 90.0 % and RMSE from 4.00 to 4.30" in words(app)
    app.segmented_control(key="control benchmark share").set_value("zeros").run()
    line = next(one for one in figures(app) if one["key"] == "benchmark sweep los-loop")["data"][0]
    assert line["marker"]["symbol"] == ["circle", *["circle-open"] * 3], "all have no zeros: the smallest error wins"


def test_the_variants_are_held_against_the_whole_model(record: Path) -> None:
    made_record(record)
    app = opened("benchmark")
    said = words(app)
    assert "Of 2 changes 1 makes the error larger, most of all `timeless` (nothing learned of the time of day" in said
    assert "`1 head` (one matrix, −1.4 %) makes it smaller" in said
    assert cell(shown(app, "variant"), "1 head", "RMSE, 60 min") == "**7.000 ± 0.100**"
    drawn = next(one for one in figures(app) if one["key"] == "benchmark ablations")
    assert drawn["layout"]["shapes"][0]["x0"] == pytest.approx(7.1)
    assert "Not trained yet: by chance, " in said


def test_steps_stand_beside_the_floor_and_their_targets(record: Path) -> None:
    made_record(record)
    app = opened("benchmark")
    said = words(app)
    assert "A step of `intergat-plus` takes 0.200 s, 4.00 times the floor; the slowest, PyG GAT-GRU, 10.0 s" in said
    targets = shown(app, "target", "measured", "")
    assert list(targets[""]) == ["reached", "**not reached**"]
    assert "1 of 2 targets reached." in said
    drawn = next(one for one in figures(app) if one["key"] == "benchmark steps")
    assert drawn["layout"]["xaxis"]["type"] == "log"
    assert "needs 14 GB" in json.dumps(drawn["layout"]["annotations"])
    app.segmented_control(key="control benchmark sensors").set_value(500).run()
    assert not app.exception
    assert "or the floor, was not timed here" in words(app)


def test_data_without_any_training_say_the_command_that_trains_them(record: Path) -> None:
    made_record(record)
    app = opened("benchmark")
    app.selectbox(key="control benchmark dataset").set_value("pemsd7m").run()
    assert "--part table --dataset pemsd7m --protocol clean" in words(app)
    assert "benchmark rows" not in [one["key"] for one in figures(app)]
    assert "benchmark sweep los-loop" in [one["key"] for one in figures(app)], "the rest of the page is there"


def test_a_choice_is_kept_when_another_page_was_looked_at(record: Path) -> None:
    made_record(record)
    app = opened("benchmark")
    app.segmented_control(key="control benchmark protocol").set_value("published").run()
    assert "Optimistic" in words(app)
    app.switch_page("views/glossary.py").run()
    app.switch_page("views/benchmark.py").run()
    assert app.segmented_control(key="control benchmark protocol").value == "published"


def test_a_choice_stands_in_the_link_and_a_link_chooses(record: Path) -> None:
    made_record(record)
    app = opened("benchmark", dataset="sz-taxi", ahead="30", row="intergat-plus")
    assert app.selectbox(key="control benchmark dataset").value == "sz-taxi"
    assert "30 minutes ahead," in words(app)
    assert not app.toast
    app.segmented_control(key="control benchmark measure").set_value("mae").run()
    asked = {name: app.query_params.get(name) for name in ("dataset", "measure", "ahead", "row", "protocol")}
    assert asked == {"dataset": "sz-taxi", "measure": "mae", "ahead": "30", "row": "intergat-plus", "protocol": None}
    app.selectbox(key="control benchmark dataset").set_value("los-loop").run()
    assert "dataset" not in app.query_params, "what stands at its default is left out"


@pytest.mark.parametrize("dataset", ["<b>", "x" * 3000, "city"])
def test_a_link_to_what_is_not_there_is_said_and_forgotten(record: Path, dataset: str) -> None:
    app = opened("benchmark", dataset=dataset)
    assert app.toast[0].value == "The link asks for what is not here (dataset of the record): the default is shown."
    assert app.selectbox(key="control benchmark dataset").value == "los-loop"
    assert "dataset" not in app.query_params
    assert not app.run().toast


def test_a_training_that_comes_in_is_seen_at_the_next_look(record: Path) -> None:
    made_record(record)
    app = opened("benchmark")
    assert cell(shown(app, "row", "60 min"), "tgcn", "60 min") == "–"
    written(record, "los-loop", "clean", [*rows(BASE, 5), entry("tgcn", 0, 4.7)])
    app.run()
    assert cell(shown(app, "row", "60 min"), "tgcn", "60 min") == "4.700"
    assert cell(shown(app, "row", "60 min"), "tgcn", "seeds") == "1 of 5"


@pytest.mark.parametrize("text", ["{", "[]", '{"settings": {}, "runs": [{"rows": ["gru"]}]}', '"runs"', "[" * 100_000])
def test_a_broken_file_is_said_with_what_to_do(record: Path, text: str) -> None:
    made_record(record)
    (record / "los-loop-clean.json").write_text(text)
    app = opened("benchmark")
    assert not app.exception
    assert "cannot be read" in app.warning[0].value
    assert "python -m benchmarks.table" in words(app)


def test_an_installation_without_the_benchmark_says_so(own_runs: Path) -> None:
    script = f"""
import sys
sys.modules["benchmarks"] = None
import streamlit
from streamlit.testing.v1 import AppTest
streamlit.config.set_option("server.address", "127.0.0.1")  # no settings lie here: the door would be shut
app = AppTest.from_file({str(ROOT / "app" / "main.py")!r}, default_timeout=60).run()
app.switch_page("views/benchmark.py").run()
assert not app.exception, app.exception
print(app.title[0].value, app.info[0].value)
"""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script], cwd=own_runs, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert f"{QUESTION} The benchmark is not part of this installation" in done.stdout


def test_a_full_page_loads_no_torch(record: Path, own_runs: Path) -> None:
    made_record(record)
    script = f"""
import sys
import streamlit
from streamlit.testing.v1 import AppTest
streamlit.config.set_option("server.address", "127.0.0.1")  # no settings lie here: the door would be shut
app = AppTest.from_file({str(ROOT / "app" / "main.py")!r}, default_timeout=60).run()
early = [name for name in sys.modules if name.startswith(("benchmarks", "app.benchmark"))]
assert not early, f"the first page waits for {{early}}"
app.switch_page("views/benchmark.py").run()
assert not app.exception, app.exception
assert len(app.table) >= 4
assert "torch" not in sys.modules
"""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script], cwd=own_runs, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr


def test_the_projects_own_record_opens(own_runs: Path) -> None:
    app = unfolded(opened("benchmark"))
    assert not app.exception
    assert not app.warning
    assert "of the paper's" in app.markdown[0].value.casefold()
    assert len(app.latex) == 15
    assert list(app.expander)[-1].label == "How to read this"
