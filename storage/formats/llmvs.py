"""LLMVS's released embeddings: what its language model thought of every frame's captions.

Two HDF5 files, `gen/gen_pool.h5` (the answers' states) and `user_prompt/user_prompt_pool.h5` (the queries'), with one
float16 dataset per video: (T, W) where tokens are pooled, (T, L, W) where they are not. Videos are called as in TVSum's
eccv16 file ("video_1"), or by SumMe's names with spaces as underscores.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

import h5py
import numpy as np

from core.data import Entry
from core.errors import FormatError, NotFoundError
from storage.formats.hdf5 import open_hdf5

LLMVS_SPACE = "llama-2-13b-caption-states"
ANSWERS, QUERIES = "gen/gen*.h5", "user_prompt/user_prompt*.h5"


def with_llmvs_states(entries: Sequence[Entry], folder: Path) -> list[Entry]:
    """The entries with LLMVS's embeddings as their text features.

    Args:
        entries: of TVSum or SumMe.
        folder: that holds `gen/` and `user_prompt/`.

    Raises:
        NotFoundError: a file, or a video in it, is missing.
        FormatError: a dataset is not what it should be, or has not one row per pick.
    """
    folder = Path(folder)
    with open_hdf5(_only(folder, QUERIES)) as queries, open_hdf5(_only(folder, ANSWERS)) as answers:
        found = []
        for entry in entries:
            states = np.maximum(_states(queries, entry), _states(answers, entry))
            found.append(dataclasses.replace(entry, text_features=states, text_space=LLMVS_SPACE))
    return found


def _only(folder: Path, pattern: str) -> Path:
    files = sorted(folder.glob(pattern))
    if len(files) != 1:
        raise NotFoundError(f"There should be one file {pattern} in '{folder}', but there are {len(files)}.")
    return files[0]


def _states(file: h5py.File, entry: Entry) -> np.ndarray:
    """(T, W) float32, pooled over tokens."""
    where = Path(file.filename).name
    names = [entry.key, *(name.replace(" ", "_") for name in (entry.meta.get("video_name", ""), entry.title))]
    name = next((name for name in names if name and name in file), None)
    if name is None:
        raise NotFoundError(f"{where} holds no video '{entry.key}'.", "Are they embeddings of this dataset?")
    dataset = file[name]
    rows = len(entry.picks)
    expected = f"{rows} rows of states (one per pick)"
    if not isinstance(dataset, h5py.Dataset) or dataset.ndim not in (2, 3) or dataset.dtype.kind != "f":
        raise FormatError(f"{where}: '{name}' should be {expected}, but it is something else.")
    if len(dataset) != rows:
        raise FormatError(f"{where}: '{name}' should be {expected}, but it has {len(dataset)}.")
    # One row at a time: unpooled states of a long video take gigabytes.
    states = dataset[()] if dataset.ndim == 2 else np.stack([row.max(axis=0) for row in dataset])
    states = states.astype(np.float32)
    if not np.isfinite(states).all():
        raise FormatError(f"{where}: '{name}' should be {expected}, but it holds NaN or infinite values.")
    return states
