"""Tables on a page: how their numbers are shown, and the files that are downloaded of them."""

import pandas as pd
import pytest

from app.views.tables import csv, rounded, stem


def test_no_cell_of_a_downloaded_table_is_a_formula() -> None:
    table = pd.DataFrame({"sensor": ["=1+1", "+1", "-1", "@a", "\tx", "ok"], "=weight": [-1.0, 2, 3, 4, 5, 6]})
    lines = csv(table).decode().splitlines()
    assert lines[0] == "sensor,'=weight"
    assert [line.split(",")[0] for line in lines[1:]] == ["'=1+1", "'+1", "'-1", "'@a", "'\tx", "ok"]
    assert lines[1].endswith(",-1.0"), "a number is no text: it keeps its sign"


def test_a_table_keeps_its_rows_whatever_their_index() -> None:
    table = pd.DataFrame({"sensor": ["b", "a"], "n": [2, 1]}, index=[7, 3])
    assert csv(table) == b"sensor,n\nb,2\na,1\n"
    assert csv(table.sort_values("n")) == b"sensor,n\na,1\nb,2\n"


def test_a_shown_table_has_three_significant_digits_and_keeps_whole_numbers() -> None:
    shown = rounded(
        pd.DataFrame({"x": [0.0012345, 12345.6, 0.0, float("nan"), float("inf")], "n": [12345, 1, 2, 3, 4]})
    )
    assert shown["x"][:3].tolist() == [0.00123, 12300.0, 0.0]
    assert shown["x"][3:].isna().all()
    assert shown["n"].tolist() == [12345, 1, 2, 3, 4]


@pytest.mark.parametrize(
    ("key", "expected"),
    [("demo/a b", "topolens-demo-a-b-x"), ("../../etc", "topolens-etc-x"), ("…", "topolens-run-x")],
)
def test_a_download_has_a_harmless_name(key: str, expected: str) -> None:
    assert stem(key, "x") == expected
