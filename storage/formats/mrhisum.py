"""MR.HiSum's HDF5 file: 31,892 videos of YouTube-8M at one pick a second, with their mean importance and no people.

One group per video with `features` (T, D), `gtscore` (T,), `change_points` (S, 2) and, as `gtsummary` or `gt_summary`,
its summary (T,) of 0/1. There are neither frames between the picks nor frame numbers: a frame is a second.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import overload

import h5py
import numpy as np

from core.data import Entry
from core.data.timebase import Timebase
from storage.formats.entry_group import mean_person, read_shots
from storage.formats.faults import Findings, damaged
from storage.formats.hdf5 import STUMBLES, Reader, open_hdf5
from storage.formats.video_groups import video_groups

WIDTH = 1024
SPACE = "youtube8m-inception-v3"
SUMMARIES = ("gtsummary", "gt_summary")
# HDF5 holds some 20 KB for every video that was read until the file is closed, so it is opened again now and then.
TOGETHER = 500


def is_mrhisum(file: h5py.File) -> bool:
    """Whether the first video has scores but does not say to which frames they belong."""
    places = video_groups(Path(file.filename), file)
    group = file[next(iter(places.values()))] if places else {}
    return "gtscore" in group and not {"picks", "n_frames"} & set(group)


class MrHisum(Sequence[Entry]):
    """The videos of a file in the order of their numbers, each read when it is asked for: together they outgrow memory.

    Args:
        path: of the file.
        findings: see `storage.formats.read_dataset`; filled by iterating over all videos.

    Raises:
        FormatError: it is damaged, or, when videos are read, names their keys and what was expected.
    """

    def __init__(self, path: Path, findings: Findings | None = None) -> None:
        self.path = path
        self.findings = findings if findings is not None else Findings()
        with open_hdf5(path) as file:
            self.places = video_groups(path, file, self.findings)
        self.keys = list(self.places)

    def __len__(self) -> int:
        return len(self.keys)

    @overload
    def __getitem__(self, place: int) -> Entry: ...

    @overload
    def __getitem__(self, place: slice) -> Sequence[Entry]: ...

    def __getitem__(self, place: int | slice) -> Entry | Sequence[Entry]:
        with open_hdf5(self.path) as file:
            if isinstance(place, slice):
                return [self._read(file, key) for key in self.keys[place]]
            return self._read(file, self.keys[place])

    def __iter__(self) -> Iterator[Entry]:
        return self.findings.good(self.path.name, self._videos())

    def _videos(self) -> Iterator[tuple[str, Callable[[], Entry]]]:
        for start in range(0, len(self), TOGETHER):
            with open_hdf5(self.path) as file:
                for key in self.keys[start : start + TOGETHER]:
                    yield key, partial(self._read, file, key)

    def _read(self, file: h5py.File, key: str) -> Entry:
        try:
            return self._entry(Reader(self.path, file[self.places[key]]), key)
        except STUMBLES as error:
            raise damaged(error, self.path.name, key) from error

    def _entry(self, reader: Reader, key: str) -> Entry:
        expected = "(T, D) finite numbers, one row a second"
        features = reader.finite("features", np.float32, (None, None), expected)
        steps, width = features.shape
        if features.size == 0:
            raise reader.error("features", expected, "there are none")
        space = SPACE if width == WIDTH else f"unknown-{width}"
        meta: dict[str, str] = {}
        people = mean_person(reader, steps, meta)
        name = next((name for name in SUMMARIES if name in reader), None)
        if name is not None:
            summary = reader.array(name, np.uint8, (steps,), f"({steps},) of 0 and 1")
            with reader.naming({"summaries": name}):
                people = dataclasses.replace(people, summaries=summary[None])
        with reader.naming({}):
            return Entry(
                id=f"{self.path.stem}/{key}",
                title=key,
                timebase=Timebase(Fraction(1), steps),
                picks=np.arange(steps),
                features={space: features},
                feature_space=space,
                shots=read_shots(reader, steps, True),
                annotations=people,
                meta=meta,
            )
