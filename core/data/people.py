"""What people said about a video."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.data.misfit import Misfit

# What is said of a video by whoever had that place there: data sets give no names, and each place is many people's;
# or by everybody together.
SLOT = re.compile(r"person \d+|dataset mean")
# How people were asked whom a data set does not tell apart across videos, whatever it calls them.
NAMELESS = ("tvsum", "summe", "qvhighlights", "videoxum", "mean")


def slot_names(count: int) -> tuple[str, ...]:
    """Names for people of whom a data set only gives the number: "person 01", "person 02", ..."""
    return tuple(f"person {number:02d}" for number in range(1, count + 1))


def is_slot(name: str) -> bool:
    """Whether a name is one of `slot_names`, which are other people in every video."""
    return SLOT.fullmatch(name) is not None


@dataclass(frozen=True, eq=False)
class AnnotationSet:
    """What people said about one video.

    Attributes:
        annotators: U names or pseudonyms, unique; at least one.
        scores: (U, T) float32 importance at the picks in [0, 1], NaN where not judged.
        protocols: U strings, how each judged ("tvsum", "summe", "shot-ratings", "simulated").
        summaries: (U, n_frames) uint8 of 0/1, each person's own summary where the dataset gives one.
        frame_labels: (U, n_frames) uint8 the raw labels per frame where the dataset gives them (TVSum: 1..5), 0 where
            not judged, by people who came later.
        simulated: U truth values, which of them are made by a program; shown wherever they are. () for nobody.
        sources: U words, "own" for who labels here and "dataset" for whom a dataset came with. () for the latter.

    Raises:
        InputError: says what does not fit.
    """

    annotators: tuple[str, ...]
    scores: np.ndarray
    protocols: tuple[str, ...]
    summaries: np.ndarray | None = None
    frame_labels: np.ndarray | None = None
    simulated: tuple[bool, ...] = ()
    sources: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        count, scores = len(self.annotators), self.scores
        if not any(self.simulated):
            object.__setattr__(self, "simulated", (False,) * count)
        if "own" not in self.sources:
            object.__setattr__(self, "sources", ("dataset",) * count)
        if not count:
            raise Misfit("annotators", "Where nobody judged, there are no people.")
        if len(set(self.annotators)) != count:
            raise Misfit("annotators", "People should have different names, but some appear twice.")
        if len(self.protocols) != count:
            raise Misfit("protocols", f"{count} people should have a protocol each, not {len(self.protocols)}.")
        if len(self.simulated) != count:
            raise Misfit("simulated", f"Of {count} people each is simulated or not, not {len(self.simulated)} of them.")
        if len(self.sources) != count:
            raise Misfit("sources", f"{count} people should have a source each, not {len(self.sources)}.")
        if scores.ndim != 2 or len(scores) != count:
            raise Misfit(
                "scores", f"The scores of {count} people should have a row each, not the shape {scores.shape}."
            )
        if self.summaries is not None and np.any((self.summaries != 0) & (self.summaries != 1)):
            raise Misfit("summaries", "People's summaries should be of 0 and 1, but hold other values.")
        if np.any((scores < 0) | (scores > 1)):
            raise Misfit(
                "scores", "People's scores should be in [0, 1], or NaN where not judged, but some are outside."
            )
        for name, rows in (("summaries", self.summaries), ("frame_labels", self.frame_labels)):
            if rows is not None and (rows.ndim != 2 or len(rows) != count):
                why = f"The {name} of {count} people should have a row each, not the shape {rows.shape}."
                raise Misfit(name, why)

    def __len__(self) -> int:
        return len(self.annotators)

    @property
    def persons(self) -> tuple[str, ...]:
        """Those of `annotators` whose name is the same person's in every video."""
        return tuple(
            name
            for name, protocol in zip(self.annotators, self.protocols, strict=True)
            if protocol not in NAMELESS and not is_slot(name)
        )

    def only(self, rows: Sequence[int]) -> AnnotationSet:
        """Some of these people, by their rows; at least one."""
        keep = list(rows)
        return AnnotationSet(
            tuple(self.annotators[row] for row in keep),
            self.scores[keep],
            tuple(self.protocols[row] for row in keep),
            None if self.summaries is None else self.summaries[keep],
            None if self.frame_labels is None else self.frame_labels[keep],
            tuple(self.simulated[row] for row in keep),
            tuple(self.sources[row] for row in keep),
        )
