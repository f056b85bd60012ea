"""Libraries of 200,000 and a million entries: rows without arrays of their own, a server over them, what pages ask.

On SQLite, or on PostgreSQL where DATABASE_URL names a server. Of every question: the 95th percentile over HTTP, one
question at a time, and how the database answers it (EXPLAIN of every statement, in short).
"""

from __future__ import annotations

import os
import random
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from sqlalchemy import Connection, Engine, event, insert, literal_column, text

from benchmarks.measuring import Result
from benchmarks.own_database import own_database
from benchmarks.server import running
from core import limits
from core.data import Entry
from core.data.timebase import Timebase
from storage.board_pages import PAGE, BoardPages, Part
from storage.database import writing
from storage.entry_rows import prepared
from storage.formats.entry_group import write_entry
from storage.formats.hdf5 import new_hdf5
from storage.library import Library
from storage.search import Wanted, search_text_of
from storage.tables import AnnotatorRow, AssignedRow, AssignmentRow, DatasetRow, EntryRow, TaskRow, now
from storage.tasks import Annotator

DATASETS = 50
ASSIGNMENTS = 3
FRAMES = 7200
SHOTS = [[60 * n, 60 * (n + 1)] for n in range(15)]
ROWS = 10_000  # that are written in one transaction
ROWS_PER_SECOND = 1500
REPEATS = 20
BESIDE = "beside: "
SUBJECTS = ("Harbour", "Bee keeping", "Parkour", "Changing a tyre", "Flash mob", "Dog show", "Sandwich", "Birthday")
PLACES = ("Zürich", "Lisbon", "Kyoto", "Oslo", "Accra", "Lima", "Perth", "Quebec")
CATEGORIES = ("sport", "home", "nature", "vehicles", "food", "people")
STATES = ("submitted", "submitted", "submitted", "open", "skipped")
RARE = "aurora"
ARRAYS = "entries/everybody.h5"  # of all entries: what is handed out is read


def library_200000() -> Result:
    """Two hundred thousand entries."""
    return measured("library-200000", 200_000, limit_s=0.1)


def million() -> Result:
    """A million entries and ten thousand people."""
    return measured("million", 1_000_000, limit_s=0.3)


