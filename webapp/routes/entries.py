"""The REST that the pages talk to. Thin: each route is one call and its JSON.

Routes are plain functions, so that FastAPI runs them in threads and none blocks another.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel
from starlette.responses import FileResponse, Response

from core.errors import RefusedError
from storage.jobs import Job, Priority
from storage.library import Library
from storage.people_key import key_table
from verbs.doctor import DoctorRequest
from verbs.export import ExportChoices, ExportRequest
from verbs.ingest import AskedIngest, IngestChoices, IngestRequest
from verbs.personal import PersonalRequest
from verbs.sample import SampleRequest
from webapp.downloads import file_of
from webapp.import_folder import named_files
from webapp.jobs import enqueue
from webapp.quotas import quota_of
from webapp.sending import sent_whole
from webapp.views import curves, lists, numbers
from webapp.views import entry as entry_view
from webapp.views import jobs as jobs_view
from webapp.views import persons as persons_view
from webapp.views import training as training_view
from webapp.views.answer import JobNumber
from webapp.views.curves import Curves
from webapp.views.entry import EntryFacts, News
from webapp.views.jobs import JobFacts, JobsList
from webapp.views.kept import KeptAnswers
from webapp.views.lists import CheckpointsList, EntriesList
from webapp.views.numbers import Numbers
from webapp.views.persons import PersonsList
from webapp.views.training import AskedTraining
from webapp.visibility import (
    AsSeen,
    Hidden,
    Subject,
    VisibleEntry,
    VisibleJob,
    VisibleJobNamed,
    visible,
    visible_job_in,
)

# How the file of an export ends, and what it is.
ENDINGS = {
    "eccv16": ".h5",
    "tvsum": ".tsv",
    "summe": ".zip",
    "csv": ".csv",
    "events": ".jsonl",
    "label-studio": ".json",
    "activitynet": ".json",
    "fiftyone": ".json",
    "elan": ".zip",
    "csv-seconds": ".csv",
}
TYPES = {
    ".h5": "application/x-hdf5",
    ".tsv": "text/tab-separated-values",
    ".zip": "application/zip",
    ".csv": "text/csv",
    ".jsonl": "application/jsonl",
    ".json": "application/json",
    ".mp4": "video/mp4",
}


class JobRequest(BaseModel):
    id: int


class CancelRequest(JobRequest):
    keep: bool = False  # the best of what it has by now


class PriorityRequest(JobRequest):
    priority: Priority


def exported(body: ExportChoices) -> Subject:
    """The whole of a dataset, or of the library, where no entry is named."""
    named = {*body.entries, *([body.entry] if body.entry else [])}
    return Subject(named) if named else Subject(whole=True, dataset=body.dataset)


def router(library: Library, exports: Path) -> APIRouter:
    """All /api routes over one library."""
    routes = APIRouter(prefix="/api")
    kept = KeptAnswers(library)

    @routes.get("/entries")
    def entries(
        search: str = "",
        dataset: str | None = None,
        limit: Annotated[int | None, Query(ge=1, lt=2**31)] = None,
        offset: Annotated[int, Query(ge=0, lt=2**31)] = 0,
    ) -> EntriesList:
        return lists.entries(library, dataset, search or None, limit, offset)

    @routes.get("/entry", response_model=EntryFacts)
    def entry(id: VisibleEntry, seen: AsSeen, request: Request) -> Response:
        return kept.answer(request, seen, id, entry_view.describe)

    @routes.get("/series")
    def series(id: VisibleEntry, seen: AsSeen, request: Request) -> Response:
        return kept.answer(request, seen, id, entry_view.series)

    @routes.get("/news")
    def news(id: VisibleEntry, seen: AsSeen) -> News:
        return entry_view.news(seen, id)

    @routes.get("/numbers", response_model=Numbers)
    def entry_numbers(id: VisibleEntry, seen: AsSeen, request: Request) -> Response:
        return kept.answer(request, seen, id, numbers.of_entry)

    @routes.get("/checkpoints")
    def checkpoints() -> CheckpointsList:
        return lists.checkpoints(library)

    @routes.post("/sample", status_code=202)
    def sample(body: Annotated[SampleRequest, visible(SampleRequest)]) -> JobNumber:
        library.entries.summary(body.entry)  # says plainly that there is no such entry, now and not in the worker
        return JobNumber(job=enqueue(library, body))

    @routes.get("/persons")
    def persons(id: VisibleEntry, hidden: Hidden) -> PersonsList:
        return persons_view.persons(library, id, hidden)

    @routes.get("/people/key.csv")
    def key() -> Response:
        """Whose pseudonym is whose, of everybody who labels here; nothing keeps a copy on the way."""
        said = {"Content-Disposition": 'attachment; filename="manycut-key.csv"', "Cache-Control": "no-store"}
        return Response(key_table(library.engine), media_type="text/csv", headers=said)

    @routes.post("/personal", status_code=202)
    def personal(body: Annotated[PersonalRequest, visible(PersonalRequest)], hidden: Hidden) -> JobNumber:
        """Labels of entries that whoever asks is judging are not used."""
        library.entries.summary(body.entry)
        without = tuple(sorted({*body.without, *hidden}))
        return JobNumber(job=enqueue(library, body.model_copy(update={"without": without})))

    @routes.post("/train", status_code=202)
    def train(body: Annotated[AskedTraining, visible(AskedTraining)]) -> JobNumber:
        return JobNumber(job=enqueue(library, training_view.request_of(library, body)))

    @routes.post("/export", status_code=202)
    def export(body: Annotated[ExportChoices, visible(ExportChoices, exported)]) -> JobNumber:
        # One folder for each request: asking for another file never takes away what somebody is downloading.
        mark = hashlib.sha256(body.model_dump_json().encode()).hexdigest()[:16]
        name = f"{body.dataset or body.entry or 'manycut'}-{'events' if body.format == 'events' else 'labels'}"
        out = exports / mark / (name.replace("/", "-") + ENDINGS[body.format])
        return JobNumber(job=enqueue(library, ExportRequest(**dict(body), out=out)))

    @routes.post("/ingest", status_code=202)
    def ingest(body: AskedIngest) -> JobNumber:
        """Takes in what was sent, or what lies in the server's import folder, by its names in there."""
        if body.path and quota_of(library).public:
            raise RefusedError("A public demo reads no files of its server.", "Upload a video instead.")
        named = [*named_files(library.data_dir, body.path), *(one.path for one in sent_whole(library, body.sent))]
        choices = {name: getattr(body, name) for name in IngestChoices.model_fields} | {"path": tuple(named)}
        return JobNumber(job=enqueue(library, IngestRequest(**choices, remove=bool(body.sent))))

    @routes.post("/doctor", status_code=202)
    def doctor(body: Annotated[DoctorRequest, visible(DoctorRequest)]) -> JobNumber:
        originals = named_files(library.data_dir, body.originals)
        return JobNumber(job=enqueue(library, body.model_copy(update={"originals": originals})))

    @routes.get("/jobs")
    def jobs(hidden: Hidden) -> JobsList:
        return jobs_view.listed(library, hidden)

    @routes.get("/job")
    def job(job: VisibleJob, hidden: Hidden) -> JobFacts:
        return jobs_view.described(library, [job], hidden)[0]

    @routes.get("/job/curves")
    def job_curves(job: VisibleJob) -> Curves:
        return curves.of_job(library, job)

    @routes.get("/checkpoint/curves")
    def checkpoint_curves(id: str) -> Curves:
        return curves.of_checkpoint(library, id)

    @routes.post("/job/cancel")
    def cancel(body: CancelRequest, job: Annotated[Job, visible_job_in(CancelRequest)], hidden: Hidden) -> JobFacts:
        return jobs_view.described(library, [library.jobs.request_cancel(job.id, keep=body.keep)], hidden)[0]

    @routes.post("/job/priority")
    def priority(
        body: PriorityRequest, job: Annotated[Job, visible_job_in(PriorityRequest)], hidden: Hidden
    ) -> JobFacts:
        return jobs_view.described(library, [library.jobs.prefer(job.id, body.priority)], hidden)[0]

    @routes.get("/download")
    def download(done: VisibleJobNamed, manifest: bool = False) -> Response:
        path = file_of(done, manifest)
        kind = TYPES.get(path.suffix, "application/octet-stream")
        return FileResponse(path, filename=(done.result or {}).get("name", path.name), media_type=kind)

    return routes
