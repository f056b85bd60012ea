"""Exporting what people said, for training elsewhere and for exchange; every export has a manifest beside it.

eccv16   HDF5 that the official loaders read unchanged, with everybody's scores; `storage.formats` reads it back
tvsum    TVSum's TSV, refused with the reason where its official readers would get something wrong
summe    a folder of .mat files as SumMe's (or one .zip of them): what each person selected
csv      a table for spreadsheets; without frames and features it makes no entry, so it is not read back as one
events   the raw log as JSON Lines, which another installation joins with its own (`storage.merging`)

For other tools, as labelled stretches of time, which `storage.formats.exchange` reads back:

label-studio  tasks in JSON, an annotation for each person
activitynet   JSON of segments in seconds
fiftyone      JSON of temporal detections in frames
elan          a folder of .eaf files (or one .zip of them, or one .eaf of a single video), a tier for each person
csv-seconds   a table of video, label, start, end, person and score
"""

from __future__ import annotations

import re
import tempfile
import zipfile
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from math import isfinite
from pathlib import Path
from typing import get_args

from sqlalchemy import ColumnElement, Select, func, select, true
from sqlalchemy.orm import Session

from core import limits
from core.data import AnnotationSet, Entry
from core.data.timebase import parse_rate
from core.errors import ConflictError, InputError
from core.labelling.events import LABEL_KINDS, Event
from core.labelling.protocols import Protocol, protocol_from
from core.labelling.who import Who
from core.progress import Progress, part, silent
from core.scratch import PREFIX as SCRATCH
from storage.database import reading
from storage.entry_rows import EntrySummary
from storage.files import whole_file
from storage.formats import ExportFormat
from storage.formats.activitynet import write_activitynet
from storage.formats.csv_seconds import write_csv_seconds
from storage.formats.eccv16 import write_eccv16
from storage.formats.elan import SUFFIX, elan_of, write_elan, write_elan_archive
from storage.formats.events_jsonl import LoggedProtocol, TaskLog, write_events
from storage.formats.fiftyone import write_fiftyone
from storage.formats.label_studio import write_label_studio
from storage.formats.labels_csv import write_labels_csv
from storage.formats.manifest import Contents, ExportedPerson, write_manifest
from storage.formats.summe import write_summe_mat
from storage.formats.tvsum_tsv import write_tvsum_tsv
from storage.library import Library
from storage.people import count_labels, people_of
from storage.people_key import check_key_place, key_table, write_key
from storage.pseudonyms import Pseudonyms
from storage.tables import AnnotatorRow, EntryRow, EventRow, ProtocolRow, TaskRow
from storage.tasks import EVENT, TaskLabels

FORMATS: tuple[str, ...] = get_args(ExportFormat)
NUMBER = re.compile(r" \(\d+\)$")  # of somebody whose name another person of the video has
WITH_NAMES = ("eccv16", "summe", "csv")  # those that can call people by their names
# Those that are one file of all entries, and take nothing else.
WRITERS: dict[str, Callable[[Sequence[Entry], Path], Path]] = {
    "eccv16": write_eccv16,
    "tvsum": write_tvsum_tsv,
    "label-studio": write_label_studio,
    "activitynet": write_activitynet,
    "fiftyone": write_fiftyone,
    "csv-seconds": write_csv_seconds,
}


@dataclass(frozen=True)
class Export:
    """A written export.

    Attributes:
        file: where it is; for "summe" the folder.
        entries: number of videos in it.
        annotators: number of different people in it.
        labels: number of judged shots, marked segments and takes, over all people and videos.
        manifest: where its manifest is.
        own: pseudonyms of those in it who label here.
        key: where it is written whose they are; None where nobody asked.
    """

    file: Path
    entries: int
    annotators: int
    labels: int
    manifest: Path
    own: tuple[str, ...] = ()
    key: Path | None = None


@dataclass(frozen=True, eq=False)
class _Judged:
    """An entry with all people that are exported, and who of them came from where."""

    entry: Entry
    given: AnnotationSet | None
    own: Sequence[TaskLabels]


