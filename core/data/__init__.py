"""The few plain values that cross the borders between packages, each checked when it is made.

Conventions, everywhere in Manycut:
    frames    0-based indices of the original video; intervals are half-open [start, end)
    picks     (T,) int64, ascending frame indices at which features and scores exist
    scores    float32 in [0, 1], NaN where a person has not judged
    seconds   float, relative to the first frame of the video

Arrays inside these values are never modified in place.
"""

from core.data.cuts import DEFAULT_BUDGET, Cut
from core.data.entry import Entry
from core.data.people import AnnotationSet
from core.data.shots import Shots
from core.data.tracks import ScoreTrack

__all__ = ["DEFAULT_BUDGET", "AnnotationSet", "Cut", "Entry", "ScoreTrack", "Shots"]
