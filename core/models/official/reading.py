"""Opens a PyTorch file without running code from it, and says which system's weights it holds.

A pickle is a small program; `weights_only` lets it build tensors and plain containers and nothing else.
"""

from __future__ import annotations

import argparse
import re
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import torch
from torch import Tensor

from core.errors import CheckpointError

# Where the releases and the tools that they were trained with keep the weights.
STATE_KEYS = ("state_dict", "model_state_dict", "model", "net", "ema")


LAYER = re.compile(r"\d{1,6}")
PREFIXES = ("module.", "_orig_mod.", "model.")


class Settings(dict):
    """Stands in for the settings objects that training tools leave in their files; it only keeps what it is given."""


class Ignored:
    """Stands in for numbers, arrays and paths that are kept beside weights; takes whatever it is given and drops it."""

    def __init__(self, *given: object) -> None:
        pass

    def __setstate__(self, state: object) -> None:
        pass


# NumPy's own constructors are not called: with made-up types and bytes they read where they should not.
DROPPED = (
    *(f"numpy.{core}.multiarray.{name}" for core in ("core", "_core") for name in ("scalar", "_reconstruct")),
    *(f"numpy.{core}.numeric._frombuffer" for core in ("core", "_core")),
    "numpy.dtype",
    "numpy.ndarray",
    *(
        f"pathlib{inner}.{kind}Path"
        for inner in ("", "._local")
        for kind in ("Posix", "Windows", "PurePosix", "PureWindows")
    ),
)
# Harmless containers by the name under which files ask for them; the tools themselves are not installed.
CONTAINERS: list[Callable[..., Any] | tuple[Callable[..., Any], str]] = [
    argparse.Namespace,
    *(
        (Settings, name)
        for name in (
            "lightning.fabric.utilities.data.AttributeDict",
            "lightning_fabric.utilities.data.AttributeDict",
            "pytorch_lightning.utilities.parsing.AttributeDict",
        )
    ),
    *((Ignored, name) for name in DROPPED),
]


def read_state(path: Path) -> dict[str, Tensor]:
    """The state dict in a file, without the prefixes that wrappers put before every name.

    Raises:
        CheckpointError: no such file, truncated, not a PyTorch file, it wants to run code, or there are no weights.
    """
    path = Path(path)
    if not path.is_file():
        raise CheckpointError(f"There is no file '{path}'.")
    try:
        with torch.serialization.safe_globals(CONTAINERS), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about old tensor types; what matters is checked below
            found = torch.load(path, map_location="cpu", weights_only=True)
    except UnpicklingError:
        raise CheckpointError(
            f"'{path.name}' holds more than plain weights or is damaged. It was not opened: that could run code.",
            "Save the model's state_dict alone and import that.",
        ) from None
    except MemoryError:
        raise
    except Exception:  # PyTorch raises whatever its parsers stumble over
        raise CheckpointError(f"'{path.name}' is truncated or not a PyTorch checkpoint.") from None
    state = state_in(found)
    if not state:
        raise CheckpointError(f"'{path.name}' holds no weights.")
    return without_prefix(state)


def state_in(found: Any) -> dict[str, Tensor]:
    """The names and tensors in what a file holds: itself, or under one of the usual keys, one in another."""
    for _ in STATE_KEYS:
        if not isinstance(found, Mapping):
            return {}
        found = next((found[key] for key in STATE_KEYS if isinstance(found.get(key), Mapping)), found)
    return {str(name): value for name, value in found.items() if isinstance(value, Tensor)}


def without_prefix(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """Names without what data parallelism ("module."), compilation and Lightning ("model.") put before all of them."""
    names = list(state)
    while prefix := next((one for one in PREFIXES if all(name.startswith(one) for name in names)), ""):
        names = [name.removeprefix(prefix) for name in names]
    return dict(zip(names, state.values(), strict=True))


def whose(state: Mapping[str, Tensor]) -> str:
    """The registry name of the system that these official weights belong to.

    Raises:
        CheckpointError: none that we know.
    """
    marks = {
        "summdiff": "transformer.diffusion_decoder.",
        "llmvs": "d_linear1.",
        "csta": "googlenet.",
        "vasnet": "att.K.",
    }
    for name, mark in marks.items():
        if any(key.startswith(mark) for key in state):
            return name
    example = next(iter(state))
    raise CheckpointError(
        f"These weights are of no system we know; the first is called '{example}'.",
        "SummDiff, LLMVS, CSTA and VASNet checkpoints can be imported.",
    )


def layers_named(state: Mapping[str, Tensor], prefix: str) -> int:
    """How many numbered layers `prefix` has: 1 + the largest N in 'prefix.N....'; 0 for none."""
    numbers = [key[len(prefix) + 1 :].split(".")[0] for key in state if key.startswith(f"{prefix}.")]
    return 1 + max((int(number) for number in numbers if LAYER.fullmatch(number)), default=-1)


def shape_of(state: Mapping[str, Tensor], name: str, sides: int) -> tuple[int, ...]:
    """The shape of a tensor that must be there, with so many sides.

    Raises:
        CheckpointError: it is not there, or of another shape.
    """
    if name not in state:
        raise CheckpointError(f"The official state dict lacks '{name}'.")
    shape = tuple(state[name].shape)
    if len(shape) != sides:
        raise CheckpointError(f"'{name}' should have {sides} sides, but its shape is {shape}.")
    return shape
