"""The threads of one process that want to write: they take turns, and never so many wait that nobody is left to read.

The database has one writer at a time. Threads that would wait for it inside of a connection take it from those that
read, and SQLite's own waiting looks again only every tenth of a second; here the next one begins at once.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from core.errors import UnavailableError
from storage.refusals import BUSY, CROWDED

LOOK_S = 0.1  # between two looks of somebody who waits
STUCK_S = 0.5  # a turn that takes so long is one that waits for another program
FEW = 8  # who may wait while nothing moves; the others are sent away, and their threads are free
LONGEST = 5  # times the patience, that somebody waits while everything moves, but slowly


class WriteQueue:
    """Turns of the threads of this process, in the order in which they came.

    Args:
        patience: seconds that somebody waits for their turn while nothing moves.
    """

    def __init__(self, patience: float) -> None:
        self.patience = patience
        self._mutex = threading.Lock()
        self._waiting: deque[threading.Event] = deque()
        self._since: float | None = None  # when the present turn began

    @contextmanager
    def turn(self) -> Iterator[None]:
        """The block has its turn. Raises UnavailableError where it does not come."""
        if not self._at_once():
            self._wait()
        try:
            yield
        finally:
            with self._mutex:
                self._since = None
                self._call_next()

    def _at_once(self) -> bool:
        with self._mutex:
            if self._since is not None or self._waiting:
                return False
            self._since = time.monotonic()
            return True

    def _wait(self) -> None:
        called, begun = threading.Event(), time.monotonic()
        with self._mutex:
            self._waiting.append(called)
            self._call_next()  # it may have become free meanwhile
        while True:
            called.wait(LOOK_S)
            with self._mutex:
                now = time.monotonic()
                if self._since is None and self._waiting[0] is called:
                    self._waiting.popleft()
                    self._since = now
                    return
                stuck = self._since is not None and now - self._since > STUCK_S
                tired = now - begun > self.patience or self._waiting.index(called) >= FEW
                if (stuck and tired) or now - begun > LONGEST * self.patience:
                    self._waiting.remove(called)
                    self._call_next()
                    said = BUSY if stuck else CROWDED
                    raise UnavailableError(said.message, said.hint)

    def _call_next(self) -> None:
        if self._since is None and self._waiting:
            self._waiting[0].set()
