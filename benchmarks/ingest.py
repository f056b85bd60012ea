"""Ingest of ten minutes of 720p as it is by default, against decoding alone.

That is what the command does: a survey of every frame, features of the picks in two spaces, the filmstrip, shots and
empty pictures, the playable copy, signals and tastes, and keeping all of it in an empty library.

The reference is a plain PyAV loop over the same file, on all cores, that decodes every frame without making anything of
any. Every three seconds there is a sharp cut and the camera moves all the time; there are no dissolves, about which a
network would have to be asked (`python -m benchmarks shots` measures those).
"""

from __future__ import annotations

import shutil
import statistics
import tempfile
from fractions import Fraction
from multiprocessing import get_context
from pathlib import Path

import av
import cv2
import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import VideoReformatter

from benchmarks.measuring import Result, peak_mb, timed
from benchmarks.shots import decode_alone
from core.data import Entry
from core.features.moments import moments, nearby_frames
from core.features.registry import DEFAULT, open_space
from core.features.space import Moment, picture_size
from core.segment.kts import kts
from core.segment.survey import Survey, survey_of
from core.segment.transitions import find_transitions
from core.video.playable import make_playable
from core.video.probe import VideoInfo, frames_at, probe
from core.video.thumbnails import thumbnail_frames, write_sprite
from storage.library import Library
from verbs.ingest import IngestRequest, ingest

WIDTH, HEIGHT, RATE = 1280, 720, 25
MINUTES = 10
SECONDS_PER_SHOT = 3
REPEATS = 3
LEAST = 0.4
SPARSE = Fraction(1, 10)


