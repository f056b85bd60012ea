"""Which of two cuts people prefer: pairs as they were shown, studies of many pairs, and an append-only log of votes.

A pair holds its clips, so that what was compared stays known whatever becomes of runs and labels. Whoever votes on a
pair again says so instead of what they said before; both stay in the log.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, Select, case, delete, func, select
from sqlalchemy.orm import Session

from core.errors import ConflictError, NotFoundError
from core.labelling.preferences import Reason, Verdict, drawn
from storage.database import reading, writing
from storage.entry_rows import entry_row
from storage.tables import (
    AnnotatorRow,
    EntryRow,
    PreferenceAskedRow,
    PreferencePairRow,
    PreferenceStudyRow,
    PreferenceVoteRow,
    now,
)
from storage.tasks import Annotator, annotator_of

Segments = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Side:
    """One of the two cuts.

    Attributes:
        source: name of the scores or the mended cut, see `verbs.sources`.
        maker: what made it, which means the same on every entry: "mean", "checkpoint:ID", "mended".
        label: for people.
        segments: half-open frame intervals, ascending.
    """

    source: str
    maker: str
    label: str
    segments: Segments


@dataclass(frozen=True)
class NewPair:
    """Two cuts of an entry, and how they were made."""

    entry: str
    a: Side
    b: Side
    rule: str
    shots: str
    budget: float
    blind: bool


@dataclass(frozen=True)
class Pair(NewPair):
    """The same once it is kept; of a `study`, or of none. `seed` decides who sees which of them on the left."""

    id: int
    study: int | None
    seed: str
    made: datetime

    def swapped(self, who: Annotator | None) -> bool:
        """Whether somebody sees `b` on the left; in pairs that are not blind nobody does."""
        return self.blind and drawn(self.seed, _named(who), "side") % 2 == 1

    def place(self, who: Annotator | None) -> int:
        """Where it comes among the pairs that somebody gets: the lowest first."""
        return drawn(self.seed, _named(who), "place")


@dataclass(frozen=True)
class Study:
    """Pairs that people are asked to compare.

    Attributes:
        id: of the row.
        title: for people.
        blind: nobody is told what made the cuts before they have voted on all of them.
        pairs, votes: how many there are; of the votes those that count.
        made, closed: UTC; None while it is open.
        asked: in whose queues it stands, by name, and on how many of its pairs they have voted.
    """

    id: int
    title: str
    blind: bool
    pairs: int
    votes: int
    made: datetime
    closed: datetime | None
    asked: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Waiting:
    """An open study that somebody was asked for: of how many pairs so many are `left` for them."""

    study: int
    title: str
    pairs: int
    left: int


@dataclass(frozen=True)
class Vote:
    """What somebody said of a pair.

    Attributes:
        id: in server order.
        pair: as it was shown.
        author: who, None where that was not told.
        verdict: about `a` and `b` of the pair.
        reasons: that they gave.
        watched: seconds of `a` and of `b` that they had watched, as their browser said.
        swapped: they saw `b` on the left.
        at: UTC.
    """

    id: int
    pair: Pair
    author: Annotator | None
    verdict: Verdict
    reasons: tuple[Reason, ...]
    watched: tuple[float, float]
    swapped: bool
    at: datetime


class Preferences:
    """The pairs, studies and votes of one library.

    Args:
        engine: from `open_database`.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, pair: NewPair) -> Pair:
        """Keeps two cuts to be compared. Raises NotFoundError."""
        with writing(self._engine) as session:
            return _pair(_add(session, pair, None))

    def add_study(self, title: str, blind: bool, pairs: Sequence[NewPair], asked: Sequence[Annotator] = ()) -> Study:
        """Begins a study; its pairs are kept in an order that says nothing of them.

        Args:
            title, blind: see `Study`.
            pairs: of it.
            asked: in whose queues it stands.

        Raises:
            NotFoundError: an entry of a pair is not here.
        """
        shuffled = list(pairs)
        secrets.SystemRandom().shuffle(shuffled)
        with writing(self._engine) as session:
            row = PreferenceStudyRow(title=title, blind=blind)
            session.add(row)
            session.flush()
            for pair in shuffled:
                _add(session, pair, row.id)
            session.add_all(PreferenceAskedRow(study_id=row.id, annotator_id=one) for one in {who.id for who in asked})
            session.flush()
            return _study(session, row)

    def waiting(self, who: Annotator) -> list[Waiting]:
        """The open studies that somebody was asked for and has not compared all pairs of, the oldest first."""
        asked = select(PreferenceAskedRow.study_id).where(PreferenceAskedRow.annotator_id == who.id)
        voted = select(PreferenceVoteRow.pair_id).where(PreferenceVoteRow.annotator_id == who.id)
        shown = _shown().with_only_columns(PreferencePairRow.study_id, PreferencePairRow.id.in_(voted).label("voted"))
        of = shown.where(PreferencePairRow.study_id.in_(asked)).subquery()
        query = select(PreferenceStudyRow, func.count(), func.sum(case((of.c.voted, 0), else_=1)))
        query = query.join(of, of.c.study_id == PreferenceStudyRow.id).where(PreferenceStudyRow.closed.is_(None))
        with reading(self._engine) as session:
            found = session.execute(query.group_by(PreferenceStudyRow.id).order_by(PreferenceStudyRow.id)).all()
            return [Waiting(row.id, row.title, pairs, left) for row, pairs, left in found if left]

    def studies(self) -> list[Study]:
        """All of them, the newest first."""
        with reading(self._engine) as session:
            rows = session.scalars(select(PreferenceStudyRow).order_by(PreferenceStudyRow.id.desc()))
            return [_study(session, row) for row in rows]

    def study(self, study_id: int) -> Study:
        """One study. Raises NotFoundError."""
        with reading(self._engine) as session:
            return _study(session, _study_row(session, study_id))

    def close(self, study_id: int) -> Study:
        """Takes no more votes; a second time changes nothing. Raises NotFoundError."""
        with writing(self._engine) as session:
            row = _study_row(session, study_id)
            row.closed = row.closed or now()
            session.flush()
            return _study(session, row)

    def pair(self, pair_id: int) -> Pair:
        """One pair. Raises NotFoundError, also where its entry was removed."""
        with reading(self._engine) as session:
            return _pair(_pair_row(session, pair_id))

    def pairs(self, study_id: int) -> list[Pair]:
        """The pairs of a study whose entries are here. Raises NotFoundError."""
        with reading(self._engine) as session:
            _study_row(session, study_id)
            query = _shown().where(PreferencePairRow.study_id == study_id).order_by(PreferencePairRow.id)
            return [_pair(row) for row in session.scalars(query)]

    def vote(
        self,
        pair_id: int,
        author: Annotator | None,
        verdict: Verdict,
        *,
        reasons: Sequence[Reason] = (),
        watched: tuple[float, float] = (0.0, 0.0),
        client: str = "",
    ) -> Vote:
        """Appends a vote; one whose `client` is known is not stored twice.

        Raises:
            NotFoundError: no such pair, or its entry was removed.
            ConflictError: its study is closed, or another vote has that name.
        """
        with writing(self._engine) as session:
            pair = _pair(_pair_row(session, pair_id))
            client = client or f"vote-{secrets.token_hex(12)}"
            row = session.scalar(select(PreferenceVoteRow).where(PreferenceVoteRow.client == client))
            if row is None:
                if pair.study is not None and _study_row(session, pair.study).closed is not None:
                    raise ConflictError("This study is closed: it takes no more votes.", "Ask whoever leads it.")
                row = PreferenceVoteRow(
                    pair_id=pair_id,
                    annotator_id=None if author is None else author.id,
                    client=client,
                    verdict=verdict,
                    reasons=list(dict.fromkeys(reasons)),
                    watched_a=watched[0],
                    watched_b=watched[1],
                    swapped=pair.swapped(author),
                )
                session.add(row)
                session.flush()
            elif (row.pair_id, row.verdict, row.annotator_id) != (pair_id, verdict, author.id if author else None):
                raise ConflictError("A vote of this name is stored with other content.", "Reload the page.")
            return _vote(session, row, pair)

    def votes(self, *, study: int | None = None, author: Annotator | None = None, every: bool = False) -> list[Vote]:
        """The votes that count, in the order in which they came: of everybody or one `author`, of all or one study.

        Args:
            study, author: of which alone.
            every: also those that somebody took back by voting on the same pair again.
        """
        query = select(PreferenceVoteRow, PreferencePairRow)
        query = query.join(PreferencePairRow, PreferencePairRow.id == PreferenceVoteRow.pair_id)
        if study is not None:
            query = query.where(PreferencePairRow.study_id == study)
        if author is not None:
            query = query.where(PreferenceVoteRow.annotator_id == author.id)
        if not every:
            query = query.where(PreferenceVoteRow.id.in_(_counting()))
        with reading(self._engine) as session:
            found = session.execute(query.order_by(PreferenceVoteRow.id)).all()
            return [_vote(session, vote, _pair(pair)) for vote, pair in found]

    def reaches(self, entry_id: str) -> bool:
        """Whether an open study asks about this video."""
        query = select(PreferencePairRow.id).join(
            PreferenceStudyRow, PreferenceStudyRow.id == PreferencePairRow.study_id
        )
        query = query.where(PreferencePairRow.entry_id == entry_id, PreferenceStudyRow.closed.is_(None)).limit(1)
        with reading(self._engine) as session:
            return session.scalar(query) is not None


