"""`transcript`: what is said in an entry, from a file, or written down by faster-whisper where that is installed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import Field

from core import limits
from core.errors import InputError
from core.progress import Progress, ShouldStop, never, silent
from verbs.contract import Request, Result

if TYPE_CHECKING:
    from core.data.transcript import Transcript
    from storage.library import Library


class TranscriptRequest(Request):
    """What is said in which entry."""

    entry: str = Field(description="Entry id, such as demo/harbour-day.")
    path: Path | None = Field(None, description="SubRip (.srt) or WebVTT (.vtt) file.")
    model: Path | None = Field(
        None, description="Instead of a file: folder of a faster-whisper model, which listens to the video."
    )
    language: str | None = Field(
        None, max_length=8, description="That is spoken, such as en (default: the model tells)."
    )
    remove: bool = Field(False, description="Take the transcript away.")


class GivenTranscript(Request):
    """The text of a SubRip or WebVTT file for an entry; "" takes its transcript away."""

    entry: str
    text: str = Field(max_length=limits.TRANSCRIPT_CHARS)
    name: str = Field("transcript", max_length=limits.FILE_NAME_CHARS)


class TranscriptResult(Result):
    """What an entry says now: how many cues, how many words of them have times, and who wrote it down."""

    entry: str
    cues: int
    words: int
    source: str


def transcript(
    library: Library, request: TranscriptRequest, *, progress: Progress = silent, should_stop: ShouldStop = never
) -> TranscriptResult:
    """Gives an entry its transcript, in place of the one it has.

    Raises:
        NotFoundError: there is no such entry, file or model, the entry has no video, or faster-whisper is not here.
        FormatError: the file is none.
        InputError: nothing is said in it, it is of another video, or it is not said what to do.
        Cancelled: `should_stop` said so.
    """
    if sum((request.path is not None, request.model is not None, request.remove)) != 1:
        raise InputError("Name a file with --path, a model with --model, or --remove.", "One of the three.")
    if request.remove:
        return keep_transcript(library, request.entry, None, "")
    if request.path is not None:
        from storage.formats.transcripts import read_transcript

        return keep_transcript(library, request.entry, read_transcript(request.path), request.path.name)
    from core.captions.whisper import transcribe

    assert request.model is not None
    film = library.entries.get(request.entry).film
    heard = transcribe(film, request.model, request.language, progress, should_stop)
    return keep_transcript(library, request.entry, heard, f"faster-whisper, {request.model.name}")


def give_transcript(
    library: Library, request: GivenTranscript, *, progress: Progress = silent, should_stop: ShouldStop = never
) -> TranscriptResult:
    """The same from a page. Raises as `transcript`."""
    from storage.formats.transcripts import parse_transcript

    said = parse_transcript(request.text, request.name) if request.text.strip() else None
    return keep_transcript(library, request.entry, said, request.name)


def keep_transcript(library: Library, entry: str, said: Transcript | None, source: str) -> TranscriptResult:
    """Keeps what is said in an entry, None to take it away. Raises NotFoundError, and InputError where nothing is."""
    if said is not None and not len(said):
        raise InputError("The transcript says nothing: there is no cue with words in it.", "Choose another file.")
    library.entries.put_transcript(entry, said, source)
    cues = () if said is None else said.cues
    return TranscriptResult(entry=entry, cues=len(cues), words=sum(len(cue.words) for cue in cues), source=source)
