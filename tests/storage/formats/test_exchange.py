"""Label files of other tools: what is written is read again, by us and by the tools' own libraries."""

from __future__ import annotations

import csv
import json
import re
import zipfile
from fractions import Fraction
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.data import AnnotationSet, Entry
from core.data.timebase import Timebase
from core.errors import ConflictError, FormatError
from storage.formats.activitynet import write_activitynet
from storage.formats.csv_seconds import write_csv_seconds
from storage.formats.elan import elan_of, write_elan_archive
from storage.formats.exchange import READERS, read_labels, tool_of
from storage.formats.fiftyone import write_fiftyone
from storage.formats.label_studio import CONFIGURATION, STARS, write_label_studio
from storage.formats.stretches import VideoLabels, judgements_of, people_in

NAN = float("nan")
WRITERS = {
    "label-studio": (write_label_studio, "labels.json"),
    "activitynet": (write_activitynet, "labels.json"),
    "fiftyone": (write_fiftyone, "labels.json"),
    "elan": (lambda entries, path: write_elan_archive(entries, path)[0], "labels.zip"),
    "csv-seconds": (write_csv_seconds, "labels.csv"),
}
NAMES = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn")), min_size=1, max_size=8).filter(
    lambda name: name.strip() == name and name != ""
)
RATES = [Fraction(25), Fraction(30000, 1001), Fraction(7, 3), Fraction(240)]


@st.composite
def judged_entries(draw):
    """Videos of uneven picks and any rate that milliseconds tell apart; people who rated, selected, or did neither."""
    n_frames = draw(st.integers(1, 60))
    picks = np.array(sorted(draw(st.sets(st.integers(0, n_frames - 1), min_size=1))))
    timebase = Timebase(draw(st.sampled_from(RATES)), n_frames)
    if draw(st.booleans()):
        steps = draw(st.lists(st.integers(181, 9000), min_size=n_frames, max_size=n_frames))  # more than 2 ms
        times = np.cumsum([0, *steps])
        timebase = Timebase.from_times(times[:-1], Fraction(1, 90_000), int(times[-1]))
    names = tuple(draw(st.lists(NAMES, min_size=1, max_size=3, unique=True)))
    simulated = tuple(draw(st.booleans()) for _ in names)
    values = st.sampled_from([0.0, 0.2, 1 / 3, 1.0, NAN]) | st.floats(0, 1, width=32)
    rows = [draw(st.lists(values, min_size=len(picks), max_size=len(picks))) for _ in names]
    scores, summaries = np.array(rows, np.float32), None
    if draw(st.booleans()):
        marked = [draw(st.lists(st.booleans(), min_size=n_frames, max_size=n_frames)) for _ in names]
        summaries = np.array(marked, np.uint8)
        selected = draw(st.lists(st.booleans(), min_size=len(names), max_size=len(names)))
        scores = np.where(np.array(selected)[:, None], summaries[:, picks].astype(np.float32), scores)
    people = AnnotationSet(names, scores, ("some",) * len(names), summaries, simulated=simulated)
    key = draw(st.sampled_from(["one", "two", "three", "vier"]))
    return Entry(f"a/{key}", "A title", timebase, picks, annotations=people)


@pytest.mark.parametrize("tool", WRITERS)
@settings(max_examples=60)
@given(entries=st.lists(judged_entries(), min_size=1, max_size=3, unique_by=lambda entry: entry.id))
def test_labels_come_back_to_the_frame(tmp_path_factory, tool, entries):
    write, name = WRITERS[tool]
    entries = [entry for entry in entries if judgements_of(entry)]
    if not entries:
        return
    path = write(entries, tmp_path_factory.mktemp("exchange") / name)
    assert tool_of(path) == tool
    read = {video.names[0]: video for video in READERS[tool](path).videos}
    assert list(read) == [entry.id for entry in entries]
    for entry in entries:
        video, people = read[entry.id], entry.annotations
        said = people_in(video, "x", entry.timebase, entry.picks, "f")
        judged = [row for row in range(len(people)) if not np.isnan(people.scores[row]).all()]
        assert set(video.people) == {people.annotators[row] for row in judged}
        for row in judged:
            name = people.annotators[row]
            (alone,) = [one for one in said if one.person == name]
            np.testing.assert_array_equal(alone.scores, people.scores[row])
            assert alone.simulated == people.simulated[row]
            marked = np.zeros(1) if people.summaries is None else people.summaries[row]
            if marked.any() and np.array_equal(marked[entry.picks], people.scores[row]):
                np.testing.assert_array_equal(alone.summary, marked)


