"""Text as people's programs save it: UTF-8, or whatever else its byte order mark says."""

from __future__ import annotations

import codecs
from pathlib import Path

# Longest first: UTF-32's mark begins with that of UTF-16.
MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def encoding_of(start: bytes) -> str:
    """The encoding of a text that begins with these bytes: what its mark says, UTF-8 without one."""
    return next((encoding for mark, encoding in MARKS if start.startswith(mark)), "utf-8")


def decoded(content: bytes) -> str:
    """A whole text, without its mark.

    Raises:
        UnicodeDecodeError: it is no text.
    """
    return content.decode(encoding_of(content))


def read_text(path: Path) -> str:
    """The text of a file, without its mark; lines end with a line feed, whatever they ended with.

    Raises:
        OSError: it cannot be read.
        UnicodeDecodeError: it is no text.
    """
    return decoded(path.read_bytes()).replace("\r\n", "\n").replace("\r", "\n")
