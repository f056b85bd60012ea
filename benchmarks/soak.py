"""A lab's afternoon in five minutes: many people rate, films come in, a model trains; then the server is killed.

    python -m benchmarks soak [--people 100] [--seconds 300] [--kills 10]
    make soak

Three parts, each with a server of its own over the demo library, the load generator on the same machine:

    work    every person sends an event a second; three ingests and a training run beside. Nothing may be lost or
            doubled, an event is acknowledged within 150 ms (95 of 100), and over the last three minutes the memory of
            the web process grows by less than 5 %
    open    one person opens Compare on a server that has just begun; then twenty do at once, again and again: all that
            its page asks for, within 1.5 s (95 of 100)
    kills   people rate while the server is killed (SIGKILL) and begun again at random moments: nothing lost, nothing
            doubled, and it answers again within 10 s of each kill

With DATABASE_URL=postgresql+psycopg://... each part has a new database beside that one, which its user may make.
"""

from __future__ import annotations

import asyncio
import random
import signal
import tempfile
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

import numpy as np

from benchmarks.annotating import Rater, differences, rate_at_once
from benchmarks.measuring import Result, peak_mb
from benchmarks.own_database import own_database
from benchmarks.plain_http import Connection
from benchmarks.server import Server, running, start

PEOPLE, SECONDS, KILLS = 100, 300.0, 10
ACKNOWLEDGED_S, OPENED_S, BACK_S, GROWTH = 0.150, 1.5, 10.0, 0.05
OPENING, ROUNDS = 20, 5
LAST_S = 180.0  # over which memory must not grow
LOOK_S = 2.0
INGEST_MINUTES = (1, 2, 3)
ENTRY = "demo/harbour-day"
MUST = (
    f"nothing lost or doubled; 95 of 100 events acknowledged within {1000 * ACKNOWLEDGED_S:.0f} ms and openings of "
    f"Compare within {OPENED_S} s; memory grows under {GROWTH:.0%} in the last three minutes; back in {BACK_S:.0f} s"
)
# What Compare asks for when it is opened, in this order and partly at once.
FIRST, THEN = ("/", "/api/entry"), ("/api/series", "/api/numbers")
T = TypeVar("T")


def soak(people: int = PEOPLE, seconds: float = SECONDS, kills: int = KILLS) -> Result:
    """All three parts; a shorter one where fewer people, seconds or kills are asked for."""
    started = time.perf_counter()
    facts: dict[str, Any] = {"people": people, "seconds": seconds}
    with tempfile.TemporaryDirectory() as folder:
        with own_database():
            facts["work"], work_reached = _work(Path(folder), people, seconds)
        with own_database():
            facts["open"], open_reached = _open(Path(folder))
        with own_database():
            facts["kills"], kills_reached = _kills(Path(folder), people, min(seconds, 60.0), kills)
    reached = work_reached and open_reached and kills_reached
    return Result("soak", time.perf_counter() - started, None, peak_mb(), None, reached, MUST, facts)


def _work(folder: Path, people: int, seconds: float) -> tuple[dict[str, Any], bool]:
    films = _films(folder / "work" / "import", len(INGEST_MINUTES) if seconds >= 60 else 1)
    with running(folder / "work") as server:
        jobs = _ask_for_work(folder / "work", films, seconds)

        async def everything() -> tuple[list[Rater], list[str], list[tuple[float, float]]]:
            memory: list[tuple[float, float]] = []
            watching = asyncio.create_task(_watch(server, memory))
            raters = await rate_at_once(server.url, people, seconds)
            watching.cancel()
            return raters, await differences(raters), memory

        raters, wrong, memory = _apart(everything)
        states = _states(folder / "work", jobs)
    times = np.array([each for rater in raters for each in rater.seconds])
    p50, p95, p99 = (float(np.percentile(times, part)) for part in (50, 95, 99))
    growth = _growth(memory)
    facts = {
        "events": sum(len(rater.sent) for rater in raters),
        "wrong": wrong,
        "ms": {"p50": round(1000 * p50), "p95": round(1000 * p95), "p99": round(1000 * p99)},
        "web_mb": [round(memory[0][1]), round(memory[-1][1])],
        "growth": None if growth is None else round(growth, 4),
        "jobs": states,
    }
    return facts, not wrong and p95 <= ACKNOWLEDGED_S and (growth is None or growth < GROWTH)


