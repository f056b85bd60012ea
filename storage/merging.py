"""Joining what people did in another installation with what they did in this one, from its log of raw events."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.data.timebase import format_rate
from core.errors import ConflictError
from core.labelling.events import Event
from core.labelling.protocols import protocol_from
from core.progress import Progress, silent
from storage.annotations import add_annotator, append_events, keep_state
from storage.database import writing
from storage.formats.events_jsonl import LoggedProtocol, TaskLog, read_events
from storage.library import Library
from storage.protocols import add_version
from storage.pseudonyms import differ_in_names_alone
from storage.tables import AnnotatorRow, EntryRow, EventRow, ProtocolRow, TaskRow
from storage.task_states import read_folded
from storage.tasks import EVENT, find_task

Recorded = tuple[Event, datetime]


@dataclass(frozen=True)
class Joined:
    """What came of a join.

    Attributes:
        tasks: tasks of the file that are in this library now.
        events: how many events they have in the file.
        new_events: how many of those were not here before.
        people: how many different people did these tasks.
        skipped: ids of entries that this library does not have; nothing of their tasks was taken.
        parted: how many tasks had gone on in both installations since they were last joined, see `join_events`.
    """

    tasks: int
    events: int
    new_events: int
    people: int
    skipped: tuple[str, ...]
    parted: int


def join_events(library: Library, path: Path, progress: Progress = silent) -> Joined:
    """Takes the log of another installation into this one, all of it or nothing; the same twice changes nothing.

    People are found by their pseudonyms; those unknown here are added with the pseudonym as name. Protocols are found
    by what they say: another one of the same name and version becomes a new version here. A task is found by person,
    entry and protocol, an event in it by (client, seq). What only this installation has stays.

    Events of a task keep their order. Where both installations went on with the same task, ours come first and theirs
    that are new after them. The log only ever grows, so the other installation has them the other way round after it
    joined ours; the labels of such a task are the same on both sides only if its events do not touch the same labels.
    `Joined.parted` counts these tasks. Where a person goes on in one place at a time, there are none.

    Args:
        library: of this installation, holding the same entries.
        path: an "events" export.
        progress: told while the file is read.

    Raises:
        NotFoundError: no such file.
        FormatError: the file is malformed or cut off; names the line.
        ConflictError: an entry is another video here, a task has other shots or is practice only on one side, or
            events of the same (client, seq) differ.
    """
    library.annotations.protocols.list()  # the standard ones exist first, so that no other takes their place
    with writing(library.engine) as session:
        joining = _Joining(session)
        for log in read_events(path, progress):
            joining.add(log)
        joining.check()
    for entry in sorted(joining.changed):
        library.counts.recount(entry)
    return Joined(
        tasks=joining.tasks,
        events=joining.events,
        new_events=joining.new_events,
        people=len(joining.met),
        skipped=tuple(sorted(joining.skipped)),
        parted=joining.parted,
    )


class _Joining:
    """One join within one transaction."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.people = {row.pseudonym: row.id for row in session.scalars(select(AnnotatorRow))}
        self.names = set(session.scalars(select(AnnotatorRow.name)))
        self.versions = [
            (row.id, row.name, row.version, protocol_from(row.settings)) for row in session.scalars(select(ProtocolRow))
        ]
        self.protocols: dict[str, int] = {}  # by what the file calls them
        self.entries: dict[str, EntryRow | None] = {}
        self.met: set[int] = set()
        self.skipped: set[str] = set()
        self.changed: set[str] = set()  # entries whose counting labels changed
        self.conflicts: list[str] = []
        self.tasks = self.events = self.new_events = self.parted = 0

    def add(self, log: TaskLog) -> None:
        """Takes in one task."""
        if not self._has_entry(log):
            self.skipped.add(log.entry)
            return
        person, protocol = self._person(log), self._protocol(log.protocol)
        row = find_task(self.session, person, log.entry, protocol)
        ours: list[Event] = []
        if row is None:
            row = TaskRow(
                annotator_id=person,
                entry_id=log.entry,
                protocol_id=protocol,
                shots=[list(shot) for shot in log.shots],
                practice=log.practice,
                created=log.created,
            )
            self.session.add(row)
            self.session.flush()
        else:
            _check_same_task(row, log)
            ours = self._events(row.id)
        new = self._new(log, ours)
        if new:
            self._append(row, ours, new)
        self.tasks += 1
        self.events += len(log.events)
        self.new_events += len(new)
        self.met.add(person)

    def check(self) -> None:
        """Raises ConflictError where events differ."""
        if self.conflicts:
            count = len(self.conflicts)
            more = f" and {count - 1} more are" if count > 1 else " is"
            raise ConflictError(
                f"{self.conflicts[0]}{more} different here, so nothing was joined.",
                "One of the two logs was changed by hand; ask whose is right.",
            )

    def _has_entry(self, log: TaskLog) -> bool:
        if log.entry not in self.entries:
            self.entries[log.entry] = self.session.get(EntryRow, log.entry)
        row = self.entries[log.entry]
        if row is None:
            return False
        if row.n_frames != log.n_frames:
            raise ConflictError(
                f"'{log.entry}' has {log.n_frames} frames there and {row.n_frames} here: it is another video.",
                "Import the same video under this id, or give one of the two another id.",
            )
        # Only continuous ratings are in seconds; rates differ harmlessly where one side had to assume it.
        if log.protocol.settings.kind == "continuous" and row.fps != format_rate(log.fps):
            raise ConflictError(
                f"'{log.entry}' has {format_rate(log.fps)} frames a second there and {row.fps} here, so its continuous"
                " ratings would be about other moments.",
                "Import the same video on both sides.",
            )
        return True

    def _person(self, log: TaskLog) -> int:
        pseudonym = log.annotator
        if pseudonym not in self.people:
            name, number = pseudonym, 2
            while name in self.names:  # somebody here is called like that
                name, number = f"{pseudonym} ({number})", number + 1
            self.names.add(name)
            self.people[pseudonym] = add_annotator(self.session, name, pseudonym, simulated=log.simulated).id
        return self.people[pseudonym]

    def _protocol(self, logged: LoggedProtocol) -> int:
        """Our version of a protocol; no two of the file become the same one."""
        if str(logged) not in self.protocols:
            taken = set(self.protocols.values())
            same = [
                (version != logged.version, version, number)  # rather the one that is also called the same
                for number, name, version, settings in self.versions
                if name == logged.name and settings == logged.settings and number not in taken
            ]
            self.protocols[str(logged)] = min(same)[2] if same else self._new_version(logged)
        return self.protocols[str(logged)]

    def _new_version(self, logged: LoggedProtocol) -> int:
        """The protocol under its own version where that is free, else under the next one."""
        versions = {version for _, name, version, _ in self.versions if name == logged.name}
        version = max(versions) + 1 if logged.version in versions else logged.version
        row = add_version(self.session, logged.name, logged.settings, version)
        self.versions.append((row.id, logged.name, version, logged.settings))
        return row.id

    def _events(self, task_id: int) -> list[Event]:
        rows = self.session.execute(select(*EVENT).where(EventRow.task_id == task_id).order_by(EventRow.id))
        return [Event(*row) for row in rows]

    def _new(self, log: TaskLog, ours: Sequence[Event]) -> list[Recorded]:
        """Their events that are not here yet, in their order."""
        known = {(event.client, event.seq): event for event in ours}
        new: list[Recorded] = []
        for event, recorded in log.events:
            stored = known.get((event.client, event.seq))
            if stored is None:
                new.append((event, recorded))
            elif not differ_in_names_alone(_content(stored), _content(event)):
                whose = f"by {log.annotator} on '{log.entry}'"
                self.conflicts.append(f"Event {event.seq} of client '{event.client}' {whose}")
        begins = [(event.client, event.seq) for event, _ in log.events[: len(ours)]]
        if new and list(known) != begins:
            self.parted += 1
        return new

    def _append(self, row: TaskRow, ours: Sequence[Event], new: Sequence[Recorded]) -> None:
        annotator = self.session.get_one(AnnotatorRow, row.annotator_id).name
        append_events(self.session, row.id, new, annotator)
        row.seen = row.seen or any(event.kind == "seen" for event, _ in new)
        folded = read_folded(self.session, row.id)
        if keep_state(self.session, row.id, folded) or folded.folding.counts:
            self.changed.add(row.entry_id)


def _check_same_task(row: TaskRow, log: TaskLog) -> None:
    whose = f"The task of {log.annotator} on '{log.entry}'"
    if [list(shot) for shot in log.shots] != [list(shot) for shot in row.shots]:
        raise ConflictError(
            f"{whose} has other shots there than here, so its labels would be about other moments.",
            "Import the entry with the same shots on both sides.",
        )
    if row.practice != log.practice:
        raise ConflictError(
            f"{whose} is practice {'there' if log.practice else 'here'} and not {'here' if log.practice else 'there'}.",
            "Nothing was joined; practise on an entry that nobody judges in earnest.",
        )


def _content(event: Event) -> str:
    """What must be the same wherever an event is stored."""
    return json.dumps([event.kind, event.shot, event.value, event.data], sort_keys=True)
