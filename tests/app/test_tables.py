"""The tables behind the figures: a row is what the page takes it for when it is chosen."""

from pathlib import Path

import numpy as np
import pytest

from app.measured import Measured
from app.parts import shown_sensors
from app.tables import communities, forecast, heads, overview, spectrum
from app.tables import map as on_map
from core.run import Run
from tests.app.conftest import N, made_run

HEAD, SHARE = "head 2", 0.1


@pytest.fixture
def measured(tmp_path: Path) -> Measured:
    return Measured(Run.load(made_run(tmp_path / "run")))


def test_the_rows_of_pairs_are_the_strongest_pairs_in_their_order(measured: Measured) -> None:
    table, pairs = heads.pair_table(measured, HEAD, SHARE), measured.pairs(HEAD, SHARE)
    matrix = measured.matrix(HEAD)
    assert len(table) == pairs.count > 1
    for row, (first, second) in enumerate(zip(pairs.first, pairs.second, strict=True)):
        shown = table.iloc[row]
        assert (shown["sensor"], shown["and"]) == (measured.ids[first], measured.ids[second])
        assert shown["first hears second"] == matrix[first, second]
        assert shown["second hears first"] == matrix[second, first]
        road = measured.run.adjacency
        assert shown["on a road"] == bool(road[first, second] > 0 or road[second, first] > 0)


def test_the_rows_of_pairs_without_a_road_are_those_of_their_order(measured: Measured) -> None:
    classes = measured.edge_classes(HEAD, 0.5)
    table, order = on_map.far_table(measured, HEAD, 0.5), on_map.far_order(classes)
    assert len(table) == len(order) == len(classes.learned) > 1
    for row, place in enumerate(order):
        first, second = classes.learned[place]
        assert (table["sensor"].iloc[row], table["and"].iloc[row]) == (measured.ids[first], measured.ids[second])
    assert (np.diff(table["weight"].abs()) <= 0).all()


def test_the_rows_of_partners_say_where_each_stands(measured: Measured) -> None:
    sensor, matrix = 2, measured.matrix(HEAD)
    table = on_map.partner_table(measured, HEAD, sensor)
    assert [measured.ids[k] for k in table["position"]] == table["it hears"].tolist()
    assert sensor not in table["position"].tolist()
    assert table["weight"].tolist() == matrix[sensor, table["position"]].tolist()
    assert table["share [%]"].sum() == pytest.approx(100)


def test_the_rows_of_sensors_in_a_mode_are_those_of_their_order(measured: Measured) -> None:
    vector = measured.spectrum(HEAD).vectors[:, 3]
    table = spectrum.sensor_table(measured, HEAD, 3)
    assert table["sensor"].tolist() == [measured.ids[k] for k in spectrum.sensor_order(vector)]
    assert (np.diff(table["share of the mode"]) <= 0).all()
    assert spectrum.mode_table(measured, HEAD)["mode"].tolist() == list(range(1, N + 1))


def test_the_index_of_the_sensors_by_error_is_their_position(measured: Measured) -> None:
    table = forecast.sensor_table(measured, 1)
    assert [measured.ids[k] for k in table.index] == table["sensor"].tolist()
    assert (np.diff(table.iloc[:, 1].dropna()) <= 0).all()


def test_each_step_has_a_row_for_each_forecast(measured: Measured) -> None:
    table, count = forecast.step_table(measured), len(measured.errors())
    minutes = [(row // count + 1) * measured.run.interval_minutes for row in range(len(table))]
    assert table["minutes ahead"].tolist() == minutes
    assert len(table) == measured.run.horizon * count


def test_heads_and_sensors_stand_as_in_the_data(measured: Measured) -> None:
    assert overview.head_table(measured, SHARE)["head"].tolist() == ["mean of heads", *measured.run.heads]
    assert heads.sensor_table(measured, HEAD)["sensor"].tolist() == measured.ids
    table = communities.community_table(measured, HEAD, "louvain", 0)
    assert table["sensor"].tolist() == measured.ids
    assert table["community"].tolist() == [
        str(label + 1) if label >= 0 else "" for label in measured.communities(HEAD, "louvain", 0).labels
    ]
    assert {"known group", "road cluster"} <= set(table)


def test_a_run_without_any_graph_stands_in_the_errors_where_there_is_one(measured: Measured) -> None:
    alone = overview.error_table(measured, None, [0, 2])
    beside = overview.error_table(measured, measured, [0, 2])
    assert len(beside) == len(alone) + 2
    assert beside[beside["forecast"] == f"{measured.run.model} (no graph)"].iloc[:, 2].tolist() == [
        measured.errors()["forecast"].mae[step] for step in (0, 2)
    ]


def test_without_a_choice_the_hardest_and_the_middle_sensor_are_shown() -> None:
    assert shown_sensors([], np.array([1.0, np.nan, 3.0, 2.0])) == [2, 3]
    assert shown_sensors([1], np.ones(3)) == [1]
    assert shown_sensors([], np.array([np.nan, np.nan])) == [0]
    assert shown_sensors([], np.array([np.nan, 5.0])) == [1]
