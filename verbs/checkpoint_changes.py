"""`rename_checkpoint`, `promote_checkpoint`, `remove_checkpoint`, `restore_checkpoint`: what becomes of a model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from core import limits
from core.progress import Progress, ShouldStop, never, silent
from verbs.contract import Request, Result

if TYPE_CHECKING:
    from storage.library import Library


class CheckpointRequest(Request):
    """Which one."""

    checkpoint: str = Field(description="Id of a checkpoint of the library.")


class RenameCheckpointRequest(CheckpointRequest):
    """Which one, and what it is called from now on."""

    name: str = Field(max_length=limits.MODEL_NAME_CHARS, description='New name; "" for its own again.')


class PromoteCheckpointRequest(CheckpointRequest):
    """Which one, and whether it is offered first."""

    off: bool = Field(False, description="Let the newest of its feature space be offered first again.")


class ChangedCheckpoint(Result):
    """The checkpoint that was changed, and what it is called."""

    checkpoint: str
    label: str


def rename_checkpoint(
    library: Library, request: RenameCheckpointRequest, *, progress: Progress = silent, should_stop: ShouldStop = never
) -> ChangedCheckpoint:
    """Calls a checkpoint otherwise; its id stays. Raises NotFoundError."""
    library.checkpoints.rename(request.checkpoint, request.name)
    return _changed(library, request)


def promote_checkpoint(
    library: Library,
    request: PromoteCheckpointRequest,
    *,
    progress: Progress = silent,
    should_stop: ShouldStop = never,
) -> ChangedCheckpoint:
    """Has a checkpoint offered first wherever its feature space is asked for, or no longer. Raises NotFoundError."""
    if request.off:
        library.checkpoints.demote(request.checkpoint)
    else:
        library.checkpoints.promote(request.checkpoint)
    return _changed(library, request)


def remove_checkpoint(
    library: Library, request: CheckpointRequest, *, progress: Progress = silent, should_stop: ShouldStop = never
) -> ChangedCheckpoint:
    """Takes a checkpoint out of all lists; its files and its runs stay. Raises NotFoundError."""
    changed = _changed(library, request)
    library.checkpoints.remove(request.checkpoint)
    return changed


def restore_checkpoint(
    library: Library, request: CheckpointRequest, *, progress: Progress = silent, should_stop: ShouldStop = never
) -> ChangedCheckpoint:
    """Brings a removed checkpoint back as it was.

    Raises:
        NotFoundError: there is none of this id.
        CheckpointError: its files are gone or damaged.
    """
    library.checkpoints.restore(request.checkpoint)
    return _changed(library, request)


def _changed(library: Library, request: CheckpointRequest) -> ChangedCheckpoint:
    return ChangedCheckpoint(checkpoint=request.checkpoint, label=library.checkpoints.find(request.checkpoint).label)
