"""What is heard in an entry, as a group of its HDF5 file; `storage.formats.entry_group` says what is in it."""

from __future__ import annotations

from typing import cast

import numpy as np

from core.data.sounds import SoundEvent, SoundKind
from storage.formats.hdf5 import Reader
from storage.formats.hdf5_writing import Writer

GROUP = "sounds"


def write_sounds(into: Writer, sounds: tuple[SoundEvent, ...]) -> None:
    """Writes sound events into an empty group."""
    into.array("times", np.array([(one.start_ms, one.end_ms) for one in sounds], np.int64).reshape(-1, 2))
    into.texts("kinds", [one.kind for one in sounds])


def read_sounds_of(reader: Reader) -> tuple[SoundEvent, ...] | None:
    """The sound events of an entry; None where nobody listened. Raises FormatError; Misfit where they make no sense."""
    if GROUP not in reader:
        return None
    times = reader.array(f"{GROUP}/times", np.int64, (None, 2), "milliseconds of sounds")
    kinds = reader.texts(f"{GROUP}/kinds", len(times))
    found = zip(times.tolist(), kinds, strict=True)
    return tuple(SoundEvent(start, end, cast(SoundKind, kind)) for (start, end), kind in found)
