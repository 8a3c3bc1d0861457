"""What is said of the evidence claims no more than its tests, and tables and figures are made of the same numbers."""

import re
from dataclasses import replace

import numpy as np
import pytest
from scipy.special import ndtr

from analysis.modes import Modes, ModeTest
from analysis.nulls import NullTest, Tests, Untested
from analysis.planted import Recovery
from analysis.residuals import Residuals
from analysis.whiteness import Whiteness
from app.reading import chance as by_chance
from app.reading.evidence import progress_words, start_words, whole_share
from app.reading.planted import is_simple, own_recoveries, planted_sentence, planted_setting
from app.reading.residuals import residuals_beside, residuals_sentence, scores_caption
from app.reading.stability import (
    consensus_sentence,
    few_seeds_sentence,
    matched_sentence,
    spread_sentence,
    stability_sentence,
)
from app.tables.evidence import (
    beyond_modes,
    chance_table,
    consensus_table,
    effects,
    family_table,
    mode_chance,
    mode_test_table,
    own_table,
    recovery_along,
    recovery_table,
    relative_spread,
    score_order,
    score_table,
    stability_table,
    weight_table,
    whiteness_table,
)
from tests.app.conftest import HOSTILE
from tests.app.evidence_made import made_chance, made_planted, made_residuals, made_stability

DRAWS = np.array([0.0, 0.1, 0.2])


def spaced(text: str) -> str:
    return text.replace("\u00a0", " ")


def under(*nulls: str, untested: tuple[Untested, ...] = ()) -> Tests:
    return Tests("correlation", tuple(NullTest(null, 0.5, DRAWS, 0.25) for null in nulls), untested)


def sentence(p: dict[str, float], heads: int = 1) -> str:
    return spaced(by_chance.tests_sentence(under(*p), "head 1", p, heads))


def test_more_than_chance_takes_every_null_that_could_be_drawn() -> None:
    every = sentence({"moran": 0.01, "rewired": 0.02, "configuration": 0.01, "permuted": 0.9})
    assert "follow the roads **more than by chance**, under all 3 nulls" in every
    assert "measured 0.500; by chance 0.100 (Moran, p = 0.01), 0.100 (rewired, p = 0.02) and" in every
    assert "plain" not in every, "the plain permutation has no say"
    some = sentence({"moran": 0.4, "rewired": 0.02, "configuration": 0.01})
    assert "under 2 of 3 nulls only (rewired and configuration), which is **a hint, no finding**" in some
    none = sentence({"moran": 0.4, "rewired": 0.05})
    assert "**cannot be told from chance**" in none, "0.05 itself is not below it"


@pytest.mark.parametrize(("statistic", "finding"), [(0.36, False), (0.38, True)])
def test_agreement_of_groups_takes_more_than_a_small_p(statistic: float, finding: bool) -> None:
    test = NullTest("moran", statistic, DRAWS, 0.01)  # 0.1 by chance: 0.3 of the way from there to 1 is 0.37
    said = by_chance.tests_sentence(Tests("agreement", (test,), ()), "head 1", {"moran": 0.01}, 1)
    assert ("agree with the known groups **more than by chance**, under the one null" in said) == finding
    assert ("more than by chance, but not by much, which is **a hint, no finding**" in said) == (not finding)
    unlike = NullTest("moran", 1.2, DRAWS + 1, 0.01)  # draws are no groupings: their mean may exceed 1
    assert "a hint" in by_chance.tests_sentence(Tests("agreement", (unlike,), ()), "head 1", {"moran": 0.01}, 1)


def test_a_null_that_knows_no_map_and_none_at_all_are_called_what_they_are() -> None:
    assert "None of them knows the map, so near sensors coupling may explain it" in sentence({"configuration": 0.01})
    assert "knows the map" not in sentence({"moran": 0.01})
    assert "could not be tested: no null that is fair" in sentence({"permuted": 0.001})
    assert sentence({"permuted": 0.001}) == sentence({})


def test_a_correction_is_spoken_of_where_there_are_several_heads() -> None:
    assert "p after Holm's correction for the number of heads" in sentence({"moran": 0.01}, heads=4)
    assert "Holm" not in sentence({"moran": 0.01})


