"""What can be known of the image without building it: who serves, what is copied, and that its commands work."""

import fnmatch
import json
import os
import re
import shlex
import shutil
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def instructions() -> list[tuple[str, str]]:
    """The lines of the Dockerfile: instruction and the rest, without comments, with continued lines joined."""
    text = re.sub(r"^\s*#.*\n", "", (ROOT / "Dockerfile").read_text(), flags=re.MULTILINE)
    lines = re.sub(r"\\\n\s*", "", text).splitlines()
    return [(line.split(None, 1)[0], line.split(None, 1)[1]) for line in lines if line.strip()]


def all_of(name: str) -> list[str]:
    return [rest for instruction, rest in instructions() if instruction == name]


def copied() -> list[str]:
    return [source for rest in all_of("COPY") for source in rest.split()[:-1]]


def environment() -> dict[str, str]:
    return dict(pair.split("=", 1) for rest in all_of("ENV") for pair in shlex.split(rest))


def left_out(path: str) -> bool:
    """Whether .dockerignore keeps a path from the image: the last line that matches it or a folder above it decides."""
    above = [Path(path), *Path(path).parents]
    out = False
    for line in (ROOT / ".dockerignore").read_text().splitlines():
        pattern = line.strip().removeprefix("!")
        if pattern and not pattern.startswith("#"):
            names = {pattern, pattern.removeprefix("**/")}
            if any(fnmatch.fnmatchcase(str(one), name) for one in above for name in names if str(one) != "."):
                out = not line.startswith("!")
    return out


def test_the_base_is_pinned_and_slim() -> None:
    (base,) = all_of("FROM")
    assert re.fullmatch(r"python:3\.\d+\.\d+-slim-\w+", base)


def test_the_app_is_served_by_a_user_without_rights() -> None:
    names = [name for name, _ in instructions()]
    (user,) = all_of("USER")
    assert user not in ("root", "0")
    assert names.index("USER") < names.index("CMD")
    assert f"useradd --system --uid 10001 --create-home --home-dir /home/{user} {user}" in " ".join(all_of("RUN"))


def test_nothing_that_is_copied_is_missing_or_left_out() -> None:
    for source in copied():
        assert (ROOT / source).exists(), source
        assert not left_out(source), source


def test_everything_that_the_app_imports_is_copied() -> None:
    folders = {path.name for path in ROOT.iterdir() if (path / "__init__.py").exists()}
    assert folders - {"tests"} <= set(copied())


@pytest.mark.parametrize(
    "path",
    [".git/config", ".streamlit/secrets.toml", "app/secrets.toml", "runs/mine/run.json", "data/x/values.csv",
     "tests/conftest.py", "app/static/leaflet.js", "app/__pycache__/x.pyc", "app/views/__pycache__/y.pyc", ".venv/x"],
)  # fmt: skip
def test_secrets_data_and_leftovers_stay_out(path: str) -> None:
    assert left_out(path)


def test_settings_are_found_beside_the_script_too_so_that_the_working_directory_does_not_matter() -> None:
    link = ROOT / "app" / ".streamlit"
    assert link.is_symlink()
    assert str(link.readlink()) == "../.streamlit"
    assert not left_out("app/.streamlit")
    assert left_out("app/.streamlit/secrets.toml")


def test_requirements_are_installed_before_the_code_is_copied_and_leave_no_cache() -> None:
    lines = [f"{name} {rest}" for name, rest in instructions()]
    place = {text: next(k for k, line in enumerate(lines) if text in line) for text in ("pip install", "COPY app")}
    assert place["pip install"] < place["COPY app"]
    assert environment()["PIP_NO_CACHE_DIR"] == "1"
    assert set(lines[place["pip install"] - 1].split()[1:-1]) == {"requirements.txt", "requirements-login.txt"}
    assert "requirements-login.txt" in lines[place["pip install"]]


def test_requirements_of_the_login_are_pinned_and_hold_all_others() -> None:
    lines = [line for line in (ROOT / "requirements-login.txt").read_text().splitlines() if line[:1] not in ("#", "")]
    assert lines[0] == "-r requirements.txt"
    assert all(re.fullmatch(r"[A-Za-z-]+==[\d.]+", line) for line in lines[1:])
    assert any(line.startswith("Authlib==") for line in lines)