def delete_pairs(session: Session, entry_id: str) -> None:
    """Deletes the pairs of an entry, on none of which anybody has voted."""
    session.execute(delete(PreferencePairRow).where(PreferencePairRow.entry_id == entry_id))


def _named(who: Annotator | None) -> str:
    return "" if who is None else str(who.id)


def _shown() -> Select[PreferencePairRow]:
    shown = select(PreferencePairRow).join(EntryRow, EntryRow.id == PreferencePairRow.entry_id)
    return shown.where(EntryRow.removed.is_(None))


def _counting() -> Select[int]:
    """Ids of the newest vote of everybody on every pair; those who were not named count as one."""
    of = PreferenceVoteRow
    newest = (
        select(func.max(of.id).label("id")).where(of.annotator_id.is_not(None)).group_by(of.pair_id, of.annotator_id)
    )
    unnamed = select(func.max(of.id).label("id")).where(of.annotator_id.is_(None)).group_by(of.pair_id)
    both = newest.union_all(unnamed).subquery()
    return select(both.c.id)


def _add(session: Session, pair: NewPair, study_id: int | None) -> PreferencePairRow:
    entry_row(session, pair.entry)
    row = PreferencePairRow(
        study_id=study_id,
        entry_id=pair.entry,
        a=_stored(pair.a),
        b=_stored(pair.b),
        rule=pair.rule,
        shots=pair.shots,
        budget=pair.budget,
        blind=pair.blind,
        seed=secrets.token_hex(16),
    )
    session.add(row)
    session.flush()
    return row


