"""Making things before they are asked for, so that two cores are busy."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


class _End:
    """Comes after the last item."""


_END = _End()


def prefetch(items: Generator[T, None, None], count: int) -> Generator[T, None, None]:
    """The same items in the same order, up to `count` of them made by another thread before they are asked for.

    Errors come where their item would have come. Whoever stops early closes this, and that closes `items`.
    """
    with ThreadPoolExecutor(1) as thread:
        waiting = deque(thread.submit(next, items, _END) for _ in range(count))
        try:
            while not isinstance(item := waiting.popleft().result(), _End):
                waiting.append(thread.submit(next, items, _END))
                yield item
        finally:
            for future in waiting:
                future.cancel()
            thread.submit(items.close)
