"""What captioners are asked, and one sentence on one line of what they answer."""

from __future__ import annotations

import re

# The paper's instruction and limit.
PROMPT = "Provide a detailed one-sentence description"
MAX_TOKENS = 77
# Control characters, and halves of surrogate pairs, which no file or database takes.
UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
SENTENCE_END = re.compile(r"[.!?]+[\"'”’)]*(?=\s)|[。！？]")
ABBREVIATIONS = frozenset({"dr", "e.g", "i.e", "jr", "mr", "mrs", "ms", "no", "sr", "st", "vs"})


def one_line(text: str) -> str:
    """A text on one line, without needless spaces and without what files and databases refuse."""
    return " ".join(UNPRINTABLE.sub(" ", text).split())


def first_sentence(text: str) -> str:
    """The first sentence of what a model wrote, on one line."""
    text = one_line(text)
    for end in SENTENCE_END.finditer(text):
        word = text[: end.start()].rpartition(" ")[2].lower()
        initial = len(word) == 1 and word.isalpha() and end[0] == "."
        if word not in ABBREVIATIONS and not initial:
            return text[: end.end()]
    return text
