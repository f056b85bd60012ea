"""Work on what somebody else comes across, done by a thread of its own, so that two cores are busy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from queue import Full, Queue
from threading import Thread
from typing import Generic, TypeVar

Item = TypeVar("Item")
Made = TypeVar("Made")

# How often somebody who waits for room asks whether the work has failed, in seconds.
ASKED = 0.1


class Aside(Generic[Item, Made]):
    """Items in, one after the other; at the end what a thread has made of them all.

    Args:
        work: what is done, by the thread, with all items; it must take every one of them, or fail.
        waiting: how many items may wait for it.
    """

    def __init__(self, work: Callable[[Iterator[Item]], Made], waiting: int) -> None:
        self._work = work
        self._queue: Queue[tuple[Item, ...]] = Queue(waiting)
        self._made: Future[Made] = Future()
        # The process may end while it waits for items.
        self._thread = Thread(target=self._do, daemon=True)
        self._thread.start()

    def put(self, item: Item) -> None:
        """The next item. Raises what the work raised, where it has failed already."""
        if not self._offer((item,)):
            self._made.result()

    def made(self) -> Made:
        """What was made of the items so far; no more can follow. Raises what the work raised."""
        self._offer(())
        return self._made.result()

    def close(self) -> None:
        """Lets the thread end, whatever it has done so far."""
        self._offer(())
        self._thread.join()

    def _do(self) -> None:
        try:
            self._made.set_result(self._work(self._items()))
        except BaseException as error:
            self._made.set_exception(error)

    def _offer(self, item: tuple[Item, ...]) -> bool:
        """Whether the thread will see it; it does not where it has ended."""
        while not self._made.done():
            try:
                self._queue.put(item, timeout=ASKED)
                return True
            except Full:
                continue
        return False

    def _items(self) -> Iterator[Item]:
        while item := self._queue.get():
            yield from item
