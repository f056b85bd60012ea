"""What people who label here are called outside: their pseudonyms, also in what somebody wrote."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from storage.database import reading
from storage.tables import AnnotatorRow

SHORTEST = 2  # characters of a name that is looked for within texts; one letter is a word like any other
DRAWN = re.compile(r"annotator-[0-9a-f]{8}")  # what `storage.annotations.add_annotator` draws


class Pseudonyms:
    """Names of people and what stands for them.

    Args:
        of: pseudonyms by name.
    """

    def __init__(self, of: Mapping[str, str]) -> None:
        self._of = {name: pseudonym for name, pseudonym in of.items() if name != pseudonym}
        within = sorted((name for name in self._of if len(name) >= SHORTEST), key=len, reverse=True)
        self._within = words(within)

    @classmethod
    def here(cls, session: Session) -> Pseudonyms:
        """Those of everybody who labels here."""
        return cls({row.name: row.pseudonym for row in session.scalars(select(AnnotatorRow))})

    @classmethod
    def of_library(cls, engine: Engine) -> Pseudonyms:
        """The same, of a database."""
        with reading(engine) as session:
            return cls.here(session)

    def text(self, text: str) -> str:
        """A text with pseudonyms where names stood: it is a name, or names are words of it, written just so."""
        if text in self._of:
            return self._of[text]
        return text if self._within is None else self._within.sub(lambda found: self._of[found.group()], text)

    def value(self, value: Any) -> Any:
        """The same, of all texts in a value of JSON; keys stay."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return {key: self.value(one) for key, one in value.items()}
        if isinstance(value, list | tuple):
            return [self.value(one) for one in value]
        return value


def words(names: list[str]) -> re.Pattern[str] | None:
    """What finds these as whole words; None for none. Of two that begin alike the one that comes first is found."""
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, names))})(?!\w)") if names else None


def differ_in_names_alone(one: str, other: str) -> bool:
    """Whether two texts are the same where neither has a pseudonym: one of them came through an export."""
    return one == other or _matches(one, other) or _matches(other, one)


def _matches(told: str, written: str) -> bool:
    parts = DRAWN.split(told)
    return len(parts) > 1 and re.fullmatch(".+?".join(map(re.escape, parts)), written, re.DOTALL) is not None
