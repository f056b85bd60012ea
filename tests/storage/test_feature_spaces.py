from __future__ import annotations

import json

import h5py
import numpy as np
import pytest
from sqlalchemy import text

from core.data.space_ids import ALIASES
from core.errors import FormatError, InputError, NotFoundError
from core.models.checkpoints import save_checkpoint
from core.models.mlp import MLP, MLPConfig
from core.training.scoring import can_score
from core.training.videos import training_space
from storage.database import migration_config
from storage.entry_files import EntryFiles
from storage.formats.eccv16 import read_eccv16, write_eccv16
from storage.formats.hdf5_writing import Writer
from storage.library import Library


def rows(width: int, length: int = 120, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(length, width)).astype(np.float32)


def files(library) -> list[str]:
    return sorted(str(path.relative_to(library.data_dir)) for path in (library.data_dir / "entries").rglob("*.h5"))


@pytest.fixture
def entry_id(library, make_entry):
    (entry_id,) = library.entries.add("talks", [make_entry(captions=("a talk",) * 120)])
    return entry_id


def test_further_features_are_kept_beside_the_main_ones(library, entry_id):
    before = library.entries.get(entry_id)
    library.entries.put_features(entry_id, "googlenet-pool5", rows(1024))
    library.entries.put_features(entry_id, "clip-a, b -> c", rows(8))
    after = library.entries.get(entry_id)
    assert set(after.further_spaces) == {"googlenet-pool5", "clip-a, b -> c"}
    np.testing.assert_array_equal(after.features.get("googlenet-pool5"), rows(1024))
    np.testing.assert_array_equal(after.features.get("test-6"), before.main_features)
    assert after.features.get("unheard-of") is None
    assert library.entries.summary(entry_id).feature_space == "test-6"
    assert after.captions == before.captions
    assert after.meta == before.meta
    np.testing.assert_array_equal(after.annotations.scores, before.annotations.scores)
    np.testing.assert_array_equal(after.shots["kts"].bounds, before.shots["kts"].bounds)
    assert len(files(library)) == 1


def test_new_main_features_leave_the_old_ones_as_further(library, entry_id):
    old = library.entries.get(entry_id).main_features
    library.entries.put_features(entry_id, "googlenet-pool5", rows(1024))
    library.entries.put_features(entry_id, "googlenet-pool5", rows(1024), main=True)
    after = library.entries.get(entry_id)
    assert (after.feature_space, set(after.further_spaces)) == ("googlenet-pool5", {"test-6"})
    np.testing.assert_array_equal(after.features.get("test-6"), old)
    assert library.entries.summary(entry_id).feature_space == "googlenet-pool5"


def test_features_of_a_space_are_replaced_wherever_they_are(library, make_entry):
    (entry_id,) = library.entries.add("talks", [make_entry(text_features=rows(4), text_space="words")])
    for space in ("test-6", "words", "other"):
        library.entries.put_features(entry_id, space, rows(3, seed=1))
        library.entries.put_features(entry_id, space, rows(3, seed=2))
        np.testing.assert_array_equal(library.entries.get(entry_id).features.get(space), rows(3, seed=2))
    assert set(library.entries.get(entry_id).further_spaces) == {"other"}


def test_text_features_that_are_trained_on_are_those_that_were_put_last(library, make_entry):
    """Also where the dataset keeps features of captions as its main ones."""
    (entry_id,) = library.entries.add("talks", [make_entry(feature_space="minilm", text_features=None)])
    for space in ("words", "minilm", "words", "minilm"):
        library.entries.put_text_features(entry_id, space, rows(6, seed=len(space)))
        entry = library.entries.get(entry_id)
        assert training_space(entry, "llmvs") == space
        np.testing.assert_array_equal(entry.features[space], rows(6, seed=len(space)))
    assert library.entries.get(entry_id).features.get("words") is not None, "the others stay"


def test_who_lacks_a_space_changes_with_the_features(library, make_entry, tmp_path):
    """The same is known after an upgrade, from the files."""
    from alembic import command

    def who_lacks():
        return {space: library.entries.lacking(space) for space in ("test-6", "words", "resnet/50 % pool", "new")}

    video = tmp_path / "a.mp4"
    video.write_bytes(b"a video")
    given = [make_entry(video=video, more={"resnet/50 % pool": rows(5)}), make_entry("talks/second", video=video)]
    first, second = library.entries.add("talks", given)
    library.entries.put_text_features(first, "words", rows(4))
    library.entries.put_features(second, "new", rows(3), main=True)
    library.entries.put_survey(second, empty=np.zeros((0, 2), np.int64))  # another change leaves what is known
    known = who_lacks()
    assert known == {"test-6": [], "words": [second], "resnet/50 % pool": [second], "new": [first]}
    config = migration_config()
    with library.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0007")
    library.close()
    with Library.open(library.data_dir) as library:
        assert who_lacks() == known
        library.entries.add("talks", [make_entry(video=video)], replace=True)
        assert who_lacks()["words"] == who_lacks()["resnet/50 % pool"] == [first, second]


def test_features_and_what_is_known_of_them_are_kept_together_or_not_at_all(library, entry_id, monkeypatch):
    before = files(library)

    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("storage.entry_files.keep_spaces", interrupted)
    with pytest.raises(KeyboardInterrupt):
        library.entries.put_features(entry_id, "other", rows(3), main=True)
    assert files(library) == before
    assert (set(library.entries.get(entry_id).features), library.entries.spaces()) == ({"test-6"}, {"test-6": 1})


