"""Could a run's graph have been found? Data like the run's with a planted graph, for the simple ways and a model."""

import json
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import numpy as np

from app.bars import NAMED
from app.evidence.commands import bare
from app.evidence.parts import PARTS
from app.measures import plain
from app.outputs import checked_file
from app.parts import linked
from app.reading.roads import given_sentence

if TYPE_CHECKING:  # the analyses take a second to load, and the core's training loads torch
    from analysis.planted import Planted, Recovery
    from analysis.process import Truth
    from core.data.sensors import SensorData
    from core.run import Run

Tick = Callable[[int, int], None]

OTHERWISE = "intergat-plus"  # what is trained where a run's own model learns no graph
DAYS = 3  # the test part must have so many for the everyday course to be told from the values themselves


@dataclass(frozen=True, slots=True)
class Setting:
    """What of a run is made again.

    Attributes
    ----------
    rows : rows of all its data
    length : rows of its training part
    noise : see ``analysis.process.noise_of``, held within what can be simulated
    news : the part of it that is simulated as news, which lasts; see ``analysis.process.process``
    missing : share of its values that are missing
    """

    rows: int
    length: int
    noise: float
    news: float
    missing: float


def setting_of(run: "Run") -> Setting:
    """Length, noise and missing share of a run's data, from the run alone.

    Noise is what the run's forecasts leave one step ahead in its test part, or the last value where that leaves less.
    It is measured against the variance about the mean of each hour of the day where the test part has at least three
    days, else against the whole. How much of it lasts cannot be told from a run: half of what the last value leaves is
    taken for news, so that two runs on the same data are held against one process, and the worse has more noise in it.

    Raises
    ------
    RunError
        The run is a matrix alone.
    ValueError
        No sensor varies in the test part.
    """
    from analysis.planted import LEAST, MOST
    from analysis.process import noise_of

    tested = run.tested
    days = len(np.unique(tested.times[tested.first].astype("datetime64[D]")))
    hours = tested.hours[:, 0] if days >= DAYS else None
    last = noise_of(tested.target[:, 0], tested.last_value, hours)
    noise = min(last, noise_of(tested.target[:, 0], tested.forecast[:, 0], hours))
    if not np.isfinite(noise):
        raise ValueError(f"run {run.name} must have a sensor that varies in its test part for its noise to be known")
    begin, end = run.record["windows"]["split"]["train"]
    about = run.record["data"]
    noise = float(np.clip(noise, LEAST, MOST))
    return Setting(about["steps"], end - begin, noise, float(np.clip(last / 2, LEAST, noise)), float(about["missing"]))


def planted_of(run: "Run", tick: Tick | None = None, seeds: int = 3) -> "Planted":
    """What the simple ways find in made data like a run's; see ``analysis.planted.planted``.

    Raises
    ------
    RunError, ValueError
        As ``setting_of``.
    """
    from analysis.planted import planted

    like = setting_of(run)
    road = linked(run.adjacency)
    return planted(
        road, like.length, like.noise, like.missing, sensors=len(run.nodes), seeds=seeds, news=like.news, tick=tick
    )


def learned_recovery(
    run: "Run", model: str = OTHERWISE, epochs: int = 10, seed: int = 0, tick: Tick | None = None
) -> "Recovery":
    """How well a model, trained on made data like a run's, finds the graph planted in them.

    The mean of its heads is held against the truth. Inputs, horizon and interval are the run's; the model's settings
    are those it is known to train well with; the protocol is 'clean'. The training is kept nowhere.

    Parameters
    ----------
    run : whose graph, length, noise and missing share are made again
    model : a name of ``MODELS``
    epochs : passes over the training windows
    seed : of the made data and of the model
    tick : called with what is done and all there is to do

    Raises
    ------
    RunError, ValueError
        As ``setting_of``; unknown model; a model without a learned graph.
    """
    like = setting_of(run)
    data, truth = _made(run, like, seed)
    return replace(_learned(run, data, truth, model, epochs, seed, tick), **_labels(like, seed))


def beside(run: "Run", seed: int = 0) -> "tuple[Recovery, ...]":
    """The simple ways on the training part of the very data that ``learned_recovery`` trains on.

    Raises
    ------
    RunError, ValueError
        As ``setting_of``.
    """
    from analysis.planted import WAYS, recovered

    like = setting_of(run)
    data, truth = _made(run, like, seed)
    seen = data.values[: like.length].astype(np.float64)
    return tuple(replace(recovered(way, find(seen), truth), **_labels(like, seed)) for way, find in WAYS.items())


def _labels(like: Setting, seed: int) -> dict[str, Any]:
    return {"noise": like.noise, "length": like.length, "missing": like.missing, "seed": seed}


def _made(run: "Run", like: Setting, seed: int) -> "tuple[SensorData, Truth]":
    from analysis.process import process, ring, truth
    from core.data.process import made

    road = linked(run.adjacency)
    graph = ring(len(run.nodes)) if road is None else road
    known = truth(graph, seed=seed)
    series = process(known.coupling, like.rows, like.noise, like.missing, news=like.news, seed=seed)
    interval = max(1, round(run.interval_minutes))
    return made(series, graph, known.coupling, interval, name=f"like {run.dataset}"), known


