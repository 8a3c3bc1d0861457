"""The report of a made-up run, taken apart as a browser would."""

import json
import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from app.report import report_page
from app.selection import Selection
from core.run import Run
from tests.app.conftest import made_run

MADE = datetime(2026, 11, 21, 8, 5, tzinfo=UTC)


class Read(HTMLParser):
    """A page as a browser takes it: its text without scripts, its tags, its figures, and every address it names."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.said: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.data: dict[str, str] = {}
        self.inside = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag in ("td", "th", "summary", "div"):
            self.said.append(" ")
        if tag in ("script", "style"):
            self.inside = str(dict(attrs).get("id") or tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style"):
            self.inside = ""

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.data[self.inside] = self.data.get(self.inside, "") + data
        else:
            self.said.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.said).replace("\u00a0", " ").split())

    @property
    def figures(self) -> list[dict[str, Any]]:
        return [json.loads(text) for name, text in self.data.items() if re.fullmatch(r"figure-\d+", name)]

    def attributes(self, tag: str) -> list[dict[str, str | None]]:
        return [kept for name, kept in self.tags if name == tag]


def read(folder: Path, selection: Selection | None = None, **settings: Any) -> Read:
    """The report of a run that is made in that folder with those settings."""
    return Read(report_page(Run.load(made_run(folder, **settings)), selection, made=MADE))
