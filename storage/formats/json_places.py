"""JSON of strangers, read value by value: whatever is not as expected is named with its file and its place."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import isfinite
from pathlib import Path
from typing import Any, NoReturn

from core.errors import FormatError, NotFoundError
from core.text_files import read_text

SHOWN = 60  # characters of a value in a sentence


@dataclass(frozen=True)
class Place:
    """A value and where it stands.

    Attributes:
        file: name of the file.
        where: for people, "task 2, annotation 1"; "" for all of it.
        value: as JSON gave it.
        owner: where the object stands whose list or object it is.
    """

    file: str
    where: str
    value: Any
    owner: str = ""

    def wrong(self, expected: str, found: str = "it is not") -> NoReturn:
        """Raises FormatError: "<file>: <where> should <expected>, but <found>."."""
        raise FormatError(f"{self.file}: {self.where or 'the whole'} should {expected}, but {found}.")

    def has(self, name: str) -> bool:
        """Whether it is an object with something of this name that is not null."""
        return isinstance(self.value, dict) and self.value.get(name) is not None

    def at(self, name: str) -> Place:
        """What an object has under a name. Raises FormatError."""
        if not isinstance(self.value, dict):
            self.wrong("be an object in JSON")
        if self.value.get(name) is None:
            self.wrong(f"have '{name}'", "it does not")
        where = f"'{name}' of {self.where}" if self.where else f"'{name}'"
        return Place(self.file, where, self.value[name], self.where)

    def fields(self, called: str) -> Iterator[tuple[str, Place]]:
        """Everything in an object by its name; each is `called` something, with the name. Raises FormatError."""
        if not isinstance(self.value, dict):
            self.wrong("be an object in JSON")
        for name, value in self.value.items():
            yield name, Place(self.file, f"{called} '{name[:SHOWN]}'{self._inside}", value)

    def each(self, called: str) -> Iterator[Place]:
        """Everything in a list; each is `called` something, with its number from 1. Raises FormatError."""
        if not isinstance(self.value, list):
            self.wrong("be a list in JSON")
        for number, value in enumerate(self.value, start=1):
            yield Place(self.file, f"{called} {number}{self._inside}", value)

    @property
    def _inside(self) -> str:
        return f" of {self.owner}" if self.owner else ""

    def text(self) -> str:
        """A text that is not empty. Raises FormatError."""
        if not isinstance(self.value, str) or not self.value.strip():
            self.wrong("be a text", f"it is {self.short}")
        return self.value

    def number(self, lowest: float, highest: float) -> Fraction:
        """A finite number, exactly. Raises FormatError."""
        value = self.value
        if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
            self.wrong("be a number", f"it is {self.short}")
        if not lowest <= value <= highest:
            self.wrong(f"be a number of {lowest:g} to {highest:g}", f"it is {self.short}")
        return Fraction(value)

    def whole(self, lowest: int, highest: int) -> int:
        """A whole number. Raises FormatError."""
        if isinstance(self.value, bool) or not isinstance(self.value, int) or not lowest <= self.value <= highest:
            self.wrong(f"be a whole number of {lowest} to {highest}", f"it is {self.short}")
        return self.value

    @property
    def short(self) -> str:
        """The value as a sentence can hold it."""
        match self.value:
            case dict():
                return "an object"
            case list():
                return "a list"
            case str() if len(self.value) > SHOWN:
                return f"'{self.value[:SHOWN]}...'"
            case str():
                return f"'{self.value}'"
            case int() if not -(10**20) < self.value < 10**20:
                return "a number of more than 20 digits"
            case _:
                return json.dumps(self.value)


def read_json(path: Path, expected: str) -> Place:
    """All of a JSON file.

    Args:
        path: of the file.
        expected: what it should be, for the error: "JSON of Label Studio".

    Raises:
        NotFoundError: there is no such file.
        FormatError: it is no JSON, or has a name twice in one object, or NaN for a number.
    """
    if not path.is_file():
        raise NotFoundError(f"There is no file {path}.")
    try:
        value = json.loads(read_text(path), parse_constant=_no_number, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        why = "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise FormatError(f"{path.name} should be {expected}, but it is not ({why}).") from error
    return Place(path.name, "", value)


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number in JSON")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in values if names.count(name) > 1)
        raise ValueError(f"'{twice[:SHOWN]}' is there twice in one object")
    return values
