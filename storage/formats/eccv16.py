"""eccv16 HDF5 files, as released for SumMe and TVSum and as Manycut extends them.

One group per video; `entry_group` says which keys. A released file holds at least features, change_points, n_frames
and picks. Ours carry a schema version and everything that the official loaders of PGL-SUM, CSTA, LLMVS and SummDiff
read, so that they can be given to them unchanged.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import h5py
import numpy as np

from core.data import AnnotationSet, Entry
from core.data.timebase import format_rate
from core.errors import FormatError, InputError
from core.statistics.curves import mean_of_people
from storage.formats.entry_group import GOOGLENET, features_that_stay, read_entry, write_entry
from storage.formats.faults import Findings, damaged
from storage.formats.hdf5 import STUMBLES, Reader, new_hdf5, open_hdf5
from storage.formats.hdf5_writing import PACKED
from storage.formats.stayed_features import Source
from storage.formats.video_groups import video_groups

SCHEMA = "manycut-eccv16-1"
VIDEO_KEY = re.compile(r"video_\d+")
BUDGET = 0.15


def read_eccv16(
    path: Path, annotations: Path | None = None, findings: Findings | None = None, stay: bool = False
) -> list[Entry]:
    """Reads every video of a file, in the order of their numbers.

    People come from `user_scores`, else from `user_summary` (their 0/1 at the picks), else the mean `gtscore` stands
    for them. Frame rates that the file does not state are assumed from the picks and noted in `meta["fps_note"]`.

    Args:
        path: a released file or one of ours.
        annotations: the TVSum annotations (.mat or .tsv) of the same videos: gives each person's ratings and the
            true frame rates.
        findings: see `storage.formats.read_dataset`.
        stay: features stay in the file: their shapes are looked at, and their values when they are read.

    Raises:
        FormatError: names the file, the keys and what was expected.
    """
    findings = findings if findings is not None else Findings()
    source = Source.of(path) if stay and path.is_file() else None
    with open_hdf5(path) as file:
        groups = video_groups(path, file, findings)
        if not groups:
            raise FormatError(f"{path.name}: expected one group per video, such as 'video_1', but found none.")
        ours = Reader(path, file).text("schema")
        if ours and ours != SCHEMA:
            raise FormatError(f"{path.name}: 'schema' should be '{SCHEMA}', but it is '{ours}'.")
        keys = _keys(path, file, groups)
        dataset = Reader(path, file).text("dataset") or path.stem

        def read(name: str) -> Entry:
            try:
                reader = Reader(path, file[groups[name]], notes=[])
                features = None if source is None else partial(features_that_stay, reader, source)
                return read_entry(reader, dataset=dataset, key=keys[name], needs_features=not ours, features=features)
            except STUMBLES as error:
                raise damaged(error, path.name, groups[name].strip("/")) from error

        entries = list(findings.good(path.name, ((name, partial(read, name)) for name in groups)))
    if annotations is None:
        return entries
    from storage.formats.tvsum import join_tvsum

    return join_tvsum(entries, annotations, findings)


def write_eccv16(entries: Sequence[Entry], path: Path, *, dataset: str = "", budget: float = BUDGET) -> Path:
    """Writes entries as one file that the official loaders read unchanged; appears complete or not at all.

    The official loaders expect GoogLeNet's 1024 columns: where every entry has them, as main features or further ones,
    they are the file's `features`, and each entry's own are kept beside them.

    Videos keep their key where all keys are `video_<int>`, otherwise they are numbered from video_1. Beside what
    `write_entry` keeps, each judged video gets `gtscore` (the mean over the people who judged a pick, 0 where nobody
    did), `user_summary` (each person's own summary, or the knapsack cut of their scores over the default shots with
    unjudged picks as 0) and `gtsummary`.

    Args:
        entries: in order; ids must differ.
        path: where to; an existing file is replaced.
        dataset: name kept in the file; by default that of the entries if they share one.
        budget: share of the video for the cuts.

    Raises:
        InputError: no entries, or two with the same id.
    """
    if not entries or len({entry.id for entry in entries}) != len(entries):
        raise InputError("An export needs at least one entry, each only once.")
    published = [entry.features.get(GOOGLENET) for entry in entries]
    given = [
        entry.with_features(GOOGLENET, features, main=True)
        for entry, features in zip(entries, published, strict=True)
        if features is not None
    ]
    entries = given if len(given) == len(entries) else entries
    sources = sorted({entry.dataset for entry in entries})
    names = video_keys(entries)
    with new_hdf5(path) as file:
        file.attrs["schema"] = SCHEMA
        file.attrs["dataset"] = dataset or (sources[0] if len(sources) == 1 else "")
        file.attrs["source_datasets"] = json.dumps(sources)
        rates = {name: format_rate(e.timebase.rate) for name, e in zip(names, entries, strict=True)}
        file.attrs["frame_rates"] = json.dumps(rates)
        file.attrs["created"] = datetime.now(UTC).isoformat(timespec="seconds")
        file.attrs["simulated"] = any(e.annotations is not None and any(e.annotations.simulated) for e in entries)
        for name, entry in zip(names, entries, strict=True):
            group = file.create_group(name)
            write_entry(group, entry)
            _add_official_keys(group, entry, budget)
    return path


def video_keys(entries: Sequence[Entry]) -> list[str]:
    """The group name of each entry: its own key where all are `video_<int>` and differ, else video_1, video_2, ..."""
    keys = [entry.key for entry in entries]
    if len(set(keys)) == len(keys) and all(VIDEO_KEY.fullmatch(key) for key in keys):
        return keys
    return [f"video_{number}" for number in range(1, len(keys) + 1)]


def summaries_of(entry: Entry, people: AnnotationSet, budget: float = BUDGET) -> np.ndarray:
    """(U, n_frames) uint8 of 0/1: each person's own summary, or the cut that their scores lead to."""
    if people.summaries is not None:
        return people.summaries
    return np.stack([summary_of(entry, scores, budget) for scores in people.scores])


def summary_of(entry: Entry, scores: np.ndarray, budget: float = BUDGET) -> np.ndarray:
    """(n_frames,) uint8 of 0/1: the knapsack cut that (T,) scores lead to over the entry's default shots."""
    from core.segment.segmentation import default_shots  # both compile: only needed for exports
    from core.select.published import select

    return select(scores, entry.picks, default_shots(entry), entry.n_frames, budget).mask


def _add_official_keys(group: h5py.Group, entry: Entry, budget: float) -> None:
    if "change_points" not in group:
        from core.segment.segmentation import default_shots

        shots = default_shots(entry)
        group["change_points"] = (shots.bounds - np.array([0, 1])).astype(np.int32)
        group["n_frame_per_seg"] = shots.lengths.astype(np.int32)
        group.attrs["shots_source"] = shots.source
    people = entry.annotations
    if people is None:
        return
    summaries = summaries_of(entry, people, budget).astype(np.float32)
    group.pop("user_summary", None)
    dataset = group.create_dataset("user_summary", data=summaries, **PACKED)
    dataset.attrs["derived"] = people.summaries is None
    mean = np.nan_to_num(mean_of_people(people.scores)).astype(np.float32)  # 0 where nobody judged
    group["gtscore"] = mean
    group["gtsummary"] = summary_of(entry, mean, budget)[entry.picks].astype(np.float32)


def _keys(path: Path, file: h5py.File, groups: Mapping[str, str]) -> dict[str, str]:
    """The key of each group: the one it states, where those differ, else its name."""
    stated = {name: Reader(path, file[place]).text("key") or name for name, place in groups.items()}
    return stated if len(set(stated.values())) == len(groups) else {name: name for name in groups}
