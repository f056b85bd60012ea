"""Scripts come in by a token: `Authorization: Bearer ...`, in this header alone and never in an address.

A token counts before a cookie. One that opens nothing is refused, whatever else the request carries, and counts as a
wrong link. It means nothing where nobody needs an account, nor where a lab's own sign-on has said who is asking: its
proxy may send a Bearer of its own on.
"""

from __future__ import annotations

from contextlib import suppress

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import Scope

from core.errors import ManycutError
from storage.library import Library
from webapp.refusing import refusal
from webapp.sessions import KNOWN, Visitor
from webapp.sign_on import named_by_proxy
from webapp.wrong_links import WrongLinks

LONGEST = 200  # characters; a token has 51
HINT = "Whoever leads makes one: python app.py user token NAME"


def carries_token(scope: Scope) -> bool:
    """Whether a request says to come by a token."""
    return any(_is_bearer(value) for value in Headers(scope=scope).getlist("authorization"))


def by_token(request: HTTPConnection, library: Library, wrong: WrongLinks) -> Response | None:
    """Finds out whose token a request carries, which `webapp.sessions.visitor` says from then on.

    Args:
        request: that carries one.
        library: whose people they are.
        wrong: counts those that open nothing, together with links.

    Returns:
        The refusal of one that opens nothing; None for all others.
    """
    if named_by_proxy(request.scope) is not None or not library.accounts.closed():
        return None
    address = request.client.host if request.client else ""
    if wait := wrong.wait(address):
        message = "Too many links and tokens that open nothing came from your address."
        return refusal(429, "too_often", message, f"Try again in {wait} seconds.", {"Retry-After": str(wait)})
    said = request.headers.getlist("authorization")
    key = said[0][len("bearer") :].strip() if len(said) == 1 else ""
    found = library.tokens.holder(key) if 0 < len(key) <= LONGEST else None
    if found is None:
        wrong.note(address)
        return refusal(401, "wrong_token", "This token opens nothing.", HINT, {"WWW-Authenticate": "Bearer"})
    account, token = found
    with suppress(ManycutError):  # it goes on where nothing can be written for the moment
        library.tokens.note_use(token)
    request.scope[KNOWN] = Visitor(account.name, account.role, by_token=True)
    return None


def _is_bearer(value: str) -> bool:
    return value.strip().lower().partition(" ")[0] == "bearer"
