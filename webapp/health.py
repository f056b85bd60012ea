"""How the installation is: looked at now and then beside the requests, so that whoever asks is answered at once.

What is looked at: whether the database can be read and written, whether there is room on its disk, whether its pages
are whole where the last server did not end as it should, and whether the workers are alive.
"""

from __future__ import annotations

import logging
import shutil
import threading
import time
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Literal

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from core.errors import DamagedError, ManycutError, UnavailableError
from storage.database import reading, writing
from storage.integrity import Damage, damage, database_file, whole
from storage.jobs import Lane
from storage.library import Library
from storage.server_lock import worker_is_alive
from webapp.lanes import in_table
from webapp.views.answer import Answer

log = logging.getLogger("manycut.health")
LOOK_S = 2.0  # between two looks
LITTLE_ROOM = 32 * 2**20  # bytes on the disk; SQLite's log and a filmstrip need about as much
STARTING_S = 10.0  # that a worker may take to be there
AT_ONCE = 64 * 2**20  # bytes of a database that is looked through before anybody is served: a fraction of a second
JOBS: dict[Lane, str] = {"quick": "what people wait for, such as samples and exports", "long": "videos and trainings"}


class Trouble(Answer):
    """One thing that is wrong.

    Attributes:
        what: the database cannot be read, written or holds damage; the disk is full; a worker is down.
        message: a sentence for people.
        saving: whether changes can be saved nevertheless.
    """

    what: Literal["unreadable", "unwritable", "damaged", "disk", "worker"]
    message: str
    saving: bool


class Health(Answer):
    """How the installation is.

    "ok" and "degraded" (with what is wrong; everything else goes on) are answered with the status 200, "not ready"
    (nothing can be answered: the database cannot be read) with 503.
    """

    status: Literal["ok", "degraded", "not ready"] = "ok"
    troubles: tuple[Trouble, ...] = ()


class Watch:
    """Looks after one library; a thread does as long as the block runs.

    Args:
        library: of it.
        lanes: of the workers that should be alive.
        clean: the last server ended as it should; otherwise the pages of the database are looked through first.
        every: seconds between two looks.

    Attributes:
        health: as it was at the last look.
        damage: of the database, as far as it is known; None where it is whole.
    """

    def __init__(
        self, library: Library, lanes: Sequence[Lane] = (), *, clean: bool = True, every: float = LOOK_S
    ) -> None:
        self._library = library
        self._lanes = lanes
        self._clean = clean
        self._every = every
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        self._begun = time.monotonic()
        self._alive = dict.fromkeys(lanes, self._begun)  # when each was last seen
        self._refused = False  # a write of somebody was
        self._looking_through = threading.Lock()
        self._file = database_file(library.engine)
        self._identity = self._identify()
        self.damage: Damage | None = None
        self.health = Health()
        self.look()

    def __enter__(self) -> Watch:
        self._start(self._keep_looking)
        if not self._clean:
            log.warning("The last server did not end as it should: the database is looked through.")
            if self._file is not None and self._file.stat().st_size > AT_ONCE:
                self._start(self.look_through)
            else:
                self.look_through()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(self._every + 1)

    def look(self) -> None:
        """Looks once; takes as long as the database lets a writer wait."""
        troubles = self._unreadable()
        if not troubles:
            troubles = [*self._unwritable(), *self._disk(), *self._damaged(), *self._workers()]
            self.health = Health(status="degraded" if troubles else "ok", troubles=tuple(troubles))
        else:
            self.health = Health(status="not ready", troubles=tuple(troubles))

    def note(self, error: UnavailableError) -> None:
        """Somebody was refused: the next look is at that, too."""
        if not isinstance(error, DamagedError):
            self._refused = True
        elif self.damage is None and not self._looking_through.locked():
            self._start(self.look_through)

    def look_through(self) -> None:
        """Looks through the pages of the database, and for the tasks that lie on damaged ones."""
        file = self._file
        if file is None or not self._looking_through.acquire(blocking=False):
            return
        try:
            problems = whole(file)
            self.damage = damage(self._library.engine, problems) if problems else None
            for problem in problems:
                log.error("The database is damaged: %s", problem)
        except ManycutError as error:  # asked again when somebody is refused
            log.warning("The database could not be looked through: %s", error.message)
        finally:
            self._looking_through.release()
        self.look()

    def _start(self, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=work, daemon=True)
        self._threads = [one for one in self._threads if one.is_alive()] + [thread]
        thread.start()

    def _keep_looking(self) -> None:
        while not self._stop.wait(self._every):
            try:
                self.look()
            except Exception:
                log.exception("The state of the installation could not be looked at.")

    def _unreadable(self) -> list[Trouble]:
        try:
            with reading(self._library.engine) as session:
                session.execute(text("SELECT version_num FROM alembic_version"))
        except UnavailableError as error:
            return [Trouble(what="unreadable", message=error.message, saving=False)]
        except DBAPIError:  # another file is in its place, or an empty one
            return [Trouble(what="unreadable", message="The database is not there any more.", saving=False)]
        return []

    def _identify(self) -> tuple[int, int] | None:
        try:
            about = None if self._file is None else self._file.stat()
        except OSError:
            return None
        return None if about is None else (about.st_dev, about.st_ino)

    def _unwritable(self) -> list[Trouble]:
        if self._identify() != self._identity:  # SQLite goes on writing the file that it has open
            said = "The file of the database was taken away or replaced: stop the server, and put it back."
            return [Trouble(what="unwritable", message=said, saving=False)]
        try:
            with writing(self._library.engine) as session:
                if self._refused and self._library.engine.dialect.name == "sqlite":  # the lock alone writes nothing
                    session.execute(text(f"PRAGMA user_version = {session.scalar(text('PRAGMA user_version'))}"))
        except DamagedError:
            self._refused = False
        except UnavailableError as error:
            self._refused = True
            return [Trouble(what="unwritable", message=error.message, saving=False)]
        self._refused = False
        return []

    def _disk(self) -> list[Trouble]:
        try:
            free = shutil.disk_usage(self._library.data_dir).free
        except OSError:
            return [Trouble(what="disk", message="The data folder is gone.", saving=False)]
        if free >= LITTLE_ROOM:
            return []
        said = f"The server's disk is full: {free // 2**20} MB are left. Whoever runs it should make room."
        return [Trouble(what="disk", message=said, saving=free > 0)]

    def _damaged(self) -> list[Trouble]:
        if self.damage is None:
            return []
        tasks = len(self.damage.tasks)
        of = (
            f"the labels of {tasks} task{'s' if tasks > 1 else ''} cannot be read" if tasks else "a part cannot be read"
        )
        return [
            Trouble(what="damaged", message=f"The database is damaged: {of}; everything else goes on.", saving=True)
        ]

    def _is_alive(self, lane: Lane) -> bool:
        known = worker_is_alive(self._library.data_dir, lane)
        if known is None:  # they may be on other machines
            return any(lane in in_table(one.lanes) for one in self._library.workers.list())
        return known

    def _workers(self) -> list[Trouble]:
        now, down = time.monotonic(), []
        for lane in self._lanes:
            if self._is_alive(lane):
                self._alive[lane] = now
            elif now - self._alive[lane] > STARTING_S:
                down.append(lane)
        return [
            Trouble(what="worker", message=f"No worker is there for {JOBS[lane]}; they wait.", saving=True)
            for lane in down
        ]
