"""Models that this process has loaded, for when more is asked of them: somebody wants sixteen samples, then more."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from core.models.checkpoints import Checkpoint

if TYPE_CHECKING:
    from core.models.summarizer import Summarizer

KEPT = 2
Files = tuple[tuple[str, int, int], ...]


def model_at_hand(checkpoint: Checkpoint) -> Summarizer:
    """The model of a checkpoint, loaded once for as long as its files are the same. Raises CheckpointError."""
    return _loaded(checkpoint.path, files_of(checkpoint))


def files_of(checkpoint: Checkpoint) -> Files:
    """Name, size and time of its settings and its weights: others whenever it is another model."""
    found = ((one.name, one.stat()) for one in sorted(checkpoint.path.glob("model.*")))
    return tuple((name, about.st_size, about.st_mtime_ns) for name, about in found)


@lru_cache(KEPT)
def _loaded(path: Path, files: Files) -> Summarizer:
    from core.models.checkpoints import load_model, read_checkpoint
    from core.models.summdiff import SummDiff

    model = load_model(read_checkpoint(path))
    if isinstance(model, SummDiff):
        model.keep_encodings()
    return model
