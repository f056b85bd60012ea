from __future__ import annotations

import shutil
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from core.data.timebase import VaryingTimebase
from core.errors import VideoError
from core.video.probe import file_hash, frames_at, probe
from tests.core.made_videos import number_of, write_video

NTSC = Fraction(30000, 1001)


@pytest.mark.parametrize(
    ("name", "codec", "rate"),
    [
        ("a.mp4", "libx264", Fraction(24)),
        ("a.mp4", "libx264", NTSC),
        ("a.mkv", "libx264", NTSC),
        ("a.mkv", "libx264", Fraction(24)),
        ("a.mov", "libx264", Fraction(10)),
        ("a.avi", "libx264", Fraction(25)),
        ("a.avi", "mpeg4", Fraction(25)),
        ("a.ts", "libx264", NTSC),
        ("a.flv", "libx264", Fraction(30)),
        ("a.webm", "libvpx", NTSC),
    ],
)
def test_every_frame_is_found_under_its_own_number(tmp_path: Path, name: str, codec: str, rate: Fraction) -> None:
    video = probe(write_video(tmp_path / name, 200, rate, codec))
    assert video.timebase.n_frames == 200
    assert video.timebase.rate == rate
    assert not isinstance(video.timebase, VaryingTimebase)
    everything = list(frames_at(video, np.arange(200), (96, 54)))
    assert [index for index, _ in everything] == list(range(200))
    assert [number_of(picture) for _, picture in everything] == list(range(200))


def test_chosen_frames_are_the_same_as_when_reading_everything(tmp_path: Path) -> None:
    video = probe(write_video(tmp_path / "a.mp4", 120))
    chosen = np.array([0, 1, 17, 60, 61, 119])
    read = list(frames_at(video, chosen))
    assert [index for index, _ in read] == chosen.tolist()
    assert [number_of(picture) for _, picture in read] == chosen.tolist()
    assert read[0][1].shape == (108, 192, 3)
    assert list(frames_at(video, np.array([], np.int64))) == []


def test_variable_frame_rate_is_mapped_by_presentation_time(tmp_path: Path) -> None:
    times = [0, 900, 1000, 1100, 4000, 4001, 9000]
    video = probe(write_video(tmp_path / "v.mp4", 7, times=times, time_base=Fraction(1, 1000)))
    base = video.timebase
    assert [base.seconds(i) for i in range(7)] == pytest.approx([t / 1000 for t in times])
    picks = base.picks()
    shown = [number_of(picture) for _, picture in frames_at(video, picks)]
    assert shown == picks.tolist() == [0, 2, 3, 4, 5, 6]


def test_times_are_relative_to_the_first_frame(tmp_path: Path) -> None:
    times = [1500 + 40 * i for i in range(30)]
    video = probe(write_video(tmp_path / "late.mkv", 30, times=times, time_base=Fraction(1, 1000)))
    assert float(video.start) == pytest.approx(1.5, abs=0.1)
    assert video.timebase.seconds(0) == 0
    assert video.duration == pytest.approx(1.2)
    assert [number_of(picture) for _, picture in frames_at(video, np.arange(30))] == list(range(30))
    assert not video.playable


@pytest.mark.parametrize("rotation", [90, 180, -90])
def test_rotated_videos_are_upright(tmp_path: Path, rotation: int) -> None:
    video = probe(write_video(tmp_path / "r.mov", 5, rotation=rotation))
    assert (video.width, video.height, video.rotation) == (192, 108, rotation % 360)
    for index, picture in frames_at(video, np.arange(5)):
        assert picture.shape == (108, 192, 3)
        assert number_of(picture) == index
        assert picture[5, :, 0].mean() > 180
        assert picture[5, :, 1].mean() < 80


@pytest.mark.parametrize(
    ("name", "size", "rate", "n_frames", "playable"),
    [
        ("bbb_60s_h264_aac.mp4", (640, 360), Fraction(24), 1440, True),
        ("bbb_trailer_vp8_vorbis.webm", (480, 270), Fraction(25), 812, True),
        ("chrome_29.97_h264_aac.mp4", (480, 270), NTSC, 899, True),
        ("chrome_29.97_theora.ogv", (480, 270), NTSC, 899, False),
        ("persons_139s_10fps_nocuts.mp4", (768, 432), Fraction(10), 1394, True),
        ("reel_208s_known_cuts.mp4", (512, 288), Fraction(24), 4992, True),
        ("asl_book_4s_h264.mkv", (640, 480), Fraction(30), 109, False),
        ("seattle_msmpeg4v2.avi", (640, 360), Fraction(30), 496, False),
        ("apollo_mjpeg_47s.mov", (196, 144), Fraction(2997, 100), 1422, False),
        ("portrait_rot90_29.97.mov", (360, 640), NTSC, 859, False),
        ("odd_dims_427x241_vp9_opus.webm", (427, 241), Fraction(24), 288, True),
        ("single_frame.mp4", (640, 360), Fraction(24), 1, True),
        ("hevc_10s_1080p.mp4", (1920, 1080), Fraction(30), 300, False),
        ("av1_15s.mp4", (960, 540), Fraction(25), 375, True),
        ("vidéo d'été – 夏祭り (copie) #2 & 100%.mp4", (640, 360), Fraction(24), 240, True),
    ],
)
def test_real_videos_are_what_they_are(
    shared: Path, name: str, size: tuple[int, int], rate: Fraction, n_frames: int, playable: bool
) -> None:
    video = probe(shared / "videos" / name)
    assert (video.width, video.height) == size
    assert video.timebase.rate == rate
    assert video.timebase.n_frames == n_frames
    assert video.playable == playable
    assert video.note == ""
    ends = np.unique([0, n_frames - 1])
    assert [index for index, _ in frames_at(video, ends, (64, 36))] == ends.tolist()


