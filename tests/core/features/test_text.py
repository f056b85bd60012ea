from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import h5py
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data.space_ids import ALIASES, canonical
from core.errors import InputError, NotFoundError
from core.features.registry import TEXT_SPACES, text_space
from core.features.text import encode_rows, windows_with

ROOT = Path(__file__).resolve().parents[3]
CAPTIONS = ["A boat leaves the harbour.", "", "A dog barks.", "夏祭りの夜", "A dog barks.", "waves " * 400, "End"]
every_space = pytest.mark.parametrize("space", TEXT_SPACES.values(), ids=list(TEXT_SPACES))


def needs(space) -> None:
    if not space.is_here:
        pytest.skip(f"needs {space.package}")


@every_space
def test_one_row_of_unit_length_per_caption(space):
    needs(space)
    rows = space.encode(CAPTIONS)
    assert rows.shape == (len(CAPTIONS), space.width)
    assert rows.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    assert space.encode([]).shape == (0, space.width)


@every_space
@pytest.mark.parametrize("rows", [[0], [6, 2], [3, 3], []])
def test_some_rows_alone_are_those_of_the_whole_video(space, rows):
    needs(space)
    np.testing.assert_allclose(encode_rows(space, CAPTIONS, rows), space.encode(CAPTIONS)[rows], atol=1e-6)


@every_space
def test_a_changed_caption_changes_the_windows_that_hold_it(space):
    needs(space)
    captions = [f"Scene {n} of the boat" for n in range(12)]
    changed = [*captions[:5], "A volcano", *captions[6:]]
    differs = np.abs(space.encode(changed) - space.encode(captions)).max(axis=1) > 1e-5
    assert np.flatnonzero(differs).tolist() == windows_with([5], 12, space.reach)


@given(st.integers(1, 30), st.sets(st.integers(0, 29)), st.integers(0, 4))
def test_windows_with_a_change(length, changed, reach):
    changed = [index for index in changed if index < length]
    expected = [row for row in range(length) if any(abs(row - index) <= reach for index in changed)]
    assert windows_with(changed, length, reach) == expected


def test_a_change_outside_the_captions():
    with pytest.raises(InputError, match="5 captions"):
        windows_with([5], 5, 3)


def test_spaces_are_found_by_id_and_by_what_a_file_calls_them():
    for space in TEXT_SPACES.values():
        assert text_space(space.id) is space
    assert text_space(next(iter(ALIASES))) is TEXT_SPACES["minilm-l6-v2"]
    with pytest.raises(NotFoundError, match="no text space 'words'"):
        text_space("words")


def test_minilm_is_the_space_of_the_published_file(shared):
    space = TEXT_SPACES["minilm-l6-v2"]
    needs(space)
    captions = json.loads((shared / "data/tvsum/captions_blip.json").read_text())
    with h5py.File(shared / "data/tvsum/tvsum_captions_minilm.h5") as file:
        assert canonical(file.attrs["feature_space"]) == space.id
        group = file["video_1"]
        of_video = captions[group["video_name"][()].decode()]
        assert of_video["picks"] == group["picks"][()].tolist()
        rows = slice(None, None, 20)
        np.testing.assert_allclose(space.encode(of_video["captions"][rows]), group["features"][rows], atol=1e-6)


def test_meaning_counts_not_words():
    space = TEXT_SPACES["minilm-l6-v2"]
    needs(space)
    rows = space.encode(
        ["A puppy sprints across the grass.", "A dog runs over the lawn.", "A judge reads the verdict."]
    )
    assert rows[0] @ rows[1] > rows[0] @ rows[2] + 0.3


def test_a_missing_package_is_named(monkeypatch):
    space = TEXT_SPACES["minilm-l6-v2"]
    monkeypatch.setitem(sys.modules, space.package, None)
    with pytest.raises(NotFoundError, match=space.package) as error:
        space.encode(["A dog."])
    assert error.value.hint == "Get it with: pip install -r requirements-llm.txt"


def test_asking_what_there_is_loads_nothing():
    code = (
        "import sys; from core.features.registry import TEXT_SPACES; import core.captions.captioners;"
        "import core.captions.local_judge; [space.is_here for space in TEXT_SPACES.values()];"
        "print([name for name in ('torch', 'transformers', 'cv2', 'httpx') if name in sys.modules])"
    )
    answer = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"
