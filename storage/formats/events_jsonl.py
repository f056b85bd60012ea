"""The raw log of what people did, as JSON Lines: everything that labels are derived from, so nothing is lost.

The first line is a header, `{"schema": "manycut-events-1", "manycut": ..., "created": ...}`. Then comes one object per
line, told apart by `type`, each after those that it names:

    protocol    name, version, settings (all of `core.labelling.protocols.Protocol`)
    annotator   pseudonym, and simulated: true where a program made what follows
    task        task (a number within the file), annotator, entry, n_frames, fps ("30000/1001"), protocol, version,
                shots ([[start, end], ...] half-open frames), practice, created
    event       task, client, seq, kind, shot, value, t, at, data, role, recorded; they follow their task, in server
                order
    end         tasks, events: how many there were, so that a file that was cut off is not taken for a whole one

Times are ISO 8601 with their zone; `t` and the fields of `data` are as in `core.labelling.events.Event`. People are
pseudonyms, and a lead who decided something is "lead": the `data` of a decision says so as `by`. What people wrote in
notes and reasons is theirs and stays as it is, but for names of people who label here: pseudonyms stand there. Logs
of earlier versions have no `role`: there a decision is what only a lead can do, under a client id that begins with
"lead-".
"""

from __future__ import annotations

import json
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from fractions import Fraction
from io import BufferedReader, TextIOWrapper
from pathlib import Path
from typing import Any, NoReturn, get_args

import numpy as np

from core import limits
from core.data import Shots
from core.data.timebase import format_rate, parse_rate
from core.errors import FormatError, InputError, NotFoundError
from core.labelling.checks import check_event
from core.labelling.events import Event, Role
from core.labelling.protocols import Protocol, protocol_from
from core.progress import Progress, silent
from core.text_files import encoding_of
from storage.files import whole_file
from storage.formats.manifest import MANYCUT

SCHEMA = "manycut-events-1"
LEAD = "lead"
EVENT_FIELDS = ("client", "seq", "kind", "shot", "value", "t", "at", "data")
EARLIER_LEAD = "lead-"  # so began the client id of a decision when events had no role
DECISIONS = ("exclude", "restore", "reopen")


@dataclass(frozen=True)
class LoggedProtocol:
    """A version of a protocol, in full."""

    name: str
    version: int
    settings: Protocol

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"


@dataclass(frozen=True)
class TaskLog:
    """One task and everything that happened to it.

    Attributes:
        annotator: pseudonym.
        entry: id in the library, "<dataset>/<key>".
        n_frames, fps: of the entry's video, so that it can be told from another of the same id.
        protocol: how the person was asked.
        shots: half-open frame intervals, those that were judged.
        practice: a round of training.
        created: when the task was begun, UTC.
        events: (event, when the server received it), in server order; each (client, seq) once.
        simulated: whether a program made it.
    """

    annotator: str
    entry: str
    n_frames: int
    fps: Fraction
    protocol: LoggedProtocol
    shots: tuple[tuple[int, int], ...]
    practice: bool
    created: datetime
    events: Sequence[tuple[Event, datetime]]
    simulated: bool = False


def write_events(logs: Iterable[TaskLog], path: Path) -> tuple[int, int]:
    """Writes tasks with their events, one task in memory at a time; the file appears complete or not at all.

    Args:
        logs: at most one of a person on an entry under a protocol.
        path: where to; an existing file is replaced.

    Returns:
        How many tasks and events were written.

    Raises:
        InputError: the file cannot be written.
    """
    named: set[tuple[str, Any]] = set()
    tasks = events = 0
    with whole_file(path) as partial, partial.open("w", encoding="utf-8", newline="\n") as file:

        def line(**values: Any) -> None:
            file.write(json.dumps(values, ensure_ascii=False, separators=(",", ":")) + "\n")

        def once(type: str, key: Any, **values: Any) -> None:
            if (type, key) not in named:
                named.add((type, key))
                line(type=type, **values)

        line(schema=SCHEMA, manycut=MANYCUT, created=datetime.now(UTC).isoformat(timespec="seconds"))
        for tasks, log in enumerate(logs, start=1):
            how = log.protocol
            once("protocol", str(how), name=how.name, version=how.version, settings=how.settings.as_dict())
            once("annotator", log.annotator, pseudonym=log.annotator, **({"simulated": True} if log.simulated else {}))
            line(
                type="task",
                task=tasks,
                annotator=log.annotator,
                entry=log.entry,
                n_frames=log.n_frames,
                fps=format_rate(log.fps),
                protocol=how.name,
                version=how.version,
                shots=log.shots,
                practice=log.practice,
                created=log.created.isoformat(),
            )
            for event, recorded in log.events:
                line(type="event", task=tasks, **_fields(event), recorded=recorded.isoformat())
            events += len(log.events)
        line(type="end", tasks=tasks, events=events)
    return tasks, events


