"""`import_dataset`: a dataset file into the library."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import Field

from core.progress import Progress, ShouldStop, never, part, silent
from verbs.contract import LeftOut, Request, Result
from verbs.import_captions import ImportCaptionsRequest, import_captions

if TYPE_CHECKING:
    from core.data import Entry
    from storage.library import Library

STAY = "Features stay in files that may neither move nor change from now on, and are in no backup:"
# What the parts of a split are called in files.
PARTS = {"train_keys": "train", "val_keys": "validation", "test_keys": "test"}


class ImportDatasetRequest(Request):
    """Which files make a dataset."""

    path: Path = Field(description="A dataset in one of the formats of `storage.formats`.")
    annotations: Path | None = Field(
        None, description="Dataset: ydata-tvsum50 .mat or .tsv with each person's scores, joined by video."
    )
    llmvs: Path | None = Field(None, description="Dataset: folder of LLMVS's embeddings (gen/ and user_prompt/).")
    captions: Path | None = Field(
        None, description='Dataset: captions, .json {video: {"picks": [...], "captions": [...]}}.'
    )
    captioner: str | None = Field(None, description="Captions: who made them (default: the name of their file).")
    dataset: str | None = Field(None, description="Name in the library (default: the file's name).")
    replace: bool = Field(False, description="Replace a dataset of the same name.")
    features_stay: bool = Field(
        False,
        description="Dataset: features stay in their HDF5 file, which may then neither move nor change, and are not"
        " copied.",
    )
    skip_bad: bool = Field(False, description="Dataset: leave out the videos that are malformed and take the others.")


class ImportedEntry(Result):
    """One entry that came; `notes` say what was assumed, or put right, while it was read."""

    id: str
    n_frames: int
    picks: int
    annotators: int
    has_features: bool
    has_video: bool
    notes: list[str]


class ImportDatasetResult(Result):
    """What came of a file.

    Attributes:
        dataset: its id in the library.
        entries: in the order of the file.
        left_out: bad videos, by their keys in the file, and why.
        notes: about the file as a whole.
    """

    dataset: str
    entries: list[ImportedEntry]
    left_out: tuple[LeftOut, ...] = ()
    notes: tuple[str, ...] = ()


def import_dataset(
    library: Library, request: ImportDatasetRequest, *, progress: Progress = silent, should_stop: ShouldStop = never
) -> ImportDatasetResult:
    """Reads a dataset file into the library: all of it or nothing, or without its bad videos where that is asked for.

    With `captions`, its entries get those of a JSON file; see `verbs.import_captions`.

    Raises:
        NotFoundError: there is no such file.
        FormatError: it is none of the known formats, or malformed: then all that is wrong with it is named.
        ConflictError: there is a dataset of that name already, and it shall not be replaced.
        InputError: features shall stay that cannot.
    """
    from storage.formats.captions_json import read_captions
    from storage.formats.foreign import foreign_dataset

    progress(0.0, f"Reading {request.path.name}")
    if request.captions is not None:
        read_captions(request.captions)  # what is wrong with it is said before anything is kept
    read: list[ImportedEntry] = []
    ends = 1.0 if request.captions is None else 0.8
    asked = (request.path, request.annotations, request.llmvs, request.skip_bad, request.features_stay)
    with foreign_dataset(*asked) as entries:

        def noted() -> Iterator[Entry]:  # one at a time: a dataset may be larger than the memory
            for entry in entries:
                read.append(_imported(entry))
                done = len(read) / len(entries)
                progress(0.1 + (ends - 0.1) * done, f"Keeping {len(read)} of {len(entries)} entries")
                yield entry

        name = request.dataset or request.path.stem
        ids = library.entries.add(name, noted(), source=request.path.name, replace=request.replace)
    dataset = ids[0].partition("/")[0]
    if request.captions is not None:
        captions = ImportCaptionsRequest(path=request.captions, dataset=dataset, captioner=request.captioner)
        import_captions(library, captions, progress=part(progress, ends, 1.0))
    findings = entries.findings
    kept = _keep_split(library, dataset, findings.parts)
    stayed = [f"{STAY} {_named(request.path)}."] if request.features_stay else []
    return ImportDatasetResult(
        dataset=dataset,
        entries=[one.model_copy(update={"id": id}) for id, one in zip(ids, read, strict=True)],
        left_out=tuple(LeftOut(entry=one.key, reason=" ".join(one.reasons)) for one in findings.bad),
        notes=(*findings.notes, *kept, *stayed),
    )


def _keep_split(library: Library, dataset: str, parts: Mapping[str, Sequence[str]]) -> list[str]:
    """Keeps the split that a release makes by its files, and says where; nothing where it makes none."""
    if not (parts.get("train") and parts.get("test")):
        return []
    split = {name: parts.get(part, []) for name, part in PARTS.items()}
    name = library.split_files.add(f"{dataset}_split.json", json.dumps(split).encode())
    return [f"Which videos train, choose the epoch and test, is kept as split file {library.split_files.path(name)}."]


def _named(path: Path) -> str:
    """The files in which features of a data set stay: those beside its labels where there are such."""
    from storage.formats import files_of_dataset

    return ", ".join(str(one.absolute()) for one in files_of_dataset(path)[1:] or [path])


def _imported(entry: Entry) -> ImportedEntry:
    """An entry as its file calls it."""
    return ImportedEntry(
        id=entry.id,
        n_frames=entry.n_frames,
        picks=len(entry.picks),
        annotators=len(entry.annotations) if entry.annotations else 0,
        has_features=entry.feature_space is not None,
        has_video=entry.video is not None,
        notes=entry.notes,
    )
