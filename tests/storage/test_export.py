"""Exporting: complete for the official loaders, exact for us, pseudonymous."""

from __future__ import annotations

import csv
import json
import zipfile
from dataclasses import replace

import h5py
import numpy as np
import pytest

from benchmarks.export import fill
from core.errors import ConflictError, InputError, NotFoundError
from core.labelling.conversions import scores_of_state
from core.labelling.events import Event
from core.training.videos import videos_from_entries
from storage.export import FORMATS, export_labels
from storage.formats import read_dataset
from storage.formats.eccv16 import read_eccv16
from storage.formats.events_jsonl import read_events
from storage.formats.labels_csv import read_labels_csv
from storage.formats.manifest import check_manifest
from storage.library import Library
from storage.merging import join_events
from verbs.sources import source
from webapp.views.entry import describe

SUBMIT = Event("end", 0, "submit")


def judge(library, name, entry, events, kind="shot-ratings", practice=False):
    """Opens and fills a task."""
    annotations = library.annotations
    how = annotations.protocols.standard(kind)
    task = annotations.open_task(annotations.get_or_create_annotator(name), entry, how, practice)
    annotations.record_events(task.id, events)
    return task


def ratings(values):
    return [Event("tab", shot, "rate", shot, value) for shot, value in enumerate(values)]


@pytest.fixture
def labelled(library, make_entry):
    """A library where Ada rated 4 of 30 shots of an entry that nobody else judged, and submitted."""
    library.entries.add("talks", [make_entry(people=0), make_entry("talks/untouched", people=0)])
    annotations = library.annotations
    task = annotations.open_task(annotations.get_or_create_annotator("Ada"), "talks/first")
    events = [Event("tab", n, "rate", n, 1 + n) for n in range(4)]
    annotations.record_events(task.id, [*events, Event("tab", 9, "submit")])
    return library


def test_four_rated_shots_are_enough(labelled, tmp_path):
    export = export_labels(labelled, tmp_path / "out.h5")
    assert (export.entries, export.annotators, export.labels) == (1, 1, 4)
    (entry,) = read_eccv16(export.file)
    assert np.isnan(entry.annotations.scores[0, 16:]).all()
    np.testing.assert_allclose(entry.annotations.scores[0, :16:4], [0.2, 0.4, 0.6, 0.8], rtol=1e-6)
    with h5py.File(export.file) as file:
        summary = file["video_1/user_summary"][()]
    assert summary.shape == (1, 1440)
    assert np.isin(summary, (0, 1)).all()
    assert 0 < summary.sum() <= 0.15 * 1440


def test_names_stay_here(labelled, tmp_path):
    export_labels(labelled, tmp_path / "out.h5")
    pseudonym = labelled.annotations.annotator("Ada").pseudonym
    with h5py.File(tmp_path / "out.h5") as file:
        assert file["video_1/annotator_ids"].asstr()[()].tolist() == [pseudonym]
        assert file["video_1/user_protocol"].asstr()[()].tolist() == ["shot-ratings v1"]
    assert b"Ada" not in (tmp_path / "out.h5").read_bytes()


def test_people_of_the_dataset_can_be_with_them_or_not(library, make_entry, tmp_path):
    library.entries.add("talks", [make_entry(), make_entry("talks/second")])
    annotations = library.annotations
    task = annotations.open_task(annotations.get_or_create_annotator("Ada"), "talks/first")
    annotations.record_events(task.id, [Event("tab", 0, "rate", 3, 5)])
    out = tmp_path / "out.h5"
    everybody = export_labels(library, out, include_open=True)
    shots = len(library.entries.get("talks/first").shots["kts"])
    assert (everybody.entries, everybody.annotators, everybody.labels) == (2, 4, 6 * shots + 1)
    own = export_labels(library, out, who="own", include_open=True)
    assert (own.entries, own.annotators, own.labels) == (1, 1, 1)
    dataset = export_labels(library, out, who="dataset", entry_ids=["talks/second"])
    assert (dataset.entries, dataset.annotators, dataset.labels) == (1, 3, 3 * shots)


def test_an_export_can_be_imported_again(labelled, tmp_path):
    export = export_labels(labelled, tmp_path / "out.h5")
    before = labelled.people.of_entry("talks/first", pseudonyms=True)
    labelled.entries.add("again", read_eccv16(export.file))
    after = labelled.people.of_entry("again/first")
    assert after.annotators == before.annotators
    np.testing.assert_array_equal(after.scores, before.scores)


