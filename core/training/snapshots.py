"""Where a training is, kept in a file, so that another process goes on from there to the same weights.

What decides the rest of a training is all in it: the weights and their average, the optimizer and its schedule, both
generators of random numbers, and the best so far. It is read without running anything that it might hold.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import pickle
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields, is_dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from core.training.recipes import TrainSettings
from core.training.underway import Underway

if TYPE_CHECKING:
    import torch

    from core.models.summarizer import Trainable

log = logging.getLogger("manycut.training")

SCHEMA = "manycut-training-1"
FILE = "training.pt"
# What may differ between a training and the one that goes on with it.
INDIFFERENT = ("device", "time_limit_s")


class Snapshots:
    """The one snapshot of a training, replaced now and then.

    Args:
        underway: where it is kept, and how often.
        training: `fingerprint` of it; a snapshot of another training is not gone on from.
    """

    def __init__(self, underway: Underway, training: str) -> None:
        self._path = None if underway.folder is None else underway.folder / FILE
        self._every = underway.save_every_s
        self._training = training
        self._last = time.monotonic()

    def read(self) -> dict[str, Any] | None:
        """What was kept of this very training; None where nothing was, or where it cannot be read."""
        import torch

        if self._path is None or not self._path.is_file():
            return None
        try:
            kept: dict[str, Any] = torch.load(self._path, map_location="cpu", weights_only=True)
        except (OSError, RuntimeError, EOFError, ValueError, pickle.UnpicklingError) as error:
            log.warning("%s cannot be read (%s); the training begins anew.", self._path, error)
            return None
        if (kept.get("schema"), kept.get("training")) != (SCHEMA, self._training):
            log.warning("%s is of another training; this one begins anew.", self._path)
            return None
        return kept

    @property
    def due(self) -> bool:
        """Whether it is time to keep something."""
        return self._path is not None and time.monotonic() - self._last >= self._every

    def write(self, state: Mapping[str, Any]) -> None:
        """Replaces what was kept, whole or not at all."""
        import torch

        assert self._path is not None
        self._path.parent.mkdir(parents=True, exist_ok=True)
        partial = self._path.with_name(f".{uuid.uuid4().hex}.part")
        try:
            torch.save({**state, "schema": SCHEMA, "training": self._training}, partial)
            os.replace(partial, self._path)
        finally:
            partial.unlink(missing_ok=True)
        self._last = time.monotonic()


def fingerprint(model: Trainable, videos: Sequence[Any], settings: TrainSettings) -> str:
    """A SHA-256 of all that decides how a training goes: settings, videos with what people said, and first weights."""
    import torch

    digest = hashlib.sha256()
    told = {name: value for name, value in asdict(settings).items() if name not in INDIFFERENT}
    digest.update(json.dumps([torch.__version__, told], sort_keys=True, default=str).encode())
    for name, weights in model.state_dict().items():
        digest.update(name.encode() + weights.detach().cpu().contiguous().numpy().tobytes())
    _add(digest, videos)
    return digest.hexdigest()


def _add(digest: Any, value: Any) -> None:
    if isinstance(value, np.ndarray):
        digest.update(str(value.shape).encode() + np.ascontiguousarray(value).tobytes())
    elif is_dataclass(value):
        for one in fields(value):
            _add(digest, getattr(value, one.name))
    elif isinstance(value, list | tuple):
        digest.update(f"[{len(value)}".encode())
        for one in value:
            _add(digest, one)
    else:
        digest.update(repr(value).encode())


def generators(drawing: np.random.Generator, device: torch.device) -> dict[str, Any]:
    """The states of the generators of random numbers that a training draws from."""
    import torch

    return {
        "drawing": json.dumps(drawing.bit_generator.state),
        "torch": torch.get_rng_state(),
        "cuda": torch.cuda.get_rng_state(device) if device.type == "cuda" else None,
    }


def set_generators(kept: Mapping[str, Any], drawing: np.random.Generator, device: torch.device) -> None:
    """Brings these generators into states from `generators`."""
    import torch

    drawing.bit_generator.state = json.loads(kept["drawing"])
    torch.set_rng_state(kept["torch"])
    if device.type == "cuda" and kept["cuda"] is not None:
        torch.cuda.set_rng_state(kept["cuda"], device)