@given(entry=judged_entries())
def test_our_own_files_say_how_long_videos_are(tmp_path_factory, entry):
    if not judgements_of(entry):
        return
    for tool in ("label-studio", "activitynet", "fiftyone", "elan"):
        write, name = WRITERS[tool]
        (video,) = READERS[tool](write([entry], tmp_path_factory.mktemp("exchange") / name)).videos
        assert video.n_frames == entry.n_frames
        assert float(video.rate) == pytest.approx(float(entry.timebase.rate), rel=1e-6)
        assert video.title == entry.title


@pytest.fixture
def entry():
    """Ten seconds at 25 a second: Ada rated three stretches and left one, Bo selected two parts, nobody asked Cy."""
    picks = np.arange(0, 250, 25)
    ada = np.array([0.2, 0.2, 0.6, 0.6, NAN, NAN, 1, 1, 1, 0.37], np.float32)
    bo = np.zeros(250, np.uint8)
    bo[30:61] = bo[100:101] = 1
    scores = np.stack([ada, bo[picks].astype(np.float32), np.full(10, NAN, np.float32)])
    summaries = np.stack([np.zeros(250, np.uint8), bo, np.zeros(250, np.uint8)])
    people = AnnotationSet(("Ada", "Bo", "Cy"), scores, ("shot-ratings",) * 3, summaries)
    return Entry("a/film", "A film & more", Timebase(Fraction(25), 250), picks, annotations=people)


def test_label_studio_is_given_what_its_own_library_accepts(entry, tmp_path):
    """The conditions are those of label-studio-sdk's models of results; itself it needs another numpy than ours."""
    (task,) = json.loads(write_label_studio([entry], tmp_path / "ls.json").read_text())
    assert task["data"]["video"] == "film.mp4"
    controls = {one.get("name"): one for one in ElementTree.fromstring(CONFIGURATION).iter()}
    labels = {one.get("value") for one in controls["timeline"]}
    ada, bo = task["annotations"]
    assert (ada["annotator"], bo["annotator"]) == ("Ada", "Bo")
    for result in [*ada["result"], *bo["result"]]:
        assert result["from_name"] in controls
        assert controls[result["from_name"]].tag.lower() == result["type"]
        assert controls[result["from_name"]].get("toName") == result["to_name"] == "video"
        value = result["value"]
        if result["type"] == "timelinelabels":
            assert set(value["timelinelabels"]) <= labels
            assert [{"start", "end"}] == [set(one) for one in value["ranges"]]
        else:
            assert type(value["rating"]) is int
            assert 0 <= value["rating"] <= STARS
    assert [one["value"]["ranges"] for one in bo["result"]] == [
        [{"start": 31, "end": 61}],
        [{"start": 101, "end": 101}],
    ]
    stars = [one["value"] for one in ada["result"] if one["type"] == "rating"]
    assert [(one["start"], one["end"], one["rating"]) for one in stars] == [(0, 2, 1), (2, 4, 3), (6, 9, 5), (9, 10, 2)]


