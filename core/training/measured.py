"""Figures that were measured on a checkpoint, kept in its description by their evaluation protocol."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import TypeAdapter

from core.models.card import write_card
from core.models.checkpoints import Checkpoint, put_metrics
from core.statistics.results import Evaluation

_EVALUATION = TypeAdapter(Evaluation)


def keep_figures(checkpoint: Checkpoint, figures: Evaluation, videos: Sequence[str]) -> Checkpoint:
    """Writes what a checkpoint reached on some videos into its description and onto its card.

    Args:
        checkpoint: that was evaluated.
        figures: from `core.training.evaluating.evaluate_checkpoint`; kept as they are, undefined ones as null.
        videos: ids of those that it was evaluated on.
    """
    found: dict[str, Any] = _EVALUATION.dump_python(figures, mode="json")
    known = put_metrics(checkpoint, {figures.protocol: {**found, "videos": list(videos), "n_videos": len(videos)}})
    write_card(known)
    return known
