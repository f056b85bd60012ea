"""The time code of files as cameras and editing programs write it."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from core.data.timebase import Timebase
from core.video.probe import probe
from core.video.timecode import source_timecode


def coded(path: Path, rate: Fraction, label: str) -> Path:
    """A second of grey pictures in a file with time code; "" for none."""
    with av.open(str(path), "w") as target:
        stream = target.add_stream("mpeg2video" if path.suffix == ".mxf" else "libx264", rate=rate)
        stream.width, stream.height, stream.pix_fmt = 192, 108, "yuv420p"
        if label:
            stream.metadata["timecode"] = label
        for index in range(int(rate)):
            picture = np.full((108, 192, 3), 4 * index, np.uint8)
            target.mux(stream.encode(av.VideoFrame.from_ndarray(picture)))
        target.mux(stream.encode())
    return path


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv", ".mxf"])
@pytest.mark.parametrize(("rate", "label"), [(Fraction(25), "10:20:30:12"), (Fraction(30000, 1001), "01:00:00;00")])
def test_time_code_is_read_from_every_container_that_keeps_it(tmp_path, suffix, rate, label):
    file = coded(tmp_path / f"take{suffix}", rate, label)
    found = source_timecode(file, probe(file).timebase)
    assert (found.label, found.rate, found.drop) == (label, rate, ";" in label)


def test_a_file_without_time_code_has_none(tmp_path):
    file = coded(tmp_path / "take.mp4", Fraction(25), "")
    assert source_timecode(file, probe(file).timebase) is None


def test_a_varying_rate_counts_as_its_time_code_does(tmp_path):
    file = coded(tmp_path / "take.mov", Fraction(30000, 1001), "10:00:00;00")
    varying = Timebase.from_times(np.cumsum([0, *[1001, 1003] * 14]), Fraction(1, 30000), 29 * 1002)
    found = source_timecode(file, varying)
    assert (found.frames, found.rate) == (1_078_920, Fraction(30000, 1001))
