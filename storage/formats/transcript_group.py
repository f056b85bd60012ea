"""What is said in an entry, as a group of its HDF5 file; `storage.formats.entry_group` says what is in it."""

from __future__ import annotations

import numpy as np

from core.data.transcript import Cue, Transcript, Word
from storage.formats.hdf5 import Reader
from storage.formats.hdf5_writing import Writer

GROUP = "transcript"


def write_transcript(into: Writer, transcript: Transcript) -> None:
    """Writes a transcript into an empty group."""
    words = [word for cue in transcript.cues for word in cue.words]
    into.array("times", _times(transcript.cues))
    into.array("counts", np.array([len(cue.words) for cue in transcript.cues], np.int64))
    into.array("word_times", _times(words))
    into.texts("texts", [cue.text for cue in transcript.cues])
    into.texts("word_texts", [word.text for word in words])


def read_transcript_of(reader: Reader) -> Transcript | None:
    """The transcript of an entry; None where it has none. Raises FormatError; Misfit where times make no sense."""
    if GROUP not in reader:
        return None
    times = reader.array(f"{GROUP}/times", np.int64, (None, 2), "milliseconds of cues")
    counts = reader.array(f"{GROUP}/counts", np.int64, (len(times),), "how many words each cue has")
    word_times = reader.array(f"{GROUP}/word_times", np.int64, (None, 2), "milliseconds of words")
    if np.any(counts < 0) or counts.sum() != len(word_times):
        raise reader.error(f"{GROUP}/counts", f"how many of the {len(word_times)} words each cue has", "it is not")
    texts = reader.texts(f"{GROUP}/texts", len(times))
    spoken = zip(word_times.tolist(), reader.texts(f"{GROUP}/word_texts", len(word_times)), strict=True)
    words = [Word(start, end, text) for (start, end), text in spoken]
    ends = np.cumsum(counts).tolist()
    return Transcript(
        tuple(
            Cue(start, end, text, tuple(words[last - count : last]))
            for (start, end), text, count, last in zip(times.tolist(), texts, counts.tolist(), ends, strict=True)
        )
    )


def _times(rows: tuple[Cue, ...] | list[Word]) -> np.ndarray:
    return np.array([(one.start_ms, one.end_ms) for one in rows], np.int64).reshape(-1, 2)
