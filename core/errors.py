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


class ConflictError(ManycutError):
    """The action does not fit the present state (already exists, already submitted)."""

    code = "conflict"


class Cancelled(ManycutError):
    """Somebody asked long work to stop; the hint says what is kept."""

    code = "cancelled"


class RefusedError(ManycutError):
    """The person may not see or do this now (a video they are judging, a page of the lead)."""

    code = "refused"


# What the system refuses for reasons that lie outside of us.
REFUSALS = {
    errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EPERM, errno.ENAMETOOLONG, errno.EMFILE,
}  # fmt: skip


def system_reason(error: OSError) -> str:
    """Why the system refused, in its words; libraries such as HDF5 wrap them in pages of their own."""
    number = error.errno or next((int(one) for one in re.findall(r"errno = (\d+)", str(error))), 0)
    return os.strerror(number) if number else " ".join(str(error).split())


def refused_by_system(error: BaseException) -> InputError | None:
    """What to say where the system refuses a file: no room, no right, a medium that cannot be written; else None."""
    if not isinstance(error, OSError) or error.errno not in REFUSALS:
        return None
    where = f"'{error.filename}'" if error.filename else "A file"
    return InputError(
        f"{where} cannot be written or read: {system_reason(error)}.", "Make room, or choose another folder."
    )
