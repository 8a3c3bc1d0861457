"""What was trained on what, and how: the facts of a run, as words."""

from datetime import datetime
from typing import TYPE_CHECKING

from app.figures.text import UNSTATED
from app.reading.forecasts import minutes_words
from app.reading.particles import particle_facts
from app.reading.words import counted, joined, percent, plain, three

if TYPE_CHECKING:
    from core.run import Run


def facts(run: "Run") -> dict[str, str]:
    """Data, dates, split, forecast, model, training and protocol of a run; texts from the data are made harmless.

    Of a matrix alone: the file, its sensors and heads, and how its rows were taken. Of particles: which trajectories
    and frames, model and training.
    """
    record = run.record
    if run.kind == "particles":
        return {**particle_facts(run), "Model": learned(run), "Training": training(run)}
    if run.kind == "matrix":
        return {
            "File": f"{plain(run.dataset)}, {counted(len(run.nodes), 'sensor')}, {counted(len(run.heads), 'head')}",
            "Rows in the file": f"taken as {plain(record['matrix']['rows'])}",
            "Road graph": "given" if run.adjacency is not None else "none given",
            "Model": "none" + (f"; a mean over runs of {joined(list(run.made_of))}" if run.made_of else ""),
        }
    data, ahead = record["data"], minutes_words(run.horizon * run.interval_minutes)
    unit = f", {UNSTATED}," if run.unit == UNSTATED else f" in {plain(run.unit)}"
    described = f"{plain(run.quantity)}{unit} every {minutes_words(run.interval_minutes)}"
    if isinstance(missing := data.get("missing"), float) and missing:
        described += f", {percent(missing)} missing"
    return {
        "Data": f"{plain(run.dataset)}, {counted(len(run.nodes), 'sensor')}, {described}",
        "Dates": dates(run),
        "Split in time": split(record["windows"]["split"]),
        "Forecast": f"{counted(run.horizon, 'step')} ({ahead}) from the last {counted(run.inputs, 'step')}",
        "Model": learned(run),
        "Training": training(run),
        "Protocol": plain(run.protocol) + (" (optimistic)" if run.optimistic else ""),
    }


def learned(run: "Run") -> str:
    """The model, its heads and its parameters."""
    parameters = whole(run.record["model"].get("parameters"))
    words = f"{plain(run.called)}, {counted(len(run.heads), 'head')}"
    return words + (f", {counted(parameters, 'parameter')}" if parameters else "")


def title(run: "Run") -> str:
    """What a run is called, as it was typed: its title, else its model and data, else the file of a matrix alone."""
    given = run.record.get("title")
    return str(given or "") or (f"{run.called} on {run.dataset}" if run.model else run.dataset)


def subject(run: "Run") -> str:
    """What a run is, as it was typed: a model on data, or a matrix alone."""
    return f"{run.called} on {run.dataset}" if run.model else f"a matrix alone, {run.dataset}"


def dates(run: "Run") -> str:
    """First and last day of the data and of the test part."""
    data, times = run.record["data"], run.tested.times
    test = f"tested on {day(str(times[run.tested.first[0]]))} to {day(str(times[-1]))}"
    if isinstance(data.get("start"), str) and isinstance(data.get("end"), str):
        return f"{day(data['start'])} to {day(data['end'])}, {test}"
    return test


def day(text: str) -> str:
    """A date as people write it; text that is no date as it is.

    >>> day("2024-03-04T00:00"), day("soon")
    ('4 March 2024', 'soon')
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return plain(text)
    return f"{moment.day} {moment:%B %Y}"


def split(rows: dict[str, object]) -> str:
    r"""The shares of training, validation and test part.

    >>> split({"train": [0, 70], "test": [70, 100]})
    'train 70.0\xa0%, test 30.0\xa0%'
    """
    pairs = {name: pair for name, pair in rows.items() if isinstance(pair, list) and len(pair) == 2}
    total = max((pair[1] for pair in pairs.values()), default=0)
    if not total:
        return "not known"
    return ", ".join(f"{plain(name)} {percent((pair[1] - pair[0]) / total)}" for name, pair in pairs.items())


def training(run: "Run") -> str:
    """Epochs, the best of them, the time of each, and the seed."""
    metrics, times = run.record["metrics"], run.record["times"]
    epochs, best = whole(metrics.get("epochs")), whole(metrics.get("best_epoch"))
    seconds = times.get("seconds_per_epoch")
    if not epochs:
        return "none needed"
    words = counted(epochs, "epoch") + (f", the best was number {best:,}" if best else "")
    words += f", {three(float(seconds))} seconds each" if isinstance(seconds, int | float) and seconds else ""
    return f"{words}, seed {run.seed:,}"


def whole(value: object) -> int:
    """A whole number from a record, 0 where there is none.

    >>> whole(3), whole("3"), whole(True)
    (3, 0, 0)
    """
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
