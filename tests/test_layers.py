"""The structure: who may import whom, and that what the README promises exists."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

ROOT = Path(__file__).parents[1]
FORBIDDEN = {
    "core": {"analysis", "app", "streamlit", "plotly", "folium"},
    "analysis": {"core", "app", "torch", "streamlit", "plotly", "folium", "pandas", "pathlib"},
    "app/figures": {"core", "analysis", "streamlit", "torch"},
    "app/views": {"core.train", "core.models", "core.experiment", "torch"},
}


def imported(file: Path) -> set[str]:
    """Every module that a file imports, at any depth, with each of its packages."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: imports name their whole path"
            names |= {node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)}
    return {".".join(name.split(".")[: k + 1]) for name in names for k in range(name.count(".") + 1)}


@pytest.mark.parametrize("layer", FORBIDDEN)
def test_no_layer_imports_what_it_must_not(layer: str) -> None:
    files = sorted((ROOT / layer).rglob("*.py"))
    assert files
    wrong = {str(file): found for file in files if (found := imported(file) & FORBIDDEN[layer])}
    assert not wrong


def test_only_pages_and_their_caches_import_streamlit() -> None:
    app = ROOT / "app"
    places = {app / "main.py", *(app / "views").rglob("*.py"), *(app / "store").rglob("*.py")}
    others = set(app.rglob("*.py")) - places
    assert len(others) > 20
    theirs = {"streamlit", "streamlit_folium", "app.views", "app.store"}
    assert not {str(file) for file in others if imported(file) & theirs}


def test_only_the_page_of_the_benchmark_reads_its_record() -> None:
    """An installation may lack the folder: nothing else may need it, and trainings are no business of a page."""
    mine = {"app/benchmark.py", "app/benchmark_speed.py", "app/reading/benchmark.py", "app/tables/benchmark.py",
            "app/views/benchmark_parts.py"}
    needs = {str(file.relative_to(ROOT)): imported(file) for file in (ROOT / "app").rglob("*.py")}
    assert {file for file, names in needs.items() if "benchmarks" in names} == mine
    used = {name for file in mine for name in needs[file] if name.startswith("benchmarks.") and name.count(".") == 1}
    for name in used:
        assert "torch" not in imported(ROOT / f"{name.replace('.', '/')}.py"), name


def test_the_import_reader_sees_every_form_of_import(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_text("import torch.nn as n\ndef f():\n    from app import store\n")
    assert {"torch", "app", "app.store"} <= imported(file)


def test_no_file_uses_pickle() -> None:
    for layer in ("core", "analysis", "app", "benchmarks"):
        for file in (ROOT / layer).rglob("*.py"):
            assert not imported(file) & {"pickle", "joblib", "dill", "cloudpickle"}, file
            assert "allow_pickle=True" not in file.read_text(), file


def test_opening_a_run_needs_no_torch() -> None:
    code = "import sys, core.run, core.data.sensors; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def commands() -> list[str]:
    """Every ``python -m app ...`` in the README."""
    return re.findall(r"python -m app ([^`\n#]+)", (ROOT / "README.md").read_text())


def test_the_readme_names_the_four_commands() -> None:
    assert {"train", "evaluate", "analyse", "data"} <= {command.split()[0] for command in commands()}


@pytest.mark.parametrize("line", commands())
def test_readme_commands_and_their_options_exist(line: str) -> None:
    from app.__main__ import cli

    words = line.split()
    command: click.Command = cli
    while isinstance(command, click.Group):
        name = words.pop(0)
        assert name in command.commands, f"python -m app {line}"
        command = command.commands[name]
    known = {option for parameter in command.params for option in parameter.opts}
    assert {word for word in words if word.startswith("--")} <= known


@pytest.mark.parametrize("file", ["requirements.txt", "requirements-dev.txt"])
def test_every_requirement_is_pinned(file: str) -> None:
    lines = [line.split("#")[0].strip() for line in (ROOT / file).read_text().splitlines()]
    for line in filter(None, lines):
        assert line == "-r requirements.txt" or re.fullmatch(r"[A-Za-z0-9_.-]+==[0-9][\w.]*", line), line


def test_every_third_party_import_is_a_requirement() -> None:
    stated = {re.split("==", line)[0].lower().replace("_", "-")
              for line in (ROOT / "requirements.txt").read_text().splitlines() if "==" in line}
    named = {"sklearn": "scikit-learn", "xstatic": "xstatic-leaflet", "branca": "folium"}
    own = {"core", "analysis", "app", "benchmarks", "tests", ""} | set(sys.stdlib_module_names)
    for layer in ("core", "analysis", "app"):
        for file in (ROOT / layer).rglob("*.py"):
            for name in {name.split(".")[0] for name in imported(file)} - own:
                assert named.get(name, name.replace("_", "-")) in stated, f"{file} imports {name}"
