"""Files that were once answered by something else than a sentence, made again."""

from __future__ import annotations

import json

import h5py
import numpy as np
import pytest

from core.errors import FormatError, ManycutError
from storage.formats import read_dataset
from storage.formats.manifest import check_manifest
from storage.formats.tracks import read_tracks
from tests.fuzz.readers import manifest, mrhisum, summe, tracks, tvsum_mat
from verbs.import_dataset import ImportDatasetRequest, import_dataset


@pytest.mark.parametrize("name", ["features", "gtscore", "change_points"])
def test_a_data_set_of_no_shape(tmp_path, name):
    path = mrhisum(tmp_path)
    with h5py.File(path, "r+") as file:
        del file[f"video_1/{name}"]
        file[f"video_1/{name}"] = h5py.Empty("f4")
    with pytest.raises(FormatError, match=f"'video_1/{name}' should be .* it is empty"):
        list(read_dataset(path))


@pytest.mark.parametrize("change", ["word", "data", "settings", "list", "seed"])
def test_tracks_that_are_none(tmp_path, change):
    path = tracks(tmp_path)
    with h5py.File(path, "r+") as file:
        match change:
            case "word":
                file.move("video_1/2", "video_1/2x")
            case "data":
                file["video_2"] = np.zeros(3)
            case "seed":
                file["video_1/1"].attrs["seed"] = "x"
            case _:
                file["video_1/1"].attrs["settings"] = "[" * 100_000 if change == "settings" else "[1]"
    with pytest.raises(FormatError, match="should be"):
        read_tracks(path)


def test_references_to_other_things_than_numbers(tmp_path):
    path = tvsum_mat(tmp_path)
    with h5py.File(path, "r+") as file:
        file["#refs#/odd"] = np.full((6, 1), b"abc")
        file["tvsum50/title"][0, 0] = file["#refs#/odd"].ref
    with pytest.raises(FormatError, match="'title' of video 1 should be characters"):
        read_dataset(path)


def test_a_refused_data_set_leaves_no_folder(library, tmp_path):
    path = mrhisum(tmp_path)
    with h5py.File(path, "r+") as file:
        file["video_2/gtscore"][0] = np.nan
    with pytest.raises(ManycutError):
        import_dataset(library, ImportDatasetRequest(path=path))
    assert not (library.data_dir / "entries").exists()
    assert not library.datasets.list()


def test_a_mat_file_with_text_for_numbers(tmp_path):
    from scipy.io import loadmat, savemat

    path = summe(tmp_path)
    values = {name: value for name, value in loadmat(path).items() if not name.startswith("_")}
    for name in ("nFrames", "FPS", "user_score"):
        savemat(path, values | {name: "abc"})
        with pytest.raises(FormatError, match=name):
            read_dataset(path)


def test_a_manifest_with_a_file_of_endless_size(tmp_path):
    path = manifest(tmp_path)
    stated = json.loads(path.read_text())
    stated["files"][0]["bytes"] = float("inf")
    path.write_text(json.dumps(stated))
    with pytest.raises(FormatError, match="should be a manifest"):
        check_manifest(path)


def test_a_manifest_that_names_a_file_longer_than_names_can_be(tmp_path):
    path = manifest(tmp_path)
    stated = json.loads(path.read_text())
    stated["files"][0]["path"] = "labels.csv" * 1000
    path.write_text(json.dumps(stated))
    (said,) = check_manifest(path)
    assert "cannot be looked at" in said
