"""Never the same label twice, and everything else once."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.errors import InputError
from core.training.judgements import Preference
from core.training.videos import TrainingVideo, once


def video(name="a/1", seed=0, people=("person 1", "Anna"), sources=("dataset", "own")):
    generator = np.random.default_rng(seed)
    features = generator.standard_normal((6, 4), dtype=np.float32)
    return TrainingVideo(name, features, generator.random((2, 6), dtype=np.float32), people, (False, False), sources)


def test_an_export_that_came_back_beside_its_labels_counts_once():
    ours = video()
    exported = replace(ours, id="export/video_1", sources=("dataset", "dataset"))
    assert once([ours, exported]) == [ours]


def test_what_is_new_in_it_stays_with_its_person():
    ours = video()
    more = np.concatenate([ours.targets, np.full((1, 6), 0.4, np.float32)])
    exported = replace(
        ours,
        id="b/1",
        targets=more,
        people=(*ours.people, "Ben"),
        simulated=(False, False, True),
        sources=("dataset",) * 3,
    )
    _, left = once([ours, exported])
    assert (left.id, left.people, left.simulated, left.sources) == ("b/1", ("Ben",), (True,), ("dataset",))
    np.testing.assert_array_equal(left.targets, more[2:])


def test_another_person_another_opinion_and_another_video_are_no_repetitions():
    ours = video()
    other_person = replace(ours, people=("person 2", "Ben"))
    changed = replace(ours, targets=ours.targets / 2)
    assert len(once([ours, other_person, changed, video(seed=1)])) == 4


def test_gaps_are_compared_as_they_are():
    ours = video()
    ours.targets[1, 2:] = np.nan
    again = replace(ours, targets=ours.targets.copy())
    assert once([ours, again]) == [ours]
    filled = np.nan_to_num(ours.targets)
    assert len(once([ours, replace(ours, targets=filled)])[1].targets) == 1


def test_people_without_names_cannot_be_told_apart_and_stay():
    nameless = replace(video(), people=())
    assert len(once([nameless, nameless])) == 2


def test_one_video_does_not_say_the_same_twice_either():
    ours = video(people=("Anna", "Anna"))
    ours.targets[1] = ours.targets[0]
    (left,) = once([ours])
    assert left.people == ("Anna",)


def test_a_preference_of_another_video_is_refused():
    said = Preference(np.array([1.0, 0.0]), np.array([0.0, 1.0]))
    with pytest.raises(InputError, match="another video"):
        replace(video(), preferences=(said,))
