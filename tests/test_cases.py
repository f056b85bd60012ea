"""Small inputs after public bug reports: what must hold of each file of ../shared/cases, and none of them crashes."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import opentimelineio as otio
import pytest
from opentimelineio.url_utils import filepath_from_url

from core.errors import CheckpointError, FormatError, ManycutError
from core.models.official import load_released
from core.models.official.reading import read_state
from core.statistics.agreement import agreement
from core.video.playable import make_playable
from core.video.probe import VideoInfo, frames_at, probe
from storage.formats import read_dataset
from storage.formats.foreign import foreign_dataset, take_released
from storage.formats.splits import read_splits
from storage.library import Library
from tests.conftest import SHARED
from verbs.cut_list import CutListRequest, cut_list
from verbs.ingest import IngestRequest, ingest
from verbs.split_videos import split_videos

CASES = SHARED / "cases"
Case = Callable[[Path, Path], None]
ROWS: dict[str, Case] = {}
# Read together with another row's file.
BESIDE = {
    "hdr_reference_sdr.mp4", "tvsum_same_without_bom.tsv", "splits_eccv16_dataset_tvsum_google_pool5.h5",
}  # fmt: skip


def case(name: str) -> Callable[[Case], Case]:
    def add(check: Case) -> Case:
        ROWS[name] = check
        return check

    return add


def number_of(picture: np.ndarray) -> int:
    """The number that a test picture shows: two rows of six blocks, most significant first, white = 1."""
    height, width = picture.shape[:2]
    rows, columns = (np.arange(2) + 0.5) * height / 2, (np.arange(6) + 0.5) * width / 6
    bits = [picture[int(y), int(x)].mean() > 128 for y in rows for x in columns]
    return int("".join(str(int(bit)) for bit in bits), 2)


def numbers(video: VideoInfo) -> list[int]:
    """What every frame of the timeline shows."""
    return [number_of(picture) for _, picture in frames_at(video, np.arange(video.timebase.n_frames))]


def copy_of(path: Path, work: Path) -> VideoInfo:
    """What a browser gets."""
    return probe(make_playable(probe(path), work / "copy.mp4").file)


def loudness(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Of the sound that is played: times in seconds and mono samples."""
    with av.open(str(path)) as container:
        sound = container.streams.audio[0]
        mono = av.AudioResampler("fltp", "mono", 48000)
        pieces = [piece for frame in [*container.decode(sound), None] for piece in mono.resample(frame)]
    starts = [float(piece.pts * piece.time_base) for piece in pieces]
    times = [start + np.arange(piece.samples) / 48000 for start, piece in zip(starts, pieces, strict=True)]
    return np.concatenate(times), np.concatenate([piece.to_ndarray()[0] for piece in pieces])


def tone(path: Path) -> tuple[float, float, float]:
    """When the tone begins and ends, in seconds, and its frequency in hertz."""
    times, samples = loudness(path)
    heard = np.flatnonzero(np.abs(samples) > 0.02)
    middle = samples[heard[0] : heard[-1]]
    spectrum = np.abs(np.fft.rfft(middle * np.hanning(len(middle))))
    return times[heard[0]], times[heard[-1]], float(np.fft.rfftfreq(len(middle), 1 / 48000)[spectrum.argmax()])


@case("sound_avi_mp3_48k.avi")
@case("sound_flv_aac_48k.flv")
def the_tone_lasts_as_long_as_the_pictures(path: Path, work: Path) -> None:
    copy = copy_of(path, work)
    begins, ends, frequency = tone(copy.path)
    assert begins == pytest.approx(0, abs=0.05)
    assert ends == pytest.approx(copy.duration, abs=0.05)
    assert copy.duration == pytest.approx(probe(path).duration, abs=0.05)
    assert frequency == pytest.approx(440, abs=2)


