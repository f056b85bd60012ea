"""CSTA's released checkpoints: their names, and the configuration they imply."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import Tensor

from core.errors import CheckpointError
from core.models.csta import CSTA, CSTAConfig
from core.models.official.reading import shape_of

# Official prefixes and ours.
KEYS = (
    ("googlenet.", "trunk."),
    ("linear1.0.", "head.0."),
    ("linear1.3.", "head.3."),
    ("linear2.0.", "head.4."),
    ("layernorm1.", "norm."),
)
# The ImageNet classifier is never run; positions follow from their formula; batches are not counted.
UNUSED = ("googlenet.fc.", "Positional_encoding_op.")


def infer_config(state: Mapping[str, Tensor], **options: Any) -> CSTAConfig:
    """The configuration that a state dict's shapes imply; dropout leaves no trace.

    Raises:
        CheckpointError: it is no CSTA with the release's defaults.
    """
    return CSTAConfig(**{"feature_width": shape_of(state, "CLS", 4)[-1]} | options)


def load(state: Mapping[str, Tensor], config: CSTAConfig) -> CSTA:
    """A model with the weights of an official state dict.

    Raises:
        CheckpointError: names or shapes that do not belong to the release's defaults.
    """
    model = CSTA(config).eval()
    expected = model.state_dict()
    weights = {}
    for official, tensor in state.items():
        if official.startswith(UNUSED) or official.endswith("num_batches_tracked"):
            continue
        theirs, ours = next((pair for pair in KEYS if official.startswith(pair[0])), ("", ""))
        key = "cls" if official == "CLS" else ours + official.removeprefix(theirs)
        tensor = tensor[0] if official == "CLS" else tensor
        if key not in expected or tensor.shape != expected[key].shape:
            raise CheckpointError(
                f"'{official}' {tuple(tensor.shape)} has no place in a CSTA with the release's defaults."
            )
        weights[key] = tensor
    missing = [key for key in expected if key not in weights and not key.endswith("num_batches_tracked")]
    if missing:
        raise CheckpointError(f"The official state dict lacks {len(missing)} tensors, among them our '{missing[0]}'.")
    model.load_state_dict(weights, strict=False)
    return model
