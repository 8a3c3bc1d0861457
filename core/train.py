"""Training: one loop, the same for every model, that can be killed at any moment and continued.

What it is trained on comes in chunks: inputs that the model is called with, and a target of the forecast's shape, with
NaN for what is not known or not asked, which counts nothing. Windows of a series come so, and scenes of particles.

After each epoch the whole state (weights, best weights, optimiser, history) is written as one file. What is
random in an epoch is drawn from generators seeded by (seed, epoch), so nothing else needs to be kept, and a
continued training reaches the same weights as an unbroken one on the same machine.
"""

import json
import math
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

import torch
from lightning_fabric import Fabric
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor
from torch.nn import functional

from core.choices import chosen, require_positive
from core.data.windows import Part
from core.files import write_bytes
from core.memory import memory_kept
from core.models.model import Model
from core.record import MOST_EPOCHS

OPTIMIZERS: dict[str, type[torch.optim.Optimizer]] = {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW}
LOSSES: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "mse": lambda y, target: functional.mse_loss(y, target, reduction="sum"),
    "mae": lambda y, target: functional.l1_loss(y, target, reduction="sum"),
    "huber": lambda y, target: functional.huber_loss(y, target, reduction="sum", delta=1.0),
}
SCHEDULES: dict[str, Callable[[float], float]] = {     # share of the rate, after a share of all steps
    "constant": lambda _done: 1.0,
    "cosine": lambda done: 0.01 + 0.99 * (1 + math.cos(math.pi * done)) / 2,
}
CHECKPOINT = "checkpoint.safetensors"
WITHIN = 1 << 40        # apart from the seeds of the order: what a model draws while it is trained


class Chunk(Protocol):
    """A step of a training: what the model is called with, and what should come out, NaN where that is not known."""

    @property
    def inputs(self) -> tuple[Tensor, ...]:
        """The arguments of the model."""

    @property
    def target(self) -> Tensor:
        """Of the shape of the forecast ``y``."""


