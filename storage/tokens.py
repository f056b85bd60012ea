"""Tokens for scripts: random keys that somebody's scripts send instead of a cookie, of which only hashes are kept here.

A token is worth what its person is at the moment: their role counts as it is then, and it ends for good where their
link is taken away, where they are barred from a lab's own sign-on, and where it is forgotten who they were.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine, delete, func, or_, select, update
from sqlalchemy.orm import Session

from core import limits
from core.errors import ConflictError, InputError, NotFoundError
from storage.accounts import Account, account_of, hashed, signs_on
from storage.database import reading, writing
from storage.tables import AnnotatorRow, TokenRow, now

PREFIX = "manycut_"  # by which those who look for keys in published files know them
NOTED = timedelta(minutes=1)  # a use is noted at most this often


@dataclass(frozen=True)
class Token:
    """What is known of a token; it itself is not.

    Attributes:
        id: by which it is ended.
        name: of its person.
        label: what it is for.
        made: when (UTC).
        used: when it was last used, to the minute; None where it never was.
        expires: when it ends by itself; None where it does not.
    """

    id: int
    name: str
    label: str
    made: datetime
    used: datetime | None
    expires: datetime | None

    @property
    def expired(self) -> bool:
        """Whether its time is over."""
        return self.expires is not None and self.expires <= now()


class Tokens:
    """The tokens of an installation."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def make(self, name: str, label: str = "", days: int | None = None) -> tuple[Token, str]:
        """A new token of somebody who can come in, and what it is, which cannot be shown again.

        Args:
            name: of the person.
            label: what it is for; "" for no word about it.
            days: after which it ends; None for never.

        Raises:
            NotFoundError: there is nobody of that name.
            ConflictError: they cannot come in themselves, or have as many as one may have.
            InputError: the label or the number of days is not usable.
        """
        label = " ".join(label.split())
        if len(label) > limits.TOKEN_LABEL_CHARS:
            raise InputError(f"A label has up to {limits.TOKEN_LABEL_CHARS} characters.")
        if days is not None and not 1 <= days <= limits.TOKEN_DAYS:
            raise InputError(f"A token lasts between 1 and {limits.TOKEN_DAYS:,} days.", "Leave it out for no end.")
        key = PREFIX + secrets.token_urlsafe(32)
        with writing(self._engine) as session:
            person = session.scalar(select(AnnotatorRow).where(AnnotatorRow.name == name))
            if person is None:
                raise NotFoundError(f"There is nobody called '{name}'.")
            if not _comes_in(session, person):
                raise ConflictError(
                    f"{name} cannot come in, and so no script can in their place.",
                    "Give them a link first: python app.py user add NAME",
                )
            of_theirs = select(func.count()).select_from(TokenRow).where(TokenRow.annotator_id == person.id)
            if session.scalars(of_theirs).one() >= limits.TOKENS:
                raise ConflictError(f"{name} has {limits.TOKENS} tokens, and nobody has more.", "End one of them.")
            expires = None if days is None else now() + timedelta(days=days)
            row = TokenRow(key=hashed(key), annotator_id=person.id, label=label, expires=expires)
            session.add(row)
            session.flush()
            return _token(row, person.name), key

    def list(self, name: str | None = None) -> list[Token]:
        """All of them, or those of one person, in the order in which they were made."""
        query = select(TokenRow, AnnotatorRow.name).join(AnnotatorRow, AnnotatorRow.id == TokenRow.annotator_id)
        if name is not None:
            query = query.where(AnnotatorRow.name == name)
        with reading(self._engine) as session:
            return [_token(row, who) for row, who in session.execute(query.order_by(TokenRow.id))]

    def end(self, token: int) -> None:
        """Ends one, from the next request on. Raises NotFoundError."""
        query = delete(TokenRow).where(TokenRow.id == token).returning(TokenRow.id)
        with writing(self._engine) as session:
            if session.scalar(query) is None:
                raise NotFoundError(f"There is no token {token}.")

    def holder(self, key: str) -> tuple[Account, Token] | None:
        """Whose token this is, and what is known of it; None where it opens nothing now."""
        query = select(TokenRow, AnnotatorRow).join(AnnotatorRow, AnnotatorRow.id == TokenRow.annotator_id)
        query = query.where(TokenRow.key == hashed(key), or_(TokenRow.expires.is_(None), TokenRow.expires > now()))
        with reading(self._engine) as session:
            found = session.execute(query).first()
            if found is None or not _comes_in(session, found[1]):
                return None
            row, person = found
            return account_of(person), _token(row, person.name)

    def note_use(self, token: Token) -> None:
        """Notes that it was used now, unless that was noted within the minute."""
        if token.used is None or abs(now() - token.used) > NOTED:
            with writing(self._engine) as session:
                session.execute(update(TokenRow).where(TokenRow.id == token.id).values(used=now()))


def _comes_in(session: Session, person: AnnotatorRow) -> bool:
    """Whether somebody can come in by themselves: by a link, or by a lab's own sign-on.

    Who is called by their pseudonym was forgotten, and comes in no more.
    """
    if person.barred or person.name == person.pseudonym:
        return False
    return person.key is not None or signs_on(session)


def _token(row: TokenRow, name: str) -> Token:
    return Token(row.id, name, row.label, row.created, row.used, row.expires)
