"""What became of the paper's claims, and of this project's model, in the project's own record of trainings."""

import streamlit as st

from app.reading.words import one_line
from app.store.benchmark import RecordError
from app.views.page import how_to_read

EXPLAINED = (
    "rmse", "mae", "mape", "accuracy", "r2", "paired_seeds", "diebold_mariano", "lift", "auroc", "contrast", "nmi",
    "ari", "pareto", "small", "floor",
)  # fmt: skip
COMMANDS = "python -m benchmarks.table\npython -m benchmarks.ablations\npython -m benchmarks.speed"


def parts() -> None:
    """The whole page, from claims to speed. An installation may lack the folder that all of it is read from."""
    from app.views import benchmark_parts as part
    from app.views import benchmark_speed as speed

    part.answered()
    part.claims_part()
    part.results_part()
    part.sweep_part()
    part.aims_part()
    part.ablations_part()
    speed.sizes_part()
    speed.speed_part()


def lacking(error: ModuleNotFoundError) -> None:
    """Why there is no record at all."""
    st.info(
        "The benchmark is not part of this installation, so there is no record to show.", icon=":material/inventory_2:"
    )
    st.markdown(
        "Its record lies in the folder `benchmarks` of the project, beside `app`: fetch the whole project to see it."
    )
    st.caption(one_line(str(error), 200))


def unreadable(error: RecordError) -> None:
    """Why the record cannot be read, and what to do."""
    st.warning("The record of the benchmark cannot be read.", icon=":material/broken_image:")
    st.code(one_line(str(error), 2000), language=None, wrap_lines=True)
    st.markdown(
        "A file that was cut short or edited by hand is best taken back from the project, or deleted and made again "
        "by the command that writes it:"
    )
    st.code(COMMANDS, language="bash")


st.title("What holds of the paper's claims?", anchor=False)
try:
    parts()
except RecordError as error:
    unreadable(error)
    st.stop()
except ModuleNotFoundError as error:
    if not (error.name or "").startswith("benchmarks"):
        raise
    lacking(error)
    st.stop()
how_to_read(*EXPLAINED)