def ingest_720p() -> Result:
    """H.264 (key frames at most 250 frames apart, B-frames) with AAC sound in MP4, picks twice a second."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "minutes.mp4"
        # In a process of its own, so that what the encoder holds is not counted as ours.
        maker = get_context("spawn").Process(target=make_video, args=(file, MINUTES))
        maker.start()
        maker.join()
        kts(np.eye(8))  # compiles
        video = probe(file)
        frames = looked_at(video, Fraction(2))
        ours, reference = [], []
        for turn in range(REPEATS):
            seconds, made = timed(lambda turn=turn: taken_in(file, Path(folder) / str(turn)), 1)
            ours.append(seconds)
            if turn == 0:
                peak = peak_mb()
            shutil.rmtree(Path(folder) / str(turn))
            reference.append(timed(lambda: decode_alone(file), 1)[0])
        seconds, reference_seconds = statistics.median(ours), statistics.median(reference)
        same = same_pictures(video, frames)
        sparse = looked_at(video, SPARSE)
        stages = stage_seconds(video, made, Path(folder))
        sparse_seconds, _ = timed(lambda: list(frames_at(video, sparse, picture_size(WIDTH, HEIGHT))), 1)
    return Result(
        "ingest-720p",
        seconds,
        reference_seconds,
        peak,
        same,
        reference_seconds / seconds >= LEAST and same,
        f"at least {LEAST:.0%} of the rate of decoding alone, the same pictures",
        {
            "frames": video.timebase.n_frames,
            "picks": len(made.picks),
            "frames_looked_at": len(frames),
            # Each alone: in ingest, reading and features run at the same time.
            "stage_seconds": stages,
            # Reading alone, a pick every ten seconds; decoding alone takes as long as for the others.
            "sparse_seconds": round(sparse_seconds, 3),
        },
    )


def taken_in(file: Path, data_dir: Path) -> Entry:
    """The entry of a video that is dropped into an empty library."""
    with Library.open(data_dir) as library:
        return library.entries.get(ingest(library, IngestRequest(path=[file])).entries[0].entry)


def looked_at(video: VideoInfo, picks_per_second: Fraction) -> np.ndarray:
    """The picks and the frames that motion is measured with."""
    picks = video.timebase.picks(picks_per_second)
    return np.union1d(picks, nearby_frames(video.timebase, picks))


def same_pictures(video: VideoInfo, frames: np.ndarray) -> bool:
    """Whether what ingest looks at is what decoding everything gives."""
    size = picture_size(video.width, video.height)
    ours = frames_at(video, frames, size)
    reformatter = VideoReformatter()
    wanted, compared = set(frames.tolist()), 0
    with av.open(str(video.path)) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        for index, frame in enumerate(container.decode(stream)):
            if index in wanted:
                small = reformatter.reformat(frame, *size, "rgb24", interpolation="AREA").to_ndarray()
                found, picture = next(ours)
                if found != index or not np.array_equal(picture, small):
                    return False
                compared += 1
    return compared == len(frames)


def stage_seconds(video: VideoInfo, made: Entry, folder: Path) -> dict[str, float]:
    """Seconds that each part of ingest takes alone."""
    seen: list[Moment] = []
    surveys: list[Survey] = []
    space = open_space(DEFAULT)
    shown = thumbnail_frames(video.timebase, made.picks)
    parts = {
        "probe": lambda: probe(video.path),
        "reading": lambda: seen.extend(moments(video, made.picks, space=space)),
        "features": lambda: space.extract(seen),
        "sprite": lambda: write_sprite(
            [moment.picture for moment, kept in zip(seen, np.isin(made.picks, shown), strict=True) if kept],
            video.timebase.seconds(shown),
            folder / "sprite.jpg",
        ),
        "survey": lambda: surveys.append(survey_of(video.path, video.timebase, folder / "pictures")),
        "transitions": lambda: find_transitions(surveys[0]),
        "copy": lambda: shutil.copyfile(make_playable(video, folder / "copy.mp4").file, folder / "copy"),
    }
    return {name: round(timed(part, 1)[0], 3) for name, part in parts.items()}


def make_video(file: Path, minutes: int, size: tuple[int, int] = (WIDTH, HEIGHT)) -> None:
    """A minute of moving textures with sound, encoded once and written several times with shifted times."""
    one = file.with_name("one.mp4")
    random = np.random.default_rng(0)
    with av.open(str(one), "w") as target:
        pictures = target.add_stream("libx264", rate=RATE, options={"preset": "veryfast"})
        pictures.width, pictures.height, pictures.pix_fmt = *size, "yuv420p"
        sound = target.add_stream("aac", rate=48000, layout="mono")
        for _ in range(60 // SECONDS_PER_SHOT):
            for picture in shot(random):
                small = picture if size == (WIDTH, HEIGHT) else cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
                target.mux(pictures.encode(VideoFrame.from_ndarray(small, format="rgb24")))
        target.mux(pictures.encode(None))
        # A little shorter, because AAC begins before it is heard and would reach into the next minute.
        for start in range(0, 60 * 48000 - 4800, 960):
            piece = av.AudioFrame.from_ndarray(
                0.1 * random.standard_normal((1, 960)).astype(np.float32), "fltp", "mono"
            )
            piece.sample_rate, piece.pts, piece.time_base = 48000, start, Fraction(1, 48000)
            target.mux(sound.encode(piece))
        target.mux(sound.encode(None))
    with av.open(str(file), "w", options={"movflags": "+faststart"}) as target:
        with av.open(str(one)) as source:
            copies = [target.add_stream_from_template(stream) for stream in source.streams]
        for minute in range(minutes):
            with av.open(str(one)) as source:
                for packet in source.demux():
                    if packet.dts is not None:
                        shift = int(minute * 60 / packet.time_base)
                        packet.pts, packet.dts = packet.pts + shift, packet.dts + shift
                        packet.stream = copies[packet.stream.index]
                        target.mux(packet)


def shot(random: np.random.Generator) -> list[np.ndarray]:
    """The pictures of one shot: the camera moves over a ground, and a thing moves across."""
    ground, thing = texture(random), texture(random)[:160, :240]
    across, down = random.uniform(-4, 4), random.uniform(-2, 2)
    pictures = []
    for step in range(SECONDS_PER_SHOT * RATE):
        x, y = int(320 + across * step), int(180 + down * step)
        picture = ground[y : y + HEIGHT, x : x + WIDTH].copy()
        left, top = 100 + 10 * step, int(280 + 200 * np.sin(step / 8))
        picture[top : top + 160, left : left + 240] = thing
        pictures.append(picture)
    return pictures


def texture(random: np.random.Generator) -> np.ndarray:
    """(1080, 1920, 3) uint8: noise at six scales around one colour."""
    values = np.full((1080, 1920, 3), random.uniform(60, 190, 3), np.float32)
    for scale in range(6):
        noise = random.standard_normal((1080 >> (6 - scale), 1920 >> (6 - scale), 3)).astype(np.float32)
        values += 40 * 0.6**scale * cv2.resize(noise, (1920, 1080), interpolation=cv2.INTER_CUBIC)
    return np.clip(values, 0, 255).astype(np.uint8)
