"""What somebody may not see of single videos, as dependencies: a route gets its entry, job or task only after a check.

Whoever is judging a video gets neither other people's labels nor any score of it, by whatever address. A route about
an entry, a job, a task or a file declares so by taking it from here; one that lists many takes `Hidden` and leaves
those out. Who gets in at all is said by `webapp.gate`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Annotated, Any, Protocol, TypeVar

from fastapi import Depends, Query, Request

from core.errors import NotFoundError, RefusedError
from storage.jobs import Job
from storage.library import Library
from storage.media import Media
from storage.tasks import Task
from webapp.sessions import SignedIn, current_annotator

BLIND = RefusedError(
    "You are judging this video: what others and models say of it is not shown to you.",
    "Submit your task, or skip it, and look again.",
)
WHOLE = ("export", "agreement")  # the jobs that lay open a whole dataset where they name no entry


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


class _OfTask(Protocol):
    task: int


B = TypeVar("B", bound=_OfEntry)


def subject_of(job: Job) -> Subject:
    """What the result of a job is about."""
    if job.entries is None and job.kind in WHOLE:
        return Subject(whole=True, dataset=job.dataset)
    return Subject(job.entries or ())


def refuse(subject: Subject, hidden: Collection[str]) -> None:
    """Raises RefusedError where the subject is about a video that the person is judging."""
    if subject.is_about(hidden):
        raise BLIND


def library_of(request: Request) -> Library:
    """The library that the application is about."""
    library: Library = request.app.state.library
    return library


TheLibrary = Annotated[Library, Depends(library_of)]


def hidden_entries(request: Request, library: TheLibrary) -> frozenset[str]:
    """The entries that whoever asks is judging now; none of somebody without a name."""
    name = current_annotator(request)
    person = library.annotations.annotator(name) if name else None
    return frozenset(library.annotations.judging(person)) if person else frozenset()


Hidden = Annotated[frozenset[str], Depends(hidden_entries)]


# By the query of a request


def _visible_entry(parameter: str) -> Any:
    def visible_entry(hidden: Hidden, entry: str = Query(alias=parameter)) -> str:
        refuse(about(entry), hidden)
        return entry

    return Depends(visible_entry)


def _visible_job(parameter: str) -> Any:
    def visible_job(library: TheLibrary, hidden: Hidden, job: int = Query(alias=parameter)) -> Job:
        return checked_job(job, library, hidden)

    return Depends(visible_job)


def visible_task(id: int, library: TheLibrary, hidden: Hidden) -> Task:
    """A task of anybody, unless it is on a video that the person is judging."""
    return checked_task(id, library, hidden)


def own_task(id: int, library: TheLibrary, name: SignedIn) -> Task:
    """A task of the person who asks."""
    return checked_own_task(id, library, name)


def shown_media(id: str, library: TheLibrary) -> Media:
    """The files that show an entry: its pictures and its sound are hidden from nobody."""
    return library.entries.media(id)


VisibleEntry = Annotated[str, _visible_entry("id")]  # ?id=
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

    def visible_asked(asked: B, hidden: Hidden) -> B:
        refuse(about(asked.entry), hidden)
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


def own_task_in(model: type[_OfTask]) -> Any:
    """Dependency: the task of the person who asks that the body names."""

    def own_task(body: _OfTask, library: TheLibrary, name: SignedIn) -> Task:
        return checked_own_task(body.task, library, name)

    return _reading(model, own_task)


def _reading(model: type, dependency: Callable[..., Any]) -> Any:
    dependency.__annotations__["body"] = model  # what FastAPI reads the body as
    return Depends(dependency)


# The checks themselves


def checked_job(number: int, library: Library, hidden: Collection[str]) -> Job:
    """A job, unless its result is about a hidden entry. Raises NotFoundError, RefusedError."""
    job = library.jobs.get(number)
    refuse(subject_of(job), hidden)
    return job


def checked_task(number: int, library: Library, hidden: Collection[str]) -> Task:
    """A task, unless it is on a hidden entry. Raises NotFoundError, RefusedError."""
    task = library.annotations.task(number)
    refuse(about(task.entry), hidden)
    return task


def checked_own_task(number: int, library: Library, name: str) -> Task:
    """A task of the person of that name. Raises NotFoundError for those of others, too."""
    task = library.annotations.task(number)
    if task.annotator.name != name:
        raise NotFoundError(f"There is no task {number} for {name}.", "Open it under the name it was begun with.")
    return task
