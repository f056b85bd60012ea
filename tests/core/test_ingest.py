from __future__ import annotations

import json
import threading
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from core import limits
from core.data.timebase import Timebase
from core.errors import Cancelled, InputError, ManycutError
from core.features.colour_motion import COLOUR_MOTION
from core.features.moments import moments
from core.features.space import FeatureSpace
from core.ingest import ingest, picks_of
from core.segment.settings import ShotSettings
from core.segment.survey import StoredPictures
from core.video.probe import probe
from tests.core.made_videos import number_of, write_video
from tests.core.segment.made_pictures import plain, scene, write_pictures

QUICK = ShotSettings("kts")  # where it is not about shots: the network takes most of the time


def assert_sound(made: object, timebase: Timebase) -> None:
    n_picks = len(made.picks)
    assert np.array_equal(made.picks, timebase.picks())
    assert made.features.shape == (n_picks, 176)
    assert np.isfinite(made.features).all()
    assert list(made.shots) == ["transitions", "uniform 2 s"]
    for shots in made.shots.values():
        assert shots.bounds[0, 0] == 0
        assert shots.bounds[-1, 1] == timebase.n_frames
        assert np.array_equal(shots.bounds[1:, 0], shots.bounds[:-1, 1])
        assert (shots.lengths > 0).all()
    assert made.thumbnails.is_file()
    described = json.loads(made.thumbnails.with_suffix(".json").read_text())
    assert described["count"] == len(described["times"]) == made.sprite.count
    assert probe(made.video).playable


def test_a_video_becomes_an_entry(tmp_path: Path) -> None:
    made = ingest(write_video(tmp_path / "a.mp4", 60), work=tmp_path / "work")
    assert_sound(made, made.info.timebase)
    entry = made.entry("mine/film", "Film", source="a.mp4")
    assert (entry.dataset, entry.key, entry.n_frames) == ("mine", "film", 60)
    assert entry.feature_space == "colour-motion-v1"


def test_the_original_is_never_handed_out(tmp_path: Path) -> None:
    """What takes the results in may move them."""
    for name, codec in (("a.mp4", "libx264"), ("a.webm", "libvpx"), ("a.mkv", "libx264")):
        path = write_video(tmp_path / name, 30, codec=codec)
        before = path.read_bytes()
        made = ingest(path, work=tmp_path / "work", shots=QUICK)
        assert made.video.parent.name == "work"
        assert made.video.suffix == (".webm" if codec == "libvpx" else ".mp4")
        made.video.unlink()
        assert path.read_bytes() == before


@pytest.mark.parametrize(("name", "codec"), [("a.mkv", "libx264"), ("a.webm", "libvpx"), ("a.ts", "libx264")])
def test_what_is_left_of_a_file_cut_in_half_can_be_used(tmp_path: Path, name: str, codec: str) -> None:
    path = write_video(tmp_path / name, 100, codec=codec)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    made = ingest(path, work=tmp_path / "work")
    assert_sound(made, made.info.timebase)
    assert 20 <= made.info.timebase.n_frames < 80


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.ts", "a.avi"])
def test_damaged_bytes_give_a_result_or_a_sentence(tmp_path: Path, name: str, seed: int) -> None:
    path = write_video(tmp_path / name, 60, codec="mpeg4" if name == "a.avi" else "libx264", sound=name == "a.mkv")
    data = np.frombuffer(path.read_bytes(), np.uint8).copy()
    rng = np.random.default_rng(seed)
    data[rng.integers(0, len(data), 20 * (seed + 1))] = rng.integers(0, 256, 20 * (seed + 1))
    path.write_bytes(data.tobytes())
    try:
        made = ingest(path, work=tmp_path / "work", shots=QUICK)
    except ManycutError:
        assert not (tmp_path / "work").exists()
    else:
        assert len(made.features) == len(made.picks)


@pytest.mark.slow
@pytest.mark.long
def test_the_joins_of_a_reel_are_found_as_shots(shared: Path, tmp_path: Path) -> None:
    made = ingest(shared / "videos" / "reel_208s_known_cuts.mp4", work=tmp_path)
    starts = made.shots["transitions"].bounds[1:, 0]
    found = [np.abs(starts - 24 * second).min() <= 2 for second in range(8, 208, 8)]
    assert sum(found) >= 24
    assert len(starts) <= 60
    dissolve = made.empty[np.searchsorted(made.empty[:, 0], 2521, side="right") - 1]
    assert dissolve[0] <= 2517 <= 2525 < dissolve[1]


