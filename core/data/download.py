"""The published files, from their publishers: pinned to a commit, checked by sha256, whole or not at all."""

import logging
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pooch
from tqdm import tqdm

from core.data import data_root

GITHUB = "https://raw.githubusercontent.com"
SECONDS = (10.0, 60.0)  # to connect; between two pieces

T_GCN = "lehaifeng/T-GCN/219a2346f5bf68d54d91a948e7a41a08f9edc46b"
DCRNN = "liyaguang/DCRNN/602afd9d767d3aa1c9b3eac51710d6aeee12c227"
STGCN = "VeritasYin/STGCN_IJCAI-18/747007ab01d56762c1a6bad89b255700cedf204d"
PEMSD7 = "rezahabibi96/gnn/f527cdfba5912488e4c5ae111666c8e9cda9c8fa"

log = logging.getLogger(__name__)


class DownloadError(ValueError):
    """A published file that could not be had; the text is one sentence."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a file of a data set is published, and what it must be.

    Attributes
    ----------
    file : its name in the folder of the data set
    path : where it lies below ``GITHUB`` or a mirror: owner/repository/commit/path
    size : in bytes
    sha256 : of its bytes
    """

    file: str
    path: str
    size: int
    sha256: str


SOURCES: dict[str, tuple[Source, ...]] = {
    "los-loop": (
        Source(
            "los_speed.csv",
            f"{T_GCN}/data/los_speed.csv",
            3_402_125,
            "7b732d86ae32b2930595becba28aff39dacbfb2197e250fc0332e1744ce2cbf4",
        ),
        Source(
            "los_adj.csv",
            f"{T_GCN}/data/los_adj.csv",
            111_686,
            "7a6eb41e10677992b5af50f5ab187c6c05c5c3a92cb973950cfddbf857361e76",
        ),
        Source(
            "graph_sensor_locations.csv",
            f"{DCRNN}/data/sensor_graph/graph_sensor_locations.csv",
            6_341,
            "eb8ea96e07358b45d0e4ba3b89c2673fa20c54af50150249e627389e749ade6f",
        ),
    ),
    "sz-taxi": (
        Source(
            "sz_speed.csv",
            f"{T_GCN}/data/sz_speed.csv",
            5_318_636,
            "7f1b02a73c7ab2af75565e7922db246bed301da220121e02f324631ab263814e",
        ),
        Source(
            "sz_adj.csv",
            f"{T_GCN}/data/sz_adj.csv",
            48_672,
            "4e40e865b29d73df8404f6cc4c1a0c5ba55aa575aef97a4e9ce4fcd30aad16d6",
        ),
    ),
    "pemsd7m": (
        Source(
            "V_228.csv",
            f"{PEMSD7}/data/PEMSD7/PeMSD7_V_228.csv",
            72_230_400,
            "9731c9874a05b5ca88f482062760efb0cbf38816721969a072907fe381d6adb7",
        ),
        Source(
            "W_228.csv",
            f"{PEMSD7}/data/PEMSD7/PeMSD7_W_228.csv",
            1_299_600,
            "c558c602b7937fb3ecb3835938fe8f61a34efa4c51e0ae3f61ed93ecc680060e",
        ),
        Source(
            "PeMSD7_M_Station_Info.csv",
            f"{STGCN}/dataset/PeMSD7_M_Station_Info.csv",
            9_118,
            "5a9744215880f2ec1a5b3efdbd6ee662eb1533b9b3d68924d85f5e45c28a02fe",
        ),
    ),
}


def fetch(name: str, root: Path | None = None, mirror: str | None = None, progress: bool = True) -> list[Path]:
    """Fetch the published files of a data set into ``root/<name>``.

    A file that is there and has the right hash is not fetched again. One that has another hash is replaced, and a
    warning in the log says so. A file takes its name only after its hash was checked.

    Parameters
    ----------
    name : a key of ``SOURCES``
    root : folder of the data sets, ``core.data.data_root()`` if not given
    mirror : address, http or https, under which the same owner/repository/commit/path is served; GitHub's own
        if not given
    progress : whether to draw a progress bar on standard error

    Returns
    -------
    The files, in the order of ``SOURCES``.

    Raises
    ------
    DownloadError
        A file cannot be had, or is not what was published. Files fetched before it stay.
    ValueError
        No data set of this name is published, or ``mirror`` is no web address.
    """
    if name not in SOURCES:
        made = ": it is made by code, so there is nothing to fetch" if name == "city" else ""
        raise ValueError(f"data set must be one of {', '.join(SOURCES)}, got {name!r}{made}")
    base = (mirror or GITHUB).rstrip("/")
    if urlsplit(base).scheme not in {"http", "https"} or not urlsplit(base).netloc:
        raise ValueError(f"mirror must be an http or https address, got {mirror!r}")
    folder = (data_root() if root is None else root) / name
    return [_fetched(source, folder, base, progress) for source in SOURCES[name]]


