"""Renders a demo story to an MP4 that browsers play: H.264 and AAC, index in front."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np

from assets.demo.making.draw import H, W, camera, ease, fade
from assets.demo.making.palettes import palette
from assets.demo.making.scenes import contest, land, sky, town, water
from assets.demo.making.scenes.base import Scene
from assets.demo.making.sound import RATE, soundtrack
from assets.demo.making.stories import Clip, Story

SCENES: dict[str, type[Scene]] = {**sky.SCENES, **water.SCENES, **land.SCENES, **town.SCENES, **contest.SCENES}
CROSSFADE = 0.24  # seconds between two different places
CRF = "31.5"


class Film:
    """The pictures of a story; scenes are built when first needed."""

    def __init__(self, story: Story) -> None:
        self.story = story
        self.scenes: dict[str, Scene] = {}
        self.canvas = np.zeros((H, W, 3), np.uint8)

    def scene(self, place: str) -> Scene:
        if place not in self.scenes:
            setting = self.story.places[place]
            pal = palette(setting.light, self.story.accents, self.story.tint, 0.06)
            seed = 1000 * (1 + list(self.story.places).index(place)) + sum(map(ord, self.story.key))
            self.scenes[place] = SCENES[setting.kind](pal, seed, self.story.span(place), **setting.options)
        return self.scenes[place]

    def _view(self, clip: Clip, offset: float, inside: float) -> np.ndarray:
        self.scene(clip.place).draw(self.canvas, max(0.0, offset + inside))
        share = inside / clip.seconds
        start, end = clip.camera
        glide = 0.5 * share + 0.5 * ease(share)
        return camera(self.canvas, *(a + (b - a) * glide for a, b in zip(start, end, strict=True)))

    def frame(self, second: float) -> np.ndarray:
        """(360, 640, 3) uint8 RGB picture at a second of the story."""
        story = self.story
        starts, offsets = story.starts, story.offsets
        k = max(i for i, start in enumerate(starts) if start <= second + 1e-9)
        inside = second - starts[k]
        picture = self._view(story.clips[k], offsets[k], inside)
        if k > 0 and inside < CROSSFADE and story.clips[k - 1].place != story.clips[k].place:
            before = story.clips[k - 1]
            old = self._view(before, offsets[k - 1], before.seconds + inside)
            share = ease((inside + 0.02) / CROSSFADE)
            picture = cv2.addWeighted(old, 1 - share, picture, share, 0)
        # Fades out, but not in: the first picture stands in the player until somebody presses play.
        edge = (story.seconds - second) / 0.6
        if edge < 1:
            fade(picture, (8, 9, 16), 1 - max(0.0, edge))
        return picture

    def frames(self) -> Iterator[np.ndarray]:
        for k in range(self.story.n_frames):
            yield self.frame(float(Fraction(k) / self.story.rate))


def render(story: Story, path: Path) -> Path:
    """Writes the story's video to `path` (MP4). Deterministic for a version of the codecs."""
    cv2.setNumThreads(1)
    film = Film(story)
    for place in story.places:
        film.scene(place)
    sound = soundtrack(story, film.scenes)
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"}) as out:
        video = out.add_stream("libx264", rate=story.rate)
        video.width, video.height, video.pix_fmt = 640, 360, "yuv420p"
        video.codec_context.gop_size = int(story.rate * 3)
        video.options = {"crf": CRF, "preset": "slow", "tune": "animation", "threads": "1"}
        audio = out.add_stream("aac", rate=RATE)
        audio.layout = "mono"
        audio.bit_rate = 40_000
        written = 0
        for k, picture in enumerate(film.frames()):
            out.mux(video.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
            due = min(sound.shape[1], int((k + 1) * RATE / story.rate))
            while written + 1024 <= due or (k == story.n_frames - 1 and written < due):
                block = np.ascontiguousarray(sound[:, written : min(written + 1024, due)])
                frame = av.AudioFrame.from_ndarray(block, format="fltp", layout="mono")
                frame.sample_rate, frame.pts, frame.time_base = RATE, written, Fraction(1, RATE)
                out.mux(audio.encode(frame))
                written += block.shape[1]
        out.mux(video.encode(None))
        out.mux(audio.encode(None))
    return path
