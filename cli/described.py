"""`help-api`: what scripts in Python can ask, out of the requests and results of the verbs."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import Json
from core.errors import NotFoundError

if TYPE_CHECKING:
    from verbs.described import VerbSaid
    from verbs.schemas import FieldSaid

app = typer.Typer()


@app.command("help-api")
def help_api(
    verb: Annotated[str, typer.Argument(help="Of which everything is said; without one, all are listed.")] = "",
    json_: Json = False,
) -> None:
    """Say what scripts in Python can ask: each verb with its request, its result and its errors."""
    from verbs.described import described_verbs

    known = {one.name: one for one in described_verbs()}
    if verb and verb not in known:
        raise NotFoundError(f"There is no verb '{verb}'.", f"There are {', '.join(known)}.")
    asked = [known[verb]] if verb else list(known.values())
    if json_:
        print(json.dumps({"verbs": [asdict(one) for one in asked]}, ensure_ascii=False))
    elif verb:
        print(_whole(known[verb]))
    else:
        width = max(map(len, known))
        print("from verbs import open_library, NAME, its request; everything of one: python app.py help-api NAME\n")
        print("\n".join(f"{one.name:<{width}}  {one.what}" for one in asked))


def _whole(verb: VerbSaid) -> str:
    parts = [
        f"from verbs import {verb.request}, {verb.name}\n\n{verb.call}\n\n{verb.what}",
        f"{verb.request}\n{_fields(verb.asked)}",
        f"{verb.result}\n{_fields(verb.made, defaults=False)}",
    ]
    if verb.errors:
        parts.append(f"Raises {verb.errors}")
    return "\n\n".join(parts)


def _fields(fields: tuple[FieldSaid, ...], defaults: bool = True) -> str:
    lines = []
    for one in fields:
        default = "" if not defaults else "; must be given" if one.default is None else f"; default {one.default}"
        lines.append(f"  {one.name}: {one.type}{default}" + (f"\n      {one.what}" if one.what else ""))
    return "\n".join(lines) or "  (no fields)"
