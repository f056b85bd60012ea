"""What is written the lean way is, for whoever reads it with h5py, what h5py's own calls write."""

from __future__ import annotations

import h5py
import numpy as np
import pytest

from storage.formats.hdf5_check import check_hdf5
from storage.formats.hdf5_writing import COMPACT, PACKED, TEXT, Writer

ARRAYS = {
    "number": np.array(7, np.int64),
    "picks": np.arange(9, dtype=np.int32),
    "none": np.zeros((0, 2), np.int32),
    "spaces/a%2Fb": np.linspace(0, 1, 40, dtype=np.float32).reshape(10, 4),
    "spaces/wide": np.arange(COMPACT, dtype=np.float32).reshape(-1, 64),
    "spaces/turned": np.arange(12, dtype=np.float32).reshape(3, 4).T,
    "flags": np.array([0, 1, 1], np.uint8),
}
PACKED_ARRAYS = {
    "summary": np.tile(np.array([0, 1], np.uint8), (3, 20)),
    "frames": np.arange(20_000, dtype=np.int64),
    "nobody": np.zeros((0, 5), np.uint8),
}
TEXTS = {"words": ["Grüße", "", "日本語", "x" * 5000], "many": [f"sentence {n}" for n in range(400)], "silence": []}


@pytest.fixture
def files(tmp_path):
    """The same values written in both ways."""
    lean, plain = tmp_path / "lean.h5", tmp_path / "plain.h5"
    with h5py.File(lean, "w") as file:
        write = Writer(file.create_group("entry"))
        for name, values in ARRAYS.items():
            write.array(name, values)
        for name, values in PACKED_ARRAYS.items():
            write.packed(name, values).attrs["derived"] = False
        for name, texts in TEXTS.items():
            write.texts(name, texts)
        write.text("title", "Ein Spaß")
        write.attribute("meta", '{"ü": 1}')
        write.attribute("empty", "")
        write.attribute("simulated", True)
        ordered = write.group("shots", ordered=True)
        for name in ("z", "a", "m"):
            ordered.array(name, np.array([[0, 4]], np.int32))
    with h5py.File(plain, "w") as file:
        group = file.create_group("entry")
        for name, values in ARRAYS.items():
            group[name] = values
        for name, values in PACKED_ARRAYS.items():
            group.create_dataset(name, data=values, **PACKED).attrs["derived"] = False
        for name, texts in TEXTS.items():
            group.create_dataset(name, data=texts, dtype=TEXT, shape=(len(texts),))
        group.create_dataset("title", data="Ein Spaß", dtype=TEXT)
        group.attrs["meta"] = '{"ü": 1}'
        group.attrs["empty"] = ""
        group.attrs["simulated"] = True
        ordered = group.create_group("shots", track_order=True)
        for name in ("z", "a", "m"):
            ordered[name] = np.array([[0, 4]], np.int32)
    return lean, plain


def described(path):
    """All that h5py says of a file: names in order, kinds, types, shapes, filters, values, attributes."""
    found = []

    def note(name, thing):
        attributes = {key: (value, type(value), thing.attrs.get_id(key).dtype) for key, value in thing.attrs.items()}
        if isinstance(thing, h5py.Group):
            found.append((name, list(thing), attributes))
            return
        text, enum = h5py.check_string_dtype(thing.dtype), h5py.check_enum_dtype(thing.dtype)
        kept = (thing.compression, thing.compression_opts, thing.shuffle, thing.chunks, thing.maxshape)
        found.append((name, thing.dtype, text, enum, thing.shape, kept, thing[()], attributes))

    with h5py.File(path) as file:
        file.visititems(note)
    return found


def test_h5py_reads_the_same_as_from_its_own_calls(files):
    lean, plain = map(described, files)
    assert [one[0] for one in lean] == [one[0] for one in plain]
    for ours, theirs in zip(lean, plain, strict=True):
        np.testing.assert_equal(ours, theirs)
    assert "shots" in [one[0].removeprefix("entry/") for one in lean]


def test_members_of_an_ordered_group_come_as_they_were_written(files):
    for path in files:
        with h5py.File(path) as file:
            assert list(file["entry/shots"]) == ["z", "a", "m"]


def test_such_a_file_passes_the_check_of_strangers_files(files):
    for path in files:
        check_hdf5(path)
