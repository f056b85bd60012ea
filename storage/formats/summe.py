"""SumMe's annotations: `GT/<video>.mat`, MATLAB 5 (Gygli et al., ECCV 2014)."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from core.data import AnnotationSet, Entry
from core.errors import FormatError, InputError, NotFoundError
from core.timebase import Timebase, parse_rate
from storage.formats.entry_group import person_names

PICK_STEP = 15


def read_summe(path: Path) -> list[Entry]:
    """The entries of one file, or of a folder of them, with every 15th frame as pick.

    Each person's summary is what they selected; their scores are the same 0 and 1 at the picks.

    Args:
        path: a .mat file, the GT folder, or the folder above it.

    Raises:
        NotFoundError: no such file, or a folder without .mat files.
        FormatError: names the file, the key and what was expected.
    """
    if path.is_dir():
        files = sorted(path.glob("*.mat")) or sorted((path / "GT").glob("*.mat"))
        if not files:
            raise NotFoundError(f"There are no .mat files in {path}.")
        return [_read(file) for file in files]
    if not path.is_file():
        raise NotFoundError(f"There is no file {path}.")
    return [_read(path)]


def _read(path: Path) -> Entry:
    from scipy.io import loadmat  # slow to import

    try:
        values = loadmat(path)
    except Exception as error:  # scipy raises whatever its parser stumbles over
        raise FormatError(f"{path.name} cannot be read as a MATLAB 5 file: {error}.") from error
    missing = [key for key in ("user_score", "FPS", "nFrames") if key not in values]
    if missing:
        raise FormatError(f"{path.name}: '{missing[0]}' should be there, as in SumMe's GT files, but it is missing.")
    selected = np.asarray(values["user_score"])
    n_frames = int(np.asarray(values["nFrames"]).item())
    if selected.ndim != 2 or selected.shape[0] != n_frames or selected.shape[1] == 0:
        raise FormatError(f"{path.name}: 'user_score' should be ({n_frames}, people), but it is {selected.shape}.")
    try:
        timebase = Timebase(parse_rate(float(np.asarray(values["FPS"]).item())), n_frames)
    except InputError as error:
        raise FormatError(f"{path.name}: 'FPS' should be a frame rate, but it is not.") from error
    summaries = np.ascontiguousarray(selected.T > 0).astype(np.uint8)
    picks = np.arange(0, n_frames, PICK_STEP)
    people = len(summaries)
    return Entry(
        id=f"summe/{path.stem}",
        title=path.stem.replace("_", " "),
        timebase=timebase,
        picks=picks,
        annotations=AnnotationSet(
            annotators=person_names(people),
            scores=summaries[:, picks].astype(np.float32),
            protocols=("summe",) * people,
            summaries=summaries,
        ),
        meta={"video_name": path.stem},
    )
