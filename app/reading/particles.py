"""What is said of a run of particles: how far off it is, and what pages about sensors cannot show of it."""

from typing import TYPE_CHECKING

from app.reading.words import counted, joined, percent, plain, three
from core.particle_record import QUANTITIES, SIMPLE

if TYPE_CHECKING:
    from core.run import Run

WORDS_OF = {"last-frame": "the last frame", "constant-velocity": "flight straight ahead"}
GATES = (
    "Its matrices are gates: row i, column j is how far particle i lets in the message of particle j, from 0 to 1, in "
    "each layer and frame. They depend on where the particles are, so those shown are of one trajectory, the first of "
    "the test part; groups are the charges there. A gate says how much of a message passes, not how much that moves "
    "anything."
)
NO_FORECAST = (
    "This run is of particles that move in space: it forecasts where they go, and no series of sensors, so "
    "there are no curves over the hours of a day to look at. The page Particles shows its trajectories and how far off "
    "they are; the errors are on the page Overview as well."
)
NO_MAP = (
    "This run is of particles that move in space: they have no place on a map, and no roads run between them. The page "
    "Particles draws them where they are, frame by frame; who listens to whom is on the pages Heads and Communities."
)
NO_COMPARISON = (
    "A run of particles is not set against another run here: its gates are those of one moment of one trajectory, and "
    "its errors are squared distances, neither of which this page measures. Its errors stand beside flight straight "
    "ahead on the pages Overview and Particles, and whether its gates come back from another seed is on the page "
    "Evidence."
)
NO_TRAINING = (
    "Models of particles are not trained from this page, which asks for windows of a series; the run that is open is "
    "one. Train them on the command line: the run then appears in the list of runs, and its forecasts on the page "
    "Particles."
)
TRAINING = "python -m app train --dataset nbody --particles 5 --model set --out runs/mine"
NO_PARTICLES = (
    "{} is no run of particles that move in space: it has no trajectories to draw and no directions to turn. This page "
    "needs a run of particles."
)
TRAIN_PARTICLES = "Train one on particles that are simulated on the way, then come back to this page:"
NO_SERIES = (
    "Particles have no series of sensors, on which this part runs a model. How far off their forecast is, and what it "
    "does when all of them are turned, is on the page Particles."
)
GATES_SHOWN = (
    "A run of particles: weights are gates, and groups are the particles' charges, in one trajectory of the test part."
)


def particles_answer(run: "Run", title: str) -> str:
    r"""The answer of the overview: how far off the positions are at the last frame ahead, and beside what.

    Raises
    ------
    RunError
        The run is not of particles.
    """
    moving = run.tracked
    errors = {name: float(row[-1]) for name, row in moving.errors[QUANTITIES[0]].items()}
    own = errors[run.model]
    beside = joined([f"{three(errors[name])} of {WORDS_OF[name]}" for name in SIMPLE[::-1] if name != run.model])
    after = f"{counted(moving.ahead[-1], 'frame')} ahead"
    answer = (
        f"**{plain(title)}**: {after}, positions of {counted(len(run.nodes), 'particle')} are off by a mean square of "
        f"**{three(own)}**, beside {beside}"
    )
    straight = errors["constant-velocity"]
    if run.model in SIMPLE or not straight > 0:
        return f"{answer}."
    less, how = (1 - own / straight, "less") if own <= straight else (own / straight - 1, "more")
    return f"{answer}: {percent(less)} {how} than flight straight ahead."


def particle_facts(run: "Run") -> dict[str, str]:
    """Particles, trajectories, frames, forecast, and what the gates are of; texts from the data are made harmless."""
    moving, record = run.tracked, run.record
    counts = {
        part: ends[1] - ends[0] for part, ends in record["scenes"]["split"].items() if isinstance(ends, list)
    }
    parts = ", ".join(f"{plain(part)} {count:,}" for part, count in counts.items())
    what = "position and velocity" if moving.velocities else "position"
    times = joined([f"{frames:,}" for frames in moving.ahead])
    signs = moving.charge[0]
    return {
        "Data": f"{plain(run.dataset)}, {counted(len(run.nodes), 'particle')}, a frame every {moving.interval:g}",
        "Trajectories": parts,
        "Forecast": f"{what} {times} frames after the last of {counted(moving.inputs, 'frame')} seen",
        "Charges in the trajectory shown": f"{int((signs > 0).sum()):,} positive, {int((signs < 0).sum()):,} negative",
    }
