"""A matrix from elsewhere in the app: uploaded, seen on every page, and honest where a forecast would be."""

import io
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from app import store
from app.reading.matrices import ORIGINS, sums_sentence
from core.run import Run
from tests.app.conftest import MATRIX_PAGES, PAGES, Recipe, figures, made_matrix, opened, turned, unfolded, words

ONE_WAY = np.triu(np.arange(1.0, 26).reshape(5, 5), k=1)  # receivers hear what comes behind them


def npy(array: np.ndarray) -> bytes:
    content = io.BytesIO()
    np.save(content, array)
    return content.getvalue()


def upload(name: str, content: bytes, **others: bytes) -> AppTest:
    """The page after an upload; ``sensors`` and ``roads`` are the two files that may come with it."""
    app = turned(opened(), "matrix_alone")
    by_key = {each.key: each for each in app.file_uploader}
    by_key["matrix file"].upload(name, content)
    for kind, inside in others.items():
        by_key[f"{kind} file"].upload(f"{kind}.csv", inside, "text/csv")
    return app.run()


def pressed(app: AppTest) -> AppTest:
    return next(button for button in app.button if button.key == "open matrix").click().run()


@pytest.fixture
def matrix(own_runs: Path) -> Path:
    return made_matrix(own_runs / "wavenet")


@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens_on_a_matrix_alone(matrix: Path, page: str) -> None:
    app = opened(page, run="wavenet")
    assert not app.exception
    assert not unfolded(app).exception


@pytest.mark.parametrize("page", [*MATRIX_PAGES, "overview"])
@pytest.mark.parametrize("bare", [True, False])
def test_pages_of_the_matrix_answer_with_or_without_roads_and_places(own_runs: Path, page: str, bare: bool) -> None:
    made_matrix(own_runs / "m", coordinates=not bare, roads=not bare, groups=not bare, heads=2)
    app = opened(page, run="m", head="adp 2")
    assert not app.exception
    assert "nan" not in words(app).replace("nan,", "")
    assert any(len(text.value) > 20 for text in app.markdown if text.value.startswith("####"))


def test_the_overview_claims_no_model_and_shows_what_there_is(matrix: Path) -> None:
    said = words(unfolded(opened(run="wavenet")))
    assert "Graph WaveNet is a matrix alone: 24 sensors, 1 head, and no model" in said.replace("**", "")
    assert "taken as receivers" in said
    assert "nothing was trained here, and there are no forecasts" in said
    assert "Source: made by hand" in said
    assert "Adp 1" in said
    for claim in ("absolute error", "clean", "epoch", "mph", "km/h", "minutes"):
        assert claim not in said, claim


def test_the_page_on_forecasts_says_why_there_is_none_and_offers_runs_that_have_one(
    matrix: Path, make: Recipe
) -> None:
    make("ring")
    app = opened("forecast", run="wavenet")
    assert "Graph WaveNet is a matrix alone: it came without a model, so there is no forecast" in words(app)
    assert not figures(app)
    offered = [button for button in app.button if button.key and button.key.startswith("open ")]
    assert [button.key for button in offered] == ["open ring"]
    assert figures(offered[0].click().run())


def test_a_matrix_is_told_from_models_where_runs_are_listed(matrix: Path, make: Recipe) -> None:
    make("control", model="gru", heads=0)
    entries = {entry.key: entry for entry in store.runs()}
    entry = entries["wavenet"]
    assert (entry.kind, entry.model, entry.protocol, entry.inputs, entry.horizon) == ("matrix", "", "", 0, 0)
    assert entry.label == "wavenet · Graph WaveNet, matrix alone"
    assert entry.heads == ("adp 1",)
    assert entries["control"].kind == "model"
    assert store.control_of(entry, tuple(entries.values())) is None
    assert not store.load_run(entry.version).interaction.flags.writeable


def test_a_step_of_another_run_means_nothing_to_a_matrix(matrix: Path) -> None:
    app = opened(run="wavenet", step="3")
    assert not app.exception
    assert "step" not in app.query_params


def test_before_an_upload_the_page_says_what_to_do(own_runs: Path) -> None:
    app = turned(opened(), "matrix_alone")
    assert not app.exception
    assert "Choose a file" in words(app)
    said = words(unfolded(app))
    for origin in ORIGINS:
        assert f"{origin.name}: rows are {origin.rows}" in said.replace("**", "")


def test_an_uploaded_matrix_is_shown_then_opened_as_a_run(own_runs: Path) -> None:
    app = upload("my adp.npy", npy(ONE_WAY))
    assert not app.exception
    assert "5 sensors and 1 head, weights from 0 to 20.0" in words(app).replace("**", "")
    assert "preview" in {each["key"] for each in figures(app)}
    assert list(own_runs.iterdir()) == [], "a look keeps nothing"
    app.text_input(key="matrix title").set_value("Mine <b>")
    app.text_input(key="matrix source").set_value("a thesis")
    app = pressed(app)
    assert not app.exception
    assert app.title[0].value == "Whom does each sensor listen to?"
    run = Run.load(own_runs / "Mine -b")
    assert (run.kind, run.record["title"], run.source) == ("matrix", "Mine <b>", "a thesis")
    np.testing.assert_array_equal(run.interaction[0], ONE_WAY)
    assert app.query_params["run"] in ("Mine -b", ["Mine -b"])


