"""The verbs of Manycut: what a command, a page or a job can ask for.

Each takes the library, plain arguments and a Progress, and returns a plain dictionary: the JSON of the command of the
same name. Work happens in `core`, keeping in `storage`; here they are only put together.
"""

from __future__ import annotations

import math
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.data import Entry
from core.errors import InputError, NotFoundError
from core.progress import Progress, ShouldStop, never, part, silent
from core.timebase import format_rate

if TYPE_CHECKING:
    from storage.library import Library
    from storage.people import Who


def import_dataset(
    library: Library,
    *,
    path: Path,
    annotations: Path | None = None,
    dataset: str | None = None,
    replace: bool = False,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Reads a dataset file into the library, all of it or nothing."""
    from storage.formats import read_dataset

    progress(0.0, f"Reading {Path(path).name}")
    name = dataset or Path(path).stem
    entries = read_dataset(Path(path), annotations)
    progress(0.6, f"Keeping {len(entries)} entries")
    ids = library.add_entries(name, entries, source=Path(path).name, replace=replace)
    rows = [
        {
            "id": entry_id,
            "n_frames": entry.n_frames,
            "picks": len(entry.picks),
            "annotators": len(entry.annotations) if entry.annotations else 0,
            "has_features": entry.features is not None,
            "has_video": entry.video is not None,
        }
        for entry_id, entry in zip(ids, entries, strict=True)
    ]
    return {"dataset": ids[0].partition("/")[0], "entries": rows}


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
    runs = _score_with_all(library, entry, part(progress, 0.9, 1.0))
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


def sample(
    library: Library,
    *,
    entry: str,
    model: str = "summdiff",
    n: int = 8,
    seed: int = 0,
    steps: int = 10,
    guidance: float | None = None,
    budget: float = 0.15,
    keep: bool = True,
    progress: Progress = silent,
    should_stop: ShouldStop = never,
) -> dict[str, Any]:
    """Scores and cuts of one entry by one model; kept as a run that the pages show."""
    from core.scoring import score
    from core.segmentation import default_shots
    from core.selection import select

    found = library.entry(entry)
    checkpoint = library.checkpoint(model, found)
    progress(0.1, f"Loading {checkpoint.label}")
    track = score(checkpoint, found, n=n, seed=seed, steps=steps, guidance=guidance, progress=part(progress, 0.2, 0.9))
    run = library.add_run(entry, track) if keep and not should_stop() else None
    shots = default_shots(found)
    cuts = [select(row, found.picks, shots, found.n_frames, budget) for row in track.scores]
    return {
        "entry": entry,
        "run": run.id if run else None,
        "model": track.model,
        "checkpoint": track.checkpoint,
        "feature_space": track.feature_space,
        "seed": track.seed,
        "settings": dict(track.settings),
        "scores": track.scores.tolist(),
        "cuts": [cut.segments.tolist() for cut in cuts],
        "notes": [cut.note for cut in cuts],
        "protocol": f"knapsack over '{shots.source}' shots, budget {budget:.0%}; frames, end exclusive",
    }


def train(
    library: Library,
    *,
    dataset: str,
    model: str = "summdiff",
    targets: str | None = None,
    splits: Path | None = None,
    split: int = 0,
    out: Path | None = None,
    start_from: str | None = None,
    people: Who = "all",
    preset: str | None = None,
    epochs: int | None = None,
    seed: int = 0,
    progress: Progress = silent,
    should_stop: ShouldStop = never,
) -> dict[str, Any]:
    """Trains or fine-tunes a summarizer on people's scores; the checkpoint becomes part of the library."""
    from core import training
    from core.models.registry import model_kind

    entries = _entries_with_people(library, dataset, people)
    if splits is not None:
        entries = _of_split(entries, _read_split(splits, split).train, dataset)
    settings = training.settings_for(model, preset=preset, targets=targets, epochs=epochs, seed=seed)
    videos, space = training.videos_from_entries(entries, model)
    out = Path(out) if out else _new_checkpoint_folder(library, f"{model}-{dataset}")
    checkpoint = training.train(
        videos,
        settings,
        start_from=library.checkpoint(start_from) if start_from else None,
        out=out,
        label=f"{model_kind(model).label} ({out.name})",
        feature_space=space,
        training_info={
            "dataset": dataset,
            "split": f"{Path(splits).name} #{split}" if splits else "all entries",
            "people": people,
        },
        progress=progress,
        should_stop=should_stop,
    )
    library.register_checkpoint(checkpoint.path)
    facts = checkpoint.training
    return {
        "checkpoint": str(checkpoint.path),
        "id": checkpoint.id,
        "epochs": facts["epochs"],
        "seconds": facts["seconds"],
        "loss": facts["loss"][-1],
    }


def retrain(
    library: Library,
    *,
    entry: str | None = None,
    progress: Progress = silent,
    should_stop: ShouldStop = never,
    **arguments: Any,
) -> dict[str, Any]:
    """Trains as `train` does, then scores with the result: `entry` if given, else the whole dataset."""
    result = train(library, progress=part(progress, 0.0, 0.9), should_stop=should_stop, **arguments)
    if should_stop():
        return result
    ids = [entry] if entry else [summary.id for summary in library.entries(dataset=arguments["dataset"])]
    runs = []
    for index, entry_id in enumerate(ids):
        progress(0.9 + 0.1 * index / len(ids), f"Scoring {entry_id}")
        runs.append(sample(library, entry=entry_id, model=result["id"])["run"])
    return {**result, "runs": runs}


def evaluate(
    library: Library,
    *,
    dataset: str,
    checkpoint: str,
    splits: Path | None = None,
    split: int = 0,
    samples: int = 8,
    seed: int = 0,
    protocol: str | None = None,
    progress: Progress = silent,
) -> dict[str, Any]:
    """How well a checkpoint agrees with a dataset's people, on the test entries of a split if one is given."""
    from core.agreement import human_band
    from core.evaluation import evaluate_track, generative
    from core.scoring import score
    from webapp.numbers import default_protocol, vars_of

    entries = _entries_with_people(library, dataset, "dataset")
    if splits is not None:
        entries = _of_split(entries, _read_split(splits, split).test, dataset)
    found = library.checkpoint(checkpoint, entries[0])
    protocol = protocol or default_protocol(entries[0])
    per_video: dict[str, dict[str, Any]] = {}
    bands = []
    for index, entry in enumerate(entries):
        progress(index / len(entries), f"Evaluating {entry.id}")
        scores = score(found, entry, n=samples, seed=seed).scores
        figures = vars_of(evaluate_track(protocol, entry, scores))
        if len(scores) > 1:
            figures |= generative(entry, scores).as_dict()
        per_video[entry.key] = figures
        bands.append(human_band(entry))
    return {
        "protocol": protocol,
        "checkpoint": found.id,
        "dataset": dataset,
        "samples": samples,
        **_mean_of([{k: v for k, v in row.items() if k != "protocol"} for row in per_video.values()]),
        "human": _mean_of([band for band in bands if band]),
        "per_video": per_video,
    }


def agreement(
    library: Library, *, dataset: str, progress: Progress = silent, should_stop: ShouldStop = never
) -> dict[str, Any]:
    """How much the people of a dataset agree among themselves."""
    from core.agreement import agreement as agreement_of

    entries = _entries_with_people(library, dataset, "dataset")
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
    progress: Progress = silent,
    should_stop: ShouldStop = never,
) -> dict[str, Any]:
    """Writes people's labels, submitted or not, as one eccv16 HDF5 file with our extra keys.

    Where neither dataset nor entry is named: the labels collected here, else the only dataset that was imported.
    """
    from storage.export import export_eccv16

    if format != "eccv16":
        raise InputError(f"There is no export format '{format}'.", "Use --format eccv16.")
    if dataset:
        _summaries(library, dataset)
    if not (dataset or entry or people):
        people, dataset = _what_there_is(library)
    progress(0.1, "Collecting labels")
    path = Path(out)
    path.parent.mkdir(parents=True, exist_ok=True)
    done = export_eccv16(library, path, dataset=dataset, entry_id=entry, who=people or "all", include_open=True)
    return {"file": str(done.file), "entries": done.entries, "annotators": done.annotators, "labels": done.labels}


