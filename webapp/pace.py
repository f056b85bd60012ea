"""How many events a task may get: a bucket a task that fills again, and a number that no judging ever needs."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from core.errors import TooMuchError
from core.server_limits import EVENTS_AT_ONCE, EVENTS_PER_SECOND, EVENTS_PER_TASK

TASKS = 10_000  # of which are remembered; those longest untouched have full buckets again
AGAIN_S = 3600


@dataclass
class _Bucket:
    left: float
    at: float
    kept: int


class Pace:
    """The events of every task, as they come to this process.

    Args:
        kept: gives how many events a task has by now; asked once a task, and again before one is refused for good.
        clock: in seconds.
    """

    def __init__(self, kept: Callable[[int], int], clock: Callable[[], float] = time.monotonic) -> None:
        self._kept = kept
        self._clock = clock
        self._buckets: OrderedDict[int, _Bucket] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, task: int, events: int) -> None:
        """Counts events that have come for a task. Raises TooMuchError, which says when to come again."""
        with self._lock:
            bucket = self._bucket(task)
            if bucket.kept + events > EVENTS_PER_TASK.now():
                bucket.kept = self._kept(task)  # some may have come twice
                if bucket.kept + events > EVENTS_PER_TASK.now():
                    message = f"This task has {bucket.kept:,} events, and no more than {EVENTS_PER_TASK.now():,} fit."
                    raise TooMuchError(message, "Submit it, or tell whoever leads this.", AGAIN_S)
            if events > bucket.left:
                wait = int((events - bucket.left) / EVENTS_PER_SECOND.now()) + 1
                message = "More events come for this task than anybody makes."
                raise TooMuchError(message, f"They are taken in {wait} seconds.", wait)
            bucket.left -= events
            bucket.kept += events

    def _bucket(self, task: int) -> _Bucket:
        now, most = self._clock(), EVENTS_AT_ONCE.now()
        bucket = self._buckets.setdefault(task, _Bucket(most, now, -1))
        if bucket.kept < 0:
            bucket.kept = self._kept(task)
        self._buckets.move_to_end(task)
        if len(self._buckets) > TASKS:
            self._buckets.popitem(last=False)
        bucket.left = min(most, bucket.left + (now - bucket.at) * EVENTS_PER_SECOND.now())
        bucket.at = now
        return bucket
