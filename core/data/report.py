"""What sensor data hold, in figures and in words."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.data.faults import shown
from core.data.sensors import SensorData
from core.data.timeline import duration


@dataclass(frozen=True, slots=True)
class Report:
    """What is in a folder of data. ``str()`` gives it as lines to print.

    Attributes
    ----------
    kind : name of the published data set, or 'folder' for files of one's own
    name : of the data
    sensors, steps : N and T
    first, last : local times of the first and of the last step
    minutes : time between steps;  gaps : how many jumps in time are longer
    quantity, unit : what was measured and in what
    least, greatest : of the values that are there, NaN where there are none
    missing : share of values that are missing, 0 to 1
    located : sensors with coordinates
    edges : pairs (i, j), i != j, with a weight above 0; None where no road graph is known
    one_way : edges whose reverse has another weight;  alone : sensors without any edge; None likewise
    groups : how many groups the sensors are in, 0 where none are known
    sha256 : of the values, as runs record it
    altered : files that are not byte for byte what the publisher serves
    unchecked : files for which no published hash is known
    source, note : whose data, and what to know about them
    """

    kind: str
    name: str
    sensors: int
    steps: int
    first: pd.Timestamp
    last: pd.Timestamp
    minutes: int
    gaps: int
    quantity: str
    unit: str
    least: float
    greatest: float
    missing: float
    located: int
    edges: int | None
    one_way: int | None
    alone: int | None
    groups: int
    sha256: str
    altered: tuple[str, ...]
    unchecked: tuple[str, ...]
    source: str
    note: str

    def __str__(self) -> str:
        span = f"{self.first:%Y-%m-%d %H:%M} to {self.last:%Y-%m-%d %H:%M}"
        lines = [
            f"{self.name}: {counted(self.sensors, 'sensor')}, {counted(self.steps, 'step')}",
            f"time        {span}, every {duration(self.minutes)}, {counted(self.gaps, 'gap')}",
            f"values      {self._values()}, {_percent(self.missing)} missing",
            f"places      {self.located:,} of {counted(self.sensors, 'sensor')} with coordinates",
            f"road graph  {self._graph()}",
            f"groups      {self.groups or 'none given'}",
            f"sha256      {self.sha256} (of the values)",
        ]
        if self.kind != "folder":
            lines.append(f"files       {self._files()}")
        lines += [f"source      {self.source}"] * bool(self.source) + [f"note        {self.note}"] * bool(self.note)
        return "\n".join(shown(line, most=1000) for line in lines)

    def _values(self) -> str:
        return f"{self.quantity}, {self.unit}: {self.least:.3g} to {self.greatest:.3g}"

    def _graph(self) -> str:
        if self.edges is None or self.one_way is None or self.alone is None:
            return "none given"
        share = _percent(self.edges / max(1, self.sensors * (self.sensors - 1)))
        return (
            f"{counted(self.edges, 'edge')} ({share} of all pairs), {counted(self.one_way, 'edge')} unlike "
            f"the reverse, {counted(self.alone, 'sensor')} without an edge"
        )

    def _files(self) -> str:
        parts = [f"not as published: {', '.join(self.altered)}"] * bool(self.altered)
        parts += [f"no published hash known: {', '.join(self.unchecked)}"] * bool(self.unchecked)
        return "; ".join(parts) or "as published, checked by sha256"


def report(data: SensorData, kind: str, altered: tuple[str, ...] = (), unchecked: tuple[str, ...] = ()) -> Report:
    """Sum up what data hold; ``kind``, ``altered`` and ``unchecked`` as in :class:`Report`."""
    seen = data.values[~np.isnan(data.values)]
    places = data.nodes[["latitude", "longitude"]].to_numpy(dtype=np.float64)
    edges, one_way, alone = _edges(data)
    return Report(
        kind=kind,
        name=data.name,
        sensors=data.sensors,
        steps=data.steps,
        first=data.times[0],
        last=data.times[-1],
        minutes=data.interval // pd.Timedelta(minutes=1),
        gaps=len(data.segments()) - 1,
        quantity=data.quantity,
        unit=data.unit,
        least=float(seen.min()) if seen.size else float("nan"),
        greatest=float(seen.max()) if seen.size else float("nan"),
        missing=data.missing,
        located=int(np.isfinite(places).all(axis=1).sum()),
        edges=edges,
        one_way=one_way,
        alone=alone,
        groups=len(set(data.groups or ()) - {""}),
        sha256=data.sha256,
        altered=altered,
        unchecked=unchecked,
        source=data.source,
        note=data.note,
    )


def _edges(data: SensorData) -> tuple[int, int, int] | tuple[None, None, None]:
    """Count edges, edges unlike their reverse, and sensors without any."""
    if data.adjacency is None:
        return None, None, None
    graph = data.adjacency.copy()
    np.fill_diagonal(graph, 0)
    linked = graph > 0
    alone = ~(linked.any(axis=0) | linked.any(axis=1))
    return int(linked.sum()), int((linked & (graph != graph.T)).sum()), int(alone.sum())


def counted(count: int, noun: str) -> str:
    """Count and noun, in the plural where it is due.

    >>> counted(1, "gap"), counted(0, "gap"), counted(2016, "step")
    ('1 gap', 'no gaps', '2,016 steps')
    """
    return f"{f'{count:,}' if count else 'no'} {noun}{'' if count == 1 else 's'}"


def _percent(share: float) -> str:
    return f"{100 * share:.3g} %"
