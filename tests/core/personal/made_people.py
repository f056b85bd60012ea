"""Made videos whose people like a known direction of what is shown."""

from __future__ import annotations

import numpy as np

from core.personal.content import Content, Labelled

WIDTH = 12


def made_video(number: int, picks: int = 60) -> Content:
    """Scenes of a few seconds, each with a look of its own, and a signal."""
    random = np.random.default_rng([7, number])
    scenes = np.repeat(random.normal(size=(picks // 6 + 1, WIDTH)), 6, axis=0)[:picks]
    rows = (scenes + 0.1 * random.normal(size=scenes.shape)).astype(np.float32)
    seconds = np.arange(picks) / 2
    return Content(f"made/{number}", seconds, {"look": rows, "signals": random.random((picks, 2))})


def liked(video: Content, direction: np.ndarray, noise: float = 0.05) -> np.ndarray:
    """(T,) scores of somebody who likes a direction of the looks."""
    random = np.random.default_rng([8, len(video.id), int(video.id.rpartition("/")[2])])
    rows = video.blocks["look"] / np.linalg.norm(video.blocks["look"], axis=1, keepdims=True)
    scores: np.ndarray = np.clip(0.5 + 0.5 * rows @ direction + noise * random.normal(size=len(rows)), 0, 1)
    return scores


def direction(number: int) -> np.ndarray:
    """(WIDTH,) of unit length."""
    found: np.ndarray = np.eye(WIDTH)[number]
    return found


def labelled(numbers: range, taste: np.ndarray) -> list[Labelled]:
    """Videos with the labels of somebody of that taste."""
    return [Labelled(video, liked(video, taste)) for video in map(made_video, numbers)]
