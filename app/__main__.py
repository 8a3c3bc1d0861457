"""The command line: ``python -m app train | evaluate | analyse | evidence | consensus | report | export | ...``."""

import json
import shlex
import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import wraps
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

DEMO_MODELS = {
    "intergat-gru": "intergat-gru",
    "intergat-plus": "intergat-plus",
    "intergat-plus-alone": "intergat-plus",  # called otherwise than its model: without the graph, its control
    "gat-gru": "gat-gru",
    "gru": "gru",
}
DEMO_PARTICLES = {"set": {"width": 32}, "set-plain": {"width": 32, "equivariance": False}}
DEMO_FLIGHT = "nbody-10:train=1000,validation=200,test=200,inputs=5,ahead=2+4+6+8+10"


def spoken(command: Callable[..., None]) -> Callable[..., None]:
    """Turn what the layers below refuse into one sentence on standard error and exit status 1; Ctrl-C into 130."""

    @wraps(command)
    def wrapped(*args: Any, **kwargs: Any) -> None:
        try:
            command(*args, **kwargs)
        except (ValueError, OSError) as error:
            raise click.ClickException(str(error)) from error
        except KeyboardInterrupt:
            context = click.get_current_context()
            click.echo(f"Stopped. {left_by(str(context.info_name), context.params)}".rstrip(), err=True)
            raise SystemExit(130) from None

    return wrapped


def left_by(command: str, given: Mapping[str, Any]) -> str:
    """What a command that was stopped leaves, and how to go on; '' where there is nothing to say.

    Parameters
    ----------
    command : its name
    given : its options
    """
    if command != "train" or given["timing"]:
        return {"report": "Nothing was written.", "planted": "Nothing of it is kept."}.get(command, "")
    if given["seeds"] is not None:
        return "What was done by then is kept; said again, the same command goes on."
    run = given["resume"] or given["out"]
    if run is None or not (run / "run.json").exists():
        return "Nothing was trained yet."
    return f"To go on from the last whole epoch: python -m app train --resume {shlex.quote(str(run))}"


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """Topolens: what graph a forecaster has learned, and whether to believe it."""


