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


def normal_tensor_of(name: str, shape: Iterable[int], gain: float) -> Tensor:
    """The same by the harder rule: drawn from a normal distribution seeded by the name, so that scores spread."""
    shape = tuple(shape)
    drawn = np.random.default_rng(crc32(name.encode())).standard_normal(shape)
    if len(shape) >= 2:
        values = gain / np.sqrt(np.prod(shape[1:])) * drawn
    else:
        values = 1 + 0.1 * drawn if name.endswith("weight") else 0.1 * drawn
    return torch.from_numpy(values.astype(np.float32))


def state_of(shapes: Mapping[str, Iterable[int]], gain: float | None = None) -> dict[str, Tensor]:
    """A state dict by the rule, the harder one with a gain; position tables (".pe") and integer counters stay out."""
    kept = (".pe", "num_batches_tracked")
    return {
        name: tensor_of(name, shape) if gain is None else normal_tensor_of(name, shape, gain)
        for name, shape in shapes.items()
        if not name.endswith(kept)
    }
