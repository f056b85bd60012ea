"""Odd folders and names, terminals of few letters, full disks and media that cannot be written."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys

import h5py
import numpy as np
import pytest

from core.errors import InputError, UnavailableError, refused_by_system
from core.names import readable
from storage.backup import back_up
from storage.database import writing
from storage.files import whole_file
from storage.library import Library
from tests.conftest import ROOT
from tests.fuzz.readers import released
from verbs.import_dataset import ImportDatasetRequest, import_dataset

pytestmark = pytest.mark.sqlite

NOT_UTF8 = os.fsdecode(b"caf\xe9")


def command(tmp_path, *words, limit=None, **environment):
    """A command of ours in a bare environment; `limit` is how large a file may become, as where a disk is full."""
    code = "import resource, sys\n"
    code += f"resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))\n" if limit else ""
    code += "from cli.main import run\nrun()"
    # Without what Python keeps of modules that it compiles: cut off, it would be what all later runs read.
    known = {"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, words)],
        cwd=tmp_path,
        env=known | {"PYTHONPATH": str(ROOT), "MANYCUT_DEMO": "0"} | environment,
        capture_output=True,
        check=False,
    )


@pytest.mark.parametrize("name", ["a?b", "100%", "%20", "%74", "a#b", "a b&c=d", "größe"])
def test_any_folder_holds_a_library(tmp_path, make_entry, name):
    with Library.open(tmp_path / name) as library:
        library.entries.add("d", [make_entry()])
    assert (tmp_path / name / "manycut.db").is_file()
    assert [one.name for one in tmp_path.iterdir()] == [name]
    with Library.open(tmp_path / name) as library:
        assert len(library.entries.list("d")) == 1


def test_a_folder_whose_name_cannot_be_stored_is_refused(tmp_path):
    with pytest.raises(InputError, match="is not UTF-8"):
        Library.open(tmp_path / NOT_UTF8)
    assert not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot be made: Not a directory"):
        Library.open(tmp_path / "file" / "data")


def test_a_file_whose_name_is_not_utf8_is_taken(library, tmp_path):
    path = released(tmp_path).rename(tmp_path / f"{NOT_UTF8}.h5")
    result = import_dataset(library, ImportDatasetRequest(path=path))
    assert result.dataset == "caf"
    assert [one.source for one in library.datasets.list()] == ["caf\ufffd.h5"]


@pytest.mark.parametrize(
    ("text", "told"),
    [("größe", "größe"), (NOT_UTF8, "caf\ufffd"), ("größe".encode().decode("ascii", "surrogateescape"), "größe"),
     ("\ud800", "?")],
)  # fmt: skip
def test_names_become_text_that_can_be_stored(text, told):
    assert readable(text) == told
    assert readable(readable(text)) == told


def test_a_terminal_of_few_letters_and_no_home_is_enough(tmp_path):
    path = released(tmp_path).rename(tmp_path / "größe.h5")
    few = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": "ascii"}
    done = command(tmp_path, "import", path, "--data-dir", tmp_path / "data", "--json", **few)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["dataset"] == "groe"
    done = command(tmp_path, "agreement", "größer", "--data-dir", tmp_path / "data", **few)
    assert done.returncode == 2
    assert b"unexpected" not in done.stderr
    assert b"gr\\xf6\\xdfer" in done.stderr
    assert not (tmp_path / "manycut-error.log").exists()


@pytest.mark.parametrize("limit", [3_000, 40_000])
def test_a_full_disk_is_a_sentence_and_leaves_nothing(tmp_path, limit):
    """The files of the database do not find room, or that of the first entry."""
    path, data = released(tmp_path), tmp_path / "data"
    with h5py.File(path, "r+") as file:
        del file["video_1/features"]
        file["video_1/features"] = np.ones((6, 4000), np.float32)
    with Library.open(data):
        pass
    done = command(tmp_path, "import", path, "--data-dir", data, limit=limit)
    assert done.returncode == 2, done.stderr
    assert b"unexpected" not in done.stderr
    assert done.stderr.count(b"\n") == 1
    assert not (tmp_path / "manycut-error.log").exists()
    assert {one.name for one in data.rglob("*")} <= {"manycut.db", "manycut.db-wal", "manycut.db-shm"}


def test_reasons_of_libraries_are_one_sentence(tmp_path):
    with pytest.raises(UnavailableError) as refused, whole_file(tmp_path / "x.h5"):
        raise OSError("Can't write data (time = now\n, errno = 28, error message = 'No space left on device')")
    assert refused.value.message.endswith("x.h5' cannot be written: No space left on device.")


def test_what_the_system_refuses_is_told_from_mistakes_of_ours():
    refusal = refused_by_system(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "/there"))
    assert refusal is not None
    assert "'/there' cannot be written or read: No space left on device." in refusal.message
    assert refused_by_system(OSError(errno.ENOENT, "gone")) is None
    assert refused_by_system(ValueError("wrong")) is None


@pytest.fixture
def on_a_disc(tmp_path, make_entry, monkeypatch):
    """A library whose folder cannot be written, as the system says."""
    data = tmp_path / "d%ata"
    with Library.open(data) as library:
        library.entries.add("d", [make_entry()])
    there = os.access
    monkeypatch.setattr(
        os, "access", lambda path, mode: not str(path).startswith(str(data)) if mode == os.W_OK else there(path, mode)
    )
    return data


def test_a_library_on_a_disc_can_be_looked_at(on_a_disc):
    before = sorted(on_a_disc.rglob("*"))
    with Library.open(on_a_disc) as library:
        assert library.read_only
        (entry,) = library.entries.list("d")
        assert library.entries.get(entry.id).main_features is not None
        with pytest.raises(UnavailableError, match="can only be looked at"), writing(library.engine):
            pass
        with pytest.raises(UnavailableError, match="can only be looked at"):
            library.datasets.set_media_root("d", on_a_disc)
    assert sorted(on_a_disc.rglob("*")) == before


def test_a_library_on_a_disc_can_be_backed_up(on_a_disc, tmp_path):
    assert back_up(on_a_disc, tmp_path / "backup.tar.gz") == 2
    assert sorted(one.name for one in on_a_disc.iterdir()) == ["entries", "manycut.db"]


def test_a_disc_without_a_library_and_one_that_was_not_closed(on_a_disc):
    (on_a_disc / "manycut.db-wal").write_bytes(b"something")
    with pytest.raises(InputError, match="was not closed"):
        Library.open(on_a_disc)
    (on_a_disc / "manycut.db-wal").unlink()
    (on_a_disc / "manycut.db").unlink()
    with pytest.raises(InputError, match="none can be made"):
        Library.open(on_a_disc)
