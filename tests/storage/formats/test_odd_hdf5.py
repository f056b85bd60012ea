"""HDF5 files of videos with little faults: put right with a note, or all named at once; good videos beside bad ones."""

from __future__ import annotations

import h5py
import numpy as np
import pytest

from core.errors import FormatError
from storage.formats import read_dataset
from storage.formats.faults import Findings

N_FRAMES, T, PEOPLE = 60, 4, 3
PICKS = np.arange(0, N_FRAMES, 15)


def video(seed=0, **changes):
    random = np.random.default_rng(seed)
    values = {
        "features": random.normal(size=(T, 8)).astype(np.float32),
        "gtscore": random.random(T, np.float32),
        "user_summary": random.integers(0, 2, (PEOPLE, N_FRAMES)).astype(np.float32),
        "change_points": np.array([[0, 29], [30, 59]]),
        "n_frames": N_FRAMES,
        "picks": PICKS,
        "n_steps": T,
    }
    return {name: value for name, value in (values | changes).items() if value is not None}


def second(seed=0):
    """A video of MR.HiSum."""
    whole = video(seed)
    return {name: whole[name] for name in ("features", "gtscore")} | {"change_points": np.array([[0, 2], [2, 4]])}


def written(path, videos, around=""):
    with h5py.File(path, "a") as file:
        for name, values in videos.items():
            for key, value in values.items():
                file[f"{around}{name}/{key}"] = value
    return path


def read(path, **choices):
    findings = Findings(**choices)
    return list(read_dataset(path, findings=findings)), findings


@pytest.mark.parametrize("more", [1, -1])
@pytest.mark.parametrize("key", ["user_summary", "frame_labels"])
def test_one_frame_too_many_or_too_few_is_noted(tmp_path, key, more):
    given = video()["user_summary"]
    odd = np.concatenate([given, 1 - given[:, -1:]], axis=1) if more == 1 else given[:, :-1]
    path = written(tmp_path / "x.h5", {"video_1": video(), "video_2": video(**{key: odd})})
    (first, other), _ = read(path)
    assert "frames_note" not in first.meta
    assert f"'{key}' has {N_FRAMES + more} frames where {N_FRAMES} were expected" in other.meta["frames_note"]
    right = given if more == 1 else np.concatenate([odd, odd[:, -1:]], axis=1)
    found = other.people.summaries if key == "user_summary" else other.people.frame_labels
    np.testing.assert_array_equal(found, right)


def test_a_last_pick_just_behind_the_end_is_the_last_frame(tmp_path):
    path = written(tmp_path / "x.h5", {"video_1": video(picks=np.array([0, 20, 40, 60]))})
    ((entry,), _) = read(path)
    assert entry.picks.tolist() == [0, 20, 40, 59]
    assert "last of 'picks'" in entry.meta["frames_note"]
    with pytest.raises(FormatError, match=r"'video_1/picks' should be ascending frames in 0\.\.59"):
        read(written(tmp_path / "y.h5", {"video_1": video(picks=np.array([0, 20, 40, 61]))}))


@pytest.mark.parametrize("sides", [(), (1,), (1, 1), (1, 1, 1)])
@pytest.mark.parametrize("kind", [np.int64, np.float64, np.uint16])
def test_numbers_may_have_sides_and_rows_may_be_columns(tmp_path, sides, kind):
    def shaped(number):
        return np.full(sides, number, kind)

    changes = {"n_frames": shaped(N_FRAMES), "n_steps": shaped(T)}
    if len(sides) == 2:
        changes |= {"picks": PICKS[None].astype(kind), "gtscore": video()["gtscore"][:, None]}
    ((entry,), _) = read(written(tmp_path / "x.h5", {"video_1": video(**changes)}))
    assert (entry.n_frames, entry.picks.tolist()) == (N_FRAMES, PICKS.tolist())


@pytest.mark.parametrize("around", ["tvsum/", "a/b/"])
@pytest.mark.parametrize("make", [video, second], ids=["eccv16", "MR.HiSum"])
def test_groups_around_the_videos_are_looked_through(tmp_path, around, make):
    videos = {f"video_{number}": make(number) for number in (1, 2, 10)}
    plain, _ = read(written(tmp_path / "x.h5", videos))
    path = tmp_path / "inner" / "x.h5"
    path.parent.mkdir()
    wrapped, findings = read(written(path, videos, around))
    assert [entry.id for entry in wrapped] == [entry.id for entry in plain]
    for one, other in zip(wrapped, plain, strict=True):
        np.testing.assert_array_equal(one.features[one.feature_space], other.features[other.feature_space])
    assert findings.notes == [f"The videos of x.h5 lie one level deeper than usual, in '{around.strip('/')}'."]


