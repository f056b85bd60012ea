"""A copy of a video that browsers play: the same packets in a new file where possible, H.264 and AAC otherwise.

The copy begins with the first picture, so that the player's clock and our frames agree, has its index in front
(it plays while it loads) and stands upright.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import av
import numpy as np

from core.data.timebase import VaryingTimebase
from core.errors import VideoError
from core.progress import Progress, ShouldStop, check, never, silent
from core.video.aac import AUDIO_RATE, AacWriter
from core.video.decode import PictureDecoder, is_void, shown_at
from core.video.joined import packets
from core.video.probe import (
    BROWSER_AUDIO,
    BROWSER_PIXELS,
    BROWSER_VIDEO,
    TIMED_CONTAINERS,
    VideoInfo,
    clock_step,
    numbering,
    open_video,
    probe,
)
from core.video.sound import SoundReader, sound_extent, without_gaps
from core.video.standard import StandardPictures

if TYPE_CHECKING:
    from av.container import InputContainer, OutputContainer
    from av.packet import Packet
    from av.stream import Stream
    from av.video.codeccontext import VideoCodecContext
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

    PacketWriter = Callable[[Packet], None]

# Sound that is missing, before or beside the pictures, is told from this many seconds on.
NOTICED = 0.05
# They fit into MP4 unchanged.
COPIED_CONTAINERS = TIMED_CONTAINERS
LONGEST_SHORT_SIDE = 1080
# Constant quality; a key picture every second makes seeking quick.
H264_OPTIONS = {"crf": "22", "preset": "veryfast"}


@dataclass(frozen=True)
class Playable:
    """What browsers are given of a video.

    Attributes:
        file: the video's own file where browsers play it as it is, otherwise the copy.
        notes: what could not be kept.
    """

    file: Path
    notes: tuple[str, ...] = ()


def make_playable(
    video: VideoInfo, out: Path, progress: Progress = silent, should_stop: ShouldStop = never
) -> Playable:
    """A file that browsers play in step with our frames.

    Args:
        video: from `core.video.probe.probe`.
        out: the MP4 to write, where one is needed; appears only when it is complete.
        progress: told about every second.
        should_stop: asked often.

    Raises:
        VideoError: the file cannot be read or `out` cannot be written.
        Cancelled: `should_stop` said so.
    """
    if video.playable:
        return Playable(video.path)
    if _pictures_fit(video):
        with suppress(_OtherwiseShown):
            notes = _write(video, out, True, progress, should_stop)
            _check_pictures(video, out)
            return Playable(out, notes)
    return Playable(out, _write(video, out, False, progress, should_stop))


def copy_in(folder: Path, video: VideoInfo) -> Path:
    """The file of `put_playable`: browsers tell formats apart by what the server says, which goes by the suffix."""
    return folder / ("video.webm" if video.playable and video.container == "webm" else "video.mp4")


def put_playable(
    video: VideoInfo, folder: Path, progress: Progress = silent, should_stop: ShouldStop = never
) -> Playable:
    """The same as `make_playable`, and always a file in a folder, never the original, so that it may be moved."""
    out = copy_in(folder, video)
    made = make_playable(video, out, progress, should_stop)
    if made.file == out:
        return made
    try:
        shutil.copyfile(made.file, out)
    except OSError as error:
        raise VideoError(f"'{made.file.name}' cannot be copied to '{folder}': {error.strerror}.") from error
    return Playable(out, made.notes)


def _write(video: VideoInfo, out: Path, copied: bool, progress: Progress, should_stop: ShouldStop) -> tuple[str, ...]:
    """Makes the copy, with the same encoded pictures or new ones; gives its notes."""
    name = f"Converting '{video.path.name}'"
    with open_video(video.path) as (source, pictures), new_mp4(out) as target:
        writers = {pictures.index: (_picture_copier if copied else _picture_encoder)(video, source, pictures, target)}
        sound, heard = None, None
        if video.sound is not None and video.layout is not None:
            if _sound_fits(video):
                track = source.streams[video.sound]
                writers[video.sound] = _copier(target, target.add_stream_from_template(track, opaque=True), video.start)
            else:
                heard = SoundReader(
                    video.path, AUDIO_RATE, video.layout, track=video.sound, start=video.start, parts=video.parts
                )
                sound = AacWriter(target, without_gaps(heard, 1 if video.layout == "mono" else 2), video.layout)
        reported = 0.0
        for packet in packets(source, pictures, [source.streams[index] for index in writers], video.parts):
            seconds = None if packet.dts is None else float(packet.dts * packet.time_base - video.start)
            with writing(out):
                writers[packet.stream.index](packet)
            if seconds is not None and seconds >= reported + 1:
                reported = seconds
                check(should_stop, name)
                message = f"Making a copy that browsers play: {seconds:.0f} of {video.duration:.0f} s"
                progress(min(seconds / video.duration, 1.0), message)
                if sound is not None:
                    with writing(out):
                        sound.write_until(seconds)
        if sound is not None and heard is not None:
            while True:  # what is left, however long
                check(should_stop, name)
                reported += 1
                with writing(out):
                    if not sound.write_until(reported):
                        break
            with writing(out):
                sound.finish()
    return () if heard is None else tuple(_of_sound(video, heard))


def _pictures_fit(video: VideoInfo) -> bool:
    """Whether MP4 takes the encoded pictures as they are, and browsers can begin with the first that is shown.

    Where that is no key picture, the file was cut in the middle of a group, or its beginning is hidden.
    """
    fits = video.codec in BROWSER_VIDEO["mp4"] and video.pixel_format in BROWSER_PIXELS
    return fits and video.as_shown and video.container in COPIED_CONTAINERS and video.begins_with_key


def _sound_fits(video: VideoInfo) -> bool:
    """Whether MP4 takes the encoded sound as it is: players disagree about gaps and about what comes before."""
    fits = video.audio_codec in BROWSER_AUDIO["mp4"] and video.container in COPIED_CONTAINERS and not video.parts
    if not fits or video.sound is None:
        return False
    extent = sound_extent(video.path, video.sound, video.start)
    return extent is not None and extent.whole and abs(extent.begins) <= NOTICED


def _of_sound(video: VideoInfo, heard: SoundReader) -> list[str]:
    """What of the sound is not kept where it is encoded again."""
    notes = []
    if video.channels > 2:
        notes.append(f"Its {video.channels} channels of sound are mixed to two in the copy.")
    if heard.before > NOTICED:
        notes.append(f"{heard.before:.1f} s of sound before the first picture are left out.")
    if heard.damaged > NOTICED:
        notes.append(f"{float(heard.damaged):.1f} s of its sound are damaged, and silent in the copy.")
    return notes


def _check_pictures(video: VideoInfo, copy: Path) -> None:
    """Raises `_OtherwiseShown` where a copy of encoded pictures shows them at other times."""
    made, frames = probe(copy), np.arange(video.timebase.n_frames)
    if made.timebase.n_frames != len(frames) or not made.playable:
        raise _OtherwiseShown
    late = np.abs(made.timebase.seconds(frames) - video.timebase.seconds(frames)).max()
    if late * float(video.timebase.rate) > 0.25:
        raise _OtherwiseShown


class _OtherwiseShown(Exception):
    """A copy of the encoded pictures would not show what the original shows."""


def _picture_copier(
    video: VideoInfo, source: InputContainer, stream: VideoStream, target: OutputContainer
) -> PacketWriter:
    """The encoded pictures as they are; a constant rate, which containers round to their clocks, is exact again."""
    written = target.add_stream_from_template(stream, opaque=True)
    if isinstance(video.timebase, VaryingTimebase):
        return _copier(target, written, video.start)
    number, step = numbering(video, clock_step(stream)), 1 / video.timebase.rate.limit_denominator(100_000)
    written.time_base = step
    copy = _copier(target, written, Fraction(0))
    waiting: list[Packet] = []  # until one says when it is decoded

    def write(packet: Packet) -> None:
        if packet.pts is not None:
            packet.pts, packet.duration = number(packet.pts), 1
            packet.dts = None if packet.dts is None else number(packet.dts)
            packet.time_base = step
            waiting.append(packet)
        if packet.dts is None and not _is_last(packet):
            return
        decoded = packet.dts if packet.dts is not None else video.timebase.n_frames
        for before, one in enumerate(waiting[::-1]):
            one.dts = decoded - before
        for one in waiting:
            copy(one)
        waiting.clear()

    return write


def _picture_encoder(
    video: VideoInfo, source: InputContainer, stream: VideoStream, target: OutputContainer
) -> PacketWriter:
    """Encodes what is shown at every frame: where a picture is missing, the one before it stays."""
    scale = min(1.0, LONGEST_SHORT_SIDE / min(video.width, video.height))
    # H.264 with 4:2:0 colour has even sides only.
    width, height = (max(2, round(side * scale / 2) * 2) for side in (video.width, video.height))
    if video.rotation % 180:
        width, height = height, width
    rate = video.timebase.rate.limit_denominator(100_000)
    varying = video.timebase if isinstance(video.timebase, VaryingTimebase) else None
    # Stored out of order, the last picture of a varying rate would lose its duration.
    written = target.add_stream("libx264", rate=rate, options=H264_OPTIONS | ({"bf": "0"} if varying else {}))
    written.width, written.height, written.pix_fmt = width, height, "yuv420p"
    unit = varying.unit if varying else 1 / rate
    edges = varying.edges if varying else np.arange(video.timebase.n_frames + 1)
    written.codec_context.time_base = unit
    written.codec_context.gop_size = max(1, round(rate))
    written.set_display_rotation((video.rotation + 180) % 360 - 180)
    decoder, reformatter = PictureDecoder(source, stream), StandardPictures(video)
    number = numbering(video, clock_step(stream))
    durations = dict(zip(edges[:-1].tolist(), np.diff(edges).tolist(), strict=True))
    shown: VideoFrame | None = None
    following = 0

    def show_until(frame: int) -> None:
        nonlocal following
        for index in range(following, frame):
            assert shown is not None
            shown.pts, shown.time_base = int(edges[index]), unit
            mux(shown)
        following = max(following, frame)

    def mux(picture: VideoFrame | None) -> None:
        for packet in written.encode(picture):
            assert packet.pts is not None  # every picture was given one
            packet.duration = durations.pop(packet.pts)  # which the encoder forgets
            target.mux(packet)

    def write(packet: Packet) -> None:
        nonlocal shown
        for picture in decoder(packet):
            index = number(shown_at(picture))
            even = reformatter.reformat(picture, width, height, "yuv420p")
            name_colours(written.codec_context, even)
            # Otherwise the source's choice of key pictures would be forced on the encoder.
            even.pict_type = 0
            if shown is not None:
                show_until(min(index, video.timebase.n_frames))
            shown = even
        if _is_last(packet):
            if shown is not None:
                show_until(video.timebase.n_frames)
            mux(None)

    return write


def name_colours(encoder: VideoCodecContext, picture: VideoFrame) -> None:
    """Before the first picture: has the file say how its numbers mean colours. Where it does not, players guess."""
    if encoder.is_open:
        return
    encoder.color_primaries, encoder.color_trc = picture.color_primaries, picture.color_trc
    encoder.colorspace, encoder.color_range = picture.colorspace, picture.color_range


def _copier(target: OutputContainer, written: Stream, begins: Fraction) -> PacketWriter:
    latest: int | None = None

    def write(packet: Packet) -> None:
        nonlocal latest
        if is_void(packet) or packet.pts is None:
            return
        start = int(begins / packet.time_base)
        packet.pts -= start
        if packet.is_discard and written.type == "video":
            raise _OtherwiseShown
        if packet.dts is not None:
            packet.dts = min(packet.dts - start, packet.pts)
            if latest is not None and packet.dts <= latest:
                return  # only in damaged files
            latest = packet.dts
        packet.stream = written
        target.mux(packet)

    return write


def _is_last(packet: Packet) -> bool:
    """Whether this is the empty packet that FFmpeg puts at the end of every stream."""
    return packet.size == 0 and packet.dts is None


@contextmanager
def new_mp4(out: Path) -> Iterator[OutputContainer]:
    """An MP4 file that takes its name when it is complete, and vanishes when anything fails."""
    unfinished = out.with_name(out.name + ".part")
    try:
        with writing(out):
            target = av.open(str(unfinished), "w", format="mp4", options={"movflags": "+faststart"})
        try:
            yield target
        finally:
            with writing(out):
                target.close()
        unfinished.replace(out)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


@contextmanager
def writing(out: Path) -> Iterator[None]:
    try:
        yield
    except (av.FFmpegError, OSError) as error:
        raise VideoError(f"'{out}' cannot be written: {error.strerror}.", "Is there space left?") from error
