"""VASNet's released checkpoints: their names, and the configuration they imply."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import Tensor

from core.errors import CheckpointError
from core.models.official.reading import shape_of
from core.models.vasnet import VASNet, VASNetConfig

# Official prefixes and ours. The release's norms have a gamma and a beta, torch's own a weight and a bias.
KEYS = (
    ("att.Q.", "query."),
    ("att.K.", "key."),
    ("att.V.", "value."),
    ("att.output_linear.", "output."),
    ("layer_norm_y.", "norm1."),
    ("ka.", "linear1."),
    ("layer_norm_ka.", "norm2."),
    ("kd.", "linear2."),
)
NORMS = ("norm1.", "norm2.")
SCALES = {"gamma": "weight", "beta": "bias"}
UNUSED = ("kb.", "kc.")  # layers that the release makes and never applies


def infer_config(state: Mapping[str, Tensor], **options: Any) -> VASNetConfig:
    """The configuration that a state dict's names and shapes imply: what the authors' program computes.

    Raises:
        CheckpointError: it is no VASNet.
    """
    implied = {
        "feature_width": shape_of(state, "att.K.weight", 2)[1],
        "by_columns": True,
        "unbiased_norm": "layer_norm_y.weight" not in state,
    }
    return VASNetConfig(**implied | options)


def load(state: Mapping[str, Tensor], config: VASNetConfig) -> VASNet:
    """A model with the weights of an official state dict; norms that it lacks change nothing but mean and spread.

    Raises:
        CheckpointError: names or shapes that do not belong to a VASNet.
    """
    model = VASNet(config).eval()
    expected = model.state_dict()
    weights = {name: value for name, value in expected.items() if name.startswith(NORMS)}  # 1 and 0
    needed = set(expected) - set(weights)
    for official, tensor in state.items():
        if official.startswith(UNUSED):
            continue
        theirs, ours = next((pair for pair in KEYS if official.startswith(pair[0])), ("", ""))
        rest = official.removeprefix(theirs)
        key = ours + (SCALES.get(rest, rest) if ours in NORMS else rest)
        if not ours or key not in expected or tensor.shape != expected[key].shape:
            raise CheckpointError(f"'{official}' {tuple(tensor.shape)} has no place in a VASNet of this width.")
        weights[key] = tensor
    missing = sorted(needed - set(weights))
    if missing:
        raise CheckpointError(f"The official state dict lacks {len(missing)} tensors, among them our '{missing[0]}'.")
    model.load_state_dict(weights)
    return model
