"""A public demo: everybody may try everything but what concerns others, and nobody leads them."""

from __future__ import annotations

from starlette.types import ASGIApp, Receive, Scope, Send

from core.errors import ConflictError
from storage.library import Library
from webapp.paths import path_of
from webapp.refusing import refusal

NOTICE = (
    "A public demo: everybody sees and changes the same library, and what you leave here may be removed at any time."
)
# What only leads do where there are any: to other people, to what others made, and to files of the server.
REFUSED = frozenset(
    {
        "/api/review/people/invite",
        "/api/review/people/revoke",
        "/api/review/people/role",
        "/api/review/people/forget",
        "/api/people/key.csv",
        "/api/review/decide",
        "/api/review/assignments/close",
        "/api/preferences/studies/close",
        "/api/models/rename",
        "/api/models/promote",
        "/api/models/remove",
        "/api/models/restore",
    }
)


class Demo:
    """Middleware: refuses in a public demo what concerns others."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and path_of(scope).rstrip("/") in REFUSED:
            hint = "Run Manycut yourself to lead: see its README."
            return await refusal(403, "refused", "Nobody can do this in a public demo.", hint)(scope, receive, send)
        return await self.app(scope, receive, send)


def claim_name(library: Library, name: str, own: str | None) -> None:
    """Makes a new person of that name whom nobody else can be.

    Args:
        library: whose people.
        name: that somebody asks for.
        own: under which they are signed in.

    Raises:
        ConflictError: somebody else has it.
    """
    if name != own and not library.accounts.claim(name):
        raise ConflictError(f"Somebody here is called '{name}' already.", "Choose another name.")
