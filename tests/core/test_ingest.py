from __future__ import annotations

import json
import threading
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from core.errors import ConflictError, InputError, ManycutError
from core.ingest import ingest, moments
from core.timebase import Timebase
from core.video import probe
from tests.core.made_videos import number_of, write_video


def assert_sound(made: object, timebase: Timebase) -> None:
    n_picks = len(made.picks)
    assert np.array_equal(made.picks, timebase.picks())
    assert made.features.shape == (n_picks, 176)
    assert np.isfinite(made.features).all()
    assert list(made.shots) == ["kts", "uniform 2 s"]
    for shots in made.shots.values():
        assert shots.bounds[0, 0] == 0
        assert shots.bounds[-1, 1] == timebase.n_frames
        assert np.array_equal(shots.bounds[1:, 0], shots.bounds[:-1, 1])
        assert (shots.lengths > 0).all()
    assert made.thumbnails.is_file()
    described = json.loads(made.thumbnails.with_suffix(".json").read_text())
    assert described["count"] == len(described["times"]) == made.sprite.count
    assert probe(made.video).playable


@pytest.mark.parametrize(
    "name",
    [
        "chrome_29.97_h264_aac.mp4",
        "asl_book_4s_h264.mkv",
        "portrait_rot90_29.97.mov",
        "screenrec_vfr_real.mp4",
        "truncated_half_data.mp4",
        "odd_dims_427x241_vp9_opus.webm",
        "single_frame.mp4",
        "vidéo d'été – 夏祭り (copie) #2 & 100%.mp4",
    ],
)
def test_real_videos_become_entries(shared: Path, tmp_path: Path, name: str) -> None:
    path = shared / "videos" / name
    made = ingest(path, work=tmp_path / "work")
    assert_sound(made, made.info.timebase)
    entry = made.entry("mine/film", "Film", source=name)
    assert (entry.dataset, entry.key, entry.n_frames) == ("mine", "film", made.info.timebase.n_frames)
    assert entry.feature_space == "colour-motion-v1"


def test_the_original_is_never_handed_out(tmp_path: Path) -> None:
    """What takes the results in may move them."""
    for name, codec in (("a.mp4", "libx264"), ("a.webm", "libvpx"), ("a.mkv", "libx264")):
        path = write_video(tmp_path / name, 30, codec=codec)
        before = path.read_bytes()
        made = ingest(path, work=tmp_path / "work")
        assert made.video.parent.name == "work"
        assert made.video.suffix == (".webm" if codec == "libvpx" else ".mp4")
        made.video.unlink()
        assert path.read_bytes() == before


@pytest.mark.parametrize(
    "name",
    ["empty_zero_bytes.mp4", "text_renamed.mp4", "truncated_no_moov.mp4", "image_renamed.mp4", "audio_only_92s.mp4"],
)
def test_broken_files_leave_nothing_behind(shared: Path, tmp_path: Path, name: str) -> None:
    with pytest.raises(ManycutError, match=name):
        ingest(shared / "videos" / name, work=tmp_path / "work")
    assert list(tmp_path.iterdir()) == []


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
        made = ingest(path, work=tmp_path / "work")
    except ManycutError:
        assert not (tmp_path / "work").exists()
    else:
        assert len(made.features) == len(made.picks)


def test_the_joins_of_a_reel_are_found_as_shots(shared: Path, tmp_path: Path) -> None:
    made = ingest(shared / "videos" / "reel_208s_known_cuts.mp4", work=tmp_path)
    starts = made.info.timebase.seconds(made.shots["kts"].bounds[:, 0])
    found = [np.abs(starts - second).min() <= 0.5 for second in range(8, 208, 8)]
    assert np.mean(found) >= 0.7
    assert len(starts) < 80


def test_a_video_in_which_nothing_changes_is_one_shot(tmp_path: Path) -> None:
    made = ingest(write_video(tmp_path / "a.mp4", 250, still=True), work=tmp_path / "work")
    assert made.shots["kts"].bounds.tolist() == [[0, 250]]
    assert len(made.shots["uniform 2 s"]) == 5


def test_each_moment_is_the_pick_and_a_frame_shortly_after(tmp_path: Path) -> None:
    video = probe(write_video(tmp_path / "a.mp4", 101, Fraction(25)))
    picks = video.timebase.picks()
    seen = [(number_of(m.picture), number_of(m.nearby), m.seconds) for m in moments(video, picks)]
    assert [pick for pick, _, _ in seen] == picks.tolist() == [0, 12, 25, 37, 50, 62, 75, 87, 100]
    assert [near for _, near, _ in seen] == [2, 14, 27, 39, 52, 64, 77, 89, 99]
    assert [seconds for _, _, seconds in seen] == pytest.approx([0.08] * 8 + [-0.04])


def test_picks_of_a_varying_rate_are_read_by_presentation_time(tmp_path: Path) -> None:
    times = [0, 900, 1000, 1100, 4000, 4001, 9000]
    video = probe(write_video(tmp_path / "v.mp4", 7, times=times, time_base=Fraction(1, 1000)))
    picks = video.timebase.picks()
    seen = [(number_of(m.picture), number_of(m.nearby)) for m in moments(video, picks)]
    assert seen == [(0, 1), (2, 3), (3, 4), (4, 5), (5, 6), (6, 5)]


@pytest.mark.parametrize("after", [0, 3])
def test_a_cancelled_ingest_leaves_neither_files_nor_threads(tmp_path: Path, after: int) -> None:
    asked = iter(range(100))
    threads = threading.active_count()
    with pytest.raises(ConflictError, match="was cancelled"):
        ingest(write_video(tmp_path / "a.mp4", 200), work=tmp_path / "w", should_stop=lambda: next(asked) >= after)
    assert threading.active_count() == threads
    assert not (tmp_path / "w").exists()


def test_other_files_in_the_working_folder_stay_when_ingest_fails(tmp_path: Path) -> None:
    video = write_video(tmp_path / "a.avi", 100, codec="mpeg4")
    work = tmp_path / "work"
    work.mkdir()
    (work / "notes.txt").write_text("keep me")
    calls = iter([False] * 5)
    with pytest.raises(ConflictError, match="cancelled"):
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
