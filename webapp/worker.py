"""A worker process: `python -m webapp.worker --data-dir DIR --lane quick`, which `webapp.workers` starts and ends.

A process of its own, so that neither training nor sampling can slow a person's keystroke down, and so that a job
survives the tab it was asked from. It ends itself when the server that started it is gone, and when there was nothing
to do for a while. `app.py worker` starts one that belongs to no server, on any machine that reaches the database and
the data directory.
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
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from functools import cache
from pathlib import Path
from typing import get_args

from core.compute import has_gpu
from core.errors import ManycutError, UnavailableError
from storage.job_news import JobNews
from storage.jobs import Job, Jobs, Lane
from storage.library import Library
from storage.server_lock import at_work
from storage.workers import IDLE_BEAT_S
from webapp.jobs import remove_leftovers, work_on
from webapp.lanes import ALL, OF_TABLE, WorkerLane, in_table, kinds_of, lanes_of

# The web process goes first where cores are few, and what a person waits for before what takes hours.
NICENESS: dict[Lane, int] = {"quick": 5, "long": 10}
BEAT_S = 5.0  # between two signs of life
DEAD_AFTER_BEATS = 9  # a worker that gives none for so many of somebody else's is gone
GPU_JOBS = "MANYCUT_GPU_JOBS"
GOODBYE_S = 3.0  # for the step that it is at


def main() -> None:
    parser = argparse.ArgumentParser(description="Does Manycut's background jobs.")
    parser.add_argument("--data-dir", type=Path, required=True)
    parser.add_argument("--lane", choices=get_args(Lane), help="the table's; see webapp.lanes")
    parser.add_argument("--lanes", default=",".join(ALL), help="without --lane: what it does")
    parser.add_argument("--gpu", help="number of the GPU that it computes on")
    parser.add_argument("--beat", type=float, default=BEAT_S, help="seconds between two signs of life")
    parser.add_argument("--name", default="", help="no other worker may have it (default: made up)")
    parser.add_argument("--parent", type=int, default=0, help="end when this process is gone")
    parser.add_argument("--rest", type=float, default=0.0, help="end after so many seconds without a job; 0: never")
    args = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    lanes = OF_TABLE[args.lane] if args.lane else lanes_of(args.lanes)
    work(args.data_dir, lanes, args.gpu, name=args.name, parent=args.parent, beat=args.beat, rest=args.rest)


def work(
    data_dir: Path,
    lanes: Sequence[WorkerLane] = ALL,
    gpu: str | None = None,
    *,
    name: str = "",
    parent: int = 0,
    beat: float = BEAT_S,
    rest: float = 0.0,
) -> None:
    """Does the jobs of these lanes, one at a time, until `parent` is gone or somebody ends this process.

    Args:
        data_dir: of the library; its database is that of DATABASE_URL, if there is one.
        lanes: whose jobs.
        gpu: the number of the GPU that it computes on; None for what there is.
        name: no other worker has it; made up where it is "".
        parent: the process of the server that it belongs to; 0 for none.
        beat: seconds between two signs of life.
        rest: seconds without a job after which it ends, so that it holds no memory; 0 for never.

    Raises:
        InputError, ConflictError, UnavailableError: the library cannot be opened.
    """
    if gpu is not None:
        os.environ["CUDA_VISIBLE_DEVICES"] = gpu
    os.nice(max(NICENESS[lane] for lane in in_table(lanes)))
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _leave)
    if "interactive" in lanes and not rest:
        threading.Thread(target=_warm_up, daemon=True).start()
    name = name or worker_name("+".join(lanes), gpu)
    with ExitStack() as stack:
        for lane in in_table(lanes):
            stack.enter_context(at_work(data_dir.resolve(), lane))
        library = stack.enter_context(Library.open(data_dir))
        if parent:
            threading.Thread(target=_end_with, args=(parent, library.jobs, name), daemon=True).start()
        threading.Thread(target=_beat, args=(SignsOfLife(library, name, lanes, gpu), beat), daemon=True).start()
        _work(library, lanes, name, parent, rest or float("inf"))


def _work(library: Library, lanes: Sequence[WorkerLane], name: str, parent: int, rest: float) -> None:
    if "long" in in_table(lanes):
        remove_leftovers(library)
    news = JobNews(library.engine)
    worked = time.monotonic()
    try:
        while not parent or os.getppid() == parent:
            job = _claimed(library.jobs, name, lanes)
            if job is not None:
                work_on(library, job)
                worked = time.monotonic()
            elif time.monotonic() - worked > rest:
                return
            else:
                news.wait()
    finally:
        whose = "The server" if parent else "Its worker"
        library.jobs.interrupt(f"{whose} stopped while this was running.", worker=name, died=False)
        library.workers.leave(name)


def _claimed(jobs: Jobs, name: str, lanes: Sequence[WorkerLane]) -> Job | None:
    """The next job; None where there is none, or where the database cannot be written for the moment."""
    try:
        return jobs.claim(name, gpus=gpu_jobs, kinds=kinds_of(lanes))
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


def worker_name(lanes: str, gpu: str | None = None) -> str:
    """A name that no other worker has, here or on another machine; those that share a GPU begin alike."""
    machine = socket.gethostname() if gpu is None else f"{socket.gethostname()}:{gpu}"
    return f"{machine}/{lanes}/{secrets.token_hex(4)}"


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


class SignsOfLife:
    """Says that a worker is there, more often while it is at work, and looks after the others.

    Args:
        library: of it.
        name, lanes, gpu: of the worker.
    """

    def __init__(self, library: Library, name: str, lanes: Sequence[WorkerLane], gpu: str | None = None) -> None:
        self._library = library
        self._name = name
        self._lanes = lanes
        self._gpu = gpu
        self._dead = DeadClaims(library.jobs)
        self._said = float("-inf")

    def give(self) -> None:
        """To be called every `BEAT_S`."""
        try:
            if any(claim.worker == self._name for claim in self._library.jobs.claims()):
                self._library.jobs.beat(self._name)
            if time.monotonic() - self._said >= IDLE_BEAT_S:
                self._library.workers.beat(self._name, self._lanes, self._gpu)
                self._said = time.monotonic()
            self._dead.look()
        except Exception:  # the database is away for a moment
            logging.getLogger("manycut.worker").exception("No sign of life could be given.")


def _beat(life: SignsOfLife, every: float) -> None:
    while True:
        life.give()
        time.sleep(every)


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
