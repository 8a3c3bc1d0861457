"""How fast, beside what: training steps, epochs, analyses: ``python -m benchmarks.speed``.

Rivals take turns within one process: GAT-GRU with PyTorch Geometric's ``GATConv``; GAT-GRU and InterGAT-GRU in the way
they are published (``benchmarks.rivals.published``); this project's models; and the floor, the matrix products of a
step of ``intergat-plus`` alone (``benchmarks.rivals.floor`` says how they are counted). Data are made up at the size of
Los-Loop (207 sensors, 2,016 rows, 12.7 neighbours a sensor), then larger; 12 steps in, 12 out, 64 windows a step, every
model as it is configured: 4 heads of 32, and 2 heads and width 128 of ``intergat-plus``. A step is left out where what
a smaller size took says that it is over a minute, or where it needs most of the memory. Above 207 sensors a figure has
a budget of seconds, and as many turns as fit, and the rivals that are not this project's run on the most threads alone.
Memory is kept from step to step, for all of them, as a training does (`core/memory.py`).

What is found is written to ``benchmarks/speed.json`` and, as a page, to ``benchmarks/SPEED.md``, part by part: a part
that is not asked for stays as it is there, with its own date and machine.
"""

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import click
import numpy as np
import torch
from torch.profiler import ProfilerActivity, profile

from benchmarks.machine import ROOT
from benchmarks.measure import Entrant, alternated, machine, median, memory, threads
from benchmarks.race import race
from benchmarks.rivals.heads import analyses, head
from benchmarks.rivals.steps import FLOOR, OURS, RIVALS, Bench, growth, made_up
from benchmarks.speed_page import page
from core.data import load
from core.files import write_bytes
from core.memory import memory_kept

PARTS = ("steps", "epochs", "analyses", "profile")
FIGURES, PAGE = ROOT / "benchmarks/speed.json", ROOT / "benchmarks/SPEED.md"
LOS_LOOP = 207
LONGEST = 60.0      # seconds of a step
MOST_MEMORY = 0.6   # of what the machine has
Row = dict[str, Any]


