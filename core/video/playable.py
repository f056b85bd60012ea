"""A copy of a video that browsers play: the same packets in a new file where possible, H.264 and AAC otherwise.

The copy begins with the first picture, so that the player's clock and our frames agree, has its index in front
(it plays while it loads) and stands upright.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import av

from core.errors import VideoError
from core.progress import Progress, ShouldStop, check, never, silent
from core.video.decode import PictureDecoder, is_void, shown_at
from core.video.joined import packets
from core.video.probe import (
    BROWSER_AUDIO,
    BROWSER_PIXELS,
    BROWSER_VIDEO,
    TIMED_CONTAINERS,
    VideoInfo,
    clock_step,
    open_video,
)
from core.video.standard import StandardPictures

if TYPE_CHECKING:
    from av.audio.frame import AudioFrame
    from av.audio.stream import AudioStream
    from av.container import InputContainer, OutputContainer
    from av.packet import Packet
    from av.stream import Stream
    from av.video.codeccontext import VideoCodecContext
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

    PacketWriter = Callable[[Packet], None]

# They fit into MP4 unchanged.
COPIED_CONTAINERS = TIMED_CONTAINERS
LONGEST_SHORT_SIDE = 1080
AUDIO_RATE = 48000
# Constant quality; a key picture every second makes seeking quick.
H264_OPTIONS = {"crf": "22", "preset": "veryfast"}


def make_playable(video: VideoInfo, out: Path, progress: Progress = silent, should_stop: ShouldStop = never) -> Path:
    """A file that browsers play in step with our frames.

    Args:
        video: from `core.video.probe.probe`.
        out: the MP4 to write, where one is needed; appears only when it is complete.
        progress: told about every second.
        should_stop: asked often.

    Returns:
        `video.path` where browsers play it as it is, otherwise `out`.

    Raises:
        VideoError: the file cannot be read or `out` cannot be written.
        Cancelled: `should_stop` said so.
    """
    if video.playable:
        return video.path
    with open_video(video.path) as (source, pictures), new_mp4(out) as target:
        writers = {pictures.index: _picture_writer(video, source, pictures, target)}
        for sound in source.streams.audio:
            if sound.codec_context is not None:
                writers[sound.index] = _sound_writer(video, sound, target)
                break
        reported = 0.0
        for packet in packets(source, pictures, [source.streams[index] for index in writers], video.parts):
            with writing(out):
                writers[packet.stream.index](packet)
            if packet.dts is None:
                continue
            seconds = float(packet.dts * packet.time_base - video.start)
            if seconds >= reported + 1:
                reported = seconds
                check(should_stop, f"Converting '{video.path.name}'")
                message = f"Making a copy that browsers play: {seconds:.0f} of {video.duration:.0f} s"
                progress(min(seconds / video.duration, 1.0), message)
    return out


def _picture_writer(
    video: VideoInfo, source: InputContainer, stream: VideoStream, target: OutputContainer
) -> PacketWriter:
    fits = video.codec in BROWSER_VIDEO["mp4"] and video.pixel_format in BROWSER_PIXELS
    if fits and video.as_shown and video.container in COPIED_CONTAINERS:
        return _copier(video, target, target.add_stream_from_template(stream))
    scale = min(1.0, LONGEST_SHORT_SIDE / min(video.width, video.height))
    # H.264 with 4:2:0 colour has even sides only.
    width, height = (max(2, round(side * scale / 2) * 2) for side in (video.width, video.height))
    if video.rotation % 180:
        width, height = height, width
    rate = video.timebase.rate.limit_denominator(100_000)
    written = target.add_stream("libx264", rate=rate, options=H264_OPTIONS)
    written.width, written.height, written.pix_fmt = width, height, "yuv420p"
    step = clock_step(stream)
    written.codec_context.time_base = step
    written.codec_context.gop_size = max(1, round(rate))
    written.set_display_rotation((video.rotation + 180) % 360 - 180)
    start = int(video.start / step)
    decoder, reformatter = PictureDecoder(source, stream), StandardPictures(video)
    latest = -1

    def write(packet: Packet) -> None:
        nonlocal latest
        for picture in decoder(packet):
            time = shown_at(picture) - start
            if time <= latest:
                continue  # only in damaged files
            latest = time
            even = reformatter.reformat(picture, width, height, "yuv420p")
            name_colours(written.codec_context, even)
            even.pts = time
            # Otherwise the source's choice of key pictures would be forced on the encoder.
            even.pict_type = 0
            target.mux(written.encode(even))
        if _is_last(packet):
            target.mux(written.encode(None))

    return write


def name_colours(encoder: VideoCodecContext, picture: VideoFrame) -> None:
    """Before the first picture: has the file say how its numbers mean colours. Where it does not, players guess."""
    if encoder.is_open:
        return
    encoder.color_primaries, encoder.color_trc = picture.color_primaries, picture.color_trc
    encoder.colorspace, encoder.color_range = picture.colorspace, picture.color_range


def _sound_writer(video: VideoInfo, stream: AudioStream, target: OutputContainer) -> PacketWriter:
    if video.audio_codec in BROWSER_AUDIO["mp4"] and video.container in COPIED_CONTAINERS:
        return _copier(video, target, target.add_stream_from_template(stream))
    layout = "mono" if stream.codec_context.channels == 1 else "stereo"
    written = target.add_stream("aac", rate=AUDIO_RATE, layout=layout)
    resampler = av.AudioResampler("fltp", layout, AUDIO_RATE)
    start = round(video.start * AUDIO_RATE)
    following = 0

    def encode(frame: AudioFrame | None) -> None:
        nonlocal following
        for piece in resampler.resample(frame):
            # Sound before the first picture is left out; times of damaged files may jump back.
            if piece.pts is not None and piece.pts - start + piece.samples <= following:
                continue
            piece.pts = following if piece.pts is None else max(piece.pts - start, following)
            piece.time_base = Fraction(1, AUDIO_RATE)
            following = piece.pts + piece.samples
            target.mux(written.encode(piece))

    def write(packet: Packet) -> None:
        try:
            frames = packet.decode()
        except av.FFmpegError:
            return
        for frame in frames:
            assert isinstance(frame, av.AudioFrame)  # its packets are of the sound
            encode(frame)
        if _is_last(packet):
            encode(None)
            target.mux(written.encode(None))

    return write


def _copier(video: VideoInfo, target: OutputContainer, written: Stream) -> PacketWriter:
    latest: int | None = None

    def write(packet: Packet) -> None:
        nonlocal latest
        if is_void(packet) or packet.pts is None:
            return
        start = int(video.start / packet.time_base)
        packet.pts -= start
        if written.type == "audio" and packet.pts < 0:
            return  # sound before the first picture
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
