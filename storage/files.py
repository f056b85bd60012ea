"""Writing files that appear complete or not at all."""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from core.errors import refusal_of, system_reason

# No file takes so long to write, in seconds.
ABANDONED = 3600


def remove_abandoned(folder: Path) -> None:
    """Removes what processes that were killed left of `whole_file` in a folder, an hour after they last wrote."""
    for partial in folder.glob(".*.part"):
        with suppress(OSError):  # another process was first
            if time.time() - partial.stat().st_mtime > ABANDONED:
                partial.unlink()


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A place beside `path` to write to. What is there moves to `path` when the block ends, and goes when it fails.

    Raises:
        InputError, UnavailableError: the system refuses to write there.
    """
    partial = path.with_name(f".{uuid.uuid4().hex}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield partial
        os.replace(partial, path)
    except OSError as error:
        raise refusal_of(error)(f"'{path}' cannot be written: {system_reason(error)}.") from error
    finally:
        with suppress(OSError):  # whatever kept it from being written is being reported already
            partial.unlink(missing_ok=True)
