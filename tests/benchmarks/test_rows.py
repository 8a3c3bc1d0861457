"""What the benchmark trains: its rows, and the order of the work."""

import dataclasses

from benchmarks.record import key_of
from benchmarks.rows import DATASETS, LAMBDAS, ROWS, SEEDS, SIZES, SWEEP, SWEPT, protocols_of, work
from core.models import MODELS


def test_every_row_is_a_model_and_every_model_a_row() -> None:
    assert {row.model for row in ROWS.values()} == set(MODELS)
    assert {row.model for row in SWEEP.values()} == set(SWEPT)
    assert len(SWEEP) == len(SWEPT) * len(LAMBDAS)


def test_rows_without_chance_are_those_whose_models_learn_nothing_by_gradient() -> None:
    from core.models import Sizes, built

    for row in ROWS.values():
        learns = any(True for _ in built(row.model, Sizes(sensors=3), dict(row.config)).parameters())
        assert row.random == learns, row.name


def test_work_goes_seed_by_seed_and_through_everything() -> None:
    items = list(work(["table"]))
    assert [item.seed for item in items] == sorted(item.seed for item in items)
    cells = {(name, protocol) for name in DATASETS for protocol in protocols_of(name)}
    assert {(item.dataset, item.protocol) for item in items} == cells
    assert len(cells) == 7      # SZ-Taxi after its shift under one protocol alone
    assert len(set(items)) == len(items) == 7 * (7 * SEEDS + 4) + 2 * SEEDS
    swaps = {(item.dataset, item.protocol) for item in items if item.row.name == "gat-all"}
    assert swaps == {("los-loop", "clean"), ("sz-taxi", "clean")}


def test_work_keeps_what_is_named() -> None:
    items = list(work(["table"], ["city"], ["clean"], ["gru", "last-value"], seeds=2))
    assert [(item.dataset, item.row.name, item.seed) for item in items] == [
        ("city", "last-value", 0),
        ("city", "gru", 0),
        ("city", "gru", 1),
    ]
    assert {item.dataset for item in work(["sizes"])} == set(SIZES)
    assert {item.row.l1 for item in work(["sweep"], only=["intergat-plus"])} == set(LAMBDAS)


def test_a_weight_that_is_the_models_own_is_one_training_in_two_tables() -> None:
    from benchmarks.training import identity

    def key(row: str) -> str:
        (item,) = (item for item in work(["table", "sweep"], ["los-loop"], ["clean"], [row], 1) if item.row.name == row)
        return key_of(identity(dataclasses.replace(item, dataset="city")))

    assert key("intergat-gru") == key("intergat-gru l1=0.1")
    assert len({key(name) for name in (*SWEEP, "gru", "gat-gru", "gat-all", "plus-alone")}) == len(SWEEP) + 4
