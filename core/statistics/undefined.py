"""Why a figure of agreement is undefined, in words for people: "undefined" alone looks like a mistake."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from itertools import combinations
from math import floor

import numpy as np

from core.data import DEFAULT_BUDGET

FEW_PEOPLE = "fewer than two people judged the same video"
TOO_SHORT = "the video is shorter than one shot of two seconds"
MOST = 3  # reasons of different videos that are told


def why_no_correlation(scores: np.ndarray) -> str:
    """Of rank correlations between people, or with the mean of others; scores (U, T), NaN where not judged."""
    if len(scores) < 2:
        return FEW_PEOPLE
    judged = ~np.isnan(scores)
    if all((judged[a] & judged[b]).sum() < 2 for a, b in combinations(range(len(scores)), 2)):
        return "no two people judged two picks in common"
    if all(len(np.unique(row[~np.isnan(row)])) < 2 for row in scores):
        return "everybody gave the same score throughout"
    return "of every two that are compared, one gave the same score throughout"


def why_no_cronbach(scores: np.ndarray) -> str:
    """Of Cronbach's alpha; scores (U, T), NaN where not judged."""
    if len(scores) < 2:
        return FEW_PEOPLE
    if (~np.isnan(scores).any(axis=0)).sum() < 2:
        return "fewer than two picks were judged by everybody"
    return "the sum of everybody's scores is the same throughout"


def why_no_krippendorff(labels: np.ndarray) -> str:
    """Of Krippendorff's alpha; labels of two-second shots (U, S), NaN where not judged."""
    if len(labels) < 2:
        return FEW_PEOPLE
    if labels.shape[1] == 0:
        return TOO_SHORT
    if np.all((~np.isnan(labels)).sum(axis=0) < 2):
        return "no shot was judged by two people"
    return "everybody gave the same label throughout"


def why_no_f1(labels: np.ndarray, budget: float = DEFAULT_BUDGET) -> str:
    """Of the F1 of cuts of two-second shots; labels (U, S), NaN where not judged."""
    if len(labels) < 2:
        return FEW_PEOPLE
    shots = labels.shape[1]
    if shots == 0:
        return TOO_SHORT
    if floor(budget * shots) == 0:
        return f"{budget:.0%} of so short a video is less than one of its two-second shots".replace("%", " %")
    return "the cuts hold nothing"


def told(reasons: Iterable[str]) -> str:
    """The different reasons of several videos, in one line."""
    different = list(dict.fromkeys(reasons))
    more = f"; {len(different) - MOST} more reasons" if len(different) > MOST else ""
    return "; ".join(different[:MOST]) + more


CONSTANT = "the scores, or those of everybody that they are compared with, are the same throughout"
ALIKE = f"{FEW_PEOPLE}, or everybody gave the same score throughout"
# Of figures of samples where no video has two people's curves, such as MR.HiSum's.
ONE_CURVE = "With one curve for a video, whether samples differ as people do cannot be tested."
NO_SAMPLES = "the model gives one curve for a video"
UNMOVED = "the samples are alike, nobody judged enough, or the video is too short to be shifted in time"
NO_ALIGNMENT = "it takes two samples of a model, and two people who judged the same video"
FEW_VIDEOS = "it takes three videos"
NO_SHOT_FITS = "no shot is short enough for a summary"
ONE_PAIR = ", or the only two are an antithetic pair"
# Of figures by their name, wherever they stand.
REASONS = {
    "kendall": CONSTANT,
    "spearman": CONSTANT,
    "f1": "the cuts that are compared hold nothing",
    "map50": "the video is too short",
    "map15": "the video is too short",
    "wse": NO_SHOT_FITS,
    "cis": NO_SHOT_FITS,
    "wir": NO_SHOT_FITS,
    "ir": NO_SHOT_FITS,
    "one_minus_f1": f"the samples' cuts hold nothing{ONE_PAIR}",
    "one_minus_tau": f"the samples have the same score throughout{ONE_PAIR}",
    "people_one_minus_f1": f"{FEW_PEOPLE}, or their cuts hold nothing",
    "people_one_minus_tau": ALIKE,
    "energy_distance": "people judged too little in common",
    "aligned": UNMOVED,
    "rolled": UNMOVED,
    "difference": UNMOVED,
    "interval": f"{FEW_VIDEOS} in which the test is defined",
}
# Of every figure within one of that name.
WITHIN = {
    "std": "it takes two splits in which it is defined",
    "skill": "people are hardly better than noise, or one of the two is undefined",
}
# Of what is not there at all.
ABSENT = {
    "map50": "only the protocol mrhisum has it",
    "map15": "only the protocol mrhisum has it",
    "coverage": NO_SAMPLES,
    "precision": NO_SAMPLES,
    "diversity": NO_SAMPLES,
    "energy_distance": NO_SAMPLES,
    "single": NO_SAMPLES,
    "human": FEW_PEOPLE,
    "chance": FEW_PEOPLE,
    "skill": FEW_PEOPLE,
    "alignment": NO_ALIGNMENT,
    "intervals": f"{FEW_VIDEOS} that two people judged, and one split",
    "seen_in_training": "the checkpoint does not say what it was trained on",
    "per_video": "each split stands as a whole",
    "split": "it is not one of several splits",
}


def why_undefined(found: object, name: str = "") -> dict[str, str]:
    """Why figures are undefined or missing, by their names, those within others after a point: "human.pairwise.f1".

    What stands once for each video or split is told once for all of them.

    Args:
        found: a result with figures in it, results in results included.
        name: of it within another one.
    """
    field = name.rpartition(".")[2]
    if found is None:
        return {name: ABSENT[field]} if field in ABSENT else {}
    if isinstance(found, float) and np.isnan(found):
        within = [why for part, why in WITHIN.items() if part in name.split(".")]
        return {name: within[0] if within else REASONS[field]}
    if is_dataclass(found):
        parts = {one.name: getattr(found, one.name) for one in fields(found)}
        return _merged(why_undefined(part, f"{name}.{key}".lstrip(".")) for key, part in parts.items())
    if isinstance(found, Mapping):
        return _merged(why_undefined(each, name) for each in found.values())
    if isinstance(found, tuple | list):
        return _merged(why_undefined(each, name) for each in found)
    return {}


def _merged(reasons: Iterable[dict[str, str]]) -> dict[str, str]:
    return {name: why for each in reasons for name, why in each.items()}
