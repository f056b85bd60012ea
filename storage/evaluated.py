"""One evaluation of a checkpoint, as the library keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from core.statistics.results import Evaluation

# Which videos of a dataset: all of them, the test videos of a split, or those that training kept from the model.
Part = Literal["all", "test", "held-out"]
Setting = bool | int | float | str | None


@dataclass(frozen=True)
class Evaluated:
    """One evaluation of one checkpoint.

    Attributes:
        checkpoint: its id.
        dataset: id of the one whose people it was compared with.
        part: which of its videos, see `Part`.
        splits: name of the split file; None where there was none.
        split: which split of it, from 0.
        settings: of the sampler.
        figures: what came of it; `per_video` by the ids of the entries.
        created: when.
    """

    checkpoint: str
    dataset: str
    part: Part
    splits: str | None
    split: int | None
    settings: Mapping[str, Setting]
    figures: Evaluation
    created: datetime
