"""Which folders a job may read files of: looked at when each is opened, and not only when somebody named it.

Between the two a file may have become a link to another one. The command line reads whatever its user may read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

from core.errors import InputError
from core.names import readable

_folders: ContextVar[tuple[Path, ...] | None] = ContextVar("folders", default=None)


@contextmanager
def reading_only(folders: Sequence[Path]) -> Iterator[None]:
    """Within the block no file is taken that lies outside these folders; links are followed to find out."""
    token = _folders.set(tuple(folders))
    try:
        yield
    finally:
        _folders.reset(token)


def check_place(path: Path) -> None:
    """To be called directly before a file or folder that somebody named is read.

    Raises:
        InputError: it lies, or has come to lead, outside the folders that may be read now.
    """
    allowed = _folders.get()
    if allowed is None:
        return
    try:
        real = path.resolve()
        inside = any(real.is_relative_to(folder.resolve()) for folder in allowed)
    except (OSError, RuntimeError):  # a circle of links
        inside = False
    if not inside:
        message = f"'{readable(path.name)}' leads to another place than when it was named, which is not read."
        raise InputError(message, "Put the file itself into the import folder, or upload it.")
