"""The worker processes beside a server: one for each lane while there is something to do, started again when they die.

Two processes and not two threads: a training holds Python's lock for a good part of each step, and one that the system
kills because it needs too much memory takes nothing with it that a person waits for. A worker starts with the first job
and ends after some rest; until the next job a thread of the server stands for it, so that nothing is held for nothing.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, get_args

from core.errors import ManycutError
from core.log_files import bound
from storage.job_news import JobNews
from storage.jobs import Lane
from storage.library import Library
from storage.server_lock import at_work
from webapp.lanes import OF_TABLE
from webapp.worker import BEAT_S, GOODBYE_S, SignsOfLife, worker_name

log = logging.getLogger("manycut.workers")
ROOT = Path(__file__).resolve().parent.parent
LOG = "worker.log"
LOG_LOOK_S = 5.0  # between two looks at how long it is
REST_LOOK_S = 0.5  # between two looks whether the server ends, and for a job that came unseen
LOOK_S = 0.2  # between two looks whether a worker is still there
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 30.0  # before a worker that died is started again; doubled every time
STEADY_S = 60.0  # a worker that lived so long did not die of how it was started
REST_S = 300.0  # that a worker waits for another job


@contextmanager
def workers(library: Library) -> Iterator[None]:
    """The workers of a library on this machine, there as long as the block runs; others may be elsewhere.

    Their log is `worker.log` in the data directory, kept short by `core.log_files`. The job of one that dies goes on in
    the next, or ends as failed.
    """
    stop = threading.Event()
    path = library.data_dir / LOG
    with path.open("ab") as sink:  # O_APPEND, which `core.log_files` relies on
        keepers = [threading.Thread(target=_keep, args=(library, lane, sink, stop)) for lane in get_args(Lane)]
        keepers.append(threading.Thread(target=_keep_log_short, args=(path, stop)))
        for keeper in keepers:
            keeper.start()
        try:
            yield
        finally:
            stop.set()
            for keeper in keepers:
                keeper.join()


def _keep(library: Library, lane: Lane, sink: BinaryIO, stop: threading.Event) -> None:
    """Starts the worker of a lane whenever there is something to do, until `stop`."""
    pause = FIRST_PAUSE_S
    while not stop.is_set():
        name = worker_name(lane)
        try:
            if not _job_came(library, lane, name, stop):
                return
        except Exception:  # the database is away for a moment
            log.exception("Whether a %s job waits could not be seen.", lane)
            stop.wait(BEAT_S)
            continue
        begun = time.monotonic()
        try:
            process = _start(library.data_dir, lane, name, sink)
        except OSError:  # no memory or no process is left for the moment
            log.exception("The %s worker cannot be started; once more in %.1f s.", lane, pause)
            stop.wait(pause)
            continue
        while process.poll() is None and not stop.wait(LOOK_S):
            pass
        if stop.is_set():
            _end(process)
            _interrupt(library, name, "The server stopped while this was running.", died=False)
            return
        if process.returncode == 0:  # it had nothing to do
            continue
        ended = f"signal {-process.returncode}" if process.returncode < 0 else f"code {process.returncode}"
        _interrupt(library, name, f"The worker died while this was running ({ended}).")
        pause = FIRST_PAUSE_S if time.monotonic() - begun > STEADY_S else pause
        log.warning("The %s worker died (%s); another is started in %.1f s. See worker.log.", lane, ended, pause)
        stop.wait(pause)
        pause = min(2 * pause, LONGEST_PAUSE_S)


def _job_came(library: Library, lane: Lane, name: str, stop: threading.Event) -> bool:
    """Stands for the worker of a lane until there is something to do; False when `stop` comes first."""
    news, life = JobNews(library.engine, longest=REST_LOOK_S), SignsOfLife(library, name, OF_TABLE[lane])
    said = float("-inf")
    try:
        with at_work(library.data_dir, lane):
            while not stop.is_set():
                if time.monotonic() - said >= BEAT_S:
                    life.give()
                    said = time.monotonic()
                if library.jobs.waits(lane):
                    return True
                news.wait()
    finally:
        news.close()
    _interrupt(library, name, "The server stopped.", died=False)
    return False


def _keep_log_short(path: Path, stop: threading.Event) -> None:
    told = False
    while True:
        try:
            bound(path)
            told = False
        except (OSError, ManycutError) as error:
            if not told:
                log.warning("%s has grown too large and cannot be begun anew: %s", path.name, error)
            told = True
        if stop.wait(LOG_LOOK_S):
            return


def _start(data_dir: Path, lane: Lane, name: str, sink: BinaryIO) -> subprocess.Popen[bytes]:
    options = {"--data-dir": data_dir, "--lane": lane, "--name": name, "--parent": os.getpid(), "--rest": REST_S}
    command = [sys.executable, "-m", "webapp.worker", *(str(word) for pair in options.items() for word in pair)]
    return subprocess.Popen(command, cwd=ROOT, stdout=sink, stderr=sink)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(GOODBYE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _interrupt(library: Library, name: str, reason: str, died: bool = True) -> None:
    try:
        library.jobs.interrupt(reason, worker=name, died=died)
        library.workers.leave(name)
    except Exception:  # the database is away for a moment; the other workers look after it, see `DeadClaims`
        log.exception("The jobs of the worker %s could not be ended.", name)
