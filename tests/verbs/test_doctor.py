"""Entries whose copy or filmstrip is gone, damaged or lost sound, as in earlier versions, are found and mended."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest
from sqlalchemy import update

from core.video.probe import probe
from core.video.sound import sound_extent
from core.video.sprites import read_sprite
from storage.database import writing
from storage.tables import OriginRow
from tests.core.made_sounds import Sounding, tones, write_sounding
from tests.core.made_videos import write_video
from verbs.doctor import DoctorRequest, doctor
from verbs.ingest import IngestRequest, ingest


@pytest.fixture
def film(tmp_path: Path) -> Path:
    return write_sounding(tmp_path, Sounding("avi", "mpeg4", "libmp3lame"))


def loses_sound(video: Path, seconds: float) -> None:
    """The copy as earlier versions made it: of its sound, only the beginning is left."""
    short = video.with_name("short.mp4")
    with av.open(str(video)) as source, av.open(str(short), "w") as target:
        written = {one.index: target.add_stream_from_template(one, opaque=True) for one in source.streams}
        for packet in source.demux():
            if packet.dts is None or (packet.stream.type == "audio" and packet.pts * packet.time_base > seconds):
                continue
            packet.stream = written[packet.stream_index]
            target.mux(packet)
    shutil.move(short, video)


def test_a_copy_that_lost_sound_is_found_and_made_again(library, film):
    entry = ingest(library, IngestRequest(path=[film], space="colour-motion-v1")).entries[0].entry
    assert doctor(library, DoctorRequest()).findings == []
    video = library.entries.media(entry).video
    loses_sound(video, 0.1)
    (found,) = doctor(library, DoctorRequest()).findings
    assert (found.entry, found.original, found.mended) == (entry, film, False)
    assert found.problem.startswith("Its copy has 0.1 s of sound, its original 2.0 s")
    assert found.advice == f"It can be made again from '{film.name}'."
    (mended,) = doctor(library, DoctorRequest(mend=True)).findings
    assert (mended.mended, mended.advice) == (True, "")
    assert np.array(tones(video)) == pytest.approx(np.array(tones(film)), abs=0.05)
    assert doctor(library, DoctorRequest(entry=entry)).findings == []


def test_originals_of_earlier_versions_are_looked_for_by_name_and_content(library, film, tmp_path):
    entry = ingest(library, IngestRequest(path=[film], space="colour-motion-v1")).entries[0].entry
    with writing(library.engine) as session:
        session.execute(update(OriginRow).values(path=None, size=None))
    loses_sound(library.entries.media(entry).video, 0.1)
    (found,) = doctor(library, DoctorRequest(mend=True)).findings
    assert (found.original, found.mended) == (None, False)
    assert found.advice == f"Its original, '{film.name}', is not found."
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / film.name).write_bytes(b"another film of that name")
    moved = shutil.move(film, tmp_path / "away.avi")
    assert not doctor(library, DoctorRequest(mend=True, originals=(tmp_path,))).findings[0].mended
    shutil.move(moved, film)
    (mended,) = doctor(library, DoctorRequest(mend=True, originals=(tmp_path,))).findings
    assert (mended.original, mended.mended) == (film, True)


def test_an_original_that_is_named_may_be_called_anything(library, film, tmp_path):
    entry = ingest(library, IngestRequest(path=[film], space="colour-motion-v1")).entries[0].entry
    library.entries.media(entry).video.unlink()
    moved = Path(shutil.move(film, tmp_path / "tape 7.avi"))
    other = write_video(tmp_path / "other.mp4", 20)
    assert not doctor(library, DoctorRequest(mend=True, originals=(other,))).findings[0].mended
    (mended,) = doctor(library, DoctorRequest(mend=True, originals=(other, moved))).findings
    assert (mended.original, mended.mended) == (moved, True)


def test_taking_the_file_in_again_says_where_it_lies_now(library, film, tmp_path):
    entry = ingest(library, IngestRequest(path=[film], space="colour-motion-v1")).entries[0].entry
    origin = library.origins.of_entry(entry)
    assert (origin.path, origin.size) == (str(film), film.stat().st_size)
    moved = Path(shutil.move(film, tmp_path / "moved.avi"))
    assert ingest(library, IngestRequest(path=[moved], space="colour-motion-v1")).skipped
    assert library.origins.of_entry(entry).path == str(moved)


def test_sound_that_is_short_in_the_original_too_is_no_fault(library, tmp_path):
    made = write_sounding(tmp_path, Sounding("avi", "mpeg4", "libmp3lame"))
    loses_sound(made, 0.9)  # an MP4 by now
    film = Path(shutil.move(made, tmp_path / "short.mkv"))
    entry = ingest(library, IngestRequest(path=[film], space="colour-motion-v1")).entries[0].entry
    video = probe(library.entries.media(entry).video)
    assert sound_extent(video.path, video.sound, video.start).lasts < 1.1
    assert doctor(library, DoctorRequest()).findings == []


def test_a_video_that_is_gone_comes_back(library, film):
    entry = ingest(library, IngestRequest(path=[film], space="colour-motion-v1")).entries[0].entry
    library.entries.media(entry).video.unlink()
    (found,) = doctor(library, DoctorRequest(mend=True)).findings
    assert (found.problem, found.mended) == ("Its video is gone.", True)
    assert np.array(tones(library.entries.media(entry).video)) == pytest.approx(np.array(tones(film)), abs=0.05)


def test_a_copy_that_cannot_be_read_or_lacks_pictures_is_made_again(library, film):
    entry = ingest(library, IngestRequest(path=[film], space="colour-motion-v1")).entries[0].entry
    video = library.entries.media(entry).video
    video.write_bytes(b"no video")
    assert doctor(library, DoctorRequest()).findings[0].problem == "Its video cannot be read."
    (mended,) = doctor(library, DoctorRequest(mend=True)).findings
    assert mended.mended
    shutil.copy(write_video(film.with_name("short.mp4"), 30), video)
    (found,) = doctor(library, DoctorRequest()).findings
    assert found.problem == f"Its video shows 30 of {library.entries.get(entry).n_frames} pictures."
    assert doctor(library, DoctorRequest(mend=True)).findings[0].mended
    assert doctor(library, DoctorRequest()).findings == []


def test_a_filmstrip_is_made_again_from_the_copy(library, film):
    entry = ingest(library, IngestRequest(path=[film], space="colour-motion-v1")).entries[0].entry
    film.unlink()
    strip = library.entries.media(entry).thumbnails
    before = read_sprite(strip)
    for damage, problem in (
        (strip.unlink, "Its filmstrip is gone."),
        (lambda: strip.write_bytes(b"no picture"), "Its filmstrip cannot be read."),
        (strip.with_suffix(".json").unlink, "Its filmstrip cannot be read."),
    ):
        damage()
        (found,) = doctor(library, DoctorRequest()).findings
        assert (found.problem, found.mended) == (problem, False)
        assert doctor(library, DoctorRequest(mend=True)).findings[0].mended
        assert read_sprite(library.entries.media(entry).thumbnails) == before
    assert doctor(library, DoctorRequest()).findings == []


def test_what_the_new_copy_cannot_keep_is_in_the_notes(library, tmp_path):
    film = write_sounding(tmp_path, Sounding("mkv", "mpeg4", "ac3", layout="5.1"))
    entry = ingest(library, IngestRequest(path=[film], space="colour-motion-v1")).entries[0].entry
    mixed = "Its 6 channels of sound are mixed to two in the copy."
    assert mixed in library.entries.get(entry).notes
    # As an earlier version noted it.
    library.entries.put_notes(entry, {"sound_note": "", "video_note": "It was dark."})
    assert library.entries.get(entry).meta.get("sound_note") is None
    library.entries.media(entry).video.unlink()
    assert doctor(library, DoctorRequest(mend=True)).findings[0].mended
    notes = library.entries.get(entry).notes
    assert mixed in notes
    assert "It was dark." not in notes, "it was about the copy that is gone"


def test_what_did_not_come_from_a_file_is_looked_at_too(library, make_entry, tmp_path):
    video = write_video(tmp_path / "talk.mp4", 40)
    one = make_entry("talks/first")
    library.entries.add("talks", [replace(one, video=video), make_entry("talks/second")], media_root=tmp_path)
    (found,) = doctor(library, DoctorRequest(mend=True)).findings
    assert found.problem == f"Its video shows 40 of {one.n_frames:,} pictures."
    assert found.advice == f"It did not come from a file that is known: put a whole one in the place of '{video}'."
    video.unlink()
    (found,) = doctor(library, DoctorRequest(mend=True)).findings
    assert (found.entry, found.problem) == ("talks/first", "Its video is gone.")
    assert found.advice.endswith("attach its video.")
