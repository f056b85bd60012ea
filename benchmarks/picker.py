"""How long the entry picker's queries take, and how that grows with the library.

    python -m benchmarks.picker [--repeats 9]

Fills a library with 1,000 and one with 30,000 rows, asks both the same questions, and prints the fastest answer of each
in milliseconds and how many times longer the larger library takes (30 would be in proportion).
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table
from sqlalchemy import insert

from storage.database import writing
from storage.library import Library
from storage.search import Wanted, search_text_of
from storage.tables import DatasetRow, EntryRow

SIZES = (1_000, 30_000)
SUBJECTS = ("Harbour", "Bee keeping", "Parkour", "Changing a tyre", "Flash mob", "Dog show", "Sandwich", "Birthday")
PLACES = ("Zürich", "Lisbon", "Kyoto", "Oslo", "Accra", "Lima", "Perth", "Quebec")
CATEGORIES = ("sport", "home", "nature", "vehicles", "food", "people")


def fill(library: Library, count: int, datasets: int = 5) -> list[str]:
    """Puts rows straight into the tables, without arrays: enough for lists and searches. Returns their ids."""
    random = np.random.default_rng(0)
    names = [f"set-{n}" for n in range(datasets)]
    people = random.choice((0, 1, 12, 20), count)
    rows = []
    for n in range(count):
        dataset, category = names[n * datasets // count], CATEGORIES[random.integers(len(CATEGORIES))]
        title = f"{random.choice(SUBJECTS)} in {random.choice(PLACES)} {n}"
        entry_id = f"{dataset}/video-{n:05d}"
        rows.append(
            {
                "id": entry_id,
                "dataset": dataset,
                "position": n,
                "title": title,
                "category": category,
                "n_frames": 7200,
                "fps": "30/1",
                "duration": float(random.uniform(20, 3000)),
                "picks": 480,
                "people": int(people[n]),
                "has_captions": False,
                "simulated_people": 0,
                "rate_assumed": False,
                "arrays": f"entries/{entry_id}.h5",
                "video": f"videos/{n}.mp4" if n % 3 else None,
                "search_text": search_text_of(title, entry_id, category),
                "judges": int(people[n]),
                "disagreement": float(random.uniform(0.02, 0.4)) if people[n] > 1 else None,
            }
        )
    with writing(library.engine) as session:
        session.add_all(DatasetRow(id=name, label=name.title(), source="", licence="") for name in names)
        session.flush()
        session.execute(insert(EntryRow), rows)
    return [row["id"] for row in rows]


def questions(library: Library, ids: list[str]) -> dict[str, Callable[[], object]]:
    """What a person asks of the picker, by name."""
    find = library.search.find
    return {
        "first page": lambda: find(Wanted()),
        "two words": lambda: find(Wanted(search="kyoto dog")),
        "a word that is nowhere": lambda: find(Wanted(search="nowhere")),
        "all filters": lambda: find(Wanted(dataset="set-1", category="food", video=True, people=True)),
        "most disputed, most first": lambda: find(Wanted(disputed="most", sort="-disagreement")),
        "by title": lambda: find(Wanted(sort="title")),
        "by duration, last page": lambda: find(Wanted(sort="-duration"), offset=len(ids) - 100),
        "place of an entry": lambda: find(Wanted(sort="title"), limit=0, place_of=ids[len(ids) // 2]),
        "datasets and categories": lambda: (library.search.datasets(), library.search.categories("set-1")),
    }


def fastest(ask: Callable[[], object], repeats: int) -> float:
    """Milliseconds of the fastest of several calls: what else the machine does only ever makes them slower."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        ask()
        times.append(1000 * (time.perf_counter() - start))
    return min(times)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.picker", description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=9)
    given = parser.parse_args()
    found: dict[str, list[float]] = {}
    for size in SIZES:
        with tempfile.TemporaryDirectory() as folder, Library.open(Path(folder)) as library:
            for name, ask in questions(library, fill(library, size)).items():
                found.setdefault(name, []).append(fastest(ask, given.repeats))
    table = Table("question", *(f"{size:,} entries, ms" for size in SIZES), "ratio")
    for name, (small, large) in found.items():
        table.add_row(name, f"{small:.1f}", f"{large:.1f}", f"{large / small:.1f}")
    Console().print(table)


if __name__ == "__main__":
    main()
