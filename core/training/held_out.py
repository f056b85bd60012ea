"""Which entries are trained on, and which are kept from it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.data import Entry
from core.errors import InputError


def held_out(entries: Sequence[Entry], share: float, seed: int) -> tuple[list[Entry], list[Entry]]:
    """Entries to train on and to select epochs by.

    Args:
        entries: of both.
        share: of them that is held out, drawn by the seed: between 0 and 1, at least one entry.

    Raises:
        InputError: there is no such share, or it leaves nothing to train on.
    """
    if not 0 < share < 1:
        raise InputError(f"A validation share lies between 0 and 1, not at {share}.")
    count = max(1, round(share * len(entries)))
    if count >= len(entries):
        raise InputError(f"{len(entries)} videos are too few to hold a share of {share:g} out.")
    held = set(np.random.default_rng(seed).permutation(len(entries))[:count].tolist())
    return [e for i, e in enumerate(entries) if i not in held], [entries[i] for i in sorted(held)]


def drawn(ids: Sequence[str], most: int, seed: int) -> list[str]:
    """At most so many of some ids, drawn by the seed and sorted; all of them in their order where there are fewer."""
    if len(ids) <= most:
        return list(ids)
    return sorted(np.random.default_rng(seed).choice(list(ids), most, replace=False).tolist())
