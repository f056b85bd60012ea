"""Label files of other tools: which of them a file is, and reading it in a process of its own."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import FormatError, NotFoundError
from core.text_files import encoding_of
from storage.apart import read_apart
from storage.formats import activitynet, csv_seconds, elan, fiftyone, label_studio

if TYPE_CHECKING:
    from storage.formats.stretches import LabelFile

READERS: dict[str, Callable[[Path], LabelFile]] = {
    label_studio.TOOL: label_studio.read_label_studio,
    activitynet.TOOL: activitynet.read_activitynet,
    fiftyone.TOOL: fiftyone.read_fiftyone,
    elan.TOOL: elan.read_elan,
    csv_seconds.TOOL: csv_seconds.read_csv_seconds,
}
START_BYTES = 2**16
TASKS = re.compile(r'"(data|annotations|completions|predictions)"\s*:')
DATABASE = re.compile(r'"database"\s*:\s*\{')
SAMPLES = re.compile(r'"samples"\s*:\s*\[|"_cls"\s*:\s*"TemporalDetection')
LISTS = re.compile(r'"labels"\s*:\s*\{')
DETECTIONS = re.compile(r'"support"\s*:|"timestamps"\s*:|"classes"\s*:')


def tool_of(path: Path) -> str | None:
    """Which tool's labels a file, folder or archive has, by its content; None where it is none of them."""
    if path.is_dir():
        return elan.TOOL if any(path.glob(f"*{elan.SUFFIX}")) else None
    if not path.is_file():
        return None
    if path.suffix.lower() == elan.SUFFIX:
        return elan.TOOL
    with path.open("rb") as file:
        start = file.read(START_BYTES)
    if start.startswith(b"PK"):
        return elan.TOOL if _holds_elan(path) else None
    text = start.decode(encoding_of(start), "ignore").lstrip()
    if "\0" in text:
        return None
    if text.startswith("<"):
        return elan.TOOL if "<ANNOTATION_DOCUMENT" in text else None
    if text.startswith("["):
        return label_studio.TOOL if TASKS.search(text) else None
    if text.startswith("{"):
        if DATABASE.search(text):
            return activitynet.TOOL
        return fiftyone.TOOL if SAMPLES.search(text) or (LISTS.search(text) and DETECTIONS.search(text)) else None
    names = [name.strip().strip('"').lower() for name in text.splitlines()[0].split(",")] if text else []
    return csv_seconds.TOOL if set(csv_seconds.NEEDED) <= set(names) else None


def read_labels(path: Path, tool: str) -> LabelFile:
    """What a file of a tool says, read apart.

    Args:
        path: of the file.
        tool: from `tool_of`.

    Raises:
        NotFoundError: there is no such file.
        FormatError: it is malformed, or takes more memory or time than it should.
    """
    if not path.exists():
        raise NotFoundError(f"There is no file {path}.")
    with read_apart("storage.formats.exchange:labels_of", (path.absolute(), tool), [path], FormatError) as values:
        found: LabelFile = next(values)
        return found


def labels_of(path: Path, tool: str) -> Iterator[LabelFile]:
    """The one thing that `read_labels` answers."""
    yield READERS[tool](path)


def _holds_elan(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as packed:
            return any(name.lower().endswith(elan.SUFFIX) for name in packed.namelist())
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError):
        return False
