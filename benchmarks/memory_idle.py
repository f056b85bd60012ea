"""What a resting server holds: web process and workers after the first page and some rest, beside a bare Gradio app."""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

import httpx

from benchmarks.measuring import REPEATS, Result
from benchmarks.server import bare, running

LIMIT_MB = 250.0
REST_S = 10.0


def memory_idle(repeats: int = REPEATS) -> Result:
    """Starts a server over the demo library and a bare Gradio app in turn, asks each for `/`, and lets it rest.

    MiB: RSS counts what several processes share once for each, PSS once (`web_pss`, `workers_pss`).
    """
    ours: list[dict[str, float]] = []
    bares: list[dict[str, float]] = []
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(repeats):
            for starting, found in ((running(Path(folder) / "data"), ours), (bare(Path(folder) / "bare.log"), bares)):
                with starting as server:
                    httpx.get(f"{server.url}/", timeout=60).raise_for_status()
                    time.sleep(REST_S)
                    found.append(server.idle_mb())
    medians = {name: round(statistics.median(one[name] for one in ours), 1) for name in ours[0]}
    whole = [one["web"] + one["workers"] for one in ours]
    middle = statistics.median(whole)
    bare_mb = round(statistics.median(one["web"] for one in bares), 1)
    return Result(
        "memory-idle",
        None,
        None,
        middle,
        None,
        middle <= LIMIT_MB,
        f"web process and workers together at most {LIMIT_MB:.0f} MB resident after {REST_S:.0f} s of rest",
        {
            **medians,
            "spread_mb": [round(min(whole), 1), round(max(whole), 1)],
            "bare": bare_mb,
            "bare_pss": round(statistics.median(one["web_pss"] for one in bares), 1),
            "why": f"{middle:.0f} MB resident (must: {LIMIT_MB:.0f}); a bare Gradio app: {bare_mb:.0f} MB",
        },
    )