def _films(folder: Path, n: int) -> list[Path]:
    from benchmarks.ingest import make_video

    folder.mkdir(parents=True)
    films = {folder / f"film-{minutes}.mp4": minutes for minutes in INGEST_MINUTES[:n]}
    for film, minutes in films.items():
        make_video(film, minutes)
    return list(films)


def _ask_for_work(data_dir: Path, films: list[Path], seconds: float) -> list[int]:
    """Writes the jobs down as the pages do: the films, and a training that lasts as long as people work."""
    from storage.library import Library
    from verbs.ingest import IngestRequest
    from verbs.train import TrainRequest
    from webapp.jobs import enqueue

    library = Library.open(data_dir)
    try:
        training = TrainRequest(
            dataset="demo", kind="summdiff", minutes=max(seconds / 60, 0.1), settings={"updates": "1000000"}
        )
        return [*(enqueue(library, IngestRequest(path=(film,))) for film in films), enqueue(library, training)]
    finally:
        library.close()


def _states(data_dir: Path, jobs: list[int]) -> list[str]:
    from storage.library import Library

    library = Library.open(data_dir)
    try:
        return [library.jobs.get(job).state for job in jobs]
    finally:
        library.close()


async def _watch(server: Server, found: list[tuple[float, float]]) -> None:
    while True:
        found.append((time.perf_counter(), server.resident_mb()))
        await asyncio.sleep(LOOK_S)


def _growth(memory: list[tuple[float, float]]) -> float | None:
    """Of the resident memory over the last three minutes, as a share; None where people worked for less."""
    end = memory[-1][0]
    last = [size for at, size in memory if at >= end - LAST_S]
    if end - memory[0][0] < LAST_S or len(last) < 10:
        return None
    few = len(last) // 10
    return float(np.median(last[-few:]) / np.median(last[:few]) - 1)


def _open(folder: Path) -> tuple[dict[str, Any], bool]:
    with running(folder / "open") as server:

        async def everything() -> tuple[float, list[float]]:
            first, seconds = await _opened(server.url), list[float]()
            for _ in range(ROUNDS):
                seconds += await asyncio.gather(*(_opened(server.url) for _ in range(OPENING)))
            return first, seconds

        first, seconds = _apart(everything)
    p50, p95 = (float(np.percentile(seconds, part)) for part in (50, 95))
    said = {"first": round(first, 3), "p50": round(p50, 3), "p95": round(p95, 3)}
    facts = {"people": OPENING, "rounds": ROUNDS, "s": said}
    return facts, p95 <= OPENED_S


async def _opened(url: str) -> float:
    """Seconds until a person has everything that Compare shows of an entry."""
    started = time.perf_counter()
    connections = [Connection(url) for _ in THEN]

    async def asked(path: str, connection: Connection = connections[0]) -> None:
        await connection.get(f"{path}?id={quote(ENTRY, safe='')}" if path.startswith("/api/") else path)

    for path in FIRST:
        await asked(path)
    await asyncio.gather(*map(asked, THEN, connections))
    for each in connections:
        each.close()
    return time.perf_counter() - started


def _kills(folder: Path, people: int, seconds: float, kills: int) -> tuple[dict[str, Any], bool]:
    server = start(folder / "kills")
    back: list[float] = []

    async def killing() -> None:
        nonlocal server
        for _ in range(kills):
            await asyncio.sleep(random.uniform(0.5, 1.5) * seconds / (kills + 1) / 2)
            killed = time.perf_counter()
            server.process.send_signal(signal.SIGKILL)
            server.process.wait()
            server = await asyncio.to_thread(start, folder / "kills", port=server.port)
            back.append(time.perf_counter() - killed)

    async def everything() -> tuple[list[Rater], list[str]]:
        raters, _ = await asyncio.gather(rate_at_once(server.url, people, seconds), killing())
        return raters, await differences(raters)

    try:
        raters, wrong = _apart(everything)
    finally:
        server.process.terminate()
        server.process.wait(20)
    facts = {
        "kills": kills,
        "events": sum(len(rater.sent) for rater in raters),
        "wrong": wrong,
        "back_s": [round(one, 1) for one in back],
    }
    return facts, not wrong and max(back, default=0.0) <= BACK_S


def _apart(work: Callable[[], Awaitable[T]]) -> T:
    """Runs it in a loop of its own, also where this thread has one already."""

    async def whole() -> T:
        return await work()

    with ThreadPoolExecutor(1) as apart:
        return apart.submit(asyncio.run, whole()).result()
