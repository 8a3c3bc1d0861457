"""The pages of the learned matrix: what is chosen on them is what they draw and tell."""

from typing import Any

import numpy as np
import pytest

from app.figures.colours import DIVERGING, DIVERGING_DARK
from app.views import ground
from tests.app.conftest import Recipe, figures, opened, turned, unfolded, words


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_mode_is_drawn_and_explained_in_the_colours_of_the_theme(
    make: Recipe, monkeypatch: pytest.MonkeyPatch, theme: str
) -> None:
    drawn: list[dict[str, Any]] = []
    monkeypatch.setattr(ground, "draw_map", lambda *_, **settings: drawn.append(settings))
    make()
    app = opened()
    app.context = {"theme": theme}
    turned(app, "spectrum")
    legend = [colour for colour, _ in drawn[-1]["legend"]]
    scale = DIVERGING if theme == "light" else DIVERGING_DARK
    assert legend == [scale[0], scale[3], scale[-1]]
    assert {legend[0], legend[2]} & set(drawn[-1]["colours"])


def test_the_threshold_and_what_it_leaves_out_stand_under_the_map(make: Recipe) -> None:
    make()
    app = opened("map", share="0.1")
    # 24 sensors make 276 pairs; a tenth of them, rounded, is 28
    assert (
        "Threshold: the strongest 10 % of all pairs in the mean of the heads, 28 pairs drawn, 248 weaker pairs"
        in words(app)
    )


def test_a_chosen_sensor_shows_whom_it_hears(make: Recipe) -> None:
    make()
    app = opened("map", head="head 1", sensor="S05")
    heard = app.dataframe[0].value
    # head 1 follows the ring: both neighbours first
    assert set(heard["it hears"][:2]) == {"S04", "S06"}
    assert heard["road hops"][:2].tolist() == [1, 1]
    app.button(key="nobody").click().run()
    assert "sensor" not in app.query_params


def test_the_strongest_pairs_lie_on_the_planted_ring(make: Recipe) -> None:
    make()
    pairs = opened("heads", head="head 1", share="0.05").dataframe[0].value
    assert pairs["on a road"].all()
    assert pairs["planted"].all()
    assert (pairs["road hops"] == 1).all()


def test_the_chosen_mode_is_the_one_that_is_drawn(make: Recipe) -> None:
    make()
    app = opened("spectrum", mode="3")
    assert "Mode 3 (eigenvalue" in words(app)
    app.slider(key="control mode").set_value(5).run()
    assert "Mode 5 (eigenvalue" in words(app)
    assert app.query_params["mode"] == "5"


def test_another_method_finds_other_communities(make: Recipe) -> None:
    make()
    app = opened("communities", head="head 2", method="spectral", count="4")
    assert "Spectral clustering finds **4 communities**, the number you asked for, of 6 sensors each" in words(app)
    assert "They are much the same as the 4 known groups, **more than by chance**: ARI 1.00, by chance" in words(app)
    assert "this null still calls about one in six alike" in words(app)
    app = opened("communities", head="head 2")
    assert "Louvain's method finds **4 communities**" in words(app)
    assert ": clear; the same weights in random places give" in words(app)


def test_without_places_no_agreement_is_claimed(make: Recipe) -> None:
    make(coordinates=False)
    app = opened("communities", head="head 2", method="spectral", count="4")
    said = words(app)
    assert "Beside the 4 known groups: ARI 1.00, NMI 1.00. **Whether that is more than chance cannot be told**" in said
    assert "more than by chance" not in said
    assert "this null still calls" not in said
    table = unfolded(app).dataframe[0].value
    assert table["p, Moran"].isna().all()
    assert (table["Moran not drawn because"] == "no sensor has coordinates").all()


def test_more_parts_than_clusters_may_be_asked_for_are_all_communities(make: Recipe) -> None:
    make(sensors=96, heads=1, groups=False, matrix=np.kron(np.eye(32), np.ones((3, 3))))
    app = opened("communities", method="spectral")
    assert not app.exception
    said = words(app)
    assert "Spectral clustering finds **32 communities**, of 3 sensors each" in said
    assert "no weight to speak of joins two of them" in said
    assert "numbered by size; the 30 largest are listed" in said
    assert "the 30 road clusters" in said


def test_a_changed_head_changes_the_figures(make: Recipe) -> None:
    make()
    app = opened("heads")
    before = figures(app)[0]["data"]
    app.selectbox(key="control head").set_value("head 2").run()
    assert figures(app)[0]["data"] != before
    assert app.query_params["head"] == "head 2"
