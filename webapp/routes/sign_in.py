"""Coming in and going: personal links, the link that makes the first lead, names where nobody has an account."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from pydantic import BaseModel
from starlette.responses import JSONResponse, RedirectResponse, Response

from core import limits
from core.errors import ManycutError, RefusedError
from core.labelling.who import AccountRole
from storage.annotations import clean_name
from storage.library import Library
from webapp import sessions
from webapp.demo import claim_name
from webapp.routes.door import door, first_lead_form, first_lead_welcome, wants_page
from webapp.sessions import visitor
from webapp.views.answer import Answer
from webapp.wrong_links import WrongLinks

KEY_CHARS = 200  # a key has 32
OFTEN = "Too many links that open nothing came from your address."


class Me(Answer):
    """Who is asking, and of which library.

    Attributes:
        annotator: their name, None where nobody is signed in.
        library: tells libraries apart.
        closed: people have accounts here, and a name alone opens nothing.
        role: what they may do; None where they have to sign in first.
        signed_on: a lab's own sign-on says who they are, so they cannot sign out here.
    """

    annotator: str | None
    library: str
    closed: bool
    role: AccountRole | None
    signed_on: bool


class NameRequest(BaseModel):
    """Under which name somebody signs in; None signs out, here or `everywhere`."""

    name: str | None = None
    everywhere: bool = False


def router(library: Library, wrong: WrongLinks) -> APIRouter:
    """The routes over one library; `wrong` counts links that open nothing."""
    routes = APIRouter()
    mark = library.accounts.mark()

    @routes.get("/enter")
    def enter(key: str, request: Request) -> Response:
        """A personal link signs in who holds it; the one that makes the first lead asks for a name."""
        if wait := wrong.wait(_address(request)):
            return _too_often(request, wait)
        account = library.accounts.enter(key[:KEY_CHARS])
        root = request.scope.get("root_path", "")
        if account is None and library.accounts.is_first_link(key[:KEY_CHARS]):
            return first_lead_form(request, key, visitor(request).name or "")
        if account is None:
            wrong.note(_address(request))
            return RedirectResponse(f"{root}/annotate?refused=1", 303)
        answer = RedirectResponse(f"{root}/annotate" if account.role == "annotator" else f"{root}/", 303)
        sessions.sign_in(request, answer, account.name, key)
        return answer

    @routes.post("/enter")
    def begin(
        key: Annotated[str, Form(max_length=KEY_CHARS)],
        name: Annotated[str, Form(max_length=4 * limits.PERSON_NAME_CHARS)],
        request: Request,
    ) -> Response:
        """Makes somebody the first lead, once."""
        if wait := wrong.wait(_address(request)):
            return _too_often(request, wait)
        try:
            named = clean_name(visitor(request).name or name)
            personal = library.accounts.begin(key, named)
        except RefusedError as error:
            wrong.note(_address(request))
            return door(request, "Not any more", f"{error.message} {error.hint}", ("/annotate", "Sign in"), 403)
        except ManycutError as error:
            return first_lead_form(request, key, wrong=error.message, status=400)
        link = f"{request.base_url}enter?key={personal}"
        answer = first_lead_welcome(request, named, link)
        sessions.sign_in(request, answer, named, personal)
        return answer

    @routes.get("/api/me")
    def me(request: Request, response: Response) -> Me:
        sessions.renew(request, response)
        return _who(request)

    @routes.post("/api/me")
    def sign_in(body: NameRequest, request: Request, response: Response) -> Me:
        name = "" if body.name is None else clean_name(body.name)
        if name and library.accounts.closed():
            raise RefusedError("A name alone is not enough here.", "Open the link that you were given.")
        if name and request.app.state.public:
            claim_name(library, name, visitor(request).name)
        if name:
            sessions.sign_in(request, response, name)
        else:
            sessions.sign_out(request, response, body.everywhere)
        return _who(request)

    def _who(request: Request) -> Me:
        who = visitor(request)
        closed = library.accounts.closed()
        return Me(annotator=who.name, library=mark, closed=closed, role=who.role, signed_on=who.signed_on)

    return routes


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _too_often(request: Request, wait: int) -> Response:
    minutes = -(-wait // 60)
    hint = f"Try again in {minutes} minute{'s' if minutes > 1 else ''}, with the whole link as it was sent to you."
    if wants_page(request):
        answer = door(request, "Too often", f"{OFTEN} {hint}", status=429)
    else:
        answer = JSONResponse({"error": {"code": "too_often", "message": OFTEN, "hint": hint}}, 429)
    answer.headers["Retry-After"] = str(wait)
    return answer
