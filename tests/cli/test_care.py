"""`backup`, `restore`, `verify` and `doctor` from a terminal: what they say, and how they end."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from cli.main import app
from storage.export import export_labels
from storage.library import Library


@pytest.fixture
def data(tmp_path, make_entry):
    with Library.open(tmp_path / "data") as library:
        library.entries.add("talks", [make_entry()])
        export_labels(library, tmp_path / "labels.csv", format="csv")
    return tmp_path / "data"


def ends(code, *words):
    done = CliRunner().invoke(app, list(map(str, words)))
    assert done.exit_code == code, (done.output, done.exception)
    return done.stdout


def test_files_are_verified_without_a_library(data, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "backup.tar.gz"
    ends(0, "backup", "--out", file, "--data-dir", data)
    assert "2 files, all as they were written. It was made 20" in ends(0, "verify", file)
    assert json.loads(ends(0, "verify", tmp_path / "labels.csv", "--json"))["kind"] == "export"
    assert not (tmp_path / "data2").exists()
    with (tmp_path / "labels.csv").open("a") as export:
        export.write("one more\n")
    assert "damaged" in ends(1, "verify", tmp_path / "labels.csv")
    restored = json.loads(ends(0, "restore", file, "--data-dir", tmp_path / "data2", "--json"))
    assert (restored["files"], restored["warnings"]) == (2, [])


def test_doctor_looks_at_the_installation_and_then_at_the_entries(data, monkeypatch):
    monkeypatch.setenv("MANYCUT_DEMO", "0")
    said = ends(0, "doctor", "--data-dir", data)
    assert said.startswith("ok    data folder: ")
    assert said.rstrip().endswith("1 entries looked at, 0 with faults, 0 mended.")
    found = json.loads(ends(0, "doctor", "--data-dir", data, "--json"))
    assert (found["looked_at"], found["findings"], found["installation"][1]["part"]) == (1, [], "database")
    assert json.loads(ends(0, "doctor", "talks/first", "--data-dir", data, "--json"))["installation"] == []


def test_doctor_ends_with_one_where_the_library_cannot_even_be_opened(data):
    (data / "manycut.db").write_bytes(b"no database " * 500)
    found = json.loads(ends(1, "doctor", "--data-dir", data, "--json"))
    wrong = [one for one in found["installation"] if one["state"] == "wrong"]
    assert [one["part"] for one in wrong][:1] == ["database"]
    assert all(one["advice"] for one in wrong)