@click.command()
@click.option("--only", "parts", multiple=True, type=click.Choice(PARTS), help="These parts; all without it.")
@click.option("--profile", "profiled", is_flag=True, help="Only the profile.")
@click.option("--race", "raced", is_flag=True, help="Only the race on Los-Loop.")
@click.option("--race-epochs", default=10, show_default=True, help="Epochs of PyG GAT-GRU, at most.")
@click.option("--race-minutes", default=30.0, show_default=True, help="Minutes of PyG GAT-GRU, at most.")
@click.option("--race-folder", type=click.Path(path_type=Path), default=Path("runs/race"), show_default=True)
@click.option("--sensors", multiple=True, type=int, default=(LOS_LOOP, 500, 1000, 2000), show_default=True)
@click.option("--threads", "counts", multiple=True, type=int, default=(1, 2), show_default=True)
@click.option("--repeats", default=10, show_default=True, help="Turns that are kept, at 207 sensors.")
@click.option("--budget", default=6.0, show_default=True, help="Seconds for one figure above 207 sensors; fewer turns.")
@click.option("--write/--no-write", default=True, show_default=True)
@click.option("--figures", type=click.Path(path_type=Path), default=FIGURES, hidden=True)
@click.option("--page", "place", type=click.Path(path_type=Path), default=PAGE, hidden=True)
def speed(
    parts: tuple[str, ...], profiled: bool, raced: bool, race_epochs: int, race_minutes: float, race_folder: Path,
    sensors: tuple[int, ...], counts: tuple[int, ...], repeats: int, budget: float, write: bool, figures: Path,
    place: Path,
) -> None:
    """Measure, print, and keep what was found."""
    devices = [("cpu", count) for count in counts] + [("cuda", max(counts))] * torch.cuda.is_available()
    works: dict[str, Callable[[], list[Row]]] = {
        "steps": lambda: steps(sensors, devices, repeats, budget),
        "epochs": lambda: epochs(devices, max(1, repeats * 3 // 10)),
        "analyses": lambda: head_analyses(sensors, counts, repeats, budget),
        "profile": lambda: profiles(max(counts)),
        "race": lambda: [raced_on_los_loop(race_folder, race_epochs, race_minutes, max(counts))],
    }
    chosen = ("race",) if raced else ("profile",) if profiled else parts or PARTS
    found = json.loads(figures.read_text()) if figures.exists() else {}
    for part in chosen:
        click.echo(part)
        about = machine(devices[-1][0])
        found[part] = {"made": about, "rows": works[part]()}
        if write:
            write_bytes(figures, (json.dumps(found, indent=1, ensure_ascii=False) + "\n").encode())
            write_bytes(place, page(found).encode())
    if write and "steps" in chosen:
        click.echo("CLAIMS.md is of the steps before: python -m benchmarks.table --render")
    click.echo("")
    click.echo(page({part: found[part] for part in chosen}))


def steps(sensors: Iterable[int], devices: list[tuple[str, int]], repeats: int, budget: float) -> list[Row]:
    """Seconds of a training step of every rival and the floor, at each size on each device."""
    rows: list[Row] = []
    known: dict[tuple[str, str, int], tuple[int, float]] = {}   # rival, device, threads -> the size before, its seconds
    for n in sorted(sensors):
        data = made_up(n)
        for device, count in devices:
            click.echo(f"  {n} sensors, {device}, {count} thread(s)")
            bench, entrants, named = Bench.of(data, device), {}, []
            most = count == max(each for _, each in devices)
            for name in (FLOOR, *RIVALS) if most or n <= LOS_LOOP else (FLOOR, *OURS):
                row: Row = {"rival": name, "sensors": n, "device": device, "threads": count}
                before = known.get((name, device, count))
                expected = before[1] * growth(name, before[0], n) if before else 0.0
                needed = bench.bytes_needed(name)
                if needed > MOST_MEMORY * memory():
                    row["left out"] = f"needs {needed / 2**30:.0f} GB of memory"
                elif expected > LONGEST:
                    row["left out"] = f"over {LONGEST:.0f} s a step"
                    known[name, device, count] = (n, expected)
                else:
                    entrants[name] = Entrant(bench.step(name))
                    named.append(row)
                    rows.append(row)
                    continue
                rows.append(row)
                click.echo(f"    {name}: {row['left out']}")
            with threads(count), memory_kept():                     # as a training does
                seconds = alternated(entrants, repeats=repeats, budget=1e9 if n <= LOS_LOOP else budget, device=device,
                                     say=click.echo)
            for row in named:
                row["seconds"] = rounded(seconds[row["rival"]])
                known[row["rival"], device, count] = (n, median(row["seconds"]))
    return rows


def epochs(devices: list[tuple[str, int]], repeats: int) -> list[Row]:
    """Seconds of an epoch of this project's models at the size of Los-Loop; of the others, a step times the steps."""
    data, rows = made_up(LOS_LOOP), []
    for device, count in devices:
        click.echo(f"  {LOS_LOOP} sensors, {device}, {count} thread(s)")
        bench = Bench.of(data, device)
        ours = {name: Entrant(bench.epoch(name)) for name in OURS}
        with threads(count), memory_kept():
            seconds = alternated(ours, repeats=repeats, budget=1e9, device=device, say=click.echo)
        rows += [{"rival": name, "sensors": LOS_LOOP, "device": device, "threads": count, "steps": len(bench.chunks),
                  "seconds": rounded(seconds[name])} for name in ours]
    return rows


def head_analyses(sensors: Iterable[int], counts: Iterable[int], repeats: int, budget: float) -> list[Row]:
    """Seconds of each analysis of one head, and of a bare eigenvalue problem of the same matrix."""
    rows: list[Row] = []
    for n in sorted(sensors):
        road = np.asarray(made_up(n, rows=300).adjacency, dtype=np.float64)
        M = head(road)
        for count in counts:
            click.echo(f"  {n} sensors, {count} thread(s)")
            with threads(count):
                entrants = {name: Entrant(once) for name, once in analyses(M, road).items()}
                seconds = alternated(entrants, repeats=repeats, budget=2 * budget, say=click.echo)
            rows += [{"what": name, "sensors": n, "threads": count, "seconds": rounded(taken)}
                     for name, taken in seconds.items()]
    return rows


def profiles(count: int, most: int = 15) -> list[Row]:
    """The operators in which a step of ``intergat-plus`` at the size of Los-Loop spends its own time."""
    step = Bench.of(made_up(LOS_LOOP)).step("intergat-plus")
    with threads(count), memory_kept():
        for _ in range(3):
            step()
        with profile(activities=[ProfilerActivity.CPU]) as seen:
            for _ in range(5):
                step()
    found = sorted(seen.key_averages(), key=lambda event: -event.self_cpu_time_total)
    total = sum(event.self_cpu_time_total for event in found)
    return [{"operator": event.key, "calls": event.count // 5, "threads": count,
             "milliseconds": round(event.self_cpu_time_total / 5e3, 3),
             "share": round(event.self_cpu_time_total / total, 4)} for event in found[:most]]


def raced_on_los_loop(folder: Path, most: int, minutes: float, count: int) -> Row:
    """The race, see ``benchmarks.race``."""
    try:
        with threads(count):
            found = race(Bench.of(load("los-loop")), folder, epochs=most, minutes=minutes, say=click.echo)
    except TimeoutError as error:
        raise click.ClickException(str(error)) from None
    return {**found, "threads": count}


def rounded(seconds: Iterable[float]) -> list[float]:
    """Four digits are more than a clock on a machine with other work can tell."""
    return [float(f"{second:.4g}") for second in seconds]


if __name__ == "__main__":
    speed(prog_name="python -m benchmarks.speed")
