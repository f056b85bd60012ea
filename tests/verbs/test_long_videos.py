"""Hours of video end to end: taken in, sampled and cut, with fewer picks than it has pictures."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import pytest

from core import limits
from core.features.colour_motion import COLOUR_MOTION
from core.models.checkpoints import save_checkpoint
from core.models.summdiff import SummDiff
from core.models.summdiff_config import SummDiffConfig
from storage.library import Library
from tests.core.made_videos import write_video
from verbs.cuts import CutsRequest, cuts
from verbs.ingest import IngestRequest, ingest
from verbs.sample import SampleRequest, sample

RATE, SHORT, TIMES = Fraction(1, 4), 30, 105


def again_and_again(path: Path, short: Path) -> Path:
    """Three and a half hours: the same two minutes over and over."""
    with av.open(str(path), "w") as target:
        written = None
        for time in range(TIMES):
            with av.open(str(short)) as source:
                pictures = source.streams.video[0]
                written = written or target.add_stream_from_template(pictures)
                for packet in source.demux(pictures):
                    if packet.pts is None:
                        continue
                    later = int(time * SHORT / RATE / packet.time_base)
                    packet.pts, packet.dts, packet.stream = packet.pts + later, packet.dts + later, written
                    target.mux(packet)
    return path


@pytest.mark.slow
def test_three_and_a_half_hours_are_taken_in_sampled_and_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "PICKS_PER_VIDEO", 2500)  # as a real one has more than 20,000 pictures
    short = write_video(tmp_path / "short.mp4", SHORT, RATE, size=(64, 36))
    file = again_and_again(tmp_path / "long.mp4", short)
    with Library.open(tmp_path / "data") as library:
        folder = library.checkpoints.folder / "small"
        config = SummDiffConfig(COLOUR_MOTION.width, hidden=8, heads=2, feed_forward=16)
        save_checkpoint(SummDiff(config), folder, label="Small", feature_space=COLOUR_MOTION.id, training={})
        library.checkpoints.register(folder)
        taken = ingest(library, IngestRequest(path=file, space=COLOUR_MOTION.id, shots="uniform", seconds=30)).alone
        assert taken is not None
        assert (taken.n_frames, taken.duration) == (SHORT * TIMES, 12_600)
        assert limits.PICKS_PER_VIDEO / 2 < taken.picks <= limits.PICKS_PER_VIDEO < SHORT * TIMES
        assert any(f"{limits.PICKS_PER_VIDEO:,} pictures" in note for note in taken.notes)
        made = sample(library, SampleRequest(entry=taken.entry, checkpoint="small", n=2, steps=2))
        assert [len(curve) for curve in made.scores] == [taken.picks] * 2
        cut, *others = cuts(library, CutsRequest(entry=taken.entry, budget=0.1, source=f"run:{made.run}:0")).cuts
    assert not others
    assert 0.05 * taken.duration < cut.length_s <= 0.1 * taken.duration
    assert all(0 <= start < end <= taken.n_frames for start, end in cut.frames)
