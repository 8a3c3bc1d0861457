"""A training chosen and started, with an estimate of its time; and all trainings as they go on."""

from dataclasses import fields, replace
from typing import Any, cast

import streamlit as st

from app import datasets, jobs, locks, store, trainings, uploads
from app.drafts import KEPT, LIMITS, MOST_TITLE, Draft, free_name
from app.estimate import Asked, Estimate, estimate, estimate_sentences, machine
from app.reading.models import CONTROL, LOSSES, OPTIMIZERS, SCHEDULES, TRAINABLE, Trainable
from app.reading.particles import NO_TRAINING, TRAINING
from app.reading.words import code, counted, one_line, plain
from app.store.training import finished
from app.views import controls
from app.views.live import SHOWN, live
from app.views.page import answer, beside, heading
from core.controls import CONTROLS
from core.data import data_root
from core.protocols import PROTOCOLS

_SAID, _TIMED = "train said", "train timed"
_PROTOCOLS = {
    "clean": "The validation part picks the epoch; the test part is never looked at before the end.",
    "published": "As in published tables: the test part picks the epoch, so its errors are optimistic.",
}


def draft() -> Draft:
    """What is chosen now."""
    return cast(Draft, st.session_state.setdefault(KEPT, Draft()))


def bound(field: str) -> dict[str, Any]:
    """Key and callback that tie a control to a field of the draft, which outlives a change of the page.

    The draft is written into the control only where they differ: a browser gives way to what is written, and would
    forget a value that was entered after this run of the page began.
    """
    key = f"train {field}"
    if st.session_state.get(key, ...) != getattr(draft(), field):
        st.session_state[key] = getattr(draft(), field)

    def changed() -> None:
        st.session_state[KEPT] = replace(draft(), **{field: st.session_state[key]})

    return {"key": key, "on_change": changed}


def whole(label: str, field: str, **settings: Any) -> None:
    """A whole number within its limits; one that may be left out has a placeholder that says what stands for it."""
    least, most = LIMITS[field]
    if "placeholder" in settings:
        settings["value"] = None
    st.number_input(label, least, most, step=1, **bound(field), **settings)


def number(label: str, field: str, own: float | None, **settings: Any) -> None:
    """A number of at least 0 that may be left to the model."""
    words = _own("none" if own is None else f"{own:g}")
    st.number_input(label, 0.0, None, None, 0.001, "%g", placeholder=words, **bound(field), **settings)


def _own(value: str) -> str:
    """What stands in a control that is left to the model."""
    return f"the model's own: {value}"


def what(ready: dict[str, datasets.Dataset]) -> None:
    """Data, model, protocol, length and name."""
    st.selectbox("Data", list(ready), format_func=lambda load: one_line(ready[load].label, 90), **bound("load"))
    if missing := datasets.missing(data_root()):
        with st.expander(f"{counted(len(missing), 'published data set')} not here yet", icon=":material/download:"):
            st.markdown("They come from their publishers, checked by sha256. In a shell, in the project's folder:")
            st.code("\n".join(f"python -m app data fetch {name}" for name in missing), language="bash")
    st.radio("Model", list(TRAINABLE), captions=[model.line for model in TRAINABLE.values()], **bound("model"))
    if draft().model in CONTROLS:
        st.checkbox("Without its graph: its control", help=CONTROL, **bound("alone"))
    st.radio("Protocol", list(_PROTOCOLS), captions=list(_PROTOCOLS.values()), **bound("protocol"))
    left, right = st.columns(2)
    with left:
        whole("Epochs", "epochs", help="Passes over the training part. The best epoch is kept, so more do no harm.")
    with right:
        whole(
            "Seeds",
            "seeds",
            help="So many runs, alike but for their seed: another one may learn another graph, and will have another "
            "error. The page Evidence says on which pairs they agree.",
        )


def settings(model: Trainable) -> None:
    """What has defaults that work; one below the other, so that what stands in for a choice is not cut."""
    with st.expander("Settings", icon=":material/tune:"):
        st.text_input("Title in the list of runs", max_chars=MOST_TITLE, placeholder="model and data", **bound("title"))
        whole("Steps that a forecast sees", "inputs")
        whole("Steps ahead", "horizon", placeholder="one hour")
        whole("Seed", "seed", help="Of the first weights and of the order of the windows; of several, the first.")
        whole("Windows a step", "batch", placeholder=_own(f"{model.batch}"), help="Neighbouring windows together.")
        own = _own(LOSSES[model.loss].partition(":")[0])
        st.selectbox("Loss", list(LOSSES), None, LOSSES.__getitem__, placeholder=own, **bound("loss"))
        st.selectbox("Optimizer", OPTIMIZERS, **bound("optimizer"))
        number("Learning rate", "rate", model.rate)
        own, course = _own(SCHEDULES[model.schedule]), SCHEDULES.__getitem__
        st.selectbox("Course of the learning rate", list(SCHEDULES), None, course, placeholder=own, **bound("schedule"))
        number("Weight decay", "weight_decay", model.weight_decay)
        number("Penalty on the matrix (l1)", "l1", model.l1)
        number("Largest norm of the gradient", "clip", model.clip, help="0 for no limit.")
        whole("Epochs without progress before it ends", "patience", placeholder="never: all epochs")


def expected(chosen: Draft, data: datasets.Dataset) -> Estimate | None:
    """How long an epoch will take: measured just now, or from runs that are finished."""
    timed = st.session_state.get(_TIMED)
    if timed and timed[0] == chosen.arguments():
        return Estimate(timed[1], timed[1], timed[1], True, "measured just now from a few steps of this training")
    asked = Asked(
        load=chosen.load,
        model=chosen.called,
        sensors=data.sensors,
        windows=datasets.windows(
            data.steps, PROTOCOLS[chosen.protocol].train, chosen.inputs, chosen.horizon or chosen.inputs
        ),
        inputs=chosen.inputs,
        batch=chosen.batch or TRAINABLE[chosen.model].batch,
    )
    return estimate(asked, finished(store.runs()), machine(jobs.threads()))


