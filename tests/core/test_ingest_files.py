"""Every video of the shared folder, and made ones for what it lacks: what becomes of each."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from core.errors import VideoError
from core.ingest import Ingested, ingest
from core.segment.settings import ShotSettings
from core.video.probe import frames_at, probe
from tests.conftest import SHARED
from tests.core.made_videos import number_of, write_video

NTSC = Fraction(30000, 1001)
EXPORT_AGAIN = " Export it again as MP4 (H.264), or try another copy."


@dataclass(frozen=True)
class Outcome:
    """Picks, frames, rate, upright size, what the browser gets, its sound, and what a person is told."""

    picks: int
    frames: int
    rate: Fraction
    size: tuple[int, int]
    made: str
    sound: str | None
    note: str = ""


FILES: dict[str, Outcome | str] = {
    "apollo_mjpeg_47s.mov": Outcome(95, 1422, Fraction(2997, 100), (196, 144), "converted", None),
    "asl_book_4s_h264.mkv": Outcome(8, 109, Fraction(30), (640, 480), "remuxed", None),
    "audio_only_92s.mp4": "holds only sound, no video track. Choose a file that has pictures.",
    "av1_15s.mp4": Outcome(30, 375, Fraction(25), (960, 540), "as it is", "aac"),
    "bbb_60s_h264_aac.mp4": Outcome(120, 1440, Fraction(24), (640, 360), "as it is", "aac"),
    "bbb_trailer_vp8_vorbis.webm": Outcome(65, 812, Fraction(25), (480, 270), "as it is", "vorbis"),
    "chrome_29.97_h264_aac.mp4": Outcome(60, 899, NTSC, (480, 270), "as it is", "aac"),
    "chrome_29.97_theora.ogv": Outcome(60, 899, NTSC, (480, 270), "converted", "aac"),
    "empty_zero_bytes.mp4": "is empty (0 bytes). The copy or upload failed: transfer it again.",
    "hevc_10s_1080p.mp4": Outcome(20, 300, Fraction(30), (1920, 1080), "converted", "aac"),
    "image_renamed.mp4": "is a single image, not a video. Choose a video file.",
    "odd_dims_427x241_vp9_opus.webm": Outcome(24, 288, Fraction(24), (427, 241), "as it is", "opus"),
    "persons_139s_10fps_nocuts.mp4": Outcome(279, 1394, Fraction(10), (768, 432), "as it is", None),
    "portrait_rot90_29.97.mov": Outcome(58, 859, NTSC, (360, 640), "remuxed", "aac"),
    "reel_208s_known_cuts.mp4": Outcome(416, 4992, Fraction(24), (512, 288), "as it is", "aac"),
    "screenrec_vfr_real.mp4": Outcome(11, 63, Fraction(3628800, 502589), (3026, 1386), "as it is", None),
    "seattle_msmpeg4v2.avi": Outcome(34, 496, Fraction(30), (640, 360), "converted", None),
    "single_frame.mp4": Outcome(1, 1, Fraction(24), (640, 360), "as it is", None),
    "text_renamed.mp4": "is not a video file that can be read." + EXPORT_AGAIN,
    "truncated_half_data.mp4": Outcome(
        27,
        394,
        NTSC,
        (480, 270),
        "converted",
        "aac",
        "The file ends after 13.1 s although it promises 30.0 s.",
    ),
    "truncated_no_moov.mp4": "was cut off: its index (the moov box) is missing, so nothing in it can be found. "
    "Copy or record it again; recording programs often offer to repair such files.",
    "vidéo d'été – 夏祭り (copie) #2 & 100%.mp4": Outcome(20, 240, Fraction(24), (640, 360), "as it is", "aac"),
}

# They take most of the time that all of them take.
TAKES_LONG = (pytest.mark.slow, pytest.mark.long)
LONG = {"hevc_10s_1080p.mp4", "reel_208s_known_cuts.mp4"}


def test_every_file_of_the_folder_has_its_line(shared: Path) -> None:
    others = {"README.md", "reel_208s_known_cuts.cuts.csv"}
    assert {file.name for file in (SHARED / "videos").iterdir()} - others == FILES.keys()


@pytest.mark.parametrize("name", [pytest.param(one, marks=TAKES_LONG) if one in LONG else one for one in FILES])
def test_what_becomes_of_a_file(shared: Path, tmp_path: Path, name: str) -> None:
    path, expected = shared / "videos" / name, FILES[name]
    if isinstance(expected, str):
        with pytest.raises(VideoError) as caught:
            ingest(path, work=tmp_path / "work")
        assert f"{caught.value.message} {caught.value.hint}" == f"'{name}' {expected}"
        assert list(tmp_path.iterdir()) == []
    else:
        assert outcome(path, checked(path, tmp_path)) == expected


MADE: dict[str, tuple[dict, Outcome]] = {
    "streamed.mkv": (
        {"options": {"live": "1"}, "sound": True},  # neither duration nor index
        Outcome(5, 60, Fraction(25), (192, 108), "remuxed", "aac"),
    ),
    "streamed.webm": (
        {"options": {"live": "1"}, "codec": "libvpx"},
        Outcome(5, 60, Fraction(25), (192, 108), "as it is", None),
    ),
    "fragmented.mp4": (
        {"options": {"movflags": "frag_keyframe+empty_moov+default_base_moof"}, "sound": True},
        Outcome(5, 60, Fraction(25), (192, 108), "remuxed", "aac"),
    ),
    "wide_pixels.mp4": ({"pixel_shape": Fraction(4, 3)}, Outcome(5, 60, Fraction(25), (256, 108), "as it is", None)),
    "wide_pixels.mkv": ({"pixel_shape": Fraction(4, 3)}, Outcome(5, 60, Fraction(25), (256, 108), "remuxed", None)),
    "wide_pixels.avi": (
        {"pixel_shape": Fraction(4, 3), "codec": "mpeg4"},
        Outcome(5, 60, Fraction(25), (256, 108), "converted", None),
    ),
    "half_a_second.mp4": ({"n": 12}, Outcome(2, 12, Fraction(25), (192, 108), "as it is", None)),
}


@pytest.mark.parametrize("name", MADE)
def test_what_becomes_of_a_made_file(tmp_path: Path, name: str) -> None:
    arguments, expected = MADE[name]
    path = write_video(tmp_path / name, **({"n": 60} | arguments))
    assert outcome(path, checked(path, tmp_path)) == expected


def test_a_wrong_suffix_does_not_matter(tmp_path: Path) -> None:
    path = tmp_path / "really_mp4.avi"
    shutil.copy(write_video(tmp_path / "a.mp4", 60, sound=True), path)
    made = checked(path, tmp_path)
    assert outcome(path, made) == Outcome(5, 60, Fraction(25), (192, 108), "as it is", "aac")
    assert made.video.suffix == ".mp4"


def test_bit_errors_in_the_middle_change_no_frame_number(tmp_path: Path) -> None:
    data = bytearray(write_video(tmp_path / "a.mp4", 60).read_bytes())
    middle = data.find(b"mdat") + (len(data) - data.find(b"mdat")) // 2
    for position in range(middle, middle + 200):
        data[position] ^= 0x5A
    path = tmp_path / "bits.mp4"
    path.write_bytes(data)
    made = checked(path, tmp_path)
    assert made.info.timebase.n_frames == 60
    seen = [number_of(picture) for _, picture in frames_at(made.info, np.array([0, 5, 10]))]
    assert seen == [0, 5, 10]


def checked(path: Path, tmp_path: Path) -> Ingested:
    """The file, ingested; its features, shots and playable copy belong to one another and to it."""
    made = ingest(path, work=tmp_path / "work", shots=ShotSettings("kts"))
    base, copy = made.info.timebase, probe(made.video)
    assert made.features.shape == (len(made.picks), 176)
    assert np.isfinite(made.features).all()
    assert list(made.shots) == ["kts", "uniform 2 s"]
    for bounds in (*[shots.bounds for shots in made.shots.values()], made.shots["kts"].exact):
        assert (bounds[0, 0], bounds[-1, 1]) == (0, base.n_frames)
        assert np.array_equal(bounds[1:, 0], bounds[:-1, 1])
    assert len(made.survey) == base.n_frames
    assert made.sprite.count == len(made.sprite.times)
    assert copy.playable
    assert (copy.width, copy.height) == (made.info.width, made.info.height)
    # The browser shows the same frames at the same times, to half a frame; repeated ones may be left out.
    starts = base.seconds(np.arange(base.n_frames))
    shown = copy.timebase.seconds(np.arange(copy.timebase.n_frames))
    nearest = np.abs(starts[np.abs(starts[:, None] - shown[None]).argmin(0)] - shown)
    assert nearest.max() <= 0.5 / base.rate
    assert abs(shown[-1] - starts[-1]) <= 3 / base.rate
    return made


def outcome(path: Path, made: Ingested) -> Outcome:
    info, copy = made.info, probe(made.video)
    if path.read_bytes() == made.video.read_bytes():
        how = "as it is"
    else:
        how = "remuxed" if packets(path) == packets(made.video) else "converted"
    return Outcome(
        len(made.picks),
        info.timebase.n_frames,
        info.timebase.rate,
        (info.width, info.height),
        how,
        copy.audio_codec,
        info.note,
    )


def packets(path: Path) -> list[int]:
    """Sizes of the encoded pictures."""
    with av.open(str(path)) as container:
        return [packet.size for packet in container.demux(video=0) if packet.size]
