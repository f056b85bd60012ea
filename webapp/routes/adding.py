"""Taking in: what can be chosen, what is in a file that was sent, and having it."""

from __future__ import annotations

from fastapi import APIRouter

from core.errors import RefusedError
from storage.library import Library
from verbs.contract import Request
from verbs.import_file import ImportFileChoices, ImportFileRequest
from verbs.import_preview import ImportPreviewRequest
from webapp.jobs import enqueue
from webapp.quotas import quota_of
from webapp.sending import sent_whole
from webapp.views import adding as adding_view
from webapp.views.adding import AddingChoices
from webapp.views.answer import JobNumber


class AskedPreview(Request):
    """The id of a file that was sent, what it would be called, and the data set that labels are about."""

    sent: str
    name: str | None = None
    dataset: str | None = None


class AskedImport(ImportFileChoices):
    """The id of a file that was sent, and what it does not say itself; of a data set also the id of its annotations."""

    sent: str
    annotations: str | None = None


def router(library: Library) -> APIRouter:
    """The routes over one library."""
    routes = APIRouter(prefix="/api/library")

    @routes.get("/adding")
    def choices() -> AddingChoices:
        return adding_view.choices(library)

    @routes.post("/preview", status_code=202)
    def preview(body: AskedPreview) -> JobNumber:
        (sent,) = sent_whole(library, [body.sent])
        asked = ImportPreviewRequest(path=sent.path, name=body.name, dataset=body.dataset)
        return JobNumber(job=enqueue(library, asked))

    @routes.post("/import", status_code=202)
    def take_in(body: AskedImport) -> JobNumber:
        if body.replace and quota_of(library).public:
            raise RefusedError("Nobody replaces what others made in a public demo.", "Give it another name.")
        sent, *more = sent_whole(library, [body.sent, *([body.annotations] if body.annotations else [])])
        annotations = more[0].path if more else None
        chosen = {name: getattr(body, name) for name in ImportFileChoices.model_fields}
        asked = ImportFileRequest(**chosen, path=sent.path, annotations=annotations, remove=True)
        return JobNumber(job=enqueue(library, asked))

    return routes
