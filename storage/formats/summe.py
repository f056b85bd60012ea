"""SumMe's annotations: `GT/<video>.mat`, MATLAB 5 as released, or 7.3 (Gygli et al., ECCV 2014)."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from core.data import AnnotationSet, Entry
from core.data.people import slot_names
from core.data.timebase import Timebase, parse_rate
from core.errors import FormatError, InputError, NotFoundError
from core.statistics.curves import mean_of_people
from storage.files import whole_file
from storage.formats.eccv16 import summaries_of
from storage.formats.faults import Faults, Findings
from storage.formats.hdf5 import frame_note, of_frames
from storage.formats.mat import Value, by_frame, number, read_mat

PICK_STEP = 15
KEYS = ("user_score", "FPS", "nFrames")


def read_summe(path: Path, findings: Findings | None = None) -> list[Entry]:
    """The entries of one file, or of a folder of them, with every 15th frame as pick.

    Each person's summary is what they selected; their scores are the same 0 and 1 at the picks.

    Args:
        path: a .mat file, the GT folder, or the folder above it.
        findings: see `storage.formats.read_dataset`.

    Raises:
        NotFoundError: no such file, or a folder without .mat files.
        FormatError: names the file, the key and what was expected.
    """
    if path.is_dir():
        files = sorted(path.glob("*.mat")) or sorted((path / "GT").glob("*.mat"))
        if not files:
            raise NotFoundError(f"There are no .mat files in {path}.")
    elif path.is_file():
        files = [path]
    else:
        raise NotFoundError(f"There is no file {path}.")
    findings = findings if findings is not None else Findings()
    return list(findings.good(path.name, ((file.stem, partial(_read, file)) for file in files)))


def write_summe_mat(entries: Sequence[Entry], folder: Path) -> list[Path]:
    """Writes what each person selected as one MATLAB 5 file per video, `<key>.mat`, laid out as SumMe's own.

    Each file holds, in SumMe's types and orientation:
        user_score      (n_frames, U), 0 where not selected, else the number of the selected piece, from 1 in time
        gt_score        (n_frames, 1) float64, share of the people who selected the frame
        segments        (1, U) cells of (k, 2) float64, [start end] of each piece in seconds; (0, 2) without any
        all_userIDs     (1, U) cells of names
        nFrames, FPS, video_duration (seconds)

    A person's selection is their own summary, or the knapsack cut of their scores (15 %, unjudged picks as 0). Scores
    themselves have no place in the format. Of a varying frame rate FPS is the average; `segments` stay true.

    Args:
        entries: in any order; keys must be file names that differ, also where case does not count.
        folder: where to; files of the same names are replaced, others stay. It is made if need be.

    Returns:
        The files, in the order of the entries. None of them is replaced before all are written.

    Raises:
        InputError: no entries, a key that cannot name a file or twice the same, nobody judged one, an array is not
            as `core.data` says, or a file cannot be written.
    """
    from scipy.io import savemat  # slow to import

    if not entries:
        raise InputError("An export needs at least one entry.")
    paths = [folder / f"{_file_name(entry)}.mat" for entry in entries]
    taken: dict[str, str] = {}
    for entry, path in zip(entries, paths, strict=True):
        name = path.name.casefold()
        if name in taken:
            raise InputError(f"'{taken[name]}' and '{entry.id}' would both be {path.name}.", "Export one at a time.")
        taken[name] = entry.id
    with ExitStack() as files:
        for entry, path in zip(entries, paths, strict=True):
            with files.enter_context(whole_file(path)).open("wb") as file:
                savemat(file, _values(entry), do_compression=True)
    return paths


def _file_name(entry: Entry) -> str:
    if not entry.key.strip(".") or any(character in entry.key for character in "/\\\0"):
        raise InputError(f"The key of '{entry.id}' cannot name a file.", "Give it a key without slashes.")
    return entry.key


def _values(entry: Entry) -> dict[str, Any]:
    """The variables of one file; whole numbers in the smallest type, as in the release."""
    people = entry.people
    selected = summaries_of(entry, people).astype(bool)
    begins = selected & ~np.pad(selected, ((0, 0), (1, 0)))[:, :-1]
    numbers = np.where(selected, begins.cumsum(axis=1), 0)
    rate = entry.timebase.rate
    return {
        "all_userIDs": _cells(list(people.annotators)),
        "segments": _cells([_seconds(entry, row) for row in selected]),
        "nFrames": np.array(entry.n_frames, np.uint16 if entry.n_frames < 2**16 else np.uint32),
        "video_duration": entry.timebase.duration,
        "FPS": np.uint8(int(rate)) if rate.denominator == 1 and rate < 2**8 else float(rate),
        "gt_score": mean_of_people(selected)[:, None],
        "user_score": numbers.T.astype(np.min_scalar_type(numbers.max())),
    }


def _cells(values: list[Any]) -> np.ndarray:
    cells = np.empty((1, len(values)), object)
    for index, value in enumerate(values):  # assigned at once, arrays of one shape would be spread over the cells
        cells[0, index] = value
    return cells


def _seconds(entry: Entry, selected: np.ndarray) -> np.ndarray:
    """(k, 2) float64: when each run of selected frames begins and when it stops being shown."""
    edges = np.flatnonzero(np.diff(np.pad(selected.astype(np.int8), 1)))
    return np.asarray(entry.timebase.seconds(edges), np.float64).reshape(-1, 2)


def _read(path: Path) -> Entry:
    values = read_mat(path, KEYS)
    faults = Faults()
    missing = [f"'{key}'" for key in KEYS if key not in values]
    if missing:
        found = "they are" if len(missing) > 1 else "it is"
        raise FormatError(
            f"{path.name}: {' and '.join(missing)} should be there, as in SumMe's GT files, but {found} missing."
        )
    stated = faults.reading(lambda: number(path, "'nFrames'", values["nFrames"]))
    rate = faults.reading(lambda: _rate(path, values["FPS"]))
    selected = None if stated is None else faults.reading(lambda: _selected(path, values["user_score"], stated))
    timebase = None
    if stated is not None and rate is not None:
        timebase = faults.reading(lambda: _timebase(path, rate, stated))
    faults.check()
    assert timebase is not None
    assert selected is not None
    meta = {"video_name": path.stem}
    n_frames = timebase.n_frames
    if len(selected) != n_frames:
        meta["frames_note"] = frame_note("user_score", len(selected), n_frames)
    summaries = of_frames(np.ascontiguousarray(selected.T > 0).astype(np.uint8), n_frames)
    picks = np.arange(0, n_frames, PICK_STEP)
    people = len(summaries)
    return Entry(
        id=f"summe/{path.stem}",
        title=path.stem.replace("_", " "),
        timebase=timebase,
        picks=picks,
        annotations=AnnotationSet(
            annotators=slot_names(people),
            scores=summaries[:, picks].astype(np.float32),
            protocols=("summe",) * people,
            summaries=summaries,
        ),
        meta=meta,
    )


def _selected(path: Path, value: Value, n_frames: float) -> np.ndarray:
    selected = by_frame(path, "'user_score'", value, n_frames)
    if not np.all(selected >= 0):
        raise FormatError(
            f"{path.name}: 'user_score' should be 0 where a frame is not selected, and more where it is, but some are"
            " below 0 or no number."
        )
    return selected


def _rate(path: Path, value: Value) -> Fraction:
    try:
        return parse_rate(number(path, "'FPS'", value))
    except InputError as error:
        raise FormatError(f"{path.name}: 'FPS' should be a frame rate, but it is not.") from error


def _timebase(path: Path, rate: Fraction, n_frames: float) -> Timebase:
    try:
        return Timebase(rate, int(n_frames))
    except (InputError, ValueError, OverflowError) as error:
        raise FormatError(
            f"{path.name}: 'nFrames' should be a number of frames at {float(rate):g} a second, but it is {n_frames:g}."
        ) from error
