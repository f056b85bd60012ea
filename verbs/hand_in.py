"""`hand_in`: a mended cut becomes what its author says of the video, as keyshots in the log of events."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from core import limits
from core.errors import ConflictError, InputError
from core.labelling.events import Event, Segment
from core.labelling.events import Kind as EventKind
from core.progress import Progress, ShouldStop, never, silent
from verbs.contract import Request, Result
from verbs.mended_source import solved

if TYPE_CHECKING:
    from core.labelling.events import TaskState
    from storage.library import Library
    from storage.mended import MendedCut
    from storage.tasks import Annotator, Task


class HandInRequest(Request):
    """Which mended cut, and who hands it in."""

    cut: int = Field(ge=1, description="Number of a mended cut.")
    by: str | None = Field(
        None, max_length=limits.PERSON_NAME_CHARS, description="Who says so (default: who mended it)."
    )


class HandedIn(Result):
    """What was handed in.

    Attributes:
        cut: number of the mended cut.
        entry: id of its entry.
        task: with the labels, submitted.
        by: whose they are.
        marked: how many segments are in the cut.
        left_out: how many were told to be worth nothing; what is neither is not judged.
    """

    cut: int
    entry: str
    task: int
    by: str
    marked: int
    left_out: int


def hand_in(
    library: Library, request: HandInRequest, *, progress: Progress = silent, should_stop: ShouldStop = never
) -> HandedIn:
    """Hands a mended cut in; once more, after it was mended further, instead of what was handed in before.

    What is in the cut is worth 1, what was forbidden 0, and everything else is not judged.

    Raises:
        NotFoundError: there is no such cut.
        InputError: it is nobody's and nobody is named, or there is no cut at the moment.
        ConflictError: it is somebody else's, or the person judged the entry by keyshots already.
    """
    from core.data.segments import checked_segments
    from storage.tables import now

    row = library.mended.get(request.cut)
    entry, state = library.entries.get(row.entry), library.mended.state(row.id)
    cut = solved(entry, row, state)
    inside: list[Segment] = [(start, end) for start, end in checked_segments(cut, entry.n_frames).tolist()]
    outside = list(state.forbidden)
    who = _author(library, row, request.by)
    if not row.base.source.startswith("signal:"):  # the cut was made from what others or models say
        library.seen.note(who, library.seen.of_others(who, [row.entry]))
    task = library.annotations.open_task(who, row.entry, library.annotations.protocols.standard("keyshots"))
    before = library.annotations.state(task.id)
    _check_free(task, before)
    if not (before.submitted and _says(before) == (sorted(inside), sorted(outside))):
        # Whoever sends the same twice sends the same events, of which each is stored once.
        client = f"mended-{row.id}-{row.steps}-{library.annotations.count_events(task.id)}"
        at = int(now().timestamp() * 1000)
        marks = [(span, 1) for span in inside] + [(span, 0) for span in outside]
        done: list[tuple[EventKind, int | None, dict[str, int] | None]] = []
        if before.submitted or before.skipped is not None:
            done.append(("reopen", None, None))
        known = (*before.marks, *before.left_out)
        done += [("unmark", number, None) for number in known if number >= len(marks)]
        for number, ((start, end), worth) in enumerate(marks):
            done.append(("mark", number, {"start": start, "end": end, "worth": worth}))
        done.append(("submit", None, None))
        log = [Event(client, seq, kind, shot, at=at, data=data) for seq, (kind, shot, data) in enumerate(done, 1)]
        library.annotations.record_events(task.id, log)
    return HandedIn(cut=row.id, entry=row.entry, task=task.id, by=who.name, marked=len(inside), left_out=len(outside))


def _author(library: Library, row: MendedCut, by: str | None) -> Annotator:
    if row.author is not None:
        if by is not None and by != row.author.name:
            raise ConflictError(f"Mended cut {row.id} is of {row.author.name}.", "Whoever mended it hands it in.")
        return row.author
    if by is None:
        raise InputError(f"Nobody is named who mended cut {row.id}.", "Say whose it is: --by NAME.")
    return library.annotations.get_or_create_annotator(by)


def _check_free(task: Task, state: TaskState) -> None:
    """Raises ConflictError where the person judged by hand: that is never replaced."""
    judged = state.marks or state.left_out
    if task.practice or (judged and not state.partial):
        raise ConflictError(
            f"{task.annotator.name} has marked parts of '{task.entry}' already (task {task.id}).",
            "Go on with that on the Annotate page.",
        )
    if state.excluded is not None:
        raise ConflictError(f"Task {task.id} was taken out of all results: {state.excluded}", "Ask whoever leads.")


def _says(state: TaskState) -> tuple[list[Segment], list[Segment]]:
    return sorted(state.marks.values()), sorted(state.left_out.values())
