"""What all commands share: asking a verb with a progress bar."""

from __future__ import annotations

import json
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

from core.errors import InputError
from verbs.contract import Request, Result

if TYPE_CHECKING:
    from core.engine import Engine
    from core.progress import Progress
    from core.training.underway import Underway
    from storage.library import Library

Asked = TypeVar("Asked", bound=Request, contravariant=True)
Done = TypeVar("Done", bound=Result, covariant=True)
Q = TypeVar("Q", bound=Request)
R = TypeVar("R", bound=Result)


class Verb(Protocol[Asked, Done]):
    """One of the functions of `verbs`."""

    __name__: str

    def __call__(self, library: Library, request: Asked, *, progress: Progress) -> Done: ...


class Many(Protocol[Asked, Done]):
    """One of those that engines do."""

    __name__: str

    def __call__(self, library: Library, request: Asked, *, progress: Progress, engine: Engine) -> Done: ...


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


def on_engine(verb: Many[Q, R], name: str, workers: int | None) -> Verb[Q, R]:
    """A verb about many entries that has workers compute; this process alone writes the database.

    Raises:
        InputError: there is no such engine, or none answers.
        NotFoundError: Ray is not installed.
    """

    def asked(library: Library, request: Q, *, progress: Progress) -> R:
        with engine_called(name, workers) as engine:
            return verb(library, request, progress=progress, engine=engine)

    return asked


@contextmanager
def engine_called(name: str, workers: int | None) -> Iterator[Engine]:
    """The engine that a person names; see `EngineName`. Raises as `on_engine`."""
    from core.engine import HERE, Pool

    kind, _, address = name.partition("://")
    if kind == "ray":
        from core.ray_engine import connected

        with connected(address or None, workers) as engine:
            yield engine
    elif name != "local":
        raise InputError(f"There is no engine '{name}'.", "Choose local, ray or ray://ADDRESS.")
    else:
        yield HERE if workers in (None, 1) else Pool(workers or 1)


def ends_early(training: Training[Q, R], snapshots: Path | None) -> Verb[Q, R]:
    """A training that Ctrl-C ends with the best of what it has; pressed once more, it stops at once.

    What it keeps in `snapshots`, where that is a folder, is gone when it is over.
    """
    kept = None if snapshots is None else snapshots.resolve() / "manycut-training"

    def verb(library: Library, request: Q, *, progress: Progress) -> R:
        with enough(kept) as underway:
            result = training(library, request, progress=progress, underway=underway)
        if kept is not None:
            shutil.rmtree(kept, ignore_errors=True)
        return result

    return verb


@contextmanager
def enough(kept: Path | None = None) -> Iterator[Underway]:
    """Tells a training in the block that somebody pressed Ctrl-C, where it keeps what it has, and who trains along."""
    from core.training.distributed import joined, launched
    from core.training.underway import Underway

    pressed: float | None = None
    # The terminal tells every process of Ctrl-C, and torchrun tells them once more.
    one_press_s = 1.0 if launched() else 0.0

    def press(number: int, frame: object) -> None:
        nonlocal pressed
        now = time.monotonic()
        if pressed is not None and now - pressed >= one_press_s:
            raise KeyboardInterrupt
        if pressed is None:
            print(
                "Ending with the best so far, which is kept. Ctrl-C again stops at once and keeps nothing.",
                file=sys.stderr,
            )
        pressed = now

    before = signal.signal(signal.SIGINT, press)
    try:
        with joined() as processes:
            yield Underway(kept, lambda: pressed is not None, processes=processes)
    finally:
        signal.signal(signal.SIGINT, before)


def follow_first() -> None:
    """What the other processes of `torchrun` do: they train along with the first one, which alone hears Ctrl-C."""
    from core.training.distributed import joined
    from core.training.loop import follow

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with joined() as processes:
        follow(processes)


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
