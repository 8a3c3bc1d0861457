"""What a training is asked for with: arguments that no value can leave, names that are free, tables that are true."""

from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from app import datasets, drafts
from app.__main__ import cli, train
from app.drafts import Draft, control_draft, free_name
from app.reading.models import EPOCHS, LOSSES, OPTIMIZERS, SCHEDULES, TRAINABLE
from core.controls import CONTROLS
from core.data import FOLDER, load
from core.experiment import settings_for
from core.models import MODELS, Sizes, built, stored_config
from core.record import read_record
from core.train import LOSSES as CORE_LOSSES
from core.train import OPTIMIZERS as CORE_OPTIMIZERS
from core.train import SCHEDULES as CORE_SCHEDULES
from core.train import Settings
from tests.app.conftest import Recipe
from tests.app.small import ROWS, SENSORS, small_data


def test_the_models_that_can_be_trained_are_those_of_the_core_with_their_own_settings() -> None:
    sizes = Sizes(sensors=3, horizon=2)
    learn = {name for name in MODELS if any(True for _ in built(name, sizes).parameters())}
    assert set(TRAINABLE) == learn
    for name, told in TRAINABLE.items():
        settings = settings_for(name)
        for field in ("batch", "rate", "weight_decay", "loss", "schedule", "l1", "clip"):
            assert getattr(told, field) == getattr(settings, field), (name, field)
        assert told.graph == bool(built(name, sizes).heads), name
        assert told.config == (stored_config(built(name, sizes)) if name in CONTROLS else {}), name


def test_the_choices_are_those_of_the_core() -> None:
    assert list(OPTIMIZERS) == list(CORE_OPTIMIZERS)
    assert set(LOSSES) == set(CORE_LOSSES)
    assert set(SCHEDULES) == set(CORE_SCHEDULES)
    default = Settings()
    draft = Draft()
    assert draft.epochs == EPOCHS == default.epochs
    for name in ("optimizer", "seed", "patience"):
        assert getattr(draft, name) == getattr(default, name), name


def test_arguments_are_those_of_the_command_line() -> None:
    """Every field but the name is an option of its own, and says what was chosen."""
    full = Draft(
        load="los-loop", model="gru", protocol="published", name="x", title="a title", epochs=3, inputs=6, horizon=2,
        seed=7, batch=32, optimizer="adamw", rate=0.002, weight_decay=1e-5, loss="mae", schedule="cosine", l1=0.5,
        clip=0.0, patience=4,
    )  # fmt: skip
    context = train.make_context("train", full.arguments())
    given = {name: value for name, value in context.params.items() if value is not None and value is not False}
    assert given == {
        "dataset": "los-loop", "model": "gru", "protocol": "published", "title": "a title", "epochs": 3, "inputs": 6,
        "horizon": 2, "seed": 7, "batch": 32, "optimizer": "adamw", "rate": 0.002, "weight_decay": 1e-5, "loss": "mae",
        "schedule": "cosine", "l1": 0.5, "clip": 0.0, "patience": 4,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("model", "control", "called"),
    [
        ("intergat-plus", "intergat-plus", "intergat-plus without graph"),
        ("intergat-gru", "gru", "gru"),
        ("gat-gru", "gru", "gru"),
        ("tgcn", "", "tgcn"),  # it has none: what was chosen for another model is not asked of this one
        ("gru", "", "gru"),
    ],
)
def test_a_control_is_asked_for_of_a_model_that_has_one(model: str, control: str, called: str) -> None:
    draft = Draft(model=model, alone=True)
    assert (draft.control, draft.called) == (control, called)
    params = train.make_context("train", draft.arguments()).params
    assert (params["model"], params["without_graph"]) == (model, bool(control))
    assert not train.make_context("train", Draft(model=model).arguments()).params["without_graph"]
    assert [one.title for _, one in replace(draft, seeds=2).runs("mine", "city")] == [
        f"{called} on city · seed {seed}" for seed in (0, 1)
    ]


