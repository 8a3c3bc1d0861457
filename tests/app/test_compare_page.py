"""The page Compare on pairs of every kind: it answers what it can, and says why it cannot answer the rest."""

import base64
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from app.figures.colours import GAINED, KEPT, LOST
from app.views import matrices
from core.matrices import read, written
from tests.app.conftest import HOSTILE, N, Recipe, figures, opened, unfolded, words
from tests.app.test_compare_store import rewritten

QUESTION = "What differs between two runs?"
MATRIX_FIGURES = {"matrix A", "matrix B", "matrix difference", "spectra", "overlap"}
ERROR_FIGURES = {"both by horizon", "both by sensor"}


def alone(own_runs: Path, name: str = "alone") -> Path:
    """A matrix without a model, on the sensors of the made runs in another order."""
    folder = own_runs.parent / f"files of {name}"
    folder.mkdir()
    random = np.random.default_rng(0)
    np.save(folder / "a.npy", random.random((N, N)).astype(np.float32))
    names = [f"S{i:02d}" for i in random.permutation(N)]
    (folder / "nodes.csv").write_text("\n".join(["id", *names]) + "\n")
    return written(read(folder / "a.npy", sensors=folder / "nodes.csv"), own_runs / name).path


def keys(app: AppTest) -> set[str]:
    return {figure["key"] for figure in figures(app)}


def cells(figure: dict[str, Any]) -> np.ndarray:
    """The weights that a heatmap was sent."""
    return np.frombuffer(base64.b64decode(figure["data"][0]["z"]["bdata"]), dtype=np.float32).reshape(N, N)


def two(make: Recipe, **second: Any) -> AppTest:
    """A run 'one' beside a run 'two' that differs from it as told."""
    make("one")
    make("two", **second)
    return opened("compare", run="one", other="two")


def test_two_runs_on_the_same_data_are_compared_in_everything(make: Recipe) -> None:
    app = two(make, better=0.8, record={"seed": 7})
    assert not app.exception
    assert app.title[0].value == QUESTION
    assert app.markdown[0].value.startswith("#### The two agree on **100")
    assert keys(app) == MATRIX_FIGURES | ERROR_FIGURES
    assert len(app.get("component_instance")) == 4, "pairs, communities of both, errors"
    said = words(app)
    assert "A is one · intergat-plus, mean of heads; B is two · intergat-plus, mean of heads." in said.replace("**", "")
    assert "The two differ in nothing but the seed" in said
    assert "B is the better at 24 of 24 sensors" in said
    assert app.dataframe[0].value.to_numpy().tolist() == [["seed", "0", "7"]]
    unfolded(app)
    assert not app.exception
    assert len(app.get("download_button")) == len(app.dataframe) >= 4
    assert len(app.latex) >= 8


def test_matrices_stand_on_one_scale_and_swapping_the_runs_turns_the_difference(make: Recipe) -> None:
    make("one")
    make("two", seed=5)
    first = {figure["key"]: figure for figure in figures(opened("compare", run="one", other="two", head="head 3"))}
    second = {figure["key"]: figure for figure in figures(opened("compare", run="two", other="one", head="head 3"))}
    for name in ("zmin", "zmax", "colorscale"):
        assert first["matrix A"]["data"][0][name] == first["matrix B"]["data"][0][name]
    difference = first["matrix difference"]["data"][0]
    assert difference["zmin"] == -difference["zmax"]
    assert difference["zmax"] == pytest.approx(second["matrix difference"]["data"][0]["zmax"])
    for drawn in (first, second):
        np.testing.assert_allclose(
            cells(drawn["matrix difference"]), cells(drawn["matrix B"]) - cells(drawn["matrix A"]), atol=1e-6
        )
    between = ~np.eye(N, dtype=bool)  # the order of the sensors is that of A's communities: sums do not depend on it
    assert cells(first["matrix A"])[between].sum() == pytest.approx(cells(second["matrix B"])[between].sum(), rel=1e-5)
    assert cells(first["matrix A"])[between].sum() != pytest.approx(cells(first["matrix B"])[between].sum(), rel=1e-3)


