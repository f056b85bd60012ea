"""`app.py user`: who may come in, and by which link."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.running import DEFAULT_DATA, DataDir, Json

Address = Annotated[str, typer.Option("--url", help="Where people reach the server; becomes part of the link.")]
Name = Annotated[str, typer.Argument(help="Under which they label.")]

app = typer.Typer(help="Who may come in: links for leads and annotators.", no_args_is_help=True)


@app.command()
def add(
    name: Name,
    role: Annotated[str | None, typer.Option(help="lead or annotator (default: what they are, or annotator).")] = None,
    url: Address = "http://127.0.0.1:7860",
    data_dir: DataDir = DEFAULT_DATA,
    json_: Json = False,
) -> None:
    """Give somebody a personal link; the one they had before stops working. The first must be a lead's."""
    with _opened(data_dir) as library:
        key = library.accounts.invite(name, role)
    link = f"{url.rstrip('/')}/enter?key={key}"
    _say({"name": name, "link": link}, link, json_)


@app.command("list")
def list_(data_dir: DataDir = DEFAULT_DATA, json_: Json = False) -> None:
    """Everybody who labels here, with their role."""
    with _opened(data_dir) as library:
        people = [vars(one) for one in library.accounts.list()]
    lines = [
        f"{one['name']}  {one['role']}  {one['pseudonym']}  {'has a link' if one['invited'] else 'no link'}"
        for one in people
    ]
    _say({"people": people}, "\n".join(lines) or "Nobody yet.", json_)


@app.command()
def remove(name: Name, data_dir: DataDir = DEFAULT_DATA, json_: Json = False) -> None:
    """Take somebody's link away. What they labelled stays."""
    with _opened(data_dir) as library:
        library.accounts.revoke(name)
    _say({"name": name}, f"{name} can no longer come in; their labels stay.", json_)


def _opened(data_dir: Path) -> Any:
    from verbs.data_folder import open_library

    return open_library(data_dir)


def _say(result: dict[str, Any], sentence: str, as_json: bool) -> None:
    print(json.dumps(result) if as_json else sentence)