def test_why_a_null_was_not_drawn_is_said_once_and_is_no_markup() -> None:
    missing = Untested("moran", "*no* sensor has <b>coordinates</b>.")
    sentences = by_chance.untested_sentences([under(untested=(missing,)), under(untested=(missing,))])
    assert len(sentences) == 1
    assert "\\*no\\* sensor has \\<b\\>" in sentences[0]
    assert sentences[0].endswith("\\.") or sentences[0].endswith(">.")


def test_the_head_that_was_made_real_is_called_so_and_the_other_is_not() -> None:
    chance = made_chance()
    found = effects(chance.heads, "correlation")
    first, last = (by_chance.tests_sentence(chance.heads[k].roads, chance.heads[k].head, found.adjusted(k), 4)
                   for k in (0, -1))  # fmt: skip
    assert "**more than by chance**" in first
    assert "**cannot be told from chance**" in last


def test_p_values_are_corrected_for_the_heads_under_each_null_alone() -> None:
    chance = made_chance()
    found = effects(chance.heads, "correlation")
    assert found.nulls == ("moran", "rewired", "configuration", "permuted")
    assert found.effect.shape == found.p.shape == found.holm.shape == (4, 4)
    # the smallest of four counts fourfold
    column = found.p[:, 0]
    assert found.holm[column.argmin(), 0] == pytest.approx(min(1.0, 4 * column.min()))
    assert (found.holm >= found.p).all()
    without = effects(made_chance(roads=False).heads, "correlation")
    assert without.nulls == ()
    assert without.effect.shape == (4, 0)


def test_a_mode_is_beyond_chance_only_under_every_null_that_says_something() -> None:
    quiet = np.full(2, np.nan)

    def modes(*p: tuple[str, list[float]]) -> Modes:
        tests = tuple(ModeTest(null, DRAWS[:2], np.array(values), DRAWS[:2], quiet) for null, values in p)
        return Modes(DRAWS[:2], DRAWS[:2], tests, ())

    assert beyond_modes(modes(("moran", [0.01, 0.5]), ("rewired", [0.02, 0.01])), "ipr").tolist() == [True, False]
    both = modes(("moran", [0.01, 0.5]), ("configuration", [0.01, 0.5]), ("permuted", [0.9, 0.9]))
    assert beyond_modes(both, "ipr").tolist() == [True, False]
    alone = modes(("moran", [0.01, 0.5]), ("configuration", [np.nan, 0.01]), ("permuted", [0.01, 0.01]))
    assert beyond_modes(alone, "ipr").tolist() == [False, False], "nothing rests on one test"
    assert beyond_modes(modes(("moran", [0.01, 0.01])), "energy").tolist() == [False, False], "nobody said anything"
    near = modes(("moran", [0.04, 0.9]), ("rewired", [0.04, 0.9]))
    assert beyond_modes(near, "ipr").tolist() == [False, False], "corrected for two modes"
    assert beyond_modes(modes(), "ipr").tolist() == [False, False]
    chance = mode_chance(modes(("rewired", [0.1, 0.1]), ("permuted", [0.1, 0.1])), "ipr")
    assert list(chance) == ["moran", "rewired", "configuration"]
    assert np.isnan(chance["moran"]).all()
    assert chance["rewired"].tolist() == DRAWS[:2].tolist()
    assert "None of the first 2 modes" in spaced(by_chance.modes_sentence(0, 0, 2, "head 1"))
    assert "**none is more local** and **8 are" in by_chance.modes_sentence(0, 8, 10, "head 1")
    assert "**1 is more local** and **2 are smoother" in spaced(by_chance.modes_sentence(1, 2, 6, "head 1"))


def test_how_fine_a_p_can_be_is_said_as_tested_and_corrected() -> None:
    assert spaced(by_chance.draws_caption(499, 1)) == "499 draws of each null at most, so no p can be below 0.00200."
    assert spaced(by_chance.draws_caption(1599, 32)).endswith(
        "so no p can be below 0.000625, or below 0.0200 once it is corrected for 32 matrices."
    )


