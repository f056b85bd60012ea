"""The REST that the player and the annotator talk to. Thin: each route is one call and its JSON.

Routes are plain functions, so that FastAPI runs them in threads and none blocks another.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fastapi import APIRouter, Depends, Request
from huey import SqliteHuey
from pydantic import BaseModel, Field
from starlette.responses import FileResponse, Response

from core.errors import InputError, NotFoundError
from storage.library import Library
from webapp import annotating, entry_view, numbers
from webapp.jobs import enqueue
from webapp.plain import plain
from webapp.sessions import current_annotator, library_mark, require_annotator

# The jobs that end with a file, and what it is.
DOWNLOADS = {"export": "application/x-hdf5", "render": "video/mp4"}


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
    format: str = "eccv16"
    dataset: str | None = None
    entry: str | None = None
    people: str = "all"


class IngestRequest(BaseModel):
    path: str
    dataset: str = "videos"
    title: str | None = None


class JobRequest(BaseModel):
    id: int


class NameRequest(BaseModel):
    name: str | None = Field(None, max_length=80)


class TaskRequest(BaseModel):
    entry: str


class EventsRequest(BaseModel):
    task: int
    events: list[dict[str, Any]] = Field(max_length=2000)


def router(library: Library, queue: SqliteHuey, exports: Path) -> APIRouter:
    """All /api routes over one library."""
    routes = APIRouter(prefix="/api")
    mark = library_mark(library.data_dir)

    @routes.get("/entries")
    def entries(search: str = "", dataset: str | None = None) -> dict[str, Any]:
        return {"entries": plain(library.entries(dataset=dataset, search=search or None))}

    @routes.get("/entry")
    def entry(id: str) -> dict[str, Any]:
        return plain(entry_view.describe(library, id))

    @routes.get("/series")
    def series(id: str) -> Response:
        return Response(entry_view.series(library, id), media_type="application/octet-stream")

    @routes.get("/news")
    def news(id: str) -> dict[str, Any]:
        """What an open page asks now and then: has anything come since it was drawn?"""
        return {"runs": [f"run:{run}" for run in library.run_ids(id)], "people": library.entry_summary(id).annotators}

    @routes.get("/numbers")
    def entry_numbers(id: str) -> dict[str, Any]:
        return plain(numbers.of_entry(library, id))

    @routes.get("/checkpoints")
    def checkpoints() -> dict[str, Any]:
        return {"checkpoints": plain(library.checkpoints())}

    @routes.post("/sample", status_code=202)
    def sample(body: SampleRequest) -> dict[str, int]:
        library.entry_summary(body.entry)  # says plainly that there is no such entry, now and not in the worker
        args = body.model_dump()
        args["model"] = args.pop("checkpoint")
        return {"job": enqueue(library, queue, "sample", args)}

    @routes.post("/train", status_code=202)
    def train(body: TrainRequest) -> dict[str, int]:
        return {"job": enqueue(library, queue, "train", body.model_dump())}

    @routes.post("/export", status_code=202)
    def export(body: ExportRequest) -> dict[str, int]:
        args = body.model_dump()
        args["out"] = str(exports / f"{body.dataset or body.entry or 'manycut'}-labels.h5".replace("/", "-"))
        return {"job": enqueue(library, queue, "export", args)}

    @routes.post("/ingest", status_code=202)
    def ingest(body: IngestRequest) -> dict[str, int]:
        return {"job": enqueue(library, queue, "ingest", body.model_dump())}

    @routes.get("/jobs")
    def jobs() -> dict[str, Any]:
        return {"jobs": plain(library.jobs.list())}

    @routes.get("/job")
    def job(id: int) -> dict[str, Any]:
        return plain(library.jobs.get(id))

    @routes.post("/job/cancel")
    def cancel(body: JobRequest) -> dict[str, Any]:
        library.jobs.request_cancel(body.id)
        return plain(library.jobs.get(body.id))

    @routes.get("/download")
    def download(job: int) -> Response:
        done = library.jobs.get(job)
        if done.kind not in DOWNLOADS or done.state != "done":
            raise NotFoundError(f"Job {job} has no file to download.")
        path = Path(done.result["file"])
        if not path.is_file():
            raise NotFoundError(f"The file of {done.kind} {job} is gone; {done.kind} again.")
        return FileResponse(path, filename=done.result.get("name", path.name), media_type=DOWNLOADS[done.kind])

    @routes.get("/me")
    def me(request: Request) -> dict[str, str | None]:
        return {"annotator": current_annotator(request), "library": mark}

    @routes.post("/me")
    def sign_in(body: NameRequest, request: Request) -> dict[str, str | None]:
        name = " ".join((body.name or "").split())
        if body.name is not None and not name:
            raise InputError("A name needs at least one letter.", "Type the name your labels shall carry.")
        request.session.clear()
        if name:
            request.session["annotator"] = name
        return {"annotator": name or None, "library": mark}

    @routes.get("/tasks")
    def tasks(name: str = Depends(require_annotator)) -> dict[str, Any]:
        return {"tasks": annotating.queue_of(library, name)}

    @routes.post("/task")
    def open_task(body: TaskRequest, name: str = Depends(require_annotator)) -> dict[str, int]:
        return {"task": annotating.open_task(library, name, body.entry)}

    @routes.get("/task")
    def task(id: int, name: str = Depends(require_annotator)) -> dict[str, Any]:
        return plain(annotating.describe(library, name, id))

    @routes.post("/task/events")
    def events(body: EventsRequest, name: str = Depends(require_annotator)) -> dict[str, Any]:
        return annotating.record(library, name, body.task, body.events)

    return routes
