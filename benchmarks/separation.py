"""Whether features tell scenes apart: on a reel of joined clips, whose moment looks most like each moment.

Of every pick, the nearest other pick by cosine that is more than a second and a half away; the share of picks for which
it is of the same eight-second clip. Chance is what a pick drawn at random gets.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np

from benchmarks.cuts import REEL, VIDEOS
from benchmarks.measuring import Result, peak_mb
from core.errors import NotFoundError
from core.features import efficientnet
from core.features.colour_motion import COLOUR_MOTION
from core.features.moments import moments
from core.features.registry import open_space
from core.video.probe import probe

CLIP_SECONDS = 8
AWAY_SECONDS = 1.5
LEAST = 0.6


def separation(data: Path | None = None) -> Result:
    """The default space beside the one that needs no weights, and chance."""
    reel = (data or VIDEOS) / REEL
    if not reel.is_file():
        raise NotFoundError(f"There is no '{reel}'.", "Name the folder of the clips with --data.")
    video = probe(reel)
    picks = video.timebase.picks()
    seconds = np.asarray(video.timebase.seconds(picks))
    started = time.perf_counter()
    shares = {}
    for space in (open_space(efficientnet.ID), COLOUR_MOTION):
        rows = space.extract(moments(video, picks, space=space))
        shares[space.id] = round(same_clip(rows, seconds), 4)
    shares["chance"] = round(chance(seconds), 4)
    print(", ".join(f"{name} {share:.3f}" for name, share in shares.items()), file=sys.stderr)
    return Result(
        "separation",
        time.perf_counter() - started,
        None,
        peak_mb(),
        None,
        shares[efficientnet.ID] >= LEAST,
        f"the nearest pick of the same clip in at least {LEAST:.0%} of the picks",
        {"shares": shares, "picks": len(picks)},
    )


def same_clip(rows: np.ndarray, seconds: np.ndarray) -> float:
    """The share of picks whose nearest pick far enough away is of the same clip."""
    unit = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)
    alike = np.where(_away(seconds), unit @ unit.T, -np.inf)
    clip = seconds // CLIP_SECONDS
    return float(np.mean(clip[alike.argmax(axis=1)] == clip))


def chance(seconds: np.ndarray) -> float:
    """The same for a pick drawn at random among those far enough away."""
    clip = seconds // CLIP_SECONDS
    away = _away(seconds)
    return float(np.mean((away & (clip[:, None] == clip)).sum(axis=1) / away.sum(axis=1)))


def _away(seconds: np.ndarray) -> np.ndarray:
    return np.abs(seconds[:, None] - seconds) > AWAY_SECONDS
