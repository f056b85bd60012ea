"""Sharpness and light: moments that are technically good pictures."""

from __future__ import annotations

import numpy as np

from core.data.timebase import Timebase
from core.segment.survey import Survey
from core.signals.curves import finished, holding, per_pick, stretched, times
from core.signals.looks import freshness, unit_looks

# Mean luma from which a picture is too dark, is well exposed, is so no more, and is too bright.
TOO_DARK, FROM, TO, TOO_BRIGHT = 0.03, 0.25, 0.75, 0.98
# Standard deviation of luma of a picture with full contrast.
FULL_CONTRAST = 0.2
# Edges that are no more than noise, and the range of their logarithm that is worth full contrast.
NOISE, LEAST = 0.005, 0.5


def light(survey: Survey, timebase: Timebase, picks: np.ndarray, features: np.ndarray) -> np.ndarray:
    """How good the pictures are technically: the geometric mean of three measures in [0, 1], stretched over the video.

    Sharpness: the logarithms of the mean and of the strongest edges, stretched over the video. Exposure: 1 where the
    mean luma is in [0.25, 0.75], falling to 0 towards black and white. Contrast: the deviation of luma, 1 from 0.2 on.
    They stay the same while a view does, so a view that has been on for long loses up to half (`freshness`).

    Args:
        survey: of the video.
        timebase: of the video.
        picks: (T,) int64 frames.
        features: (T, D) at the picks, of any visual space.

    Returns:
        (T,) float32 in [0, 1].
    """
    sharp = stretched(per_pick(np.log(survey.sharpness + NOISE) + np.log(survey.edge + NOISE), picks), LEAST)
    exposed = per_pick(np.interp(survey.light, (TOO_DARK, FROM, TO, TOO_BRIGHT), (0, 1, 1, 0)), picks)
    contrast = per_pick(np.minimum(survey.spread / FULL_CONTRAST, 1), picks)
    seconds = times(timebase, picks)
    fresh = (1 + freshness(unit_looks(features), seconds)) / 2
    return finished(np.cbrt(sharp * exposed * contrast) * fresh, holding(survey, picks), seconds, least=0.2)
