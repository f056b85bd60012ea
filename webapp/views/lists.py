"""The lists of all entries and of all checkpoints."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from core.models.checkpoints import Checkpoint
from storage.entry_rows import EntrySummary
from storage.library import Library
from webapp.views.answer import Answer, Json


@dataclass(frozen=True)
class EntryLine(EntrySummary):
    """An entry in a list."""

    created: datetime


class EntriesList(Answer):
    """Entries in the order in which they came."""

    entries: list[EntryLine]


@dataclass(frozen=True)
class CheckpointLine(Checkpoint):
    """A checkpoint in a list; its figures are without those of single videos, which somebody may be judging."""

    path: Path  # its name alone: where it lies on the server is nobody's business
    config: Mapping[str, Json]
    training: Mapping[str, Json]
    metrics: Mapping[str, Json]


class CheckpointsList(Answer):
    """All checkpoints."""

    checkpoints: list[CheckpointLine]


def entries(library: Library, dataset: str | None, search: str | None, limit: int | None, offset: int) -> EntriesList:
    """The entries that match; see `storage.entries`."""
    return EntriesList(entries=[EntryLine(**vars(one)) for one in library.entries.list(dataset, search, limit, offset)])


def checkpoints(library: Library) -> CheckpointsList:
    """All checkpoints."""
    return CheckpointsList(checkpoints=[_line(one) for one in library.checkpoints.list()])


def _line(checkpoint: Checkpoint) -> CheckpointLine:
    metrics = {
        protocol: {name: value for name, value in found.items() if name != "per_video"}
        for protocol, found in checkpoint.metrics.items()
        if isinstance(found, Mapping)
    }
    return CheckpointLine(**{**vars(checkpoint), "metrics": metrics, "path": Path(checkpoint.path.name)})
