"""What leaves the app is measured as on the pages: ``Measured`` against ``store``, and each argument counts."""

from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np
import pandas as pd
import pytest

from app import store
from app.evidence.parts import PARTS
from app.measured import Measured, graph_pairs
from app.selection import MEAN
from tests.app.conftest import Recipe

CASES = {
    "matrix_of": ("matrix", [("head 2",), (MEAN,)]),
    "sparsity_of": ("sparsity", [("head 1",), ("head 3",)]),
    "asymmetry_of": ("asymmetry", [("head 1",), ("head 3",)]),
    "strength_of": ("strength", [("head 1",), (MEAN,)]),
    "pairs_of": ("pairs", [("head 1", 0.02), ("head 1", 0.1)]),
    "similarity_of": ("similarity", [()]),
    "spectrum_of": ("spectrum", [("head 1",), ("head 2",)]),
    "localisation_of": ("localisation", [("head 1",)]),
    "communities_of": ("communities", [("head 2", "louvain", 0), ("head 2", "spectral", 0), ("head 2", "spectral", 3)]),
    "clearness_of": ("clearness", [("head 2", "spectral", 2), ("head 2", "louvain", 0)]),
    "reference_of": ("reference", [("groups", "louvain", 0), ("roads", "louvain", 0), ("roads", "spectral", 3)]),
    "agreement_of": ("agreement", [("head 2", "louvain", 0, "groups"), ("head 2", "louvain", 0, "roads")]),
    "agreement_tests_of": ("agreement_tests", [("head 2", "louvain", 0, "groups"), ("head 2", "spectral", 3, "roads")]),
    "contrasts_of": ("contrasts", [("groups", "louvain", 0), ("roads", "louvain", 0)]),
    "road_match_of": ("road_match", [("head 1", 0.02), ("head 3", 0.1)]),
    "recovery_of": ("recovery", [("head 1", 0.02), ("head 1", 0.1)]),
    "reach_of": ("reach", [("head 1",), ("head 3",)]),
    "edge_classes_of": ("edge_classes", [("head 1", 0.02), ("head 1", 0.1)]),
    "kilometres_of": ("kilometres", [()]),
    "hops_of": ("hops", [()]),
    "places_of": ("places", [()]),
    "position_order": ("position_order", [()]),
    "order_of": ("order", [(MEAN, "community"), (MEAN, "group"), (MEAN, "position"), (MEAN, "given")]),
    "errors_of": ("errors", [()]),
    "errors_by_sensor_of": ("errors_by_sensor", [(0,), (3,)]),
    "errors_by_hour_of": ("errors_by_hour", [(0,), (3,)]),
    "daily_errors_of": ("daily_errors", [(0,), (3,)]),
}


def plain(value: Any) -> Any:
    """A result as lists and numbers that can be compared."""
    if is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, pd.DataFrame):
        return plain(value.to_dict("list"))
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, np.ndarray | list | tuple):
        return [plain(inner) for inner in value]
    return "nan" if isinstance(value, float | np.floating) and np.isnan(value) else value


@pytest.mark.parametrize(
    "settings", [{}, {"roads": False, "groups": False, "coordinates": False, "truth": False, "protocol": "published"}]
)
def test_every_measure_is_that_of_the_pages_and_each_argument_counts(make: Recipe, settings: dict[str, Any]) -> None:
    make("ring", **settings)
    version = store.runs()[0].version
    measured = Measured(store.load_run(version))
    for of_store, (name, arguments) in CASES.items():
        for given in arguments:
            ours = getattr(measured, name)(*given)
            assert plain(ours) == plain(getattr(store, of_store)(version, *given)), (name, given)
            assert getattr(measured, name)(*given) is ours, "measured once"
    assert measured.heads == store.selectable(measured.run)
    assert plain(graph_pairs(measured.run.truth)) == plain(store.planted_pairs(measured.run))
    assert plain(graph_pairs(measured.run.adjacency)) == plain(store.road_pairs(measured.run))


def test_agreement_on_the_map_is_what_the_evidence_has(make: Recipe) -> None:
    make("ring")
    measured = Measured(store.load_run(store.runs()[0].version))
    chance = PARTS["chance"].make(measured.run, (measured.run.path,), lambda _done, _all: None)
    for head in chance.heads:
        ours = measured.agreement_tests(head.head, "louvain", 0, "groups")
        assert ours is not None
        theirs = {test.null: test for test in head.communities.tests}
        assert [test.null for test in ours.tests] == ["moran"]
        assert plain(ours.tests[0]) == plain(theirs["moran"])


def test_no_more_road_clusters_are_asked_for_than_on_the_page(make: Recipe) -> None:
    make("ring", sensors=40)
    measured = Measured(store.load_run(store.runs()[0].version))
    many, most = measured.reference("roads", "spectral", 38), measured.reference("roads", "spectral", 30)
    assert many is not None
    assert most is not None
    assert len(many.names) == len(most.names) == 30
