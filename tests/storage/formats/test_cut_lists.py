"""Cut lists hold the cut that was written: read back by the libraries that other programs use, for every rate."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import replace
from fractions import Fraction
from xml.etree import ElementTree

import numpy as np
import opentimelineio as otio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data import Cut
from core.data.cut_scores import ModelScores
from core.data.segments import joined
from core.data.timebase import Timebase, VaryingTimebase
from core.data.timecode import TimeCode
from core.errors import InputError
from storage.formats.cut_fcpxml import seconds
from storage.formats.cut_grid import FrameGrid
from storage.formats.cut_lists import CUT_LIST_FORMATS, CutSource, cut_list_note, write_cut_list

FILM, NTSC, FAST = Fraction(24000, 1001), Fraction(30000, 1001), Fraction(60000, 1001)
EDITED = [FILM, Fraction(24), Fraction(25), NTSC, Fraction(30), Fraction(50), FAST, Fraction(60)]
DOUBLED = {Fraction(25, 2): Fraction(25), Fraction(10): Fraction(30), Fraction(15): Fraction(30), NTSC / 2: NTSC}
N_FRAMES = 20_000
SEGMENTS = [[0, 1], [29, 30], [1790, 1812], [17982, 17985], [19_000, 20_000]]


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


SAMPLE = ModelScores(
    model="SummDiff",
    checkpoint="c1",
    feature_space="test-6",
    seed=3,
    settings={"steps": 10},
    run=7,
    sample=2,
    samples=8,
    learned_from="Learned from 1 video.",
    simulated=True,
)


def source_of(timebase: Timebase, start: Fraction | int = 0, **facts) -> CutSource:
    values = {
        "entry": "videos/fete",
        "title": "Fête d'été",
        "media": "fête d'été #2.mp4",
        "sound": True,
        "budget": 0.15,
    }
    return CutSource(**(values | {"timebase": timebase, "start": Fraction(start), "shots": "kts"} | facts))


def varying(seed: int = 0, n: int = N_FRAMES) -> Timebase:
    steps = np.random.default_rng(seed).integers(400, 9000, n)
    edges = np.concatenate([[0], np.cumsum(steps)])
    return Timebase.from_times(edges[:-1], Fraction(1, 90000), int(edges[-1]))


def write(tmp_path, format, segments, source):
    out = tmp_path / f"cut.{format}"
    cut = Cut(np.array(segments), source.timebase.n_frames, source.budget or 1.0)
    return out, write_cut_list(format, cut, source, out)


def exact(segments, timebase, start=0):
    """[(first, end)] seconds on the file's clock, exact."""
    return [tuple(timebase.exact_seconds(frame) + start for frame in segment) for segment in segments]


def rate_of(rate: float) -> Fraction:
    return Fraction(rate).limit_denominator(100_000)


def clips_of(timeline, kind="Video"):
    """[(first, end)] seconds of the media used by each clip of a track, exact for whole values."""
    (track,) = [track for track in timeline.tracks if track.kind == kind]
    found = []
    for clip in track:
        used = clip.source_range
        assert used.start_time.value == int(used.start_time.value)
        first = Fraction(int(used.start_time.value)) / rate_of(used.start_time.rate)
        found.append((first, first + Fraction(int(used.duration.value)) / rate_of(used.duration.rate)))
    return found


def read_edl(path, rate):
    return clips_of(otio.adapters.read_from_file(str(path), "cmx_3600", rate=float(rate)))


def read_fcpxml(path):
    """Its exact times as they stand in the file: [(start, end)] of the media, and that the clips follow each other."""
    root = ElementTree.parse(path).getroot()
    found, laid = [], Fraction(0)
    for clip in root.findall("./project/sequence/spine/asset-clip"):
        assert seconds(clip.get("offset")) == laid
        start, duration = seconds(clip.get("start", "0s")), seconds(clip.get("duration"))
        laid += duration
        found.append((start, start + duration))
    assert seconds(root.find("./project/sequence").get("duration")) == laid
    return found


