"""Many people rate while the server is killed again and again: nothing is lost, nothing is stored twice."""

from __future__ import annotations

import asyncio
import random
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from benchmarks.annotating import differences, rate_at_once
from benchmarks.server import start

PEOPLE, SECONDS, KILLS = 50, 12, 3


@pytest.mark.slow
def test_ratings_of_fifty_people_survive_a_server_that_is_killed_at_random_moments(tmp_path: Path):
    running = start(tmp_path / "data")

    async def killing() -> None:
        nonlocal running
        for _ in range(KILLS):
            await asyncio.sleep(random.uniform(1.0, 3.0))
            running.process.send_signal(signal.SIGKILL)
            running.process.wait()
            running = await asyncio.to_thread(start, tmp_path / "data", port=running.port)

    async def everything() -> tuple[int, list[str]]:
        raters, _ = await asyncio.gather(rate_at_once(running.url, PEOPLE, SECONDS), killing())
        return sum(len(rater.sent) for rater in raters), await differences(raters)

    try:
        with ThreadPoolExecutor(1) as apart:  # the browser tests leave a running loop in this thread
            sent, wrong = apart.submit(asyncio.run, everything()).result()
    finally:
        running.process.terminate()
        running.process.wait(20)
    assert wrong == []
    assert sent >= PEOPLE * SECONDS * 0.5, "people went on rating"
