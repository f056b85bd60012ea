"""What is removed in time: real files of every place, and all that stays whatever its age."""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
import time
from pathlib import Path

import pytest

from core.errors import InputError, RefusedError, UnavailableError
from core.scratch import PREFIX, is_ours
from storage.scratch import own_prefix, scratch_folder
from storage.tidying import make_temporary_folder, sizes, temporary_folder, tidy
from verbs.ingest import IngestRequest
from verbs.join import JoinRequest
from verbs.render import RenderRequest
from webapp.jobs import enqueue

DAY = 86_400
HASH = "a1" * 32


@pytest.fixture(autouse=True)
def temporary(tmp_path, monkeypatch):
    """The system's temporary files, for this test alone."""
    folder = tmp_path / "system"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    monkeypatch.delenv("GRADIO_TEMP_DIR", raising=False)
    return folder


def put(path: Path, days: float, size: int = 100) -> Path:
    """A file that was written some days ago; its folder as well, unless others lie there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x" * size)
    aged(path, days)
    aged(path.parent, days)
    return path


def aged(path: Path, days: float) -> Path:
    os.utime(path, (time.time() - days * DAY,) * 2, follow_symlinks=False)
    return path


def test_each_place_is_kept_for_its_days(library, temporary):
    data = library.data_dir
    gradio = make_temporary_folder(data)
    old = [
        put(data / "renders" / "old.mp4", 31),
        put(data / "renders" / "half.mp4.part", 31),
        put(data / "exports" / "old" / "labels.h5", 31),
        put(data / "uploads" / "old.upload", 3),
        put(data / "uploads" / "0123" / "model.pt", 3),
        put(gradio / HASH / "film.mp4", 3),
        put(gradio / "tmpab_c1234", 3),
        put(temporary / f"{PREFIX}abcd1234" / "cut.json", 3),
        put(data / "media" / "talks" / f".first.mp4.{secrets.token_hex(16)}.part", 3),
        put(data / "entries" / f".{secrets.token_hex(16)}.part", 3),
        put(data / "checkpoints" / ".mine-ab12_xyz" / "weights", 3),
        put(data / ".restore-ab12_xyz" / "manycut.db", 3),
    ]
    young = [
        put(data / "renders" / "young.mp4", 29),
        put(data / "exports" / "young" / "labels.h5", 29),
        put(data / "uploads" / "young.upload", 1),
        put(gradio / ("b2" * 32) / "film.mp4", 1),
        put(data / "media" / "talks" / f".second.mp4.{secrets.token_hex(16)}.part", 1),
    ]
    tidied = tidy(library)
    assert not [one for one in old if one.exists()]
    assert all(one.exists() for one in young)
    assert dict(tidied.removed) == {"renders": 2, "exports": 1, "uploads": 2, "temporary files": 7}
    assert tidied.size == 12 * 100
    assert tidy(library).removed == {}


def test_other_files_stay_however_old_they_are(library, temporary):
    data = library.data_dir
    others = [
        put(data / "media" / "talks" / "first.mp4", 999),
        put(data / "entries" / "talks" / "first.h5", 999),
        put(data / "checkpoints" / "mine" / "weights", 999),
        put(data / "checkpoints" / ".hidden", 999),
        put(data / "import" / f".film.{'0' * 32}.part", 999),
        put(data / "import" / "film.mp4", 999),
        put(data / "servers.toml", 999),
        put(data / "backups" / "manycut-20200101-000000.tar.gz", 999),
        put(temporary / "manycut-main" / "film.mp4", 999),
        put(temporary / f"{PREFIX}mine" / "film.mp4", 999),
        put(temporary / "tmpab_c1234", 999),
        put(temporary / "gradio" / HASH / "of another application", 999),
    ]
    tidy(library)
    assert all(one.exists() for one in others)


def test_above_the_bytes_the_oldest_go(library, monkeypatch):
    monkeypatch.setattr("storage.tidying.GB", 100)
    monkeypatch.setenv("MANYCUT_KEEP_GB", "3")
    files = [put(library.data_dir / "renders" / f"{days}.mp4", days) for days in (5, 4, 3, 2)]
    files.append(put(library.data_dir / "uploads" / "one.upload", 1))
    tidied = tidy(library)
    assert [one.exists() for one in files] == [False, False, True, True, True]
    assert dict(tidied.removed) == {"renders": 2}


def test_what_was_written_within_the_hour_stays(library, monkeypatch):
    monkeypatch.setattr("storage.tidying.GB", 1)
    monkeypatch.setenv("MANYCUT_KEEP_GB", "1")
    young = put(library.data_dir / "renders" / "young.mp4", 0.9 / 24)
    growing = put(library.data_dir / "uploads" / "0123" / "model.pt", 0)
    aged(growing.parent, 9)
    old = put(library.data_dir / "renders" / "old.mp4", 1.1 / 24)
    tidy(library)
    assert (young.exists(), growing.exists(), old.exists()) == (True, True, False)


def test_what_jobs_that_wait_or_run_refer_to_stays(library, make_entry):
    library.entries.add("talks", [make_entry()])
    data, gradio = library.data_dir, make_temporary_folder(library.data_dir)
    film = put(gradio / HASH / "film.mp4", 9)
    upload = put(data / "uploads" / "one.upload", 9)
    render = put(data / "renders" / "cut.mp4", 99)
    linked = data.parent / "linked"
    linked.symlink_to(data)
    jobs = [
        enqueue(library, IngestRequest.of(path=[str(film)])),
        enqueue(library, JoinRequest(path=linked / "uploads" / "one.upload", remove=True)),
        enqueue(library, RenderRequest(entry="talks/first", source="x", out=render)),
    ]
    tidy(library)
    assert film.exists()
    assert upload.exists()
    assert render.exists()
    assert library.jobs.claim("machine/w") is not None
    tidy(library)
    assert film.exists()
    assert upload.exists()
    assert render.exists()
    for job in jobs:
        library.jobs.request_cancel(job)
    library.jobs.interrupt("Its worker is gone.")
    tidy(library)
    assert not (film.exists())
    assert not (upload.exists())
    assert not (render.exists())


def test_what_lies_in_a_folder_that_a_job_names_stays(library):
    inside = put(library.data_dir / "renders" / "cut.mp4", 99)
    job = enqueue(library, IngestRequest.of(path=[str(inside.parent)]))
    tidy(library)
    assert inside.exists()
    library.jobs.request_cancel(job)
    tidy(library)
    assert not inside.exists()


def test_the_media_of_entries_stay_wherever_they_lie(library, make_entry):
    from sqlalchemy import update

    from storage.database import writing
    from storage.tables import EntryRow

    data = library.data_dir
    library.entries.add("talks", [make_entry("talks/first"), make_entry("talks/second")])
    absolute, below = put(data / "renders" / "film.mp4", 99), put(data / "uploads" / "0123" / "film.mp4", 99)
    with writing(library.engine) as session:
        for entry, video in (("talks/first", str(absolute)), ("talks/second", "uploads/0123/film.mp4")):
            session.execute(update(EntryRow).where(EntryRow.id == entry).values(video=video))
    library.entries.remove("talks/second")  # it can be brought back
    tidy(library)
    assert absolute.exists()
    assert below.exists()


def test_no_link_is_followed_and_none_is_removed(library, tmp_path):
    data, elsewhere = library.data_dir, tmp_path / "elsewhere"
    precious = put(elsewhere / "film.mp4", 999)
    (data / "renders").mkdir()
    (data / "exports" / "mixed").mkdir(parents=True)
    aged(put(data / "exports" / "mixed" / "labels.h5", 99).parent, 99)
    links = [data / "renders" / "film.mp4", data / "renders" / "folder", data / "exports" / "mixed" / "film.mp4"]
    for link, target in zip(links, (precious, elsewhere, precious), strict=True):
        link.symlink_to(target)
        aged(link, 999)
    (data / "uploads").symlink_to(elsewhere)
    tidied = tidy(library)
    assert precious.exists()
    assert all(link.is_symlink() for link in links)
    assert tidied.removed == {}


def test_what_is_written_to_while_it_is_decided_stays(library, monkeypatch):
    from storage import tidying

    render = put(library.data_dir / "renders" / "cut.mp4", 99)
    decide = tidying.going

    def meanwhile(held, most):
        gone = decide(held, most)
        render.write_bytes(b"made again")
        return gone

    monkeypatch.setattr(tidying, "going", meanwhile)
    assert tidy(library).removed == {}
    assert render.read_bytes() == b"made again"


def test_nothing_goes_while_the_database_cannot_say_what_is_needed(library, monkeypatch):
    render = put(library.data_dir / "renders" / "cut.mp4", 99)

    def refuse():
        raise UnavailableError("The database is locked.")

    monkeypatch.setattr(library.jobs, "unfinished_requests", refuse)
    with pytest.raises(UnavailableError):
        tidy(library)
    monkeypatch.setenv("MANYCUT_KEEP_DAYS", "soon")
    with pytest.raises(InputError):
        tidy(library)
    assert render.exists()


def test_scratch_folders_of_processes_that_are_gone_go_and_those_in_use_stay(library):
    left = put(library.data_dir / f"{own_prefix()}abandoned" / "film.mp4", 0).parent
    with scratch_folder(library.data_dir) as used:
        put(left / "film.mp4", 0)
        tidy(library)
        assert used.is_dir()
    assert not left.exists()


def test_in_a_folder_that_is_named_only_what_is_gradios_goes(library, tmp_path, monkeypatch, temporary):
    named = tmp_path / "named"
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(named))
    ours, others = put(named / HASH / "film.mp4", 9), put(named / "notes" / "film.mp4", 99)
    arriving = put(named / "tmpab_c1234", 9)
    tidy(library)
    assert (ours.exists(), arriving.exists(), others.exists()) == (False, False, True)
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(temporary))
    ours, arriving = put(temporary / HASH / "film.mp4", 9), put(temporary / "tmpab_c1234", 9)
    tidy(library)
    assert (ours.exists(), arriving.exists()) == (False, True), "it may be of any program"


def test_the_folder_for_uploads_is_our_own_and_nobody_elses(library, temporary):
    folder = make_temporary_folder(library.data_dir)
    assert folder == make_temporary_folder(library.data_dir) == temporary_folder(library.data_dir)
    assert folder.stat().st_mode & 0o077 == 0
    assert str(library.data_dir) not in str(folder)
    folder.rmdir()
    folder.symlink_to(library.data_dir)
    with pytest.raises(RefusedError, match="belongs to somebody else"):
        make_temporary_folder(library.data_dir)


def test_sizes_count_every_place(library):
    put(library.data_dir / "renders" / "cut.mp4", 1, 1000)
    put(library.data_dir / "exports" / "one" / "labels.h5", 1, 200)
    put(make_temporary_folder(library.data_dir) / HASH / "film.mp4", 1, 30)
    assert dict(sizes(library.data_dir)) == {"renders": 1000, "exports": 200, "uploads": 0, "temporary files": 30}


def test_our_temporary_folders_are_known_by_their_names():
    with tempfile.TemporaryDirectory(prefix=PREFIX) as folder:
        assert is_ours(Path(folder).name)
        shutil.copytree(folder, f"{folder}-copy")
        assert not is_ours(f"{Path(folder).name}-copy")
