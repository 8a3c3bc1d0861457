"""A login before anything is shown, where the app is set up with one; without, nobody notices this module.

The login itself is Streamlit's (OpenID Connect): a section ``[auth]`` in ``.streamlit/secrets.toml`` turns it on. Who
may come in is decided by the provider, and, where anybody can have an account there, by ``[door]``::

    [door]
    allow = ["ann@example.org", "@example.com"]      # addresses, or whole domains

What is unclear keeps the door shut: a secrets file that cannot be read, a section without a provider, a list of who may
come in without a login.

Streamlit looks for its files where it was started and beside ``app/main.py``. There ``app/.streamlit`` is a link to the
project's, so that they are found wherever the app is started from. Where that link was lost on the way, the door is
shut too: without those files the app would answer every machine, and ask nobody who they are.
"""

import os
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.errors import StreamlitAuthError

from app.reading.words import plain

OWN = Path(__file__).resolve().parents[2] / ".streamlit"
_SHUT = "The login of this app is not set up as it must be, so it stays shut. {}"


def door() -> None:
    """Ask for a login and end the page, unless there is nothing to ask for or somebody has logged in."""
    _require_own_files()
    auth = _section("auth")
    if auth is None:
        if _section("door") is not None:  # a list of who may come in, and nobody is asked who they are
            _shut("The section door needs a section auth beside it.")
        return
    if st.user.get("is_logged_in") is not True:
        _ask(auth)
    elif (allowed := _allowed()) is not None and not _welcome(allowed):
        st.title("You are logged in, but not let in.", anchor=False)
        st.markdown(f"This app is open to others than {_who()}. Ask those who run it, or log in as somebody else.")
        st.button("Log out", icon=":material/logout:", on_click=st.logout, key="log out")
    else:
        return
    st.stop()


def way_out() -> None:
    """Who is logged in, and a way to log out, at the end of the sidebar; nothing where nobody had to log in."""
    if st.user.get("is_logged_in") is True:
        with st.sidebar:
            st.caption(f"Logged in as {_who()}")
            st.button("Log out", icon=":material/logout:", on_click=st.logout, key="log out")


def _require_own_files() -> None:
    """Shut the door where the project's secrets or settings were not found, which only the place of start decides."""
    secrets = OWN / "secrets.toml"
    if os.path.lexists(secrets) and not any(_same(secrets, Path(path)) for path in st.get_option("secrets.files")):
        _shut(
            "Its secrets.toml lies in the project's folder .streamlit and was not read: start the app in the project's "
            "folder, or with --secrets.files and the whole path of that file."
        )
    if not st.get_option("server.address"):
        _shut(
            "Start it in the project's folder, or say with --server.address which machines it is to answer.",
            "The project's settings, .streamlit/config.toml, were not read, so this app would answer every machine. "
            "It stays shut. {}",
        )


def _same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:  # one of them is not there, or nobody may look
        return False


def _ask(auth: Mapping[str, Any]) -> None:
    st.title("Who are you?", anchor=False)
    names = [name for name, of in auth.items() if isinstance(of, Mapping) and "client_id" in of]
    providers = [None] * ("client_id" in auth) + sorted(names)
    if not providers:
        _shut("The section auth names no provider: client_id, client_secret and server_metadata_url are needed.")
    if find_spec("authlib") is None:
        _shut("It needs the package Authlib: pip install -r requirements-login.txt.")
    st.markdown("This app is shown to those who log in. You come back to its first page.")
    for provider in providers:
        label = f"Log in with {plain(provider)}" if provider else "Log in"
        if st.button(label, icon=":material/login:", key=f"log in {provider or ''}"):
            try:
                st.login(provider)
            except StreamlitAuthError as error:
                _shut(plain(str(error), 300))


def _section(name: str) -> Mapping[str, Any] | None:
    """A section of the secrets; None without one. A file that is there and cannot be read shuts the door."""
    if not st.secrets.load_if_toml_exists():
        if any(Path(path).exists() for path in st.get_option("secrets.files")):
            _shut("The file of secrets cannot be read; what is wrong with it stands in the log.")
        return None
    section = st.secrets.get(name)
    if section is not None and not isinstance(section, Mapping):
        _shut(f"In the secrets, {name} must be a section.")
    return section


def _allowed() -> Sequence[str] | None:
    """Who is let in, by address; None where the provider decides alone."""
    section = _section("door")
    if section is None:
        return None
    allow = section.get("allow")
    if not isinstance(allow, list) or not all(isinstance(one, str) for one in allow):
        _shut("In the section door, allow must be a list of addresses.")
        return []
    return [one.strip().casefold() for one in allow]


def _welcome(allowed: Sequence[str]) -> bool:
    """Whether the address of who logged in is allowed, and the provider vouches for it."""
    address = st.user.get("email")
    if not isinstance(address, str) or st.user.get("email_verified") is not True:
        return False
    address = address.strip().casefold()
    return address in allowed or f"@{address.rpartition('@')[2]}" in allowed


def _who() -> str:
    return plain(str(st.user.get("email") or st.user.get("name") or "a person without a name"), 80)


def _shut(why: str, shut: str = _SHUT) -> None:
    st.error(shut.format(why), icon=":material/lock:")
    st.stop()
