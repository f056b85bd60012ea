"""One server at a time over a SQLite database, several over PostgreSQL."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from core.errors import ConflictError
from storage.server_lock import at_work, only_server, server_is_running, worker_is_alive

pytestmark = pytest.mark.sqlite

ROOT = Path(__file__).resolve().parents[2]
HOLD = (
    "import sys, time; from pathlib import Path; from storage.server_lock import only_server\n"
    "with only_server(Path(sys.argv[1])): print('held', flush=True); time.sleep(60)"
)


def test_a_second_server_is_refused_with_who_holds_it(tmp_path):
    with only_server(tmp_path) as alone:
        assert alone.alone
        with pytest.raises(ConflictError, match=f"process {os.getpid()} on ") as refused, only_server(tmp_path):
            pass
        assert "--data-dir" in refused.value.hint


def test_the_next_server_may_come_when_the_first_has_ended(tmp_path):
    for _ in range(2):
        with only_server(tmp_path) as alone:
            assert alone.alone


def test_a_killed_server_holds_nothing(tmp_path):
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE)
    assert process.stdout.readline() == b"held\n"
    with pytest.raises(ConflictError, match=f"process {process.pid} on "), only_server(tmp_path):
        pass
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    with only_server(tmp_path) as alone:
        assert alone.alone
        assert not alone.clean, "the last one was killed"
    with only_server(tmp_path) as alone:
        assert alone.clean


def test_whether_servers_and_workers_are_alive_is_known_from_outside(tmp_path):
    assert (server_is_running(tmp_path), worker_is_alive(tmp_path, "quick")) == (False, False)
    with only_server(tmp_path), at_work(tmp_path, "quick"), at_work(tmp_path, "quick"):
        assert (server_is_running(tmp_path), worker_is_alive(tmp_path, "quick")) == (True, True)
        assert not worker_is_alive(tmp_path, "long")
    assert (server_is_running(tmp_path), worker_is_alive(tmp_path, "quick")) == (False, False)


def test_the_lock_is_of_the_database_and_not_of_the_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'elsewhere.db'}")
    with only_server(tmp_path / "one"), pytest.raises(ConflictError), only_server(tmp_path / "two"):
        pass


def test_several_servers_share_a_postgresql_database(tmp_path, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql+psycopg://user@host/name")
    with only_server(tmp_path) as first, only_server(tmp_path) as second:
        assert (first.alone, second.alone) == (False, False)
