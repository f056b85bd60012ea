"""What a thread of its own makes of items that come one after the other."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterator
from itertools import islice

import pytest

from core.aside import Aside


def test_all_items_are_seen_in_their_order_by_another_thread():
    def work(items: Iterator[int]) -> tuple[list[int], int]:
        return list(items), threading.get_ident()

    aside = Aside(work, 2)
    for number in range(100):
        aside.put(number)
    seen, thread = aside.made()
    assert seen == list(range(100))
    assert thread != threading.get_ident()
    aside.close()


def test_who_puts_waits_where_too_much_lies_around():
    go_on, most = threading.Event(), []
    aside: Aside[int, int] = Aside(lambda items: sum(1 for _ in items if go_on.wait()), 2)
    putting = threading.Thread(target=lambda: [most.append(number) or aside.put(number) for number in range(10)])
    putting.start()
    putting.join(0.3)
    assert putting.is_alive()
    assert max(most) <= 3  # one is being done, two wait, and this one
    go_on.set()
    putting.join()
    assert aside.made() == 10
    aside.close()


def test_an_error_ends_the_putting_and_is_told_once_more_at_the_end():
    def work(items: Iterator[int]) -> None:
        for _ in islice(items, 3):
            pass
        raise KeyError("gone")

    aside = Aside(work, 1)
    with pytest.raises(KeyError, match="gone"):
        deque(map(aside.put, range(100)), maxlen=0)
    with pytest.raises(KeyError, match="gone"):
        aside.made()
    aside.close()


def test_closing_lets_the_thread_end_before_all_has_come():
    seen: list[int] = []
    aside: Aside[int, None] = Aside(seen.extend, 4)
    aside.put(1)
    aside.close()
    assert seen == [1]
    aside.close()


def test_a_process_ends_though_nobody_closed_it():
    said = "from core.aside import Aside; one = Aside(list, 1); one.put(1); print('ends')"
    done = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (0, "ends\n")
