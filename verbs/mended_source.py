"""What a mended cut is now, solved from its steps and the scores that it was made from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.data import Cut, Entry, Shots
from core.errors import InputError, NotFoundError

if TYPE_CHECKING:
    from core.select.mending import MendState
    from storage.library import Library
    from storage.mended import MendedCut

PREFIX = "mended:"


@dataclass(frozen=True, eq=False)
class Mended:
    """A mended cut as it is now: the row, what its steps amount to, and the cut."""

    row: MendedCut
    state: MendState
    cut: Cut


def mended_of(library: Library, entry: Entry, name: str) -> Mended:
    """The mended cut that the source "mended:4" of an entry names.

    Raises:
        NotFoundError: the entry has no such cut, or its segmentation is gone.
        InputError: the name is none, or what is to be kept is longer than the budget.
    """
    number = name.removeprefix(PREFIX)
    if not (number.isascii() and number.isdecimal()):
        raise InputError(f"'{name}' is no mended cut.", "Write it with its number: mended:4.")
    row = library.mended.get(int(number))
    if row.entry != entry.id:
        raise NotFoundError(f"There is no mended cut {number} of entry '{entry.id}'.")
    state = library.mended.state(row.id)
    return Mended(row, state, solved(entry, row, state))


def solved(entry: Entry, row: MendedCut, state: MendState) -> Cut:
    """The cut that a state amounts to. Raises NotFoundError, InputError."""
    from core.select.footage import footage
    from core.select.mending import mended

    if row.base.scores.shape != entry.picks.shape:
        raise InputError(
            f"Mended cut {row.id} was made for other picks than '{entry.id}' has now.", "Mend a new one from a curve."
        )
    shots = _shots(entry, row.base.shots)
    return mended(state, row.base.scores, footage(entry, shots, state.budget), entry.timebase)


def _shots(entry: Entry, name: str) -> Shots:
    from core.segment.segmentation import default_shots

    found = entry.shots.get(name)
    if found is None and (first := default_shots(entry)).source == name:
        found = first
    if found is None:
        raise NotFoundError(f"Entry '{entry.id}' has the segmentation '{name}' no more.", "Make it again: segment.")
    return found