def test_labels_that_come_back_in_an_export_are_nobodys_second_opinion(labelled, tmp_path):
    """In the data set that they were given in, and in one of its own."""
    (back,) = read_eccv16(export_labels(labelled, tmp_path / "out.h5").file)
    original = labelled.entries.get("talks/first")
    labelled.entries.add("export", [replace(back, id="export/video_1")])
    labelled.entries.add("both", [replace(original, id="both/first", annotations=back.annotations)])
    task = labelled.annotations.open_task(labelled.annotations.annotator("Ada"), "both/first")
    labelled.annotations.record_events(task.id, [Event("tab", n, "rate", n, 1 + n) for n in range(4)])

    def people(**which):
        return labelled.people.of_entry("both/first", include_open=True, **which)

    assert people().annotators == people(pseudonyms=True).annotators == back.annotations.annotators
    assert people(who="own").annotators == ("Ada",)
    judged = labelled.people.labelled_entries(pseudonyms=True)
    assert [entry.id for entry in judged] == ["talks/first", "export/video_1", "both/first"]
    (video,), _ = videos_from_entries(judged)
    assert (video.id, len(video.targets), video.sources) == ("talks/first", 1, ("own",))

    labelled.annotations.record_events(task.id, [Event("tab", 4, "rate", 0, 5)])  # she thinks of it again
    changed = people()
    assert len(changed) == 2
    assert changed.sources == ("dataset", "own")


def test_nothing_to_export_says_so(library, make_entry, tmp_path):
    library.entries.add("talks", [make_entry(people=0)])
    with pytest.raises(ConflictError, match="nothing to export"):
        export_labels(library, tmp_path / "out.h5")
    with pytest.raises(NotFoundError):
        export_labels(library, tmp_path / "out.h5", entry_ids=["talks/none"])
    with pytest.raises(InputError, match="own"):
        export_labels(library, tmp_path / "out.h5", who="nobody")
    with pytest.raises(ConflictError, match="nothing to export"):
        export_labels(library, tmp_path / "out.h5", format="events")
    with pytest.raises(InputError, match="no events"):
        export_labels(library, tmp_path / "out.h5", format="events", who="dataset")
    with pytest.raises(InputError, match="vhs"):
        export_labels(library, tmp_path / "out.h5", format="vhs")
    assert not list(tmp_path.glob("out.h5*"))


# What the official loaders do with the files


def as_official_loaders(h5, tsv=None):
    """The reading of SummDiff, LLMVS and CSTA, as in their datasets' `__init__` and `__getitem__`."""
    if tsv is not None:
        with tsv.open() as file:
            rows = list(csv.reader(file, delimiter="\t"))
    videos = {}
    with h5py.File(h5, "r") as file:
        for name in file:
            video = file[name]
            found = {
                "features": np.array(video["features"], np.float32),
                "gtscore": np.array(video["gtscore"], np.float32),
                "change_points": np.array(video["change_points"]),
                "n_frames": np.array(video["n_frames"]),
                "n_frame_per_seg": np.array(video["n_frame_per_seg"]),
                "picks": np.array(video["picks"]),
                "user_summary": np.array(video["user_summary"]),
                "gtsummary": np.array(video["gtsummary"]),
            }
            if tsv is not None:
                number, users = int(name.split("_")[1]), len(found["user_summary"])
                taken = rows[(number - 1) * users : number * users]
                labels = np.array([[int(value) for value in row[2].split(",")] for row in taken], np.float32)
                found["user_scores"] = (labels / labels.max(axis=1, keepdims=True))[:, found["picks"]]
                found["ids"] = {row[0] for row in taken}
            videos[name] = found
    return videos


@pytest.fixture
def rated(library, make_entry):
    """Three videos; the same three people rated all shots of each."""
    library.entries.add("talks", [make_entry(f"talks/video_{n}", people=0) for n in (1, 2, 3)])
    random = np.random.default_rng(5)
    for n in (3, 1, 2):
        for name in ("Ada", "Bob", "Cy"):
            judge(library, name, f"talks/video_{n}", [*ratings([5, *random.integers(1, 6, 29).tolist()]), SUBMIT])
    return library