def test_runs_and_data_are_volumes_that_the_user_may_write() -> None:
    (volumes,) = map(json.loads, all_of("VOLUME"))
    assert volumes == [environment()["TOPOLENS_RUNS"], environment()["TOPOLENS_DATA"]]
    (user,) = all_of("USER")
    assert f"install --directory --owner {user} --group {user} {' '.join(volumes)}" in " ".join(all_of("RUN"))


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """What the image holds, as a folder in which nothing can be written, not even by its owner."""
    folder = tmp_path_factory.mktemp("image")
    for source in copied():
        place = folder / source
        if (ROOT / source).is_dir():
            shutil.copytree(ROOT / source, place, symlinks=True, ignore=shutil.ignore_patterns("__pycache__", "static"))
        else:
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / source, place)
    made = re.search(r'python -c "([^"]+)"', " ".join(all_of("RUN")))
    assert made
    subprocess.run([sys.executable, "-c", made[1]], cwd=folder, check=True)
    for path in [folder, *folder.rglob("*")]:
        path.chmod(stat.S_IMODE(path.stat().st_mode) & ~0o222)
    yield folder
    for path in [folder, *folder.rglob("*")]:
        path.chmod(stat.S_IMODE(path.stat().st_mode) | 0o200)


def served_as(image: Path, tmp_path: Path, command: list[str]) -> "subprocess.Popen[bytes]":
    """A command as it runs in the image: there, with its variables, and, if we are root, without root's rights."""
    own = {"TOPOLENS_RUNS": str(tmp_path / "runs"), "TOPOLENS_DATA": str(tmp_path / "data"), "HOME": str(tmp_path)}
    if os.geteuid() == 0:
        command = ["setpriv", "--bounding-set", "-all", "--inh-caps", "-all", *command]
    return subprocess.Popen(
        command, cwd=image, env={**os.environ, **environment(), **own}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )


def as_module(command: list[str]) -> list[str]:
    return [sys.executable, "-m", *command] if command[0] == "streamlit" else [sys.executable, *command[1:]]


def test_its_command_serves_without_writing_into_the_code_and_its_check_notices(image: Path, tmp_path: Path) -> None:
    if os.geteuid() == 0 and not shutil.which("setpriv"):
        pytest.skip("setpriv is needed to give up root's rights")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    (exposed,) = all_of("EXPOSE")
    command = [word.replace(exposed, port) for word in json.loads(all_of("CMD")[0])]
    check = [word.replace(exposed, port) for word in json.loads(all_of("HEALTHCHECK")[0].split("CMD ", 1)[1])]
    assert port in command
    assert f":{port}/_stcore/health'" in check[-1]  # any other address is answered with the app's page
    assert command[command.index("--server.address") + 1] == "0.0.0.0"
    assert subprocess.run(as_module(check), capture_output=True, check=False).returncode, "healthy before it served"
    server = served_as(image, tmp_path, as_module(command))
    try:
        for _ in range(300):
            if not subprocess.run(as_module(check), capture_output=True, check=False).returncode:
                break
            assert server.poll() is None, server.stdout and server.stdout.read().decode()
            time.sleep(0.1)
        else:
            raise AssertionError("the app did not answer")
    finally:
        server.terminate()
        server.communicate(timeout=20)


def test_its_first_page_opens_from_code_that_cannot_be_written(image: Path, tmp_path: Path) -> None:
    if os.geteuid() == 0 and not shutil.which("setpriv"):
        pytest.skip("setpriv is needed to give up root's rights")
    code = (
        "from streamlit.testing.v1 import AppTest; from app.views.plot import served\n"
        "app = AppTest.from_file('app/main.py', default_timeout=100).run()\n"
        "print([error.message for error in app.exception], app.title[0].value); served()\n"
        "open('app/written', 'w')"
    )
    ran = served_as(image, tmp_path, [sys.executable, "-c", code])
    said = ran.communicate(timeout=120)[0].decode()
    assert "[] What did the model learn, and what is it worth?" in said
    assert "PermissionError" in said.splitlines()[-1], "the code could be written, so this test shows nothing"
    assert "app/written" in said.splitlines()[-1], "the app itself wrote into the code"