def test_elan_is_given_what_pympi_reads(entry, tmp_path):
    pympi = pytest.importorskip("pympi")
    path = tmp_path / "film.eaf"
    path.write_bytes(elan_of(entry))
    read = pympi.Elan.Eaf(path)
    assert list(read.get_tier_names()) == ["Ada", "Bo"]
    assert sorted(read.get_annotation_data_for_tier("Bo")) == [(1200, 2440, "selected"), (4000, 4040, "selected")]
    ada = sorted(read.get_annotation_data_for_tier("Ada"))
    assert ada == [(0, 2000, "0.2"), (2000, 4000, "0.6"), (6000, 9000, "1.0"), (9000, 10000, "0.37")]
    assert [one["RELATIVE_MEDIA_URL"] for one in read.media_descriptors] == ["./film.mp4"]


def test_what_pympi_writes_is_read(tmp_path):
    pympi = pytest.importorskip("pympi")
    made = pympi.Elan.Eaf(author="Ada")
    made.add_linked_file("file:///films/Some%20film.mp4", mimetype="video/mp4")
    made.remove_tier("default")
    made.add_tier("Ada")
    made.add_annotation("Ada", 1000, 2500, "a goal")
    made.add_annotation("Ada", 4000, 4500, "0.5")
    made.to_file(tmp_path / "made.eaf")
    (video,) = read_labels(tmp_path / "made.eaf", "elan").videos
    assert "file:///films/Some film.mp4" in video.names
    first, second = video.people["Ada"]
    assert (first.start, first.end, first.label, first.score) == (1, Fraction(5, 2), "a goal", None)
    assert second.score == 0.5


def test_fiftyone_is_given_frames_from_one_of_which_both_are_in(entry, tmp_path):
    (sample,) = json.loads(write_fiftyone([entry], tmp_path / "fo.json").read_text())["samples"]
    assert sample["metadata"]["total_frame_count"] == 250
    bo = [one for one in sample["people"]["detections"] if one["annotator"] == "Bo"]
    assert [one["support"] for one in bo] == [[31, 61], [101, 101]]
    assert {one["_cls"] for one in bo} == {"TemporalDetection"}
    assert [one["confidence"] for one in bo] == [None, None]


def test_fiftyones_other_lists_are_read(tmp_path):
    path = tmp_path / "labels.json"
    one = {"label": 1, "support": [1, 3], "confidence": 0.5, "attributes": {"annotator": "Ada"}}
    other = {"label": 0, "timestamps": [1.5, 2]}
    path.write_text(json.dumps({"classes": ["dull", "good"], "labels": {"film": [one, other]}}))
    assert tool_of(path) == "fiftyone"
    (video,) = read_labels(path, "fiftyone").videos
    assert [(s.start, s.end, s.label, s.score) for s in video.people["Ada"]] == [(0, 3, "good", 0.5)]
    assert [(s.start, s.end, s.label, s.score) for s in video.people["labels"]] == [(Fraction(3, 2), 2, "dull", None)]


def test_activitynets_own_files_are_one_persons(tmp_path):
    path = tmp_path / "activity_net.v1-3.json"
    record = {"duration": 55.15, "subset": "validation", "resolution": "320x240", "url": "https://..."}
    record["annotations"] = [{"segment": [0.01, 55.15], "label": "Drinking coffee"}]
    path.write_text(json.dumps({"taxonomy": [], "database": {"sJFgo9H6zNo": record}, "version": "VERSION 1.3"}))
    assert tool_of(path) == "activitynet"
    (video,) = read_labels(path, "activitynet").videos
    assert video.names == ("sJFgo9H6zNo",)
    assert list(video.people) == ["activity_net.v1-3"]
    assert float(video.duration) == 55.15


def test_activitynet_is_given_seconds(entry, tmp_path):
    record = json.loads(write_activitynet([entry], tmp_path / "an.json").read_text())["database"]["a/film"]
    assert record["duration"] == 10
    bo = [one for one in record["annotations"] if one["person"] == "Bo"]
    assert [one["segment"] for one in bo] == [[1.2, 2.44], [4.0, 4.04]]
    assert all("score" not in one for one in bo)


