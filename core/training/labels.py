"""What trained weights are called, for people."""

from __future__ import annotations

from core.features.registry import TEXT_SPACES
from core.models.registry import ModelKind


def trained_label(kind: ModelKind, space: str, *details: str) -> str:
    """What a checkpoint is called: "SummDiff (name)", and a text model after what its captions were encoded by.

    Args:
        kind: of the model.
        space: id of the feature space that it was trained in.
        details: what else tells it from others, such as its name.
    """
    if kind.features == "text":
        encoders = {encoder.id: encoder.label for encoder in TEXT_SPACES.values()}
        details = (encoders.get(space, space.removesuffix("-caption-states")), *details)
    return f"{kind.label} ({', '.join(details)})" if details else kind.label
