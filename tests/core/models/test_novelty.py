from __future__ import annotations

import pytest
import torch

from core.models.csta import CSTA, CSTAConfig
from core.models.novelty import COLUMNS, WithNovelty, novelty_columns
from core.models.summdiff import SummDiff
from core.models.summdiff_config import SummDiffConfig

TYPICAL, APART, REPEATED, SAME, SEEN, CHANGE = 0, 1, 6, 7, 9, 10
PLACE = 23


@pytest.fixture
def one_stranger():
    """A video of two scenes that come again and again, and one moment like no other at pick 30."""
    torch.manual_seed(0)
    scenes = torch.eye(16)[:2]
    features = scenes[torch.arange(60) // 5 % 2] + 0.01 * torch.randn(60, 16)
    features[30] = torch.eye(16)[7]
    return features


def test_a_moment_like_no_other_stands_out(one_stranger):
    columns = novelty_columns(one_stranger)
    assert columns.shape == (60, COLUMNS)
    for column, most in ((TYPICAL, False), (APART, True), (REPEATED, False), (SAME, False)):
        found = columns[:, column].argmax() if most else columns[:, column].argmin()
        assert found == 30
    assert columns[10:, SEEN].argmin() == 20
    assert columns[[30, 31], CHANGE].min() > 1 > columns[[28, 29], CHANGE].max()


def test_every_column_has_mean_0_and_deviation_1_within_the_video(one_stranger):
    columns = novelty_columns(one_stranger)
    torch.testing.assert_close(columns.mean(0), torch.zeros(COLUMNS), atol=1e-4, rtol=0)
    torch.testing.assert_close(columns.std(0, correction=0), torch.ones(COLUMNS), atol=1e-3, rtol=0)


def test_the_scale_of_features_has_no_say(one_stranger):
    torch.testing.assert_close(novelty_columns(100 * one_stranger), novelty_columns(one_stranger))


@pytest.mark.parametrize("count", [2, 3, 5, 6, 40])
def test_a_picture_that_never_changes_has_only_places(count):
    columns = novelty_columns(torch.ones(count, 8))
    assert torch.equal(columns[:, :PLACE], torch.zeros(count, PLACE))
    assert columns.isfinite().all()


def test_long_videos_are_computed_in_parts_with_the_same_numbers(one_stranger, monkeypatch):
    whole = novelty_columns(one_stranger)
    monkeypatch.setattr("core.models.novelty.ROWS", 7)
    torch.testing.assert_close(novelty_columns(one_stranger), whole)


def test_columns_are_as_large_as_the_features_and_padding_gets_none(one_stranger):
    valid = torch.zeros(1, 70, dtype=torch.bool)
    valid[0, :60] = True
    padded = torch.cat([one_stranger, torch.randn(10, 16)])[None]
    widened = WithNovelty()(padded, valid)[0]
    columns = widened[:, 16:]
    assert torch.equal(columns[60:], torch.zeros(10, COLUMNS))
    spread = (one_stranger - one_stranger.mean(0)).square().mean().sqrt()
    torch.testing.assert_close(columns[:60], spread * novelty_columns(one_stranger))


def test_csta_reads_them():
    torch.manual_seed(0)
    features = torch.randn(20, 8)
    assert CSTA(CSTAConfig(8, novelty=True)).eval().predict(features).isfinite().all()


def test_summdiff_reads_them_and_samples_as_it_does_without():
    torch.manual_seed(0)
    model = SummDiff(SummDiffConfig(8, hidden=16, heads=2, feed_forward=16, standardize=True, novelty=True)).eval()
    model.prepare([torch.randn(30, 8), torch.randn(20, 8)])
    assert model.encoder.standardize.mean.shape == (8 + COLUMNS,)
    samples = model.predict(torch.randn(25, 8), 4)
    assert samples.shape == (4, 25)
    assert torch.isfinite(samples).all()
