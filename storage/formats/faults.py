"""What is wrong with the videos of a file, all of it at once; and what was put right while they were read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from core.errors import FormatError

Read = TypeVar("Read")

MOST = 40  # sentences about different faults; more are counted
NAMED = 5  # videos with the same fault; more are counted
SKIP_HINT = "The other videos can be taken without them: --skip-bad."


class Faulty(FormatError):
    """A video with one fault or more, each a sentence of its own."""

    def __init__(self, faults: Sequence[FormatError]) -> None:
        super().__init__(" ".join(one.message for one in faults), faults[0].hint)
        self.faults = tuple(faults)


class Faults:
    """Collects what is wrong with one video, so that one fault does not hide the others."""

    def __init__(self) -> None:
        self._found: list[FormatError] = []

    def reading(self, read: Callable[[], Read]) -> Read | None:
        """What `read` gives; None where it finds a fault, which is kept."""
        try:
            return read()
        except FormatError as error:
            self._found.append(error)
            return None

    def add(self, fault: FormatError) -> None:
        """Keeps a fault."""
        self._found.append(fault)

    def check(self) -> None:
        """Raises Faulty where there were any."""
        if self._found:
            raise Faulty(self._found)


@dataclass(frozen=True)
class BadVideo:
    """A video that cannot be taken, and why: sentences that name the key and what was expected."""

    key: str
    reasons: tuple[str, ...]


@dataclass
class Findings:
    """What a reader has to say beside the videos: filled while they are read, complete when the last one is.

    Attributes:
        skip_bad: whether bad videos are left out; else they are all named in one error.
        notes: about the file as a whole. Notes about one video stand in its `meta`, under names that end in "_note".
        bad: the bad videos.
        parts: keys of the videos of a split that the release itself makes: train, validation, test.
    """

    skip_bad: bool = False
    notes: list[str] = field(default_factory=list)
    bad: list[BadVideo] = field(default_factory=list)
    parts: dict[str, list[str]] = field(default_factory=dict)

    def good(self, file: str, videos: Iterable[tuple[str, Callable[[], Read]]]) -> Iterator[Read]:
        """The videos that can be read; after the first bad one, and without `skip_bad`, the others are only looked at.

        Args:
            file: its name, for the error.
            videos: the key of each, and what reads it.

        Raises:
            FormatError: there are bad ones and they shall not be skipped, or all are bad; when all were looked at.
        """
        count = 0
        for key, read in videos:
            try:
                video = read()
            except FormatError as error:
                faults = error.faults if isinstance(error, Faulty) else (error,)
                prefix = f"{file}: "
                self.bad.append(BadVideo(key, tuple(one.message.removeprefix(prefix) for one in faults)))
                continue
            count += 1
            if self.skip_bad or not self.bad:
                yield video
        if self.bad and (not self.skip_bad or not count):
            raise FormatError(f"{file}: {told(self.bad)}", SKIP_HINT if count else "")


def told(bad: Sequence[BadVideo]) -> str:
    """One sentence about all faults of all videos; the same fault of several is said once."""
    alike: dict[str, list[tuple[str, str]]] = {}
    for video in bad:
        for reason in video.reasons:
            alike.setdefault(reason.replace(video.key, "\0"), []).append((video.key, reason))
    sentences = []
    for (_, reason), *others in list(alike.values())[:MOST]:
        said = reason.removesuffix(".")
        if others:
            more = f" and {len(others) - NAMED} more" if len(others) > NAMED else ""
            said += f" (the same in {', '.join(key for key, _ in others[:NAMED])}{more})"
        sentences.append(said)
    if len(alike) > MOST:
        sentences.append(f"and {len(alike) - MOST} more faults")
    return "; ".join(sentences) + "."


def damaged(error: Exception, file: str, key: str) -> FormatError:
    """What is wrong with a video that HDF5 stumbles over."""
    return FormatError(f"{file}: '{key}' is damaged or cut off.", f"HDF5 says: {error}")
