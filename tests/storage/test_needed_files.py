"""Files that entries refer to are found among those that could go, whichever way each of them is written."""

from __future__ import annotations

import os

import pytest
from sqlalchemy import event, update

from storage import needed_files as module
from storage.database import writing
from storage.needed_files import needed_files
from storage.tables import EntryRow
from storage.tidying import tidy


@pytest.fixture
def films(library, make_entry, monkeypatch):
    """Three entries, read two at a time; the function gives them videos."""
    monkeypatch.setattr(module, "AT_ONCE", 2)
    names = [f"talks/{n}" for n in range(3)]
    library.entries.add("talks", [make_entry(name) for name in names])

    def have(*videos):
        with writing(library.engine) as session:
            for name, video in zip(names, videos, strict=False):
                session.execute(update(EntryRow).where(EntryRow.id == name).values(video=str(video)))

    return have


def test_what_is_referred_to_what_lies_in_it_and_what_holds_it_are_needed(library, films):
    exports = library.data_dir / "exports"
    for name in ("alone.mp4", "folder/film.mp4", "around/inner/film.mp4", "around/other.mp4", "free/film.mp4"):
        (exports / name).parent.mkdir(parents=True, exist_ok=True)
        (exports / name).touch()
    found = [exports / name for name in ("alone.mp4", "folder/film.mp4", "around", "free", "free/film.mp4")]
    films("exports/alone.mp4", exports / "folder", "exports/around/inner/film.mp4")
    assert needed_files(library, found) == set(found[:3])


def test_links_are_followed_in_folders_and_at_the_end(library, films, tmp_path):
    exports = library.data_dir / "exports"
    exports.mkdir()
    found = [exports / name for name in ("one.mp4", "two.mp4", "three.mp4")]
    for path in found:
        path.touch()
    (tmp_path / "folder").symlink_to(exports)
    (tmp_path / "film.mp4").symlink_to(exports / "two.mp4")
    films(tmp_path / "folder" / "one.mp4", tmp_path / "film.mp4", exports / ".." / "exports" / "nothing.mp4")
    assert needed_files(library, found) == set(found[:2])
    films(tmp_path / "nowhere", tmp_path / "film.mp4", exports / ".." / "exports" / "three.mp4")
    assert needed_files(library, found) == set(found[1:])


def test_no_entry_is_read_where_nothing_could_go(library, films):
    asked: list[str] = []
    event.listen(library.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    young = library.data_dir / "renders" / "cut.mp4"
    young.parent.mkdir()
    young.touch()
    tidy(library)
    assert not [one for one in asked if "entries" in one]
    os.utime(young, (0, 0))
    tidy(library)
    assert [one for one in asked if "entries" in one]
    assert not young.exists()
