"""Noise, people and skill beside a model's figures."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from core.data import AnnotationSet, Entry, Shots
from core.data.timebase import Timebase
from core.statistics.agreement import human_band
from core.statistics.chance import (
    chance_of,
    noise,
    noise_beside,
    people_under,
    residual_covariance,
    skill_intervals,
    skill_of,
)
from core.statistics.evaluation import figures_of
from core.statistics.figure import mean_of
from tests.core.statistics.test_agreement import tvsum


def judged(n_people: int = 6, n_picks: int = 120, alike: float = 0.5, seed: int = 0) -> Entry:
    """An entry whose people share a curve, which makes up `alike` of what they say."""
    random = np.random.default_rng(seed)
    smooth = np.ones(9) / 9
    curves = [np.convolve(random.uniform(0, 1, n_picks + 8), smooth, "valid") for _ in range(n_people + 1)]
    scores = np.array([alike * curves[0] + (1 - alike) * each for each in curves[1:]], np.float32)
    bounds = np.arange(0, n_picks * 15 + 1, 60)
    return Entry(
        f"test/video {seed}",
        "",
        Timebase(Fraction(30), n_picks * 15),
        np.arange(n_picks) * 15,
        shots={"uniform": Shots(np.stack([bounds[:-1], bounds[1:]], axis=1), "uniform")},
        annotations=AnnotationSet(tuple(f"p{i}" for i in range(n_people)), scores, ("tvsum",) * n_people),
    )


def test_noise_varies_as_its_covariance_says() -> None:
    covariance = 0.01 * 0.8 ** np.arange(40) * (1 - np.arange(40) / 40)
    drawn = noise(4000, 60, covariance, np.random.default_rng(0)) - 0.5
    for lag in (0, 1, 5, 20):
        found = np.mean(drawn[:, : 60 - lag] * drawn[:, lag:])
        assert found == pytest.approx(covariance[lag], abs=4e-4)
    assert noise(3, 60, covariance, np.random.default_rng(1)).shape == (3, 60)


def test_the_covariance_is_that_of_peoples_deviations_and_gaps_do_not_change_its_size() -> None:
    random = np.random.default_rng(2)
    scores = np.clip(0.5 + 0.1 * random.standard_normal((400, 200)), 0, 1)
    whole = residual_covariance(scores)
    gaps = np.where(random.uniform(size=scores.shape) < 0.3, np.nan, scores)
    assert whole[0] == pytest.approx(0.01, rel=0.05)
    assert abs(whole[1]) < 5e-4
    assert residual_covariance(gaps)[0] == pytest.approx(0.01, rel=0.05)


def test_a_model_that_is_noise_has_skill_about_0_and_one_that_is_the_others_mean_about_1() -> None:
    entries = [judged(seed=seed) for seed in range(12)]
    random = np.random.default_rng(3)
    found = {}
    for name in ("noise", "others"):
        figures, chances = [], []
        for entry in entries:
            scores = entry.people.scores
            covariance = residual_covariance(scores)
            curves = noise(1, scores.shape[1], covariance, random) if name == "noise" else scores.mean(0)[None]
            figures.append(figures_of(entry, curves, "tvsum"))
            chances.append(chance_of(entry, curves, "tvsum"))
        found[name] = skill_of(mean_of(figures), mean_of(chances), None)
    assert abs(found["noise"].kendall) < 0.25
    assert found["others"].kendall > 0.9  # the mean holds each person, so it may pass 1
    assert found["others"].f1 > 0.7


def test_the_limits_of_skill_hold_it_and_are_closer_together_with_more_videos() -> None:
    widths = []
    for n_videos in (4, 24):
        figures, chances, closest = [], [], []
        for seed in range(n_videos):
            entry = judged(seed=seed)
            curves = noise(6, 120, residual_covariance(entry.people.scores), np.random.default_rng(seed))
            curves = np.clip(curves + entry.people.scores.mean(0) - 0.5, 0, 1)
            figures.append(figures_of(entry, curves, "tvsum"))
            chances.append(chance_of(entry, curves, "tvsum"))
            closest.append(human_band(entry).closest)
        limits = skill_intervals(figures, chances, closest)
        skill = skill_of(mean_of(figures), mean_of(chances), mean_of(closest))
        assert limits["kendall"][0] < skill.kendall < limits["kendall"][1]
        assert limits["coverage_kendall"][0] < skill.coverage.kendall < limits["coverage_kendall"][1]
        widths.append(limits["kendall"][1] - limits["kendall"][0])
    assert widths[1] < widths[0]
    assert skill_intervals(figures[:2], chances[:2], closest[:2]) is None


def test_where_people_are_no_better_than_noise_skill_has_no_limits() -> None:
    entries = [judged(seed=seed) for seed in range(4)]
    figures = [figures_of(entry, entry.people.scores[0], "tvsum") for entry in entries]
    chances = [chance_of(entry, entry.people.scores[0], "tvsum") for entry in entries]
    level = [replace(chance, people=replace(chance.people, kendall=chance.noise.kendall)) for chance in chances]
    limits = skill_intervals(figures, level, [human_band(entry).closest for entry in entries])
    assert np.isnan(limits["kendall"]).all()
    assert np.isfinite(limits["spearman"]).all()
    assert "coverage_kendall" not in limits


def test_shifted_in_time_a_right_curve_is_worth_nothing() -> None:
    entry = judged(alike=0.9)
    chance = chance_of(entry, entry.people.scores.mean(0), "tvsum")
    assert chance is not None
    assert chance.people.kendall > 0.5
    assert abs(chance.shifted.kendall) < 0.25


def test_people_are_measured_as_the_protocol_measures_models() -> None:
    entry = judged()
    band = human_band(entry)
    assert band is not None
    assert people_under("tvsum", entry).kendall == pytest.approx(band.leave_one_out.kendall)
    summaries = np.zeros((3, entry.n_frames), np.uint8)
    summaries[0, :200] = summaries[1, :200] = summaries[2, 900:1000] = 1
    binary = replace(
        entry,
        annotations=AnnotationSet(
            ("a", "b", "c"), summaries[:, entry.picks].astype(np.float32), ("summe",) * 3, summaries
        ),
    )
    found = people_under("summe", binary)
    assert found.f1 == pytest.approx(2 / 3, abs=1e-3)  # two find each other, the third nobody


def test_the_noise_beside_samples_is_that_of_the_evaluation() -> None:
    entry = judged()
    chance = chance_of(entry, np.repeat(entry.people.scores[:1], 5, axis=0), "tvsum")
    beside = noise_beside(entry, 5, "tvsum")
    assert beside.curves == 5
    assert beside.mean.kendall == pytest.approx(chance.noise.kendall)
    for part in ("single", "coverage", "precision"):
        assert vars(getattr(beside, part)) == pytest.approx(vars(getattr(chance.noise, part)))
    assert beside.difference.kendall == pytest.approx(chance.noise.diversity.one_minus_tau)
    assert beside.difference.f1 == pytest.approx(chance.noise.diversity.one_minus_f1)
    assert np.isnan(noise_beside(entry, 1, "tvsum").difference.kendall)
    assert noise_beside(replace(entry, annotations=entry.people.only([0])), 5, "tvsum") is None


def test_one_person_alone_has_nothing_to_be_placed_between() -> None:
    entry = judged()
    alone = replace(entry, annotations=entry.people.only([0]))
    assert chance_of(alone, alone.people.scores, "tvsum") is None


def test_people_of_tvsum_are_where_they_were_measured_before(shared: Path) -> None:
    entries = tvsum(shared / "data/tvsum/ydata-tvsum50.mat")[:8]
    covariance = np.mean([residual_covariance(entry.people.scores)[:32] for entry in entries], axis=0)
    assert covariance[0] == pytest.approx(0.051, abs=0.012)
    assert covariance[1] / covariance[0] == pytest.approx(0.83, abs=0.06)
    assert mean_of([people_under("tvsum", entry) for entry in entries]).kendall == pytest.approx(0.31, abs=0.06)
