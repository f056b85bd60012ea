"""What is said in a video, written down by faster-whisper (CTranslate2) with a time for every word.

Guillaume Klein, "faster-whisper", https://github.com/SYSTRAN/faster-whisper; the models are OpenAI's Whisper (Radford
et al., ICML 2023). It is no requirement of Manycut, and no model is fetched: both are for whoever wants them.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

from core.data.transcript import Cue, Transcript, Word
from core.errors import InputError, NotFoundError
from core.progress import Progress, ShouldStop, check, never, silent

WEIGHTS = "model.bin"


class HeardWord(Protocol):
    """A word as faster-whisper gives it: seconds, and its text with the space before it."""

    start: float
    end: float
    word: str


class HeardSegment(Protocol):
    """A stretch of speech as faster-whisper gives it."""

    start: float
    end: float
    text: str
    words: Iterable[HeardWord] | None


def transcribe(
    video: Path,
    model: Path,
    language: str | None = None,
    progress: Progress = silent,
    should_stop: ShouldStop = never,
) -> Transcript:
    """Listens to a video.

    Args:
        video: with a sound track.
        model: folder of a converted model.
        language: that is spoken, such as "en"; None: the model tells.

    Raises:
        NotFoundError: faster-whisper is not installed, or there is no such model.
        InputError: the video has no sound, or the model cannot be read.
        Cancelled: `should_stop` said so.
    """
    check_ready()
    from faster_whisper import WhisperModel

    from core.compute import has_gpu
    from core.video.probe import probe

    if not (model / WEIGHTS).is_file():
        raise NotFoundError(
            f"There is no faster-whisper model in {model}: it has no {WEIGHTS}.",
            "Name the folder of a converted model.",
        )
    if probe(video).sound is None:
        raise InputError(f"'{video.name}' has no sound, so nothing is said in it.", "Choose a film with sound.")
    progress(0.0, f"Reading {model.name}")
    try:
        listening = WhisperModel(str(model), device="cuda" if has_gpu() else "cpu", local_files_only=True)
    except (RuntimeError, ValueError, OSError) as error:
        raise InputError(f"The model {model.name} cannot be read: {error}.", "Convert or copy it again.") from error
    segments, info = listening.transcribe(str(video), language=language, word_timestamps=True, vad_filter=False)
    heard = []
    for segment in segments:
        check(should_stop, f"Listening to '{video.name}'")
        heard.append(segment)
        progress(min(1.0, segment.end / max(info.duration, 1e-9)), f"Listening to {video.name}")
    return as_transcript(heard)


def check_ready() -> None:
    """Raises NotFoundError where faster-whisper is not installed, with how to get it."""
    if find_spec("faster_whisper") is None:
        raise NotFoundError(
            "Writing down what is said needs faster-whisper, which is not installed here.",
            "Get it with: pip install faster-whisper. Or give the entry a SubRip or WebVTT file.",
        )


def models_in(folder: Path) -> list[str]:
    """Names of the folders in a folder that hold a converted model."""
    return sorted(one.parent.name for one in folder.glob(f"*/{WEIGHTS}"))


def as_transcript(segments: Iterable[HeardSegment]) -> Transcript:
    """What faster-whisper heard as a transcript with times of words; segments without text are left out."""
    cues = []
    for segment in segments:
        text = segment.text.strip()
        if not text:
            continue
        start = _ms(segment.start)
        said = [(_ms(one.start), _ms(one.end), one.word.strip()) for one in segment.words or ()]
        words = [Word(since, max(since, until), word) for since, until, word in sorted(said) if word]
        cues.append(Cue(start, max(start, _ms(segment.end)), text, tuple(words)))
    return Transcript(tuple(sorted(cues, key=lambda cue: cue.start_ms)))


def _ms(seconds: float) -> int:
    return max(0, round(float(seconds) * 1000))