@pytest.mark.parametrize(
    ("inner", "keys"),
    [(["video_1", "video_2"], ["video_1", "video_2"]), (["video_1", "video_1"], ["summe-video_1", "tvsum-video_1"])],
)
def test_videos_in_two_groups_are_told_apart(tmp_path, inner, keys):
    path = tmp_path / "x.h5"
    for around, name in zip(("tvsum/", "summe/"), inner, strict=True):
        written(path, {name: video()}, around)
    entries, findings = read(path)
    assert [entry.key for entry in entries] == keys
    assert "'summe', 'tvsum'" in findings.notes[0]


@pytest.mark.parametrize("make", [video, second], ids=["eccv16", "MR.HiSum"])
@pytest.mark.parametrize("hard", [True, False])
def test_a_video_under_two_names_is_taken_once(tmp_path, make, hard):
    path = written(tmp_path / "x.h5", {"video_1": make(1), "video_2": make(2)})
    with h5py.File(path, "a") as file:
        file["video_3"] = file["video_1"] if hard else h5py.SoftLink("/video_1")
        file["video_4"] = h5py.SoftLink("/nowhere")
    entries, findings = read(path)
    assert [entry.key for entry in entries] == ["video_1", "video_2"]
    assert "'video_3' of x.h5 is another name of 'video_1': the video is taken once." in findings.notes
    assert "'video_4' of x.h5 is a link to '/nowhere', where nothing is." in findings.notes


def test_links_to_videos_and_to_their_data_are_followed(tmp_path):
    path = written(tmp_path / "x.h5", {"a": video(1), "b": video(2, features=None)}, "raw/")
    with h5py.File(path, "a") as file:
        file["raw/b/features"] = h5py.SoftLink("/raw/a/features")
        file["video_1"], file["video_2"] = h5py.SoftLink("/raw/a"), h5py.SoftLink("/raw/b")
    (first, other), findings = read(path)
    assert (first.key, other.key, findings.notes) == ("video_1", "video_2", [])
    np.testing.assert_array_equal(other.features[other.feature_space], video(1)["features"])


def test_data_behind_a_link_to_nothing_are_named(tmp_path):
    path = written(tmp_path / "x.h5", {"video_1": video(features=None)})
    with h5py.File(path, "a") as file:
        file["video_1/features"] = h5py.SoftLink("/gone")
    with pytest.raises(FormatError, match=r"'video_1/features' .* it is a link to '/gone', where nothing is"):
        read(path)


@pytest.mark.parametrize("place", ["video_2", "tvsum/video_2", "video_1/gtsummary"])
def test_links_into_other_files_are_refused(tmp_path, place):
    written(tmp_path / "other.h5", {"video_1": video()})
    path = written(tmp_path / "x.h5", {"video_1": video()}, "tvsum/" if "tvsum" in place else "")
    with h5py.File(path, "a") as file:
        file[place] = h5py.ExternalLink("other.h5", "/video_1")
    with pytest.raises(FormatError, match=f"'{place}' lies in another file"):
        read(path)


BAD = {
    "video_2": video(n_steps=9, user_summary=np.full((PEOPLE, N_FRAMES), 0.5, np.float32), features=np.ones((3, 8))),
    "video_3": video(picks=None, n_frames=np.array([60, 61])),
    "video_10": video(n_steps=9),
}


def test_all_faults_are_named_at_once(tmp_path):
    path = written(tmp_path / "x.h5", {"video_1": video()} | BAD)
    with pytest.raises(FormatError) as refusal:
        read(path)
    said = refusal.value.message
    assert said.startswith("x.h5: 'video_2/")
    for expected in (
        "'video_2/n_steps' should be 4, the number of picks, but it is another number (the same in video_10)",
        "'video_2/user_summary' should be",
        "'video_2/features' should be (4, D) finite numbers, but its shape is (3, 8)",
        "'video_3/picks' should be ascending frames from 0 on, but it is missing",
        "'video_3/n_frames' should be the number of frames, a positive whole number",
    ):
        assert expected in said
    assert "--skip-bad" in refusal.value.hint
    assert "\n" not in said


