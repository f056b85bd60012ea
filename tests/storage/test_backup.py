"""A backup holds everything, and nothing half."""

from __future__ import annotations

import tarfile

import pytest

from core.errors import ConflictError, InputError, NotFoundError
from core.labelling.events import Event
from storage.backup import back_up, restore
from storage.library import Library


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
    with pytest.raises(InputError, match="cannot be read"):
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
    with pytest.raises(InputError, match="cannot be read"):
        restore(bad, tmp_path / "folder" / "new")
    assert not (tmp_path / "folder" / "escaped.mp4").exists()
