"""The form for a training: what can be chosen, and what a choice comes to before it begins."""

from __future__ import annotations

from pydantic import Field

from core import limits
from core.errors import InputError
from core.models.registry import MODELS, model_kind
from core.training.options import Option, options_of
from core.training.recipes import NOTES, PRESETS, Targets, kind_of, settings_for
from storage.formats.splits import read_split, read_splits
from storage.library import Library
from storage.search import Wanted
from verbs.entries import entries_with_people
from verbs.splits import SplitsChoices, SplitsRequest, splits
from verbs.train import TrainChoices, TrainRequest, of_base
from verbs.train_splits import TrainSplitsRequest
from verbs.training_entries import training_entries
from webapp.views.answer import Answer

# Whose features are looked at while somebody waits, to say which videos are held out; with more, that is said later.
MOST_PLANNED = 300
LATER = "These are many videos: which are held out is decided, and told, when the training begins."


class AskedTraining(TrainChoices):
    """A training as a page asks for it: its split file is one that the library keeps."""

    split_file: str | None = Field(
        None, max_length=limits.FILE_NAME_CHARS, description="Name of a split file; without it, a share is held out."
    )
    split: int | None = Field(
        0, ge=0, description="Which split of the file, from 0; null for one model for each of them."
    )


class SplitSizes(Answer):
    """How many videos one split of a file names; `validation` may be 0."""

    train: int
    validation: int
    test: int


class SplitFile(Answer):
    """A split file that the library keeps, and its splits in order."""

    name: str
    splits: list[SplitSizes]


class SplitFilesList(Answer):
    """All of them, by their names."""

    files: list[SplitFile]


class Trainable(Answer):
    """A kind of model, its recipes, and what it reads of a video: "visual" or "text"."""

    name: str
    label: str
    features: str
    recipes: list[str]


class TrainingForm(Answer):
    """What can be chosen for a kind of model.

    Attributes:
        kinds: all of them.
        kind, recipe: those that the rest is about.
        targets: what the recipe learns from.
        epochs: of the recipe; None where it says how many updates are made instead.
        options: every other setting, with the recipe's value.
    """

    kinds: list[Trainable]
    kind: str
    recipe: str
    targets: Targets
    epochs: int | None
    options: list[Option]


class PlannedVideo(Answer):
    """A video of a training."""

    id: str
    title: str


class Plan(Answer):
    """What a training would learn from.

    Attributes:
        videos: how many.
        training: which; none where nobody looked.
        people: names of everybody who judged the videos of the datasets; none where nobody looked.
        simulated: how many of them are made by a program.
        held_out: what it is evaluated on and does not learn from; of a split the test videos.
        selecting: what the epoch is chosen by.
        space: feature space; "" where nobody looked.
        lacking: how many are left out for want of its features.
        notes: sentences about what is left out, and what must be known of the recipe.
    """

    videos: int
    training: tuple[PlannedVideo, ...] = ()
    people: tuple[str, ...] = ()
    simulated: int = 0
    held_out: tuple[PlannedVideo, ...] = ()
    selecting: tuple[PlannedVideo, ...] = ()
    space: str = ""
    lacking: int = 0
    notes: tuple[str, ...]


def form(kind: str | None, recipe: str | None) -> TrainingForm:
    """What can be chosen for a kind of model, by default with its own recipe; without a kind for that of the recipe.

    Raises:
        InputError, NotFoundError: there is no such kind or recipe, or it is for another kind.
    """
    kind = kind or kind_of(recipe)
    settings = settings_for(kind, preset=recipe or None)
    kinds = [
        Trainable(name=one.name, label=one.label, features=one.features, recipes=_recipes(one.name))
        for one in MODELS.values()
    ]
    return TrainingForm(
        kinds=kinds,
        kind=model_kind(kind).name,
        recipe=settings.preset,
        targets=settings.targets,
        epochs=settings.epochs,
        options=options_of(kind, recipe or None),
    )


