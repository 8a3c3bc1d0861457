"""Where a login is set up, nothing is shown and nothing read before it; where none is, nobody notices."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.errors import StreamlitAuthError
from streamlit.testing.v1 import AppTest

from app import store
from app.views import door
from tests.app.conftest import QUESTIONS, ROOT, Recipe, words

PROVIDER = {"client_id": "x", "client_secret": "hush", "server_metadata_url": "https://example.org/.well-known"}
AUTH = {"redirect_uri": "http://localhost:8501/oauth2callback", "cookie_secret": "hush", **PROVIDER}
ANN = {"is_logged_in": True, "email": "Ann@example.org", "email_verified": True}


@pytest.fixture
def read(make: Recipe, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was read of runs; there is one to read."""
    make()
    seen: list[str] = []
    for name in ("runs", "load_run"):
        kept = getattr(store, name)
        monkeypatch.setattr(store, name, lambda *of, _name=name, _kept=kept: (seen.append(_name), _kept(*of))[1])
    monkeypatch.setattr(door, "find_spec", lambda name: object())  # Authlib is an extra: it need not be installed
    return seen


def at_the_door(secrets: dict[str, Any], user: dict[str, Any] | None = None, **query: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "app" / "main.py"), default_timeout=60)
    app.secrets.update(secrets)
    app.user = user or {}
    app.query_params.update(query)
    return app.run()


def test_without_a_login_set_up_the_page_opens_and_nothing_is_said_of_one(read: list[str]) -> None:
    app = at_the_door({})
    assert app.title[0].value == QUESTIONS["overview"]
    assert "Log" not in "".join(button.label for button in app.button)
    assert read


def test_secrets_that_are_about_something_else_ask_for_no_login(read: list[str]) -> None:
    assert at_the_door({"mail": {"host": "x"}}).title[0].value == QUESTIONS["overview"]


@pytest.mark.parametrize("user", [{}, {"is_logged_in": False}, {"is_logged_in": "yes", "email": "ann@example.org"}])
def test_with_a_login_set_up_nothing_is_read_before_it(read: list[str], user: dict[str, Any]) -> None:
    app = at_the_door({"auth": AUTH}, user, run="ring")
    assert app.title[0].value == "Who are you?"
    assert [button.label for button in app.button] == ["Log in"]
    assert not app.selectbox
    assert read == []
    assert "hush" not in words(app)


def test_who_has_logged_in_sees_the_page_and_a_way_out(read: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    left: list[bool] = []
    monkeypatch.setattr(st, "logout", lambda: left.append(True))
    app = at_the_door({"auth": AUTH}, ANN)
    assert app.title[0].value == QUESTIONS["overview"]
    assert "Logged in as Ann@example.org" in words(app)
    app.button("log out").click().run()
    assert left


def test_each_provider_has_a_button_of_its_own(read: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str | None] = []
    monkeypatch.setattr(st, "login", asked.append)
    shared = {"redirect_uri": "x", "cookie_secret": "y"}
    app = at_the_door({"auth": {**shared, "okta": PROVIDER, "client_kwargs": {"prompt": "login"}, "google": PROVIDER}})
    assert [button.label for button in app.button] == ["Log in with google", "Log in with okta"]
    app.button[1].click().run()
    assert asked == ["okta"]
    assert read == []


def test_a_login_that_the_provider_refuses_is_said(read: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(provider: str | None) -> None:
        raise StreamlitAuthError("no server_metadata_url")

    monkeypatch.setattr(st, "login", refused)
    app = at_the_door({"auth": AUTH})
    app.button[0].click().run()
    assert "no server_metadata_url" in words(app)
    assert not app.exception
    assert read == []


@pytest.mark.parametrize(
    ("secrets", "said"),
    [
        ({"auth": {}}, "names no provider"),
        ({"auth": {"cookie_secret": "hush"}}, "names no provider"),
        ({"auth": "on"}, "auth must be a section"),
    ],
)
def test_a_login_that_is_half_set_up_keeps_the_door_shut(read: list[str], secrets: dict[str, Any], said: str) -> None:
    app = at_the_door(secrets)
    assert said in words(app)
    assert not app.button
    assert read == []


def test_a_missing_package_keeps_the_door_shut_and_is_named(read: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "find_spec", lambda name: None)
    app = at_the_door({"auth": AUTH})
    assert "pip install -r requirements-login.txt" in words(app)
    assert not app.button
    assert read == []


def test_secrets_that_cannot_be_read_keep_the_door_shut(read: list[str], tmp_path: Path) -> None:
    broken = tmp_path / "secrets.toml"
    broken.write_text("[auth\nclient_id = 1")
    before = st.get_option("secrets.files")
    st.config.set_option("secrets.files", [str(broken)])
    try:
        app = at_the_door({})
    finally:
        st.config.set_option("secrets.files", before)
    assert "cannot be read" in words(app)
    assert read == []


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the project's own files, with a login set up that Streamlit has not found."""
    monkeypatch.setattr(door, "OWN", tmp_path / "project")
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "secrets.toml").write_text("[auth]\n")
    return tmp_path / "project"


def test_secrets_of_the_project_that_were_not_found_keep_the_door_shut(read: list[str], project: Path) -> None:
    app = at_the_door({})
    assert "was not read: start the app in the project" in words(app)
    assert len(app.title) == 0
    assert read == []
    (project / "secrets.toml").unlink()
    (project / "secrets.toml").symlink_to("nowhere")  # what nobody can read may set up a login as well
    assert "was not read" in words(at_the_door({}))
    assert read == []


def test_secrets_that_were_found_by_another_path_are_the_same(read: list[str], project: Path, tmp_path: Path) -> None:
    (tmp_path / "beside").symlink_to("project")
    (project / "secrets.toml").write_text("[mail]\nhost = 'x'\n")
    before = st.get_option("secrets.files")
    st.config.set_option("secrets.files", [str(tmp_path / "beside" / "secrets.toml")])
    try:
        app = at_the_door({})
    finally:
        st.config.set_option("secrets.files", before)
    assert app.title[0].value == QUESTIONS["overview"]


def test_without_the_settings_of_the_project_the_door_is_shut(read: list[str]) -> None:
    before = st.get_option("server.address")
    assert before == "127.0.0.1"
    st.config.set_option("server.address", None)
    try:
        app = at_the_door({})
    finally:
        st.config.set_option("server.address", before)
    assert "say with --server.address which machines it is to answer" in words(app)
    assert len(app.title) == 0
    assert read == []


def said_from(folder: Path, root: Path) -> list[str]:
    """Where a server that is started in a folder would answer, and the secrets it would read."""
    code = (
        "from streamlit import config; import sys\n"
        "config._main_script_path = sys.argv[1]\n"  # as 'streamlit run' does it
        "print(config.get_option('server.address'), *config.get_option('secrets.files'), sep='\\n')"
    )
    command = [sys.executable, "-c", code, str(root / "app" / "main.py")]
    environment = {**os.environ, "HOME": str(folder)}
    ran = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=True)
    return ran.stdout.splitlines()