def _learned(
    run: "Run", data: "SensorData", truth: "Truth", model: str, epochs: int, seed: int, tick: Tick | None
) -> "Recovery":
    from analysis.matrix import mean_of_heads
    from analysis.planted import recovered
    from core.experiment import Plan, settings_for, trained

    def steps(epoch: int, chunk: int, chunks: int) -> None:
        if tick is not None:  # in thousandths of an epoch: epochs differ in their number of chunks
            tick(round(1000 * (epoch - 1 + chunk / chunks)), 1000 * epochs)

    settings = settings_for(model, epochs=epochs, seed=seed)
    plan = Plan(model=model, settings=settings, inputs=run.inputs, horizon=run.horizon, load="planted")
    with tempfile.TemporaryDirectory() as folder:
        learned = trained(data, plan, Path(folder) / "run", tick=steps)
    if not learned.heads:
        raise ValueError(f"model must learn a graph for one to be found, got {model}, which mixes no sensors")
    return recovered(model, mean_of_heads(learned.interaction), truth)


@click.command("planted")
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--model", help="What is trained on them.  [default: the run's, if it learns a graph; or intergat-plus]")
@click.option("--epochs", default=10, show_default=True, help="With too few, a model finds less than it could.")
@click.option("--seeds", default=1, show_default=True, help="How many times all of it is made and trained.")
@click.option("--json", "target", help="Also write the table to this file; - is standard output.")
def command(run: Path, model: str | None, epochs: int, seeds: int, target: str | None) -> None:
    """Plant a graph in made data like a run's, train a model on them, and count what it finds.

    The data have the run's road graph, length, noise and missing share; the simple ways stand beside the model.
    """
    from tqdm import tqdm

    from core.models import model_class
    from core.run import Run

    if target is not None and target != "-":
        checked_file(target)
    if seeds < 1:
        raise ValueError(f"seeds must be at least 1, got {seeds}")
    if epochs < 1:
        raise ValueError(f"epochs must be at least 1, got {epochs}")
    loaded = Run.load(run)
    _ = loaded.tested  # a run without a series of sensors stops here
    if problem := PARTS["planted"].missing(loaded, (loaded.path,)):
        raise ValueError(f"Cannot be told: {problem[0].lower()}{problem[1:]}")
    model = model or (loaded.model if loaded.heads else OTHERWISE)
    model_class(model)  # a wrong name stops here
    like = setting_of(loaded)
    rows: list[Recovery] = []
    for seed in range(seeds):
        with tqdm(total=1.0, desc=f"seed {seed}", bar_format=NAMED, mininterval=0.5) as bar:
            rows.append(learned_recovery(loaded, model, epochs, seed, tick=_to(bar)))
        rows += beside(loaded, seed)
    document = {
        "run": loaded.name,
        "graph": "ring" if linked(loaded.adjacency) is None else "roads",
        "epochs": epochs,
        **asdict(like),
        "recoveries": [asdict(row) for row in rows],
    }
    text = json.dumps(plain(document), indent=1, allow_nan=False) + "\n"
    if target == "-":
        click.echo(text, nl=False)
        return
    click.echo(table(like, rows))
    click.echo(sentence(rows, model, epochs))
    if target is not None:
        from core.files import write_bytes

        write_bytes(Path(target), text.encode())


def _to(bar: Any) -> Tick:
    def tick(done: int, of: int) -> None:
        bar.n = done / of
        bar.update(0)

    return tick


def table(like: Setting, rows: "Sequence[Recovery]") -> str:
    """Means over the seeds as lines of text, one for each way; a hyphen stands for what there is none of."""
    seeds = len({row.seed for row in rows})
    setting = f"{like.length:,} rows to learn from, noise {like.noise:.0%} of the variance, {like.missing:.1%} missing"
    lines = [
        f"{setting}; mean over {seeds} seed(s)",
        f"{'way':20s} {'AUROC':>6s} {'found':>6s} {'far':>6s} {'NMI':>6s}",
    ]
    for way in dict.fromkeys(row.way for row in rows):
        mean = means(rows, way)
        shown = [_shown(mean[name], style) for name, style in _STYLES.items()]
        lines.append(f"{way:20s} {' '.join(f'{number:>6s}' for number in shown)}")
    return "\n".join(lines)


_STYLES = {"auroc": ".3f", "precision": ".0%", "far": ".0%", "nmi": ".2f"}


def _shown(value: float, style: str) -> str:
    return format(value, style) if np.isfinite(value) else "-"


def means(rows: "Sequence[Recovery]", way: str) -> dict[str, float]:
    """Mean of each measure of one way over the seeds; nan where a seed has none."""
    of_way = [(row.auroc, row.precision, row.far, row.nmi) for row in rows if row.way == way]
    names = ("auroc", "precision", "far", "nmi")
    return {name: float(mean) for name, mean in zip(names, np.mean(of_way, axis=0), strict=True)}


def sentence(rows: "Sequence[Recovery]", model: str, epochs: int) -> str:
    """What it comes to: how many of the planted pairs are found."""
    mean, given = means(rows, model), given_sentence(model)
    if not np.isfinite(mean["auroc"]):
        return "Cannot be told: every pair of sensors was planted, or none, so whatever is learned finds as much."
    found = mean["precision"]
    return (
        f"With data like these, {model} after {epochs} epochs finds {found:.0%} of the true pairs: so many of its "
        f"strongest pairs, as many as are planted, are true ones. The couplings are as strong as was assumed, which "
        f"nobody knows of real data." + (f" {bare(given)}" if given else "")
    )
