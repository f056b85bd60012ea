"""Having the checkpoints of a library score an entry: those that fit it, or those that scored it before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.data import Entry
from core.progress import Progress, silent
from verbs.sample import SampleRequest, sample

if TYPE_CHECKING:
    from storage.library import Library


def score_with_all(library: Library, entry: Entry, progress: Progress, space: str | None = None) -> list[int]:
    """One run per kind of model that can score the entry, by its newest checkpoint, of this feature space if named.

    Those that have scored it already are left out, and those that learned from simulated people of another data set:
    they are only applied where somebody asks.
    """
    from core.models.provenance import learned_from
    from core.training.scoring import can_score

    runs, kinds = [], set()
    ran = scored_by(library, entry.id)
    for checkpoint in library.checkpoints.list(feature_space=space):
        if checkpoint.applies_as in kinds or can_score(checkpoint, entry):
            continue
        if learned_from(checkpoint).stands_back(entry.id):
            continue
        kinds.add(checkpoint.applies_as)
        if checkpoint.id in ran:
            continue
        progress(0.0, f"Scoring with {checkpoint.label}")
        runs += run_of(library, entry.id, checkpoint.id)
    return runs


def score_again(library: Library, entry_id: str, space: str) -> list[int]:
    """New runs of the checkpoints of a space that scored the entry before."""
    ran = scored_by(library, entry_id)
    again = [head.id for head in library.checkpoints.list(feature_space=space) if head.id in ran]
    return [run for one in again for run in run_of(library, entry_id, one)]


def run_of(library: Library, entry_id: str, checkpoint: str, progress: Progress = silent) -> list[int]:
    """The run of a checkpoint on an entry, sampled as nobody asked otherwise."""
    made = sample(library, SampleRequest(entry=entry_id, checkpoint=checkpoint), progress=progress)
    return [] if made.run is None else [made.run]


def scored_by(library: Library, entry_id: str) -> set[str]:
    """The checkpoints that have scored an entry."""
    return {run.track.checkpoint for run in library.runs.of_entry(entry_id)}
