"""The REST that the pages talk to. Thin: each route is one call and its JSON.

Routes are plain functions, so that FastAPI runs them in threads and none blocks another.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from starlette.responses import FileResponse, Response

from core.errors import NotFoundError
from core.segment.settings import DEFAULT_KIND
from storage.jobs import Job
from storage.library import Library
from webapp.jobs import enqueue
from webapp.views import entry as entry_view
from webapp.views import jobs as jobs_view
from webapp.views import lists, numbers
from webapp.views.answer import JobNumber
from webapp.views.entry import EntryFacts, News
from webapp.views.jobs import JobFacts, JobsList
from webapp.views.lists import CheckpointsList, EntriesList
from webapp.views.numbers import Numbers
from webapp.visibility import (
    Hidden,
    Subject,
    VisibleEntry,
    VisibleJob,
    VisibleJobNamed,
    about,
    visible,
    visible_job_in,
)

# The jobs that end with a file.
DOWNLOADS = ("export", "render")
# How the file of an export ends, and what it is.
ENDINGS = {"eccv16": ".h5", "tvsum": ".tsv", "summe": ".zip", "csv": ".csv", "events": ".jsonl"}
TYPES = {
    ".h5": "application/x-hdf5",
    ".tsv": "text/tab-separated-values",
    ".zip": "application/zip",
    ".csv": "text/csv",
    ".jsonl": "application/jsonl",
    ".json": "application/json",
    ".mp4": "video/mp4",
}


class SampleRequest(BaseModel):
    entry: str
    checkpoint: str = "summdiff"
    n: int = Field(8, ge=1, le=64)
    seed: int = Field(0, ge=0, le=2**31 - 1)
    steps: int = Field(10, ge=1, le=1000)
    guidance: float | None = Field(None, ge=0, le=10)
    eta: float = Field(1.0, ge=0, le=1)
    temperature: float = Field(1.0, ge=0, le=4)


class TrainRequest(BaseModel):
    dataset: str
    model: str = "summdiff"
    start_from: str | None = None
    targets: str = "individual"
    epochs: int | None = Field(None, ge=1, le=10_000)
    people: str = "all"
    entry: str | None = None


class ExportRequest(BaseModel):
    format: Literal["eccv16", "tvsum", "summe", "csv", "events"] = "eccv16"
    dataset: str | None = None
    entry: str | None = None
    people: str = "all"
    lag: float = Field(0.0, ge=0, le=10)
    include_open: bool = True

    def subject(self) -> Subject:
        """The whole of a dataset, or of the library, where no entry is named."""
        return about(self.entry) if self.entry else Subject(whole=True, dataset=self.dataset)


class IngestRequest(BaseModel):
    path: str | list[str]
    dataset: str = "videos"
    title: str | None = None
    space: str | None = None
    picks_per_second: str = "2"
    shots: Literal["transitions", "kts", "kts-frames", "uniform"] = DEFAULT_KIND
    penalty: float = Field(1.0, ge=0)
    seconds: str = "2"
    captioner: str | None = None
    captioner_model: str | None = None
    judge: str | None = None
    judge_model: str | None = None


class JobRequest(BaseModel):
    id: int


def router(library: Library, exports: Path) -> APIRouter:
    """All /api routes over one library."""
    routes = APIRouter(prefix="/api")

    @routes.get("/entries")
    def entries(
        search: str = "",
        dataset: str | None = None,
        limit: Annotated[int | None, Query(ge=1, lt=2**31)] = None,
        offset: Annotated[int, Query(ge=0, lt=2**31)] = 0,
    ) -> EntriesList:
        return lists.entries(library, dataset, search or None, limit, offset)

    @routes.get("/entry")
    def entry(id: VisibleEntry) -> EntryFacts:
        return entry_view.describe(library, id)

    @routes.get("/series")
    def series(id: VisibleEntry) -> Response:
        return Response(entry_view.series(library, id), media_type="application/octet-stream")

    @routes.get("/news")
    def news(id: VisibleEntry) -> News:
        return entry_view.news(library, id)

    @routes.get("/numbers")
    def entry_numbers(id: VisibleEntry) -> Numbers:
        return numbers.of_entry(library, id)

    @routes.get("/checkpoints")
    def checkpoints() -> CheckpointsList:
        return lists.checkpoints(library)

    @routes.post("/sample", status_code=202)
    def sample(body: Annotated[SampleRequest, visible(SampleRequest)]) -> JobNumber:
        library.entries.summary(body.entry)  # says plainly that there is no such entry, now and not in the worker
        args = body.model_dump()
        args["model"] = args.pop("checkpoint")
        return JobNumber(job=enqueue(library, "sample", args))

    @routes.post("/train", status_code=202)
    def train(body: Annotated[TrainRequest, visible(TrainRequest)]) -> JobNumber:
        return JobNumber(job=enqueue(library, "train", body.model_dump()))

    @routes.post("/export", status_code=202)
    def export(body: Annotated[ExportRequest, visible(ExportRequest, ExportRequest.subject)]) -> JobNumber:
        args = body.model_dump()
        # One folder for each request: asking for another file never takes away what somebody is downloading.
        mark = hashlib.sha256(json.dumps(args, sort_keys=True).encode()).hexdigest()[:16]
        name = f"{body.dataset or body.entry or 'manycut'}-{'events' if body.format == 'events' else 'labels'}"
        args["out"] = str(exports / mark / (name.replace("/", "-") + ENDINGS[body.format]))
        return JobNumber(job=enqueue(library, "export", args))

    @routes.post("/ingest", status_code=202)
    def ingest(body: IngestRequest) -> JobNumber:
        return JobNumber(job=enqueue(library, "ingest", body.model_dump()))

    @routes.get("/jobs")
    def jobs(hidden: Hidden) -> JobsList:
        return jobs_view.listed(library, hidden)

    @routes.get("/job")
    def job(job: VisibleJob, hidden: Hidden) -> JobFacts:
        return jobs_view.described(library, [job], hidden)[0]

    @routes.post("/job/cancel")
    def cancel(job: Annotated[Job, visible_job_in(JobRequest)], hidden: Hidden) -> JobFacts:
        return jobs_view.described(library, [library.jobs.request_cancel(job.id)], hidden)[0]

    @routes.get("/download")
    def download(done: VisibleJobNamed, manifest: bool = False) -> Response:
        if done.kind not in DOWNLOADS or done.result is None:
            raise NotFoundError(f"Job {done.id} has no file to download.")
        path = Path(done.result["manifest" if manifest and "manifest" in done.result else "file"])
        if not path.is_file():
            raise NotFoundError(f"The file of {done.kind} {done.id} is gone; {done.kind} again.")
        kind = TYPES.get(path.suffix, "application/octet-stream")
        return FileResponse(path, filename=done.result.get("name", path.name), media_type=kind)

    return routes
