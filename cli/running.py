"""What all commands share: their common options, and calling an action with a progress bar."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from verbs.plain import plain

if TYPE_CHECKING:
    from pydantic import BaseModel

    from storage.library import Library

Request = TypeVar("Request", bound="BaseModel")
Result = TypeVar("Result", bound="BaseModel")

ROOT = Path(__file__).resolve().parent.parent
DEFAULT_DATA = ROOT / "data"

DataDir = Annotated[
    Path,
    typer.Option("--data-dir", envvar="MANYCUT_DATA", help="Where the library, videos and checkpoints are kept."),
]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON on stdout.")]


def run_action(
    data_dir: Path, as_json: bool, action: str, sentence: Callable[[dict[str, Any]], str], **arguments: Any
) -> dict[str, Any]:
    """Calls an action with a progress bar on stderr, prints its result on stdout and returns it."""
    from verbs import by_name as actions
    from verbs.data_folder import open_library

    library = open_library(data_dir)
    try:
        with progress_bar() as progress:
            result = getattr(actions, action)(library, progress=progress, **arguments)
    finally:
        library.close()
    print(json.dumps(plain(result)) if as_json else sentence(result))
    return result


def run_verb(
    data_dir: Path,
    as_json: bool,
    verb: Callable[[Library, Request], Result],
    request: Request,
    sentence: Callable[[Result], str],
) -> Result:
    """Calls a verb, prints its result on stdout and returns it."""
    from verbs.data_folder import open_library

    library = open_library(data_dir)
    try:
        result = verb(library, request)
    finally:
        library.close()
    print(result.model_dump_json() if as_json else sentence(result))
    return result


class progress_bar:
    """A rich progress bar on stderr that is a core.progress.Progress; silent where stderr is not a terminal."""

    def __enter__(self) -> Callable[..., None]:
        from rich.console import Console
        from rich.progress import Progress

        console = Console(stderr=True)
        self.bar = Progress(console=console, transient=True, disable=not console.is_terminal)
        self.bar.start()
        task = self.bar.add_task("", total=1.0)

        def report(fraction: float, message: str, figures: Any = None) -> None:
            self.bar.update(task, completed=fraction, description=message)

        return report

    def __exit__(self, *_: object) -> None:
        self.bar.stop()
