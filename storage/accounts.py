"""Who may come in. Nobody has an account until accounts are on; from then on everybody needs their own link.

Accounts are on from the first lead's link, or from the first start of a server that was told so, which gives a link for
one use: who opens it is the first lead. Where a lab's own sign-on says who somebody is, no link is needed.

A link holds a random key; the database keeps only its hash, so a lost link is replaced and never looked up.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from typing import get_args

from sqlalchemy import Engine, bindparam, delete, select
from sqlalchemy.orm import Session

from core.errors import ConflictError, InputError, NotFoundError, RefusedError
from core.labelling.who import AccountRole
from storage.annotations import add_annotator, clean_name
from storage.database import asking, is_read_only, reading, writing
from storage.tables import AnnotatorRow, InstallationRow, TokenRow

# Facts of `InstallationRow`.
ACCOUNTS, FIRST_LINK, MARK = "accounts", "first_link", "mark"
_FACT = select(InstallationRow.value).where(InstallationRow.name == bindparam("fact"))
_HOLDER = select(AnnotatorRow.name, AnnotatorRow.pseudonym, AnnotatorRow.role, AnnotatorRow.barred).where(
    AnnotatorRow.name == bindparam("name"), AnnotatorRow.key == bindparam("key")
)
LINKS, SIGN_ON = "links", "sign-on"  # how people come in, where accounts are on


@dataclass(frozen=True)
class Account:
    """A person of this installation.

    Attributes:
        name: under which they label.
        pseudonym: what exports say instead.
        role: leads see and do everything, annotators judge what they are asked to, viewers look at what came of it.
        invited: whether they have a link.
        barred: a lab's own sign-on does not let them in.
    """

    name: str
    pseudonym: str
    role: AccountRole
    invited: bool
    barred: bool = False


class Accounts:
    """The people of an installation and their links."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def closed(self) -> bool:
        """Whether accounts are on: a name alone opens nothing."""
        with asking(self._engine) as connection:
            return connection.scalar(_FACT, {"fact": ACCOUNTS}) is not None

    def sign_on(self) -> bool:
        """Whether a lab's own sign-on says who people are."""
        with reading(self._engine) as session:
            return signs_on(session)

    def mark(self) -> str:
        """Tells libraries apart, so that a browser never sends what it kept for one to another at the same address."""
        with reading(self._engine) as session:
            return session.get_one(InstallationRow, MARK).value

    def turn_on(self, sign_on: bool = False) -> str | None:
        """From now on everybody needs an account.

        Args:
            sign_on: a lab's own sign-on says who people are; they need no links.

        Returns:
            The key of a link for one use that makes the first lead, where there is none yet. Those before it no longer
            work.
        """
        with writing(self._engine) as session:
            _note(session, ACCOUNTS, SIGN_ON if sign_on else LINKS)
            if led(session):
                return None
            key = secrets.token_urlsafe(24)
            _note(session, FIRST_LINK, hashed(key))
        return key

    def is_first_link(self, key: str) -> bool:
        """Whether this is the key of the link that makes the first lead, and was not used yet."""
        with reading(self._engine) as session:
            return _is_first(session, key)

    def begin(self, key: str, name: str) -> str:
        """Makes somebody the first lead by the link for one use, which ends with that.

        Returns:
            The key of their personal link.

        Raises:
            InputError: the name is not usable.
            RefusedError: the link was used, or there is a newer one.
        """
        name = clean_name(name)
        personal = secrets.token_urlsafe(24)
        with writing(self._engine) as session:
            if not _is_first(session, key):
                raise RefusedError("This link was used already.", "Whoever opened it can invite you.")
            row = _person(session, name) or add_annotator(session, name)
            row.role, row.key, row.barred = "lead", hashed(personal), False
            _forget(session, FIRST_LINK)
        return personal

    def list(self) -> list[Account]:
        """Everybody, by name."""
        with reading(self._engine) as session:
            return [account_of(row) for row in session.scalars(select(AnnotatorRow).order_by(AnnotatorRow.name))]

    def find(self, name: str) -> Account | None:
        """The person of that name, or None."""
        with reading(self._engine) as session:
            row = _person(session, name)
            return None if row is None else account_of(row)

    def claim(self, name: str) -> bool:
        """Notes a new person without a link; False where somebody has that name. Raises InputError."""
        name = clean_name(name)
        with writing(self._engine) as session:
            if session.scalar(select(AnnotatorRow.id).where(AnnotatorRow.name == name)) is not None:
                return False
            add_annotator(session, name)
            return True

    def holder(self, name: str, link: str) -> Account | None:
        """The person of that name, where `link` is what is kept of their key now; see `hashed`."""
        with asking(self._engine) as connection:
            row = connection.execute(_HOLDER, {"name": name, "key": link}).first()
            return None if row is None else Account(row.name, row.pseudonym, row.role, True, row.barred)

    def arrive(self, name: str, role: AccountRole) -> Account | None:
        """Whom a lab's own sign-on names, who is new in this role; None where nobody new can be written down.

        Raises:
            InputError: the name is not usable.
        """
        name = clean_name(name)
        known = self.find(name)
        if known is not None or is_read_only(self._engine):
            return known
        with writing(self._engine) as session:
            return account_of(_person(session, name) or add_annotator(session, name, role=role))

    def invite(self, name: str, role: AccountRole | None = None) -> str:
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
        key = secrets.token_urlsafe(24)
        with writing(self._engine) as session:
            row = _person(session, name) or add_annotator(session, name)
            row.role, row.key = _checked(role) if role else row.role, hashed(key)
            row.barred = False
            session.flush()
            _check_lead(session)
            if session.get(InstallationRow, ACCOUNTS) is None:
                _note(session, ACCOUNTS, LINKS)
            _forget(session, FIRST_LINK)
        return key

    def set_role(self, name: str, role: AccountRole) -> None:
        """Makes somebody known a lead, an annotator or a viewer, also who was barred; their link stays.

        Raises:
            NotFoundError: there is nobody of that name.
            InputError: this is no role.
            ConflictError: the last lead must stay one.
        """
        with writing(self._engine) as session:
            row = _known(session, name)
            row.role, row.barred = _checked(role), False
            session.flush()
            if session.get(InstallationRow, ACCOUNTS) is not None:
                _check_lead(session)

    def revoke(self, name: str) -> None:
        """Takes somebody's link and tokens away, and bars them from a lab's own sign-on; what they labelled stays.

        With the last link accounts are off again, unless people come by the sign-on.

        Raises:
            NotFoundError, ConflictError: there is nobody of that name; the last lead must stay one.
        """
        with writing(self._engine) as session:
            row = _known(session, name)
            row.key, row.barred = None, signs_on(session)
            session.execute(delete(TokenRow).where(TokenRow.annotator_id == row.id))
            session.flush()
            others = session.scalar(select(AnnotatorRow.id).where(AnnotatorRow.key.is_not(None)).limit(1))
            if others is not None or signs_on(session):
                _check_lead(session)
            else:
                _forget(session, ACCOUNTS)

    def enter(self, key: str) -> Account | None:
        """The person whose link holds this key, or None."""
        with reading(self._engine) as session:
            row = session.scalar(select(AnnotatorRow).where(AnnotatorRow.key == hashed(key)))
            return None if row is None else account_of(row)


