"""What is trained on: videos with what people said about them, put together from entries."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np

from core.data import Entry
from core.errors import InputError
from core.models.registry import model_kind
from core.training.judgements import Preference

Value = TypeVar("Value")


@dataclass(frozen=True, eq=False)
class TrainingVideo:
    """One video with what people said about it.

    Attributes:
        id: entry id.
        features: (T, D) float32, finite, T >= 2.
        targets: (U, T) float32 scores in [0, 1], NaN where not judged.
        people: U names.
        simulated: which of them were made by a program; () for nobody.
        sources: where each of them is from, "own" or "dataset"; () for nowhere in particular.
        preferences: between cuts of the video.
        numbers: of the people among those whom the model tells apart, -1 for others; () where it tells nobody apart.

    Raises:
        InputError: the arrays do not fit each other or contain what they may not.
    """

    id: str
    features: np.ndarray
    targets: np.ndarray
    people: tuple[str, ...] = ()
    simulated: tuple[bool, ...] = ()
    sources: tuple[str, ...] = ()
    preferences: tuple[Preference, ...] = ()
    numbers: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if self.features.ndim != 2 or self.targets.ndim != 2 or self.targets.shape[1] != len(self.features):
            raise InputError(
                f"'{self.id}': features {self.features.shape} and scores {self.targets.shape} do not fit together."
            )
        if len(self.features) < 2:
            raise InputError(f"'{self.id}' has fewer than two picks and cannot be trained on.")
        if not np.isfinite(self.features).all():
            raise InputError(f"'{self.id}': the features contain NaN or infinite values.", "Extract them again.")
        judged = self.targets[~np.isnan(self.targets)]
        if len(judged) and not (judged.min() >= 0 and judged.max() <= 1):
            raise InputError(f"'{self.id}': scores must lie between 0 and 1.")
        if any(len(one.better) != len(self.features) for one in self.preferences):
            raise InputError(f"'{self.id}': a preference is between cuts of another video.")

    @property
    def says_something(self) -> bool:
        """Whether anything was judged."""
        return bool(self.preferences) or not np.isnan(self.targets).all()


def videos_from_entries(
    entries: Sequence[Entry], model: str = "summdiff", space: str | None = None
) -> tuple[list[TrainingVideo], str]:
    """The entries that have both people and features of one space, as training videos; see `lacking` for the others.

    Args:
        entries: with their people.
        model: says whether those that it reads are of pictures or of captions.
        space: id; None for the one that most entries hold, of equal ones that which the first trains on.

    Returns:
        The videos and their feature space.

    Raises:
        InputError: no entry can be used.
    """
    judged = [entry for entry in entries if entry.annotations is not None and len(entry.annotations)]
    held = Counter(one for entry in judged for one in _spaces(entry, model))
    if space is None and held:
        space = max(held, key=lambda one: held[one])
    videos = [
        TrainingVideo(entry.id, features, told.scores, told.annotators, told.simulated, told.sources)
        for entry in judged
        if (told := entry.annotations) and space is not None and (features := entry.features.get(space)) is not None
    ]
    if space is None or not videos:
        wanted = f"'{space}'" if space else model_kind(model).features
        raise InputError(f"None of the {len(entries)} videos has both {wanted} features and people's scores.")
    return once(videos), space


def once(videos: Sequence[TrainingVideo]) -> list[TrainingVideo]:
    """The same videos, every label once: the first, where a person says the very same of the same video again.

    A data set that holds an export of labels given here, beside these labels, would count them twice. Videos are the
    same where their features are, under whatever ids; people where their names are. What somebody said twice and
    differently stays, and so do equal curves of different people. Videos of which nothing is left are left out.
    """
    known: set[tuple[bytes, str, bytes]] = set()
    found = []
    for video in videos:
        shown = hashlib.sha256(video.features.tobytes()).digest()
        said = [(shown, name, row.tobytes()) for name, row in zip(video.people, video.targets.round(6), strict=False)]
        fresh = [row for row, one in enumerate(said) if one not in known and said.index(one) == row]
        fresh += range(len(said), len(video.targets))  # people without names cannot be told apart
        known.update(said)
        if len(fresh) == len(video.targets):
            found.append(video)
        elif fresh or video.preferences:
            found.append(only(video, fresh))
    return found


def only(video: TrainingVideo, rows: Sequence[int]) -> TrainingVideo:
    """The video with some of its people."""
    return replace(
        video,
        targets=video.targets[list(rows)],
        people=_those(video.people, rows),
        simulated=_those(video.simulated, rows),
        sources=_those(video.sources, rows),
        numbers=_those(video.numbers, rows),
    )


def _those(values: tuple[Value, ...], rows: Sequence[int]) -> tuple[Value, ...]:
    return tuple(values[row] for row in rows if row < len(values))


def lacking(entries: Sequence[Entry], space: str) -> list[str]:
    """The ids of the entries without features of a space."""
    return [entry.id for entry in entries if space not in entry.features]


def _spaces(entry: Entry, model: str) -> list[str]:
    """The spaces in which an entry could be trained on, first the one that stands out."""
    first = training_space(entry, model)
    others = () if model_kind(model).features == "text" else entry.further_spaces
    return [name for name in (first, *others) if name is not None]


def one_space(videos: Sequence[TrainingVideo], spaces: Set[str], missing: str) -> str:
    """The one feature space of the videos. Raises InputError with `missing` where there are no videos."""
    if not videos:
        raise InputError(missing)
    if len(spaces) > 1:
        raise InputError(f"The videos have features of several spaces: {', '.join(sorted(spaces))}.")
    return next(iter(spaces))


def training_space(entry: Entry, model: str) -> str | None:
    """The space of what the model reads of an entry; the main one stands in where there are no text features."""
    text = entry.text_space if model_kind(model).features == "text" else None
    return text or entry.feature_space