def export_labels(
    library: Library,
    path: Path,
    *,
    format: str = "eccv16",
    dataset: str | None = None,
    entry_ids: Collection[str] = (),
    who: Who = "all",
    include_open: bool = False,
    lag: float = 0.0,
    real_names: bool = False,
    key_file: Path | None = None,
    progress: Progress = silent,
) -> Export:
    """Writes the labels of the entries that somebody judged, and a manifest beside them.

    People who label here appear under their pseudonyms, unless their names are asked for. Practice, and what the lead
    excluded, is never among labels.
    "events" is the log itself: it holds everything that was done here, also practice, open and excluded tasks, and
    never the people of a dataset; `include_open` and `lag` have no part in it.

    Args:
        library: from which.
        path: where to; replaced when it exists. For "summe" and "elan" a folder, or a file ending in .zip; for a
            single video of "elan" also a .eaf.
        format: one of FORMATS.
        dataset, entry_ids: only these; everything where neither is given.
        who: "all", only the people of the "dataset", or only those who label here ("own").
        include_open: also labels of tasks that are not submitted.
        lag: seconds, 0 to 10, by which continuous ratings come after what they are about; the log stays as it is.
        real_names: call people who label here by their names, and say so in the manifest.
        key_file: where to write whose pseudonyms these are, readable by its owner alone; None for nowhere.
        progress: told after every entry.

    Raises:
        NotFoundError: no such entry.
        ConflictError: nobody has judged anything yet, or the format cannot hold it; says why.
        InputError: an argument makes no sense, or the file cannot be written.
    """
    if format not in FORMATS:
        raise InputError(f"There is no export format '{format}'.", f"Choose one of: {', '.join(FORMATS)}.")
    if who not in get_args(Who):
        raise InputError(f"People are 'all', 'dataset' or 'own', not '{who}'.")
    if format == "events" and who == "dataset":
        raise InputError("The people of a dataset have no events.", "Export all or own, or choose another format.")
    if not (isfinite(lag) and 0 <= lag <= limits.LAG_SECONDS):
        raise InputError(f"A lag is 0 to {limits.LAG_SECONDS:g} seconds, not {lag}.")
    if real_names and format not in WITH_NAMES:
        why = "its lines are joined by pseudonyms" if format == "events" else "it holds no names at all"
        raise InputError(f"'{format}' cannot hold real names: {why}.", f"Choose one of: {', '.join(WITH_NAMES)}.")
    path = Path(path)
    if key_file is not None:
        check_key_place(key_file, path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if format == "events":
            return _keyed(library, _export_events(library, path, dataset, entry_ids), key_file)
        wanted = _within(dataset, entry_ids) & _counting(include_open)
        judged = _collect(
            library, dataset, entry_ids, who, include_open, wanted, lag, real_names, part(progress, 0.0, 0.5)
        )
        progress(0.5, f"Writing {path.name}")
        files = _write(format, judged, path, real_names)
        progress(0.95, "Writing the manifest")
        contents = replace(
            _contents(library, judged, wanted, real_names),
            format=format,
            who=who,
            include_open=include_open,
            lag=lag,
            real_names=real_names,
        )
        return _keyed(library, _finished(path, files, contents), key_file)
    except OSError as error:
        raise InputError(f"'{path}' cannot be written: {error.strerror or error}.") from error


def task_logs(session: Session, condition: ColumnElement[bool]) -> Iterator[TaskLog]:
    """The raw log of the tasks that fulfil a condition on TaskRow, oldest first, one in memory at a time."""
    tasks = {task.id: (task, *rest) for task, *rest in session.execute(_tasks(condition))}
    query = select(EventRow.task_id, *EVENT, EventRow.recorded).join(TaskRow, TaskRow.id == EventRow.task_id)
    query = query.where(condition).order_by(EventRow.task_id, EventRow.id)
    outside = Pseudonyms.here(session)
    groups = groupby(session.execute(query.execution_options(yield_per=5000)), key=lambda row: row[0])
    number, rows = next(groups, (None, ()))
    for task_id, (task, pseudonym, simulated, how, n_frames, fps) in tasks.items():
        events: list[tuple[Event, datetime]] = []
        if number == task_id:
            events = [(_told(Event(*event), outside), recorded) for _, *event, recorded in rows]
            number, rows = next(groups, (None, ()))
        yield TaskLog(
            annotator=pseudonym,
            entry=task.entry_id,
            n_frames=n_frames,
            fps=parse_rate(fps),
            protocol=LoggedProtocol(how.name, how.version, protocol_from(how.settings)),
            shots=tuple((int(start), int(end)) for start, end in task.shots),
            practice=task.practice,
            created=task.created,
            events=events,
            simulated=simulated,
        )


def _told(event: Event, outside: Pseudonyms) -> Event:
    """An event with pseudonyms for the names in what somebody wrote."""
    return replace(event, data=outside.value(event.data)) if event.data else event


def _tasks(condition: ColumnElement[bool]) -> Select:
    return (
        select(TaskRow, AnnotatorRow.pseudonym, AnnotatorRow.simulated, ProtocolRow, EntryRow.n_frames, EntryRow.fps)
        .join(AnnotatorRow, AnnotatorRow.id == TaskRow.annotator_id)
        .join(ProtocolRow, ProtocolRow.id == TaskRow.protocol_id)
        .join(EntryRow, EntryRow.id == TaskRow.entry_id)
        .where(condition)
        .order_by(TaskRow.id)
    )


def _export_events(library: Library, path: Path, dataset: str | None, entry_ids: Collection[str]) -> Export:
    _summaries(library, dataset, entry_ids)  # says that there is no such entry
    condition = _within(dataset, entry_ids)
    with reading(library.engine) as session:
        tasks = session.execute(_tasks(condition)).all()
        if not tasks:
            raise _nothing("nobody has begun to judge these entries", "Label something on the Annotate page first.")
        write_events(task_logs(session, condition), path)
        times = _label_times(session, condition)
    people: dict[tuple[str, bool], list[tuple[str, str]]] = {}
    for task, pseudonym, simulated, how, *_ in tasks:
        people.setdefault((pseudonym, simulated), []).append((task.entry_id, f"{how.name} v{how.version}"))
    contents = Contents(
        format="events",
        who="own",
        include_open=True,
        lag=0.0,
        entries=Counter(entry for entry, _ in dict.fromkeys((row[0].entry_id, row[1]) for row in tasks)),
        people=[_own_person(*who, done, times) for who, done in people.items()],
        own=tuple(sorted({pseudonym for pseudonym, _ in people})),
        protocols={f"{row[3].name} v{row[3].version}": protocol_from(row[3].settings) for row in tasks},
        labels=sum(row[0].judged for row in tasks),
    )
    return _finished(path, [path], contents)


def _collect(
    library: Library,
    dataset: str | None,
    entry_ids: Collection[str],
    who: Who,
    include_open: bool,
    wanted: ColumnElement[bool],
    lag: float,
    real_names: bool,
    progress: Progress,
) -> list[_Judged]:
    """The entries that anybody of `who` judged, in the order of the library; `wanted` says which tasks are meant."""
    summaries = _summaries(library, dataset, entry_ids)
    progress(0.0, "Collecting labels")
    own: dict[str, list[TaskLabels]] = {}
    if who != "dataset":
        for one in library.labels.matching(wanted):
            own.setdefault(one.task.entry, []).append(one)
    judged = []
    for number, summary in enumerate(summaries, start=1):
        labels = own.get(summary.id, [])
        if not labels and (who == "own" or not summary.annotators):
            continue  # spares the reading of its arrays
        entry = library.entries.get(summary.id)
        people = people_of(entry, labels, who, pseudonyms=not real_names, lag=lag)
        if people is not None:
            given = None if who == "own" else entry.annotations
            judged.append(_Judged(replace(entry, annotations=people), given, labels))
        progress(number / len(summaries), f"Collecting labels: {number} of {len(summaries)} entries")
    if not judged:
        submitted = "Submit a labelling task first, or include tasks that are not submitted."
        hint = "Label something first." if include_open else submitted
        raise _nothing("nobody has judged these entries", hint)
    return judged


def _summaries(library: Library, dataset: str | None, entry_ids: Collection[str]) -> list[EntrySummary]:
    """The entries that are meant, in the order of the library. Raises NotFoundError."""
    if len(entry_ids) == 1:
        return [library.entries.summary(one) for one in entry_ids]
    named = set(entry_ids)
    found = [one for one in library.entries.list(None if named else dataset) if not named or one.id in named]
    for missing in sorted(named - {one.id for one in found}):
        library.entries.summary(missing)  # says that there is no such entry
    return found


def _within(dataset: str | None, entry_ids: Collection[str]) -> ColumnElement[bool]:
    if entry_ids:
        return TaskRow.entry_id.in_(entry_ids)
    if dataset:
        return TaskRow.entry_id.in_(select(EntryRow.id).where(EntryRow.dataset == dataset))
    return true()


def _counting(include_open: bool) -> ColumnElement[bool]:
    """The tasks whose labels are results; the same as `Labels.of_entry` takes, of all entries at once."""
    states = ("submitted", "open") if include_open else ("submitted",)
    fine = TaskRow.practice.is_(False) & TaskRow.excluded.is_(False)
    return fine & (TaskRow.judged > 0) & TaskRow.state.in_(states)


def _write(format: str, judged: Sequence[_Judged], path: Path, real_names: bool) -> list[Path]:
    entries = [one.entry for one in judged]
    if format == "csv":
        return [write_labels_csv(entries, path, {pair for one in judged for pair in _seen_before(one, real_names)})]
    if format == "summe":
        return _write_zip(entries, path) if path.suffix.lower() == ".zip" else write_summe_mat(entries, path)
    if format == "elan":
        return _write_elan(entries, path)
    return [WRITERS[format](entries, path)]


def _write_elan(entries: Sequence[Entry], path: Path) -> list[Path]:
    if path.suffix.lower() == ".zip":
        return write_elan_archive(entries, path)
    if path.suffix.lower() != SUFFIX:
        return write_elan(entries, path)
    if len(entries) > 1:
        raise InputError(
            f"A {SUFFIX} file is about one video, and these are {len(entries)}.", "Name a folder or a .zip."
        )
    with whole_file(path) as partial:
        partial.write_bytes(elan_of(entries[0]))
    return [path]


def _seen_before(judged: _Judged, real_names: bool) -> Iterator[tuple[str, str]]:
    """Who saw others' labels or scores of an entry before judging it, under the names of the export."""
    seen = {(_called(one, real_names), str(one.task.protocol)) for one in judged.own if one.task.seen}
    people = judged.entry.people
    for name, protocol, source in zip(people.annotators, people.protocols, people.sources, strict=True):
        if source == "own" and ((name, protocol) in seen or (NUMBER.sub("", name), protocol) in seen):
            yield judged.entry.id, name


def _called(labels: TaskLabels, real_names: bool) -> str:
    return labels.task.annotator.name if real_names else labels.task.annotator.pseudonym


def _write_zip(entries: Sequence[Entry], path: Path) -> list[Path]:
    with tempfile.TemporaryDirectory(prefix=SCRATCH) as folder:
        files = write_summe_mat(entries, Path(folder))
        with whole_file(path) as partial, zipfile.ZipFile(partial, "w") as packed:  # they are compressed already
            for file in files:
                packed.write(file, f"GT/{file.name}")
    return [path]


def _contents(library: Library, judged: Sequence[_Judged], wanted: ColumnElement[bool], real_names: bool) -> Contents:
    """Who and what is in an export of labels."""
    given: dict[tuple[str, str], list[_Judged]] = {}
    own: dict[tuple[str, bool], list[tuple[str, str]]] = {}
    names: dict[str, str] = {}
    protocols: dict[str, Protocol] = {}
    for one in judged:
        for name in one.given.annotators if one.given is not None else ():
            given.setdefault((one.entry.dataset, name), []).append(one)
        for labels in one.own:
            task = labels.task
            who = (task.annotator.pseudonym, task.annotator.simulated)
            names[task.annotator.pseudonym] = _called(labels, real_names)
            own.setdefault(who, []).append((task.entry, str(task.protocol)))
            protocols[str(task.protocol)] = task.protocol.settings
    with reading(library.engine) as session:
        times = _label_times(session, wanted) if own else {}
    return Contents(
        format="",
        who="",
        include_open=False,
        lag=0.0,
        entries={one.entry.id: len(one.entry.people) for one in judged},
        people=[
            *(_person_of_dataset(name, dataset, entries) for (dataset, name), entries in given.items()),
            *(replace(_own_person(*who, done, times), name=names[who[0]]) for who, done in own.items()),
        ],
        own=tuple(sorted(names)),
        protocols=protocols,
        labels=sum(count_labels(one.entry, one.given, one.own) for one in judged),
    )


def _label_times(session: Session, condition: ColumnElement[bool]) -> dict[str, tuple[datetime, datetime]]:
    """When the server received the first and the last label, by pseudonym."""
    query = (
        select(AnnotatorRow.pseudonym, func.min(EventRow.recorded), func.max(EventRow.recorded))
        .join(TaskRow, TaskRow.annotator_id == AnnotatorRow.id)
        .join(EventRow, EventRow.task_id == TaskRow.id)
        .where(condition, EventRow.kind.in_(sorted(LABEL_KINDS)))
        .group_by(AnnotatorRow.pseudonym)
    )
    return {name: (first, last) for name, first, last in session.execute(query)}


def _own_person(
    name: str, simulated: bool, done: Sequence[tuple[str, str]], times: dict[str, tuple[datetime, datetime]]
) -> ExportedPerson:
    """Somebody who labels here, from (entry, protocol) of each of their tasks."""
    first, last = times.get(name, (None, None))
    protocols = tuple(sorted({protocol for _, protocol in done}))
    return ExportedPerson(name, "", len({entry for entry, _ in done}), protocols, first, last, simulated)


def _person_of_dataset(name: str, dataset: str, judged: Sequence[_Judged]) -> ExportedPerson:
    people = [one.given for one in judged if one.given is not None]
    protocols = {one.protocols[one.annotators.index(name)] for one in people}
    simulated = any(one.simulated[one.annotators.index(name)] for one in people)
    return ExportedPerson(name, dataset, len(people), tuple(sorted(protocols)), simulated=simulated)


def _finished(path: Path, files: Sequence[Path], contents: Contents) -> Export:
    manifest = write_manifest(path, files, contents)
    return Export(path, len(contents.entries), len(contents.people), contents.labels, manifest, contents.own)


def _keyed(library: Library, done: Export, key_file: Path | None) -> Export:
    """The export, with the key beside it where somebody asked for that."""
    if key_file is None:
        return done
    write_key(key_file, key_table(library.engine, done.own))
    return replace(done, key=key_file)


def _nothing(why: str, hint: str) -> ConflictError:
    return ConflictError(f"There is nothing to export: {why}.", hint)
