"""Small pictures of heads fill the room there is, on half of a wide page and on all of a narrow one."""

import numpy as np
import pytest

from app.figures.multiples import head_multiples


@pytest.mark.parametrize("heads", [1, 2, 3, 4, 5, 6, 8, 9, 12])
@pytest.mark.parametrize("width", [460, 560])
def test_over_half_a_page_pictures_are_nearly_as_high_as_they_are_wide(heads: int, width: int) -> None:
    figure = head_multiples(np.random.default_rng(0).random((heads, 5, 5)), ["head"] * heads, half=True)
    margin = figure.layout.margin
    across, up = figure.layout.xaxis.domain, figure.layout.yaxis.domain
    wide = (across[1] - across[0]) * (width - margin.l - margin.r)
    high = (up[1] - up[0]) * (figure.layout.height - margin.t - margin.b)
    assert 0.75 < high / wide < 1.3, "what is left over is an empty band"


def test_without_half_all_of_four_heads_stand_in_one_row() -> None:
    whole = head_multiples(np.zeros((4, 3, 3)), ["head"] * 4)
    half = head_multiples(np.zeros((4, 3, 3)), ["head"] * 4, half=True)
    assert len({whole.layout[f"yaxis{k}"].domain for k in ("", "2", "3", "4")}) == 1
    assert len({half.layout[f"yaxis{k}"].domain for k in ("", "2", "3", "4")}) == 2
