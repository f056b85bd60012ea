"""Can videos be written and read here? Half a second with sound is encoded, muxed and decoded again."""

from __future__ import annotations

import io
from fractions import Fraction

import numpy as np

SIDE, RATE, FRAMES, SOUND_RATE = 64, 24, 12, 48_000


def broken_codecs() -> list[str]:
    """What cannot be done with H.264 (libx264) and AAC in MP4 files, in sentences; empty where everything can."""
    import av

    said = []
    try:
        written = _encoded()
    except (av.FFmpegError, ValueError, OSError) as error:
        return [f"Videos cannot be encoded: {error}."]
    for kind in ("video", "audio"):
        try:
            with av.open(io.BytesIO(written), "r") as made:
                if not list(made.decode(**{kind: 0})):
                    said.append(f"The {kind} of an encoded film cannot be decoded.")
        except (av.FFmpegError, ValueError) as error:
            said.append(f"The {kind} of an encoded film cannot be decoded: {error}.")
    return said


def _encoded() -> bytes:
    import av

    target = io.BytesIO()
    with av.open(target, "w", format="mp4") as container:
        pictures = container.add_stream("libx264", rate=RATE)
        pictures.width = pictures.height = SIDE
        pictures.pix_fmt = "yuv420p"
        sound = container.add_stream("aac", rate=SOUND_RATE, layout="mono")
        for index in range(FRAMES):
            picture = np.full((SIDE, SIDE, 3), 20 * index, np.uint8)
            container.mux(pictures.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(pictures.encode(None))
        silence = av.AudioFrame.from_ndarray(np.zeros((1, SOUND_RATE // 2), np.float32), format="fltp", layout="mono")
        silence.sample_rate, silence.pts, silence.time_base = SOUND_RATE, 0, Fraction(1, SOUND_RATE)
        container.mux(sound.encode(silence))
        container.mux(sound.encode(None))
    return target.getvalue()