def read_vtt(path):
    clock = r"(\d+):(\d\d):(\d\d)\.(\d{3})"
    times = re.findall(f"^{clock} --> {clock}$", path.read_text(encoding="utf-8"), re.MULTILINE)
    weights = (3600, 60, 1, Fraction(1, 1000))
    return [
        tuple(sum(int(v) * w for v, w in zip(cue[i : i + 4], weights, strict=True)) for i in (0, 4)) for cue in times
    ]


@pytest.mark.parametrize("start", [0, Fraction(7, 5), Fraction(1001, 30000)])
@pytest.mark.parametrize("rate", [*EDITED, *DOUBLED, Fraction(123, 5), None])
def test_json_csv_and_otio_are_exact_for_every_rate(tmp_path, rate, start):
    timebase = Timebase(rate, N_FRAMES) if rate else varying()
    source, wanted = source_of(timebase, start), exact(SEGMENTS, timebase)
    path, note = write(tmp_path, "json", SEGMENTS, source)
    facts = json.loads(path.read_text(encoding="utf-8"))
    assert note == ""
    assert [[s["start_frame"], s["end_frame"]] for s in facts["segments"]] == SEGMENTS
    assert [(Fraction(s["start"]), Fraction(s["end"])) for s in facts["segments"]] == wanted
    assert (facts["start"], facts["rate_varies"]) == (
        f"{Fraction(start).numerator}/{Fraction(start).denominator}",
        not rate,
    )
    if rate:
        assert Fraction(facts["rate"]) == rate

    path, note = write(tmp_path, "csv", SEGMENTS, source)
    rows = rows_of(path)
    assert note == ""
    assert [[int(row["start_frame"]), int(row["end_frame"])] for row in rows] == SEGMENTS
    assert [(Fraction(row["start"]), Fraction(row["end"])) for row in rows] == wanted
    assert {Fraction(row["file_start"]) for row in rows} == {Fraction(start)}
    assert rows[0]["media"] == source.media

    path, note = write(tmp_path, "otio", SEGMENTS, source)
    timeline = otio.adapters.read_from_file(str(path))
    assert clips_of(timeline) == clips_of(timeline, "Audio") == exact(SEGMENTS, timebase, Fraction(start))
    assert timeline.metadata["manycut"]["segments"][0]["end"] == facts["segments"][0]["end"]
    whole_frames = rate and (start * rate).denominator == 1
    assert (note == "") == bool(whole_frames)
    if whole_frames:
        assert timeline.find_clips()[0].source_range.start_time.rate == float(rate)


@pytest.mark.parametrize("late", [0, 48])
@pytest.mark.parametrize("rate", EDITED)
def test_edl_and_fcpxml_are_exact_for_the_rates_of_editing(tmp_path, rate, late):
    timebase = Timebase(rate, N_FRAMES)
    source = source_of(timebase, late / rate)
    wanted = exact(SEGMENTS, timebase, late / rate)
    path, note = write(tmp_path, "edl", SEGMENTS, source)
    assert read_edl(path, rate) == wanted
    assert "rounded" not in note
    assert f"choose { ({FILM: '23.976', NTSC: '29.97', FAST: '59.94'}.get(rate) or rate) }" in note
    drops = rate in (NTSC, FAST)
    assert ("FCM: DROP FRAME" in path.read_text()) == ("(drop frame)" in note) == (";" in path.read_text()) == drops
    path, note = write(tmp_path, "fcpxml", SEGMENTS, source)
    assert read_fcpxml(path) == wanted
    assert "nearest" not in note
    form = ElementTree.parse(path).getroot().find("./resources/format")
    assert seconds(form.get("frameDuration")) == 1 / rate


@pytest.mark.parametrize("rate", DOUBLED)
def test_slower_rates_are_exact_on_a_multiple(tmp_path, rate):
    timebase, grid = Timebase(rate, N_FRAMES), DOUBLED[rate]
    path, note = write(tmp_path, "edl", SEGMENTS, source_of(timebase))
    assert read_edl(path, grid) == exact(SEGMENTS, timebase)
    assert "EDL has no" in note
    assert f"exactly {grid / rate} of them" in note
    path, note = write(tmp_path, "fcpxml", SEGMENTS, source_of(timebase))
    assert read_fcpxml(path) == exact(SEGMENTS, timebase)
    assert "FCPXML has no" in note


