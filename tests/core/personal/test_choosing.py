"""Ways are measured on videos that they did not learn from, and what to label next is what tells most."""

from __future__ import annotations

import numpy as np
import pytest

from core.personal.choosing import HeldOut, best_of, everybody, held_out
from core.personal.content import Content, contents
from core.personal.gaussian_process import GaussianProcess, Kernel
from core.personal.ridge import Ridge
from core.personal.teaching import teaches
from core.personal.way import PersonModel
from tests.core.personal.made_people import direction, labelled, made_video


class Memory(PersonModel):
    """Knows by heart what it was told, and nothing else."""

    def __init__(self, videos):
        self.told = {video.content.id: video.scores for video in videos}

    def mean(self, video):
        return self.told.get(video.id, np.linspace(0, 1, len(video.seconds)))

    def samples(self, video, n, seed):
        return np.stack([self.mean(video)] * n)


class ByHeart:
    name, label = "by-heart", "by heart"

    def learn(self, videos):
        return Memory(videos)


def test_a_way_that_knows_its_videos_by_heart_is_found_out():
    videos = labelled(range(5), direction(0))
    measured = [held_out(way, videos) for way in (ByHeart(), GaussianProcess(Kernel()), Ridge())]
    assert abs(measured[0].tau) < 0.3
    assert best_of(measured).way != "by-heart"
    assert best_of(measured).tau > 0.5
    assert {len(one.taus) for one in measured} == {5}


def test_the_model_of_somebody_else_is_no_use_and_everybodys_mean_is_nobodys():
    anna, ben = labelled(range(5), direction(0)), labelled(range(5), -direction(0))
    way = GaussianProcess(Kernel())
    own, other = held_out(way, anna).tau, held_out(way, ben, anna).tau
    assert own > 0.5
    assert other < -0.5
    assert abs(held_out(way, everybody([anna, ben]), anna).tau) < own / 2
    assert list(held_out(way, anna, only=["made/3"]).taus) == ["made/3"]


def test_ways_are_compared_on_the_videos_that_all_were_measured_on():
    often = HeldOut("often", "", {"a": 0.9, "b": 0.1})
    once = HeldOut("once", "", {"b": 0.2})
    assert best_of([often, once]).way == "once"
    never = HeldOut("never", "", {})
    assert best_of([never, HeldOut("poor", "", {"a": 0.1}), often]).way == "often"
    assert best_of([never, never]).way == "never"


def test_nothing_can_be_compared_with_one_video():
    assert np.isnan(held_out(Ridge(), labelled(range(1), direction(0))).tau)


def test_a_video_like_one_that_is_labelled_teaches_less_than_another():
    first, same, other = made_video(1), made_video(1), made_video(2)
    twin = Content("made/11", same.seconds, same.blocks)
    known = teaches([twin, other], [first])
    assert known[1] > 1.5 * known[0]
    fresh = teaches([twin, other], [])
    assert np.all((fresh > 0) & (fresh <= 1))


def test_entries_share_what_all_of_them_have(make_entry):
    more = {"extra-3": np.ones((120, 3), np.float32)}
    signal = {"motion": np.linspace(0, 1, 120, dtype=np.float32)}
    entries = [make_entry("talks/a", more=more, signals=signal), make_entry("talks/b", signals=signal)]
    found = contents(entries)
    assert [list(one.blocks) for one in found] == [["test-6", "signals"]] * 2
    assert found[0].blocks["signals"].shape == (120, 1)
    assert found[0].seconds[:2] == pytest.approx([0, 0.5])
