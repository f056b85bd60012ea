"""The server's daily backups: `python -m webapp.daily_backup --data-dir DIR` makes one, in a process of its own.

So that neither the pages nor the jobs wait for it; a thread of the web process looks now and then whether one is due.
"""

from __future__ import annotations

import argparse
import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.errors import ManycutError
from storage.daily_backups import daily_backups, make_daily_backup

log = logging.getLogger("manycut.backup")
ROOT = Path(__file__).resolve().parent.parent
NICENESS = 15  # behind the workers
FIRST_S = 120.0  # after the start of a server, which has other things to do
LOOK_S = 900.0  # between two looks


def main() -> None:
    parser = argparse.ArgumentParser(description="Makes Manycut's daily backup.")
    parser.add_argument("--data-dir", type=Path, required=True)
    args = parser.parse_args()
    os.nice(NICENESS)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # so that what is half made goes
    try:
        make_daily_backup(args.data_dir)
    except ManycutError as error:
        print(f"{error.message} {error.hint}".strip(), file=sys.stderr)
        sys.exit(2)


@contextmanager
def daily(data_dir: Path, first: float = FIRST_S, every: float = LOOK_S) -> Iterator[None]:
    """Makes the daily backups of a data directory as long as the block runs.

    Args:
        data_dir: of the library.
        first: seconds until the first look whether one is due.
        every: seconds between two looks.
    """
    stop = threading.Event()
    thread = threading.Thread(target=_keep_backing_up, args=(data_dir, first, every, stop))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _keep_backing_up(data_dir: Path, first: float, every: float, stop: threading.Event) -> None:
    pause, told = first, ""
    while not stop.wait(pause):
        pause = every
        try:
            state = daily_backups(data_dir)
            if state.off and state.off != told:
                log.warning("No daily backups are made: %s", state.off)
            told = state.off
            if state.due:
                _make(data_dir, stop)
        except (ManycutError, OSError) as error:
            log.warning("The daily backup was not made: %s", error)


def _make(data_dir: Path, stop: threading.Event) -> None:
    command = [sys.executable, "-m", "webapp.daily_backup", "--data-dir", str(data_dir)]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)
    while process.poll() is None:
        if stop.wait(0.2):
            process.terminate()
            break
    _, said = process.communicate()
    if process.returncode > 0:
        log.warning("The daily backup was not made: %s", said.strip().splitlines()[-1] if said.strip() else "no reason")


if __name__ == "__main__":
    main()
