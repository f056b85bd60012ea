"""What people name on a command line or a page: entries, data sets, runs, checkpoints, mended cuts and so on."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

from core.errors import ManycutError, NotFoundError
from core.names import readable

if TYPE_CHECKING:
    from storage.library import Library

Kind = Literal["entry", "dataset", "run", "checkpoint", "assignment", "collection", "mended"]
KINDS: tuple[Kind, ...] = get_args(Kind)
CALLED_BY_ID: tuple[Kind, ...] = ("dataset", "checkpoint")
NUMBERED = ("run", "assignment", "collection", "mended")
PLURALS: dict[Kind, str] = {"mended": "mended"}  # where it is not the word with an s
NAMED = (
    "An entry is written DATASET/KEY, a run run:7, a mended cut mended:4, an assignment assignment:3, a collection "
    "collection:NAME; data sets and checkpoints are written by their ids."
)


@dataclass(frozen=True)
class Thing:
    """Something of a library: its kind, and its id as text."""

    kind: Kind
    id: str

    @property
    def number(self) -> int:
        """Of a run, an assignment, a collection or a mended cut."""
        return int(self.id)

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"


def thing_of(library: Library, text: str, *, removed: bool = False) -> Thing:
    """What a text names; "dataset:talks" says the kind as well, which is needed only where two have the same id.

    Args:
        library: where it is.
        text: as a person wrote it.
        removed: also something that was removed; it must be looked up by whoever asks.

    Raises:
        NotFoundError: there is no such thing.
    """
    said, _, name = text.partition(":")
    kind = next((one for one in KINDS if one == said), None)
    if kind is not None and name:
        return _of_kind(library, kind, name, removed)
    if "/" in text:
        return _of_kind(library, "entry", text, removed)
    for candidate in CALLED_BY_ID:
        try:
            return _of_kind(library, candidate, text, removed=False)
        except NotFoundError:
            continue
    if removed:
        gone = [one for one in library.trash.list() if one.id == text]
        if len(gone) == 1:
            return Thing(gone[0].kind, gone[0].id)
    raise _unknown(text, _ids(library), NAMED)


def _of_kind(library: Library, kind: Kind, name: str, removed: bool) -> Thing:
    if kind in NUMBERED and not (name.isascii() and name.isdecimal()):
        if kind != "collection":
            raise NotFoundError(f"'{readable(name)}' is no number of one.", f"Write it as {kind}:7.")
        known = {str(one.id): one.name for one in library.collections.list()}
        if removed:
            known = {one.id: one.label for one in library.trash.list() if one.kind == "collection"}
        found = [number for number, called in known.items() if called.casefold() == name.casefold()]
        if not found:
            raise _unknown(name, known.values(), "List them: ls collections")
        return Thing(kind, found[0])
    if not removed:
        try:
            _FIND[kind](library, name)
        except NotFoundError as error:
            raise NotFoundError(error.message, error.hint or f"List them: ls {PLURALS.get(kind, f'{kind}s')}") from None
    return Thing(kind, name)


def _dataset(library: Library, name: str) -> None:
    known = [one.id for one in library.datasets.list()]
    if name not in known:
        raise _unknown(name, known, "List them: ls datasets")


def _entry(library: Library, name: str) -> None:
    try:
        library.entries.summary(name)
    except NotFoundError:
        dataset = name.partition("/")[0]
        raise _unknown(name, [one.id for one in library.entries.list(dataset)], "List them: ls entries") from None


def _collection(library: Library, name: str) -> None:
    if int(name) not in [one.id for one in library.collections.list()]:
        raise NotFoundError(f"There is no collection {name}.", "List them: ls collections")


_FIND: dict[Kind, Callable[[Library, str], object]] = {
    "entry": _entry,
    "dataset": _dataset,
    "run": lambda library, name: library.runs.get(int(name)),
    "mended": lambda library, name: library.mended.get(int(name)),
    "checkpoint": lambda library, name: library.checkpoints.known(name),
    "assignment": lambda library, name: library.assignments.get(int(name)),
    "collection": _collection,
}


def _ids(library: Library) -> list[str]:
    return [one.id for one in library.datasets.list()] + [one.id for one in library.checkpoints.list()]


def _unknown(name: str, known: Iterable[str], hint: str) -> ManycutError:
    near = difflib.get_close_matches(name, list(known), n=1)
    return NotFoundError(f"There is no '{readable(name)}' here.", f"Did you mean '{near[0]}'?" if near else hint)
