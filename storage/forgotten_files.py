"""The files of a data directory that may hold a name which is to be forgotten."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from storage.backup import FOLDER
from storage.daily_backups import daily_backups
from storage.files import whole_file

# Made anew when somebody asks: those that hold the name go.
MADE_ANEW = ("renders", "exports")
# Of videos and models alone, and most of all bytes: nothing writes names of people there.
NO_NAMES = ("media", "entries", "thumbnails")
NO_TEXT = (".safetensors", ".pt", ".npz", ".npy", ".mp4", ".jpg", ".png", ".webp")
# Where texts may name people: cards and descriptions of checkpoints, what jobs keep, what workers said.
WRITTEN = ("checkpoints", "jobs")
TEXT = (".json", ".jsonl", ".md", ".csv", ".txt", ".log")
LOG = "worker.log"
CHUNK = 2**22
BY_CHANCE = 5  # bytes: what is shorter stands in files of numbers by chance


def rewrite_texts(data_dir: Path, told: Callable[[str], str], name: str) -> None:
    """Puts what is told in the place of what texts say, and removes files that are made anew where they hold a name.

    Args:
        data_dir: of the library.
        told: gives a text with the pseudonym in it.
        name: that is looked for.
    """
    for folder in WRITTEN:
        for path in _files(data_dir / folder):
            if path.suffix.lower() in TEXT:
                _rewrite(path, told)
    for path in data_dir.glob(f"{LOG}*"):
        _rewrite_open(path, told)
    for folder in MADE_ANEW:
        for path in _files(data_dir / folder):
            if _holds(path, name):
                path.unlink(missing_ok=True)


def still_in(data_dir: Path, name: str) -> tuple[str, ...]:
    """The files below a data directory that hold a name, backups left out, which hold everything."""
    found = []
    for path in _files(data_dir):
        parts = path.relative_to(data_dir).parts
        if parts[0] in (FOLDER, *NO_NAMES) or path.suffix.lower() in NO_TEXT:
            continue
        if _holds(path, name):
            found.append("/".join(parts))
    return tuple(sorted(found))


def backups_of(data_dir: Path) -> tuple[str, ...]:
    """The backups in the folder of the daily ones, whoever made them."""
    return tuple(sorted(str(path) for path in daily_backups(data_dir).folder.glob("*.tar.gz")))


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
        if path.is_file() and not path.is_symlink():
            yield path


def _rewrite(path: Path, told: Callable[[str], str]) -> None:
    try:
        before = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return
    after = told(before)
    if after != before:
        with whole_file(path) as partial:
            partial.write_text(after, encoding="utf-8")


def _rewrite_open(path: Path, told: Callable[[str], str]) -> None:
    """The same of a log that others write to: it stays the same file, and no line that they add meanwhile is lost."""
    with suppress(OSError), path.open("r+b") as file:
        before = file.read()
        after = told(before.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")
        if after == before:
            return
        after += file.read()  # what was added since
        file.seek(0)
        file.write(after)
        file.truncate()


def _holds(path: Path, name: str) -> bool:
    """Whether a name stands in a file: as UTF-8, or as JSON writes other letters than ASCII's."""
    forms = {name.encode(), json.dumps(name)[1:-1].encode()}
    is_text = path.suffix.lower() in TEXT
    if len(name.encode()) < BY_CHANCE and not is_text:
        return False
    # Elsewhere, as in a row of SQLite's, words stand without anything between them.
    before, after = (rb"(?<![0-9A-Za-z_])", rb"(?![0-9A-Za-z_])") if is_text else (b"", b"")
    wanted = re.compile(b"|".join(before + re.escape(form) + after for form in forms))
    overlap = 2 * max(map(len, forms))
    kept = b""
    with suppress(OSError), path.open("rb") as file:
        while piece := file.read(CHUNK):
            if wanted.search(kept + piece):
                return True
            kept = (kept + piece)[-overlap:]
    return False
