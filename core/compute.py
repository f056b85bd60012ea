"""Where tensors are computed with."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from core.errors import CheckpointError

if TYPE_CHECKING:
    import torch

DEVICE = "MANYCUT_DEVICE"  # environment variable: what "auto" means


def choose_device(device: str) -> torch.device:
    """ "auto" -> what MANYCUT_DEVICE says, else CUDA when present, else the CPU; anything else as PyTorch has it.

    Raises:
        CheckpointError: the device does not exist here.
    """
    import torch

    if device == "auto":
        device = os.environ.get(DEVICE) or "auto"
    if device == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        chosen = torch.device(device)
    except RuntimeError:
        raise CheckpointError(f"'{device}' is not the name of a device.", "Use auto, cpu or cuda.") from None
    if chosen.type == "cuda" and not torch.cuda.is_available():
        raise CheckpointError("There is no CUDA device here.", "Use the device 'auto' or 'cpu'.")
    return chosen


def has_gpu() -> bool:
    """Whether "auto" means a GPU."""
    return choose_device("auto").type == "cuda"
