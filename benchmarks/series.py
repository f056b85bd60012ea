"""Opening an entry in Compare: what the page asks the server, how long that takes, and what goes over the wire."""

from __future__ import annotations

import statistics
import tempfile
import time
from fractions import Fraction
from pathlib import Path
from urllib.parse import quote

import httpx
import numpy as np

from benchmarks.measuring import REPEATS, Result
from benchmarks.server import running
from core.data import AnnotationSet, Entry, ScoreTrack
from core.data.timebase import Timebase
from core.segment.segmentation import kts_shots
from storage.library import Library

PEOPLE, SAMPLES = 20, 16
WIDTH = 1024
LIMIT_S, LIMIT_BYTES = 0.150, 400_000
HEADERS = {"Accept-Encoding": "gzip, deflate, br, zstd"}  # a browser's


def entry_series() -> Result:
    """Ten minutes, 20 people, 16 samples."""
    return measured(10)


def measured(minutes: float, repeats: int = REPEATS) -> Result:
    """Opens entries of one server: an own one every time, and the last of them again and again."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        with Library.open(data) as library:
            ids = [add(library, f"entry-{number}", minutes, seed=number) for number in range(repeats + 1)]
        with (
            running(data, demo=False) as server,
            httpx.Client(base_url=server.url, headers=HEADERS, timeout=60) as http,
        ):
            first, *fresh = [opened(http, entry_id) for entry_id in ids]
            again = [opened(http, ids[-1]) for _ in range(repeats)]
            figures_s = statistics.median(figures(http, entry_id) for entry_id in ids[1:])
            memory = server.memory_mb()
    seconds, sent = (statistics.median(values) for values in zip(*fresh, strict=True))
    return Result(
        "entry-series",
        seconds,
        None,
        sum(memory.values()),
        None,
        seconds < LIMIT_S and sent < LIMIT_BYTES,
        f"under {1000 * LIMIT_S:.0f} ms and {LIMIT_BYTES // 1000} KB on the wire",
        {
            "bytes": int(sent),
            "first_after_start_s": round(first[0], 4),
            "again_s": round(statistics.median(one for one, _ in again), 4),
            "figures_s": round(figures_s, 4),
        },
    )


def opened(http: httpx.Client, entry_id: str) -> tuple[float, int]:
    """Seconds and compressed bytes of an entry's facts and series, one after the other."""
    sent = 0
    started = time.perf_counter()
    for what in ("entry", "series"):
        answer = http.get(f"/api/{what}?id={quote(entry_id, safe='')}").raise_for_status()
        sent += answer.num_bytes_downloaded
    return time.perf_counter() - started, sent


def figures(http: httpx.Client, entry_id: str) -> float:
    """Seconds of the figures, which the page asks for when the curves are drawn."""
    started = time.perf_counter()
    http.get(f"/api/numbers?id={quote(entry_id, safe='')}").raise_for_status()
    return time.perf_counter() - started


def add(library: Library, name: str, minutes: float, seed: int = 0) -> str:
    """An entry of so many minutes with people and samples who all differ. Returns its id."""
    random = np.random.default_rng(seed)
    timebase = Timebase(Fraction(30), int(minutes * 60 * 30))
    picks = timebase.picks()
    features = random.normal(size=(len(picks), WIDTH)).astype(np.float32)
    shots = {"kts": kts_shots(features[:, :8].cumsum(0), picks, timebase.n_frames)}
    rough = random.random((PEOPLE + SAMPLES, len(picks)))
    scores = np.apply_along_axis(np.convolve, 1, rough, np.ones(9) / 9, "same").astype(np.float32)
    names = tuple(f"person {number:02d}" for number in range(1, PEOPLE + 1))
    people = AnnotationSet(names, scores[:PEOPLE], ("simulated",) * PEOPLE, simulated=(True,) * PEOPLE)
    entry = Entry(
        f"bench/{name}",
        f"Bench {name}",
        timebase,
        picks,
        features={"bench": features},
        feature_space="bench",
        shots=shots,
        annotations=people,
    )
    library.entries.add("bench", [entry])
    library.runs.add(entry.id, ScoreTrack("SummDiff", "summdiff", "bench", "bench", scores[PEOPLE:], 0, {}), "SummDiff")
    return entry.id
