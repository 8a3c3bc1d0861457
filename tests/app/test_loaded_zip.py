"""The page Runs: a run loaded from a zip, and zips that are no run."""

import io
import zipfile
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.archive import packed
from tests.app.conftest import Recipe, opened, words


def loaded(app: AppTest, name: str, content: bytes) -> AppTest:
    app.file_uploader[0].set_value((name, content, "application/zip")).run()
    app.button(key="load zip").click().run()
    return app


def test_a_zip_becomes_a_run_that_equals_the_one_it_was_made_from(make: Recipe, own_runs: Path) -> None:
    content = packed(make("one"))
    app = loaded(opened("runs"), "one.zip", content)
    assert not app.exception
    assert app.selectbox(key="pick run").value == "one-2", "the name is taken, the next free one is offered"
    for file in (own_runs / "one").iterdir():
        assert (own_runs / "one-2" / file.name).read_bytes() == file.read_bytes()
    assert [toast.value for toast in app.toast] == ["Loaded `one-2`."]
    assert not app.text_input, "the field is empty again"


def hostile_zip(name: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr(name, "x")
    return content.getvalue()


@pytest.mark.parametrize(
    ("content", "words_of_it"),
    [
        (b"no zip at all", "must be a whole zip"),
        (hostile_zip("../../outside.txt"), "must hold"),
        (hostile_zip("run/evil.pickle"), "nothing else, got 'run/evil.pickle'"),
        (hostile_zip("run/progress.jsonl"), "must hold a run.json"),
        (hostile_zip("run/run.json"), "run.json"),
    ],
)
def test_a_zip_that_is_no_run_is_refused_with_words_and_leaves_nothing(
    make: Recipe, own_runs: Path, content: bytes, words_of_it: str
) -> None:
    make("one")
    app = loaded(opened("runs"), "evil.zip", content)
    assert not app.exception
    assert "The zip was not loaded." in words(app)
    assert words_of_it in words(app)
    assert [path.name for path in own_runs.iterdir()] == ["one"]
    assert sorted(path.name for path in own_runs.parent.iterdir() if path.suffix == ".txt") == []


def test_an_upload_with_a_hostile_name_gets_a_harmless_one(make: Recipe, own_runs: Path) -> None:
    content = packed(make("one"))
    app = loaded(opened("runs"), "../../<script>.zip", content)
    assert not app.exception
    assert sorted(path.name for path in own_runs.iterdir()) == ["one", "script"]
