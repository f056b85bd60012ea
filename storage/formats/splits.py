"""Which videos train, which choose the epoch and which test, in the forms in which splits are published.

JSON, YAML   one object, a list of them, or an object of them by their names, with `train_keys`, `test_keys` and
             perhaps `val_keys`, or `train`, `test` and `val`. Keys may name their dataset:
             "eccv16_dataset_ovp_google_pool5/video_3", "../datasets/eccv16_dataset_ovp_google_pool5.h5/video_3".
text         one split a line, "dataset/name/train keys/test keys", keys separated by commas; after "#" a remark
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from core.errors import FormatError, InputError, NotFoundError
from core.text_files import read_text

# By what the parts of a split are called.
NAMES = {
    "train": ("train_keys", "train"),
    "test": ("test_keys", "test"),
    "validation": ("val_keys", "val", "validation_keys", "validation", "valid_keys", "valid"),
}
LARGEST = 64 * 2**20  # bytes; 32,000 videos take less than one
LARGEST_YAML = 2**20  # characters; each sign of punctuation takes hundreds of bytes and a long time
YAML_LINE = re.compile(r"---|-(\s|$)|\w+\s*:")


@dataclass(frozen=True, order=True)
class VideoKey:
    """What a split says of one video.

    Attributes:
        name: its key within its dataset.
        dataset: as the file names it, without folders and ending; "" where it names none.
    """

    name: str
    dataset: str = ""

    def __str__(self) -> str:
        return f"{self.dataset}/{self.name}" if self.dataset else self.name


@dataclass(frozen=True)
class Split:
    """One split of a file.

    Attributes:
        train, test, validation: its videos; no video is in two of them, and `validation` may be empty.
        title: what the file says that it splits; "" where it does not say.
    """

    train: tuple[VideoKey, ...]
    test: tuple[VideoKey, ...]
    validation: tuple[VideoKey, ...] = ()
    title: str = ""

    def overlaps(self) -> Iterator[tuple[str, str, VideoKey]]:
        """The names of two parts, and a video that is in both."""
        parts = {"train": self.train, "validate": self.validation, "test": self.test}
        for first, second in (("train", "test"), ("train", "validate"), ("validate", "test")):
            both = set(parts[first]) & set(parts[second])
            if both:
                yield first, second, min(both)


def read_splits(path: Path) -> list[Split]:
    """The splits of a file, in order.

    Raises:
        NotFoundError: no such file.
        FormatError: it is in none of the forms, or a video is in two parts of a split.
    """
    if not path.is_file():
        raise NotFoundError(f"There is no file {path}.")
    if path.stat().st_size > LARGEST:
        raise FormatError(f"{path.name} is too large for a file of splits: more than {LARGEST // 2**20} MB.")
    try:
        content = read_text(path)
    except UnicodeDecodeError as error:
        raise FormatError(f"{path.name} should be a text, JSON or YAML file of splits, but it is not text.") from error
    is_yaml = path.suffix.lower() in (".yml", ".yaml") or _looks_like_yaml(content)
    if content.lstrip().startswith(("[", "{")) and not (is_yaml and not _is_json(content)):
        splits = _from_objects(path, _json(path, content))
    elif is_yaml:
        splits = _from_objects(path, _yaml(path, content))
    else:
        splits = _from_text(path, content)
    if not splits:
        raise FormatError(f"{path.name}: expected at least one split, but found none.")
    for number, split in enumerate(splits):
        for first, second, key in split.overlaps():
            raise FormatError(f"{path.name}: split {number} should not {first} and {second} on '{key}'.")
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


def _looks_like_yaml(content: str) -> bool:
    lines = (line.strip() for line in content.splitlines())
    first = next((line for line in lines if line and not line.startswith("#")), "")
    return YAML_LINE.match(first) is not None


def _is_json(content: str) -> bool:
    try:
        json.loads(content)
    except (ValueError, RecursionError):
        return False
    return True


def _json(path: Path, content: str) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        raise FormatError(f"{path.name} should be JSON, but it is not: {error}.") from error


def _yaml(path: Path, content: str) -> Any:
    """What a YAML file holds, its keys as they are written: 010 is no 8, and "no" is a name."""
    import yaml

    class Texts(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # whichever is there
        yaml_implicit_resolvers: ClassVar = {
            first: [(tag, form) for tag, form in forms if tag.endswith((":null", ":merge"))]
            for first, forms in yaml.SafeLoader.yaml_implicit_resolvers.items()
        }

    if len(content) > LARGEST_YAML:
        raise FormatError(
            f"{path.name} is too large for a YAML file of splits: more than {LARGEST_YAML // 2**20} MB.",
            "Write it as JSON.",
        )
    try:
        documents = [one for one in yaml.load_all(content, Texts) if one is not None]
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        where = getattr(error, "problem_mark", None)
        told = f" (line {where.line + 1})" if where is not None else ""
        raise FormatError(f"{path.name} should be YAML, but it is not{told}.") from error
    return documents[0] if len(documents) == 1 else documents


def _from_objects(path: Path, values: Any) -> list[Split]:
    splits = []
    for number, value in enumerate(_each(values)):
        found: dict[str, tuple[VideoKey, ...]] = {}
        for part, names in NAMES.items():
            name = next((one for one in names if isinstance(value, dict) and one in value), names[0])
            keys = value.get(name) if isinstance(value, dict) else None
            if keys is None and part == "validation":
                continue
            if not isinstance(keys, list) or not all(type(key) in (str, int) and str(key).strip() for key in keys):
                raise FormatError(f"{path.name}: '{name}' of split {number} should be a list of videos, but it is not.")
            if not keys and part != "validation":
                raise FormatError(f"{path.name}: '{name}' of split {number} should name videos, but it names none.")
            found[part] = _once(_key(str(key)) for key in keys)
            if not all(key.name for key in found[part]):
                raise FormatError(f"{path.name}: '{name}' of split {number} should name videos, but one has no name.")
        splits.append(Split(found["train"], found["test"], found.get("validation", ())))
    return splits


def _each(values: Any) -> list[Any]:
    """The splits of a list, of an object of them or of lists of them, or the one that is alone."""
    if isinstance(values, list):
        return values
    names = {name for several in NAMES.values() for name in several}
    inner = list(values.values()) if isinstance(values, dict) and not names & set(values) else []
    if len(inner) == 1 and isinstance(inner[0], list):
        return inner[0]
    return inner if inner and all(isinstance(one, dict) for one in inner) else [values]


def _once(keys: Iterable[VideoKey]) -> tuple[VideoKey, ...]:
    return tuple(dict.fromkeys(keys))


def _from_text(path: Path, content: str) -> list[Split]:
    splits = []
    for number, line in enumerate(content.splitlines(), start=1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        title, *rest = (field.strip() for field in line.split("/"))
        parts = [_once(VideoKey(key.strip()) for key in field.split(",") if key.strip()) for field in rest]
        if len(parts) != 3 or not all(parts[1:]):
            raise FormatError(f"{path.name}: line {number} should be dataset/name/train keys/test keys, but it is not.")
        splits.append(Split(train=parts[1], test=parts[2], title=title))
    return splits


def _key(written: str) -> VideoKey:
    """A key as it is written, with or without the dataset's file before it."""
    place, _, name = written.strip().replace("\\", "/").rpartition("/")
    file = place.rpartition("/")[2]
    return VideoKey(name, re.sub(r"\.(h5|hdf5|mat)$", "", file, flags=re.IGNORECASE).strip("."))
