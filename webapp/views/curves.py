"""How trainings went, epoch by epoch, while they go on and afterwards."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from core.training.epochs import EPOCHS, Epoch, read_epochs
from storage.jobs import Job
from storage.library import Library
from verbs.jobs import JobResult, result_from_row
from verbs.pretrain import PretrainResult
from verbs.train import TrainedSeed, TrainResult
from verbs.train_splits import TrainedSplits
from webapp.jobs import job_folder
from webapp.views.answer import Answer


class Curve(Answer):
    """One training: what it is called, and its epochs in order."""

    name: str
    epochs: list[Epoch]


class Curves(Answer):
    """Those of a job, one for each seed and split; of a checkpoint the one that made it."""

    curves: list[Curve]


def of_job(library: Library, job: Job) -> Curves:
    """The curves of a training that is going on or over, however it ended; none of other work."""
    if job.state == "done" and job.result is not None:
        made = result_from_row(job.kind, job.result)
        return Curves(curves=[_curve(one.checkpoint, one.id) for one in _trained(made)])
    folder = job_folder(library, job.id)
    names = sorted((str(file.parent.relative_to(folder)) for file in folder.rglob(EPOCHS)), key=_in_order)
    return Curves(curves=[_curve(folder / name, "" if name == "." else name) for name in names])


def of_checkpoint(library: Library, checkpoint: str) -> Curves:
    """The curve of the training that made a checkpoint; empty where it was imported or is of earlier versions.

    Raises:
        NotFoundError: there is no such checkpoint.
    """
    found = library.checkpoints.known(checkpoint)
    return Curves(curves=[_curve(found.path, found.id)])


def _trained(made: JobResult) -> Sequence[TrainedSeed | TrainResult | PretrainResult]:
    """The single trainings of a job."""
    if isinstance(made, TrainedSplits):
        return [one for split in made.splits for one in _trained(split)]
    if isinstance(made, TrainResult):
        return made.seeds or [made]
    return [made] if isinstance(made, PretrainResult) else []


def _in_order(name: str) -> list[int]:
    """By the numbers of "split-2/seed-0"."""
    return [int(number) for number in re.findall(r"\d+", name)]


def _curve(folder: Path, name: str) -> Curve:
    return Curve(name=name, epochs=read_epochs(folder / EPOCHS))