def test_a_video_in_which_nothing_changes_is_one_shot(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.mp4", 250, still=True)
    for kind in ("kts", "transitions"):
        made = ingest(path, work=tmp_path / "work", shots=ShotSettings(kind))
        assert made.shots[kind].bounds.tolist() == [[0, 250]]
    assert len(made.shots["uniform 2 s"]) == 5


@pytest.mark.parametrize("kind", ["transitions", "kts"])
def test_shots_and_empty_pictures_are_those_of_a_video(tmp_path: Path, kind: str) -> None:
    pictures = [*[scene(1, step) for step in range(40)], *[scene(2, step) for step in range(61)]]
    path = write_pictures(tmp_path / "a.mp4", [*pictures, *[plain(0)] * 20, *[scene(3, step) for step in range(44)]])
    made = ingest(path, work=tmp_path / "work", shots=ShotSettings(kind, penalty=0.2))
    shots = next(iter(made.shots.values()))
    exact = shots.bounds if shots.exact is None else shots.exact
    assert {40, 101, 121} <= set(exact[:, 0].tolist())
    if kind == "kts":
        assert np.isin(shots.bounds[:, 0], made.picks).all()
    assert made.empty.tolist() == [[101, 121]]
    entry = made.entry("mine/film", "Film")
    assert entry.empty is made.empty
    assert len(made.survey) == 165
    assert isinstance(made.survey.pictures, StoredPictures)


def test_what_is_read_in_one_pass_is_what_careful_reading_gives(tmp_path: Path) -> None:
    video = probe(write_video(tmp_path / "a.mp4", 101))
    watched: list[int] = []
    picks = video.timebase.picks()
    seen = list(moments(video, picks, space=COLOUR_MOTION, watch=lambda frame: watched.append(frame.pts)))
    careful = list(moments(video, picks, space=COLOUR_MOTION))
    assert len(watched) == 101
    for one, other in zip(seen, careful, strict=True):
        np.testing.assert_array_equal(one.picture, other.picture)
        np.testing.assert_array_equal(one.nearby, other.nearby)


def test_features_of_every_frame_make_shots_and_leave_those_of_the_picks_as_they_are(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.mp4", 100)
    plain = ingest(path, work=tmp_path / "plain", shots=QUICK)
    dense = ingest(path, work=tmp_path / "dense", shots=ShotSettings("kts-frames", 0.01))
    assert np.array_equal(dense.features, plain.features)
    assert np.array_equal(dense.picks, plain.picks)
    assert list(dense.shots) == ["kts-frames penalty 0.01", "uniform 2 s"]
    starts = dense.shots["kts-frames penalty 0.01"].bounds[:, 0]
    assert not np.isin(starts, plain.picks).all()  # between picks, too
    fewer = ingest(path, work=tmp_path / "fewer", shots=ShotSettings("kts-frames", 50))
    assert len(fewer.shots["kts-frames penalty 50"]) < len(starts)


def test_every_frame_of_a_slow_space_is_refused_before_the_file_is_read(tmp_path: Path) -> None:
    slow = FeatureSpace("slow-1", 1, "Slow", lambda moments: np.zeros((sum(1 for _ in moments), 1), np.float32))
    with pytest.raises(InputError, match="slow-1 of every frame would take too long"):
        ingest(tmp_path / "a.mp4", work=tmp_path / "w", feature_space=slow, shots=ShotSettings("kts-frames"))


@pytest.mark.parametrize(
    ("settings", "name", "count"),
    [
        (ShotSettings("transitions"), "transitions", 3),
        (ShotSettings("uniform", seconds=Fraction(1, 2)), "uniform 0.5 s", 8),
        (ShotSettings("uniform"), "uniform 2 s", 2),
        (ShotSettings("kts", 0.0), "kts penalty 0", 8),
        (ShotSettings("kts", 1000.0), "kts penalty 1000", 1),
    ],
)
def test_shots_are_made_as_asked_and_their_name_tells_how(tmp_path: Path, settings, name, count) -> None:
    made = ingest(write_video(tmp_path / "a.mp4", 100), work=tmp_path / "w", shots=settings)
    assert next(iter(made.shots)) == made.shots[name].source == name
    assert len(made.shots[name]) == count


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"kind": "magic"}, "no shots of the kind 'magic'"),
        ({"penalty": -1.0}, "at least 0"),
        ({"penalty": float("nan")}, "at least 0"),
        ({"kind": "uniform", "seconds": Fraction(0)}, "longer than nothing"),
    ],
)
def test_shots_that_make_no_sense_are_refused(arguments, words) -> None:
    with pytest.raises(InputError, match=words):
        ShotSettings(**arguments)


