"""The tables. Arrays live in files; the database knows where they are and keeps what people and jobs do."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import (
    JSON,
    BigInteger,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from core.labelling.events import Role
from core.labelling.who import AccountRole

# SQLite numbers rows by itself only where the key is INTEGER.
BigId = BigInteger().with_variant(Integer, "sqlite")


def now() -> datetime:
    """The present moment in UTC."""
    return datetime.now(UTC)


class Utc(TypeDecorator[datetime]):
    """An aware UTC time; SQLite keeps no time zone, so it is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "ix": "ix_%(table_name)s_%(column_0_name)s",
        }
    )
    type_annotation_map = {datetime: Utc(), dict[str, Any]: JSON(), list[Any]: JSON()}  # noqa: RUF012


_REMOVED = text("removed IS NOT NULL")
_FILTERED = ("dataset", "category", "judges", "disagreement", "id")


def _listed(name: str, *columns: Any, only: str = "") -> Index:
    """An index of entries that are not removed: of what lists show; `only` on one kind of database.

    `removed` is in it, so that SQLite, which asks for it again, needs no row.
    """
    here = text("removed IS NULL")
    return Index(name, *columns, "removed", sqlite_where=here, postgresql_where=here, info={"only": only})


class DatasetRow(Base):
    """Entries that came together. `media_root` is the folder their relative media paths start from.

    `removed` is set instead of deleting the row, at the same moment as that of its entries.
    """

    __tablename__ = "datasets"

    id: Mapped[str] = mapped_column(primary_key=True)
    label: Mapped[str]
    source: Mapped[str]
    licence: Mapped[str]
    media_root: Mapped[str | None]
    note: Mapped[str] = mapped_column(default="")
    created: Mapped[datetime] = mapped_column(default=now)
    removed: Mapped[datetime | None]


