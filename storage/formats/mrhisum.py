"""MR.HiSum's HDF5 file: 31,892 videos of YouTube-8M at one pick a second, with their mean importance and no people.

One group per video with `features` (T, D), `gtscore` (T,), `change_points` (S, 2) and, as `gtsummary` or `gt_summary`,
its summary (T,) of 0/1. There are neither frames between the picks nor frame numbers: a frame is a second.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Set
from fractions import Fraction
from pathlib import Path

import numpy as np

from core.data import Entry
from core.data.timebase import Timebase
from storage.formats.entry_group import mean_person, read_shots
from storage.formats.faults import Findings
from storage.formats.hdf5 import Reader
from storage.formats.one_by_one import OneByOne, as_features

WIDTH = 1024
SPACE = "youtube8m-inception-v3"
SUMMARIES = ("gtsummary", "gt_summary")


def is_mrhisum(keys: Set[str]) -> bool:
    """Whether videos with these keys have scores, but do not say to which frames they belong."""
    return "gtscore" in keys and not {"picks", "n_frames"} & keys


class MrHisum(OneByOne):
    """The videos of a file; see `OneByOne`.

    Args:
        path: of the file.
        findings: see `storage.formats.read_dataset`; filled by iterating over all videos.
        stay: see `OneByOne`.

    Raises:
        FormatError: it is damaged, or, when videos are read, names their keys and what was expected.
    """

    def __init__(self, path: Path, findings: Findings | None = None, stay: bool = False) -> None:
        super().__init__(path, findings, forgiving=False, stay=stay)

    def entry(self, reader: Reader, key: str, beside: Mapping[str, Reader]) -> Entry:
        features = self.rows(reader, "features", None)
        steps, width = features.shape
        if not steps:
            raise reader.error("features", "(T, D) finite numbers, one row a second", "there are none")
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
                features=as_features({space: features}),
                feature_space=space,
                shots=read_shots(reader, steps, True),
                annotations=people,
                meta=meta,
            )
