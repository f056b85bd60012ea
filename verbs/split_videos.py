"""The videos of a split: each in the dataset that the split file says it is of."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from core.data import Entry
from core.errors import InputError, NotFoundError

if TYPE_CHECKING:
    from storage.datasets import Dataset
    from storage.formats.splits import Split, VideoKey
    from storage.library import Library

Part = Literal["train", "test", "validation"]
# What the field's names of files have in common, and what folders are called: it tells nothing of a dataset.
GENERIC = {"eccv16", "dataset", "datasets", "data", "google", "googlenet", "pool5", "h5", "hdf5", "features", "splits"}
# Data sets that are cut into videos of the same keys, by the words that stand for them in names of files.
FAMILIES = {
    "tvsum": "tvsum", "tvsum50": "tvsum", "summe": "summe", "ovp": "ovp", "youtube": "youtube",
    "mrhisum": "mrhisum", "mrsum": "mrhisum", "hisum": "mrhisum",
}  # fmt: skip


@dataclass(frozen=True)
class SplitVideos:
    """The videos of one split of a file.

    Attributes:
        train, test, validation: those that are here, in the order of the file.
        names_validation: whether the split itself says which videos choose the epoch.
        notes: sentences about those that were left out.
    """

    train: list[Entry]
    test: list[Entry]
    validation: list[Entry]
    names_validation: bool
    notes: tuple[str, ...]


def split_videos(
    library: Library,
    file: Path,
    number: int,
    dataset: str,
    entries: Sequence[Entry],
    entries_of: Callable[[str], Sequence[Entry]],
    parts: Sequence[Part] = ("train", "test", "validation"),
) -> SplitVideos:
    """The videos that a split names.

    A key without the name of a dataset is one of `dataset`, which must have it. One that names a dataset is looked for
    in that alone: in `dataset` where it is meant, else in what the library has under such a name; where it is not
    there, it is left out and counted.

    Args:
        library: with all datasets.
        file, number: the split file, and which of its splits.
        dataset: id of the one that is asked about.
        entries: its videos.
        entries_of: gives those of another dataset; none where it has none that can be used.
        parts: which are wanted; the others are not looked for.

    Raises:
        NotFoundError: the dataset itself lacks a video, or nothing is left of a wanted part.
        InputError: the split is of another dataset, or a video is in two parts.
    """
    from storage.entry_rows import slug
    from storage.formats.splits import read_split

    split = read_split(file, number)
    known = {one.id: one for one in library.datasets.list()}
    own = known[dataset]
    if _family(split.title) and _family(own.id, own.source) not in (None, _family(split.title)):
        raise InputError(
            f"{file.name} splits '{split.title}', not '{dataset}'.", "Videos of both are called alike: name its own."
        )
    found = {name: _places(getattr(split, name), own, list(known.values())) for name in parts}
    others = {place for places in found.values() for place in places if place not in (dataset, None)}
    videos = {dataset: _by_key(entries)} | {one: _by_key(entries_of(one)) for one in others if one is not None}
    left: Counter[str] = Counter()
    taken: dict[str, list[Entry]] = {"train": [], "test": [], "validation": []}
    for name, places in found.items():
        for key, place in zip(getattr(split, name), places, strict=True):
            entry = videos[place].get(slug(key.name)) if place is not None else None
            if entry is not None:
                taken[name].append(entry)
            elif place == dataset:
                raise NotFoundError(
                    f"The split names '{key.name}', which dataset '{dataset}' does not have.",
                    "Is it the right split file?",
                )
            else:
                left[key.dataset] += 1
        if places and not taken[name]:
            raise NotFoundError(*_nothing_left(file, name, split, own))
    _check_apart(taken, file)
    notes = tuple(
        f"{count} {'video' if count == 1 else 'videos'} of '{name}' that the split names "
        f"{'is' if count == 1 else 'are'} not in the library and left out."
        for name, count in sorted(left.items())
    )
    return SplitVideos(taken["train"], taken["test"], taken["validation"], bool(split.validation), notes)


def _check_apart(taken: Mapping[str, Sequence[Entry]], file: Path) -> None:
    """That no video is in two parts, under whatever names. Raises InputError."""
    for one, other in combinations(taken, 2):
        both = {entry.id for entry in taken[one]} & {entry.id for entry in taken[other]}
        if both:
            raise InputError(f"{file.name} has '{min(both)}' among the {one} and the {other} videos of one split.")


def _places(keys: Sequence[VideoKey], own: Dataset, known: Sequence[Dataset]) -> list[str | None]:
    """The id of the dataset of each key, None where the library has none of that name."""
    places: dict[str, str | None] = {}
    for key in keys:
        if key.dataset not in places:
            places[key.dataset] = _dataset_called(key.dataset, own, known)
    return [places[key.dataset] for key in keys]


def _dataset_called(name: str, own: Dataset, known: Sequence[Dataset]) -> str | None:
    """Which dataset a split file means: the asked one first, then the one of that very name, then the only like it."""
    wanted = _words(name)
    if not wanted or _is_called(wanted, own):
        return own.id
    exact = [one.id for one in known if name in (one.id, Path(one.source).stem)]
    like = [one.id for one in known if _is_called(wanted, one)]
    return exact[0] if exact else like[0] if len(like) == 1 else None


def _is_called(wanted: set[str], dataset: Dataset) -> bool:
    return any(wanted <= _words(name) for name in (dataset.id, dataset.source))


def _words(name: str) -> set[str]:
    words = re.findall(r"[a-z0-9]+", name.lower())
    return {FAMILIES.get(word, word) for word in words} - GENERIC


def _family(*names: str) -> str | None:
    """The one data set of the field that these names are about, None where they are about none or several."""
    found = {word for name in names for word in _words(name)} & set(FAMILIES.values())
    return found.pop() if len(found) == 1 else None


def _by_key(entries: Sequence[Entry]) -> dict[str, Entry]:
    return {entry.key: entry for entry in entries}


def _nothing_left(file: Path, part: str, split: Split, own: Dataset) -> tuple[str, str]:
    named = sorted({key.dataset for key in getattr(split, part) if key.dataset})
    return (
        f"None of the {part} videos of this split of {file.name} is in the library: they are of '{named[0]}'"
        + (f" and {len(named) - 1} more" if len(named) > 1 else "")
        + f", and '{own.id}' is not called so.",
        "Import that dataset, or this one under a name with its words in it.",
    )
