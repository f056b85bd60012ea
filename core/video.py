"""Reading video files: what is in them, and the pictures of chosen frames.

Frames are numbered by presentation time: frame i is the i-th picture that a player shows. Where a file has a place
for a picture but nothing to decode there (a repeated Theora frame, a damaged spot), the picture before it stays.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import av
import numpy as np
from av.stream import Disposition
from av.video.reformatter import VideoReformatter

from core.errors import VideoError
from core.timebase import Timebase, parse_rate

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.packet import Packet
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

# Only containers of pictures and sound: playlists (HLS, concat, DASH) could name other files of this machine.
CONTAINERS = "mov,matroska,webm,avi,ogg,mpeg,mpegts,flv,asf,mxf,gif,ivf,nut,rm,dv"
IMAGE_SIGNATURES = (b"\x89PNG", b"\xff\xd8\xff", b"BM", b"II*\0", b"MM\0*")
# Boxes that an MP4 or MOV file can begin with.
MP4_BOXES = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip")

# What current browsers play, by container.
BROWSER_VIDEO = {"mp4": {"h264", "av1", "vp9"}, "webm": {"vp8", "vp9", "av1"}}
BROWSER_AUDIO = {"mp4": {"aac", "mp3", "opus", "flac"}, "webm": {"vorbis", "opus"}}
BROWSER_PIXELS = {"yuv420p", "yuvj420p"}

EXPORT_AGAIN = "Export it again as MP4 (H.264), or try another copy."


@dataclass(frozen=True, eq=False)
class VideoInfo:
    """What `probe` found in a video file.

    Attributes:
        path: the file.
        width: of the upright picture as displayed, in pixels (rotation and pixel shape applied).
        height: likewise.
        rotation: degrees counter-clockwise by which stored pictures are turned for display: 0, 90, 180 or 270.
        timebase: rate, number of frames, presentation times relative to the first frame.
        start: when the first frame is shown, in seconds of the file's own clock.
        codec: FFmpeg's name: "h264".
        pixel_format: FFmpeg's name: "yuv420p".
        audio_codec: FFmpeg's name: "aac"; None without sound.
        container: "mp4", "mov", "webm", "matroska" or FFmpeg's name.
        note: "" or what a person should know: "The file ends after 13.1 s although it promises 30.0 s."
    """

    path: Path
    width: int
    height: int
    rotation: int
    timebase: Timebase
    start: Fraction
    codec: str
    pixel_format: str
    audio_codec: str | None
    container: str
    note: str = ""

    @property
    def duration(self) -> float:
        """Seconds from the first frame to the end of the last."""
        return self.timebase.duration

    @property
    def playable(self) -> bool:
        """Whether browsers play the file as it is."""
        return not self.why_not_playable

    @property
    def why_not_playable(self) -> str:
        """Why browsers do not play the file as it is, or not in step with our frames; "" where they do."""
        if self.container not in BROWSER_VIDEO:
            return f"Browsers do not play {self.container} files."
        if self.codec not in BROWSER_VIDEO[self.container] or self.pixel_format not in BROWSER_PIXELS:
            return f"Browsers do not play {self.codec} pictures ({self.pixel_format}) in {self.container} files."
        if self.audio_codec and self.audio_codec not in BROWSER_AUDIO[self.container]:
            return f"Browsers do not play {self.audio_codec} sound in {self.container} files."
        if abs(self.start) * self.timebase.rate > Fraction(1, 2):
            return f"The first picture is shown {float(self.start):.3f} s into the file."
        return self.note


def probe(path: Path) -> VideoInfo:
    """Looks into a video file: reads the times of all pictures and decodes the first.

    Raises:
        VideoError: the file is missing, empty, cut off, not a video, or its codec is unknown.
    """
    path = Path(path)
    with open_video(path) as (container, stream):
        times = _picture_times(container, stream)
    # Opened again rather than wound back, because damaged files cannot be wound back.
    with open_video(path) as (container, stream):
        first = next(decode(container, stream), None)
        if first is None or not len(times):
            raise VideoError(f"None of the pictures in '{path.name}' can be decoded.", EXPORT_AGAIN)
        timebase = _timebase(times, stream)
        rotation = round(first.rotation / 90) * 90 % 360
        width = max(1, round(first.width * (stream.sample_aspect_ratio or 1)))
        height = first.height
        sound = next((s for s in container.streams.audio if s.codec_context), None)
        return VideoInfo(
            path=path,
            width=height if rotation % 180 else width,
            height=width if rotation % 180 else height,
            rotation=rotation,
            timebase=timebase,
            start=int(times[0, 0]) * Fraction(stream.time_base),
            codec=stream.codec_context.codec.canonical_name,
            pixel_format=first.format.name,
            audio_codec=sound.codec_context.codec.canonical_name if sound else None,
            container=_container_name(container, path),
            note=_note(timebase, stream),
        )


def frames_at(
    video: VideoInfo, frames: np.ndarray, size: tuple[int, int] | None = None
) -> Iterator[tuple[int, np.ndarray]]:
    """The pictures of chosen frames, in one pass through the file.

    Args:
        video: from `probe`.
        frames: (K,) int ascending frame indices.
        size: width and height of the upright pictures; None for the size they are displayed at.

    Yields:
        (frame index, (height, width, 3) uint8 RGB), in the order asked for.

    Raises:
        VideoError: a frame lies outside the video, or the file can no longer be read.
    """
    wanted = [int(frame) for frame in frames]
    if wanted and not (wanted[0] >= 0 and wanted[-1] < video.timebase.n_frames):
        raise VideoError(f"'{video.path.name}' has frames 0 to {video.timebase.n_frames - 1}, not {wanted[-1]}.")
    width, height = size or (video.width, video.height)
    if video.rotation % 180:
        width, height = height, width

    reformatter = VideoReformatter()  # one for all frames: it keeps its scaling tables

    def picture(frame: VideoFrame) -> np.ndarray:
        small = reformatter.reformat(frame, width, height, "rgb24", interpolation="AREA")
        return np.ascontiguousarray(np.rot90(small.to_ndarray(), video.rotation // 90))

    shown: VideoFrame | None = None
    with open_video(video.path) as (container, stream):
        number = _numbering(video, Fraction(stream.time_base))
        for frame in decode(container, stream):
            index = number(frame.pts)
            # What was asked for before this frame is the frame shown until now.
            while wanted and shown is not None and wanted[0] < index:
                yield wanted.pop(0), picture(shown)
            shown = frame
            while wanted and wanted[0] == index:
                yield wanted.pop(0), picture(frame)
            if not wanted:
                return
        if shown is None:
            raise VideoError(f"None of the pictures in '{video.path.name}' can be decoded.", EXPORT_AGAIN)
        last = picture(shown)
        for index in wanted:
            yield index, last


def file_hash(path: Path) -> str:
    """SHA-256 of the file's content, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def open_video(path: Path) -> Iterator[tuple[InputContainer, VideoStream]]:
    """A video file opened for reading, and its main picture stream.

    Raises:
        VideoError: what is wrong with the file; also in place of FFmpeg's own errors while it is open.
    """
    path = Path(path)
    if not path.is_file():
        raise VideoError(f"There is no file '{path}'.", "Check the name and the folder.")
    if path.stat().st_size == 0:
        raise VideoError(f"'{path.name}' is empty (0 bytes).", "The copy or upload failed: transfer it again.")
    options = {"format_whitelist": CONTAINERS, "protocol_whitelist": "file"}
    try:
        with av.open(str(path.resolve()), container_options=options, metadata_errors="replace") as container:
            yield container, _main_stream(container, path)
    except av.FFmpegError as error:
        raise _explained(path, error) from error