@cli.command()
@click.option("--dataset", help="los-loop, sz-taxi, pemsd7m, city, folder:PATH of your own; nbody, nbody-small.")
@click.option("--model", default="intergat-gru", show_default=True, help="A wrong name lists the known ones.")
@click.option("--out", type=click.Path(path_type=Path), help="The run's folder; it must not exist yet.")
@click.option("--resume", type=click.Path(path_type=Path), help="Continue the run in this folder instead.")
@click.option("--without-graph", is_flag=True, help="Its control: the same, but no sensor hears another.")
@click.option("--protocol", help="Of sensors: clean, or published (optimistic).  [default: clean]")
@click.option("--inputs", type=int, help="Steps, or frames of particles, that a forecast sees.  [default: 12; 10]")
@click.option("--horizon", type=int, help="Of sensors: steps ahead.  [default: one hour]")
@click.option("--particles", type=int, help="Of nbody: how many charged particles move.")
@click.option("--ahead", help="Of particles: frames ahead, one, or several as in 5+10.  [default: the data's]")
@click.option("--trajectories", type=int, help="Of particles: to train on; a third as many test.  [default: 3000]")
@click.option("--title", default="", help="How the run is called in the app.")
@click.option("--seed", type=int, help="Of the weights and the order of the windows.  [default: 0]")
@click.option("--seeds", type=int, help="Train so many runs, OUT-seed0, OUT-seed1, ...; said again, it goes on.")
@click.option("--epochs", type=int, help="[default: the model's]")
@click.option("--batch", type=int, help="Windows, or trajectories, a step.  [default: the model's]")
@click.option("--optimizer", help="adam or adamw.  [default: adam]")
@click.option("--rate", type=float, help="Learning rate.  [default: the model's]")
@click.option("--weight-decay", type=float, help="[default: the model's]")
@click.option("--loss", help="mse, mae or huber.  [default: the model's]")
@click.option("--schedule", help="Of the learning rate, constant or cosine.  [default: the model's]")
@click.option("--l1", type=float, help="Weight of the penalty on the interaction.  [default: the model's]")
@click.option("--clip", type=float, help="Largest norm of the gradient; 0 for none.  [default: the model's]")
@click.option("--patience", type=int, help="Epochs without progress before stopping.  [default: never]")
@click.option("--timing", is_flag=True, help="Only measure how long an epoch takes; nothing is kept.")
@click.option("--turn", type=click.Path(path_type=Path), hidden=True, help="The log of a training in the app's queue.")
@click.pass_context
@spoken
def train(
    context: click.Context,
    dataset: str | None,
    model: str,
    out: Path | None,
    resume: Path | None,
    without_graph: bool,
    protocol: str | None,
    inputs: int | None,
    horizon: int | None,
    particles: int | None,
    ahead: str | None,
    trajectories: int | None,
    title: str,
    seeds: int | None,
    timing: bool,
    turn: Path | None,
    **chosen: Any,
) -> None:
    """Train a model and keep it as a run folder. Ctrl-C stops it; --resume RUN continues it."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # asked to end: stop as Ctrl-C does
    if turn is not None:
        from app.processes import wait_until_noted
        from app.turn import wait_for_turn

        wait_until_noted()
        wait_for_turn(turn)  # before torch is loaded: who waits takes no memory from who trains
    from app.bars import progress_bar
    from app.particles import named, opened
    from core.data import holds_particles
    from core.experiment import Plan, epoch_seconds, resumed, settings_for, trained
    from core.plan import require_fitting
    from core.plan import without_graph as control_plan
    from core.run import RunError, read_record

    settings = {name: value for name, value in chosen.items() if value is not None}
    if settings.get("clip") == 0:
        settings["clip"] = None
    if resume is not None:
        given = [name for name in context.params if context.get_parameter_source(name) == ParameterSource.COMMANDLINE]
        if set(given) - {"turn"} != {"resume"}:
            raise click.UsageError("--resume takes everything from the run: give no other option")
        record = read_record(resume)
        if record.get("kind") == "matrix":
            raise RunError(f"run {resume.name} is a matrix alone: there is nothing to train")
        with progress_bar(record["training"]["epochs"], turn) as bar:
            run = resumed(opened(record["data"]["load"]), resume, tick=bar)
    else:
        if dataset is None or (out is None and not timing):
            raise click.UsageError("--dataset and --out are needed, or --resume")
        moving = holds_particles(dataset)
        of_sensors = {"protocol": protocol, "horizon": horizon}
        of_particles = {"particles": particles, "ahead": ahead, "trajectories": trajectories}
        for name, value in (of_sensors if moving else of_particles).items():
            if value is not None:
                what = "sensors" if moving else "particles, which are in nbody and nbody-small"
                raise click.UsageError(f"--{name} is for {what}: leave it out with --dataset {dataset}")
        if moving:
            dataset, inputs = named(dataset, particles, trajectories, inputs, ahead), None
        require_fitting(model, dataset, particles=moving)
        plan = Plan(
            model=model,
            settings=settings_for(model, **settings),
            protocol=protocol or "clean",
            inputs=inputs,
            horizon=horizon,
            title=title,
            load=dataset,
        )
        if without_graph:
            plan = control_plan(plan)
        if timing:
            if seeds is not None:
                raise click.UsageError("--timing measures one training: leave out --seeds")
            click.echo(json.dumps({"seconds_per_epoch": epoch_seconds(opened(dataset), plan)}))
            return
        assert out is not None  # noqa: S101  # for mypy
        _check_named(title, out, plan.settings.seed, seeds)
        if seeds is not None:
            runs = trained_family(opened(dataset), plan, out, seeds, bar=lambda epochs: progress_bar(epochs, turn))
            if runs[0].heads:
                click.echo(f"What they agree on: python -m app consensus {runs[0].path} --out {out}-consensus")
            return
        with progress_bar(plan.settings.epochs, turn) as bar:
            run = trained(opened(dataset), plan, out, tick=bar)
    click.echo(f"{run.path}: {run.record['metrics']['epochs']} epochs, best {run.record['metrics']['best_epoch']}")


def _check_named(title: str, out: Path, seed: int, seeds: int | None) -> None:
    """Refuse a title or a folder that the app could not show; that of a family's run which is there may stay."""
    from app.outputs import checked_place
    from core.archive import checked_title

    places = [out]
    if seeds is not None:
        last = seed + max(seeds, 1) - 1
        places = [out.parent / seed_name(out.name, one) for one in (seed, last)]
        title = seed_title(title, last) if title else ""
    if title:
        checked_title(title)
    for place in places:
        if not (seeds is not None and (place / "run.json").exists()):
            checked_place(place)


