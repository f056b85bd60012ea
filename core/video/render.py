"""A cut as a video of its own: exactly its pictures and exactly their sound, as H.264 and AAC in an MP4 file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import floor
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from core.data.segments import Segments, checked_segments, joined
from core.data.timebase import Timebase, VaryingTimebase
from core.errors import VideoError
from core.progress import Progress, ShouldStop, check, never, silent
from core.video.aac import AUDIO_RATE, AacWriter
from core.video.decode import shown_at
from core.video.playable import COPIED_CONTAINERS, H264_OPTIONS, name_colours, new_mp4, writing
from core.video.probe import VideoInfo, clock_step, decode, open_video, probe
from core.video.sound import SILENT_BLOCK, SoundReader
from core.video.standard import StandardPictures

if TYPE_CHECKING:
    from av.container import OutputContainer
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

# Pieces further apart than this are jumped to; below it, decoding on is as quick as opening the file again.
JUMP_SECONDS = 5
# A jump lands on a key picture at least this long before the piece, where every picture after it decodes whole.
RUN_UP_SECONDS = 1
# Files whose end is a little short of what was counted at ingest show their last picture a little longer.
MISSING_END_SECONDS = 1


@dataclass(frozen=True)
class Rendered:
    """What `render_cut` wrote.

    Attributes:
        file: the MP4.
        frames: number of pictures, that of the cut.
        duration: seconds, exact.
        width: of the upright picture in pixels, even.
        height: likewise.
        sound: whether it has a sound track.
    """

    file: Path
    frames: int
    duration: Fraction
    width: int
    height: int
    sound: bool


def render_cut(
    video: Path,
    cut: Segments,
    out: Path,
    *,
    timebase: Timebase | None = None,
    comment: str = "",
    progress: Progress = silent,
    should_stop: ShouldStop = never,
) -> Rendered:
    """Writes the frames of a cut, and the sound that belongs to them, as one video.

    Every picture is shown as long as in the original, also where the frame rate varies. The sound is cut at the same
    instants, to the nearest of 48 000 samples a second counted from the beginning of the whole cut, so that nothing
    adds up over many pieces. Where the video has no sound for a while, or not as long, there is silence.

    Args:
        video: the file.
        cut: a cut, or (k, 2) half-open frame intervals, ascending.
        out: the MP4 to write; appears only when it is complete.
        timebase: in which the cut counts; None for that of the file. Frames are found in the file by their time.
        comment: what the file says about itself in its metadata.
        progress: told about every second of the result.
        should_stop: asked for every picture.

    Raises:
        InputError: the cut is empty or leaves the video.
        VideoError: the file cannot be read, ends before the cut does, or `out` cannot be written.
        Cancelled: `should_stop` said so.
    """
    progress(0.0, "Looking into the file")
    info = probe(video)
    timebase = timebase or info.timebase
    segments = joined(checked_segments(cut, timebase.n_frames))
    missing = timebase.exact_seconds(segments[-1, 1]) - info.timebase.exact_duration
    if missing > MISSING_END_SECONDS:
        raise VideoError(
            f"'{info.path.name}' ends {float(missing):.1f} s before the cut does.", "Is it the same video?"
        )
    frames = np.concatenate([np.arange(start, end) for start, end in segments])
    ticks, unit, total = _shown_at(timebase, segments)
    with new_mp4(out) as target:
        if comment:
            target.metadata["comment"] = comment
        pictures = _PictureWriter(info, target, timebase.rate, unit)
        sound = _sound_writer(info, segments, timebase, target) if info.layout else None
        found = _pictures(info, _frames_of_file(info.timebase, timebase, frames))
        for index, picture in enumerate(found):
            check(should_stop, f"Rendering the cut of '{info.path.name}'")
            until = int(ticks[index + 1]) if index + 1 < len(ticks) else total
            with writing(out):
                pictures.write(picture, int(ticks[index]), until)
                if sound:
                    sound.write_until(until * unit)
            done = float(until * unit)
            if int(done) > int(ticks[index] * unit) or index + 1 == len(frames):
                message = f"Rendering the cut: {done:.0f} of {float(total * unit):.0f} s"
                progress((index + 1) / len(frames), message)
        with writing(out):
            pictures.finish()
            if sound:
                sound.finish()
    width, height = pictures.upright_size
    return Rendered(Path(out), len(frames), total * unit, width, height, sound is not None)


def _shown_at(timebase: Timebase, segments: np.ndarray) -> tuple[np.ndarray, Fraction, int]:
    """When each picture of the cut is shown: ((n,) times, seconds per step of them, when the last one ends)."""
    if not isinstance(timebase, VaryingTimebase):
        n = int((segments[:, 1] - segments[:, 0]).sum())
        return np.arange(n), 1 / timebase.rate, n
    edges = timebase.edges
    pieces, total = [], 0
    for start, end in segments:
        pieces.append(edges[start:end] - edges[start] + total)
        total += int(edges[end] - edges[start])
    return np.concatenate(pieces), timebase.unit, total


def _frames_of_file(of_file: Timebase, timebase: Timebase, frames: np.ndarray) -> list[int]:
    """The frames of the file that are shown in the middle of the wanted ones: clocks of copies are rounded."""
    varies = isinstance(of_file, VaryingTimebase) or isinstance(timebase, VaryingTimebase)
    if not varies and of_file.rate == timebase.rate:
        return np.minimum(frames, of_file.n_frames - 1).tolist()
    edges = {int(frame): timebase.exact_seconds(frame) for frame in np.union1d(frames, frames + 1)}
    return [of_file.frame_at((edges[frame] + edges[frame + 1]) / 2) for frame in frames.tolist()]


def _pictures(video: VideoInfo, wanted: list[int]) -> Iterator[VideoFrame]:
    """The decoded picture of each wanted frame of the file (ascending, the same one may be wanted twice)."""
    indexed = video.container in COPIED_CONTAINERS and not video.parts
    jump = JUMP_SECONDS * video.timebase.rate if indexed else None
    start = 0
    for index in range(1, len(wanted) + 1):
        if index == len(wanted) or (jump is not None and wanted[index] - wanted[index - 1] > jump):
            begin_there = jump is not None and wanted[start] > jump
            yield from _pictures_from(video, wanted[start:index], begin_there)
            start = index


def _pictures_from(video: VideoInfo, wanted: list[int], jump: bool) -> Iterator[VideoFrame]:
    """`_pictures` in one go, beginning shortly before the first or with the beginning of the file.

    As in `core.video.probe.frames_at`, a frame that cannot be decoded shows the one before it.
    """
    shown: VideoFrame | None = None
    with open_video(video.path) as (container, stream):
        time_base = clock_step(stream)
        if jump:
            time = video.timebase.exact_seconds(wanted[0]) - RUN_UP_SECONDS + video.start
            container.seek(floor(time / time_base), stream=stream)
        # Containers round times to their clock: of a constant rate the nearest frame is meant.
        varies = isinstance(video.timebase, VaryingTimebase)
        nearest = Fraction(0) if varies else 1 / (2 * video.timebase.rate)
        for frame in decode(container, stream, video.parts):
            index = video.timebase.frame_at(shown_at(frame) * time_base - video.start + nearest)
            if jump and shown is None and index > wanted[0]:
                break  # the jump went too far
            while wanted and shown is not None and wanted[0] < index:
                wanted.pop(0)
                yield shown
            shown = frame
            while wanted and wanted[0] == index:
                wanted.pop(0)
                yield frame
            if not wanted:
                return
    if shown is None and jump:
        yield from _pictures_from(video, wanted, False)
        return
    if shown is None:
        raise VideoError(f"None of the pictures in '{video.path.name}' can be decoded.")
    for _ in wanted:
        yield shown


class _PictureWriter:
    """Pictures as they are stored in, H.264 out; the turn that makes them upright is written into the file."""

    def __init__(self, video: VideoInfo, target: OutputContainer, rate: Fraction, unit: Fraction) -> None:
        # H.264 with 4:2:0 colour has even sides only.
        width, height = self.upright_size = tuple(max(2, round(s / 2) * 2) for s in (video.width, video.height))
        self._size = (height, width) if video.rotation % 180 else (width, height)
        self._target, self._unit = target, unit
        # Stored out of order, the last picture of a varying rate would lose its duration.
        options = H264_OPTIONS if unit == 1 / rate else H264_OPTIONS | {"bf": "0"}
        self._stream: VideoStream = target.add_stream("libx264", rate=rate.limit_denominator(100_000), options=options)
        self._stream.width, self._stream.height = self._size
        self._stream.pix_fmt = "yuv420p"
        self._stream.codec_context.time_base = unit
        self._stream.codec_context.gop_size = max(1, round(rate))
        self._stream.set_display_rotation((video.rotation + 180) % 360 - 180)
        self._standard = StandardPictures(video)
        self._durations: dict[int, int] = {}  # of the pictures that the encoder holds, by their time

    def write(self, picture: VideoFrame, start: int, end: int) -> None:
        """Shows a picture from one time to another, in units."""
        even = self._standard.reformat(picture, *self._size, "yuv420p")
        name_colours(self._stream.codec_context, even)
        even.pts, even.time_base = start, self._unit
        self._durations[start] = end - start
        # Otherwise the source's choice of key pictures would be forced on the encoder.
        even.pict_type = 0
        self._mux(even)

    def finish(self) -> None:
        """Writes the pictures that the encoder still holds."""
        self._mux(None)

    def _mux(self, picture: VideoFrame | None) -> None:
        for packet in self._stream.encode(picture):
            assert packet.pts is not None  # every picture was given one
            packet.duration = self._durations.pop(packet.pts)  # which the encoder forgets
            self._target.mux(packet)


def _sound_writer(video: VideoInfo, segments: np.ndarray, timebase: Timebase, target: OutputContainer) -> AacWriter:
    """The sound of all pieces, one after the other."""
    assert video.layout is not None
    heard = SoundReader(video.path, AUDIO_RATE, video.layout, track=video.sound, start=video.start, parts=video.parts)
    cut = _cut_sound(iter(heard), _sound_pieces(timebase, segments), 1 if video.layout == "mono" else 2)
    return AacWriter(target, cut, video.layout)


def _sound_pieces(timebase: Timebase, segments: np.ndarray) -> list[tuple[int, int]]:
    """(first sample in the video, number of samples) of each piece; the numbers add up to the nearest sample."""
    pieces, shown, written = [], Fraction(0), 0
    for start, end in segments:
        begin = timebase.exact_seconds(start)
        shown += timebase.exact_seconds(end) - begin
        until = round(shown * AUDIO_RATE)
        pieces.append((round(begin * AUDIO_RATE), until - written))
        written = until
    return pieces


def _cut_sound(
    blocks: Iterator[tuple[int, np.ndarray]], pieces: list[tuple[int, int]], channels: int
) -> Iterator[np.ndarray]:
    """The samples of the pieces, silence where there are none.

    Args:
        blocks: (position of the first sample, (channels, n) float32), ascending, not overlapping.
        pieces: ascending (first sample, number of samples).

    Yields:
        (channels, n) float32, together exactly the samples of the pieces.
    """
    at, block = next(blocks, (0, None))
    for start, count in pieces:
        position, end = start, start + count
        while position < end:
            while block is not None and at + block.shape[1] <= position:
                at, block = next(blocks, (0, None))
            if block is None or at > position:
                silent_until = end if block is None else min(at, end)
                samples = np.zeros((channels, min(silent_until - position, SILENT_BLOCK)), np.float32)
            else:
                samples = block[:, position - at : end - at]
            yield samples
            position += samples.shape[1]
