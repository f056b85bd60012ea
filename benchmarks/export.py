"""How long an export of 100,000 labels takes in each format, and a join of their log, beside reading the log alone.

    python -m benchmarks.export [--people 50] [--entries 100] [--shots 20]

Fills a library with people who rated every shot of every entry, writes each format once, and prints seconds. The last
column is the ratio to folding the labels out of the log, which every export has to do, so that machines compare.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table
from sqlalchemy import insert, true, update

from core.data import Entry, Shots
from core.data.timebase import Timebase
from storage.database import writing
from storage.export import FORMATS, export_labels
from storage.library import Library
from storage.merging import join_events
from storage.tables import AnnotatorRow, EventRow, TaskRow

DATASET = "many"
FPS, STEP = 30, 15


def entries_of(count: int, shots: int) -> list[Entry]:
    """Entries of two seconds a shot with features of the field's width."""
    random = np.random.default_rng(0)
    n_frames = shots * 2 * FPS
    edges = np.arange(0, n_frames + 1, 2 * FPS)
    picks = np.arange(0, n_frames, STEP)
    return [
        Entry(
            id=f"{DATASET}/video_{number}",
            title=f"Video {number}",
            timebase=Timebase(Fraction(FPS), n_frames),
            picks=picks,
            features={"googlenet-pool5": random.normal(size=(len(picks), 1024)).astype(np.float32)},
            feature_space="googlenet-pool5",
            shots={"kts": Shots(np.stack([edges[:-1], edges[1:]], axis=1), "kts")},
        )
        for number in range(1, count + 1)
    ]


def fill(library: Library, people: int, entries: int, shots: int) -> int:
    """Everybody rates every shot of every entry and submits, straight into the tables. Returns the number of labels."""
    random = np.random.default_rng(1)
    made = entries_of(entries, shots)
    ids = library.entries.add(DATASET, made)
    protocol = library.annotations.protocols.standard()
    bounds = library.entries.get(ids[0]).shots[protocol.settings.shots].bounds.tolist()
    with writing(library.engine) as session:
        session.execute(
            insert(AnnotatorRow),
            [{"id": n, "name": f"Person {n}", "pseudonym": f"annotator-{n:03d}"} for n in range(1, people + 1)],
        )
        pairs = [(person, entry) for entry in ids for person in range(1, people + 1)]
        tasks = [
            {"id": number, "annotator_id": person, "entry_id": entry, "protocol_id": protocol.id, "shots": bounds}
            for number, (person, entry) in enumerate(pairs, start=1)
        ]
        session.execute(insert(TaskRow), tasks)
        values = random.integers(1, 6, (len(tasks), shots)).tolist()
        events = [
            {"task_id": n, "client": "tab", "seq": shot, "kind": "rate", "shot": shot, "value": value, "at": shot}
            for n, row in enumerate(values, start=1)
            for shot, value in enumerate(row)
        ]
        session.execute(insert(EventRow), events)
        ends = [{"task_id": task["id"], "client": "tab", "seq": shots, "kind": "submit", "at": shots} for task in tasks]
        session.execute(insert(EventRow), ends)
        session.execute(update(TaskRow).values(state="submitted", judged=shots))
    return len(events)


def seconds(work: Callable[[], object]) -> float:
    """How long one call takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.export", description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, default=50)
    parser.add_argument("--entries", type=int, default=100)
    parser.add_argument("--shots", type=int, default=20)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, Library.open(Path(folder) / "here") as library:
        labels = fill(library, given.people, given.entries, given.shots)
        fold = seconds(lambda: library.labels.matching(true()))
        found = {"labels out of the log": fold}
        out = Path(folder)
        for name in FORMATS:
            found[f"export {name}"] = seconds(lambda name=name: export_labels(library, out / name, format=name))
        with Library.open(out / "there") as other:
            other.entries.add(DATASET, entries_of(given.entries, given.shots))
            found["join the log"] = seconds(lambda: join_events(other, out / "events"))
            found["join it again"] = seconds(lambda: join_events(other, out / "events"))
    table = Table(f"{labels:,} labels", "seconds", "ratio")
    for name, took in found.items():
        table.add_row(name, f"{took:.2f}", f"{took / fold:.1f}")
    Console().print(table)


if __name__ == "__main__":
    main()
