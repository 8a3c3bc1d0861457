"""What is said of two runs: never more than the figures hold, chance beside it."""

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.difference import edge_change, matrix_difference, spectrum_difference
from analysis.groups import agreement
from analysis.matching import matched_labels
from app.reading import difference as said
from app.reading.runs import Measured, best_sentence, runs_answer
from tests.analysis.planted import ring, uneven


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\\", "").replace("\u2060", "")


def test_agreement_stands_beside_what_chance_would_give() -> None:
    A = ring(20)
    B = A.copy()
    B[0, 1] = B[1, 0] = 0
    B[0, 7] = B[7, 0] = 1
    found = plain(said.pairs_answer(edge_change(A, B, 20 / 190), 20 / 190))
    assert found.startswith("The two agree on **90.5 %** of their strongest 10.53 % of pairs")
    assert "two independent choices would share 5." in found
    assert "chance" not in found


def test_agreement_by_chance_is_called_that() -> None:
    found = plain(said.pairs_answer(edge_change(uneven(30), uneven(30, seed=1), 0.1), 0.1))
    assert re.search(r", which cannot be told from chance: two independent .* % \(p = 0\.\d+\)\.$", found)


def test_a_few_shared_pairs_of_few_are_no_agreement() -> None:
    change = edge_change(uneven(5), uneven(5), 0.1)  # the one strongest pair of ten: p is 0.1
    assert change.jaccard == 1.0
    assert plain(said.pairs_answer(change, 0.1)) == (
        "The two agree on **100 %** of their strongest 10 % of pairs, which cannot be told from chance: two "
        "independent choices would share 10.0 % (p = 0.10)."
    )


@pytest.mark.parametrize(
    ("jaccard", "p", "words"),
    [(0.3, 0.04, ""), (0.3, 0.06, "which cannot be told from chance"), (0.12, 0.01, "which is hardly more than ch")],
)
def test_agreement_is_held_to_the_level_of_every_test(jaccard: float, p: float, words: str) -> None:
    change = replace(edge_change(uneven(9), uneven(9), 0.1), jaccard=jaccard, chance=0.1, p=p)
    found = plain(said.pairs_answer(change, 0.1))
    assert ("which" in found) == bool(words)
    assert words in found
    assert not words or f"would share 10.0 % (p = {p:.2f})." in found


def test_nothing_shared_and_nothing_there_are_told_apart() -> None:
    A, B = np.zeros((9, 9)), np.zeros((9, 9))
    A[0, 1], B[2, 3] = 1, 1
    assert "agree on **none**" in said.pairs_answer(edge_change(A, B, 0.02), 0.02)
    assert said.pairs_answer(edge_change(0 * A, 0 * B), 0.02).startswith("Neither has any weight")


def test_ties_are_owned_up_to() -> None:
    assert said.tied_sentence(edge_change(ring(8), ring(8), 8 / 28)) == ""
    found = plain(said.tied_sentence(edge_change(ring(8), ring(8), 4 / 28)))
    assert found.startswith("8 listed pairs are exactly as strong as pairs that are not listed")


@pytest.mark.parametrize(
    ("mixed", "word"),
    [(0.0, "next to nothing"), (0.5, "somewhat alike"), (0.85, "much alike"), (0.99, "nearly the same")],
)
def test_weights_are_called_as_alike_as_they_are(mixed: float, word: str) -> None:
    random = np.random.default_rng(0)
    A, B = random.normal(size=(40, 40)), random.normal(size=(40, 40))
    B = mixed * A + np.sqrt(1 - mixed**2) * B if mixed else B
    assert word in said.weights_sentence(matrix_difference(A, B))


def test_opposed_and_equal_weights_are_told() -> None:
    A = uneven(8, negative=True)
    assert "opposed" in said.weights_sentence(matrix_difference(A, -A))
    assert said.weights_sentence(matrix_difference(A, A)) == "Their weights are the same."
    assert said.weights_sentence(matrix_difference(0 * A, 0 * A)) == ""


def test_the_scale_is_said() -> None:
    A = uneven(8)
    assert "as they are" in said.scale_sentence(matrix_difference(A, A))
    found = said.scale_sentence(matrix_difference(A, 100 * A, "mean"))
    sizes = matrix_difference(A, 100 * A, "mean")
    assert f"A by {sizes.first_size:.3g}" in found
    assert f"B by {sizes.second_size:.3g}" in found


def groups(labels: list[int], reference: list[int]) -> str:
    match = matched_labels(np.array(labels), np.array(reference))
    agreed = agreement(np.array(labels), np.array(reference))
    return plain(said.groups_sentence(match, agreed, "louvain", (len(set(reference)), len(set(labels)))))


def test_who_moved_is_counted_beside_chance() -> None:
    reference = [0] * 10 + [1] * 10
    assert "every sensor is in the same one" in groups([1] * 10 + [0] * 10, reference)
    found = groups([1] * 9 + [0] * 11, reference)
    assert "**1 of 20 sensors is in another one** (5.0 %)" in found
    assert "ARI 0.8" in found
    assert "; with sensors exchanged at random " in found
    assert "p\u00a0=" not in found  # of exchanged sensors, which decides nothing of groups on a map
    assert "cannot be told" not in found
    assert "That they agree cannot be told from chance, not even from sensors exchanged (p = 1.00)." in groups(
        [0, 1] * 10, reference
    )
    assert "one group each" in groups([0] * 20, [0] * 20)


