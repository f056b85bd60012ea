"""Labels as a fold over an append-only log of events.

What an annotator does is kept as events, in the order in which the server received them. The current labels are derived
from them by `fold`; what is stored of a `Folding` only saves folding the same events again. The browser runs the same
fold (assets/player/annotate/labels.mjs) over the same events plus those it has not yet been able to send. What the
labels mean as scores is in core/labelling/conversions.py.

Rules of the fold, in server order:
    an event whose (client, seq) was seen before is skipped: sending again changes nothing
    rate, clear      set or remove the rating of one shot
    mark, unmark     set or remove one segment of a keyshot cut, or one that is told to be worth nothing
    trace            adds samples to one take of a continuous rating
    these five become undoable and drop everything that could be redone; all samples of one take in a row are one step
    undo, redo       move one step; with nothing to undo or redo they do nothing; of steps `UNDO_STEPS` are remembered
    submit           closes the task; until `reopen` or `restart`, none of the above does anything
    skip             puts the task aside with a reason, until any of the above, `reopen` or `submit`
    restart          drops all labels and opens the task again: another round of training
    exclude, restore the lead takes the task out of all results, and back
    position         remembers where in the video the annotator was
    watched, note, revealed, seen   kept in the log, change nothing
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from core.limits import UNDO_STEPS

Kind = Literal[
    "rate", "clear", "mark", "unmark", "trace", "undo", "redo", "position", "watched",
    "submit", "reopen", "skip", "restart", "revealed", "seen", "note", "exclude", "restore",
]  # fmt: skip
KINDS: frozenset[str] = frozenset(get_args(Kind))
LABEL_KINDS: frozenset[str] = frozenset({"rate", "clear", "mark", "unmark", "trace", "undo", "redo"})
LEAD_KINDS: frozenset[str] = frozenset({"exclude", "restore"})
SERVER_KINDS: frozenset[str] = frozenset({"revealed", "seen"})
SERVER = "server"  # client id of what the server notes
Role = Literal["annotator", "lead"]

Segment = tuple[int, int]  # half-open frames
Sample = tuple[float, float]  # seconds into the video, value in [0, 1]


@dataclass(frozen=True)
class Event:
    """One thing that was done to a task.

    Attributes:
        client: id of the browser tab; with `seq` it identifies the event within its task.
        seq: number of the event within that tab.
        kind: what was done.
        shot: index of the shot for rate and clear, number of the segment for mark and unmark, of the take for trace.
        value: the rating, for rate.
        t: seconds into the video, or None.
        at: the client's clock, milliseconds since 1970 UTC.
        data: what only some kinds have. mark: {start, end} in frames, and {worth} 1 or 0 where somebody says it of each
            part that they judge and of no other, as one who hands in a mended cut does; trace: {samples: [[seconds,
            value], ...]}; watched: {from, to} in seconds; note, skip, and what a lead decides: {text}.
        role: as what it was done; a lead decides about somebody else's task.
        actor: name of who did it, None where that is not known or not told.
    """

    client: str
    seq: int
    kind: Kind
    shot: int | None = None
    value: int | None = None
    t: float | None = None
    at: int = 0
    data: Mapping[str, Any] | None = None
    role: Role = "annotator"
    actor: str | None = None


@dataclass(frozen=True)
class TaskState:
    """What a log of events amounts to.

    Attributes:
        ratings: value by shot index, judged shots only.
        marks: segment by its number, without those that were marked as worth nothing.
        left_out: those.
        partial: what is in no segment was not judged; otherwise it is worth nothing.
        takes: samples by number of the take, in the order in which they were made.
        undo_depth, redo_depth: how many steps can be undone and redone.
        submitted: True between submit and reopen.
        skipped: why the annotator put the task aside, or None.
        excluded: why the lead took the task out of all results, or None.
        position: seconds into the video where the annotator last was, or None.
    """

    ratings: Mapping[int, int] = field(default_factory=dict)
    marks: Mapping[int, Segment] = field(default_factory=dict)
    left_out: Mapping[int, Segment] = field(default_factory=dict)
    partial: bool = False
    takes: Mapping[int, tuple[Sample, ...]] = field(default_factory=dict)
    undo_depth: int = 0
    redo_depth: int = 0
    submitted: bool = False
    skipped: str | None = None
    excluded: str | None = None
    position: float | None = None

    @property
    def judged(self) -> int:
        """How many labels there are: rated shots, segments or takes."""
        return len(self.ratings) + len(self.marks) + len(self.left_out) + len(self.takes)

    @property
    def counts(self) -> bool:
        """Whether the labels are part of the results: submitted, and not excluded."""
        return self.submitted and self.excluded is None


FLAGS = ("submitted", "skipped", "excluded", "position", "revealed")
Key = tuple[str, int]  # of a label: ("rate", shot), ("mark", segment), ("trace", take)


def fold(events: Iterable[Event]) -> TaskState:
    """Derives the present state from all events of one task in server order; never fails."""
    folding = Folding()
    seen: set[tuple[str, int]] = set()
    for event in events:
        if (event.client, event.seq) not in seen:
            seen.add((event.client, event.seq))
            folding.apply(event)
    return folding.state()


class Folding:
    """A state that events are applied to, one by one; each must be new to it.

    Attributes:
        revealed: whether the annotator has seen what others said.
        submitted, skipped, excluded, position: as of `TaskState`.
    """

    def __init__(self) -> None:
        self.labels: dict[Key, Any] = {}
        self.undoable: list[tuple[Key, Any, Any]] = []  # (label, value before, value after); None is no value
        self.redoable: list[tuple[Key, Any, Any]] = []
        self.submitted = False
        self.skipped: str | None = None
        self.excluded: str | None = None
        self.position: float | None = None
        self.revealed = False

    @property
    def judged(self) -> int:
        """As of `TaskState`."""
        return len(self.labels)

    @property
    def counts(self) -> bool:
        """As of `TaskState`."""
        return self.submitted and self.excluded is None

    def apply(self, event: Event) -> None:
        """Folds one more event in."""
        kind, text = event.kind, str((event.data or {}).get("text", ""))
        if kind == "position":
            self.position = event.t
        elif kind == "revealed":
            self.revealed = True
        elif kind in ("exclude", "restore"):
            self.excluded = text if kind == "exclude" else None
        elif kind in ("submit", "reopen"):
            self.submitted, self.skipped = kind == "submit", None
        elif kind == "restart":
            self.labels, self.undoable, self.redoable = {}, [], []
            self.submitted, self.skipped, self.position = False, None, None
        elif not self.submitted and kind == "skip":
            self.skipped = text
        elif not self.submitted and kind in LABEL_KINDS:
            self.skipped = None
            self._label(event)

    def _label(self, event: Event) -> None:
        if event.kind == "undo":
            self._step(self.undoable, self.redoable, back=True)
        elif event.kind == "redo":
            self._step(self.redoable, self.undoable, back=False)
        elif event.shot is None:
            return
        elif event.kind == "trace":
            self._trace(event.shot, event.data or {})
        else:
            name = "rate" if event.kind in ("rate", "clear") else "mark"
            self._put((name, event.shot), _value(event))

    def _put(self, key: Key, value: Any) -> None:
        self.undoable.append((key, self.labels.get(key), value))
        del self.undoable[:-UNDO_STEPS]
        self.redoable.clear()
        self._set(key, value)

    def _trace(self, take: int, data: Mapping[str, Any]) -> None:
        key = ("trace", take)
        samples = [(float(t), float(v)) for t, v in data.get("samples", ())]
        if self.undoable and self.undoable[-1][0] == key and not self.redoable:
            self.labels[key].extend(samples)  # is the value after the step itself; copying it each time takes seconds
        else:
            self._put(key, [*(self.labels.get(key) or ()), *samples])

    def _step(self, source: list[tuple[Key, Any, Any]], target: list[tuple[Key, Any, Any]], back: bool) -> None:
        if source:
            key, before, after = step = source.pop()
            target.append(step)
            self._set(key, before if back else after)

    def _set(self, key: Key, value: Any) -> None:
        if value is None:
            self.labels.pop(key, None)
        else:
            self.labels[key] = value

    def as_json(self) -> dict[str, Any]:
        """Everything that further events depend on, as JSON can hold it; see `of_json`."""
        return {
            "labels": [[*key, value] for key, value in self.labels.items()],
            "undoable": [[*key, before, after] for key, before, after in self.undoable],
            "redoable": [[*key, before, after] for key, before, after in self.redoable],
            **{name: getattr(self, name) for name in FLAGS},
        }

    @classmethod
    def of_json(cls, kept: Mapping[str, Any]) -> Folding:
        """What `as_json` gave, before or after it was written as text."""

        def label(name: str, value: Any) -> Any:
            if value is None or name == "rate":
                return value
            return tuple(value) if name == "mark" else [(float(t), float(v)) for t, v in value]

        folding = cls()
        folding.labels = {(name, number): label(name, value) for name, number, value in kept["labels"]}
        for side in ("undoable", "redoable"):
            steps = [((name, n), label(name, a), label(name, b)) for name, n, a, b in kept[side]]
            setattr(folding, side, steps)
        if folding.undoable and folding.undoable[-1][2] is not None:
            key, _, after = folding.undoable[-1]
            folding.labels[key] = after  # one list and not two alike: `_trace` extends it
        for name in FLAGS:
            setattr(folding, name, kept[name])
        return folding

    def state(self) -> TaskState:
        """As plain data."""

        def of(name: str) -> dict[int, Any]:
            return {number: value for (kind, number), value in self.labels.items() if kind == name}

        marks = of("mark")
        worthless = [number for number, mark in marks.items() if mark[2:] == (0,)]
        return TaskState(
            ratings=of("rate"),
            marks={number: mark[:2] for number, mark in marks.items() if number not in worthless},
            left_out={number: marks[number][:2] for number in worthless},
            partial=any(len(mark) > 2 for mark in marks.values()),
            takes={take: tuple(samples) for take, samples in of("trace").items()},
            undo_depth=len(self.undoable),
            redo_depth=len(self.redoable),
            submitted=self.submitted,
            skipped=self.skipped,
            excluded=self.excluded,
            position=self.position,
        )


def _value(event: Event) -> Any:
    if event.kind == "rate":
        return event.value
    if event.kind == "mark" and event.data:
        worth = event.data.get("worth")
        said = () if worth is None else (int(worth),)
        return (int(event.data["start"]), int(event.data["end"]), *said)
    return None
