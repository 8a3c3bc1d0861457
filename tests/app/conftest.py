"""Small runs made by hand, and the app in Streamlit's own test harness."""

import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from app.store import entries
from app.store.probe import Asked
from core.files import write_json, write_tensors
from core.run import Run
from tests.app.small import kill_all, small_data

ROOT = Path(__file__).resolve().parents[2]
DEMO = ROOT / "assets" / "demo"
QUESTIONS = {
    "overview": "What did the model learn, and what is it worth?",
    "heads": "Whom does each sensor listen to?",
    "spectrum": "Which patterns does the matrix hold, and where do they live?",
    "communities": "Which sensors belong together?",
    "map": "Where do the learned pairs lie?",
    "forecast": "How far off is the forecast, and where?",
    "evidence": "Is this graph real?",
}
PAGES = tuple(QUESTIONS)
MATRIX_PAGES = ("heads", "spectrum", "communities", "map", "evidence")
N, DISTRICTS = 24, 4
IDS = [f"S{k:02d}" for k in range(N)]  # of the sensors of made_run

# What a sensor may be called: markup, formulas, templates, a link, nothing to see, far too long.
HOSTILE = (
    "<img src=x onerror=window.hit=1>",
    "</script><script>window.hit=1</script>",
    "=HYPERLINK('x')",
    "+1-1",
    "-2",
    "@SUM(A1)",
    "{{ 7*7 }}",
    "`code` **bold** $x^2$ :red[x] :material/home: www.example.org",
    "a\nb\tc",
    "\u202egnp.exe",
    "x" * 300,
    "x" * 299 + "y",
    "[link](javascript:window.hit=1)",
    "${window.hit=1}",
    "%{x}",
)

Recipe = Callable[..., Path]


def made_run(
    folder: Path,
    *,
    heads: int = 3,
    sensors: int = N,
    coordinates: bool = True,
    roads: bool = True,
    groups: bool = True,
    truth: bool = True,
    hostile: bool = False,
    state: str = "done",
    protocol: str = "clean",
    model: str = "intergat-plus",
    seed: int = 0,
    steps: int = 4,
    interval: float = 15,
    matrix: Any = None,
    better: float = 0.5,
    note: str = "A made-up ring road.",
    record: Mapping[str, Any] | None = None,
) -> Path:
    """A run on a ring road with planted districts: head 1 follows the road, head 2 the districts, others nothing.

    ``better`` is how far the forecast moves from the last value to the truth: 1 is perfect, below 0 worse than it.
    """
    random = np.random.default_rng(seed)
    n = sensors
    ring = np.abs(np.subtract.outer(np.arange(n), np.arange(n)))
    road = ((ring == 1) | (ring == n - 1)).astype(np.float32) if n > 1 else np.zeros((n, n), dtype=np.float32)
    district = np.arange(n) * DISTRICTS // max(n, 1)
    made = [road * 1.0, (district[:, None] == district).astype(float), random.random((n, n))]
    weights = np.stack([made[min(h, 2)] for h in range(heads)]) if heads else np.zeros((0, n, n))
    weights = weights + 0.01 * random.random(weights.shape)
    for head in weights:
        np.fill_diagonal(head, 0)
    if matrix is not None:
        weights = np.broadcast_to(np.asarray(matrix, dtype=float), (heads, n, n)).copy()
    inputs, windows = 12, 120
    rows = 40 + 10 * np.sin(np.arange(windows + steps + inputs - 1)[:, None] / 96 * 2 * np.pi + district)
    rows = rows + random.normal(0, 2, rows.shape)
    first = np.arange(inputs, inputs + windows)
    target = rows[first[:, None] + np.arange(steps)]
    last = rows[first - 1]
    forecast = last[:, None] + better * (target - last[:, None])
    rows[random.random(rows.shape) < 0.02] = np.nan
    angle = 2 * np.pi * np.arange(n) / max(n, 1)
    names = [HOSTILE[i] if hostile and i < len(HOSTILE) else f"S{i:02d}" for i in range(n)]
    folder.mkdir(parents=True, exist_ok=True)
    arrays = {
        "interaction": {"interaction": weights},
        "weights": {"w": random.random(3)},
        "network": ({"adjacency": road} if roads else {}) | ({"truth": road} if truth else {}),
        "forecasts": {
            "forecast": forecast,
            "rows": rows,
            "last_value": last,
            "window_mean": np.stack([rows[i - inputs : i].mean(axis=0) for i in first]),
        },
    }
    arrays["forecasts"]["window_mean"] = np.nan_to_num(arrays["forecasts"]["window_mean"], nan=40.0)
    for name, group in arrays.items():
        tensors: dict[str, Any] = {key: np.asarray(array, dtype=np.float32) for key, array in group.items()}
        if name == "forecasts":
            tensors["first"] = first.astype(np.int64)
            tensors["times"] = (
                np.datetime64("2024-03-04T00:00", "m") + (interval * np.arange(len(rows))).astype(int)
            ).astype(np.int64)
        if name == "network" or state == "done":
            write_tensors(folder / f"{name}.safetensors", tensors)
    epochs = 3 if state != "training" else 2
    (folder / "progress.jsonl").write_text(
        "".join(
            json.dumps({"epoch": e + 1, "train": 1 / (e + 1), "validation": 1.1 / (e + 1)}) + "\n"
            for e in range(epochs)
        )
    )
    total = 700
    write_json(
        folder / "run.json",
        {
            "schema": 1,
            "state": state,
            "reason": "loss became nan" if state == "failed" else "",
            "title": f"{model} on ring",
            "heads": [f"head {h + 1}" for h in range(heads)],
            "seed": seed,
            "model": {"name": model, "config": {}, "parameters": 1234},
            "data": {
                "name": "ring",
                "load": "folder:ring",
                "sha256": "0" * 64,
                "unit": "km/h",
                "quantity": "speed",
                "source": "made by hand",
                "note": note,
                "interval_minutes": interval,
                "steps": total,
                "sensors": n,
                "missing": 0.02,
                "start": "2024-02-26T00:00:00",
                "end": "2024-03-05T09:30:00",
                "nodes": {
                    "id": names,
                    "latitude": (48.0 + 0.05 * np.sin(angle)).tolist() if coordinates else [None] * n,
                    "longitude": (11.0 + 0.07 * np.cos(angle)).tolist() if coordinates else [None] * n,
                    "group": [f"district {k + 1}" for k in district] if groups else [""] * n,
                },
            },
            "windows": {
                "inputs": inputs,
                "horizon": steps,
                "slots": max(1, round(1440 / interval)),
                "protocol": protocol,
                "split": {"train": [0, 490], "validation": [490, 560], "test": [560, total]},
            },
            "scaler": {"shift": 40.0, "scale": 10.0},
            "training": {"epochs": 3},
            "versions": {},
            "machine": "one",
            "times": {"started": "2026-11-21T06:00:00", "seconds": 3.0, "seconds_per_epoch": 1.0},
            "metrics": {"epochs": epochs, "best_epoch": 2, "validation_loss": 0.5},
            **(record or {}),
        },
    )
    return folder


