"""`import_checkpoint`: a released SummDiff, LLMVS or CSTA checkpoint into the library; nothing in the file is run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field

from core.progress import Progress, ShouldStop, never, silent
from verbs.contract import Request, Result
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
    options: dict[str, bool | int | float | str] = Field(
        {},
        description="Checkpoint: parts of its configuration that tensors do not tell, such as heads=8.",
    )


class ImportCheckpointResult(Result):
    """The checkpoint: its folder, its id in the library, which system it is of, and its features."""

    checkpoint: Path
    id: str
    kind: str
    config: dict[str, Any]
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
    from core.captions.local_judge import PUBLISHED_SPACE, PUBLISHED_WIDTH
    from core.data.space_ids import canonical
    from core.features import googlenet
    from core.models.checkpoints import save_checkpoint
    from core.models.official import load_released
    from core.models.registry import model_kind
    from core.training.labels import trained_label
    from storage.entry_rows import slug

    progress(0.0, f"Reading {request.path.name}")
    kind, model = load_released(request.path, null_video=request.null_video, **request.options)
    released = (PUBLISHED_SPACE, PUBLISHED_WIDTH) if kind == "llmvs" else (googlenet.ID, googlenet.WIDTH)
    config: Any = model.config  # each kind's own
    width = config.feature_width
    usual = released[0] if width == released[1] else f"unknown-{width}"
    space = canonical(request.feature_space or usual)
    base = slug(request.name or request.path.stem)
    checkpoint = save_checkpoint(
        model,
        new_checkpoint_folder(library, base),
        label=trained_label(model_kind(kind), space, base, "released"),
        feature_space=space,
        training={"source": request.path.name, "released": True},
    )
    library.checkpoints.register(checkpoint.path)
    return ImportCheckpointResult(
        checkpoint=checkpoint.path,
        id=checkpoint.id,
        kind=kind,
        config=dict(checkpoint.config),
        feature_space=space,
        feature_width=checkpoint.feature_width,
    )
