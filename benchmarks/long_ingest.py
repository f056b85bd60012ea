"""Ingest of two hours of small pictures, against decoding alone; and what it holds in memory, beside half an hour.

Two ways: `colour-motion-v1` features with KTS, and everything as it is by default. Each ingest is a process of its own,
as the command line begins it, because the peak of a process never falls.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from multiprocessing import get_context
from pathlib import Path

from benchmarks.ingest import make_video
from benchmarks.measuring import Result, timed
from benchmarks.server import ROOT
from benchmarks.shots import decode_alone

SIZE = (320, 180)
MINUTES, SHORTER = 120, 30
WAYS = {"colour-motion and KTS": ("--space", "colour-motion-v1", "--shots", "kts"), "by default": ()}
MUST = {"colour-motion and KTS": 1.5, "by default": 7.0}  # times decoding alone
LIMIT_MB = 300.0


def ingest_2h() -> Result:
    """H.264 with AAC sound in MP4, a cut every three seconds, picks twice a second."""
    with tempfile.TemporaryDirectory() as folder:
        films = {minutes: Path(folder) / f"{minutes}.mp4" for minutes in (SHORTER, MINUTES)}
        for minutes, film in films.items():
            maker = get_context("spawn").Process(target=make_video, args=(film, minutes, SIZE))
            maker.start()
            maker.join()
        found: dict[str, dict[int, tuple[float, float]]] = {}
        for way, options in WAYS.items():
            found[way] = {minutes: _taken_in(film, Path(folder), options) for minutes, film in films.items()}
        decoding = timed(lambda: decode_alone(films[MINUTES]), 3)[0]
    ratios = {way: of[MINUTES][0] / decoding for way, of in found.items()}
    peaks = {way: {f"{minutes} min": round(mb) for minutes, (_, mb) in of.items()} for way, of in found.items()}
    seconds, most = found["by default"][MINUTES]
    fast = all(ratios[way] <= MUST[way] for way in WAYS)
    small = all(of[MINUTES][1] < LIMIT_MB for of in found.values())
    return Result(
        "ingest-2h",
        seconds,
        decoding,
        most,
        None,
        fast and small,
        f"memory under {LIMIT_MB:.0f} MB; times decoding alone: "
        + ", ".join(f"{way} {most}" for way, most in MUST.items()),
        {"times_decoding": {way: round(ratio, 2) for way, ratio in ratios.items()}, "peak_mb_by_length": peaks},
    )


def _taken_in(film: Path, folder: Path, options: tuple[str, ...]) -> tuple[float, float]:
    """`app.py ingest` into an empty library: seconds, and MiB at most."""
    with tempfile.TemporaryDirectory(dir=folder) as data_dir:
        command = [sys.executable, "app.py", "ingest", str(film), *options, "--data-dir", data_dir, "--json"]
        started = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=ROOT, env=os.environ | {"MANYCUT_DEMO": "0"}, stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        said = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
    if status or not json.loads(said)["entry"]:
        raise RuntimeError(f"{film.name} was not taken in: {said[-500:]}")
    return seconds, usage.ru_maxrss / 1024
