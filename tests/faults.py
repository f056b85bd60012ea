"""Faults that tests put under Manycut."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from storage.database import FILE_NAME

HOLD = (
    "import sqlite3, sys; lock = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
    "lock.execute('BEGIN IMMEDIATE'); print('held', flush=True); sys.stdin.read()"
)


@contextmanager
def held_by_another_process(data_dir: Path) -> Iterator[None]:
    command = [sys.executable, "-c", HOLD, str(data_dir / FILE_NAME)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"held\n"
        yield
        process.stdin.close()
