"""LLMVS's released embeddings: what its language model thought of every frame's captions.

Two HDF5 files, `gen/gen_pool.h5` (the answers' states) and `user_prompt/user_prompt_pool.h5` (the queries'), with one
float16 dataset per video: (T, W) where tokens are pooled, (T, L, W) where they are not. Videos are called as in TVSum's
eccv16 file ("video_1"), or by SumMe's names with spaces as underscores.

What is judged here is written in the same layout, and beside it what the release does not hold: `answers/<video>.json`,
the captions that were judged, the answers and the number in each.
"""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from core.captions.local_judge import PUBLISHED_SPACE, Judged, states_space
from core.data import Entry
from core.errors import ConflictError, FormatError, NotFoundError
from core.text_files import read_text
from storage.files import remove_abandoned, whole_file
from storage.formats.hdf5 import new_hdf5, open_hdf5

ANSWERS, QUERIES = "gen/gen*.h5", "user_prompt/user_prompt*.h5"


def with_llmvs_states(entries: Sequence[Entry], folder: Path) -> list[Entry]:
    """The entries with LLMVS's embeddings, or those of a folder that was made here, as their text features.

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
            record = _record(folder, entry.key)  # the release has none: it is by the paper's model
            space = PUBLISHED_SPACE if record is None else states_space(record["judge"])
            found.append(entry.with_text_features(space, states))
    return found


class StatesFolder:
    """A folder in the released layout that grows video by video, and keeps what it has whatever interrupts it.

    A video is written to files of its own first; `join` takes them into the two HDF5 files, which are written anew and
    swapped, so that they are never half written.

    Args:
        folder: made where missing.
        judge: id of the language model whose states these are.
        dataset: of the videos; those of another may have the same names.
    """

    def __init__(self, folder: Path, judge: str, dataset: str = "") -> None:
        self.folder = Path(folder)
        self._judge = judge
        self._dataset = dataset
        self._pools = {part: self.folder / part / f"{part}_pool.h5" for part in ("user_prompt", "gen")}

    def captions(self, video: str) -> tuple[str, ...] | None:
        """The captions that a video was judged by; None where it is not here completely.

        Raises:
            ConflictError: another language model has judged it, or it is of another dataset.
        """
        record = self._record(video)
        if record is None or not all(self._has(pool, video) for pool in self._pools.values()):
            return None
        return tuple(record["captions"])

    def read(self, video: str) -> Judged:
        """All of one video.

        Raises:
            NotFoundError: it is not here.
            FormatError: a file is damaged.
        """
        record = self._record(video)
        if record is None:
            raise NotFoundError(f"'{self.folder}' holds no video '{video}'.")
        queries, answers = (self._states(pool, video) for pool in self._pools.values())
        numbers = np.array([math.nan if one is None else one for one in record["numbers"]], np.float32)
        return Judged(queries, answers, numbers, tuple(record["texts"]))

    def put(self, video: str, judged: Judged, captions: Sequence[str]) -> None:
        """Keeps a whole video, in place of what was here of it; part of the HDF5 files after `join`.

        Args:
            video: as the readers look for it: the key of its entry.
            judged: all T rows.
            captions: T sentences that it was judged by.
        """
        for pool, states in zip(self._pools.values(), (judged.queries, judged.answers), strict=True):
            with whole_file(_part(pool, video)) as partial, partial.open("wb") as file:
                np.save(file, states.astype(np.float16))
        self._write_record(video, judged, captions)

    def put_rows(self, video: str, rows: Sequence[int], judged: Judged, captions: Sequence[str]) -> None:
        """Replaces the rows of some windows of a video that is here; nothing else of the files is touched.

        Args:
            video: that was `put`.
            rows: R windows, ascending.
            judged: R rows.
            captions: all T sentences as they are now.
        """
        at = np.asarray(rows, np.int64)
        whole = self.read(video)
        whole.queries[at], whole.answers[at], whole.numbers[at] = judged.queries, judged.answers, judged.numbers
        texts = list(whole.texts)
        for row, text in zip(rows, judged.texts, strict=True):
            texts[row] = text
        if any(_part(pool, video).is_file() for pool in self._pools.values()):
            return self.put(video, dataclasses.replace(whole, texts=tuple(texts)), captions)
        for pool, states in zip(self._pools.values(), (judged.queries, judged.answers), strict=True):
            # Writing over numbers that are there changes no structure of the file; a crash leaves it readable, and
            # the record below still says that these windows are to be judged.
            with h5py.File(pool, "r+") as file:
                file[video][at] = states.astype(np.float16)
        return self._write_record(video, dataclasses.replace(whole, texts=tuple(texts)), captions)

    def join(self) -> None:
        """Takes the videos that were put into the two HDF5 files."""
        for pool in self._pools.values():
            parts = {path.stem: path for path in sorted(pool.parent.glob("parts/*.npy"))}
            if not parts:
                continue
            with new_hdf5(pool) as new:
                if pool.is_file():
                    with open_hdf5(pool) as old:
                        for name in old.keys() - parts.keys():
                            old.copy(name, new)
                for name, path in parts.items():
                    new[name] = np.load(path, mmap_mode="r")
            for path in parts.values():
                path.unlink(missing_ok=True)
            remove_abandoned(pool.parent / "parts")
            with suppress(OSError):  # another process is at work in it
                (pool.parent / "parts").rmdir()

    def _has(self, pool: Path, video: str) -> bool:
        if _part(pool, video).is_file():
            return True
        if not pool.is_file():
            return False
        with open_hdf5(pool) as file:
            return video in file

    def _states(self, pool: Path, video: str) -> np.ndarray:
        if _part(pool, video).is_file():
            return np.load(_part(pool, video))
        with open_hdf5(pool) as file:
            return file[video][()]

    def _record(self, video: str) -> dict[str, Any] | None:
        record = _record(self.folder, video)
        if record is None:
            return None
        if record["judge"] != self._judge:
            raise ConflictError(
                f"'{self.folder}' holds what {record['judge']} said of '{video}', not {self._judge}.",
                "Choose a folder of its own for every language model.",
            )
        if record["dataset"] != self._dataset:
            raise ConflictError(
                f"'{self.folder}' holds '{video}' of the dataset '{record['dataset']}', not of '{self._dataset}'.",
                "Choose a folder of its own for every dataset.",
            )
        return record

    def _write_record(self, video: str, judged: Judged, captions: Sequence[str]) -> None:
        numbers = [None if math.isnan(one) else round(one, 6) for one in judged.numbers.tolist()]
        said = {"captions": list(captions), "numbers": numbers, "texts": list(judged.texts)}
        with whole_file(_answers(self.folder, video)) as partial:
            whose = {"judge": self._judge, "dataset": self._dataset}
            text = json.dumps(whose | said, ensure_ascii=False, indent=1)
            partial.write_text(text, encoding="utf-8")


def _answers(folder: Path, video: str) -> Path:
    return folder / "answers" / f"{video}.json"


def _record(folder: Path, video: str) -> dict[str, Any] | None:
    """What was kept of a video beside its states; None where there is nothing, as in the release."""
    path = _answers(folder, video)
    if path.parent != folder / "answers" or not path.is_file():
        return None
    try:
        record = json.loads(read_text(path))
    except (OSError, ValueError, RecursionError) as error:
        raise FormatError(f"{path.name} should be JSON with a model's answers, but it is not ({error}).") from error
    if not isinstance(record, dict) or not isinstance(record.get("judge"), str):
        raise FormatError(f"{path.name} should name the model that judged, but it does not.")
    return record


def _part(pool: Path, video: str) -> Path:
    return pool.parent / "parts" / f"{video}.npy"


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