@cli.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON document instead of a table.")
@spoken
def evaluate(run: Path, as_json: bool) -> None:
    """Errors of a run on its test part, beside forecasts that need no training.

    Of sensors, beside the last value and the mean of the window; of particles, beside the last frame and a flight
    straight ahead.
    """
    from app.measures import error_table, plain
    from app.tables.particles import particle_error_table
    from core.run import Run

    loaded = Run.load(run)
    if loaded.particles is not None:
        rows = particle_error_table(loaded)
        if as_json:
            document = plain({"kind": loaded.kind, "rows": rows.to_dict(orient="records")})
            click.echo(json.dumps(document, indent=1, allow_nan=False))
            return
        click.echo(f"{loaded.record['title']}: test part, mean over its trajectories, particles and three components")
        click.echo(rows.to_string(index=False, float_format=lambda value: f"{value:.4g}"))
        return
    table = error_table(loaded)
    if as_json:
        marks = {"protocol": loaded.protocol, "optimistic": loaded.optimistic, "pooled": loaded.pooled}
        document = plain({**marks, "unit": loaded.unit, "rows": table.to_dict(orient="records")})
        click.echo(json.dumps(document, indent=1, allow_nan=False))
        return
    pooled = "pooled up to each horizon" if loaded.pooled else "at each horizon"
    click.echo(f"{loaded.record['title']}: test part, {pooled}, protocol {loaded.protocol}, {loaded.unit}")
    if loaded.optimistic:
        click.echo("Optimistic: the test part picked the epoch.")
    click.echo(table.to_string(index=False, float_format=lambda value: f"{value:.4g}"))


@cli.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--json", "target", required=True, help="Where the JSON document goes; - is standard output.")
@click.option("--share", default=0.02, show_default=True, help="Share of pairs that count as strongest.")
@click.option("--evidence/--no-evidence", default=True, show_default=True, help="Whether to hold the graph to tests.")
@spoken
def analyse(run: Path, target: str, share: float, evidence: bool) -> None:
    """Every measure of every head, of the mean of heads, and of the forecasts, as one JSON document.

    With it goes the evidence, as 'python -m app evidence' keeps it: what is missing is made first, which may take a
    minute. A part that cannot be made says why under "unavailable". Arrays with two axes of sensors and the draws of
    nulls stay in the files that the evidence is kept in.
    """
    from app.evidence.commands import bare, shown
    from app.measures import evidence_measures, measures
    from app.outputs import checked_file
    from core.files import write_bytes
    from core.run import Run

    if target != "-":
        checked_file(target)
    loaded = Run.load(run)
    found = measures(loaded, share)
    if evidence:
        failed = {part: bare(reason) for part, reason in shown(loaded).failed}
        found["evidence"] = evidence_measures(loaded, failed)
    document = json.dumps(found, indent=1, allow_nan=False) + "\n"
    if target == "-":
        click.echo(document, nl=False)
    else:
        write_bytes(Path(target), document.encode())


@cli.command("matrix")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The run's folder; it must not exist yet.")
@click.option("--nodes", type=click.Path(path_type=Path), help="Sensors as nodes.csv: id, latitude, longitude, group.")
@click.option("--roads", type=click.Path(path_type=Path), help="Their road graph as adjacency.csv.")
@click.option("--senders-in-rows", is_flag=True, help="Rows are senders, or edges run from receiver to sender.")
@click.option("--title", default="", help="How the run is called in the app.  [default: the file's name]")
@click.option("--source", default="", help="Whose matrix it is, and how it was learned.")
@spoken
def matrix_alone(
    file: Path, out: Path, nodes: Path | None, roads: Path | None, senders_in_rows: bool, title: str, source: str
) -> None:
    """Keep a matrix from elsewhere (.csv, .npy, .npz, .graphml) as a run without a model, to look at it in the app."""
    from app.outputs import checked_place
    from core.matrices import read, written

    checked_place(out)
    run = written(read(file, sensors=nodes, roads=roads, turned=senders_in_rows), out, title=title, source=source)
    click.echo(f"{run.path}: {len(run.heads)} head(s) of {len(run.nodes):,} sensors")
    click.echo(run.note)


