"""Who is signed in with which browser: a random token in its cookie, of which only the hash is kept here.

No key signs anything, so nothing in the database or in a backup of it makes a cookie. A session ends where its person
signs out, where their link is replaced or taken away, and after `LIFE` without a visit; the clock may jump by days.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine, bindparam, delete, select, update

from storage.accounts import hashed
from storage.database import asking, is_read_only, writing
from storage.tables import SessionRow, now

LIFE = timedelta(days=90)
RENEWED = timedelta(days=1)  # a visit is noted at most this often
PER_PERSON = 50  # browsers; the one that was not used for longest is forgotten first
IN_MEMORY = 1000  # sessions, where nothing can be written
_FOUND = select(SessionRow.name, SessionRow.link, SessionRow.seen).where(SessionRow.token == bindparam("token"))


@dataclass(frozen=True)
class SignIn:
    """Who a browser belongs to.

    Attributes:
        name: of the person.
        link: what is kept of the key they came by, None where a name was enough.
        seen: when this was last noted (UTC).
    """

    name: str
    link: str | None
    seen: datetime


class Sessions:
    """The browsers that people are signed in with. Where nothing can be written, they are those of this process."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._here: dict[str, SignIn] | None = {} if is_read_only(engine) else None

    def begin(self, name: str, link: str | None = None) -> str:
        """Signs somebody in; the token for their browser, which cannot be shown again."""
        token = secrets.token_urlsafe(32)
        if self._here is not None:
            if len(self._here) >= IN_MEMORY:
                del self._here[next(iter(self._here))]
            self._here[hashed(token)] = SignIn(name, link, now())
            return token
        kept = select(SessionRow.token).where(SessionRow.name == name).order_by(SessionRow.seen.desc())
        with writing(self._engine) as session:
            session.execute(delete(SessionRow).where(SessionRow.seen < now() - LIFE))
            for old in session.scalars(kept.offset(PER_PERSON - 1)).all():
                session.execute(delete(SessionRow).where(SessionRow.token == old))
            session.add(SessionRow(token=hashed(token), name=name, link=link))
        return token

    def find(self, token: str) -> SignIn | None:
        """Whose browser holds this token, or None."""
        if self._here is not None:
            return self._here.get(hashed(token))
        with asking(self._engine) as connection:
            row = connection.execute(_FOUND, {"token": hashed(token)}).first()
        return None if row is None or row.seen < now() - LIFE else SignIn(row.name, row.link, row.seen)

    def renew(self, token: str, found: SignIn) -> None:
        """Notes a visit, so that the session goes on for another `LIFE`."""
        if self._here is None and abs(now() - found.seen) > RENEWED:
            with writing(self._engine) as session:
                session.execute(update(SessionRow).where(SessionRow.token == hashed(token)).values(seen=now()))

    def end(self, token: str) -> None:
        """Signs one browser out; one that is not signed in stays so."""
        if self._here is not None:
            self._here.pop(hashed(token), None)
            return
        with writing(self._engine) as session:
            session.execute(delete(SessionRow).where(SessionRow.token == hashed(token)))

    def end_all(self, name: str) -> None:
        """Signs all browsers of a person out."""
        if self._here is not None:
            self._here = {token: one for token, one in self._here.items() if one.name != name}
            return
        with writing(self._engine) as session:
            session.execute(delete(SessionRow).where(SessionRow.name == name))