def test_a_space_with_a_slash_in_its_id_stays_readable_as_a_further_one(library, make_entry):
    (entry_id,) = library.entries.add("talks", [make_entry(feature_space="resnet/50 % pool")])
    before = library.entries.get(entry_id).main_features
    library.entries.put_features(entry_id, "googlenet-pool5", rows(1024), main=True)
    np.testing.assert_array_equal(library.entries.get(entry_id).features.get("resnet/50 % pool"), before)


@pytest.mark.parametrize("field", ["features", "text_features", "more"])
def test_minilms_space_has_one_id_whatever_a_file_calls_it(tmp_path, make_entry, field):
    (alias,) = ALIASES
    values = {
        "features": {"feature_space": alias},
        "text_features": {"text_features": rows(6), "text_space": alias},
        "more": {"more": {alias: rows(6)}},
    }
    (read,) = read_eccv16(write_eccv16([make_entry(**values[field])], tmp_path / "x.h5"))
    assert read.features.get("minilm-l6-v2") is not None
    assert read.features.get(alias) is None


def test_a_library_made_before_has_minilms_space_under_its_id(library, entry_id):
    from alembic import command

    config = migration_config()
    with library.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0003")
        connection.execute(text("UPDATE entries SET text_space = :was"), {"was": next(iter(ALIASES))})
    library.close()
    with Library.open(library.data_dir) as again:
        assert again.entries.summary(entry_id).text_space == "minilm-l6-v2"
        assert again.entries.summary(entry_id).feature_space == "test-6"


def test_a_checkpoint_trained_under_the_files_name_fits_entries_encoded_here(library, make_entry, tmp_path):
    (alias,) = ALIASES
    folder = save_checkpoint(
        MLP(MLPConfig(6)), library.checkpoints.folder / "old", label="old", feature_space="x", training={}
    ).path
    path = folder / "model.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"feature_space": alias}))
    library.checkpoints.register(folder)
    (checkpoint,) = library.checkpoints.list(feature_space="minilm-l6-v2")
    assert can_score(checkpoint, make_entry(more={"minilm-l6-v2": rows(6)})) == ""


def test_features_that_do_not_fit_are_refused_and_change_nothing(library, entry_id):
    before = files(library)
    for wrong in (rows(5, 119), rows(5)[0], np.full((120, 2), np.nan, np.float32)):
        with pytest.raises(InputError, match=r"need 120 rows|finite numbers"):
            library.entries.put_features(entry_id, "x", wrong)
    with pytest.raises(InputError, match="'a/b'"):
        library.entries.put_features(entry_id, "a/b", rows(5))
    with pytest.raises(NotFoundError):
        library.entries.put_features("talks/nobody", "x", rows(5))
    assert files(library) == before


def test_an_entry_that_was_replaced_meanwhile_does_not_get_features_of_the_one_before(
    library, entry_id, make_entry, monkeypatch
):
    read = EntryFiles._entry

    def replaced_after_reading(*arguments):
        found = read(*arguments)
        monkeypatch.undo()
        short = make_entry(entry_id, picks=np.arange(0, 1440, 24), people=0, features=None)
        library.entries.add("talks", [short], replace=True)
        return found

    monkeypatch.setattr(EntryFiles, "_entry", replaced_after_reading)
    with pytest.raises(InputError, match="need 60 rows"):
        library.entries.put_features(entry_id, "x", rows(5))
    assert len(library.entries.get(entry_id).picks) == 60
    assert len(files(library)) == 1


def test_a_crash_while_writing_leaves_the_entry_as_it_was(library, entry_id, monkeypatch):
    before = files(library)

    def full(*arguments, **more):
        raise OSError("no space left on device")

    monkeypatch.setattr(Writer, "array", full)
    with pytest.raises(InputError, match="no space"):
        library.entries.put_features(entry_id, "x", rows(5))
    monkeypatch.undo()
    assert files(library) == before
    assert library.entries.get(entry_id).features.get("x") is None


def test_an_export_for_the_official_loaders_has_googlenets_features_where_all_have_them(tmp_path, make_entry):
    both = [make_entry(f"talks/video_{n}", more={"googlenet-pool5": rows(1024, seed=n)}) for n in (1, 2)]
    path = write_eccv16(both, tmp_path / "both.h5")
    with h5py.File(path) as file:
        assert file["video_1/features"].shape == (120, 1024)
        assert file["video_1/spaces/test-6"].shape == (120, 6)
    read = read_eccv16(path)[0]
    assert read.feature_space == "googlenet-pool5"
    np.testing.assert_array_equal(read.features.get("test-6"), both[0].main_features)

    mixed = write_eccv16([both[0], make_entry("talks/video_2")], tmp_path / "mixed.h5")
    with h5py.File(mixed) as file:
        assert file["video_1/features"].shape == file["video_2/features"].shape == (120, 6)


def test_further_features_that_do_not_fit_their_video_name_file_and_key(tmp_path, make_entry):
    path = write_eccv16([make_entry("talks/video_1", more={"x": rows(3)})], tmp_path / "bad.h5")
    with h5py.File(path, "a") as file:
        del file["video_1/spaces/x"]
        file["video_1/spaces/x"] = rows(3, 119)
    with pytest.raises(FormatError, match=r"bad.h5: 'video_1/spaces/x' should be \(120, D\)"):
        read_eccv16(path)
