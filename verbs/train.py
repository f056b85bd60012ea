"""`train`: a summarizer from people's scores; `train_splits`: one for each split of a file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from core import limits
from core.data import Entry
from core.errors import InputError
from core.labelling.who import Who
from core.models.registry import MODELS
from core.progress import Progress, ShouldStop, check, never, part, silent
from core.statistics.figure import Figure
from core.training.recipes import Targets
from verbs.contract import Request, Result
from verbs.entries import entries_with_people
from verbs.scoring import run_of
from verbs.split_videos import Part, split_videos

if TYPE_CHECKING:
    from storage.library import Library


class TrainChoices(Request):
    """What is learned from whom."""

    dataset: str = Field(description="Dataset id in the library.")
    kind: str = Field("summdiff", description=f"Which system: {', '.join(MODELS)}.")
    targets: Targets | None = Field(
        None, description="individual: each person's scores; mean: their average (default: as the recipe)."
    )
    start_from: str | None = Field(None, description="Checkpoint to fine-tune instead of fresh weights.")
    people: Who = Field("all", description="all, dataset, or own (labels collected here).")
    epochs: int | None = Field(
        None, ge=1, le=limits.EPOCHS, description="Passes over the data (default: the recipe's)."
    )
    entry: str | None = Field(None, description="Entry that the result scores afterwards.")


class TrainRequest(TrainChoices):
    """The same, and how it is trained and evaluated."""

    verb: Literal["train"] = "train"
    splits: Path | None = Field(None, description="Split file (text, JSON or YAML); without it, all entries.")
    split: int = Field(0, ge=0, description="Which split of the file, from 0.")
    out: Path | None = Field(
        None,
        description="Folder for the checkpoint (default: in the library); with --split all, with {split} in it.",
    )
    preset: str | None = Field(None, description="Named recipe (default: the model's).")
    space: str | None = Field(
        None, description="Feature space (default: that of --start-from, or the one that most of the videos hold)."
    )
    seed: int | None = Field(
        None, description="Of everything random; same seed, same result (default: the recipe's, or 0)."
    )
    validation: float = Field(0.0, description="Share of the training videos held out to choose the best epoch by.")
    select_on_test: bool = Field(False, description="Choose the epoch by the test videos, as releases do; marked.")
    score_dataset: bool = Field(False, description="Score every entry of the dataset afterwards, where none is named.")


class TrainResult(Result):
    """What was trained.

    Attributes:
        checkpoint: its folder.
        id: in the library.
        epochs: passes over the data.
        kept_epoch: the one whose weights were kept.
        selected_on: by which videos it was chosen, or "nothing".
        seconds: of training.
        loss: of the last epoch.
        feature_space: that it takes.
        lacking: ids of the videos without features of it, which were left out.
        runs: on the entries that it scored afterwards.
        notes: about videos of the split that were left out.
    """

    checkpoint: Path
    id: str
    epochs: int
    kept_epoch: int
    selected_on: str
    seconds: float
    loss: Figure
    feature_space: str
    lacking: list[str]
    runs: list[int]
    notes: tuple[str, ...] = ()


class TrainedSplits(Result):
    """One training for each split of a file.

    Attributes:
        checkpoint: the pattern of the folders.
        splits: in the order of the file.
        epochs, seconds, loss: of the last one.
    """

    checkpoint: Path
    splits: list[TrainResult]
    epochs: int
    seconds: float
    loss: Figure


def train(
    library: Library, request: TrainRequest, *, progress: Progress = silent, should_stop: ShouldStop = never
) -> TrainResult:
    """Trains or fine-tunes a summarizer on people's scores; the checkpoint becomes part of the library.

    Then it scores what the request names.

    Raises:
        NotFoundError: there is no such dataset, model, recipe or split, or nobody judged the videos.
        InputError: choices that do not go together.
    """
    scores = request.entry is not None or request.score_dataset
    made = _train(library, request, part(progress, 0.0, 0.9) if scores else progress, should_stop)
    if not scores:
        return made
    ids = [request.entry] if request.entry else [one.id for one in library.entries.list(dataset=request.dataset)]
    runs: list[int] = []
    for index, entry_id in enumerate(ids):
        check(should_stop, "Scoring", f"The checkpoint '{made.id}' is kept.")
        progress(0.9 + 0.1 * index / len(ids), f"Scoring {entry_id}")
        runs += run_of(library, entry_id, made.id)
    return made.model_copy(update={"runs": runs})


def train_splits(
    library: Library, request: TrainRequest, *, progress: Progress = silent, should_stop: ShouldStop = never
) -> TrainedSplits:
    """Trains one checkpoint for each split of the request's file; its `out` holds "{split}"."""
    from storage.formats.splits import folders_of_splits

    folders = folders_of_splits(request.splits, request.out)
    made: list[TrainResult] = []
    for index, folder in enumerate(folders):
        check(should_stop, "The training", f"The checkpoints of {index} splits are kept.")
        told = part(progress, index / len(folders), (index + 1) / len(folders))
        one = request.model_copy(update={"split": index, "out": folder})
        made.append(train(library, one, progress=told, should_stop=should_stop))
    last = made[-1]
    return TrainedSplits(
        checkpoint=request.out or Path(), splits=made, epochs=last.epochs, seconds=last.seconds, loss=last.loss
    )