def _stored(side: Side) -> dict[str, Any]:
    return {
        "source": side.source,
        "maker": side.maker,
        "label": side.label,
        "segments": [list(one) for one in side.segments],
    }


def _side(stored: dict[str, Any]) -> Side:
    clips = tuple((int(start), int(end)) for start, end in stored["segments"])
    return Side(stored["source"], stored["maker"], stored["label"], clips)


def _pair_row(session: Session, pair_id: int) -> PreferencePairRow:
    row = session.scalar(_shown().where(PreferencePairRow.id == pair_id)) if pair_id < 2**31 else None
    if row is None:
        raise NotFoundError(f"There is no pair {pair_id} of cuts.")
    return row


def _pair(row: PreferencePairRow) -> Pair:
    return Pair(
        row.entry_id, _side(row.a), _side(row.b), row.rule, row.shots, row.budget, row.blind,
        row.id, row.study_id, row.seed, row.made,
    )  # fmt: skip


def _study_row(session: Session, study_id: int) -> PreferenceStudyRow:
    row = session.get(PreferenceStudyRow, study_id) if study_id < 2**31 else None
    if row is None:
        raise NotFoundError(f"There is no preference study {study_id}.")
    return row


def _study(session: Session, row: PreferenceStudyRow) -> Study:
    asked = select(PreferencePairRow.id).where(PreferencePairRow.study_id == row.id)
    counting = select(func.count()).where(PreferenceVoteRow.pair_id.in_(asked), PreferenceVoteRow.id.in_(_counting()))
    pairs = session.scalar(select(func.count()).select_from(asked.subquery())) or 0
    votes = session.scalar(counting) or 0
    return Study(row.id, row.title, row.blind, pairs, votes, row.made, row.closed, _asked(session, row.id))


def _asked(session: Session, study_id: int) -> tuple[tuple[str, int], ...]:
    """Who was asked for a study, and on how many of its pairs they have voted."""
    on = select(PreferencePairRow.id).where(PreferencePairRow.study_id == study_id)
    voted = select(func.count(PreferenceVoteRow.pair_id.distinct())).where(PreferenceVoteRow.pair_id.in_(on))
    theirs = voted.where(PreferenceVoteRow.annotator_id == AnnotatorRow.id).scalar_subquery()
    query = select(AnnotatorRow.name, theirs).join(
        PreferenceAskedRow, PreferenceAskedRow.annotator_id == AnnotatorRow.id
    )
    query = query.where(PreferenceAskedRow.study_id == study_id).order_by(AnnotatorRow.name)
    return tuple((name, done) for name, done in session.execute(query))


def _vote(session: Session, row: PreferenceVoteRow, pair: Pair) -> Vote:
    author = None if row.annotator_id is None else annotator_of(session.get_one(AnnotatorRow, row.annotator_id))
    watched = (row.watched_a, row.watched_b)
    return Vote(row.id, pair, author, row.verdict, tuple(row.reasons), watched, row.swapped, row.at)  # type: ignore[arg-type]  # they were checked when they came
