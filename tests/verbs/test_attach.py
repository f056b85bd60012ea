"""Videos for entries that came without: the true rate, or a refusal with the numbers."""

from __future__ import annotations

import os
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from core.data import AnnotationSet, Entry, Shots
from core.data.timebase import Timebase
from core.errors import ConflictError, InputError, NotFoundError
from core.video.probe import probe
from storage.formats.cut_lists import cut_list_note
from tests.core.made_videos import write_video
from verbs.attach import AttachRequest, attach
from verbs.chosen_cut import CutChoices, choose, cut_source
from verbs.cuts import CutsRequest, cuts
from webapp.views.entry import describe

N, TRUE = 150, Fraction(25)
WHY = "assumed: two picks a second, one every 15 frames"


@pytest.fixture
def judged(library):
    """Three entries of 150 frames whose frame rate is assumed."""
    picks, edges = np.arange(0, N, 15), np.array([0, 30, N])
    shots = {"kts": Shots(np.stack([edges[:-1], edges[1:]], axis=1), "kts")}
    people = AnnotationSet(("a", "b"), np.eye(2, 10, dtype=np.float32), ("tvsum",) * 2)
    meta = {"fps_note": WHY}
    one = Entry(
        "talks/video_1", "Été à Nice", Timebase(Fraction(30), N), picks, shots=shots, annotations=people, meta=meta
    )
    others = [
        replace(one, id=f"talks/video_{k}", title=f"Talk {k}", meta=meta | {"video_name": f"Clip_{k}"}) for k in (2, 3)
    ]
    library.entries.add("talks", [one, *others])
    return library


def test_an_assumed_rate_is_told_wherever_a_time_is(judged):
    summary = judged.entries.summary("talks/video_1")
    assert (summary.rate_assumed, summary.duration) == (True, 5.0)
    assert describe(judged, "talks/video_1").assumed_rate == WHY
    assert judged.search.one("talks/video_1").rate_assumed
    assert cuts(judged, CutsRequest(entry="talks/video_1")).assumed_rate == WHY
    source = cut_source(judged, judged.entries.get("talks/video_1"))
    for format in ("json", "csv", "vtt", "edl", "fcpxml", "otio"):
        assert f"The frame rate (30) is {WHY}" in cut_list_note(format, source)


def test_a_video_gives_the_true_rate(judged, tmp_path):
    file = write_video(tmp_path / "nice.mp4", N, TRUE)
    before = judged.entries.get("talks/video_1")
    done = attach(judged, AttachRequest(path=file, entry="talks/video_1"))
    (one,) = done.attached
    assert (one.fps, one.duration, one.rate_was, done.refused) == ("25/1", 6.0, "30/1", [])
    entry, summary = judged.entries.get("talks/video_1"), judged.entries.summary("talks/video_1")
    assert (entry.timebase.rate, entry.assumed_rate, entry.n_frames) == (TRUE, "", N)
    assert (summary.rate_assumed, summary.duration, summary.fps, summary.has_video) == (False, 6.0, "25/1", True)
    assert entry.video.is_file()
    assert entry.video != file
    assert file.is_file()
    assert entry.thumbnails.is_file()
    assert entry.shots["uniform 2 s"].bounds.tolist() == [[0, 50], [50, 100], [100, 150]]
    np.testing.assert_array_equal(entry.annotations.scores, before.annotations.scores)
    source = choose(judged, CutChoices(entry="talks/video_1", segments=[[0, 9]])).source
    assert (source.media, source.path, source.assumed_rate) == ("nice.mp4", str(file), "")
    with pytest.raises(ConflictError, match="has a video already"):
        attach(judged, AttachRequest(path=file, entry="talks/video_1"))


def test_another_number_of_frames_is_refused_with_the_numbers(judged, tmp_path):
    file = write_video(tmp_path / "longer.mp4", N + 3, TRUE)
    with pytest.raises(InputError, match=r"'longer.mp4' has 153 frames and 'talks/video_1' 150"):
        attach(judged, AttachRequest(path=file, entry="talks/video_1"))
    assert judged.entries.summary("talks/video_1").rate_assumed
    assert judged.entries.media("talks/video_1").video is None


