"""`rename`, `note`, `remove`, `bring_back`, `empty_trash`, `tag` and `collect`: order in a library."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

from pydantic import Field

from core import limits
from core.errors import ConflictError, InputError
from core.progress import Progress, ShouldStop, never, silent
from verbs.contract import Request, Result
from verbs.things import Kind, Thing, thing_of

if TYPE_CHECKING:
    from storage.library import Library

TAG = "tag:"
WHAT = "An entry (DATASET/KEY), a data set, run:7, mended:4, a checkpoint, assignment:3 or collection:NAME."


class RenameRequest(Request):
    """What, and how it is called from now on."""

    what: str = Field(description=f"{WHAT[:-1]}, or tag:NAME.")
    name: str = Field(max_length=limits.TITLE_CHARS, description='New name; "" for the one that it came with.')
    merge: bool = Field(
        False, description="Tags, collections: where another is called so already, make one of both, for good."
    )


class NoteRequest(Request):
    """What, and what is written down about it."""

    what: str = Field(description="An entry (DATASET/KEY), a data set, run:7 or collection:NAME.")
    text: str = Field(max_length=limits.NOTE_CHARS, description='Instead of what was noted before; "" for nothing.')


class ThingsRequest(Request):
    """Which things."""

    what: tuple[str, ...] = Field(min_length=1, description=WHAT)


class EmptyTrashRequest(Request):
    """Since when something must have been removed."""

    days: int = Field(0, ge=0, le=36500, description="Only what was removed so many days ago or earlier.")


class TagRequest(Request):
    """Which entries, and which tags."""

    entry: tuple[str, ...] = Field(min_length=1, description="Ids of entries.")
    add: tuple[str, ...] = Field((), description="A tag that they get; may be repeated.")
    remove: tuple[str, ...] = Field((), description="A tag that is taken away; may be repeated.")


class CollectRequest(Request):
    """Which collection, and which entries."""

    collection: str = Field(description="Its name; one that is new is made.", max_length=limits.TITLE_CHARS)
    entry: tuple[str, ...] = Field((), description="Ids of entries that it gets.")
    remove: tuple[str, ...] = Field((), description="Ids of entries that are taken out; may be repeated.")


class Renamed(Result):
    """What was renamed, and its name now."""

    what: str
    name: str


class Noted(Result):
    """What something was noted about."""

    what: str
    note: str


class Changed(Result):
    """The things that were removed or came back; of data sets, with how many entries."""

    what: list[str]
    entries: int = 0


class Emptied(Result):
    """What was deleted for good, and what stays in the trash with the reason."""

    deleted: list[str]
    kept: dict[str, str]


class Tagged(Result):
    """Entries with all the tags that they have now; `changed` are those that had others before."""

    tags: dict[str, list[str]]
    changed: list[str]


class Collected(Result):
    """A collection and how many entries it has; `changed` are those that came or went."""

    collection: int
    name: str
    entries: int
    changed: list[str]


def rename(
    library: Library, request: RenameRequest, *, progress: Progress = silent, should_stop: ShouldStop = never
) -> Renamed:
    """Calls something otherwise; its id stays. A tag is renamed wherever it is.

    Raises:
        NotFoundError: there is no such thing.
        InputError: the name is not usable.
        ConflictError: another tag or collection is called so, and nobody asked to make one of both.
    """
    if request.what.startswith(TAG):
        from storage.tags import clean_tag

        library.tags.rename(request.what.removeprefix(TAG), request.name, request.merge)
        name = clean_tag(request.name)
        return Renamed(what=f"{TAG}{name}", name=name)
    thing = thing_of(library, request.what)
    match thing.kind:
        case "entry":
            library.entries.rename(thing.id, request.name)
            name = library.entries.summary(thing.id).title
        case "dataset":
            library.datasets.rename(thing.id, request.name)
            name = next(one.label for one in library.datasets.list() if one.id == thing.id)
        case "run":
            library.runs.rename(thing.number, request.name)
            name = library.runs.get(thing.number).label
        case "mended":
            library.mended.rename(thing.number, request.name)
            name = library.mended.get(thing.number).name
        case "checkpoint":
            library.checkpoints.rename(thing.id, request.name)
            name = library.checkpoints.known(thing.id).label
        case "assignment":
            library.assignments.rename(thing.number, request.name)
            name = library.assignments.get(thing.number).title
        case "collection":
            return _rename_collection(library, thing, request)
    return Renamed(what=str(thing), name=name)


def _rename_collection(library: Library, thing: Thing, request: RenameRequest) -> Renamed:
    wanted = " ".join(request.name.split()).casefold()
    others = [one for one in library.collections.list() if one.name.casefold() == wanted and one.id != thing.number]
    if not others:
        library.collections.rename(thing.number, request.name)
        name = next(one.name for one in library.collections.list() if one.id == thing.number)
        return Renamed(what=str(thing), name=name)
    other = others[0]
    if not request.merge:
        raise ConflictError(
            f"There is a collection '{other.name}' already, of {other.entries}"
            f" {'entry' if other.entries == 1 else 'entries'}.",
            "Merging puts the entries of both into that one: --merge",
        )
    library.collections.merge(thing.number, other.id)
    return Renamed(what=f"collection:{other.id}", name=other.name)


def note(
    library: Library, request: NoteRequest, *, progress: Progress = silent, should_stop: ShouldStop = never
) -> Noted:
    """Writes something down about a thing. Raises NotFoundError, InputError."""
    thing = thing_of(library, request.what)
    match thing.kind:
        case "entry":
            library.entries.set_note(thing.id, request.text)
        case "dataset":
            library.datasets.set_note(thing.id, request.text)
        case "run":
            library.runs.set_note(thing.number, request.text)
        case "collection":
            library.collections.set_note(thing.number, request.text)
        case _:
            raise InputError(
                f"Nothing can be noted about {_WORDS.get(thing.kind, f'a {thing.kind}')}.",
                "Rename it, or note it about its data set.",
            )
    return Noted(what=str(thing), note=request.text.strip())


def remove(
    library: Library, request: ThingsRequest, *, progress: Progress = silent, should_stop: ShouldStop = never
) -> Changed:
    """Takes things out of every list, all or none; nothing is deleted before the trash is emptied.

    An assignment is closed: nobody gets a video of it any more.

    Raises:
        NotFoundError: one of them does not exist.
    """
    things = [thing_of(library, one) for one in dict.fromkeys(request.what)]
    entries = sum(_REMOVE[thing.kind](library, thing) for thing in things)
    return Changed(what=[str(one) for one in things], entries=entries)


def bring_back(
    library: Library, request: ThingsRequest, *, progress: Progress = silent, should_stop: ShouldStop = never
) -> Changed:
    """Brings removed things back as they were. Raises NotFoundError, CheckpointError."""
    things = [thing_of(library, one, removed=True) for one in dict.fromkeys(request.what)]
    entries = sum(_RESTORE[thing.kind](library, thing) for thing in things)
    return Changed(what=[str(one) for one in things], entries=entries)


def empty_trash(
    library: Library, request: EmptyTrashRequest, *, progress: Progress = silent, should_stop: ShouldStop = never
) -> Emptied:
    """Deletes for good what was removed, with its files; what people labelled or corrected stays."""
    from storage.tables import now

    gone = library.trash.empty(now() - timedelta(days=request.days))
    kept = {f"{one.kind}:{one.id}": one.kept for one in library.trash.list() if one.kept}
    return Emptied(deleted=[f"{one.kind}:{one.id}" for one in gone], kept=kept)


def tag(
    library: Library, request: TagRequest, *, progress: Progress = silent, should_stop: ShouldStop = never
) -> Tagged:
    """Gives entries tags and takes others away, of all of them or of none. Raises NotFoundError, InputError."""
    changed = library.tags.change(request.entry, request.add, request.remove)
    return Tagged(tags={one: list(library.tags.of_entry(one)) for one in request.entry}, changed=changed)


def collect(
    library: Library, request: CollectRequest, *, progress: Progress = silent, should_stop: ShouldStop = never
) -> Collected:
    """Puts entries into a collection, which is made where there is none of that name, and takes others out.

    Raises:
        NotFoundError: there is no such entry.
        InputError: the name is not usable.
        ConflictError: two collections have that name.
    """
    named = [one for one in library.collections.list() if one.name.casefold() == request.collection.strip().casefold()]
    if len(named) > 1:
        raise ConflictError(f"Two collections are called '{request.collection}'.", "Rename one of them.")
    for one in request.entry:
        library.entries.summary(one)  # before anything is made
    number = named[0].id if named else library.collections.create(request.collection)
    changed = library.collections.change(number, request.entry, request.remove)
    found = next(one for one in library.collections.list() if one.id == number)
    return Collected(collection=number, name=found.name, entries=found.entries, changed=changed)


def _nothing(act: Callable[[Library, Thing], object]) -> Callable[[Library, Thing], int]:
    """The same, which is about no entries of a data set."""

    def done(library: Library, thing: Thing) -> int:
        act(library, thing)
        return 0

    return done


_WORDS: Mapping[Kind, str] = {"assignment": "an assignment", "mended": "a mended cut"}
Act = Mapping[Kind, Callable[["Library", Thing], int]]
_REMOVE: Act = {
    "entry": _nothing(lambda library, thing: library.entries.remove(thing.id)),
    "dataset": lambda library, thing: library.datasets.remove(thing.id),
    "run": _nothing(lambda library, thing: library.runs.remove(thing.number)),
    "checkpoint": _nothing(lambda library, thing: library.checkpoints.remove(thing.id)),
    "assignment": _nothing(lambda library, thing: library.assignments.close(thing.number)),
    "collection": _nothing(lambda library, thing: library.collections.remove(thing.number)),
    "mended": _nothing(lambda library, thing: library.mended.remove(thing.number)),
}
_RESTORE: Act = {
    "entry": _nothing(lambda library, thing: library.entries.restore(thing.id)),
    "dataset": lambda library, thing: library.datasets.restore(thing.id),
    "run": _nothing(lambda library, thing: library.runs.restore(thing.number)),
    "checkpoint": _nothing(lambda library, thing: library.checkpoints.restore(thing.id)),
    "assignment": _nothing(lambda library, thing: library.assignments.reopen(thing.number)),
    "collection": _nothing(lambda library, thing: library.collections.restore(thing.number)),
    "mended": _nothing(lambda library, thing: library.mended.restore(thing.number)),
}
