"""The form for a training: what can be chosen, and what a choice comes to before it begins."""

from __future__ import annotations

from core.models.registry import MODELS, model_kind
from core.training.options import Option, options_of
from core.training.recipes import PRESETS, Targets, settings_for
from storage.library import Library
from storage.search import Wanted
from verbs.entries import entries_with_people
from verbs.train import TrainChoices, TrainRequest
from verbs.training_entries import training_entries
from webapp.views.answer import Answer

# Whose features are looked at while somebody waits, to say which videos are held out; with more, that is said later.
MOST_PLANNED = 300
LATER = "These are many videos: which are held out is decided, and told, when the training begins."


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
        people: names of everybody who judged the videos of the datasets; [] where nobody looked.
        simulated: how many of them are made by a program.
        held_out: what it is evaluated on and does not learn from.
        validation: how many choose the epoch.
        space: feature space; "" where nobody looked.
        lacking: how many are left out for want of its features.
        notes: sentences about what is left out.
    """

    videos: int
    people: list[str]
    simulated: int
    held_out: list[PlannedVideo]
    validation: int
    space: str
    lacking: int
    notes: list[str]


def form(kind: str, recipe: str | None) -> TrainingForm:
    """What can be chosen for a kind of model; by default with its own recipe. Raises InputError, NotFoundError."""
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


def plan(library: Library, asked: TrainChoices) -> Plan:
    """What a training would learn from, and which videos it would hold out.

    Raises:
        NotFoundError, InputError, CheckpointError: as the training would.
    """
    datasets = list(dict.fromkeys([asked.dataset, *asked.datasets]))
    judged = [library.search.find(Wanted(dataset=one, people=True), limit=1).total for one in datasets]
    if sum(judged) > MOST_PLANNED:
        return Plan(
            videos=sum(judged), people=[], simulated=0, held_out=[], validation=0, space="", lacking=0, notes=[LATER]
        )
    base = library.checkpoints.find(asked.start_from) if asked.start_from else None
    seed = settings_for(asked.kind, preset=asked.preset).seed if asked.seed is None else asked.seed
    found = training_entries(library, TrainRequest(**dict(asked)), base, seed)
    people: dict[str, bool] = {}
    for dataset in datasets:
        for entry in entries_with_people(library, dataset, asked.people):
            told = entry.people
            people |= dict(zip(told.annotators, told.simulated, strict=True))
    return Plan(
        videos=len(found.train),
        people=sorted(people),
        simulated=sum(people.values()),
        held_out=[PlannedVideo(id=one.id, title=one.title) for one in found.held_out],
        validation=len(found.selecting),
        space=found.space,
        lacking=len(found.lacking),
        notes=list(found.notes),
    )


def _recipes(kind: str) -> list[str]:
    """The kind's own recipe first."""
    names = [name for name, settings in PRESETS.items() if settings.model == kind]
    return sorted(names, key=lambda name: name != kind)
