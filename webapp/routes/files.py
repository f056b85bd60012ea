"""Files for the browser: our own modules and styles, plotly.js, videos and thumbnails."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from fastapi import APIRouter, Request
from starlette.responses import FileResponse, Response

from core.errors import NotFoundError
from webapp.bundles import bundles
from webapp.pressing import LargeScript, Script
from webapp.visibility import ShownMedia

PLAYER_DIR = Path(__file__).resolve().parents[2] / "assets" / "player"
TYPES = {".mjs": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
FOREVER = "public, max-age=31536000, immutable"


@lru_cache
def version() -> str:
    """Changes whenever a file of the player does; part of its addresses, so that browsers may keep them forever."""
    digest = hashlib.sha256()
    for path in sorted(path for path in PLAYER_DIR.rglob("*") if path.is_file()):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


@lru_cache
def plotly_script() -> LargeScript:
    """plotly.js as the plotly package ships it."""
    import plotly

    return LargeScript(Path(plotly.__file__).parent / "package_data" / "plotly.min.js")


@lru_cache
def _plotly() -> LargeScript:
    """The same, pressed from the first request on."""
    script = plotly_script()
    script.press_beside()
    return script


@lru_cache
def _bundles() -> Mapping[str, str]:
    return bundles(PLAYER_DIR)


@lru_cache
def _bundle(address: str) -> Script:
    return Script.of(_bundles()[address].encode())


def router() -> APIRouter:
    """Routes for files. Names come from the library or a fixed folder, never from a path in the request."""
    routes = APIRouter()

    @routes.head("/assets/player/{tag}/{name:path}", include_in_schema=False)
    @routes.get("/assets/player/{tag}/{name:path}")
    def player_file(tag: str, name: str, request: Request) -> Response:
        # The tag is part of the path, so that modules which import one another relatively keep it.
        cache = FOREVER if tag == version() else "no-cache"
        if name in _bundles():
            return _bundle(name).answer(request, cache)
        path = (PLAYER_DIR / name).resolve()
        if not path.is_relative_to(PLAYER_DIR) or path.suffix not in TYPES or not path.is_file():
            raise NotFoundError(f"There is no page file called '{name}'.")
        return FileResponse(path, media_type=TYPES[path.suffix], headers={"Cache-Control": cache})

    @routes.head("/favicon.ico", include_in_schema=False)
    @routes.get("/favicon.ico")
    def favicon() -> Response:
        return FileResponse(PLAYER_DIR / "shared" / "mark.svg", media_type=TYPES[".svg"])

    @routes.get("/vendor/plotly.min.js")
    def plotly(request: Request) -> Response:
        return _plotly().script().answer(request, FOREVER)

    @routes.head("/media", include_in_schema=False)
    @routes.get("/media")
    def media(id: str, shown: ShownMedia) -> Response:
        path = shown.video
        if path is None or not path.is_file():
            raise NotFoundError(f"Entry '{id}' has no video on this machine.")
        kind = "video/webm" if path.suffix == ".webm" else "video/mp4"
        return FileResponse(path, media_type=kind, headers={"Cache-Control": "private, max-age=3600"})

    @routes.head("/thumbnails", include_in_schema=False)
    @routes.get("/thumbnails")
    def thumbnails(id: str, shown: ShownMedia) -> Response:
        path = shown.thumbnails
        if path is None or not path.is_file():
            raise NotFoundError(f"Entry '{id}' has no thumbnails.")
        return FileResponse(path, media_type="image/jpeg", headers={"Cache-Control": "private, max-age=3600"})

    return routes
