"""Does an event fit its task? What the log has taken in is never checked again."""

from __future__ import annotations

from math import isfinite
from typing import Any, TypeGuard

from core import limits
from core.data import Shots
from core.errors import InputError
from core.labelling.events import KINDS, Event
from core.labelling.protocols import Protocol

KINDS_OF = {
    "shot-ratings": {"rate", "clear"},
    "keyshots": {"mark", "unmark"},
    "continuous": {"trace"},
}
OWN = {"rate", "clear", "mark", "unmark", "trace"}


def check_event(event: Event, protocol: Protocol, shots: Shots, practice: bool) -> None:
    """Raises InputError with what is wrong about an event.

    Args:
        event: as it came in.
        protocol, shots, practice: of its task.
    """
    if not (event.client and _text(event.client, limits.CLIENT_CHARS) and "\0" not in event.client):
        raise InputError(f"An event needs a client id of at most {limits.CLIENT_CHARS} characters.")
    if not _whole(event.seq) or not 0 <= event.seq <= limits.LAST_SEQ or not _whole(event.at):
        raise InputError("An event needs whole numbers as seq and at.")
    if not isinstance(event.kind, str):
        raise InputError("The kind of an event is a word.")
    if event.kind not in KINDS:
        raise InputError(f"There is no event {event.kind!r}.", f"Known are {', '.join(sorted(KINDS))}.")
    if event.kind in OWN and event.kind not in KINDS_OF[protocol.kind]:
        raise InputError(f"An event '{event.kind}' does not belong to the protocol '{protocol.kind}'.")
    if event.kind == "restart" and not practice:
        raise InputError("Only a round of training can be begun again.", "Ask for the task to be reopened instead.")
    if event.t is not None and not _number(event.t):
        raise InputError("The time of an event is a number of seconds.")
    if event.data is not None and not (isinstance(event.data, dict) and _plain(event)):
        raise InputError(
            f"The data of an event are at most {limits.FIELDS_PER_EVENT} numbers and texts, each of at most"
            f" {limits.NOTE_CHARS} characters."
        )
    if event.shot is not None and not (_whole(event.shot) and abs(event.shot) < 2**31):
        raise InputError("The shot of an event is a whole number.")
    if event.value is not None and not (_whole(event.value) and abs(event.value) < 2**31):
        raise InputError("The value of an event is a whole number.")
    check = {
        "rate": _check_shot,
        "clear": _check_shot,
        "mark": _check_mark,
        "unmark": _check_number,
        "trace": _check_trace,
        "watched": _check_watched,
    }.get(event.kind, _check_text)
    check(event, protocol, shots)


def _check_shot(event: Event, protocol: Protocol, shots: Shots) -> None:
    if not (_whole(event.shot) and 0 <= event.shot < len(shots)):
        raise InputError(f"Shot {event.shot} does not exist: the task has shots 0 to {len(shots) - 1}.")
    if event.kind == "rate" and not (_whole(event.value) and event.value in protocol.scale):
        scale = ", ".join(map(str, protocol.scale))
        raise InputError(f"A rating of {event.value} is not on the scale {scale}.")


def _check_number(event: Event, protocol: Protocol, shots: Shots) -> None:
    if not (_whole(event.shot) and 0 <= event.shot <= limits.LAST_NUMBER):
        raise InputError(f"Segments and takes are numbered from 0 to {limits.LAST_NUMBER}.")


def _check_mark(event: Event, protocol: Protocol, shots: Shots) -> None:
    _check_number(event, protocol, shots)
    n_frames = int(shots.bounds[-1, 1]) if len(shots) else 0
    data = event.data or {}
    start, end = data.get("start"), data.get("end")
    if not (_whole(start) and _whole(end) and 0 <= start < end <= n_frames):
        raise InputError(f"A segment goes from a frame to a later one of the {n_frames}, not from {start} to {end}.")
    worth = data.get("worth")
    if worth is not None and not (_whole(worth) and worth in (0, 1)):
        raise InputError(f"A segment is worth 0 or 1, not {worth}.")


def _check_trace(event: Event, protocol: Protocol, shots: Shots) -> None:
    _check_number(event, protocol, shots)
    samples = (event.data or {}).get("samples")
    if not (isinstance(samples, list) and 0 < len(samples) <= limits.SAMPLES_PER_EVENT):
        raise InputError(f"A piece of a continuous rating has between 1 and {limits.SAMPLES_PER_EVENT} samples.")
    for sample in samples:
        fine = isinstance(sample, list) and len(sample) == 2 and all(map(_number, sample))
        if not (fine and sample[0] >= 0 and 0 <= sample[1] <= 1):
            raise InputError("A sample is [seconds, value], with seconds from 0 and the value from 0 to 1.")


def _check_watched(event: Event, protocol: Protocol, shots: Shots) -> None:
    data = event.data or {}
    start, end = data.get("from"), data.get("to")
    if not (_number(start) and _number(end) and 0 <= start <= end):
        raise InputError("What was watched goes from a time to a later one, in seconds.")


def _check_text(event: Event, protocol: Protocol, shots: Shots) -> None:
    text: Any = (event.data or {}).get("text", "")
    if not isinstance(text, str):
        raise InputError("A note is a text.")
    if event.kind == "skip" and not text.strip():
        raise InputError("Skipping a video needs a reason.", "Say in a few words why.")


def _whole(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63


def _number(value: object) -> TypeGuard[int | float]:
    return _whole(value) or (isinstance(value, float) and isfinite(value))


def _plain(event: Event) -> bool:
    """Whether all of its data can be stored, sent and exported; samples have a check of their own."""
    data = event.data or {}
    return len(data) <= limits.FIELDS_PER_EVENT and all(
        (event.kind == "trace" and name == "samples") or (_text(name, limits.CLIENT_CHARS) and _single(value))
        for name, value in data.items()
    )


def _single(value: object) -> bool:
    return value is None or isinstance(value, bool) or _number(value) or _text(value, limits.NOTE_CHARS)


def _text(value: object, most: int) -> TypeGuard[str]:
    """Whether it is a text without half a character, which could neither be sent nor exported."""
    return isinstance(value, str) and len(value) <= most and not any("\ud800" <= one <= "\udfff" for one in value)