def test_official_loaders_read_what_people_said(rated, tmp_path):
    h5 = export_labels(rated, tmp_path / "labels.h5").file
    tsv = export_labels(rated, tmp_path / "labels.tsv", format="tvsum").file
    videos = as_official_loaders(h5, tsv)
    assert sorted(videos) == ["video_1", "video_2", "video_3"]
    for name, video in videos.items():
        entry = rated.entries.get(f"talks/{name}")
        people = rated.people.of_entry(entry.id)
        np.testing.assert_array_equal(video["features"], entry.main_features)
        np.testing.assert_allclose(video["gtscore"], people.scores.mean(axis=0), rtol=1e-6)
        np.testing.assert_allclose(video["user_scores"], people.scores, rtol=1e-6)
        assert video["ids"] == {name}
        assert video["user_summary"].shape == (3, int(video["n_frames"]))
        assert set(np.unique(video["user_summary"])) == {0, 1}
        ends = video["change_points"]
        assert ends[-1, 1] == video["n_frames"] - 1
        np.testing.assert_array_equal(video["n_frame_per_seg"], ends[:, 1] - ends[:, 0] + 1)
        assert video["n_frame_per_seg"].sum() == video["n_frames"]
        assert len(video["picks"]) == len(video["features"]) == len(video["gtsummary"])


def test_a_tsv_that_loaders_would_misread_is_refused(rated, tmp_path):
    export_labels(rated, tmp_path / "labels.tsv", format="tvsum")
    judge(rated, "Di", "talks/video_1", [*ratings([1, 5] * 15), SUBMIT])
    before = (tmp_path / "labels.tsv").read_bytes()
    with pytest.raises(ConflictError, match="rows of others"):
        export_labels(rated, tmp_path / "labels.tsv", format="tvsum")
    assert (tmp_path / "labels.tsv").read_bytes() == before
    assert check_manifest(tmp_path / "labels.tsv") == []
    assert export_labels(rated, tmp_path / "labels.h5").annotators == 4


# What people gave is what comes out


def test_marked_parts_are_the_summary(library, make_entry, tmp_path):
    library.entries.add("talks", [make_entry()])
    marks = [(0, 30), (100, 160), (150, 200)]
    events = [Event("tab", n, "mark", n, data={"start": start, "end": end}) for n, (start, end) in enumerate(marks)]
    judge(library, "Ada", "talks/first", [*events, SUBMIT], "keyshots")
    wanted = np.zeros(1440, np.uint8)
    for start, end in marks:
        wanted[start:end] = 1
    videos = as_official_loaders(export_labels(library, tmp_path / "labels.h5").file)
    assert videos["video_1"]["user_summary"].shape == (4, 1440)  # merged with the three people of the dataset
    np.testing.assert_array_equal(videos["video_1"]["user_summary"][3], wanted)
    export_labels(library, tmp_path / "GT", format="summe", who="own")
    (entry,) = read_dataset(tmp_path / "GT")
    np.testing.assert_array_equal(entry.annotations.summaries, wanted[None])


def test_a_lag_moves_continuous_ratings_and_not_the_log(library, make_entry, tmp_path):
    library.entries.add("talks", [make_entry(people=0)])
    samples = [[n / 10, 1.0 if n >= 300 else 0.0] for n in range(600)]
    judge(library, "Ada", "talks/first", [Event("t", 0, "trace", 0, data={"samples": samples}), SUBMIT], "continuous")
    found, logs = {}, {}
    for lag in (0.0, 2.0):
        export_labels(library, tmp_path / "labels.h5", lag=lag)
        (entry,) = read_eccv16(tmp_path / "labels.h5")
        found[lag] = entry.annotations.scores[0]
        assert json.loads((tmp_path / "labels.h5.manifest.json").read_text())["lag_seconds"] == lag
        export_labels(library, tmp_path / "log.jsonl", format="events", lag=lag)
        logs[lag] = list(read_events(tmp_path / "log.jsonl"))
    # Two picks a second: the rise at 30 s is about what was shown at 28 s.
    assert [int(np.argmax(found[lag] == 1)) for lag in (0.0, 2.0)] == [60, 56]
    np.testing.assert_array_equal(found[0.0][4:60], found[2.0][:56])
    assert logs[0.0] == logs[2.0]
    assert [list(sample) for sample in logs[0.0][0].events[0][0].data["samples"]] == samples
    for lag in (-1.0, 11.0, float("nan")):
        with pytest.raises(InputError, match="lag"):
            export_labels(library, tmp_path / "x.h5", lag=lag)


