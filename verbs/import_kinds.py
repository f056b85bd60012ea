"""What a file is that somebody wants in the library: a data set, captions, people's labels, splits, or a model.

"events" is the log of another installation, "labels" is what another tool has.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from core.errors import FormatError, ManycutError, NotFoundError
from verbs.readable_places import check_place

if TYPE_CHECKING:
    from storage.library import Library

ImportKind = Literal["dataset", "captions", "events", "labels", "splits", "checkpoint"]
CHECKPOINT_FILES = (".pkl", ".pt", ".pth", ".ckpt", ".pth.tar", ".pt.tar")
SPLIT_FILES = (".txt", ".yml", ".yaml")
LARGEST_JSON = 2**28  # bytes; of captions or splits


def kind_of(path: Path) -> ImportKind:
    """What a file, or a folder, is; by its ending where that decides, else by what is in it.

    Raises:
        NotFoundError: there is none.
        FormatError: it is nothing that is taken in.
    """
    from storage.formats.checkpoint_folder import is_checkpoint_folder
    from storage.formats.events_jsonl import is_event_log
    from storage.formats.exchange import tool_of
    from storage.formats.qvhighlights import is_qvhighlights
    from storage.formats.videoxum import is_videoxum

    if not path.exists():
        raise NotFoundError(f"There is no file {path}.")
    name = path.name.lower()
    if name.endswith(CHECKPOINT_FILES) or is_checkpoint_folder(path):
        return "checkpoint"
    if name.endswith(SPLIT_FILES):
        return "splits"
    if is_videoxum(path):
        return "dataset"
    if tool_of(path) is not None:
        return "labels"
    if name.endswith(".json"):
        return _kind_of_json(path)
    if name.endswith(".csv"):
        raise FormatError(
            f"{path.name} is a table for spreadsheets, which is not taken back.",
            'Labels of another installation come as its export in the format "events" (.jsonl).',
        )
    return "events" if is_event_log(path) and not is_qvhighlights(path) else "dataset"


@contextmanager
def unzipped(library: Library, path: Path) -> Iterator[Path]:
    """The file itself, or what is in it where it is the archive of a data set; gone after the block.

    Raises:
        FormatError: it is an archive of something else.
    """
    from storage.formats.checkpoint_folder import is_checkpoint_folder
    from storage.formats.exchange import tool_of
    from storage.formats.zipped import is_zip, unpack_dataset
    from storage.scratch import scratch_folder

    check_place(path)
    named_model = path.name.lower().endswith(CHECKPOINT_FILES)  # PyTorch's own files are archives
    one_thing = named_model or not is_zip(path) or is_checkpoint_folder(path)
    if one_thing or tool_of(path) is not None:  # ELAN's files are read out of their archive
        yield path
        return
    with scratch_folder(library.data_dir) as work:
        yield unpack_dataset(path, work)


def _kind_of_json(path: Path) -> ImportKind:
    from storage.formats.splits import read_splits

    if path.stat().st_size > LARGEST_JSON:
        raise FormatError(f"{path.name} is too large for captions or splits.", "The largest have some megabytes.")
    try:
        read_splits(path)
    except ManycutError:
        return "captions"  # whose reader says what is wrong with it
    return "splits"
