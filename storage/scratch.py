"""Folders for what is being made."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PREFIX = "ingest-"


@contextmanager
def scratch_folder(data_dir: Path) -> Iterator[Path]:
    """An empty folder in the data directory that is gone afterwards.

    What a killed process left behind goes when the next one needs a folder: a lock, which ends with its process, tells
    such folders from those in use.
    """
    remove_abandoned(data_dir)
    while True:
        folder = Path(tempfile.mkdtemp(dir=data_dir, prefix=PREFIX))
        descriptor = _locked(folder)
        if descriptor is not None and folder.is_dir():
            break  # otherwise another process took it for an old one before it was locked
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(descriptor)


def remove_abandoned(data_dir: Path) -> int:
    """Removes the scratch folders of processes that are gone, and says how many."""
    removed = 0
    for old in data_dir.glob(f"{PREFIX}*"):
        if (descriptor := _locked(old)) is not None:
            shutil.rmtree(old, ignore_errors=True)
            os.close(descriptor)
            removed += 1
    return removed


def _locked(folder: Path) -> int | None:
    """A descriptor that holds the lock of a folder until it is closed; None where another process has it."""
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return None
    return descriptor
