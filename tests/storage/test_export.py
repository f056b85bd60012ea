"""Exporting: complete for the official loaders, exact for us, pseudonymous."""

from __future__ import annotations

import h5py
import numpy as np
import pytest

from core.errors import ConflictError, InputError, NotFoundError
from core.labels import Event
from storage.export import export_eccv16
from storage.formats.eccv16 import read_eccv16


@pytest.fixture
def labelled(library, make_entry):
    """A library where Ada rated 4 of 30 shots of an entry that nobody else judged, and submitted."""
    library.add_entries("talks", [make_entry(people=0), make_entry("talks/untouched", people=0)])
    annotations = library.annotations
    task = annotations.open_task(annotations.get_or_create_annotator("Ada"), "talks/first")
    events = [Event("tab", n, "rate", n, 1 + n) for n in range(4)]
    annotations.record_events(task.id, [*events, Event("tab", 9, "submit")])
    return library


def test_four_rated_shots_are_enough(labelled, tmp_path):
    export = export_eccv16(labelled, tmp_path / "out.h5")
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
    export_eccv16(labelled, tmp_path / "out.h5")
    pseudonym = labelled.annotations.annotator("Ada").pseudonym
    with h5py.File(tmp_path / "out.h5") as file:
        assert file["video_1/annotator_ids"].asstr()[()].tolist() == [pseudonym]
        assert file["video_1/user_protocol"].asstr()[()].tolist() == ["shot-ratings v1"]
    assert b"Ada" not in (tmp_path / "out.h5").read_bytes()


def test_people_of_the_dataset_can_be_with_them_or_not(library, make_entry, tmp_path):
    library.add_entries("talks", [make_entry(), make_entry("talks/second")])
    annotations = library.annotations
    task = annotations.open_task(annotations.get_or_create_annotator("Ada"), "talks/first")
    annotations.record_events(task.id, [Event("tab", 0, "rate", 3, 5)])
    out = tmp_path / "out.h5"
    everybody = export_eccv16(library, out, include_open=True)
    shots = len(library.entry("talks/first").shots["kts"])
    assert (everybody.entries, everybody.annotators, everybody.labels) == (2, 4, 6 * shots + 1)
    own = export_eccv16(library, out, who="own", include_open=True)
    assert (own.entries, own.annotators, own.labels) == (1, 1, 1)
    dataset = export_eccv16(library, out, who="dataset", entry_id="talks/second")
    assert (dataset.entries, dataset.annotators, dataset.labels) == (1, 3, 3 * shots)


def test_an_export_can_be_imported_again(labelled, tmp_path):
    export = export_eccv16(labelled, tmp_path / "out.h5")
    before = labelled.entry_people("talks/first", pseudonyms=True)
    labelled.add_entries("again", read_eccv16(export.file))
    after = labelled.entry_people("again/first")
    assert after.annotators == before.annotators
    np.testing.assert_array_equal(after.scores, before.scores)


def test_nothing_to_export_says_so(library, make_entry, tmp_path):
    library.add_entries("talks", [make_entry(people=0)])
    with pytest.raises(ConflictError, match="nothing to export"):
        export_eccv16(library, tmp_path / "out.h5")
    with pytest.raises(NotFoundError):
        export_eccv16(library, tmp_path / "out.h5", entry_id="talks/none")
    with pytest.raises(InputError, match="own"):
        export_eccv16(library, tmp_path / "out.h5", who="nobody")
    assert not (tmp_path / "out.h5").exists()
