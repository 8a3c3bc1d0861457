"""Could a run's graph have been found? On the demo run whose graph is known, and on data made like a run's."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from analysis.distances import hops
from analysis.matrix import mean_of_heads
from analysis.planted import LEAST, MOST, WAYS, Recovery
from analysis.roads import recovery
from app.__main__ import cli
from app.planted import Setting, beside, learned_recovery, means, planted_of, sentence, setting_of, table
from core.run import Run, RunError
from tests.app.conftest import made_matrix, made_run

DEMO = Path(__file__).resolve().parents[2] / "assets" / "demo"


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return Run.load(made_run(tmp_path / "made", sensors=8))


class TestTheDemoCity:
    """Issue 4: what ``intergat-plus`` learns of the city is the graph that was planted."""

    def test_intergat_plus_finds_the_planted_pairs(self) -> None:
        demo = Run.load(DEMO / "intergat-plus")
        assert demo.truth is not None
        assert recovery(mean_of_heads(demo.interaction), demo.truth).auroc >= 0.95

    def test_intergat_plus_has_the_far_couplings_in_its_strongest_5_percent(self) -> None:
        demo = Run.load(DEMO / "intergat-plus")
        assert demo.truth is not None
        assert demo.adjacency is not None
        far = (demo.truth > 0) & (hops(demo.adjacency) > 2)
        found = recovery(mean_of_heads(demo.interaction), far, share=0.05)
        assert (found.road_pairs, found.hits) == (6, 6.0)

    def test_far_couplings_are_the_ones_that_no_road_explains(self) -> None:
        demo = Run.load(DEMO / "intergat-plus")
        assert demo.truth is not None
        assert demo.adjacency is not None
        road = (demo.adjacency > 0) | (demo.adjacency.T > 0)
        np.testing.assert_array_equal((demo.truth > 0) & ~road, (demo.truth > 0) & (hops(demo.adjacency) > 2))

    def test_intergat_gru_does_not(self) -> None:
        """That the test above can fail."""
        demo = Run.load(DEMO / "intergat-gru")
        assert demo.truth is not None
        assert recovery(mean_of_heads(demo.interaction), demo.truth).auroc < 0.6


class TestSetting:
    def test_it_is_the_runs(self) -> None:
        demo = Run.load(DEMO / "intergat-plus")
        like = setting_of(demo)
        assert (like.rows, like.length) == (2688, 1881)
        assert like.missing == pytest.approx(float(demo.record["data"]["missing"]))
        assert 0.2 < like.noise < 0.5
        assert 0.1 < like.news <= like.noise

    def test_a_better_forecast_leaves_less_noise(self, tmp_path: Path) -> None:
        good, bad, worse = (
            setting_of(Run.load(made_run(tmp_path / str(better), better=better))) for better in (0.9, 0.2, -0.5)
        )
        assert LEAST <= good.noise < bad.noise < worse.noise <= MOST
        assert bad.news == worse.news  # of the data alone
        assert worse.noise == pytest.approx(2 * worse.news)  # where the last value is better, it counts

    def test_a_matrix_alone_has_none(self, tmp_path: Path) -> None:
        with pytest.raises(RunError, match="is a matrix alone, without a model: it has no forecasts"):
            setting_of(Run.load(made_matrix(tmp_path / "alone")))


def test_the_simple_ways_stand_on_the_runs_roads_length_and_noise(run: Run) -> None:
    ticks: list[tuple[int, int]] = []
    found = planted_of(run, tick=lambda done, of: ticks.append((done, of)), seeds=1)
    like = setting_of(run)
    assert (found.graph, found.length, found.noise, found.missing) == ("roads", like.length, like.noise, like.missing)
    assert ticks[-1] == (len(found.recoveries), len(found.recoveries))


def test_without_roads_a_ring_of_as_many_sensors_is_taken(tmp_path: Path) -> None:
    found = planted_of(Run.load(made_run(tmp_path / "bare", sensors=9, roads=False)), seeds=1)
    assert found.graph == "ring"
    assert found.far_planted == 1


def test_a_model_is_trained_on_made_data_and_measured(run: Run, tmp_path: Path) -> None:
    ticks: list[tuple[int, int]] = []
    found = learned_recovery(run, epochs=2, seed=1, tick=lambda done, of: ticks.append((done, of)))
    like = setting_of(run)
    assert (found.way, found.seed, found.length, found.noise) == ("intergat-plus", 1, like.length, like.noise)
    assert 0 <= found.auroc <= 1
    assert found == learned_recovery(run, epochs=2, seed=1)
    done, of = ticks[-1]
    assert done == of
    assert ticks == sorted(ticks)
    assert list(tmp_path.iterdir()) == [run.path]  # the training is kept nowhere


def test_the_simple_ways_beside_a_model_have_its_setting(run: Run) -> None:
    rows = beside(run, seed=1)
    assert [row.way for row in rows] == list(WAYS)
    assert {(row.length, row.seed) for row in rows} == {(setting_of(run).length, 1)}


def test_a_model_without_a_graph_is_refused(run: Run) -> None:
    with pytest.raises(ValueError, match=r"^model must learn a graph for one to be found, got gru"):
        learned_recovery(run, "gru", epochs=1)


ROWS = (
    Recovery("intergat-plus", 0.3, 100, 0.0, 0, 0.9, 0.75, 0.5, 0.2),
    Recovery("intergat-plus", 0.3, 100, 0.0, 1, 0.8, 0.85, 1.0, 0.4),
    Recovery("correlation", 0.3, 100, 0.0, 0, 0.6, 0.2, 0.0, float("nan")),
)


def test_means_are_over_the_seeds_of_one_way() -> None:
    assert means(ROWS, "intergat-plus") == pytest.approx({"auroc": 0.85, "precision": 0.8, "far": 0.75, "nmi": 0.3})


def test_the_table_and_the_sentence_say_it() -> None:
    lines = table(Setting(143, 100, 0.3, 0.1, 0.01), ROWS).splitlines()
    assert lines[0] == "100 rows to learn from, noise 30% of the variance, 1.0% missing; mean over 2 seed(s)"
    assert lines[2].split() == ["intergat-plus", "0.850", "80%", "75%", "0.30"]
    words = sentence(ROWS, "intergat-plus", 10)
    assert words.startswith("With data like these, intergat-plus after 10 epochs finds 80% of the true pairs")
    assert words.endswith("which nobody knows of real data.")
    given = sentence([replace(row, way="gat-gru") for row in ROWS], "gat-gru", 10)
    assert "gat-gru is given the road graph" in given, "what was planted is what it was told"


def said(*words: object) -> Result:
    return CliRunner().invoke(cli, ["planted", *(str(word) for word in words)])


def test_the_command_prints_the_table_and_writes_it(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "found.json"
    result = said(run.path, "--epochs", 1, "--json", file)
    assert result.exit_code == 0, result.output
    for way in ("intergat-plus", *WAYS):
        assert f"\n{way} " in result.output
    assert "of the true pairs" in result.output
    document = json.loads(file.read_text())
    assert [row["way"] for row in document["recoveries"]] == ["intergat-plus", *WAYS]
    assert (document["run"], document["graph"], document["epochs"]) == ("made", "roads", 1)


@pytest.mark.parametrize(
    ("words", "words_said"),
    [
        (["--model", "nothing"], "model must be one of"),
        (["--seeds", "0"], "seeds must be at least 1, got 0"),
        (["--epochs", "0"], "epochs must be at least 1, got 0"),
    ],
)
def test_what_is_wrong_is_one_clear_error(run: Run, words: list[str], words_said: str) -> None:
    result = said(run.path, *words)
    assert result.exit_code == 1
    assert words_said in result.output
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    ("sensors", "roads", "words"),
    [
        (1, True, "Cannot be told: there is one sensor only, and no pair to be found."),
        (2, True, "Cannot be told: every pair of sensors would be planted, so whatever is learned finds them all."),
        (3, False, "Cannot be told: every pair of sensors would be planted, so whatever is learned finds them all."),
    ],
)
def test_where_nothing_could_be_told_nothing_is_trained(tmp_path: Path, sensors: int, roads: bool, words: str) -> None:
    file = tmp_path / "found.json"
    result = said(made_run(tmp_path / "few", sensors=sensors, roads=roads), "--epochs", 1, "--json", file)
    assert result.exit_code == 1
    assert result.output == f"Error: {words}\n"
    assert not file.exists()


def test_a_graph_of_every_pair_is_no_success_of_any_way() -> None:
    rows = [replace(row, auroc=float("nan"), precision=1.0, far=float("nan")) for row in ROWS]
    assert sentence(rows, "intergat-plus", 10).startswith("Cannot be told: every pair of sensors was planted, or none")
    assert table(Setting(143, 100, 0.3, 0.1, 0.01), rows).splitlines()[2].split()[1:] == ["-", "100%", "-", "0.30"]
