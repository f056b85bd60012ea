"""Writing LLMVS's embeddings in the released layout: read back, replaced by window, never half written."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import h5py
import numpy as np
import pytest

from core.captions.local_judge import PUBLISHED_SPACE, Judged
from core.errors import ConflictError
from storage.formats.llmvs import StatesFolder, with_llmvs_states

ROOT = Path(__file__).resolve().parents[3]
WIDTH = 12


def judged(rows, seed):
    random = np.random.default_rng(seed)
    numbers = random.random(rows).astype(np.float32).round(3)
    numbers[0] = np.nan
    states = random.standard_normal((2, rows, WIDTH)).astype(np.float16)
    return Judged(*states, numbers, tuple(f"I'd say {number}" for number in numbers))


def captions(rows):
    return tuple(f"a person does thing {row}" for row in range(rows))


def test_what_is_written_is_read_by_the_reader_of_the_release(tmp_path, make_entry):
    entries = [make_entry(f"tvsum/video_{number}") for number in (1, 2)]
    folder, videos = StatesFolder(tmp_path, "judge-1"), {}
    for seed, entry in enumerate(entries):
        videos[entry.key] = judged(len(entry.picks), seed)
        folder.put(entry.key, videos[entry.key], captions(len(entry.picks)))
        folder.join()
    for entry in with_llmvs_states(entries, tmp_path):
        np.testing.assert_array_equal(entry.text_features, videos[entry.key].features)
    with h5py.File(tmp_path / "gen/gen_pool.h5") as gen:
        assert sorted(gen) == ["video_1", "video_2"]
        assert gen["video_1"].dtype == np.float16
        np.testing.assert_array_equal(gen["video_1"], videos["video_1"].answers)
    assert sorted(path.name for path in tmp_path.glob("*/*")) == [
        "gen_pool.h5", "user_prompt_pool.h5", "video_1.json", "video_2.json",
    ]  # fmt: skip


@pytest.mark.parametrize("joined", [False, True])
def test_a_video_comes_back_whole_before_and_after_joining(tmp_path, joined):
    folder, given = StatesFolder(tmp_path, "judge-1"), judged(9, 0)
    assert folder.captions("talk") is None
    folder.put("talk", given, captions(9))
    if joined:
        folder.join()
    found = StatesFolder(tmp_path, "judge-1").read("talk")
    assert StatesFolder(tmp_path, "judge-1").captions("talk") == captions(9)
    assert found.texts == given.texts
    for name in ("queries", "answers", "numbers"):
        np.testing.assert_array_equal(getattr(found, name), getattr(given, name))


@pytest.mark.parametrize("joined", [False, True])
def test_rows_of_some_windows_are_replaced_and_nothing_else(tmp_path, joined):
    folder, given, other = StatesFolder(tmp_path, "judge-1"), judged(9, 0), judged(9, 1)
    folder.put("other", other, captions(9))
    folder.put("talk", given, captions(9))
    if joined:
        folder.join()
    changed = (*captions(9)[:4], "something else", *captions(9)[5:])
    new = judged(3, 2)
    folder.put_rows("talk", [3, 4, 5], new, changed)
    folder.join()
    found = folder.read("talk")
    for name in ("queries", "answers", "numbers"):
        expected = getattr(given, name).copy()
        expected[3:6] = getattr(new, name)
        np.testing.assert_array_equal(getattr(found, name), expected)
    assert found.texts == given.texts[:3] + new.texts + given.texts[6:]
    assert folder.captions("talk") == changed
    np.testing.assert_array_equal(folder.read("other").answers, other.answers)


def test_a_video_that_was_judged_again_replaces_the_older_one(tmp_path):
    folder = StatesFolder(tmp_path, "judge-1")
    for seed, rows in enumerate((9, 7)):
        folder.put("talk", judged(rows, seed), captions(rows))
        folder.join()
    assert len(folder.read("talk").answers) == 7


def test_what_another_model_said_is_not_mixed_in(tmp_path):
    StatesFolder(tmp_path, "judge-1").put("talk", judged(5, 0), captions(5))
    with pytest.raises(ConflictError, match="judge-1 said of 'talk', not judge-2"):
        StatesFolder(tmp_path, "judge-2").captions("talk")


def test_videos_of_another_dataset_are_not_taken_for_those_of_the_same_name(tmp_path):
    StatesFolder(tmp_path, "judge-1", "tvsum").put("video_1", judged(5, 0), captions(5))
    with pytest.raises(ConflictError, match="'video_1' of the dataset 'tvsum', not of 'summe'"):
        StatesFolder(tmp_path, "judge-1", "summe").captions("video_1")


def test_states_are_called_after_the_model_they_come_from(tmp_path, make_entry):
    entry = make_entry("tvsum/video_1")
    for judge, space in (("tiny-llama", "tiny-llama-caption-states"), ("Llama-2-13b-chat-hf", PUBLISHED_SPACE)):
        folder = StatesFolder(tmp_path / judge, judge)
        folder.put(entry.key, judged(len(entry.picks), 0), captions(len(entry.picks)))
        folder.join()
        assert with_llmvs_states([entry], tmp_path / judge)[0].text_space == space


def test_a_process_that_is_killed_leaves_files_that_can_be_read_and_continued(tmp_path):
    code = (
        "import numpy as np, sys; from pathlib import Path; from storage.formats.llmvs import *\n"
        f"folder = StatesFolder(Path({str(tmp_path)!r}), 'judge-1')\n"
        "for number in range(10_000):\n"
        "    states = np.full((200, 500), number % 100, np.float16)\n"
        "    numbers = np.full(200, 0.5, np.float32)\n"
        "    folder.put(f'video_{number % 20}', Judged(states, states, numbers, ('0.5',) * 200), ('a',) * 200)\n"
        "    folder.join()\n"
        "    print(number, flush=True)\n"
    )
    for wait in (0.05, 0.11, 0.17):
        child = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True)
        child.stdout.readline()
        time.sleep(wait)
        os.kill(child.pid, signal.SIGKILL)
        child.communicate()
        folder = StatesFolder(tmp_path, "judge-1")
        whole = [name for name in (f"video_{number}" for number in range(20)) if folder.captions(name)]
        assert whole
        for name in whole:
            found = folder.read(name)
            assert found.answers.shape == found.queries.shape == (200, 500)
            assert np.ptp(found.answers) == np.ptp(found.queries) == 0
    folder.put("video_last", judged(5, 0), captions(5))
    folder.join()
    assert len(folder.read("video_last").texts) == 5
    assert not list(tmp_path.glob("*/parts/*.npy"))
    for partial in tmp_path.glob("*/parts/.*.part"):  # of a process that was killed in the middle of writing
        os.utime(partial, (0, 0))
    folder.put("video_last", judged(5, 0), captions(5))
    folder.join()
    assert not list(tmp_path.glob("*/parts"))


def test_what_a_killed_process_left_goes_after_an_hour_and_not_before(tmp_path):
    folder = StatesFolder(tmp_path, "judge-1")
    folder.put("video_1", judged(5, 0), captions(5))
    parts = next(tmp_path.glob("*/parts"))
    left, fresh = parts / ".old.part", parts / ".new.part"
    left.touch(), fresh.touch()
    os.utime(left, (0, 0))
    folder.join()
    assert not left.exists()
    assert fresh.exists()
