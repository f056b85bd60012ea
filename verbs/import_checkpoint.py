"""`import_checkpoint`: a checkpoint as a paper released it, or one of Manycut's; nothing in the file is run."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from core.progress import Progress, ShouldStop, never, silent
from verbs.contract import Request, Result, Setting
from verbs.readable_places import check_place
from verbs.train import new_checkpoint_folder

if TYPE_CHECKING:
    from storage.library import Library


class ImportCheckpointRequest(Request):
    """Which file, and what it does not say itself."""

    verb: Literal["import_checkpoint"] = "import_checkpoint"
    path: Path = Field(description="The file as released; or a folder that Manycut made, as it is or as a .zip.")
    feature_space: str | None = Field(
        None, description="Checkpoint: the space that it was trained in (default: the releases' own)."
    )
    name: str | None = Field(None, description="Id in the library (default: the file's name).")
    null_video: Path | None = Field(None, description="Checkpoint: SummDiff's null video (.npy).")
    options: dict[str, Setting] = Field(
        {},
        description="Checkpoint: parts of its configuration that tensors do not tell, such as heads=8.",
    )
    remove: bool = Field(
        False, description="Remove the file afterwards, and its folder if it is empty then, as for an upload."
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
    """Takes a checkpoint into the library: a released one, or a folder that Manycut made.

    Where the feature space of a released one is not named, it is that of the release, if it takes features as wide.

    Raises:
        NotFoundError: there is no such file.
        CheckpointError: it is of none of the releases and no folder of Manycut's, or damaged.
    """
    from core.models.card import write_card
    from core.names import readable
    from storage.entry_rows import slug
    from storage.formats.checkpoint_folder import is_checkpoint_folder, take_checkpoint_folder
    from storage.formats.foreign import take_released
    from storage.scratch import scratch_folder

    try:
        check_place(request.path)
        progress(0.0, f"Reading {readable(request.name or request.path.name)}")
        base = slug(request.name or request.path.with_name(request.path.name.removesuffix(".tar")).stem)
        with scratch_folder(library.data_dir) as work:
            made = work / base
            if request.path.is_dir() or is_checkpoint_folder(request.path):
                take_checkpoint_folder(request.path, made)
            else:
                space, null_video = request.feature_space, request.null_video
                take_released(request.path, made, base, space, null_video, dict(request.options))
            folder = new_checkpoint_folder(library, base)
            folder.parent.mkdir(parents=True, exist_ok=True)
            made.rename(folder)
    finally:
        if request.remove:
            request.path.unlink(missing_ok=True)
            with suppress(OSError):  # others lie in it
                request.path.parent.rmdir()
    checkpoint = library.checkpoints.register(folder)
    write_card(checkpoint)
    return ImportCheckpointResult(
        checkpoint=checkpoint.path,
        id=checkpoint.id,
        kind=checkpoint.kind,
        config=dict(checkpoint.config),
        feature_space=checkpoint.feature_space,
        feature_width=checkpoint.feature_width,
    )
