"""One kind of work on many items: here, in several processes of this machine, or on a Ray cluster (`core.ray_engine`).

What comes of an item goes back to whoever asked, which keeps it: workers compute, and write no database.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from core.errors import Cancelled, InputError, ManycutError
from core.progress import Progress, ShouldStop, check, never, silent

Item = TypeVar("Item")
Made = TypeVar("Made")
ItemIn = TypeVar("ItemIn", contravariant=True)
MadeOut = TypeVar("MadeOut", covariant=True)

TRIES = 4  # of an item whose worker dies
AHEAD = 2  # items a worker that are underway at once: it waits for none, and no more lie around
LOOK_S = 0.5  # between two questions whether it is still wanted


class Do(Protocol[ItemIn, MadeOut]):
    """Does one item. May be called again for an item whose worker died."""

    def __call__(self, item: ItemIn, progress: Progress, should_stop: ShouldStop, /) -> MadeOut: ...


class Work(Protocol[ItemIn, MadeOut]):
    """A kind of work. It can be pickled, as can its items and what comes of them."""

    def open(self) -> Do[ItemIn, MadeOut]:
        """Loads what it needs, once in every worker."""


@dataclass(frozen=True)
class Done(Generic[Item, Made]):
    """What came of an item: `made`, or the error that it ended with."""

    item: Item
    made: Made | None = None
    error: Exception | None = None

    def result(self) -> Made:
        """What was made. Raises the error."""
        if self.error is not None:
            raise self.error
        return self.made  # type: ignore[return-value]  # None where that is what it makes


class Engine(Protocol):
    """Who does the work."""

    def map(
        self,
        work: Work[Item, Made],
        items: Iterable[Item],
        told: Callable[[Item], Progress] = lambda _: silent,
        should_stop: ShouldStop = never,
    ) -> Iterator[Done[Item, Made]]:
        """Does every item exactly once, as far as whoever asked can see, in whatever order they are done.

        Args:
            work: on each.
            items: taken one by one, no more of them than can be done soon.
            told: the progress of an item.
            should_stop: asked often.

        Raises:
            Cancelled: `should_stop` said so.
        """


class Here:
    """One after another in this process."""

    def map(
        self,
        work: Work[Item, Made],
        items: Iterable[Item],
        told: Callable[[Item], Progress] = lambda _: silent,
        should_stop: ShouldStop = never,
    ) -> Iterator[Done[Item, Made]]:
        do: Do[Item, Made] | None = None
        for item in items:
            do = do or work.open()
            try:
                done = Done[Item, Made](item, do(item, told(item), should_stop))
            except Cancelled:
                raise
            except Exception as error:
                done = Done(item, error=error)
            yield done


HERE = Here()


class Pool:
    """Several processes of this machine, which share its cores.

    Args:
        workers: how many.
    """

    def __init__(self, workers: int) -> None:
        self._workers = workers

    def map(
        self,
        work: Work[Item, Made],
        items: Iterable[Item],
        told: Callable[[Item], Progress] = lambda _: silent,
        should_stop: ShouldStop = never,
    ) -> Iterator[Done[Item, Made]]:
        waiting, rest = deque[tuple[Item, int]](), iter(items)
        underway: dict[Future[Any], tuple[Item, int]] = {}
        pool = self._pool(work)
        try:
            while True:
                while len(underway) < AHEAD * self._workers and (following := next_item(waiting, rest)) is not None:
                    underway[pool.submit(_do_one, following[0])] = following
                if not underway:
                    return
                over, _ = wait(underway, LOOK_S, FIRST_COMPLETED)
                check(should_stop, "The work", "What is done is kept.")
                if any(isinstance(one.exception(), BrokenProcessPool) for one in over):
                    pool.shutdown(wait=False)
                    pool = self._pool(work)
                    wait(underway)
                    over = set(underway)
                for future in over:
                    item, tries = underway.pop(future)
                    if not isinstance(future.exception(), BrokenProcessPool):
                        made, error = future.result()
                        yield ended(item, made, error, told)
                    elif tries < TRIES:
                        waiting.append((item, tries + 1))
                    else:
                        yield Done(item, error=lost(tries))
        finally:
            pool.shutdown(wait=False, cancel_futures=True)

    def _pool(self, work: Work[Any, Any]) -> ProcessPoolExecutor:
        threads = max(1, len(os.sched_getaffinity(0)) // self._workers)
        return ProcessPoolExecutor(
            self._workers, multiprocessing.get_context("spawn"), initializer=_open, initargs=(work, threads)
        )


def lost(tries: int) -> InputError:
    """For an item whose worker died every time."""
    return InputError(f"Its worker died {tries} times.", "Is there enough memory? Try with fewer workers.")


def attempt(do: Do[Item, Made], item: Item) -> tuple[Made | None, Exception | None]:
    """What a worker sends back: what was made, or an error that can be sent."""
    try:
        return do(item, silent, never), None
    except ManycutError as error:
        return None, error
    except Exception as error:
        return None, RuntimeError(f"{type(error).__name__}: {error}")


def opened(work: Work[Item, Made]) -> Do[Item, Made]:
    """The work ready to be done; where it cannot be opened, every item says why."""
    try:
        return work.open()
    except Exception as error:
        why = error

    def refuse(item: Item, progress: Progress, should_stop: ShouldStop) -> Made:
        raise why

    return refuse


def ended(item: Item, made: Made | None, error: Exception | None, told: Callable[[Item], Progress]) -> Done[Item, Made]:
    """What a worker sent back, told."""
    told(item)(1.0, "Done")
    return Done(item, made, error)


def next_item(waiting: deque[tuple[Item, int]], rest: Iterator[Item]) -> tuple[Item, int] | None:
    """The next item and which try it is; None where there is none."""
    if waiting:
        return waiting.popleft()
    for item in rest:
        return item, 1
    return None


# In a worker ------------------------------------------------------------------------------------------------------

_opened: list[Do[Any, Any]] = []


def _open(work: Work[Any, Any], threads: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever asked is told, and ends the pool
    _opened.append(opened(work))
    if (torch := sys.modules.get("torch")) is not None:
        torch.set_num_threads(threads)


def _do_one(item: Any) -> tuple[Any, Exception | None]:
    return attempt(_opened[0], item)
