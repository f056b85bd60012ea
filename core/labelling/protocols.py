"""How people are asked to judge, as data. A protocol that was used is never changed: changes make a new version."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from math import isfinite
from typing import Any, Literal, get_args

from core.errors import InputError

Kind = Literal["shot-ratings", "keyshots", "continuous"]
Shots = Literal["uniform 2 s", "kts", "dataset"]
MAX_TEXT = 5000


@dataclass(frozen=True)
class Protocol:
    """What the people of a task are asked to do, and what they see.

    Attributes:
        kind: "shot-ratings" (a value for every shot, as TVSum), "keyshots" (segments within a budget, as SumMe) or
            "continuous" (a held value while the video plays).
        instructions: shown beside the video; empty lines separate paragraphs.
        shots: the segmentation that is rated; for the other kinds the one that is shown for orientation.
        scale: values that can be given, ascending whole numbers of 0 to 9; shot ratings only.
        labels: what values mean, by their decimal name; at least the ends are worth one.
        budget: (lowest, highest) share of the video that a cut of keyshots may take, in (0, 1].
        hz: samples a second of a continuous rating, 10 to 60.
        muted: no sound, so that everybody judges the picture.
        watch: share of the video that should be watched before submitting, in [0, 1]; told, never enforced.
        reveal: after submitting, the annotator may see how they compare with the others. Until then they never do.
    """

    kind: Kind = "shot-ratings"
    instructions: str = ""
    shots: Shots = "uniform 2 s"
    scale: tuple[int, ...] = (1, 2, 3, 4, 5)
    labels: Mapping[str, str] = field(default_factory=dict)
    budget: tuple[float, float] = (0.05, 0.15)
    hz: int = 20
    muted: bool = True
    watch: float = 0.9
    reveal: bool = False

    def as_dict(self) -> dict[str, Any]:
        """The JSON form."""
        return {**asdict(self), "scale": list(self.scale), "labels": dict(self.labels), "budget": list(self.budget)}


SHOT_RATINGS = Protocol(
    kind="shot-ratings",
    labels={"1": "Not important", "5": "Very important"},
    instructions=(
        "Watch the video once. Then rate each two-second shot from 1 to 5: how important is it to show this shot to"
        " somebody who has no time for the whole video? Use the whole scale and compare shots with each other."
    ),
)
KEYSHOTS = Protocol(
    kind="keyshots",
    instructions=(
        "Watch the video once. Then mark the parts that you would show to somebody who has no time for the whole video:"
        " I where a part begins, O where it ends. Keep to the budget; choose what matters most, not what comes first."
    ),
)
CONTINUOUS = Protocol(
    kind="continuous",
    labels={"0": "Not important", "1": "Very important"},
    instructions=(
        "While the video plays, hold the level at how important this moment is for somebody who has no time for the"
        " whole video. Move it with the mouse, the arrow keys or a game controller, and go on moving it: the level"
        " counts at every moment. Pausing is fine; to correct a part, go back and play it again."
    ),
)
STANDARD: Mapping[str, Protocol] = {"shot-ratings": SHOT_RATINGS, "keyshots": KEYSHOTS, "continuous": CONTINUOUS}


def protocol_from(given: Mapping[str, Any]) -> Protocol:
    """A protocol from its JSON form; what is missing is as in the standard one of its kind.

    Raises:
        InputError: says which part is wrong and what it may be.
    """
    kind = given.get("kind", "shot-ratings")
    if not isinstance(kind, str) or kind not in STANDARD:
        shown = kind if isinstance(kind, str) else type(kind).__name__
        raise InputError(f"There is no kind of protocol {shown!r}.", f"Known are {', '.join(STANDARD)}.")
    unknown = set(given) - {one.name for one in fields(Protocol)}
    if unknown:
        raise InputError(f"A protocol has no {sorted(unknown)[0]!r}.")
    try:
        protocol = replace(
            STANDARD[kind],
            **{
                **given,
                "scale": tuple(given.get("scale", STANDARD[kind].scale)),
                "labels": {str(key): str(text) for key, text in given.get("labels", STANDARD[kind].labels).items()},
                "budget": tuple(map(float, given.get("budget", STANDARD[kind].budget))),
            },
        )
        json.dumps(protocol.as_dict(), ensure_ascii=False).encode()  # half a character can neither be sent nor exported
        return _checked(protocol)
    except (TypeError, ValueError, AttributeError, OverflowError, RecursionError) as error:
        raise InputError(f"This protocol is malformed: {error}.") from error


def _checked(protocol: Protocol) -> Protocol:
    scale, budget = protocol.scale, protocol.budget
    for fine, sentence in (
        (
            len(scale) > 1 and all(type(v) is int and 0 <= v <= 9 for v in scale) and list(scale) == sorted(set(scale)),
            "A scale is two or more different whole numbers of 0 to 9, ascending.",
        ),
        (len(budget) == 2 and 0 < budget[0] <= budget[1] <= 1, "A budget is two shares of the video, as 0.05 to 0.15."),
        (protocol.shots in get_args(Shots), f"Shots are one of {', '.join(get_args(Shots))}."),
        (type(protocol.hz) is int and 10 <= protocol.hz <= 60, "A continuous rating has 10 to 60 samples a second."),
        (isfinite(protocol.watch) and 0 <= protocol.watch <= 1, "The share to be watched is between 0 and 1."),
        (type(protocol.muted) is bool and type(protocol.reveal) is bool, "Muted and reveal are true or false."),
        (
            isinstance(protocol.instructions, str) and len(protocol.instructions) <= MAX_TEXT,
            f"Instructions have at most {MAX_TEXT} characters.",
        ),
    ):
        if not fine:
            raise InputError(sentence)
    return protocol
