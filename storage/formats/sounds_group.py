"""What is heard in an entry, as a group of its HDF5 file; `storage.formats.entry_group` says what is in it."""

from __future__ import annotations

from typing import cast

import h5py
import numpy as np

from core.data.sounds import SoundEvent, SoundKind
from storage.formats.hdf5 import Reader

TEXT = h5py.string_dtype("utf-8")
GROUP = "sounds"


def write_sounds(group: h5py.Group, sounds: tuple[SoundEvent, ...]) -> None:
    """Writes sound events into an empty group."""
    group["times"] = np.array([(one.start_ms, one.end_ms) for one in sounds], np.int64).reshape(-1, 2)
    group.create_dataset("kinds", data=[one.kind for one in sounds], dtype=TEXT, shape=(len(sounds),))


def read_sounds_of(reader: Reader) -> tuple[SoundEvent, ...] | None:
    """The sound events of an entry; None where nobody listened. Raises FormatError; Misfit where they make no sense."""
    if GROUP not in reader:
        return None
    times = reader.array(f"{GROUP}/times", np.int64, (None, 2), "milliseconds of sounds")
    kinds = reader.texts(f"{GROUP}/kinds", len(times))
    found = zip(times.tolist(), kinds, strict=True)
    return tuple(SoundEvent(start, end, cast(SoundKind, kind)) for (start, end), kind in found)
