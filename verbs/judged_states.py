"""What local language models make of the captions of an entry: states in a folder, features, and their numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.data import Entry
from core.progress import Progress, ShouldStop
from verbs.scoring import score_again
from verbs.zero_shot import keep_zero_shot

if TYPE_CHECKING:
    from core.captions.local_judge import Judge
    from storage.encodings import Encoding
    from storage.formats.llmvs import StatesFolder
    from storage.library import Library


@dataclass(frozen=True)
class TakenIn:
    """What became of states.

    Attributes:
        of: windows that the entry has.
        zero_shot: the run of the model's own numbers; None where no answer held one.
        runs: new ones, of heads.
    """

    of: int
    zero_shot: int | None
    runs: list[int]


def states_of(library: Library, encoding: Encoding, entry_id: str) -> StatesFolder:
    """Where the states of the language model of an encoding lie, for all entries of the dataset of one of them."""
    from core.models.hub import model_id
    from storage.formats.llmvs import StatesFolder

    dataset = entry_id.partition("/")[0]
    folder = encoding.folder or library.data_dir / "llmvs" / encoding.space / dataset
    return StatesFolder(folder, model_id(encoding.language_model), dataset)


def judge_windows(entry: Entry, judge: Judge, states: StatesFolder, progress: Progress, should_stop: ShouldStop) -> int:
    """Judges those windows of an entry that hold captions which this model has not judged yet; how many these were."""
    captions = entry.captions or ()
    rows = windows_to_judge(states, entry)
    if rows:
        judged = judge.judge(captions, rows, progress, should_stop)
        if len(rows) == len(captions):
            states.put(entry.key, judged, captions)
        else:
            states.put_rows(entry.key, rows, judged, captions)
    return len(rows)


def windows_to_judge(states: StatesFolder, entry: Entry) -> list[int]:
    """The windows with captions that the language model of these states has not judged."""
    from core.captions.stale import changed_windows
    from core.features.hashed_words import REACH

    return changed_windows(states.captions(entry.key), entry.captions or (), REACH)


def take_in(
    library: Library, entry_id: str, encoding: Encoding, states: StatesFolder, *, main: bool, changed: bool
) -> TakenIn:
    """What a language model made of an entry: features, the row of its numbers, and rows of heads that knew it before.

    Args:
        encoding: what will be known about these features; noted last, so that what is interrupted is done again.
        main: whether text models train on the features.
        changed: whether they are others than those that the heads had.
    """
    from core.models.hub import model_id
    from core.training.videos import training_space

    judged = states.read(entry_id.partition("/")[2])
    if main and (changed or training_space(library.entries.get(entry_id), "llmvs") != encoding.space):
        library.entries.put_text_features(entry_id, encoding.space, judged.features)
    elif changed:
        library.entries.put_features(entry_id, encoding.space, judged.features)
    run = keep_zero_shot(library, entry_id, model_id(encoding.language_model), encoding.space, judged.numbers)
    runs = score_again(library, entry_id, encoding.space) if changed else []
    library.encodings.put(entry_id, encoding)
    return TakenIn(len(judged.texts), run, runs)
