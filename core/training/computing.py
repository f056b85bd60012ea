"""In what a training computes: precision, and whether PyTorch compiles it; on a GPU as a short trial says."""

from __future__ import annotations

import copy
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from core.training.recipes import TrainSettings

if TYPE_CHECKING:
    import torch
    from torch import Tensor

    from core.models.batch import Batch
    from core.models.summarizer import Trainable

log = logging.getLogger("manycut.training")

WARM, TIMED = 2, 5  # rounds of a trial that are not timed, and that are
PAYS = 0.9  # of the time of float32; what saves less is left
LONG_S = 600  # compiling takes minutes, and is not tried for a training that takes less without


@dataclass(frozen=True)
class Computing:
    """In what steps are computed.

    Attributes:
        precision: "float32", "bf16" or "float16".
        compiled: the loss goes through `torch.compile`.
        trial_ms: what a batch took in each way that was tried; empty where none was.
    """

    precision: str = "float32"
    compiled: bool = False
    trial_ms: Mapping[str, float] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"{self.precision}, compiled" if self.compiled else self.precision

    def autocast(self, device: torch.device) -> AbstractContextManager[Any]:
        """What the forward pass runs in."""
        import torch

        dtype = torch.float16 if self.precision == "float16" else torch.bfloat16
        return torch.autocast(device.type, dtype, enabled=self.precision != "float32")

    def loss_of(self, model: Trainable) -> Callable[[Batch], Tensor]:
        """The model's loss, compiled for videos of any length where that was chosen."""
        if not self.compiled:
            return model.loss
        import torch

        compiled: Callable[[Batch], Tensor] = torch.compile(model.loss, dynamic=True)
        return compiled


@dataclass(frozen=True)
class Trial:
    """What a way took: `begun_s` until it runs (compiling), then `batch_s` for each batch."""

    way: Computing
    begun_s: float
    batch_s: float


def computing_of(settings: TrainSettings, device: torch.device) -> list[Computing]:
    """The ways that settings leave open, the plainest first; only one where there is no GPU to try them on."""
    on_gpu = device.type == "cuda"
    if settings.precision == "float16":
        precisions = ["float16" if on_gpu else "float32"]
    elif settings.precision == "auto":
        precisions = ["float32", "bf16"] if on_gpu else ["float32"]
    else:
        precisions = [settings.precision]
    compiled = {"on": [True], "off": [False], "auto": [False, True] if on_gpu else [False]}[settings.compile]
    return [Computing(precision, one) for one in compiled for precision in precisions]


def chosen(ways: Sequence[Computing], model: Trainable, batches: Sequence[Batch], count: int) -> Computing:
    """The way in which `count` batches of a training are likely over first.

    Args:
        ways: from `computing_of`.
        model: that is trained; it stays as it is, and so do random numbers.
        batches: a few of its batches, of different lengths.
        count: batches of the whole training.
    """
    if len(ways) == 1:
        return ways[0]
    plain = [one for one in ways if not one.compiled] or ways
    trials = [found for way in plain if (found := _tried(way, model, batches)) is not None]
    if all(count * one.batch_s >= LONG_S for one in trials):
        others = [one for one in ways if one not in plain]
        trials += [found for way in others if (found := _tried(way, model, batches)) is not None]
    return best(trials, count) if trials else ways[0]


def best(trials: Sequence[Trial], count: int) -> Computing:
    """The way that pays for so many batches; the first unless another takes at most `PAYS` of its time."""

    def seconds(one: Trial) -> float:
        return one.begun_s + count * one.batch_s

    first, quickest = trials[0], min(trials, key=seconds)
    way = quickest.way if seconds(quickest) <= PAYS * seconds(first) else first.way
    return Computing(way.precision, way.compiled, {one.way.name: round(1000 * one.batch_s, 3) for one in trials})


def _tried(way: Computing, model: Trainable, batches: Sequence[Batch]) -> Trial | None:
    """What a way takes on a copy of the model; None where it cannot compute it, or comes to no finite loss."""
    import torch

    device = next(model.parameters()).device
    copied = copy.deepcopy(model)
    loss_of = way.loss_of(copied)

    def rounds(count: int) -> tuple[float, bool]:
        begun = time.monotonic()
        for _ in range(count):
            for batch in batches:
                with way.autocast(device):
                    loss = loss_of(batch.to(device))
                loss.backward()
        torch.cuda.synchronize(device)
        return time.monotonic() - begun, bool(torch.isfinite(loss))

    try:
        with torch.random.fork_rng(devices=[device]):
            begun_s, _ = rounds(WARM)
            timed_s, finite = rounds(TIMED)
    except Exception as error:  # whatever a compiler may say
        log.warning("%s was tried and cannot be computed: %s", way.name, error)
        return None
    return Trial(way, begun_s if way.compiled else 0.0, timed_s / TIMED / len(batches)) if finite else None
