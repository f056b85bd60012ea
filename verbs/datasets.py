"""The verbs about datasets: what comes in, what goes out, how people agree."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.errors import InputError, NotFoundError
from core.progress import Progress, ShouldStop, never, part, silent
from verbs.captions import import_captions
from verbs.common import entries_with_people, summaries_of
from verbs.plain import plain

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
    captions: Path | None = None,
    captioner: str | None = None,
    dataset: str | None = None,
    replace: bool = False,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Reads a dataset file into the library, or joins an installation's log of events; all of it or nothing.

    With `captions`, its entries get those of a JSON file; see `import_captions`.
    """
    from storage.formats import read_dataset
    from storage.formats.captions_json import read_captions
    from storage.formats.events_jsonl import is_event_log

    progress(0.0, f"Reading {Path(path).name}")
    if is_event_log(Path(path)):
        if annotations or llmvs or captions or dataset or replace:
            raise InputError(
                f"{Path(path).name} is a log of events, which is joined with the labels of this library as it is.",
                "Leave out the options about datasets.",
            )
        return _join(library, Path(path), progress)
    name = dataset or Path(path).stem
    entries = read_dataset(Path(path), annotations, llmvs)
    if captions is not None:
        read_captions(Path(captions))  # what is wrong with it is said before anything is kept
    rows: list[dict[str, Any]] = []
    ends = 1.0 if captions is None else 0.8

    def noted() -> Iterator[Entry]:  # one at a time: a dataset may be larger than the memory
        for entry in entries:
            rows.append(
                {
                    "n_frames": entry.n_frames,
                    "picks": len(entry.picks),
                    "annotators": len(entry.annotations) if entry.annotations else 0,
                    "has_features": entry.feature_space is not None,
                    "has_video": entry.video is not None,
                }
            )
            done = len(rows) / len(entries)
            progress(0.1 + (ends - 0.1) * done, f"Keeping {len(rows)} of {len(entries)} entries")
            yield entry

    ids = library.entries.add(name, noted(), source=Path(path).name, replace=replace)
    rows = [{"id": entry_id, **row} for entry_id, row in zip(ids, rows, strict=True)]
    found = ids[0].partition("/")[0]
    if captions is not None:
        import_captions(library, path=captions, dataset=found, captioner=captioner, progress=part(progress, ends, 1.0))
    return {"dataset": found, "entries": rows}


def _join(library: Library, path: Path, progress: Progress) -> dict[str, Any]:
    from storage.merging import join_events

    joined = join_events(library, path, progress)
    return {
        "tasks": joined.tasks,
        "events": joined.events,
        "new_events": joined.new_events,
        "people": joined.people,
        "skipped": list(joined.skipped),
        "parted": joined.parted,
    }


def agreement(
    library: Library, *, dataset: str, progress: Progress = silent, should_stop: ShouldStop = never
) -> dict[str, Any]:
    """How much the people of a dataset agree among themselves."""
    from core.statistics.agreement import agreement as agreement_of

    entries = entries_with_people(library, dataset, "dataset")
    progress(0.3, f"Comparing the people of {len(entries)} entries")
    return dict(plain(agreement_of(entries)))


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
    if library.labels.exist():
        return "own", None
    imported = [found.id for found in library.datasets.list() if found.id != "demo"]
    if len(imported) == 1:
        return "all", imported[0]
    raise NotFoundError(
        "There are no labels to export yet.", "Rate some shots on the Annotate page, or name a --dataset with people."
    )
