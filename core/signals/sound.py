"""Sound: moments that are loud for the film, in which somebody speaks or sings, or with music."""

from __future__ import annotations

import numpy as np

from core.data.timebase import Timebase
from core.signals.curves import smoothed, stretched, times
from core.signals.hearing import Heard

# Weights of loudness, of voices and of music; they sum to 1.
LOUDNESS, VOICE, MUSIC = 0.5, 0.35, 0.15
# Decibels that are worth full contrast where the film has a smaller range, and below the film's loudest at which
# nothing is heard any more.
LEAST_RANGE, DEEPEST = 6.0, 40.0


def sound(heard: Heard, timebase: Timebase, picks: np.ndarray) -> np.ndarray:
    """How much there is to hear: half loudness, a third voices, the rest music.

    Loudness is the level in decibels, stretched over the film, no lower than 40 dB below its loudest moments; voices
    are the larger probability of speech and singing. Where the film always sounds the same, the curve is 0.5.

    Args:
        heard: at the picks; a film without sound has no such signal.
        timebase: of the video.
        picks: (T,) int64 frames.

    Returns:
        (T,) float32 in [0, 1].
    """
    seconds = times(timebase, picks)
    level = np.maximum(heard.level, np.percentile(heard.level, 95) - DEEPEST)
    loud = stretched(smoothed(level, seconds), LEAST_RANGE)
    voice, music = np.maximum(heard.speech, heard.singing), heard.music
    mixed = LOUDNESS * loud + smoothed(VOICE * voice + MUSIC * music, seconds)
    return stretched(mixed, least=0.25).astype(np.float32)
