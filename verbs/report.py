"""`report`: did a training help? Held-out videos before and after it, against the new people and against the others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from core import limits
from core.errors import InputError, NotFoundError
from core.progress import Progress, ShouldStop, never, silent
from core.statistics.results import Helped
from verbs.contract import Request, Result
from verbs.training_entries import called

if TYPE_CHECKING:
    from core.data import Entry
    from core.models.checkpoints import Checkpoint
    from storage.library import Library


class ReportRequest(Request):
    """Which training, and whose labels were new."""

    verb: Literal["report"] = "report"
    checkpoint: str = Field(description="What came of the training.")
    before: str | None = Field(None, description="What it is compared with (default: what it went on from).")
    names: tuple[str, ...] = Field((), description="Whose labels were new (default: of those who label here).")
    samples: int = Field(8, ge=1, le=limits.SAMPLES_PER_RUN, description="Samples per video.")
    seed: int = Field(0, description="Of everything random; same seed, same result.")


class ReportResult(Result):
    """What the training changed, and why something could not be compared."""

    report: Helped
    notes: tuple[str, ...] = ()


def report(
    library: Library, request: ReportRequest, *, progress: Progress = silent, should_stop: ShouldStop = never
) -> ReportResult:
    """Compares a checkpoint with the one before it, on videos that neither has learned from.

    Raises:
        NotFoundError: there is no such checkpoint.
        InputError: its training held no video out.
    """
    from core.training.helped import helped

    after = library.checkpoints.find(request.checkpoint)
    held = after.training.get("held_out") or []
    if not held:
        raise InputError(
            f"The training of '{after.id}' held no video out, so nothing can be measured on what it has not seen.",
            "Train again with a share of the videos held out.",
        )
    before, notes = _before(library, request, after)
    entries = [found for one in held if (found := _judged(library, one)) is not None]
    if len(entries) < len(held):
        notes = (*notes, f"{len(held) - len(entries)} of the held-out videos are gone, or nobody judges them any more.")
    trained = after.training.get("videos") or ()
    new = {called(library, name) for name in request.names} or {
        name for one in (*held, *trained) for name in _own(library, one)
    }
    learned = sum(bool(new & (_names(library, one) if request.names else _own(library, one))) for one in trained)
    changed = helped(
        before,
        after,
        entries,
        sorted(new),
        learned,
        samples=request.samples,
        seed=request.seed,
        progress=progress,
        should_stop=should_stop,
    )
    return ReportResult(report=changed, notes=notes)


def _before(library: Library, request: ReportRequest, after: Checkpoint) -> tuple[Checkpoint | None, tuple[str, ...]]:
    """What a training is compared with, and why it is not what it went on from."""
    if request.before is not None:
        return library.checkpoints.find(request.before), ()
    parent = after.training.get("start_from")
    if parent is None:
        return None, ()
    try:
        return library.checkpoints.find(parent), ()
    except NotFoundError:
        return None, (f"'{parent}', which the training went on from, is not in the library.",)


def _judged(library: Library, entry_id: str) -> Entry | None:
    """An entry with everybody's labels; None where it is gone, or nobody judged it."""
    try:
        found = library.people.labelled_entries(entry_id=entry_id, include_open=True, pseudonyms=True)
    except NotFoundError:
        return None
    return found[0] if found else None


def _own(library: Library, entry_id: str) -> set[str]:
    """Who of those that label here judged an entry."""
    return {one.task.annotator.pseudonym for one in library.labels.of_entry(entry_id, include_open=True)}


def _names(library: Library, entry_id: str) -> set[str]:
    """Who judged an entry; nobody where it is gone."""
    entry = _judged(library, entry_id)
    return set() if entry is None else set(entry.people.annotators)
