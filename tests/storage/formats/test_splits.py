"""Split files in every form in which they are published: the same splits, and every key in the dataset it names."""

from __future__ import annotations

import json

import pytest

from core.errors import FormatError
from storage.formats.splits import Split, VideoKey, read_split, read_splits

PREFIXES = {
    "{}/": "eccv16_dataset_ovp_google_pool5",
    "{}.h5/": "eccv16_dataset_ovp_google_pool5",
    "../datasets/{}.h5/": "eccv16_dataset_ovp_google_pool5",
    "C:\\data\\{}.HDF5\\": "eccv16_dataset_ovp_google_pool5",
}


def keys(*names, dataset=""):
    return tuple(VideoKey(name, dataset) for name in names)


def as_yaml(splits):
    lines = []
    for split in splits:
        for number, (part, names) in enumerate(split.items()):
            lines += [f"{' ' if number else '-'} {part}:", *(f"  - {name}" for name in names)]
    return "\n".join(lines)


@pytest.mark.parametrize("name", ["tvsum_splits.txt", "tvsum_splits.json"])
def test_published_splits_are_read(shared, name):
    splits = read_splits(shared / "data/tvsum" / name)
    assert len(splits) == 5
    for split in splits:
        assert (len(split.train), len(split.test)) == (40, 10)
        assert all(key.name.startswith("video_") and not key.dataset for key in split.train + split.test)


@pytest.mark.parametrize(
    ("name", "count", "sizes", "datasets"),
    [
        ("mrsum_split.json", 1, (27892, 2000, 2000), 1),
        ("s_newsvsum_split.json", 5, (36, 0, 9), 1),
        ("summe_transfer_sspvs.json", 1, (139, 0, 25), 4),
        ("tvsum_aug_dsnet.yml", 5, (154, 0, 10), 4),
        ("tvsum_aug_sspvs.json", 5, (154, 0, 10), 4),
        ("tvsum_non_overlap_msva.json", 5, (40, 0, 10), 1),
    ],
)
def test_every_published_form(shared, name, count, sizes, datasets):
    splits = read_splits(shared / "data/splits" / name)
    assert len(splits) == count
    assert {(len(one.train), len(one.validation), len(one.test)) for one in splits} == {sizes}
    assert len({key.dataset for one in splits for key in one.train + one.test}) == datasets


@pytest.mark.parametrize("names", [("train_keys", "val_keys", "test_keys"), ("train", "val", "test")])
@pytest.mark.parametrize("form", ["json", "yml", "yaml without its ending"])
@pytest.mark.parametrize("many", [True, False])
def test_json_and_yaml_lists_and_single_objects_say_the_same(tmp_path, names, form, many):
    split = dict(zip(names, (["video_1", "video_2"], ["video_3"], ["video_4"]), strict=True))
    path = tmp_path / ("splits" if "without" in form else f"splits.{form}")
    if form == "json":
        path.write_text(json.dumps([split, split] if many else split))
    else:
        text = as_yaml([split, split]) if many else "# made by hand\n\n" + as_yaml([split]).replace("- ", "  ", 1)
        path.write_text(text)
    wanted = Split(keys("video_1", "video_2"), keys("video_4"), keys("video_3"))
    assert read_splits(path) == [wanted] * (2 if many else 1)


@pytest.mark.parametrize("written", PREFIXES)
@pytest.mark.parametrize("form", ["json", "yml"])
def test_a_key_belongs_to_the_dataset_that_it_names(tmp_path, written, form):
    name = "eccv16_dataset_ovp_google_pool5"
    split = {"train_keys": [written.format(name) + "video_5"], "test_keys": ["video_5"]}
    path = tmp_path / f"splits.{form}"
    path.write_text(json.dumps([split]) if form == "json" else as_yaml([split]))
    (found,) = read_splits(path)
    assert found.train == keys("video_5", dataset=PREFIXES[written])
    assert found.test == keys("video_5")
    assert found.train != found.test, "one number, two videos"


def test_the_case_of_one_number_in_two_datasets(shared):
    split = read_split(shared / "cases/splits_aug_collision.json", 0)
    assert [str(key) for key in split.train] == [
        "eccv16_dataset_ovp_google_pool5/video_5",
        "eccv16_dataset_tvsum_google_pool5/video_4",
    ]
    assert [key.name for key in split.test] == ["video_5", "video_6"]


