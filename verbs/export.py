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
        "eccv16", description="eccv16 (HDF5), tvsum (TSV), summe (folder or .zip of .mat), csv or events."
    )
    dataset: str | None = Field(None, description="Only this dataset.")
    entry: str | None = Field(None, description="Only this entry.")
    people: Who = Field("all", description="own (labels collected here), dataset, or all.")
    lag: float = Field(0.0, ge=0, le=limits.LAG_SECONDS, description="Seconds by which continuous ratings come late.")
    include_open: bool = Field(False, description="Labels of tasks that are not submitted, too.")


class ExportRequest(ExportChoices):
    """The same, and where to."""

    verb: Literal["export"] = "export"
    out: Path = Field(description="File to write.")


class ExportResult(Result):
    """What was written, see `storage.export.Export`."""

    file: Path
    manifest: Path
    entries: int
    annotators: int
    labels: int


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
        entry_id=request.entry,
        who=request.people,
        include_open=request.include_open,
        lag=request.lag,
        progress=progress,
    )
    return ExportResult.model_validate(done, from_attributes=True)
