"""Whether what the header of an MP4 or MOV file claims can be in the file: FFmpeg takes memory for all of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import IO

# Boxes that lead to the tables of samples.
AROUND = {b"moov", b"trak", b"mdia", b"minf", b"stbl"}
# Samples of one size, which the header need not list, that take no memory worth a word; and how many times as large as
# the file others may be together, as it may have been cut off.
FEW, TIMES = 5_000_000, 4


def claims_too_much(path: Path) -> bool:
    """Whether a track claims millions of samples, far more than there is room for.

    Raises:
        OSError: the file cannot be read.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        return any(count > FEW and count * each > TIMES * size for each, count in _same_samples(file, 0, size))


def _same_samples(file: IO[bytes], at: int, end: int) -> Iterator[tuple[int, int]]:
    """The size of each sample, and how many there are, of tracks whose samples are all of one size."""
    while at + 8 <= end:
        file.seek(at)
        head = file.read(20)
        length, begin = int.from_bytes(head[:4], "big"), 8
        if length == 1:  # a 64-bit length follows the name
            length, begin = int.from_bytes(head[8:16], "big"), 16
        until = end if length == 0 else min(at + length, end)
        if head[4:8] in AROUND:
            yield from _same_samples(file, at + begin, until)
        elif head[4:8] == b"stsz" and (each := int.from_bytes(head[12:16], "big")):
            yield each, int.from_bytes(head[16:20], "big")
        if until < at + 8:
            return
        at = until
