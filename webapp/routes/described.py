"""What the REST and the verbs offer, as a page without a script: nothing of it comes from another machine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from verbs.described import VerbSaid, described_verbs
from verbs.schemas import FieldSaid, fields_of
from webapp.routes.files import version
from webapp.views.rest import RouteSaid, routes_said

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>REST and verbs · Manycut</title>
<link rel="icon" href="{root}/favicon.ico">
<link rel="stylesheet" href="{root}/assets/player/{version}/shared/theme.css">
<link rel="stylesheet" href="{root}/assets/player/{version}/shared/pages.css">
<link rel="stylesheet" href="{root}/assets/player/{version}/shared/described.css">
</head>
<body class="mc-described">
<main>
<h1 class="mc-page-title">REST and verbs</h1>
<p class="mc-page-lead">What the pages ask the server, and scripts may ask as well: <a href="#routes">routes</a>,
<a href="#models">models</a>, and <a href="#verbs">verbs</a> for scripts in Python beside the clone. Made of
<a href="{root}/api/openapi.json">/api/openapi.json</a> and of the models themselves.</p>
<p class="mc-page-lead">Where people have accounts, a script sends a token as <code>Authorization: Bearer ...</code>,
never in an address. A lead makes it with <code>python app.py user token NAME</code>; it is worth what its person is.
Each route says who may ask it.</p>
<h2 class="mc-section" id="errors">Errors</h2>
<p class="mc-page-lead">Whatever is refused is answered with <a href="#model-Refusal">Refusal</a>: a code, one sentence,
and a hint what to do.</p>
{errors}
<h2 class="mc-section" id="routes">Routes</h2>
{contents}
{routes}
<h2 class="mc-section" id="models">Models</h2>
{models}
<h2 class="mc-section" id="verbs">Verbs</h2>
<p class="mc-page-lead">Functions for scripts in Python: <code>from verbs import open_library</code> and a verb with its
request. They ask nobody who they are: whoever runs them can read the data directory.</p>
{verbs}
</main>
</body>
</html>
"""
ERRORS = (
    ("400", "What is asked makes no sense"),
    ("401", "Nobody is signed in, or the token opens nothing"),
    ("403", "Not for this role, or not while judging"),
    ("404", "It is not here"),
    ("409", "It does not fit what is here by now"),
    ("410", "It was removed"),
    ("413", "The body is too large"),
    ("422", "A field is missing or out of its bounds"),
    ("429", "Too often or too much; Retry-After says for how many seconds to wait"),
    ("503", "Not at the moment; Retry-After says for how many seconds to wait"),
)


def router() -> APIRouter:
    """The route."""
    routes = APIRouter()

    @routes.get("/api/docs", include_in_schema=False)
    def docs(request: Request) -> Response:
        description = request.app.openapi()
        root = request.scope.get("root_path", "")
        said = routes_said(description, str(request.base_url).rstrip("/"))
        return HTMLResponse(
            PAGE.format(
                root=escape(root),
                version=version(),
                errors=_table(("Status", "What it means"), ERRORS),
                contents=_contents(said),
                routes="\n".join(map(_route, said)),
                models="\n".join(_model(*one) for one in sorted(description["components"]["schemas"].items())),
                verbs="\n".join(map(_verb, described_verbs())),
            )
        )

    return routes


def _contents(routes: Iterable[RouteSaid]) -> str:
    rows = "".join(
        f'<tr><td>{one.method}</td><td><a href="#{escape(one.anchor)}"><code>{escape(one.path)}</code></a></td>'
        f"<td>{escape(one.who)}</td><td>{escape(one.what)}</td></tr>"
        for one in routes
    )
    return _rows(("Method", "Address", "Who may ask", "What it does"), rows)


def _route(one: RouteSaid) -> str:
    links = ", ".join(f'<a href="#model-{escape(name)}">{escape(name)}</a>' for name in one.models)
    facts = [f"For {escape(one.who)}."]
    if one.body:
        facts.append(f"Body: <code>{escape(one.body)}</code>.")
    facts.append(f"Answers {one.status}" + (f" with <code>{escape(one.answer)}</code>." if one.answer else "."))
    if links:
        facts.append(f"Models: {links}.")
    return (
        f'<section id="{escape(one.anchor)}"><h3><code>{one.method} {escape(one.path)}</code></h3>'
        f"<p>{escape(one.what)}</p><p>{' '.join(facts)}</p>"
        f"{_fields(one.parameters) if one.parameters else ''}<pre>{escape(one.example)}</pre></section>"
    )


def _model(name: str, schema: Mapping[str, Any]) -> str:
    what = escape(schema.get("description", ""))
    fields = fields_of(schema)
    return f'<section id="model-{escape(name)}"><h3>{escape(name)}</h3><p>{what}</p>{_fields(fields)}</section>'


def _verb(one: VerbSaid) -> str:
    errors = f"<p>Raises {escape(one.errors)}</p>" if one.errors else ""
    return (
        f'<section id="verb-{escape(one.name)}"><h3><code>{escape(one.name)}</code></h3><p>{escape(one.what)}</p>'
        f"<pre>{escape(one.call)}</pre><p><code>{escape(one.request)}</code></p>{_fields(one.asked)}"
        f"<p><code>{escape(one.result)}</code></p>{_fields(one.made)}{errors}</section>"
    )


def _fields(fields: Iterable[FieldSaid]) -> str:
    """A table of fields; "" where there are none."""
    rows = [(one.name, one.type, "must be given" if one.default is None else one.default, one.what) for one in fields]
    return _table(("Name", "Type", "Default", "What it is"), rows) if rows else ""


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    return _rows(heads, "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows))


def _rows(heads: Iterable[str], rows: str) -> str:
    head = "".join(f'<th scope="col">{escape(one)}</th>' for one in heads)
    return f'<table class="mc-table"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'
