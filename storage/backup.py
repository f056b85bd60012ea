"""One file that holds a whole data directory, made while people go on working, and that proves what it holds.

A .tar.gz file: first a small JSON text that says what it is (`HEAD`), the database (SQLite's file, or what pg_dump made
of that of DATABASE_URL), every other file, and at the end the manifest with the size and the SHA-256 of each
(`MANIFEST`). It is read back before it counts as made, and read against its manifest before anything of it is restored:
what differs is refused, and gzip's own checksum covers the rest. Backups of earlier versions have neither text; they
are told from damaged ones by the first.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import shutil
import sqlite3
import tarfile
import tempfile
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import IO, Any

from sqlalchemy import URL

from core.errors import ConflictError, DamagedError, FormatError, InputError, NotFoundError, refusal_of, system_reason
from core.progress import Progress, part, silent
from core.scratch import PREFIX as TEMPORARY
from storage.database import FILE_NAME, database_url
from storage.dumps import DUMP, check_empty, dump, dump_problems, restore_dump
from storage.features_elsewhere import features_elsewhere
from storage.formats.manifest import MANYCUT
from storage.integrity import whole
from storage.restorable import end_sessions, interrupt_running, make_restorable, move_queued
from storage.scratch import PREFIX as SCRATCH
from storage.server_lock import ENDING

SCHEMA = "manycut-backup-1"
HEAD = "manycut-backup.json"
MANIFEST = "manycut-backup.manifest.json"
SESSION_KEY = "session.key"  # whoever has it can be anybody: it is in no backup, and people sign in again
FOLDER = "backups"  # in the data directory, where backups may lie
VIDEOS = "media"
SPEECH = "speech"  # models that listen: large, and to be had again
UNFINISHED, UNPACKING = ".backup-", ".restore-"  # what the folders begin with in which they are made and unpacked
# Made anew when needed, or of this very moment.
LEFT_OUT = ("queue.db", "worker.log", "renders", "exports", FOLDER, FILE_NAME, DUMP, SESSION_KEY, SPEECH)
ALSO_LEFT_OUT = (f"{FILE_NAME}-", f"{FILE_NAME}{ENDING}", "queue.db-", "worker.log.", SCRATCH)  # what begins with these
OLD = "It is of an earlier version and has no list of its files: only gzip's checksum and the database were looked at."
NO_VIDEOS = "It holds no videos: those that lay in the data directory are gone. Run: python app.py doctor"
CHUNK = 2**20
LARGEST_TEXT = 2**28  # bytes of a manifest: millions of files

Digest = tuple[int, str]  # bytes and SHA-256


@dataclass(frozen=True)
class Backup:
    """What a backup holds.

    Attributes:
        files: how many.
        problems: sentences about what differs from its manifest; empty where everything is as it was.
        warnings: what should be known of one without problems.
        made: when; None where that is not written in it.
        data_dir: where the data directory lay, "" where that is not written in it.
    """

    files: int
    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    made: datetime | None = None
    data_dir: str = ""


def back_up(
    data_dir: Path, out: Path, progress: Progress = silent, *, without: Collection[str] = (), check: bool = True
) -> int:
    """Writes a data directory as a .tar.gz file; appears complete and read back, or not at all.

    The database is copied in one consistent state, before the files: every file that it points to is there already,
    because files are written first. Jobs that run are in the copy as after a restart: those that go on where they were
    wait, the others have failed; in one of PostgreSQL, where it is restored.

    Args:
        data_dir: with its manycut.db, or that of the database of DATABASE_URL.
        out: where to; not in the data directory, but for its folder "backups".
        without: folders of the data directory that are left out.
        check: whether it is read back.

    Returns:
        Number of files in it.

    Raises:
        NotFoundError: there is no data directory.
        DamagedError: the database is damaged, or what was written is not what is read back.
        InputError, UnavailableError: `out` lies in the data directory, or cannot be written; pg_dump is not here.
    """
    data_dir, out = Path(data_dir).resolve(), Path(out).resolve()
    url = database_url(data_dir)
    here = data_dir.is_dir() if _is_postgresql(url) else (data_dir / FILE_NAME).is_file()
    if not here:
        raise NotFoundError(f"There is no library in '{data_dir}'.", "Name it with --data-dir.")
    if out.is_relative_to(data_dir) and not out.is_relative_to(data_dir / FOLDER):
        raise InputError("A backup cannot lie in the data directory that it holds.", "Choose another folder.")
    try:
        with tempfile.TemporaryDirectory(dir=out.parent, prefix=UNFINISHED) as work:
            packed, copy = Path(work) / "backup", Path(work) / (DUMP if _is_postgresql(url) else FILE_NAME)
            if _is_postgresql(url):
                dump(url, copy)
            else:
                _copy_database(data_dir / FILE_NAME, copy)
                interrupt_running(copy)
                end_sessions(copy)
            files = [(copy, copy.name)]
            files += [(path, path.relative_to(data_dir).as_posix()) for path in wanted(data_dir, without)]
            elsewhere = {str(one.path): one.counted for one in features_elsewhere(data_dir)}
            _pack(packed, files, _head(data_dir, without, elsewhere), part(progress, 0.0, 0.7))
            if check:
                problems = check_backup(packed, part(progress, 0.7, 1.0)).problems
                if problems:
                    raise DamagedError(
                        f"The backup was not read back as it was written: {problems[0]}", "Look after the disk."
                    )
            packed.chmod(0o600)  # people's names are in it
            packed.replace(out)
    except OSError as error:
        raise refusal_of(error)(f"The backup '{out}' cannot be written: {system_reason(error)}.") from error
    except sqlite3.Error as error:
        raise InputError(f"The backup '{out}' cannot be written: {error}.") from error
    return len(files)


def check_backup(file: Path, progress: Progress = silent) -> Backup:
    """Whether a backup is what was written; nothing of it stays on the disk.

    Raises:
        NotFoundError: there is no such file.
        FormatError: it is no backup, or one that cannot be read.
    """
    with tempfile.TemporaryDirectory(prefix=TEMPORARY) as work:
        return _read(file, Path(work), lambda name: name in (FILE_NAME, DUMP), progress)


def warnings_of(file: Path) -> list[str]:
    """What should be known of a backup that was just written, by its first text alone."""
    with _members(file, to_the_end=False) as (members, _):
        return next((_warnings(_text(content, one.size)) for one, content in members if one.name == HEAD), [])


def restore(backup: Path, data_dir: Path, progress: Progress = silent) -> Backup:
    """Unpacks a backup into a data directory that holds no library yet.

    It is unpacked into a folder of its own there, checked, and moved to its place; the database comes last, so that
    there is a library when it is whole. One of PostgreSQL goes into the empty database of DATABASE_URL.

    Raises:
        ConflictError: there is a library already, or what would be in the way of this one.
        NotFoundError: there is no such file.
        FormatError: it is no backup, or differs from its manifest; nothing was restored. Or DATABASE_URL names another
            kind of database than it is of.
        InputError, UnavailableError: the data directory cannot be written.
    """
    data_dir = Path(data_dir).resolve()
    if (data_dir / FILE_NAME).exists():
        raise ConflictError(f"There is a library in '{data_dir}' already.", "Restore into an empty folder.")
    url, was_there = database_url(data_dir), data_dir.exists()
    if _is_postgresql(url):
        check_empty(data_dir, url)
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        for left in data_dir.glob(f"{UNPACKING}*"):  # of one that was killed
            shutil.rmtree(left, ignore_errors=True)
        with tempfile.TemporaryDirectory(dir=data_dir, prefix=UNPACKING) as work:
            found = _read(backup, Path(work), lambda name: name != SESSION_KEY, progress)
            if found.problems:
                more = f" ({len(found.problems) - 1} more)" if len(found.problems) > 1 else ""
                hint = "Nothing was restored. Use an earlier backup."
                raise FormatError(f"'{backup.name}' is damaged: {found.problems[0]}{more}", hint)
            _check_kind(backup, (Path(work) / DUMP).is_file(), _is_postgresql(url))
            if _is_postgresql(url):
                copy = (Path(work) / DUMP).rename(Path(work) / f".{DUMP}")
                _check_places(Path(work), data_dir)
                restore_dump(url, copy)
                make_restorable(data_dir, url, found.data_dir)
                copy.unlink()
            else:
                end_sessions(Path(work) / FILE_NAME)  # backups of earlier versions hold them
                if found.data_dir:
                    move_queued(Path(work) / FILE_NAME, found.data_dir, str(data_dir))
            _move(Path(work), data_dir)
    except OSError as error:
        _remove_if_empty(data_dir, was_there)
        raise refusal_of(error)(f"'{data_dir}' cannot be written: {system_reason(error)}.") from error
    except BaseException:
        _remove_if_empty(data_dir, was_there)
        raise
    return found


def wanted(data_dir: Path, without: Collection[str] = ()) -> list[Path]:
    """The files of a data directory that a backup holds, the database not among them."""
    return [path for path in sorted(data_dir.rglob("*")) if path.is_file() and _wanted(path, data_dir, without)]


# Writing


def _copy_database(database: Path, copy: Path) -> None:
    with closing(_opened(database)) as source, closing(sqlite3.connect(copy)) as target:
        try:
            source.backup(target)
            problems = []
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError):
                raise
            problems = [str(error)]
    if problems := problems or whole(copy, thoroughly=True):
        raise DamagedError(
            f"The database is damaged, and was not backed up: {problems[0]}.",
            "Earlier backups stay. Copy the data directory as it is, and run: python app.py doctor",
        )


def _pack(packed: Path, files: list[tuple[Path, str]], head: bytes, progress: Progress) -> None:
    listed = []
    with tarfile.open(packed, "w:gz", compresslevel=1) as archive:  # videos do not become smaller
        _add_text(archive, HEAD, head)
        for number, (path, name) in enumerate(files, start=1):
            progress(number / (len(files) + 1), path.name)
            with suppress(FileNotFoundError), path.open("rb") as file:  # replaced while we were at it
                about = os.fstat(file.fileno())
                info = tarfile.TarInfo(name)
                info.size, info.mtime, info.mode = about.st_size, int(about.st_mtime), about.st_mode & 0o777
                read = _Digesting(file)
                archive.addfile(info, read)
                listed.append({"path": name, "bytes": info.size, "sha256": read.digest.hexdigest()})
        _add_text(archive, MANIFEST, json.dumps({"schema": SCHEMA, "files": listed}, indent=0).encode())


def _head(data_dir: Path, without: Collection[str], elsewhere: Mapping[str, str]) -> bytes:
    said = {
        "schema": SCHEMA,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "manycut": MANYCUT,
        "data_dir": str(data_dir),
        "left_out": sorted(without),
        "features_elsewhere": elsewhere,
        "manifest": MANIFEST,
    }
    return json.dumps(said, indent=1, ensure_ascii=True).encode()


def _add_text(archive: tarfile.TarFile, name: str, text: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size = len(text)
    archive.addfile(info, io.BytesIO(text))


class _Digesting(io.RawIOBase):
    """A file that is read, and the SHA-256 of what was read of it."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.digest = hashlib.sha256()

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        content = self._file.read(size)
        self.digest.update(content)
        return content


