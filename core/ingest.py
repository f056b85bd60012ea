"""A video file in, everything a library entry needs out: one pass over all pictures, then shots and a playable copy."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from core import limits
from core.data import Entry, Shots
from core.data.timebase import Timebase
from core.errors import InputError
from core.features.beside import Beside
from core.features.colour_motion import COLOUR_MOTION
from core.features.cores import half_the_cores
from core.features.moments import moments
from core.features.registry import open_space
from core.features.space import FeatureSpace, Moment, picture_size
from core.progress import Progress, ShouldStop, never, part, silent
from core.segment.segmentation import make_shots, uniform_shots
from core.segment.settings import ShotSettings
from core.segment.survey import Survey, Surveyor
from core.signals.hearing import Heard, hear
from core.signals.listening import Listening
from core.video.playable import copy_in, put_playable
from core.video.probe import VideoInfo, probe
from core.video.sprites import ThumbnailSprite
from core.video.thumbnails import thumbnail_frames, write_sprite

if TYPE_CHECKING:
    from av.video.frame import VideoFrame


@dataclass(frozen=True, eq=False)
class Ingested:
    """What `ingest` made of a video.

    Attributes:
        info: what the file is.
        picks: (T,) int64.
        features: (T, D) float32.
        feature_space: id of their space.
        shots: those that were asked for, and uniform ones of two seconds.
        video: a file under `work` that browsers play; never the original, so that it may be moved.
        thumbnails: the JPEG under `work`.
        sprite: what is where in it.
        empty: (E, 2) int64 frame intervals whose pictures show nothing.
        survey: of every frame; its pictures are in a file under `work`.
        heard: at every pick; None where there is nothing to hear.
        more: features of further spaces by id, each (T, D) float32.
        picks_note: "" or why there are fewer picks than were asked for.
        sound_note: "" or which of several tracks are used, and what of the sound could not be kept.
    """

    info: VideoInfo
    picks: np.ndarray
    features: np.ndarray
    feature_space: str
    shots: dict[str, Shots]
    video: Path
    thumbnails: Path
    sprite: ThumbnailSprite
    empty: np.ndarray | None
    survey: Survey
    heard: Heard | None
    more: Mapping[str, np.ndarray]
    picks_note: str = ""
    sound_note: str = ""

    def entry(self, id: str, title: str, **meta: str) -> Entry:
        """The library entry of this video, not judged by anyone yet."""
        return Entry(
            id=id,
            title=title,
            timebase=self.info.timebase,
            picks=self.picks,
            features={self.feature_space: self.features, **self.more},
            feature_space=self.feature_space,
            shots=self.shots,
            video=self.video,
            thumbnails=self.thumbnails,
            meta=meta,
            empty=self.empty,
        )


def ingest(
    path: Path,
    *,
    work: Path,
    feature_space: FeatureSpace | str = COLOUR_MOTION,
    beside: Sequence[FeatureSpace] = (),
    picks_per_second: Fraction | int = 2,
    shots: ShotSettings = ShotSettings(),
    sound: str | None = None,
    progress: Progress = silent,
    should_stop: ShouldStop = never,
) -> Ingested:
    """Makes a video ready for the library.

    Args:
        path: the video file; never changed.
        work: folder for what is made, created where missing. When anything fails, what was made is removed again.
        feature_space: an opened space, or the id of one of `core.features.registry`.
        beside: further opened spaces, whose features are made in the same pass.
        picks_per_second: how often the video is looked at, see `picks_of`.
        shots: how it is cut into shots.
        sound: which of several sound tracks is used, see `core.video.tracks.sound_track`.
        progress: told about every step.
        should_stop: asked often.

    Raises:
        VideoError: the file cannot be used; the sentence says why.
        InputError, NotFoundError: there is no such feature space, its weights are not here, or it is too slow for
            every frame.
        Cancelled: `should_stop` said so.
    """
    space = open_space(feature_space) if isinstance(feature_space, str) else feature_space
    spaces = (space, *beside)
    dense = shots.kind == "kts-frames"
    # One of them gets its pictures with their neighbours in time; the others take what passes by.
    leading = next((one for one in spaces if one.motion), space)
    if dense and leading.extract_dense is None:
        raise InputError(
            f"Shots from every frame take {COLOUR_MOTION.id} features; {space.id} of every frame would take too long.",
            f"Choose kts for the shots, or {COLOUR_MOTION.id} for the features.",
        )
    progress(0.0, "Looking into the file")
    info = probe(path, sound)
    picks, note = picks_of(info.timebase, Fraction(picks_per_second))
    existed = work.exists()
    thumbnails, video = work / "thumbnails.jpg", copy_in(work, info)
    small_pictures = work / "survey.rgb"
    try:
        work.mkdir(parents=True, exist_ok=True)
        # Reading is the longer half only where the video needs no copy.
        reading_ends = 0.9 if info.playable else 0.5
        shown = thumbnail_frames(info.timebase, picks)
        small = picture_size(info.width, info.height)
        pictures: list[np.ndarray] = []
        frames = np.arange(info.timebase.n_frames) if dense else picks
        surveyor = Surveyor(info, small_pictures)
        reading = part(progress, 0.02, reading_ends)
        with ExitStack() as open_until_read:
            open_until_read.enter_context(half_the_cores())
            open_until_read.enter_context(closing(surveyor))
            others = {
                one.id: open_until_read.enter_context(closing(Beside(info, picks, one)))
                for one in spaces
                if one is not leading
            }
            listening = (
                open_until_read.enter_context(closing(Listening(info.path, info.timebase, picks)))
                if info.playable
                else None  # what its copy will sound like is heard there
            )
            watch = _everybody([surveyor, *others.values()])
            seen = open_until_read.enter_context(
                closing(moments(info, frames, reading, should_stop, space=leading, watch=watch))
            )
            kept = _also_stored(seen, np.isin(frames, shown), small, pictures)
            if leading.extract_dense and dense:
                looked_at, rows = leading.extract_dense(kept, picks)
            else:
                looked_at = rows = leading.extract(kept)
            survey = surveyor.survey()
            features = {one.id: rows if one is leading else others[one.id].features() for one in spaces}
            heard = listening.heard(should_stop) if listening else None
        sprite = write_sprite(pictures, info.timebase.seconds(shown), thumbnails)
        progress(reading_ends, "Finding shots")
        two_seconds = uniform_shots(info.timebase)
        shots_end = reading_ends + 0.05
        to_shots = part(progress, reading_ends, shots_end)
        made, empty = make_shots(shots, looked_at, frames, info.timebase, leading.scaled, survey, to_shots, should_stop)
        cut = {shots.name: made}
        cut.setdefault(two_seconds.source, two_seconds)
        del looked_at
        played = put_playable(info, work, part(progress, shots_end, 1.0), should_stop)
        if listening is None:
            heard = hear(video, info.timebase, picks, should_stop)
    except BaseException:
        if existed:
            for file in (thumbnails, thumbnails.with_suffix(".json"), video, small_pictures):
                file.unlink(missing_ok=True)
        else:
            shutil.rmtree(work, ignore_errors=True)
        raise
    progress(1.0, "Ready")
    main = features.pop(space.id)
    return Ingested(
        info,
        picks,
        main,
        space.id,
        cut,
        video,
        thumbnails,
        sprite,
        empty,
        survey,
        heard,
        features,
        picks_note=note,
        sound_note=" ".join(filter(None, (info.tracks_note, *played.notes))),
    )


def picks_of(timebase: Timebase, per_second: Fraction) -> tuple[np.ndarray, str]:
    """The picks of a video, as often as asked for but at least two, and no more than models score at once.

    Returns:
        (T,) int64 ascending frames, and "" or what a person should know: that they are fewer than asked for.
    """
    picks = timebase.picks(per_second)
    if len(picks) == 1 and timebase.n_frames > 1:  # models relate picks to one another
        return np.array([0, timebase.n_frames // 2]), ""
    if len(picks) <= limits.PICKS_PER_VIDEO:
        return picks, ""
    # In tenths of a second, so that people can say it.
    every = Fraction(ceil(10 * timebase.exact_duration / limits.PICKS_PER_VIDEO), 10)
    note = (
        f"Looked at every {float(every):g} s instead of every {float(1 / per_second):.2g} s, because models score"
        f" {limits.PICKS_PER_VIDEO:,} pictures of a video at most."
    )
    return timebase.picks(1 / every), note


def _everybody(watchers: Sequence[Surveyor | Beside]) -> Callable[[VideoFrame], None]:
    """Shows every frame to each of some watchers."""

    def watch(frame: VideoFrame) -> None:
        for one in watchers:
            one.look(frame)

    return watch


def _also_stored(
    seen: Iterator[Moment], keep: np.ndarray, size: tuple[int, int], pictures: list[np.ndarray]
) -> Iterator[Moment]:
    """Passes moments on and puts the pictures of some into a list, of `size` (width, height); `keep` is (T,) bool."""
    for moment, kept in zip(seen, keep, strict=True):
        if kept:
            small = moment.picture.shape[1::-1] == size
            pictures.append(moment.picture if small else cv2.resize(moment.picture, size, interpolation=cv2.INTER_AREA))
        yield moment