@pytest.mark.parametrize(
    "timebase", [varying(), Timebase(Fraction(123, 5), N_FRAMES), Timebase(Fraction(240), N_FRAMES)]
)
def test_other_rates_are_rounded_and_say_so(tmp_path, timebase):
    assert not FrameGrid(timebase).exact
    for format, read in (("edl", lambda path: read_edl(path, 60)), ("fcpxml", read_fcpxml)):
        path, note = write(tmp_path, format, SEGMENTS, source_of(timebase))
        assert "rounded to the nearest 1/60 s. JSON, CSV and OTIO are exact." in note
        assert ("varies" in note) == isinstance(timebase, VaryingTimebase)
        pairs = zip(read(path), exact(SEGMENTS, timebase), strict=True)
        assert all(abs(a[0] - b[0]) <= Fraction(1, 120) and a[1] > a[0] for a, b in pairs)


def test_a_start_between_two_frames_is_told(tmp_path):
    source = source_of(Timebase(Fraction(25), N_FRAMES), Fraction(1, 100))
    path, note = write(tmp_path, "edl", SEGMENTS, source)
    assert "shows 0.0100 s at the first picture: it is taken for frame 0" in note
    assert read_edl(path, 25) == exact(SEGMENTS, source.timebase)
    path, note = write(tmp_path, "otio", SEGMENTS, source)
    assert "steps of 1/100 s, exactly" in note
    assert clips_of(otio.adapters.read_from_file(str(path))) == exact(SEGMENTS, source.timebase, Fraction(1, 100))


@pytest.mark.parametrize("timebase", [Timebase(rate, N_FRAMES) for rate in EDITED] + [varying()])
def test_a_player_of_webvtt_shows_the_frames_of_the_cut(tmp_path, timebase):
    path, note = write(tmp_path, "vtt", SEGMENTS, source_of(timebase, Fraction(1, 2)))
    cues = read_vtt(path)
    frames = [[timebase.frame_at(time - Fraction(1, 2)) for time in cue] for cue in cues]
    last = timebase.n_frames - 1
    assert frames == [[start, min(end, last)] for start, end in SEGMENTS]
    wanted = exact(SEGMENTS, timebase, Fraction(1, 2))
    assert all(
        0 <= a - b < Fraction(1, 1000)
        for one, two in zip(cues, wanted, strict=True)
        for a, b in zip(one, two, strict=True)
    )
    assert (note == "") == (cues == wanted)


segments = st.lists(st.tuples(st.integers(0, 5000), st.integers(1, 5000)), min_size=1, max_size=12)


@given(segments, st.sampled_from(EDITED), st.integers(0, 200_000))
def test_any_cut_comes_back(tmp_path_factory, gaps, rate, late):
    wanted, at = [], 0
    for gap, length in gaps:
        wanted.append([at + gap, at + gap + length])
        at += gap + length
    timebase = Timebase(rate, at + 1)
    source, folder = source_of(timebase, late / rate), tmp_path_factory.getbasetemp()
    events = joined(np.array(wanted)).tolist()  # shots that touch are one event
    expected = exact(events, timebase, late / rate)
    assert read_edl(write(folder, "edl", wanted, source)[0], rate) == expected
    assert read_fcpxml(write(folder, "fcpxml", wanted, source)[0]) == expected
    assert clips_of(otio.adapters.read_from_file(str(write(folder, "otio", wanted, source)[0]))) == expected


def test_fcpxml_carries_sound_and_names_and_its_adapter_reads_it(tmp_path):
    source = source_of(Timebase(Fraction(25), N_FRAMES))
    path, note = write(tmp_path, "fcpxml", SEGMENTS, source)
    root = ElementTree.parse(path).getroot()
    (asset,) = root.iter("asset")
    assert (asset.get("hasAudio"), asset.get("hasVideo")) == ("1", "1")
    assert {clip.get("name") for clip in root.iter("asset-clip")} == {source.media}
    assert root.find("project").get("name") == source.title
    assert len(root.findall("asset-clip")) == 1
    assert "" not in {value for element in root.iter() for value in element.attrib.values()}
    timeline = otio.adapters.read_from_file(str(path), "fcpx_xml")
    clips = list(timeline.find_clips())
    assert len(clips) == len(SEGMENTS)
    # What the note says: its reader rounds.
    assert "OpenTimelineIO's own reader rounds" in note
    read = [clip.source_range.start_time.value for clip in clips]
    assert all(start - 1 <= value <= start for value, (start, _) in zip(read, SEGMENTS, strict=True))


