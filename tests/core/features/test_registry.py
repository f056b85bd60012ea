from __future__ import annotations

import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from core.data.timebase import Timebase
from core.errors import Cancelled, InputError, NotFoundError, VideoError
from core.features.colour_motion import COLOUR_MOTION
from core.features.extract import features_of
from core.features.moments import moments
from core.features.registry import SPACES, open_space, text_space, why_default
from core.features.space import FeatureSpace
from core.ingest import ingest
from core.segment.segmentation import kts_shots
from core.segment.settings import ShotSettings
from core.video.probe import probe
from tests.core.made_videos import number_of, write_video

ROOT = Path(__file__).resolve().parents[3]


def big_pictures(seen: list[tuple[int, ...]]) -> FeatureSpace:
    """A space that looks at whole pictures and notes their shape and number."""

    def extract(moments):
        rows = []
        for moment in moments:
            number = number_of(moment.picture)
            seen.append((*moment.picture.shape[:2], number, number_of(moment.nearby), moment.seconds))
            rows.append([number < 30, number >= 30, 0.01])
        return 7 * np.array(rows, np.float32)

    return FeatureSpace("big", 3, "Big", extract)


def test_the_space_without_weights_opens_at_once():
    assert open_space("colour-motion-v1") is COLOUR_MOTION
    assert COLOUR_MOTION.label in {kind.label for kind in SPACES if kind.id == COLOUR_MOTION.id}


def test_an_unknown_space_names_the_known_ones():
    with pytest.raises(InputError, match="'pool5'") as caught:
        open_space("pool5")
    for kind in SPACES:
        assert kind.id in caught.value.hint


def test_a_space_of_captions_is_not_asked_for_pictures_nor_the_other_way_round():
    with pytest.raises(InputError, match="of captions") as caught:
        open_space("minilm-l6-v2")
    assert "encode" in caught.value.hint
    with pytest.raises(NotFoundError, match="of pictures") as caught:
        text_space("googlenet-pool5")
    assert "features" in caught.value.hint


def test_listing_the_spaces_loads_neither_torch_nor_transformers():
    code = (
        "import sys, core.features.registry;"
        "print([n for n in ('torch', 'transformers', 'PIL', 'cv2', 'av') if n in sys.modules])"
    )
    answer = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"


def test_people_are_told_why_features_are_the_default_ones(tmp_path, monkeypatch):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    told = "Taken in with efficientnet-lite0 features, the default."
    assert why_default() == told
    place = tmp_path / "hub" / "checkpoints"
    place.mkdir(parents=True)
    (place / "googlenet-1378be20.pth").write_bytes(b"some")
    assert why_default() == f"{told} With GoogLeNet's weights googlenet-pool5 could be added."


def test_a_video_is_taken_in_with_whole_pictures_and_shots_of_their_features(tmp_path):
    path = write_video(tmp_path / "a.mp4", 61, size=(384, 216))
    seen = []
    made = ingest(path, work=tmp_path / "work", feature_space=big_pictures(seen), shots=ShotSettings("kts"))
    picks = made.info.timebase.picks()
    assert seen == [(216, 384, pick, pick, 0.0) for pick in picks]
    assert made.feature_space == made.entry("a/b", "B").feature_space == "big"
    shots = kts_shots(made.features, picks, 61)
    assert made.shots["kts"].bounds.tolist() == shots.bounds.tolist() == [[0, 37], [37, 61]]
    small = ingest(path, work=tmp_path / "small")
    assert made.sprite == small.sprite


def test_small_pictures_and_those_nearby_come_only_where_they_are_asked_for(tmp_path):
    video = probe(write_video(tmp_path / "a.mp4", 30, size=(384, 216)))
    picks = video.timebase.picks()
    assert next(moments(video, picks, space=COLOUR_MOTION)).picture.shape == (90, 160, 3)
    assert next(moments(video, picks, space=COLOUR_MOTION)).seconds > 0


def test_features_of_an_entry_are_those_of_its_ingest(tmp_path):
    path = write_video(tmp_path / "a.mp4", 61)
    made = ingest(path, work=tmp_path / "work")
    again = features_of(path, made.info.timebase, made.picks, COLOUR_MOTION)
    np.testing.assert_array_equal(again, made.features)


def test_frames_of_a_file_with_another_rate_are_found_by_their_time(tmp_path):
    path = write_video(tmp_path / "a.mp4", 50)  # 25 a second
    seen = []
    features_of(path, Timebase(Fraction(100), 200), np.array([0, 40, 100, 199]), big_pictures(seen))
    assert [number for _, _, number, _, _ in seen] == [0, 10, 25, 49]


def test_a_file_that_ends_before_the_entry_is_refused(tmp_path):
    path = write_video(tmp_path / "a.mp4", 50)
    with pytest.raises(VideoError, match=r"ends after 2.0 s, but the entry goes on to 3.0 s"):
        features_of(path, Timebase(Fraction(25), 100), np.array([0, 75]), big_pictures([]))


def test_extraction_stops_on_request(tmp_path):
    video = probe(write_video(tmp_path / "a.mp4", 100))
    calls = iter([False] * 3)
    with pytest.raises(Cancelled, match="cancelled"):
        features_of(
            video.path, video.timebase, video.timebase.picks(), COLOUR_MOTION, should_stop=lambda: next(calls, True)
        )
