"""What every figure has in common: fixed height, no background of its own, named axes, no text that is obeyed."""

import ast
import doctest
import importlib
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import plotly.graph_objects as go
import pytest

import app.figures
from app.figures.communities import confusion_heatmap, contrast_bars
from app.figures.forecasts import error_by_horizon, error_by_hour, error_by_sensor, forecast_curves
from app.figures.frame import CONFIG
from app.figures.matrix import head_multiples, matrix_heatmap, similarity_heatmap, weight_histogram
from app.figures.spectrum import eigenvalue_bars, eigenvector_bars, ipr_against_energy
from tests.app.figures.test_text import HOSTILE

FOLDER = Path(app.figures.__file__).parent
MODULES = sorted(file.stem for file in FOLDER.glob("*.py") if file.stem != "__init__")

Make = Callable[[int, float], go.Figure]  # sensors, what every number is


def times(n: int) -> np.ndarray:
    return np.datetime64("2024-03-04T00:00") + np.arange(n) * np.timedelta64(15, "m")


def full(n: int, value: float) -> np.ndarray:
    return np.full((n, n), value)


FIGURES: dict[str, Make] = {
    "heatmap": lambda n, v: matrix_heatmap(full(n, v), [HOSTILE] * n, title="head", unit=HOSTILE, borders=[1]),
    "multiples": lambda n, v: head_multiples(np.full((3, n, n), v), [HOSTILE] * 3),
    "own scales": lambda n, v: head_multiples(np.full((5, n, n), v), [HOSTILE] * 5, same_scale=False, unit=HOSTILE),
    "histogram": lambda n, v: weight_histogram(full(n, v), v),
    "similarity": lambda n, v: similarity_heatmap(full(n, v), [HOSTILE] * n),
    "eigenvalues": lambda n, v: eigenvalue_bars(np.full(n, v), 0),
    "ipr": lambda n, v: ipr_against_energy(np.full(n, v), np.full(n, v), 0, HOSTILE, n),
    "eigenvector": lambda n, v: eigenvector_bars(np.full(n, v), [HOSTILE] * n),
    "contrast": lambda n, v: contrast_bars([HOSTILE] * n, np.full(n, v), HOSTILE),
    "confusion": lambda n, v: confusion_heatmap(np.arange(n) - 1, [HOSTILE] * n, HOSTILE),
    "curves": lambda n, v: forecast_curves(
        times(n), np.full(n, v), {"forecast": np.full(n, v), HOSTILE: np.full(n, v)},
        sensor=HOSTILE, quantity=HOSTILE, unit=HOSTILE, step_minutes=15,
    ),
    "by horizon": lambda n, v: error_by_horizon(np.arange(n) + 1, {HOSTILE: np.full(n, v)}, HOSTILE, HOSTILE),
    "by sensor": lambda n, v: error_by_sensor(np.full(n, v), [HOSTILE] * n, HOSTILE, measure=HOSTILE),
    "by hour": lambda n, v: error_by_hour({HOSTILE: np.full(24, v)}, HOSTILE, HOSTILE),
}  # fmt: skip


@pytest.fixture(params=FIGURES, name="make")
def _make(request: pytest.FixtureRequest) -> Make:
    return FIGURES[request.param]


@pytest.mark.parametrize("sensors", [1, 2, 12])
@pytest.mark.parametrize("value", [0.0, 0.3, -0.3, 1e-12, float("nan")])
def test_input_without_information_is_drawn_without_a_warning(make: Make, sensors: int, value: float) -> None:
    figure = make(sensors, value)
    assert figure.layout.height >= 200
    json.loads(figure.to_json(), parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))


def test_nothing_is_painted_behind_a_figure(make: Make) -> None:
    layout = make(4, 0.3).layout
    assert layout.paper_bgcolor == layout.plot_bgcolor == "rgba(0,0,0,0)"


def test_a_figure_keeps_its_height_while_its_numbers_change(make: Make) -> None:
    assert make(4, 0.3).layout.height == make(4, 0.9).layout.height


def test_axes_are_named_or_explained(make: Make) -> None:
    layout = make(4, 0.3).layout
    if layout.xaxis.showticklabels is False:  # small pictures: the colour bar says what rows and columns are
        assert "rows: receivers" in layout.coloraxis.colorbar.title.text
    else:
        assert layout.xaxis.title.text
        assert layout.yaxis.title.text or layout.xaxis.title.text


def test_no_text_from_data_is_obeyed(make: Make) -> None:
    sent = make(4, 0.3).to_json()
    for piece in ("<img", "</script", "<script", "${", "{{", "%{y}$", "&lt;", "`"):
        assert piece not in sent.replace("\\u003c", "<")


def test_colour_bars_have_titles(make: Make) -> None:
    figure = make(4, 0.3)
    for trace in figure.data:
        if trace.type == "heatmap":
            bar = figure.layout.coloraxis.colorbar if trace.coloraxis else trace.colorbar
            assert bar.title.text


def test_what_is_read_when_pointing_has_three_digits(make: Make) -> None:
    for trace in make(4, 0.3).data:
        if trace.hovertemplate and trace.type != "heatmap" and ":" in trace.hovertemplate:
            assert ".3" in trace.hovertemplate or ":," in trace.hovertemplate


def test_pictures_are_saved_as_svg_and_nothing_is_sent_anywhere() -> None:
    assert CONFIG["toImageButtonOptions"]["format"] == "svg"
    assert CONFIG["displaylogo"] is CONFIG["showSendToCloud"] is False
    assert CONFIG["plotlyServerURL"] == ""


@pytest.mark.parametrize("name", MODULES)
def test_figures_take_plain_arrays_and_know_no_page(name: str) -> None:
    tree = ast.parse((FOLDER / f"{name}.py").read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        imported = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            imported = [node.module or ""]
        for module in imported:
            assert module.split(".")[0] not in {"streamlit", "streamlit_folium", "core", "analysis"}
            assert not module.startswith("app.") or module.startswith("app.figures")


@pytest.mark.parametrize("name", MODULES)
def test_examples_are_true(name: str) -> None:
    assert doctest.testmod(importlib.import_module(f"app.figures.{name}")).failed == 0
