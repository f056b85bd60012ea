"""Importing MR.HiSum's layout by the command line, its start included, against the plainest copy of the same file."""

from __future__ import annotations

import sqlite3
import statistics
import tempfile
import time
from pathlib import Path

import h5py

from benchmarks.library import import_file, write_mrhisum
from benchmarks.measuring import Result

ENTRIES = 6_000
REPEATS = 3
MUST = 700.0  # entries a second
WAYS = {"copied": (), "features stay": ("--features-stay",)}


def import_mrhisum(entries: int = ENTRIES, repeats: int = REPEATS) -> Result:
    """The median of some imports in turns: features copied, features left in the file, and the plain copy.

    Args:
        entries: videos of the made file.
        repeats: imports in each way.
    """
    seconds: dict[str, list[float]] = {way: [] for way in WAYS}
    plain: list[float] = []
    most = 0.0
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "mr_hisum.h5"
        write_mrhisum(file, entries)
        for number in range(repeats):
            for way, options in WAYS.items():
                taken, mb = import_file(file, Path(folder) / f"{number} {way}", *options)
                seconds[way].append(taken)
                most = max(most, mb)
            plain.append(_copied_plainly(file, Path(folder) / f"{number} plain"))
    rates = {way: entries / statistics.median(taken) for way, taken in seconds.items()}
    spread = {way: [round(entries / one) for one in (max(taken), min(taken))] for way, taken in seconds.items()}
    return Result(
        "import-mrhisum",
        statistics.median(seconds["copied"]),
        statistics.median(plain),
        most,
        None,
        rates["copied"] >= MUST,
        f"{MUST:.0f} entries a second, each checked, in a file of its own and listed",
        {
            "entries_per_second": round(rates["copied"]),
            "entries_per_second_by_way": {way: round(rate) for way, rate in rates.items()},
            "slowest_and_fastest": spread,
            "entries": entries,
        },
    )


def _copied_plainly(file: Path, folder: Path) -> float:
    """Each group as it is into a file of its own by h5py, and a row for it; nothing is checked. Seconds."""
    folder.mkdir()
    started = time.perf_counter()
    with h5py.File(file) as source, sqlite3.connect(folder / "rows.db") as rows:
        rows.execute("CREATE TABLE entries (id TEXT PRIMARY KEY, picks INTEGER)")
        for key, group in source.items():
            with h5py.File(folder / f"{key}.h5", "w") as target:
                written = target.create_group("entry")
                for name, values in group.items():
                    written[name] = values[()]
            rows.execute("INSERT INTO entries VALUES (?, ?)", (key, len(group["gtscore"])))
    rows.close()
    return time.perf_counter() - started