def test_tables_hold_every_test_and_every_reason() -> None:
    table = chance_table(made_chance(places=False))
    assert len(table) == 4 * 3 * 4
    without = table[table["not drawn because"] != ""]
    assert set(without["not drawn because"]) == {"no sensor has coordinates"}
    assert without["p"].isna().all()
    assert (table["p, Holm over heads"].dropna() >= table["p"].dropna()).all()
    assert len(mode_test_table(made_chance().heads[0].modes)) == 4 * 6
    assert chance_table(made_chance(roads=False, groups=False)).empty


def test_stability_is_called_by_its_overlap_and_never_above_chance_where_p_says_no() -> None:
    made = made_stability(("head 1",))

    def said(overlap: float, p: float, least: float = 0.002, draws: int = 499, heads: int = 1) -> str:
        rows = [replace(made.heads[0], head=f"head {h + 1}", overlap=overlap, p=p, least=least) for h in range(heads)]
        return spaced(stability_sentence(replace(made, heads=tuple(rows), draws=draws), "head 1"))

    assert "**comes back**:" in said(0.6, 0.01)
    assert "**comes back in part**" in said(0.3, 0.01)
    assert "**a little, more than chance" in said(0.05, 0.01)
    assert "agree by" in said(0.6, 0.01)
    assert "**not told apart from chance**" in said(0.9, 0.05)
    assert "not known" in said(np.nan, np.nan)
    assert "**comes back**:" in said(0.6, 0.01, heads=4)
    assert "**not told apart from chance**" in said(0.6, 0.01, heads=5), "corrected for five heads"
    few = said(1.0, 1 / 200, 1 / 200, 199, heads=10)
    assert "whether head 1 comes back **cannot be told**, since with 199 draws for 10 matrices no p could be" in few
    assert "below 0.05" in few
    small = said(1.0, 0.68, 0.68)
    assert "**cannot be told**, since so few pairs are compared that even the same ones in every seed" in small
    assert "p = 0.68" in small
    assert "five tell more" in few_seeds_sentence(2)
    assert few_seeds_sentence(5) == ""


def test_spread_is_that_of_the_strongest_weights() -> None:
    one = made_stability(("head 1",)).heads[0]
    mean = np.zeros((20, 20))
    mean[0, 1] = mean[1, 0] = 2.0
    spread = np.full((20, 20), 5.0)
    spread[0, 1] = spread[1, 0] = 0.5
    assert "varies by 25.0 %" in spaced(spread_sentence(replace(one, mean=mean, spread=spread), 0.005))
    assert spread_sentence(replace(one, mean=np.zeros((20, 20)), spread=spread), 0.05) == ""
    relative = relative_spread(mean, spread)
    assert relative[0, 1] == 0.25
    assert np.isnan(relative[0, 0])
    assert np.isnan(relative[3, 4])
    table = weight_table([f"s{k}" for k in range(20)], mean, spread)
    assert table[["receiver", "sender"]].values.tolist() == [["s0", "s1"], ["s1", "s0"]]


def test_consensus_and_matching_are_said() -> None:
    made = made_stability(("head 1",))

    def agreed(labels: list[int], p: float = 0.005, heads: int = 1) -> str:
        row = replace(made.heads[0], consensus=np.array(labels), ari=-0.012, ari_p=p)
        rows = tuple(replace(row, head=f"head {h + 1}") for h in range(heads))
        return spaced(consensus_sentence(replace(made, heads=rows), "head 1"))

    assert agreed([-1, -1]) == "The seeds agree on no community."
    assert agreed([0, 0, 1, -1]) == "The seeds agree on 2 communities (p = 0.005); 1 sensor in none."
    assert agreed([0, 0, 1, 1], 0.31) == (
        "That the seeds agree on who belongs together **cannot be told from chance**: ARI −0.01, where renamed sensors "
        "give 0 (p = 0.31)."
    )
    assert "agree on 2" in agreed([0, 0, 1, 1], 0.01, heads=4)
    assert "cannot be told" in agreed([0, 0, 1, 1], 0.01, heads=5), "corrected for five heads"
    found = made_stability()
    assert matched_sentence(found).endswith("matched by likeness; all kept their places.")
    moved = found.matched.copy()
    moved[2] = moved[2][::-1]
    assert "in 1 seed of 5 they stand in other places" in spaced(matched_sentence(replace(found, matched=moved)))
    assert matched_sentence(replace(found, matched=moved[:, :1])) == ""
    layered = matched_sentence(made_stability(("mean", "layer 1", "layer 2")))
    assert layered.startswith("Each head has a place of its own in the model, so it was compared with that of its name")
    mixed = matched_sentence(made_stability(("mean", "head 1", "head 2", "output")))
    assert mixed.startswith("Heads of one layer have no order")
    assert mixed.endswith("The others were compared by name.")
    table = family_table(found, {0: "now", 3: "renamed"})
    assert table["run"].tolist() == ["now", "ring-seed1", "ring-seed2", "renamed", "ring-seed4"]
    assert table["plays head 2"].tolist() == [2, 2, 2, 2, 2]
    assert consensus_table(["a", "b"], np.array([0, -1]))["consensus community"].tolist() == ["1", ""]
    assert len(stability_table(found)) == 4