def test_tables_of_any_tool_are_read(tmp_path):
    path = tmp_path / "from-excel.csv"
    path.write_bytes(
        "\ufeffLabel,Video,End,Start,Colour\r\ngoal,film.mp4,3.5,1,red\r\n\r\ngoal,film.mp4,9,8,red\r\n".encode()
    )
    assert tool_of(path) == "csv-seconds"
    (video,) = read_labels(path, "csv-seconds").videos
    assert [(s.start, s.end) for s in video.people["from-excel"]] == [(1, Fraction(7, 2)), (8, 9)]


def test_a_table_has_a_row_for_each_stretch(entry, tmp_path):
    with write_csv_seconds([entry], tmp_path / "s.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["start"], row["end"], row["label"]) for row in rows if row["person"] == "Bo"] == [
        ("1.200000", "2.440000", "selected"),
        ("4.000000", "4.040000", "selected"),
    ]
    assert not any(row["person"] == "Cy" for row in rows)


def test_label_studio_tells_people_apart(tmp_path):
    def annotation(by, start, **more):
        value = {"ranges": [{"start": start, "end": start}], "timelinelabels": ["x"]}
        result = {"type": "timelinelabels", "from_name": "a", "to_name": "b", "value": value}
        return {"completed_by": by, "result": [result], **more}

    annotations = [
        annotation({"id": 1, "email": "ada@example.org"}, 1),
        annotation(7, 2),
        annotation(7, 3),
        annotation(8, 4, was_cancelled=True),
        annotation(9, 5) | {"result": [{"type": "choices", "value": {"choices": ["x"]}}]},
    ]
    path = tmp_path / "ls.json"
    path.write_text(
        json.dumps([{"id": 5, "data": {"clip": "/data/upload/1/12345678-film.mp4"}, "annotations": annotations}])
    )
    found = read_labels(path, "label-studio")
    (video,) = found.videos
    assert {name: int(each[0].start) for name, each in video.people.items()} == {
        "ada@example.org": 0,
        "annotator 7": 1,
        "annotator 7 (2)": 2,
    }
    assert found.notes == ["1 results of Label Studio's 'choices' have no place here"]


def test_stars_that_somebody_changed_count(entry, tmp_path):
    path = write_label_studio([entry], tmp_path / "ls.json")
    tasks = json.loads(path.read_text())
    last = tasks[0]["annotations"][0]["result"][-1]
    assert last["meta"]["importance"] == 0.37
    last["value"]["rating"] = 4
    path.write_text(json.dumps(tasks))
    (video,) = read_labels(path, "label-studio").videos
    assert video.people["Ada"][-1].score == 0.8


def test_seconds_become_the_nearest_frame_and_ends_may_be_rounded():
    timebase = Timebase(Fraction(25), 250)
    from storage.formats.stretches import Stretch, frames_of

    def frames(start, end):
        return frames_of(Stretch(Fraction(start), Fraction(end), in_frames=False, where="row 2"), timebase, "f.csv")

    assert frames("1.019", "1.021") == (25, 26)
    assert frames("9.99", "10.9") == (249, 250)
    with pytest.raises(FormatError, match=r"f.csv: row 2 should lie within the 10 s of the video, .* 1 to 12\."):
        frames("1", "12")


def test_of_two_ratings_that_overlap_the_higher_counts(tmp_path):
    (tmp_path / "s.csv").write_text("video,label,start,end,score\nfilm,x,0,6,0.75\nfilm,x,3,10,0.25\n")
    (video,) = read_labels(tmp_path / "s.csv", "csv-seconds").videos
    (said,) = people_in(video, "x", Timebase(Fraction(1), 10), np.arange(10), "s.csv")
    np.testing.assert_array_equal(said.scores, [0.75] * 6 + [0.25] * 4)


def test_frames_that_share_a_millisecond_are_refused():
    picks = np.arange(3)
    people = AnnotationSet(("Ada",), np.array([[0, 0.5, 1]], np.float32), ("x",))
    fast = Entry("a/fast", "Fast", Timebase(Fraction(5000), 3), picks, annotations=people)
    with pytest.raises(ConflictError, match="'a/fast' cannot be in a file of ELAN: it counts milliseconds"):
        elan_of(fast)


