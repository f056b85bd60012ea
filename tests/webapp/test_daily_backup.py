"""The server makes a backup a day, beside everything else."""

from __future__ import annotations

import time

from storage.backup import check_backup
from storage.daily_backups import KEPT
from webapp.daily_backup import daily


def test_a_server_makes_one_backup_a_day(library, make_entry):
    library.entries.add("talks", [make_entry()])
    folder = library.data_dir / "backups"
    with daily(library.data_dir, first=0.0, every=0.1):
        deadline = time.monotonic() + 60
        while not list(folder.glob("manycut-*.tar.gz")):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        time.sleep(0.5)  # several looks
    (made,) = folder.iterdir()
    assert check_backup(made).problems == []


def test_none_are_made_where_they_are_switched_off(library, monkeypatch):
    monkeypatch.setenv(KEPT, "0")
    with daily(library.data_dir, first=0.0, every=0.05):
        time.sleep(0.3)
    assert not (library.data_dir / "backups").exists()
