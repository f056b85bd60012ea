"""Files of strangers, read in a process of its own: data sets, and released checkpoints."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.errors import CheckpointError, FormatError, NotFoundError
from storage.apart import read_apart
from storage.formats.faults import Findings

if TYPE_CHECKING:
    from core.data import Entry


class ForeignEntries:
    """The entries of a data set, to be taken once: each is here alone, and the process that reads them is not ours.

    Attributes:
        findings: about the file and its bad videos, once all entries were taken.
    """

    def __init__(self, count: int, values: Iterator[Any]) -> None:
        self._count = count
        self._values = values
        self.findings = Findings()

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Entry]:
        for value in self._values:
            if isinstance(value, Findings):
                self.findings = value
            else:
                yield value


@contextmanager
def foreign_dataset(
    path: Path,
    annotations: Path | None = None,
    llmvs: Path | None = None,
    skip_bad: bool = False,
    stay: bool = False,
) -> Iterator[ForeignEntries]:
    """What `storage.formats.read_dataset` reads, read apart; see there for the arguments.

    Raises:
        NotFoundError, InputError: as `read_dataset`, also while entries are taken.
        FormatError: the same, and where the file takes more memory or time than it should, or breaks its reader.
    """
    from storage.formats import files_of_dataset

    files = [path, *(file for file in (annotations, llmvs) if file is not None)]
    for file in files:
        if not file.exists():
            raise NotFoundError(f"There is no file {file}.")
    files += files_of_dataset(path)[1:]
    others = (None if file is None else file.absolute() for file in (annotations, llmvs))
    asked = (path.absolute(), *others, skip_bad, stay)
    with read_apart("storage.formats.foreign:entries_of", asked, files, FormatError) as values:
        yield ForeignEntries(next(values), values)


@dataclass(frozen=True)
class ReadEntry:
    """What there is to say of one entry of a data set, without its arrays.

    Attributes:
        key, title, n_frames, seconds, picks: as `core.data.Entry` has them.
        people: names of those who judged it.
        simulated: how many of them are made by a program.
        spaces: columns of its features, by the id of their space.
        captioned: whether its pictures are described.
        notes: what was assumed, or put right, while it was read.
    """

    key: str
    title: str
    n_frames: int
    seconds: float
    picks: int
    people: tuple[str, ...]
    simulated: int
    spaces: Mapping[str, int]
    captioned: bool
    notes: tuple[str, ...]


@contextmanager
def looked_at(path: Path) -> Iterator[Iterator[Any]]:
    """What `facts_of` gives, read apart. Raises NotFoundError, FormatError as `foreign_dataset`."""
    if not path.exists():
        raise NotFoundError(f"There is no file {path}.")
    with read_apart("storage.formats.foreign:facts_of", (path.absolute(),), [path], FormatError) as values:
        yield values


def facts_of(path: Path) -> Iterator[Any]:
    """Which format a data set has and how many videos, a ReadEntry for each good one, then the Findings."""
    from storage.formats import dataset_kind, read_dataset

    findings = Findings(skip_bad=True)
    entries = read_dataset(path, findings=findings)
    yield dataset_kind(path), len(entries)
    for entry in entries:
        people = entry.annotations
        yield ReadEntry(
            key=entry.key,
            title=entry.title,
            n_frames=entry.n_frames,
            seconds=entry.timebase.duration,
            picks=len(entry.picks),
            people=() if people is None else tuple(people.annotators),
            simulated=0 if people is None or people.simulated is None else int(sum(people.simulated)),
            spaces={space: entry.features[space].shape[1] for space in entry.features},
            captioned=entry.captions is not None,
            notes=tuple(entry.notes),
        )
    yield findings


def entries_of(path: Path, annotations: Path | None, llmvs: Path | None, skip_bad: bool, stay: bool) -> Iterator[Any]:
    """How many entries a data set has, then each of them, then what there is to say beside them."""
    from storage.formats import read_dataset

    findings = Findings(skip_bad)
    entries = read_dataset(path, annotations, llmvs, findings, stay)
    yield len(entries)
    yield from entries
    yield findings


@dataclass(frozen=True)
class Released:
    """What a released checkpoint turned out to be: its system, and its features."""

    kind: str
    config: dict[str, Any]
    feature_space: str
    feature_width: int


def take_released(
    path: Path, folder: Path, name: str, space: str | None, null_video: Path | None, options: dict[str, Any]
) -> Released:
    """Writes a released checkpoint as one of ours, read apart.

    Args:
        path: the file as released.
        folder: a new one, which becomes a checkpoint; what is left of it where this fails is to be removed.
        name: of the checkpoint, for people.
        space: that it was trained in; by default that of the release, if it takes features as wide as those.
        null_video, options: see `core.models.official.load_released`.

    Raises:
        CheckpointError: as `load_released`, and where the file takes more memory or time than it should.
    """
    files = [path, *(file for file in (null_video,) if file is not None)]
    asked = (path.absolute(), folder, name, space, None if null_video is None else null_video.absolute(), options)
    with read_apart("storage.formats.foreign:converted", asked, files, CheckpointError, ["torch"]) as values:
        released: Released = next(values)
        return released


def converted(
    path: Path, folder: Path, name: str, space: str | None, null_video: Path | None, options: dict[str, Any]
) -> Iterator[Released]:
    """The one thing that `take_released` answers, once the folder is written."""
    from core.captions.local_judge import PUBLISHED_SPACE, PUBLISHED_WIDTH
    from core.data.space_ids import canonical
    from core.features import googlenet
    from core.models.checkpoints import save_checkpoint
    from core.models.official import load_released
    from core.models.registry import model_kind
    from core.training.labels import trained_label

    kind, model = load_released(path, null_video=null_video, **options)
    released = (PUBLISHED_SPACE, PUBLISHED_WIDTH) if kind == "llmvs" else (googlenet.ID, googlenet.WIDTH)
    config: Any = model.config  # each kind's own
    width = config.feature_width
    space = canonical(space or (released[0] if width == released[1] else f"unknown-{width}"))
    checkpoint = save_checkpoint(
        model,
        folder,
        label=trained_label(model_kind(kind), space, name, "released"),
        feature_space=space,
        training={"source": path.name, "released": True},
    )
    yield Released(kind, dict(checkpoint.config), space, checkpoint.feature_width)
