"""`evaluate`: how well a checkpoint agrees with people; `evaluate_splits`: the same over all splits of a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from core import limits
from core.engine import HERE, Engine
from core.errors import InputError
from core.models.provenance import learned_from
from core.names import readable
from core.progress import Progress, ShouldStop, never, part, silent
from core.statistics.results import Evaluation, Placed, SplitsEvaluation
from verbs.contract import Request, Result
from verbs.entries import entries_with_people
from verbs.split_videos import split_videos

if TYPE_CHECKING:
    from core.data import Entry
    from core.models.checkpoints import Checkpoint
    from storage.library import Library


class EvaluateRequest(Request):
    """Which checkpoint against whom."""

    dataset: str = Field(description="Dataset id in the library.")
    checkpoint: str = Field(description="Checkpoint folder or id; with --split all, with {split} in it.")
    splits: Path | None = Field(None, description="Split file; its test entries are evaluated.")
    split: int = Field(0, ge=0, description="Which split of the file, from 0.")
    samples: int = Field(8, ge=1, le=limits.SAMPLES_PER_RUN, description="Samples per entry.")
    seed: int = Field(0, description="Of everything random; same seed, same result.")
    steps: int | None = Field(
        None, ge=1, le=limits.SAMPLING_STEPS, description="DDIM steps (default: 10; 4 for diffusion around tastes)."
    )
    guidance: float | None = Field(
        None, ge=0, le=limits.GUIDANCE, description="Guidance weight w (default: the checkpoint's)."
    )
    eta: float = Field(1.0, ge=0, le=1, description="Fresh noise in every step: 0 none, 1 as published.")
    temperature: float = Field(
        1.0, ge=0, le=limits.TEMPERATURE, description="Factor on all noise: less, and samples are more alike."
    )
    protocol: Literal["tvsum", "summe", "mrhisum"] | None = Field(
        None, description="tvsum, summe or mrhisum (default: what the labels allow)."
    )
    unseen: bool = Field(False, description="Leave out the videos that the checkpoint has learned from.")


class EvaluateResult(Result):
    """How well a checkpoint agrees with the people of a dataset's entries.

    Attributes:
        dataset: id.
        figures: their names stand beside the others in JSON.
        why: what is undefined or missing among them, and why; see `core.statistics.undefined.why_undefined`.
        notes: about videos of the split that were left out, and about what such labels cannot tell.
    """

    dataset: str
    figures: Evaluation
    why: dict[str, str] = Field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return _flat(super().as_json())


class EvaluateSplitsResult(Result):
    """The same over all splits of a file; `checkpoint` is a pattern."""

    dataset: str
    checkpoint: str
    figures: SplitsEvaluation
    why: dict[str, str] = Field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return _flat(super().as_json())


def evaluate(
    library: Library,
    request: EvaluateRequest,
    *,
    progress: Progress = silent,
    should_stop: ShouldStop = never,
    engine: Engine = HERE,
) -> EvaluateResult:
    """How well a checkpoint agrees with a dataset's people, on the test entries of a split if one is given.

    Raises:
        NotFoundError: there is no such dataset, checkpoint or split, or nobody judged it.
        CheckpointError: the checkpoint cannot score the entries.
    """
    from core.statistics.undefined import why_undefined
    from core.training.evaluating import evaluate_checkpoint

    entries = entries_with_people(library, request.dataset, "dataset")
    notes: tuple[str, ...] = ()
    if request.splits is not None:
        entries, notes = _tested(library, request, entries, request.split)
    found = library.checkpoints.find(request.checkpoint, entries[0])
    if request.unseen:
        entries = _unseen(found, entries, request.dataset)
    figures = evaluate_checkpoint(found, entries, **_settings(request), progress=progress, engine=engine)
    _keep(library, request, found, entries, figures, request.split)
    notes += _untested(figures)
    return EvaluateResult(dataset=request.dataset, figures=figures, why=why_undefined(figures), notes=notes)


def evaluate_splits(
    library: Library,
    request: EvaluateRequest,
    *,
    progress: Progress = silent,
    should_stop: ShouldStop = never,
    engine: Engine = HERE,
) -> EvaluateSplitsResult:
    """Means and standard deviations over all splits of the request's file.

    Its `checkpoint` holds "{split}", so that every split is evaluated with the checkpoint that has not seen its test
    videos.

    Raises:
        NotFoundError, CheckpointError: as `evaluate`.
        InputError: there is no split file, or no "{split}".
    """
    from core.statistics.undefined import why_undefined
    from core.training.evaluating import evaluate_checkpoint, over_splits
    from storage.formats.splits import folders_of_splits

    entries = entries_with_people(library, request.dataset, "dataset")
    folders = folders_of_splits(request.splits, request.checkpoint)
    results = []
    notes: list[str] = []
    for index, folder in enumerate(folders):
        tested, said = _tested(library, request, entries, index)
        notes += [f"Split {index}: {one}" for one in said]
        told = part(progress, index / len(folders), (index + 1) / len(folders))
        found = library.checkpoints.find(folder)
        results.append(evaluate_checkpoint(found, tested, **_settings(request), progress=told, engine=engine))
        _keep(library, request, found, tested, results[-1], index)
    figures = over_splits(results)
    return EvaluateSplitsResult(
        dataset=request.dataset,
        checkpoint=request.checkpoint,
        figures=figures,
        why=why_undefined(figures),
        notes=(*notes, *_untested(figures)),
    )


def _untested(figures: Placed) -> tuple[str, ...]:
    """What the labels cannot tell of samples."""
    from core.statistics.undefined import ONE_CURVE

    return (ONE_CURVE,) if figures.coverage is not None and figures.human is None else ()


def _tested(
    library: Library, request: EvaluateRequest, entries: list[Entry], number: int
) -> tuple[list[Entry], tuple[str, ...]]:
    """The test videos of one split, and notes about those that were left out."""
    given = library.people.labelled_entries
    split = split_videos(
        library,
        request.splits or Path(),
        number,
        request.dataset,
        entries,
        lambda other: given(other, who="dataset", include_open=True),
        ["test"],
    )
    return split.test, split.notes


def _unseen(checkpoint: Checkpoint, entries: Sequence[Entry], dataset: str) -> list[Entry]:
    """The entries that a checkpoint has not learned from, also not before its last training."""
    learned = learned_from(checkpoint)
    unseen = [entry for entry in entries if not learned.saw(entry.id)]
    if not unseen:
        raise InputError(
            f"'{checkpoint.id}' has learned from all judged videos of '{dataset}': they say nothing of its quality.",
            "Judge another video, or hold some out when it is trained again.",
        )
    return unseen


def _keep(
    library: Library,
    request: EvaluateRequest,
    checkpoint: Checkpoint,
    entries: Sequence[Entry],
    figures: Evaluation,
    split: int,
) -> None:
    """Has the library remember the figures of one of its checkpoints."""
    if library.read_only or not library.checkpoints.knows(checkpoint):
        return
    each = (figures.per_video or {}).values()
    library.evaluations.add(
        replace(figures, per_video=dict(zip((entry.id for entry in entries), each, strict=True))),
        dataset=request.dataset,
        part="all" if request.splits is None else "test",
        splits=None if request.splits is None else readable(request.splits.name),
        split=None if request.splits is None else split,
        settings=_settings(request),
    )


def _settings(request: EvaluateRequest) -> dict[str, Any]:
    return request.model_dump(include={"samples", "seed", "steps", "guidance", "eta", "temperature", "protocol"})


def _flat(values: dict[str, Any]) -> dict[str, Any]:
    figures: dict[str, Any] = values.pop("figures")
    return figures | values