class Chunks(Protocol):
    """What a model is trained on, in parts; ``core.data.windows.Windows`` for sensors, scenes for particles."""

    @property
    def shuffled(self) -> bool:
        """Whether training takes its chunks in a new order each epoch."""

    def chunks(self, part: Part, size: int, generator: torch.Generator | None = None) -> Iterator[Chunk]:
        """A part, ``size`` windows or scenes at a time, each exactly once."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """How a model is trained.

    Attributes
    ----------
    epochs : passes over the training part
    batch : neighbouring windows, or scenes, a step
    optimizer : 'adam' or 'adamw';  rate, weight_decay : its settings
    loss : 'mse', 'mae' or 'huber' (squared up to 1), on standardised values, missing ones left out
    l1 : weight of the model's penalty
    schedule : 'constant', or 'cosine': the rate falls along half a cosine, towards a hundredth of it at the end
    clip : largest norm of the gradient, above 0; None for no clipping
    patience : epochs without a better validation loss before training ends; None to use all epochs
    seed : of the initial weights and of the order of the chunks
    """

    epochs: int = 30
    batch: int = 64
    optimizer: str = "adam"
    rate: float = 1e-3
    weight_decay: float = 0.0
    loss: str = "mse"
    l1: float = 0.0
    schedule: str = "constant"
    clip: float | None = 5.0
    patience: int | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        tables: dict[str, Mapping[str, Any]] = {"optimizer": OPTIMIZERS, "loss": LOSSES, "schedule": SCHEDULES}
        for name, table in tables.items():
            chosen(table, getattr(self, name), name)
        require_positive(self, "epochs", "batch")
        if self.epochs > MOST_EPOCHS:
            raise ValueError(f"epochs must be at most {MOST_EPOCHS:,}, got {self.epochs:,}")
        for name in ("weight_decay", "l1", "patience"):
            value = getattr(self, name)
            if value is not None and not (0 <= value < float("inf")):
                raise ValueError(f"{name} must be a finite number of at least 0, got {value}")
        for name in ("rate", "clip"):
            value = getattr(self, name)
            if value is not None and not (0 < value < float("inf")):
                raise ValueError(f"{name} must be a finite number above 0, got {value}")
        if not 0 <= self.seed < 2**31:
            raise ValueError(f"seed must be from 0 to {2**31 - 1}, got {self.seed}")


@dataclass(slots=True)
class State:
    """Where a training stands; what a checkpoint holds beside the tensors."""

    epoch: int = 0
    best_epoch: int = 0
    best_loss: float = float("inf")
    history: tuple[dict[str, float], ...] = ()


class TrainingError(ValueError):
    """The training cannot go on; the text says why."""


@memory_kept()
def fit(
    model: Model,
    windows: Chunks,
    settings: Settings,
    folder: Path,
    *,
    tick: Callable[[int, int, int], None] = lambda *_: None,
    after: Callable[[State], None] = lambda _: None,
) -> State:
    """Train ``model`` in place and leave it with the weights of its best validation epoch.

    Parameters
    ----------
    model : already has its scaler (``model.observe``)
    windows : what it is trained on; the part named 'validation' picks the epoch
    folder : the run's folder; ``progress.jsonl`` and the checkpoint are written there, and a checkpoint that
        lies there is continued
    tick : called after every chunk with epoch, chunk and chunks of the epoch
    after : called after every epoch, once it is kept; it may run the model, but must not change or seed anything

    Returns
    -------
    State
        Epochs done, the best of them, and the record of each.

    Raises
    ------
    TrainingError
        The loss is no longer finite, or the checkpoint belongs to another model.
    """
    if not any(True for _ in model.parameters()):
        return State()
    fabric = Fabric(accelerator="auto", devices=1)
    optimizer = OPTIMIZERS[settings.optimizer](
        model.parameters(),
        lr=settings.rate,  # type: ignore[call-arg]
        weight_decay=settings.weight_decay,
    )
    forecast, optimizer = fabric.setup(model, optimizer)
    state, best = _restored(folder / CHECKPOINT, model, optimizer)
    _write_progress(folder, state)

    while state.epoch < settings.epochs and not _exhausted(state, settings):
        start, epoch = time.perf_counter(), state.epoch + 1
        training = _epoch(fabric, forecast, model, optimizer, windows, settings, epoch, tick)
        validation = loss(model, windows, "validation", settings)
        for name, value in (("training", training), ("validation", validation)):
            if not math.isfinite(value):
                raise TrainingError(
                    f"the {name} loss must be finite, got {value} after epoch {epoch}: "
                    f"try a smaller rate than {settings.rate:g}"
                )
        if validation < state.best_loss:
            state.best_epoch, state.best_loss = epoch, validation
            best = {name: tensor.detach().cpu().clone() for name, tensor in model.state_dict().items()}
        record = {
            "epoch": epoch,
            "train": training,
            "validation": validation,
            "seconds": time.perf_counter() - start,
        }
        state.epoch, state.history = epoch, (*state.history, record)
        _write_checkpoint(folder / CHECKPOINT, model, optimizer, state, best)
        _write_progress(folder, state)
        after(state)
    model.load_state_dict(best)
    return state


def _epoch(
    fabric: Fabric,
    forecast: Any,
    model: Model,
    optimizer: Any,
    windows: Chunks,
    settings: Settings,
    epoch: int,
    tick: Callable[[int, int, int], None],
) -> float:
    """One pass over the training windows; the mean loss without the penalty. The CPU's global randomness stays."""
    drawn = settings.seed * 1_000_003 + epoch
    generator = torch.Generator().manual_seed(drawn) if windows.shuffled else None
    chunks = sum(1 for _ in windows.chunks("train", settings.batch))
    share = SCHEDULES[settings.schedule]
    total = count = 0.0
    model.train()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(drawn + WITHIN)
        for k, chunk in enumerate(windows.chunks("train", settings.batch, generator), start=1):
            *inputs, target = fabric.to_device((*chunk.inputs, chunk.target))
            for group in optimizer.param_groups:
                group["lr"] = settings.rate * share((epoch - 1 + (k - 1) / max(chunks, k)) / settings.epochs)
            optimizer.zero_grad(set_to_none=True)
            error, seen = _error(model, forecast(*inputs).y, target, settings.loss)
            fabric.backward(error / max(seen, 1) + settings.l1 * model.penalty())
            if settings.clip is not None:
                fabric.clip_gradients(forecast, optimizer, max_norm=settings.clip, error_if_nonfinite=False)
            optimizer.step()
            total, count = total + error.item(), count + seen
            tick(epoch, k, max(chunks, k))
    return total / max(count, 1)