def measured(name: str, entries: int, limit_s: float) -> Result:
    """Makes a library of so many entries, with a task for each and a person for every hundred, and asks about it."""
    with tempfile.TemporaryDirectory() as folder, own_database():
        data_dir = Path(folder) / "data"
        with Library.open(data_dir) as library:
            started = time.perf_counter()
            rows = fill(library, entries)
            filled_s = time.perf_counter() - started
            analyse(library.engine)
            backend = library.engine.dialect.name
            plans = {question: _plans(library, ask) for question, ask in _asked_of_storage(library, entries).items()}
            size_mb = _size_mb(library)
        with running(data_dir, demo=False) as server, httpx.Client(base_url=server.url, timeout=120) as http:
            found = {question: _p95(question, ask) for question, ask in questions(http, entries).items()}
            memory = server.memory_mb()
    held = {question: seconds for question, seconds in found.items() if not question.startswith(BESIDE)}
    slowest = max(held.values())
    rate = rows / filled_s
    return Result(
        name,
        slowest,
        None,
        sum(memory.values()),
        None,
        slowest < limit_s and rate >= ROWS_PER_SECOND,
        f"every answer under {1000 * limit_s:.0f} ms (p95), rows made at {ROWS_PER_SECOND} a second or more",
        {
            "database": backend,
            "p95_ms": {question: round(1000 * seconds, 1) for question, seconds in found.items()},
            "over": [question for question, seconds in held.items() if seconds >= limit_s],
            "rows": rows,
            "rows_per_second": round(rate),
            "database_mb": round(size_mb),
            "plans": plans,
            "memory_mb": {one: round(mb, 1) for one, mb in memory.items()},
            "cores": os.cpu_count(),
            "machine_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        },
    )


def fill(library: Library, entries: int) -> int:
    """Rows of datasets, entries, people, tasks and assignments, and one file of arrays. Returns how many rows."""
    _write_arrays(library.data_dir / ARRAYS)
    chance = np.random.default_rng(0)
    standard = library.annotations.protocols.standard()
    people = max(1, entries // 100)
    engine = library.engine
    rows: list[dict[str, Any]] = [
        {"id": f"set-{n:02d}", "label": f"Set {n:02d}", "source": "", "licence": "", "media_root": None}
        for n in range(DATASETS)
    ]
    made = _insert(engine, DatasetRow, [rows])
    names = [{"name": f"Person {n:05d}", "pseudonym": f"person-{n:05d}"} for n in range(people)]
    made += _insert(engine, AnnotatorRow, [names])
    with engine.connect() as connection:
        first = connection.scalar(text("SELECT min(id) FROM annotators WHERE name LIKE 'Person 0%'"))
    made += _insert(engine, EntryRow, _batches(entries, lambda n: _entry(n, entries, chance)))
    moment = now()

    def task(n: int) -> dict[str, Any]:
        state = STATES[int(chance.integers(len(STATES)))]
        return {
            "annotator_id": first + (7 * n) % people,
            "entry_id": _id(n, entries),
            "protocol_id": standard.id,
            "shots": SHOTS,
            "state": state,
            "begun": True,
            "judged": len(SHOTS) if state == "submitted" else int(chance.integers(len(SHOTS))),
            "excluded": n % 97 == 0,
            "seen": n % 53 == 0,
            "touched": moment - timedelta(seconds=float(chance.uniform(0, 5e6))),
        }

    made += _insert(engine, TaskRow, _batches(entries, task))
    videos = min(limits.VIDEOS_PER_ASSIGNMENT, entries // 10)
    for number in range(ASSIGNMENTS):
        asked = {"id": number + 1, "title": f"Round {number + 1}", "protocol_id": standard.id, "people": 3}
        made += _insert(engine, AssignmentRow, [[asked | {"first": ("listed", "disputed")[number % 2]}]])
        beginning = number * (entries // ASSIGNMENTS)
        # Every tenth video has no film, and is in no assignment.
        listed = [n for n in range(beginning, beginning + 2 * videos) if n % 10][:videos]
        places = [
            {"assignment_id": number + 1, "entry_id": _id(n, entries), "position": place}
            for place, n in enumerate(listed)
        ]
        made += _insert(engine, AssignedRow, [places])
    return made


def analyse(engine: Engine) -> None:
    """What PostgreSQL does by itself after a while, and SQLite only when asked."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE" if engine.dialect.name == "postgresql" else "SELECT 1"))


def questions(http: httpx.Client, entries: int) -> dict[str, Callable[[], object]]:
    """What pages ask; those that begin with BESIDE are not waited for."""
    number = iter(range(10**9))
    last, middle = entries - 100, _id(entries // 2, entries)

    def get(path: str) -> dict[str, Any]:
        return http.get(path).raise_for_status().json()

    def picked(query: str, total: int | None = None) -> None:
        answer = get(f"/api/picker?limit=100&{query}")
        if total is not None and answer["total"] != total:
            raise RuntimeError(f"The picker found {answer['total']} entries instead of {total} for {query}.")

    def board(query: str = "") -> dict[str, Any]:
        answer = get(f"/api/review/board?{query}")
        if len(answer["videos"]) != PAGE:
            raise RuntimeError(f"The board shows {len(answer['videos'])} videos for {query}.")
        return answer

    def signed_in() -> None:
        name = f"Person {random.randrange(max(1, entries // 100)):05d}"
        http.post("/api/me", json={"name": name}).raise_for_status()

    def handed_out() -> None:
        signed_in()
        http.post("/api/task/next").raise_for_status()

    def queue() -> None:
        signed_in()
        get("/api/tasks")

    plain: dict[str, Callable[[], object]] = {
        "picker, first page and filters": lambda: picked("groups=true", entries),
        "picker, a word that few have": lambda: picked(f"groups=false&search={RARE}+{next(number) % 9}"),
        "picker, a word that an eighth have": lambda: picked("groups=false&search=kyoto"),
        "picker, two words that many have": lambda: picked("groups=false&search=dog+kyoto"),
        "picker, a word that nobody has": lambda: picked(f"groups=false&search=nowhere{next(number)}", 0),
        "picker, data set and category": lambda: picked("groups=true&dataset=set-07&category=food"),
        "picker, most disputed quarter": lambda: picked("groups=false&disputed=most&sort=-disagreement"),
        "picker, by disagreement": lambda: picked("groups=false&sort=-disagreement", entries),
        "picker, by title": lambda: picked("groups=false&sort=title", entries),
        "picker, by duration, longest first": lambda: picked("groups=false&sort=-duration", entries),
        "picker, by people, most first": lambda: picked("groups=false&sort=-people", entries),
        "picker, with people": lambda: picked("groups=false&people=yes"),
        "picker, last page": lambda: picked(f"groups=false&offset={last}", entries),
        "picker, last page by title": lambda: picked(f"groups=false&sort=title&offset={last}", entries),
        "picker, a page in the middle by title": lambda: picked(f"groups=false&sort=title&offset={entries // 2}"),
        "picker, place of an entry": lambda: picked(f"groups=false&place_of={middle}"),
        "picker, place of an entry by title": lambda: picked(f"groups=false&sort=title&place_of={middle}"),
        "board, first page": board,
        "board, next page": lambda: board(f"after={middle}"),
        "board, of an assignment": lambda: board("assignment=2"),
        "board, of a data set": lambda: board("dataset=set-07"),
        "board, fewest submitted first": lambda: board("order=fewest"),
        "board, last touched first": lambda: board("order=recent"),
        "board, by title": lambda: board("order=title"),
        "board, a word that many have": lambda: board("search=kyoto"),
        "board, a word that few have": lambda: get(f"/api/review/board?search={RARE}"),
        "board, a person": lambda: get("/api/review/board?search=00033"),
        "needs people, first page": lambda: get("/api/review/disputed"),
        "needs people, of an assignment": lambda: get("/api/review/disputed?assignment=2"),
        "needs people, search": lambda: get("/api/review/disputed?search=kyoto"),
        f"{BESIDE}pace, and the board's sum": lambda: get("/api/review/pace"),
        f"{BESIDE}assignments": lambda: get("/api/review/assignments"),
        f"{BESIDE}people": lambda: get("/api/review/people"),
    }
    return plain | {"annotator, queue": queue, "annotator, next video": handed_out}


def _asked_of_storage(library: Library, entries: int) -> dict[str, Callable[[], object]]:
    """Of the questions those whose plans are worth reading."""
    search, board = library.search, BoardPages(library.engine)
    middle = _id(entries // 2, entries)
    person = Annotator(**vars(library.annotations.get_or_create_annotator("Person 00003")))
    return {
        "picker, first page and filters": lambda: (search.find(Wanted()), search.datasets(), search.categories()),
        "picker, a word that an eighth have": lambda: search.find(Wanted("kyoto")),
        "picker, a word that nobody has": lambda: search.find(Wanted("nowhere")),
        "picker, data set and category": lambda: search.find(Wanted(dataset="set-07", category="food")),
        "picker, most disputed quarter": lambda: search.find(Wanted(disputed="most", sort="-disagreement")),
        "picker, by title": lambda: search.find(Wanted(sort="title")),
        "picker, by people, most first": lambda: search.find(Wanted(sort="-people")),
        "picker, with people": lambda: search.find(Wanted(people=True)),
        "picker, place of an entry by title": lambda: search.find(Wanted(sort="title"), place_of=middle),
        "board, first page": lambda: board.videos(Part()),
        "board, of an assignment": lambda: board.videos(Part(2)),
        "board, fewest submitted first": lambda: board.videos(Part(order="fewest")),
        "board, last touched first": lambda: board.videos(Part(order="recent")),
        "needs people, first page": lambda: search.find(Wanted(people=True, sort="-disagreement")),
        "annotator, queue": lambda: library.assignments.waiting(person),
    }


def _p95(question: str, ask: Callable[[], object]) -> float:
    """Seconds that nineteen of twenty answers take at most, after one that is not counted; said at once.

    Of what nobody waits for, the slowest of three.
    """
    ask()
    seconds = []
    for _ in range(3 if question.startswith(BESIDE) else REPEATS):
        started = time.perf_counter()
        ask()
        seconds.append(time.perf_counter() - started)
    found = float(np.percentile(seconds, 95, method="higher"))
    print(f"{question}: {1000 * found:.0f} ms", file=sys.stderr)
    return found


def _plans(library: Library, ask: Callable[[], object]) -> list[str]:
    """How the database answers each statement of a question, in short."""
    asked: list[tuple[str, Any]] = []

    def note(connection: Connection, cursor: object, statement: str, parameters: Any, *rest: object) -> None:
        if statement.startswith("SELECT"):
            asked.append((statement, parameters))

    event.listen(library.engine, "before_cursor_execute", note)
    try:
        ask()
    finally:
        event.remove(library.engine, "before_cursor_execute", note)
    postgresql = library.engine.dialect.name == "postgresql"
    found: dict[str, None] = {}
    with library.engine.connect() as connection:
        for statement, parameters in asked:
            explain = "EXPLAIN" if postgresql else "EXPLAIN QUERY PLAN"
            rows = connection.exec_driver_sql(f"{explain} {statement}", parameters).all()
            found["; ".join(_short(str(row[0] if postgresql else row[3])) for row in rows if _tells(str(row)))] = None
    return list(found)


def _tells(line: str) -> bool:
    return bool(re.search(r"SCAN|SEARCH|B-TREE|Scan|Sort|Join|Loop|Aggregate|Unique", line))


def _short(line: str) -> str:
    return re.sub(r"\(cost=.*?\)|->", "", line).strip()


def _size_mb(library: Library) -> float:
    with library.engine.connect() as connection:
        if library.engine.dialect.name == "postgresql":
            size = connection.scalar(text("SELECT pg_database_size(current_database())"))
        else:
            size = connection.scalar(text("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"))
    return (size or 0) / 2**20


def _insert(engine: Engine, table: Any, batches: Any) -> int:
    made = 0
    # What is returned makes one statement of many rows.
    many: Any = insert(table.__table__).returning(literal_column("1"))
    for rows in batches:
        with writing(engine) as session:
            session.connection().execute(many, list(rows))
        made += len(rows)
    return made


def _write_arrays(path: Path) -> None:
    entry = Entry("set/everybody", "Everybody", Timebase(Fraction(30), FRAMES), np.arange(0, FRAMES, 15))
    with new_hdf5(path) as file:
        write_entry(file.create_group("entry"), prepared(entry, "set"))


def _batches(count: int, row: Callable[[int], dict[str, Any]]) -> Iterator[Sequence[dict[str, Any]]]:
    for start in range(0, count, ROWS):
        yield [row(n) for n in range(start, min(count, start + ROWS))]


def _id(n: int, entries: int) -> str:
    return f"set-{n * DATASETS // entries:02d}/video-{n:07d}"


def _entry(n: int, entries: int, chance: np.random.Generator) -> dict[str, Any]:
    entry_id = _id(n, entries)
    subject, place, category, several = (int(chance.integers(many)) for many in (8, 8, len(CATEGORIES), 4))
    title = f"{SUBJECTS[subject]} in {PLACES[place]} {n}" + (f" {RARE}" if n % 20_011 == 0 else "")
    people = (0, 1, 12, 20)[several]
    return {
        "id": entry_id,
        "dataset": entry_id.partition("/")[0],
        "position": n,
        "title": title,
        "category": CATEGORIES[category],
        "n_frames": FRAMES,
        "fps": "30/1",
        "duration": round(float(chance.uniform(20, 3000)), 1),
        "picks": 480,
        "people": people,
        "has_captions": False,
        "simulated_people": 0,
        "rate_assumed": False,
        "arrays": ARRAYS,
        "video": f"videos/{n}.mp4" if n % 10 else None,
        "words": search_text_of(title, entry_id, CATEGORIES[category]),
        "judges": people + int(chance.integers(2)),
        "disagreement": float(chance.uniform(0.02, 0.4)) if people > 1 else None,
    }