def test_the_control_of_a_run_is_asked_for_as_the_run_was_trained(make: Recipe) -> None:
    training = {
        "epochs": 7, "batch": 64, "rate": 0.003, "weight_decay": 0.01, "optimizer": "adamw", "loss": "mae", "l1": 0.0,
        "clip": None, "patience": 4, "seed": 9, "seeds": 5,
    }  # fmt: skip
    model = {"name": "intergat-plus", "config": dict(TRAINABLE["intergat-plus"].config), "parameters": 1}
    record = read_record(make("mine", record={"training": training, "model": model}))
    wanted = Draft(
        load=record["data"]["load"], model="intergat-plus", alone=True, epochs=7, inputs=record["windows"]["inputs"],
        seed=9, batch=64, optimizer="adamw", weight_decay=0.01, loss="mae", schedule="constant", clip=0.0, patience=4,
    )  # fmt: skip
    assert control_draft(record) == wanted, "rate and horizon are the model's own, and left to it"
    cosine = {**record, "training": {**training, "schedule": "cosine", "clip": 5, "weight_decay": 0}}
    assert control_draft(cosine) == replace(wanted, schedule=None, clip=None, weight_decay=None)
    assert control_draft({**record, "windows": {**record["windows"], "horizon": 2}}) == replace(wanted, horizon=2)
    assert control_draft({**record, "heads": []}) is None, "it has no graph"
    assert control_draft({**record, "model": {**model, "name": "tgcn"}}) is None
    wider = {**model, "config": {**model["config"], "width": 64}}
    assert control_draft({**record, "model": wider}) is None, "its sizes cannot be chosen"
    for name, value in (
        ("epochs", 10**9), ("batch", "64"), ("rate", float("nan")), ("loss", ["mae"]), ("optimizer", "sgd"),
        ("schedule", 1), ("seed", -1), ("clip", float("inf")), ("patience", True), ("l1", {}),
    ):  # fmt: skip
        assert control_draft({**record, "training": {**training, name: value}}) is None, name


@pytest.mark.parametrize(
    "title", ["--out=/etc", "-h", "; rm -rf /", "$(id)", "a\nb", "\u202eabc", "x" * 5000, "\x00", "é"]
)
def test_no_title_becomes_anything_but_a_title(title: str) -> None:
    words = Draft(title=title).arguments()
    context = train.make_context("train", words)
    assert context.params["out"] is None
    assert len(context.params["title"]) <= drafts.MOST_TITLE
    assert "\x00" not in "".join(words)
    assert "\n" not in context.params["title"]


def test_several_seeds_are_trainings_of_their_own_that_differ_in_nothing_else() -> None:
    draft = Draft(model="gru", seed=4, seeds=3, epochs=2)
    asked = draft.runs("mine", "city")
    assert [name for name, _ in asked] == ["mine-seed4", "mine-seed5", "mine-seed6"]
    for seed, (_, one) in enumerate(asked, start=4):
        wanted = Draft(model="gru", seed=seed, epochs=2, title=f"gru on city · seed {seed}")
        assert one == wanted
        assert f"--seed={seed}" in one.arguments()
        assert not any(word.startswith("--seeds") for word in one.arguments())
    one = Draft(name="x", title="t")
    assert one.runs("mine", "city") == [("mine", one)]


def test_a_long_title_keeps_its_seed() -> None:
    titles = [one.title for _, one in Draft(title="x" * 100, seeds=10).runs("mine", "city")]
    assert all(len(title) <= drafts.MOST_TITLE for title in titles)
    assert [title[-8:] for title in titles] == [f"· seed {k}" for k in range(10)]
    assert titles[0].startswith("x" * 80)


def test_names_and_titles_are_those_of_the_command_line() -> None:
    from app.families import seed_name, seed_title

    ((name, one), _) = Draft(model="gru", seeds=2).runs("mine", "city")
    assert name == seed_name("mine", 0)
    assert one.title == seed_title("gru on city", 0)


def test_what_is_left_to_the_model_is_not_said() -> None:
    assert Draft().arguments() == [
        "--dataset=city", "--model=intergat-plus", "--protocol=clean", "--epochs=30", "--inputs=12", "--seed=0",
        "--optimizer=adam",
    ]  # fmt: skip


