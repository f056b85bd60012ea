"""Who is asking: a name in a signed cookie; labels are filed under it. `webapp.routes.annotate` puts it there."""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
from functools import cache
from pathlib import Path
from typing import Annotated

from fastapi import Depends, HTTPException, Request
from starlette.requests import HTTPConnection

from storage.accounts import Account, hashed
from storage.library import Library

COOKIE_LIFE_S = 90 * 86400


def in_frames() -> bool:
    """Whether another site shows the app in a frame, as a Hugging Face Space is; MANYCUT_FRAMED=1 says so elsewhere.

    There browsers keep a cookie only over HTTPS, and for each site that shows the app apart (CHIPS).
    """
    return any(os.environ.get(name) for name in ("SPACE_ID", "MANYCUT_FRAMED"))


def secret_key(data_dir: Path) -> str:
    """The key that signs cookies, made once per data directory, so that a restart signs nobody out.

    Where nothing can be written, it is one of this process.
    """
    path = data_dir / "session.key"
    if not path.exists():
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        except OSError as error:
            if error.errno != errno.EROFS:
                raise
            return _key_of_this_process()
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_hex(32))
    return path.read_text()


@cache
def _key_of_this_process() -> str:
    return secrets.token_hex(32)


def library_mark(data_dir: Path) -> str:
    """Tells libraries apart, so that a browser never sends what it kept for one to another at the same address."""
    return hashlib.sha256(secret_key(data_dir).encode()).hexdigest()[:12]


def current_annotator(request: HTTPConnection) -> str | None:
    """The name of the signed-in person, or None."""
    name: str | None = request.session.get("annotator")
    return name


def sign_in(request: HTTPConnection, name: str, key: str = "") -> None:
    """Notes who is asking, and by which personal link: neither a name alone nor a replaced link is an account."""
    request.session.clear()
    request.session["annotator"] = name
    if key:
        request.session["link"] = hashed(key)


def account_of(request: HTTPConnection, library: Library) -> Account | None:
    """The account of whoever came by a link that is still theirs, or None."""
    name, link = current_annotator(request), request.session.get("link")
    return library.accounts.holder(name, link) if name and link else None


def require_annotator(request: Request) -> str:
    """The name of the signed-in person; 401 where nobody is."""
    name = current_annotator(request)
    if not name:
        raise HTTPException(401, "Sign in with your name first.")
    return name


SignedIn = Annotated[str, Depends(require_annotator)]  # their name
