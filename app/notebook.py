"""What a notebook needs, in one place: open a run, take a head's matrix, measure it, draw it, take it away.

Neither Streamlit nor torch is loaded. These are the functions that the pages and the commands use; every other measure
is in ``analysis``, every other figure in ``app.figures``.
"""

from pathlib import Path

from analysis.roads import road_match
from app.export.graph import write_graph
from app.export.map import write_map
from app.figures.matrix import matrix_heatmap
from app.measured import Measured
from app.parts import Floats
from app.report import write_report
from app.selection import MEAN
from core.run import Run

__all__ = ["matrix_heatmap", "matrix_of", "open_run", "road_match", "write_graph", "write_map", "write_report"]


def open_run(folder: str | Path) -> Run:
    """The run in a folder, checked as it is read.

    Raises
    ------
    core.record.RunError
        It is not a run that can be opened; the text says why.
    """
    return Run.load(Path(folder))


def matrix_of(run: Run, head: str = MEAN) -> Floats:
    """The matrix of a head, or the mean of all, (N, N): ``M[i, j]`` is the weight with which receiver i uses sender j.

    Raises
    ------
    ValueError
        The run has no matrix, or none of that name.
    """
    found: Floats = Measured(run).matrix(head).copy()  # one's own, to write into
    return found
