"""Tastes: the law of how people differ is found again, and samples follow what is shown."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
import torch

from core.data import AnnotationSet, Entry
from core.data.people import slot_names
from core.data.timebase import Timebase
from core.errors import InputError
from core.models.checkpoints import load_model, save_checkpoint
from core.models.summarizer import Judged
from core.models.tastes import EDGE, LEVEL, USUAL, Tastes, TastesConfig, deviations, likeliest
from core.signals.content import change_clock, content_rows, forgetful
from core.statistics.alignment import alignment_of
from core.training.loop import train
from core.training.recipes import settings_for
from core.training.videos import TrainingVideo

WIDTH, SMOOTHING = 24, 3.0


def shown(seed: int, count: int = 160) -> np.ndarray:
    """(T, D) of visits to eight scenes, of 4 to 15 picks each."""
    random = np.random.default_rng(seed)
    scenes = random.standard_normal((8, WIDTH))
    order = np.repeat(random.integers(8, size=count), random.integers(4, 16, size=count))[:count]
    return (scenes[order] + 0.2 * random.standard_normal((count, WIDTH))).astype(np.float32)


def judged(features: np.ndarray, law: tuple[float, ...], people: int, seed: int) -> Judged:
    """Curves of people around one mean curve, differing by the law."""
    a, b, c, reach, memory = law
    random = np.random.default_rng([seed, 1])
    rows = content_rows(features, SMOOTHING)
    count = len(rows)
    mean = 0.5 + 0.1 * content_rows(features, 1.0)[:, 0]
    curves = mean + np.sqrt(a) * random.standard_normal((people, WIDTH)) @ rows.T
    curves += np.sqrt(b) * forgetful(random.standard_normal((people, count)), change_clock(rows), reach)
    curves += np.sqrt(c) * forgetful(random.standard_normal((people, count)), np.arange(count), memory)
    return Judged(torch.from_numpy(features), torch.from_numpy(curves).float(), torch.ones(people))


def law_of(videos: list[Judged]) -> np.ndarray:
    return likeliest([part for video in videos for part in deviations(video, SMOOTHING)]).numpy()


@pytest.fixture(scope="module")
def fitted() -> Tastes:
    model = Tastes(TastesConfig(WIDTH))
    model.fit([judged(shown(seed), (0.02, 0.005, 0.005, 6.0, 4.0), 8, seed) for seed in range(6)])
    return model.eval()


@pytest.mark.parametrize("law", [(0.03, 0.01, 0.01, 8.0, 3.0), (0.004, 0.03, 0.02, 4.0, 6.0)])
def test_the_law_that_people_were_drawn_by_is_found_again(law):
    found = law_of([judged(shown(seed), law, 12, seed) for seed in range(8)])
    np.testing.assert_allclose(found / law, 1, atol=0.35)
    assert found[:3].sum() == pytest.approx(sum(law[:3]), rel=0.2)


def test_it_is_the_restricted_likelihood_where_everybody_judged_everything():
    """Of people as a whole, whose mean curve may be anything: the density of U - 1 contrasts between them."""
    video = judged(shown(0, 40), (0.03, 0.01, 0.01, 8.0, 3.0), 5, 0)
    (part,) = deviations(video, SMOOTHING)
    curves = video.curves.double().numpy()
    contrasts = np.linalg.svd(np.eye(5) - 1 / 5)[0][:, :4].T @ curves

    def restricted(law: torch.Tensor) -> float:
        a, b, c, reach, memory = law.tolist()
        rows = content_rows(video.features.numpy(), SMOOTHING)
        clocks = change_clock(rows), np.arange(40)
        kernels = [np.exp(-np.abs(np.subtract.outer(k, k)) / r) for k, r in zip(clocks, (reach, memory), strict=True)]
        covariance = a * rows @ rows.T + b * kernels[0] + c * kernels[1] + LEVEL + 1e-5 * np.eye(40)
        left = np.sum(contrasts * np.linalg.solve(covariance, contrasts.T).T)
        return float(-0.5 * (4 * np.linalg.slogdet(covariance)[1] + left))

    one, other = (torch.tensor(law, dtype=torch.float64) for law in (USUAL, (0.05, 0.01, 0.03, 3.0, 9.0)))
    difference = float(part.log_density(one) - part.log_density(other))
    assert difference == pytest.approx(5 / 4 * (restricted(one) - restricted(other)), rel=1e-6)


def test_what_nobody_judged_says_nothing_and_the_rest_says_the_same():
    law = (0.02, 0.02, 0.01, 6.0, 4.0)
    videos = [judged(shown(seed), law, 12, seed) for seed in range(6)]
    whole = law_of(videos)
    for video in videos:
        video.curves[0] = math.nan
        video.curves[1:4, 80:] = math.nan
        video.curves[:, :10] = math.nan
    np.testing.assert_allclose(law_of(videos) / whole, 1, atol=0.35)


def test_who_weighs_nothing_says_nothing():
    video = judged(shown(0), USUAL, 5, 0)
    without = Judged(video.features, video.curves[1:], torch.ones(4))
    weights = torch.ones(5)
    weights[0] = 0
    video.curves[0] = 0.9 * torch.rand(160)
    np.testing.assert_allclose(law_of([Judged(video.features, video.curves, weights)]), law_of([without]), rtol=1e-6)


def test_who_weighs_more_says_more():
    """Six people who differ by time alone, and six by content alone."""
    videos = []
    for seed in range(3):
        one, other = (judged(shown(seed), law, 6, seed) for law in ((0, 0, 0.04, 6, 4), (0.04, 0, 0, 6, 4)))
        videos.append(Judged(one.features, torch.cat([one.curves, other.curves]), torch.ones(12)))

    def content(weights: torch.Tensor) -> float:
        law = law_of([Judged(video.features, video.curves, weights) for video in videos])
        return float(law[0] / law[:3].sum())

    first = torch.tensor([9.0] * 6 + [1.0] * 6)
    assert content(first) < content(torch.ones(12)) - 0.1
    assert content(first.flip(0)) > content(torch.ones(12)) + 0.1


def test_where_everybody_is_alone_people_differ_as_usual():
    model = Tastes(TastesConfig(WIDTH))
    model.fit([judged(shown(seed), USUAL, 1, seed) for seed in range(3)])
    assert tuple(model.law.tolist()) == USUAL
    assert model.predict(torch.from_numpy(shown(9)), 4).std(0).max() > 0.05


def follows(model: Tastes, videos: list[Judged]) -> list[float]:
    """How much of coverage and of precision 16 samples lose when their deviations are moved in time."""
    lost = []
    for video in videos:
        people, count = video.curves.clamp(0, 1).numpy(), len(video.features)
        said = AnnotationSet(slot_names(len(people)), people, ("made",) * len(people))
        entry = Entry("made/one", "One", Timebase(Fraction(2), count), np.arange(count), annotations=said)
        found = alignment_of(entry, model.predict(video.features, 16, 0).numpy())
        assert found is not None
        lost.append([found.coverage.difference, found.precision.difference])
    return np.mean(lost, axis=0).tolist()


def test_tastes_follow_content_and_noise_does_not(fitted):
    law = (0.02, 0.005, 0.005, 6.0, 4.0)
    videos = [judged(shown(seed), law, 8, seed) for seed in range(20, 26)]
    assert min(follows(fitted, videos)) > 0.05
    noise = Tastes(TastesConfig(WIDTH, noise=1.0))
    noise.mean = fitted.mean
    noise.law.copy_(torch.tensor([0.0, 0.0, 0.03, 6.0, 8.0]))
    assert max(follows(noise, videos)) < 0.03


def test_samples_differ_as_much_as_people_whatever_is_drawn_as_content(fitted):
    features = shown(30, 400)
    for noise in (0.0, 0.5, 1.0):
        model = Tastes(TastesConfig(WIDTH, noise=noise))
        model.law.copy_(fitted.law)
        drawn = model.draw(features, 200, 0)
        assert drawn.var() == pytest.approx(float(fitted.law[:3].sum()), rel=0.25)


def test_without_noise_what_looks_the_same_is_liked_the_same(fitted):
    features = np.tile(shown(31, 20), (5, 1))
    drawn = fitted.draw(features, 8, 0)
    np.testing.assert_allclose(drawn[:, 25:35], drawn[:, 65:75], atol=1e-9)


@pytest.mark.parametrize("noise", [0.0, 1.0])
def test_a_sample_is_the_same_however_many_are_drawn_and_comes_with_its_opposite(fitted, noise):
    model = Tastes(TastesConfig(WIDTH, noise=noise))
    model.load_state_dict(fitted.state_dict())
    features = torch.from_numpy(shown(40))
    eight, three = model.predict(features, 8, 5), model.predict(features, 3, 5)
    torch.testing.assert_close(three, eight[:3], rtol=0, atol=1e-6)
    assert torch.equal(eight, model.predict(features, 8, 5))
    assert not torch.equal(eight, model.predict(features, 8, 6))
    mean, one, other = model.mean.predict(features).expand(4, -1), eight[0::2], eight[1::2]
    free = (torch.minimum(one, other) > EDGE) & (torch.maximum(one, other) < 1 - EDGE)
    assert free.float().mean() > 0.5
    torch.testing.assert_close(((one + other) / 2)[free], mean[free], rtol=0, atol=1e-5)


def test_scores_stay_between_0_and_1_and_in_their_order():
    deviations = np.linspace(-1.5, 1.5, 301)[None]
    scores = Tastes.around(torch.full((1, 301), 0.5), deviations)[0].double().numpy()
    assert 0 < scores.min() < 1e-6
    assert 1 - 1e-6 < scores.max() < 1
    assert (np.diff(scores[70:231]) > 0).all()
    np.testing.assert_allclose(scores[110:190], 0.5 + deviations[0, 110:190], atol=1e-6)
    assert np.abs(np.diff(scores, 2)).max() < 0.002  # no kink


def test_two_picks_and_a_video_that_shows_one_thing_are_scored(fitted):
    assert torch.isfinite(fitted.predict(torch.randn(2, WIDTH), 4)).all()
    still = fitted.predict(torch.ones(50, WIDTH), 4)
    assert torch.isfinite(still).all()
    assert still.std(0).max() == 0  # nothing to like
    fitted.predict(torch.zeros(5, WIDTH), 1)
    model = Tastes(TastesConfig(WIDTH))
    both = [judged(shown(seed), USUAL, 3, seed) for seed in range(2)]
    both.append(Judged(torch.ones(9, WIDTH), torch.rand(3, 9), torch.ones(3)))
    both.append(Judged(torch.randn(2, WIDTH), torch.rand(2, 2), torch.ones(2)))
    model.fit(both)
    assert torch.isfinite(model.law).all()


def test_senseless_requests_are_refused(fitted):
    with pytest.raises(InputError, match="At least one sample"):
        fitted.predict(torch.randn(5, WIDTH), 0)
    for config in (TastesConfig(WIDTH, noise=1.5), TastesConfig(WIDTH, content_smoothing=-1.0)):
        with pytest.raises(InputError, match="share of noise"):
            Tastes(config)


def test_a_checkpoint_draws_the_same(fitted, tmp_path):
    kept = save_checkpoint(fitted, tmp_path / "kept", label="Tastes", feature_space="test", training={})
    features = torch.from_numpy(shown(50))
    assert kept.kind == "tastes"
    assert torch.equal(load_model(kept, "cpu").predict(features, 4), fitted.predict(features, 4))


def test_training_takes_every_person_and_makes_a_checkpoint(tmp_path):
    videos = [judged(shown(seed), (0.02, 0.005, 0.005, 6.0, 4.0), 4, seed) for seed in range(4)]
    given = [
        TrainingVideo(str(place), video.features.numpy(), video.curves.clamp(0, 1).numpy())
        for place, video in enumerate(videos)
    ]
    made = train(given, settings_for("tastes"), out=tmp_path / "made", feature_space="x")
    model = load_model(made, "cpu")
    again = Tastes(TastesConfig(WIDTH))
    again.fit([Judged(one.features, one.curves.clamp(0, 1), one.weights) for one in videos])
    assert isinstance(model, Tastes)
    torch.testing.assert_close(model.law, again.law, rtol=1e-3, atol=0)
    assert tuple(model.law.tolist()) != USUAL
    torch.testing.assert_close(model.predict(videos[0].features, 2), again.predict(videos[0].features, 2))
