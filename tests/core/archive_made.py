"""Zips made by hand, and what lies in a folder of runs."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

DEMO = Path(__file__).parents[2] / "assets" / "demo"


def zip_of(members: dict[str, bytes], change: Callable[[zipfile.ZipInfo], object] = lambda _: None) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as made:
        for name, inside in members.items():
            member = zipfile.ZipInfo(name)
            member.external_attr = (0o40755 if name.endswith("/") else 0o100644) << 16
            change(member)
            made.writestr(member, inside)
    return content.getvalue()


def files_of(run: Path, prefix: str = "") -> dict[str, bytes]:
    return {f"{prefix}{file.name}": file.read_bytes() for file in sorted(run.iterdir())}


def nothing_but(runs: Path, *names: str) -> bool:
    return {path.name for path in runs.iterdir()} == set(names)
