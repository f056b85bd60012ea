"""The key of an export: whose pseudonym is whose. For the lead alone; it never lies within what is handed on."""

from __future__ import annotations

import csv
import os
from collections.abc import Collection
from io import StringIO
from pathlib import Path

from sqlalchemy import Engine, select

from core.errors import InputError
from storage.database import reading
from storage.files import whole_file
from storage.formats.manifest import manifest_path
from storage.tables import AnnotatorRow

COLUMNS = ("pseudonym", "name", "role")
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # spreadsheets compute what begins with these


def key_table(engine: Engine, only: Collection[str] | None = None) -> str:
    """Pseudonyms with names and roles as CSV, in the order of the pseudonyms.

    Args:
        engine: from `open_database`.
        only: the pseudonyms that are meant; None for everybody who labels here.
    """
    with reading(engine) as session:
        rows = session.execute(select(AnnotatorRow.pseudonym, AnnotatorRow.name, AnnotatorRow.role)).all()
    text = StringIO(newline="")
    table = csv.writer(text)
    table.writerow(COLUMNS)
    for pseudonym, name, role in sorted(rows):
        if only is None or pseudonym in only:
            table.writerow((_plain(pseudonym), _plain(name), role))
    return text.getvalue()


def check_key_place(key_file: Path, export: Path) -> None:
    """Raises InputError where a key would lie within an export, or in the place of one of its files."""
    key, out = key_file.resolve(), export.resolve()
    if key == out or key.is_relative_to(out) or key == manifest_path(out):
        raise InputError(
            f"'{key_file}' would be part of the export, which says pseudonyms because it is handed on.",
            "Choose another place for the key file, which nobody else reads.",
        )
    if key_file.is_dir():
        raise InputError(f"'{key_file}' is a folder.", "Name a file for the key.")


def write_key(key_file: Path, table: str) -> None:
    """Writes a key for its owner alone (mode 0600); appears complete or not at all. Raises InputError."""
    with (
        whole_file(key_file) as partial,
        open(partial, "x", encoding="utf-8", newline="", opener=_for_its_owner) as file,
    ):
        file.write(table)


def _for_its_owner(path: str, flags: int) -> int:
    """Nobody else may read it at any moment, so it is made with its mode."""
    return os.open(path, flags, 0o600)


def _plain(text: str) -> str:
    """A name as text for spreadsheets as well: whoever chose it wrote no formula."""
    return f"'{text}" if text.startswith(FORMULA) else text
