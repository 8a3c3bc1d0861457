"""Pages that stand alone: a page may run the scripts it was written with, and may fetch nothing at all."""

import base64
import hashlib
import re
from pathlib import Path

SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)


def sealed(page: str, scripts: int) -> str:
    """The page with a Content-Security-Policy as the first thing in its head.

    Every script without attributes is named by its sha256, and there must be as many as the page was written with: one
    that a name of a sensor brought in, had it got past the escapes, would have been named as well. Styles may stand in
    the page, pictures in the page's own bytes; nothing is fetched from anywhere.

    Parameters
    ----------
    page : a whole HTML document with one ``<head>``; its scripts may not hold ``</script``, nor carriage returns
    scripts : how many scripts without attributes whoever wrote the page put into it

    Raises
    ------
    ValueError
        There is not exactly one head, another number of scripts, or a carriage return, which a browser reads as another
        letter than it hashes.
    """
    if page.count("<head>") != 1:
        raise ValueError(f"a page must have one <head>, got {page.count('<head>')}")
    if "\r" in page:
        raise ValueError(f"a page must have no carriage return, got one at letter {page.index(chr(13))}")
    found = SCRIPT.findall(page)
    if len(found) != scripts:
        raise ValueError(f"a page must have the {scripts} scripts it was written with, got {len(found)}")
    allowed = " ".join(dict.fromkeys(map(_hash, found))) or "'none'"
    policy = (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; img-src data: blob:; "
        "base-uri 'none'; form-action 'none'"
    )
    return page.replace("<head>", f'<head>\n<meta http-equiv="Content-Security-Policy" content="{policy}">', 1)


def inlined(file: Path) -> str:
    """A script or style sheet of a package as it can stand in a page: without the address of its source map.

    Raises
    ------
    ValueError
        It would end the element that it stands in.
    """
    text = file.read_text(encoding="utf-8").replace("\r\n", "\n").replace("\r", "\n")
    text = re.sub(r"(?m)^\s*(//|/\*)# sourceMappingURL=.*$", "", text)
    if re.search(r"(?i)</(script|style)", text):
        raise ValueError(f"{file.name} must not hold </script or </style to stand in a page")
    return text


def data_uri(file: Path) -> str:
    """A PNG picture as an address that holds it."""
    return f"data:image/png;base64,{base64.b64encode(file.read_bytes()).decode()}"


def _hash(script: str) -> str:
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return f"'sha256-{digest}'"