def test_a_text_says_what_it_splits(tmp_path):
    path = tmp_path / "splits.txt"
    path.write_text("TVSum/split0/video_1, video_2/video_3\n\n")
    assert read_splits(path) == [Split(keys("video_1", "video_2"), keys("video_3"), title="TVSum")]


SPLIT = {"train_keys": ["a", "b"], "test_keys": ["c"]}


@pytest.mark.parametrize(
    ("name", "content", "count"),
    [
        ("s.json", json.dumps({"split_0": SPLIT, "split_1": SPLIT}), 2),
        ("s.json", json.dumps({"splits": [SPLIT, SPLIT]}), 2),
        ("s.yml", "first:\n  train: [a, b]\n  test: [c]\nsecond:\n  train: [a, b]\n  test: [c]\n", 2),
        ("s.yml", "---\ntrain: [a, b]\ntest: [c]\n---\ntrain: [a, b]\ntest: [c]\n", 2),
        ("s.yml", json.dumps([SPLIT], indent="\t"), 1),
        ("s.yml", "- train: &known [a, b]\n  test: [c]\n  val:\n", 1),
        ("s.json", json.dumps([SPLIT | {"train_keys": ["a", "b", "a"]}]), 1),
        ("s.txt", "# made by hand\nT / first / a, b, / c,\nT/second/a,b,a/c\n\n", 2),
    ],
)
def test_splits_may_be_named_lie_in_an_object_or_name_a_video_again(tmp_path, name, content, count):
    (tmp_path / name).write_text(content)
    splits = read_splits(tmp_path / name)
    assert len(splits) == count
    for split in splits:
        assert (split.train, split.test, split.validation) == (keys("a", "b"), keys("c"), ())


def test_keys_in_yaml_are_what_is_written(tmp_path):
    (tmp_path / "s.yml").write_text("train: [010, no, 1:20, 2020-01-01, 1_000, 1e3, 7]\ntest: [yes]\n")
    (split,) = read_splits(tmp_path / "s.yml")
    assert split.train == keys("010", "no", "1:20", "2020-01-01", "1_000", "1e3", "7")
    assert split.test == keys("yes")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("s.txt", "T/s/a,b/c\n"),
        ("s.json", '{"train": ["a", "b"], "test": ["c"]}'),
        ("s.yml", "train: [a, b]\ntest: [c]\n"),
    ],
)
def test_marks_of_byte_order_change_nothing(tmp_path, name, content, encoding):
    path = tmp_path / name
    path.write_text(content, encoding=encoding)
    (split,) = read_splits(path)
    assert (split.train, split.test) == (keys("a", "b"), keys("c"))


@pytest.mark.parametrize(
    "content",
    [
        "",
        "TVSum/split0/video_1",
        "TVSum/split0//video_1",
        "[{}]",
        "[1]",
        "[{",
        "[" * 100_000,
        '[{"train_keys": ["a"], "test_keys": ["a"]}]',
        '[{"train_keys": ["a"], "val_keys": ["b"], "test_keys": ["b"]}]',
        '[{"train_keys": ["a"], "val_keys": ["a"], "test_keys": ["b"]}]',
        '[{"train_keys": ["a"], "val_keys": "b", "test_keys": ["c"]}]',
        '[{"train_keys": [["a"]], "test_keys": ["c"]}]',
        '[{"train_keys": [], "test_keys": ["c"]}]',
        '[{"train_keys": [true], "test_keys": ["c"]}]',
        '[{"train_keys": ["a", " "], "test_keys": ["c"]}]',
        '[{"train_keys": ["ovp/"], "test_keys": ["c"]}]',
        "T/s/ , /b",
        "T/s/a,b/b",
        "- train: [a\n  test: [b]",
        "- train: &a [*a]\n  test: [b]",
        "- train: !!python/object/apply:os.system [exit]\n  test: [b]",
        "- " * 5000,
        "train: [" + "a," * 1_100_000 + "]\ntest: [b]\n",
    ],
)
def test_malformed_splits_are_refused(tmp_path, content):
    path = tmp_path / "splits"
    path.write_text(content)
    with pytest.raises(FormatError, match="splits"):
        read_splits(path)
