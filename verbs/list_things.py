"""`list_things` and `show`: what is in a library, as lines, and one thing in full."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from core import limits
from core.data.order import Sort
from core.progress import Progress, ShouldStop, never, silent
from verbs.contract import Request, Result
from verbs.things import thing_of
from verbs.tidy import WHAT

if TYPE_CHECKING:
    from storage.library import Library

Kind = Literal[
    "entries", "datasets", "runs", "mended", "checkpoints", "people", "jobs", "assignments", "studies", "collections",
    "tags", "trash",
]  # fmt: skip
Line = Mapping[str, Any]


class ListRequest(Request):
    """Which things are listed, and which of them."""

    kind: Kind = Field("entries", description="What is listed.")
    search: str = Field("", max_length=limits.SEARCH_CHARS, description="Only what has all these words.")
    dataset: str | None = Field(None, description="Entries, runs, mended cuts: only of this data set.")
    entry: str | None = Field(None, description="Runs, mended cuts: only of this entry.")
    category: str | None = Field(None, description="Entries: only of this category.")
    tag: str | None = Field(None, description="Entries: only with this tag.")
    collection: str | None = Field(None, description="Entries: only of the collection of this name.")
    video: Literal["yes", "no"] | None = Field(None, description="Entries: only with or without a video.")
    people: Literal["yes", "no"] | None = Field(None, description="Entries: only with or without anybody's labels.")
    disputed: Literal["most", "least"] | None = Field(
        None, description="Entries: only the quarter about which people differ most or least."
    )
    sort: Sort = Field("library", description='Entries: the order; "-" before it puts the largest first.')
    state: str | None = Field(None, description="Jobs: only queued, running, done, failed or cancelled ones.")
    limit: int = Field(100, ge=1, le=1_000_000, description="So many at most.")
    offset: int = Field(0, ge=0, lt=2**31, description="Leave out so many at the beginning.")


class ListResult(Result):
    """Lines about things.

    Attributes:
        kind: what they are.
        total: how many there are; `lines` may be a part of them.
        lines: for each the same fields, which depend on what is listed; times are ISO 8601 (UTC), durations seconds.
    """

    kind: Kind
    total: int
    lines: list[dict[str, Any]]


class ShowRequest(Request):
    """What is shown."""

    what: str = Field(description=WHAT)


class ShowResult(Result):
    """One thing in full: its kind, its id, and facts that depend on what it is."""

    kind: str
    id: str
    facts: dict[str, Any]


def list_things(
    library: Library, request: ListRequest, *, progress: Progress = silent, should_stop: ShouldStop = never
) -> ListResult:
    """What there is of a kind, filtered as on the page. Raises NotFoundError, InputError."""
    if request.kind == "entries":
        total, lines = _entries(library, request)
    else:
        found = [line for line in _LISTS[request.kind](library, request) if _has(line, request.search)]
        total, lines = len(found), found[request.offset : request.offset + request.limit]
    return ListResult(kind=request.kind, total=total, lines=[_plain(line) for line in lines])


def show(
    library: Library, request: ShowRequest, *, progress: Progress = silent, should_stop: ShouldStop = never
) -> ShowResult:
    """One thing in full. Raises NotFoundError, FormatError."""
    thing = thing_of(library, request.what)
    match thing.kind:
        case "entry":
            facts = _entry(library, thing.id)
        case "run":
            run = library.runs.get(thing.number)
            facts = {**_run(run), "settings": dict(run.track.settings), "note": library.runs.note(run.id)}
        case "mended":
            facts = _mended_facts(library, thing.number)
        case _:
            listed = _LISTS[_PLURALS[thing.kind]](library, ListRequest(kind=_PLURALS[thing.kind]))
            facts = dict(next(line for line in listed if str(line["id"]) == thing.id))
    return ShowResult(kind=thing.kind, id=thing.id, facts=_plain(facts))


_PLURALS: Mapping[str, Kind] = {
    "dataset": "datasets", "checkpoint": "checkpoints", "assignment": "assignments", "collection": "collections",
    "mended": "mended",
}  # fmt: skip


def _entries(library: Library, request: ListRequest) -> tuple[int, list[Line]]:
    from storage.search import Wanted

    collection = None
    if request.collection is not None:
        collection = thing_of(library, f"collection:{request.collection}").number
    choice = {"yes": True, "no": False, None: None}
    wanted = Wanted(
        search=request.search,
        dataset=request.dataset,
        category=request.category,
        tag=request.tag,
        collection=collection,
        video=choice[request.video],
        people=choice[request.people],
        disputed=request.disputed,
        sort=request.sort,
    )
    found = library.search.find(wanted, offset=request.offset, limit=request.limit)
    names = ("id", "title", "dataset", "category", "duration", "people", "simulated", "disagreement", "has_video")
    return found.total, [{name: getattr(one, name) for name in names} for one in found.entries]


def _entry(library: Library, entry_id: str) -> Line:
    entry, summary = library.entries.get(entry_id), library.entries.summary(entry_id)
    dataset = next(one for one in library.datasets.list() if one.id == summary.dataset)
    return {
        "title": summary.title,
        "dataset": summary.dataset,
        "source": dataset.source,
        "licence": dataset.licence,
        "category": summary.category,
        "tags": list(library.tags.of_entry(entry_id)),
        "collections": list(library.collections.of_entry(entry_id)),
        "note": library.entries.note(entry_id),
        "duration": summary.duration,
        "frames": summary.n_frames,
        "fps": summary.fps,
        "fps_assumed": summary.rate_assumed,
        "picks": summary.picks,
        "features": list(entry.features),
        "shots": {name: len(shots) for name, shots in entry.shots.items()},
        "people": summary.annotators,
        "simulated": summary.simulated,
        "captions": summary.has_captions,
        "video": summary.has_video,
        "runs": [
            {"id": run.id, "label": run.label, "track": f"{run.track.kind} {run.track.checkpoint}"}
            for run in library.runs.of_entry(entry_id)
        ],
        "notes": list(entry.notes),
        "created": summary.created,
    }


def _mended_facts(library: Library, number: int) -> Line:
    from verbs.mend import MendedRequest, mended_cut

    return mended_cut(library, MendedRequest(cut=number)).as_json()


def _datasets(library: Library, request: ListRequest) -> Sequence[Line]:
    names = ("id", "label", "entries", "source", "licence", "note", "created")
    return [{name: getattr(one, name) for name in names} for one in library.datasets.list()]


def _runs(library: Library, request: ListRequest) -> Sequence[Line]:
    asked = None if request.entry is None else [thing_of(library, f"entry:{request.entry}").id]
    ids = library.runs.entries(request.dataset) if asked is None else asked
    return [_run(run) for entry in ids for run in library.runs.of_entry(entry)]


def _run(run: Any) -> Line:
    track = run.track
    return {
        "id": run.id, "entry": run.entry, "label": run.label, "model": track.model, "checkpoint": track.checkpoint,
        "space": track.feature_space, "samples": len(track.scores), "seed": track.seed, "created": run.created,
    }  # fmt: skip


def _mended(library: Library, request: ListRequest) -> Sequence[Line]:
    asked = None if request.entry is None else [thing_of(library, f"entry:{request.entry}").id]
    ids = library.mended.entries(request.dataset) if asked is None else asked
    return [
        {
            "id": cut.id, "entry": cut.entry, "name": cut.name, "source": cut.base.source,
            "by": None if cut.author is None else cut.author.name, "shots": cut.base.shots, "steps": cut.steps,
            "changed": cut.changed,
        }
        for entry in ids
        for cut in library.mended.of_entry(entry)
    ]  # fmt: skip


def _checkpoints(library: Library, request: ListRequest) -> Sequence[Line]:
    return [
        {
            "id": one.checkpoint.id, "label": one.checkpoint.label, "kind": one.checkpoint.kind,
            "space": one.checkpoint.feature_space, "default": one.promoted,
        }
        for one in library.checkpoints.registered()
    ]  # fmt: skip


def _people(library: Library, request: ListRequest) -> Sequence[Line]:
    names = ("name", "pseudonym", "role", "invited", "barred")
    return [{name: getattr(one, name) for name in names} for one in library.accounts.list()]


def _jobs(library: Library, request: ListRequest) -> Sequence[Line]:
    names = ("id", "kind", "state", "progress", "message", "lane", "priority", "created", "updated")
    found = library.jobs.list(limit=1_000_000)
    return [{name: getattr(one, name) for name in names} for one in found if request.state in (None, one.state)]


def _assignments(library: Library, request: ListRequest) -> Sequence[Line]:
    return [
        {
            "id": one.id, "title": one.title, "protocol": str(one.protocol), "people": one.people,
            "videos": one.entries, "closed": one.closed,
        }
        for one in library.assignments.list(include_closed=True)
    ]  # fmt: skip


def _studies(library: Library, request: ListRequest) -> Sequence[Line]:
    names = ("id", "title", "blind", "pairs", "votes", "made", "closed")
    return [{name: getattr(one, name) for name in names} for one in library.preferences.studies()]


def _collections(library: Library, request: ListRequest) -> Sequence[Line]:
    names = ("id", "name", "entries", "note", "created")
    return [{name: getattr(one, name) for name in names} for one in library.collections.list()]


def _tags(library: Library, request: ListRequest) -> Sequence[Line]:
    return [{"tag": one.id, "entries": one.entries} for one in library.tags.list()]


def _trash(library: Library, request: ListRequest) -> Sequence[Line]:
    names = ("kind", "id", "label", "removed", "kept")
    return [{name: getattr(one, name) for name in names} for one in library.trash.list()]


_LISTS: Mapping[Kind, Callable[[Library, ListRequest], Sequence[Line]]] = {
    "datasets": _datasets,
    "runs": _runs,
    "mended": _mended,
    "checkpoints": _checkpoints,
    "people": _people,
    "jobs": _jobs,
    "assignments": _assignments,
    "studies": _studies,
    "collections": _collections,
    "tags": _tags,
    "trash": _trash,
}


def _has(line: Line, search: str) -> bool:
    """Whether all words occur in a line, whatever the case or accents."""
    from storage.search import folded

    text = folded(" ".join(str(value) for value in line.values()))
    return all(word in text for word in folded(search).split())


def _plain(line: Line) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in line.items()}
