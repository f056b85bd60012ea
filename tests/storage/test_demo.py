"""The demo library seeds an empty installation, and is found again when it moves."""

from __future__ import annotations

import dataclasses
import json
import shutil
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from core.data import ScoreTrack
from storage.demo import seed_demo
from storage.formats.eccv16 import write_eccv16
from storage.formats.tracks import write_tracks
from storage.library import Library
from storage.tables import now


@pytest.fixture
def assets(tmp_path, make_entry):
    folder = tmp_path / "assets"
    for name in ("videos", "thumbs", "checkpoints/small"):
        (folder / name).mkdir(parents=True)
    write_eccv16([make_entry("demo/harbour-day"), make_entry("demo/market")], folder / "demo.h5")
    (folder / "videos/harbour-day.mp4").write_text("video")
    (folder / "thumbs/harbour-day.jpg").write_text("picture")
    track = ScoreTrack("SummDiff", "summdiff", "small", "test-6", np.full((3, 120), 0.5, np.float32), seed=1)
    write_tracks({"harbour-day": [track]}, folder / "runs.h5")
    description = {
        "config": {},
        "training": {},
        "metrics": {},
        "schema": "manycut-checkpoint-1",
        "kind": "summdiff",
        "label": "Small",
        "feature_space": "test-6",
        "feature_width": 6,
        "created": "2026-01-01T00:00:00+00:00",
    }
    (folder / "checkpoints/small/model.json").write_text(json.dumps(description))
    (folder / "checkpoints/small/model.safetensors").write_bytes(b"weights")
    return folder


def test_an_empty_library_gets_the_demo_once(library, assets):
    assert seed_demo(library, assets)
    assert not seed_demo(library, assets)
    first, second = library.entries.list("demo")
    assert (first.id, first.has_video, second.id, second.has_video) == ("demo/harbour-day", True, "demo/market", False)
    entry = library.entries.get("demo/harbour-day")
    assert entry.video == assets / "videos/harbour-day.mp4"
    assert entry.thumbnails == assets / "thumbs/harbour-day.jpg"
    assert library.runs.of_entry("demo/harbour-day")[0].track.scores.shape == (3, 120)
    assert library.checkpoints.find("small").path == assets / "checkpoints/small"


def test_whoever_removed_the_demo_does_not_get_it_again(library, assets):
    seed_demo(library, assets)
    library.datasets.remove("demo")
    assert not seed_demo(library, assets)
    library.trash.empty(now() + timedelta(seconds=1))
    assert library.trash.list() == []
    assert not seed_demo(library, assets)


def test_a_library_in_use_is_left_alone(library, assets, make_entry):
    library.entries.add("mine", [make_entry()])
    assert not seed_demo(library, assets)
    assert [dataset.id for dataset in library.datasets.list()] == ["mine"]


def test_a_demo_that_moved_is_found_again(library, assets, tmp_path):
    seed_demo(library, assets)
    moved = assets.rename(tmp_path / "moved")
    assert library.entries.get("demo/harbour-day").video is None
    seed_demo(library, moved)
    assert library.entries.get("demo/harbour-day").video == moved / "videos/harbour-day.mp4"
    assert library.checkpoints.find("small").path == moved / "checkpoints/small"


def test_checkpoints_of_earlier_demos_are_left_to_the_libraries_of_their_time(library, assets, tmp_path):
    earlier = shutil.copytree(assets / "checkpoints/small", assets / "checkpoints/earlier")
    told = json.loads((earlier / "model.json").read_text())
    (earlier / "model.json").write_text(json.dumps(told | {"feature_space": "of-before"}))
    seed_demo(library, assets)
    assert [checkpoint.id for checkpoint in library.checkpoints.list()] == ["small"]
    with Library.open(tmp_path / "of before") as older:
        found = library.entries.get("demo/harbour-day")
        features = {"of-before": found.main_features}
        entry = dataclasses.replace(found, features=features, feature_space="of-before", text_space=None)
        older.entries.add("demo", [entry], media_root=assets)
        older.checkpoints.register(earlier, in_place=True)
        moved = assets.rename(tmp_path / "moved")
        seed_demo(older, moved)
        assert [checkpoint.path for checkpoint in older.checkpoints.list()] == [moved / "checkpoints/earlier"]


def test_another_copy_of_the_program_takes_its_own_demo(library, assets, tmp_path):
    seed_demo(library, assets)
    copied = Path(shutil.copytree(assets, tmp_path / "copied"))
    seed_demo(library, copied)
    assert library.entries.get("demo/harbour-day").video == copied / "videos/harbour-day.mp4"
    assert library.checkpoints.find("small").path == copied / "checkpoints/small"


def test_without_a_demo_nothing_happens(library, tmp_path):
    assert not seed_demo(library, tmp_path)
    assert library.datasets.list() == []
