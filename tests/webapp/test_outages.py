"""Many people rate while the server is killed again and again: nothing is lost, nothing is stored twice."""

from __future__ import annotations

import asyncio
import random
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from benchmarks.annotating import differences, rate_at_once, start_server
from tests.browser.conftest import free_port

PEOPLE, SECONDS, KILLS = 50, 12, 3


@pytest.fixture
def place(tmp_path: Path) -> tuple[Path, int]:
    data_dir = tmp_path / "data"
    data_dir.mkdir()
    return data_dir, free_port()


def test_ratings_of_fifty_people_survive_a_server_that_is_killed_at_random_moments(place):
    data_dir, port = place
    running = [start_server(data_dir, port)]

    async def killing() -> None:
        for _ in range(KILLS):
            await asyncio.sleep(random.uniform(1.0, 3.0))
            running[0].send_signal(signal.SIGKILL)
            running[0].wait()
            running[0] = await asyncio.to_thread(start_server, data_dir, port)

    async def everything() -> tuple[int, list[str]]:
        raters, _ = await asyncio.gather(rate_at_once(f"http://127.0.0.1:{port}", PEOPLE, SECONDS), killing())
        return sum(len(rater.sent) for rater in raters), await differences(raters)

    try:
        with ThreadPoolExecutor(1) as apart:  # the browser tests leave a running loop in this thread
            sent, wrong = apart.submit(asyncio.run, everything()).result()
    finally:
        running[0].terminate()
        running[0].wait(20)
    assert wrong == []
    assert sent >= PEOPLE * SECONDS * 0.5, "people went on rating"
