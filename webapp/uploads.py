"""A file as the body of a request, written into the data directory for a job."""

from __future__ import annotations

import secrets
from pathlib import Path, PurePath

from fastapi import Request
from starlette.concurrency import run_in_threadpool

from core import limits
from core.errors import InputError
from storage.entry_rows import slug
from storage.tidying import UPLOADS

NAME_CHARS = 100  # a disk takes 255 bytes


async def uploaded(request: Request, data_dir: Path, hint: str, name: str = "", most: int | None = None) -> Path:
    """Writes the body of a request into a file with a name of its own; whoever asked for it removes it.

    Args:
        request: whose body is the file.
        data_dir: of the library.
        hint: what to do with larger files.
        name: of the file, where that matters: it lies in a folder of its own then.
        most: bytes that it may have; by default as any upload.

    Raises:
        InputError: it is larger than uploads may be; nothing is left of it.
    """
    most = limits.UPLOAD_BYTES if most is None else most
    folder, mark = data_dir / UPLOADS, secrets.token_hex(8)
    path = folder / mark / _plain(name) if name else folder / f"{mark}.upload"
    path.parent.mkdir(parents=True, exist_ok=True)
    size = 0
    try:
        with path.open("wb") as file:
            async for chunk in request.stream():
                size += len(chunk)
                if size > most:
                    raise InputError(f"A file of more than {most // 2**20} MB is not taken in here.", hint)
                await run_in_threadpool(file.write, chunk)
    except BaseException:
        path.unlink(missing_ok=True)
        if name:
            path.parent.rmdir()
        raise
    return path


def _plain(name: str) -> str:
    """A name of a file that every disk takes, with the same ending."""
    ending = "".join(PurePath(name).suffixes[-2:]) if name.endswith(".tar") else PurePath(name).suffix
    return slug(name.removesuffix(ending))[:NAME_CHARS] + (ending if ending[1:].replace(".", "").isalnum() else "")