def is_published(path: Path, source: Source) -> bool:
    """Whether the file at ``path`` is byte for byte what the source publishes."""
    return path.is_file() and pooch.file_hash(str(path)) == source.sha256


def _fetched(source: Source, folder: Path, base: str, progress: bool) -> Path:
    path, url = folder / source.file, f"{base}/{source.path}"
    try:
        if is_published(path, source):
            return path
        if path.exists():
            log.warning("%s is not the published file (its sha256 differs): it is fetched again", path)
        with _quiet(), _downloader(source, progress) as downloader:
            # to a temporary name beside it, then the hash, then its own name: a file is whole or not there
            pooch.retrieve(url, f"sha256:{source.sha256}", fname=source.file, path=folder, downloader=downloader)
    except (OSError, ValueError) as error:  # what requests raises is an OSError, a wrong hash a ValueError
        raise DownloadError(f"{source.file} could not be fetched from {url}: {_reason(error)}") from error
    return path


@contextmanager
def _downloader(source: Source, progress: bool) -> Iterator[pooch.HTTPDownloader]:
    """Give a downloader whose connection and progress bar are closed whatever happens to the transfer."""
    with ExitStack() as opened:

        def close_later(response: Any, **_: object) -> None:
            opened.callback(response.close)

        bar = _Bar(source) if progress else None
        if bar is not None:
            opened.callback(bar.close)
        yield pooch.HTTPDownloader(progressbar=bar or False, timeout=SECONDS, hooks={"response": close_later})


class _Bar:
    """A progress bar, as pooch drives it, that is drawn from the first piece on and measures by the true size.

    pooch sets ``total`` to what the server announces, which is less than the file where it is sent compressed.
    """

    def __init__(self, source: Source) -> None:
        self.total = 0
        self._source = source
        self._bar: Any = None
        self._whole = False

    def update(self, count: int) -> None:
        if self._bar is None:
            size = self._source.size
            self._bar = tqdm(desc=self._source.file, total=size, unit="B", unit_scale=True, ncols=79)
        if not self._whole:  # pooch counts whole pieces, so that the last one may go beyond the end
            self._bar.update(min(count, self._source.size - self._bar.n))

    def reset(self) -> None:
        """All pieces have come."""
        self.update(self._source.size)
        self._whole = True

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()


def _reason(error: Exception) -> str:
    """Say in words why a file could not be had."""
    status = getattr(getattr(error, "response", None), "status_code", None)
    if status is not None:
        return f"the server answered {status}"
    if isinstance(error, OSError) and error.errno is not None:
        return f"it could not be stored ({error.strerror})"
    if isinstance(error, ValueError) and not isinstance(error, OSError):
        return "what came is not the published file (its sha256 differs), so it was thrown away"
    causes = list(_causes(error))
    if any(isinstance(cause, TimeoutError) for cause in causes):
        return "the server did not answer in time"
    kinds = {type(cause).__name__ for cause in causes}
    if kinds & {"IncompleteRead", "ChunkedEncodingError"}:
        return "the connection broke off before the file was whole"
    if "ConnectionError" in kinds:
        return "there is no connection to the server"
    return f"the transfer failed ({type(error).__name__})"


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Give the error and what it was raised from or while handling."""
    following: BaseException | None = error
    while following is not None:
        yield following
        following = following.__cause__ or following.__context__


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep pooch from announcing each file: the progress bar and the errors say what is needed."""
    logger = pooch.get_logger()
    before = logger.level
    logger.setLevel(logging.WARNING)
    try:
        yield
    finally:
        logger.setLevel(before)