REEL = [
    (FILM, "01:00:00:00"),
    (Fraction(24), "10:20:30:12"),
    (Fraction(25), "10:00:00:00"),
    (NTSC, "10:00:00;00"),
    (NTSC, "10:00:00:00"),
    (NTSC, "00:09:59;28"),
    (Fraction(50), "22:11:33:44"),
    (FAST, "10:00:00;00"),
    (FAST, "10:00:00:58"),
    (Fraction(60), "00:00:01:59"),
]


@pytest.mark.parametrize(("rate", "label"), REEL)
def test_source_times_begin_at_the_time_code_of_the_file(tmp_path, rate, label):
    code, timebase = TimeCode.parse(label, rate), Timebase(rate, N_FRAMES)
    source = source_of(timebase, path="/films/fête d'été #2.mp4", timecode=code, own_file=True)
    wanted = exact(SEGMENTS, timebase, code.frames / rate)
    counted = rate if code.drop or rate not in (NTSC, FAST) else Fraction(round(rate))
    path, note = write(tmp_path, "edl", SEGMENTS, source)
    text = path.read_text(encoding="utf-8")
    assert text.split("C  ")[1].split()[0] == label  # the first picture is in the first event
    assert f"FCM: {'DROP' if code.drop else 'NON-DROP'} FRAME" in text
    assert ("(drop frame)" in note) == (";" in text) == code.drop
    scale = rate / counted  # a count of 30 that runs with 29.97 is read as 30
    read = [tuple(time / scale for time in piece) for piece in read_edl(path, counted)]
    assert read == wanted
    path, note = write(tmp_path, "otio", SEGMENTS, source)
    assert note == ""
    timeline = otio.adapters.read_from_file(str(path))
    assert clips_of(timeline) == clips_of(timeline, "Audio") == wanted
    clip = timeline.find_clips()[0]
    start = clip.source_range.start_time
    assert clip.media_reference.available_range.start_time == start
    rounded = otio.opentime.RationalTime(start.value, float(counted))
    assert otio.opentime.to_timecode(rounded, float(counted)) == label
    path, _ = write(tmp_path, "fcpxml", SEGMENTS, source)
    assert read_fcpxml(path) == wanted
    root = ElementTree.parse(path).getroot()
    assert seconds(root.find("./resources/asset").get("start")) == code.seconds
    assert {one.get("tcFormat") for one in root.iter("sequence")} == {"DF" if code.drop else "NDF"}


def test_the_file_that_a_person_gave_is_named(tmp_path):
    name = "Q&A (part 1) 100%.mp4"
    source = source_of(Timebase(Fraction(25), N_FRAMES), media=name, path=f"/films/{name}", own_file=True)
    for format in ("edl", "fcpxml", "otio"):
        path, note = write(tmp_path, format, SEGMENTS, source)
        assert "carries no time code: its times begin at 00:00:00:00." in note
        if format == "fcpxml":
            asset = ElementTree.parse(path).getroot().find("./resources/asset")
            named, url = asset.get("name"), asset.get("src")
        else:
            rate = {"rate": 25} if format == "edl" else {}
            clip = otio.adapters.read_from_file(str(path), **rate).find_clips()[0]
            named, url = clip.name, clip.media_reference.target_url
            assert clip.source_range.start_time.value == 0
        assert named == name
        assert url == "file:///films/Q%26A%20%28part%201%29%20100%25.mp4"
        assert otio.url_utils.filepath_from_url(url) == f"/films/{name}"
    facts = json.loads(write(tmp_path, "json", SEGMENTS, source)[0].read_text(encoding="utf-8"))
    assert (facts["media"], facts["path"], facts["timecode"]) == (name, f"/films/{name}", None)
    unknown = source_of(Timebase(Fraction(25), N_FRAMES), media=name, own_file=True, timecode_known=False)
    assert "is not known here: its times begin at 00:00:00:00" in cut_list_note("edl", unknown)


