"""The web process: FastAPI is the application, Gradio's pages are mounted in it."""

from __future__ import annotations

import logging
import os
import warnings
from pathlib import Path
from typing import Any

from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DataError
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import JSONResponse, RedirectResponse, Response

from core.errors import (
    ConflictError,
    ManycutError,
    NotFoundError,
    RefusedError,
    RemovedError,
    TooMuchError,
    UnavailableError,
)
from storage.library import Library
from storage.tidying import EXPORTS, RENDERS
from verbs.contract import what_is_wrong
from webapp.demo import NOTICE
from webapp.gate import Gate
from webapp.gradio_import import without_interfaces
from webapp.headers import SecurityHeaders
from webapp.health import Health, Watch
from webapp.nowhere import NoSuchPage
from webapp.places import Placeless
from webapp.quotas import quota_of
from webapp.routes import adding as adding_api
from webapp.routes import annotate as annotate_api
from webapp.routes import captions as captions_api
from webapp.routes import cut_files as cut_files_api
from webapp.routes import cuts as cuts_api
from webapp.routes import described as described_api
from webapp.routes import entries as api
from webapp.routes import files as static
from webapp.routes import library as library_api
from webapp.routes import mended as mended_api
from webapp.routes import models as models_api
from webapp.routes import picker as picker_api
from webapp.routes import preferences as preferences_api
from webapp.routes import review as review_api
from webapp.routes import sending as sending_api
from webapp.routes import sign_in as sign_in_api
from webapp.routes import words as words_api
from webapp.unavailable import Unavailable, answer
from webapp.views.answer import Refusal
from webapp.visibility import BlindError
from webapp.wrong_links import WrongLinks

log = logging.getLogger("manycut.web")
STATUS = {RemovedError: 410, NotFoundError: 404, ConflictError: 409, RefusedError: 403, TooMuchError: 429}


def build_app(library: Library, watch: Watch | None = None, public: bool = False) -> FastAPI:
    """The whole web application over one library: the REST, and Gradio's pages in it.

    Args:
        library: of it.
        watch: knows how it is.
        public: it is a public demo, see `webapp.demo`.
    """
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    # Gradio says on every start that several pages are not rendered on the server; they need not be.
    warnings.filterwarnings("ignore", message="SSR mode is not supported with multi-page")
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    with without_interfaces():
        import gradio as gr

        from webapp.layout import MOUNT, build_pages, functions_of
        from webapp.pages import compare

    pages = build_pages(library, NOTICE if public else "")
    app = build_rest(library, watch, public)
    app.state.for_viewers = functions_of(pages, compare.__name__)
    return gr.mount_gradio_app(app, pages, path="", **MOUNT)


def build_rest(library: Library, watch: Watch | None = None, public: bool = False) -> FastAPI:
    """The application without its pages, behind the same gate."""
    data_dir: Path = library.data_dir
    watching = watch or Watch(library)
    wrong = WrongLinks()
    app = FastAPI(
        title="Manycut",
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
        responses={"4XX": {"model": Refusal}, "503": {"model": Refusal}},
    )
    app.state.library = library  # of `webapp.visibility`
    app.state.public = public  # of `webapp.demo`
    quota_of(library, public)
    app.state.for_viewers = frozenset()  # of `webapp.gate`
    _answer_errors(app, watching)

    @app.head("/healthz", include_in_schema=False)
    @app.get("/healthz", responses={"503": {"model": Health}})
    async def healthz(response: Response) -> Health:  # not in a thread: all of them may be busy
        response.status_code = 503 if watching.health.status == "not ready" else 200
        return watching.health

    @app.get("/compare")
    def compare(request: Request) -> Response:
        """Compare; a preference study is where people judge, because there nothing says what made the cuts."""
        query = f"?{request.url.query}" if request.url.query else ""
        page = "annotate" if "study" in request.query_params else ""
        return RedirectResponse(f"{request.scope.get('root_path', '')}/{page}{query}")

    # First what is asked most often: routes are tried one after the other.
    app.include_router(annotate_api.router(library))
    app.include_router(static.router())
    app.include_router(described_api.router())
    app.include_router(api.router(library, data_dir / EXPORTS))
    app.include_router(sign_in_api.router(library, wrong))
    app.include_router(captions_api.router(library))
    app.include_router(words_api.router(library))
    app.include_router(cuts_api.router())
    app.include_router(mended_api.router(library))
    app.include_router(preferences_api.router(library))
    app.include_router(cut_files_api.router(library, data_dir / RENDERS))
    app.include_router(library_api.router(library))
    app.include_router(models_api.router(library))
    app.include_router(picker_api.router(library))
    app.include_router(review_api.router(library, watching))
    app.include_router(sending_api.router(library))
    app.include_router(adding_api.router(library))
    app.add_middleware(NoSuchPage)
    app.add_middleware(Gate, library=library, wrong=wrong)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(Unavailable, watch=watching)
    app.add_middleware(Placeless, data_dir=data_dir)
    app.add_middleware(GZipMiddleware, minimum_size=1000)
    return app


def _answer_errors(app: FastAPI, watch: Watch) -> None:
    """Every error leaves as {"error": {code, message, hint}} with a fitting status."""

    @app.exception_handler(ManycutError)
    async def known(request: Request, error: ManycutError) -> Response:
        if isinstance(error, UnavailableError):
            watch.note(error)
            return answer(error)
        status = next((status for kind, status in STATUS.items() if isinstance(error, kind)), 400)
        told: dict[str, Any] = {"error": error.as_dict()}
        if isinstance(error, TooMuchError):
            return JSONResponse(told, status, {"Retry-After": str(error.again_s)})
        if isinstance(error, BlindError):
            told["error"]["task"] = error.task
        return JSONResponse(told, status)

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
