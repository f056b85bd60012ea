"""The command line. What a command does is a function of `verbs`, the same that pages and jobs call."""

from __future__ import annotations

import json
import sys
import tempfile
import traceback
from contextlib import suppress
from datetime import datetime
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated

import typer

from cli import checkpoints as checkpoint_commands
from cli import cuts as cut_commands
from cli import datasets as dataset_commands
from cli import ingest as ingest_commands
from cli import language as language_commands
from cli import models as model_commands
from cli import users as user_commands
from cli.running import DEFAULT_DATA, DataDir, Json, progress_bar
from core.errors import ManycutError, refused_by_system

ERROR_LOG = "manycut-error.log"

app = typer.Typer(
    name="manycut",
    help="One video has many good summaries: see them side by side, collect them from people, train on them. "
    "Without a command: serve.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
app.add_typer(user_commands.app, name="user")
app.add_typer(ingest_commands.app)
app.add_typer(cut_commands.app)
app.add_typer(language_commands.app)
app.add_typer(dataset_commands.app)
app.add_typer(model_commands.app)
app.add_typer(checkpoint_commands.app)


def run() -> None:
    """Entry point of `app.py`: exit code 0, 2 for what a person can mend, 1 for a bug (its traceback goes to a log)."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # whatever a file is called, and whatever the terminal can show
            stream.reconfigure(errors="backslashreplace")
    arguments = sys.argv[1:]
    if not arguments or (arguments[0].startswith("-") and arguments[0] != "--help"):
        arguments = ["serve", *arguments]  # the convention of a Hugging Face Space: app.py alone serves
    wants_json = "--json" in arguments
    try:
        code = app(arguments, standalone_mode=False)
        sys.exit(code if isinstance(code, int) else 0)
    except ManycutError as error:
        _fail(error.as_dict(), wants_json, 2)
    except typer.Abort:
        _fail({"code": "stopped", "message": "Stopped.", "hint": ""}, wants_json, 130)
    except KeyboardInterrupt:
        _fail({"code": "stopped", "message": "Stopped.", "hint": ""}, wants_json, 130)
    except Exception as error:
        if hasattr(error, "format_message"):  # typer's usage errors: unknown option, missing argument
            hint = "Add --help to see what it takes."
            _fail({"code": "usage", "message": error.format_message(), "hint": hint}, wants_json, 2)
        if refused := refused_by_system(error):
            _fail(refused.as_dict(), wants_json, 2)
        message = f"An unexpected error stopped this command ({type(error).__name__}); {_logged()} has the details."
        _fail(
            {"code": "unexpected", "message": message, "hint": "Please report it with that file."},
            wants_json,
            1,
        )


def _logged() -> str:
    """Writes the present error to a log, in this folder or else that of temporary files; where it is."""
    said = f"{datetime.now():%Y-%m-%d %H:%M:%S} {' '.join(sys.argv[1:])}\n{traceback.format_exc()}\n"
    for folder in (Path.cwd(), Path(tempfile.gettempdir())):
        with suppress(OSError), (folder / ERROR_LOG).open("a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(said)
            return ERROR_LOG if folder == Path.cwd() else str(folder / ERROR_LOG)
    print(said, file=sys.stderr)
    return "what is above"


def _fail(error: dict[str, str], wants_json: bool, code: int) -> None:
    print(f"{error['message']} {error['hint']}".strip(), file=sys.stderr)
    if wants_json:
        print(json.dumps({"error": error}))
    sys.exit(code)


@app.command()
def serve(
    host: Annotated[str, typer.Option(envvar="GRADIO_SERVER_NAME", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(envvar="GRADIO_SERVER_PORT", help="Port to listen on.")] = 7860,
    data_dir: DataDir = DEFAULT_DATA,
    demo: Annotated[bool, typer.Option(help="Put the demo library into an empty data directory.")] = True,
    root_path: Annotated[
        str, typer.Option(envvar="GRADIO_ROOT_PATH", help="Path under which a proxy shows it, such as /manycut.")
    ] = "",
) -> None:
    """Open the app in a browser: pages, REST and background worker."""
    from webapp.serving import serve as serve_app

    serve_app(host, port, data_dir, demo=demo, root_path=root_path)


@app.command()
def backup(
    out: Annotated[Path, typer.Option(help="File to write, such as manycut.tar.gz.")],
    data_dir: DataDir = DEFAULT_DATA,
    json_: Json = False,
) -> None:
    """Write the whole data directory as one file, while people go on working."""
    from storage.backup import back_up

    with progress_bar() as progress:
        files = back_up(data_dir, out, progress)
    print(json.dumps({"file": str(out), "files": files}) if json_ else f"{out}: {files} files.")


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="Made by backup.")],
    data_dir: DataDir = DEFAULT_DATA,
    json_: Json = False,
) -> None:
    """Unpack a backup into an empty data directory."""
    from storage.backup import restore as unpack

    unpack(file, data_dir)
    print(json.dumps({"data_dir": str(data_dir)}) if json_ else f"{data_dir} holds the library of {file.name}.")
