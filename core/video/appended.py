"""Recordings that were appended to each other: of FLV and Matroska as one file that FFmpeg reads to its end.

FFmpeg stops at the head of a later recording. What is read here leaves those heads out, so that one stream of tags or
clusters follows another; their clocks begin again, which `core.video.joined` sees to. MP4 and ASF say where everything
lies from the beginning of the file on, so that of those only the first is read.
"""

from __future__ import annotations

import io
import mmap
import os
import re
from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple, TypeAlias

# The head of an FLV file and the size of the tag before its first one, which is none.
FLV_HEAD = re.compile(rb"FLV\x01[\x01\x04\x05]\0\0\0\x09\0\0\0\0")
EBML_HEAD = b"\x1a\x45\xdf\xa3"
ASF_HEAD = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")
KINDS = {"flv": re.compile(rb"FLV\x01"), "matroska": re.compile(EBML_HEAD), "mp4": re.compile(rb"....ftyp", re.DOTALL)}
# Elements of Matroska (RFC 9559).
SEGMENT, INFO, TRACKS, CLUSTER = 0x18538067, 0x1549A966, 0x1654AE6B, 0x1F43B675
TRACK, TRACK_NUMBER, CODEC, CODEC_PRIVATE, CLOCK = 0xAE, 0xD7, 0x86, 0x63A2, 0x2AD7B1
# Bytes from which on a clock or a list of tracks is too large to be one.
MOST_HEAD = 2**22


# Bytes, or (begin, end) of bytes of the file.
Pieces: TypeAlias = "list[bytes | tuple[int, int]]"


class AppendedFile(io.RawIOBase):
    """Pieces of a file, and of memory, one after the other.

    Args:
        path: the file.
        pieces: what is read.
        rest: bytes that belong to it and are not read.
    """

    def __init__(self, path: Path, pieces: Pieces, rest: int = 0) -> None:
        self._file, self._rest = path.open("rb"), rest
        self._pieces = pieces
        lengths = (len(one) if isinstance(one, bytes) else one[1] - one[0] for one in pieces)
        self._begins = [0, *accumulate(lengths)]
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        begin = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._begins[-1] + self._rest}[whence]
        self._at = max(begin + offset, 0)
        return self._at

    def read(self, size: int = -1) -> bytes:
        left = max(self._begins[-1] - self._at, 0)
        left = left if size < 0 else min(size, left)
        found = []
        while left:
            place = bisect_right(self._begins, self._at) - 1
            inside, piece = self._at - self._begins[place], self._pieces[place]
            take = min(left, self._begins[place + 1] - self._at)
            if isinstance(piece, bytes):
                part = piece[inside : inside + take]
            else:
                self._file.seek(piece[0] + inside)
                part = self._file.read(take)
            if not part:  # the file became shorter
                break
            found.append(part)
            self._at += len(part)
            left -= len(part)
        return b"".join(found)

    def close(self) -> None:
        self._file.close()
        super().close()


def appended(path: Path) -> AppendedFile | None:
    """What can be read of the recordings of a file as one; None where it holds but one, or is of another kind.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        head = file.read(8)
        kind = next((kind for kind, begins in KINDS.items() if begins.match(head)), None)
        if kind is None:
            return None
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            pieces, rest = {"flv": _of_flv, "matroska": _of_matroska, "mp4": _of_fragments}[kind](content)
    return AppendedFile(path, pieces, rest) if pieces else None


def unread_recordings(path: Path) -> int:
    """How many recordings follow the first in a file of which only that is read; 0 where it is of another kind.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        if content[:16] == ASF_HEAD:
            return sum(1 for _ in re.finditer(re.escape(ASF_HEAD), content)) - 1
        return len(_heads(content))


def _of_fragments(content: mmap.mmap) -> tuple[Pieces, int]:
    """The first recording of an MP4 file of fragments: those of a later one, whose clock begins again, would mix in."""
    boxes = list(_boxes(content))
    heads = _heads(content)
    if not heads or all(name != b"moof" for name, _ in boxes):
        return [], 0
    begin = max((at for name, at in boxes if name == b"ftyp" and 0 < at < heads[0]), default=heads[0])
    return [(0, begin)], len(content) - begin


def _heads(content: mmap.mmap) -> list[int]:
    """Where the heads of later recordings are in an MP4 or MOV file, but of such as fragments whose clock goes on."""
    boxes = list(_boxes(content))
    later = [at for name, at in boxes if name == b"moov"][1:]
    if all(name != b"moof" for name, _ in boxes):
        return later
    clocks = [(at, content.rfind(b"tfdt", 0, at), content.find(b"tfdt", at)) for at in later]
    return [at for at, before, after in clocks if _begins(content, after) <= _begins(content, before)]


def _begins(content: mmap.mmap, at: int) -> int:
    """When a fragment begins, as the box at a place says."""
    width = 8 if content[at + 4 : at + 5] == b"\1" else 4
    return int.from_bytes(content[at + 8 : at + 8 + width], "big") if at >= 0 else 0


