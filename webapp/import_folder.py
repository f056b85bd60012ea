"""The one folder whose files pages may name: what lies elsewhere on the server is for the command line."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from tempfile import gettempdir

from core.errors import InputError, NotFoundError
from core.names import readable
from storage.tidying import UPLOADS

VARIABLE = "MANYCUT_IMPORT"
FOLDER = "import"  # in the data directory, where no other is configured
MOST_OFFERED = 200
HINT = "Write a name inside the import folder, such as trip or trip/film.mp4, or upload the file."


def import_folder(data_dir: Path) -> Path:
    """Where files lie that pages may take in: the folder of the environment variable MANYCUT_IMPORT, or import/."""
    return Path(os.environ.get(VARIABLE) or data_dir / FOLDER)


def readable_by_jobs(data_dir: Path) -> tuple[Path, ...]:
    """The folders whose files jobs read: the import folder, and those of uploads to our routes and to Gradio's."""
    gradio = os.environ.get("GRADIO_TEMP_DIR") or Path(gettempdir()) / "gradio"
    return import_folder(data_dir), data_dir / UPLOADS, Path(gradio)


def offered(data_dir: Path) -> list[str]:
    """What lies at the top of the import folder, by name; at most 200, hidden files and links left out."""
    try:
        with os.scandir(import_folder(data_dir)) as found:
            names = [one.name for one in found if not one.name.startswith(".") and not one.is_symlink()]
    except OSError:
        return []
    return sorted(name for name in names if readable(name) == name)[:MOST_OFFERED]


def named_files(data_dir: Path, names: Iterable[str | Path]) -> tuple[Path, ...]:
    """The files and folders that are meant by names inside the import folder.

    Raises:
        InputError: a name leads, or may lead, out of the folder: absolute, with "..", an address, or through a link.
        NotFoundError: there is nothing of that name.
    """
    folder = import_folder(data_dir).resolve()
    return tuple(_inside(folder, str(name)) for name in names)


def _inside(folder: Path, name: str) -> Path:
    if not _is_relative(name):
        raise InputError(f"'{readable(name)}' is no name inside the import folder.", HINT)
    try:
        path = (folder / name).resolve()
        leads_out = not path.is_relative_to(folder)
        exists = not leads_out and path.exists()
    except (OSError, RuntimeError):  # a name that no disk takes; a circle of links
        leads_out, exists = False, False
    if leads_out:
        raise InputError(f"'{readable(name)}' is no name inside the import folder.", HINT)
    if not exists:
        raise NotFoundError(f"There is no '{readable(name)}' in the import folder.", HINT)
    if path.is_dir() and (link := _link_out(folder, path)):
        message = f"'{readable(link)}' in the import folder is a link to another place, which is not followed."
        raise InputError(message, "Put the file itself there, or take it in with the command line.")
    return path


def _is_relative(name: str) -> bool:
    """Whether a name goes downwards only, on every system; "." is the folder as a whole."""
    if not name.strip() or "\0" in name or "\\" in name or ":" in name or name.startswith(("/", "~")):
        return False
    return ".." not in PurePosixPath(name).parts


def _link_out(folder: Path, path: Path) -> str | None:
    """The first link below a folder that leads out of the import folder."""
    for root, folders, files in os.walk(path):
        for one in (Path(root) / name for name in (*folders, *files)):
            if one.is_symlink() and not one.resolve().is_relative_to(folder):
                return one.name
    return None
