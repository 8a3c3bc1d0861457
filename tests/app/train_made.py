"""The page Train opened for a test, and what it may be asked."""

from streamlit.testing.v1 import AppTest

from tests.app.conftest import opened

QUESTION = "What will this training need, and how is it going?"


def page() -> AppTest:
    app = opened("train")
    assert not app.exception, [error.message for error in app.exception]
    assert app.title[0].value == QUESTION
    return app


def labels(app: AppTest) -> set[str]:
    return {button.label for button in app.button}