def test_pairs_are_drawn_as_what_they_are_and_swapping_the_runs_swaps_gained_and_lost(
    make: Recipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[dict[str, Any]] = []
    monkeypatch.setattr(matrices, "draw_map", lambda page, key, **settings: drawn.append({"key": key, **settings}))
    make("one", matrix=np.arange(N * N).reshape(N, N))
    make("two", matrix=np.arange(N * N)[::-1].reshape(N, N))
    found = []
    for first, second in (("one", "two"), ("two", "one")):
        drawn.clear()
        opened("compare", run=first, other=second, share="0.1")
        (pairs,) = [one for one in drawn if one["key"] == "pairs map"]
        found.append({edges.name: edges for edges in pairs["edges"]})
    for one, other in (found, found[::-1]):
        assert one["in B alone"].pairs.tolist() == other["in A alone"].pairs.tolist() != []
    assert found[0]["in B alone"].pairs.min() == 0, "the weights of two are largest at the first sensors"
    assert found[0]["in A alone"].pairs.max() == N - 1
    assert {name: (edges.colour, edges.dashed) for name, edges in found[0].items()} == {
        "in both": (KEPT, False), "in B alone": (GAINED, False), "in A alone": (LOST, True),
    }  # fmt: skip


def test_without_a_second_run_two_heads_are_compared_and_the_nearest_runs_are_offered(make: Recipe) -> None:
    make("one")
    make("twin", record={"seed": 3})
    make("near", better=0.7)
    rewritten(make("far", sensors=5), data__sha256="f" * 64)
    make("failed", state="failed")
    app = opened("compare", run="one")
    assert keys(app) == MATRIX_FIGURES
    assert "B is the same run, head" in words(app).replace("**", "")
    assert "The mean of heads contains the other head" in words(app)
    assert "Which settings differ?" not in words(app)
    options = app.selectbox(key="control other").options
    assert options == [
        "the same run, another head",
        "twin · intergat-plus (differs in the seed only)",
        "near · intergat-plus (same data)",
        "far · intergat-plus (other sensors)",
    ]
    app.button(key="beside twin").click().run()
    assert app.query_params["other"] == "twin"
    assert "nothing but the seed" in words(app)


def test_the_second_head_is_the_matching_one_until_another_is_chosen(make: Recipe) -> None:
    make("one")
    make("two", seed=5)
    app = opened("compare", run="one", other="two", head="head 2")
    assert "head 2 of A goes with head 2" in words(app)
    assert app.selectbox(key="control other_head").options[0] == "the one that matches: head 2"
    app.selectbox(key="control other_head").set_value("head 1").run()
    assert app.query_params["other_head"] == "head 1"
    assert "goes with" not in words(app)
    assert "two · intergat-plus, head 1." in words(app)
    app.selectbox(key="control other").set_value("").run()
    assert "other_head" not in app.query_params, "a head of the run before means nothing in another"


def test_a_lone_run_says_how_to_get_a_second(make: Recipe) -> None:
    make("one", heads=1)
    app = opened("compare")
    assert "Nothing yet: choose a second run" in words(app)
    assert "There is no second run" in words(app)
    assert not figures(app)


def test_without_any_run_the_page_says_how_to_make_one(own_runs: Path) -> None:
    app = opened("compare")
    assert app.title[0].value == QUESTION
    assert "There is no run to look at" in words(app)


def test_a_model_without_heads_is_compared_in_its_errors(make: Recipe) -> None:
    tested = make("one") / "forecasts.safetensors"
    copied = make("two", heads=0, model="gru") / "forecasts.safetensors"
    copied.write_bytes(tested.read_bytes())
    app = opened("compare", run="one", other="two")
    assert keys(app) == ERROR_FIGURES
    assert "B (gru) lets no sensor listen to another, so there are no matrices to compare." in words(app)
    app = opened("compare", run="two", other="one")
    assert keys(app) == ERROR_FIGURES
    app = opened("compare", run="two")
    assert "gru has no heads to compare with each other" in words(app)


def test_other_data_on_the_same_sensors_are_compared_in_their_matrices(make: Recipe) -> None:
    make("one")
    rewritten(make("two", seed=2), data__sha256="f" * 64)
    app = opened("compare", run="one", other="two")
    assert keys(app) == MATRIX_FIGURES
    assert "Their errors cannot be compared: the two were trained on different data" in words(app)
    assert "sha256 of the data" in app.dataframe[0].value["setting"].tolist()


def test_other_sensors_are_compared_in_their_settings(make: Recipe) -> None:
    app = two(make, sensors=12)
    assert not app.exception
    assert not figures(app)
    said = words(app)
    assert "Little can be compared" in said
    assert "A has 24 sensors and B 12, and they are not the same ones" in said
    assert "Their errors cannot be compared" in said


def test_a_matrix_alone_is_compared_with_a_model_by_the_ids_of_its_sensors(make: Recipe, own_runs: Path) -> None:
    make("one")
    alone(own_runs)
    for first, second in (("one", "alone"), ("alone", "one")):
        app = unfolded(opened("compare", run=first, other=second))
        assert not app.exception
        assert keys(app) == MATRIX_FIGURES
        assert "a matrix alone has no forecast" in words(app)
        assert app.get("button_group")[0].value == "mean", "nobody knows on which scale a matrix from elsewhere is"
        assert "divided by the mean size" in words(app)
    alone(own_runs, "second")
    app = opened("compare", run="alone", other="second")
    assert app.markdown[0].value.startswith("#### The two agree on **100")


def test_protocols_that_differ_are_not_compared_in_errors_and_both_are_marked(make: Recipe) -> None:
    app = two(make, protocol="published")
    assert "different protocols" in words(app)
    assert "B: Protocol published: optimistic" in words(app)
    app = opened("compare", run="two", other="one")
    assert "Protocol published: optimistic" in words(app)


@pytest.mark.parametrize("state", ["training", "stopped", "failed"])
def test_a_second_run_that_is_not_done_says_why(make: Recipe, state: str) -> None:
    app = two(make, state=state)
    assert not app.exception
    assert "The second run cannot be opened." in words(app)
    assert "--resume" in words(app)


def test_a_second_run_that_was_deleted_is_let_go(make: Recipe) -> None:
    import shutil

    app = two(make)
    shutil.rmtree(make("two"))
    app.run()
    assert not app.exception
    assert "other" not in app.query_params


@pytest.mark.parametrize(
    "settings",
    [
        {"sensors": 1}, {"sensors": 2}, {"matrix": 0.0}, {"matrix": 1.0}, {"matrix": -0.5}, {"coordinates": False},
        {"roads": False}, {"groups": False, "truth": False}, {"steps": 1, "interval": 1440}, {"protocol": "published"},
        {"hostile": True},
    ],
    ids=str,
)  # fmt: skip
def test_odd_runs_are_compared_with_their_like_without_breaking(make: Recipe, settings: dict[str, Any]) -> None:
    make("one", **settings)
    make("two", **settings, better=0.9, record={"seed": 1, "title": HOSTILE[0] + HOSTILE[7]})
    app = unfolded(opened("compare", run="one", other="two", head="head 2"))
    assert not app.exception, [error.message for error in app.exception]
    assert keys(app) == MATRIX_FIGURES | ERROR_FIGURES
    for element in (*app.markdown, *app.caption, *app.info):
        assert not element.proto.allow_html
        bare = re.sub(r"\\.|(`+).*?\1", "", element.value)  # without code and what is escaped
        for part in ("<img", "](javascript", "**bold**", "window.hit"):
            assert part not in bare, element.value


def test_moved_sensors_are_drawn_in_the_colour_of_their_new_community(
    make: Recipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: dict[str, dict[str, Any]] = {}
    monkeypatch.setattr(matrices, "draw_map", lambda page, key, **settings: drawn.update({key: settings}))
    make("one")
    district = np.arange(N) * 4 // N
    district[5] = 3  # sensor S05 of the first district moves to the last
    make("two", heads=1, matrix=(district[:, None] == district) * 1.0)
    app = opened("compare", run="one", other="two", head="head 2", other_head="head 1", method="spectral", count="4")
    first, second = drawn["communities A"]["colours"], drawn["communities B"]["colours"]
    assert [k for k in range(N) if first[k] != second[k]] == [5]
    assert second[5] == first[23], "one colour is the matched community in both"
    assert "moved" in drawn["communities B"]["tooltips"][5]
    assert "1 of 24 sensors is in another one" in words(app)
    names = {edges.name: (edges.colour, len(edges.pairs)) for edges in drawn["pairs map"]["edges"]}
    assert set(names) == {"in both", "in B alone", "in A alone"}
    assert len({colour for colour, _ in names.values()}) == 3
    assert drawn["communities A"]["numbers"] is None
    opened("compare", run="one", other="two", head="head 3", other_head="head 1", method="spectral", count="9")
    assert len(set(drawn["communities A"]["numbers"])) == 9, "past the palette, colour and number"


def test_the_time_ahead_that_is_chosen_is_the_one_that_is_compared(make: Recipe) -> None:
    make("one")
    make("two", better=0.9)
    app = opened("compare", run="one", other="two", step="2")
    assert "At 30 minutes ahead, A is off by" in words(app)
    shorter = make("short", steps=2)
    assert shorter.exists()
    app = opened("compare", run="one", other="short", step="4")
    assert not app.exception


def test_a_chosen_pair_is_told_in_both_and_a_click_on_a_sensor_chooses_it(make: Recipe) -> None:
    make("one")
    make("two", seed=4)
    app = opened("compare", run="one", other="two", pair=["S03", "S04"], sensor=["S03", "S04"])
    assert "with which `S03` uses `S04`, is" in words(app)
    assert "in B." in words(app)
