from __future__ import annotations

from collections.abc import Generator
from contextlib import closing

import pytest

from core.video.prefetch import prefetch


def test_items_come_in_order_and_errors_in_their_place() -> None:
    def items() -> Generator[int, None, None]:
        yield from range(5)
        raise ValueError("the sixth")

    given = prefetch(items(), 3)
    assert [next(given) for _ in range(5)] == list(range(5))
    with pytest.raises(ValueError, match="the sixth"):
        next(given)
    assert list(prefetch(iter_of(0), 3)) == []
    assert list(prefetch(iter_of(2), 3)) == [0, 1]


def test_no_more_is_made_than_allowed_and_stopping_early_closes_the_source() -> None:
    made, closed = [], []

    def items() -> Generator[int, None, None]:
        try:
            for item in range(1000):
                made.append(item)
                yield item
        finally:
            closed.append(True)

    with closing(prefetch(items(), 4)) as given:
        assert next(given) == 0
        assert len(made) <= 5
    assert closed == [True]
    assert len(made) <= 5


def iter_of(n: int) -> Generator[int, None, None]:
    yield from range(n)
