"""How long a cut shall be, as people write it: "90 s", "1:30", "2 min" or "15 %". Mirrored by compare/target.mjs."""

from __future__ import annotations

import re

from core.errors import InputError

NUMBER = r"(\d{1,6}(?:[.,]\d{1,6})?)"
PERCENT = re.compile(rf"{NUMBER}\s*%")
UNITS = re.compile(rf"{NUMBER}\s*(s|sec|seconds?|min|minutes?|m|h|hours?)", re.IGNORECASE)
CLOCK = re.compile(r"(?:(\d{1,3}):)?(\d{1,3}):(\d{1,2}(?:[.,]\d{1,3})?)")
SECONDS_OF = {"s": 1, "m": 60, "h": 3600}
WRITTEN = "Write 90 s, 1:30, 2 min or 15 %."


def share_of(text: str, duration_s: float) -> float:
    """The share of a film that a written length is, in (0, 1].

    Args:
        text: a time, or percent of the film.
        duration_s: how long the film plays.

    Raises:
        InputError: it is no length, it is nothing, or it is longer than the film.
    """
    written = text.strip()
    found = PERCENT.fullmatch(written)
    seconds = _number(found[1]) / 100 * duration_s if found else _seconds(written)
    if seconds is None:
        raise InputError(f"'{written[:40]}' is no length of a cut.", WRITTEN)
    if seconds <= 0:
        raise InputError(f"A cut of '{written[:40]}' would be empty.", WRITTEN)
    if seconds > duration_s:
        raise InputError(
            f"The cut shall last {_clock(seconds)}, and the film lasts {_clock(duration_s)}.",
            f"Ask for at most {_clock(duration_s)}.",
        )
    return seconds / duration_s


def _seconds(written: str) -> float | None:
    if found := UNITS.fullmatch(written):
        return _number(found[1]) * SECONDS_OF[found[2][0].lower()]
    if found := CLOCK.fullmatch(written):
        hours, minutes, seconds = (_number(part or "0") for part in found.groups())
        return (hours * 60 + minutes) * 60 + seconds
    return None


def _number(written: str) -> float:
    return float(written.replace(",", "."))


def _clock(seconds: float) -> str:
    """m:ss.f, cut off, so that what is told as possible is."""
    tenths = int(seconds * 10 + 1e-6)
    return f"{tenths // 600}:{tenths // 10 % 60:02d}.{tenths % 10}"