def start() -> None:
    """Ask for the trainings that the controls show at this moment; what is wrong is said when the page is drawn.

    A callback, for a click that comes right after a change: what was drawn last may not know of the change yet.
    """
    shown = {field.name: st.session_state.get(f"train {field.name}", ...) for field in fields(Draft)}
    chosen = replace(draft(), **{name: value for name, value in shown.items() if value is not ...})
    asked = chosen.runs(named(chosen), data_name(chosen))
    begun = 0
    try:
        if problem := name_problem(chosen):  # of any of them: all are asked for, or none
            raise jobs.JobError(problem)
        for name, one in asked:
            jobs.started(store.runs_folder(), name, one.arguments())
            begun += 1
    except jobs.JobError as error:
        before = f"{begun} of {len(asked)} were started, then no more: " if begun else ""
        st.session_state[_SAID] = f"{before}{error}"
    else:
        st.session_state[KEPT] = replace(chosen, name="", title="", alone=False)
        st.session_state.pop(SHOWN, None)


def named(chosen: Draft) -> str:
    """The name that was chosen, or one that is free."""
    return chosen.name.strip() or suggested(chosen)


def suggested(chosen: Draft) -> str:
    """A free name that says model and data."""
    runs = store.runs_folder()
    taken = {job.run for job in trainings.listed(runs) if job.alive}
    return free_name(runs, chosen.called, data_name(chosen), taken, chosen.ends)


def data_name(chosen: Draft) -> str:
    """What the data are called in the names of runs; '' for data that are gone."""
    return next((data.name for data in datasets.found(data_root()) if data.load == chosen.load), "")


def name_problem(chosen: Draft) -> str:
    """Why the runs cannot have the name that was chosen, as a sentence; '' where they can."""
    name, runs = named(chosen), store.runs_folder()
    return next(filter(None, (jobs.name_problem(runs, f"{name}{end}") for end in chosen.ends)), "")


def measure(chosen: Draft) -> None:
    """Train a few steps, keep how long an epoch takes, and draw the page anew."""
    with st.spinner("Training a few steps to measure how long an epoch takes…", show_time=True):
        try:
            st.session_state[_TIMED] = chosen.arguments(), jobs.timed(chosen.arguments())
        except jobs.JobError as error:
            st.session_state[_SAID] = str(error)
    st.rerun()


st.title("What will this training need, and how is it going?", anchor=False)
if any(entry.key == controls.selected().run and entry.kind == "particles" for entry in store.runs()):
    st.info(NO_TRAINING, icon=":material/scatter_plot:")
    st.code(TRAINING, language="bash")
if not locks.possible():
    st.info("This system has no file locks, which trainings in the app need.", icon=":material/lock_open:")
    st.markdown("A training from the command line works all the same, and its run appears in the list of runs:")
    st.code("python -m app train --dataset city --model intergat-plus --out runs/mine", language="bash")
    st.stop()
top = st.container()
left, right = beside([2, 3])
found = trainings.listed(store.runs_folder())
alive = [job for job in found if job.alive]
with left:
    heading("A new training")
    uploads.restored()
    ready = {dataset.load: dataset for dataset in datasets.found(data_root())}
    if (brought := st.session_state.pop("train dataset", None)) in ready:  # from the page Data
        st.session_state[KEPT] = replace(draft(), load=brought)
    if draft().load not in ready:
        st.session_state[KEPT] = replace(draft(), load="city")
    what(ready)
    chosen = draft()
    st.text_input(
        "Name of the run",
        max_chars=jobs.LONGEST_NAME,
        placeholder=suggested(chosen),
        help="The name of its folder, by which links find it.",
        **bound("name"),
    )
    if chosen.seeds > 1:
        names = [name for name, _ in chosen.runs(named(chosen), "")]
        st.caption(f"The runs will be called {code(names[0])} to {code(names[-1])}.")
    if problem := name_problem(chosen):
        st.warning(plain(problem, 300), icon=":material/edit:")
    settings(TRAINABLE[chosen.model])
    if failed := st.session_state.pop(_SAID, ""):
        whole_said = "The training was not started." if draft().seeds == 1 else "Not all trainings were started."
        st.error(whole_said, icon=":material/error:")
        st.code(one_line(failed, 2000), language=None, wrap_lines=True)
    with st.container(horizontal=True):
        several = f" {chosen.seeds} runs" if chosen.seeds > 1 else ""
        st.button(
            f"Train{several}" if not alive else f"Add{several} to the queue",
            icon=":material/play_arrow:",
            type="primary",
            key="train start",
            disabled=bool(problem),
            on_click=start,
        )
        if st.button("Measure the time", icon=":material/timer:", key="train measure", help="Takes some seconds."):
            measure(chosen)
with top:
    each = expected(chosen, ready[chosen.load])
    before = "the training before it is" if len(alive) == 1 else f"the {len(alive)} trainings before it are"
    waits = f"It begins once {before} over." if chosen.seeds == 1 else f"The first begins once {before} over."
    if each is None:
        this = "this training" if chosen.seeds == 1 else f"these {chosen.seeds} trainings"
        answer(f"Nobody knows yet how long {this} will take: 'Measure the time' finds out.", waits * bool(alive))
    else:
        said, source = estimate_sentences(chosen.epochs, each, chosen.seeds)
        answer(said, source, "Loading the data and the final test come on top.", waits * bool(alive))
with right:
    heading("How is it going?")
    live(store.runs_folder(), found)