def request_of(library: Library, asked: AskedTraining) -> TrainRequest | TrainSplitsRequest:
    """What a worker is asked to do; what comes of one training scores every entry of its dataset.

    Raises:
        NotFoundError, InputError: there is no such split file, or split of it.
    """
    choices = {name: value for name, value in asked if name in TrainChoices.model_fields}
    if asked.split_file is None:
        return TrainRequest(**choices, score_dataset=True)
    path = library.split_files.path(asked.split_file)
    if asked.split is None:
        return TrainSplitsRequest(**choices, splits=path)
    read_split(path, asked.split)
    return TrainRequest(**choices, splits=path, split=asked.split, score_dataset=True)


def make_split_file(library: Library, asked: SplitsChoices) -> SplitFile:
    """A new split file for a dataset.

    Raises:
        NotFoundError: there is no such dataset, or nobody judged any of it.
        InputError: there are too few videos, or more than can be looked at while a page waits.
    """
    if (videos := _judged(library, asked.dataset)) > MOST_PLANNED:
        raise InputError(
            f"{videos} judged videos are too many to be divided while a page waits.",
            f"Use: python app.py splits {asked.dataset}, which keeps the file where this page finds it.",
        )
    made = splits(library, SplitsRequest(**dict(asked)))
    return split_file(library, made.file.name)


def split_files(library: Library) -> SplitFilesList:
    """The split files that can be trained by."""
    return SplitFilesList(files=[split_file(library, name) for name in library.split_files.names()])


def split_file(library: Library, name: str) -> SplitFile:
    """One of them. Raises NotFoundError."""
    sizes = [
        SplitSizes(train=len(one.train), validation=len(one.validation), test=len(one.test))
        for one in read_splits(library.split_files.path(name))
    ]
    return SplitFile(name=name, splits=sizes)


def plan(library: Library, asked: AskedTraining) -> Plan:
    """What a training would learn from, and which videos it would hold out.

    Raises:
        NotFoundError, InputError, CheckpointError: as the training would.
    """
    request = of_base(library, request_of(library, asked))
    notes: tuple[str, ...] = (NOTES[asked.preset],) if asked.preset in NOTES else ()
    if isinstance(request, TrainSplitsRequest):
        assert request.splits is not None
        several = len(read_splits(request.splits))
        notes += (f"{several} models, one for each split. What is said here is of the first.",)
        request = TrainRequest(**{**dict(request), "verb": "train"})
    datasets = list(dict.fromkeys([asked.dataset, *asked.datasets]))
    judged = sum(_judged(library, one) for one in datasets)
    if judged > MOST_PLANNED:
        return Plan(videos=judged, notes=(*notes, LATER))
    base = library.checkpoints.find(asked.start_from) if asked.start_from else None
    seed = settings_for(request.kind, preset=asked.preset).seed if asked.seed is None else asked.seed
    found = training_entries(library, request, base, seed)
    people: dict[str, bool] = {}
    titles: dict[str, str] = {}
    for dataset in datasets:
        for entry in entries_with_people(library, dataset, asked.people):
            told = entry.people
            people |= dict(zip(told.annotators, told.simulated, strict=True))
            titles[entry.id] = entry.title

    def named(id: str) -> PlannedVideo:  # a split may name videos of datasets that nobody chose
        return PlannedVideo(id=id, title=titles[id] if id in titles else library.entries.summary(id).title)

    return Plan(
        videos=len(found.train),
        training=tuple(named(one.id) for one in found.train),
        people=tuple(sorted(people)),
        simulated=sum(people.values()),
        held_out=tuple(named(one.id) for one in found.held_out),
        selecting=tuple(named(one.id) for one in found.selecting),
        space=found.space,
        lacking=len(found.lacking),
        notes=notes + found.notes,
    )


def _recipes(kind: str) -> list[str]:
    """The kind's own recipe first."""
    names = [name for name, settings in PRESETS.items() if settings.model == kind]
    return sorted(names, key=lambda name: name != kind)


def _judged(library: Library, dataset: str) -> int:
    """How many videos of a dataset somebody judged; none of them is read."""
    return library.search.find(Wanted(dataset=dataset, people=True), limit=1).total
