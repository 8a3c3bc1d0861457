"""The losses of a training as a figure."""

import numpy as np

from app.figures.training import HEIGHT, loss_curves


def test_the_curves_are_the_losses_and_the_best_epoch_is_marked() -> None:
    figure = loss_curves(np.array([3.0, 2.0, 1.0]), np.array([4.0, 1.5, 2.5]), 10, chosen_by="validation")
    training, validation, best = figure.data
    assert list(training.x) == list(validation.x) == [1, 2, 3]
    assert list(training.y) == [3.0, 2.0, 1.0]
    assert list(validation.y) == [4.0, 1.5, 2.5]
    assert (best.x[0], best.y[0]) == (2, 1.5)
    assert (training.name, validation.name) == ("training part", "validation part")


def test_room_for_all_epochs_and_the_height_are_the_same_from_first_to_last() -> None:
    sizes = [loss_curves(np.ones(n), np.ones(n), 10, chosen_by="test") for n in (0, 1, 10)]
    assert {figure.layout.height for figure in sizes} == {HEIGHT}
    assert {tuple(figure.layout.xaxis.range) for figure in sizes} == {(0.5, 10.5)}
    assert "not done yet" in sizes[0].layout.annotations[0].text.replace("<br>", " ")


def test_a_loss_that_no_logarithm_has_is_a_gap() -> None:
    figure = loss_curves(np.array([0.0, 1.0]), np.array([0.0, 2.0]), 2, chosen_by="validation")
    assert np.isnan(figure.data[0].y[0])
    assert figure.data[2].x[0] == 2
    assert loss_curves(np.zeros(2), np.zeros(2), 2, chosen_by="validation").layout.annotations
