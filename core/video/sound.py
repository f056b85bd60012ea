"""The sound of a video at the times of its pictures, whatever its codec, its rate, its channels and its clock.

Sound that goes on is counted by its samples; only where a track says that it stopped for a while, or jumped, do its
times count. Resamplers get sound without times: where nothing is to be done they hand it through as it is, with times
of the file's clock, and otherwise they count in samples.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import av
import numpy as np

from core.video.joined import Part, demuxed, packets
from core.video.probe import clock_step, open_video
from core.video.tracks import sound_track

if TYPE_CHECKING:
    from av.audio.frame import AudioFrame
    from av.audio.stream import AudioStream
    from av.packet import Packet

Layout = Literal["mono", "stereo"]

# Clocks of containers shake; by more than this, in seconds, the sound itself stops or jumps.
JITTER = Fraction(3, 100)
# Silence is given in pieces of this many samples at most.
SILENT_BLOCK = 48000


class SoundReader:
    """The sound of a video from its first picture on: iterate over it for (position, samples).

    The position of the first of (channels, n) float32 samples is counted in samples from the first picture; positions
    ascend and do not overlap. Where the track has no sound for a while, there is none.

    Args:
        path: the file.
        rate: samples per second that are wanted.
        layout: channels that are wanted; more of them are mixed.
        track: index of the sound track; None for the one that players choose.
        start: when the first picture is shown, in seconds of the file's clock; None where its header says it.
        parts: of a joined recording, see `core.video.joined`.

    Attributes:
        before: seconds before the first picture that were left out so far.
        damaged: seconds that could not be decoded so far.
    """

    def __init__(
        self,
        path: Path,
        rate: int,
        layout: Layout,
        *,
        track: int | None = None,
        start: Fraction | None = None,
        parts: Sequence[Part] = (),
    ) -> None:
        self._path, self._rate, self._layout = path, rate, layout
        self._track, self._start, self._parts = track, start, parts
        self.before = 0.0
        self.damaged = Fraction(0)

    def __iter__(self) -> Iterator[tuple[int, np.ndarray]]:
        """Raises VideoError where the file cannot be read."""
        given = 0
        for at, samples in self._placed():
            self.before = max(self.before, -at / self._rate)
            fresh = max(0, given - at)  # what was given already, or lies before the first picture
            if fresh < samples.shape[1]:
                yield at + fresh, samples[:, fresh:]
                given = at + samples.shape[1]

    def _placed(self) -> Iterator[tuple[int, np.ndarray]]:
        with open_video(self._path) as (container, pictures):
            track = sound_track(container) if self._track is None else container.streams[self._track]
            if track is None:
                return
            assert isinstance(track, av.AudioStream)
            start = self._start if self._start is not None else (pictures.start_time or 0) * clock_step(pictures)
            # AVI keeps no times, and what follows from the sizes of packets is wrong for many codecs.
            counts, damaged = container.format.name == "avi", self.damaged
            run: _Run | None = None
            for frame in self._frames(packets(container, pictures, [track], self._parts), track):
                time = None if frame.pts is None else frame.pts * Fraction(frame.time_base or clock_step(track)) - start
                if counts and run is not None and self.damaged == damaged:
                    time = None
                damaged = self.damaged
                if run is None or not run.goes_on(frame, time):
                    if run is not None:
                        yield from run.end()
                    begins = time if time is not None else run.until if run is not None else Fraction(0)
                    run = _Run(frame, begins, self._rate, self._layout)
                yield from run.add(frame)
            if run is not None:
                yield from run.end()

    def _frames(self, of_track: Iterator[Packet], track: AudioStream) -> Iterator[AudioFrame]:
        """What can be decoded; what cannot is counted."""
        for packet in of_track:
            try:
                frames = packet.decode()
            except av.FFmpegError:
                self.damaged += (packet.duration or 0) * clock_step(track)
                continue
            for frame in frames:
                assert isinstance(frame, av.AudioFrame)  # its packets are of the sound
                if frame.samples and frame.sample_rate:
                    yield frame


class _Run:
    """Sound of one kind that goes on without a gap.

    Args:
        first: its first frame.
        begins: when, in seconds from the first picture.
        rate, layout: that are wanted.
    """

    def __init__(self, first: AudioFrame, begins: Fraction, rate: int, layout: Layout) -> None:
        self.until = begins
        self._kind = _kind(first)
        self._position = round(begins * rate)
        self._mixer = _Mixer(first, rate, layout)

    def goes_on(self, frame: AudioFrame, time: Fraction | None) -> bool:
        """Whether a frame that is heard at a time belongs to this run."""
        return _kind(frame) == self._kind and (time is None or abs(time - self.until) <= JITTER)

    def add(self, frame: AudioFrame) -> Iterator[tuple[int, np.ndarray]]:
        self.until += Fraction(frame.samples, frame.sample_rate)
        return self._counted(self._mixer.mixed(frame))

    def end(self) -> Iterator[tuple[int, np.ndarray]]:
        """What is still to come."""
        return self._counted(self._mixer.mixed(None))

    def _counted(self, pieces: list[np.ndarray]) -> Iterator[tuple[int, np.ndarray]]:
        for samples in pieces:
            yield self._position, samples
            self._position += samples.shape[1]


class _Mixer:
    """Frames of one kind in, (channels, n) float32 at the wanted rate out."""

    def __init__(self, first: AudioFrame, rate: int, layout: Layout) -> None:
        self._resampler = av.AudioResampler("fltp", layout, rate)
        self._floats = None if _can_be_mixed(first, layout) else av.AudioResampler("flt")

    def mixed(self, frame: AudioFrame | None) -> list[np.ndarray]:
        """Samples so far; None gives those that are kept back."""
        if frame is not None:
            frame.pts = None
            if self._floats is not None:
                (whole,) = self._floats.resample(frame)
                frame = _mean_of_channels(whole)
        pieces = self._resampler.resample(frame)
        return [piece.to_ndarray() for piece in pieces if piece is not None and piece.samples]


def _kind(frame: AudioFrame) -> tuple[str, str, int]:
    return frame.format.name, frame.layout.name, frame.sample_rate


def _can_be_mixed(frame: AudioFrame, layout: Layout) -> bool:
    """Whether it is known where its channels stand, or there are as many as wanted."""
    try:
        silence = av.AudioFrame.from_ndarray(np.zeros((1, frame.layout.nb_channels), np.float32), "flt", frame.layout)
        silence.sample_rate = frame.sample_rate
        av.AudioResampler("fltp", layout, frame.sample_rate).resample(silence)
    except (av.FFmpegError, ValueError):
        return False
    return True


def _mean_of_channels(frame: AudioFrame) -> AudioFrame:
    """Of a frame in which the channels take turns: PyAV gets lost in eight and more that lie side by side."""
    channels = frame.to_ndarray().reshape(-1, frame.layout.nb_channels)
    mean = av.AudioFrame.from_ndarray(channels.mean(axis=1)[None], "fltp", "mono")
    mean.sample_rate = frame.sample_rate
    return mean


def without_gaps(blocks: Iterable[tuple[int, np.ndarray]], channels: int, position: int = 0) -> Iterator[np.ndarray]:
    """Samples from a position on, silence where there are none.

    Args:
        blocks: from `SoundReader`.
        channels: of them.
        position: where to begin, not after the first of them.

    Yields:
        (channels, n) float32, n at most `SILENT_BLOCK` where silent.
    """
    for at, samples in blocks:
        while position < at:
            silent = min(at - position, SILENT_BLOCK)
            yield np.zeros((channels, silent), np.float32)
            position += silent
        yield samples
        position += samples.shape[1]


@dataclass(frozen=True)
class SoundExtent:
    """What the times of a track's packets say.

    Attributes:
        begins, ends: in seconds from the first picture.
        lasts: seconds with sound.
        whole: whether it is one piece, without gaps and jumps.
    """

    begins: float
    ends: float
    lasts: float
    whole: bool


def sound_extent(path: Path, track: int, start: Fraction) -> SoundExtent | None:
    """When a sound track plays, without decoding it; None where none of its packets has a time.

    Args:
        path: the file.
        track: index of the sound track.
        start: when the first picture is shown, in seconds of the file's clock.

    Raises:
        VideoError: the file cannot be read.
    """
    times, durations = array("q"), array("q")
    with open_video(path) as (container, _):
        stream = container.streams[track]
        step = clock_step(stream)
        for packet in demuxed(container, [stream]):
            if packet.pts is not None and packet.size and not packet.is_discard:
                times.append(packet.pts)
                durations.append(packet.duration or 0)
    if not times:
        return None
    starts = np.array(times) * float(step) - float(start)
    steps, lengths = np.diff(starts), np.array(durations) * float(step)
    lengths[lengths == 0] = np.median(steps) if len(steps) else 0
    return SoundExtent(
        float(starts.min()),
        float((starts + lengths).max()),
        float(lengths.sum()),
        bool((np.abs(steps - lengths[:-1]) <= JITTER).all()),
    )
