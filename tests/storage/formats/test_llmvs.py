"""LLMVS's two embedding files, pooled or not."""

from __future__ import annotations

import h5py
import numpy as np
import pytest

from core.captions.local_judge import PUBLISHED_SPACE
from core.errors import FormatError, NotFoundError
from core.models.llmvs import pool_states
from storage.formats.llmvs import with_llmvs_states

WIDTH = 12


def states(rows, tokens, seed):
    return np.random.default_rng(seed).standard_normal((rows, tokens, WIDTH)).astype(np.float16)


@pytest.fixture
def write(tmp_path):
    """Writes both files: {video: (queries, answers)}."""

    def write_files(videos, pooled):
        for index, (part, name) in enumerate((("user_prompt", "user_prompt"), ("gen", "gen"))):
            (tmp_path / part).mkdir(exist_ok=True)
            with h5py.File(tmp_path / part / f"{name}{'_pool' if pooled else ''}.h5", "w") as file:
                for video, both in videos.items():
                    file[video] = both[index].max(axis=1) if pooled else both[index]
        return tmp_path

    return write_files


@pytest.mark.parametrize("pooled", [True, False])
def test_states_are_pooled_over_the_tokens_of_queries_and_answers(write, make_entry, pooled):
    entry = make_entry("tvsum/video_1")
    queries, answers = states(len(entry.picks), 5, 0), states(len(entry.picks), 3, 1)
    (found,) = with_llmvs_states([entry], write({"video_1": (queries, answers)}, pooled))
    import torch

    expected = pool_states(torch.from_numpy(queries), torch.from_numpy(answers)).numpy()
    np.testing.assert_array_equal(found.text_features, expected)
    assert found.text_features.dtype == np.float32
    assert found.text_space == PUBLISHED_SPACE


def test_summe_videos_are_found_by_their_name(write, make_entry):
    entry = make_entry("summe/video_9", meta={"video_name": "Air Force One"})
    both = states(len(entry.picks), 2, 0), states(len(entry.picks), 2, 1)
    (found,) = with_llmvs_states([entry], write({"Air_Force_One": both}, True))
    assert found.text_features.shape == (len(entry.picks), WIDTH)


def test_what_does_not_fit_gets_a_sentence(write, make_entry, tmp_path):
    entry = make_entry("tvsum/video_1")
    rows = len(entry.picks)
    with pytest.raises(NotFoundError, match="one file"):
        with_llmvs_states([entry], tmp_path)
    folder = write({"video_2": (states(rows, 2, 0), states(rows, 2, 1))}, True)
    with pytest.raises(NotFoundError, match="no video 'video_1'"):
        with_llmvs_states([entry], folder)
    folder = write({"video_1": (states(rows - 1, 2, 0), states(rows - 1, 2, 1))}, True)
    with pytest.raises(FormatError, match=f"{rows} rows of states .* but it has {rows - 1}"):
        with_llmvs_states([entry], folder)
    bad = states(rows, 2, 0)
    bad[3] = np.nan
    folder = write({"video_1": (bad, bad)}, True)
    with pytest.raises(FormatError, match="NaN"):
        with_llmvs_states([entry], folder)
