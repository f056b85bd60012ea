"""Animated WebP, which FFmpeg does not read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING

import av
from PIL import Image, ImageSequence

from core.errors import VideoError
from core.video.decode import LARGEST

if TYPE_CHECKING:
    from av.container import InputContainer

# Of all pictures together: three quarters of an hour of 480p, or half a minute of 4K.
MOST_PIXELS = 10**10
# As many may be in any file; more only where it has bytes for them, as each takes its time.
ANYWAY, PER_BYTE = 2**26, 1000
# In milliseconds. Browsers take what is shorter for a mistake and show it this long.
SHORTEST, INSTEAD = 10, 100

ANOTHER_FORM = "Export the animation as MP4, or try another copy."


def is_webp(head: bytes) -> bool:
    """Whether a file that begins with some bytes is a WebP picture or animation."""
    return head[:4] == b"RIFF" and head[8:12] == b"WEBP"


@contextmanager
def open_webp(path: Path) -> Iterator[InputContainer]:
    """The pictures of an animation, without loss and with its times, as a container that PyAV reads.

    Raises:
        VideoError: it is a single picture, damaged, or too large.
    """
    with TemporaryFile() as file:
        try:
            with Image.open(path, formats=["WEBP"]) as animation:
                _write(animation, path.name, path.stat().st_size, file)
        except (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError) as error:
            raise VideoError(f"'{path.name}' is damaged: not all of its pictures can be read.", ANOTHER_FORM) from error
        file.seek(0)
        with av.open(file, "r") as container:
            yield container


def _write(animation: Image.Image, name: str, size: int, file: IO[bytes]) -> None:
    count = getattr(animation, "n_frames", 1)
    if count < 2:
        raise VideoError(f"'{name}' is a single image, not a video.", "Choose a video file.")
    pixels = animation.width * animation.height
    room = min(MOST_PIXELS, max(ANYWAY, PER_BYTE * size))
    if pixels > LARGEST or pixels * count > room:
        shape = f"{animation.width} x {animation.height}"
        raise VideoError(f"'{name}' is too large for an animated WebP: {count} pictures of {shape}.", ANOTHER_FORM)
    time, step = 0, Fraction(1, 1000)
    with av.open(file, "w", format="mov") as target:
        stream = target.add_stream("png", rate=1000, options={"compression_level": "1"})
        stream.width, stream.height, stream.pix_fmt = animation.width, animation.height, "rgb24"
        stream.codec_context.time_base = step
        for picture in ImageSequence.Iterator(animation):
            frame = av.VideoFrame.from_image(picture.convert("RGB"))
            shown = picture.info.get("duration", 0)
            shown = shown if shown > SHORTEST else INSTEAD
            frame.pts, frame.time_base, frame.duration = time, step, shown
            for packet in stream.encode(frame):
                packet.duration = shown
                target.mux(packet)
            time += shown
        target.mux(stream.encode(None))
