"""Seconds per epoch of each model on the same windows: ``python -m benchmarks.epochs``.

The models take turns within one process, so that what else the machine does hits all of them alike; the first
turn warms up and is left out. Printed are the median and the range over the other turns.
"""

import statistics
import tempfile
from pathlib import Path

import click
import torch

from core.data import load
from core.data.windows import windows
from core.experiment import hour, settings_for
from core.models import Sizes, built
from core.train import fit

MODELS = ("intergat-gru", "intergat-plus", "gat-gru", "gru")


@click.command()
@click.option("--dataset", default="los-loop", show_default=True)
@click.option("--model", "models", multiple=True, default=MODELS, show_default=True)
@click.option("--batch", default=64, show_default=True)
@click.option("--turns", default=5, show_default=True)
def epochs(dataset: str, models: tuple[str, ...], batch: int, turns: int) -> None:
    """Time one epoch (training and validation) of each model, in turns."""
    data = load(dataset)
    cut = windows(data, horizon=hour(data))
    seconds: dict[str, list[float]] = {name: [] for name in models}
    for _ in range(turns + 1):
        for name in models:
            model = built(name, Sizes(sensors=data.sensors, horizon=cut.horizon, slots=cut.slots))
            model.observe(cut, None if data.adjacency is None else torch.tensor(data.adjacency))
            with tempfile.TemporaryDirectory() as folder:
                state = fit(model, cut, settings_for(name, epochs=1, batch=batch), Path(folder))
            seconds[name].append(state.history[0]["seconds"])
    click.echo(f"{dataset}: {data.sensors} sensors, {cut.count('train')} training windows, batch {batch}, "
               f"{torch.get_num_threads()} threads; seconds per epoch, median (range) of {turns}")
    for name, taken in seconds.items():
        kept = taken[1:]
        click.echo(f"{name:15s} {statistics.median(kept):6.2f} ({min(kept):.2f} to {max(kept):.2f})")


if __name__ == "__main__":
    epochs(prog_name="python -m benchmarks.epochs")
