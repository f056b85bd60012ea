"""Frame intervals as people write them."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import BeforeValidator

from core.errors import InputError

WRITTEN = re.compile(r"\d{1,15}-\d{1,15}(,\d{1,15}-\d{1,15})*")


def parse_intervals(text: str) -> tuple[tuple[int, int], ...]:
    """((0, 120), (240, 300)) from "0-120,240-300"; nothing from "". Raises InputError."""
    if not text:
        return ()
    if not WRITTEN.fullmatch(text):
        raise InputError(f"Segments are written start-end,start-end in frames, not '{text}'.", "Such as 0-120,240-300.")
    pairs = [part.split("-") for part in text.split(",")]
    return tuple((int(start), int(end)) for start, end in pairs)


def _read(given: object) -> object:
    return parse_intervals(given) if isinstance(given, str) else given


Interval = tuple[int, int]
# Half-open frame intervals, as such or as people write them.
Intervals = Annotated[tuple[Interval, ...], BeforeValidator(_read)]
