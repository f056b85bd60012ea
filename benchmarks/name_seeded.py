"""Weights by rule instead of by file: every tensor of a model follows from its official name and shape."""

from __future__ import annotations

from binascii import crc32
from collections.abc import Iterable, Mapping

import numpy as np
import torch
from torch import Tensor


def tensor_of(name: str, shape: Iterable[int]) -> Tensor:
    """The float32 tensor that the rule gives for an official name."""
    shape = tuple(shape)
    base = np.sin(0.37 * np.arange(int(np.prod(shape)), dtype=np.float64) + crc32(name.encode()) % 1000)
    if name.endswith("running_var") or (len(shape) == 1 and name.endswith("weight")):
        values = 1 + 0.05 * base
    elif len(shape) >= 2:
        values = 1.4 / np.sqrt(np.prod(shape[1:])) * base
    else:
        values = 0.02 * base
    return torch.from_numpy(values.reshape(shape).astype(np.float32))


def state_of(shapes: Mapping[str, Iterable[int]]) -> dict[str, Tensor]:
    """A state dict by the rule; position tables (".pe") and integer counters keep what the model gives them."""
    kept = (".pe", "num_batches_tracked")
    return {name: tensor_of(name, shape) for name, shape in shapes.items() if not name.endswith(kept)}
