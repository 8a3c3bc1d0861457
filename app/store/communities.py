"""Who belongs together in a head, and how that agrees with roads and known groups."""

from typing import TYPE_CHECKING

from app.measured import Reference
from app.store.measured import measured_of

if TYPE_CHECKING:
    from analysis.clearness import Clearness
    from analysis.communities import Communities
    from analysis.groups import Agreement, Contrast
    from analysis.nulls import Tests


def communities_of(version: str, head: str, method: str, count: int) -> "Communities":
    """Communities of a head; ``count`` 0 lets the eigengap decide (Louvain always decides by itself)."""
    return measured_of(version).communities(head, method, count)


def clearness_of(version: str, head: str, method: str, count: int) -> "Clearness | None":
    """Their modularity beside what is found in the same weights in random places; None for less than two."""
    return measured_of(version).clearness(head, method, count)


def reference_of(version: str, name: str, method: str, count: int) -> Reference | None:
    """The known groups ('groups') or the communities of the road graph ('roads'); None where the data have none."""
    return measured_of(version).reference(name, method, count)


def agreement_of(version: str, head: str, method: str, count: int, reference: str) -> "Agreement | None":
    """Agreement of a head's communities with a reference, which gets as many clusters; None without one."""
    return measured_of(version).agreement(head, method, count, reference)


def agreement_tests_of(version: str, head: str, method: str, count: int, reference: str) -> "Tests | None":
    """The same beside what the Moran null gives on the map; None without a reference."""
    return measured_of(version).agreement_tests(head, method, count, reference)


def contrasts_of(version: str, reference: str, method: str, count: int) -> "tuple[Contrast, ...] | None":
    """Contrast of the mean and of each head within against across a reference's groups; None without one."""
    return measured_of(version).contrasts(reference, method, count)


__all__ = [
    "Reference", "agreement_of", "agreement_tests_of", "clearness_of", "communities_of", "contrasts_of",
    "reference_of",
]  # fmt: skip
