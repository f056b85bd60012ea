"""A backup holds everything, and nothing half."""

from __future__ import annotations

import gzip
import json
import os
import sqlite3
import subprocess
import sys
import tarfile
import time
import zlib
from contextlib import closing, suppress

import pytest

from core.errors import ConflictError, DamagedError, FormatError, InputError, NotFoundError
from core.labelling.events import Event
from storage.accounts import hashed
from storage.backup import HEAD, MANIFEST, OLD, back_up, check_backup, restore
from storage.daily_backups import KEPT, PLACE, daily_backups, make_daily_backup
from storage.database import FILE_NAME
from storage.library import Library
from tests.conftest import ROOT

pytestmark = pytest.mark.sqlite


@pytest.fixture
def lived_in(library, make_entry, tmp_path):
    """A library with a video and a label, still open."""
    video = tmp_path / "some.mp4"
    video.write_bytes(b"a film")
    library.entries.add("talks", [make_entry()])
    library.entries.store_media("talks/first", video=video)
    annotations = library.annotations
    task = annotations.open_task(annotations.get_or_create_annotator("Ada"), "talks/first")
    annotations.record_events(task.id, [Event("tab", 0, "rate", 0, 5), Event("tab", 1, "submit")])
    return library


def test_a_restored_library_is_the_same(lived_in, tmp_path):
    file = tmp_path / "backup.tar.gz"
    assert back_up(lived_in.data_dir, file) >= 3
    restore(file, tmp_path / "elsewhere")
    with Library.open(tmp_path / "elsewhere") as again:
        assert again.entries.media("talks/first").video.read_bytes() == b"a film"
        people, before = again.people.of_entry("talks/first"), lived_in.people.of_entry("talks/first")
        assert people.annotators == before.annotators
        assert people.scores.tobytes() == before.scores.tobytes()


def test_files_that_are_only_half_written_are_left_out(lived_in, tmp_path):
    file = tmp_path / "backup.tar.gz"
    video = lived_in.entries.media("talks/first").video
    (video.parent / ".other.mp4.part").write_bytes(b"half a fi")
    back_up(lived_in.data_dir, file)
    restore(file, tmp_path / "elsewhere")
    assert not list((tmp_path / "elsewhere").rglob("*.part"))


def test_a_library_in_use_is_not_overwritten(lived_in, tmp_path):
    file = tmp_path / "backup.tar.gz"
    back_up(lived_in.data_dir, file)
    with pytest.raises(ConflictError):
        restore(file, lived_in.data_dir)


def test_what_cannot_be_backed_up_is_said(lived_in, tmp_path):
    with pytest.raises(InputError, match="data directory"):
        back_up(lived_in.data_dir, lived_in.data_dir / "backup.tar.gz")
    with pytest.raises(NotFoundError):
        back_up(tmp_path / "nowhere", tmp_path / "backup.tar.gz")
    with pytest.raises(InputError, match="cannot be written"):
        back_up(lived_in.data_dir, tmp_path / "no" / "folder" / "backup.tar.gz")


