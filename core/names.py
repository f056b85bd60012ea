"""Names of files as text that can be stored, sent and shown."""

from __future__ import annotations

from pathlib import Path


def readable(text: str) -> str:
    """A name whose bytes may be no UTF-8, or were read by a terminal that knows fewer letters, for people.

    What is UTF-8 becomes the letters that it stands for, what is none becomes the sign for unknown letters.
    """
    try:
        return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    except UnicodeEncodeError:  # halves of letters, which no file name has
        return text.encode("utf-8", "replace").decode("utf-8")


def stored_path(path: Path) -> str | None:
    """A path as text that leads to it again; None where its bytes are no UTF-8, so that none does."""
    text = readable(str(path))
    return text if text.encode() == str(path).encode("utf-8", "surrogateescape") else None