def white(graph: str, space: float, p: float, agree: float = 0.5, time_p: float = 0.5) -> Whiteness:
    error = abs(agree - 0.5) / space if space and agree != 0.5 else 0.01
    return Whiteness(graph, 9, space, min(p, time_p), space, p, 1.0, time_p, agree, error)


def test_what_is_left_in_the_errors_is_told_along_the_roads_and_beside_a_random_graph() -> None:
    left = Residuals(2, (white("head 1", 20, 1e-9, 0.7), white("roads", 9, 0.001, 0.6), white("random", 0, 0.9)),
                     *[np.zeros(3)] * 3, "roads")  # fmt: skip
    sentence = spaced(residuals_sentence(left, 30))
    assert sentence.startswith("30 minutes ahead, the model **leaves structure in its errors** along the roads")
    assert "60.0 % of them have the same sign where chance gives 50.0 %" in sentence
    assert "So its pairs still share something" in residuals_beside(left)
    nothing = replace(left, tests=(white("roads", 0.3, 0.7), white("random", 0, 0.9)))
    assert "**nothing left in the errors** along the roads (p = 1.00); that is no proof" in spaced(
        residuals_sentence(nothing, 30)
    )
    assert residuals_beside(nothing) == ""
    used_up = replace(left, tests=(white("head 1", 0.1, 0.9, 0.5), white("random", 0, 0.9, 0.51)))
    assert "share something" not in residuals_beside(used_up)
    unknown = replace(left, tests=(Whiteness("roads", 0, *[np.nan] * 8),))
    assert residuals_sentence(unknown, 15) == "There are too few errors, or no edges, to test."
    assert residuals_beside(unknown) == ""
    late = replace(left, tests=(white("roads", 0.1, 0.9, time_p=0.001),))
    assert "a sensor's error follows the one before it" in residuals_sentence(late, 0.5)
    assert len(whiteness_table(made_residuals())) == 6


def test_space_and_time_that_cancel_are_not_called_nothing() -> None:
    both = Whiteness("roads", 9, 0.0, 1.0, 10.0, 1e-20, -10.0, 1e-20, 0.6, 0.01)
    sentence = spaced(residuals_sentence(Residuals(1, (both,), *[np.zeros(3)] * 3, "roads"), 5))
    assert "**leaves structure in its errors**" in sentence
    assert "swings against the one before it" in sentence
    assert "Space and time taken together cancel (p = 1.0" in sentence
    one = replace(both, statistic=0.8, p=0.4, space=2.1, space_p=0.04, time=-1.0, time_p=0.3)
    found = Residuals(1, (one,), *[np.zeros(3)] * 3, "roads")
    assert "nothing left" in residuals_sentence(found, 5), "of two more looks, one below 0.05 is not enough"


def looked(space: float, time: float) -> str:
    """What is said where space and time have these normal scores."""
    both = (space + time) / 2**0.5 if np.isfinite(time) else space
    p = {part: float(2 * ndtr(-abs(score))) for part, score in (("both", both), ("space", space), ("time", time))}
    test = Whiteness("roads", 9, both, p["both"], space, p["space"], time, p["time"], 0.6, 0.01)
    return spaced(residuals_sentence(Residuals(1, (test,), *[np.zeros(3)] * 3, "roads"), 5))


