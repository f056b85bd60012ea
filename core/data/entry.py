"""One video of the library with everything known about it."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from core.data.intervals import are_intervals
from core.data.misfit import Misfit
from core.data.people import AnnotationSet
from core.data.shots import Shots
from core.data.sounds import SoundEvent
from core.data.timebase import Timebase
from core.data.transcript import Transcript
from core.errors import InputError, NotFoundError

RATE_NOTE = "fps_note"  # of `meta`: where a data set does not give the frame rate, why it is taken for what it is


@dataclass(frozen=True, eq=False)
class Entry:
    """Small facts about a video, and its features by the space that they are of.

    Attributes:
        id: "<dataset>/<key>", unique in a library.
        title: for people.
        timebase: frame rate (exact), number of frames, presentation times.
        picks: (T,) int64, ascending frames; at least one.
        features: (T, D) float32 by id of their space ("colour-motion-v1"); a mapping that may read an array only when
            it is asked for it, so ask whether a space is in it rather than for the array.
        feature_space: which of them lists show and visual models train on; None when there are none.
        text_space: which of them are of the captions ("hashed-words-v1"), for text models; None when there are none,
            or they are those of `feature_space`, where some datasets keep them.
        shots: by segmentation name; the first is the default. Empty when unknown.
        annotations: None when nobody judged it.
        captions: T sentences, one per pick, or None.
        video: a file that browsers play, or None.
        thumbnails: one JPEG sprite of pictures evenly spaced in time, or None.
        meta: category, source, licence: short strings for people; names that end in "_note" hold `notes`.
        empty: (E, 2) int64 half-open frame intervals, ascending, whose pictures show nothing; None where nobody looked.
        signals: curves computed from the video itself by name (see `core.signals`), each (T,) float32 in [0, 1].
        transcript: what is said, or None where nobody wrote it down.
        sounds: what is heard, ascending; None where nobody listened, none where there is nothing to hear.

    Raises:
        InputError: names the entry and what does not fit its frames or its picks.
    """

    id: str
    title: str
    timebase: Timebase
    picks: np.ndarray
    features: Mapping[str, np.ndarray] = field(default_factory=dict)
    feature_space: str | None = None
    text_space: str | None = None
    shots: Mapping[str, Shots] = field(default_factory=dict)
    annotations: AnnotationSet | None = None
    captions: tuple[str, ...] | None = None
    video: Path | None = None
    thumbnails: Path | None = None
    meta: Mapping[str, str] = field(default_factory=dict)
    empty: np.ndarray | None = None
    signals: Mapping[str, np.ndarray] = field(default_factory=dict)
    transcript: Transcript | None = None
    sounds: tuple[SoundEvent, ...] | None = None

    def __post_init__(self) -> None:
        picks, frames, steps = self.picks, self.n_frames, len(self.picks)
        if picks.ndim != 1 or not steps or picks[0] < 0 or picks[-1] >= frames or np.any(np.diff(picks) <= 0):
            raise self._misfit("picks", f"the picks should ascend within its {frames} frames")
        for space in (self.feature_space, self.text_space):
            if space is not None and space not in self.features:
                raise self._misfit("features", f"there are no features of '{space}'")
        if isinstance(self.features, dict):  # others are checked when they are read
            for space, features in self.features.items():
                self._check_features(space, features)
        for name, shots in self.shots.items():
            if shots.end > frames:
                raise self._misfit(f"shots/{name}", f"the shots '{name}' should end within its {frames} frames")
        if self.annotations is not None:
            self._check_people(self.annotations)
        if self.captions is not None and len(self.captions) != steps:
            raise self._misfit("captions", f"it has {steps} picks, but there are {len(self.captions)} captions")
        if self.empty is not None and not are_intervals(self.empty, frames):
            raise self._misfit("empty", f"what is empty should ascend within its {frames} frames without overlapping")
        if self.sounds and list(self.sounds) != sorted(self.sounds):
            raise self._misfit("sounds", "what is heard should be in the order of time")
        for name, curve in self.signals.items():
            if curve.shape != (steps,) or not np.all((curve >= 0) & (curve <= 1)):
                raise self._misfit(f"signals/{name}", f"the signal '{name}' needs {steps} numbers in [0, 1]")

    @property
    def people(self) -> AnnotationSet:
        """`annotations`, where somebody judged the video.

        Raises:
            InputError: nobody did.
        """
        if self.annotations is None:
            raise InputError(f"Nobody has judged '{self.id}'.", "Leave it out, or label it first.")
        return self.annotations

    @property
    def assumed_rate(self) -> str:
        """Why the frame rate, and so every time, is only assumed; "" where it is known."""
        return self.meta.get(RATE_NOTE, "")

    @property
    def film(self) -> Path:
        """`video`, where there is one.

        Raises:
            NotFoundError: there is none.
        """
        if self.video is None:
            raise NotFoundError(f"'{self.title or self.id}' has no video here.", "Give it one, or take it in.")
        return self.video

    @property
    def notes(self) -> list[str]:
        """What a person should know of how the entry came to be: what was assumed, put right or could not be kept."""
        return [text for name, text in self.meta.items() if name.endswith("_note")]

    @property
    def main_features(self) -> np.ndarray | None:
        """The features of `feature_space`, read now; None when there are none."""
        return None if self.feature_space is None else self.features[self.feature_space]

    @property
    def text_features(self) -> np.ndarray | None:
        """The features of `text_space`, read now; None when there are none."""
        return None if self.text_space is None else self.features[self.text_space]

    @property
    def further_spaces(self) -> tuple[str, ...]:
        """The spaces of `features` besides `feature_space` and `text_space`."""
        return tuple(space for space in self.features if space not in (self.feature_space, self.text_space))

    def with_features(self, space: str, features: np.ndarray, main: bool = False) -> Entry:
        """This entry with features of a space, in place of those it has of it.

        Args:
            space: its id.
            features: (T, D) float32.
            main: as those of `feature_space`; those that were there stay under their own.

        Raises:
            InputError: they are not one row per pick.
        """
        self._check_features(space, features)
        every = ChainMap({space: features}, self.features)  # type: ignore[arg-type]  # typeshed wants a MutableMapping
        return replace(self, features=every, feature_space=space if main else self.feature_space)

    def with_text_features(self, space: str, features: np.ndarray) -> Entry:
        """This entry with features of its captions as those that text models train on; those it had stay.

        Args:
            space: its id.
            features: (T, W) float32.
        """
        kept = self.with_features(space, features)
        return replace(kept, text_space=None if space == self.feature_space else space)  # some datasets keep them there

    @property
    def dataset(self) -> str:
        return self.id.partition("/")[0]

    @property
    def key(self) -> str:
        return self.id.partition("/")[2]

    @property
    def n_frames(self) -> int:
        return self.timebase.n_frames

    def _check_features(self, space: str, features: np.ndarray) -> None:
        if features.ndim != 2 or len(features) != len(self.picks):
            raise self._misfit(
                "features", f"the features of '{space}' need {len(self.picks)} rows, not the shape {features.shape}"
            )

    def _check_people(self, people: AnnotationSet) -> None:
        if people.scores.shape[1] != len(self.picks):
            raise self._misfit(
                "scores", f"people's scores need {len(self.picks)} columns, not {people.scores.shape[1]}"
            )
        for name, rows in (("summaries", people.summaries), ("frame_labels", people.frame_labels)):
            if rows is not None and rows.shape[1] != self.n_frames:
                raise self._misfit(name, f"people's {name} need {self.n_frames} columns, not {rows.shape[1]}")

    def _misfit(self, part: str, why: str) -> Misfit:
        return Misfit(part, f"'{self.id}' cannot be like this: {why}.")