def decode(container: InputContainer, stream: VideoStream) -> Iterator[VideoFrame]:
    """All pictures that can be decoded, in the order they are shown; damaged ones are left out."""
    decoder = PictureDecoder(container, stream)
    for packet in container.demux(stream):
        yield from decoder(packet)


class PictureDecoder:
    """Packets of one stream in, pictures with presentation times out, on all cores.

    Args:
        container: the opened file.
        stream: whose packets will come.
    """

    def __init__(self, container: InputContainer, stream: VideoStream) -> None:
        stream.thread_type = "AUTO"
        # AVI keeps no presentation times: where pictures are stored out of order, only their order is known.
        self._count = container.format.name == "avi" and bool(stream.codec_context.has_b_frames)
        self._following: int | None = None

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
            self._following = (picture.pts or 0) + 1
        return [picture for picture in pictures if picture.pts is not None]


def is_void(packet: Packet) -> bool:
    """Whether a packet holds no picture: a mark that the last one stays, or a half-written one at a broken end.

    The empty packet without any time at the end of the stream is another thing: it makes the decoder give out the
    pictures it still keeps.
    """
    return packet.dts is not None and (packet.size == 0 or packet.is_corrupt)


def _numbering(video: VideoInfo, time_base: Fraction) -> Callable[[int], int]:
    """From presentation times, in units of `time_base`, to frame numbers."""
    start = int(video.start / time_base)
    if video.timebase.times is not None:
        times = video.timebase.times.tolist()
        return lambda pts: bisect_right(times, pts - start) - 1
    # The nearest frame, as containers round times to their clock. Integers, because this runs for every frame.
    frames_per_unit = time_base * video.timebase.rate
    numerator, denominator = 2 * frames_per_unit.numerator, frames_per_unit.denominator
    return lambda pts: ((pts - start) * numerator + denominator) // (2 * denominator)


