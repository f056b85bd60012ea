"""Which videos train and which test: the two ways in which splits are published."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import FormatError, InputError, NotFoundError


@dataclass(frozen=True)
class Split:
    """Keys of videos, without the name of their dataset."""

    train: tuple[str, ...]
    test: tuple[str, ...]
    validation: tuple[str, ...] = ()


def read_splits(path: Path) -> list[Split]:
    """The splits of a file, in order.

    Reads JSON, a list of (or one) object with `train_keys`, `test_keys` and perhaps `val_keys`, and text with one
    split per line as `dataset/name/train keys/test keys`, keys separated by commas.

    Raises:
        NotFoundError: no such file.
        FormatError: it is neither, or a video both trains and tests.
    """
    if not path.is_file():
        raise NotFoundError(f"There is no file {path}.")
    try:
        content = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise FormatError(f"{path.name} should be a text or JSON file of splits, but it is not text.") from error
    splits = _read_json(path, content) if content.lstrip().startswith(("[", "{")) else _read_text(path, content)
    if not splits:
        raise FormatError(f"{path.name}: expected at least one split, but found none.")
    for number, split in enumerate(splits):
        both = set(split.train) & set(split.test)
        if both:
            raise FormatError(f"{path.name}: split {number} should not train and test on '{min(both)}'.")
    return splits


def read_split(path: Path, index: int) -> Split:
    """One split of a file.

    Raises:
        NotFoundError, FormatError: as `read_splits`.
        InputError: the file has not so many.
    """
    splits = read_splits(path)
    if not 0 <= index < len(splits):
        raise InputError(f"{path.name} holds splits 0 to {len(splits) - 1}, not {index}.")
    return splits[index]


def folders_of_splits(path: Path | None, pattern: Path | str | None) -> list[Path]:
    """One folder for each split of a file, from a pattern with "{split}" in it.

    Raises:
        NotFoundError, FormatError: as `read_splits`.
        InputError: there is no file, or no such pattern.
    """
    if path is None or pattern is None or "{split}" not in str(pattern):
        raise InputError(
            "All splits at once need a split file and a folder name with {split} in it.",
            "For instance: --splits FILE --split all, and runs/summdiff-{split}.",
        )
    return [Path(str(pattern).replace("{split}", str(index))) for index in range(len(read_splits(path)))]


def _read_json(path: Path, content: str) -> list[Split]:
    try:
        values: Any = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise FormatError(f"{path.name} should be JSON, but it is not: {error}.") from error
    splits = []
    for number, value in enumerate(values if isinstance(values, list) else [values]):
        for key in ("train_keys", "test_keys"):
            if not isinstance(value, dict) or not isinstance(value.get(key), list) or not value[key]:
                raise FormatError(f"{path.name}: '{key}' of split {number} should be a list of videos, but it is not.")
        splits.append(Split(_keys(value["train_keys"]), _keys(value["test_keys"]), _keys(value.get("val_keys", ()))))
    return splits


def _read_text(path: Path, content: str) -> list[Split]:
    splits = []
    for number, line in enumerate(content.splitlines(), start=1):
        if not line.strip():
            continue
        fields = line.strip().split("/")
        if len(fields) != 4 or not fields[2] or not fields[3]:
            raise FormatError(f"{path.name}: line {number} should be dataset/name/train keys/test keys, but it is not.")
        splits.append(Split(_keys(fields[2].split(",")), _keys(fields[3].split(","))))
    return splits


def _keys(keys: Any) -> tuple[str, ...]:
    """Keys without the file name that some releases put before them ("eccv16_..._pool5.h5/video_1")."""
    return tuple(str(key).strip().rpartition("/")[2] for key in keys)
