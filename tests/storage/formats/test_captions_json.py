"""Captions as JSON: what is no caption of a frame is refused with the video it is about."""

from __future__ import annotations

import json

import pytest

from core.errors import FormatError
from storage.formats.captions_json import read_captions


def written(path, **video):
    path.write_text(json.dumps({"video_1": {"picks": [0, 15], "captions": ["a", "b"]} | video}))
    return path


def test_captions_are_read(tmp_path):
    found = read_captions(written(tmp_path / "c.json", captions=["a \ud800\u0000 b", "c"]))["video_1"]
    assert (found.picks.tolist(), found.captions) == ([0, 15], ("a b", "c"))


@pytest.mark.parametrize("last", [10**30, 2**63 - 1, 15.0, -1, 0, None, True, "15"])
def test_picks_that_are_no_frames_are_refused(tmp_path, last):
    with pytest.raises(FormatError, match=r"c\.json: the picks of 'video_1' should be ascending frames"):
        read_captions(written(tmp_path / "c.json", picks=[0, last]))
