"""How a request is refused before the application sees it: the same answer that its routes give."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import JSONResponse, Response


def refusal(status: int, code: str, message: str, hint: str = "", headers: Mapping[str, str] | None = None) -> Response:
    """An error as `webapp.views.answer.Refusal` describes it, which nobody keeps."""
    body = {"error": {"code": code, "message": message, "hint": hint}}
    return JSONResponse(body, status, {"Cache-Control": "no-store", **(headers or {})})