# Reading


def _read(file: Path, work: Path, keep: Callable[[str], bool], progress: Progress) -> Backup:
    """Reads a backup to its end, puts the files that are to be kept into `work`, and looks for what differs."""
    found: dict[str, Digest] = {}
    texts: dict[str, Any] = {}
    problems: list[str] = []
    size = max(file.stat().st_size, 1) if file.is_file() else 1
    with _members(file) as (members, position):
        for member, content in members:
            progress(min(position() / size, 1.0), member.name)
            name = member.name
            if name in (HEAD, MANIFEST):
                texts[name] = _text(content, member.size)
            elif not member.isreg() or name in found or not _is_inside(name):
                problems.append(f"'{name[:100]}' has no place in a backup.")
            else:
                found[name] = _take(content, work / name if keep(name) else None)
    head = texts.get(HEAD)
    if FILE_NAME not in found and head is None:
        raise FormatError(f"'{file.name}' is no backup of Manycut: it holds no {FILE_NAME}.")
    warnings, made, data_dir = [OLD], None, ""
    if head is not None:
        try:
            problems += _differences(found, texts.get(MANIFEST))
            made, data_dir = datetime.fromisoformat(head["created"]), str(head["data_dir"])
            warnings = _warnings(head)
        except (KeyError, TypeError, ValueError):
            raise FormatError(f"'{file.name}' is no backup of this version of Manycut.", "Update Manycut.") from None
    if not problems:
        copy = work / DUMP
        wrong = dump_problems(copy) if copy.is_file() else whole(work / FILE_NAME, thoroughly=True)
        problems += [f"The database in it is damaged: {one}." for one in wrong]
    return Backup(len(found), problems, warnings, made, data_dir)


