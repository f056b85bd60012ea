"""Figures that were measured on a checkpoint, kept in its description by their evaluation protocol."""

from __future__ import annotations

from collections.abc import Sequence

from core.models.card import write_card
from core.models.checkpoints import Checkpoint, put_metrics
from core.statistics.as_json import as_json
from core.statistics.results import Evaluation


def keep_figures(checkpoint: Checkpoint, figures: Evaluation, videos: Sequence[str]) -> Checkpoint:
    """Writes what a checkpoint reached on some videos into its description and onto its card.

    Args:
        checkpoint: that was evaluated.
        figures: from `core.training.evaluating.evaluate_checkpoint`; kept as they are, undefined ones as null.
        videos: ids of those that it was evaluated on.
    """
    kept = {**as_json(figures), "videos": list(videos), "n_videos": len(videos)}
    known = put_metrics(checkpoint, {figures.protocol: kept})
    write_card(known)
    return known