@case("joined_ts_180frames.ts")
def every_part_in_order(path: Path, work: Path) -> None:
    video, copy = probe(path), copy_of(path, work)
    shown = numbers(video)
    assert len(shown) == 180
    assert video.duration == pytest.approx(7.2)
    assert shown == sorted(shown)
    assert numbers(copy) == shown


@case("two_video_tracks_second_default.mp4")
def the_default_track_everywhere(path: Path, work: Path) -> None:
    video = probe(path)
    assert numbers(video) == list(range(120))
    with av.open(str(make_playable(video, work / "copy.mp4").file)) as container:
        assert len(container.streams.video) == 1
    assert numbers(copy_of(path, work)) == list(range(120))


@case("hflip.mp4")
def what_is_seen_is_what_a_player_shows(path: Path, work: Path) -> None:
    for video in (probe(path), copy_of(path, work)):
        shown = frames_at(video, np.arange(120))
        # The file holds the numbers as they read and asks players to mirror them.
        assert [number_of(picture[:, ::-1]) for _, picture in shown] == list(range(120))


@case("rate_5994.mkv")
@case("rate_2997.flv")
def the_exact_rate(path: Path, work: Path) -> None:
    exact = Fraction(60000, 1001) if "5994" in path.name else Fraction(30000, 1001)
    assert probe(path).timebase.rate == exact
    assert copy_of(path, work).timebase.rate == exact


@case("hdr_pq.mp4")
def close_to_the_same_pictures_without_hdr(path: Path, work: Path) -> None:
    (_, bright), *_ = frames_at(probe(path), np.array([0, 24]))
    (_, wanted), *_ = frames_at(probe(path.with_name("hdr_reference_sdr.mp4")), np.array([0, 24]))
    assert np.abs(bright.astype(int) - wanted).mean() < 12
    copy = copy_of(path, work)
    (_, copied), *_ = frames_at(copy, np.array([0, 24]))
    assert np.abs(copied.astype(int) - wanted).mean() < 12
    with av.open(str(copy.path)) as container:
        assert container.streams.video[0].codec_context.color_trc not in (16, 18), "tagged as what it is now"


@case("two_audio_tracks_second_default.mkv")
def the_default_sound(path: Path, work: Path) -> None:
    assert tone(copy_of(path, work).path)[2] == pytest.approx(1500, abs=5)


@case("cut_by_stream_copy_negative_times.mkv")
def the_copy_shows_what_the_timeline_says(path: Path, work: Path) -> None:
    shown = numbers(probe(path))
    assert np.diff(shown).tolist() == [1] * (len(shown) - 1)
    assert numbers(copy_of(path, work)) == shown


@case("anim.webp")
@case("dashcam.h264")
@case("av1-in-matroska.mkv")
def taken_in(path: Path, work: Path) -> None:
    assert probe(path).timebase.n_frames > 1
    assert copy_of(path, work).timebase.n_frames == probe(path).timebase.n_frames


@case("Q&A (part 1) 100%.mp4")
@case("timecode_10h_df_2997.mp4")
def cut_lists_name_the_file_and_its_time_code(path: Path, work: Path) -> None:
    with Library.open(work / "data") as library:
        taken = ingest(library, IngestRequest(path=path, space="colour-motion-v1")).alone
        for format in ("edl", "otio"):
            out = work / f"cut.{format}"
            cut_list(library, CutListRequest(entry=taken.entry, out=out, segments=[[0, 10], [10, 20], [30, 40]]))
            rate = {"rate": float(Fraction(taken.fps))} if format == "edl" else {}
            timeline = otio.adapters.read_from_file(str(out), **rate)
            clips = timeline.tracks[0].find_clips()
            assert {clip.name for clip in clips} == {path.name}
            assert {filepath_from_url(clip.media_reference.target_url) for clip in clips} == {str(path.resolve())}
    starts = [int(clip.source_range.start_time.value) for clip in clips]
    assert starts == ([1_078_920, 1_078_950] if "2997" in path.name else [0, 30])
    first = "10:00:00;00" if "2997" in path.name else "00:00:00:00"
    assert first in (work / "cut.edl").read_text(encoding="utf-8").splitlines()[3]