def test_senders_in_rows_turn_the_matrix(own_runs: Path) -> None:
    app = upload("adp.npy", npy(ONE_WAY))
    app.radio[0].set_value(True).run()
    assert "rows were taken as senders, so it was transposed" in words(app)
    pressed(app)
    np.testing.assert_array_equal(Run.load(own_runs / "adp").interaction[0], ONE_WAY.T)


def test_a_second_of_the_same_name_gets_a_number(own_runs: Path) -> None:
    for _ in range(2):
        pressed(upload("adp.npy", npy(ONE_WAY)))
    assert sorted(path.name for path in own_runs.iterdir()) == ["adp", "adp-2"]


def test_sensors_and_roads_come_with_it(own_runs: Path) -> None:
    nodes = "id,latitude,longitude,group\n" + "".join(f"S{i},{48 + i},11,g{i % 2}\n" for i in range(5))
    app = upload("adp.npy", npy(ONE_WAY), sensors=nodes.encode(), roads=b"from,to,weight\nS0,S1,1\n")
    said = words(app)
    assert "5 sensors of 5 have a place on the map" in said
    assert "2 known groups" in said
    assert "A road graph came with it" in said
    pressed(app)
    assert Run.load(own_runs / "adp").has_coordinates


def test_every_fault_is_shown_with_file_row_and_column_and_nothing_is_kept(own_runs: Path) -> None:
    rows = [f"S{i},{','.join('x' if j == i else '1' for j in range(10))}" for i in range(10)]
    content = "\n".join([",".join(["", *(f"S{i}" for i in range(10))]), *rows]).encode()
    app = upload("ten.csv", content)
    assert "10 faults found" in words(app)
    frame = app.dataframe[0].value
    assert frame["file"].tolist() == ["ten.csv"] * 10
    assert frame["row"].tolist() == list(range(2, 12))
    assert frame["column"].tolist() == [f"S{i}" for i in range(10)]
    assert not [button for button in app.button if button.key == "open matrix"]
    assert list(own_runs.iterdir()) == []


@pytest.mark.parametrize("name", ["../../etc/passwd.npy", "..\\evil.npy", ".hidden.npy", "<b>x</b>.npy",
                                  "x" * 250 + ".npy"])  # fmt: skip
def test_the_name_of_an_upload_is_never_a_place(own_runs: Path, name: str) -> None:
    app = upload(name, npy(ONE_WAY))
    assert not app.exception
    pressed(app)
    (run,) = own_runs.iterdir()
    assert Run.load(run).dataset.endswith(".npy")
    assert "/" not in Run.load(run).dataset


def test_a_hostile_graph_is_refused_with_words(own_runs: Path) -> None:
    app = upload("g.graphml", b'<?xml version="1.0"?><!DOCTYPE g [<!ENTITY a "b">]><graphml>&a;</graphml>')
    assert "must have no document type and no entities" in app.dataframe[0].value["what is wrong"][0]


def test_a_file_of_one_cell_is_refused_with_words(own_runs: Path) -> None:
    app = upload("m.csv", b"x")
    assert not app.exception
    assert app.dataframe[0].value["what is wrong"].tolist() == ["must hold at least one row of weights, got none"]


def test_a_folder_that_cannot_be_written_is_said(own_runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = upload("adp.npy", npy(ONE_WAY))
    monkeypatch.setenv("TOPOLENS_RUNS", str(own_runs / "file"))
    (own_runs / "file").write_text("in the way")
    app = pressed(app)
    assert not app.exception
    assert "It could not be kept" in words(app)


@pytest.mark.parametrize(("turned_", "rows", "words_"), [
    (False, True, "Every row of the file sums to 1: taken this way, what each sensor hears adds up to 1"),
    (True, True, "Every row of the file sums to 1: taken this way, what is heard of each sensor adds up to 1"),
    (False, False, "Every column of the file sums to 1: taken this way, what is heard of each sensor adds up to 1"),
    (True, False, "Every column of the file sums to 1: taken this way, what each sensor hears adds up to 1"),
])  # fmt: skip
def test_the_hint_at_the_direction_speaks_of_the_file_as_it_is(turned_: bool, rows: bool, words_: str) -> None:
    file = np.random.default_rng(0).random((1, 6, 6))
    file = file / file.sum(axis=2 if rows else 1, keepdims=True)
    weights = file.transpose(0, 2, 1) if turned_ else file
    assert sums_sentence(weights, turned_).startswith(words_)


def test_there_is_no_hint_where_sums_say_nothing() -> None:
    assert sums_sentence(np.random.default_rng(0).random((2, 6, 6)), False) == ""
    assert sums_sentence(np.eye(6)[None], False) == ""
