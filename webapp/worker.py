"""A worker process: `python -m webapp.worker --data-dir DIR --lane quick`. Started and ended by `webapp.workers`.

A process of its own, so that neither training nor sampling can slow a person's keystroke down, and so that a job
survives the tab it was asked from. It ends itself when the server that started it is gone.
"""

from __future__ import annotations

import argparse
import logging
import os
import secrets
import signal
import socket
import sys
import threading
import time
from collections import Counter
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import get_args

from core.compute import has_gpu
from core.errors import ManycutError, UnavailableError
from storage.jobs import Job, Jobs, Lane
from storage.library import Library
from storage.server_lock import at_work
from webapp.jobs import remove_leftovers, work_on

# The web process goes first where cores are few, and what a person waits for before what takes hours.
NICENESS: dict[Lane, int] = {"quick": 5, "long": 10}
LOOK_S = 0.1  # between two looks for a job
BEAT_S = 5.0  # between two signs of life
DEAD_AFTER_BEATS = 12  # a worker that gives none for so many of somebody else's is gone
GPU_JOBS = "MANYCUT_GPU_JOBS"
GOODBYE_S = 3.0  # for the step that it is at


def main() -> None:
    parser = argparse.ArgumentParser(description="Does Manycut's background jobs.")
    parser.add_argument("--data-dir", type=Path, required=True)
    parser.add_argument("--lane", choices=get_args(Lane), required=True)
    parser.add_argument("--name", default="", help="no other worker may have it (default: made up)")
    parser.add_argument("--parent", type=int, default=0, help="end when this process is gone")
    args = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    os.nice(NICENESS[args.lane])
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _leave)
    if args.lane == "quick":
        threading.Thread(target=_warm_up, daemon=True).start()
    name = args.name or worker_name(args.lane)
    with at_work(args.data_dir.resolve(), args.lane):
        _work(Library.open(args.data_dir), args.lane, name, args.parent)


def _work(library: Library, lane: Lane, name: str, parent: int) -> None:
    """Does the jobs of a lane until `parent` is gone, or for ever where there is none."""
    if parent:
        threading.Thread(target=_end_with, args=(parent, library.jobs, name), daemon=True).start()
    threading.Thread(target=_beat, args=(library.jobs, name), daemon=True).start()
    if lane == "long":
        remove_leftovers(library)
    try:
        while not parent or os.getppid() == parent:
            job = _claimed(library.jobs, name, lane)
            if job is None:
                time.sleep(LOOK_S)
            else:
                work_on(library, job)
    finally:
        library.jobs.interrupt("The server stopped while this was running.", worker=name, died=False)


def _claimed(jobs: Jobs, name: str, lane: Lane) -> Job | None:
    """The next job; None where there is none, or where the database cannot be written for the moment."""
    try:
        return jobs.claim(name, lane, gpus=gpu_jobs)
    except UnavailableError as error:
        logging.getLogger("manycut.worker").warning("No job can be taken: %s", error.message)
        time.sleep(BEAT_S)
        return None


@cache
def gpu_jobs() -> int | None:
    """How many jobs may be on this machine's GPU at once: one, or MANYCUT_GPU_JOBS; None where there is no GPU."""
    log = logging.getLogger("manycut.worker")
    try:
        if not has_gpu():
            return None
        return max(int(os.environ.get(GPU_JOBS, "1")), 1)
    except ManycutError as error:
        log.warning("%s %s", error.message, error.hint)
        return None
    except ValueError:
        log.warning("%s should be a whole number; it is taken for 1.", GPU_JOBS)
        return 1


def worker_name(lane: Lane) -> str:
    """A name that no other worker has, here or on another machine."""
    return f"{socket.gethostname()}/{lane}/{secrets.token_hex(4)}"


class DeadClaims:
    """Ends the claims of workers that give no sign of life any more.

    Counts looks instead of comparing clocks: those of two machines differ, and that of one jumps when it wakes up.

    Args:
        jobs: the table.
    """

    def __init__(self, jobs: Jobs) -> None:
        self._jobs = jobs
        self._looks: Counter[object] = Counter()

    def look(self) -> None:
        """To be called every `BEAT_S`."""
        claims = self._jobs.claims()
        self._looks = Counter({claim: self._looks[claim] + 1 for claim in claims})
        for claim in claims:
            if self._looks[claim] > DEAD_AFTER_BEATS:
                self._jobs.interrupt("Its worker was not heard of any more while this was running.", claim=claim)


def _beat(jobs: Jobs, name: str) -> None:
    """Says that this worker is alive while it is at work, and looks after the others."""
    log = logging.getLogger("manycut.worker")
    dead = DeadClaims(jobs)
    while True:
        try:
            if any(claim.worker == name for claim in jobs.claims()):
                jobs.beat(name)
            dead.look()
        except Exception:  # the database is away for a moment
            log.exception("No sign of life could be given.")
        time.sleep(BEAT_S)


def _end_with(parent: int, jobs: Jobs, name: str) -> None:
    """Ends this process once `parent` is no longer its parent (the server was killed)."""
    while os.getppid() == parent:
        time.sleep(0.2)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GOODBYE_S)  # longer steps, such as one of a network, do not hear the signal
    with suppress(UnavailableError):
        jobs.interrupt("The server stopped while this was running.", worker=name, died=False)
    os._exit(1)


def _leave(number: int, frame: object) -> None:
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, signal.SIG_IGN)
    sys.exit(0)


def _warm_up() -> None:
    """Loads what the first job would otherwise wait for."""
    import torch  # noqa: F401


if __name__ == "__main__":
    main()
