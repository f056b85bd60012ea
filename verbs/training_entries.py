"""Which videos a training learns from, which choose its epoch, and which it is evaluated on and never sees."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.data import Entry
from core.errors import InputError, NotFoundError
from core.labelling.who import Who
from verbs.entries import entries_with_people
from verbs.split_videos import Part, SplitVideos, split_videos

if TYPE_CHECKING:
    from core.models.checkpoints import Checkpoint
    from core.training.videos import TrainingVideo
    from storage.library import Library
    from verbs.train import TrainRequest


UNKNOWN = "Whether '{}' has learned from the held-out videos before is not known."


@dataclass(frozen=True)
class TrainingEntries:
    """What a training is done with; no video is in two of the parts.

    Attributes:
        train: with people's scores.
        selecting: the epoch is selected by them.
        selected_on: what `selecting` are, or "nothing".
        held_out: evaluated on afterwards.
        split: where the parts come from, for people.
        space: feature space of all.
        lacking: ids of those without features of it, which were left out.
        notes: sentences about videos that were left out, and why none is held out.
    """

    train: list[TrainingVideo]
    selecting: list[Entry]
    selected_on: str
    held_out: list[Entry]
    split: str
    space: str
    lacking: list[str]
    notes: tuple[str, ...]


def training_entries(library: Library, request: TrainRequest, base: Checkpoint | None, seed: int) -> TrainingEntries:
    """The videos that a request means; `seed` draws those that are held out.

    Raises:
        NotFoundError: there is no such dataset, split or person, or nobody judged the videos.
        InputError: choices that do not go together, or nothing is left to train on.
    """
    from core.training.videos import lacking, videos_from_entries

    if request.select_on_test and request.validation:
        raise InputError("The epoch is chosen by validation videos or by test videos.", "Choose one of the two.")
    if request.splits is None and request.select_on_test:
        raise InputError("Selecting on test videos needs splits.", "Name a split file with --splits.")
    if request.splits is not None:
        return _of_split(library, request, base, seed)
    own, others = _of_datasets(library, request)
    entries = own + others
    videos, space = videos_from_entries(entries, request.kind, _space(request, base, entries))
    train, held, notes = _held_out(videos, request, {one.id for one in own}, base, seed)
    train, selecting = _validation(train, request, seed)
    by_id = {entry.id: entry for entry in entries}
    return TrainingEntries(
        train,
        [by_id[one.id] for one in selecting],
        "validation videos" if selecting else "nothing",
        [by_id[one] for one in held],
        f"all entries but {len(held)} held out" if held else "all entries",
        space,
        lacking(entries, space),
        notes,
    )


def _space(request: TrainRequest, base: Checkpoint | None, entries: Sequence[Entry]) -> str | None:
    """The feature space that is asked for, or gone on with, or that of the preset where videos have it; else None."""
    from core.training.recipes import SPACES

    if asked := request.space or (base.feature_space if base else None):
        return asked
    own = SPACES.get(request.preset or "")
    return own if any(own in entry.features for entry in entries) else None


def _of_split(library: Library, request: TrainRequest, base: Checkpoint | None, seed: int) -> TrainingEntries:
    from core.training.videos import lacking, videos_from_entries

    assert request.splits is not None
    entries, others = _of_datasets(library, request)
    split = _read_split(library, request, entries)
    if split.names_validation and (request.select_on_test or request.validation):
        raise InputError(
            f"Split {request.split} of {request.splits.name} has validation videos to choose the epoch by.",
            "Leave out --select-on-test and --validation.",
        )
    named = {entry.id.partition("/")[0] for entry in (*split.train, *split.validation, *split.test)}
    whole = [entry for entry in others if entry.id.partition("/")[0] not in named]
    learned = split.train + whole
    videos, space = videos_from_entries(learned, request.kind, _space(request, base, learned))
    tests = [entry for entry in split.test if space in entry.features]
    train, drawn = _validation(videos, request, seed)
    by_id = {entry.id: entry for entry in learned}
    selecting = split.validation or [by_id[one.id] for one in drawn]
    selected_on = "validation videos" if selecting else "nothing"
    if request.select_on_test:
        selecting, selected_on = tests, "test videos"
    return TrainingEntries(
        train,
        selecting,
        selected_on,
        tests if request.held_out else [],
        f"{request.splits.name} #{request.split}",
        space,
        lacking(learned, space),
        split.notes + (_known_before(base, tests) if base and request.held_out else ()),
    )


def _known_before(base: Checkpoint, tests: Sequence[Entry]) -> tuple[str, ...]:
    """What is to be said of test videos that the training's base has learned from, or may have."""
    from core.models.provenance import learned_from

    seen = [learned_from(base).saw(one.id) for one in tests]
    if known := seen.count(True):
        return (
            f"'{base.id}' has learned from {known} of the {len(tests)} test videos: figures on these say nothing of"
            " videos that are new.",
        )
    return (UNKNOWN.format(base.id),) if None in seen else ()


