"""The web process: FastAPI is the application, Gradio's pages are mounted in it."""

from __future__ import annotations

import logging
import os
import warnings
from pathlib import Path
from typing import Literal

from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DataError
from starlette.middleware.gzip import GZipMiddleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.responses import JSONResponse, RedirectResponse, Response

from core.errors import ConflictError, ManycutError, NotFoundError, RefusedError
from storage.library import Library
from verbs.contract import what_is_wrong
from webapp.gate import Gate
from webapp.routes import annotate as annotate_api
from webapp.routes import captions as captions_api
from webapp.routes import cut_files as cut_files_api
from webapp.routes import cuts as cuts_api
from webapp.routes import entries as api
from webapp.routes import files as static
from webapp.routes import models as models_api
from webapp.routes import picker as picker_api
from webapp.routes import review as review_api
from webapp.sessions import COOKIE_LIFE_S, in_frames, secret_key
from webapp.views.answer import Answer, Refusal

log = logging.getLogger("manycut.web")
STATUS = {NotFoundError: 404, ConflictError: 409, RefusedError: 403}


class Health(Answer):
    """The server answers."""

    status: Literal["ok"] = "ok"


def build_app(library: Library) -> FastAPI:
    """The whole web application over one library: the REST, and Gradio's pages in it."""
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    # Gradio says on every start that several pages are not rendered on the server; they need not be.
    warnings.filterwarnings("ignore", message="SSR mode is not supported with multi-page")
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    import gradio as gr

    from webapp.layout import MOUNT, build_pages

    return gr.mount_gradio_app(build_rest(library), build_pages(library), path="", **MOUNT)


def build_rest(library: Library) -> FastAPI:
    """The application without its pages, behind the same gate."""
    data_dir: Path = library.data_dir
    app = FastAPI(
        title="Manycut", docs_url="/api/docs", openapi_url="/api/openapi.json", responses={"4XX": {"model": Refusal}}
    )
    app.state.library = library  # of `webapp.visibility`
    _answer_errors(app)

    @app.head("/healthz", include_in_schema=False)
    @app.get("/healthz")
    def healthz() -> Health:
        return Health()

    @app.get("/compare")
    def compare(request: Request) -> Response:
        query = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(f"{request.scope.get('root_path', '')}/{query}")

    app.include_router(static.router())
    app.include_router(api.router(library, data_dir / "exports"))
    app.include_router(annotate_api.router(library))
    app.include_router(captions_api.router(library))
    app.include_router(cuts_api.router(library))
    app.include_router(cut_files_api.router(library, data_dir / "renders"))
    app.include_router(models_api.router(library))
    app.include_router(picker_api.router(library))
    app.include_router(review_api.router(library))
    app.add_middleware(Gate, library=library)
    app.add_middleware(GZipMiddleware, minimum_size=1000)
    framed = in_frames()
    app.add_middleware(
        SessionMiddleware,
        secret_key=secret_key(data_dir),
        max_age=COOKIE_LIFE_S,
        same_site="none" if framed else "lax",
        https_only=framed,
        partitioned=framed,
    )
    return app


def _answer_errors(app: FastAPI) -> None:
    """Every error leaves as {"error": {code, message, hint}} with a fitting status."""

    @app.exception_handler(ManycutError)
    def known(request: Request, error: ManycutError) -> Response:
        status = next((status for kind, status in STATUS.items() if isinstance(error, kind)), 400)
        return JSONResponse({"error": error.as_dict()}, status)

    @app.exception_handler(OverflowError)  # SQLite's word for a number that no row can have
    @app.exception_handler(DataError)  # PostgreSQL's
    def too_large(request: Request, error: Exception) -> Response:
        body = {"code": "bad_request", "message": "A number is too large, or a text cannot be stored.", "hint": ""}
        return JSONResponse({"error": body}, 422)

    @app.exception_handler(HTTPException)
    def refused(request: Request, error: HTTPException) -> Response:
        body = {"code": f"http_{error.status_code}", "message": str(error.detail), "hint": ""}
        return JSONResponse({"error": body}, error.status_code)

    @app.exception_handler(RequestValidationError)
    def malformed(request: Request, error: RequestValidationError) -> Response:
        body = {"code": "bad_request", "message": what_is_wrong(error.errors()), "hint": "See /api/docs."}
        return JSONResponse({"error": body}, 422)
