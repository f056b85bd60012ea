"""Threads that write take turns in the order in which they came, and few wait where nothing moves."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from core.errors import UnavailableError
from storage.write_queue import FEW, STUCK_S, WriteQueue


def test_one_at_a_time_in_the_order_in_which_they_came():
    queue, began, at_once, most = WriteQueue(5.0), [], 0, 0

    def take(number):
        nonlocal at_once, most
        with queue.turn():
            at_once += 1
            most = max(most, at_once)
            began.append(number)
            time.sleep(0.02)
            at_once -= 1

    with ThreadPoolExecutor(10) as people, queue.turn():
        for number in range(10):
            people.submit(take, number)
            time.sleep(0.01)
    assert began == list(range(10))
    assert most == 1


def test_where_nothing_moves_few_wait_and_nobody_for_long():
    queue, waited = WriteQueue(1.5), []

    def take():
        begun = time.monotonic()
        with pytest.raises(UnavailableError, match="Another program"), queue.turn():
            pass
        waited.append(time.monotonic() - begun)

    with queue.turn():
        threads = [threading.Thread(target=take) for _ in range(30)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    waited.sort()
    assert len(waited) == 30
    assert waited[-FEW - 1] < STUCK_S + 0.5, "the others go at once"
    assert waited[-1] < 2.5
    with queue.turn():
        pass


def test_a_turn_that_ends_with_an_error_is_over():
    queue = WriteQueue(1.0)
    with pytest.raises(ValueError), queue.turn():
        raise ValueError
    with queue.turn():
        pass