def test_three_looks_at_errors_without_structure_find_some_in_no_more_than_one_of_twenty() -> None:
    scores = np.random.default_rng(0).standard_normal((4000, 2))
    assert np.mean(["leaves structure" in looked(*pair) for pair in scores]) <= 0.05


def test_of_three_looks_the_one_that_finds_is_named_with_its_corrected_p() -> None:
    assert "leaves structure in its errors** along the roads: errors of joined sensors are alike" in looked(2.6, 0)
    assert looked(2.6, 0).endswith("(p = 0.03). Space and time taken together do not show it (p = 0.13).")
    assert "a sensor's error" not in looked(2.6, 0)
    together = looked(2.0, 2.0)  # neither alone, but both: 2.83
    assert together.endswith("along the roads, in space and time taken together (p = 0.01).")
    assert "nothing left in the errors** along the roads (p = 0.08)" in looked(2.2, 0.1)
    alone = looked(2.1, float("nan"))  # without edges in time there is one look, not three
    assert "are alike, 60.0 % of them have the same sign where chance gives 50.0 % (p = 0.04)." in alone


def test_one_of_several_graphs_that_is_hardly_above_the_random_one_is_no_finding() -> None:
    def beside(*learned: Whiteness, random: float = 0.5) -> str:
        tests = (*learned, white("random", 0, 0.9, random))
        return residuals_beside(Residuals(1, tests, *[np.zeros(3)] * 3, "roads"))

    clear, weak = white("a", 8.0, 1e-9, 0.6), white("b", 2.1, 0.036, 0.52)
    assert "still share" in beside(clear, weak)
    assert "still share" not in beside(clear, random=0.59), "all graphs alike: the errors of all sensors go together"
    assert "still share" not in beside(weak, white("c", 2.8, 0.03, 0.53), random=0.4), "one of two was picked"
    unsure = replace(clear, agree_error=0.06)
    assert "still share" not in beside(unsure), "the share is as uncertain as its difference from the random one's"


def test_sensors_are_listed_by_how_much_is_left_whatever_the_sign() -> None:
    scores = np.array([0.5, -3.0, np.nan, 2.0])
    assert score_order(scores)[:3].tolist() == [1, 3, 0]
    found = Residuals(1, (), np.array([9.0, 0.0, 8.0, 0.0]), scores, np.array([9.0, 3.0, 8.0, 0.0]), "roads")
    table = score_table(["a", "b", "c", "d"], found)
    assert table["sensor"].tolist()[:3] == ["b", "d", "a"], "by what goes with neighbours, which is what the map shows"
    assert table["over space"].tolist()[:2] == [-3.0, 2.0]
    assert table["over time"].tolist()[:2] == [3.0, 0.0]
    assert table["space and time"].tolist()[:2] == [0.0, 0.0]


def test_sensors_outside_of_chance_are_counted_among_those_that_have_a_score() -> None:
    caption = spaced(scores_caption(np.array([2.5] * 4 + [-2.5] * 3 + [0.1] * 113), "roads"))
    assert "7 of 120 sensors lie outside ±1.96, where chance would put about 6" in caption
    assert "its own last one is no part of the colour" in caption
    caption = spaced(scores_caption(np.array([2.5] * 2 + [0.1] * 58 + [np.nan] * 60), "roads"))
    assert "2 of 60 sensors with a score lie outside ±1.96, where chance would put about 3" in caption
    assert scores_caption(np.full(3, np.nan), "roads").startswith("No sensor has a score")


