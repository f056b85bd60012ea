"""`import_preview`: what a file would bring into the library, and what is wrong with it; nothing is taken in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from core.names import readable
from core.progress import Progress, ShouldStop, check, never, silent
from verbs.contract import LeftOut, Request
from verbs.import_kinds import kind_of, unzipped
from verbs.import_preview_result import Double, Fitting, FoundSpace, ImportPreviewResult
from verbs.labels_preview import labels_preview

if TYPE_CHECKING:
    from storage.library import Library

MOST_NOTES = 20
MOST_NAMED = 50
FORMATS = {
    "eccv16": "eccv16 HDF5",
    "mrhisum": "MR.HiSum HDF5",
    "qvhighlights": "QVHighlights .jsonl",
    "script driven": "S-VideoXum, SM-VideoXum or SM-MrHiSum HDF5",
    "summe": "SumMe .mat",
    "triplesumm": "TripleSumm HDF5",
    "tvsum mat": "TVSum .mat",
    "tvsum tsv": "TVSum .tsv",
    "videoxum": "VideoXum .json",
}


class ImportPreviewRequest(Request):
    """Which file, and what it would be called."""

    verb: Literal["import_preview"] = "import_preview"
    path: Path = Field(description="The file, see `import`.")
    name: str | None = Field(None, description="Name in the library (default: the file's name).")
    dataset: str | None = Field(None, description="Labels of another tool: the data set that they are about.")


def import_preview(
    library: Library, request: ImportPreviewRequest, *, progress: Progress = silent, should_stop: ShouldStop = never
) -> ImportPreviewResult:
    """Reads a file and checks all of it as if it were taken in, and says what would come of that.

    Raises:
        NotFoundError: there is no such file.
        FormatError, CheckpointError: it is nothing that is taken in, or nothing in it can be used.
    """
    progress(0.0, f"Reading {readable(request.path.name)}")
    with unzipped(library, request.path) as path:
        match kind_of(path):
            case "dataset":
                return _dataset(library, path, request.name or request.path.stem, progress, should_stop)
            case "captions":
                return _captions(library, path)
            case "splits":
                return _splits(library, path)
            case "events":
                return _events(library, path, progress)
            case "labels":
                return labels_preview(library, path, request.dataset)
            case "checkpoint":
                return _checkpoint(library, path, request.name)


def _dataset(
    library: Library, path: Path, name: str, progress: Progress, should_stop: ShouldStop
) -> ImportPreviewResult:
    from storage.entry_rows import slug
    from storage.formats.faults import Findings
    from storage.formats.foreign import ReadEntry, looked_at

    read: list[ReadEntry] = []
    findings = Findings()
    with looked_at(path) as values:
        kind, count = next(values)
        for value in values:
            check(should_stop, "Looking at it", "Nothing was taken in.")
            if isinstance(value, Findings):
                findings = value
            else:
                read.append(value)
                progress(0.95 * len(read) / max(count, 1), f"{len(read)} of {count} entries are right")
    dataset = slug(name)
    spaces = Counter((space, width) for one in read for space, width in one.spaces.items())
    ids = {f"{dataset}/{slug(one.key)}": one for one in read}
    here = {one.id: one for one in library.entries.list()}
    replaces = [id for id in ids if id in here]
    looks = {(one.id.partition("/")[2].lower(), one.n_frames): one.id for one in here.values()}
    doubles = [
        Double(entry=one.key, here=looks[slug(one.key).lower(), one.n_frames])
        for id, one in ids.items()
        if id not in here and (slug(one.key).lower(), one.n_frames) in looks
    ]
    return ImportPreviewResult(
        kind="dataset",
        format=FORMATS[kind],
        name=dataset,
        found=len(read) + len(findings.bad),
        good=len(read),
        unit="entries",
        people=len({person for one in read for person in one.people}),
        simulated=sum(one.simulated for one in read),
        judged=sum(bool(one.people) for one in read),
        frames=sum(one.n_frames for one in read),
        seconds=sum(one.seconds for one in read),
        features=tuple(FoundSpace(space=space, width=width, entries=n) for (space, width), n in spaces.items()),
        captioned=sum(one.captioned for one in read),
        wrong=tuple(LeftOut(entry=one.key, reason=" ".join(one.reasons)) for one in findings.bad),
        notes=tuple([*findings.notes, *_noted(read)][:MOST_NOTES]),
        replaces=tuple(replaces[:MOST_NAMED]),
        replaced=len(replaces),
        doubles=tuple(doubles[:MOST_NAMED]),
        doubled=len(doubles),
    )


def _noted(read: Sequence[Any]) -> list[str]:
    """Each note once, with how many entries have it."""
    notes = Counter(note for one in read for note in one.notes)
    return [
        f"{'All entries' if n == len(read) and n > 1 else f'{n} entries' if n > 1 else '1 entry'}: {note}."
        for note, n in notes.items()
    ]


def _captions(library: Library, path: Path) -> ImportPreviewResult:
    from storage.formats.captions_json import read_captions

    given = read_captions(path)
    return ImportPreviewResult(
        kind="captions",
        format="Captions .json",
        name=path.stem,
        found=len(given),
        good=len(given),
        unit="videos",
        captioned=sum(len(one.captions) for one in given.values()),
        fits=_fits(library, set(given)),
    )


def _splits(library: Library, path: Path) -> ImportPreviewResult:
    from storage.formats.splits import read_splits

    splits = read_splits(path)
    keys = {str(key) for one in splits for key in (*one.train, *one.validation, *one.test)}
    names = {key.name for one in splits for key in (*one.train, *one.validation, *one.test)}
    return ImportPreviewResult(
        kind="splits",
        format="Split file",
        name=path.name,
        found=len(splits),
        good=len(splits),
        unit="splits",
        notes=(f"They divide {len(keys)} videos.",),
        fits=_fits(library, names),
    )


def _fits(library: Library, names: set[str]) -> tuple[Fitting, ...]:
    """Data sets with entries of these ids, keys or titles."""
    found = Counter(
        one.dataset for one in library.entries.list() if names & {one.id, one.id.partition("/")[2], one.title}
    )
    return tuple(Fitting(dataset=dataset, entries=n) for dataset, n in found.most_common())


def _events(library: Library, path: Path, progress: Progress) -> ImportPreviewResult:
    from storage.formats.events_jsonl import read_events

    frames = {one.id: one.n_frames for one in library.entries.list()}
    wrong: dict[str, str] = {}
    people: set[str] = set()
    tasks = good = events = 0
    for log in read_events(path, progress):
        tasks += 1
        events += len(log.events)
        people.add(log.annotator)
        if log.entry not in frames:
            wrong[log.entry] = "This library does not have the video, so its labels are left out."
        elif frames[log.entry] != log.n_frames:
            wrong[log.entry] = f"Here it has {frames[log.entry]} frames, and there {log.n_frames}: another video."
        else:
            good += 1
    return ImportPreviewResult(
        kind="events",
        format="Labels of another installation",
        name=path.stem,
        found=tasks,
        good=good,
        unit="tasks",
        people=len(people),
        wrong=tuple(LeftOut(entry=entry, reason=reason) for entry, reason in sorted(wrong.items())),
        notes=(f"{events} events; those that are here already are not taken twice.",),
    )


def _checkpoint(library: Library, path: Path, name: str | None) -> ImportPreviewResult:
    from core.models.checkpoints import read_checkpoint
    from core.models.registry import MODELS
    from storage.entry_rows import slug
    from storage.formats.checkpoint_folder import is_checkpoint_folder, take_checkpoint_folder
    from storage.formats.foreign import take_released
    from storage.scratch import scratch_folder

    called = slug(name or path.with_name(path.name.removesuffix(".tar")).stem)
    ours = path.is_dir() or is_checkpoint_folder(path)
    with scratch_folder(library.data_dir) as work:
        made = work / called
        if ours:
            take_checkpoint_folder(path, made)
        else:
            take_released(path, made, called, None, None, {})
        found = read_checkpoint(made)
    label = MODELS[found.kind].label if found.kind in MODELS else found.kind
    return ImportPreviewResult(
        kind="checkpoint",
        format=f"{label} checkpoint{'' if ours else ', as released'}",
        name=called,
        found=1,
        good=1,
        unit="models",
        features=(FoundSpace(space=found.feature_space, width=found.feature_width, entries=0),),
    )
