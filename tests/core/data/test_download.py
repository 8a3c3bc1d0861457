"""Files are fetched whole and checked, or not at all. Every transfer here is from a server on this machine."""

import gzip
import hashlib
import logging
import re
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pooch
import pytest

from core.data import DATASETS
from core.data.download import GITHUB, SOURCES, DownloadError, Source, fetch, is_published

BODY = b"0,1\n1,0\n" * 1000
COMMIT = "owner/repository/" + "0" * 40
ONE = Source("one.csv", f"{COMMIT}/data/one.csv", len(BODY), hashlib.sha256(BODY).hexdigest())
TWO = Source("two.csv", f"{COMMIT}/data/two.csv", len(BODY) + 1, hashlib.sha256(BODY + b"2").hexdigest())


@dataclass
class Answer:
    """What the server says to one path."""

    body: bytes
    status: int = 200
    length: int | None = None  # as the header claims, that of the body if not given
    wait: threading.Event | None = None  # before the body
    encoding: str = "identity"


@dataclass
class Server:
    address: str
    answers: dict[str, Answer]
    asked: list[str] = field(default_factory=list)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A server that serves both sources as published; its answers can be changed."""
    answers = {f"/{ONE.path}": Answer(BODY), f"/{TWO.path}": Answer(BODY + b"2")}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            state.asked.append(self.path)
            answer = state.answers.get(self.path, Answer(b"no such file", status=404))
            self.send_response(answer.status)
            self.send_header("Content-Length", str(len(answer.body) if answer.length is None else answer.length))
            self.send_header("Content-Encoding", answer.encoding)
            self.end_headers()
            if answer.wait is not None:
                answer.wait.wait(10)
            self.wfile.write(answer.body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        state = Server(f"http://127.0.0.1:{listening.server_port}", answers)
        thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        monkeypatch.setitem(SOURCES, "los-loop", (ONE, TWO))
        yield state
        listening.shutdown()
        thread.join()


def refused(server: Server, root: Path) -> str:
    """Fetch what cannot be had, and give the sentence that says why; it must be one line with its cause."""
    with pytest.raises(DownloadError) as caught:
        fetch("los-loop", root, server.address, progress=False)
    assert caught.value.__cause__ is not None
    sentence = str(caught.value)
    assert len(sentence.splitlines()) == 1
    return sentence


def files(root: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (root / "los-loop").glob("*")}


def test_the_files_come_whole_under_their_names(server: Server, tmp_path: Path) -> None:
    paths = fetch("los-loop", tmp_path, server.address, progress=False)
    assert paths == [tmp_path / "los-loop" / "one.csv", tmp_path / "los-loop" / "two.csv"]
    assert files(tmp_path) == {"one.csv": BODY, "two.csv": BODY + b"2"}
    assert server.asked == [f"/{ONE.path}", f"/{TWO.path}"]
    assert is_published(paths[0], ONE)
    assert not is_published(paths[0], TWO)
    assert not is_published(tmp_path / "nowhere", ONE)


def test_a_mirror_may_serve_the_files_under_a_path_of_its_own(server: Server, tmp_path: Path) -> None:
    server.answers = {f"/a/b{path}": answer for path, answer in server.answers.items()}
    fetch("los-loop", tmp_path, server.address + "/a/b/", progress=False)
    assert server.asked == [f"/a/b/{ONE.path}", f"/a/b/{TWO.path}"]


def test_without_a_root_the_files_go_where_the_readers_look(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOPOLENS_DATA", str(tmp_path))
    fetch("los-loop", mirror=server.address, progress=False)
    assert files(tmp_path) == {"one.csv": BODY, "two.csv": BODY + b"2"}


def test_what_is_there_already_is_not_fetched_again(server: Server, tmp_path: Path) -> None:
    fetch("los-loop", tmp_path, server.address, progress=False)
    server.asked.clear()
    fetch("los-loop", tmp_path, server.address, progress=False)
    assert server.asked == []


def test_a_file_with_another_hash_is_replaced_and_the_log_says_so(
    server: Server, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    fetch("los-loop", tmp_path, server.address, progress=False)
    (tmp_path / "los-loop" / "one.csv").write_bytes(b"mine")
    server.asked.clear()
    with caplog.at_level(logging.WARNING):
        fetch("los-loop", tmp_path, server.address, progress=False)
    assert "one.csv is not the published file (its sha256 differs): it is fetched again" in caplog.text
    assert server.asked == [f"/{ONE.path}"]
    assert files(tmp_path)["one.csv"] == BODY


def test_a_file_with_another_hash_stays_where_no_better_one_can_be_had(
    server: Server, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "los-loop").mkdir()
    (tmp_path / "los-loop" / "one.csv").write_bytes(b"mine")
    server.answers.clear()
    refused(server, tmp_path)
    assert files(tmp_path) == {"one.csv": b"mine"}
    assert "not the published file" in caplog.text


BROKEN: dict[str, tuple[Answer, str]] = {
    "truncated, with its true length": (Answer(BODY[:-100], length=len(BODY)), "broke off before the file was whole"),
    "truncated, with a length that fits": (Answer(BODY[:-100]), "is not the published file (its sha256 differs)"),
    "altered": (Answer(BODY[:-2] + b"1\n"), "is not the published file (its sha256 differs), so it was thrown away"),
    "of another encoding": (Answer(BODY.decode().encode("utf-16")), "is not the published file"),
    "empty": (Answer(b""), "is not the published file"),
    "not found": (Answer(b"404: Not Found", status=404), "the server answered 404"),
    "server error": (Answer(b"oops", status=503), "the server answered 503"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_file_that_is_not_whole_and_right_is_one_sentence_and_leaves_nothing(
    server: Server, tmp_path: Path, case: str
) -> None:
    server.answers[f"/{ONE.path}"], expected = BROKEN[case]
    sentence = refused(server, tmp_path)
    assert sentence.startswith(f"one.csv could not be fetched from {server.address}/{ONE.path}: ")
    assert expected in sentence
    assert files(tmp_path) == {}


def test_files_that_came_before_a_broken_one_stay(server: Server, tmp_path: Path) -> None:
    server.answers[f"/{TWO.path}"] = Answer(BODY)
    assert refused(server, tmp_path).startswith("two.csv could not be fetched")
    assert files(tmp_path) == {"one.csv": BODY}


def test_no_server_is_one_sentence(server: Server, tmp_path: Path) -> None:
    with socket.socket() as taken:  # bound but not listening: a connection is refused
        taken.bind(("127.0.0.1", 0))
        server.address = f"http://127.0.0.1:{taken.getsockname()[1]}"
        assert refused(server, tmp_path).endswith(": there is no connection to the server")
    assert files(tmp_path) == {}


def test_a_server_that_falls_silent_is_one_sentence(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.data.download.SECONDS", (5.0, 0.1))
    silence = threading.Event()
    server.answers[f"/{ONE.path}"] = Answer(BODY, wait=silence)
    sentence = refused(server, tmp_path)
    silence.set()
    assert sentence.endswith(": the server did not answer in time")
    assert files(tmp_path) == {}


def test_a_folder_that_cannot_be_made_is_one_sentence(server: Server, tmp_path: Path) -> None:
    (tmp_path / "los-loop").write_text("a file where the folder should be")
    assert "it could not be stored (" in refused(server, tmp_path)


def test_an_interrupted_download_leaves_nothing(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(_: object, url: str, output_file: str, pooch: object) -> None:
        Path(output_file).write_bytes(BODY[:10])
        raise KeyboardInterrupt

    monkeypatch.setattr(pooch.HTTPDownloader, "__call__", interrupted)
    with pytest.raises(KeyboardInterrupt):
        fetch("los-loop", tmp_path, server.address, progress=False)
    assert files(tmp_path) == {}


@pytest.mark.parametrize("progress", [True, False])
def test_the_progress_bar_is_all_that_is_said(
    server: Server,
    tmp_path: Path,
    progress: bool,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said: list[logging.LogRecord] = []
    monkeypatch.setattr(pooch.get_logger(), "handle", said.append)
    level = pooch.get_logger().level
    fetch("los-loop", tmp_path, server.address, progress=progress)
    out, err = capfd.readouterr()
    assert (out, said, pooch.get_logger().level) == ("", [], level)
    assert ("one.csv: 100%" in err) is progress
    assert ("8.00k/8.00k" in err) is progress
    fetch("los-loop", tmp_path, server.address, progress=progress)
    assert capfd.readouterr().err == ""  # nothing was fetched


def test_no_bar_is_drawn_for_what_never_comes_and_a_broken_one_ends_its_line(
    server: Server, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    server.answers[f"/{ONE.path}"] = Answer(b"", status=404)
    with pytest.raises(DownloadError):
        fetch("los-loop", tmp_path, server.address)
    assert capfd.readouterr().err == ""
    server.answers[f"/{ONE.path}"] = Answer(BODY[: len(BODY) // 2], length=len(BODY))
    with pytest.raises(DownloadError):
        fetch("los-loop", tmp_path, server.address)
    err = capfd.readouterr().err
    assert err.endswith("\n")
    assert "100%" not in err


def test_the_bar_measures_a_compressed_transfer_by_the_size_of_the_file(
    server: Server, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    server.answers[f"/{ONE.path}"] = Answer(gzip.compress(BODY), encoding="gzip")
    fetch("los-loop", tmp_path, server.address)
    assert files(tmp_path)["one.csv"] == BODY
    assert "one.csv: 100%" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: fetch("metr-la"), "data set must be one of los-loop, sz-taxi, pemsd7m, got 'metr-la'"),
        (lambda: fetch("city"), "got 'city': it is made by code, so there is nothing to fetch"),
        (lambda: fetch("los-loop", mirror="/tmp"), "mirror must be an http or https address, got '/tmp'"),
        (lambda: fetch("los-loop", mirror="ftp://host/x"), "mirror must be an http or https address, got 'ftp:"),
    ],
)
def test_what_cannot_be_fetched_is_refused(call: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        call()


def test_every_published_data_set_is_pinned_to_a_commit_and_a_hash() -> None:
    assert set(SOURCES) == set(DATASETS) - {"city"}
    assert GITHUB.startswith("https://")
    for sources in SOURCES.values():
        for source in sources:
            assert re.fullmatch(r"[\w-]+/[\w-]+/[0-9a-f]{40}/[\w/]+\.csv", source.path)
            assert re.fullmatch(r"[0-9a-f]{64}", source.sha256)


@pytest.mark.real_data
@pytest.mark.parametrize("name", SOURCES)
def test_the_hashes_are_those_of_the_real_files(name: str, published: Path) -> None:
    there = [source for source in SOURCES[name] if (published / name / source.file).exists()]
    assert len(there) >= 2
    for source in there:
        assert is_published(published / name / source.file, source), source.file
        assert (published / name / source.file).stat().st_size == source.size
