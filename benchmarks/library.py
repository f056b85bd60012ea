"""A library of MR.HiSum's size: imported from a file as released, served, paged through and searched over HTTP."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import h5py
import httpx
import numpy as np

from benchmarks.measuring import Result, timed
from benchmarks.server import ROOT, running

ENTRIES = 31_892
STARTS = 3
START_LIMIT_S = 3.0
ANSWER_LIMIT_S = 0.3
MEMORY_LIMIT_MB = 600
PAGES = ("/", "/annotate", "/review", "/models", "/library")
PAGE = 100  # of the picker
# Seconds are picks, as released; the videos are short, so that the file fits on any disk.
SHORTEST, LONGEST = 8, 16
WIDTH = 1024


def library_31892() -> Result:
    """MR.HiSum's number of videos."""
    return measured(ENTRIES)


def measured(entries: int, starts: int = STARTS) -> Result:
    """Imports a dataset of so many entries and measures the server over it beside one over an empty library."""
    with tempfile.TemporaryDirectory() as folder:
        empty, full = Path(folder) / "empty", Path(folder) / "full"
        file = Path(folder) / "mr_hisum.h5"
        write_mrhisum(file, entries)
        import_s, import_mb = import_file(file, full)
        begun: dict[Path, list[float]] = {empty: [], full: []}
        for _ in range(starts):
            for data_dir, seconds in begun.items():
                with running(data_dir, demo=False) as server:
                    seconds.append(server.seconds)
        with running(full, demo=False) as server, httpx.Client(base_url=server.url, timeout=60) as http:
            pages = page_bytes(http)
            found = answers(http, entries)
            memory = server.memory_mb()
    start, start_empty = (statistics.median(begun[data_dir]) for data_dir in (full, empty))
    slowest = max(found.values())
    return Result(
        f"library-{entries}",
        slowest,
        None,
        sum(memory.values()),
        None,
        start - start_empty < START_LIMIT_S and slowest < ANSWER_LIMIT_S and sum(memory.values()) < MEMORY_LIMIT_MB,
        f"start under {START_LIMIT_S:.0f} s beyond an empty library's, first page and search under"
        f" {1000 * ANSWER_LIMIT_S:.0f} ms, server and worker under {MEMORY_LIMIT_MB} MB",
        {
            "start_s": round(start, 2),
            "start_empty_s": round(start_empty, 2),
            "answers_ms": {name: round(1000 * s, 1) for name, s in found.items()},
            "memory_mb": {name: round(mb, 1) for name, mb in memory.items()},
            "pages_bytes": pages,
            "import_s": round(import_s, 1),
            "import_mb": round(import_mb, 1),
        },
    )


def page_bytes(http: httpx.Client) -> dict[str, int]:
    """How long every page is; none of them may grow with the library."""
    return {page: len(http.get(page).raise_for_status().content) for page in PAGES}


def answers(http: httpx.Client, entries: int) -> dict[str, float]:
    """Median seconds of what the pages ask about an import of `write_mrhisum`.

    Raises:
        RuntimeError: an answer is not what was asked for.
    """
    key = f"video_{entries // 2}"
    last = max(0, entries - PAGE)

    def picked(query: str, total: int) -> None:
        answer = http.get(f"/api/picker?limit={PAGE}&{query}").raise_for_status().json()
        if answer["total"] != total or len(answer["entries"]) != min(total, PAGE):
            raise RuntimeError(f"The picker found {answer['total']} entries instead of {total} for {query}.")

    def shelf() -> None:
        answer = http.get("/api/library/shelf").raise_for_status().json()
        if answer["entries"] != entries:
            raise RuntimeError(f"The Library page counts {answer['entries']} entries instead of {entries}.")

    questions = {
        "picker, first page": lambda: picked("offset=0&groups=true", entries),
        "picker, search": lambda: picked(f"offset=0&groups=false&search=hisum+{key}", 1),
        "picker, search for nothing": lambda: picked("offset=0&groups=false&search=nowhere", 0),
        "picker, longest first": lambda: picked("offset=0&groups=false&sort=-duration", entries),
        "picker, last page": lambda: picked(f"offset={last}&groups=false", entries),
        "library, data sets, collections and tags": shelf,
        "library, an entry in full": lambda: http.get(f"/api/library/entry?id=mr_hisum%2F{key}").raise_for_status(),
        "an entry": lambda: http.get(f"/api/entry?id=mr_hisum%2F{key}").raise_for_status(),
    }
    return {name: timed(ask)[0] for name, ask in questions.items()}


def write_mrhisum(path: Path, count: int) -> None:
    """A file in MR.HiSum's layout: the last shot one second short of the end, ends exclusive, one mean curve."""
    random = np.random.default_rng(0)
    features = random.standard_normal((LONGEST, WIDTH), np.float32)
    with h5py.File(path, "w") as file:
        for number in range(1, count + 1):
            length = int(random.integers(SHORTEST, LONGEST + 1))
            scores = random.random(length, np.float32)
            starts = np.arange(0, length, 4)
            group = file.create_group(f"video_{number}")
            group["features"] = features[:length]
            group["gtscore"] = scores
            group["change_points"] = np.stack([starts, np.append(starts[1:], length - 1)], axis=1)
            group["gtsummary"] = (scores > 0.85).astype(np.float32)


def import_file(file: Path, data_dir: Path, *options: str) -> tuple[float, float]:
    """`app.py import` into an empty library: seconds, and MiB at most. Raises RuntimeError where it fails."""
    command = [sys.executable, "app.py", "import", str(file), "--data-dir", str(data_dir), *options]
    started = time.perf_counter()
    environment = os.environ | {"MANYCUT_DEMO": "0"}
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise RuntimeError(f"The import of {file.name} failed; what it said stands above.")
    return time.perf_counter() - started, usage.ru_maxrss / 1024
