"""The files beside the database: where videos, thumbnails and arrays lie, and how they get there."""

from __future__ import annotations

import os
import shutil
import uuid
from dataclasses import dataclass
from pathlib import Path

from core.errors import NotFoundError


@dataclass(frozen=True)
class Media:
    """The files of an entry that browsers show; None where it has none, or they are gone.

    `gone` names those of the two that were here once.
    """

    video: Path | None
    thumbnails: Path | None
    gone: frozenset[str] = frozenset()


class MediaFiles:
    """The files of one data directory. Paths are kept relative to it, or to where a dataset's media lie."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir

    def stored(self, path: Path, root: Path | None = None) -> str:
        """Relative to the dataset's media root or the data directory where it lies in one of them."""
        path = path.resolve()
        for base in (root, self.data_dir):
            if base is not None and path.is_relative_to(base):
                return str(path.relative_to(base))
        return str(path)

    def take(self, source: Path, target: Path) -> None:
        """Moves or copies a file so that it appears complete or not at all.

        Files in the data directory are moved; all others belong to somebody and are copied. Raises NotFoundError.
        """
        if not source.is_file():
            raise NotFoundError(f"There is no file {source}.")
        if target.exists() and target.samefile(source):
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = target.with_name(f".{target.name}.{uuid.uuid4().hex}.part")
        own = source.resolve().is_relative_to(self.data_dir)
        try:
            (shutil.move if own else shutil.copyfile)(source, partial)
            os.replace(partial, target)
        finally:
            partial.unlink(missing_ok=True)

    def find(self, stored: str | None, root: str | None) -> Path | None:
        """Where a kept path leads now; None where nothing was kept or the file is gone."""
        if stored is None:
            return None
        places = ([Path(root)] if root else []) + [self.data_dir]
        return next((base / stored for base in places if (base / stored).is_file()), None)


def free_path(folder: Path, key: str, suffix: str = ".h5") -> Path:
    """Reserves <key><suffix>, or a name beside it where that is taken.

    An old file stays until the database lets go of it, and two imports at once never write to the same file.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{key}{suffix}"
    try:
        path.touch(exist_ok=False)
    except FileExistsError:
        path = folder / f"{key}~{uuid.uuid4().hex[:8]}{suffix}"
    return path
