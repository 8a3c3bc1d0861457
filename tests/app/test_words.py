"""Names and numbers within sentences: any text is harmless in them, and no digit is false."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from app.reading.words import code, one_line, percent, plain, three
from tests.app.conftest import HOSTILE


@given(some.text())
def test_code_holds_any_text_on_one_line_within_its_fence(text: str) -> None:
    made = code(text, 30)
    if made == "(no name)":
        return
    fence = made[: len(made) - len(made.lstrip("`"))]
    inside = made[len(fence) : -len(fence)]
    assert made.endswith(fence)
    assert "\n" not in made
    assert fence not in inside.replace(fence + "`", "")
    assert len(inside) <= 32


@given(some.text(alphabet="\\`*_{}[]()#+-.!|<>$~:&=^\"'@/ab1"))
def test_every_mark_of_markdown_is_escaped(text: str) -> None:
    made = plain(text, 1000).replace("\u2060", "")
    k = 0
    while k < len(made):
        if made[k] == "\\":
            k += 2
            continue
        assert made[k] in "ab1 ", made
        k += 1


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_keeps_its_letters_and_loses_its_power(text: str) -> None:
    made = plain(text, 400)
    assert made.replace("\\", "").replace("\u2060", "") == one_line(text, 400).replace("\\", "")
    assert "www" not in made
    assert "http" not in made


def test_numbers_are_said_with_three_digits_and_no_false_precision() -> None:
    assert three(12345.678) == "12,300"
    assert percent(float("nan")) == "not known"
    assert percent(0.9999) == "100\u00a0%"
