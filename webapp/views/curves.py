"""How trainings went, epoch by epoch, while they go on and afterwards."""

from __future__ import annotations

from pathlib import Path

from core.training.epochs import EPOCHS, Epoch, read_epochs
from storage.jobs import Job
from storage.library import Library
from verbs.jobs import result_from_row
from verbs.pretrain import PretrainResult
from verbs.train import TrainResult
from webapp.jobs import job_folder
from webapp.views.answer import Answer


class Curve(Answer):
    """One training: what it is called, and its epochs in order."""

    name: str
    epochs: list[Epoch]


class Curves(Answer):
    """Those of a job, one for each seed; of a checkpoint the one that made it."""

    curves: list[Curve]


def of_job(library: Library, job: Job) -> Curves:
    """The curves of a training that is going on or done; none of other work, or where nothing was kept."""
    if job.state == "done" and job.result is not None:
        made = result_from_row(job.kind, job.result)
        if isinstance(made, TrainResult) and made.seeds:
            return Curves(curves=[_curve(one.checkpoint, one.id) for one in made.seeds])
        if isinstance(made, TrainResult | PretrainResult):
            return Curves(curves=[_curve(made.checkpoint, made.id)])
        return Curves(curves=[])
    folder = job_folder(library, job.id)
    files = sorted(folder.rglob(EPOCHS), key=lambda file: file.parent.name)
    return Curves(curves=[_curve(file.parent, "" if file.parent == folder else file.parent.name) for file in files])


def of_checkpoint(library: Library, checkpoint: str) -> Curves:
    """The curve of the training that made a checkpoint; empty where it was imported or is of earlier versions.

    Raises:
        NotFoundError: there is no such checkpoint.
    """
    found = library.checkpoints.known(checkpoint)
    return Curves(curves=[_curve(found.path, found.id)])


def _curve(folder: Path, name: str) -> Curve:
    return Curve(name=name, epochs=read_epochs(folder / EPOCHS))
