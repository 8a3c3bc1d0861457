"""What a figure was measured with: the kind of processor and the commit; never a machine's name or a path of it."""

import platform
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[1]


def processor() -> str:
    """The kind of processor, as its maker prints it."""
    about = Path("/proc/cpuinfo")
    lines = about.read_text().splitlines() if about.exists() else []
    names = (line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or platform.machine())


def commit(*within: str) -> str:
    """The commit that is checked out, with '+' where tracked files differ from it; '' outside of a repository.

    Parameters
    ----------
    within : which files count, as git's path specifications; all of them where there are none
    """

    def said(*words: str) -> str:
        try:
            done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S607
        except OSError:
            return ""
        return done.stdout.strip() if done.returncode == 0 else ""

    name = said("rev-parse", "--short=10", "HEAD")
    changed = said("status", "--porcelain", "--untracked-files=no", "--", *within) if name else ""
    return f"{name}+" if changed else name
