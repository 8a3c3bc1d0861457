"""How a training, or what else takes long, shows on a terminal, or in its log, how far it is."""

from pathlib import Path
from typing import Any

import click

NAMED = "{desc}: {percentage:3.0f}% |{bar}| [{elapsed} gone, {remaining} left]"
"""The form of a bar that has a name and no epochs."""


class Bar:
    """A progress bar over all epochs, made when the first chunk is done."""

    def __init__(self, epochs: int) -> None:
        self.epochs = epochs
        self.bar: Any = None

    def __enter__(self) -> "Bar":
        return self

    def __call__(self, epoch: int, chunk: int, chunks: int) -> None:
        """A chunk of an epoch is done."""
        if self.bar is None:
            from tqdm import tqdm

            self.bar = tqdm(total=self.epochs, initial=epoch - 1, unit="epoch", bar_format=_FORMAT, mininterval=0.5)
        self.bar.n = round(epoch - 1 + chunk / chunks, 3)
        self.bar.refresh() if chunk == chunks else self.bar.update(0)

    def __exit__(self, *_: object) -> None:
        if self.bar is not None:
            self.bar.close()


class Lines:
    """What stands for the bar where a log is kept: a line for each epoch, and a clock beside the log."""

    def __init__(self, epochs: int, log: Path) -> None:
        from app.turn import Clock

        self.epochs = epochs
        self.epoch = 0
        self.clock = Clock(log)

    def __enter__(self) -> "Lines":
        return self

    def __call__(self, epoch: int, chunk: int, chunks: int) -> None:
        """A chunk of an epoch is done."""
        self.clock(epoch, chunk, chunks)
        if epoch != self.epoch:
            self.epoch = epoch
            click.echo(f"epoch {epoch} of {self.epochs}")

    def __exit__(self, *_: object) -> None:
        return


def progress_bar(epochs: int, log: Path | None) -> Bar | Lines:
    """A bar on a terminal; lines where the training keeps a log."""
    return Bar(epochs) if log is None else Lines(epochs, log)


_FORMAT = "{percentage:3.0f}% |{bar}| epoch {n:.1f} of {total} [{elapsed} gone, {remaining} left]"