@contextmanager
def _members(
    file: Path, to_the_end: bool = True
) -> Iterator[tuple[Iterator[tuple[tarfile.TarInfo, IO[bytes]]], Callable[[], int]]]:
    """The members of an archive as they come, and how far in it they lie; the rest is read for gzip's checksum."""
    try:
        with file.open("rb") as packed, gzip.GzipFile(fileobj=packed) as stream:
            with tarfile.open(fileobj=stream, mode="r|") as archive:
                yield ((one, archive.extractfile(one) or io.BytesIO()) for one in archive), packed.tell
            while to_the_end and stream.read(CHUNK):
                pass
    except FileNotFoundError as error:
        raise NotFoundError(f"There is no file '{file}'.") from error
    except (tarfile.TarError, EOFError, gzip.BadGzipFile, zlib.error, KeyError, ValueError) as error:
        raise FormatError(f"'{file.name}' cannot be read as a backup: {error}.", "Use another one.") from error


def _take(content: IO[bytes], place: Path | None) -> Digest:
    digest, size = hashlib.sha256(), 0
    if place is not None:
        place.parent.mkdir(parents=True, exist_ok=True)
    with place.open("xb") if place is not None else io.BytesIO() as target:
        while chunk := content.read(CHUNK):
            digest.update(chunk)
            size += len(chunk)
            if place is not None:
                target.write(chunk)
    return size, digest.hexdigest()