def made_matrix(
    folder: Path, *, sensors: int = N, coordinates: bool = True, roads: bool = True, groups: bool = True, heads: int = 1
) -> Path:
    """A matrix alone as a run: one way along the ring of `made_run`, within its districts; no model, no forecast."""
    from core.data.sensors import node_table
    from core.matrices import Matrix, written

    random = np.random.default_rng(0)
    n = sensors
    road = np.roll(np.eye(n, dtype=np.float32), 1, axis=1)
    district = np.arange(n) * DISTRICTS // n
    weights = (district[:, None] == district) * random.random((heads, n, n)) * road.sum() / n
    angle = 2 * np.pi * np.arange(n) / n
    nodes = node_table(
        [f"S{i:02d}" for i in range(n)],
        48.0 + 0.05 * np.sin(angle) if coordinates else None,
        11.0 + 0.07 * np.cos(angle) if coordinates else None,
        [f"district {k + 1}" for k in district] if groups else None,
    )
    matrix = Matrix(
        weights=weights.astype(np.float32),
        heads=tuple(f"adp {h + 1}" for h in range(heads)),
        nodes=nodes,
        adjacency=road if roads else None,
        file="adjacency.npy",
        sha256="0" * 64,  # as that of made_run: nothing may take the two for runs on the same data
        turned=False,
        remarks=("Its rows were taken as receivers.",),
    )
    return written(matrix, folder, title="Graph WaveNet", source="made by hand").path


@pytest.fixture
def own_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder of runs of one's own, and no demo."""
    folder = tmp_path / "runs"
    folder.mkdir()
    monkeypatch.setenv("TOPOLENS_RUNS", str(folder))
    monkeypatch.setattr(entries, "DEMO", tmp_path / "no demo")
    return folder


