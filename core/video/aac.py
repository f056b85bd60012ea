"""Sound into an MP4 file, as AAC."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import TYPE_CHECKING

import av
import numpy as np

from core.video.sound import Layout

if TYPE_CHECKING:
    from av.container import OutputContainer

AUDIO_RATE = 48000


class AacWriter:
    """Writes samples one after the other, from the beginning of the file.

    Args:
        target: gets a sound track.
        blocks: (channels, n) float32 at `AUDIO_RATE`, asked for as time goes on.
        layout: their channels.
    """

    def __init__(self, target: OutputContainer, blocks: Iterable[np.ndarray], layout: Layout) -> None:
        self._target, self._blocks, self._layout = target, iter(blocks), layout
        self._stream = target.add_stream("aac", rate=AUDIO_RATE, layout=layout)
        self._position = 0

    def write_until(self, seconds: Fraction | float) -> bool:
        """Goes on until a time, or a little further; False where the sound has ended before."""
        while self._position < seconds * AUDIO_RATE:
            block = next(self._blocks, None)
            if block is None:
                return False
            frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(block), format="fltp", layout=self._layout)
            frame.sample_rate, frame.pts, frame.time_base = AUDIO_RATE, self._position, Fraction(1, AUDIO_RATE)
            self._position += block.shape[1]
            self._target.mux(self._stream.encode(frame))
        return True

    def finish(self) -> None:
        """Writes what the encoder still holds."""
        self._target.mux(self._stream.encode(None))