LAUGHS = """<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>
<ANNOTATION_DOCUMENT>&b;</ANNOTATION_DOCUMENT>"""
EAF = """<ANNOTATION_DOCUMENT><HEADER TIME_UNITS="milliseconds"/><TIME_ORDER><TIME_SLOT TIME_SLOT_ID="a"
 TIME_VALUE="{0}"/><TIME_SLOT TIME_SLOT_ID="b" TIME_VALUE="{1}"/></TIME_ORDER><TIER TIER_ID="Ada"><ANNOTATION>
 <ALIGNABLE_ANNOTATION ANNOTATION_ID="x" TIME_SLOT_REF1="a" TIME_SLOT_REF2="{2}">
 <ANNOTATION_VALUE>{3}</ANNOTATION_VALUE>
 </ALIGNABLE_ANNOTATION></ANNOTATION></TIER></ANNOTATION_DOCUMENT>"""


def task(**value):
    result = {"type": "timelinelabels", "value": {"ranges": [{"start": 1, "end": 2}], "timelinelabels": ["x"], **value}}
    return json.dumps([{"data": {"video": "film"}, "annotations": [{"result": [result]}]}])


def record(**values):
    one = {"segment": [0, 1], "label": "x", **values}
    return json.dumps({"database": {"film": {"annotations": [one]}}})


def detection(**values):
    people = {"_cls": "TemporalDetections", "detections": [{"label": "x", "support": [1, 2], **values}]}
    return json.dumps({"samples": [{"filepath": "film", "people": people}]})