@case("summe_matlab73.mat")
@case("nframes_2d.h5")
@case("summary_one_longer.h5")
@case("soft_links.h5")
@case("nested_one.h5")
def read_with_its_people(path: Path, work: Path) -> None:
    entries = list(read_dataset(path))
    assert [entry.key for entry in entries] in (["video_1", "video_2"], ["video_1"], [path.stem])
    assert all(entry.n_frames in (450, 600) and len(entry.people) > 3 for entry in entries)


@case("agreement_short_videos.tsv")
def undefined_and_why(path: Path, work: Path) -> None:
    found = agreement(read_dataset(path))
    assert np.isnan(found.pairwise_f1)
    assert list(found.why) == ["pairwise_f1"]
    assert found.pairwise.kendall == pytest.approx(0.1236, abs=1e-4)


@case("vasnet_names.pth.tar")
def published_names_load(path: Path, work: Path) -> None:
    kind, model = load_released(path)
    assert (kind, model.config.feature_width) == ("vasnet", 16)


@case("numpy_numbers.pth")
def numbers_beside_weights_do_not_matter(path: Path, work: Path) -> None:
    assert {name: tuple(weight.shape) for name, weight in read_state(path).items()} == {"d_linear1.weight": (4, 4)}


@case("tvsum_bom.tsv")
def the_same_without_the_mark(path: Path, work: Path) -> None:
    marked, plain = (list(read_dataset(one)) for one in (path, path.with_name("tvsum_same_without_bom.tsv")))
    assert [entry.title for entry in marked] == [entry.title for entry in plain]
    for one, other in zip(marked, plain, strict=True):
        assert np.array_equal(one.people.frame_labels, other.people.frame_labels)


@case("splits_aug_collision.json")
@case("splits_dsnet_style.yml")
def keys_of_the_datasets_that_they_name(path: Path, work: Path) -> None:
    with Library.open(work / "data") as library:
        entries = list(read_dataset(path.with_name("splits_eccv16_dataset_tvsum_google_pool5.h5")))
        library.entries.add("toy", entries, source="splits_eccv16_dataset_tvsum_google_pool5.h5")
        videos = [library.entries.get(one.id) for one in library.entries.list()]
        split = split_videos(library, path, 0, "toy", videos, lambda other: [])
    named = path.suffix == ".yml"
    assert [one.key for one in split.train] == (["video_1"] if named else ["video_4"])
    assert [one.key for one in split.test] == (["video_3"] if named else ["video_5", "video_6"])
    assert len(split.notes) == (0 if named else 1)


def test_every_file_of_the_folder_has_its_row(shared: Path) -> None:
    files = {file.name for file in CASES.iterdir() if file.is_file()} - {"README.md"}
    assert files - BESIDE == ROWS.keys()


@pytest.mark.parametrize("name", ROWS)
def test_what_must_hold(shared: Path, tmp_path: Path, name: str) -> None:
    ROWS[name](CASES / name, tmp_path)


def read_hostile(path: Path) -> object:
    """What taking in such a file reads, as `import` does."""
    if path.suffix == ".json":
        return read_splits(path)
    if path.suffix == ".pt":
        return take_released(path, path.parent / "never", "never", None, None, {})
    with foreign_dataset(path) as entries:
        return list(entries)


@pytest.mark.parametrize("path", sorted((CASES / "hostile").glob("*")), ids=lambda path: path.name)
def test_a_hostile_file_is_refused_in_a_sentence(path: Path) -> None:
    with pytest.raises(ManycutError) as refusal:
        read_hostile(path)
    assert isinstance(refusal.value, FormatError | CheckpointError)
    assert path.name in refusal.value.message
