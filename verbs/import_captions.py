"""`import_captions`: captions from a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import Field

from core.errors import NotFoundError
from core.progress import Progress, ShouldStop, check, never, silent
from verbs.contract import Request, Result
from verbs.encode import EncodedSpace, NotRenewed, renew_text
from verbs.entries import summaries_of

if TYPE_CHECKING:
    from storage.library import Library


class ImportCaptionsRequest(Request):
    """Which file is of which dataset."""

    path: Path = Field(description="See `storage.formats.captions_json`.")
    dataset: str = Field(description="Dataset id in the library.")
    captioner: str | None = Field(None, description="Who made the captions, for people (default: the file's name).")


class CaptionsOfEntry(Result):
    """What the file has of one entry.

    Attributes:
        entry: id.
        captions: how many it has now.
        moved: how many of them are of the nearest frame that the file knows.
        encoded, failed: see `verbs.encode.Renewed`.
    """

    entry: str
    captions: int
    moved: int
    encoded: list[EncodedSpace]
    failed: list[NotRenewed]


class ImportCaptionsResult(Result):
    """Who made the captions, the entries that got some, and ids of those of which the file has none."""

    dataset: str
    captioner: str
    entries: list[CaptionsOfEntry]
    missing: list[str]


def import_captions(
    library: Library, request: ImportCaptionsRequest, *, progress: Progress = silent, should_stop: ShouldStop = never
) -> ImportCaptionsResult:
    """Gives the entries of a dataset the captions of a JSON file, and encodes them again where they were encoded here.

    Raises:
        NotFoundError: there is no such file or dataset, or it has captions of none of the entries.
        FormatError: the file is malformed.
        Cancelled: `should_stop` said so.
    """
    from storage.formats.captions_json import captions_for, read_captions

    given = read_captions(request.path)
    captioner = request.captioner or request.path.stem
    ids = [summary.id for summary in summaries_of(library, request.dataset)]
    done, missing = [], []
    for index, one in enumerate(ids):
        check(should_stop, "Importing captions", "The videos so far have theirs.")
        progress(index / len(ids), f"Captions of {one}")
        found = captions_for(library.entries.get(one), given)
        if found is None:
            missing.append(one)
            continue
        captions, moved = found
        library.entries.put_captions(one, captions, captioner)
        renewed = renew_text(library, one)
        done.append(
            CaptionsOfEntry(
                entry=one, captions=len(captions), moved=moved, encoded=renewed.encoded, failed=renewed.failed
            )
        )
    if not done:
        raise NotFoundError(
            f"{request.path.name} has captions of none of the {len(ids)} entries of '{request.dataset}'.",
            f"Its videos are called '{next(iter(given))}' and so on: the entry's key, title or video name is needed.",
        )
    return ImportCaptionsResult(dataset=request.dataset, captioner=captioner, entries=done, missing=missing)
