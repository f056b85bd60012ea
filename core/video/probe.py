"""Reading video files: what is in them, and the pictures of chosen frames.

Frames are numbered by presentation time: frame i is the i-th picture that a player shows. Where a file has a place
for a picture but nothing to decode there (a repeated Theora frame, a damaged spot), the picture before it stays.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import av
import numpy as np

from core.data.timebase import Timebase, VaryingTimebase
from core.errors import VideoError
from core.video.appended import appended, unread_recordings
from core.video.claims import claims_too_much
from core.video.decode import (
    ASSUMED_RATE,
    LARGEST,
    RAW_CONTAINERS,
    UNSTATED_RATE,
    decode,
    needed_frames,
    raw_rate,
    raw_step,
    shown_at,
)
from core.video.joined import Part, PictureTimes, picture_times, recordings
from core.video.orientation import orientation
from core.video.rates import constant_rate
from core.video.standard import UprightPictures
from core.video.tone import colours_note, is_hdr
from core.video.tracks import picture_track, picture_tracks, players_agree, sound_track, tracks_note
from core.video.webp import is_webp, open_webp

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.stream import Stream
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

# Only containers of pictures and sound: playlists (HLS, concat, DASH) could name other files of this machine.
CONTAINERS = "mov,matroska,webm,avi,ogg,mpeg,mpegts,flv,asf,mxf,gif,ivf,nut,rm,dv,h264,hevc,mjpeg,yuv4mpegpipe,apng"
IMAGE_SIGNATURES = (b"\x89PNG", b"\xff\xd8\xff", b"BM", b"II*\0", b"MM\0*")
# Boxes that an MP4 or MOV file can begin with.
MP4_BOXES = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip")

# What current browsers play, by container.
BROWSER_VIDEO = {"mp4": {"h264", "av1", "vp9"}, "webm": {"vp8", "vp9", "av1"}}
BROWSER_AUDIO = {"mp4": {"aac", "mp3", "opus", "flac"}, "webm": {"vorbis", "opus"}}
BROWSER_PIXELS = {"yuv420p", "yuvj420p"}
# Their packets have trustworthy presentation times, and an index leads to the key frames.
TIMED_CONTAINERS = {"mp4", "mov", "matroska", "webm"}
# Of recordings that were appended in them only the first is read, or the first few, where they say different things of
# their pictures; a larger share than this is told.
FIRST_ONLY = {"mov,mp4,m4a,3gp,3g2,mj2", "asf"}
UNJOINED_CONTAINERS, NOTICED_SHARE = {"flv", "matroska,webm"}, 0.1

EXPORT_AGAIN = "Export it again as MP4 (H.264), or try another copy."


@dataclass(frozen=True, eq=False)
class VideoInfo:
    """What `probe` found in a video file.

    Attributes:
        path: the file.
        width: of the upright picture as displayed, in pixels (rotation and pixel shape applied).
        height: likewise.
        stored: width and height of the first picture as it is stored, in pixels.
        mirrored: whether stored pictures are mirrored, left to right, for display.
        rotation: degrees counter-clockwise by which they are turned after that: 0, 90, 180 or 270.
        timebase: rate, number of frames, presentation times relative to the first frame.
        start: when the first frame is shown, in seconds of the file's own clock.
        codec: FFmpeg's name: "h264".
        pixel_format: FFmpeg's name: "yuv420p".
        hdr: whether pictures follow PQ or HLG.
        audio_codec: FFmpeg's name: "aac"; None without sound.
        container: "mp4", "mov", "webm", "matroska" or FFmpeg's name.
        note: "" or what a person should know: "The file ends after 13.1 s although it promises 30.0 s."
        sound: index of the sound track that is used; None without sound.
        channels: of that sound, 0 without.
        begins_with_key: whether the first frame is one that decoding can begin with.
        tracks_note: "" or which of several tracks are used.
        colours_note: "" or what a person should know of its colours.
        players_agree: whether every player would play these tracks.
        key_times: (K,) int64 presentation times of the frames that decoding can begin with, in the file's own units.
        parts: of a recording that was joined from several, whose clocks begin again; else empty.
    """

    path: Path
    width: int
    height: int
    stored: tuple[int, int]
    mirrored: bool
    rotation: int
    timebase: Timebase
    start: Fraction
    codec: str
    pixel_format: str
    hdr: bool
    audio_codec: str | None
    container: str
    note: str = ""
    sound: int | None = None
    channels: int = 0
    begins_with_key: bool = True
    tracks_note: str = ""
    colours_note: str = ""
    players_agree: bool = True
    key_times: np.ndarray = field(default_factory=lambda: np.empty(0, np.int64))
    parts: tuple[Part, ...] = ()

    @property
    def duration(self) -> float:
        """Seconds from the first frame to the end of the last."""
        return self.timebase.duration

    @property
    def as_shown(self) -> bool:
        """Whether stored pictures are what is shown, but for their rotation."""
        return not (self.mirrored or self.hdr or self.parts)

    @property
    def layout(self) -> Literal["mono", "stereo"] | None:
        """Of the sound in what is made of the video; None without sound."""
        if self.sound is None:
            return None
        return "mono" if self.channels == 1 else "stereo"

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
        if self.mirrored:
            return "Not every browser mirrors pictures that are to be mirrored."
        if self.hdr:
            return "Browsers show HDR pictures in different colours."
        if abs(self.start) * self.timebase.rate > Fraction(1, 2):
            return f"The first picture is shown {float(self.start):.3f} s into the file."
        if not self.players_agree:
            return "Not every browser plays the tracks that are used."
        return self.note


def probe(path: Path, sound: str | None = None) -> VideoInfo:
    """Looks into a video file: reads the times of all pictures and decodes the first.

    Args:
        path: the file.
        sound: which of several sound tracks is wanted, see `core.video.tracks.sound_track`.

    Raises:
        VideoError: the file is missing, empty, cut off, not a video, its codec is unknown, or there is no such sound.
    """
    path = Path(path)
    with open_video(path) as (container, stream):
        found = _picture_times(container, stream)
    # Opened again rather than wound back, because damaged files cannot be wound back.
    with open_video(path) as (container, stream):
        first = next(decode(container, stream), None)
        if first is None or not len(found.times):
            raise VideoError(f"None of the pictures in '{path.name}' can be decoded.", EXPORT_AGAIN)
        timebase = _timebase(found.times, stream)
        rotation, mirrored = orientation(first)
        width = max(1, round(first.width * (stream.sample_aspect_ratio or 1)))
        height = first.height
        track = sound_track(container, sound)
        return VideoInfo(
            path=path,
            width=height if rotation % 180 else width,
            height=width if rotation % 180 else height,
            stored=(first.width, first.height),
            mirrored=mirrored,
            rotation=rotation,
            timebase=timebase,
            start=int(found.times[0, 0]) * clock_step(stream),
            codec=stream.codec_context.codec.canonical_name,
            pixel_format=first.format.name,
            hdr=is_hdr(first),
            audio_codec=track.codec_context.codec.canonical_name if track else None,
            container=_container_name(container, path),
            note=_note(container, path, timebase, stream, found),
            sound=track.index if track else None,
            channels=track.codec_context.channels if track else 0,
            begins_with_key=bool(len(found.keys)) and found.keys[0] == found.times[0, 0],
            tracks_note=tracks_note(container, stream, track),
            colours_note=colours_note(first),
            players_agree=players_agree(container, stream, track),
            key_times=found.keys,
            parts=found.parts,
        )


def frames_at(
    video: VideoInfo,
    frames: np.ndarray,
    size: tuple[int, int] | None = None,
    watch: Callable[[VideoFrame], None] | None = None,
) -> Generator[tuple[int, np.ndarray], None, None]:
    """The pictures of chosen frames, in one pass through the file, which decodes no more than it must.

    Args:
        video: from `probe`.
        frames: (K,) int ascending frame indices.
        size: width and height of the upright pictures; None for the size they are displayed at.
        watch: called with every frame of the video on the way, as `shown_frames` gives it, which takes decoding all.

    Yields:
        (frame index, (height, width, 3) uint8 RGB), in the order asked for.

    Raises:
        VideoError: a frame lies outside the video, or the file can no longer be read.
    """
    left = deque(int(frame) for frame in frames)
    if left and not (left[0] >= 0 and left[-1] < video.timebase.n_frames):
        raise VideoError(f"'{video.path.name}' has frames 0 to {video.timebase.n_frames - 1}, not {left[-1]}.")
    picture = UprightPictures(video, size)
    if watch is not None:
        for index, frame in shown_frames(video):
            watch(frame)
            while left and left[0] == index:
                yield left.popleft(), picture(frame)
        return
    for shown in (_needed, _shown) if video.container in TIMED_CONTAINERS and not video.note else (_shown,):
        if left:
            for index, frame in shown(video, sorted(set(left))):
                while left and left[0] == index:
                    yield left.popleft(), picture(frame)


def shown_frames(video: VideoInfo) -> Iterator[tuple[int, VideoFrame]]:
    """What a player shows at each frame of a video, in order, as it is stored: not turned, in its own size.

    Raises:
        VideoError: the file can no longer be read.
    """
    return _shown(video, range(video.timebase.n_frames))


def _needed(video: VideoInfo, wanted: list[int]) -> Iterator[tuple[int, VideoFrame]]:
    """The chosen frames, decoding no more than they need; it ends at the first that is not where it should be."""
    with open_video(video.path) as (container, stream):
        number = numbering(video, clock_step(stream))
        yield from needed_frames(container, stream, number, wanted, video.key_times.tolist())


def _shown(video: VideoInfo, wanted: Iterable[int]) -> Iterator[tuple[int, VideoFrame]]:
    """What a player shows at each of the chosen frames, decoding everything."""
    ahead = deque(wanted)
    shown: VideoFrame | None = None
    with open_video(video.path) as (container, stream):
        number = numbering(video, clock_step(stream))
        for frame in decode(container, stream, video.parts):
            index = number(shown_at(frame))
            # What was asked for before this frame is the frame shown until now.
            while ahead and shown is not None and ahead[0] < index:
                yield ahead.popleft(), shown
            shown = frame
            if ahead and ahead[0] == index:
                yield ahead.popleft(), frame
            if not ahead:
                return
        if shown is None:
            raise VideoError(f"None of the pictures in '{video.path.name}' can be decoded.", EXPORT_AGAIN)
        for index in ahead:
            yield index, shown


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
    options = {"format_whitelist": CONTAINERS, "protocol_whitelist": "file", "framerate": str(UNSTATED_RATE)}
    try:
        if is_webp(_head(path)):
            with open_webp(path) as container:
                yield container, _main_stream(container, path)
                return
        if _head(path)[4:8] in MP4_BOXES and claims_too_much(path):
            raise VideoError(f"'{path.name}' claims to hold far more than there is room for in it.", EXPORT_AGAIN)
        with ExitStack() as opened:
            recordings = appended(path)
            source = str(path.resolve()) if recordings is None else opened.enter_context(recordings)
            with av.open(source, "r", container_options=options, metadata_errors="replace") as container:
                yield container, _main_stream(container, path)
    except av.FFmpegError as error:
        raise _explained(path, error) from error


def clock_step(stream: Stream) -> Fraction:
    """Seconds per step of a stream's clock.

    Raises:
        VideoError: it has none, so that nothing in it has a time.
    """
    if stream.time_base is None:
        raise VideoError("A track of this file has no clock, so nothing in it has a time.", EXPORT_AGAIN)
    return Fraction(stream.time_base)


def numbering(video: VideoInfo, time_base: Fraction) -> Callable[[int], int]:
    """From presentation times, in units of `time_base`, to frame numbers."""
    start = int(video.start / time_base)
    if isinstance(video.timebase, VaryingTimebase):
        times = video.timebase.times.tolist()
        return lambda pts: bisect_right(times, pts - start) - 1
    # The nearest frame, as containers round times to their clock. Integers, because this runs for every frame.
    frames_per_unit = time_base * video.timebase.rate
    numerator, denominator = 2 * frames_per_unit.numerator, frames_per_unit.denominator
    return lambda pts: ((pts - start) * numerator + denominator) // (2 * denominator)


def _main_stream(container: InputContainer, path: Path) -> VideoStream:
    if not picture_tracks(container):
        kind = "only sound" if container.streams.audio else "no pictures"
        raise VideoError(f"'{path.name}' holds {kind}, no video track.", "Choose a file that has pictures.")
    track = picture_track(container)
    if track is None:
        raise VideoError(f"The codec of '{path.name}' is not known.", EXPORT_AGAIN)
    decoder = track.codec_context
    if decoder.width * decoder.height > LARGEST:
        raise VideoError(
            f"The pictures of '{path.name}' are too large: {decoder.width} x {decoder.height}.", "Make them smaller."
        )
    decoder.options = {**decoder.options, "max_pixels": str(LARGEST)}  # where they grow, or the header does not say
    return track


def _explained(path: Path, error: av.FFmpegError) -> VideoError:
    """A sentence for a file that FFmpeg refuses."""
    head = _head(path)
    if head.startswith(IMAGE_SIGNATURES):
        return VideoError(f"'{path.name}' is a single image, not a video.", "Choose a video file.")
    if head[4:8] in MP4_BOXES and not _has_index(path):
        return VideoError(
            f"'{path.name}' was cut off: its index (the moov box) is missing, so nothing in it can be found.",
            "Copy or record it again; recording programs often offer to repair such files.",
        )
    if isinstance(error, av.InvalidDataError | av.ArgumentError):
        return VideoError(f"'{path.name}' is not a video file that can be read.", EXPORT_AGAIN)
    return VideoError(f"'{path.name}' is damaged: nothing of it can be read.", EXPORT_AGAIN)


def _head(path: Path) -> bytes:
    """The first 12 bytes.

    Raises:
        VideoError: the file cannot be read.
    """
    try:
        with path.open("rb") as file:
            return file.read(12)
    except OSError as refusal:
        raise VideoError(f"'{path}' cannot be opened: {refusal.strerror}.", "Check who may read the file.") from refusal


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


def _picture_times(container: InputContainer, stream: VideoStream) -> PictureTimes:
    if container.format.name not in RAW_CONTAINERS:
        return picture_times(container, stream)
    # Without times, and two packets may be one picture: only decoding tells how many there are.
    count, step = sum(1 for _ in decode(container, stream)), raw_step(stream)
    times = np.stack([np.arange(count) * step, np.full(count, step)], axis=1)
    return PictureTimes(times, np.empty(0, np.int64))


def _timebase(times: np.ndarray, stream: VideoStream) -> Timebase:
    """A constant rate where every time fits it to a step of the stream's clock, else the times themselves."""
    starts, unit = times[:, 0] - times[0, 0], clock_step(stream)
    rates = (stream.average_rate, stream.guessed_rate, stream.base_rate)
    stated = [Fraction(rate) for rate in rates if rate and rate != UNSTATED_RATE]
    if len(starts) == 1:
        return Timebase(stated[0] if stated else ASSUMED_RATE, 1)
    rate = constant_rate(starts, unit, stated)
    if rate is not None:
        return Timebase(rate, len(starts))
    last = int(times[-1, 1]) or int(np.median(np.diff(starts)))
    return Timebase.from_times(starts, unit, int(starts[-1]) + last)


