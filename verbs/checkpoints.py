"""`checkpoints`: the models of the library, what each learned from, how it was made, and how good it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field

from core.models.provenance import learned_from
from core.progress import Progress, ShouldStop, never, silent
from core.statistics.figure import Figure
from core.statistics.results import Placed
from core.training.recipes import TrainSettings
from storage.evaluated import Part, Setting
from verbs.contract import Request, Result
from verbs.measured import Measured, measured

if TYPE_CHECKING:
    from core.models.checkpoints import Checkpoint
    from storage.checkpoints import Registered
    from storage.library import Library

# Of a recipe's settings, those that stand elsewhere in what is told of a checkpoint.
ELSEWHERE = ("model", "config", "seed", "targets", "preset", "device", "epochs")


class CheckpointsRequest(Request):
    """Which of them."""

    checkpoint: str | None = Field(None, description="Only the one of this id.")
    removed: bool = Field(False, description="Also those that were removed.")


class LearnedPerson(Result):
    """Somebody whose labels a checkpoint learned from: under a name of its own, and how much they said.

    Attributes:
        id: in this checkpoint alone.
        source: "own" for who labels here, else "dataset".
        videos, labels: how many they judged, and judged picks in all.
        simulated: whether they were made by a program.
    """

    id: str
    source: str
    videos: int
    labels: int
    simulated: bool


class MeasuredFacts(Result):
    """Figures on videos that a checkpoint has not learned from; see `verbs.measured.Measured`.

    Attributes:
        videos: ids of those that the figures are means over.
    """

    dataset: str
    part: Part
    splits: str | None
    split: int | None
    protocol: str
    settings: dict[str, Setting]
    figures: Placed | None
    videos: list[str]
    seen: int
    known: bool
    selected_on_test: bool
    created: datetime


class ModelFacts(Result):
    """One checkpoint.

    Attributes:
        id: in the library.
        label: what it is called here.
        kind: registry name of the model.
        applies_as: what its runs are; "visp" where it was pretrained only.
        promoted: whether it is offered first among those of its feature space.
        created, came: when it was made, and when it came into the library.
        removed: when it was removed; None where it was not.
        folder: where it lies.
        feature_space, feature_width: of the features that it takes.
        learned_from: where its knowledge comes from, in a sentence.
        simulated: whether from simulated people; None where that is not known.
        released: whether it came from a published release.
        datasets: ids of those that it learned from.
        videos, people, curves: how many it learned from; None where that is not known.
        annotators: the people one by one; [] where they are not known.
        labels_sha256: over all labels that it learned from; "" where that is not known.
        parent: id of the checkpoint that its training went on from; None for fresh weights.
        split: which videos of the datasets, in words.
        held_out: ids of the videos that were kept from it.
        preset, targets, seed, device: of its training; None where that is not known.
        seconds: that it took.
        epochs, kept_epoch: passes over the videos, and the one whose weights were kept.
        selected_on: by which videos that one was chosen, or "nothing".
        loss: of each epoch.
        validation: of each epoch, what it was chosen by; [] where it was not.
        settings: all others of its training, and its configuration.
        measured: its figures, those of its training first.
    """

    id: str
    label: str
    kind: str
    applies_as: str
    promoted: bool
    created: str
    came: datetime
    removed: datetime | None
    folder: Path
    feature_space: str
    feature_width: int
    learned_from: str
    simulated: bool | None
    released: bool
    datasets: list[str]
    videos: int | None
    people: int | None
    curves: int | None
    annotators: list[LearnedPerson]
    labels_sha256: str
    parent: str | None
    split: str
    held_out: list[str]
    preset: str | None
    targets: str | None
    seed: int | None
    device: str | None
    seconds: float | None
    epochs: int | None
    kept_epoch: int | None
    selected_on: str
    loss: list[Figure]
    validation: list[Figure]
    settings: dict[str, Setting]
    measured: list[MeasuredFacts]


class CheckpointsResult(Result):
    """The checkpoints, newest first."""

    checkpoints: list[ModelFacts]


def checkpoints(
    library: Library, request: CheckpointsRequest, *, progress: Progress = silent, should_stop: ShouldStop = never
) -> CheckpointsResult:
    """Everything that is known of the checkpoints of the library."""
    found = library.checkpoints.registered(removed=request.removed)
    found = [one for one in found if request.checkpoint in (None, one.checkpoint.id)]
    figures = measured(library, [one.checkpoint for one in found])
    return CheckpointsResult(checkpoints=[_facts(one, figures[one.checkpoint.id]) for one in found])


def settings_of(checkpoint: Checkpoint) -> dict[str, Setting]:
    """How a checkpoint was trained, but for what it learned from, and the configuration of its model."""
    training = {
        one.name: checkpoint.training[one.name]
        for one in fields(TrainSettings)
        if one.name in checkpoint.training and one.name not in ELSEWHERE
    }
    return {name: _setting(value) for name, value in {**training, **checkpoint.config}.items()}


def _facts(one: Registered, figures: list[Measured]) -> ModelFacts:
    checkpoint, told = one.checkpoint, one.checkpoint.training
    learned = learned_from(checkpoint)
    dataset = told.get("dataset")
    return ModelFacts(
        id=checkpoint.id,
        label=checkpoint.label,
        kind=checkpoint.kind,
        applies_as=checkpoint.applies_as,
        promoted=one.promoted,
        created=checkpoint.created,
        came=one.came,
        removed=one.removed,
        folder=checkpoint.path,
        feature_space=checkpoint.feature_space,
        feature_width=checkpoint.feature_width,
        learned_from=learned.sentence(),
        simulated=learned.simulated,
        released=learned.released,
        datasets=list(told.get("datasets") or ([dataset] if dataset else [])),
        videos=learned.videos,
        people=learned.people,
        curves=told.get("n_curves"),
        annotators=_people(told.get("annotators") or ()),
        labels_sha256=str(told.get("labels_sha256") or ""),
        parent=told.get("start_from"),
        split=str(told.get("split") or ""),
        held_out=list(told.get("held_out") or []),
        preset=told.get("preset"),
        targets=told.get("targets"),
        seed=told.get("seed"),
        device=told.get("device"),
        seconds=told.get("seconds"),
        epochs=told.get("epochs"),
        kept_epoch=told.get("kept_epoch"),
        selected_on=str(told.get("selected_on") or "nothing"),
        loss=_curve(told, "loss"),
        validation=_curve(told, "validation"),
        settings=settings_of(checkpoint),
        measured=[_measured_facts(each) for each in figures],
    )


def _measured_facts(one: Measured) -> MeasuredFacts:
    same = {name: getattr(one, name) for name in MeasuredFacts.model_fields if name not in ("videos", "settings")}
    return MeasuredFacts(**same, settings=dict(one.settings), videos=list(one.per_video))


def _people(told: Sequence[Mapping[str, Any]]) -> list[LearnedPerson]:
    return [
        LearnedPerson(
            id=str(one["id"]),
            source=str(one["source"]),
            videos=int(one["n_videos"]),
            labels=int(one["n_labels"]),
            simulated=bool(one["simulated"]),
        )
        for one in told
    ]


def _curve(training: Mapping[str, object], name: str) -> list[float]:
    found = training.get(name)
    return [float("nan") if one is None else float(one) for one in found] if isinstance(found, list) else []


def _setting(value: object) -> Setting:
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)
