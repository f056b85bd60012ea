"""How a cut is made: by which rule, from which shots, how long, in which shape."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from core import limits
from core.data import DEFAULT_BUDGET, Entry
from core.select.shape_names import CLIP_SECONDS, Shape
from core.select.target import share_of
from verbs.contract import Request

Rule = Literal["viewing", "published"]
DEFAULT_RULE: Rule = "viewing"
RULE_HELP = "viewing: what people watch, score over time; published: the papers' knapsack."


class CutForm(Request):
    """What cuts of all sources have in common; see `core.select` for the rules and shapes."""

    rule: Rule = Field(DEFAULT_RULE, description=RULE_HELP)
    shots: str | None = Field(None, description="Segmentation (default: the entry's first).")
    budget: float = Field(DEFAULT_BUDGET, gt=0, le=1, description="Share of the video that a cut may take.")
    length: str | None = Field(
        None, max_length=limits.LENGTH_CHARS, description="Instead of a budget: '90 s', '1:30', '2 min' or '15 %'."
    )
    shape: Shape = Field(
        "scored",
        description="Viewing rule: scored, the most score wherever it lies; one, a single clip; short, many short"
        " clips; story, a share of the time for each part of the film.",
    )
    clip: float = Field(
        CLIP_SECONDS, ge=0.5, le=limits.CLIP_SECONDS, description="Seconds that one of many short clips lasts at most."
    )
    words: bool = Field(
        True, description="Viewing rule: no clip begins or ends within a word, where there is a transcript."
    )

    def share(self, entry: Entry) -> float:
        """The share of a video that a cut may take. Raises InputError where `length` is none, or too long for it."""
        return self.budget if self.length is None else share_of(self.length, entry.timebase.duration)