def _score_with_all(library: Library, entry: Entry, progress: Progress) -> list[int]:
    """One run per kind of model that can score the entry, by its newest checkpoint."""
    from core.scoring import can_score

    runs, kinds = [], set()
    for checkpoint in library.checkpoints():
        if checkpoint.kind in kinds or can_score(checkpoint, entry):
            continue
        kinds.add(checkpoint.kind)
        progress(0.0, f"Scoring with {checkpoint.label}")
        runs.append(sample(library, entry=entry.id, model=checkpoint.id)["run"])
    return runs


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


def _summaries(library: Library, dataset: str) -> list[Any]:
    if not dataset:
        raise InputError("No dataset was named.", "Choose one of the library's.")
    summaries = library.entries(dataset=dataset)
    if not summaries:
        known = ", ".join(found.id for found in library.datasets()) or "none yet"
        raise NotFoundError(f"There is no dataset '{dataset}' in the library.", f"It has: {known}.")
    return summaries


def _entries_with_people(library: Library, dataset: str, people: Who) -> list[Entry]:
    """The entries of a dataset that somebody judged, with all their people."""
    if people not in ("all", "dataset", "own"):
        raise InputError(f"People are all, dataset or own, not '{people}'.")
    _summaries(library, dataset)
    entries = library.labelled_entries(dataset, who=people, include_open=True)
    if not entries:
        raise NotFoundError(f"Nobody has judged any entry of '{dataset}'.", "Import annotations or collect labels.")
    return entries


def _read_split(path: Path, index: int) -> Any:
    from storage.formats.splits import read_splits

    splits = read_splits(Path(path))
    if not 0 <= index < len(splits):
        raise InputError(f"{Path(path).name} holds splits 0 to {len(splits) - 1}, not {index}.")
    return splits[index]


def _of_split(entries: list[Entry], keys: Sequence[str], dataset: str) -> list[Entry]:
    by_key = {entry.key: entry for entry in entries}
    missing = [key for key in keys if key not in by_key]
    if missing:
        raise NotFoundError(
            f"The split names '{missing[0]}', which dataset '{dataset}' does not have.",
            "Is it the right split file?",
        )
    return [by_key[key] for key in keys]


def _mean_of(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Means over videos of nested figures, leaving out undefined ones."""
    result: dict[str, Any] = {}
    for key, first in rows[0].items() if rows else ():
        if isinstance(first, dict):
            result[key] = _mean_of([row[key] for row in rows])
        elif not isinstance(first, str):
            values = [row[key] for row in rows if row[key] is not None and math.isfinite(row[key])]
            result[key] = sum(values) / len(values) if values else None
    return result


def _new_checkpoint_folder(library: Library, name: str) -> Path:
    """A folder for a new checkpoint: `name`, or name-2 and so on where the library knows or holds that one already."""
    known = {checkpoint.id for checkpoint in library.checkpoints()}
    folder, number = library.checkpoint_folder, 2
    free = name
    while free in known or (folder / free).exists():
        free, number = f"{name}-{number}", number + 1
    return folder / free


def _given(**arguments: Any) -> dict[str, Any]:
    """Only the arguments that somebody gave."""
    return {name: value for name, value in arguments.items() if value is not None}
