"""Captions: none is made twice, corrections are appended, and what an entry says is derived from both."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from core import limits
from core.errors import InputError, NotFoundError
from storage.captions import MANY, picture_hash
from storage.database import writing
from storage.encodings import STALE, Encoding
from storage.formats.eccv16 import read_eccv16, write_eccv16

ENTRY = "talks/first"
CAPTIONS = tuple(f"a person does thing {pick}" for pick in range(120))


@pytest.fixture
def entry(library, make_entry):
    words = np.ones((120, 4), np.float32)
    library.entries.add("talks", [make_entry(ENTRY, captions=CAPTIONS, text_features=words, text_space="words")])
    return ENTRY


def test_what_a_captioner_said_is_known_for_the_same_picture_captioner_and_prompt(library):
    random = np.random.default_rng(0)
    pictures = random.integers(0, 256, (MANY + 3, 4, 6, 3), np.uint8)
    hashes = [picture_hash(picture) for picture in pictures]
    assert len({*hashes, picture_hash(pictures[0].reshape(6, 4, 3))}) == len(hashes) + 1
    known = library.captions
    known.keep({one: f"picture {one[:8]}" for one in hashes[1:]}, "blip", "Describe.")
    known.keep({hashes[1]: "something else"}, "blip", "Describe.")
    assert known.cached(hashes, "blip", "Describe.") == {one: f"picture {one[:8]}" for one in hashes[1:]}
    assert known.cached(hashes, "blip", "Other prompt.") == known.cached(hashes, "llava", "Describe.") == {}


def test_the_newest_correction_of_a_frame_is_what_the_entry_says(library, entry):
    first = library.captions.edit(entry, 5, "  a dog\n runs ", "Ada")
    second = library.captions.edit(entry, 5, "a dog sleeps", "")
    assert (first.text, first.replaced, first.who) == ("a dog runs", CAPTIONS[5], "Ada")
    assert (second.text, second.replaced, second.frame) == ("a dog sleeps", "a dog runs", 60)
    assert library.entries.get(entry).captions == (*CAPTIONS[:5], "a dog sleeps", *CAPTIONS[6:])
    assert library.captions.edits(entry) == [first, second]
    assert library.captions.edit(entry, 5, "a dog  sleeps", "Bob") is None, "it says that already"


def test_what_no_file_takes_does_not_get_into_a_correction(library, entry, tmp_path):
    edit = library.captions.edit(entry, 5, "a dog\x00 runs \ud83d\x1b and\u2028 barks 🐕", "Ada")
    assert edit.text == "a dog runs and barks 🐕"
    path = write_eccv16([library.entries.get(entry)], tmp_path / "x.h5")
    assert read_eccv16(path)[0].captions[5] == edit.text


def test_corrections_can_neither_be_changed_nor_deleted(library, entry):
    library.captions.edit(entry, 5, "a dog runs", "Ada")
    for statement in ("UPDATE caption_edits SET text = 'x'", "DELETE FROM caption_edits"):
        with pytest.raises(DBAPIError, match="append-only"), writing(library.engine) as session:
            session.execute(text(statement))
    assert library.entries.get(entry).captions[5] == "a dog runs"


@pytest.mark.parametrize("pick", [-1, 120])
def test_a_correction_that_cannot_be_kept_gets_a_sentence(library, entry, make_entry, pick):
    with pytest.raises(InputError, match="captions 0 to 119"):
        library.captions.edit(entry, pick, "x", "Ada")
    with pytest.raises(InputError, match="at most"):
        library.captions.edit(entry, 5, "x" * (limits.CAPTION_CHARS + 1), "Ada")
    with pytest.raises(NotFoundError):
        library.captions.edit("talks/none", 5, "x", "Ada")
    library.entries.add("talks", [make_entry("talks/mute")])
    with pytest.raises(InputError, match="no captions"):
        library.captions.edit("talks/mute", 5, "x", "Ada")


def test_captions_of_another_captioner_replace_the_entrys_own_and_not_what_people_corrected(library, entry):
    library.captions.edit(entry, 5, "a dog runs", "Ada")
    before = library.entries.get(entry)
    others = tuple(f"we see thing {pick}" for pick in range(120))
    library.entries.put_captions(entry, others, "llava-1.5-7b-hf")
    after = library.entries.get(entry)
    assert after.captions == (*others[:5], "a dog runs", *others[6:])
    assert after.meta == {**before.meta, "captioner": "llava-1.5-7b-hf"}
    for name in ("features", "text_features", "picks"):
        np.testing.assert_array_equal(getattr(after, name), getattr(before, name))
    np.testing.assert_array_equal(after.annotations.scores, before.annotations.scores)
    assert after.annotations.annotators == before.annotations.annotators
    assert {name: shots.bounds.tolist() for name, shots in after.shots.items()} == {
        name: shots.bounds.tolist() for name, shots in before.shots.items()
    }
    assert len(list((library.data_dir / "entries/talks").iterdir())) == 1, "the file it had is gone"
    with pytest.raises(InputError, match="120 picks, but there are 3"):
        library.entries.put_captions(entry, others[:3], "x")


def test_an_entry_without_captions_gets_them(library, make_entry):
    library.entries.add("talks", [make_entry(ENTRY)])
    assert not library.entries.summary(ENTRY).has_captions
    library.entries.put_captions(ENTRY, CAPTIONS, "blip")
    assert library.entries.summary(ENTRY).has_captions
    assert library.entries.get(ENTRY).captions == CAPTIONS


def test_what_was_encoded_is_stale_once_there_are_other_captions(library, entry):
    library.encodings.put(entry, Encoding("minilm", 7))
    library.entries.put_captions(entry, CAPTIONS, "")
    assert library.encodings.of_entry(entry)["minilm"].edit == STALE
    library.encodings.put(entry, Encoding("minilm", 9))
    library.entries.put_captions(entry, CAPTIONS, "")
    assert library.encodings.of_entry(entry)["minilm"].edit == 9, "nothing changed"


def test_features_of_captions_that_are_an_entrys_main_ones_get_stale_too(library, make_entry):
    library.entries.add("talks", [make_entry(ENTRY, feature_space="minilm", captions=CAPTIONS)])
    library.entries.put_captions(ENTRY, CAPTIONS[::-1], "llava")
    assert library.encodings.of_entry(ENTRY)["minilm"].edit == STALE


def test_an_entry_that_is_imported_again_comes_with_its_own_features(library, entry, make_entry):
    library.encodings.put(entry, Encoding("minilm", STALE))
    library.entries.add("talks", [make_entry(entry, captions=CAPTIONS)], replace=True)
    assert library.encodings.of_entry(entry) == {}


def test_readers_and_writers_of_one_entry_at_once_lose_nothing(library, entry):
    trouble, stop = [], threading.Event()

    def read():
        while not stop.is_set():
            try:
                library.entries.get(entry)
            except Exception as error:
                trouble.append(error)

    def write(space):
        for _ in range(5):
            library.entries.put_features(entry, space, np.ones((120, 3), np.float32))

    reader = threading.Thread(target=read)
    reader.start()
    writers = [threading.Thread(target=write, args=(f"space-{number}",)) for number in range(3)]
    for one in writers:
        one.start()
    for one in writers:
        one.join()
    stop.set()
    reader.join()
    assert not trouble
    assert set(library.entries.get(entry).further_spaces) == {"space-0", "space-1", "space-2"}
    assert len(list((library.data_dir / "entries/talks").iterdir())) == 1
