"""Tests of many examples: what they say hangs neither on chance nor on how busy the machine is."""

import re
import time
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as some


def test_a_slow_example_is_no_failure() -> None:
    seen = []

    @settings(max_examples=2)
    @given(some.booleans())
    def slow(example: bool) -> None:
        if not seen:
            time.sleep(0.25)  # what a first import takes; the limit would be 0.2 s
        seen.append(example)

    slow()
    assert seen


def test_the_examples_are_the_same_every_time() -> None:
    def drawn() -> list[int]:
        found: list[int] = []

        @given(some.integers())
        def sees(number: int) -> None:
            found.append(number)

        sees()
        return found

    assert drawn() == drawn()


def test_no_test_has_a_limit_or_a_draw_of_its_own() -> None:
    own = re.compile(r"@settings\([^)]*\b(deadline|derandomize)=")
    assert not [str(file) for file in Path(__file__).parent.rglob("test_*.py") if own.search(file.read_text())]
