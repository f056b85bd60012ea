"""How people are asked to judge, as data. A protocol that was used is never changed: changes make a new version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, BeforeValidator, Field, StrictBool, StrictInt, TypeAdapter, ValidationError

from core import limits
from core.errors import InputError

Kind = Literal["shot-ratings", "keyshots", "continuous"]
Shots = Literal["uniform 2 s", "kts", "dataset"]


def _two_or_more(scale: tuple[int, ...]) -> tuple[int, ...]:
    if len(scale) < 2 or list(scale) != sorted(set(scale)):
        raise ValueError
    return scale


def _from_to(budget: tuple[float, float]) -> tuple[float, float]:
    if budget[0] > budget[1]:
        raise ValueError
    return budget


Share = Annotated[float, Field(gt=0, le=1)]
Scale = Annotated[tuple[Annotated[StrictInt, Field(ge=0, le=9)], ...], AfterValidator(_two_or_more)]
Budget = Annotated[tuple[Share, Share], AfterValidator(_from_to)]
# Pydantic refuses half a character, which could not be exported.
Text = Annotated[str, Field(max_length=limits.INSTRUCTION_CHARS)]
Label = Annotated[Text, BeforeValidator(str)]


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
    instructions: Text = ""
    shots: Shots = "uniform 2 s"
    scale: Scale = (
        1,
        2,
        3,
        4,
        5,
    )
    labels: Mapping[Label, Label] = field(default_factory=dict)
    budget: Budget = (0.05, 0.15)
    hz: Annotated[StrictInt, Field(ge=10, le=60)] = 20
    muted: StrictBool = True
    watch: Annotated[float, Field(strict=True, ge=0, le=1)] = 0.9
    reveal: StrictBool = False

    def as_dict(self) -> dict[str, Any]:
        """The JSON form."""
        given: dict[str, Any] = PROTOCOL.dump_python(self, mode="json")
        return given


PROTOCOL = TypeAdapter(Protocol)
SENTENCES = {
    "scale": "A scale is two or more different whole numbers of 0 to 9, ascending.",
    "budget": "A budget is two shares of the video, as 0.05 to 0.15.",
    "shots": f"Shots are one of {', '.join(get_args(Shots))}.",
    "hz": "A continuous rating has 10 to 60 samples a second.",
    "watch": "The share to be watched is between 0 and 1.",
    "muted": "Muted and reveal are true or false.",
    "reveal": "Muted and reveal are true or false.",
    "labels": f"Labels are texts of at most {limits.INSTRUCTION_CHARS} characters by their value, as 1: Not important.",
    "instructions": f"Instructions have at most {limits.INSTRUCTION_CHARS} characters.",
}

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
        return PROTOCOL.validate_python({**vars(STANDARD[kind]), **given})
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        part = str(first["loc"][0])
        if part in SENTENCES and first["type"] != "string_unicode":
            raise InputError(SENTENCES[part]) from None
        raise InputError(f"This protocol is malformed: {part}: {first['msg']}.") from None
