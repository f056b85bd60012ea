"""Labels of other tools join the people of entries: everybody apart, nothing twice, and all or nothing."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from typer.testing import CliRunner

from cli.main import app
from core.data import AnnotationSet
from core.errors import ConflictError, FormatError, InputError, NotFoundError
from core.labelling.events import Event
from core.statistics.agreement import shot_labels
from storage.export import export_labels
from verbs.import_labels import ImportLabelsRequest, import_labels

FORMATS = {
    "label-studio": "l.json",
    "activitynet": "l.json",
    "fiftyone": "l.json",
    "elan": "l.zip",
    "csv-seconds": "l.csv",
}


def take(library, path, **choices):
    return import_labels(library, ImportLabelsRequest(path=path, **choices))


def table(folder, *rows, name="visitors.csv"):
    path = folder / name
    path.write_text("\n".join(["video,label,start,end,person,score", *rows]))
    return path


@pytest.fixture
def talks(library, make_entry):
    """Two entries of a minute at 24 a second; three people judged the first."""
    library.entries.add("talks", [make_entry(), make_entry("talks/second", people=0)])
    return library


def test_a_table_joins_the_people_of_entries(talks, tmp_path):
    before = talks.entries.get("talks/first").annotations
    path = table(tmp_path, "first.MP4,goal,1,3,Ada,", "/films/first.mp4,x,0,60,Bo,0.5", "nosuch,x,1,2,Bo,")
    with pytest.raises(ConflictError, match=r"'first.MP4' and '/films/first.mp4' would both be 'talks/first'"):
        take(talks, path, into="talks")
    path = table(tmp_path, "first.MP4,goal,1,3,Ada,", "first.MP4,x,0,60,Bo,0.5", "nosuch,x,1,2,Bo,")
    result = take(talks, path, into="talks")
    (one,) = result.entries
    assert (one.entry, one.added, one.renewed, one.there) == ("talks/first", ("Ada", "Bo"), (), ())
    assert [(left.video, left.reason) for left in result.unmatched] == [
        ("nosuch", "no entry of 'talks' is called like this")
    ]
    people = talks.entries.get("talks/first").annotations
    assert people.annotators == (*before.annotators, "Ada", "Bo")
    np.testing.assert_array_equal(people.scores[:3], before.scores)
    np.testing.assert_array_equal(np.flatnonzero(people.scores[3]), [2, 3, 4, 5])
    assert (people.scores[4] == 0.5).all()
    assert people.protocols[3:] == ("csv-seconds",) * 2
    assert people.summaries[3].sum() == 48
    summary = talks.entries.summary("talks/first")
    assert summary.annotators == 5


def test_twice_changes_nothing_and_a_newer_file_renews(talks, tmp_path):
    path = table(tmp_path, "first,goal,1,3,Ada,", "first,x,0,60,person 0,0.5")
    assert take(talks, path, into="talks").entries[0].added == ("Ada", "person 0 (csv-seconds)")
    once = talks.entries.get("talks/first").annotations
    again = take(talks, path, into="talks").entries[0]
    assert (again.added, again.renewed, again.there) == ((), (), ("Ada", "person 0 (csv-seconds)"))
    table(tmp_path, "first,goal,2,3,Ada,", "first,x,0,60,person 0,0.25")
    newer = take(talks, path, into="talks").entries[0]
    assert (newer.added, newer.renewed) == ((), ("Ada", "person 0 (csv-seconds)"))
    people = talks.entries.get("talks/first").annotations
    assert people.annotators == once.annotators
    np.testing.assert_array_equal(people.scores[:3], once.scores[:3])
    assert (people.scores[4] == 0.25).all()


def test_a_preview_says_the_same_and_changes_nothing(talks, tmp_path):
    path = table(tmp_path, "first,goal,1,3,Ada,", "nosuch,x,1,2,Bo,")
    before = talks.entries.get("talks/first").annotations
    preview = take(talks, path, into="talks", preview=True)
    assert talks.entries.get("talks/first").annotations.annotators == before.annotators
    assert preview.model_copy(update={"preview": False}) == take(talks, path, into="talks")


@pytest.mark.parametrize(("format", "name"), FORMATS.items())
def test_what_was_exported_is_known_where_it_comes_back(talks, tmp_path, format, name):
    annotations = talks.annotations
    for person, kind, events in (
        ("Ada", "shot-ratings", [Event("t", n, "rate", n, 1 + n % 5) for n in range(7)]),
        ("Bo", "keyshots", [Event("t", 0, "mark", 0, data={"start": 31, "end": 107})]),
    ):
        how = annotations.protocols.standard(kind)
        for entry in ("talks/first", "talks/second"):
            task = annotations.open_task(annotations.get_or_create_annotator(person), entry, how, False)
            annotations.record_events(task.id, [*events, Event("t", 99, "submit")])
    export = export_labels(talks, tmp_path / name, format=format)
    assert (export.entries, export.annotators) == (2, 5)
    content = b"".join(file.read_bytes() for file in (export.file, export.manifest))
    assert b"Ada" not in content
    pseudonyms = {annotations.annotator(person).pseudonym for person in ("Ada", "Bo")}
    take(talks, export.file, into="talks")
    result = take(talks, export.file, into="talks")
    assert not any(one.added or one.renewed for one in result.entries)
    again = export_labels(talks, tmp_path / f"again-{name}", format=format)
    assert (again.entries, again.annotators) == (2, 5)
    assert talks.entries.get("talks/second").annotations is None
    take(talks, export.file, dataset="Copy", fps="24", duration=60)
    copied = talks.entries.get("Copy/second").annotations
    assert set(copied.annotators) == pseudonyms
    bo = copied.annotators.index(annotations.annotator("Bo").pseudonym)
    np.testing.assert_array_equal(np.flatnonzero(copied.summaries[bo]), np.arange(31, 107))


def test_every_fault_leaves_all_as_it_was(talks, tmp_path):
    before = {one.id: talks.entries.get(one.id) for one in talks.entries.list()}
    late = table(tmp_path, "first,goal,1,3,Ada,", "second,goal,1,300,Ada,")
    with pytest.raises(FormatError, match=r"visitors.csv: row 3 should lie within the 60 s of the video"):
        take(talks, late, into="talks")
    with pytest.raises(FormatError, match="row 3 should end later"):
        take(talks, table(tmp_path, "first,goal,1,3,Ada,", "second,goal,3,3,Ada,"), into="talks")
    with pytest.raises(NotFoundError, match=r"is about none of the videos of 'talks'"):
        take(talks, table(tmp_path, "other,goal,1,3,Ada,"), into="talks")
    with pytest.raises(NotFoundError, match="no dataset 'nowhere'"):
        take(talks, table(tmp_path, "first,goal,1,3,Ada,"), into="nowhere")
    with pytest.raises(FormatError, match="should hold labels of people, but it holds none"):
        take(talks, table(tmp_path), into="talks")
    (tmp_path / "x.json").write_text("{}")
    with pytest.raises(FormatError, match=r"x\.json should be labels of another tool"):
        take(talks, tmp_path / "x.json", into="talks")
    for entry_id, entry in before.items():
        now = talks.entries.get(entry_id).annotations
        assert (now is None) == (entry.annotations is None)
        assert now is None or now.annotators == entry.annotations.annotators


def test_a_disk_that_fills_up_leaves_all_as_it_was(talks, tmp_path, monkeypatch):
    import storage.entry_files as files

    real, written = files.write_entry, []

    def full(*arguments):
        written.append(arguments)
        if len(written) == 2:
            raise OSError(28, "No space left on device")
        return real(*arguments)

    monkeypatch.setattr(files, "write_entry", full)
    path = table(tmp_path, "first,goal,1,3,Ada,", "second,goal,1,3,Ada,")
    with pytest.raises(Exception, match="No space left"):
        take(talks, path, into="talks")
    monkeypatch.undo()
    assert talks.entries.get("talks/first").annotations.annotators == ("person 0", "person 1", "person 2")
    assert talks.entries.get("talks/second").annotations is None
    assert len(list((talks.data_dir / "entries").rglob("*.h5"))) == 2


def test_another_version_of_a_video_is_refused(talks, make_entry, tmp_path):
    short = make_entry()
    shorter = replace(short, timebase=replace(short.timebase, n_frames=1439), shots={})
    from storage.formats.fiftyone import write_fiftyone

    write_fiftyone([shorter], tmp_path / "fo.json")
    with pytest.raises(FormatError, match="should have the 1440 frames of 'talks/first', but it has 1439"):
        take(talks, tmp_path / "fo.json", into="talks")


def test_names_that_could_be_several_entries_are_said(talks, make_entry, tmp_path):
    talks.entries.add("talks", [replace(make_entry("talks/third"), title="first")])
    result = take(talks, table(tmp_path, "first,goal,1,3,Ada,", "talks/first,goal,1,3,Ada,"), into="talks")
    assert [one.entry for one in result.entries] == ["talks/first"]
    assert result.unmatched[0].reason == "it could be talks/first or talks/third"


def test_labels_per_frame_of_a_data_set_stay(talks, make_entry, tmp_path):
    labels = np.tile(np.arange(1440) % 5 + 1, (3, 1)).astype(np.uint8)
    entry = make_entry("talks/rated")
    entry = replace(entry, annotations=replace(entry.annotations, frame_labels=labels))
    talks.entries.add("talks", [entry])
    take(talks, table(tmp_path, "rated,x,0,30,Ada,0.6"), into="talks")
    people = talks.entries.get("talks/rated").annotations
    np.testing.assert_array_equal(people.frame_labels[:3], labels)
    assert (people.frame_labels[3] == np.repeat([3, 0], 720)).all()
    middles, means = shot_labels(talks.entries.get("talks/rated"))
    for said in (middles, means):
        np.testing.assert_array_equal(said[3], [3] * 15 + [np.nan] * 15)


def test_a_new_data_set_where_the_file_says_how_long_videos_are(talks, tmp_path):
    export = export_labels(talks, tmp_path / "l.json", format="label-studio")
    result = take(talks, export.file, dataset="Copy")
    assert [one.entry for one in result.entries] == ["Copy/first"]
    copy, first = talks.entries.get("Copy/first"), talks.entries.get("talks/first")
    assert (copy.timebase.rate, copy.n_frames, copy.title) == (Fraction(24), 1440, first.title)
    np.testing.assert_array_equal(copy.picks, first.picks)
    np.testing.assert_array_equal(copy.annotations.scores, first.annotations.scores)
    with pytest.raises(ConflictError):
        take(talks, export.file, dataset="Copy")


def test_a_new_data_set_where_the_request_says_how_long_they_are(library, tmp_path):
    path = table(tmp_path, "film,goal,1,3,Ada,")
    with pytest.raises(InputError, match="does not say how long 'film' is") as refused:
        take(library, path)
    assert "--fps and --duration" in refused.value.hint
    take(library, path, fps="29.97", duration=10)
    entry = library.entries.get("visitors/film")
    assert entry.timebase.rate == Fraction(30000, 1001)
    assert entry.n_frames == 300
    np.testing.assert_array_equal(np.flatnonzero(entry.annotations.summaries[0])[[0, -1]], [30, 89])


def test_simulated_people_stay_simulated(talks, make_entry, tmp_path):
    entry = make_entry("talks/made")
    made = AnnotationSet(("sim",), entry.annotations.scores[:1], ("simulated",), simulated=(True,))
    talks.entries.add("talks", [replace(entry, annotations=made)])
    for format, name in FORMATS.items():
        export = export_labels(talks, tmp_path / name, format=format, entry_ids=("talks/made",))
        take(talks, export.file, dataset=format, fps="24", duration=60)
        (summary,) = talks.entries.list(dataset=format)
        assert (summary.annotators, summary.simulated) == (1, 1)
    take(talks, export.file, into="talks")
    path = table(tmp_path, "second,x,0,9,sim,1,yes", name="made.csv")
    path.write_text(path.read_text().replace("person,score", "person,score,simulated"))
    take(talks, path, into="talks")
    assert talks.entries.summary("talks/second").simulated == 1


def test_one_eaf_is_about_one_video(talks, tmp_path):
    export = export_labels(talks, tmp_path / "first.eaf", format="elan")
    assert take(talks, export.file, into="talks").entries[0].there == ("person 0", "person 1", "person 2")
    folder = export_labels(talks, tmp_path / "folder", format="elan")
    assert [one.name for one in folder.file.glob("*.eaf")] == ["talks-first.eaf"]
    assert take(talks, folder.file, into="talks").entries[0].entry == "talks/first"


def test_the_command_line_tells_files_apart(tmp_path, make_entry):
    from verbs.data_folder import open_library

    with open_library(tmp_path / "data") as library:
        library.entries.add("talks", [make_entry()])

    def run(*words):
        done = CliRunner().invoke(app, [*map(str, words), "--data-dir", str(tmp_path / "data")])
        return done.exit_code, done.output

    path = table(tmp_path, "first,goal,1,3,Ada,", "nosuch,x,1,2,Bo,")
    code, said = run("import", path, "--into", "talks", "--preview")
    assert code == 0
    assert "Labels of 1 people would come from csv-seconds to 1 entries of 'talks'." in said
    assert "Left out: nosuch: no entry of 'talks' is called like this." in said
    code, said = run("import", path, "--into", "talks", "--json")
    assert json.loads(said)["entries"][0]["added"] == ["Ada"]
    code, said = run("export", "--dataset", "talks", "--format", "elan", "--out", tmp_path / "l.zip")
    assert code == 0
    assert "1 entries, 4 people" in said
    code, said = run("import", tmp_path / "l.zip", "--dataset", "fresh", "--duration", "60")
    assert (code, "to 1 entries of 'fresh'" in said) == (0, True)
    code, said = run("import", tmp_path / "l.zip", "--into", "talks", "--dataset", "x")
    assert code != 0