def test_practice_and_excluded_tasks_are_in_the_log_only(library, make_entry, tmp_path):
    library.entries.add("talks", [make_entry(people=0), make_entry("talks/second", people=0)])
    judge(library, "Ada", "talks/first", [*ratings([1, 5, 3]), SUBMIT])
    judge(library, "Bob", "talks/first", [*ratings([2, 2]), SUBMIT], practice=True)
    excluded = judge(library, "Cy", "talks/first", [*ratings([4, 4]), SUBMIT])
    library.annotations.decide(excluded.id, "exclude", "Grace", "slept")
    judge(library, "Di", "talks/second", ratings([4]))
    judge(library, "Eve", "talks/second", [*ratings([4]), Event("tab", 9, "skip", data={"text": "too long"})])
    for format in ("eccv16", "summe", "csv"):
        done = export_labels(library, tmp_path / format, format=format)
        assert (done.entries, done.annotators, done.labels) == (1, 1, 3)
    opened = export_labels(library, tmp_path / "labels.h5", include_open=True)
    assert (opened.entries, opened.annotators, opened.labels) == (2, 2, 4)
    log = export_labels(library, tmp_path / "log.jsonl", format="events")
    assert (log.entries, log.annotators) == (2, 5)
    kinds = [[event.kind for event, _ in one.events][-1] for one in read_events(log.file)]
    assert kinds == ["submit", "submit", "exclude", "rate", "skip"]


def test_the_manifest_says_who_judged_what_when(library, make_entry, tmp_path):
    entry = make_entry()
    entry = replace(entry, annotations=replace(entry.annotations, simulated=(True,) * 3))
    library.entries.add("talks", [entry, make_entry("talks/second", people=0)])
    judge(library, "Ada", "talks/first", [*ratings([1, 5]), SUBMIT])
    judge(library, "Ada", "talks/second", [Event("t", 0, "mark", 0, data={"start": 0, "end": 9}), SUBMIT], "keyshots")
    pseudonym = library.annotations.annotator("Ada").pseudonym
    done = export_labels(library, tmp_path / "labels.h5")
    manifest = json.loads(done.manifest.read_text())
    assert check_manifest(done.file) == []
    assert manifest["merged_with_dataset"]
    assert manifest["entries"] == [{"entry": "talks/first", "people": 4}, {"entry": "talks/second", "people": 1}]
    assert manifest["simulated"]
    *others, ada = manifest["people"]
    assert [(one["from"], one["simulated"]) for one in others] == [("talks", True)] * 3
    assert (ada["from"], ada["simulated"]) == ("here", False)
    assert (ada["name"], ada["entries"]) == (pseudonym, 2)
    assert ada["protocols"] == ["keyshots v1", "shot-ratings v1"]
    assert ada["first_label"] <= ada["last_label"]
    assert sorted(manifest["protocols"]) == ["keyshots v1", "shot-ratings v1"]
    assert manifest["protocols"]["keyshots v1"]["budget"] == [0.05, 0.15]
    alone = json.loads(export_labels(library, tmp_path / "own.csv", format="csv", who="own").manifest.read_text())
    assert not alone["merged_with_dataset"]
    assert not alone["simulated"]
    assert [one["name"] for one in alone["people"]] == [pseudonym]
    assert "Ada" not in done.manifest.read_text()


def test_a_real_person_who_judges_a_video_of_simulated_people_is_real_everywhere(library, make_entry, tmp_path):
    entry = make_entry()
    library.entries.add("talks", [replace(entry, annotations=replace(entry.annotations, simulated=(True,) * 3))])
    judge(library, "Ada", "talks/first", [*ratings([1, 5]), SUBMIT])
    marks = (True, True, True, False)
    assert library.people.of_entry("talks/first").simulated == marks
    (row,) = (row for row in describe(library, "talks/first").rows if row.kind == "people")
    assert row.simulated == marks
    summary = library.entries.summary("talks/first")
    assert (summary.annotators, summary.simulated) == (4, 3)
    shown = library.entries.get("talks/first")
    assert not source(library, shown, "person:Ada").facts.simulated
    assert source(library, shown, f"person:{entry.annotations.annotators[0]}").facts.simulated
    average = source(library, shown, "mean").facts
    assert (average.people, average.simulated, average.simulated_people) == (4, True, 3)
    # Taken back from a file she is still real.
    done = export_labels(library, tmp_path / "labels.h5")
    (back,) = read_dataset(done.file)
    assert back.annotations.simulated == marks
    library.entries.add("back", [back])
    assert library.entries.summary("back/first").simulated == 3
    learned = videos_from_entries([replace(back, id="back/first")])[0]
    assert learned[0].simulated == marks


def test_a_folder_may_be_one_file(rated, tmp_path):
    done = export_labels(rated, tmp_path / "labels.zip", format="summe")
    with zipfile.ZipFile(done.file) as packed:
        assert sorted(packed.namelist()) == ["GT/video_1.mat", "GT/video_2.mat", "GT/video_3.mat"]
    assert check_manifest(done.file) == []


