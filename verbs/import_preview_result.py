"""What a file would bring into the library, as `import_preview` says it."""

from __future__ import annotations

from verbs.contract import LeftOut, Result
from verbs.import_kinds import ImportKind


class FoundSpace(Result):
    """Features of so many entries: the id of their space, and how many columns they have."""

    space: str
    width: int
    entries: int


class Double(Result):
    """An entry of the file, and the one of the library that seems to be the same video."""

    entry: str
    here: str


class Matched(Result):
    """A video of a file of labels, and the entry that it is."""

    video: str
    entry: str


class Fitting(Result):
    """A data set of the library, and how many of its entries the file is about."""

    dataset: str
    entries: int


class ImportPreviewResult(Result):
    """What is in a file.

    Attributes:
        kind: what it is.
        format: the same for people.
        name: what it would be called in the library.
        found: how many of `unit` it has, those with something wrong included.
        good: how many of them can be taken in.
        unit: what is counted: "entries", "videos", "tasks", "splits", "models".
        people, simulated: different names of those who judged, and how many judgements are made by programs.
        judged: entries that somebody judged.
        frames, seconds: of the good entries together.
        features: by space.
        captioned: entries whose pictures are described.
        wrong: what is wrong with which entry, a sentence each.
        notes: what was assumed, or put right.
        replaces: ids that are in the library already, at most 50 of them named.
        replaced: how many there are.
        doubles: entries that seem to be in the library under another id, at most 50.
        doubled: how many there are.
        fits: data sets of the library that captions, splits or labels of another tool are about, the best first.
        whose: of labels of another tool, the people whom they name, at most 50.
        unnamed: videos with labels of which they do not say whose they are.
        into: the data set that `matched` and `wrong` are about; None where none fits.
        matched: which entry each of its videos is, at most 50.
    """

    kind: ImportKind
    format: str
    name: str
    found: int
    good: int
    unit: str
    people: int = 0
    simulated: int = 0
    judged: int = 0
    frames: int = 0
    seconds: float = 0.0
    features: tuple[FoundSpace, ...] = ()
    captioned: int = 0
    wrong: tuple[LeftOut, ...] = ()
    notes: tuple[str, ...] = ()
    replaces: tuple[str, ...] = ()
    replaced: int = 0
    doubles: tuple[Double, ...] = ()
    doubled: int = 0
    fits: tuple[Fitting, ...] = ()
    whose: tuple[str, ...] = ()
    unnamed: int = 0
    into: str | None = None
    matched: tuple[Matched, ...] = ()
