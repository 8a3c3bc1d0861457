"""Where sensors are drawn, and in which order they stand along a matrix."""

from app.places import Order, Places
from app.store.entries import Floats, Ints
from app.store.measured import measured_of


def places_of(version: str) -> Places:
    """Coordinates of the sensors, or a layout where the data have none."""
    return measured_of(version).places()


def position_order(version: str) -> Ints:
    """Sensors along the longest direction of the map, or along the road graph where there is no map, (N,)."""
    return measured_of(version).position_order()


def order_of(version: str, head: str, order: str, method: str = "spectral", count: int = 0) -> Order:
    """Sensors by community or known group (within one, by position), by position, or as the data give them.

    Data without groups are ordered by position instead.
    """
    return measured_of(version).order(head, order, method, count)


def kilometres_of(version: str) -> Floats | None:
    """Distance between sensors as the crow flies, (N, N) km; None without coordinates."""
    return measured_of(version).kilometres()


def hops_of(version: str) -> Floats | None:
    """Road links between sensors, (N, N), inf where there is no way; None without a road graph."""
    return measured_of(version).hops()


__all__ = ["Order", "Places", "hops_of", "kilometres_of", "order_of", "places_of", "position_order"]
