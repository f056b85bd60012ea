"""`app.py user`: who may come in, by which link, and as what."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.options import DEFAULT_DATA, DataDir, Json
from core.labelling.who import AccountRole

if TYPE_CHECKING:
    from storage.tokens import Token

Address = Annotated[str, typer.Option("--url", help="Where people reach the server; becomes part of the link.")]
Name = Annotated[str, typer.Argument(help="Under which they label.")]

app = typer.Typer(
    name="user",
    help="Who may come in: links for leads, annotators and viewers, and tokens for their scripts.",
    no_args_is_help=True,
)


@app.command()
def add(
    name: Name,
    role: Annotated[
        AccountRole | None, typer.Option(help="What they may do (default: what they are, or annotator).")
    ] = None,
    url: Address = "http://127.0.0.1:7860",
    data_dir: DataDir = DEFAULT_DATA,
    json_: Json = False,
) -> None:
    """Give somebody a personal link; the one they had before stops working. The first must be a lead's."""
    with _opened(data_dir) as library:
        key = library.accounts.invite(name, role)
    link = f"{url.rstrip('/')}/enter?key={key}"
    _say({"name": name, "link": link}, link, json_)


@app.command()
def role(
    name: Name,
    role: Annotated[AccountRole, typer.Argument(help="What they may do from now on.")],
    data_dir: DataDir = DEFAULT_DATA,
    json_: Json = False,
) -> None:
    """Make somebody a lead, an annotator or a viewer; their link stays."""
    with _opened(data_dir) as library:
        library.accounts.set_role(name, role)
    _say({"name": name, "role": role}, f"{name} is {'an' if role == 'annotator' else 'a'} {role} now.", json_)


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
    """Take somebody's link and tokens away. What they labelled stays."""
    with _opened(data_dir) as library:
        library.accounts.revoke(name)
    _say({"name": name}, f"{name} can no longer come in; their labels stay.", json_)


@app.command()
def forget(
    name: Name,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask whether you are sure.")] = False,
    data_dir: DataDir = DEFAULT_DATA,
    json_: Json = False,
) -> None:
    """Put somebody's pseudonym in the place of their name, for good. What they labelled stays; they cannot come in."""
    from storage.forgetting import forget as forget_person

    if not yes:
        typer.confirm(f"Nobody can tell afterwards who {name} was here. Forget the name?", abort=True, err=True)
    with _opened(data_dir) as library:
        done = forget_person(library.engine, library.data_dir, name)
    told = [f"The name is forgotten: {done.pseudonym} stands in its place. Labels stay as they were."]
    if done.backups:
        told.append(f"Backups that were made before still hold it: {', '.join(done.backups)}.")
    else:
        told.append("There are no backups in the folder of the daily ones; others that were made before still hold it.")
    if done.left:
        told.append(f"It also stands in {', '.join(done.left)}: titles, captions and files of videos are not changed.")
    _say({**vars(done), "backups": list(done.backups), "left": list(done.left)}, "\n".join(told), json_)


@app.command()
def token(
    name: Name,
    label: Annotated[str, typer.Option(help="What it is for, such as nightly.")] = "",
    days: Annotated[int | None, typer.Option(help="After which it ends (default: it has no end).")] = None,
    data_dir: DataDir = DEFAULT_DATA,
    json_: Json = False,
) -> None:
    """Make a token for somebody's scripts, sent as `Authorization: Bearer TOKEN`. It is shown this once."""
    with _opened(data_dir) as library:
        made, key = library.tokens.make(name, label, days)
    _say({**_facts(made), "token": key}, key, json_)


@app.command()
def tokens(data_dir: DataDir = DEFAULT_DATA, json_: Json = False) -> None:
    """The tokens of everybody's scripts: what each is for, when it was made and last used, and when it ends."""
    with _opened(data_dir) as library:
        known = library.tokens.list()
    lines = "\n".join(_line(one) for one in known)
    _say({"tokens": [_facts(one) for one in known]}, lines or "No tokens.", json_)


@app.command("token-end")
def token_end(
    id: Annotated[int, typer.Argument(help="Its number, as `user tokens` says it.")],
    data_dir: DataDir = DEFAULT_DATA,
    json_: Json = False,
) -> None:
    """End a token, from the next request on."""
    with _opened(data_dir) as library:
        library.tokens.end(id)
    _say({"id": id}, f"Token {id} opens nothing any more.", json_)


def _line(token: Token) -> str:
    used = f"used {token.used:%Y-%m-%d %H:%M} UTC" if token.used else "never used"
    said = [str(token.id), token.name, token.label or "(no label)", f"made {token.made:%Y-%m-%d}", used]
    if token.expires:
        said.append(f"{'ended' if token.expired else 'ends'} {token.expires:%Y-%m-%d}")
    return "  ".join(said)


def _facts(token: Token) -> dict[str, Any]:
    times = {"made": token.made, "used": token.used, "expires": token.expires}
    said = {name: None if at is None else at.isoformat() for name, at in times.items()}
    return {"id": token.id, "name": token.name, "label": token.label, **said, "expired": token.expired}


def _opened(data_dir: Path) -> Any:
    from verbs.data_folder import open_library

    return open_library(data_dir)


def _say(result: dict[str, Any], sentence: str, as_json: bool) -> None:
    print(json.dumps(result) if as_json else sentence)