def test_each_moment_is_the_pick_and_a_frame_shortly_after(tmp_path: Path) -> None:
    video = probe(write_video(tmp_path / "a.mp4", 101, Fraction(25)))
    picks = video.timebase.picks()
    seen = [(number_of(m.picture), number_of(m.nearby), m.seconds) for m in moments(video, picks, space=COLOUR_MOTION)]
    assert [pick for pick, _, _ in seen] == picks.tolist() == [0, 12, 25, 37, 50, 62, 75, 87, 100]
    assert [near for _, near, _ in seen] == [2, 14, 27, 39, 52, 64, 77, 89, 99]
    assert [seconds for _, _, seconds in seen] == pytest.approx([0.08] * 8 + [-0.04])


def test_picks_of_a_varying_rate_are_read_by_presentation_time(tmp_path: Path) -> None:
    times = [0, 900, 1000, 1100, 4000, 4001, 9000]
    video = probe(write_video(tmp_path / "v.mp4", 7, times=times, time_base=Fraction(1, 1000)))
    picks = video.timebase.picks()
    seen = [(number_of(m.picture), number_of(m.nearby)) for m in moments(video, picks, space=COLOUR_MOTION)]
    assert seen == [(0, 1), (2, 3), (3, 4), (4, 5), (5, 6), (6, 5)]


@pytest.mark.parametrize("after", [0, 3])
def test_a_cancelled_ingest_leaves_neither_files_nor_threads(tmp_path: Path, after: int) -> None:
    asked = iter(range(100))
    threads = threading.active_count()
    with pytest.raises(Cancelled, match="was cancelled"):
        ingest(write_video(tmp_path / "a.mp4", 200), work=tmp_path / "w", should_stop=lambda: next(asked) >= after)
    assert threading.active_count() == threads
    assert not (tmp_path / "w").exists()


def test_other_files_in_the_working_folder_stay_when_ingest_fails(tmp_path: Path) -> None:
    video = write_video(tmp_path / "a.avi", 100, codec="mpeg4")
    work = tmp_path / "work"
    work.mkdir()
    (work / "notes.txt").write_text("keep me")
    calls = iter([False] * 5)
    with pytest.raises(Cancelled, match="cancelled"):
        ingest(video, work=work, should_stop=lambda: next(calls, True))
    assert [file.name for file in work.iterdir()] == ["notes.txt"]


def test_an_unknown_feature_space_names_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="'pool5'") as caught:
        ingest(tmp_path / "a.mp4", work=tmp_path / "work", feature_space="pool5")
    assert "colour-motion-v1" in caught.value.hint


def test_progress_goes_from_nothing_to_all(tmp_path: Path) -> None:
    seen: list[float] = []
    video = write_video(tmp_path / "a.avi", 60, codec="mpeg4")
    ingest(video, work=tmp_path / "w", progress=lambda fraction, message, figures=None: seen.append(fraction))
    assert seen[0] == 0
    assert seen[-1] == 1
    assert seen == sorted(seen)


@pytest.mark.parametrize("hours", [2.5, 3.5, 26])
def test_a_long_video_has_no_more_picks_than_models_score(hours):
    timebase = Timebase(Fraction(24), int(hours * 3600 * 24))
    picks, note = picks_of(timebase, Fraction(2))
    assert len(picks) <= limits.PICKS_PER_VIDEO
    assert np.diff(timebase.seconds(picks)).max() <= max(0.5, 1.1 * hours * 3600 / limits.PICKS_PER_VIDEO + 0.1)
    assert (note == "") == (hours == 2.5)


def test_fewer_picks_than_asked_for_are_explained():
    _, note = picks_of(Timebase(Fraction(24), 24 * 12_600), Fraction(2))
    assert note == (
        "Looked at every 0.7 s instead of every 0.5 s, because models score 20,000 pictures of a video at most."
    )
