"""What an export is: a small JSON file beside it that says who, which protocols, when, how, and the checksums.

`labels.h5` gets `labels.h5.manifest.json`. `check_manifest` tells whether the files are still those that were written.
"""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from core.errors import FormatError, NotFoundError
from core.labelling.protocols import Protocol
from core.text_files import read_text
from storage.files import whole_file

SCHEMA = "manycut-manifest-1"
MANYCUT = "0.1.0"  # the version of pyproject.toml, which an installation need not have
SUFFIX = ".manifest.json"


@dataclass(frozen=True)
class ExportedPerson:
    """Somebody whose labels are in an export.

    Attributes:
        name: a pseudonym (their name, where real names were asked for), or what their dataset calls them.
        dataset: the dataset they came with, "" for those who labelled here.
        entries: how many entries they judged.
        protocols: how, "shot-ratings v1".
        first, last: when the server received their first and last label; None for people of a dataset.
        simulated: made by a program.
    """

    name: str
    dataset: str = ""
    entries: int = 0
    protocols: tuple[str, ...] = ()
    first: datetime | None = None
    last: datetime | None = None
    simulated: bool = False


@dataclass(frozen=True)
class Contents:
    """What is in an export.

    Attributes:
        format: one of `storage.formats.ExportFormat`.
        who: "all", only the people of the "dataset", or only those who label here ("own").
        include_open: also labels that were not submitted.
        lag: seconds by which continuous ratings were moved forward in time.
        entries: number of people by entry id.
        people: everybody.
        protocols: those of the labels collected here in full, by name and version ("shot-ratings v1").
        labels: how many there are.
        own: pseudonyms of those who label here; not written.
        real_names: people who label here appear by their names.
    """

    format: str
    who: str
    include_open: bool
    lag: float
    entries: Mapping[str, int]
    people: Sequence[ExportedPerson]
    protocols: Mapping[str, Protocol] = field(default_factory=dict)
    labels: int = 0
    own: tuple[str, ...] = ()
    real_names: bool = False


def manifest_path(export: Path) -> Path:
    """Where the manifest of an export lies: "labels.h5" -> "labels.h5.manifest.json"."""
    return export.with_name(export.name + SUFFIX)


def write_manifest(export: Path, files: Sequence[Path], contents: Contents) -> Path:
    """Writes the manifest beside an export that is complete.

    Args:
        export: the file, or the folder where the format is a folder of files.
        files: all that belongs to it: itself, or files in it.
        contents: what is in it.

    Returns:
        Where the manifest is.

    Raises:
        InputError: it cannot be written.
    """
    path = manifest_path(export)
    manifest = {
        "schema": SCHEMA,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "versions": {"manycut": MANYCUT, "python": platform.python_version(), "numpy": np.__version__},
        "format": contents.format,
        "datasets": sorted({entry.partition("/")[0] for entry in contents.entries}),
        "who": contents.who,
        "merged_with_dataset": len({one.dataset == "" for one in contents.people}) == 2,
        "include_open": contents.include_open,
        "lag_seconds": contents.lag,
        "labels": contents.labels,
        "names": "real names" if contents.real_names else "pseudonyms",
        "simulated": any(one.simulated for one in contents.people),
        "entries": [{"entry": entry, "people": people} for entry, people in contents.entries.items()],
        "people": [_person(one) for one in contents.people],
        "protocols": {name: settings.as_dict() for name, settings in contents.protocols.items()},
        "files": [_file(file, export.parent) for file in files],
    }
    with whole_file(path) as partial:
        partial.write_text(json.dumps(manifest, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def check_manifest(path: Path) -> list[str]:
    """What has changed about an export since it was written.

    Args:
        path: of the manifest, or of the export beside it.

    Returns:
        A sentence for every file that is missing or differs; empty where everything is as it was.

    Raises:
        NotFoundError: there is no manifest.
        FormatError: it is no manifest of ours.
    """
    path = path if path.name.endswith(SUFFIX) else manifest_path(path)
    if not path.is_file():
        raise NotFoundError(f"There is no manifest {path}.")
    try:
        manifest = json.loads(read_text(path))
        schema = manifest["schema"]
        stated = [(str(one["path"]), int(one["bytes"]), str(one["sha256"])) for one in manifest["files"]]
    except (ValueError, KeyError, TypeError, OverflowError) as error:
        raise FormatError(f"{path.name} should be a manifest of an export, but it is not.") from error
    if schema != SCHEMA:
        raise FormatError(f"{path.name}: 'schema' should be '{SCHEMA}', but it is '{schema}'.")
    return [sentence for one in stated if (sentence := _difference(path.parent, *one))]


def _difference(folder: Path, name: str, size: int, digest: str) -> str:
    file = folder / name
    try:
        if not file.resolve().is_relative_to(folder.resolve()):
            return f"{name} does not lie beside the manifest."
        if not file.is_file():
            return f"{name} is missing."
        if file.stat().st_size != size:
            return f"{name} has {file.stat().st_size} bytes instead of {size}."
        return "" if _sha256(file) == digest else f"{name} has other content than when it was exported."
    except OSError as error:  # a name that is too long for this system among them
        return f"{name[:100]} cannot be looked at: {error.strerror}."


def _person(one: ExportedPerson) -> dict[str, Any]:
    return {
        "name": one.name,
        "from": one.dataset or "here",
        "entries": one.entries,
        "protocols": list(one.protocols),
        "first_label": None if one.first is None else one.first.isoformat(timespec="seconds"),
        "last_label": None if one.last is None else one.last.isoformat(timespec="seconds"),
        "simulated": one.simulated,
    }


def _file(path: Path, folder: Path) -> dict[str, Any]:
    return {"path": path.relative_to(folder).as_posix(), "bytes": path.stat().st_size, "sha256": _sha256(path)}


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
