"""SumMe's annotations, and files of score tracks."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.io import savemat

from core.data import ScoreTrack
from core.errors import FormatError, NotFoundError
from storage.formats import read_dataset
from storage.formats.tracks import read_tracks, write_tracks


def test_summe_is_read_from_its_folder(shared):
    entries = read_dataset(shared / "data/summe")
    assert [entry.key for entry in entries] == ["Air_Force_One", "Cooking", "Jumps"]
    first = entries[0]
    assert (first.title, first.n_frames, first.timebase.rate) == ("Air Force One", 4494, 25)
    assert first.annotations.summaries.shape == (15, 4494)
    assert set(np.unique(first.annotations.scores)) == {0, 1}
    assert read_dataset(shared / "data/summe/GT/Jumps.mat")[0].id == "summe/Jumps"


def test_a_malformed_summe_file_is_refused(tmp_path):
    savemat(tmp_path / "Jumps.mat", {"user_score": np.zeros((9, 2)), "nFrames": 11, "FPS": 25})
    with pytest.raises(FormatError, match=r"Jumps\.mat: 'user_score' should be \(11, people\)"):
        read_dataset(tmp_path / "Jumps.mat")
    savemat(tmp_path / "Jumps.mat", {"nFrames": 11, "FPS": 25})
    with pytest.raises(FormatError, match="user_score"):
        read_dataset(tmp_path)
    whole = (tmp_path / "Jumps.mat").read_bytes()
    (tmp_path / "Jumps.mat").write_bytes(whole[:150])
    with pytest.raises(FormatError, match=r"Jumps\.mat"):
        read_dataset(tmp_path)


def test_an_empty_folder_is_not_a_dataset(tmp_path):
    with pytest.raises(NotFoundError):
        read_dataset(tmp_path)


def test_tracks_come_back_in_order(tmp_path):
    scores = np.random.default_rng(0).random((2, 30), np.float32)
    tracks = [
        ScoreTrack(f"m{n}", "summdiff", "c", "s", scores / (n + 1), seed=n or None, settings={"steps": 10.0})
        for n in range(11)
    ]
    back = read_tracks(write_tracks({"harbour-day": tracks}, tmp_path / "runs.h5"))["harbour-day"]
    assert [track.model for track in back] == [track.model for track in tracks]
    assert back[0].seed is None
    assert back[3].seed == 3
    assert back[3].settings == {"steps": 10.0}
    np.testing.assert_array_equal(back[3].scores, tracks[3].scores)
