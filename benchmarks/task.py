"""What a rater waits for when a task opens, where the entry carries a language model's wide states, and where not."""

from __future__ import annotations

import statistics
import tempfile
import time
from fractions import Fraction
from pathlib import Path

import httpx
import numpy as np

from benchmarks.measuring import Result, peak_mb
from benchmarks.server import running
from core.data import AnnotationSet, Entry
from core.data.timebase import Timebase
from storage.library import Library

WIDTH = 5120  # of Llama's hidden states
PICKS = 3600  # half an hour
PEOPLE = 20
ROUNDS = 40
MOST = 1.2


def task_wide() -> Result:
    """`GET /api/task` of an entry with states of 5,120 columns against one without; both take turns."""
    with tempfile.TemporaryDirectory() as folder:
        data_dir = Path(folder) / "data"
        with Library.open(data_dir) as library:
            library.entries.add("bench", [_entry("wide", WIDTH), _entry("narrow", 0)])
        with running(data_dir, demo=False) as server, httpx.Client(base_url=server.url, timeout=60) as http:
            http.post("/api/me", json={"name": "Rater"}).raise_for_status()
            tasks = {
                name: http.post("/api/task", json={"entry": f"bench/{name}"}).raise_for_status().json()["task"]
                for name in ("wide", "narrow")
            }
            seconds: dict[str, list[float]] = {name: [] for name in tasks}
            answers: dict[str, dict] = {}
            for _ in range(ROUNDS):
                for name, task in tasks.items():
                    started = time.perf_counter()
                    answer = http.get("/api/task", params={"id": task}).raise_for_status()
                    seconds[name].append(time.perf_counter() - started)
                    answers[name] = answer.json()
    wide, narrow = (statistics.median(seconds[name]) for name in ("wide", "narrow"))
    same = [answers[name]["protocol"] for name in answers]
    return Result(
        "task-wide",
        wide,
        narrow,
        peak_mb(),
        same[0] == same[1],
        wide <= MOST * narrow,
        f"a task of an entry with states of {WIDTH} columns opens in at most {MOST} times the time without them",
        {"ms": {"wide": round(1000 * wide, 2), "narrow": round(1000 * narrow, 2)}, "times": round(wide / narrow, 3)},
    )


def _entry(name: str, width: int) -> Entry:
    random = np.random.default_rng(0)
    timebase = Timebase(Fraction(30), PICKS * 15)
    names = tuple(f"person {number:02d}" for number in range(1, PEOPLE + 1))
    people = AnnotationSet(names, random.random((PEOPLE, PICKS), np.float32), ("tvsum",) * PEOPLE)
    return Entry(
        f"bench/{name}",
        name,
        timebase,
        np.arange(PICKS) * 15,
        features={"states": random.standard_normal((PICKS, width), np.float32)} if width else {},
        text_space="states" if width else None,
        annotations=people,
    )
