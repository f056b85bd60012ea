"""The worker process: `python -m webapp.worker --data-dir DIR`. Started and ended by `app.py serve`.

A process of its own, so that neither training nor sampling can slow a person's keystroke down, and so that a job
survives the tab it was asked from. It ends itself when the server that started it is gone.
"""

from __future__ import annotations

import argparse
import logging
import os
import signal
import threading
import time
from pathlib import Path

from storage.library import Library
from webapp.jobs import open_queue, perform

NICENESS = 5  # the web process goes first where cores are few


def main() -> None:
    parser = argparse.ArgumentParser(description="Does Manycut's background jobs.")
    parser.add_argument("--data-dir", type=Path, required=True)
    parser.add_argument("--parent", type=int, default=0, help="end when this process is gone")
    args = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    logging.getLogger("huey").setLevel(logging.WARNING)
    os.nice(NICENESS)
    if args.parent:
        threading.Thread(target=_end_with, args=(args.parent,), daemon=True).start()
    threading.Thread(target=_warm_up, daemon=True).start()

    library = Library.open(args.data_dir)
    library.jobs.fail_unfinished("The server stopped while this was running.")
    queue = open_queue(args.data_dir, work=lambda job_id: perform(library, job_id))
    consumer = queue.create_consumer(
        workers=1, worker_type="thread", periodic=False, initial_delay=0.05, backoff=1.1, max_delay=0.4
    )
    consumer.run()


def _end_with(parent: int) -> None:
    """Ends this process once `parent` is no longer its parent (the server was killed)."""
    while os.getppid() == parent:
        time.sleep(1)
    os.kill(os.getpid(), signal.SIGTERM)


def _warm_up() -> None:
    """Loads what the first job would otherwise wait for."""
    import torch  # noqa: F401


if __name__ == "__main__":
    main()