HOSTILE = [
    ("label-studio", "[", "should be JSON of Label Studio, but it is not"),
    ("label-studio", "[" * 100_000, "nested too deeply"),
    ("label-studio", "{}", "the whole should be a list in JSON"),
    ("label-studio", "[1]", "task 1 should be an object in JSON"),
    ("label-studio", '[{"data": {}, "data": {}}]', "'data' is there twice in one object"),
    ("label-studio", '[{"data": {"video": NaN}}]', "NaN is no number in JSON"),
    ("label-studio", '[{"data": {"video": 3}}]', "'data' of task 1 should say what the video is called"),
    ("label-studio", '[{"data": {"video": "a"}, "annotations": {}}]', "'annotations' of task 1 should be a list"),
    ("label-studio", '[{"data": {"video": "a", "fps": "x"}}]', "'fps' of 'data' of task 1 should be a frame"),
    ("label-studio", task(ranges=[{"start": 5, "end": 2}]), "result 1 of annotation 1 of task 1 should end no earlier"),
    ("label-studio", task(ranges=[{"start": 1e300, "end": 2}]), "'start' of range 1 .* should be a whole number"),
    ("label-studio", task(ranges=[{"start": 10**40, "end": 2}]), "it is .*a number of more than 20 digits"),
    ("label-studio", "[" + "9" * 5000 + "]", "should be JSON of Label Studio"),
    ("label-studio", task(timelinelabels=[]), "should name a label"),
    ("label-studio", task(timelinelabels=[{"x": 1}]), "label 1 .* should be a text, but it is an object"),
    ("activitynet", '{"database": []}', "'database' should be an object"),
    ("activitynet", record(segment=[1, 0]), "'segment' of annotation 1 of video .* should be a start and a"),
    ("activitynet", record(segment=[0, 1e400]).replace("Infinity", "1e999"), "time 2 .* should be a number"),
    ("activitynet", record(segment=[0, "1"]), "time 2 of annotation 1 of video .film. should be a number"),
    ("activitynet", record(segment=[-1, 1]), "should be a number of 0 to"),
    ("activitynet", record(score=5), "'score' of .* should be a number of 0 to 1, but it is 5"),
    ("activitynet", record(score=True), "should be a number, but it is true"),
    ("activitynet", record(label=None), "annotation 1 of video 'film' should have 'label'"),
    ("fiftyone", detection(support=[0, 2]), "frame 1 of detection 1 .* should be a whole number of 1 to"),
    ("fiftyone", detection(support=[3, 2]), "'support' of detection 1 .* should be a first and a last frame"),
    ("fiftyone", detection(support=[1, 2, 3]), "should be a first and a last frame"),
    ("fiftyone", detection(confidence=2), "'confidence' of detection 1 .* should be a number of 0 to 1"),
    ("fiftyone", '{"samples": [{"_cls": 1}]}', "sample 1 should have a 'filepath'"),
    ("elan", LAUGHS, "should have no document type with definitions in it, but it has one"),
    ("elan", "<a>" * 100, "nested more than 20 deep"),
    ("elan", "<a", "should be XML of ELAN, but it is damaged"),
    ("elan", "<html/>", "should be a document of ELAN, but it is 'html'"),
    ("elan", EAF.format(0, 5, "c", "x"), "annotation 1 of tier .Ada. should have a start and an end"),
    ("elan", EAF.format(9, 5, "b", "x"), "annotation 1 of tier 'Ada' should end later than it starts"),
    ("elan", EAF.format(0, "9" * 30, "b", "x"), "time slot 'b' should be milliseconds"),
    ("elan", EAF.format(0, "NaN", "b", "x"), "time slot 'b' should be milliseconds, but it is 'NaN'"),
    ("elan", EAF.format(0, 5, "b", "5"), "should be a word, or an importance of 0 to 1, but it is 5"),
    ("csv-seconds", "video,label,start\n", "row 1 should name the columns .* but has no 'end'"),
    ("csv-seconds", "video,label,start,end,end\n", "row 1 should name each column once, but has 'end' twice"),
    ("csv-seconds", "video,label,start,end\nfilm,x,1\n", "row 2 should have 4 cells, but it has 3"),
    ("csv-seconds", "video,label,start,end\nfilm,x,nan,2\n", "row 2 should have seconds of 0 to .* as .start."),
    ("csv-seconds", "video,label,start,end\nfilm,x,1,1e99\n", "row 2 should have seconds"),
    ("csv-seconds", "video,label,start,end\nfilm,x,2,2\n", "row 2 should end later than it starts"),
    ("csv-seconds", "video,label,start,end\n,x,1,2\n", "row 2 should name a video"),
    ("csv-seconds", "video,label,start,end,score\nfilm,x,1,2,7\n", "row 2 should have an importance of 0 to 1"),
]  # fmt: skip


@pytest.mark.parametrize(("tool", "content", "sentence"), HOSTILE)
def test_what_is_wrong_is_said_with_its_place(tmp_path, tool, content, sentence):
    path = tmp_path / ("labels.eaf" if tool == "elan" else "labels.csv" if tool == "csv-seconds" else "labels.json")
    path.write_text(content)
    with pytest.raises(FormatError) as refused:
        READERS[tool](path)
    assert refused.value.message.startswith(path.name)
    assert re.search(sentence, refused.value.message, re.DOTALL), refused.value.message
    assert len(refused.value.message) < 400


def test_an_archive_that_unpacks_without_end_is_refused(tmp_path):
    path = tmp_path / "labels.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("a.eaf", b" " * (65 * 2**20))
    with pytest.raises(FormatError, match=r"'a\.eaf' should have at most 64 MB"):
        read_labels(path, "elan")


def test_people_without_any_pick_judged_nothing():
    timebase, picks = Timebase(Fraction(25), 250), np.arange(0, 250, 25)
    assert people_in(VideoLabels(("a",), {"Ada": ()}), "x", timebase, picks, "f") == []


def test_other_files_are_not_taken_for_labels(tmp_path):
    for name, content in {
        "captions.json": '{"video_1": {"picks": [0], "captions": ["a dog"]}}',
        "labels.csv": "entry,title,annotator\n",
        "text.txt": "",
        "page.html": "<html></html>",
    }.items():
        (tmp_path / name).write_text(content)
        assert tool_of(tmp_path / name) is None
