"""Who may come in. Nobody has an account until the first lead has one; from then on everybody needs their own link.

A link holds a random key; the database keeps only its hash, so a lost link is replaced and never looked up.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from typing import get_args

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from core.errors import ConflictError, InputError, NotFoundError
from core.labelling.events import Role
from storage.annotations import add_annotator, clean_name
from storage.database import reading, writing
from storage.tables import AnnotatorRow


@dataclass(frozen=True)
class Account:
    """A person of this installation.

    Attributes:
        name: under which they label.
        pseudonym: what exports say instead.
        role: leads see everything, annotators what they are asked to judge.
        invited: whether they have a link.
    """

    name: str
    pseudonym: str
    role: Role
    invited: bool


class Accounts:
    """The people of an installation and their links."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def closed(self) -> bool:
        """Whether a link is needed: there is a lead who has one."""
        query = select(AnnotatorRow.id).where(AnnotatorRow.role == "lead", AnnotatorRow.key.is_not(None)).limit(1)
        with reading(self._engine) as session:
            return session.scalar(query) is not None

    def list(self) -> list[Account]:
        """Everybody, by name."""
        with reading(self._engine) as session:
            return [_account(row) for row in session.scalars(select(AnnotatorRow).order_by(AnnotatorRow.name))]

    def find(self, name: str) -> Account | None:
        """The person of that name, or None."""
        with reading(self._engine) as session:
            row = session.scalar(select(AnnotatorRow).where(AnnotatorRow.name == name))
            return None if row is None else _account(row)

    def holder(self, name: str, link: str) -> Account | None:
        """The person of that name, where `link` is what is kept of their key now; see `hashed`."""
        query = select(AnnotatorRow).where(AnnotatorRow.name == name, AnnotatorRow.key == link)
        with reading(self._engine) as session:
            row = session.scalar(query)
            return None if row is None else _account(row)

    def invite(self, name: str, role: Role | None = None) -> str:
        """Gives somebody a new link, and a role; the link they had before no longer works.

        Args:
            name: of somebody known or new.
            role: None keeps what they are; new people are annotators.

        Returns:
            The key of the link. It cannot be shown again.

        Raises:
            InputError: the name or role is not usable.
            ConflictError: the first person with a link must be a lead; the last lead must stay one.
        """
        name = clean_name(name)
        if role is not None and role not in get_args(Role):
            raise InputError(f"A role is one of {', '.join(get_args(Role))}, not '{role}'.")
        key = secrets.token_urlsafe(24)
        with writing(self._engine) as session:
            row = session.scalar(select(AnnotatorRow).where(AnnotatorRow.name == name))
            row = row or add_annotator(session, name)
            row.role, row.key = role or row.role, hashed(key)
            session.flush()
            _check_lead(session)
        return key

    def revoke(self, name: str) -> None:
        """Takes somebody's link away; what they labelled stays. Raises NotFoundError, ConflictError."""
        with writing(self._engine) as session:
            row = session.scalar(select(AnnotatorRow).where(AnnotatorRow.name == name))
            if row is None:
                raise NotFoundError(f"There is nobody called '{name}'.")
            row.key = None
            session.flush()
            others = session.scalar(select(AnnotatorRow.id).where(AnnotatorRow.key.is_not(None)).limit(1))
            if others is not None:
                _check_lead(session)

    def enter(self, key: str) -> Account | None:
        """The person whose link holds this key, or None."""
        with reading(self._engine) as session:
            row = session.scalar(select(AnnotatorRow).where(AnnotatorRow.key == hashed(key)))
            return None if row is None else _account(row)


def hashed(key: str) -> str:
    """What is kept of a key. It is random and long, so a plain hash is enough."""
    return hashlib.sha256(key.encode()).hexdigest()


def _check_lead(session: Session) -> None:
    query = select(AnnotatorRow.id).where(AnnotatorRow.role == "lead", AnnotatorRow.key.is_not(None)).limit(1)
    if session.scalar(query) is None:
        raise ConflictError("At least one lead needs a link.", "Begin with: python app.py user add NAME --role lead")


def _account(row: AnnotatorRow) -> Account:
    return Account(row.name, row.pseudonym, row.role, row.key is not None)
