"""What is said of modes: whether they are more local than chance, and which of them stand apart."""

from dataclasses import replace

import numpy as np
import pytest

from analysis.spectrum import localisation, spectrum
from app.reading import spectrum as modes
from tests.app.reading_made import BLOCKS, FLAT, NOISE, RING, N, clear


def test_modes_of_noise_are_no_more_local_than_chance() -> None:
    symmetric = NOISE + NOISE.T
    assert modes.localisation_answer(localisation(symmetric, 50)).startswith(
        "That modes are more local than with the same weights in random places cannot be told from chance: "
    )


@pytest.mark.parametrize(("p", "told"), [(0.0476, True), (0.05, False), (0.0952, False)])
def test_modes_of_few_shuffles_are_not_called_no_more_local(p: float, told: bool) -> None:
    found = replace(localisation(NOISE + NOISE.T, 20), excess=1.3, p=p)
    words = clear(modes.localisation_answer(found))
    assert ("cannot be told from chance: 1.30 times the mean IPR of 20 shuffles" in words) == (not told)
    assert f"(p = {p:.2f})" in words


def test_modes_of_a_few_tight_groups_are_more_local_than_chance() -> None:
    M = np.kron(np.eye(10), np.ones((4, 4)) - np.eye(4)) + 0.001 * (NOISE + NOISE.T)
    found = localisation(M, 50)
    if found.excess > 1 and found.p < 0.05:
        assert "more local than the weights alone explain" in modes.localisation_answer(found)
    assert f"{found.excess:.2f} times" in modes.localisation_answer(found)


def test_a_flat_matrix_has_one_mode_that_stands_apart_on_all_sensors() -> None:
    said = clear(modes.spectrum_answer(spectrum(FLAT)))
    assert said.startswith("The first mode stands apart (eigenvalue 39.0, 40.0 above the second)")
    assert "**40.0 of 40 sensors**. The most local one, mode 2, lives on" in said
    assert said.endswith(" as the mean over all mixtures of modes at its eigenvalue.")  # 39 modes share it


def test_a_leading_mode_that_is_one_of_several_is_said_to_be_a_mean_over_their_mixtures() -> None:
    said = clear(modes.spectrum_answer(spectrum(BLOCKS)))  # the four first modes share an eigenvalue
    assert said.startswith("The first mode hardly stands apart (eigenvalue 9.00, only")
    assert "**20.0 of 40 sensors** as the mean over all mixtures of modes at its eigenvalue. The most local" in said
    new = np.random.default_rng(3).permutation(N)
    assert clear(modes.spectrum_answer(spectrum(BLOCKS[np.ix_(new, new)]))).partition("above")[2] == (
        said.partition("above")[2]
    )
    assert "mixtures" not in modes.spectrum_answer(spectrum(NOISE))


def test_the_sentence_of_a_mode_counts_its_signs() -> None:
    said = clear(modes.mode_sentence(spectrum(RING, RING), 1, road=True))
    assert "Mode 2 (eigenvalue" in said
    assert "sensors rise while" in said
    assert "smoothest third on the road graph" in said
    assert "All its values have one sign" in modes.mode_sentence(spectrum(RING, RING), 0, road=False)


def test_what_rounding_leaves_of_a_zero_neither_rises_nor_falls() -> None:
    made = np.random.default_rng(0)
    apart = np.zeros((20, 20))
    for first, last in ((0, 12), (12, 20)):
        part = made.random((last - first, last - first))
        apart[first:last, first:last] = part + part.T
    new = made.permutation(20)
    found = spectrum(apart[np.ix_(new, new)])
    small = np.sort(np.abs(found.vectors[:, 0]))[:8]
    assert small.max() < 1e-12, "the mode of the larger part is nothing on the smaller one"
    assert small.any(), "but for rounding"
    said = clear(modes.mode_sentence(found, 0, road=False))
    assert ". 12 sensors rise and fall together; 8 take no part. " in said


def test_of_a_mode_with_two_signs_those_without_a_part_are_counted_apart() -> None:
    path = np.diag(np.ones(4), 1)
    found = spectrum(path + path.T)  # mode 2 of a path of 5: its middle stays where it is
    assert ". 2 sensors rise while 2 fall; 1 takes no part. " in clear(modes.mode_sentence(found, 1, road=False))
    one = np.zeros((3, 3))
    one[2, 2] = 1.0
    assert ". 1 sensor rises and falls alone; 2 take no part. " in clear(modes.mode_sentence(spectrum(one), 0, False))


def test_modes_of_equal_energy_share_the_middle_of_their_ranks() -> None:
    flat = spectrum(np.ones((30, 30)) - np.eye(30))  # energies 0 and 29 times 30
    assert "among the smoothest third" in modes.mode_sentence(flat, 0, road=False)
    assert all("of middling smoothness" in modes.mode_sentence(flat, mode, road=False) for mode in range(1, 30))
    none = spectrum(np.zeros((6, 6)))
    assert all("of middling smoothness" in modes.mode_sentence(none, mode, road=False) for mode in range(6))


def test_no_more_than_a_third_of_modes_are_among_a_third() -> None:
    for n in (4, 5, 6, 7, 30):
        made = np.random.default_rng(n).random((n, n))
        said = [modes.mode_sentence(spectrum(made + made.T), mode, road=False) for mode in range(n)]
        assert [sum(f"{end} third" in words for words in said) for end in ("smoothest", "roughest")] == [
            round(n / 3)
        ] * 2, n
