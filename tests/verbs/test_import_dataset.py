"""Importing a dataset says what was put right, what was left out, and why."""

from __future__ import annotations

import json

import h5py
import numpy as np
import pytest
from typer.testing import CliRunner

from cli.main import app
from core.errors import FormatError
from verbs.import_dataset import ImportDatasetRequest, import_dataset


@pytest.fixture
def odd(tmp_path):
    """Video 1 is good, video 2 has a frame too many, video 3 has no picks; all lie in a group."""
    path = tmp_path / "odd.h5"
    with h5py.File(path, "w") as file:
        for number in (1, 2, 3):
            group = file.create_group(f"tvsum/video_{number}")
            group["features"] = np.ones((4, 8), np.float32)
            group["user_summary"] = np.zeros((3, 60 + (number == 2)), np.float32)
            group["change_points"] = np.array([[0, 29], [30, 59]])
            group["n_frames"] = 60
            if number != 3:
                group["picks"] = np.arange(0, 60, 15)
    return path


def test_bad_videos_are_left_out_if_asked_and_everything_is_said(library, odd):
    result = import_dataset(library, ImportDatasetRequest(path=odd, skip_bad=True))
    assert [one.id for one in result.entries] == ["odd/video_1", "odd/video_2"]
    assert [one.id for one in library.entries.list()] == ["odd/video_1", "odd/video_2"]
    assert not any("user_summary" in note for note in result.entries[0].notes)
    assert any("'user_summary' has 61 frames" in note for note in result.entries[1].notes)
    assert library.entries.get("odd/video_2").meta["frames_note"] in result.entries[1].notes
    assert "in 'tvsum'" in result.notes[0]
    (left,) = result.left_out
    assert (left.entry, "'tvsum/video_3/picks'" in left.reason) == ("video_3", True)


def test_without_being_asked_nothing_is_kept(library, odd):
    with pytest.raises(FormatError, match=r"odd\.h5: 'tvsum/video_3/picks' .* missing") as refusal:
        import_dataset(library, ImportDatasetRequest(path=odd))
    assert "--skip-bad" in refusal.value.hint
    assert library.datasets.list() == []


def test_the_command_says_it(odd, tmp_path):
    asked = ["import", str(odd), "--skip-bad", "--data-dir", str(tmp_path / "data")]
    told = CliRunner().invoke(app, asked).stdout.splitlines()
    assert told[0] == "2 entries in dataset 'odd'."
    assert any(line.startswith("video_2: 'user_summary' has 61 frames") for line in told)
    assert told[-1].startswith("Left out: video_3: 'tvsum/video_3/picks' should be")
    kept = json.loads(CliRunner().invoke(app, [*asked, "--replace", "--json"]).stdout.splitlines()[-1])
    assert kept["left_out"][0]["entry"] == "video_3"
