"""What all commands share: their common options, and asking a verb with a progress bar."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Protocol, TypeVar

import typer

from verbs.contract import Request, Result

if TYPE_CHECKING:
    from core.progress import Progress
    from core.training.underway import Underway
    from storage.library import Library

ROOT = Path(__file__).resolve().parent.parent
DEFAULT_DATA = ROOT / "data"

DataDir = Annotated[
    Path,
    typer.Option("--data-dir", envvar="MANYCUT_DATA", help="Where the library, videos and checkpoints are kept."),
]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON on stdout.")]

Asked = TypeVar("Asked", bound=Request, contravariant=True)
Done = TypeVar("Done", bound=Result, covariant=True)
Q = TypeVar("Q", bound=Request)
R = TypeVar("R", bound=Result)


class Verb(Protocol[Asked, Done]):
    """One of the functions of `verbs`."""

    __name__: str

    def __call__(self, library: Library, request: Asked, *, progress: Progress) -> Done: ...


class Training(Protocol[Asked, Done]):
    """One of those that can end early."""

    def __call__(self, library: Library, request: Asked, *, progress: Progress, underway: Underway) -> Done: ...


def run_verb(data_dir: Path, as_json: bool, verb: Verb[Q, R], request: Q, sentence: Callable[[R], str]) -> R:
    """Asks a verb with a progress bar on stderr, prints its result on stdout and returns it."""
    from verbs.data_folder import open_library

    library = open_library(data_dir)
    try:
        with progress_bar() as progress:
            result = verb(library, request, progress=progress)
    finally:
        library.close()
    print(json.dumps(result.as_json(), ensure_ascii=False, separators=(",", ":")) if as_json else sentence(result))
    return result


def ends_early(training: Training[Q, R]) -> Verb[Q, R]:
    """A training that Ctrl-C ends with the best of what it has; pressed once more, it stops at once."""

    def verb(library: Library, request: Q, *, progress: Progress) -> R:
        with enough() as underway:
            return training(library, request, progress=progress, underway=underway)

    return verb


@contextmanager
def enough() -> Iterator[Underway]:
    """What tells a training in the block that somebody pressed Ctrl-C."""
    from core.training.underway import Underway

    pressed = False

    def press(number: int, frame: object) -> None:
        nonlocal pressed
        if pressed:
            raise KeyboardInterrupt
        pressed = True
        print(
            "Ending with the best so far, which is kept. Ctrl-C again stops at once and keeps nothing.", file=sys.stderr
        )

    before = signal.signal(signal.SIGINT, press)
    try:
        yield Underway(should_finish=lambda: pressed)
    finally:
        signal.signal(signal.SIGINT, before)


class progress_bar:
    """A rich progress bar on stderr that is a core.progress.Progress; silent where stderr is not a terminal."""

    def __enter__(self) -> Progress:
        from rich.console import Console
        from rich.progress import Progress as Bar

        console = Console(stderr=True)
        self.bar = Bar(console=console, transient=True, disable=not console.is_terminal)
        self.bar.start()
        task = self.bar.add_task("", total=1.0)

        def report(fraction: float, message: str, figures: Mapping[str, float] | None = None) -> None:
            self.bar.update(task, completed=fraction, description=message)

        return report

    def __exit__(self, *_: object) -> None:
        self.bar.stop()
