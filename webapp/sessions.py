"""Who is asking: by the token in their browser's cookie, or as a lab's own sign-on says (see `webapp.sign_on`).

Labels are filed under the name. `webapp.routes.sign_in` puts the cookie there; what its token means stands in
`storage.sessions`.
"""

from __future__ import annotations

import base64
import json
import os
from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, HTTPException, Request
from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection
from starlette.responses import Response

from core.errors import InputError, ManycutError
from core.labelling.who import AccountRole
from storage.accounts import Account, hashed
from storage.library import Library
from storage.sessions import LIFE
from webapp.sign_on import named_by_proxy

COOKIE = "manycut"
EARLIER_COOKIE = "session"  # of versions that kept the name in the cookie itself
COOKIE_LIFE_S = int(LIFE.total_seconds())
KNOWN = "manycut.visitor"  # in the scope of a request: who it was found to be
GIVEN = "manycut.token"  # in the scope of a request: the token that its answer brings, "" where it takes one away


@dataclass(frozen=True)
class Visitor:
    """Who is asking.

    Attributes:
        name: under which they label, None where nobody is signed in.
        role: what they may do; None where they have to sign in first. Without accounts everybody is a lead.
        signed_on: a lab's own sign-on says so, and not a cookie.
        by_token: a script's token says so, see `webapp.tokens`.
    """

    name: str | None
    role: AccountRole | None
    signed_on: bool = False
    by_token: bool = False


def in_frames() -> bool:
    """Whether another site shows the app in a frame, as a Hugging Face Space is; MANYCUT_FRAMED=1 says so elsewhere.

    There browsers keep a cookie only over HTTPS, and for each site that shows the app apart (CHIPS).
    """
    return any(os.environ.get(name) for name in ("SPACE_ID", "MANYCUT_FRAMED"))


def visitor(request: HTTPConnection) -> Visitor:
    """Who is asking; looked up once a request."""
    found: Visitor | None = request.scope.get(KNOWN)
    if found is None:
        found = request.scope[KNOWN] = _visitor(request, request.app.state.library)
    return found


async def who_asks(request: HTTPConnection) -> Visitor:
    """As `visitor`, from where the request is: it is looked up in a thread, where the gate has not done so."""
    found: Visitor | None = request.scope.get(KNOWN)
    return await run_in_threadpool(visitor, request) if found is None else found


def current_annotator(request: HTTPConnection) -> str | None:
    """The name of the signed-in person, or None."""
    return visitor(request).name


def sign_in(request: HTTPConnection, response: Response, name: str, key: str = "") -> None:
    """Gives a browser a new session; by a personal link's `key` where there are accounts: a name alone is none."""
    library: Library = request.app.state.library
    if old := request.cookies.get(COOKIE):
        library.sessions.end(old)
    token = library.sessions.begin(name, hashed(key) if key else None)
    request.scope.pop(KNOWN, None)
    request.scope[GIVEN] = token
    _set_cookie(request, response, COOKIE, token)


def sign_out(request: HTTPConnection, response: Response, everywhere: bool = False) -> None:
    """Ends the session of this browser, or all sessions of whose it is."""
    library: Library = request.app.state.library
    name = current_annotator(request)
    if token := request.cookies.get(COOKIE):
        library.sessions.end(token)
    if everywhere and name:
        library.sessions.end_all(name)
    request.scope.pop(KNOWN, None)
    request.scope[GIVEN] = ""
    for cookie in (COOKIE, EARLIER_COOKIE):
        if cookie in request.cookies:
            _set_cookie(request, response, cookie, "", life=0)


def renew(request: HTTPConnection, response: Response) -> None:
    """Lets the cookie of whoever is signed in live on; a name from an earlier version's gets one of today."""
    library: Library = request.app.state.library
    if visitor(request).by_token:
        return
    name, token = current_annotator(request), request.cookies.get(COOKIE)
    found = library.sessions.find(token) if token else None
    with suppress(ManycutError):  # it goes on where nothing can be written for the moment
        if token and found:
            _set_cookie(request, response, COOKIE, token)
            library.sessions.renew(token, found)
        elif name and not visitor(request).signed_on:
            sign_in(request, response, name)


async def require_annotator(request: Request) -> str:
    """The name of the signed-in person; 401 where nobody is."""
    name = (await who_asks(request)).name
    if not name:
        raise HTTPException(401, "Sign in with your name first.")
    return name


SignedIn = Annotated[str, Depends(require_annotator)]  # their name


def _visitor(request: HTTPConnection, library: Library) -> Visitor:
    if not library.accounts.closed():
        found = _signed_in(request, library)
        return Visitor(found[0] if found else _earlier_name(request), "lead")
    account = _signed_on(request, library)
    if account is not None and account.barred:
        return Visitor(None, None)
    if account is not None:
        return Visitor(account.name, account.role, signed_on=True)
    name, link = _signed_in(request, library) or (None, None)
    account = library.accounts.holder(name, link) if name and link else None
    return Visitor(account.name, account.role) if account else Visitor(None, None)


def _signed_in(request: HTTPConnection, library: Library) -> tuple[str, str | None] | None:
    token = request.scope.get(GIVEN, request.cookies.get(COOKIE))
    found = library.sessions.find(token) if token else None
    return (found.name, found.link) if found else None


def _signed_on(request: HTTPConnection, library: Library) -> Account | None:
    said = named_by_proxy(request.scope)
    if said is None:
        return None
    try:
        return library.accounts.arrive(said.name, said.role)
    except InputError:  # no name that a person can have
        return None


def _earlier_name(request: HTTPConnection) -> str | None:
    """The name in an earlier version's cookie. Its signature is not looked at: here anybody may give any name."""
    try:
        told = json.loads(base64.b64decode(request.cookies.get(EARLIER_COOKIE, "").partition(".")[0]))
        name = told["annotator"]
    except (ValueError, LookupError, TypeError):
        return None
    return name if isinstance(name, str) else None


def _set_cookie(request: HTTPConnection, response: Response, name: str, value: str, life: int = COOKIE_LIFE_S) -> None:
    """Written by hand, because Python's own cookies know "Partitioned" from 3.14 on."""
    parts = [f"{name}={value}", "Path=/", f"Max-Age={life}", "HttpOnly"]
    if in_frames():
        parts += ["SameSite=none", "Secure", "Partitioned"]
    else:
        parts += ["SameSite=lax", *(["Secure"] if request.url.scheme == "https" else [])]
    response.headers.append("Set-Cookie", "; ".join(parts))
