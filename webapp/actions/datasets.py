"""The verbs about datasets and videos: what comes in, what goes out, how people agree."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.errors import InputError, NotFoundError
from core.progress import Progress, ShouldStop, never, part, silent
from core.timebase import format_rate
from webapp.actions.common import entries_with_people, summaries_of
from webapp.actions.models import score_with_all

if TYPE_CHECKING:
    from core.data import Entry
    from storage.library import Library
    from storage.people import Who


def import_dataset(
    library: Library,
    *,
    path: Path,
    annotations: Path | None = None,
    llmvs: Path | None = None,
    dataset: str | None = None,
    replace: bool = False,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Reads a dataset file into the library, or joins an installation's log of events; all of it or nothing."""
    from storage.formats import read_dataset
    from storage.formats.events_jsonl import is_event_log

    progress(0.0, f"Reading {Path(path).name}")
    if is_event_log(Path(path)):
        if annotations or llmvs or dataset or replace:
            raise InputError(
                f"{Path(path).name} is a log of events, which is joined with the labels of this library as it is.",
                "Leave out the options about datasets.",
            )
        return _join(library, Path(path), progress)
    name = dataset or Path(path).stem
    entries = read_dataset(Path(path), annotations, llmvs)
    rows: list[dict[str, Any]] = []

    def noted() -> Iterator[Entry]:  # one at a time: a dataset may be larger than the memory
        for entry in entries:
            rows.append(
                {
                    "n_frames": entry.n_frames,
                    "picks": len(entry.picks),
                    "annotators": len(entry.annotations) if entry.annotations else 0,
                    "has_features": entry.features is not None,
                    "has_video": entry.video is not None,
                }
            )
            progress(0.1 + 0.9 * len(rows) / len(entries), f"Keeping {len(rows)} of {len(entries)} entries")
            yield entry

    ids = library.add_entries(name, noted(), source=Path(path).name, replace=replace)
    rows = [{"id": entry_id, **row} for entry_id, row in zip(ids, rows, strict=True)]
    return {"dataset": ids[0].partition("/")[0], "entries": rows}


def _join(library: Library, path: Path, progress: Progress) -> dict[str, Any]:
    from storage.joining import join_events

    joined = join_events(library, path, progress)
    return {
        "tasks": joined.tasks,
        "events": joined.events,
        "new_events": joined.new_events,
        "people": joined.people,
        "skipped": list(joined.skipped),
        "parted": joined.parted,
    }


def ingest(
    library: Library,
    *,
    path: Path | str,
    dataset: str = "videos",
    title: str | None = None,
    progress: Progress = silent,
    should_stop: ShouldStop = never,
) -> dict[str, Any]:
    """Takes in a video and scores it with every checkpoint of the library that fits it."""
    from core.ingest import ingest as take_in

    path = Path(path)
    with tempfile.TemporaryDirectory(dir=library.data_dir, prefix="ingest-") as work:
        taken = take_in(path, work=Path(work), progress=part(progress, 0.0, 0.9), should_stop=should_stop)
        entry_id = library.add_ingested(taken.entry(f"{dataset}/{path.name}", title or path.stem), dataset=dataset)
    entry = library.entry(entry_id)
    runs = score_with_all(library, entry, part(progress, 0.9, 1.0))
    return {
        "entry": entry.id,
        "n_frames": entry.n_frames,
        "fps": format_rate(entry.timebase.rate),
        "duration": entry.timebase.duration,
        "picks": len(entry.picks),
        "shots": next(iter(entry.shots.values())).bounds.tolist(),
        "feature_space": entry.feature_space,
        "runs": runs,
    }


def agreement(
    library: Library, *, dataset: str, progress: Progress = silent, should_stop: ShouldStop = never
) -> dict[str, Any]:
    """How much the people of a dataset agree among themselves."""
    from core.agreement import agreement as agreement_of

    entries = entries_with_people(library, dataset, "dataset")
    progress(0.3, f"Comparing the people of {len(entries)} entries")
    return agreement_of(entries).as_dict()


def export(
    library: Library,
    *,
    out: Path | str,
    format: str = "eccv16",
    dataset: str | None = None,
    entry: str | None = None,
    people: Who | None = None,
    include_open: bool = False,
    lag: float = 0.0,
    progress: Progress = silent,
    should_stop: ShouldStop = never,
) -> dict[str, Any]:
    """Writes people's labels in one of `storage.export.FORMATS`, with a manifest beside them.

    Where neither dataset nor entry is named: the labels collected here, else the only dataset that was imported.
    """
    from storage.export import export_labels

    if dataset:
        summaries_of(library, dataset)
    if not (dataset or entry or people) and format != "events":
        people, dataset = _what_there_is(library)
    done = export_labels(
        library,
        Path(out),
        format=format,
        dataset=dataset,
        entry_id=entry,
        who=people or "all",
        include_open=include_open,
        lag=lag,
        progress=progress,
    )
    return {
        "file": str(done.file),
        "manifest": str(done.manifest),
        "entries": done.entries,
        "annotators": done.annotators,
        "labels": done.labels,
    }


def _what_there_is(library: Library) -> tuple[Who, str | None]:
    """What an export means that names nothing: (whose labels, of which dataset)."""
    if library.annotations.has_labels():
        return "own", None
    imported = [found.id for found in library.datasets() if found.id != "demo"]
    if len(imported) == 1:
        return "all", imported[0]
    raise NotFoundError(
        "There are no labels to export yet.", "Rate some shots on the Annotate page, or name a --dataset with people."
    )