def new_checkpoint_folder(library: Library, name: str) -> Path:
    """A folder for a new checkpoint: `name`, or name-2 and so on where the library knows or holds that one already."""
    known = {checkpoint.id for checkpoint in library.checkpoints.list()}
    folder, number = library.checkpoints.folder, 2
    free = name
    while free in known or (folder / free).exists():
        free, number = f"{name}-{number}", number + 1
    return folder / free


def _train(library: Library, request: TrainRequest, progress: Progress, should_stop: ShouldStop) -> TrainResult:
    from core.models.registry import model_kind
    from core.training import loop, recipes
    from core.training.evaluating import selection_criterion
    from core.training.labels import trained_label
    from core.training.videos import lacking, videos_from_entries

    settings = recipes.settings_for(
        request.kind, preset=request.preset, targets=request.targets, epochs=request.epochs, seed=request.seed
    )
    chosen = _entries(library, request, settings.seed)
    entries, selecting = chosen.train, chosen.selecting
    base = library.checkpoints.find(request.start_from) if request.start_from else None
    wanted = request.space or (base.feature_space if base else None)
    videos, space = videos_from_entries(entries, request.kind, wanted)
    out = request.out or new_checkpoint_folder(library, f"{request.kind}-{request.dataset}")
    label = trained_label(model_kind(request.kind), space, out.name)
    checkpoint = loop.train(
        videos,
        settings,
        start_from=base,
        out=out,
        label=f"{label}, selected on test videos" if request.select_on_test else label,
        feature_space=space,
        training_info={
            "dataset": request.dataset,
            "split": f"{request.splits.name} #{request.split}" if request.splits else "all entries",
            "people": request.people,
            "selected_on": chosen.selected_on,
            "selected_on_test": request.select_on_test,
            "n_selecting": len(selecting),
            "pretraining": base.training.get("pretraining") if base else None,
        },
        criterion=selection_criterion(selecting, request.kind, space, settings.seed) if selecting else None,
        progress=progress,
        should_stop=should_stop,
    )
    library.checkpoints.register(checkpoint.path)
    facts = checkpoint.training
    return TrainResult(
        checkpoint=checkpoint.path,
        id=checkpoint.id,
        epochs=facts["epochs"],
        kept_epoch=facts["kept_epoch"],
        selected_on=facts["selected_on"],
        seconds=facts["seconds"],
        loss=facts["loss"][-1],
        feature_space=space,
        lacking=lacking(entries, space),
        runs=[],
        notes=chosen.notes,
    )


@dataclass(frozen=True)
class _Chosen:
    """What is trained on, and what the epoch is selected by: nothing, or videos of that kind.

    Attributes:
        train, selecting: entries, without any in both.
        selected_on: what `selecting` are.
        notes: about videos that were left out.
    """

    train: list[Entry]
    selecting: list[Entry]
    selected_on: str = "nothing"
    notes: tuple[str, ...] = ()


def _entries(library: Library, request: TrainRequest, seed: int) -> _Chosen:
    from core.training.held_out import held_out

    entries = entries_with_people(library, request.dataset, request.people)
    notes: tuple[str, ...] = ()
    if request.select_on_test and request.validation:
        raise InputError("The epoch is chosen by validation videos or by test videos.", "Choose one of the two.")
    if request.splits is None:
        if request.select_on_test:
            raise InputError("Selecting on test videos needs splits.", "Name a split file with --splits.")
    else:
        given = library.people.labelled_entries
        parts: tuple[Part, ...] = ("train", "validation", "test") if request.select_on_test else ("train", "validation")
        split = split_videos(
            library,
            request.splits,
            request.split,
            request.dataset,
            entries,
            lambda other: given(other, who=request.people, include_open=True, pseudonyms=True),
            parts,
        )
        entries, notes = split.train, split.notes
        if split.names_validation and (request.select_on_test or request.validation):
            raise InputError(
                f"Split {request.split} of {request.splits.name} has validation videos to choose the epoch by.",
                "Leave out --select-on-test and --validation.",
            )
        if request.select_on_test:
            return _Chosen(entries, split.test, "test videos", notes)
        if split.names_validation:
            return _Chosen(entries, split.validation, "validation videos", notes)
    if request.validation:
        return _Chosen(*held_out(entries, request.validation, seed), "validation videos", notes)
    return _Chosen(entries, [], notes=notes)
