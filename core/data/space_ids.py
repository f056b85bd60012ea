"""Ids of feature spaces that files, and checkpoints made from them, call by another name."""

from __future__ import annotations

COLOUR_MOTION = "colour-motion-v1"
MINILM = "minilm-l6-v2"
SAID = "said-"  # begins the ids of spaces of what is said, of which the rest is the encoder's
# TVSum's published file of caption features names its captioner too; the space is the same whoever made the captions.
ALIASES = {"blip-base caption -> all-MiniLM-L6-v2, 384-d, l2-normalised": MINILM}


def canonical(space: str) -> str:
    """The id of a space, whatever name a file or a person gives it."""
    return ALIASES.get(space, space)
