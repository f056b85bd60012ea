"""Whose scores a cut is made from, as files say it: people, a signal, a model, or nobody's, told apart by `kind`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field


@dataclass(frozen=True, kw_only=True)
class MeanScores:
    """The average of so many people, and how many of them are simulated."""

    kind: Literal["mean"] = "mean"
    people: int
    simulated: bool
    simulated_people: int


@dataclass(frozen=True, kw_only=True)
class CampScores:
    """The average of the people of one camp, by their names; see `core.statistics.camps`."""

    kind: Literal["camp"] = "camp"
    people: tuple[str, ...]
    simulated: bool
    simulated_people: int


@dataclass(frozen=True, kw_only=True)
class PersonScores:
    """Those of one person, and how that was asked."""

    kind: Literal["person"] = "person"
    person: str
    protocol: str
    simulated: bool


@dataclass(frozen=True, kw_only=True)
class SignalScores:
    """A curve that was computed from the video itself."""

    kind: Literal["signal"] = "signal"
    signal: str


@dataclass(frozen=True, kw_only=True)
class ModelScores:
    """What a model said.

    Attributes:
        model, checkpoint, feature_space, seed, settings: see `core.data.ScoreTrack`.
        run: in which it said so.
        sample: which of its curves, from 0; None for their mean.
        samples: how many curves there are.
        learned_from: what the model knows, in a sentence.
        simulated: whether it learned from simulated people; None where that is not known.
    """

    kind: Literal["model"] = "model"
    model: str
    checkpoint: str
    feature_space: str
    seed: int | None
    settings: Mapping[str, bool | int | float | str | None]
    run: int
    sample: int | None
    samples: int
    learned_from: str
    simulated: bool | None


@dataclass(frozen=True, kw_only=True)
class NoScores:
    """Nobody's: a person chose the segments."""

    kind: Literal["segments"] = "segments"


BaseScores = Annotated[MeanScores | CampScores | PersonScores | SignalScores | ModelScores, Field(discriminator="kind")]


@dataclass(frozen=True, kw_only=True)
class MendedScores:
    """A cut that a person mended.

    Attributes:
        mended: its number.
        name: of it.
        base: scores by which the rest was chosen.
    """

    kind: Literal["mended"] = "mended"
    mended: int
    name: str
    base: BaseScores


CutScores = Annotated[
    MeanScores | CampScores | PersonScores | SignalScores | ModelScores | MendedScores | NoScores,
    Field(discriminator="kind"),
]