def read_events(path: Path, progress: Progress = silent) -> Iterator[TaskLog]:
    """The tasks of a file with their events, one at a time, all checked.

    Args:
        path: as `write_events` writes it.
        progress: told after each task.

    Raises:
        NotFoundError: no such file.
        FormatError: names the line and what is wrong with it. Tasks before it were given out already: whoever keeps
            them does so only when the iterator has come to its end.
    """
    if not path.is_file():
        raise NotFoundError(f"There is no file {path}.")
    size = path.stat().st_size
    reading = _Reading(path.name)
    with path.open("rb") as file:
        try:
            for raw in _lines(file):
                log = reading.take(raw)
                if log is not None:
                    progress(file.tell() / size, f"Reading {path.name}")
                    yield log
        except UnicodeDecodeError as error:
            raise FormatError(f"{path.name} should be a log of events, but it is not text.") from error
    reading.finish()


def is_event_log(path: Path) -> bool:
    """Whether a file is, or is meant to be, a log of events: by its name, or by its first line."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        start = file.read(800)
    return path.suffix.lower() == ".jsonl" or '"manycut-events-' in start.decode(encoding_of(start), "ignore")


def _lines(file: BufferedReader) -> Iterator[bytes]:
    """The lines of a text in whatever encoding its mark says, as UTF-8; what is UTF-8 already is not looked at."""
    encoding = encoding_of(file.peek(4))
    if not encoding.startswith("utf-8"):
        for line in TextIOWrapper(file, encoding):
            yield line.encode("utf-8")
        return
    for number, raw in enumerate(file):
        yield raw if number else raw.removeprefix(BOM_UTF8)


def _fields(event: Event) -> dict[str, Any]:
    """What a line says of an event; never the name of who did it."""
    fields = {name: getattr(event, name) for name in (*EVENT_FIELDS, "role")}
    return {**fields, "data": {**(event.data or {}), "by": LEAD}} if event.role == "lead" else fields


def _earlier_role(event: Event) -> Role:
    return "lead" if event.kind in DECISIONS and event.client.startswith(EARLIER_LEAD) else "annotator"


class _Reading:
    """Reads line after line; a task is complete when the next one begins."""

    def __init__(self, name: str) -> None:
        self.name, self.line = name, 0
        self.protocols: dict[tuple[str, int], LoggedProtocol] = {}
        self.annotators: dict[str, bool] = {}  # whether each is simulated
        self.seen: set[tuple[str, str, str]] = set()
        self.open: TaskLog | None = None
        self.shots: Shots | None = None
        self.recorded: list[tuple[Event, datetime]] = []  # the events of the open task
        self.keys: set[tuple[str, int]] = set()
        self.tasks = self.events = 0
        self.ended = False

    def take(self, raw: bytes) -> TaskLog | None:
        """Reads one line; the task before it, where it ends that."""
        self.line += 1
        if self.line > 1 and not raw.strip():  # editors leave empty lines at the end
            return None
        values = self._parse(raw)
        if self.line == 1:
            if values.get("schema") != SCHEMA:
                self._wrong(f"should be the header with the schema '{SCHEMA}'")
            return None
        if self.ended:
            self._wrong("comes after the end")
        kind = str(values.get("type"))
        read = {"protocol": self._protocol, "annotator": self._annotator, "event": self._event}.get(kind)
        if read is not None:
            read(values)
            return None
        if kind not in ("task", "end"):
            self._wrong("should be a protocol, an annotator, a task, an event or the end")
        before = self.open
        if kind == "task":
            self._task(values)
        elif (self._whole(values, "tasks"), self._whole(values, "events")) != (self.tasks, self.events):
            self._wrong(f"should count {self.tasks} tasks and {self.events} events; some are missing")
        else:
            self.ended = True
        return before

    def finish(self) -> None:
        if not self.ended:
            self.line += 1
            self._wrong("should be there: the file is cut off", "Copy or export it again.")

    def _parse(self, raw: bytes) -> dict[str, Any]:
        try:
            text = raw.decode("utf-8")
            values = json.loads(text)
            if "\\u" in text:  # half a character can be written like this, but not stored
                json.dumps(values, ensure_ascii=False).encode("utf-8")
        except (ValueError, RecursionError):
            self._wrong("is not one complete JSON object", "Copy or export the file again.")
        if not isinstance(values, dict):
            self._wrong("is not one complete JSON object", "Copy or export the file again.")
        return values

    def _protocol(self, values: Mapping[str, Any]) -> None:
        name, version = self._text(values, "name"), self._whole(values, "version", 1)
        if (name, version) in self.protocols:
            self._wrong(f"gives the protocol '{name} v{version}' again")
        settings = values.get("settings")
        if not isinstance(settings, dict):
            self._wrong("should have the settings of a protocol")
        try:
            self.protocols[name, version] = LoggedProtocol(name, version, protocol_from(settings))
        except InputError as error:
            self._wrong(f"holds no usable protocol: {error.message}")

    def _annotator(self, values: Mapping[str, Any]) -> None:
        simulated = values.get("simulated", False)
        if type(simulated) is not bool:
            self._wrong("should say whether the annotator is simulated, true or false")
        self.annotators[self._text(values, "pseudonym")] = simulated

    def _task(self, values: Mapping[str, Any]) -> None:
        if self._whole(values, "task", 1) != self.tasks + 1:
            self._wrong(f"should be task {self.tasks + 1}")
        annotator, entry = self._text(values, "annotator"), self._text(values, "entry")
        how = self.protocols.get((self._text(values, "protocol"), self._whole(values, "version", 1)))
        if annotator not in self.annotators or how is None:
            self._wrong("names an annotator or a protocol that is not given before it")
        if (annotator, entry, str(how)) in self.seen:
            self._wrong(f"gives the task of {annotator} on '{entry}' under '{how}' again")
        self.seen.add((annotator, entry, str(how)))
        try:
            fps = parse_rate(self._text(values, "fps"))
        except InputError as error:
            self._wrong(f"has no usable fps: {error.message}")
        if type(values.get("practice")) is not bool:
            self._wrong("should say whether it is practice, true or false")
        n_frames = self._whole(values, "n_frames", 1)
        shots = self._shots(values.get("shots"), n_frames)
        created = self._time(values, "created")
        self.recorded = []
        self.open = TaskLog(
            annotator,
            entry,
            n_frames,
            fps,
            how,
            shots,
            values["practice"],
            created,
            self.recorded,
            self.annotators[annotator],
        )
        self.shots = Shots(np.array(shots, np.int64).reshape(-1, 2), how.settings.shots)
        self.keys = set()
        self.tasks += 1

    def _shots(self, given: Any, n_frames: int) -> tuple[tuple[int, int], ...]:
        last = 0
        shots: list[tuple[int, int]] = []
        pairs: list[Any] = given if isinstance(given, list) else [None]
        for pair in pairs:
            whole = isinstance(pair, list) and len(pair) == 2 and all(type(edge) is int for edge in pair)
            if not (whole and last <= pair[0] < pair[1] <= n_frames):
                self._wrong(f"should have ascending shots [start, end] within its {n_frames} frames")
            shots.append((pair[0], pair[1]))
            last = pair[1]
        return tuple(shots)

    def _event(self, values: Mapping[str, Any]) -> None:
        log = self.open
        if log is None or self.shots is None or self._whole(values, "task", 1) != self.tasks:
            self._wrong("is an event that does not follow its task")
        fields: dict[str, Any] = {name: values.get(name) for name in EVENT_FIELDS}
        event = Event(**fields)
        try:
            if not isinstance(event.kind, str):
                raise InputError("The kind of an event is a word.")
            check_event(event, log.protocol.settings, self.shots, log.practice)
            if event.value is not None and not (type(event.value) is int and abs(event.value) < 2**31):
                raise InputError("The value of an event is a whole number.")
            if event.shot is not None and abs(event.shot) >= 2**31:
                raise InputError("The shot of an event is a whole number.")
        except InputError as error:
            self._wrong(f"holds no usable event: {error.message}")
        if (event.client, event.seq) in self.keys:
            self._wrong(f"gives event {event.seq} of client '{event.client}' again")
        self.keys.add((event.client, event.seq))
        role = values.get("role", _earlier_role(event))
        if role not in get_args(Role):
            self._wrong(f"should have one of {', '.join(get_args(Role))} as role")
        if role == "lead":
            said = dict(event.data or {})
            by = str(said.pop("by", LEAD))
            event = replace(event, data=said or None, role="lead", actor=by)
        self.recorded.append((event, self._time(values, "recorded")))
        self.events += 1

    def _text(self, values: Mapping[str, Any], name: str) -> str:
        value = values.get(name)
        if not (isinstance(value, str) and value.strip() and len(value) <= limits.LOG_FIELD_CHARS):
            self._wrong(f"should have a text of at most {limits.LOG_FIELD_CHARS} characters as {name}")
        return value

    def _whole(self, values: Mapping[str, Any], name: str, lowest: int = 0) -> int:
        value = values.get(name)
        if type(value) is not int or not lowest <= value < 2**31:
            self._wrong(f"should have a whole number from {lowest} as {name}")
        return value

    def _time(self, values: Mapping[str, Any], name: str) -> datetime:
        try:
            time = datetime.fromisoformat(self._text(values, name))
            if time.tzinfo is None:
                raise ValueError
            return time.astimezone(UTC)
        except (ValueError, OverflowError):
            self._wrong(f"should have a time with its zone as {name}, such as 2026-01-31T12:00:00+00:00")

    def _wrong(self, what: str, hint: str = "") -> NoReturn:
        raise FormatError(f"{self.name}: line {self.line} {what.rstrip('.')}.", hint)
