"""Sounds of an entry come through files as they were; files from before have none."""

from __future__ import annotations

from dataclasses import replace

import h5py
import pytest

from core.data.sounds import SoundEvent
from core.errors import FormatError, InputError
from storage.formats.eccv16 import read_eccv16, write_eccv16

SOUNDS = (SoundEvent(0, 4000, "music"), SoundEvent(500, 1500, "speech"), SoundEvent(4000, 4300, "burst"))


@pytest.mark.parametrize("sounds", [SOUNDS, (), None])
def test_what_is_heard_comes_through_a_file(make_entry, tmp_path, sounds):
    path = write_eccv16([replace(make_entry("talks/first"), sounds=sounds)], tmp_path / "a.h5")
    assert read_eccv16(path)[0].sounds == sounds


def test_what_is_heard_stays_when_an_entry_is_written_again(library, make_entry):
    library.entries.add("talks", [replace(make_entry("talks/first"), sounds=SOUNDS)])
    library.entries.put_captions("talks/first", ["A dog."] * len(library.entries.get("talks/first").picks), "nobody")
    assert library.entries.get("talks/first").sounds == SOUNDS
    library.entries.put_survey("talks/first", signals={})
    assert library.entries.get("talks/first").sounds == SOUNDS


@pytest.mark.parametrize(
    ("key", "value"), [("kinds", [b"music", b"meow", b"burst"]), ("times", [[0, 1], [9, 3], [4, 5]])]
)
def test_damaged_sounds_are_named(make_entry, tmp_path, key, value):
    path = write_eccv16([replace(make_entry("talks/first"), sounds=SOUNDS)], tmp_path / "a.h5")
    with h5py.File(path, "r+") as file:
        group = next(iter(file.values()))["sounds"]
        group[key][...] = value
    with pytest.raises((FormatError, InputError), match="sound"):
        read_eccv16(path)


def test_sounds_ascend(make_entry):
    with pytest.raises(InputError, match="order of time"):
        replace(make_entry("talks/first"), sounds=SOUNDS[::-1])
