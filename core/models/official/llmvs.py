"""LLMVS's released Lightning checkpoints: their names, and the configuration they imply."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import Tensor

from core.errors import CheckpointError
from core.models.llmvs import LLMVSConfig, LLMVSHead
from core.models.official.reading import layers_named, shape_of

# Official prefixes and ours.
KEYS = (
    ("d_linear1_norm.", "norm."),
    ("d_linear1.", "reduce."),
    ("transformer_encoder_agg.", "aggregator."),
    ("mlp_head.", "mlp."),
)


def infer_config(state: Mapping[str, Tensor], **options: Any) -> LLMVSConfig:
    """The configuration that a state dict's names and shapes imply.

    The number of heads leaves no trace; it is the published 2 unless given in `options`.

    Raises:
        CheckpointError: it is no LLMVS head.
    """
    hidden, width = shape_of(state, "d_linear1.weight", 2)
    implied = {
        "feature_width": width,
        "hidden": hidden,
        "layers": layers_named(state, "transformer_encoder_agg.layers"),
        "feed_forward": shape_of(state, "transformer_encoder_agg.layers.0.linear1.weight", 2)[0],
    }
    return LLMVSConfig(**implied | options)


def load(state: Mapping[str, Tensor], config: LLMVSConfig) -> LLMVSHead:
    """A head with the weights of an official `state_dict`.

    Raises:
        CheckpointError: names or shapes that do not belong to this configuration.
    """
    model = LLMVSHead(config).eval()
    weights = {}
    for name, tensor in state.items():
        theirs, ours = next((pair for pair in KEYS if name.startswith(pair[0])), ("", ""))
        weights[ours + name.removeprefix(theirs)] = tensor
    try:
        model.load_state_dict(weights)
    except RuntimeError as error:
        raise CheckpointError("The state dict does not belong to an LLMVS head of this configuration.") from error
    return model
