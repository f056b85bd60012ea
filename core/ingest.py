"""A video file in, everything a library entry needs out: one pass for features and filmstrip, then a playable copy."""

from __future__ import annotations

import shutil
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np

from core.ahead import ahead
from core.data import Entry, Shots
from core.errors import ConflictError, InputError, VideoError
from core.features import FEATURE_SPACES, NEARBY_SECONDS, FeatureSpace, Moment, picture_size
from core.playable import make_playable
from core.progress import Progress, ShouldStop, never, part, silent
from core.segmentation import feature_changes, shots_from_changes, uniform_shots
from core.thumbnails import ThumbnailSprite, thumbnail_frames, write_sprite
from core.timebase import Timebase
from core.video import VideoInfo, frames_at, probe

# Pictures that are read while features are made of those before.
READ_AHEAD = 16


@dataclass(frozen=True, eq=False)
class Ingested:
    """What `ingest` made of a video.

    Attributes:
        info: what the file is.
        picks: (T,) int64.
        features: (T, D) float32.
        feature_space: id of their space.
        shots: "kts" and "uniform 2 s".
        video: a file under `work` that browsers play; never the original, so that it may be moved.
        thumbnails: the JPEG under `work`.
        sprite: what is where in it.
    """

    info: VideoInfo
    picks: np.ndarray
    features: np.ndarray
    feature_space: str
    shots: dict[str, Shots]
    video: Path
    thumbnails: Path
    sprite: ThumbnailSprite

    def entry(self, id: str, title: str, **meta: str) -> Entry:
        """The library entry of this video, not judged by anyone yet."""
        return Entry(
            id=id,
            title=title,
            timebase=self.info.timebase,
            picks=self.picks,
            features=self.features,
            feature_space=self.feature_space,
            shots=self.shots,
            video=self.video,
            thumbnails=self.thumbnails,
            meta=meta,
        )


def ingest(
    path: Path,
    *,
    work: Path,
    feature_space: str = "colour-motion-v1",
    picks_per_second: Fraction | int = 2,
    progress: Progress = silent,
    should_stop: ShouldStop = never,
) -> Ingested:
    """Makes a video ready for the library.

    Args:
        path: the video file; never changed.
        work: folder for what is made, created where missing. When anything fails, what was made is removed again.
        feature_space: a key of `core.features.FEATURE_SPACES`.
        picks_per_second: how often the video is looked at.
        progress: told about every step.
        should_stop: asked often.

    Raises:
        VideoError: the file cannot be used; the sentence says why.
        InputError: there is no such feature space.
        ConflictError: `should_stop` said so.
    """
    space = _space(feature_space)
    progress(0.0, "Looking into the file")
    info = probe(path)
    picks = info.timebase.picks(Fraction(picks_per_second))
    existed = work.exists()
    # Browsers tell formats apart by what the server says, and that goes by the suffix.
    thumbnails, video = work / "thumbnails.jpg", work / ("video.webm" if info.container == "webm" else "video.mp4")
    try:
        work.mkdir(parents=True, exist_ok=True)
        # Reading is the longer half only where the video needs no copy.
        reading_ends = 0.9 if info.playable else 0.5
        shown = thumbnail_frames(info.timebase, picks)
        pictures: list[np.ndarray] = []
        with closing(moments(info, picks, part(progress, 0.02, reading_ends), should_stop)) as seen:
            features = space.extract(_keeping(seen, np.isin(picks, shown), pictures))
        sprite = write_sprite(pictures, info.timebase.seconds(shown), thumbnails)
        progress(reading_ends, "Finding shots")
        shots = {
            # Our own features are already scaled for the published penalty.
            "kts": shots_from_changes(feature_changes(features), picks, info.timebase.n_frames),
            "uniform 2 s": uniform_shots(info.timebase),
        }
        if make_playable(info, video, part(progress, reading_ends + 0.02, 1.0), should_stop) == info.path:
            _copy(info.path, video)
    except BaseException:
        if existed:
            for file in (thumbnails, thumbnails.with_suffix(".json"), video):
                file.unlink(missing_ok=True)
        else:
            shutil.rmtree(work, ignore_errors=True)
        raise
    progress(1.0, "Ready")
    return Ingested(info, picks, features, space.id, shots, video, thumbnails, sprite)


def moments(
    video: VideoInfo, picks: np.ndarray, progress: Progress = silent, should_stop: ShouldStop = never
) -> Generator[Moment, None, None]:
    """What the video shows at each pick, read in one pass by another thread, a little ahead.

    Args:
        video: from `core.video.probe`.
        picks: (T,) int64 ascending frames.
        progress: told after every pick.
        should_stop: asked before every pick.

    Raises:
        VideoError: the file can no longer be read.
        ConflictError: `should_stop` said so.
    """
    nearby = nearby_frames(video.timebase, picks)
    seconds = video.timebase.seconds(nearby) - video.timebase.seconds(picks)
    chosen = frames_at(video, np.union1d(picks, nearby), picture_size(video.width, video.height))
    pictures: dict[int, np.ndarray] = {}
    with closing(ahead(chosen, READ_AHEAD)) as frames:
        for index, (pick, near) in enumerate(zip(picks.tolist(), nearby.tolist(), strict=True)):
            if should_stop():
                raise ConflictError(f"Reading '{video.path.name}' was cancelled.")
            while pick not in pictures or near not in pictures:
                frame, picture = next(frames)
                pictures[frame] = picture
            yield Moment(pictures[pick], pictures[near], float(seconds[index]))
            pictures = {frame: picture for frame, picture in pictures.items() if frame >= pick}
            progress((index + 1) / len(picks), f"Looking at the pictures: {index + 1} of {len(picks)}")


def nearby_frames(timebase: Timebase, picks: np.ndarray) -> np.ndarray:
    """(T,) the frame to compare each pick with: shortly after it, or before it at the very end."""
    after = timebase.frame_at(timebase.seconds(picks) + NEARBY_SECONDS)
    after = np.minimum(np.maximum(after, picks + 1), timebase.n_frames - 1)
    return np.where(after > picks, after, np.maximum(picks - 1, 0))


def _keeping(seen: Iterator[Moment], keep: np.ndarray, pictures: list[np.ndarray]) -> Iterator[Moment]:
    """Passes moments on and puts the pictures of some into a list: `keep` is (T,) bool."""
    for moment, kept in zip(seen, keep, strict=True):
        if kept:
            pictures.append(moment.picture)
        yield moment


def _copy(source: Path, target: Path) -> None:
    try:
        shutil.copyfile(source, target)
    except OSError as error:
        raise VideoError(f"'{source.name}' cannot be copied to '{target.parent}': {error.strerror}.") from error


def _space(id: str) -> FeatureSpace:
    if id not in FEATURE_SPACES:
        raise InputError(f"There is no feature space '{id}'.", f"Choose one of: {', '.join(FEATURE_SPACES)}.")
    return FEATURE_SPACES[id]
