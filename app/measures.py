"""All measures of a run as plain data: what ``evaluate`` and ``analyse`` print."""

import math
from collections.abc import Mapping
from dataclasses import fields
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis import against, clearness, communities, direction, distances, forecasts, groups, matrix, roads, spectrum
from app.evidence import parts
from app.evidence.document import plain_result
from app.parts import clearness_draws, errors_by_step, linked
from app.reading.forecasts import shown_steps
from core.run import Run

Array = NDArray[Any]
MEASURES = {"rmse": "rmse", "mae": "mae", "mape": "mape [%]", "accuracy": "accuracy", "r2": "r2"}  # and their columns


def error_table(run: Run) -> pd.DataFrame:
    """One row for each forecast and shown step: 15, 30, 45 and 60 minutes where the run has them; MAPE in per cent.

    Raises
    ------
    RunError
        The run is a matrix alone, which has no forecasts, or of particles: those have a table of their own.
    """
    rows = []
    for name, errors in errors_by_step(run, run.model).items():
        for step in shown_steps(run.horizon, run.interval_minutes):
            figures = {column: float(getattr(errors, measure)[step]) for measure, column in MEASURES.items()}
            figures[MEASURES["mape"]] *= 100
            rows.append({"forecast": name, "minutes": (step + 1) * run.interval_minutes, **figures})
    return pd.DataFrame(rows)


def measures(run: Run, share: float = 0.02) -> dict[str, Any]:
    """Every measure of a run, ready for JSON: undefined figures are None, arrays are lists.

    A matrix alone has no model and no forecast: what is measured on those is left out. Of particles it is the errors
    at each frame ahead.

    Parameters
    ----------
    run : the run
    share : share of pairs that count as the strongest
    """
    heads = dict(zip(run.heads, run.interaction, strict=True))
    if len(run.heads) > 1:
        heads = {"mean of heads": matrix.mean_of_heads(run.interaction), **heads}
    document: dict[str, Any] = plain(
        {
            "run": run.name,
            "kind": run.kind,
            "data": run.dataset,
            **(_settings(run) if run.kind == "model" else {}),
            **(_moving(run) if run.particles is not None else {"sensors": list(run.nodes["id"])}),
            "share": share,
            "heads": {name: head_measures(head, run, share) for name, head in heads.items()},
            "similarity": {
                "heads": list(run.heads),
                "pearson": matrix.head_similarity(run.interaction) if run.heads else [],
            },
            **(_forecast_measures(run) if run.forecasts is not None else {}),
        }
    )
    return document


def evidence_measures(run: Run, failed: Mapping[str, str]) -> dict[str, Any]:
    """What is kept of the evidence of a run, part by part; where there is none, ``{"unavailable": why}``.

    Parameters
    ----------
    run : the run
    failed : why a part could not be made, by its name
    """
    found = {part: parts.evidence(run, part) for part in parts.PARTS}
    document: dict[str, Any] = plain(
        {
            part: {"unavailable": failed.get(part, "not made yet")} if result is None else plain_result(result)
            for part, result in found.items()
        }
    )
    return document


def _settings(run: Run) -> dict[str, Any]:
    """What was trained, and how its figures were got."""
    return {
        "model": run.model,
        "protocol": run.protocol,
        "optimistic": run.optimistic,
        "quantity": run.quantity,
        "unit": run.unit,
    }


def _moving(run: Run) -> dict[str, Any]:
    """What was trained on which particles, and how far off it is; the charges are those of the trajectory shown."""
    moving = run.tracked
    return {
        "model": run.model,
        "particles": list(run.nodes["id"]),
        "charges": moving.charge[0],
        "frames seen": moving.inputs,
        "frames ahead": moving.ahead,
        "interval": moving.interval,
        "errors": dict(moving.errors),
    }


