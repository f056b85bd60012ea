"""From `python app.py` to the first page, beside a bare Gradio app; and until Compare has its entry.

The first start puts the demo library into a new data directory, later ones find it there. What is compared with the
bare Gradio app is a later start, until `/` is answered: in seconds, and in those that the web process computes.
"""

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
from benchmarks.server import ROOT, Server, bare, running

LIMIT_S, HELP_LIMIT_S = 8.0, 0.7
LIMIT_TIMES = 1.15  # as long as the bare Gradio app


def start(repeats: int = REPEATS) -> Result:
    """Starts a server in new folders, again in the same ones, and a bare Gradio app; and asks for the help."""
    first, again, ours, ours_cpu, bares, bares_cpu = ([] for _ in range(6))  # type: tuple[list[float], ...]
    memory = 0.0
    with tempfile.TemporaryDirectory() as folder:
        for number in range(repeats):
            data_dir = Path(folder) / f"data-{number}"
            with running(data_dir) as server:
                _compare(server.url)
                first.append(time.perf_counter() - server.begun)
                memory = max(memory, sum(server.memory_mb().values()))
            with bare(Path(folder) / "bare.log") as server:
                _page(server, bares, bares_cpu)
            with running(data_dir) as server:
                _page(server, ours, ours_cpu)
                _compare(server.url)
                again.append(time.perf_counter() - server.begun)
    help_s, _ = timed(_help, repeats)
    medians = [statistics.median(found) for found in (first, again, ours, ours_cpu, bares, bares_cpu)]
    first_s, again_s, ours_s, cpu_s, bare_s, bare_cpu_s = medians
    times, times_cpu = ours_s / bare_s, cpu_s / bare_cpu_s
    return Result(
        "start",
        ours_s,
        bare_s,
        memory,
        None,
        max(times, times_cpu) <= LIMIT_TIMES and first_s < LIMIT_S and help_s < HELP_LIMIT_S,
        f"at most {LIMIT_TIMES} times a bare Gradio app, waited and computed; Compare under {LIMIT_S:.0f} s with the "
        f"demo library, `--help` under {HELP_LIMIT_S} s",
        {
            "times_as_long": round(times, 3),
            "times_cpu": round(times_cpu, 3),
            "cpu_s": round(cpu_s, 2),
            "bare_cpu_s": round(bare_cpu_s, 2),
            "spread_s": [round(min(ours), 2), round(max(ours), 2)],
            "bare_spread_s": [round(min(bares), 2), round(max(bares), 2)],
            "first_compare_s": round(first_s, 2),
            "again_compare_s": round(again_s, 2),
            "help_s": round(help_s, 3),
        },
    )


def _page(server: Server, seconds: list[float], cpu: list[float]) -> None:
    """Asks for `/`, and notes what had passed and been computed since the process was started."""
    if "gradio" not in httpx.get(f"{server.url}/", timeout=60).raise_for_status().text:
        raise RuntimeError("/ is not the page.")
    seconds.append(time.perf_counter() - server.begun)
    cpu.append(server.cpu_s())


def _compare(url: str) -> None:
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
