"""Names of simulated sets: every parameter comes back, and what is no name is refused in a sentence."""

import re

import pytest

from core.data.nbody_task import KEYS, Task, task


@pytest.mark.parametrize("name", [
    "nbody-small", "nbody-2", "nbody-5", "nbody-20", "nbody-30", "nbody-20:train=7",
    "nbody-small:ahead=1+2+18,inputs=1,velocities=1",
    "nbody-7:seed=5,steps=1200,last=3,inputs=4,test=9,validation=8,ahead=6",
])
def test_the_whole_name_gives_the_same_task(name: str) -> None:
    what = task(name)
    assert task(what.load) == what
    assert task(what.load).load == what.load
    assert [part.split("=")[0] for part in what.load.partition(":")[2].split(",")] == list(KEYS)


def test_every_parameter_is_taken_from_the_name() -> None:
    what = task("nbody-7:seed=5,steps=1200,last=3,inputs=4,test=9,validation=8,train=6,ahead=2+6,velocities=0")
    assert what == Task(
        name="nbody-7", particles=7, train=6, validation=8, test=9, steps=1200, seed=5, inputs=4, last=3, ahead=(2, 6),
        velocities=False,
    )
    assert (what.trajectories, what.frames) == (23, 11)


def test_two_simulations_never_share_a_file_and_two_tasks_of_one_do() -> None:
    begin = task("nbody-5")
    for change in ("train=1", "validation=1", "test=1", "steps=3100", "seed=1"):
        assert task(f"nbody-5:{change}").file != begin.file
    assert task("nbody-6").file != begin.file
    for other in ("nbody-5:ahead=1", "nbody-5:last=10", "nbody-5:inputs=1", "nbody-5:velocities=0"):
        assert task(other).file == begin.file
    assert re.fullmatch(r"[\w-]+\.safetensors", begin.file)


@pytest.mark.parametrize(("name", "words"), [
    ("", "particles must be named nbody-small or nbody-N, with N their number, as in nbody-5, got ''"),
    ("nbody", "got 'nbody'"),
    ("nbody-", "got 'nbody-'"),
    ("nbody-05", "got 'nbody-05'"),
    ("nbody-５", "got 'nbody-５'"),
    ("nbody-5\n", r"got 'nbody-5\n'"),
    ("nbody--5", "got 'nbody--5'"),
    ("nbody-5/../../etc", "got 'nbody-5/../../etc'"),
    ("nbody-" + "9" * 5000, "…'"),
    ("nbody-1", "particles of nbody-1 must be from 2 to 1,000, got 1"),
    ("nbody-1001", "particles of nbody-1001 must be from 2 to 1,000, got 1,001"),
    ("nbody-5:", "one of train, validation, test, steps, seed, inputs, last, ahead, velocities, got ''"),
    ("nbody-5:name=x", "got 'name'"),
    ("nbody-5:particles=6", "got 'particles'"),
    ("nbody-5:train", "train of nbody-5 must be a whole number, got ''"),
    ("nbody-5:train=-1", "train of nbody-5 must be a whole number, got '-1'"),
    ("nbody-5:train=1e3", "got '1e3'"),
    ("nbody-5:train=" + "9" * 99, "train of nbody-5 must be a whole number, got '999"),
    ("nbody-5:train=５", "got '５'"),
    ("nbody-5:train=5\n", r"got '5\n'"),
    ("nbody-5:train=1,train=2", "train of nbody-5 must be given once, got it twice"),
    ("nbody-5:train=0", "train of nbody-5 must be at least 1, got 0"),
    ("nbody-5:validation=0", "validation of nbody-5 must be at least 1, got 0"),
    ("nbody-5:inputs=0", "inputs of nbody-5 must be at least 1, got 0"),
    ("nbody-5:inputs=11", "inputs of nbody-5 must be at most 10, the frames up to last, got 11"),
    ("nbody-5:velocities=2", "velocities of nbody-5 must be 0 or 1, got '2'"),
    ("nbody-5:ahead=", "ahead of nbody-5 must be numbers joined by +, got ''"),
    ("nbody-5:ahead=0", "ahead of nbody-5 must be rising numbers of at least 1, got 0"),
    ("nbody-5:ahead=3+3", "got 3+3"),
    ("nbody-5:ahead=3+2", "got 3+2"),
    ("nbody-5:last=27,ahead=2", "ahead of nbody-5 must be at most 28, the last frame of 3,000 steps, got 27 + 2"),
    ("nbody-5:steps=3050", "steps of nbody-5 must be a multiple of 100, got 3,050"),
    ("nbody-5:steps=100", "steps of nbody-5 must be from 200 to 100,000, got 100"),
    ("nbody-5:steps=100100", "steps of nbody-5 must be from 200 to 100,000, got 100,100"),
    ("nbody-5:seed=2147483648", "seed of nbody-5 must be from 0 to 2,147,483,647, got 2,147,483,648"),
    ("nbody-5:train=999999999", "nbody-5 must fit 1 GiB, got 3,241.0 GiB from 1,000,001,999 trajectories of 29 frames"),
    ("nbody-1000:train=4,steps=100000,test=1,validation=1", "at most 200 billion pairs of particles x steps, got 300"),
])
def test_what_is_no_name_or_too_much_is_refused_before_anything_is_simulated(name: str, words: str) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        task(name)


def test_the_last_frame_of_the_steps_can_be_forecast() -> None:
    assert task("nbody-5:last=27,ahead=1").frames == 29
    assert task("nbody-2:steps=300,last=0,inputs=1,ahead=1,seed=2147483647").frames == 2
