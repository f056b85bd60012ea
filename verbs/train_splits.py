"""`train_splits`: a summarizer for each split of a file, so that every test video has one that has not seen it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from core.progress import Progress, ShouldStop, check, ending, never, part, silent
from core.statistics.figure import Figure
from core.statistics.results import SplitsEvaluation
from core.training.underway import NOTHING_KEPT, Underway
from verbs.contract import Result
from verbs.train import TrainFiles, TrainRequest, TrainResult, of_base, planned_folder, train

if TYPE_CHECKING:
    from storage.library import Library


class TrainSplitsRequest(TrainFiles):
    """The choices of one training, made once for all splits of its file."""

    verb: Literal["train_splits"] = "train_splits"


class TrainedSplits(Result):
    """One training for each split of a file.

    Attributes:
        checkpoint: the pattern of the folders.
        splits: in the order of the file.
        figures: means and deviations over the splits that were evaluated; None where none was.
        epochs, seconds, loss: of the last one.
    """

    checkpoint: Path
    splits: list[TrainResult]
    figures: SplitsEvaluation | None
    epochs: int
    seconds: float
    loss: Figure


def train_splits(
    library: Library,
    request: TrainSplitsRequest,
    *,
    progress: Progress = silent,
    should_stop: ShouldStop = never,
    underway: Underway = NOTHING_KEPT,
) -> TrainedSplits:
    """Trains one checkpoint for each split of the request's file; its `out`, if it has one, holds "{split}".

    Minutes are for all splits together.

    Raises:
        NotFoundError, InputError: as `train`; there is no split file, or no "{split}".
    """
    from core.training.evaluating import over_splits
    from storage.formats.splits import folders_of_splits

    request = of_base(library, request)
    pattern = planned_folder(underway, lambda: request.out or _free_pattern(library, request))
    folders = folders_of_splits(request.splits, pattern)
    choices = {**dict(request), "verb": "train"}
    if request.minutes is not None:
        choices["minutes"] = request.minutes / len(folders)
    made: list[TrainResult] = []
    for index, folder in enumerate(folders):
        check(should_stop, "The training", f"The checkpoints of {index} splits are kept.")
        whole = ending(progress, f", split {index + 1} of {len(folders)}")
        told = part(whole, index / len(folders), (index + 1) / len(folders))
        one = TrainRequest(**{**choices, "split": index, "out": folder})
        place = underway.inside(f"split-{index}")
        made.append(train(library, one, progress=told, should_stop=should_stop, underway=place))
        if underway.should_finish():
            break
    last = made[-1]
    figures = [one.figures for one in made if one.figures is not None]
    return TrainedSplits(
        checkpoint=pattern,
        splits=made,
        figures=over_splits(figures) if figures else None,
        epochs=last.epochs,
        seconds=last.seconds,
        loss=last.loss,
    )


def _free_pattern(library: Library, request: TrainSplitsRequest) -> Path:
    """Folders for new checkpoints, named as those of single trainings and with "{split}"."""
    folder = library.checkpoints.folder
    known = {one.id for one in library.checkpoints.list()} | {one.name for one in folder.glob("*")}
    stem, number = f"{request.kind}-{request.dataset}", 2
    free = stem
    while any(one.startswith(f"{free}-split") for one in known):
        free, number = f"{stem}-{number}", number + 1
    return folder / f"{free}-split{{split}}"
