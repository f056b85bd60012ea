"""Who is asking: a name in a signed cookie; labels are filed under it. `webapp.annotate_api` puts it there."""

from __future__ import annotations

import hashlib
import os
import secrets
from pathlib import Path

from fastapi import HTTPException, Request
from starlette.requests import HTTPConnection

COOKIE_LIFE_S = 90 * 86400


def secret_key(data_dir: Path) -> str:
    """The key that signs cookies, made once per data directory, so that a restart signs nobody out."""
    path = data_dir / "session.key"
    if not path.exists():
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_hex(32))
    return path.read_text()


def library_mark(data_dir: Path) -> str:
    """Tells libraries apart, so that a browser never sends what it kept for one to another at the same address."""
    return hashlib.sha256(secret_key(data_dir).encode()).hexdigest()[:12]


def current_annotator(request: HTTPConnection) -> str | None:
    """The name of the signed-in person, or None."""
    return request.session.get("annotator")


def require_annotator(request: Request) -> str:
    """The name of the signed-in person; 401 where nobody is."""
    name = current_annotator(request)
    if not name:
        raise HTTPException(401, "Sign in with your name first.")
    return name
