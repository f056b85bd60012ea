"""What somebody may not see of single videos, as dependencies: a route gets its entry, job or task only after a check.

Whoever is judging a video gets neither other people's labels nor any score of it, by whatever address. A route about
an entry, a job, a task or a file declares so by taking it from here; one that lists many takes `Hidden` and leaves
those out. Who is shown something by such a route is noted, so that labels that they give later say so (`storage.seen`).
Who gets in at all is said by `webapp.gate`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Protocol, TypeVar

from fastapi import Depends, Query, Request
from starlette.concurrency import run_in_threadpool

from core.errors import NotFoundError, RefusedError
from storage.jobs import Job
from storage.library import Library
from storage.media import Media
from storage.mended import MendedCut
from storage.nameless import nameless
from storage.preferences import Pair
from storage.recorder import not_theirs
from storage.tasks import Task
from webapp.sessions import SignedIn, Visitor, visitor, who_asks

NOT_ASKED = RefusedError("You are not asked to judge this video.", "Your own are in your queue.")
WHOLE = ("export", "agreement")  # the jobs that lay open a whole dataset where they name no entry


class BlindError(RefusedError):
    """The person is judging the video; `task` is theirs."""

    def __init__(self, task: int) -> None:
        super().__init__(
            "You are judging this video: what others and models say of it is not shown to you.",
            "Submit your task, or skip it, and look again.",
        )
        self.task = task


@dataclass(frozen=True)
class Subject:
    """What a request or a job is about.

    Attributes:
        entries: ids of those that it names.
        whole: it lays open every entry of `dataset`, or of the library where that is None.
        dataset: see `whole`.
    """

    entries: Collection[str] = ()
    whole: bool = False
    dataset: str | None = None

    def is_about(self, entries: Collection[str]) -> bool:
        """Whether one of these entries is among what it is about."""
        if self.whole:
            return any(self.dataset in (None, entry.partition("/")[0]) for entry in entries)
        return any(entry in entries for entry in self.entries)


def about(entry: str | None) -> Subject:
    """Of a request that names one entry, or none."""
    return Subject() if entry is None else Subject((entry,))


class _OfEntry(Protocol):
    @property
    def entry(self) -> str | None: ...


class _OfJob(Protocol):
    id: int


class _OfCut(Protocol):
    @property
    def cut(self) -> int: ...


class _OfPair(Protocol):
    @property
    def pair(self) -> int: ...


class _OfTask(Protocol):
    task: int


B = TypeVar("B", bound=_OfEntry)
T = TypeVar("T", bound=_OfTask)


def subject_of(job: Job) -> Subject:
    """What the result of a job is about."""
    if job.entries is None and job.kind in WHOLE:
        return Subject(whole=True, dataset=job.dataset)
    return Subject(job.entries or ())


def refuse(subject: Subject, hidden: Mapping[str, int]) -> None:
    """Raises BlindError where the subject is about a video that the person is judging, in one of these tasks."""
    for entry, task in hidden.items():
        if subject.is_about((entry,)):
            raise BlindError(task)


# What takes no time is done where the request is: handing it to a thread takes longer. What asks the database for more
# than who is asking, which the gate has done by now, goes to a thread.


async def library_of(request: Request) -> Library:
    """The library that the application is about."""
    library: Library = request.app.state.library
    return library


TheLibrary = Annotated[Library, Depends(library_of)]


async def hidden_entries(request: Request, library: TheLibrary) -> Mapping[str, int]:
    """The entries that whoever asks is judging now, with their task; none of somebody without a name."""
    name = (await who_asks(request)).name
    return await run_in_threadpool(_judging, library, name) if name else {}


def _judging(library: Library, name: str) -> Mapping[str, int]:
    person = library.annotations.annotator(name)
    return library.annotations.judging(person) if person else {}


Hidden = Annotated[Mapping[str, int], Depends(hidden_entries)]


class Looks:
    """What one request lays open to whoever asks."""

    def __init__(self, library: Library, hidden: Mapping[str, int], name: str | None) -> None:
        self._library = library
        self._hidden = hidden
        self._name = name

    def allow(self, subject: Subject) -> None:
        """Raises BlindError where the person is judging what it is about; otherwise notes that they see it."""
        refuse(subject, self._hidden)
        if not self._name:
            return
        person = self._library.annotations.get_or_create_annotator(self._name)
        if subject.whole:
            self._library.seen.note(person, [subject.dataset or ""])
        elif subject.entries:
            self._library.seen.note(person, self._library.seen.of_others(person, subject.entries))

    async def allowed(self, subject: Subject) -> None:
        """As `allow`, from where the request is."""
        refuse(subject, self._hidden)
        if self._name:
            await run_in_threadpool(self.allow, subject)


async def looks_of(request: Request, library: TheLibrary, hidden: Hidden) -> Looks:
    """The looks of whoever asks."""
    # What is not only asked for answers with what was done, or with the number of a job whose result is asked for.
    name = (await who_asks(request)).name if request.method in ("GET", "HEAD") else None
    return Looks(library, hidden, name)


Looking = Annotated[Looks, Depends(looks_of)]


async def library_as_seen(request: Request, library: TheLibrary) -> Library:
    """The library as whoever asks may see it: leads know the names of those who label here, others pseudonyms."""
    return seen_by(await who_asks(request), library)


def seen_by(who: Visitor, library: Library) -> Library:
    """The library as somebody may see it, see `library_as_seen`."""
    return library if who.role == "lead" else nameless(library)


AsSeen = Annotated[Library, Depends(library_as_seen)]


# By the query of a request


def _visible_entry(parameter: str) -> Any:
    async def visible_entry(looks: Looking, entry: str = Query(alias=parameter)) -> str:
        await looks.allowed(about(entry))
        return entry

    return Depends(visible_entry)


def _visible_job(parameter: str) -> Any:
    def visible_job(library: TheLibrary, looks: Looking, job: int = Query(alias=parameter)) -> Job:
        found = library.jobs.get(job)
        looks.allow(subject_of(found))
        return found

    return Depends(visible_job)


def visible_task(id: int, library: TheLibrary, looks: Looking) -> Task:
    """A task of anybody, unless it is on a video that the person is judging."""
    task = library.annotations.task(id)
    looks.allow(about(task.entry))
    return task


def own_task(id: int, library: TheLibrary, name: SignedIn) -> Task:
    """A task of the person who asks."""
    return checked_own_task(id, library, name)


def shown_media(id: str, library: TheLibrary, request: Request) -> Media:
    """The files that show an entry; to annotators those of what they are, or could be, asked to judge or compare."""
    who = visitor(request)
    asked = library.assignments.reaches(who.name or "", id) or library.preferences.reaches(id)
    if who.role == "annotator" and who.name and not asked:
        raise NOT_ASKED
    return library.entries.media(id)


def mended_entry(request: Request, library: TheLibrary, looks: Looking, hidden: Hidden, entry: str) -> str:
    """An entry whose mended cuts are asked for; annotators get their own alone, which show nothing of others."""
    if visitor(request).role == "annotator":
        check_mends(request, library, hidden, entry)
    else:
        looks.allow(about(entry))
    return entry


def visible_mended(id: int, request: Request, library: TheLibrary, looks: Looking, hidden: Hidden) -> int:
    """A mended cut, unless it is of a video that the person is judging; to annotators their own."""
    mended_entry(request, library, looks, hidden, checked_mended(id, request, library).entry)
    return id


class PairsShown:
    """The pairs of cuts that whoever asks may compare now."""

    def __init__(self, looks: Looking, library: TheLibrary, hidden: Hidden) -> None:
        self._looks, self._library, self._hidden = looks, library, hidden

    def of(self, study: int) -> tuple[list[Pair], list[Pair]]:
        """Those of a study, and those that have to wait: of videos that the person is judging. Raises NotFoundError."""
        found = self._library.preferences.pairs(study)
        hidden = [one for one in found if about(one.entry).is_about(self._hidden)]
        return [one for one in found if one not in hidden], hidden

    def allow(self, pair: Pair) -> None:
        """Notes that the person sees two cuts that were made from what others or models say. Raises BlindError."""
        self._looks.allow(about(pair.entry))


ComparablePairs = Annotated[PairsShown, Depends()]
VisibleEntry = Annotated[str, _visible_entry("id")]  # ?id=
MendedEntry = Annotated[str, Depends(mended_entry)]  # ?entry=
VisibleMended = Annotated[int, Depends(visible_mended)]  # ?id=
VisibleEntryNamed = Annotated[str, _visible_entry("entry")]  # ?entry=
VisibleJob = Annotated[Job, _visible_job("id")]  # ?id=
VisibleJobNamed = Annotated[Job, _visible_job("job")]  # ?job=
VisibleTask = Annotated[Task, Depends(visible_task)]  # ?id=
OwnTask = Annotated[Task, Depends(own_task)]  # ?id=
ShownMedia = Annotated[Media, Depends(shown_media)]  # ?id=


# By the body of a request, which is a `model`


def visible(model: type[B], subject: Callable[[B], Subject] = lambda body: about(body.entry)) -> Any:
    """Dependency: the body, if what it is about is not hidden."""

    def visible_body(body: B, hidden: Hidden) -> B:
        refuse(subject(body), hidden)
        return body

    return _reading(model, visible_body)


def visible_query(model: type[B]) -> Any:
    """Dependency: the query of a request as a `model`, if the entry it names is not hidden."""

    def visible_asked(asked: B, looks: Looking) -> B:
        looks.allow(about(asked.entry))
        return asked

    visible_asked.__annotations__["asked"] = Annotated[model, Query()]
    return Depends(visible_asked)


def visible_job_in(model: type[_OfJob]) -> Any:
    """Dependency: the job that the body names."""

    def visible_job(body: _OfJob, library: TheLibrary, hidden: Hidden) -> Job:
        return checked_job(body.id, library, hidden)

    return _reading(model, visible_job)


def visible_task_in(model: type[_OfTask]) -> Any:
    """Dependency: the task of anybody that the body names."""

    def visible_task(body: _OfTask, library: TheLibrary, hidden: Hidden) -> Task:
        return checked_task(body.task, library, hidden)

    return _reading(model, visible_task)


def own_log_in(model: type[T]) -> Any:
    """Dependency: the body that brings events of a task. Whose it is is looked at where they are written, with `by`."""

    async def own_log(body: T, name: SignedIn) -> tuple[T, str]:
        return body, name

    return _reading(model, own_log)


def own_task_in(model: type[_OfTask]) -> Any:
    """Dependency: the task of the person who asks that the body names."""

    def own_task(body: _OfTask, library: TheLibrary, name: SignedIn) -> Task:
        return checked_own_task(body.task, library, name)

    return _reading(model, own_task)


def mending(model: type[B]) -> Any:
    """Dependency: the body, if whoever asks may mend cuts of the entry that it names."""

    def mending_body(body: B, request: Request, library: TheLibrary, hidden: Hidden) -> B:
        check_mends(request, library, hidden, body.entry or "")
        return body

    return _reading(model, mending_body)


def own_mended_in(model: type[_OfCut], removed: bool = False) -> Any:
    """Dependency: the body, if whoever asks may mend the cut that it names, also a `removed` one where wanted."""

    def own_mended(body: _OfCut, request: Request, library: TheLibrary, hidden: Hidden) -> _OfCut:
        cut = checked_mended(body.cut, request, library, removed)
        check_mends(request, library, hidden, cut.entry)
        return body

    return _reading(model, own_mended)


def comparable_in(model: type[_OfPair]) -> Any:
    """Dependency: the pair of cuts that the body names, if whoever asks may say which is better."""

    def comparable(body: _OfPair, request: Request, library: TheLibrary, hidden: Hidden) -> Pair:
        pair = library.preferences.pair(body.pair)
        refuse(about(pair.entry), hidden)
        if pair.study is None and visitor(request).role == "annotator":
            raise NotFoundError(f"There is no pair {pair.id} of cuts.")
        return pair

    return _reading(model, comparable)


def _reading(model: type, dependency: Callable[..., Any]) -> Any:
    dependency.__annotations__["body"] = model  # what FastAPI reads the body as
    return Depends(dependency)


# The checks themselves


def checked_job(number: int, library: Library, hidden: Mapping[str, int]) -> Job:
    """A job, unless its result is about a hidden entry. Raises NotFoundError, RefusedError."""
    job = library.jobs.get(number)
    refuse(subject_of(job), hidden)
    return job


def checked_task(number: int, library: Library, hidden: Mapping[str, int]) -> Task:
    """A task, unless it is on a hidden entry. Raises NotFoundError, RefusedError."""
    task = library.annotations.task(number)
    refuse(about(task.entry), hidden)
    return task


def check_mends(request: Request, library: Library, hidden: Mapping[str, int], entry: str) -> None:
    """Raises RefusedError where somebody is judging the entry, or may not see its video."""
    refuse(about(entry), hidden)
    who = visitor(request)
    if who.role == "annotator" and who.name and not library.assignments.reaches(who.name, entry):
        raise NOT_ASKED


def checked_mended(number: int, request: Request, library: Library, removed: bool = False) -> MendedCut:
    """A mended cut; to annotators their own. Raises NotFoundError."""
    who = visitor(request)
    seen = library if who.role == "annotator" else seen_by(who, library)
    cut = seen.mended.get(number, removed=removed)
    if who.role == "annotator" and (cut.author is None or cut.author.name != who.name):
        raise NotFoundError(f"There is no mended cut {number}.")
    return cut


def checked_own_task(number: int, library: Library, name: str) -> Task:
    """A task of the person of that name. Raises NotFoundError for those of others, too."""
    task = library.annotations.task(number)
    if task.annotator.name != name:
        raise not_theirs(number, name)
    return task