def test_a_suggested_name_is_free(tmp_path: Path) -> None:
    assert free_name(tmp_path, "gru", "city") == "gru-city"
    (tmp_path / "gru-city").mkdir()
    (tmp_path / "gru-city-2").symlink_to("nowhere")
    assert free_name(tmp_path, "gru", "city", {"gru-city-3"}) == "gru-city-4"
    (tmp_path / "gat-city-seed1").mkdir()
    assert free_name(tmp_path, "gat", "city") == "gat-city"
    ends = Draft(seeds=2).ends
    assert free_name(tmp_path, "gat", "city", ends=ends) == "gat-city-2"
    assert free_name(tmp_path, "gat", "city", {"gat-city-2-seed0"}, ends) == "gat-city-3"
    odd = "../ö .. & <b>" + "x" * 100
    assert len(free_name(tmp_path, "gru", odd, ends=ends)) + len(ends[0]) == 50
    assert free_name(tmp_path, "gru", odd) == "gru-b-" + "x" * 44


def test_a_folder_that_nobody_may_look_into_has_no_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(path: Path) -> bool:
        raise PermissionError(path)

    monkeypatch.setattr(Path, "is_file", refused)
    assert [dataset.load for dataset in datasets.found(tmp_path)] == ["city"]
    assert datasets.missing(tmp_path) == ("los-loop", "sz-taxi", "pemsd7m")
    assert not datasets.is_known("los-loop", tmp_path)


def test_the_city_is_always_there_and_what_is_missing_is_named(tmp_path: Path) -> None:
    assert [dataset.load for dataset in datasets.found(tmp_path / "nowhere")] == ["city"]
    assert datasets.missing(tmp_path) == ("los-loop", "sz-taxi", "pemsd7m")
    folder = tmp_path / "sz-taxi"
    folder.mkdir()
    (folder / "sz_speed.csv").touch()
    assert "sz-taxi" in datasets.missing(tmp_path)
    (folder / "sz_adj.csv").touch()
    assert "sz-taxi" not in datasets.missing(tmp_path)
    assert datasets.is_known("sz-taxi", tmp_path)
    assert not datasets.is_known("los-loop", tmp_path)


def test_the_city_is_as_large_as_it_is_said_to_be() -> None:
    told, made = datasets.found(Path("nowhere"))[0], load("city")
    assert (told.sensors, told.steps) == (made.sensors, made.steps)


@pytest.mark.real_data
@pytest.mark.parametrize("name", ["los-loop", "sz-taxi", "pemsd7m"])
def test_published_data_are_found_and_as_large_as_they_are_said_to_be(published: Path, name: str) -> None:
    told = {dataset.load: dataset for dataset in datasets.found(published)}[name]
    data = load(name, published)
    assert (told.sensors, told.steps) == (data.sensors, data.steps)


def test_ones_own_folders_are_listed_by_their_place_and_counted(tmp_path: Path) -> None:
    place = small_data(tmp_path, "my data; rm -rf")
    (tmp_path / "own" / "empty").mkdir()
    (tmp_path / "own" / ".hidden").mkdir()
    (tmp_path / "own" / ".hidden" / "values.csv").touch()
    _, own = datasets.found(tmp_path)
    assert own.load == place == f"{FOLDER}{tmp_path / 'own' / 'my data; rm -rf'}"
    assert (own.sensors, own.steps) == (SENSORS, ROWS)
    assert load(own.load).values.shape == (ROWS, SENSORS)
    assert datasets.is_known(place, tmp_path)
    assert not datasets.is_known("folder:/etc", tmp_path)


def test_a_table_without_a_last_line_break_has_the_same_rows(tmp_path: Path) -> None:
    small_data(tmp_path)
    values = tmp_path / "own" / "ring" / "values.csv"
    values.write_text(values.read_text().rstrip("\n"))
    assert datasets.found(tmp_path)[1].steps == ROWS
    values.write_bytes(b"")
    assert (datasets.found(tmp_path)[1].sensors, datasets.found(tmp_path)[1].steps) == (0, 0)


def test_windows_are_counted_as_the_core_counts_them() -> None:
    from core.data.windows import windows
    from core.protocols import PROTOCOLS

    data = load("city")
    for name, rules in PROTOCOLS.items():
        told = datasets.windows(data.steps, rules.train, 12, 4)
        assert told == windows(data, name, 12, 4).count("train"), name


def test_the_command_line_measures_and_keeps_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    place = small_data(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    result = CliRunner().invoke(cli, ["train", "--timing", "--model=gru", f"--dataset={place}"])
    assert result.exit_code == 0, result.output
    assert result.output.startswith('{"seconds_per_epoch": ')
    assert sorted(tmp_path.rglob("*")) == before
