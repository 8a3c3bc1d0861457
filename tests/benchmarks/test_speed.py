"""The command, the page that it writes, and the race."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from click.testing import CliRunner

from benchmarks.machine import ROOT
from benchmarks.measure import Entrant, alternated, machine, threads
from benchmarks.race import FAST, SLOW, race
from benchmarks.rivals.steps import Bench, made_up
from benchmarks.speed import FIGURES, PAGE, speed
from benchmarks.speed_page import page
from core.experiment import settings_for
from core.train import Settings, State, fit


def test_the_page_says_what_the_figures_say() -> None:
    found = json.loads(FIGURES.read_text())
    assert set(found) >= {"steps", "epochs", "analyses", "profile"}
    assert PAGE.read_text() == page(found)


def test_the_figures_name_no_machine() -> None:
    for part in json.loads(FIGURES.read_text()).values():
        assert set(part["made"]) <= {"date", "commit", "processor", "cores", "load", "python", "versions", "gpu"}
    assert "/home" not in FIGURES.read_text()
    assert machine()["cores"] >= 1


def test_everyone_has_a_turn_before_anyone_has_a_second() -> None:
    order: list[str] = []
    entrants = {name: Entrant(lambda name=name: order.append(name)) for name in ("a", "b")}
    kept = alternated(entrants, repeats=2, budget=100)
    assert order == ["a", "b"] * 3
    assert [len(seconds) for seconds in kept.values()] == [2, 2]


def test_who_takes_the_whole_budget_is_measured_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmarks.measure.taken", lambda once, device: once())
    entrants = {"slow": Entrant(lambda: 7.0), "middle": Entrant(lambda: 3.0), "fast": Entrant(lambda: 0.5)}
    kept = alternated(entrants, repeats=4, budget=10)
    assert kept == {"slow": [7.0], "middle": [3.0, 3.0], "fast": [0.5] * 4}


def test_threads_are_as_before_afterwards() -> None:
    import torch

    before = torch.get_num_threads()
    with threads(before + 1):
        assert torch.get_num_threads() == before + 1
    assert torch.get_num_threads() == before


def made(**about: object) -> dict[str, object]:
    return {"date": "2026-01-01", "commit": "0", "processor": "p", "cores": 2, "load": 0.1, "python": "3",
            "versions": {"torch": "2"}, **about}


def test_a_target_is_reached_or_not_by_medians() -> None:
    def row(rival: str, *seconds: float, sensors: int = 207) -> dict[str, object]:
        return {"rival": rival, "sensors": sensors, "device": "cpu", "threads": 1, "seconds": list(seconds)}

    left_out = {"rival": "PyG GAT-GRU", "sensors": 500, "device": "cpu", "threads": 1, "left out": "over 60 s a step"}
    rows = [row("floor", 0.05), row("PyG GAT-GRU", 5.0, 5.2, 9.0), row("published InterGAT-GRU", 0.5),
            row("intergat-plus", 0.1), left_out, row("intergat-plus", 0.4, sensors=500)]
    text = page({"steps": {"made": made(), "rows": rows}})
    assert "| PyG GAT-GRU | 5.2 s (5 to 9, 3) | over 60 s a step |" in text
    assert "| at least 50 times faster than PyG GAT-GRU | 207 | 1 thread | 52 | reached |" in text
    assert "| at least 6 times faster than published InterGAT-GRU | 207 | 1 thread | 5 | **not reached** |" in text
    assert "| at most 2 times the time of the floor | 207 | 1 thread | 2 | reached |" in text
    assert "| 500 | 1 thread |" not in text.split("Targets")[1]


def test_a_race_that_nobody_ends_says_so() -> None:
    curve = [[100.0, 0.5], [200.0, 0.4]]
    row = {"asked": {"epochs": 3, "minutes": 5.0}, "cut short": True, "threads": 2, "goal": 0.4,
           "curves": {SLOW: curve, FAST: [[1.0, 0.6]]}, "seconds": {SLOW: 200.0, FAST: None}}
    text = page({"race": {"made": made(), "rows": [row]}})
    assert "2 epochs (stopped after 5 minutes)" in text
    assert "**not reached**" in text
    row |= {"cut short": False, "curves": {SLOW: curve, FAST: [[1.0, 0.6], [2.0, 0.3]]},
            "seconds": {SLOW: 200.0, FAST: 2.0}}
    text = page({"race": {"made": made(), "rows": [row]}})
    assert "Measured 100: reached" in text
    assert "first epoch" not in text
    row |= {"curves": {SLOW: curve, FAST: [[1.0, 0.3]]}, "untrained": 0.35}
    text = page({"race": {"made": made(), "rows": [row]}})
    assert "passes that error within its first epoch, at 0.3000" in text
    assert "has 0.3500, **so the goal needs no training**" in text
    row |= {"untrained": 0.45}
    assert "has 0.4500, which the goal is below" in page({"race": {"made": made(), "rows": [row]}})


def test_the_command_measures_a_small_size_and_keeps_other_parts(tmp_path: Path) -> None:
    figures, place = tmp_path / "speed.json", tmp_path / "SPEED.md"
    words = ["--sensors", "12", "--threads", "1", "--repeats", "1", "--figures", str(figures), "--page", str(place)]
    for only in ("steps", "analyses"):
        done = CliRunner().invoke(speed, [*words, "--only", only], catch_exceptions=False)
        assert done.exit_code == 0
    found = json.loads(figures.read_text())
    assert list(found) == ["steps", "analyses"]
    assert place.read_text() == page(found)
    assert {row["rival"] for row in found["steps"]["rows"]} >= {"floor", "intergat-plus", "PyG GAT-GRU"}
    assert all(row["seconds"] for part in found.values() for row in part["rows"])


def test_the_profile_adds_up_and_nothing_is_written_unasked(tmp_path: Path) -> None:
    figures = tmp_path / "speed.json"
    words = ["--profile", "--no-write", "--threads", "1", "--figures", str(figures)]
    said = CliRunner().invoke(speed, words, catch_exceptions=False).output
    assert "| `aten::" in said
    assert not figures.exists()


def test_the_race_ends_at_the_slow_ones_error_and_is_resumed(tmp_path: Path) -> None:
    bench = Bench.of(made_up(8, rows=400))
    said: list[str] = []
    first = race(bench, tmp_path, epochs=2, minutes=5, fast_epochs=3, say=said.append)
    assert len(first["curves"][SLOW]) == 2
    assert first["goal"] == min(loss for _, loss in first["curves"][SLOW])
    target = torch.cat([chunk.target for chunk in bench.cut.chunks("validation", 9)])
    last = torch.cat([chunk.series[11:] for chunk in bench.cut.chunks("validation", 9)]).unsqueeze(1)
    assert first["untrained"] == pytest.approx(((target - last) / bench.cut.scale).square().mean().item(), rel=1e-4)
    assert first["seconds"][SLOW] in [at for at, _ in first["curves"][SLOW]]
    spoken = len(said)
    second = race(bench, tmp_path, epochs=2, minutes=5, fast_epochs=3, say=said.append)
    assert second == first
    assert len(said) == spoken


def test_both_racers_are_judged_by_the_same_loss(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The fast one's own is Huber's, at most half of a squared error: it would win by its unit."""
    losses: dict[str, str] = {}

    def fitted(model: Any, cut: Any, settings: Settings, folder: Path, **calls: Any) -> State:
        losses[folder.name] = settings.loss
        return fit(model, cut, settings, folder, **calls)

    monkeypatch.setattr("benchmarks.race.fit", fitted)
    race(Bench.of(made_up(8, rows=400)), tmp_path, epochs=1, minutes=5, fast_epochs=1)
    assert losses == {"pyg-gat-gru": "mse", "intergat-plus": "mse"}
    assert settings_for(FAST).loss == "huber"


def test_a_race_without_time_for_one_epoch_says_so(tmp_path: Path) -> None:
    with pytest.raises(TimeoutError, match="must end one epoch for a race, got none in 0 minutes"):
        race(Bench.of(made_up(8, rows=400)), tmp_path, epochs=1, minutes=0)


def test_the_files_are_where_the_page_says() -> None:
    assert FIGURES.parent == PAGE.parent == ROOT / "benchmarks"