def test_settings_and_secrets_are_found_wherever_the_app_is_started(tmp_path: Path) -> None:
    address, *files = said_from(tmp_path, ROOT)
    assert address == "127.0.0.1"
    assert (ROOT / ".streamlit" / "secrets.toml").resolve() in [Path(file).resolve() for file in files]


@pytest.mark.parametrize("allow", [["ann@example.org"], ["bob@x.org", " @Example.org "]])
def test_who_is_on_the_list_is_let_in(read: list[str], allow: list[str]) -> None:
    assert at_the_door({"auth": AUTH, "door": {"allow": allow}}, ANN).title[0].value == QUESTIONS["overview"]


@pytest.mark.parametrize(
    ("allow", "user"),
    [
        ([], ANN),
        (["bob@example.org"], ANN),
        (["ann@example.org", "example.org"], {**ANN, "email": "joann@example.org"}),
        (["@example.org"], {**ANN, "email": "ann@example.org.evil.net"}),
        (["ann@example.org"], {**ANN, "email_verified": False}),
        (["ann@example.org"], {"is_logged_in": True, "email": "ann@example.org"}),
        (["ann@example.org"], {"is_logged_in": True, "name": "ann@example.org"}),
        (["@example.org"], {**ANN, "email": ["ann@example.org"]}),
    ],
)
def test_who_is_not_on_the_list_or_whose_address_nobody_vouches_for_stays_out(
    read: list[str], allow: list[str], user: dict[str, Any]
) -> None:
    app = at_the_door({"auth": AUTH, "door": {"allow": allow}}, user)
    assert app.title[0].value == "You are logged in, but not let in."
    assert [button.label for button in app.button] == ["Log out"]
    assert read == []


@pytest.mark.parametrize("section", [{"allow": "ann@example.org"}, {"allow": [1]}, {}, "ann@example.org"])
def test_a_list_that_is_none_keeps_the_door_shut(read: list[str], section: object) -> None:
    app = at_the_door({"auth": AUTH, "door": section}, ANN)
    assert "stays shut" in words(app)
    assert read == []


def test_a_name_from_the_provider_is_not_obeyed(read: list[str]) -> None:
    app = at_the_door({"auth": AUTH}, {"is_logged_in": True, "name": "**x** [link](https://example.org)"})
    (said,) = [caption.value for caption in app.caption if "Logged in as" in caption.value]
    assert "\\*\\*x" in said
    assert "[link](" not in said


def test_a_list_of_who_may_come_in_without_a_login_keeps_the_door_shut(read: list[str]) -> None:
    app = at_the_door({"door": {"allow": ["ann@example.org"]}, "Auth": AUTH})
    assert "needs a section auth" in words(app)
    assert read == []
