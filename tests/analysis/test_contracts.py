"""What every function of the analysis layer promises."""

import ast
import dataclasses
import doctest
import importlib
import inspect
import pkgutil
import sys
from collections.abc import Callable, Iterator
from contextlib import nullcontext, suppress
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import analysis
from analysis import arrays, configuration, distances, roads, spectrum
from tests.analysis import planted
from tests.analysis.cases import CASES, HEADS, ROAD, M

ALLOWED = {"analysis", "numpy", "scipy", "sklearn", "networkx", "threadpoolctl"} | set(sys.stdlib_module_names)
MODULES = [importlib.import_module(f"analysis.{found.name}") for found in pkgutil.walk_packages(analysis.__path__)]
FUNCTIONS = [
    function
    for module in MODULES
    for name, function in inspect.getmembers(module, inspect.isfunction)
    if function.__module__ == module.__name__ and not name.startswith("_")
]
RESULTS = [
    result
    for module in MODULES
    for name, result in inspect.getmembers(module, inspect.isclass)
    if result.__module__ == module.__name__ and not name.startswith("_")
]


def name_of(thing: object) -> str:
    return getattr(thing, "__qualname__", getattr(thing, "__name__", str(thing)))


def imported(source: str) -> set[str]:
    """Top-level packages that a text imports, inside functions as well."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add("a relative import" if node.level else str(node.module).partition(".")[0])
    return names


@pytest.mark.parametrize("module", [analysis, *MODULES], ids=name_of)
def test_a_module_imports_only_what_its_layer_may(module: ModuleType) -> None:
    assert imported(inspect.getsource(module)) <= ALLOWED


@pytest.mark.parametrize(
    "source",
    [
        "import torch",
        "from core.run import Run",
        "def f():\n    import app.store",
        "import streamlit as st",
        "from . import x",
    ],
)
def test_an_import_of_another_layer_would_be_noticed(source: str) -> None:
    assert not imported(source) <= ALLOWED


def test_all_modules_of_the_layer_are_looked_at() -> None:
    named = ("matrix", "spectrum", "communities", "roads", "difference", "matching", "forecasts")
    assert {module.__name__ for module in MODULES} >= {f"analysis.{name}" for name in named}


@pytest.mark.parametrize("function", FUNCTIONS, ids=name_of)
def test_a_function_explains_itself_and_its_examples_hold(function: Callable[..., Any]) -> None:
    text = inspect.getdoc(function) or ""
    for section in ("Parameters\n---", "Returns\n---", "Raises\n---", "Examples\n---"):
        assert section in text, f"{name_of(function)} has no section {section.split()[0]}"
    parameters = text.partition("Parameters\n---")[2].partition("Returns\n---")[0]
    for parameter in inspect.signature(function).parameters:
        assert parameter in parameters, f"{name_of(function)} does not explain {parameter}"
    module = sys.modules[function.__module__]
    (examples,) = doctest.DocTestFinder(recurse=False).find(function, module=module)
    assert examples.examples, f"{name_of(function)} has no doctest"
    assert not any(doctest.SKIP in example.options for example in examples.examples)
    assert doctest.DocTestRunner(verbose=False).run(examples).failed == 0


@pytest.mark.parametrize("function", FUNCTIONS, ids=name_of)
def test_a_function_states_its_types(function: Callable[..., Any]) -> None:
    signature = inspect.signature(function)
    assert signature.return_annotation is not inspect.Signature.empty
    assert all(parameter.annotation is not inspect.Parameter.empty for parameter in signature.parameters.values())


def test_every_function_has_a_case() -> None:
    missing = [name_of(function) for function in FUNCTIONS if function not in CASES]
    assert not missing, f"CASES must have arguments for every public function, none for {missing}"


def parts_of(thing: object) -> Iterator[object]:
    """What a result is made of, within results and tuples as well."""
    if dataclasses.is_dataclass(thing):
        for field in dataclasses.fields(thing):
            yield from parts_of(getattr(thing, field.name))
    elif isinstance(thing, tuple | Iterator):  # draws that are made one after another
        for part in thing:
            yield from parts_of(part)
    else:
        yield thing


def arrays_in(thing: object) -> Iterator[np.ndarray]:
    """All arrays of a result."""
    return (part for part in parts_of(thing) if isinstance(part, np.ndarray))


@pytest.mark.parametrize("function", CASES, ids=name_of)
def test_inputs_are_left_as_they_are(function: Callable[..., Any]) -> None:
    arguments = [value.copy() if isinstance(value, np.ndarray) else value for value in CASES[function]]
    given = [value for value in arguments if isinstance(value, np.ndarray)]
    before = [value.copy() for value in given]
    for value in given:
        value.flags.writeable = False
    result = function(*arguments)
    for value, kept in zip(given, before, strict=True):
        np.testing.assert_array_equal(value, kept)
    for array in arrays_in(result):
        assert array.flags.writeable or not array.flags.owndata
        assert not any(np.shares_memory(array, value) for value in given), "a result must not alias an input"


@pytest.mark.parametrize("function", CASES, ids=name_of)
def test_the_same_call_gives_the_same_result(function: Callable[..., Any]) -> None:
    first, second = function(*CASES[function]), function(*CASES[function])
    for one, other in zip(parts_of(first), parts_of(second), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("function", CASES, ids=name_of)
def test_a_result_is_made_of_plain_numbers_tuples_and_arrays(function: Callable[..., Any]) -> None:
    for item in parts_of(function(*CASES[function])):
        if isinstance(item, np.ndarray):
            assert item.dtype in (np.float64, np.int64, np.bool_)
        else:
            assert type(item) in (bool, int, float, str, type(None)), type(item)


@pytest.mark.parametrize("result", RESULTS, ids=name_of)
def test_a_result_is_frozen_small_and_explains_itself(result: type) -> None:
    assert dataclasses.is_dataclass(result)
    assert result.__dataclass_params__.frozen
    assert "__slots__" in vars(result)
    for field in dataclasses.fields(result):
        assert field.name in (result.__doc__ or ""), f"{result.__name__} does not explain {field.name}"
    for name, value in inspect.getmembers(result, lambda member: isinstance(member, property)):
        assert value.__doc__, f"{result.__name__}.{name} has no docstring"


def taking(parameter: str) -> list[Callable[..., Any]]:
    return [function for function in CASES if next(iter(inspect.signature(function).parameters)) == parameter]


@pytest.mark.parametrize("function", taking("M"), ids=name_of)
class TestAMatrixIsRefused:
    def refused(self, function: Callable[..., Any], bad: Any, message: str) -> None:
        with pytest.raises(ValueError, match=message):
            function(bad, *CASES[function][1:])

    def test_when_it_has_a_nan(self, function: Callable[..., Any]) -> None:
        bad = M.copy()
        bad[2, 5] = np.nan
        self.refused(function, bad, r"^interaction must be finite, got nan at row 2, column 5$")

    def test_when_it_has_an_infinity(self, function: Callable[..., Any]) -> None:
        bad = M.copy()
        bad[0, 1] = -np.inf
        self.refused(function, bad, r"^interaction must be finite, got -inf at row 0, column 1$")

    def test_when_it_is_not_square(self, function: Callable[..., Any]) -> None:
        self.refused(function, M[:4], r"^interaction must be square .*, got shape \(4, 9\)$")

    def test_when_it_holds_all_heads(self, function: Callable[..., Any]) -> None:
        self.refused(function, HEADS, r"^interaction must be square .*, got shape \(2, 9, 9\)$")

    def test_when_there_is_no_sensor(self, function: Callable[..., Any]) -> None:
        self.refused(function, np.empty((0, 0)), r"^interaction must be square .*, got shape \(0, 0\)$")

    def test_when_it_is_not_numbers(self, function: Callable[..., Any]) -> None:
        self.refused(function, M.astype(str), r"^interaction must hold real numbers, got dtype <U")

    def test_when_it_is_complex(self, function: Callable[..., Any]) -> None:
        self.refused(function, M.astype(complex), r"^interaction must hold real numbers, got dtype complex128$")


@pytest.mark.parametrize(
    "function", [spectrum.spectrum, roads.road_match, roads.reach, roads.edge_classes], ids=name_of
)
class TestARoadGraphIsRefused:
    def test_when_it_is_of_another_size(self, function: Callable[..., Any]) -> None:
        with pytest.raises(ValueError, match=r"^road must have shape \(9, 9\), got shape \(8, 8\)$"):
            function(M, planted.chain(8))

    def test_when_a_weight_is_negative(self, function: Callable[..., Any]) -> None:
        bad = ROAD.copy()
        bad[4, 1] = -0.5
        with pytest.raises(ValueError, match=r"^road must not be negative, got -0.5 at row 4, column 1$"):
            function(M, bad)


@pytest.mark.parametrize("function", taking("interaction"), ids=name_of)
class TestHeadsAreRefused:
    def test_when_they_are_one_matrix(self, function: Callable[..., Any]) -> None:
        with pytest.raises(ValueError, match=r"^interaction must have shape .*, got shape \(9, 9\)$"):
            function(M)

    def test_when_there_is_none(self, function: Callable[..., Any]) -> None:
        with pytest.raises(ValueError, match=r"^interaction must have shape .*, got shape \(0, 9, 9\)$"):
            function(HEADS[:0])

    def test_when_one_has_a_nan(self, function: Callable[..., Any]) -> None:
        bad = HEADS.copy()
        bad[1, 0, 3] = np.nan
        with pytest.raises(ValueError, match=r"^interaction must be finite, got nan at head 1, row 0, column 3$"):
            function(bad)


FLOAT32 = [function for function in CASES if function is not distances.spans]


@pytest.mark.parametrize("function", FLOAT32, ids=name_of)
def test_float32_from_disk_gives_float64(function: Callable[..., Any]) -> None:
    arguments = [
        value.astype(np.float32) if isinstance(value, np.ndarray) and value.dtype == np.float64 else value
        for value in CASES[function]
    ]
    for array in arrays_in(function(*arguments)):
        assert array.dtype in (np.float64, np.int64, np.bool_)


DEGENERATE = {
    "one sensor": np.array([[3.0]]),
    "one silent sensor": np.zeros((1, 1)),
    "two sensors": np.array([[1.0, 2.0], [0.0, 1.0]]),
    "all zero": np.zeros((5, 5)),
    "a diagonal alone": np.eye(5),
    "all equal": np.full((5, 5), 0.1),
    "all equal and negative": np.full((5, 5), -0.1),
    "two parts": planted.blocks((3, 2)),
    "a part and silent sensors": np.pad(planted.blocks((3,)), (0, 2)),
    "very small": planted.uneven(5) * 1e-38,
    "very large": planted.uneven(5) * 1e38,
    "opposite directions cancel": np.triu(np.ones((5, 5))) - np.tril(np.ones((5, 5))),
    "a wide range of weights": np.diag(10.0 ** -np.arange(0, 36, 9), k=1),
}


# A null of strengths there is not where nothing couples, or where one sensor holds half of all coupling.
REFUSING = (configuration.expected_coupling, configuration.configurations)


@pytest.mark.parametrize("case", DEGENERATE)
@pytest.mark.parametrize("function", taking("M"), ids=name_of)
def test_a_degenerate_matrix_has_an_answer(function: Callable[..., Any], case: str) -> None:
    bad = DEGENERATE[case]
    small = len(bad)
    others = {name: np.zeros_like(bad) for name in ("road", "truth", "other")}
    others |= {"labels": np.zeros(small, dtype=int), "groups": np.zeros(small, dtype=int), "kilometres": None}
    names = list(inspect.signature(function).parameters)[1:]
    arguments = [others.get(name, given) for name, given in zip(names, CASES[function][1:], strict=False)]
    arguments = [small if function is arrays.checked_road else argument for argument in arguments]
    with suppress(ValueError) if function in REFUSING else nullcontext():
        function(bad, *arguments)  # warnings are errors