def test_adjoining_shots_are_one_event(tmp_path):
    source = source_of(Timebase(Fraction(25), N_FRAMES))
    shots, events = [[0, 25], [25, 60], [60, 61], [100, 150]], [[0, 61], [100, 150]]
    wanted = exact(events, source.timebase)
    assert read_edl(write(tmp_path, "edl", shots, source)[0], 25) == wanted
    assert read_fcpxml(write(tmp_path, "fcpxml", shots, source)[0]) == wanted
    assert clips_of(otio.adapters.read_from_file(str(write(tmp_path, "otio", shots, source)[0]))) == wanted
    facts = json.loads(write(tmp_path, "json", shots, source)[0].read_text(encoding="utf-8"))
    assert len(facts["segments"]) == 4  # the shots as they were chosen


def test_scores_and_budget_are_named(tmp_path):
    source = source_of(Timebase(Fraction(25), 100), scores=SAMPLE)
    facts = json.loads(write(tmp_path, "json", [[0, 9]], source)[0].read_text(encoding="utf-8"))
    assert (facts["entry"], facts["budget"], facts["shots"]) == ("videos/fete", 0.15, "kts")
    assert facts["scores"] == {"kind": "model", **vars(SAMPLE)}
    (row,) = rows_of(write(tmp_path, "csv", [[0, 9]], source)[0])
    assert (row["scores_model"], row["scores_checkpoint"], row["scores_seed"], row["scores_sample"]) == (
        "SummDiff",
        "c1",
        "3",
        "2",
    )
    assert row["scores_person"] == ""


@pytest.mark.parametrize("format", ["json", "csv", "vtt", "edl", "fcpxml", "otio"])
def test_every_format_says_what_the_model_learned_from(tmp_path, format):
    sentence = "Learned from 2 simulated people's labels of 1 video (drawings)."
    scores = replace(SAMPLE, learned_from=sentence)
    text = write(tmp_path, format, SEGMENTS, source_of(Timebase(Fraction(25), N_FRAMES), scores=scores))[0].read_text()
    assert text.count(sentence) == (len(SEGMENTS) if format == "csv" else 1)
    if format == "fcpxml":
        assert ElementTree.fromstring(text).find("./project/sequence")[0].tag == "note"  # where its grammar has it


def test_a_time_that_the_fcpxml_adapter_rounds_is_refused(tmp_path):
    """It calculates in floating point, which gives out after 18 hours of 59.94 frames/s."""
    source = source_of(Timebase(FAST, 4_000_000))
    path, _ = write(tmp_path, "fcpxml", [[3_934_968, 3_934_970]], source)
    assert read_fcpxml(path) == exact([[3_934_968, 3_934_970]], source.timebase)
    with pytest.raises(InputError, match="so late") as caught:
        write(tmp_path, "fcpxml", [[3_934_969, 3_934_970]], source)
    assert caught.value.hint == "Choose OTIO instead."


def test_what_a_format_cannot_hold_is_refused_with_another_choice(tmp_path):
    source = source_of(Timebase(Fraction(25), 25 * 90_000))
    with pytest.raises(InputError, match="between 0 and 24 hours"):
        write(tmp_path, "edl", [[25 * 86_400, 25 * 86_400 + 5]], source)
    with pytest.raises(InputError, match="at most 999 pieces"):
        write(tmp_path, "edl", [[2 * k, 2 * k + 1] for k in range(1000)], source)
    for format in CUT_LIST_FORMATS:
        with pytest.raises(InputError, match="The cut is empty"):
            write(tmp_path, format, np.zeros((0, 2), np.int64), source)
    with pytest.raises(InputError, match="no cut list format 'vhs'"):
        write(tmp_path, "vhs", SEGMENTS, source)
    with pytest.raises(InputError, match="no cut list format"):
        cut_list_note("vhs", source)
    assert list(tmp_path.iterdir()) == []
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(InputError, match="cannot be written"):
        write(file, "json", SEGMENTS, source)
    assert list(tmp_path.iterdir()) == [file]
