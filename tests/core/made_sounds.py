"""Small videos with a tone in two parts, in any container, codec, rate and layout; and when tones are heard."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from tests.core.made_videos import numbered_picture

FPS = 25
# What is heard, in seconds from the beginning of the sound: a tone, nothing, a tone.
PARTS = ((0.0, 0.8), (1.4, 2.0))
SECONDS = 2.0
# Quieter is silence; shorter silence is none.
QUIET, SHORTEST = 0.03, 0.04
STEP = 0.005


@dataclass(frozen=True)
class Sounding:
    """How a file is made.

    Attributes:
        suffix: of its container.
        pictures, sound: codecs.
        rate, layout: of the sound.
        begins: of the sound, in seconds from the first picture.
        cut: whether packets are missing where nothing is heard; otherwise they hold silence.
        channels: that the tone is in; None for all.
    """

    suffix: str
    pictures: str
    sound: str
    rate: int = 48000
    layout: str = "stereo"
    begins: Fraction = Fraction(0)
    cut: bool = False
    channels: Sequence[int] | None = None

    def __str__(self) -> str:
        parts = [self.suffix, self.sound, str(self.rate), self.layout]
        parts += [f"from {float(self.begins):+}"] * bool(self.begins) + ["cut"] * self.cut
        return "-".join(parts)


def write_sounding(folder: Path, made: Sounding) -> Path:
    """Writes numbered pictures, and the sound beside them."""
    path = folder / f"sounding.{made.suffix}"
    seconds = SECONDS + max(0, float(made.begins))
    before = max(Fraction(0), -made.begins)  # pictures begin later where sound comes before them
    with av.open(str(path), "w") as target:
        size = (176, 144) if made.pictures in ("h263", "rv10") else (192, 108)
        pictures = target.add_stream(made.pictures, rate=FPS)
        pictures.width, pictures.height, pictures.pix_fmt = *size, "yuv420p"
        sound = target.add_stream(made.sound, rate=made.rate, options={"strict": "experimental"})
        sound.layout, sound.codec_context.time_base = made.layout, Fraction(1, made.rate)
        if made.sound.startswith("wma"):
            sound.bit_rate = 128_000
        if formats := av.codec.Codec(made.sound, "w").audio_formats:
            sound.format = formats[0]
        packets = [*_pictures(pictures, round(seconds * FPS), round(before * FPS), size), *_sound(sound, made)]
        for packet in sorted(packets, key=lambda one: float((one.pts if one.dts is None else one.dts) * one.time_base)):
            target.mux(packet)
    return path


def _pictures(stream: av.VideoStream, n: int, first: int, size: tuple[int, int]) -> list[av.Packet]:
    packets = []
    for index in range(n):
        frame = av.VideoFrame.from_ndarray(numbered_picture(index, *size), "rgb24")
        frame.pts, frame.time_base = first + index, Fraction(1, FPS)
        packets += stream.encode(frame)
    return packets + stream.encode(None)


def _sound(stream: av.AudioStream, made: Sounding) -> list[av.Packet]:
    rate, offset = made.rate, round(max(made.begins, Fraction(0)) * made.rate)
    times = np.arange(round(SECONDS * rate)) / rate
    wave = 0.3 * np.sin(2 * np.pi * 440 * times)
    wave[~np.any([(times >= begin) & (times < end) for begin, end in PARTS], axis=0)] = 0
    count = stream.codec_context.layout.nb_channels
    heard = np.isin(np.arange(count), range(count) if made.channels is None else made.channels)
    samples = np.where(heard[:, None], wave, 0).astype(np.float32)
    fitting = av.AudioResampler(stream.codec_context.format, stream.codec_context.layout, rate)
    packets = []
    for start in range(0, len(times), 960):
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples[:, start : start + 960]), "fltp", made.layout)
        frame.sample_rate, frame.pts, frame.time_base = rate, start + offset, Fraction(1, rate)
        for piece in fitting.resample(frame):
            packets += stream.encode(piece)
    packets += stream.encode(None)
    if not made.cut:
        return packets
    (_, begin), (end, _) = PARTS
    middle = (begin + 0.1 + offset / rate, end - 0.1 + offset / rate)
    return [one for one in packets if not middle[0] <= float(one.pts * one.time_base) < middle[1]]


def tones(path: Path, sound: int = 0) -> list[tuple[float, float]]:
    """When tones are heard, in seconds from the first picture: each frame of sound counts where the file says.

    Only AVI files do not say it; there one frame follows the other.
    """
    with av.open(str(path)) as container:
        first = min(
            float(packet.pts * packet.time_base) for packet in container.demux(video=0) if packet.pts is not None
        )
    loud: set[int] = set()
    floats: dict[tuple[str, str], av.AudioResampler] = {}
    until = None
    with av.open(str(path)) as container:
        for frame in container.decode(audio=sound):
            goes_on = frame.pts is None or (path.suffix == ".avi" and until is not None)
            begins = until if goes_on else float(frame.pts * frame.time_base) - first
            frame.pts, rate = None, frame.sample_rate
            until = begins + frame.samples / rate
            whole = floats.setdefault((frame.format.name, frame.layout.name), av.AudioResampler("fltp")).resample(frame)
            for piece in whole:
                above = np.flatnonzero(np.abs(piece.to_ndarray()).max(axis=0) > QUIET)
                loud.update(np.floor((begins + above / rate) / STEP).astype(int).tolist())
    found: list[list[int]] = []
    for step in sorted(loud):
        if found and step - found[-1][1] <= SHORTEST / STEP:
            found[-1][1] = step
        else:
            found.append([step, step])
    return [(begin * STEP, (end + 1) * STEP) for begin, end in found]


def shown_seconds(path: Path) -> float:
    """From the first picture to the end of the last."""
    with av.open(str(path)) as container:
        times = [float(packet.pts * packet.time_base) for packet in container.demux(video=0) if packet.pts is not None]
    return max(times) - min(times) + 1 / FPS
