"""The verdict: what it takes for each line, that no line rests on one test, and that it says what it could not test."""

from dataclasses import replace

import numpy as np
import pytest

from analysis.evidence import Chance, HeadChance
from analysis.nulls import NullTest, Tests, Untested
from analysis.stability import HeadStability, Stability
from analysis.use import Area, Cut, Use
from app.evidence.commands import bare
from app.measured import Measured
from app.reading import verdict as said
from app.reading.use import use_answer
from app.reading.verdict import NOT_YET, Line, Verdict, used_line, verdict
from app.reading.verdict_summary import overall, thresholds, verdict_table
from core.run import Run
from tests.app.conftest import made_run
from tests.app.evidence_made import made_chance, made_stability, made_use

KEEPING = ("moran", "rewired", "configuration")


def drawn(p: float, statistic: float) -> np.ndarray:
    """499 draws of which as many as p says are above the statistic, the others 0.02 on average."""
    above = max(round(p * 500) - 1, 0)
    return np.array([statistic + 0.01] * above + [0.01, 0.03] * ((499 - above) // 2) + [0.02] * ((499 - above) % 2))


def chance(p: dict[str, float], statistic: float = 0.4, others: int = 0, untested: tuple[str, ...] = ()) -> Chance:
    """One head with these p values; ``others`` more heads far from anything."""

    def of(name: str, values: dict[str, float]) -> HeadChance:
        tests = tuple(NullTest(null, statistic, drawn(value, statistic), value) for null, value in values.items())
        missing = tuple(Untested(null, "no sensor has coordinates") for null in untested)
        return HeadChance(name, Tests("correlation", tests, missing), None, None, None)

    return Chance((of("h0", p), *(of(f"h{k + 1}", dict.fromkeys(p, 0.9)) for k in range(others))), 499)


def use(
    rise: float, lows: dict[tuple[str, str], float], heads: tuple[str, ...] = ("h0", "h1"), spread: float | None = None
) -> Use:
    """Cutting the first head costs ``rise`` of an error of 2, give or take ``spread`` of it, areas as given."""
    made = made_use(("mean", *heads))
    wide = 0.2 * abs(rise) if spread is None else spread
    ends = 2 * (rise - wide), 2 * (rise + wide)
    cuts = tuple(
        Cut(cut.name, cut.kind, cut.forecast, np.full(4, 2 * rise), cut.by_sensor, 2 * rise, *ends)
        if cut.name == heads[0] or cut.kind == "all"
        else cut
        for cut in made.cuts
    )
    areas = tuple(Area(way, beside, low + 0.1, low, low + 0.2) for (way, beside), low in lows.items())
    return replace(made, cuts=cuts, areas=areas)


def lows(*ways: str, length: float = 0.1) -> dict[tuple[str, str], float]:
    """The order matters in these ways of removing and not in the others."""
    return {
        (way, beside): (length if beside == "length" else 0.1) if way in ways else -0.1
        for way in ("zero", "mean", "rewire")
        for beside in ("random", "length", "weakest")
    }


def stability(overlap: float, p: float, seeds: int = 5) -> Stability:
    made = made_stability(("h0",), seeds=seeds)
    row = HeadStability("h0", *(getattr(made.heads[0], name) for name in ("mean", "spread", "likeness")), overlap, 0.02,
                        0.7, made.heads[0].consensus, p, 0.002)  # fmt: skip
    return replace(made, heads=(row,))


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


def test_used_takes_a_rise_and_an_order_that_matters() -> None:
    line = used_line("h0", use(0.08, lows("zero", "mean", "rewire")), "km/h")
    assert line.state == "yes"
    words = bare(line.sentence).replace("\u00a0", " ")
    assert "without it the mean absolute error of 2.00 km/h rises by 0.160 km/h (8.0 %, 95 % interval" in words
    assert "interval 6.4 % to 9.6 %)" in words
    assert "In all heads together, removing the strongest pairs first costs more than random ones" in words
    assert "and ones of the same length in 3 of 3 ways" in words
    assert line.common.startswith("In all heads together"), "the same beside every head"
    assert "together" not in line.own
    assert "0.20 km/h" not in words
    assert "95 % interval 0.10 to 0.30" in words


@pytest.mark.parametrize(
    ("rise", "ways", "state"),
    [
        (0.01, ("zero", "mean"), "yes"),
        (0.0099, ("zero", "mean"), "faint"),
        (0.08, ("zero",), "yes"),
        (0.08, (), "yes"),
        (0.001, (), "faint"),
        (0.0009, ("zero", "mean", "rewire"), "no"),
        (0.0, (), "no"),
        (-0.05, ("zero", "mean", "rewire"), "harmful"),
        (-0.0009, ("zero", "mean", "rewire"), "no"),
    ],
)
def test_thresholds_of_use(rise: float, ways: tuple[str, ...], state: str) -> None:
    assert used_line("h0", use(rise, lows(*ways)), "km/h").state == state


def test_an_order_that_edges_of_the_same_length_explain_does_not_count() -> None:
    line = used_line("h0", use(0.08, lows("zero", "mean", "rewire", length=-0.01)), "")
    assert line.state == "yes", "it is used, whatever its strong pairs are worth"
    words = line.common.replace("\u00a0", " ")
    assert "that strong pairs matter more is not shown: removing the strongest pairs first costs more than" in words
    assert "in none of 3 ways of removing (set to zero, beside random ones by" in words
    without = {key: low for key, low in lows("zero", "mean").items() if key[1] == "random"}
    text = used_line("h0", use(0.08, without), "").common.replace("\u00a0", " ")
    assert "costs more than random ones in 2 of 3 ways" in text, "without coordinates there is no length"


def test_that_an_order_matters_is_neither_said_nor_denied_where_intervals_do_not_say_so() -> None:
    """As the demo's gat-gru: more where set to the mean, less where set to zero, open where moved."""

    def order(*ways: tuple[str, float, float], heads: tuple[str, ...] = ("h0",)) -> str:
        areas = tuple(Area(way, beside, (low + high) / 2, low, high) for way, low, high in ways
                      for beside in ("random", "length"))  # fmt: skip
        line = used_line("h0", replace(use(0.08, {}, heads), areas=areas), "km/h")
        assert line.state == "yes"
        assert "does not matter" not in line.sentence
        return bare(line.common).replace("\u00a0", " ")

    more, less, wide = (0.1, 0.5), (-0.4, -0.1), (-0.4, 0.2)
    assert order(("zero", *less), ("mean", *more), ("rewire", *wide)) == (
        "That strong pairs matter more is not shown, since the ways of removing disagree: beside random ones and ones "
        "of the same length, removing the strongest pairs first costs more with weights set to the mean (beside random "
        "ones by 0.300 km/h, 95 % interval 0.10 to 0.50) and less with weights set to zero (beside random ones by "
        "0.250 km/h, 95 % interval 0.10 to 0.40); it cannot be told with weights moved to other pairs."
    )
    one = order(("zero", *wide), ("mean", *more), ("rewire", *wide))
    assert one.startswith("That strong pairs matter more is not shown, since the ways of removing disagree: beside")
    assert one.endswith("; it cannot be told with weights set to zero and moved to other pairs.")
    none = order(("zero", *wide), ("mean", *wide), ("rewire", *wide), heads=("h0", "h1"))
    assert none == (
        "In all heads together, that strong pairs matter more is not shown: removing the strongest pairs first costs "
        "more than random ones and ones of the same length, with a whole interval above 0, in none of 3 ways of "
        "removing (set to zero, beside random ones by −0.100 km/h, 95 % interval −0.40 to 0.20)."
    )
    never = order(("zero", *less), ("mean", *less), ("rewire", *less))
    assert "disagree" not in never
    assert never.endswith("costs less with weights set to zero, set to the mean and moved to other pairs (set to zero, "
                          "beside random ones by 0.250 km/h, 95 % interval 0.10 to 0.40).")  # fmt: skip
    most = order(("zero", *more), ("mean", *more), ("rewire", *less))
    assert most.startswith("Removing the strongest pairs first costs more than random ones and ones of the same length "
                           "in 2 of 3 ways of removing (")  # fmt: skip
    assert most.endswith("; with weights moved to other pairs it costs less.")


def test_an_order_that_could_not_be_tested_leaves_it_used() -> None:
    for areas in ({}, {("zero", "random"): float("nan")}):
        line = used_line("h0", use(0.08, areas), "")
        assert line.state == "yes"
        assert "whether strong pairs matter more could not be tested" in line.sentence


def test_what_costs_nothing_is_ignored_and_what_helps_to_cut_is_used_to_harm() -> None:
    assert used_line("h0", use(0.0, {}), "").sentence.startswith("Ignored: without it")
    harmful = used_line("h0", use(-0.05, {}), "mph").sentence
    assert harmful.startswith("Used, to its harm")
    assert "falls by 0.100 mph (5.0 %, 95 % interval 4.0 % to 6.0 %)" in bare(harmful).replace("\u00a0", " ")
    assert used_line("h0", use(float("nan"), {}), "").state == "untested"


@pytest.mark.parametrize(
    ("rise", "spread", "state", "begin"),
    [
        (0.08, 0.0799, "yes", "It matters: "),
        (0.08, 0.0801, "unclear", "Cannot be told from these 64 windows: "),
        (-0.05, 0.049, "harmful", "Used, to its harm: "),
        (-0.05, 0.051, "unclear", "Cannot be told from these 64 windows: "),
        (0.0, 0.0009, "no", "Ignored: "),
        (0.0, 0.02, "unclear", "Cannot be told from these 64 windows: "),
        (0.0008, 0.0005, "no", "Hardly used: "),
        (0.08, float("nan"), "unclear", "Cannot be told: "),
    ],
)
def test_use_is_said_of_what_the_interval_bears_out(rise: float, spread: float, state: str, begin: str) -> None:
    line = used_line("h0", use(rise, lows("zero", "mean", "rewire"), spread=spread), "km/h")
    words = bare(line.sentence).replace("\u00a0", " ")
    assert (line.state, words[: len(begin)]) == (state, begin)
    if begin.endswith("windows: "):
        assert words.endswith("A longer test part could tell, with windows of more days.")


def test_heads_of_which_it_cannot_be_told_are_counted() -> None:
    unclear = Verdict("h0", Line("yes", "…"), Line("unclear", "…"), Line("yes", "…"))
    used = replace(unclear, used=Line("yes", "…"))
    assert unclear.used.said == "unclear"
    assert "neither clearly used nor clearly ignored" in overall([unclear])
    assert "1 is used by the model (of 2 it cannot be told)" in overall([used, unclear, unclear])
    assert ":material/help: unclear" in verdict_table([unclear])


def test_what_does_harm_and_what_hardly_does_anything_have_words_of_their_own() -> None:
    harmful = verdict("h0", None, use(-0.1, {}, spread=0.05), None)
    assert harmful.used.said == "harmful"
    assert "used by the model to its harm" in overall([harmful])
    assert "ignored" not in overall([harmful])
    assert ":material/warning: harmful" in verdict_table([harmful])
    used = verdict("h0", None, use(0.08, {}), None)
    assert "1 is used by the model to its gain (1 to its harm)" in overall([used, harmful]).replace("\u00a0", " ")
    assert "none is used by the model to its gain (2 to its harm)" in overall([harmful, harmful])
    hardly = verdict("h0", None, use(0.0008, {}, spread=0.0005), None)
    assert hardly.used.said == "hardly"
    assert "hardly used by the model" in overall([hardly])
    assert "ignored" in overall([verdict("h0", None, use(0.0, {}), None)])


@pytest.mark.parametrize(
    ("rise", "spread", "answer", "line", "headline"),
    [
        (0.003, 0.001, "matters a little", "It matters a little", "slightly used by the model"),
        (0.08, 0.02, "is off by **0.160", "It matters:", "is not tested against chance, used by the model"),
        (-0.1, 0.05, "to its harm", "Used, to its harm", "to its harm"),
        (0.0, 0.0005, "ignores", "Ignored", "ignored"),
        (0.0008, 0.0005, "hardly uses", "Hardly used", "hardly used"),
        (0.15, float("nan"), "cannot be told", "Cannot be told", "neither clearly used nor clearly ignored"),
        (0.15, 0.2, "cannot be told", "Cannot be told", "neither clearly used nor clearly ignored"),
    ],
)
def test_answer_verdict_and_headline_say_the_same_of_a_cut(
    rise: float, spread: float, answer: str, line: str, headline: str
) -> None:
    made = use(rise, {}, ("h0",), spread=spread)
    one = verdict("h0", None, made, None)
    assert answer in use_answer(made, "h0", "km/h").replace("\u00a0", " ")
    assert one.used.sentence.startswith(line)
    assert headline in overall([one])


def test_a_perfect_model_whose_weights_matter_is_told_without_shares() -> None:
    words = bare(used_line("h0", replace(use(0.08, {}), mae=0.0), "").sentence).replace("\u00a0", " ")
    assert words.startswith("It matters: without it the mean absolute error of 0 rises by 0.160 (95 % interval 0.128")


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
    for stated in ("p < 0.05", "at least 2 of them", "at least 0.1;", "at least 1 %", "below 0.1 %", "at least 0.5"):
        assert stated in words