def _read_split(library: Library, request: TrainRequest, entries: Sequence[Entry]) -> SplitVideos:
    """The videos of the request's split; without test videos where some of those are not here, and only then noted."""
    assert request.splits is not None

    def of(other: str) -> list[Entry]:
        names = {called(library, name) for name in request.names}
        return _named(_labelled(library, other, request.people), names)

    def read(parts: Sequence[Part]) -> SplitVideos:
        assert request.splits is not None
        return split_videos(library, request.splits, request.split, request.dataset, entries, of, parts)

    if request.select_on_test:
        return read(("train", "validation", "test"))
    if not request.held_out:
        return read(("train", "validation"))
    try:
        return read(("train", "validation", "test"))
    except NotFoundError:
        found = read(("train", "validation"))
        note = "Nothing is evaluated: not all of the split's test videos have labels here."
        return dataclasses.replace(found, notes=(*found.notes, note))


def _of_datasets(library: Library, request: TrainRequest) -> tuple[list[Entry], list[Entry]]:
    """The entries of the dataset, and those of the further ones, with the people that are meant.

    Raises:
        NotFoundError: there is no such dataset, or none of these people judged any of it.
    """
    own = entries_with_people(library, request.dataset, request.people)
    others = [
        entry
        for dataset in dict.fromkeys(request.datasets)
        if dataset != request.dataset
        for entry in entries_with_people(library, dataset, request.people)
    ]
    there = _people(own + others)
    for name in request.names:
        if called(library, name) not in there:
            raise NotFoundError(
                f"Nobody called '{name}' has judged any of these videos.",
                f"These have: {', '.join(sorted(there)[:30])}.",
            )
    names = {called(library, name) for name in request.names}
    return _named(own, names), _named(others, names)


def called(library: Library, name: str) -> str:
    """What trainings call a person: who labels here goes by their pseudonym."""
    known = library.annotations.annotator(name)
    return known.pseudonym if known else name


def _labelled(library: Library, dataset: str, people: Who) -> list[Entry]:
    return library.people.labelled_entries(dataset, who=people, include_open=True, pseudonyms=True)


def _people(entries: Sequence[Entry]) -> set[str]:
    return {name for entry in entries if entry.annotations for name in entry.annotations.annotators}


def _named(entries: Sequence[Entry], names: Collection[str]) -> list[Entry]:
    """The entries with only the people of these names; all with everybody where none is named."""
    if not names:
        return list(entries)
    chosen = []
    for entry in entries:
        people = entry.annotations
        rows = [row for row, name in enumerate(people.annotators) if name in names] if people else []
        if people and rows:
            chosen.append(dataclasses.replace(entry, annotations=people.only(rows)))
    return chosen


def _validation(
    videos: list[TrainingVideo], request: TrainRequest, seed: int
) -> tuple[list[TrainingVideo], list[TrainingVideo]]:
    from core.training.held_out import held_out

    return held_out(videos, request.validation, seed) if request.validation else (videos, [])


def _held_out(
    videos: list[TrainingVideo], request: TrainRequest, own: Collection[str], base: Checkpoint | None, seed: int
) -> tuple[list[TrainingVideo], list[str], tuple[str, ...]]:
    """What is trained on, the ids of the dataset's videos that are held out, and why none is or what follows."""
    from core.models.provenance import learned_from
    from core.training.held_out import FEWEST, content, hold_out

    contents = {video.id: content(video.features) for video in videos}
    candidates = {one: contents[one] for one in contents if one in own}
    seen = learned_from(base).saw if base else lambda _: False
    before = base.training.get("held_out") or () if base else ()
    held = hold_out(candidates, request.held_out, seed, seen=seen, preferred=before)
    if not held:
        notes: tuple[str, ...] = ()
        if request.held_out and base and len(set(candidates.values())) >= FEWEST:
            notes = (f"No video is held out: '{base.id}' has learned from all of them.",)
        elif request.held_out:
            notes = (f"No video is held out: there are fewer than {FEWEST}.",)
        return videos, [], notes
    kept = {contents[one] for one in held}
    train = [video for video in videos if contents[video.id] not in kept]
    if not train:
        raise InputError("Nothing is left to train on.", "Hold fewer videos out.")
    said = []
    if copies := len(videos) - len(train) - len(held):
        said.append(f"{copies} copies of held-out videos are left out as well.")
    if base and any(seen(one) is None for one in held):
        said.append(UNKNOWN.format(base.id))
    return train, held, tuple(said)
