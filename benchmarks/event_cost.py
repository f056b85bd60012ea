"""What an event costs in a long log: in one's own, and for another person meanwhile.

    python -m benchmarks event-cost

A server of its own over the demo library. One person's task has 100 events, then 50,000; while that person goes on
without a pause, another one, whose task is new, sends an event at a time.
"""

from __future__ import annotations

import itertools
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import httpx
import numpy as np

from benchmarks.annotating import ENTRY, SHOTS
from benchmarks.measuring import Result, peak_mb
from benchmarks.server import running

SHORT, LONG = 100, 50_000
EVENTS = 200  # of the other person
MUST_S = 0.050
MUST = f"95 of 100 events of another person are acknowledged within {1000 * MUST_S:.0f} ms beside a log of {LONG:,}"


def event_cost() -> Result:
    """Ours: the 95th percentile of the other person's events beside the long log; reference: beside the short one."""
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        for events in (SHORT, LONG):
            data_dir = Path(folder) / str(events)
            with running(data_dir) as server:
                found[events] = _beside(server.url, data_dir, events)
    long, short = found[LONG], found[SHORT]
    facts = {
        "ms": {
            f"{events} events": {who: [round(1000 * one, 1) for one in times] for who, times in of.items()}
            for events, of in found.items()
        },
        "percentiles": [50, 95],
    }
    reached = long["another"][1] < MUST_S
    return Result("event-cost", long["another"][1], short["another"][1], peak_mb(), None, reached, MUST, facts)


def _beside(url: str, data_dir: Path, events: int) -> dict[str, tuple[float, float]]:
    """Median and 95th percentile of the seconds until an event is acknowledged, in the log and in another one."""
    stop, own = threading.Event(), []
    with httpx.Client(base_url=url, timeout=60) as one, httpx.Client(base_url=url, timeout=60) as other:
        task, fresh = _begin(one, "One"), _begin(other, "Another")
        _fill(data_dir, task, events)
        _send(one, task, events + 1)  # reads what is not at hand yet

        def go_on() -> None:
            for number in itertools.count(events + 2):
                if stop.is_set():
                    return
                own.append(_send(one, task, number))

        working = threading.Thread(target=go_on)
        working.start()
        another = [_send(other, fresh, number) for number in range(1, EVENTS + 1)]
        stop.set()
        working.join()
    return {"own": _percentiles(own), "another": _percentiles(another)}


def _begin(http: httpx.Client, name: str) -> int:
    http.post("/api/me", json={"name": name}).raise_for_status()
    task: int = http.post("/api/task", json={"entry": ENTRY}).raise_for_status().json()["task"]
    return task


def _fill(data_dir: Path, task: int, events: int) -> None:
    from core import limits
    from core.labelling.events import Event
    from storage.library import Library

    library = Library.open(data_dir)
    try:
        for begin in range(1, events + 1, limits.EVENTS_PER_REQUEST):
            numbers = range(begin, min(begin + limits.EVENTS_PER_REQUEST, events + 1))
            rated = [Event("tab", number, "rate", number % SHOTS, 1 + number % 5) for number in numbers]
            library.annotations.record_events(task, rated)
    finally:
        library.close()


def _send(http: httpx.Client, task: int, number: int) -> float:
    event: dict[str, Any] = {"client": "tab", "seq": number, "kind": "rate", "shot": number % SHOTS, "value": 3}
    started = time.perf_counter()
    http.post("/api/task/events", json={"task": task, "events": [{**event, "t": 0.0, "at": number}]}).raise_for_status()
    return time.perf_counter() - started


def _percentiles(seconds: list[float]) -> tuple[float, float]:
    return float(np.percentile(seconds, 50)), float(np.percentile(seconds, 95))
