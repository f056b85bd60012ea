"""The command line. What a command does is a function of `verbs`, the same that pages and jobs call."""

from __future__ import annotations

import gc
import json
import os
import platform
import sys
import tempfile
import traceback
from contextlib import suppress
from datetime import datetime
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from typer.completion import completion_init
from typer.core import TyperGroup

from cli import completion
from cli.listing import Commands
from cli.options import DEFAULT_DATA, DataDir
from core.errors import InputError, ManycutError, refused_by_system
from core.log_files import bound
from core.training.distributed import follows, launched

ABOUT = ("--help", "--version")  # options of no command
ERROR_LOG = "manycut-error.log"


class Listed(TyperGroup):
    """Loads a command when it is asked for, and lists all with the whole sentence that each says of itself."""

    commands: Commands

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.commands = Commands(self.commands)

    def list_commands(self, ctx: Any) -> list[str]:
        return list(self.commands)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(self.commands.sentences()))


app = typer.Typer(
    cls=Listed,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
completion_init()


def run() -> None:
    """Entry point of `app.py`: exit code 0, 2 for what a person can mend, 1 for a bug (its traceback goes to a log)."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # whatever a file is called, and whatever the terminal can show
            stream.reconfigure(errors="backslashreplace")
    arguments = sys.argv[1:]
    alone = not arguments or (arguments[0].startswith("-") and arguments[0] not in ABOUT)
    if alone and not completion.is_asked():
        arguments = ["serve", *arguments]  # the convention of a Hugging Face Space: app.py alone serves
    wants_json = "--json" in arguments
    try:
        if launched():
            if arguments[0] != "train":
                raise InputError(f"torchrun starts '{arguments[0]}' several times over.", "It is for app.py train.")
            if follows():
                return None if "--help" in arguments else _follow()
        code = app(arguments, standalone_mode=False, complete_var=completion.VARIABLE)
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
            _fail(
                {"code": "usage", "message": error.format_message().replace("Value error, ", ""), "hint": hint},
                wants_json,
                2,
            )
        if refused := refused_by_system(error):
            _fail(refused.as_dict(), wants_json, 2)
        message = f"An unexpected error stopped this command ({type(error).__name__}); {_logged()} has the details."
        _fail(
            {"code": "unexpected", "message": message, "hint": "Please report it with that file."},
            wants_json,
            1,
        )


def _follow() -> None:
    from cli.running import follow_first

    follow_first()


def _logged() -> str:
    """Writes the present error to a log, in this folder or else that of temporary files; where it is."""
    said = f"{datetime.now():%Y-%m-%d %H:%M:%S} {' '.join(sys.argv[1:])}\n{traceback.format_exc()}\n"
    for folder in (Path.cwd(), Path(tempfile.gettempdir())):
        with suppress(OSError, ManycutError):
            bound(folder / ERROR_LOG)
        with suppress(OSError), (folder / ERROR_LOG).open("a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(said)
            return ERROR_LOG if folder == Path.cwd() else str(folder / ERROR_LOG)
    print(said, file=sys.stderr)
    return "what is above"


def _fail(error: dict[str, str], wants_json: bool, code: int) -> None:
    print(f"Error: {error['message']} {error['hint']}".strip(), file=sys.stderr)
    if wants_json:
        print(json.dumps({"error": error}))
    sys.exit(code)


def _version(wanted: bool) -> None:
    if wanted:
        from storage.formats.manifest import MANYCUT

        print(f"Manycut {MANYCUT}, Python {platform.python_version()}")
        raise typer.Exit


@app.callback()
def manycut(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say the version and end.")
    ] = False,
) -> None:
    """See the many good summaries of one video, collect them from people, train on them. Without a command: serve."""


@app.command()
def serve(
    host: Annotated[str, typer.Option(envvar="GRADIO_SERVER_NAME", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(envvar="GRADIO_SERVER_PORT", help="Port to listen on.")] = 7860,
    data_dir: DataDir = DEFAULT_DATA,
    demo: Annotated[bool, typer.Option(help="Put the demo library into an empty data directory.")] = True,
    import_folder: Annotated[
        Path | None,
        typer.Option(
            envvar="MANYCUT_IMPORT", help="Folder whose files pages may take in (default: import in the data)."
        ),
    ] = None,
    root_path: Annotated[
        str, typer.Option(envvar="GRADIO_ROOT_PATH", help="Path under which a proxy shows it, such as /manycut.")
    ] = "",
    public: Annotated[
        bool, typer.Option("--open", help="A public demo: everybody comes in, with quotas, and nobody leads others.")
    ] = False,
    allow_host: Annotated[
        list[str] | None, typer.Option(help="A further name that it answers to, such as lab.example; may be repeated.")
    ] = None,
    accounts: Annotated[
        bool,
        typer.Option(
            "--accounts",
            envvar="MANYCUT_ACCOUNTS",
            help="Everybody needs a personal link; the first start prints one that makes the lead. Lasts.",
        ),
    ] = False,
    user_header: Annotated[
        str,
        typer.Option(
            envvar="MANYCUT_USER_HEADER",
            help="Header in which your proxy (FORWARDED_ALLOW_IPS) names who has signed on, such as X-Forwarded-User.",
        ),
    ] = "",
    new_people: Annotated[
        Literal["annotator", "viewer"],
        typer.Option(envvar="MANYCUT_NEW_PEOPLE", help="What those are whom it names for the first time."),
    ] = "annotator",
    workers: Annotated[bool, typer.Option(help="Start the workers beside it; without, `worker` does the jobs.")] = True,
) -> None:
    """Open the app in a browser: pages, REST and background worker."""
    if import_folder is not None:
        os.environ["MANYCUT_IMPORT"] = str(import_folder.resolve())
    gc.disable()  # looking through all that is loaded takes time and finds nothing; from `serve_app` on it is worth it
    try:
        from webapp.serving import serve as serve_app

        serve_app(
            host,
            port,
            data_dir,
            demo=demo,
            root_path=root_path,
            accounts=accounts,
            user_header=user_header,
            new_people=new_people,
            public=public,
            allow_hosts=allow_host or (),
            with_workers=workers,
        )
    finally:
        gc.enable()


@app.command()
def worker(
    lanes: Annotated[
        str, typer.Option(help="What it does: what people wait for, what takes videos in, what trains.")
    ] = "interactive,ingest,train",
    gpu: Annotated[int | None, typer.Option(min=0, help="Number of the GPU that it computes on, from 0.")] = None,
    data_dir: DataDir = DEFAULT_DATA,
) -> None:
    """Do background jobs, on any machine that reaches the database (DATABASE_URL) and the data directory."""
    import logging

    from webapp.lanes import lanes_of
    from webapp.worker import work

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    work(data_dir, lanes_of(lanes), None if gpu is None else str(gpu))
