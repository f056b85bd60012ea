"""Whether a training helped: the same held-out videos before and after, per group of people."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.data import AnnotationSet, Entry
from core.models.checkpoints import Checkpoint
from core.training.helped import helped
from core.training.loop import train
from core.training.recipes import TrainSettings
from core.training.videos import videos_from_entries
from tests.core.training.test_evaluating import SETTINGS, entry


def with_newcomers(given: Entry, count: int = 2) -> Entry:
    """The same video, also judged by people who want the contrary of what the others want."""
    people = given.people
    random = np.random.default_rng(1000 + int(given.key))
    own = np.clip(1 - people.scores[:count] + 0.03 * random.standard_normal((count, 40)), 0, 1).astype(np.float32)
    names = (*people.annotators, *(f"new{i}" for i in range(count)))
    return replace(given, annotations=AnnotationSet(names, np.vstack([people.scores, own]), ("test",) * len(names)))


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> tuple[Checkpoint, Checkpoint]:
    folder: Path = tmp_path_factory.mktemp("helped")
    videos, space = videos_from_entries([entry(i) for i in range(8)], "mlp")
    before = train(videos, SETTINGS, out=folder / "before", feature_space=space)
    only_new = [with_newcomers(entry(i)) for i in range(8)]
    only_new = [replace(one, annotations=one.people.only([3, 4])) for one in only_new]
    videos, _ = videos_from_entries(only_new, "mlp")
    settings: TrainSettings = replace(SETTINGS, epochs=200)
    after = train(videos, settings, out=folder / "after", feature_space=space, start_from=before)
    return before, after


def test_moving_towards_new_people_and_away_from_the_others_is_told_in_words(
    models: tuple[Checkpoint, Checkpoint],
) -> None:
    held = [with_newcomers(entry(i)) for i in range(20, 26)]
    found = helped(*models, held, ["new0", "new1"], learned=8)
    new, old = found.groups
    assert (new.group, new.people, old.people) == ("new", 2, 3)
    assert new.changes["kendall"].difference.low > 0.2
    assert old.changes["kendall"].difference.high < -0.2
    assert found.sentence.startswith("The new labels of 8 videos moved the model towards those who gave them by ")
    assert "away from the others by " in found.sentence
    assert "on 6 videos that were held out. ± is half of the 95 % interval." in found.sentence
    assert new.skill_after is not None
    assert new.skill_before is not None
    assert new.skill_after.kendall > 0.5 > new.skill_before.kendall


def test_two_videos_are_too_few_for_limits_and_that_is_said(models: tuple[Checkpoint, Checkpoint]) -> None:
    found = helped(*models, [with_newcomers(entry(i)) for i in (20, 21)], ["new0", "new1"], learned=8)
    assert np.isnan(found.groups[0].changes["kendall"].difference.low)
    assert "(too few videos to say how surely)" in found.sentence


def test_without_a_model_before_only_what_is_reached_is_told(models: tuple[Checkpoint, Checkpoint]) -> None:
    found = helped(None, models[1], [with_newcomers(entry(20))], ["new0", "new1"], learned=8)
    assert found.groups[0].before is None
    assert found.sentence.startswith("The model reaches ")


def test_where_nobody_judged_what_was_held_out_nothing_is_claimed(models: tuple[Checkpoint, Checkpoint]) -> None:
    found = helped(*models, [], ["new0"], learned=8)
    assert found.groups == ()
    assert "not known" in found.sentence
