"""`import_file`: whatever a file is that a page sent, into the library."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from core import limits
from core.errors import InputError
from core.progress import Progress, ShouldStop, never, silent
from verbs.contract import LeftOut, Request, Result
from verbs.import_captions import ImportCaptionsRequest, import_captions
from verbs.import_checkpoint import ImportCheckpointRequest, import_checkpoint
from verbs.import_dataset import ImportDatasetRequest, import_dataset
from verbs.import_kinds import ImportKind, kind_of, unzipped
from verbs.import_labels import ImportLabelsRequest, import_labels
from verbs.join import JoinRequest, join

if TYPE_CHECKING:
    from storage.library import Library


class ImportFileChoices(Request):
    """What the file does not say itself."""

    name: str | None = Field(None, description="Data set, checkpoint: name in the library (default: the file's name).")
    dataset: str | None = Field(None, description="Captions, labels: id of the data set that they are about.")
    captioner: str | None = Field(None, description="Captions: who made them (default: the file's name).")
    person: str | None = Field(
        None,
        min_length=1,
        max_length=limits.PERSON_NAME_CHARS,
        description="Labels of another tool: whose they are where the file does not say (default: the file's name).",
    )
    feature_space: str | None = Field(None, description="Checkpoint: the space that it was trained in.")
    replace: bool = Field(False, description="Data set: replace entries that are here.")
    skip_bad: bool = Field(False, description="Data set: leave out what is malformed.")


class ImportFileRequest(ImportFileChoices):
    """The same, and the file."""

    verb: Literal["import_file"] = "import_file"
    path: Path = Field(description="The file, see `import`.")
    annotations: Path | None = Field(
        None, description="Data set: ydata-tvsum50 .mat or .tsv with each person's scores, joined by video."
    )
    remove: bool = Field(False, description="Remove the file once it is taken in, as for an upload.")


class ImportFileResult(Result):
    """What came of a file.

    Attributes:
        kind: what it was.
        name: of the data set, the checkpoint or the split file in the library.
        taken: how many entries, tasks, splits or models came.
        first: the entry to look at; None where there is none.
        left_out: what did not come, and why.
        notes: what a person should know.
    """

    kind: ImportKind
    name: str
    taken: int
    first: str | None = None
    left_out: tuple[LeftOut, ...] = ()
    notes: tuple[str, ...] = ()


def import_file(
    library: Library, request: ImportFileRequest, *, progress: Progress = silent, should_stop: ShouldStop = never
) -> ImportFileResult:
    """Finds out what a file is and takes it in. Where it is refused it stays, for another try.

    Raises:
        ManycutError: what is wrong with it, as the verb says that takes in its kind.
    """
    from storage.sent_files import remove_sent

    with unzipped(library, request.path) as path:
        match kind_of(path):
            case "dataset":
                result = _dataset(library, request, path, progress)
            case "captions":
                result = _captions(library, request, path, progress, should_stop)
            case "events":
                result = _events(library, path, progress)
            case "splits":
                result = _splits(library, path)
            case "labels":
                result = _labels(library, request, path, progress, should_stop)
            case "checkpoint":
                result = _checkpoint(library, request, path, progress)
    if request.remove:
        remove_sent(request.path)
        if request.annotations is not None:
            remove_sent(request.annotations)
    return result


def _dataset(library: Library, request: ImportFileRequest, path: Path, progress: Progress) -> ImportFileResult:
    asked = ImportDatasetRequest(
        path=path,
        annotations=request.annotations,
        dataset=request.name or request.path.stem,
        replace=request.replace,
        skip_bad=request.skip_bad,
    )
    made = import_dataset(library, asked, progress=progress)
    return ImportFileResult(
        kind="dataset",
        name=made.dataset,
        taken=len(made.entries),
        first=made.entries[0].id if made.entries else None,
        left_out=made.left_out,
        notes=made.notes,
    )


def _captions(
    library: Library, request: ImportFileRequest, path: Path, progress: Progress, should_stop: ShouldStop
) -> ImportFileResult:
    if request.dataset is None:
        raise InputError("These are captions, and nobody said of which data set.", "Choose the data set.")
    asked = ImportCaptionsRequest(path=path, dataset=request.dataset, captioner=request.captioner)
    made = import_captions(library, asked, progress=progress, should_stop=should_stop)
    return ImportFileResult(
        kind="captions",
        name=made.dataset,
        taken=len(made.entries),
        first=made.entries[0].entry,
        left_out=tuple(LeftOut(entry=one, reason="The file has no captions of it.") for one in made.missing),
    )


def _events(library: Library, path: Path, progress: Progress) -> ImportFileResult:
    made = join(library, JoinRequest(path=path), progress=progress)
    parted = f"{made.parted} tasks had gone on in both places: look at them on the Review page."
    return ImportFileResult(
        kind="events",
        name=path.stem,
        taken=made.tasks,
        left_out=tuple(LeftOut(entry=one, reason="This library does not have the video.") for one in made.skipped),
        notes=(f"{made.new_events} new events of {made.events}.", *([parted] if made.parted else [])),
    )


def _labels(
    library: Library, request: ImportFileRequest, path: Path, progress: Progress, should_stop: ShouldStop
) -> ImportFileResult:
    if request.dataset is None:
        raise InputError("These are labels, and nobody said of which data set.", "Choose the data set.")
    asked = ImportLabelsRequest(path=path, into=request.dataset, person=request.person)
    made = import_labels(library, asked, progress=progress, should_stop=should_stop)
    people = {name for one in made.entries for name in (*one.added, *one.renewed)}
    known = {name for one in made.entries for name in one.there} - people
    said = [f"{len(people)} {'person' if len(people) == 1 else 'people'} came, or said something else than before."]
    said += [f"{len(known)} were there already with the same labels."] if known else []
    return ImportFileResult(
        kind="labels",
        name=made.dataset,
        taken=len(made.entries),
        first=made.entries[0].entry if made.entries else None,
        left_out=tuple(LeftOut(entry=one.video, reason=f"{one.reason}.") for one in made.unmatched),
        notes=(*said, *made.notes),
    )


def _splits(library: Library, path: Path) -> ImportFileResult:
    from storage.formats.splits import read_splits

    return ImportFileResult(kind="splits", name=library.split_files.keep(path), taken=len(read_splits(path)))


def _checkpoint(library: Library, request: ImportFileRequest, path: Path, progress: Progress) -> ImportFileResult:
    asked = ImportCheckpointRequest(path=path, name=request.name, feature_space=request.feature_space)
    made = import_checkpoint(library, asked, progress=progress)
    return ImportFileResult(kind="checkpoint", name=made.id, taken=1)
