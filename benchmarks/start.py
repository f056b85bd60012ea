"""From `python app.py` to the first page: with the demo library in a new data directory, and on every later start."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import quote

import httpx

from benchmarks.measuring import REPEATS, Result, timed
from benchmarks.server import ROOT, running

LIMIT_S, HELP_LIMIT_S = 8.0, 0.7


def start(repeats: int = REPEATS) -> Result:
    """Starts a server in new folders, again in the same ones, and asks for the help."""
    first, second, memory = [], [], 0.0
    with tempfile.TemporaryDirectory() as folder:
        for number in range(repeats):
            for found in (first, second):
                with running(Path(folder) / f"data-{number}") as server:
                    _first_page(server.url)
                    found.append(time.perf_counter() - server.begun)
                    memory = max(memory, sum(server.memory_mb().values()))
    help_s, _ = timed(_help, repeats)
    seconds = statistics.median(first)
    return Result(
        "start",
        seconds,
        None,
        memory,
        None,
        seconds < LIMIT_S and help_s < HELP_LIMIT_S,
        f"under {LIMIT_S:.0f} s with the demo library, `--help` under {HELP_LIMIT_S} s",
        {"again_s": round(statistics.median(second), 2), "help_s": round(help_s, 3), "slowest_s": round(max(first), 2)},
    )


def _first_page(url: str) -> None:
    """What a browser asks before Compare shows an entry."""
    with httpx.Client(base_url=url, timeout=60, follow_redirects=True) as http:
        for page in ("/", "/compare"):
            if "gradio" not in http.get(page).raise_for_status().text:
                raise RuntimeError(f"{page} is not the page.")
        entries = http.get("/api/picker?offset=0&limit=100&groups=true").raise_for_status().json()["entries"]
        for what in ("entry", "series"):
            http.get(f"/api/{what}?id={quote(entries[0]['id'], safe='')}").raise_for_status()


def _help() -> None:
    subprocess.run([sys.executable, "app.py", "--help"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