def test_a_real_screen_recording_keeps_its_varying_times(shared: Path) -> None:
    video = probe(shared / "videos" / "screenrec_vfr_real.mp4")
    assert isinstance(video.timebase, VaryingTimebase)
    assert video.timebase.n_frames == 63
    assert video.duration == pytest.approx(8.7255, abs=1e-3)


def test_a_file_that_ends_early_counts_only_what_is_there(shared: Path) -> None:
    video = probe(shared / "videos" / "truncated_half_data.mp4")
    assert video.timebase.n_frames == 394
    assert video.note == "The file ends after 13.1 s although it promises 30.0 s."
    assert not video.playable


def test_repeated_theora_frames_show_the_picture_before(shared: Path) -> None:
    videos = shared / "videos"
    pictures = []
    for name in ("chrome_29.97_h264_aac.mp4", "chrome_29.97_theora.ogv"):
        video = probe(videos / name)
        frames = np.arange(0, 899, 31)
        pictures.append(np.array([picture for _, picture in frames_at(video, frames, (64, 36))], np.float64))
    # The same film from two encoders: a frame out of step would differ far more.
    assert np.abs(pictures[0] - pictures[1]).mean(axis=(1, 2, 3)).max() < 12


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("empty_zero_bytes.mp4", "is empty (0 bytes)"),
        ("text_renamed.mp4", "is not a video file"),
        ("truncated_no_moov.mp4", "was cut off"),
        ("image_renamed.mp4", "is a single image"),
        ("audio_only_92s.mp4", "holds only sound"),
        ("no_such_file.mp4", "There is no file"),
    ],
)
def test_a_broken_file_gives_one_sentence_and_what_to_do(shared: Path, name: str, words: str) -> None:
    with pytest.raises(VideoError) as caught:
        probe(shared / "videos" / name)
    assert words in caught.value.message
    assert name in caught.value.message
    assert "\n" not in caught.value.message
    assert caught.value.hint


def test_a_playlist_cannot_make_us_read_other_files(tmp_path: Path) -> None:
    secret = write_video(tmp_path / "secret.ts", 20)
    playlist = tmp_path / "innocent.mp4"
    playlist.write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{secret}\n#EXT-X-ENDLIST\n")
    with pytest.raises(VideoError, match="not a video file"):
        probe(playlist)
    concat = tmp_path / "innocent.mkv"
    concat.write_text(f"ffconcat version 1.0\nfile {secret}\n")
    with pytest.raises(VideoError, match="not a video file"):
        probe(concat)


def test_a_track_that_appears_late_is_no_trouble(tmp_path: Path) -> None:
    with_sound = write_video(tmp_path / "sound.flv", 5, sound=True).read_bytes()
    tags, at = [], 13  # after the header and the size of the tag before the first
    while at < len(with_sound):
        length = int.from_bytes(with_sound[at + 1 : at + 4], "big") + 15
        tags.append(with_sound[at : at + length])
        at += length
    late = bytearray(write_video(tmp_path / "silent.flv", 400, size=(480, 270)).read_bytes())
    late[4] = 1  # announces no sound
    (tmp_path / "late.flv").write_bytes(late + b"".join(tag for tag in tags if tag[0] == 8))
    for _ in range(3):  # what happened depended on what lay in memory
        assert probe(tmp_path / "late.flv").timebase.n_frames == 400


def test_frames_outside_the_video_are_refused(tmp_path: Path) -> None:
    video = probe(write_video(tmp_path / "a.mp4", 10))
    with pytest.raises(VideoError, match="has frames 0 to 9, not 10"):
        list(frames_at(video, np.array([3, 10])))


def test_a_file_that_vanishes_or_is_replaced_gives_a_sentence(tmp_path: Path) -> None:
    video = probe(write_video(tmp_path / "a.mp4", 10))
    video.path.unlink()
    with pytest.raises(VideoError, match="There is no file"):
        list(frames_at(video, np.array([3])))


def test_the_hash_follows_the_content_not_the_name(tmp_path: Path) -> None:
    one = tmp_path / "one.bin"
    one.write_bytes(b"abc" * 1000)
    two = Path(shutil.copy(one, tmp_path / "two.bin"))
    assert file_hash(one) == file_hash(two)
    two.write_bytes(b"abd" * 1000)
    assert file_hash(one) != file_hash(two)
