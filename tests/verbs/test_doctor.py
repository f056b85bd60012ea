"""Entries whose copy lost sound, as earlier versions made them, are found and mended."""

from __future__ import annotations

import shutil
from pathlib import Path

import av
import numpy as np
import pytest
from sqlalchemy import update

from core.video.probe import probe
from core.video.sound import sound_extent
from storage.database import writing
from storage.tables import OriginRow
from tests.core.made_sounds import Sounding, tones, write_sounding
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
    assert "--mend" in found.advice
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
    assert f"'{film.name}'" in found.advice
    assert "--originals" in found.advice
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / film.name).write_bytes(b"another film of that name")
    moved = shutil.move(film, tmp_path / "away.avi")
    assert not doctor(library, DoctorRequest(mend=True, originals=(tmp_path,))).findings[0].mended
    shutil.move(moved, film)
    (mended,) = doctor(library, DoctorRequest(mend=True, originals=(tmp_path,))).findings
    assert (mended.original, mended.mended) == (film, True)


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
