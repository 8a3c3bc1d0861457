"""What is compared on the page Compare: A is the run and the head that are open, B another run or another head."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from app import store
from app.reading import difference as said
from app.reading.forecasts import shown_steps
from app.reading.words import plain
from app.selection import MEAN
from app.store import compare, paired
from app.views.page import Opened
from core.run import Run

if TYPE_CHECKING:
    from analysis.difference import EdgeChange


@dataclass(frozen=True)
class Comparison:
    """What is compared: A is the run and head that are open, B another run or another head of the same.

    Attributes
    ----------
    page : the page, on which A is open
    entry, second : B's run
    head : B's head; '' where no matrices are compared
    """

    page: Opened
    entry: store.RunEntry
    second: Run
    head: str

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What every cached result about the two matrices is keyed by."""
        return self.page.version, self.page.selection.head, self.entry.version, self.head

    @property
    def same_model(self) -> bool:
        """Whether weights of both are on one scale by themselves; of a matrix alone nobody knows its scale."""
        one_run = self.entry.key == self.page.entry.key
        return one_run or self.page.run.model == self.second.model != ""

    @cached_property
    def change(self) -> "EdgeChange":
        """Strongest pairs kept, gained, lost."""
        found: EdgeChange = compare.edges_of(*self.key, self.page.selection.share)
        return found

    @property
    def step(self) -> int:
        """The step ahead, from 0, at which errors are compared: the chosen one, else the last that is shown."""
        steps = min(self.page.run.horizon, self.second.horizon)
        shown = shown_steps(steps, self.page.run.interval_minutes)
        return min(self.page.selection.step or shown[-1] + 1, steps) - 1

    @property
    def minutes(self) -> float:
        """The same in minutes."""
        return (self.step + 1) * self.page.run.interval_minutes

    def names(self) -> str:
        """What A and B are, in a sentence."""
        first, second = plain(self.page.entry.label, 80), plain(self.entry.label, 80)
        if not self.head:
            return f"**A** is {first}; **B** is {second}."
        heads = [f", {_of(head)}" for head in (self.page.selection.head, self.head)]
        same = self.entry.key == self.page.entry.key
        return f"**A** is {first}{heads[0]}; **B** is {'the same run' if same else second}{heads[1]}."

    def pairs_answer(self) -> str:
        """How many of the strongest pairs both have."""
        return said.pairs_answer(self.change, self.page.selection.share)

    def why_no_errors(self) -> str:
        """Why the errors of the two cannot be compared; '' where they can."""
        return paired.why_no_errors(self.page.entry, self.entry, self.page.run, self.second)

    def errors_answer(self) -> str:
        """Which of the two is less off."""
        versions = self.page.version, self.entry.version
        found = {name: float(one.mae[self.step]) for name, one in paired.both_errors_of(*versions).items()}
        by_sensor = paired.both_by_sensor_of(*versions, self.step)
        by_day = paired.both_by_day_of(*versions, self.step)
        run = self.page.run
        return said.errors_answer(self.minutes, run.pooled, found, run.unit, by_sensor, by_day)


def _of(head: str) -> str:
    return "mean of heads" if head == MEAN else plain(head)
