from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.segment.refine import refined
from core.segment.survey import MEASURES, Survey, survey_of
from core.video.probe import probe
from tests.core.segment.made_pictures import plain, scene, write_pictures


def made_survey(n_frames: int, change: np.ndarray | None = None, spread: np.ndarray | None = None) -> Survey:
    measures = {name: np.zeros(n_frames, np.float32) for name in MEASURES}
    if change is not None:
        measures["change"] = change.astype(np.float32)
    measures["spread"] = np.full(n_frames, 0.2, np.float32) if spread is None else spread.astype(np.float32)
    return Survey(np.zeros((n_frames, 27, 48, 3), np.uint8), **measures)


def shots_from(*starts: int) -> np.ndarray:
    return np.array(list(pairwise(starts)), np.int64)


@given(st.data())
def test_shots_still_cover_the_video_and_none_is_empty(data) -> None:
    n_frames = data.draw(st.integers(2, 80))
    frames = st.integers(1, n_frames - 1)
    picks = np.array([0, *sorted(data.draw(st.sets(frames, min_size=1)))])
    starts = sorted(data.draw(st.sets(frames)))
    numbers = np.random.default_rng(data.draw(st.integers(0, 1000)))
    survey = made_survey(n_frames, numbers.random(n_frames) ** 8, numbers.random(n_frames) ** 4 / 2)
    before = shots_from(0, *starts, n_frames)
    after = refined(before, picks, survey)
    assert after.shape == before.shape
    assert after[0, 0] == 0
    assert after[-1, 1] == n_frames
    assert np.array_equal(after[1:, 0], after[:-1, 1])
    assert (after[:, 1] > after[:, 0]).all()
    for old, new in zip(before[1:, 0], after[1:, 0], strict=True):
        gap = picks[picks < old].max() if old in picks else old - 1
        assert gap < new <= old


@given(st.integers(1, 99))
def test_a_boundary_goes_to_the_cut(cut: int) -> None:
    picks = np.arange(0, 120, 12)
    change = np.full(100, 0.01)
    change[cut] = 0.3
    pick = -(-cut // 12) * 12
    if pick < 100:
        assert refined(shots_from(0, pick, 100), picks, made_survey(100, change))[1, 0] == cut


def test_a_boundary_goes_to_the_bottom_of_a_fade() -> None:
    spread = 0.2 * np.abs(np.arange(100) - 53) / 53
    after = refined(shots_from(0, 60, 100), np.arange(0, 100, 30), made_survey(100, np.full(100, 0.02), spread))
    assert after.tolist() == [[0, 53], [53, 100]]


@pytest.mark.parametrize("change", [0.0, 0.01, 0.2])
def test_a_boundary_stays_where_nothing_changes_more_than_usual(change: float) -> None:
    bounds = shots_from(0, 60, 100)
    after = refined(bounds, np.arange(0, 100, 30), made_survey(100, np.full(100, change)))
    assert after.tolist() == bounds.tolist()


def test_a_boundary_that_is_no_pick_stays() -> None:
    change = np.zeros(100)
    change[55] = 0.5
    assert refined(shots_from(0, 57, 100), np.arange(0, 100, 30), made_survey(100, change))[1, 0] == 57


def test_shots_of_a_video_begin_where_its_pictures_change(tmp_path) -> None:
    cuts = [40, 101, 143]
    pictures = [scene(seed, step) for seed, count in enumerate((40, 61, 42, 40)) for step in range(count)]
    path = write_pictures(tmp_path / "a.mp4", [*pictures, *[plain(30)] * 20])
    video = probe(path)
    survey, picks = survey_of(path, video.timebase), video.timebase.picks()
    starts = picks[np.searchsorted(picks, [*cuts, 183])]
    assert not set(starts) & set(cuts)
    bounds = shots_from(0, *starts, len(survey))
    assert refined(bounds, picks, survey)[1:, 0].tolist() == [*cuts, 183]
