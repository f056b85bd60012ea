"""A preview reads and checks all of a file, says what is in it and what is wrong, and takes nothing in."""

from __future__ import annotations

import json
import shutil
import zipfile

import h5py
import numpy as np
import pytest
from typer.testing import CliRunner

from cli.main import app
from core.errors import CheckpointError, FormatError, InputError
from core.labelling.events import Event
from storage.export import export_labels
from verbs.import_dataset import ImportDatasetRequest, import_dataset
from verbs.import_file import ImportFileRequest, import_file
from verbs.import_preview import ImportPreviewRequest, import_preview


@pytest.fixture
def odd(tmp_path):
    """Videos 1 and 2 are good, video 3 has no picks and two faults more."""
    path = tmp_path / "odd.h5"
    with h5py.File(path, "w") as file:
        for number in (1, 2, 3):
            group = file.create_group(f"video_{number}")
            group["features"] = np.ones((4, 8), np.float32)
            group["user_summary"] = np.zeros((3, 60), np.float32)
            group["change_points"] = np.array([[0, 29], [30, 59]])
            group["n_frames"] = 60
            if number != 3:
                group["picks"] = np.arange(0, 60, 15)
    return path


def preview(library, path, **choices):
    before = sorted(library.data_dir.rglob("*.h5"))
    found = import_preview(library, ImportPreviewRequest(path=path, **choices))
    assert sorted(library.data_dir.rglob("*.h5")) == before, "nothing is written"
    return found


def test_what_is_in_a_data_set_and_what_is_wrong_with_which_entry(library, odd):
    found = preview(library, odd)
    assert (found.kind, found.format, found.name) == ("dataset", "eccv16 HDF5", "odd")
    assert (found.good, found.found, found.judged, found.people, found.frames) == (2, 3, 2, 3, 120)
    assert [(one.space, one.width, one.entries) for one in found.features] == [("unknown-8", 8, 2)]
    (wrong,) = found.wrong
    assert (wrong.entry, wrong.reason.count("'video_3/picks'")) == ("video_3", 1)
    assert any("two picks a second" in note for note in found.notes)
    assert library.datasets.list() == []
    taken = import_file(library, ImportFileRequest(path=odd, skip_bad=True))
    assert (taken.taken, taken.first, taken.left_out[0].entry) == (found.good, "odd/video_1", "video_3")


def test_what_is_here_already_is_said_under_the_same_name_and_under_another(library, odd):
    import_dataset(library, ImportDatasetRequest(path=odd, skip_bad=True))
    again = preview(library, odd)
    assert (again.replaced, again.replaces, again.doubled) == (2, ("odd/video_1", "odd/video_2"), 0)
    renamed = preview(library, odd, name="Other name")
    assert (renamed.name, renamed.replaced, renamed.doubled) == ("Other-name", 0, 2)
    assert (renamed.doubles[0].entry, renamed.doubles[0].here) == ("video_1", "odd/video_1")


def test_a_file_without_one_good_entry_is_refused(library, tmp_path, odd):
    with h5py.File(odd, "a") as file:
        for number in (1, 2):
            del file[f"video_{number}"]["picks"]
    with pytest.raises(FormatError, match="picks"):
        preview(library, odd)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("table.csv", "entry,title\n", "a table for spreadsheets"),
        ("words.json", "[1, 2", "should be JSON"),
        ("noise.h5", "nothing at all", "in no format that Manycut reads"),
        ("weights.pt", "no weights", "weights.pt"),
        ("splits.txt", "only one field", "line 1"),
    ],
)
def test_what_is_nothing_says_so_in_a_sentence(library, tmp_path, name, content, said):
    (tmp_path / name).write_text(content)
    with pytest.raises((FormatError, CheckpointError), match=said):
        preview(library, tmp_path / name)