@pytest.mark.parametrize("make", [video, second], ids=["eccv16", "MR.HiSum"])
def test_good_videos_beside_bad_ones_are_taken_if_asked(tmp_path, make):
    bad = BAD if make is video else {"video_2": second() | {"gtscore": np.ones(3)}}
    path = written(tmp_path / "x.h5", {"video_1": make(1)} | bad | {"video_11": make(2)})
    entries, findings = read(path, skip_bad=True)
    assert [entry.key for entry in entries] == ["video_1", "video_11"]
    assert [one.key for one in findings.bad] == list(bad)
    assert len(findings.bad[0].reasons) == (3 if make is video else 1)
    with pytest.raises(FormatError, match="video_2"):
        read(path)
    with pytest.raises(FormatError, match="video_2"):
        read(written(tmp_path / "y.h5", bad), skip_bad=True)


def test_a_damaged_video_leaves_the_others(tmp_path):
    path = written(tmp_path / "x.h5", {"video_1": video(1), "video_2": video(2, features=None)})
    with h5py.File(path, "a") as file:
        data = file.create_dataset("video_2/features", data=np.ones((T, 8), np.float32), chunks=(T, 8), fletcher32=True)
        at = data.id.get_chunk_info(0).byte_offset
    content = bytearray(path.read_bytes())
    content[at] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(FormatError, match="'video_2' is damaged"):
        read(path)
    entries, findings = read(path, skip_bad=True)
    assert [entry.key for entry in entries] == ["video_1"]
    assert findings.bad[0].key == "video_2"


def test_many_faults_make_a_sentence_of_bearable_length(tmp_path):
    videos = {f"video_{number}": video(n_steps=T + number) for number in range(1, 300)}
    with pytest.raises(FormatError) as refusal:
        read(written(tmp_path / "x.h5", videos))
    assert len(refusal.value.message) < 500
    assert "and 293 more" in refusal.value.message


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("user_summary", 256 * video()["user_summary"]),
        ("user_summary", -video()["user_summary"]),
        ("frame_labels", np.full((PEOPLE, N_FRAMES), 300)),
        ("picks", np.array([0, 15, 30, 1e300])),
        ("change_points", np.array([[0, 29], [30, 2**64 - 1]], np.uint64)),
    ],
)
def test_numbers_that_our_types_cannot_hold_are_not_taken_for_others(tmp_path, key, value):
    path = written(tmp_path / "x.h5", {"video_1": video(**{key: value})})
    with pytest.raises(FormatError, match=rf"'video_1/{key}' should be .* but it holds numbers from"):
        read(path)


@pytest.mark.parametrize("key", ["video_name", "title", "fps", "meta", "key"])
@pytest.mark.parametrize("value", [np.array(["a", "b"], h5py.string_dtype()), {"inner": 1}], ids=["two", "group"])
def test_what_should_be_a_text_and_is_not_is_named(tmp_path, key, value):
    values = {f"{key}/{name}": one for name, one in value.items()} if isinstance(value, dict) else {key: value}
    path = written(tmp_path / "x.h5", {"video_1": video() | values})
    with pytest.raises(FormatError, match=f"'video_1/{key}' should be a text or one number, but it"):
        read(path)


def test_texts_may_be_empty_or_filled_up_with_zeros(tmp_path):
    odd = {"video_name": np.array(b"Jum\0ps\0\0"), "title": h5py.Empty("S5"), "captions": np.array([b"a\0b"] * T)}
    ((entry,), _) = read(written(tmp_path / "x.h5", {"video_1": video() | odd}))
    assert (entry.title, entry.captions) == ("Jumps", ("ab",) * T)


def test_features_without_a_column_are_none(tmp_path):
    with pytest.raises(FormatError, match=r"'video_1/features' should be .* its shape is \(4, 0\)"):
        read(written(tmp_path / "x.h5", {"video_1": video(features=np.ones((T, 0)))}))


def test_hidden_groups_and_links_in_a_circle_are_left_out_and_told(tmp_path):
    path = written(tmp_path / "x.h5", {"_made": {"by": 1}, ".tmp": {"x": 1}, "_Ab-1": video(), "-2": video()})
    with h5py.File(path, "a") as file:
        file["video_9"] = h5py.SoftLink("/video_9")
    entries, findings = read(path)
    assert [entry.key for entry in entries] == ["-2", "_Ab-1"]
    assert any("'.tmp', '_made'" in note for note in findings.notes)
    assert any("'video_9'" in note for note in findings.notes)


def test_a_group_whose_name_is_no_text_is_named(tmp_path):
    path = written(tmp_path / "x.h5", {"video_1": video()})
    with h5py.File(path, "a") as file:
        file.create_group(b"vid\xff")
    with pytest.raises(FormatError, match=r"x\.h5: a group is called 'vid.xff', which is no UTF-8"):
        read(path)
