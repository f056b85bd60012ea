"""Writing files that appear complete or not at all."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from core.errors import InputError


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A place beside `path` to write to. What is there moves to `path` when the block ends, and goes when it fails.

    Raises:
        InputError: the system refuses to write there.
    """
    partial = path.with_name(f".{uuid.uuid4().hex}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield partial
        os.replace(partial, path)
    except OSError as error:
        raise InputError(f"'{path}' cannot be written: {error.strerror or error}.") from error
    finally:
        with suppress(OSError):  # whatever kept it from being written is being reported already
            partial.unlink(missing_ok=True)