class EntryRow(Base):
    """What lists and searches need to know of an entry; `arrays` is its HDF5 file below the data directory.

    `video` and `thumbnails` are absolute, or relative to the dataset's `media_root` or the data directory.
    `removed` is set instead of deleting the row. `people` are those of the dataset; `judges` and `disagreement` also
    count those who labelled here, and `judges` is None until they have been counted. Searches read `search_text`.
    """

    __tablename__ = "entries"
    __table_args__ = (
        Index("ix_entries_dataset_position", "dataset", "position"),
        Index("ix_entries_removed", "removed", sqlite_where=_REMOVED, postgresql_where=_REMOVED),
        # What is filtered by. PostgreSQL, which limits how long a row of an index may be, has it without texts.
        _listed("ix_entries_filtered", *_FILTERED, only="postgresql"),
        _listed("ix_entries_searched", *_FILTERED, "words", "video", only="sqlite"),
        _listed("ix_entries_library", "dataset", "position", "id"),
        _listed("ix_entries_title", text("substr(words, 1, 200)"), "id"),
        _listed("ix_entries_duration", "duration", "id"),
        _listed("ix_entries_people", "judges", "id"),
        _listed("ix_entries_most_people", text("(-judges)"), "id"),
        _listed("ix_entries_disagreement", "disagreement", "id"),
        _listed("ix_entries_labelled", text("(judges - people)"), "id"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    dataset: Mapped[str] = mapped_column(ForeignKey("datasets.id"))
    position: Mapped[int]
    title: Mapped[str]
    category: Mapped[str]
    n_frames: Mapped[int]
    fps: Mapped[str]
    duration: Mapped[float]
    picks: Mapped[int]
    people: Mapped[int]
    feature_space: Mapped[str | None]
    text_space: Mapped[str | None]
    has_captions: Mapped[bool]
    simulated_people: Mapped[int]
    rate_assumed: Mapped[bool]
    arrays: Mapped[str]
    video: Mapped[str | None]
    thumbnails: Mapped[str | None]
    created: Mapped[datetime] = mapped_column(default=now)
    removed: Mapped[datetime | None]
    search_text: Mapped[str] = mapped_column("words", default="")
    judges: Mapped[int | None]
    disagreement: Mapped[float | None]
    note: Mapped[str] = mapped_column(default="")


class EntryCountRow(Base):
    """How many entries of a dataset and a category are not removed; triggers count (migration 0026)."""

    __tablename__ = "entry_counts"

    dataset: Mapped[str] = mapped_column(primary_key=True)
    category: Mapped[str] = mapped_column(primary_key=True)
    entries: Mapped[int]


class EntryTagRow(Base):
    """A word by which people find an entry again."""

    __tablename__ = "entry_tags"

    entry_id: Mapped[str] = mapped_column(ForeignKey("entries.id"), primary_key=True)
    tag: Mapped[str] = mapped_column(primary_key=True, index=True)


class CollectionRow(Base):
    """Entries that somebody put together, whichever datasets they are of. `removed` is set instead of deleting it."""

    __tablename__ = "collections"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    note: Mapped[str] = mapped_column(default="")
    created: Mapped[datetime] = mapped_column(default=now)
    removed: Mapped[datetime | None]


class CollectedRow(Base):
    """An entry of a collection."""

    __tablename__ = "collected"

    collection_id: Mapped[int] = mapped_column(ForeignKey("collections.id"), primary_key=True)
    entry_id: Mapped[str] = mapped_column(ForeignKey("entries.id"), primary_key=True, index=True)
    position: Mapped[int]


class EntrySpaceRow(Base):
    """A feature space that the file of an entry has features of; see `storage.entry_rows.keep_spaces`."""

    __tablename__ = "entry_spaces"

    entry_id: Mapped[str] = mapped_column(ForeignKey("entries.id"), primary_key=True)
    space: Mapped[str] = mapped_column(primary_key=True)


class AnnotatorRow(Base):
    """A person who labels here. The pseudonym is what leaves the installation.

    `key` is the hash of their personal link, None where a name or a lab's own sign-on is enough; who is
    `simulated` came with a log that says that a program made its labels; who is `barred` does not come in, whatever a
    lab's own sign-on says.
    """

    __tablename__ = "annotators"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    pseudonym: Mapped[str] = mapped_column(unique=True)
    role: Mapped[AccountRole] = mapped_column(String, default="annotator")
    key: Mapped[str | None]
    simulated: Mapped[bool] = mapped_column(default=False)
    barred: Mapped[bool] = mapped_column(default=False)
    created: Mapped[datetime] = mapped_column(default=now)


class SessionRow(Base):
    """A browser that somebody is signed in with; see `storage.sessions`.

    `token` is the hash of what the browser's cookie holds, `link` that of their personal link, None for a name.
    """

    __tablename__ = "sessions"

    token: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(index=True)
    link: Mapped[str | None]
    created: Mapped[datetime] = mapped_column(default=now)
    seen: Mapped[datetime] = mapped_column(default=now, index=True)


class TokenRow(Base):
    """A token that somebody's scripts send; see `storage.tokens`. `key` is its hash, `used` when it was last used."""

    __tablename__ = "tokens"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012  # the number of one that was ended is never another's

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    annotator_id: Mapped[int] = mapped_column(ForeignKey("annotators.id"), index=True)
    label: Mapped[str] = mapped_column(default="")
    created: Mapped[datetime] = mapped_column(default=now)
    used: Mapped[datetime | None]
    expires: Mapped[datetime | None]


class HappeningRow(Base):
    """Something that other programs may want to hear of, until they have; see `storage.happenings`."""

    __tablename__ = "happenings"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012  # hooks remember how far they were told

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event: Mapped[str]
    facts: Mapped[dict[str, Any]]
    created: Mapped[datetime] = mapped_column(default=now)


class HookRow(Base):
    """How far a hook of webhooks.toml was told: everything up to `told`; when that last worked or did not, and why.

    `holder` is the process that tells it until `held`.
    """

    __tablename__ = "hooks"

    name: Mapped[str] = mapped_column(primary_key=True)
    told: Mapped[int] = mapped_column(BigInteger)
    worked: Mapped[datetime | None]
    failed: Mapped[datetime | None]
    problem: Mapped[str] = mapped_column(default="")
    holder: Mapped[str] = mapped_column(default="")
    held: Mapped[datetime | None]


class InstallationRow(Base):
    """A fact about the installation: its "mark", whether "accounts" are on, the hash of the "first_link".

    "begun": it had a dataset once.
    """

    __tablename__ = "installation"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]


class ProtocolRow(Base):
    """How people are asked to judge; a changed protocol is a new version."""

    __tablename__ = "protocols"
    __table_args__ = (UniqueConstraint("name", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    version: Mapped[int]
    settings: Mapped[dict[str, Any]]
    created: Mapped[datetime] = mapped_column(default=now)


_COUNTED = ("entry_id", "practice", "excluded", "state", "seen", "annotator_id", "protocol_id", "touched", "created")


class TaskRow(Base):
    """One person judging one entry under one protocol. `shots` are the very intervals that are judged.

    `state` ("open", "submitted", "skipped"), `begun` (whether there was any label), `judged`, `excluded` and `touched`
    are what the events amount to, kept beside them so that a board over all tasks folds no log; `record_events` renews
    them with every event. `seen`: its log says that others' labels or scores were seen before judging.
    """

    __tablename__ = "tasks"
    __table_args__ = (
        UniqueConstraint("annotator_id", "entry_id", "protocol_id"),
        Index("ix_tasks_touched", "touched", "id"),
        Index("ix_tasks_board", *_COUNTED),  # what queues and sums read of a task, without its shots
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    annotator_id: Mapped[int] = mapped_column(ForeignKey("annotators.id"))
    entry_id: Mapped[str] = mapped_column(ForeignKey("entries.id"))
    protocol_id: Mapped[int] = mapped_column(ForeignKey("protocols.id"))
    shots: Mapped[list[Any]]
    practice: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(default="open")
    begun: Mapped[bool] = mapped_column(default=False)
    judged: Mapped[int] = mapped_column(default=0)
    excluded: Mapped[bool] = mapped_column(default=False)
    seen: Mapped[bool] = mapped_column(default=False)
    touched: Mapped[datetime] = mapped_column(default=now)
    created: Mapped[datetime] = mapped_column(default=now)


class SeenRow(Base):
    """What of others' labels and of scores somebody has looked at: see `storage.seen`.

    `scope` is an entry, "" for the whole library, or a dataset.
    """

    __tablename__ = "seen"

    annotator_id: Mapped[int] = mapped_column(ForeignKey("annotators.id"), primary_key=True)
    scope: Mapped[str] = mapped_column(primary_key=True)
    first: Mapped[datetime] = mapped_column(default=now)


class AssignmentRow(Base):
    """Videos that people are asked to judge under one protocol: `people` for each, in the order of `first`.

    `first`: "listed" or "disputed". Somebody who does not go on for `hold_minutes` loses the place to another person.
    `practice` is the entry of the training round. `closed` is set instead of deleting the row.
    """

    __tablename__ = "assignments"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    protocol_id: Mapped[int] = mapped_column(ForeignKey("protocols.id"))
    people: Mapped[int]
    first: Mapped[Literal["listed", "disputed"]] = mapped_column(String, default="listed")
    hold_minutes: Mapped[int] = mapped_column(default=60)
    practice: Mapped[str | None] = mapped_column(ForeignKey("entries.id"))
    created: Mapped[datetime] = mapped_column(default=now)
    closed: Mapped[datetime | None]


class AssignedRow(Base):
    """An entry of an assignment. `people` where this video wants another number of them than the assignment."""

    __tablename__ = "assigned"

    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignments.id"), primary_key=True)
    entry_id: Mapped[str] = mapped_column(ForeignKey("entries.id"), primary_key=True)
    position: Mapped[int]
    people: Mapped[int | None]


class EventRow(Base):
    """The log: `id` is the server order; rows are never changed or deleted, which triggers enforce.

    `role` is as what the event was done, "annotator" or "lead", and `actor` the name of who did it.
    """

    __tablename__ = "events"
    __table_args__ = (UniqueConstraint("task_id", "client", "seq"), Index("ix_events_task_id", "task_id", "id"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("tasks.id"))
    client: Mapped[str]
    seq: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str]
    shot: Mapped[int | None]
    value: Mapped[int | None]
    t: Mapped[float | None]
    at: Mapped[int] = mapped_column(BigInteger)
    data: Mapped[dict[str, Any] | None]
    role: Mapped[Role] = mapped_column(String, default="annotator")
    actor: Mapped[str | None]
    recorded: Mapped[datetime] = mapped_column(default=now)


class TaskStateRow(Base):
    """What the events of a task up to `event_id` fold into (`core.labelling.events.Folding`), and how many they are.

    It saves reading them: those after it are folded onto it, see `storage.task_states`.
    """

    __tablename__ = "task_states"

    task_id: Mapped[int] = mapped_column(ForeignKey("tasks.id"), primary_key=True)
    event_id: Mapped[int] = mapped_column(BigInteger)
    events: Mapped[int]
    folding: Mapped[dict[str, Any]]


class CheckpointRow(Base):
    """Where a registered checkpoint lies; what it is stands in its own model.json.

    `name` is what people call it here, instead of its own label; `promoted` is when it became the one that is offered
    first among those of its feature space.
    """

    __tablename__ = "checkpoints"

    id: Mapped[str] = mapped_column(primary_key=True)
    path: Mapped[str]
    kind: Mapped[str]
    feature_space: Mapped[str]
    created: Mapped[datetime] = mapped_column(default=now)
    removed: Mapped[datetime | None]
    name: Mapped[str | None]
    promoted: Mapped[datetime | None]


class EvaluationRow(Base):
    """What was measured of a checkpoint on videos that people judged; see `storage.evaluations`."""

    __tablename__ = "evaluations"

    id: Mapped[int] = mapped_column(primary_key=True)
    checkpoint: Mapped[str] = mapped_column(ForeignKey("checkpoints.id"), index=True)
    dataset: Mapped[str]
    part: Mapped[str]
    splits: Mapped[str | None]
    split: Mapped[int | None]
    protocol: Mapped[str]
    settings: Mapped[dict[str, Any]]
    figures: Mapped[dict[str, Any]]
    created: Mapped[datetime] = mapped_column(default=now)


class RunRow(Base):
    """One model applied to one entry; the scores are in runs/<id>.npz. `removed` is set instead of deleting it."""

    __tablename__ = "runs"

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[str] = mapped_column(ForeignKey("entries.id"), index=True)
    label: Mapped[str]
    model: Mapped[str]
    kind: Mapped[str]
    checkpoint: Mapped[str]
    feature_space: Mapped[str]
    samples: Mapped[int]
    picks: Mapped[int]
    seed: Mapped[int | None] = mapped_column(BigInteger)
    settings: Mapped[dict[str, Any]]
    note: Mapped[str] = mapped_column(default="")
    created: Mapped[datetime] = mapped_column(default=now)
    removed: Mapped[datetime | None]


class MendedCutRow(Base):
    """A cut that a person mends; see `storage.mended`. `removed` is set instead of deleting the row.

    `base` is the name of the scores that the rest is chosen by ("mean", "run:3:0"), `label` what people call them,
    `facts` what files say of them (`core.data.cut_scores`), and `scores` the very scores, float32 and little-endian,
    one for each of `picks`: a run that is removed changes no cut. `personal`: a model learned them of one person.
    `author_id` is None where it was not told. `budget` is the one that the cut began with.
    """

    __tablename__ = "mended_cuts"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012  # a list that names mended:4 means no other

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[str] = mapped_column(ForeignKey("entries.id"), index=True)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("annotators.id"), index=True)
    name: Mapped[str]
    base: Mapped[str]
    label: Mapped[str]
    facts: Mapped[dict[str, Any]]
    personal: Mapped[bool] = mapped_column(default=False)
    shots: Mapped[str]
    budget: Mapped[float]
    picks: Mapped[int]
    scores: Mapped[bytes]
    made: Mapped[datetime] = mapped_column(default=now)
    changed: Mapped[datetime] = mapped_column(default=now)
    removed: Mapped[datetime | None]


class MendStepRow(Base):
    """A step of a mended cut (`core.select.mending`); `n` is its number in server order, from 1."""

    __tablename__ = "mend_steps"
    __table_args__ = (UniqueConstraint("cut_id", "client", "seq"),)

    cut_id: Mapped[int] = mapped_column(ForeignKey("mended_cuts.id"), primary_key=True)
    n: Mapped[int] = mapped_column(primary_key=True)
    client: Mapped[str]
    seq: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str]
    data: Mapped[dict[str, Any]]
    at: Mapped[datetime] = mapped_column(default=now)


class PreferenceStudyRow(Base):
    """Pairs of cuts that people are to compare, see `storage.preferences`; `closed` is set instead of deleting it."""

    __tablename__ = "preference_studies"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012  # a link to a study leads to no other

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    blind: Mapped[bool]
    made: Mapped[datetime] = mapped_column(default=now)
    closed: Mapped[datetime | None]


class PreferenceAskedRow(Base):
    """Somebody in whose queue a study stands; whoever else has its link compares too."""

    __tablename__ = "preference_asked"

    study_id: Mapped[int] = mapped_column(ForeignKey("preference_studies.id"), primary_key=True)
    annotator_id: Mapped[int] = mapped_column(ForeignKey("annotators.id"), primary_key=True, index=True)


class PreferencePairRow(Base):
    """Two cuts of one entry as they were when somebody was asked to compare them.

    `a` and `b` say what made each cut and hold its clips (`storage.preferences.Side`), `seed` decides who sees which of
    them on the left. `study_id` is None where somebody compared them on Compare.
    """

    __tablename__ = "preference_pairs"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012  # exports name pairs by their numbers

    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int | None] = mapped_column(ForeignKey("preference_studies.id"), index=True)
    entry_id: Mapped[str] = mapped_column(ForeignKey("entries.id"), index=True)
    a: Mapped[dict[str, Any]]
    b: Mapped[dict[str, Any]]
    rule: Mapped[str]
    shots: Mapped[str]
    budget: Mapped[float]
    blind: Mapped[bool]
    seed: Mapped[str]
    made: Mapped[datetime] = mapped_column(default=now)


class PreferenceVoteRow(Base):
    """Which of the two somebody prefers; rows are never changed or deleted, which triggers enforce.

    `verdict` is about `a` and `b`, whichever of them was on the left: `b` where it is `swapped`. `client` names the
    vote, so that one that is sent twice is stored once.
    """

    __tablename__ = "preference_votes"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    pair_id: Mapped[int] = mapped_column(ForeignKey("preference_pairs.id"), index=True)
    annotator_id: Mapped[int | None] = mapped_column(ForeignKey("annotators.id"), index=True)
    client: Mapped[str] = mapped_column(unique=True)
    verdict: Mapped[str]
    reasons: Mapped[list[Any]]
    watched_a: Mapped[float]
    watched_b: Mapped[float]
    swapped: Mapped[bool]
    at: Mapped[datetime] = mapped_column(default=now)


class CaptionCacheRow(Base):
    """What a captioner said of a picture when asked like this; `picture` is the hash of its pixels."""

    __tablename__ = "caption_cache"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012

    picture: Mapped[str] = mapped_column(primary_key=True)
    captioner: Mapped[str] = mapped_column(primary_key=True)
    prompt: Mapped[str] = mapped_column(primary_key=True)
    text: Mapped[str]


class CaptionEditRow(Base):
    """A person's correction of the caption at one frame; rows are never changed or deleted, which triggers enforce."""

    __tablename__ = "caption_edits"

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[str] = mapped_column(ForeignKey("entries.id"), index=True)
    frame: Mapped[int]
    text: Mapped[str]
    replaced: Mapped[str]
    who: Mapped[str]
    created: Mapped[datetime] = mapped_column(default=now)


class EncodingRow(Base):
    """How text features of an entry were made here: `edit` is the newest correction they know, see `Encoding`."""

    __tablename__ = "encodings"

    entry_id: Mapped[str] = mapped_column(ForeignKey("entries.id"), primary_key=True)
    space: Mapped[str] = mapped_column(primary_key=True)
    edit: Mapped[int]
    model: Mapped[str | None]
    folder: Mapped[str | None]


class OriginRow(Base):
    """The file that an entry was taken in from: `content` is its SHA-256, `settings` how it was taken in.

    `path` is where it was seen last, `sound` which of its sound tracks was asked for.
    `timecode` is "" for a file without time code; None where nobody looked for it.
    """

    __tablename__ = "origins"

    entry_id: Mapped[str] = mapped_column(ForeignKey("entries.id"), primary_key=True)
    content: Mapped[str] = mapped_column(index=True)
    settings: Mapped[str]
    name: Mapped[str]
    path: Mapped[str | None]
    size: Mapped[int | None] = mapped_column(BigInteger)
    sound: Mapped[str | None]
    timecode: Mapped[str | None]


class JobRow(Base):
    """Background work, who does it and how far it is; see `storage.jobs`."""

    __tablename__ = "jobs"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    args: Mapped[dict[str, Any]]
    lane: Mapped[str]
    entries: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))
    dataset: Mapped[str | None]
    priority: Mapped[int] = mapped_column(default=0)
    resumable: Mapped[bool] = mapped_column(default=False)
    repeatable: Mapped[bool] = mapped_column(default=False)
    gpu: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(index=True)
    claimed_by: Mapped[str | None]
    heartbeat: Mapped[datetime | None]
    on_gpu: Mapped[bool | None]
    died_at: Mapped[float | None]
    progress: Mapped[float] = mapped_column(default=0.0)
    message: Mapped[str] = mapped_column(default="")
    figures: Mapped[dict[str, Any]] = mapped_column(default=dict)
    result: Mapped[dict[str, Any] | None]
    error: Mapped[dict[str, Any] | None]
    cancel_requested: Mapped[bool] = mapped_column(default=False)
    keep: Mapped[bool] = mapped_column(default=False)
    created: Mapped[datetime] = mapped_column(default=now)
    updated: Mapped[datetime] = mapped_column(default=now)


class WorkerRow(Base):
    """A worker that is there; see `storage.workers`. `seen` is by the clock of the database."""

    __tablename__ = "workers"

    name: Mapped[str] = mapped_column(primary_key=True)
    lanes: Mapped[list[Any]]
    gpu: Mapped[str | None]
    seen: Mapped[datetime]


class AgreementRow(Base):
    """How far people agree, as it was computed for a choice of people and videos."""

    __tablename__ = "agreements"

    id: Mapped[int] = mapped_column(primary_key=True)
    people: Mapped[str]
    dataset: Mapped[str | None]
    assignment: Mapped[int | None]
    entry: Mapped[str | None]
    computed: Mapped[datetime] = mapped_column(default=now)
    result: Mapped[dict[str, Any]]


class ChangesRow(Base):
    """The one row that triggers count in, see `storage.changes`."""

    __tablename__ = "changes"

    n: Mapped[int] = mapped_column(BigId, primary_key=True)
