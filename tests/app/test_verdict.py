"""The verdict: what each line takes, that 'real' rests on no single test, and that it says what it could not test."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from analysis.evidence import Chance, HeadChance
from analysis.nulls import NullTest, Tests
from app.evidence.commands import bare
from app.measured import Measured
from app.reading import verdict as said
from app.reading.begun import begun_sentence, share_begun
from app.reading.verdict import NOT_YET, Verdict, verdict
from app.reading.verdict_line import Line
from app.reading.verdict_summary import overall, thresholds, verdict_table
from app.reading.verdict_used import used_line
from core.run import Run
from tests.app.conftest import made_run
from tests.app.evidence_made import made_chance, made_stability, made_use
from tests.app.verdict_made import KEEPING, chance, drawn, lows, stability, use


def real(found: Chance, head: str = "h0", **more: str) -> Line:
    return verdict(head, found, None, None, **more).real


def test_real_takes_every_null_that_knows_the_map() -> None:
    line = real(chance(dict.fromkeys(KEEPING, 0.002)))
    assert line.state == "yes"
    words = bare(line.sentence).replace("\u00a0", " ")
    assert words.startswith("More than chance: coupling goes with roads by a correlation of 0.40, where chance gives")
    assert words.count("0.02 for ") == 3
    assert words.count("p = 0.002") == 3


@pytest.mark.parametrize("denying", KEEPING)
def test_one_null_that_does_as_well_is_enough_to_deny(denying: str) -> None:
    line = real(chance({**dict.fromkeys(KEEPING, 0.002), denying: 0.2}))
    assert line.state == "no"
    assert line.sentence.startswith(f"Not distinguishable from chance, since {said.KEEPING[denying]} do as well")


def test_the_plain_permutation_has_no_say() -> None:
    assert real(chance({**dict.fromkeys(KEEPING, 0.2), "permuted": 0.002})).state == "no"
    assert real(chance({**dict.fromkeys(KEEPING, 0.002), "permuted": 0.9})).state == "yes"
    only = real(chance({"permuted": 0.002, "configuration": 0.002}, untested=("moran", "rewired")))
    assert only.state == "untested"
    assert "one could be drawn, and a verdict needs 2" in only.sentence
    assert "moran could not be drawn, since no sensor has coordinates" in only.sentence


def test_two_nulls_are_enough_and_what_was_not_drawn_is_said() -> None:
    line = real(chance({"rewired": 0.01, "configuration": 0.01}, untested=("moran",)))
    assert line.state == "yes"
    assert "no sensor has coordinates" in line.sentence
    assert real(chance({"configuration": 0.01})).state == "untested"
    assert "none could be drawn" in real(chance({"permuted": 0.01})).sentence


def test_p_values_are_held_against_the_number_of_heads() -> None:
    p = dict.fromkeys(KEEPING, 0.02)
    assert real(chance(p)).state == "yes"
    assert real(chance(p, others=1)).state == "yes"  # 0.04
    assert real(chance(p, others=2)).state == "no"  # 0.06


def test_a_graph_that_no_draw_reaches_but_that_has_too_few_draws_is_not_denied() -> None:
    """25 heads, 499 draws: the smallest p possible is 25 / 500 after Holm, so nothing could have been more."""
    line = real(chance(dict.fromkeys(KEEPING, 0.002), others=24))
    assert (line.state, line.said) == ("untested", "too few")
    words = bare(line.sentence).replace("\u00a0", " ")
    assert words.startswith("Cannot be told: with 499 draws for 25 matrices the smallest that was possible is p = 0.05")
    assert "Coupling goes with roads by a correlation of 0.40" in words
    assert real(chance(dict.fromkeys(KEEPING, 0.002), others=23)).state == "yes"
    far = chance(dict.fromkeys(KEEPING, 0.5), others=24)
    assert real(far).state == "untested", "it could not have been told, so it is not denied either"
    assert real(chance(dict.fromkeys(KEEPING, 0.5), others=23)).state == "no"
    assert overall([verdict("h0", far, None, None)]).startswith("This matrix is not testable against chance (")
    both = overall([verdict(f"h{k}", far, None, None) for k in (0, 1)])
    assert "none could be tested against chance, none was tested for use" in both


def test_a_null_whose_draws_are_mostly_the_same_matrix_denies_nothing() -> None:
    """No draw is above what was measured, but 29 equal it, as where few sensors leave few matrices to draw."""
    equal = tuple(
        NullTest(null, 0.4, np.array([0.4] * 29 + [0.01] * 470), 30 / 500) for null in ("moran", "configuration")
    )
    found = Chance((HeadChance("h0", Tests("correlation", equal, ()), None, None, None),), 499)
    line = real(found)
    assert line.state == "untested"
    assert "p = 0.06" in bare(line.sentence).replace("\u00a0", " ")


def test_a_null_that_could_have_denied_and_does_is_enough_beside_one_that_could_not() -> None:
    tests = (
        NullTest("moran", 0.4, np.array([0.4] * 29 + [0.01] * 470), 30 / 500),
        NullTest("configuration", 0.4, drawn(0.3, 0.4), 0.3),
    )
    line = real(Chance((HeadChance("h0", Tests("correlation", tests, ()), None, None, None),), 499))
    assert line.state == "no"
    assert f"since {said.KEEPING['configuration']} do as well" in line.sentence


def test_the_level_itself_is_not_below_it() -> None:
    assert real(chance(dict.fromkeys(KEEPING, 0.05))).state == "no"
    assert real(chance(dict.fromkeys(KEEPING, 0.0499))).state == "yes"


def test_a_small_effect_is_faint_however_sure() -> None:
    sure = dict.fromkeys(KEEPING, 0.002)
    assert real(chance(sure, statistic=0.0999)).state == "faint"
    assert real(chance(sure, statistic=0.1)).state == "yes"
    assert real(chance(dict.fromkeys(KEEPING, 0.3), statistic=0.05)).state == "no"


def test_without_a_road_graph_it_cannot_be_told() -> None:
    line = real(made_chance(roads=False), "head 1")
    assert (line.state, "no road graph" in line.sentence) == ("untested", True)


def test_seeds_that_were_given_one_graph_agree_by_construction() -> None:
    found = made_stability()
    assert "by construction" in verdict("head 1", None, None, found, model="gat-gru").stable.sentence
    assert "by construction" not in verdict("head 1", None, None, found, model="intergat-plus").stable.sentence


def test_what_began_from_the_data_is_said_to_speak_of_them() -> None:
    told = verdict("head 1", made_chance(), None, made_stability(), model="intergat-plus", begun=0.5)
    assert told.real.state == "yes"
    assert "Before training, half of it was made from partial correlations of these series" in told.real.sentence
    assert "Every seed began half from the same partial correlations" in told.stable.sentence
    assert "by construction" in told.stable.sentence
    mean = verdict("head 1", made_chance(), None, None, made_of=("intergat-plus", "intergat-plus"))
    assert "Before training, a part of it was made from partial correlations" in mean.real.sentence
    unlike = replace(made_stability(), heads=tuple(replace(one, p=0.5) for one in made_stability().heads))
    assert "Every seed began" not in verdict("head 1", None, None, unlike, begun=0.5).stable.sentence
    by_chance = verdict("head 1", made_chance(), None, made_stability(), model="intergat-plus")
    assert "correlations" not in by_chance.real.sentence + by_chance.stable.sentence
    assert "30 % of it" in begun_sentence(0.3).replace("\u00a0", " ")


def test_how_much_began_from_the_data_is_read_from_a_record_that_may_be_a_strangers() -> None:
    def record(config: object) -> dict[str, Any]:
        return {"model": {"name": "intergat-plus", "config": config}}

    assert share_begun(record({"informed": 0.5})) == 0.5
    odd = ({}, {"informed": "half"}, {"informed": 7}, {"informed": 0}, {"informed": float("nan")}, [])
    assert [share_begun(record(config)) for config in odd] == [0] * len(odd)
    assert share_begun({"kind": "matrix"}) == 0


def test_what_was_given_is_no_finding() -> None:
    for found in (chance(dict.fromkeys(KEEPING, 0.002)), None):
        line = verdict("h0", found, None, None, model="gat-gru").real
        assert (line.state, line.said) == ("untested", "given")
        assert "how it was built, not something it found" in line.sentence


def test_a_mean_over_models_that_were_given_the_roads_is_no_finding_either() -> None:
    found = chance(dict.fromkeys(KEEPING, 0.002))
    alone = verdict("h0", found, None, None, made_of=("gat-gru",))
    assert alone.real == verdict("h0", found, None, None, model="gat-gru").real
    cannot = dict.fromkeys(("use", "stability"), "A matrix alone has no model.")
    mixed = verdict("h0", found, None, None, made_of=("intergat-gru", "gat-gru"), reasons=cannot)
    assert (mixed.real.state, mixed.real.said) == ("untested", "given in part")
    assert mixed.real.sentence.startswith("In part by construction, so no finding: gat\\-gru is given the road graph")
    assert overall([mixed]).startswith("This matrix is in part on the roads by construction, ")
    assert verdict("h0", found, None, None, made_of=("intergat-gru", "gru")).real.state == "yes"


def test_the_mean_stands_for_all_heads_and_so_does_a_single_one() -> None:
    assert "without any weight between sensors" in used_line("mean", use(0.08, {}), "").sentence
    one = used_line("h0", use(0.08, {}, ("h0",)), "").sentence
    assert "without any weight between sensors" in one
    assert "all heads together" not in one


@pytest.mark.parametrize(
    ("overlap", "p", "state", "begin"),
    [
        (0.5, 0.005, "yes", "It comes back:"),
        (0.499, 0.005, "faint", "It comes back in part:"),
        (0.2, 0.049, "faint", "It comes back in part:"),
        (0.199, 0.049, "faint", "A little of it comes back:"),
        (0.1, 0.05, "no", "Not told apart from chance:"),
        (0.6, 0.2, "no", "Not told apart from chance:"),
        (float("nan"), 1.0, "untested", "Cannot be told:"),
    ],
)
def test_thresholds_of_stability(overlap: float, p: float, state: str, begin: str) -> None:
    line = verdict("h0", None, None, stability(overlap, p)).stable
    assert (line.state, line.sentence[: len(begin)]) == (state, begin)


def test_one_lucky_head_among_many_is_no_finding_of_stability() -> None:
    lucky = stability(0.016, 0.025)
    six = tuple(replace(lucky.heads[0], head=f"h{k}", p=0.025 if k == 0 else 0.4) for k in range(6))
    line = verdict("h0", None, None, replace(lucky, heads=six)).stable
    assert line.state == "no"
    assert "p = 0.15" in bare(line.sentence).replace("\u00a0", " "), "six heads were looked at: 6 x 0.025"


def test_what_no_overlap_could_have_told_is_not_tested_and_no_accident() -> None:
    ten = replace(stability(1.0, 1 / 200), draws=199)
    rows = tuple(replace(ten.heads[0], head=f"h{k}", least=1 / 200) for k in range(10))
    line = verdict("h0", None, None, replace(ten, heads=rows)).stable
    assert (line.state, line.said) == ("untested", "too few")
    words = bare(line.sentence).replace("\u00a0", " ")
    assert words.startswith("Cannot be told: with 199 draws for 10 matrices no p could be below 0.05")
    assert ". Of all pairs among the strongest" in words
    nine = verdict("h0", None, None, replace(ten, heads=rows[:9])).stable
    assert nine.state == "yes", "9 / 200 is below 0.05"
    small = replace(ten, heads=(replace(ten.heads[0], p=0.68, least=0.68),))
    made = verdict("h0", None, None, small)
    words = bare(made.stable.sentence).replace("\u00a0", " ")
    assert made.stable.state == "untested"
    assert "so few pairs are compared that even the same ones in every seed would give p = 0.68" in words
    assert overall([made]).endswith("and not testable on other seeds (too few pairs or draws).")
    assert overall([made, made]).endswith("and none could be tested on other seeds.")
    for wanted in (line.sentence, words, overall([made])):
        assert "accident" not in wanted


def test_a_model_without_a_path_for_the_own_value_says_so() -> None:
    assert "own value passes through the same matrix" in used_line("h0", use(0.08, {}), "", "intergat-gru").sentence
    assert "own value" not in used_line("h0", use(0.08, {}), "", "intergat-plus").sentence


def test_stability_says_its_figures() -> None:
    words = bare(verdict("h0", None, None, stability(0.62, 0.005)).stable.sentence).replace("\u00a0", " ")
    assert "of all pairs among the strongest 5 % of either of two seeds, 62.0 % are so in both" in words
    assert "mean over 5 seeds; by chance 2.0 %, p = 0.005), and their communities agree by 0.70 (ARI" in words


def test_what_was_not_made_and_what_cannot_be_made_are_told_apart() -> None:
    made = verdict("h0", None, None, None, reasons={"stability": "There is one seed only.", "use": ""})
    assert made.real == made.used == Line("untested", NOT_YET)
    assert made.stable == Line("untested", "Cannot be tested: there is one seed only.")


def test_the_mean_of_one_head_is_that_head_and_others_are_refused() -> None:
    found = chance(dict.fromkeys(KEEPING, 0.002))
    assert real(found, "mean") == real(found)
    with pytest.raises(ValueError, match="head must be one of h0, h1, got 'h9'"):
        real(chance(dict.fromkeys(KEEPING, 0.002), others=1), "h9")


def test_a_run_is_summed_up_in_one_sentence() -> None:
    def of(*states: str) -> Verdict:
        return Verdict("h", *(Line(state, "…") for state in states))  # type: ignore[arg-type]

    one = overall([of("yes", "no", "untested")])
    assert one == "This matrix is more than chance, ignored, and not tested on other seeds."
    mixed = overall([of("yes", "yes", "faint")])
    assert mixed == "This matrix is more than chance, used by the model, and stable in part.", "only one is in part"
    heads = [of("yes", "yes", "untested"), of("faint", "yes", "untested"), of("no", "faint", "untested")]
    assert overall(heads).replace("\u00a0", " ") == (
        "Of 3 heads, 1 is more than chance (1 more faintly), 2 are used by the model (1 more slightly) and none was "
        "tested on other seeds."
    )
    assert overall([of("no", "no", "no"), of("no", "no", "no")]).replace("\u00a0", " ") == (
        "Of 2 heads, none is more than chance, none is used by the model and none is stable."
    )
    partly = [of("faint", "faint", "faint"), of("no", "faint", "faint")]
    assert overall(partly).replace("\u00a0", " ") == (
        "Of 2 heads, none is clearly more than chance (1 faintly), none is clearly used by the model (2 slightly) and "
        "none is clearly stable (2 in part)."
    )
    some = [of("yes", "yes", "untested"), of("no", "yes", "yes")]
    assert overall(some).endswith("2 are used by the model and 1 of 1 tested is stable.")
    assert overall([verdict("h", None, None, None)]).startswith("Nobody has tested yet")
    assert overall([]) == ""


def test_a_run_has_a_verdict_for_the_mean_and_each_head(tmp_path) -> None:  # type: ignore[no-untyped-def]
    run = Run.load(made_run(tmp_path / "ring"))
    found = {"chance": made_chance(), "use": made_use(), "stability": made_stability()}
    made = said.verdicts(Measured(run), found, {})
    assert [one.head for one in made] == ["mean", "head 1", "head 2", "head 3"]
    assert [line.state for line in made[1].lines] == ["yes", "yes", "faint"]
    assert "Against the planted graph, known here: AUROC 1.00, chance 0.50." in made[1].real.sentence
    assert made[-1].stable.state == "no"
    one = Run.load(made_run(tmp_path / "one", heads=1))
    assert [line.head for line in said.verdicts(Measured(one), {}, {})] == ["head 1"]
    text = verdict_table(made, "head 1")
    assert len(text.splitlines()) == 6
    assert "| **head 1** | " in text
    given = verdict("head 1", found["chance"], found["use"], None, model="gat-gru")
    assert "| :material/radio_button_unchecked: given |" in verdict_table([given])
    assert overall([given]).startswith("This matrix is on the roads by construction, used by the model, and not")
    assert overall([given, given]).replace("\u00a0", " ").startswith("Of 2 heads, all are on the roads by construction")


def test_names_from_data_become_no_markup() -> None:
    wild = "a|b **c** <i>"
    found = Verdict(wild, *[Line("yes", "…")] * 3)
    (row,) = verdict_table([found]).splitlines()[2:]
    assert row.count("|") - row.count("\\|") == 5
    assert "<i>" not in row.replace("\\<", "")


def test_seeds_whose_pairs_all_couple_alike_cannot_be_tested() -> None:
    alike = stability(1.0, 1.0)
    line = verdict("h0", None, None, replace(alike, heads=(replace(alike.heads[0], chance_overlap=1.0),))).stable
    assert line.state == "untested"
    assert "all pairs couple alike" in line.sentence
    assert verdict("h0", None, None, alike).stable.state == "no", "where chance gives less, it is not alike"


def test_lengths_are_a_threshold_only_where_they_are_known() -> None:
    words = "random ones and ones of the same length"
    without = {key: low for key, low in lows("zero", "mean").items() if key[1] != "length"}
    assert words in thresholds(use(0.08, lows("zero")))
    assert words not in thresholds(use(0.08, without))
    assert words in thresholds(None), "nobody knows yet"


def test_the_thresholds_are_those_that_are_used() -> None:
    words = bare(thresholds(None)).replace("\u00a0", " ")
    assert "what the graph is worth is told by such a control" in words
    for stated in ("p < 0.05", "at least 2 of them", "at least 0.1;", "at least 1 %", "below 0.1 %", "at least 0.5"):
        assert stated in words