def _text(content: IO[bytes], size: int) -> Mapping[str, Any]:
    if size > LARGEST_TEXT:
        raise ValueError("its list of files is too long")
    read = json.loads(content.read())
    if not isinstance(read, dict) or read.get("schema") != SCHEMA:
        raise ValueError("it is of another version of Manycut")
    return read


def _differences(found: Mapping[str, Digest], manifest: Mapping[str, Any] | None) -> list[str]:
    """What of the files that were found is not as the manifest says."""
    if manifest is None:
        return ["It ends before its end: the list of its files is missing."]
    stated = {str(one["path"]): (int(one["bytes"]), str(one["sha256"])) for one in manifest["files"]}
    said = [f"'{name}' is missing." for name in stated if name not in found]
    said += [f"'{name}' is not in its list of files." for name in found if name not in stated]
    for name, (size, digest) in stated.items():
        if name in found and found[name][0] != size:
            said.append(f"'{name}' has {found[name][0]} bytes instead of {size}.")
        elif name in found and found[name][1] != digest:
            said.append(f"'{name}' has other content than when it was backed up.")
    return said


def _warnings(head: Mapping[str, Any]) -> list[str]:
    """What a backup lacks of the library that it is of."""
    said = [NO_VIDEOS] if VIDEOS in head["left_out"] else []
    for path, counted in dict(head.get("features_elsewhere", {})).items():
        said.append(
            f"It does not hold the features of {counted}, which stay in {path}: keep that file as it is,"
            " or import it again with --features-stay --replace."
        )
    return said


# Places


def _move(work: Path, data_dir: Path) -> None:
    """Moves what was unpacked to its place, the database last."""
    _check_places(work, data_dir)
    for one in sorted(work.iterdir(), key=lambda one: one.name == FILE_NAME):
        one.rename(data_dir / one.name)


def _check_places(work: Path, data_dir: Path) -> None:
    in_the_way = [one.name for one in work.iterdir() if (data_dir / one.name).exists()]
    if in_the_way:
        raise ConflictError(f"'{data_dir}' holds '{in_the_way[0]}' already.", "Restore into an empty folder.")


def _is_postgresql(url: URL) -> bool:
    return url.get_backend_name() == "postgresql"


def _check_kind(backup: Path, of_postgresql: bool, wanted: bool) -> None:
    """A backup is restored into the kind of database that it is of."""
    if of_postgresql and not wanted:
        raise FormatError(
            f"'{backup.name}' is of a PostgreSQL database.", "Name an empty one: DATABASE_URL=postgresql+psycopg://..."
        )
    if wanted and not of_postgresql:
        raise FormatError(
            f"'{backup.name}' is of a SQLite database.",
            "Restore it without DATABASE_URL, and move it then: python app.py migrate SOURCE TARGET",
        )


def _remove_if_empty(data_dir: Path, was_there: bool) -> None:
    if not was_there:
        with suppress(OSError):
            data_dir.rmdir()


def _is_inside(name: str) -> bool:
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts and "\0" not in name and path.parts != ()


def _opened(database: Path) -> sqlite3.Connection:
    """The database; where nothing can be written, not even the files that SQLite needs beside it, as it is."""
    if os.access(database.parent, os.W_OK):
        return sqlite3.connect(database)
    return sqlite3.connect(f"{database.as_uri()}?mode=ro&immutable=1", uri=True)


def _wanted(path: Path, data_dir: Path, without: Collection[str]) -> bool:
    first = path.relative_to(data_dir).parts[0]
    left_out = first in (*LEFT_OUT, *without) or first.startswith((*ALSO_LEFT_OUT, "."))
    return not left_out and not path.name.startswith(".")
