"""What many ask for at once and is always the same: computed once, and kept for a while."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")


class Once(Generic[T]):
    """The newest values by what they were computed from; who asks while one is computed waits for it.

    Args:
        most: how many are kept, or how much of what `weigh` says of each.
        weigh: what one counts for.
    """

    def __init__(self, most: int, weigh: Callable[[T], int] = lambda value: 1) -> None:
        self._most = most
        self._weigh = weigh
        self._kept: OrderedDict[Hashable, T] = OrderedDict()
        self._underway: dict[Hashable, Lock] = {}
        self._lock = Lock()

    def of(self, key: Hashable, compute: Callable[[], T]) -> T:
        """The value of `key`; what `compute` raises is raised, and nothing is kept of it."""
        with self._lock:
            turn = self._underway.setdefault(key, Lock())
        with turn:
            with self._lock:
                if key in self._kept:
                    self._kept.move_to_end(key)
                    return self._kept[key]
            try:
                value = compute()
                with self._lock:
                    self._kept[key] = value
                    while sum(map(self._weigh, self._kept.values())) > self._most:
                        self._kept.popitem(last=False)
                return value
            finally:
                with self._lock:
                    self._underway.pop(key, None)