def test_a_zip_of_one_data_set_is_the_data_set(library, odd, tmp_path):
    archive = tmp_path / "packed.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.write(odd, "some/folder/odd.h5")
        file.writestr("__MACOSX/._odd.h5", "x")
        file.writestr("odd.h5.manifest.json", "{}")
    assert preview(library, archive).good == 2
    taken = import_file(library, ImportFileRequest(path=archive, skip_bad=True, remove=True))
    assert (taken.name, taken.taken, archive.exists()) == ("packed", 2, False)


def test_a_zip_of_several_data_sets_or_of_none_is_refused(library, odd, tmp_path):
    for names, count in ((["a.h5", "b.h5"], 2), (["a.doc"], 0)):
        archive = tmp_path / f"{count}.zip"
        with zipfile.ZipFile(archive, "w") as file:
            for name in names:
                file.write(odd, name)
        with pytest.raises(FormatError, match=f"holds {count} files that may be a data set"):
            preview(library, archive)


def test_captions_and_splits_say_which_data_set_they_are_about(library, odd, tmp_path):
    import_dataset(library, ImportDatasetRequest(path=odd, skip_bad=True))
    words, parts = tmp_path / "words.json", tmp_path / "parts.json"
    words.write_text(
        json.dumps(
            {"video_1": {"picks": [0, 30], "captions": ["a dog", "a cat"]}, "x": {"picks": [0], "captions": ["a"]}}
        )
    )
    parts.write_text(json.dumps([{"train_keys": ["video_1"], "test_keys": ["video_2"]}]))
    captions = preview(library, words)
    assert (captions.kind, captions.good, captions.captioned) == ("captions", 2, 3)
    assert [(one.dataset, one.entries) for one in captions.fits] == [("odd", 1)]
    splits = preview(library, parts)
    assert (splits.kind, splits.good, splits.fits[0].entries) == ("splits", 1, 2)
    assert import_file(library, ImportFileRequest(path=words, dataset="odd")).taken == 1
    assert library.entries.get("odd/video_1").captions[0] == "a dog"
    assert import_file(library, ImportFileRequest(path=parts)).name == "parts.json"
    assert library.split_files.names() == ["parts.json"]


def test_labels_of_another_installation_say_which_videos_are_missing_here(library, make_entry, tmp_path):
    library.entries.add("talks", [make_entry("talks/first"), make_entry("talks/second")])
    for entry in ("talks/first", "talks/second"):
        task = library.annotations.open_task(library.annotations.get_or_create_annotator("Ada"), entry)
        library.annotations.record_events(task.id, [Event("a", 0, "rate", 0, 5), Event("a", 1, "submit")])
    log = tmp_path / "labels.jsonl"
    export_labels(library, log, format="events")
    assert (preview(library, log).good, preview(library, log).people) == (2, 1)
    library.entries.remove("talks/second")
    found = preview(library, log)
    assert (found.kind, found.good, found.found, found.wrong[0].entry) == ("events", 1, 2, "talks/second")


def test_a_refused_upload_stays_for_another_try(library, odd):
    import_dataset(library, ImportDatasetRequest(path=odd, skip_bad=True))
    with pytest.raises(Exception, match="exist already"):
        import_file(library, ImportFileRequest(path=odd, skip_bad=True, remove=True))
    assert odd.exists()
    import_file(library, ImportFileRequest(path=odd, skip_bad=True, replace=True, remove=True))
    assert not odd.exists()


def test_the_command_says_the_same(odd, tmp_path):
    asked = ["import", str(odd), "--preview", "--data-dir", str(tmp_path / "data")]
    told = CliRunner().invoke(app, asked).stdout.splitlines()
    assert told[0] == "eccv16 HDF5: 2 of 3 entries can be taken in as 'odd'."
    assert told[-1].startswith("Wrong: video_3: 'video_3/picks' should be")
    assert json.loads(CliRunner().invoke(app, [*asked, "--json"]).stdout.splitlines()[-1])["good"] == 2


