"""The error of a value that is not what it says it is."""

from __future__ import annotations

from core.errors import InputError


class Misfit(InputError):
    """A part of a value does not fit the others, or is out of range.

    Args:
        part: name of the attribute, with "/<name>" where it holds several: readers say which key of a file it was.
        message, hint: see `ManycutError`.
    """

    def __init__(self, part: str, message: str, hint: str = "") -> None:
        super().__init__(message, hint)
        self.part = part
