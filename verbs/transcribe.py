"""`transcribe`: what is said in an entry, written down by a faster-whisper model that lies in the data directory."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from core import limits
from core.captions.whisper import check_ready, models_in
from core.captions.whisper import transcribe as write_down
from core.errors import NotFoundError
from core.names import readable
from core.progress import Progress, ShouldStop, never, silent
from verbs.contract import Request
from verbs.transcript import TranscriptResult, keep_transcript

if TYPE_CHECKING:
    from storage.library import Library

MODELS = "speech"  # folder of the data directory, with a folder for each model


class TranscribeRequest(Request):
    """Which entry is listened to, and by which model."""

    verb: Literal["transcribe"] = "transcribe"
    entry: str = Field(description="Entry id, such as demo/harbour-day.")
    model: str | None = Field(
        None,
        max_length=limits.FILE_NAME_CHARS,
        description="Name of a folder in the data directory's folder speech (default: the first there).",
    )
    language: str | None = Field(
        None, max_length=8, description="That is spoken, such as en (default: the model tells)."
    )


def transcribe(
    library: Library, request: TranscribeRequest, *, progress: Progress = silent, should_stop: ShouldStop = never
) -> TranscriptResult:
    """Has a model listen to an entry, in place of the transcript that it has.

    Raises:
        NotFoundError: as `listener`.
        InputError: the video has no sound, or nothing is said in it.
        Cancelled: `should_stop` said so; nothing was changed.
    """
    film, model = listener(library, request)
    heard = write_down(film, model, request.language, progress, should_stop)
    return keep_transcript(library, request.entry, heard, f"faster-whisper, {model.name}")


def listener(library: Library, request: TranscribeRequest) -> tuple[Path, Path]:
    """The video and the folder of the model.

    Raises:
        NotFoundError: there is no such entry, it has no video, faster-whisper is not here, or no such model.
    """
    film = library.entries.get(request.entry).film
    check_ready()
    folder = library.data_dir / MODELS
    names = models_in(folder)
    chosen = request.model or next(iter(names), None)
    if chosen not in names:
        which = f"no model '{readable(chosen)}'" if chosen else "no model"
        raise NotFoundError(
            f"There is {which} that could listen: {MODELS}/ in the data directory holds {', '.join(names) or 'none'}.",
            f"Put the folder of a converted faster-whisper model there, such as {MODELS}/small.",
        )
    return film, folder / chosen
