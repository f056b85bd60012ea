"""Split files that a library keeps: under their names, unchanged, and only if they are split files."""

from __future__ import annotations

import json

import pytest

from core.errors import FormatError, NotFoundError


@pytest.fixture
def given(tmp_path):
    def write(folder, train, name="splits.json"):
        path = tmp_path / folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps([{"train_keys": train, "test_keys": ["video_9"]}]))
        return path

    return write


def test_a_split_file_is_kept_as_it_is_and_another_of_its_name_beside_it(library, given):
    first, second = given("a", ["video_1"]), given("b", ["video_2"])
    kept = library.split_files
    assert [kept.keep(first), kept.keep(second), kept.keep(first), kept.keep(second)] == [
        "splits.json", "splits-2.json", "splits.json", "splits-2.json",
    ]  # fmt: skip
    assert kept.names() == ["splits-2.json", "splits.json"]
    assert kept.path("splits.json").read_bytes() == first.read_bytes()
    assert kept.path("splits-2.json").read_bytes() == second.read_bytes()


def test_what_is_no_split_file_is_not_kept(library, given, tmp_path):
    (tmp_path / "notes.txt").write_text("Remember the milk\n")
    with pytest.raises(FormatError, match=r"notes\.txt: line 1 should be"):
        library.split_files.keep(tmp_path / "notes.txt")
    with pytest.raises(FormatError, match="should not train and test on 'video_9'"):
        library.split_files.keep(given("a", ["video_9"]))
    assert library.split_files.names() == []


@pytest.mark.parametrize("name", ["splits.json", "../manycut.db", "/etc/passwd", "", "."])
def test_only_what_is_kept_has_a_name(library, name):
    with pytest.raises(NotFoundError, match="keeps no split file"):
        library.split_files.path(name)