def _note(container: InputContainer, path: Path, timebase: Timebase, stream: VideoStream, found: PictureTimes) -> str:
    if container.format.name in RAW_CONTAINERS and raw_rate(stream) is None:
        return f"The file does not say how many pictures it shows in a second: {ASSUMED_RATE} are assumed."
    if container.format.name in UNJOINED_CONTAINERS and (unread := _unread(container, found)) > NOTICED_SHARE:
        return f"In the last {unread:.0%} of the file no pictures were found."
    if container.format.name in FIRST_ONLY and (more := unread_recordings(path)):
        return f"The file holds {1 + more} recordings, one after the other, and only the first is read."
    if found.parts:
        return f"The file holds {recordings(found.parts)} recordings, one after the other."
    promised = float(stream.duration * clock_step(stream)) if stream.duration else 0.0
    if promised > timebase.duration + 1:
        return f"The file ends after {timebase.duration:.1f} s although it promises {promised:.1f} s."
    return ""


def _unread(container: InputContainer, found: PictureTimes) -> float:
    """The share of a file that comes after the last picture."""
    return 1 - found.ends / container.size if container.size > 0 else 0.0


def _container_name(container: InputContainer, path: Path) -> str:
    """FFmpeg reads whole families with one reader; browsers tell their members apart."""
    name = container.format.name
    if is_webp(_head(path)):
        return "webp"
    if name == "matroska,webm":
        with path.open("rb") as file:
            return "webm" if b"webm" in file.read(64) else "matroska"
    if name.startswith("mov,mp4"):
        brand = container.metadata.get("major_brand", "qt").strip()
        return "mov" if brand == "qt" else "mp4"
    return name
