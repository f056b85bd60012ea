"""`import_checkpoint`: a checkpoint as a paper released it; nothing in the file is run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import Field

from core.progress import Progress, ShouldStop, never, silent
from verbs.contract import Request, Result, Setting
from verbs.train import new_checkpoint_folder

if TYPE_CHECKING:
    from storage.library import Library


class ImportCheckpointRequest(Request):
    """Which file, and what it does not say itself."""

    path: Path = Field(description="The file as released.")
    feature_space: str | None = Field(
        None, description="Checkpoint: the space that it was trained in (default: the releases' own)."
    )
    name: str | None = Field(None, description="Id in the library (default: the file's name).")
    null_video: Path | None = Field(None, description="Checkpoint: SummDiff's null video (.npy).")
    options: dict[str, Setting] = Field(
        {},
        description="Checkpoint: parts of its configuration that tensors do not tell, such as heads=8.",
    )


class ImportCheckpointResult(Result):
    """The checkpoint: its folder, its id in the library, which system it is of, and its features."""

    checkpoint: Path
    id: str
    kind: str
    config: dict[str, Setting]
    feature_space: str
    feature_width: int


def import_checkpoint(
    library: Library, request: ImportCheckpointRequest, *, progress: Progress = silent, should_stop: ShouldStop = never
) -> ImportCheckpointResult:
    """Takes a released checkpoint into the library.

    Where its feature space is not named, it is that of the release, if it takes features as wide as those.

    Raises:
        NotFoundError: there is no such file.
        CheckpointError: it is of none of the releases.
    """
    from storage.entry_rows import slug
    from storage.formats.foreign import take_released
    from storage.scratch import scratch_folder

    progress(0.0, f"Reading {request.path.name}")
    base = slug(request.name or request.path.with_name(request.path.name.removesuffix(".tar")).stem)
    with scratch_folder(library.data_dir) as work:
        made = work / base
        released = take_released(
            request.path, made, base, request.feature_space, request.null_video, dict(request.options)
        )
        folder = new_checkpoint_folder(library, base)
        folder.parent.mkdir(parents=True, exist_ok=True)
        made.rename(folder)
    checkpoint = library.checkpoints.register(folder)
    return ImportCheckpointResult(
        checkpoint=checkpoint.path,
        id=checkpoint.id,
        kind=released.kind,
        config=released.config,
        feature_space=released.feature_space,
        feature_width=released.feature_width,
    )