@cli.command()
@click.option("--out", type=click.Path(path_type=Path), default=ROOT / "assets" / "demo", help="[default: assets/demo]")
@click.option("--epochs", default=40, show_default=True)
@click.option("--weeks", default=4, show_default=True, help="Length of the made-up city's series.")
@click.option("--model", "models", multiple=True, default=(*DEMO_MODELS, *DEMO_PARTICLES), show_default=True)
@click.option("--evidence/--no-evidence", default=True, show_default=True, help="Test them too.")
@spoken
def demo(out: Path, epochs: int, weeks: int, models: tuple[str, ...], evidence: bool) -> None:
    """Train the runs that ship with the project, on the made-up city and on particles, and test them.

    Finished ones are kept. 'set-plain' is the model 'set' without equivariance, to compare with.
    """
    from app.bars import Bar
    from core.choices import chosen
    from core.data import city, nbody
    from core.experiment import Data, Plan, resumed, settings_for, trained
    from core.plan import without_graph

    for name in models:
        click.echo(name)
        data: Data
        if name in DEMO_PARTICLES:
            data = flight = nbody.opened(DEMO_FLIGHT)
            plan = Plan(
                model="set",
                config=DEMO_PARTICLES[name],
                settings=settings_for("set", epochs=epochs, batch=20),
                title="set · 10 particles" + (", not equivariant" if name == "set-plain" else ""),
                load=flight.trajectories.load,
            )
        else:
            model = chosen(DEMO_MODELS | dict.fromkeys(DEMO_PARTICLES, ""), name, "a run of the demo")
            data = city.load(weeks=weeks)
            plan = Plan(model=model, settings=settings_for(model, epochs=epochs), load="city")
            if name == model:
                plan = replace(plan, title=f"{model} · demo city")
            else:
                plan = without_graph(plan)
                plan = replace(plan, title=plan.called)
        with Bar(epochs) as bar:
            if (out / name / "run.json").exists():
                resumed(data, out / name, tick=bar)
            else:
                trained(data, plan, out / name, tick=bar)
    if evidence:
        from app.evidence.work import shipped

        for name, size in shipped(out).items():
            click.echo(f"{name}: {size:,} bytes of evidence")


from app.evidence.commands import evidence  # noqa: E402
from app.export.commands import export, report  # noqa: E402  the project is on the path by now
from app.families import consensus, seed_name, seed_title, trained_family  # noqa: E402
from app.planted import command as planted  # noqa: E402

for command in (report, export, consensus, evidence, planted):
    command.callback = spoken(command.callback) if command.callback else None
    cli.add_command(command)


@cli.group()
def data() -> None:
    """Published data sets, and data of your own."""


@data.command()
@click.argument("name")
@click.option("--mirror", help="Take the files from this address instead; their hashes are checked all the same.")
@spoken
def fetch(name: str, mirror: str | None) -> None:
    """Download a published data set from its publisher, checked by sha256."""
    from core.data.download import fetch as fetched

    for path in fetched(name, mirror=mirror):
        click.echo(path)


@data.command()
@click.argument("folder", type=click.Path(path_type=Path))
@spoken
def check(folder: Path) -> None:
    """What is in a folder of data, or everything that is wrong with it; then what its values show, line by line.

    Data of your own: values.csv (time, then a column a sensor) and, if there are any, adjacency.csv (square, or the
    edge list from,to,weight), nodes.csv (id, latitude, longitude, group) and about.json, which says what was measured,
    each key a text that may be left out: {"quantity": "speed", "unit": "km/h", "source": "City of X, 2024"}
    """
    from app.quality import findings
    from app.reading.quality import lines
    from app.reading.words import one_line
    from core.data.folder import inspected

    values, found = inspected(folder)
    click.echo(str(found))
    for line in lines(values, findings(values), name=one_line, unit=one_line):
        click.echo(f"{'!' if line.problem else ' '} {line.sentence}")


if __name__ == "__main__":
    cli(prog_name="python -m app")
