"""One training of the benchmark of particles: its key, and what is kept of its losses."""


import pytest

from benchmarks import nbody_rows
from benchmarks.nbody_rows import BUDGETS, Item, work
from benchmarks.nbody_training import falling, identity, settings_of, thinned
from benchmarks.record import key_of
from tests.benchmarks.nbody_made import H


def test_the_key_tells_apart_what_is_learned_and_nothing_else() -> None:
    items = {item.label: item for item in work(nbody_rows.PARTS, H, seeds=1) if item.row.random}
    keys = {name: key_of(identity(item)) for name, item in items.items()}
    assert len(set(keys.values())) == len(keys)
    one = items["set 5 egnn"]
    later = Item(one.part, one.particles, one.row, 4, one.data)
    assert key_of(identity(later)) == keys["set 5 egnn"]
    assert key_of(identity(one, epochs=3)) != keys["set 5 egnn"]
    assert settings_of(one, epochs=3).epochs == 3
    assert settings_of(one, epochs=10**6).epochs == BUDGETS["set", 5].epochs["egnn"]
    assert settings_of(items["set 20 egnn"]).batch == 20


def test_a_curve_is_thinned_to_so_many_epochs_from_the_first_to_the_last() -> None:
    history = [{"epoch": k, "train": 2.0 / k, "validation": 1.0 / k} for k in range(1, 1001)]
    kept = thinned(history)
    assert len(kept) == 60
    assert kept[0] == [1, 2.0, 1.0]
    assert kept[-1] == [1000, 0.002, 0.001]
    assert [row[0] for row in kept] == sorted({row[0] for row in kept})
    assert thinned([]) == []
    assert len(thinned(history[:7])) == 7


def test_what_a_loss_falls_by_is_seen_in_its_last_tenth_alone() -> None:
    flat = [{"validation": 0.9**k} for k in range(90)] + [{"validation": 0.9**89}] * 10
    assert falling(flat) == pytest.approx(0, abs=1e-6)
    late = [{"validation": 1.0}] * 90 + [{"validation": 0.99**k} for k in range(10)]
    assert falling(late) == pytest.approx(1 - 0.99**10, rel=1e-4)
    assert falling(late[:29]) is None
    assert falling([]) is None
    rising = [{"validation": 1.01**k} for k in range(100)]
    assert falling(rising) < 0
