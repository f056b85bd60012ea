"""How fast events may come for a task: a bucket that fills again, for each person who brings some.

Whose task it is is looked at later, so nobody empties another's bucket.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from core.errors import TooMuchError
from core.server_limits import EVENTS_AT_ONCE, EVENTS_PER_SECOND

BUCKETS = 10_000  # that are remembered; those longest untouched are full again


@dataclass
class _Bucket:
    left: float
    at: float


class Pace:
    """The events of every task, as they come to this process.

    Args:
        clock: in seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._buckets: OrderedDict[tuple[int, str], _Bucket] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, task: int, events: int, by: str) -> None:
        """Counts events that have come for a task from somebody. Raises TooMuchError, which says when to come again."""
        with self._lock:
            bucket = self._bucket(task, by)
            if events > bucket.left:
                wait = int((events - bucket.left) / EVENTS_PER_SECOND.now()) + 1
                message = "More events come for this task than anybody makes."
                raise TooMuchError(message, f"They are taken in {wait} seconds.", wait)
            bucket.left -= events

    def _bucket(self, task: int, by: str) -> _Bucket:
        now, most = self._clock(), EVENTS_AT_ONCE.now()
        bucket = self._buckets.setdefault((task, by), _Bucket(most, now))
        self._buckets.move_to_end((task, by))
        if len(self._buckets) > BUCKETS:
            self._buckets.popitem(last=False)
        bucket.left = min(most, bucket.left + (now - bucket.at) * EVENTS_PER_SECOND.now())
        bucket.at = now
        return bucket