def _boxes(content: mmap.mmap) -> Iterator[tuple[bytes, int]]:
    """The names of the boxes of an MP4 or MOV file, and where they begin; it ends at the first that is none."""
    at = 0
    while at + 8 <= len(content):
        length = int.from_bytes(content[at : at + 4], "big")
        if length == 1:  # a 64-bit length follows the name
            length = int.from_bytes(content[at + 8 : at + 16], "big")
        yield content[at + 4 : at + 8], at
        if length < 8:  # 0 means: until the end of the file
            return
        at += length


def _of_flv(content: mmap.mmap) -> tuple[Pieces, int]:
    heads = [found.span() for found in FLV_HEAD.finditer(content)]
    if len(heads) < 2 or heads[0][0]:
        return [], 0
    begins = [0, *(end for _, end in heads[1:])]
    ends = [*(begin for begin, _ in heads[1:]), len(content)]
    return list(zip(begins, ends, strict=True)), 0


class _Element(NamedTuple):
    """Where the data of an element lie; `size` is where its length is written, `end` None where it has none."""

    id: int
    size: int
    begin: int
    end: int | None


def _of_matroska(content: mmap.mmap) -> tuple[Pieces, int]:
    """The pieces, and how many bytes after them are of other recordings; no pieces where there is but one recording."""
    pieces: Pieces = []
    first: object = None
    at = 0
    while content[at : at + 4] == EBML_HEAD:
        head = _element(content, at)
        segment = None if head is None or head.end is None else _element(content, head.end)
        if segment is None or segment.id != SEGMENT:
            break
        end = segment.end if segment.end is not None else _next_head(content, segment.begin)
        described, clusters = _described(content, segment.begin, min(end, len(content)))
        if not pieces:
            if end >= len(content):
                return [], 0
            first = described
            width = segment.begin - segment.size
            endless = ((1 << 7 * width + 1) - 1).to_bytes(width)
            pieces += [(0, segment.size), endless, (segment.begin, min(end, len(content)))]
        elif described != first:  # what follows cannot be decoded with what the first says
            break
        else:
            pieces += clusters
        at = end
    return (pieces, len(content) - min(at, len(content))) if len(pieces) > 3 else ([], 0)


def _next_head(content: mmap.mmap, at: int) -> int:
    """Where the next recording begins; the end of the file where there is none."""
    while (found := content.find(EBML_HEAD, at)) >= 0:
        if re.search(rb"matroska|webm", content[found : found + 64]):
            return found
        at = found + 1
    return len(content)


def _described(content: mmap.mmap, at: int, end: int) -> tuple[object, list[tuple[int, int]]]:
    """What a recording says of its clock and its tracks, and where its clusters are."""
    clock: bytes | None = None
    tracks: list[list[bytes | None]] = []
    clusters: list[tuple[int, int]] = []
    for begin, one in _children(content, at, end):
        until = end if one.end is None else min(one.end, end)
        if one.id == CLUSTER:
            if clusters and clusters[-1][1] == begin:
                clusters[-1] = (clusters[-1][0], until)
            else:
                clusters.append((begin, until))
        elif one.id == INFO and until - one.begin < MOST_HEAD:
            clock = _values(content, one.begin, until).get(CLOCK)
        elif one.id == TRACKS and until - one.begin < MOST_HEAD:
            for _, track in _children(content, one.begin, until):
                if track.id == TRACK:
                    values = _values(content, track.begin, until if track.end is None else min(track.end, until))
                    tracks.append([values.get(name) for name in (TRACK_NUMBER, CODEC, CODEC_PRIVATE)])
    return (clock, tracks), clusters


def _values(content: mmap.mmap, at: int, end: int) -> dict[int, bytes]:
    return {one.id: content[one.begin : end if one.end is None else one.end] for _, one in _children(content, at, end)}


def _children(content: mmap.mmap, at: int, end: int) -> Iterator[tuple[int, _Element]]:
    """The elements from a place on, and where each begins; it ends at the first that has no length, or is none."""
    while at < end and (one := _element(content, at)) is not None:
        yield at, one
        if one.end is None:
            return
        at = one.end


def _element(content: mmap.mmap, at: int) -> _Element | None:
    name, size = _number(content, at, 4)
    if not size:
        return None
    length, width = _number(content, at + size, 8)
    if not width:
        return None
    begin = at + size + width
    value = length & ((1 << 7 * width) - 1)
    return _Element(name, at + size, begin, None if value == (1 << 7 * width) - 1 else begin + value)


def _number(content: mmap.mmap, at: int, widest: int) -> tuple[int, int]:
    """A number as it is written, with the mark of its width, and that width in bytes; 0 where there is none."""
    first = content[at] if at < len(content) else 0
    width = 9 - first.bit_length()
    if width > widest or at + width > len(content):
        return 0, 0
    return int.from_bytes(content[at : at + width], "big"), width