def _forecast_measures(run: Run) -> dict[str, Any]:
    """How far off the forecasts are: by step, by sensor, by hour of day."""
    made, target = run.tested.forecast, run.tested.target
    return {
        "forecasts": {
            name: {"minutes": minutes(run), **_fields(errors)}
            for name, errors in errors_by_step(run, run.model).items()
        },
        "by_sensor": _fields(forecasts.errors_by_sensor(made, target)),
        "by_hour": _fields(forecasts.errors_by_hour(made, target, run.tested.hours)),
    }


def minutes(run: Run) -> list[float]:
    """Minutes ahead of each step."""
    return [(step + 1) * run.interval_minutes for step in range(run.horizon)]


def head_measures(head: Array, run: Run, share: float) -> dict[str, Any]:
    """Every measure of one matrix of a run."""
    found = communities.spectral_communities(head)
    louvain = communities.louvain_communities(head)
    km = None
    if run.has_coordinates:
        km = distances.kilometres(run.nodes["latitude"].to_numpy(), run.nodes["longitude"].to_numpy())
    measured: dict[str, Any] = {
        "asymmetry": direction.asymmetry(head),
        "sparsity": _fields(matrix.sparsity(head)) | {"typical": matrix.sparsity(head).typical},
        "strength": _fields(matrix.strength(head)),
        "strongest": _fields(matrix.strongest_pairs(head, share)),
        "spectrum": _spectrum(head, run.adjacency),
        "localisation": _fields(spectrum.localisation(head)),
        "spectral communities": _fields(found) | _clearness(head, found, "spectral"),
        "louvain communities": _fields(louvain) | _clearness(head, louvain, "louvain"),
    }
    if (road := linked(run.adjacency)) is not None:
        measured["roads"] = _match(roads.road_match(head, road, share))
        measured["reach"] = _fields(roads.reach(head, road))
        measured["classes"] = _fields(roads.edge_classes(head, road, share))
        clusters = communities.spectral_communities(road).labels
        measured["road clusters"] = _groups(head, found.labels, clusters, km)
    if km is not None:
        strongest = matrix.strongest_pairs(head, share)
        measured["kilometres"] = distances.spans(strongest.first, strongest.second, km)
    if run.groups is not None:
        measured["known groups"] = _groups(head, found.labels, run.groups, km)
    if (truth := linked(run.truth)) is not None:
        measured["planted"] = _match(roads.recovery(head, truth))
    return measured


def plain(value: Any) -> Any:
    """The same as numbers, text, lists and dictionaries that JSON has; what is not finite becomes None."""
    if isinstance(value, dict):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, np.ndarray | list | tuple):
        return [plain(inner) for inner in (value.tolist() if isinstance(value, np.ndarray) else value)]
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def _clearness(head: Array, found: communities.Communities, method: Literal["spectral", "louvain"]) -> dict[str, Any]:
    """Modularity, and beside it, for two groups or more, what the method finds in the same weights in random places."""
    if found.count < 2:
        return {"modularity": groups.modularity(head, found.labels)}
    clear = clearness.clearness(head, found.labels, method, draws=clearness_draws(len(head)))
    return {"modularity": clear.modularity, "chance_modularity": clear.chance, "modularity_p": clear.p}


def _spectrum(head: Array, road: Array | None) -> dict[str, Any]:
    found = _fields(spectrum.spectrum(head, road))
    found["vectors"] = np.asarray(found["vectors"]).T  # one list an eigenvector, as long as the sensors
    return found


def _match(match: roads.RoadMatch) -> dict[str, Any]:
    return _fields(match) | {"lift": match.lift}


def _groups(head: Array, labels: Array, known: Array, km: Array | None) -> dict[str, Any]:
    tests = against.groups_agreement(labels, known, km, nulls=("moran",))
    return {
        "agreement": _fields(groups.agreement(labels, known)),
        "agreement on the map": {
            "nulls": [
                {"null": test.null, "ari": test.statistic, "chance_ari": test.chance, "p": test.p}
                for test in tests.tests
            ],
            "untested": [_fields(missing) for missing in tests.untested],
        },
        "contrast": _fields(groups.contrast(head, known)),
    }


def _fields(result: Any) -> dict[str, Any]:
    return {field.name: getattr(result, field.name) for field in fields(result)}