@pytest.fixture
def root(own_runs: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty folder of data, an empty folder of runs; no training is left behind."""
    folder = own_runs.parent / "data"
    folder.mkdir()
    monkeypatch.setenv("TOPOLENS_DATA", str(folder))
    yield folder
    kill_all(own_runs)


@pytest.fixture
def make(own_runs: Path) -> Recipe:
    """Makes a run of that name among one's own."""
    return lambda name="ring", **settings: made_run(own_runs / name, **settings)


@pytest.fixture
def runs(tmp_path: Path) -> Iterator[Path]:
    """A place for runs; trainings begun there end with the test."""
    folder = tmp_path / "runs"
    yield folder
    kill_all(folder)


@pytest.fixture
def load(tmp_path: Path) -> str:
    """What loads data so small that an epoch takes a moment."""
    return small_data(tmp_path / "data")


@pytest.fixture
def demo(own_runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The runs that come with the project, and none of one's own."""
    monkeypatch.setattr(entries, "DEMO", DEMO)


@pytest.fixture(scope="module")
def plus() -> Asked:
    """The demo's model of one's own, made ready."""
    return Asked(Run.load(DEMO / "intergat-plus"))


@pytest.fixture(scope="session")
def trained_particles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Runs of particles, an epoch or two long: 'set', 'set-plain' without its symmetry, and 'alone', a perceptron."""
    from core.experiment import trained
    from tests.core.particles_made import plan, scenes

    folder = tmp_path_factory.mktemp("particles")
    data = scenes(folder)
    fast = {"rate": 0.01, "schedule": "constant"}
    trained(data, plan("set", epochs=2, config={"blocks": 2}), folder / "runs" / "set")
    trained(data, plan("set", epochs=2, config={"equivariance": False}, **fast), folder / "runs" / "set-plain")
    trained(data, plan("mlp", epochs=1, config={"width": 8}, **fast), folder / "runs" / "alone")
    return folder / "runs"


@pytest.fixture
def moving(own_runs: Path, trained_particles: Path) -> Path:
    """The same among one's own."""
    shutil.copytree(trained_particles, own_runs, dirs_exist_ok=True)
    return own_runs


def opened(page: str = "overview", **query: str | list[str]) -> AppTest:
    """The app on one of its pages, opened by a link."""
    app = AppTest.from_file(str(ROOT / "app" / "main.py"), default_timeout=60)
    app.query_params.update(query)
    app.run()
    return turned(app, page)


def turned(app: AppTest, page: str) -> AppTest:
    """The same app on another of its pages."""
    return app if page == "overview" else app.switch_page(f"views/{page}.py").run()


def unfolded(app: AppTest) -> AppTest:
    """The same page with all that is folded on it unfolded."""
    for expander in app.expander:
        app.session_state[expander.proto.id.split("-", 2)[2]] = True  # '$$ID-<hash>-<key>'
    return app.run()


def figures(app: AppTest) -> list[dict[str, Any]]:
    """The Plotly figures of a page, in their order: key, alt, data and layout of each."""
    found = []
    for element in app.get("bidi_component"):
        if element.proto.component_name == "topolens_plot":
            sent = json.loads(element.proto.json)
            key = element.proto.id.split("-", 2)[2]
            found.append({"key": key, "alt": sent["alt"], "clickable": sent["clickable"], **json.loads(sent["figure"])})
    return found


def sent(app: AppTest) -> str:
    """Every text that a page sends to the browser: labels, helps, options, tables, figures and maps, a line each.

    Left out are keys, names of a link's parameters, and of what a map's script calls its points.
    """
    from google.protobuf.json_format import MessageToDict

    def texts(value: Any, name: str = "") -> Iterator[str]:
        if isinstance(value, dict):
            for key, held in value.items():
                yield from texts(held, key)
        elif isinstance(value, list):
            for held in value:
                yield from texts(held, name)
        elif isinstance(value, str) and name not in ("id", "fragmentId"):
            yield value

    protos = [node.proto for node in (*app.main, *app.sidebar) if getattr(node, "proto", None) is not None]
    found = [text for proto in protos for text in texts(MessageToDict(proto))]
    found += [str(cell) for table in app.dataframe for cell in (*table.value.columns, *table.value.to_numpy().flat)]
    text = "\n".join(found).replace("\u00a0", " ")
    for own in ("properties.sensor", "properties: {sensor: k}", "&sensor=", "term=az_sensor"):
        text = text.replace(own, "")
    return text


def words(app: AppTest) -> str:
    """All that is said on a page, as one text with plain spaces and without Markdown's escapes."""
    said = [*app.title, *app.subheader, *app.markdown, *app.caption, *app.info, *app.warning, *app.error, *app.code]
    text = "\n".join(element.value for element in said)
    return text.replace("\u00a0", " ").replace("\\", "").replace("\u2060", "")
