"""Two hundred short videos into an empty library, with two workers against one; the same entries come of both.

Videos are four seconds of 320 x 180, made here. One worker is this process; two are processes of their own, which start
within the time. On few cores there is little to gain: one worker decodes on all of them already.
"""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path

import av
import numpy as np
from av.video.frame import VideoFrame

from benchmarks.measuring import Result, peak_mb, timed
from core.engine import HERE, Engine, Pool
from core.segment.kts import kts
from storage.library import Library
from verbs.ingest import IngestRequest, ingest

VIDEOS, FRAMES, RATE = 200, 100, 25
WIDTH, HEIGHT = 320, 180


def many_videos() -> Result:
    """Seconds that two workers take, beside those of one."""
    with tempfile.TemporaryDirectory() as folder:
        films = Path(folder) / "films"
        films.mkdir()
        for number in range(VIDEOS):
            make_video(films / f"{number:03}.mp4", number)
        kts(np.eye(8))  # compiles
        one, alone = timed(lambda: taken_in(films, Path(folder) / "one", HERE), 1)
        two, shared = timed(lambda: taken_in(films, Path(folder) / "two", Pool(2)), 1)
    return Result(
        "many-videos",
        two,
        one,
        peak_mb(),
        alone == shared,
        alone == shared and len(alone) == VIDEOS,
        "every video once, the same entries",
        {"videos": VIDEOS, "videos_per_s": {"1": round(VIDEOS / one, 2), "2": round(VIDEOS / two, 2)}},
    )


def taken_in(films: Path, data_dir: Path, engine: Engine) -> dict[str, str]:
    """A digest of picks and features of each entry that comes of a folder of videos."""
    with Library.open(data_dir) as library:
        ingest(library, IngestRequest(path=[films]), engine=engine)
        found = {}
        for row in library.entries.list():
            entry = library.entries.get(row.id)
            features = entry.features[entry.feature_space or ""]
            found[row.id] = hashlib.sha256(entry.picks.tobytes() + features.round(3).tobytes()).hexdigest()
        return found


def make_video(file: Path, seed: int) -> None:
    """A camera that moves over noise at several scales, and one cut."""
    random = np.random.default_rng(seed)
    with av.open(str(file), "w") as target:
        stream = target.add_stream("libx264", rate=RATE, options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        grounds = [np.kron(random.integers(0, 255, (40, 60, 3)), np.ones((8, 8, 1))).astype(np.uint8) for _ in range(2)]
        for frame in range(FRAMES):
            ground, at = grounds[frame * 2 // FRAMES], frame % (FRAMES // 2)
            picture = np.ascontiguousarray(ground[at : at + HEIGHT, 2 * at : 2 * at + WIDTH])
            target.mux(stream.encode(VideoFrame.from_ndarray(picture, format="rgb24")))
        target.mux(stream.encode(None))