def test_what_is_no_backup_is_refused(tmp_path):
    wrong = tmp_path / "film.tar.gz"
    wrong.write_bytes(b"not a backup")
    with pytest.raises(FormatError, match="cannot be read"):
        restore(wrong, tmp_path / "new")
    with pytest.raises(NotFoundError):
        restore(tmp_path / "none.tar.gz", tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_a_file_of_a_backup_that_leaves_the_folder_is_refused(lived_in, tmp_path):
    good, bad = tmp_path / "good.tar.gz", tmp_path / "bad.tar.gz"
    back_up(lived_in.data_dir, good)
    with tarfile.open(good) as whole, tarfile.open(bad, "w:gz") as archive:
        for member in whole:
            archive.addfile(member, whole.extractfile(member))
        archive.add(tmp_path / "some.mp4", "../escaped.mp4")
    with pytest.raises(FormatError, match=r"'../escaped.mp4' has no place in a backup"):
        restore(bad, tmp_path / "folder" / "new")
    assert not (tmp_path / "folder" / "escaped.mp4").exists()


def rewritten(good, bad, change):
    """The archive with other members: `change` gets each and its content and gives them back, or None."""
    with tarfile.open(good) as whole, tarfile.open(bad, "w:gz") as archive:
        for member in whole:
            changed = change(member, whole.extractfile(member).read())
            if changed is not None:
                member, content = changed
                member.size = len(content)
                with (bad.parent / "content").open("w+b") as file:
                    file.write(content)
                    file.seek(0)
                    archive.addfile(member, file)
    return bad


def test_one_flipped_bit_anywhere_is_found_and_nothing_is_restored(lived_in, tmp_path):
    """Also in gzip's clothes: where a header of the archive is damaged, everything behind it would be missing."""
    good, bad = tmp_path / "good.tar.gz", tmp_path / "bad.tar.gz"
    files = back_up(lived_in.data_dir, good)
    packed, plain = good.read_bytes(), gzip.decompress(good.read_bytes())
    begins = packed.index(b"\0", 10) + 1  # after gzip's own header, with the name of the file and when it was made
    for place in range(begins, len(packed), len(packed) // 40):
        bad.write_bytes(packed[:place] + bytes([packed[place] ^ 4]) + packed[place + 1 :])
        with suppress(gzip.BadGzipFile, EOFError, zlib.error):
            if gzip.decompress(bad.read_bytes()) == plain:
                continue  # the same zeros are taken from another place
        with pytest.raises(FormatError):
            restore(bad, tmp_path / "new")
        assert not (tmp_path / "new").exists()
    # Where whoever damaged it has packed it again, gzip finds nothing; the list of files does.
    with tarfile.open(good) as archive:
        members = [(one.offset, one.offset_data, one.size, one.name) for one in archive]
    for header, content, size, name in members:
        for place in (header + 5, content, content + size // 2):
            bad.write_bytes(gzip.compress(plain[:place] + bytes([plain[place] ^ 4]) + plain[place + 1 :], 1))
            if name == HEAD and place > header + 5:
                continue  # it says when and where it was made
            with pytest.raises(FormatError):
                restore(bad, tmp_path / "new")
            assert not (tmp_path / "new").exists(), name
    assert len(members) == files + 2


def test_a_backup_that_ends_early_or_lacks_a_file_or_has_one_more_is_refused(lived_in, tmp_path):
    good, bad = tmp_path / "good.tar.gz", tmp_path / "bad.tar.gz"
    back_up(lived_in.data_dir, good)
    bad.write_bytes(good.read_bytes()[:-100])
    with pytest.raises(FormatError, match="cannot be read"):
        restore(bad, tmp_path / "new")
    rewritten(good, bad, lambda member, content: None if member.name == MANIFEST else (member, content))
    with pytest.raises(FormatError, match="ends before its end"):
        restore(bad, tmp_path / "new")
    rewritten(good, bad, lambda member, content: None if member.name.endswith(".mp4") else (member, content))
    with pytest.raises(FormatError, match="mp4' is missing"):
        restore(bad, tmp_path / "new")

    def one_less(member, content):
        if member.name == MANIFEST:
            said = json.loads(content)
            said["files"] = said["files"][:-1]
            content = json.dumps(said).encode()
        return member, content

    with pytest.raises(FormatError, match="is not in its list of files"):
        restore(rewritten(good, bad, one_less), tmp_path / "new")


def test_a_backup_of_an_earlier_version_is_restored_and_that_is_said(lived_in, tmp_path):
    good, old = tmp_path / "good.tar.gz", tmp_path / "old.tar.gz"
    files = back_up(lived_in.data_dir, good)
    rewritten(good, old, lambda member, content: None if member.name in (HEAD, MANIFEST) else (member, content))
    with tarfile.open(old) as before, tarfile.open(tmp_path / "key.tar.gz", "w:gz") as archive:
        for member in before:
            archive.addfile(member, before.extractfile(member))
        (tmp_path / "session.key").write_text("of then")
        archive.add(tmp_path / "session.key", "session.key")
    found = restore(tmp_path / "key.tar.gz", tmp_path / "elsewhere")
    assert (found.files, found.warnings) == (files + 1, [OLD])
    assert not (tmp_path / "elsewhere" / "session.key").exists(), "who had it could be anybody"
    with Library.open(tmp_path / "elsewhere") as again:
        assert again.entries.media("talks/first").video.read_bytes() == b"a film"


def test_nobody_is_signed_in_after_a_backup_is_restored(lived_in, tmp_path):
    token = lived_in.sessions.begin("Ada")
    back_up(lived_in.data_dir, tmp_path / "backup.tar.gz")
    with tarfile.open(tmp_path / "backup.tar.gz") as archive:
        assert hashed(token).encode() not in archive.extractfile(FILE_NAME).read()
    restore(tmp_path / "backup.tar.gz", tmp_path / "elsewhere")
    with Library.open(tmp_path / "elsewhere") as again:
        assert again.sessions.find(token) is None
    assert lived_in.sessions.find(token), "here they stay signed in"


def test_a_backup_holds_no_key_that_forges_a_session(lived_in, tmp_path):
    (lived_in.data_dir / "session.key").write_text("a secret of the server")
    back_up(lived_in.data_dir, tmp_path / "backup.tar.gz")
    assert (tmp_path / "backup.tar.gz").stat().st_mode & 0o077 == 0, "only whoever made it reads it"
    assert b"a secret of the server" not in gzip.decompress((tmp_path / "backup.tar.gz").read_bytes())


def test_a_damaged_database_is_not_backed_up_and_earlier_backups_stay(lived_in, tmp_path):
    lived_in.close()
    file = lived_in.data_dir / FILE_NAME
    before = make_daily_backup(lived_in.data_dir)
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (page,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'events'").fetchone()
    with file.open("r+b") as opened:
        opened.seek((page - 1) * 4096)
        opened.write(os.urandom(4096))
    with pytest.raises(DamagedError, match="was not backed up"):
        back_up(lived_in.data_dir, tmp_path / "backup.tar.gz")
    with pytest.raises(DamagedError):
        make_daily_backup(lived_in.data_dir)
    assert list((lived_in.data_dir / "backups").iterdir()) == [before]
    assert not (tmp_path / "backup.tar.gz").exists()


def test_jobs_are_restored_in_a_state_that_runs(lived_in, tmp_path):
    jobs = lived_in.jobs
    upload = lived_in.data_dir / "uploads" / "x.upload"
    upload.parent.mkdir()
    upload.write_bytes(b"a log")
    waiting = jobs.create_job("join", {"path": str(upload), "name": "log"})
    training, export = jobs.create_job("train", {}, resumable=True), jobs.create_job("export", {})
    for job in (training, export):
        jobs.claim("a worker of then", job_id=job)
    back_up(lived_in.data_dir, tmp_path / "backup.tar.gz")
    assert jobs.get(training).state == "running", "here it goes on"
    restore(tmp_path / "backup.tar.gz", tmp_path / "elsewhere")
    with Library.open(tmp_path / "elsewhere") as again:
        assert (again.jobs.get(training).state, again.jobs.get(training).claimed_by) == ("queued", None)
        assert again.jobs.get(export).error["code"] == "interrupted"
        path = again.jobs.get(waiting).args["path"]
        assert path == str(tmp_path / "elsewhere/uploads/x.upload")
        with open(path, "rb") as file:
            assert file.read() == b"a log"


def test_a_restoring_that_is_killed_leaves_no_library_and_the_next_one_is_whole(lived_in, tmp_path):
    (lived_in.data_dir / "media" / "large.mp4").write_bytes(os.urandom(50 * 2**20))
    back_up(lived_in.data_dir, tmp_path / "backup.tar.gz")
    new = tmp_path / "new"
    code = "import sys; from pathlib import Path; from storage.backup import restore; restore(*map(Path, sys.argv[1:]))"
    process = subprocess.Popen([sys.executable, "-c", code, str(tmp_path / "backup.tar.gz"), str(new)], cwd=ROOT)
    while not list(new.glob(".restore-*/media/large.mp4")):
        assert process.poll() is None
    process.kill()
    process.wait()
    assert not (new / FILE_NAME).exists()
    restore(tmp_path / "backup.tar.gz", new)
    assert not list(new.glob(".restore-*"))
    assert (new / "media" / "large.mp4").stat().st_size == 50 * 2**20


def test_what_is_in_the_way_is_not_overwritten(lived_in, tmp_path):
    back_up(lived_in.data_dir, tmp_path / "backup.tar.gz")
    (tmp_path / "new" / "entries").mkdir(parents=True)
    with pytest.raises(ConflictError, match="holds 'entries' already"):
        restore(tmp_path / "backup.tar.gz", tmp_path / "new")
    assert [one.name for one in (tmp_path / "new").iterdir()] == ["entries"]


def test_the_newest_few_daily_backups_are_kept(lived_in, tmp_path, monkeypatch):
    monkeypatch.setenv(KEPT, "2")
    folder = lived_in.data_dir / "backups"
    folder.mkdir()
    for name in ("manycut-20200101-000000.tar.gz", "manycut-20200102-000000.tar.gz", "manycut-mine.tar.gz"):
        (folder / name).write_bytes(b"")
    assert daily_backups(lived_in.data_dir).newest.name == "manycut-20200102-000000.tar.gz"
    made = make_daily_backup(lived_in.data_dir)
    kept = {"manycut-20200102-000000.tar.gz", "manycut-mine.tar.gz", made.name}
    assert {one.name for one in folder.iterdir()} == kept
    assert check_backup(made).problems == []
    assert not daily_backups(lived_in.data_dir).due
    for age in (90_000, -90_000):  # a day is over, or the clock has jumped
        os.utime(made, (time.time() - age, time.time() - age))
        assert daily_backups(lived_in.data_dir).due
    monkeypatch.setenv(KEPT, "0")
    assert not daily_backups(lived_in.data_dir).due
    monkeypatch.setenv(KEPT, "2")
    monkeypatch.setenv(PLACE, str(tmp_path / "elsewhere"))
    assert daily_backups(lived_in.data_dir).newest is None


def test_without_room_for_videos_daily_backups_hold_everything_else_and_without_any_room_none_are_made(
    lived_in, tmp_path, monkeypatch
):
    free = {}
    monkeypatch.setattr("shutil.disk_usage", lambda path: type("Usage", (), free)())
    video = lived_in.entries.media("talks/first").video
    video.write_bytes(os.urandom(3 * 2**20))
    free["free"] = 2**30 + 8 * 2**20
    made = make_daily_backup(lived_in.data_dir)
    found = restore(made, tmp_path / "elsewhere")
    assert "It holds no videos" in found.warnings[0]
    assert not (tmp_path / "elsewhere" / "media").exists()
    free["free"] = 2**30
    assert "too little room" in daily_backups(lived_in.data_dir).off
