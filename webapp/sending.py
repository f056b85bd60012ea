"""How much each person may send, and a piece of a file on its way to the disk."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from core.errors import ConflictError, InputError, TooMuchError
from core.server_limits import DEMO_UPLOAD_MB_PER_VISITOR, SENT_FILES, SENT_MB, UPLOAD_MB, VIDEOS_MB, Setting
from storage.library import Library
from storage.sent_files import SentFile, SentFiles, SentKind
from webapp.quotas import quota_of
from webapp.visitors import visitor_now

MB = 2**20
WRITTEN_AT_ONCE = MB  # of a piece: what a broken connection may lose is less
AGAIN_S = 60


def sender(library: Library) -> str:
    """Who sends a file: whoever is signed in, and where nobody is, or names prove nothing, whoever has the address."""
    return visitor_now(names=not quota_of(library).public)


def sent_whole(library: Library, ids: Sequence[str]) -> tuple[SentFile, ...]:
    """The files of these ids, which whoever asks has sent whole.

    Raises:
        NotFoundError: they began none of that id.
        ConflictError: some of it is not here yet.
    """
    files, owner = SentFiles(library.data_dir), sender(library)
    found = tuple(files.get(one, owner) for one in ids)
    for one in found:
        if not one.whole:
            message = f"Only {one.here} of the {one.size} bytes of '{one.name}' are here."
            raise ConflictError(message, "Send the rest first.")
    return found


def largest(kind: SentKind, public: bool) -> Setting:
    """How large a file may be, in megabytes."""
    if public and DEMO_UPLOAD_MB_PER_VISITOR.now() < (VIDEOS_MB if kind == "video" else UPLOAD_MB).now():
        return DEMO_UPLOAD_MB_PER_VISITOR
    return VIDEOS_MB if kind == "video" else UPLOAD_MB


def check_share(library: Library, kind: SentKind, size: int, owner: str) -> None:
    """Whether one more file may be begun.

    Raises:
        InputError: it is larger than files of its kind may be.
        TooMuchError: whoever asks has as many here as they may.
    """
    most = largest(kind, quota_of(library).public).now()
    if size > most * MB:
        what = "A video" if kind == "video" else "A file of this kind"
        raise InputError(f"{what} of more than {most} MB is not taken in here.", "The command line takes larger files.")
    others = SentFiles(library.data_dir).of(owner)
    hint = "Wait until some are taken in, or cancel one."
    if len(others) >= SENT_FILES.now():
        raise TooMuchError(f"{len(others)} files of yours are being sent or wait already.", hint, AGAIN_S)
    if others and size + sum(one.size for one in others) > SENT_MB.now() * MB:
        raise TooMuchError(f"Files of yours take {SENT_MB.now()} MB together, and no more.", hint, AGAIN_S)


async def written(library: Library, sent: SentFile, offset: int, stream: AsyncIterator[bytes]) -> int:
    """Writes a piece as it comes, and returns how much of the file is here. What came before a cut stays.

    Raises:
        OffsetError, InputError, NotFoundError, OSError: as `SentFiles.append`.
        ClientDisconnect: the connection was cut.
    """
    files, waiting = SentFiles(library.data_dir), bytearray()
    try:
        async for some in stream:
            waiting += some
            if len(waiting) >= WRITTEN_AT_ONCE:
                offset = await run_in_threadpool(files.append, sent, offset, bytes(waiting))
                waiting.clear()
    except ClientDisconnect:
        await run_in_threadpool(files.append, sent, offset, bytes(waiting))
        raise
    return await run_in_threadpool(files.append, sent, offset, bytes(waiting))
