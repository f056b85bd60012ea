"""Folders for what is being made."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import socket
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PREFIX = "ingest-"
OLD_S = 2 * 86_400  # since anything was last put into a folder that nobody can be making any more


@contextmanager
def scratch_folder(data_dir: Path) -> Iterator[Path]:
    """An empty folder in the data directory that is gone afterwards.

    What a killed process left behind goes when the next one of the same machine needs a folder: a lock, which ends with
    its process, tells such folders from those in use. Those of other machines, and all where the disk knows no locks,
    go when they are old: locks of network drives are not relied on.
    """
    remove_abandoned(data_dir)
    while True:
        folder = Path(tempfile.mkdtemp(dir=data_dir, prefix=own_prefix()))
        descriptor = None
        try:
            descriptor = _locked(folder)
        except OSError:  # no locks here
            break
        if descriptor is not None and folder.is_dir():
            break  # otherwise another process took it for an old one before it was locked
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if descriptor is not None:
            os.close(descriptor)


def remove_abandoned(data_dir: Path) -> int:
    """Removes the scratch folders of processes that are gone, and says how many."""
    removed = 0
    for old in data_dir.glob(f"{PREFIX}*"):
        with suppress(FileNotFoundError):  # it has just gone
            removed += _remove(old)
    return removed


def _remove(folder: Path) -> bool:
    descriptor = None
    if folder.name.startswith(own_prefix()):
        try:
            descriptor = _locked(folder)
        except OSError:  # no locks here
            if not _is_old(folder):
                return False
        else:
            if descriptor is None:
                return False
    elif not _is_old(folder):
        return False
    shutil.rmtree(folder, ignore_errors=True)
    if descriptor is not None:
        os.close(descriptor)
    return True


def _is_old(folder: Path) -> bool:
    return time.time() - folder.stat().st_mtime > OLD_S


def own_prefix() -> str:
    """What the scratch folders of this machine begin with."""
    return f"{PREFIX}{re.sub(r'[^A-Za-z0-9]', '', socket.gethostname())[:32] or 'here'}-"


def _locked(folder: Path) -> int | None:
    """A descriptor that holds the lock of a folder until it is closed; None where another process has it or it is gone.

    Raises:
        OSError: the disk knows no such locks.
    """
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    except OSError:
        os.close(descriptor)
        raise
    return descriptor