def test_what_could_be_found_is_told_for_the_runs_own_setting_best_first() -> None:
    found = made_planted()
    sentence = spaced(planted_sentence(found))
    assert sentence.startswith("With data like yours, **91.0 % of true edges are found** by intergat\\-plus (90.0 % to")
    assert sentence.index("ridge VAR") < sentence.index("partial correlation finds")
    assert set(own_recoveries(found)) == {one.way for one in found.recoveries}
    other = replace(found, length=123)
    assert planted_sentence(other) == "Nothing was measured in the setting of this run."
    every = tuple(replace(one, auroc=float("nan"), precision=1.0) for one in found.recoveries)
    assert planted_sentence(replace(found, recoveries=every)).startswith("Cannot be told: every pair of sensors was")
    setting = spaced(planted_setting(found))
    assert f"noise of {found.noise:.0%}".replace("%", " %") in setting
    assert "left by this run one step ahead, or by the last value where it is nearer: at most so much is" in setting
    assert "a better forecast would leave less" in setting
    assert "a ring, since this run has no road graph" in planted_setting(made_planted(ring=True, far=0))
    assert "far coupling" not in planted_setting(made_planted(ring=True, far=0))
    assert is_simple("ridge VAR")
    assert not is_simple("gat-gru")


def test_a_curve_holds_the_other_settings_as_they_are_in_the_run() -> None:
    found = made_planted()
    (ridge,) = [way for way in recovery_along(found, "length") if way.way == "ridge VAR"]
    assert ridge.at.tolist() == [1000, 2000, 4000]
    own = [one.precision for one in found.recoveries if one.way == "ridge VAR" and (one.length, one.noise) == (2000, 1)]
    assert (ridge.least[1], ridge.middle[1], ridge.most[1]) == pytest.approx((min(own), np.mean(own), max(own)))
    assert (np.diff(ridge.middle) > 0).all()
    (noise,) = [way for way in recovery_along(found, "noise") if way.way == "ridge VAR"]
    assert (np.diff(noise.middle) < 0).all()
    assert [len(way.at) for way in recovery_along(found, "missing")] == [1] * 4
    unknown = Recovery("correlation", 1.0, 2000, 0.02, 9, np.nan, np.nan, np.nan, np.nan)
    assert recovery_along(replace(found, recoveries=(unknown,)), "length") == []


def test_the_table_of_the_own_setting_is_a_mean_over_the_seeds_best_first() -> None:
    found = made_planted(far=0)
    table = own_table(found)
    assert table["way"].tolist() == ["intergat-plus", "ridge VAR", "partial correlation", "correlation"]
    assert table["seeds"].tolist() == [3] * 4
    assert table["true edges found [%]"][0] == pytest.approx(91.0)
    assert not [column for column in table if "far" in column], "what was not planted has no column"
    assert len(recovery_table(found)) == len(found.recoveries)
    assert own_table(replace(found, recoveries=())).empty


def test_progress_says_what_is_tested_and_how_far_all_of_it_is() -> None:
    asked = ("chance", "use", "planted")
    assert progress_words("use", 0.4, ("chance",), asked) == (
        "Testing what the model loses when weights are cut: 40 %, part 2 of 3"
    )
    assert progress_words("", 0, (), asked) == "starting"
    assert progress_words("", 0, asked, asked) == "going on"
    assert whole_share(0.5, ("chance",), asked) == 0.5
    assert whole_share(1.0, asked, asked) == 1.0
    assert whole_share(0.0, (), ()) == 0.0
    assert start_words(("use",), (), "").startswith("To test: use.")
    assert start_words(("use", "planted"), (), "stopped").startswith("It was stopped; what was done by then is")
    assert "Use could not be tested" in start_words(("use",), ("use",), "done")


@pytest.mark.parametrize("name", HOSTILE)
def test_no_name_becomes_markup_in_a_sentence(name: str) -> None:
    chance = made_chance(("mean", name))
    found = effects(chance.heads, "correlation")
    sentences = [by_chance.tests_sentence(chance.heads[1].roads, name, found.adjusted(1), 2)]
    sentences.append(stability_sentence(made_stability((name,)), name))
    sentences.append(residuals_beside(made_residuals((name,))))
    planted = made_planted()
    sentences.append(planted_sentence(replace(planted, recoveries=tuple(
        replace(one, way=name) for one in planted.recoveries))))  # fmt: skip
    for sentence in sentences:
        for part in ("<img", "<script", "](javascript", "www.example", ":material", "**bold**"):
            assert part not in re.sub(r"\\.", "", sentence)
