"""How long a training will take: from what is most like it, and never surer than that."""

from dataclasses import replace

import pytest

from app import jobs
from app.estimate import Asked, Estimate, Finished, duration, estimate, estimate_sentences, machine, seconds_left
from app.turn import Now

HERE = "Linux x86_64, 2 cores, 1 threads"
ASKED = Asked(load="city", model="gru", sensors=100, windows=1000, inputs=12, batch=64)
MINE = Finished(key="mine", asked=ASKED, machine=HERE, seconds=4.0, quick=3.0, slow=6.0)


def found(*finished: Finished, asked: Asked = ASKED) -> Estimate:
    each = estimate(asked, finished, HERE)
    assert each is not None
    return each


def test_the_same_training_on_this_machine_was_measured_and_gives_its_own_range() -> None:
    each = found(MINE)
    assert (each.seconds, each.least, each.most, each.measured) == (4.0, 3.0, 6.0, True)
    assert "run `mine`" in each.source


def test_a_few_windows_more_or_less_are_the_same_training() -> None:
    assert found(MINE, asked=replace(ASKED, windows=1050)).measured
    assert not found(MINE, asked=replace(ASKED, windows=1500)).measured


@pytest.mark.parametrize("change", [{"windows": 2000}, {"sensors": 200}, {"inputs": 24}])
def test_twice_the_work_is_guessed_to_take_twice_as_long(change: dict) -> None:
    each = found(MINE, asked=replace(ASKED, **change))
    assert (each.seconds, each.least, each.most, each.measured) == (8.0, 4.0, 16.0, False)
    assert "a guess from run `mine`" in each.source
    assert "scaled by the number of windows, sensors and inputs" in each.source


@pytest.mark.parametrize(
    ("run", "asked", "words"),
    [
        (replace(MINE, key="demo/gru"), ASKED, "another machine"),
        (replace(MINE, machine="Linux x86_64, 64 cores, 63 threads"), ASKED, "another machine"),
        (replace(MINE, asked=replace(ASKED, model="gat-gru")), ASKED, "model `gat-gru`"),
    ],
)
def test_what_was_not_measured_here_with_this_model_is_less_sure(run: Finished, asked: Asked, words: str) -> None:
    each = found(run, asked=asked)
    assert not each.measured
    assert words in each.source
    assert (each.least, each.most) == (pytest.approx(4 / 3), 12.0)


def test_the_nearest_run_is_taken() -> None:
    """The same model before the same machine, that before the same data, that before a like size."""
    other_model = replace(MINE, key="other model", asked=replace(ASKED, model="gat-gru"))
    other_machine = replace(MINE, key="demo/gru")
    other_data = replace(MINE, key="other data", asked=replace(ASKED, load="x"))
    far = replace(MINE, key="far", asked=replace(ASKED, load="x", windows=9000))
    other_batch = replace(MINE, key="other batch", asked=replace(ASKED, batch=8))
    by_distance = [other_batch, other_data, far, other_machine, other_model]
    for at in range(len(by_distance)):
        assert f"`{by_distance[at].key}`" in found(*reversed(by_distance[at:])).source
    assert "other settings" in found(other_batch).source


def test_nothing_is_made_up() -> None:
    assert estimate(ASKED, [], HERE) is None
    assert estimate(ASKED, [replace(MINE, seconds=0.0)], HERE) is None
    assert estimate(replace(ASKED, sensors=0), [MINE], HERE) is None
    assert estimate(ASKED, [replace(MINE, asked=replace(ASKED, windows=0))], HERE) is None


def test_the_name_of_a_run_is_no_markup() -> None:
    assert "`` a`<b>` ``" not in found(replace(MINE, key="a`<b>")).source
    assert "`` a`<b> ``" in found(replace(MINE, key="a`<b>")).source


def test_sentences_say_how_sure_it_is() -> None:
    said, source = estimate_sentences(30, found(MINE))
    assert said == "30 epochs will take about 2 minutes, between 2 minutes and 3 minutes."
    assert source.startswith("One epoch: 4.00 seconds, measured on a machine like this one")
    said, _ = estimate_sentences(1, found(MINE, asked=replace(ASKED, windows=2000)))
    assert said == "1 epoch may take a few seconds; anything from a few seconds to 20 seconds would be no surprise."
    said, _ = estimate_sentences(20, Estimate(36.0, 36.0, 36.0, True, "measured just now"), runs=5)
    assert said == "5 runs of 20 epochs will take about 1 hour."
    said, _ = estimate_sentences(100, Estimate(36.0, 36.0, 36.0, True, "measured just now"))
    assert said == "100 epochs will take about 1 hour."


@pytest.mark.parametrize(
    ("taken", "now", "left"),
    [
        ([], None, None),
        ([], Now(1, 1, 10, 0.0), None),
        ([], Now(1, 4, 10, 0.5), 5.0 * 9.6),
        ([2.0], None, 18.0),
        ([2.0], Now(2, 1, 4, 0.0), 17.5),
        ([2.0], Now(1, 4, 4, 0.0), 18.0),
        ([100.0, *[2.0] * 5], None, 8.0),
        ([1.0, 1.0, 9.0], None, 7.0),
        ([2.0] * 10, None, 0.0),
        ([2.0] * 12, Now(13, 1, 2, 1.0), 0.0),
    ],
)
def test_the_time_left_of_ten_epochs(taken: list[float], now: Now | None, left: float | None) -> None:
    assert seconds_left(10, taken, now) == (None if left is None else pytest.approx(left))


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "a few seconds"), (12, "10 seconds"), (54, "50 seconds"), (55, "1 minute"), (89, "1 minute"),
     (91, "2 minutes"),
     (3540, "59 minutes"), (3599, "1 hour"), (7300, "2 hours"), (86_000, "23 hours 55 minutes"), (86_390, "1 day"),
     (1e8, "1,157 days 10 hours")],
)  # fmt: skip
def test_a_duration_is_said_as_people_say_it(seconds: float, words: str) -> None:
    assert duration(seconds) == words


def test_this_machine_is_called_as_a_training_calls_it() -> None:
    import torch

    from core.data import city
    from core.plan import Plan
    from core.sensor_outcome import SensorTraining
    from core.train import Settings

    plan = Plan(model="gru", settings=Settings(), load="city")
    record = SensorTraining.planned(city.load(weeks=1), plan).first_record(plan)
    assert record["machine"] == machine(torch.get_num_threads())
    assert jobs.threads() == torch.get_num_threads(), "the tests run with OMP_NUM_THREADS set"