def test_modes_are_called_the_same_only_where_they_are() -> None:
    random = np.random.default_rng(1)
    A, B = random.normal(size=(40, 40)), random.normal(size=(40, 40))
    assert "is much the same: an overlap of 1.00" in said.spectrum_sentence(spectrum_difference(A, A, 5))
    found = said.spectrum_sentence(spectrum_difference(A, B, 5))
    assert "different" in found
    assert "random directions have 0.12" in found
    assert "is much the same: an overlap of 0.9" in said.spectrum_sentence(spectrum_difference(A, A + 0.3 * B, 10))
    assert "is partly the same: an overlap of 0.8" in said.spectrum_sentence(spectrum_difference(A, A + 0.5 * B, 10))
    assert "tied" in said.spectrum_sentence(spectrum_difference(np.ones((4, 4)) - np.eye(4), np.zeros((4, 4)), 3))


def test_modes_of_few_sensors_are_not_the_same_only_because_they_nearly_fill_the_space() -> None:
    for sensors, allowed in ((7, 2), (11, 2), (12, 2), (15, 2), (25, 2)):
        told = []
        for seed in range(100):
            random = np.random.default_rng(seed)
            A, B = random.normal(size=(2, sensors, sensors))
            told.append(said.spectrum_sentence(spectrum_difference(A, B)))
        assert not any("much the same" in one for one in told)
        assert sum("partly the same" in one for one in told) <= allowed
    same = said.spectrum_sentence(spectrum_difference(A[:11, :11], A[:11, :11]))
    assert "5 leading modes of both span is much the same: an overlap of 1.00" in same  # not 10 of 11


def test_modes_of_a_handful_of_sensors_tell_nothing() -> None:
    A = np.random.default_rng(0).normal(size=(4, 4))
    assert "**cannot be told** of so few: an overlap of 1.00" in said.spectrum_sentence(spectrum_difference(A, A))


def test_modes_are_judged_by_the_only_number_of_them_that_is_defined() -> None:
    values = np.array([8.0, 8, 8, 8, 8, 8, 8, 1])  # only the leading 7 of 8 are told apart from the rest
    turned = np.linalg.qr(np.random.default_rng(2).normal(size=(8, 8)))[0]
    found = spectrum_difference(np.diag(values), turned @ np.diag(values) @ turned.T)
    assert found.chance[np.isfinite(found.overlap)].min() == 7 / 8
    assert found.overlap[6] > 0.8
    assert "7 leading modes of both span is different" in said.spectrum_sentence(found)


def errors(a: float, b: float, first: list[float], second: list[float], days: list[tuple[float, float]]) -> str:
    by_day = pd.DataFrame(days, columns=["A", "B"])
    by_sensor = np.array(first), np.array(second)
    return plain(said.errors_answer(60, False, {"A": a, "B": b}, "mph", by_sensor, by_day))


def test_which_is_less_off_is_said_with_how_often() -> None:
    nan = float("nan")
    found = errors(4.0, 3.0, [4, 4, 4, nan], [3, 5, 3, 3], [(4, 3), (4, 5), (2, 1)])
    assert found == (
        "At 60 minutes ahead, A is off by **4.00 mph** and B by **3.00 mph** (25.0 % less than A). B is the better at "
        "2 of 3 sensors and on 2 of 3 days of the test part."
    )
    assert "(33.3 % more than A)" in errors(3.0, 4.0, [3], [4], [])
    assert "(about as much as A)" in errors(4.0, 4.001, [4], [4], [])
    assert "Nothing was observed" in errors(nan, nan, [nan], [nan], [])


def test_why_a_head_stands_for_b_is_said() -> None:
    assert said.counterpart_sentence("head 1", "head 2", "chosen", float("nan")) == ""
    found = plain(said.counterpart_sentence("head 1", "*b*", "matched", 0.5, 0.1))
    assert "head 1 of A goes with *b* (correlation 0.50; other pairs of heads: 0.10 on average)" in found
    assert "\\*b\\*" in said.counterpart_sentence("head 1", "*b*", "matched", 0.5, 0.1)
    named = plain(said.counterpart_sentence("output", "output", "named", 0.5, 0.1))
    assert named.startswith("B is output, as output of A has a place of its own in the model and is compared by name (")
    assert "correlation 0.50" in named
    assert "no order" not in named
    assert "most like the mean of heads of A" in said.counterpart_sentence("mean", "head 2", "alike", 0.5)


def measured(title: str, error: float, data: str = "city") -> Measured:
    return Measured(title, data, (data, "clean", 60), error, "mph", 60, False)


def test_the_best_is_named_only_among_those_that_can_be_compared() -> None:
    runs = [measured("good", 2.0), measured("bad", 3.0), measured("elsewhere", 1.0, "town")]
    found = plain(best_sentence(runs))
    assert found == "Of 2 runs on city that can be compared, good is least off: 2.00 mph at 60 minutes ahead."
    assert best_sentence(runs[1:]) == ""
    assert best_sentence([]) == ""


@pytest.mark.parametrize(
    ("states", "words"),
    [
        ([], "None yet: train one, or load one from a zip."),
        (["done"], "There is **1 run**, which is done."),
        (["done", "done"], "There are **2 runs**, all done."),
        (["done", "failed", "training", "failed"], "There are **4 runs**: 1 done, 2 failed and 1 training."),
    ],
)
def test_runs_are_counted_by_state(states: list[str], words: str) -> None:
    assert plain(runs_answer(states)) == words
