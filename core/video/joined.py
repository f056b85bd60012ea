"""Recordings that were joined into one file: their clocks start again in the middle, or jump on by hours.

The pictures of each part follow those of the part before it at once, and its sound stays with its pictures.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.packet import Packet
    from av.stream import Stream
    from av.video.stream import VideoStream

BROADCAST_CONTAINERS = {"mpegts", "mpeg"}
# Their clock is that of a broadcast or a stream, not of the file; in others a picture may well stay for minutes.
LIVE_CONTAINERS = BROADCAST_CONTAINERS | {"flv"}
# In seconds: a key picture this long before another has a new clock; of clocks that shake, any picture.
BACK, SHAKES = Fraction(1, 10), 1
# In seconds: without a picture and without sound this long, such a clock has been set.
LONGEST_GAP = 60
# In seconds: sound may be stored this far from its pictures.
APART = 5


@dataclass(frozen=True)
class Part:
    """One of the joined recordings.

    Attributes:
        packet: number of its first packet among those of pictures that have a time.
        shift: what is added to its times, in steps of the pictures' clock.
    """

    packet: int
    shift: int


@dataclass(frozen=True, eq=False)
class PictureTimes:
    """When the pictures of a file are shown, by a clock that goes on from part to part.

    Attributes:
        times: (n, 2) int64 ascending presentation time and duration of every picture, in steps of its stream's clock.
        keys: (K,) int64 those times at which decoding can begin.
        parts: of a joined recording, else empty.
        ends: how many bytes into the file the last picture ends; 0 where that is not known.
    """

    times: np.ndarray
    keys: np.ndarray
    parts: tuple[Part, ...] = ()
    ends: int = 0


def picture_times(container: InputContainer, stream: VideoStream) -> PictureTimes:
    """What the packets of a file say of its pictures.

    Args:
        container: just opened; all its packets are read.
        stream: the pictures.
    """
    step = Fraction(stream.time_base or 1)
    live = container.format.name in LIVE_CONTAINERS
    times, durations, keys, sound = array("q"), array("q"), array("b"), array("d")
    begins = [0]
    latest: int | None = None
    decoded: int | None = None
    ends = 0
    for packet in demuxed(container, [stream, *container.streams.audio] if live else [stream]):
        time = time_of(packet)
        if packet.stream_index != stream.index:
            if time is not None:
                sound.append(float(time * packet.time_base))
            continue
        if time is None:
            continue
        if latest is not None and (
            (packet.is_keyframe and (latest - time) * step > BACK)
            or (packet.dts is not None and decoded is not None and (decoded - packet.dts) * step > SHAKES)
            or (live and (time - latest) * step > LONGEST_GAP)
        ):
            begins.append(len(times))
            latest = None
        ends = max(ends, (packet.pos or 0) + packet.size)
        latest, decoded = time if latest is None else max(latest, time), packet.dts
        times.append(time)
        durations.append(packet.duration or 0)
        keys.append(packet.is_keyframe)
    raw, lengths = np.array(times, np.int64), np.array(durations, np.int64)
    gaps = [begin for begin in begins[1:] if not _heard(np.array(sound), raw, begin, step)]
    parts = _parts(raw, lengths, [0, *gaps]) if gaps else ()
    for part, end in zip(parts, [*gaps, len(raw)], strict=False):
        raw[part.packet : end] += part.shift
    # Of packets with the same time, the last says how long it is.
    unique, last = np.unique(raw[::-1], return_index=True)
    times_and_durations = np.stack([unique, lengths[::-1][last]], axis=1)
    return PictureTimes(times_and_durations, np.unique(raw[np.array(keys, bool)]), parts, ends)


def packets(
    container: InputContainer, pictures: VideoStream, wanted: Sequence[Stream], parts: Sequence[Part]
) -> Iterator[Packet]:
    """The packets of some streams, with times of the clock that goes on from part to part.

    Args:
        container: just opened.
        pictures: its pictures.
        wanted: the streams.
        parts: from `PictureTimes`.
    """
    if not parts:
        yield from demuxed(container, wanted)
        return
    step = Fraction(pictures.time_base or 1)
    shifts = [part.shift * step for part in parts]
    seen, part, latest = 0, 0, Fraction(0)
    of_sound: dict[int, int] = {}
    for packet in demuxed(container, list({stream.index: stream for stream in (pictures, *wanted)}.values())):
        time = time_of(packet)
        if packet.stream_index == pictures.index:
            if time is not None:
                while part + 1 < len(parts) and parts[part + 1].packet <= seen:
                    part += 1
                seen += 1
                latest = time * step + shifts[part]
            belongs = part
        else:
            belongs = of_sound.get(packet.stream_index, 0)
            if time is not None:
                # Sound is stored near its pictures, but at a join that may be before or after the first of them.
                seconds = time * Fraction(packet.time_base)
                near = range(belongs, min(part + 2, len(parts)))
                belongs = min(near, key=lambda one: abs(seconds + shifts[one] - latest), default=belongs)
                of_sound[packet.stream_index] = belongs
        shift = round(shifts[belongs] / packet.time_base)
        packet.pts = None if packet.pts is None else packet.pts + shift
        packet.dts = None if packet.dts is None else packet.dts + shift
        if any(packet.stream_index == stream.index for stream in wanted):
            yield packet


def demuxed(container: InputContainer, streams: Sequence[Stream]) -> Iterator[Packet]:
    """The packets of some streams, as they are stored."""
    # PyAV stumbles at the end over a track that appeared while it was reading; by then all packets were given.
    with suppress(IndexError):
        yield from container.demux(streams)


def recordings(parts: Sequence[Part]) -> int:
    """How many recordings a person would count: at a join, one picture may have a time that is far from everything."""
    return 1 + sum(after.packet - part.packet > 1 for part, after in pairwise(parts))


def time_of(packet: Packet) -> int | None:
    """When what a packet holds is shown or heard; None for one that is not, or does not say."""
    time = packet.dts if packet.pts is None else packet.pts
    # Discarded packets only help to decode what follows a cut in an edited file.
    return None if is_broken(packet) or packet.is_discard else time


def is_broken(packet: Packet) -> bool:
    """Whether a packet is only the beginning of one, at the end of a file that was cut off.

    Of a broadcast, packets at a join are called corrupt too, and are whole.
    """
    return packet.is_corrupt and packet.stream.container.format.name not in BROADCAST_CONTAINERS


def _heard(sound: np.ndarray, times: np.ndarray, begin: int, step: Fraction) -> bool:
    """Whether there is sound all through the gap before a picture, so that its clock went on."""
    before, after = (float(time * step) for time in times[begin - 1 : begin + 1].tolist())
    return bool(np.any((sound > before + APART) & (sound < after - APART)))


def _parts(times: np.ndarray, durations: np.ndarray, begins: list[int]) -> tuple[Part, ...]:
    """Each part begins when the one before it ends."""
    parts: list[Part] = []
    ends = 0
    for begin, end in zip(begins, [*begins[1:], len(times)], strict=True):
        own = np.unique(times[begin:end])
        shift = ends - int(own[0]) if parts else 0
        last = int(durations[begin + int(times[begin:end].argmax())])
        ends = int(own[-1]) + shift + (last or (int(np.median(np.diff(own))) if len(own) > 1 else 1))
        parts.append(Part(begin, shift))
    return tuple(parts)