def hashed(key: str) -> str:
    """What is kept of a key. It is random and long, so a plain hash is enough."""
    return hashlib.sha256(key.encode(errors="surrogateescape")).hexdigest()


def _person(session: Session, name: str) -> AnnotatorRow | None:
    return session.scalar(select(AnnotatorRow).where(AnnotatorRow.name == name))


def _known(session: Session, name: str) -> AnnotatorRow:
    row = _person(session, name)
    if row is None:
        raise NotFoundError(f"There is nobody called '{name}'.")
    return row


def _checked(role: AccountRole) -> AccountRole:
    if role not in get_args(AccountRole):
        raise InputError(f"A role is one of {', '.join(get_args(AccountRole))}, not '{role}'.")
    return role


def _note(session: Session, name: str, value: str) -> None:
    session.merge(InstallationRow(name=name, value=value))


def _forget(session: Session, name: str) -> None:
    row = session.get(InstallationRow, name)
    if row is not None:
        session.delete(row)


def _is_first(session: Session, key: str) -> bool:
    row = session.get(InstallationRow, FIRST_LINK)
    return row is not None and secrets.compare_digest(row.value, hashed(key))


def signs_on(session: Session) -> bool:
    """Whether a lab's own sign-on says who people are."""
    row = session.get(InstallationRow, ACCOUNTS)
    return row is not None and row.value == SIGN_ON


def led(session: Session) -> bool:
    """Whether there is a lead who can come in."""
    query = select(AnnotatorRow.id).where(AnnotatorRow.role == "lead", AnnotatorRow.barred.is_(False))
    if not signs_on(session):
        query = query.where(AnnotatorRow.key.is_not(None))
    return session.scalar(query.limit(1)) is not None


def _check_lead(session: Session) -> None:
    if not led(session):
        raise ConflictError("At least one lead needs a link.", "Begin with: python app.py user add NAME --role lead")


def account_of(row: AnnotatorRow) -> Account:
    """A row as plain data."""
    return Account(row.name, row.pseudonym, row.role, row.key is not None, row.barred)
