"""`splits`: a split file for a dataset, in which every judged video is tested once."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import Field

from core import limits
from core.errors import InputError
from core.labelling.who import Who
from core.progress import Progress, ShouldStop, never, silent
from verbs.contract import GivenFile, Request, Result
from verbs.entries import entries_with_people

if TYPE_CHECKING:
    from core.data import Entry
    from storage.library import Library


class SplitsChoices(Request):
    """Which videos are divided, and how."""

    dataset: str = Field(description="Dataset id in the library.")
    folds: int | None = Field(
        None,
        ge=2,
        le=limits.SPLITS,
        description="Groups of videos, each of which is tested once (default: each video alone, leave-one-out).",
    )
    people: Who = Field("all", description="Videos that these have judged: all, dataset, or own (labels from here).")
    seed: int = Field(0, description="Of the draw of groups; same seed, same groups.")


class SplitsRequest(SplitsChoices):
    """The same, and where the file lies."""

    out: Path | None = Field(
        None, description="File to write (default: kept in the library, where the Models page finds it)."
    )


class SplitsResult(Result):
    """A split file.

    Attributes:
        file: where it lies.
        splits: how many it has.
        videos: that it divides.
    """

    file: GivenFile
    splits: int
    videos: int


def splits(
    library: Library, request: SplitsRequest, *, progress: Progress = silent, should_stop: ShouldStop = never
) -> SplitsResult:
    """Writes a split file in which every judged video of a dataset is tested once, with its copies.

    Raises:
        NotFoundError: there is no such dataset, or nobody judged any of it.
        InputError: there are too few videos, or too many for a split each; the file is there or cannot be written.
    """
    from core.training.held_out import folds
    from storage.files import whole_file

    entries = entries_with_people(library, request.dataset, request.people)
    groups = folds(_contents(entries), request.folds, request.seed)
    if len(groups) > limits.SPLITS:
        raise InputError(
            f"A split for each of {len(groups)} videos are too many: at most {limits.SPLITS}.", "Choose fewer --folds."
        )
    every = [one for group in groups for one in group]
    made = [{"train_keys": _without(every, set(group)), "test_keys": group} for group in groups]
    content = json.dumps(made, ensure_ascii=False, indent=1).encode()
    if request.out is None:
        file = library.split_files.path(library.split_files.add(_name(request), content))
    elif request.out.exists():
        raise InputError(f"'{request.out}' exists already.", "Choose another name.")
    else:
        file = request.out
        with whole_file(file) as partial:
            partial.write_bytes(content)
    return SplitsResult(file=file, splits=len(groups), videos=len(every))


def _without(ids: Sequence[str], tested: Collection[str]) -> list[str]:
    return [one for one in ids if one not in tested]


def _name(request: SplitsRequest) -> str:
    drawn = f"-seed{request.seed}" if request.folds and request.seed else ""
    how = f"{request.folds}-folds" if request.folds else "leave-one-out"
    return f"{how}-{request.dataset}{drawn}.json"


def _contents(entries: Sequence[Entry]) -> dict[str, str]:
    """What each entry shows, by its id, in the feature space that most of them hold; of others, themselves."""
    from core.training.held_out import content

    spaces = Counter(space for entry in entries for space in entry.features)
    space = spaces.most_common(1)[0][0] if spaces else ""
    return {one.id: content(one.features[space]) if space in one.features else one.id for one in entries}
