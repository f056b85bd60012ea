"""From the packets of a video file to pictures: all of them, or only those that are needed.

For chosen frames, two kinds of others are left out: those between a chosen frame and the key frame before the next, and
those that no other refers to. The chosen ones are bit for bit what decoding everything gives, because nothing that they
are made of is left out. Where a file is not as it should be, `needed_frames` stops, and `core.video.probe.frames_at`
decodes everything instead.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

import av

from core.video.joined import Part, is_broken, packets

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.packet import Packet
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

# Pictures one after the other, without times.
RAW_CONTAINERS = {"h264", "hevc", "mjpeg"}
# What raw files are opened with, so that it is seen whether they state their rate; and what is taken if they do not.
UNSTATED_RATE, ASSUMED_RATE = Fraction(1, 997), Fraction(25)
# Pixels of a picture, more than any camera's: 8,192 x 8,192.
LARGEST = 2**26
# Jumping empties the decoder's threads: over fewer frames than this, decoding on is quicker.
SHORTEST_JUMP = 16


def decode(container: InputContainer, stream: VideoStream, parts: Sequence[Part] = ()) -> Iterator[VideoFrame]:
    """All pictures that can be decoded, in the order they are shown; damaged ones are left out.

    Args:
        container: just opened.
        stream: its pictures.
        parts: of a joined recording, see `core.video.joined`.
    """
    decoder = PictureDecoder(container, stream)
    for packet in packets(container, stream, [stream], parts):
        yield from decoder(packet)


class PictureDecoder:
    """Packets of one stream in, pictures with presentation times out, on all cores.

    Args:
        container: the opened file.
        stream: whose packets will come.
    """

    def __init__(self, container: InputContainer, stream: VideoStream) -> None:
        _use_cores(stream)
        raw = container.format.name in RAW_CONTAINERS
        # AVI keeps no presentation times: where pictures are stored out of order, only their order is known.
        self._count = raw or (container.format.name == "avi" and bool(stream.codec_context.has_b_frames))
        self._following = 0 if raw else None
        self._step = raw_step(stream) if raw else 1

    def __call__(self, packet: Packet) -> list[VideoFrame]:
        """The pictures that this packet completes, none for a damaged one."""
        if is_void(packet):
            return []
        try:
            pictures = packet.decode()
        except av.FFmpegError:
            return []
        for picture in pictures:
            if self._following is not None and (self._count or picture.pts is None):
                picture.pts = self._following
            if picture.pts is not None:  # those before the first time of the file are not shown
                self._following = picture.pts + self._step
        return [picture for picture in pictures if picture.pts is not None]


def raw_rate(stream: VideoStream) -> Fraction | None:
    """The rate that the pictures of a raw file state; None where they do not."""
    rate = stream.codec_context.framerate
    return None if not rate or rate == UNSTATED_RATE else Fraction(rate)


def raw_step(stream: VideoStream) -> int:
    """How long a picture of a raw file is shown, in steps of its stream's clock."""
    return round(1 / ((raw_rate(stream) or ASSUMED_RATE) * Fraction(stream.time_base or 1)))


def is_void(packet: Packet) -> bool:
    """Whether a packet holds no picture: a mark that the last one stays, or a half-written one at a broken end.

    The empty packet without any time at the end of the stream is another thing: it makes the decoder give out the
    pictures it still keeps.
    """
    return packet.dts is not None and (packet.size == 0 or is_broken(packet))


def shown_at(picture: VideoFrame) -> int:
    """When a picture from `decode` is shown, in steps of its track's clock: those without a time are left out there."""
    assert picture.pts is not None
    return picture.pts


def needed_frames(
    container: InputContainer,
    stream: VideoStream,
    number: Callable[[int], int],
    wanted: Sequence[int],
    key_times: Sequence[int],
) -> Iterator[tuple[int, VideoFrame]]:
    """The pictures of chosen frames, as far as the file is as it should be.

    Args:
        container: just opened, of a format that keeps presentation times and an index.
        stream: its pictures.
        number: from presentation times to frame indices.
        wanted: (K,) strictly ascending frame indices.
        key_times: presentation times of the key frames, ascending.

    Yields:
        (frame index, picture), in the order asked for; fewer than asked for where anything is unexpected.
    """
    _use_cores(stream)
    decoder, names_unused = stream.codec_context, _names_unused(stream)
    keys, kept = [number(time) for time in key_times], set(wanted)
    packets, position, latest_key, jumped = container.demux(stream), 0, 0, False
    found = 0
    while True:
        key = bisect_right(keys, wanted[found]) - 1
        if key > latest_key and keys[key] - position >= SHORTEST_JUMP:
            try:
                container.seek(key_times[key], stream=stream)
            except av.FFmpegError:
                return
            packets, latest_key, jumped = container.demux(stream), key, True
        packet = next(packets, None)
        if packet is None or is_void(packet) or (packet.pts is None and packet.size):
            return
        if packet.pts is not None:
            index = number(packet.pts)
            # The file's own index may know fewer key frames and lead to an earlier one. Only that is as good.
            if jumped and not (packet.is_keyframe and index <= wanted[found]):
                return
            position, jumped = (index if jumped else max(position, index)), False
            decoder.skip_frame = "NONREF" if names_unused and index not in kept else "DEFAULT"
        try:
            pictures = packet.decode()
        except av.FFmpegError:
            return
        for picture in pictures:
            if picture.pts is None or picture.is_corrupt or (index := number(picture.pts)) > wanted[found]:
                return
            if index == wanted[found]:
                yield index, picture
                found += 1
                if found == len(wanted):
                    return


def _use_cores(stream: VideoStream) -> None:
    # FFmpeg's Theora decoder sometimes gives other pixels when several pictures are decoded at once.
    stream.thread_type = "SLICE" if stream.codec_context.codec.canonical_name == "theora" else "AUTO"


def _names_unused(stream: VideoStream) -> bool:
    """Whether pictures say of themselves that no other is made from them, neither its pixels nor its probabilities."""
    decoder = stream.codec_context
    if decoder.codec.canonical_name == "hevc":
        # HEVC says so for one temporal layer only. How many there are stands in the decoder's configuration record.
        record = decoder.extradata or b""
        return len(record) > 21 and record[0] == 1 and record[21] >> 3 & 7 == 1
    return decoder.codec.canonical_name in {"h264", "mpeg4", "mpeg2video"}
