"""Where tensors are computed with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.errors import CheckpointError

if TYPE_CHECKING:
    import torch


def choose_device(device: str) -> torch.device:
    """ "auto" -> CUDA when present, else the CPU; anything else as PyTorch understands it.

    Raises:
        CheckpointError: the device does not exist here.
    """
    import torch

    if device == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        chosen = torch.device(device)
    except RuntimeError:
        raise CheckpointError(f"'{device}' is not the name of a device.", "Use auto, cpu or cuda.") from None
    if chosen.type == "cuda" and not torch.cuda.is_available():
        raise CheckpointError("There is no CUDA device here.", "Use the device 'auto' or 'cpu'.")
    return chosen
