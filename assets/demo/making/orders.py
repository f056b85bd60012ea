"""Other orders of a story's scenes, for training.

All stories have one event early and one late. A model trained on them as they are learns when to look, not what to
look at. Trained on the same scenes in many orders, it must recognise the events themselves.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby

import numpy as np

from assets.demo.making.stories import Story
from core.training.videos import TrainingVideo


def scene_picks(story: Story, seconds: np.ndarray) -> list[np.ndarray]:
    """For each scene of a story in turn (successive clips at one place): which of the (T,) picks show it."""
    clips = np.searchsorted(np.array(story.starts), seconds + 1e-9, "right") - 1
    runs = groupby(range(len(story.clips)), key=lambda k: story.clips[k].place)
    return [np.flatnonzero(np.isin(clips, list(run))) for _, run in runs]


def reordered(video: TrainingVideo, scenes: list[np.ndarray], rng: np.random.Generator) -> TrainingVideo:
    """The same video with its scenes in a random order; what people said moves along."""
    order = np.concatenate([scenes[k] for k in rng.permutation(len(scenes))])
    return replace(video, features=video.features[order], targets=video.targets[:, order])
