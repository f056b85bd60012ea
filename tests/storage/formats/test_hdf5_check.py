"""What an HDF5 file of a stranger must not hold, found before any of it is read."""

from __future__ import annotations

import h5py
import numpy as np
import pytest

from core.errors import FormatError
from storage.formats import read_dataset
from storage.formats.hdf5_check import check_hdf5
from tests.hostile.made import FILES, video

ELSEWHERE = ["external_link.h5", "external_link_inside.h5", "external_data.h5", "virtual_data.h5"]
TOO_LARGE = ["never_written.h5", "never_written_in_chunks.h5"]


@pytest.mark.parametrize("name", ELSEWHERE)
def test_nothing_lies_in_another_file(tmp_path, name):
    FILES[name](tmp_path / name)
    with pytest.raises(FormatError, match="in another file, which is not opened"):
        check_hdf5(tmp_path / name)


@pytest.mark.parametrize("name", TOO_LARGE)
def test_nothing_claims_more_than_there_is_room_for(tmp_path, name):
    FILES[name](tmp_path / name)
    with pytest.raises(FormatError, match=r"'video_1/text_features' should hold 4 x 2147483648 values"):
        read_dataset(tmp_path / name)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("reference_to_nothing.mat", r"'tvsum50/\w+' refers to what is not there"),
        ("reference_to_a_group.mat", "holds values in each other"),
    ],
)
def test_references_lead_to_data(tmp_path, name, said):
    FILES[name](tmp_path / name)
    with pytest.raises(FormatError, match=said):
        read_dataset(tmp_path / name)


@pytest.mark.parametrize("name", ["forever.h5", "endless_rate.h5"])
def test_a_video_ends(tmp_path, name):
    FILES[name](tmp_path / name)
    with pytest.raises(FormatError, match=r"video_1/(n_frames|fps)' should be"):
        read_dataset(tmp_path / name)


def test_ordinary_files_are_taken_whatever_their_layout(tmp_path):
    with h5py.File(tmp_path / "good.h5", "w") as file:
        group = video(file.create_group("video_1"), 1000)
        summaries = np.zeros((20, 15000), np.float32)
        group.create_dataset("user_summary", data=summaries, compression="gzip", compression_opts=9, shuffle=True)
        group["spaces/some"] = h5py.SoftLink("/video_1/features")
        group["title"] = "A video"
        group["nothing"] = h5py.Empty("f4")
        file["also"] = group["features"]
    check_hdf5(tmp_path / "good.h5")
