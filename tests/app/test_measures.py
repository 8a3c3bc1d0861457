"""What ``evaluate`` and ``analyse`` say: golden values on the published data, and nothing JSON cannot carry."""

import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from app.measures import error_table, head_measures, measures, plain
from core.data import load
from core.data.sensors import SensorData
from core.experiment import Plan, settings_for, trained
from core.run import Run

# RMSE and MAE of forecasts that need no training, published protocol, pooled up to the horizon; computed by
# an independent program from the published files. That program cuts windows for each horizon on their own and
# leaves out the last one; here all horizons are measured on the same windows, hence the 6 per thousand.
GOLDEN = {
    ("los-loop", "last-value", "rmse"): (5.543, 6.699, 7.628, 8.456),
    ("los-loop", "last-value", "mae"): (3.156, 3.632, 4.042, 4.433),
    ("sz-taxi", "last-value", "rmse"): (5.260, 5.330, 5.370, 5.412),
    ("sz-taxi", "window-mean", "rmse"): (4.174, 4.204, 4.230, 4.255),
}


@pytest.mark.real_data
@pytest.mark.parametrize(("dataset", "model", "measure"), GOLDEN)
def test_simple_forecasts_score_what_others_computed(
    dataset: str, model: str, measure: str, published: Path, tmp_path: Path
) -> None:
    plan = Plan(model=model, settings=settings_for(model), protocol="published", load=dataset)
    table = error_table(trained(load(dataset, published), plan, tmp_path / "run"))
    ours = table[table["forecast"] == model]
    assert list(ours["minutes"]) == [15, 30, 45, 60]
    assert list(ours[measure].round(3)) == pytest.approx(GOLDEN[dataset, model, measure], rel=6e-3)


@pytest.fixture(scope="module")
def city_run(city: SensorData, tmp_path_factory: pytest.TempPathFactory) -> Run:
    plan = Plan(model="intergat-plus", settings=settings_for("intergat-plus", epochs=1), load="city")
    return trained(city, plan, tmp_path_factory.mktemp("runs") / "city")


def test_a_model_named_last_value_scores_as_the_last_value_beside_it(city: SensorData, tmp_path: Path) -> None:
    plan = Plan(model="last-value", settings=settings_for("last-value"), load="city")
    table = error_table(trained(city, plan, tmp_path / "run")).set_index("forecast")
    np.testing.assert_allclose(table.loc["last-value"], table.loc["last value"], rtol=1e-6)


def test_the_table_has_the_model_and_both_simple_forecasts(city_run: Run) -> None:
    table = error_table(city_run)
    assert list(table["forecast"].unique()) == ["intergat-plus", "last value", "window mean"]
    assert list(table["minutes"]) == [15, 30, 45, 60] * 3
    ours = table[table["forecast"] == "intergat-plus"]
    target, made = city_run.forecasts.target[:, 1], city_run.forecasts.forecast[:, 1]
    seen = ~np.isnan(target)
    assert list(table.columns) == ["forecast", "minutes", "rmse", "mae", "mape [%]", "accuracy", "r2"]
    share = np.abs(made - target)[seen].astype(float) / np.abs(target[seen])
    assert ours["mape [%]"].iloc[1] == pytest.approx(100 * share.mean(), rel=1e-5)
    assert measures(city_run)["forecasts"]["intergat-plus"]["mape"][1] == pytest.approx(share.mean(), rel=1e-5)
    assert ours["rmse"].iloc[1] == pytest.approx(np.sqrt(np.mean((made - target)[seen].astype(float) ** 2)))


def test_measures_are_one_json_document_with_every_part_for_every_head(city_run: Run) -> None:
    document = json.loads(json.dumps(measures(city_run), allow_nan=False))
    assert list(document["heads"]) == ["mean of heads", "head 1", "head 2"]
    for head in document["heads"].values():
        assert {
            "asymmetry",
            "sparsity",
            "strength",
            "strongest",
            "spectrum",
            "localisation",
            "spectral communities",
            "louvain communities",
            "roads",
            "reach",
            "classes",
            "road clusters",
            "kilometres",
            "known groups",
            "planted",
        } == set(head)
    head = document["heads"]["head 2"]
    m = city_run.interaction[1].astype(float)
    vector = np.array(head["spectrum"]["vectors"][0])
    np.testing.assert_allclose(m @ vector, head["spectrum"]["values"][0] * vector, atol=1e-5)
    assert head["asymmetry"] == 0
    for reference in ("known groups", "road clusters"):
        (null,) = head[reference]["agreement on the map"]["nulls"]
        assert null["null"] == "moran"
        assert null["ari"] == pytest.approx(head[reference]["agreement"]["ari"])
        assert null["chance_ari"] > head[reference]["agreement"]["chance_ari"] + 0.02
    for method in ("spectral communities", "louvain communities"):
        assert head[method]["modularity"] > head[method]["chance_modularity"] > 0
        assert head[method]["modularity_p"] == 1 / 40
    assert len(head["strongest"]["weight"]) == round(0.02 * 120 * 119 / 2)
    assert len(document["by_sensor"]["mae"]) == 120
    assert len(document["by_hour"]["mae"]) == 24


def test_a_graph_of_nothing_but_loops_is_no_road_graph(city_run: Run) -> None:
    loops = np.eye(len(city_run.nodes), dtype=np.float32)
    head = head_measures(city_run.interaction[0], replace(city_run, adjacency=loops, truth=loops), 0.02)
    assert not {"roads", "reach", "classes", "road clusters", "planted"} & set(head)
    assert json.dumps(plain(head), allow_nan=False)


def test_a_model_without_heads_has_errors_and_no_graph(city: SensorData, tmp_path: Path) -> None:
    plan = Plan(model="last-value", settings=settings_for("last-value"), load="city")
    document = measures(trained(city, plan, tmp_path / "run"))
    assert document["heads"] == {}
    assert document["similarity"] == {"heads": [], "pearson": []}
    assert document["forecasts"]["last-value"]["rmse"][0] > 0


def test_what_json_cannot_carry_becomes_none() -> None:
    assert plain({"a": np.array([1.0, np.nan, -np.inf]), "b": (np.float32(2), math.inf), "c": np.True_}) == {
        "a": [1.0, None, None],
        "b": [2.0, None],
        "c": True,
    }
