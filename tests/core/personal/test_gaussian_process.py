"""The posterior against a plain dense one, what is recovered of a known taste, and one more video at a time."""

from __future__ import annotations

import numpy as np
import pytest

from core.errors import InputError
from core.personal.choosing import tau_with
from core.personal.content import Labelled, block_rows
from core.personal.gaussian_process import LEVEL, GaussianProcess, Kernel, likeliest, posterior
from tests.core.personal.made_people import direction, labelled, liked, made_video

KERNEL = Kernel(smoothing=1.0, memory=2.0, share=5.0)


def some_unjudged(videos: list[Labelled]) -> list[Labelled]:
    """The same with a gap in each, so that neighbours are several picks apart."""
    scores = [np.where((np.arange(len(v.scores)) // 5) % 3 == 1, np.nan, v.scores) for v in videos]
    return [Labelled(video.content, row) for video, row in zip(videos, scores, strict=True)]


def dense(videos: list[Labelled], kernel: Kernel, new) -> tuple[np.ndarray, np.ndarray, float]:
    """Mean and covariance of a new video by the textbook (Rasmussen and Williams 2006, eq. 2.23), and log p(y)."""
    contents = [video.content for video in videos]
    rows = {}
    for name in contents[0].blocks:
        of_each = [block_rows(one, name, kernel.smoothing) for one in contents]
        norm = np.mean(np.concatenate([np.square(one).sum(axis=1) for one in of_each]))
        rows[name] = [one / np.sqrt(norm) for one in [*of_each, block_rows(new, name, kernel.smoothing)]]
    shown = [np.concatenate([rows[name][k] for name in rows], axis=1) for k in range(len(videos) + 1)]
    judged = [video.judged for video in videos]
    x = np.concatenate([one[which] for one, which in zip(shown, judged, strict=False)])
    owner = np.repeat(np.arange(len(videos)), [which.sum() for which in judged])
    seconds = np.concatenate([one.seconds[which] for one, which in zip(contents, judged, strict=True)])
    y = np.concatenate([video.scores[video.judged] for video in videos])
    share = kernel.share / len(rows)
    apart = np.abs(seconds[:, None] - seconds)
    noise = np.where(owner[:, None] == owner, np.exp(-apart / kernel.memory), 0)
    matrix = share * x @ x.T + LEVEL**2 + noise
    across = share * shown[-1] @ x.T + LEVEL**2
    inverse = np.linalg.inv(matrix)
    scale = y @ inverse @ y / len(y)
    mean = across @ inverse @ y
    covariance = scale * (share * shown[-1] @ shown[-1].T + LEVEL**2 - across @ inverse @ across.T)
    evidence = -0.5 * (len(y) * np.log(2 * np.pi * scale) + len(y) + np.linalg.slogdet(matrix)[1])
    return mean, covariance, evidence


def test_the_posterior_is_that_of_a_plain_dense_process():
    videos, new = some_unjudged(labelled(range(3), direction(0))), made_video(9)
    found = posterior(videos, KERNEL)
    mean, covariance, evidence = dense(videos, KERNEL, new)
    assert found.mean(new) == pytest.approx(mean, abs=1e-7)
    assert found.covariance(new) == pytest.approx(covariance, abs=1e-8)
    assert found.evidence == pytest.approx(evidence, abs=1e-6)


def test_one_more_video_gives_what_all_at_once_give():
    videos, new = some_unjudged(labelled(range(4), direction(1))), made_video(9)
    # The scale of the blocks is that of the first videos; the same kernel then gives the same posterior.
    first = posterior(videos[:3], KERNEL)
    grown = first.with_video(videos[3])
    factor = np.linalg.cholesky(np.eye(len(grown.rows)) + grown.rows @ grown.rows.T)
    assert grown.factor == pytest.approx(factor, abs=1e-9)
    assert len(grown.said) == sum(int(video.judged.sum()) for video in videos)
    assert not np.allclose(grown.mean(new), first.mean(new))


def test_samples_have_the_mean_and_the_covariance_of_the_posterior_and_stay_the_same_for_more_of_them():
    found, new = posterior(labelled(range(3), direction(0)), KERNEL), made_video(9, picks=20)
    drawn = found.samples(new, 3000, seed=4)
    assert drawn[:5] == pytest.approx(found.samples(new, 5, seed=4))
    expected = found.covariance(new)
    expected += found.noise * np.exp(-np.abs(new.seconds[:, None] - new.seconds) / KERNEL.memory)
    spread = np.sqrt(np.diag(expected))
    assert np.abs(drawn.mean(axis=0) - found.mean(new)).max() < 4 * spread.max() / 3000**0.5
    assert np.abs(np.cov(drawn.T) - expected).max() < 0.12 * expected.max()


def test_a_person_whose_taste_is_a_direction_is_recovered_on_videos_that_were_not_labelled():
    taste = GaussianProcess().learn(labelled(range(6), direction(2)))
    new = made_video(9)
    assert tau_with(taste.mean(new), liked(new, direction(2))) > 0.6
    assert abs(tau_with(taste.mean(new), liked(new, direction(3)))) < 0.3


def test_labels_that_follow_what_is_shown_give_content_a_larger_share_than_those_that_do_not():
    followed = labelled(range(5), direction(0))
    random = np.random.default_rng(3)
    wild = [Labelled(one.content, random.random(len(one.scores))) for one in followed]
    assert likeliest(followed).share > likeliest(wild).share


def test_nothing_judged_is_said():
    video = made_video(0)
    with pytest.raises(InputError, match="nothing can be learned"):
        GaussianProcess().learn([Labelled(video, np.full(60, np.nan))])
