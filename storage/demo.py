"""The demo library: what a new installation shows before anything is imported.

Layout of its folder:
    demo.h5                     entries, as `write_eccv16` writes them
    videos/<key>.mp4            thumbs/<key>.jpg with <key>.json
    checkpoints/<id>/           model.json and model.safetensors; those of earlier demos stay for libraries of that time
    runs.h5                     what the checkpoints say, as `write_tracks` writes it
All of it is optional but demo.h5. Videos, thumbnails and checkpoints are used where they lie.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

from core.data import Entry
from core.errors import ConflictError
from core.models.checkpoints import read_checkpoint
from storage.entry_rows import EntrySummary
from storage.formats.eccv16 import read_eccv16
from storage.formats.tracks import read_tracks
from storage.library import Library

DEMO = "demo"


def seed_demo(library: Library, assets_dir: Path) -> bool:
    """Imports the demo into a library that never had any dataset.

    Where the demo was imported before and its folder has moved since, media and checkpoints are found again.

    Args:
        library: any.
        assets_dir: the demo folder; without demo.h5 nothing happens.

    Returns:
        Whether it was imported now.
    """
    assets_dir = Path(assets_dir).resolve()
    if not (assets_dir / "demo.h5").is_file():
        return False
    datasets = {dataset.id: dataset for dataset in library.datasets.list(removed=True)}
    demo = datasets.get(DEMO)
    if demo is not None and demo.media_root != assets_dir:
        library.datasets.set_media_root(DEMO, assets_dir)
        _register(library, assets_dir, library.entries.list(DEMO))
    if library.datasets.begun():
        return False
    entries = [_with_media(entry, assets_dir) for entry in read_eccv16(assets_dir / "demo.h5")]
    runs = read_tracks(assets_dir / "runs.h5") if (assets_dir / "runs.h5").is_file() else {}
    _register(library, assets_dir, entries)
    try:
        library.entries.add(
            DEMO,
            entries,
            label="Demo",
            source="Drawn by a program; its people are simulated",
            licence="CC0 1.0",
            media_root=assets_dir,
        )
    except ConflictError:  # another process that started at the same moment was first
        return False
    for key, tracks in runs.items():
        library.runs.add_all(f"{DEMO}/{key}", tracks)
    return True


def _with_media(entry: Entry, assets_dir: Path) -> Entry:
    video, thumbnails = assets_dir / f"videos/{entry.key}.mp4", assets_dir / f"thumbs/{entry.key}.jpg"
    return dataclasses.replace(
        entry,
        video=video if video.is_file() else None,
        thumbnails=thumbnails if thumbnails.is_file() else None,
    )


def _register(library: Library, assets_dir: Path, entries: Sequence[Entry] | Sequence[EntrySummary]) -> None:
    """Registers the checkpoints of the spaces that demo entries are in; others are of earlier demos."""
    spaces = {space for entry in entries for space in (entry.feature_space, entry.text_space)}
    for description in sorted((assets_dir / "checkpoints").glob("*/model.json")):
        if read_checkpoint(description.parent).feature_space in spaces:
            library.checkpoints.register(description.parent, in_place=True, replace=True)
