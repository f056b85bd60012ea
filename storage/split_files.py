"""The split files that a library keeps, as they were given: whoever asks for a training names one of them."""

from __future__ import annotations

from pathlib import Path

from core.errors import NotFoundError
from storage.files import whole_file
from storage.formats.splits import read_splits

FOLDER = "splits"


class SplitFiles:
    """The split files of one data directory.

    Args:
        data_dir: of the library.
    """

    def __init__(self, data_dir: Path) -> None:
        self._folder = data_dir / FOLDER

    def names(self) -> list[str]:
        """What they are called, in that order."""
        if not self._folder.is_dir():
            return []
        return sorted(file.name for file in self._folder.iterdir() if file.is_file() and not file.name.startswith("."))

    def path(self, name: str) -> Path:
        """Where the one of a name lies. Raises NotFoundError."""
        known = self.names()
        if name not in known:
            raise NotFoundError(
                f"The library keeps no split file '{name}'.", f"It has: {', '.join(known) or 'none yet'}."
            )
        return self._folder / name

    def keep(self, file: Path) -> str:
        """Keeps a copy of a split file and returns what it is called here; see `add`.

        Raises:
            NotFoundError, FormatError: as `storage.formats.splits.read_splits`.
            InputError: it cannot be written.
        """
        read_splits(file)
        return self.add(file.name, file.read_bytes())

    def add(self, name: str, content: bytes) -> str:
        """Keeps what is in a split file and returns what it is called here.

        That is the name, or name-2 and so on where another one has that already; what is kept is never changed, since
        models say by that name which videos they have learned from.

        Raises:
            InputError: it cannot be written.
        """
        wanted = place = self._folder / name
        number = 2
        while place.exists():
            if place.read_bytes() == content:
                return place.name
            place, number = wanted.with_name(f"{wanted.stem}-{number}{wanted.suffix}"), number + 1
        with whole_file(place) as partial:
            partial.write_bytes(content)
        return place.name
