"""What methods return is kept: once for all threads, within bounds, and so that nobody can spoil it for others."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Barrier, Event

import numpy as np
import pytest

from app.memo import Memo, once


@dataclass(frozen=True)
class Found:
    values: np.ndarray


class Counting(Memo):
    """Counts how often its methods really run."""

    def __init__(self) -> None:
        super().__init__()
        self.ran: list[object] = []
        self.started, self.go_on = Event(), Event()

    @once(3)
    def double(self, number: int, times: int = 2) -> int:
        self.ran.append(number)
        return number * times

    @once()
    def slow(self) -> Found:
        self.ran.append("slow")
        self.started.set()
        assert self.go_on.wait(10)
        return Found(np.zeros(3))

    @once()
    def quick(self) -> list[dict[str, np.ndarray]]:
        return [{"zeros": np.zeros(3)}]

    @once()
    def outer(self) -> int:
        return self.double(1) + self.double(2)

    @once()
    def failing(self) -> int:
        self.ran.append("failing")
        raise ValueError("not now")


def test_the_same_asked_for_in_another_way_is_the_same() -> None:
    memo = Counting()
    assert memo.double(5) == memo.double(5, 2) == memo.double(number=5, times=2) == 10
    assert memo.double(5, 3) == 15
    assert memo.ran == [5, 5]


def test_of_one_method_only_the_last_that_were_asked_for_are_kept() -> None:
    memo = Counting()
    for number in (1, 2, 3, 1, 4):  # 2 was not asked for the longest
        memo.double(number)
    assert len(memo.known["double"]) == 3
    memo.ran.clear()
    for number in (1, 3, 4, 2):
        memo.double(number)
    assert memo.ran == [2]


def test_two_threads_at_once_get_one_result() -> None:
    memo, ready = Counting(), Barrier(3)

    def asked() -> Found:
        ready.wait(10)
        return memo.slow()

    with ThreadPoolExecutor(2) as pool:
        waiting = [pool.submit(asked) for _ in range(2)]
        ready.wait(10)
        assert memo.started.wait(10)
        assert memo.quick(), "nobody who asks for something else waits"
        memo.go_on.set()
        first, second = (one.result(10) for one in waiting)
    assert first is second
    assert memo.ran == ["slow"]


def test_nobody_can_write_into_what_others_get() -> None:
    memo = Counting()
    memo.go_on.set()
    for array in (memo.slow().values, memo.quick()[0]["zeros"]):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1


def test_a_method_may_ask_others_and_a_failure_is_not_kept() -> None:
    memo = Counting()
    assert memo.outer() == 6
    for _ in range(2):
        with pytest.raises(ValueError, match="not now"):
            memo.failing()
    assert memo.ran == [1, 2, "failing", "failing"]


def test_two_objects_share_nothing() -> None:
    one, two = Counting(), Counting()
    one.double(1)
    assert two.double(1) == 2
    assert two.ran == [1]
