"""What `doctor` finds of an installation, each with a real fault."""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from core.labelling.events import Event
from core.video import codecs
from storage.backup import back_up
from storage.daily_backups import make_daily_backup
from storage.database import FILE_NAME
from storage.formats.eccv16 import write_eccv16
from storage.library import Library
from storage.server_lock import at_work, only_server
from tests.faults import held_by_another_process
from verbs.doctor import DoctorRequest, doctor
from verbs.import_dataset import ImportDatasetRequest, import_dataset
from verbs.installation import examine


@pytest.fixture
def data(tmp_path, make_entry):
    with Library.open(tmp_path / "data") as library:
        library.entries.add("talks", [make_entry()])
        ada = library.annotations.get_or_create_annotator("Ada")
        task = library.annotations.open_task(ada, "talks/first")
        library.annotations.record_events(task.id, [Event("tab", 0, "rate", 0, 5)])
    return tmp_path / "data"


def found(data, part):
    (one,) = [check for check in examine(data) if check.part == part][-1:]
    return one


def test_an_installation_in_order_has_nothing_wrong(data):
    make_daily_backup(data)
    checks = examine(data)
    assert [one for one in checks if one.state == "wrong"] == []
    assert {
        "data folder",
        "database",
        "disk",
        "clock",
        "workers",
        "codecs",
        "GPU",
        "weights",
        "backups",
        "kept files",
        "webhooks",
        "limits",
    } == {one.part for one in checks}
    assert all(one.advice for one in checks if one.state == "note")


def test_a_state_that_is_not_what_the_log_says_is_told_and_made_again(data):
    with closing(sqlite3.connect(data / FILE_NAME)) as connection, connection:
        connection.execute("UPDATE tasks SET judged = 7")
    told = found(data, "database")
    assert (told.state, told.said[:51]) == ("wrong", "What is kept beside the log of 1 task is not what i")
    with Library.open(data) as library:
        doctor(library, DoctorRequest(mend=True))
    assert found(data, "database").state == "fine"


def test_files_that_features_stay_in_are_named_and_missed(data, tmp_path, make_entry):
    assert not [one for one in examine(data) if one.part == "features elsewhere"]
    file = write_eccv16([make_entry()], tmp_path / "large.h5")
    with Library.open(data) as library:
        import_dataset(library, ImportDatasetRequest(path=file, features_stay=True))
    told = found(data, "features elsewhere")
    assert (told.state, told.said) == ("fine", f"Features of 1 entry stay in '{file}', which is in no backup.")
    file.unlink()
    told = found(data, "features elsewhere")
    assert told.state == "wrong"
    assert told.said.endswith("It is not where it was: 1 of them cannot be read.")
    assert "--features-stay --replace" in told.advice


def test_what_is_not_there_yet_is_not_wrong(tmp_path):
    checks = examine(tmp_path / "none")
    assert [one for one in checks if one.state == "wrong"] == []
    assert not (tmp_path / "none").exists()


def test_a_damaged_database_is_told_with_what_to_do(data):
    with closing(sqlite3.connect(data / FILE_NAME)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (page,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'events'").fetchone()
    with (data / FILE_NAME).open("r+b") as file:
        file.seek((page - 1) * 4096)
        file.write(os.urandom(4096))
    one = found(data, "database")
    assert one.state == "wrong"
    assert one.said.startswith("It is damaged")
    assert "The labels of 1 task cannot be read (1)" in one.said
    assert "restore the newest backup" in one.advice


def test_a_database_that_somebody_holds_and_one_of_a_newer_version(data):
    with held_by_another_process(data):
        one = found(data, "database")
        assert (one.state, one.said) == ("wrong", "Another program holds it, and nobody can write.")
    with closing(sqlite3.connect(data / FILE_NAME)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    assert "newer Manycut" in found(data, "database").said


def test_a_clock_that_jumped_back(data):
    assert found(data, "clock").state == "fine"
    later = (datetime.now(UTC) + timedelta(days=1)).strftime("%Y-%m-%d %H:%M:%S.%f")
    with Library.open(data) as library:
        library.jobs.create_job("export", {})
    with closing(sqlite3.connect(data / FILE_NAME)) as connection, connection:
        connection.execute("UPDATE jobs SET updated = ?", (later,))
    one = found(data, "clock")
    assert (one.state, one.advice) == ("wrong", "Set the clock, best by the network (NTP).")


def test_workers_that_are_down_while_a_server_runs(data):
    assert found(data, "workers").said == "No server runs on this folder."
    with only_server(data), at_work(data, "quick"):
        one = found(data, "workers")
        assert (one.state, one.said) == ("wrong", "No long worker is alive.")
        with at_work(data, "long"):
            assert found(data, "workers").state == "fine"


def test_codecs_that_are_missing(data, monkeypatch):
    assert codecs.broken_codecs() == []
    monkeypatch.setattr(codecs, "RATE", -1)
    assert found(data, "codecs").state == "wrong"


def test_a_backup_that_is_damaged_or_late(data, monkeypatch):
    made = make_daily_backup(data)
    assert found(data, "backups").state == "fine"
    os.utime(made, (time.time() - 5 * 86_400,) * 2)
    assert found(data, "backups").state == "wrong"
    content = bytearray(made.read_bytes())
    middle = len(content) // 2  # more than one bit: within a run of zeros that can leave what is unpacked as it was
    content[middle : middle + 64] = bytes(64)
    made.write_bytes(content)
    one = found(data, "backups")
    assert one.state == "wrong"
    assert "cannot be read as a backup" in one.said or "is damaged" in one.said
    monkeypatch.setenv("MANYCUT_BACKUPS", "0")
    assert back_up(data, data.parent / "mine.tar.gz")


def test_limits_say_who_set_them_and_what_is_none(data, monkeypatch):
    monkeypatch.setenv("MANYCUT_BODY_MB", "2")
    assert "a request, MB: 2 (MANYCUT_BODY_MB)" in found(data, "limits").said
    monkeypatch.setenv("MANYCUT_BODY_MB", "many")
    told = found(data, "limits")
    assert (told.state, told.said) == ("wrong", "MANYCUT_BODY_MB is a whole number above 0, not 'many'.")


def test_what_files_take_is_told_with_the_settings_that_bound_it(data, monkeypatch):
    (data / "renders").mkdir()
    (data / "renders" / "cut.mp4").write_bytes(b"x" * 3 * 2**20)
    (data / "worker.log").write_bytes(b"x" * 2**20)
    (data / "worker.log.1").write_bytes(b"x" * 2**20)
    monkeypatch.setenv("MANYCUT_KEEP_DAYS", "7")
    told = found(data, "kept files")
    assert told.state == "fine"
    assert "renders 3.0 MB, exports 0.0 MB, uploads 0.0 MB" in told.said
    assert "logs 2.0 MB" in told.said
    assert "kept for 7 days (MANYCUT_KEEP_DAYS)" in told.said
    for setting in ("MANYCUT_UPLOAD_DAYS", "MANYCUT_KEEP_GB", "MANYCUT_LOG_MB", "MANYCUT_BACKUPS"):
        assert setting in told.said