@torch.no_grad()
def loss(model: Model, windows: Chunks, part: Part, settings: Settings) -> float:
    """The mean loss over a part, on standardised values, without the penalty."""
    device = model.scale.device
    model.eval()
    total = count = 0.0
    for chunk in windows.chunks(part, settings.batch):
        y = model(*(given.to(device) for given in chunk.inputs)).y
        error, seen = _error(model, y, chunk.target.to(device), settings.loss)
        total, count = total + error.item(), count + seen
    return total / max(count, 1)


def _error(model: Model, y: Tensor, target: Tensor, kind: str) -> tuple[Tensor, int]:
    """Summed error of what was observed, standardised, and how many values that were."""
    seen = ~target.isnan()
    target = torch.where(seen, target, y.detach())     # a missing value adds neither error nor gradient
    return LOSSES[kind](y / model.scale, target / model.scale), int(seen.sum())


def _exhausted(state: State, settings: Settings) -> bool:
    return settings.patience is not None and state.epoch - state.best_epoch >= max(settings.patience, 1)


def _write_progress(folder: Path, state: State) -> None:
    """One JSON line per finished epoch; rewritten whole, so that a kill can never leave half a line."""
    lines = "".join(json.dumps(record) + "\n" for record in state.history)
    write_bytes(folder / "progress.jsonl", lines.encode())


def _write_checkpoint(
    path: Path, model: Model, optimizer: Any, state: State, best: dict[str, Tensor]
) -> None:
    tensors = {f"model.{name}": tensor for name, tensor in model.state_dict().items()}
    tensors |= {f"best.{name}": tensor for name, tensor in best.items()}
    for index, moments in optimizer.state_dict()["state"].items():
        tensors |= {f"optimizer.{index}.{name}": torch.as_tensor(value) for name, value in moments.items()}
    whole = {name: tensor.detach().cpu().contiguous().clone() for name, tensor in tensors.items()}
    write_bytes(path, save(whole, metadata={"state": json.dumps(asdict(state))}))


def _restored(path: Path, model: Model, optimizer: Any) -> tuple[State, dict[str, Tensor]]:
    """State, best weights; model and optimiser as the last whole epoch left them, or untouched."""
    fresh = {name: tensor.detach().cpu().clone() for name, tensor in model.state_dict().items()}
    if not path.exists():
        return State(), fresh
    try:
        with safe_open(path, framework="pt") as file:
            kept = json.loads(file.metadata()["state"])
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        model.load_state_dict(_named(tensors, "model."))
        best = _named(tensors, "best.")
        moments: dict[int, dict[str, Tensor]] = {}
        for name, tensor in _named(tensors, "optimizer.").items():
            index, key = name.split(".", 1)
            moments.setdefault(int(index), {})[key] = tensor
        whole = optimizer.state_dict()
        whole["state"] = moments
        optimizer.load_state_dict(whole)
    except (SafetensorError, RuntimeError, KeyError, TypeError, ValueError) as error:
        raise TrainingError(f"{path} must be a checkpoint of this model: {error}") from None
    return State(**{**kept, "history": tuple(kept["history"])}), best


def _named(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): t for name, t in tensors.items() if name.startswith(prefix)}