@pytest.mark.slow
def test_released_files_are_told_as_what_they_are(library, shared, tmp_path):
    data = shared / "data"
    tvsum = preview(library, data / "tvsum/tvsum_captions_minilm.h5")
    assert (tvsum.good, tvsum.found, tvsum.people, tvsum.judged, tvsum.frames) == (50, 50, 20, 50, 352_353)
    assert preview(library, data / "tvsum/ydata-tvsum50.mat").format == "TVSum .mat"
    assert preview(library, data / "qvhighlights/highlight_val_release.jsonl").kind == "dataset"
    assert preview(library, data / "tvsum/captions_blip.json").kind == "captions"
    assert {preview(library, one).kind for one in sorted((data / "splits").glob("*.[jy]*"))} == {"splits"}
    shutil.make_archive(str(tmp_path / "summe"), "zip", data / "summe")
    assert preview(library, tmp_path / "summe.zip").format == "SumMe .mat"


def test_labels_of_another_tool_say_which_entries_they_are_about_and_whose_they_are(library, make_entry, tmp_path):
    library.entries.add("talks", [make_entry("talks/first"), make_entry("talks/second")])
    library.entries.add("others", [make_entry("others/first")])
    table = tmp_path / "visitors.csv"
    rows = ["video,label,start,end,person", "first.mp4,goal,1,3,Ada", "second,goal,1,3,", "nosuch,goal,1,2,Bo"]
    table.write_text("\n".join(rows))
    found = preview(library, table)
    assert (found.kind, found.found, found.good, found.whose, found.unnamed) == ("labels", 3, 2, ("Ada", "Bo"), 1)
    assert [(one.dataset, one.entries) for one in found.fits] == [("talks", 2), ("others", 1)]
    assert (found.into, [(one.video, one.entry) for one in found.matched]) == (
        "talks",
        [("first.mp4", "talks/first"), ("second", "talks/second")],
    )
    assert [(one.entry, one.reason) for one in found.wrong] == [("nosuch", "No entry of 'talks' is called like this.")]
    assert preview(library, table, dataset="others").good == 1
    with pytest.raises(InputError, match="nobody said of which data set"):
        import_file(library, ImportFileRequest(path=table))
    taken = import_file(library, ImportFileRequest(path=table, dataset="talks", person="Cy"))
    assert (taken.kind, taken.taken, taken.first, len(taken.left_out)) == ("labels", 2, "talks/first", 1)
    assert library.entries.get("talks/second").annotations.annotators[-1] == "Cy"
    assert "Ada" in library.entries.get("talks/first").annotations.annotators


def test_labels_about_no_video_that_is_here_are_matched_with_none(library, make_entry, tmp_path):
    library.entries.add("talks", [make_entry("talks/first")])
    table = tmp_path / "visitors.csv"
    table.write_text("video,label,start,end\nnosuch,goal,1,2")
    found = preview(library, table)
    assert (found.good, found.fits, found.into, found.wrong[0].entry) == (0, (), None, "nosuch")


@pytest.mark.parametrize("format", ["activitynet", "csv-seconds", "elan", "fiftyone", "label-studio"])
def test_what_another_tool_gets_from_here_comes_back_by_the_page(library, make_entry, tmp_path, format):
    library.entries.add("talks", [make_entry("talks/first"), make_entry("talks/second")])
    ending = {"csv-seconds": "csv", "elan": "zip"}.get(format, "json")
    path = tmp_path / f"there.{ending}"
    export_labels(library, path, format=format)
    found = preview(library, path)
    assert (found.kind, found.good, found.unnamed) == ("labels", 2, 0)
    taken = import_file(library, ImportFileRequest(path=path, dataset="talks"))
    assert (taken.taken, taken.left_out) == (2, ())


def test_a_data_set_from_the_page_gets_the_scores_of_a_second_file(library, shared, tmp_path):
    data, scores = (tmp_path / name for name in ("set.h5", "scores.mat"))
    shutil.copy(shared / "data/tvsum/tvsum_captions_minilm.h5", data)
    shutil.copy(shared / "data/tvsum/ydata-tvsum50.mat", scores)
    taken = import_file(library, ImportFileRequest(path=data, annotations=scores, remove=True))
    assert (taken.taken, data.exists(), scores.exists()) == (50, False, False)
    assert len(library.entries.get(taken.first).annotations) == 20
