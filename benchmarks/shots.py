"""Shots of a reel whose joins are known: which are found to the frame, how many others, and how quickly.

The reel is 26 clips joined, with cuts, fades and dissolves inside them. So what is no join is right where TransNetV2,
looking at every frame, finds it too. Each kind is measured with all that it needs from the file on: KTS reads the picks
and makes features of them; refined, it also surveys every frame; transitions need the survey alone. The reference for
speed is decoding every frame.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from contextlib import closing
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from benchmarks.measuring import Result, peak_mb, timed
from core.errors import NotFoundError
from core.features.colour_motion import COLOUR_MOTION, colour_motion
from core.features.moments import moments
from core.segment.kts import kts
from core.segment.segmentation import make_shots
from core.segment.settings import ShotSettings
from core.segment.survey import Surveyor, survey_of
from core.segment.transitions import find_transitions, load_network
from core.video.probe import VideoInfo, probe

VIDEOS = Path(__file__).resolve().parents[2] / "shared" / "videos"
REEL, JOINS = "reel_208s_known_cuts.mp4", "reel_208s_known_cuts.cuts.csv"
WITHIN_FRAMES = 2
LEAST_JOINS, MOST_BOUNDARIES = 24, 60


def shots(data: Path = VIDEOS) -> Result:
    """KTS, KTS refined and transitions.

    Args:
        data: folder of the reel.

    Raises:
        NotFoundError: it is not there.
    """
    if not (data / REEL).is_file():
        raise NotFoundError(f"There is no '{REEL}' in '{data}'.", "Name the folder with --data.")
    video = probe(data / REEL)
    with (data / JOINS).open(newline="") as file:
        joins = [round(Fraction(row["cut_time_s"]) * video.timebase.rate) for row in csv.DictReader(file)]
    kts(np.eye(8))  # compiles
    load_network()  # is read once, so that the first is not slower than the others
    kinds: dict[str, Callable[[], np.ndarray]] = {
        "kts": lambda: by_kts(video, refined=False),
        "kts refined": lambda: by_kts(video, refined=True),
        "transitions": lambda: find_transitions(survey_of(video.path, video.timebase)).bounds,
    }
    decoding, _ = timed(lambda: decode_alone(video.path), 3)
    found = {name: timed(kind, 1) for name, kind in kinds.items()}
    reference_seconds, every = timed(
        lambda: find_transitions(survey_of(video.path, video.timebase), everywhere=True).bounds, 1
    )
    figures = {}
    for name, (seconds, bounds) in found.items():
        starts = bounds[1:, 0]
        figures[name] = {
            "joins": count_near(np.array(joins), starts),
            "of": len(joins),
            "boundaries": len(starts),
            "precision": round(count_near(starts, every[1:, 0]) / max(1, len(starts)), 3),
            "share_of_decode_rate": round(decoding / seconds, 3),
        }
        print(f"{name}: " + ", ".join(f"{key} {value}" for key, value in figures[name].items()))
    best = figures["transitions"]
    return Result(
        "shots",
        found["transitions"][0],
        reference_seconds,
        peak_mb(),
        None,
        best["joins"] >= LEAST_JOINS and best["boundaries"] <= MOST_BOUNDARIES,
        f"at least {LEAST_JOINS} of {len(joins)} joins within {WITHIN_FRAMES} frames, "
        f"at most {MOST_BOUNDARIES} boundaries",
        {
            "kinds": figures,
            "boundaries_of_every_frame": len(every) - 1,
            "decode_seconds": round(decoding, 3),
            "same_as_every_frame": np.array_equal(every, found["transitions"][1]),
        },
    )


def by_kts(video: VideoInfo, refined: bool) -> np.ndarray:
    """(S, 2) shots from the features of two picks a second, with exact boundaries where wanted."""
    picks = video.timebase.picks()
    with closing(Surveyor(video)) as surveyor:
        features = colour_motion(moments(video, picks, space=COLOUR_MOTION, watch=surveyor.look if refined else None))
        survey = surveyor.survey() if refined else None
    made, _ = make_shots(ShotSettings("kts"), features, picks, video.timebase, scaled=True, survey=survey)
    return made.bounds if made.exact is None else made.exact


def count_near(wanted: np.ndarray, found: np.ndarray) -> int:
    """How many of some frames have another one at most `WITHIN_FRAMES` away."""
    if not len(wanted) or not len(found):
        return 0
    return int((np.abs(wanted[:, None] - found[None]).min(axis=1) <= WITHIN_FRAMES).sum())


def decode_alone(file: Path) -> int:
    """Decodes every frame and counts them."""
    with av.open(str(file)) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        return sum(1 for _ in container.decode(stream))
