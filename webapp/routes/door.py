"""Plain pages at the door: without a script, so that they work where nothing else may be loaded yet."""

from __future__ import annotations

from html import escape

from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse, Response

from core import limits
from webapp.routes.files import version

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="same-origin">
<title>{title} · Manycut</title>
<link rel="icon" href="{root}/favicon.ico">
<link rel="stylesheet" href="{root}/assets/player/{version}/shared/theme.css">
<link rel="stylesheet" href="{root}/assets/player/{version}/shared/door.css">
</head>
<body>
<main>
<h1>{title}</h1>
{content}
</main>
</body>
</html>
"""


def wants_page(request: HTTPConnection) -> bool:
    """Whether a person opens an address, and no script asks."""
    return "text/html" in request.headers.get("accept", "")


def door(
    request: HTTPConnection, title: str, sentence: str, way: tuple[str, str] | None = None, status: int = 200
) -> Response:
    """A page that says one thing, with one way on: where to, and what it is called."""
    link = f'<p><a class="way" href="{_root(request)}{escape(way[0])}">{escape(way[1])}</a></p>' if way else ""
    return _page(request, title, f"<p>{escape(sentence)}</p>{link}", status)


def first_lead_form(request: HTTPConnection, key: str, name: str = "", wrong: str = "", status: int = 200) -> Response:
    """Where the first lead says who they are; `name` where a sign-on has said so, `wrong` what was wrong with it."""
    known = f'value="{escape(name)}" {"readonly" if name else "autofocus"}'
    content = f"""<p>This link makes you the lead of this installation: you see everything and invite the others. It
works once.</p>
{f'<p role="alert">{escape(wrong)}</p>' if wrong else ""}
<form method="post" action="{_root(request)}/enter">
<input type="hidden" name="key" value="{escape(key)}">
<label for="name">Your name</label>
<div class="field">
<input id="name" name="name" {known} required maxlength="{limits.PERSON_NAME_CHARS}" autocomplete="name">
<button>Begin</button>
</div>
<p class="faint">Labels of yours are kept under it; exports say a pseudonym instead.</p>
</form>"""
    return _page(request, "Welcome to Manycut", content, status)


def first_lead_welcome(request: HTTPConnection, name: str, link: str) -> Response:
    """The personal link of the first lead, which is shown this once."""
    content = f"""<p>You are signed in here, {escape(name)}. This is your personal link; keep it, it signs you in at any
other browser and cannot be shown again.</p>
<input class="link" readonly aria-label="Your personal link" value="{escape(link)}">
<p class="faint">Everybody else needs a link as well: make them on Review, under People.</p>
<p><a class="way" href="{_root(request)}/review?section=people">Invite people</a>
<a class="way" href="{_root(request)}/">Look around</a></p>"""
    return _page(request, "You lead this installation", content)


def _root(request: HTTPConnection) -> str:
    return escape(request.scope.get("root_path", ""))


def _page(request: HTTPConnection, title: str, content: str, status: int = 200) -> Response:
    page = PAGE.format(title=escape(title), root=_root(request), version=version(), content=content)
    # Links of people stand in these: nothing keeps them.
    return HTMLResponse(page, status, headers={"Cache-Control": "no-store", "Referrer-Policy": "same-origin"})