def test_what_was_judged_by_the_second_knows_no_frames_of_a_film(judged, tmp_path):
    seconds = Entry("talks/short", "Short", Timebase(Fraction(1), 6), np.arange(0, 6, 2))
    judged.entries.add("talks", [seconds])
    file = write_video(tmp_path / "short.mp4", N, TRUE)
    with pytest.raises(InputError, match=r"'talks/short' was judged by the second") as refused:
        attach(judged, AttachRequest(path=file, entry="talks/short"))
    assert "ingest" in refused.value.hint
    assert judged.entries.media("talks/short").video is None


def test_the_files_of_a_folder_go_to_entries_of_their_name(judged, tmp_path):
    folder = tmp_path / "films"
    folder.mkdir()
    write_video(folder / "ETE a Nice.mp4", N, TRUE)  # a title, without its accents
    write_video(folder / "clip-2.mp4", N, TRUE)  # an original name
    write_video(folder / "video_3.mp4", N - 1, TRUE)  # a key, of another length
    write_video(folder / "stranger.mp4", N, TRUE)
    done = attach(judged, AttachRequest(path=folder, dataset="talks"))
    assert sorted(one.entry for one in done.attached) == ["talks/video_1", "talks/video_2"]
    refused = {one.path.name: (one.entry, one.message) for one in done.refused}
    assert refused["video_3.mp4"][0] == "talks/video_3"
    assert "149 frames" in refused["video_3.mp4"][1]
    assert refused["stranger.mp4"][0] is None
    assert "called like 'stranger.mp4'" in refused["stranger.mp4"][1]


def test_several_files_go_to_entries_of_their_name(judged, tmp_path):
    files = [write_video(tmp_path / name, N, TRUE) for name in ("video_2.mp4", "clip-3.mp4")]
    done = attach(judged, AttachRequest(path=files, dataset="talks"))
    assert [one.entry for one in done.attached] == ["talks/video_2", "talks/video_3"]
    with pytest.raises(InputError, match="2 videos, and one entry has one"):
        attach(judged, AttachRequest(path=files, entry="talks/video_1"))


def test_a_video_that_is_gone_can_be_attached_again(judged, tmp_path):
    file = write_video(tmp_path / "video_1.mp4", N, TRUE)
    attach(judged, AttachRequest(path=file, entry="talks/video_1"))
    assert [one.id for one in judged.entries.without_video("talks")] == ["talks/video_2", "talks/video_3"]
    judged.entries.media("talks/video_1").video.unlink()
    assert judged.entries.media("talks/video_1").gone == {"video"}
    assert [one.entry for one in attach(judged, AttachRequest(path=file, dataset="talks")).attached] == [
        "talks/video_1"
    ]
    assert judged.entries.media("talks/video_1").video.is_file()


def test_what_is_asked_must_be_clear(judged, tmp_path):
    with pytest.raises(InputError, match="Name the entry of the file"):
        attach(judged, AttachRequest(path=tmp_path))
    with pytest.raises(NotFoundError, match="no videos in the folder"):
        attach(judged, AttachRequest(path=tmp_path, dataset="talks"))


def test_the_copy_of_an_attached_video_is_called_what_it_is(judged, tmp_path):
    """A WebM file that begins late becomes an MP4 file; a name may be no UTF-8."""
    file = write_video(tmp_path / "clip.webm", N, TRUE, codec="libvpx-vp9", times=range(25, 25 + N), time_base=1 / TRUE)
    odd = Path(os.fsdecode(bytes(tmp_path) + b"/n\xff.mkv"))
    write_video(tmp_path / "n.mkv", N, TRUE, codec="mpeg4").rename(odd)
    done = attach(judged, AttachRequest(path=odd, entry="talks/video_2"))
    assert done.as_json()["attached"][0]["path"].endswith("/n\ufffd.mkv")
    (one,) = done.attached
    assert probe(judged.entries.get(one.entry).film).playable
    attach(judged, AttachRequest(path=file, entry="talks/video_3"))
    film = judged.entries.get("talks/video_3").film
    assert probe(film).container == film.suffix[1:]
