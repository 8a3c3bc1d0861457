"""Texts from data are made harmless, and stay readable."""

import html

import pytest

from app.figures.text import digits, labels, safe

HOSTILE = "</script><img src=x onerror=\"alert('1')\">${x}`{{7*7}}{% raw %}{# #}%{y}$a_b$\\n&lt;"


@pytest.mark.parametrize("letter", list("&<>\"'`${}\\%"))
def test_no_letter_that_means_something_is_left(letter: str) -> None:
    assert letter not in safe(f"a{letter}b").replace("&#", "")
    assert html.unescape(safe(f"a{letter}b")) == f"a{letter}b"


def test_a_hostile_text_reads_as_it_was_written() -> None:
    assert html.unescape(safe(HOSTILE, 200)) == HOSTILE


def test_text_is_cut_by_what_is_seen_not_by_what_is_sent() -> None:
    assert html.unescape(safe("<" * 100, limit=10)) == "<" * 9 + "…"
    assert safe("a" * 10, limit=10) == "a" * 10


def test_control_characters_and_lines_become_one_line() -> None:
    assert safe("a\nb\r\tc\x00d\u2028e\x1b[31m") == "a b c d e [31m"


def test_letters_that_turn_a_text_around_are_left_out() -> None:
    assert safe("abc\u202edef\u2066\ufeff") == "abcdef"


def test_half_a_letter_can_be_sent() -> None:
    assert safe("a\ud800b").encode() == "a\ufffdb".encode()


def test_other_scripts_are_left_alone() -> None:
    assert safe("深南大道 Übergang №7") == "深南大道 Übergang №7"


def test_a_very_long_text_is_cut_before_it_is_read() -> None:
    assert safe("x" * 10_000_000) == "x" * 59 + "…"


def test_labels_differ_even_where_ids_do_not() -> None:
    found = labels(["a" * 50, "a" * 51, "", " ", "7", 7], limit=8)
    assert found == ["aaaaaaa…", "aaaaaaa… (2)", "(no name)", "(no name) (2)", "7", "7 (2)"]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0.0, "0"),
        (0.00123456, "0.00123"),
        (-0.5, "-0.500"),
        (9.999, "10.0"),
        (99.96, "100"),
        (1234.5, "1,230"),
        (1e9, "1,000,000,000"),
        (1.2345e-7, "1.23e-07"),
        (float("nan"), "not known"),
        (float("inf"), "∞"),
    ],
)
def test_numbers_have_three_significant_digits(value: float, said: str) -> None:
    assert digits(value) == said


def test_a_number_has_its_unit() -> None:
    assert digits(12.3456, "mph") == "12.3 mph"
