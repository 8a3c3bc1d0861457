"""The only reads of runs, and the only caches.

What is measured on one run stands in ``app.measured``, which keeps its results by itself: the store keeps one such
object per run, for all sessions, and the functions here ask it. What is about two runs is cached here.

Every cached result is keyed by a run's ``version`` (its folder and what its files' clocks and sizes say) and by plain
parameters, never by an array: a run replaced on disk is another version and is read anew. Imports of the analyses
stand inside the functions, because scikit-learn and networkx take longer to load than the first page may.

    entries.py      the runs there are, and reading one
    measured.py     what is measured on one run, kept as long as the run is
    matrix.py       a head's weights, pairs and modes
    places.py       where sensors are drawn, and their order along a matrix
    roads.py        against the road graph and the planted graph
    communities.py  who belongs together
    forecasts.py    how far off
"""

from app.store.communities import (
    Reference,
    agreement_of,
    agreement_tests_of,
    clearness_of,
    communities_of,
    contrasts_of,
    reference_of,
)
from app.store.entries import (
    UNREADABLE,
    RunEntry,
    control_of,
    default_key,
    demo_folder,
    load_run,
    progress_of,
    runs,
    runs_folder,
)
from app.store.forecasts import FORECAST, daily_errors_of, errors_by_hour_of, errors_by_sensor_of, errors_of
from app.store.matrix import (
    asymmetry_of,
    localisation_of,
    matrix_of,
    pairs_of,
    selectable,
    similarity_of,
    sparsity_of,
    spectrum_of,
    strength_of,
)
from app.store.measured import measured_of
from app.store.places import Order, Places, hops_of, kilometres_of, order_of, places_of, position_order
from app.store.roads import (
    edge_classes_of,
    planted_pairs,
    reach_of,
    recovery_of,
    road_match_of,
    road_pairs,
)

__all__ = [
    "FORECAST", "UNREADABLE", "Order", "Places", "Reference", "RunEntry", "agreement_of",
    "agreement_tests_of", "asymmetry_of", "clearness_of", "communities_of", "contrasts_of", "control_of",
    "daily_errors_of", "default_key", "demo_folder",
    "edge_classes_of", "errors_by_hour_of", "errors_by_sensor_of", "errors_of", "hops_of", "kilometres_of",
    "load_run", "localisation_of", "matrix_of", "measured_of", "order_of", "pairs_of", "places_of",
    "planted_pairs", "position_order", "progress_of", "reach_of", "recovery_of", "reference_of", "road_match_of",
    "road_pairs", "runs", "runs_folder", "selectable", "similarity_of", "sparsity_of", "spectrum_of", "strength_of",
]  # fmt: skip
