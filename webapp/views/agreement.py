"""How far labels can be relied on, as it was computed last for a choice of people and videos."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

from pydantic import BaseModel

from core.errors import RefusedError
from core.statistics.figure import Figure
from core.statistics.results import PersonStanding, Statistics
from storage.library import Library
from webapp.views.answer import Answer, Problem
from webapp.views.videos import JUDGING, milliseconds


class AgreementChoices(BaseModel):
    """Whose agreement: people of which kind, and only in these."""

    people: Literal["own", "dataset", "all"] = "own"
    dataset: str | None = None
    assignment: int | None = None
    entry: str | None = None


class EntryAgreement(Answer):
    """The agreement on one entry; None with the reason why it is not shown."""

    entry: str
    title: str
    people: int
    statistics: Statistics | None
    why: str = ""


class AgreementFigures(Answer):
    """Over all entries and of each; see `core.statistics.results.Reliability`."""

    overall: Statistics
    per_entry: list[EntryAgreement]
    budget: float
    resamples: int


class MatrixFacts(Answer):
    """How every two people agree; see `core.statistics.results.PeopleMatrix`."""

    names: list[str]
    tau: list[list[Figure]]
    shared: list[list[int]]
    order: list[int]


class Remarked(Answer):
    """A task with something to look at in how it was worked on."""

    task: int
    name: str
    entry: str
    remarks: list[str]


class PeopleAgreement(Answer):
    """What was computed.

    Attributes:
        figures: with confidence limits.
        matrix: of people, None where none can be compared across the videos.
        standings: the most unusual first.
        numbered: how many people have a number within one video only.
        simulated: how many entries have made-up people.
        remarks: on tasks.
    """

    figures: AgreementFigures
    matrix: MatrixFacts | None
    standings: list[PersonStanding]
    numbered: int
    simulated: int
    remarks: list[Remarked]


class Running(Answer):
    """A job that computes it: how far it is, in [0, 1], and at what."""

    job: int
    progress: float
    message: str


class AgreementFacts(Answer):
    """The newest agreement, when it was computed (ms), and whether another is on its way or has failed."""

    running: Running | None
    failed: Problem | None
    computed: int | None
    result: PeopleAgreement | None


def agreement(library: Library, hidden: Collection[str], asked: AgreementChoices) -> AgreementFacts:
    """The newest agreement that was computed for a choice of people and videos, without what is hidden."""
    told = asked.model_dump()
    job = next((job for job in library.jobs.list(kind="reliability", limit=1000) if job.args == told), None)
    newest = library.agreements.newest(**told)
    return AgreementFacts(
        running=Running(job=job.id, progress=job.progress, message=job.message)
        if job and job.state in ("queued", "running")
        else None,
        failed=Problem(**job.error) if job and job.state == "failed" and job.error else None,
        computed=milliseconds(newest.computed) if newest else None,
        result=_shown(PeopleAgreement.model_validate(newest.result), hidden) if newest else None,
    )


def _shown(found: PeopleAgreement, hidden: Collection[str]) -> PeopleAgreement:
    rows = found.figures.per_entry
    if len(rows) == 1 and rows[0].entry in hidden:
        raise RefusedError(f"The agreement is not shown: {JUDGING}.", "Submit your own task, or skip it, first.")
    rows = [row.model_copy(update={"statistics": None, "why": JUDGING}) if row.entry in hidden else row for row in rows]
    return found.model_copy(
        update={
            "figures": found.figures.model_copy(update={"per_entry": rows}),
            "remarks": [one for one in found.remarks if one.entry not in hidden],
        }
    )
