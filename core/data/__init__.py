"""The few plain values that cross the borders between packages.

Conventions, everywhere in Manycut:
    frames    0-based indices of the original video; intervals are half-open [start, end)
    picks     (T,) int64, ascending frame indices at which features and scores exist
    scores    float32 in [0, 1], NaN where a person has not judged
    seconds   float, relative to the first frame of the video

Arrays inside these values are never modified in place.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from core.data.timebase import Timebase
from core.errors import InputError, NotFoundError

# Share of a video that a summary may take, where nobody says.
DEFAULT_BUDGET = 0.15


@dataclass(frozen=True, eq=False)
class Shots:
    """Consecutive shots of a video.

    Attributes:
        bounds: (S, 2) int64 half-open frame intervals, ascending, not overlapping.
        source: how they were made, for people: "kts", "uniform 2 s", "dataset".
        exact: (S, 2) int64 the same shots with boundaries moved to the frames at which the picture changes, for what
            people watch; None where nobody looked for them, or `bounds` are exact already. Published protocols count
            with `bounds`.
    """

    bounds: np.ndarray
    source: str
    exact: np.ndarray | None = None

    @property
    def lengths(self) -> np.ndarray:
        """(S,) int64 number of frames per shot."""
        lengths: np.ndarray = self.bounds[:, 1] - self.bounds[:, 0]
        return lengths

    def __len__(self) -> int:
        return len(self.bounds)


@dataclass(frozen=True, eq=False)
class AnnotationSet:
    """What people said about one video.

    Attributes:
        annotators: U names or pseudonyms, unique.
        scores: (U, T) float32 importance at the picks in [0, 1], NaN where not judged.
        protocols: U strings, how each judged ("tvsum", "summe", "shot-ratings", "simulated").
        summaries: (U, n_frames) uint8 of 0/1, each person's own summary where the dataset gives one.
        frame_labels: (U, n_frames) uint8 the raw labels per frame where the dataset gives them (TVSum: 1..5).
        simulated: True when these people are made by a program; shown wherever they are.
    """

    annotators: tuple[str, ...]
    scores: np.ndarray
    protocols: tuple[str, ...]
    summaries: np.ndarray | None = None
    frame_labels: np.ndarray | None = None
    simulated: bool = False

    def __len__(self) -> int:
        return len(self.annotators)


@dataclass(frozen=True, eq=False)
class Entry:
    """One video of the library with everything known about it.

    Attributes:
        id: "<dataset>/<key>", unique in a library.
        title: for people.
        timebase: frame rate (exact), number of frames, presentation times.
        picks: (T,) int64.
        features: (T, D) float32 or None.
        feature_space: id of the space of `features` ("colour-motion-v1"), None when there are none.
        text_features: (T, W) float32 caption features for the LLMVS head, or None.
        text_space: id of their space ("hashed-words-v1").
        shots: by segmentation name; the first is the default. Empty when unknown.
        annotations: None when nobody judged it.
        captions: T sentences, one per pick, or None.
        video: a file that browsers play, or None.
        thumbnails: one JPEG sprite of pictures evenly spaced in time, or None.
        meta: category, source, licence note: short strings for people.
        more: features of further spaces by the id of the space, each (T, D) float32.
        empty: (E, 2) int64 half-open frame intervals, ascending, whose pictures show nothing; None where nobody looked.
        signals: curves computed from the video itself by name (see `core.signals`), each (T,) float32 in [0, 1].
    """

    id: str
    title: str
    timebase: Timebase
    picks: np.ndarray
    features: np.ndarray | None = None
    feature_space: str | None = None
    text_features: np.ndarray | None = None
    text_space: str | None = None
    shots: Mapping[str, Shots] = field(default_factory=dict)
    annotations: AnnotationSet | None = None
    captions: tuple[str, ...] | None = None
    video: Path | None = None
    thumbnails: Path | None = None
    meta: Mapping[str, str] = field(default_factory=dict)
    more: Mapping[str, np.ndarray] = field(default_factory=dict)
    empty: np.ndarray | None = None
    signals: Mapping[str, np.ndarray] = field(default_factory=dict)

    @property
    def people(self) -> AnnotationSet:
        """`annotations`, where somebody judged the video.

        Raises:
            InputError: nobody did.
        """
        if self.annotations is None:
            raise InputError(f"Nobody has judged '{self.title or self.id}'.")
        return self.annotations

    @property
    def film(self) -> Path:
        """`video`, where there is one.

        Raises:
            NotFoundError: there is none.
        """
        if self.video is None:
            raise NotFoundError(f"'{self.title or self.id}' has no video here.", "Give it one, or take it in.")
        return self.video

    def features_in(self, space: str) -> np.ndarray | None:
        """The features in the space of that id, whichever field holds them; None where there are none."""
        if self.features is not None and self.feature_space == space:
            return self.features
        if self.text_features is not None and self.text_space == space:
            return self.text_features
        return self.more.get(space)

    def with_features(self, space: str, features: np.ndarray, main: bool = False) -> Entry:
        """This entry with features of a space, in place of those it has of it.

        Args:
            space: its id.
            features: (T, D) float32.
            main: as `features`; those that were there become further ones.
        """
        if self.text_features is not None and self.text_space == space and not main:
            return replace(self, text_features=features)
        if main or (self.features is not None and self.feature_space == space):
            more = {name: array for name, array in self.more.items() if name != space}
            if self.features is not None and self.feature_space != space:
                more[self.feature_space or "unknown"] = self.features
            return replace(self, features=features, feature_space=space, more=more)
        return replace(self, more={**self.more, space: features})

    def with_text_features(self, space: str, features: np.ndarray) -> Entry:
        """This entry with features of its captions as those that text models train on; others become further ones.

        Args:
            space: its id.
            features: (T, W) float32.
        """
        more = {name: array for name, array in self.more.items() if name != space}
        if self.text_features is not None and self.text_space != space:
            more[self.text_space or "unknown"] = self.text_features
        if self.features is not None and self.feature_space == space:  # some datasets keep them there
            return replace(self, features=features, text_features=None, text_space=None, more=more)
        return replace(self, text_features=features, text_space=space, more=more)

    @property
    def dataset(self) -> str:
        return self.id.partition("/")[0]

    @property
    def key(self) -> str:
        return self.id.partition("/")[2]

    @property
    def n_frames(self) -> int:
        return self.timebase.n_frames


@dataclass(frozen=True, eq=False)
class ScoreTrack:
    """What one model said about one entry.

    Attributes:
        model: for people, always with what it was trained on: "SummDiff", "LLMVS head (hashed-words)".
        kind: registry name: "summdiff", "llmvs".
        checkpoint: id of the checkpoint in the library.
        feature_space: the space the checkpoint was trained in and applied to.
        scores: (N, T) float32 in [0, 1]; N = 1 for models that do not sample.
        seed: of the sampler; None for models that do not sample.
        settings: steps, guidance weight, temperature: everything needed to make the same scores again.
        names: N, what each sample is called for people; () where samples are numbered.
    """

    model: str
    kind: str
    checkpoint: str
    feature_space: str
    scores: np.ndarray
    seed: int | None = None
    settings: Mapping[str, float] = field(default_factory=dict)
    names: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Cut:
    """The shots chosen for a summary.

    Attributes:
        segments: (k, 2) int64 half-open frame intervals, ascending; (0, 2) when nothing fits.
        n_frames: frames of the whole video.
        budget: share of the video that was allowed, in (0, 1].
        note: "" or why the cut is as it is ("no shot fits the budget", "2 overlong shots were split").
    """

    segments: np.ndarray
    n_frames: int
    budget: float
    note: str = ""

    @property
    def mask(self) -> np.ndarray:
        """(n_frames,) uint8, 1 where the frame is in the cut."""
        mask = np.zeros(self.n_frames, np.uint8)
        for start, end in self.segments:
            mask[start:end] = 1
        return mask
