"""`export`: people's labels as a file, for training elsewhere and for exchange."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from core import limits
from core.labelling.who import Who
from core.progress import Progress, ShouldStop, never, silent
from storage.formats import ExportFormat
from verbs.contract import Request, Result
from verbs.entries import summaries_of

if TYPE_CHECKING:
    from storage.library import Library


class ExportChoices(Request):
    """Whose labels of what."""

    format: ExportFormat = Field(
        "eccv16",
        description="eccv16 (HDF5), tvsum (TSV), summe (folder or .zip of .mat), csv, events; for other tools"
        " label-studio, activitynet, fiftyone (JSON), elan (folder or .zip of .eaf), csv-seconds.",
    )
    dataset: str | None = Field(None, description="Only this dataset.")
    entry: str | None = Field(None, description="Only this entry.")
    entries: tuple[str, ...] = Field(
        (), max_length=limits.VIDEOS_PER_ASSIGNMENT, description="Only these entries; may be repeated."
    )
    people: Who = Field("all", description="own (labels collected here), dataset, or all.")
    lag: float = Field(0.0, ge=0, le=limits.LAG_SECONDS, description="Seconds by which continuous ratings come late.")
    include_open: bool = Field(False, description="Labels of tasks that are not submitted, too.")


class ExportRequest(ExportChoices):
    """The same, and where to."""

    verb: Literal["export"] = "export"
    out: Path = Field(description="File to write.")
    key_file: Path | None = Field(
        None, description="Also write whose pseudonyms these are (CSV), for you alone: never hand it on."
    )
    real_names: bool = Field(False, description="Call people who label here by their names (eccv16, summe, csv).")


class ExportResult(Result):
    """What was written, see `storage.export.Export`."""

    file: Path
    manifest: Path
    entries: int
    annotators: int
    labels: int
    key: Path | None = None


def export(
    library: Library, request: ExportRequest, *, progress: Progress = silent, should_stop: ShouldStop = never
) -> ExportResult:
    """Writes people's labels in one format, with a manifest beside them: of submitted tasks, unless asked otherwise.

    Raises:
        NotFoundError: there is no such dataset or entry.
        ConflictError: nobody has judged these entries, or the format cannot hold it.
    """
    from storage.export import export_labels

    if request.dataset:
        summaries_of(library, request.dataset)
    done = export_labels(
        library,
        request.out,
        format=request.format,
        dataset=request.dataset,
        entry_ids=(*([request.entry] if request.entry else []), *request.entries),
        who=request.people,
        include_open=request.include_open,
        lag=request.lag,
        real_names=request.real_names,
        key_file=request.key_file,
        progress=progress,
    )
    return ExportResult(**{name: getattr(done, name) for name in ExportResult.model_fields})