def _main_stream(container: InputContainer, path: Path) -> VideoStream:
    streams = [s for s in container.streams.video if not s.disposition & Disposition.attached_pic]
    if not streams:
        kind = "only sound" if container.streams.audio else "no pictures"
        raise VideoError(f"'{path.name}' holds {kind}, no video track.", "Choose a file that has pictures.")
    if streams[0].codec_context is None:
        raise VideoError(f"The codec of '{path.name}' is not known.", EXPORT_AGAIN)
    return streams[0]


def _explained(path: Path, error: av.FFmpegError) -> VideoError:
    """A sentence for a file that FFmpeg refuses."""
    try:
        with path.open("rb") as file:
            head = file.read(12)
    except OSError as refusal:
        return VideoError(f"'{path}' cannot be opened: {refusal.strerror}.", "Check who may read the file.")
    if head.startswith(IMAGE_SIGNATURES) or head[8:12] == b"WEBP":
        return VideoError(f"'{path.name}' is a single image, not a video.", "Choose a video file.")
    if head[4:8] in MP4_BOXES and not _has_index(path):
        return VideoError(
            f"'{path.name}' was cut off: its index (the moov box) is missing, so nothing in it can be found.",
            "Copy or record it again; recording programs often offer to repair such files.",
        )
    if isinstance(error, av.InvalidDataError | av.ArgumentError):
        return VideoError(f"'{path.name}' is not a video file that can be read.", EXPORT_AGAIN)
    return VideoError(f"'{path.name}' is damaged: nothing of it can be read.", EXPORT_AGAIN)


def _has_index(path: Path) -> bool:
    """Whether an MP4 or MOV file has its moov box, complete."""
    size = path.stat().st_size
    with path.open("rb") as file:
        position = 0
        while position + 8 <= size:
            file.seek(position)
            header = file.read(16)
            length = int.from_bytes(header[:4], "big")
            if length == 1:  # a 64-bit length follows the name
                length = int.from_bytes(header[8:16], "big")
            if header[4:8] == b"moov":
                return position + length <= size
            if length < 8:  # 0 means: until the end of the file
                return False
            position += length
    return False


def _picture_times(container: InputContainer, stream: VideoStream) -> np.ndarray:
    """(n, 2) int64 presentation time and duration of every picture, ascending, in units of the stream."""
    times = {}
    for packet in container.demux(stream):
        time = packet.dts if packet.pts is None else packet.pts
        # Discarded packets only help to decode what follows a cut in an edited file.
        if time is not None and not packet.is_corrupt and not packet.is_discard:
            times[time] = packet.duration or 0
    return np.array(sorted(times.items()), np.int64).reshape(-1, 2)


def _timebase(times: np.ndarray, stream: VideoStream) -> Timebase:
    """A constant rate where every time fits it to a step of the stream's clock, else the times themselves."""
    starts, unit = times[:, 0] - times[0, 0], Fraction(stream.time_base)
    n = len(starts)
    stated = [stream.average_rate, stream.guessed_rate, stream.base_rate]
    if n == 1:
        return Timebase(next((Fraction(rate) for rate in stated if rate), Fraction(25)), 1)
    measured = Fraction(n - 1) / (int(starts[-1]) * unit)
    for rate in (*stated, parse_rate(float(measured)), measured):
        if not rate:
            continue
        step = 1 / float(Fraction(rate) * unit)
        if np.abs(starts - np.arange(n) * step).max() <= min(1, step / 2):
            return Timebase(Fraction(rate), n)
    last = int(times[-1, 1]) or int(np.median(np.diff(starts)))
    return Timebase.from_times(starts, unit, int(starts[-1]) + last)


def _note(timebase: Timebase, stream: VideoStream) -> str:
    promised = float(stream.duration * stream.time_base) if stream.duration else 0.0
    if promised > timebase.duration + 1:
        return f"The file ends after {timebase.duration:.1f} s although it promises {promised:.1f} s."
    return ""


def _container_name(container: InputContainer, path: Path) -> str:
    """FFmpeg reads whole families with one reader; browsers tell their members apart."""
    name = container.format.name
    if name == "matroska,webm":
        with path.open("rb") as file:
            return "webm" if b"webm" in file.read(64) else "matroska"
    if name.startswith("mov,mp4"):
        brand = container.metadata.get("major_brand", "qt").strip()
        return "mov" if brand == "qt" else "mp4"
    return name
