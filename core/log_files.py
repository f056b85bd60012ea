"""Logs that do not grow for ever: what is older moves to `NAME.1` and so on, and the oldest goes."""

from __future__ import annotations

import os
import shutil
import stat
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from core.server_limits import LOG_MB

OLD = 3  # that are kept beside a log
MUCH = 2  # so many times as large as it may be, of which only the end is kept
MB = 2**20


def bound(path: Path, most: int | None = None, old: int = OLD) -> bool:
    """Begins a log anew where it has grown too large; says whether it did.

    It is copied and then emptied, because programs that run hold it open, and write at its end whatever that is
    (O_APPEND). What they write in the instant between the two is lost; nobody waits. Of a log that is much too large
    only the end is kept.

    Args:
        path: of the log; a link, a device, and what is not there are left alone.
        most: bytes that it may have; by default `LOG_MB`.
        old: how many earlier ones are kept.

    Raises:
        OSError: there is no room for the copy, or no right; the log is as it was.
        InputError: the setting makes no sense.
    """
    most = LOG_MB.now() * MB if most is None else most
    try:
        found = path.lstat()
    except FileNotFoundError:
        return False
    if not stat.S_ISREG(found.st_mode) or found.st_size <= most:
        return False
    _name(path, old).unlink(missing_ok=True)  # first: on a full disk this is the room for the copy
    copy = path.with_name(f"{path.name}.new")
    try:
        with path.open("rb") as source, copy.open("wb") as target:
            _to_its_end(source, most)
            shutil.copyfileobj(source, target)
            for number in range(old - 1, 0, -1):
                with suppress(FileNotFoundError):
                    os.replace(_name(path, number), _name(path, number + 1))
            os.replace(copy, _name(path, 1))
            shutil.copyfileobj(source, target)  # what came meanwhile
            target.flush()
            os.truncate(path, 0)
    finally:
        copy.unlink(missing_ok=True)
    return True


def log_files(path: Path) -> list[Path]:
    """A log and what is kept of it, those that are there."""
    return [one for one in (path, *(_name(path, number) for number in range(1, OLD + 1))) if one.is_file()]


def _name(path: Path, number: int) -> Path:
    return path.with_name(f"{path.name}.{number}")


def _to_its_end(source: BinaryIO, most: int) -> None:
    """Goes to where a file begins; of one that is much too large, to a line among its last bytes."""
    size = source.seek(0, os.SEEK_END)
    begin = size - most if size > MUCH * most else 0  # what came since the last look is not worth losing a line for
    source.seek(begin)
    if begin:
        source.readline(most)