@pytest.mark.parametrize("format", FORMATS)
def test_names_stay_here_whatever_the_format(rated, tmp_path, format):
    done = export_labels(rated, tmp_path / "out", format=format)
    files = [done.file] if done.file.is_file() else list(done.file.iterdir())
    assert not any(b"Ada" in file.read_bytes() for file in [*files, done.manifest])
    assert (done.entries, done.annotators, done.labels) == (3, 3, 270)


@pytest.mark.parametrize("format", FORMATS)
def test_what_cannot_be_written_is_said_in_a_sentence(rated, tmp_path, format):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(InputError, match="cannot be written"):
        export_labels(rated, tmp_path / "file" / "out", format=format)


# There and back


def test_a_joined_log_makes_the_same_labels_and_the_same_export(library, make_entry, tmp_path):
    names = ("talks/first", "talks/second")
    library.entries.add("talks", [make_entry(name) for name in names])
    undone = [Event("x", 0, "undo"), Event("x", 1, "redo"), Event("x", 2, "undo")]
    judge(library, "Ada", names[0], [*ratings([1, 5, 3]), *undone, SUBMIT])
    judge(library, "Bob", names[0], [Event("t", 0, "mark", 0, data={"start": 7, "end": 99}), SUBMIT], "keyshots")
    samples = [[n / 7, n / 500] for n in range(400)]
    judge(library, "Bob", names[1], [Event("t", 0, "trace", 0, data={"samples": samples}), SUBMIT], "continuous")
    excluded = judge(library, "Cy", names[1], [*ratings([2]), SUBMIT])
    library.annotations.decide(excluded.id, "exclude", "Grace", "slept")
    log = export_labels(library, tmp_path / "log.jsonl", format="events").file
    with Library.open(tmp_path / "fresh") as fresh:
        fresh.entries.add("talks", [make_entry(name) for name in names])
        join_events(fresh, log)
        for task in range(1, 5):
            assert fresh.annotations.state(task) == library.annotations.state(task)
            assert [at for _, at in fresh.annotations.recorded(task)] == [
                at for _, at in library.annotations.recorded(task)
            ]
        there = export_labels(fresh, tmp_path / "there.h5", lag=0.5)
        again = export_labels(fresh, tmp_path / "again.jsonl", format="events")
    here = export_labels(library, tmp_path / "here.h5", lag=0.5)
    assert (here.entries, here.annotators, here.labels) == (there.entries, there.annotators, there.labels)
    with h5py.File(here.file) as one, h5py.File(there.file) as other:
        compared = []
        one.visititems(lambda name, item: compared.append(name) if isinstance(item, h5py.Dataset) else None)
        for name in compared:
            np.testing.assert_array_equal(one[name][()], other[name][()], err_msg=name)
        assert len(compared) > 20
    assert log.read_text().splitlines()[1:] == again.file.read_text().splitlines()[1:]


@pytest.mark.slow
@pytest.mark.long
def test_100_000_labels_come_out_as_they_went_in(library, tmp_path):
    assert fill(library, people=50, entries=100, shots=20) == 100_000
    h5 = export_labels(library, tmp_path / "labels.h5")
    assert (h5.entries, h5.annotators, h5.labels) == (100, 50, 100_000)
    log = export_labels(library, tmp_path / "log.jsonl", format="events")
    assert (log.entries, log.annotators, log.labels) == (100, 50, 100_000)
    table = export_labels(library, tmp_path / "labels.csv", format="csv")
    written = {(run.entry, run.annotator, run.start_frame): run.score for run in read_labels_csv(table.file)}
    read = {entry.key: entry for entry in read_eccv16(h5.file)}
    for number in (1, 37, 100):
        entry = read[f"video_{number}"]
        labels = library.labels.of_entry(f"many/{entry.key}")
        assert len(labels) == len(entry.annotations) == 50
        for one, scores in zip(labels, entry.annotations.scores, strict=True):
            wanted = scores_of_state(one.state, one.task.protocol.settings, one.task.shots, entry.picks, entry.timebase)
            np.testing.assert_array_equal(scores, wanted)
            assert len(one.state.ratings) == 20
            starts = [0, *(np.flatnonzero(np.diff(wanted)) + 1).tolist()]
            for start in starts:
                key = (one.task.entry, one.task.annotator.pseudonym, int(entry.picks[start]))
                assert np.float32(written[key]) == wanted[start]
    assert sum(len(one.events) for one in read_events(log.file)) == 105_000
