"""Bars and lines of what cuts cost: their size, their share, their place."""

import html

import numpy as np

from app.figures.colours import FORECAST, NEGATIVE, POSITIVE, SIMPLE
from app.figures.cuts import cut_bars, rise_by_step

LIKE_OTHERS = "<b>$x$"


def words(figure) -> str:
    return html.unescape(" ".join(note.text.replace("<br>", " ") for note in figure.layout.annotations))


def test_bars_say_the_share_of_the_error_and_keep_their_place() -> None:
    figure = cut_bars(["head 1", LIKE_OTHERS], np.array([0.5, -0.1]), "mph", per_cent_of=2.0, chosen=[1])
    bars, sizes = figure.data
    assert list(sizes.text) == [" 0.500 (+25.0 %)", " −0.100 (−5.0 %)"]
    assert list(sizes.x) == [0.5, 0.0], "beside the names there is no room"
    assert list(bars.customdata) == [0, 1]
    assert list(bars.marker.color) == [POSITIVE, NEGATIVE]
    assert list(bars.marker.opacity) == [0.45, 1.0]
    assert html.unescape(figure.layout.yaxis.ticktext[1]) == LIKE_OTHERS
    assert figure.layout.yaxis.range[0] > figure.layout.yaxis.range[1], "the first is at the top"
    low, high = figure.layout.xaxis.range
    assert low < -0.1
    assert high > 0.6, "the words beside a bar have room"
    shared = [
        cut_bars(["a"], np.array([rise]), "mph", per_cent_of=2.0, span=(-0.1, 0.5)).layout.xaxis.range
        for rise in (0.5, -0.1)
    ]
    assert shared[0] == shared[1] == (low, high), "figures that are compared have one scale"


def test_a_thin_line_is_the_interval_and_words_stand_beyond_it() -> None:
    ends = np.array([[0.2, 0.9], [np.nan, np.nan]])
    figure = cut_bars(["a", "b"], np.array([0.5, -0.1]), "mph", per_cent_of=2.0, ends=ends)
    bars, sizes = figure.data
    np.testing.assert_allclose(bars.error_x.array, [0.4, 0.0])
    np.testing.assert_allclose(bars.error_x.arrayminus, [0.3, 0.0])
    assert list(sizes.x) == [0.9, 0.0]
    assert bars.hovertext[0].endswith("95 % interval 0.200 to 0.900")
    assert "interval" not in bars.hovertext[1]
    assert figure.layout.xaxis.range[1] > 0.9
    assert not cut_bars(["a"], np.array([0.5]), "mph", per_cent_of=2.0).data[0].error_x.visible


def test_the_chosen_cut_is_in_full_and_the_others_are_faint() -> None:
    rises = {"all heads": np.array([0.1, 0.2]), "head 1": np.array([0.0, 0.1])}
    named, *lines = rise_by_step(np.array([5.0, 10.0]), rises, "mph", full=["all heads"], others="single heads").data
    assert (named.name, named.line.color) == ("single heads", SIMPLE)
    assert [line.line.color for line in lines] == [FORECAST, SIMPLE]
    assert [line.showlegend for line in lines] == [True, False]
    assert list(lines[0].x) == [5, 10]
    assert "nothing was cut" in words(rise_by_step(np.array([5.0]), {}, "mph"))


TIMES = np.datetime64("2024-03-04T08:00") + np.arange(3) * np.timedelta64(15, "m")
