"""`verify`: whether a backup or an export is still what was written."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from core.errors import NotFoundError
from core.progress import Progress, ShouldStop, never, silent
from verbs.contract import GivenFile, Request, Result

if TYPE_CHECKING:
    from storage.library import Library

GZIP = b"\x1f\x8b"


class VerifyRequest(Request):
    """Which file."""

    verb: Literal["verify"] = "verify"
    file: Path = Field(description="A backup (.tar.gz), an export with its manifest beside it, or the manifest.")


class VerifyResult(Result):
    """What was found.

    Attributes:
        file: that was looked at.
        kind: of it.
        made: when; None where that is not written in it.
        files: in a backup; None for exports.
        problems: sentences about what differs; empty where everything is as it was written.
        warnings: what should be known nevertheless.
    """

    file: GivenFile
    kind: Literal["backup", "export"]
    made: datetime | None
    files: int | None
    problems: list[str]
    warnings: list[str]


def verify(
    library: Library | None,
    request: VerifyRequest,
    *,
    progress: Progress = silent,
    should_stop: ShouldStop = never,
) -> VerifyResult:
    """Reads all of a file and compares it with the sizes and checksums of its manifest; a backup's database as well.

    No library is needed: a file is proven by what is in it, or beside it.

    Raises:
        NotFoundError: there is no such file, or no manifest beside an export.
        FormatError: it is neither, or cannot be read.
    """
    from storage.backup import check_backup
    from storage.formats.manifest import check_manifest

    if _is_packed(request.file):
        found = check_backup(request.file, progress)
        return VerifyResult(
            file=request.file,
            kind="backup",
            made=found.made,
            files=found.files,
            problems=list(found.problems),
            warnings=list(found.warnings),
        )
    problems = check_manifest(request.file)
    return VerifyResult(file=request.file, kind="export", made=None, files=None, problems=problems, warnings=[])


def _is_packed(file: Path) -> bool:
    if not file.exists():
        raise NotFoundError(f"There is no file '{file}'.")
    if file.is_dir():
        return False  # an export that is a folder
    with file.open("rb") as opened:
        return opened.read(len(GZIP)) == GZIP
