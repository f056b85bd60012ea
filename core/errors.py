"""What went wrong, said to the person who can mend it.

Every error that a person can cause is a `ManycutError`: one sentence naming what is wrong and where, and a hint
saying what to do. The command line prints it and exits with 2, the REST answers 4xx with it, a job keeps it.
Anything else is a bug and goes to the log with its traceback.
"""

from __future__ import annotations

import errno
import os
import re


class ManycutError(Exception):
    """Base of all errors shown to a person.

    Args:
        message: one sentence: what is wrong, and in which file, entry or argument.
        hint: what to do about it, or "" where the message already says it.
    """

    code = "error"

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def as_dict(self) -> dict[str, str]:
        """The JSON form: code, message, hint."""
        return {"code": self.code, "message": self.message, "hint": self.hint}


class InputError(ManycutError):
    """An argument or array does not make sense (wrong shape, NaN features, budget outside (0, 1])."""

    code = "bad_input"


class VideoError(ManycutError):
    """A video file cannot be read, decoded or written."""

    code = "bad_video"


class FormatError(ManycutError):
    """A dataset or annotation file is malformed; names the file, the key and what was expected."""

    code = "bad_file"


class CheckpointError(ManycutError):
    """A checkpoint cannot be loaded or does not fit the features it is applied to."""

    code = "bad_checkpoint"


class NotFoundError(ManycutError):
    """An entry, dataset, checkpoint, task or job of that name does not exist."""

    code = "not_found"


class RemovedError(NotFoundError):
    """It was there and is not kept any longer; the hint says how to get it again."""

    code = "removed"


class ConflictError(ManycutError):
    """The action does not fit the present state (already exists, already submitted)."""

    code = "conflict"


class Cancelled(ManycutError):
    """Somebody asked long work to stop; the hint says what is kept."""

    code = "cancelled"


class RefusedError(ManycutError):
    """The person may not see or do this now (a video they are judging, a page of the lead)."""

    code = "refused"


class UnavailableError(ManycutError):
    """What was asked for is right and cannot be done at the moment: no room, no right, or somebody else is writing.

    Nothing was changed, and it may be asked for again after `retry_s` seconds.
    """

    code = "unavailable"
    retry_s = 5


class DamagedError(UnavailableError):
    """It lies in a part of the database that cannot be read any more; other parts go on."""

    code = "damaged"
    retry_s = 60


class TooMuchError(ManycutError):
    """More is asked for than one person, or all together, get at once.

    Args:
        message, hint: see `ManycutError`.
        again_s: seconds after which to ask again.
    """

    code = "too_much"

    def __init__(self, message: str, hint: str = "", again_s: int = 60) -> None:
        super().__init__(message, hint)
        self.again_s = again_s


# What the system refuses for reasons that lie outside of us.
REFUSALS = {
    errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EPERM, errno.ENAMETOOLONG, errno.EMFILE,
    errno.EIO,
}  # fmt: skip
# Those of them that pass, whatever was asked for: no room, a disk that fails or has become read-only.
PASSING = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO}


def system_reason(error: OSError) -> str:
    """Why the system refused, in its words; libraries such as HDF5 wrap them in pages of their own."""
    number = _number(error)
    return os.strerror(number) if number else " ".join(str(error).split())


def refusal_of(error: OSError) -> type[InputError] | type[UnavailableError]:
    """The kind of error that it is when the system refuses a file: one that passes, or one of what was asked for."""
    return UnavailableError if _number(error) in PASSING else InputError


def refused_by_system(error: BaseException) -> ManycutError | None:
    """What to say where the system refuses a file: no room, no right, a medium that cannot be written; else None."""
    if not isinstance(error, OSError) or error.errno not in REFUSALS:
        return None
    where = f"'{error.filename}'" if error.filename else "A file"
    return refusal_of(error)(
        f"{where} cannot be written or read: {system_reason(error)}.", "Make room, or choose another folder."
    )


def _number(error: OSError) -> int:
    return error.errno or next((int(one) for one in re.findall(r"errno = (\d+)", str(error))), 0)
