"""`measure`: how good a checkpoint is on what it has not learned from; the figures stay in the library."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from core.progress import Progress, ShouldStop, never, silent
from verbs.contract import Request, Result
from verbs.evaluate import EvaluateRequest, evaluate

if TYPE_CHECKING:
    from storage.library import Library


class MeasureRequest(Request):
    """Which checkpoint against whom."""

    verb: Literal["measure"] = "measure"
    checkpoint: str = Field(description="Id of a checkpoint of the library.")
    dataset: str = Field(description="Dataset whose judged videos it is compared on, but for those it learned from.")


class MeasureResult(Result):
    """How many videos were measured on, and under which evaluation protocol."""

    checkpoint: str
    dataset: str
    videos: int
    protocol: str


def measure(
    library: Library, request: MeasureRequest, *, progress: Progress = silent, should_stop: ShouldStop = never
) -> MeasureResult:
    """Evaluates a checkpoint as nobody asked otherwise, on the judged videos that it has not learned from.

    Raises:
        NotFoundError: there is no such checkpoint or dataset, or nobody judged it.
        InputError: it has learned from all of its videos.
        CheckpointError: it cannot score them.
    """
    asked = EvaluateRequest(dataset=request.dataset, checkpoint=request.checkpoint, unseen=True)
    figures = evaluate(library, asked, progress=progress, should_stop=should_stop).figures
    return MeasureResult(
        checkpoint=figures.checkpoint,
        dataset=request.dataset,
        videos=len(figures.per_video or {}),
        protocol=figures.protocol,
    )
