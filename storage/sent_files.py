"""Files that browsers send piece by piece, so that they go on after a broken connection.

Each lies in a folder of its own in `uploads/` of the data directory, under the name that people gave it, beside what is
known of it. `storage.tidying` removes the folder when nobody has written there for `UPLOAD_DAYS`. How much is here is
the size of the file and nothing else, so that neither a server that was killed nor two tabs that send the same file can
be wrong about it.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import secrets
import shutil
import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from core.errors import ConflictError, InputError, NotFoundError
from core.names import readable
from storage.tidying import UPLOADS

SentKind = Literal["video", "data"]
ABOUT = ".about.json"
NAME_BYTES = 200  # a disk takes 255
_ID = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class SentFile:
    """A file that is being sent, or was.

    Attributes:
        id: nobody guesses it.
        name: as people gave it, made such that every disk takes it.
        size: bytes that it will have.
        kind: what it is sent for.
        owner: who began it, see `webapp.visitors`.
        path: where it lies.
    """

    id: str
    name: str
    size: int
    kind: SentKind
    owner: str
    path: Path

    @property
    def here(self) -> int:
        """Bytes of it that are here."""
        try:
            return self.path.stat().st_size
        except FileNotFoundError:
            return 0

    @property
    def whole(self) -> bool:
        """Whether all of it is here."""
        return self.here == self.size


class OffsetError(ConflictError):
    """A piece does not begin where what is here ends.

    Args:
        here: bytes that are here.
    """

    def __init__(self, here: int) -> None:
        super().__init__(f"{here} bytes of this file are here.", f"Go on at offset {here}.")
        self.here = here


class SentFiles:
    """The files that are sent to one data directory.

    Args:
        data_dir: of the library.
    """

    def __init__(self, data_dir: Path) -> None:
        self._folder = data_dir / UPLOADS

    def begin(self, name: str, size: int, kind: SentKind, owner: str) -> SentFile:
        """Makes room for a file of so many bytes. Raises InputError where it has none."""
        if size < 1:
            raise InputError(f"'{readable(name)}' is empty.", "Choose another file.")
        id = secrets.token_hex(16)
        sent = SentFile(id, plain_name(name), size, kind, owner, self._folder / id / plain_name(name))
        sent.path.parent.mkdir(parents=True)
        about = {name: value for name, value in asdict(sent).items() if name != "path"}
        (sent.path.parent / ABOUT).write_text(json.dumps(about), encoding="utf-8")
        sent.path.touch()
        return sent

    def get(self, id: str, owner: str) -> SentFile:
        """One that `owner` began. Raises NotFoundError, also where somebody else began it."""
        found = self._read(id) if _ID.fullmatch(id) else None
        if found is None or found.owner != owner:
            hint = "Send it again from the beginning: what nobody goes on with is removed after some days."
            raise NotFoundError("There is no such file that you began to send.", hint)
        return found

    def of(self, owner: str) -> list[SentFile]:
        """All that `owner` began and that lie here, whole or not."""
        return [one for one in self.every() if one.owner == owner]

    def every(self) -> Iterator[SentFile]:
        """All that lie here."""
        with suppress(FileNotFoundError):
            for name in sorted(os.listdir(self._folder)):
                found = self._read(name) if _ID.fullmatch(name) else None
                if found is not None:
                    yield found

    def append(self, sent: SentFile, offset: int, piece: bytes) -> int:
        """Writes a piece where it belongs, and returns how many bytes are here then.

        Raises:
            OffsetError: it does not begin where what is here ends: another tab was faster, or some of it was lost.
            InputError: the file would become larger than was said.
            NotFoundError: somebody removed it meanwhile.
            OSError: the system refuses to write.
        """
        if offset + len(piece) > sent.size:
            message = f"'{sent.name}' was to have {sent.size} bytes, and more come."
            raise InputError(message, "It was changed while it was sent: send it again from the beginning.")
        try:
            file = os.open(sent.path, os.O_WRONLY)
        except FileNotFoundError:
            raise NotFoundError("This file was removed while it was sent.", "Send it again.") from None
        try:
            fcntl.flock(file, fcntl.LOCK_EX)  # two tabs may send the same file, even to two servers
            here = os.fstat(file).st_size
            if here != offset:
                raise OffsetError(here)
            rest, place = memoryview(piece), offset
            while rest:
                written = os.pwrite(file, rest, place)
                rest, place = rest[written:], place + written
        finally:
            os.close(file)
        return place

    def remove(self, sent: SentFile) -> None:
        """Removes what is here of it."""
        shutil.rmtree(sent.path.parent, ignore_errors=True)

    def _read(self, id: str) -> SentFile | None:
        folder = self._folder / id
        try:
            about = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
            return SentFile(**about, path=folder / about["name"])
        except (OSError, ValueError, TypeError, KeyError):
            return None


def remove_sent(path: Path) -> None:
    """Removes a file that was sent, and its folder where nothing else lies in it."""
    path.unlink(missing_ok=True)
    (path.parent / ABOUT).unlink(missing_ok=True)
    with suppress(OSError):  # others lie in it
        path.parent.rmdir()


def plain_name(name: str) -> str:
    """A name for a file that every disk takes and that leads nowhere, as near to the given one as can be."""
    last = re.split(r"[/\\]", readable(name))[-1]
    shown = "".join(sign for sign in unicodedata.normalize("NFC", last) if unicodedata.category(sign)[0] != "C")
    plain = re.sub(r'[<>:"|?*]', "-", shown).strip().lstrip(".~").strip()
    stem, dot, ending = plain.rpartition(".")
    if not dot or len(ending.encode()) > 16:
        stem, dot, ending = plain, "", ""
    room = NAME_BYTES - len((dot + ending).encode())
    return (stem.encode()[:room].decode("utf-8", "ignore").strip() or "file") + dot + ending
