"""The REST of the Models page. Where people have accounts, only leads come here (see `webapp.gate`)."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.concurrency import run_in_threadpool

from core import limits
from storage.library import Library
from verbs.checkpoint_changes import (
    ChangedCheckpoint,
    CheckpointRequest,
    PromoteCheckpointRequest,
    RenameCheckpointRequest,
    promote_checkpoint,
    remove_checkpoint,
    rename_checkpoint,
    restore_checkpoint,
)
from verbs.compare_checkpoints import CompareCheckpointsResult
from verbs.import_checkpoint import ImportCheckpointRequest
from verbs.leaderboard import LeaderboardResult
from verbs.measure import MeasureRequest
from verbs.pretrain import PretrainRequest
from verbs.report import ReportRequest
from verbs.splits import SplitsChoices
from webapp.jobs import enqueue
from webapp.names import checkpoint_id, refuse_places
from webapp.uploads import uploaded
from webapp.views import models as models_view
from webapp.views import training as training_view
from webapp.views.answer import Answer, JobNumber
from webapp.views.models import ModelCard, ModelsList
from webapp.views.training import AskedTraining, Plan, SplitFile, SplitFilesList, TrainingForm
from webapp.visibility import Hidden


class PretrainChoice(Answer):
    """The feature space in which a model is pretrained."""

    space: str


def router(library: Library) -> APIRouter:
    """The routes over one library."""
    routes = APIRouter(prefix="/api/models")

    @routes.get("")
    def models(hidden: Hidden) -> ModelsList:
        return models_view.models(library, hidden)

    @routes.get("/card")
    def card(hidden: Hidden, id: str) -> ModelCard:
        return models_view.card(library, hidden, id)

    @routes.get("/leaderboard")
    def standings(hidden: Hidden, dataset: str | None = None) -> LeaderboardResult:
        return models_view.standings(library, hidden, dataset)

    @routes.get("/compare")
    def side_by_side(hidden: Hidden, id: Annotated[list[str], Query()]) -> CompareCheckpointsResult:
        return models_view.side_by_side(library, hidden, id)

    @routes.post("/rename")
    def rename(body: RenameCheckpointRequest) -> ChangedCheckpoint:
        return rename_checkpoint(library, body)

    @routes.post("/promote")
    def promote(body: PromoteCheckpointRequest) -> ChangedCheckpoint:
        return promote_checkpoint(library, body)

    @routes.post("/remove")
    def remove(body: CheckpointRequest) -> ChangedCheckpoint:
        return remove_checkpoint(library, body)

    @routes.post("/restore")
    def restore(body: CheckpointRequest) -> ChangedCheckpoint:
        return restore_checkpoint(library, body)

    @routes.post("/measure", status_code=202)
    def measure(body: MeasureRequest) -> JobNumber:
        library.checkpoints.find(
            checkpoint_id(library, body.checkpoint)
        )  # says plainly that there is none, now and not in the worker
        return JobNumber(job=enqueue(library, body))

    @routes.post("/report", status_code=202)
    def report(body: CheckpointRequest) -> JobNumber:
        library.checkpoints.find(checkpoint_id(library, body.checkpoint))
        return JobNumber(job=enqueue(library, ReportRequest(checkpoint=body.checkpoint)))

    @routes.post("/pretrain", status_code=202)
    def pretrain(body: PretrainChoice) -> JobNumber:
        return JobNumber(job=enqueue(library, PretrainRequest(space=body.space)))

    @routes.get("/training")
    def training(kind: str | None = None, recipe: str | None = None) -> TrainingForm:
        return training_view.form(kind, recipe)

    @routes.post("/plan")
    def plan(body: AskedTraining) -> Plan:
        refuse_places(library, body)
        return training_view.plan(library, body)

    @routes.get("/splits")
    def split_files() -> SplitFilesList:
        return training_view.split_files(library)

    @routes.post("/splits")
    async def keep_split_file(
        request: Request, name: Annotated[str, Query(min_length=1, max_length=limits.FILE_NAME_CHARS)]
    ) -> SplitFile:
        """The body is the file: text, JSON or YAML."""
        hint = "Use: python app.py train --splits FILE"
        path = await uploaded(request, library.data_dir, hint, name, limits.SPLIT_FILE_BYTES)
        try:
            kept = await run_in_threadpool(library.split_files.keep, path)
        finally:
            path.unlink()
            path.parent.rmdir()
        return await run_in_threadpool(training_view.split_file, library, kept)

    @routes.post("/splits/make")
    def make_split_file(body: SplitsChoices) -> SplitFile:
        return training_view.make_split_file(library, body)

    @routes.post("/import", status_code=202)
    async def take_in(
        request: Request, name: Annotated[str, Query(max_length=limits.FILE_NAME_CHARS)] = ""
    ) -> JobNumber:
        """The body is the file: a released checkpoint, or the zip of a checkpoint's folder."""
        path = await uploaded(request, library.data_dir, "Use: python app.py import FILE", name or "model")
        asked = ImportCheckpointRequest(path=path, remove=True)
        return JobNumber(job=await run_in_threadpool(enqueue, library, asked))

    return routes
