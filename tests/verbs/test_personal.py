"""An entry as one person would cut it: of whom, from what, how it is kept, and who is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.data import AnnotationSet
from core.data.people import slot_names
from core.errors import InputError
from core.personal import KIND
from storage.demo import seed_demo
from tests.core.personal.made_people import direction, liked, made_video
from verbs.personal import PersonalRequest, personal
from webapp.views.entry import describe

DEMO = Path(__file__).resolve().parents[2] / "assets" / "demo"
NAMES = ("Anna", "Ben")


@pytest.fixture
def films(library, make_entry):
    """Five films that Anna and Ben see with opposite eyes, and one that nobody labelled."""
    entries = []
    for number in range(6):
        video = made_video(number, picks=48)
        scores = np.stack([liked(video, direction(0)), liked(video, -direction(0))]).astype(np.float32)
        said = AnnotationSet(NAMES, scores, ("ratings",) * 2) if number else None
        entries.append(
            make_entry(
                f"films/{number}",
                picks=np.arange(0, 1440, 30),
                features=video.blocks["look"],
                feature_space="look",
                annotations=said,
            )
        )
    library.entries.add("films", entries)
    return library


def test_the_way_that_is_nearest_is_taken_and_says_what_it_learned_from(films):
    result = personal(films, PersonalRequest(entry="films/1", person="Anna", n=3))
    assert {one.way for one in result.ways} == {"gaussian-process", "ridge"}
    best = max(result.ways, key=lambda one: one.tau)
    assert result.way == best.way
    assert best.videos == 4
    assert best.tau > 0.4
    assert result.others < -0.4
    assert result.unconditioned < best.tau / 2
    assert result.videos == [f"films/{number}" for number in (2, 3, 4, 5)], "never from the entry itself"
    assert "from the labels of Anna, of 4 videos; this video was not among them." in result.learned_from
    assert f"Tau {best.tau:.2f} with Anna on videos left out (4)" in result.learned_from
    assert result.next.entry == "films/0"
    assert 0 < result.next.teaches <= 1


def test_it_is_kept_as_a_run_with_its_provenance(films):
    request = PersonalRequest(entry="films/0", person="Ben", way="ridge", n=2, seed=5)
    result = personal(films, request)
    run = films.runs.get(result.run)
    assert (run.track.kind, run.label) == (KIND, "As Ben would: ridge on features and signals")
    assert run.track.scores.tolist() == result.scores
    row = next(one for one in describe(films, "films/0").rows if one.id == f"run:{run.id}")
    assert row.learned_from.sentence == result.learned_from
    assert row.learned_from.simulated is False
    assert personal(films, request.model_copy(update={"keep": False})).scores == result.scores
    assert len(films.runs.of_entry("films/0")) == 1


def test_labels_that_may_not_be_used_are_not(films):
    result = personal(
        films, PersonalRequest(entry="films/0", person="Anna", way="ridge", without=("films/1", "films/2"))
    )
    assert result.videos == ["films/3", "films/4", "films/5"]
    with pytest.raises(InputError, match="Anna has labelled nothing but"):
        personal(films, PersonalRequest(entry="films/1", person="Anna", without=tuple(f"films/{n}" for n in range(6))))


def test_one_labelled_video_is_enough_but_nothing_can_be_measured(films):
    left = ("films/2", "films/3", "films/4", "films/5")
    result = personal(films, PersonalRequest(entry="films/0", person="Anna", without=left))
    assert "cannot be measured yet" in result.learned_from
    assert all(np.isnan(one.tau) for one in result.ways)
    assert result.as_json()["ways"][0]["tau"] is None


def test_places_of_a_data_set_are_refused(library, make_entry):
    said = AnnotationSet(slot_names(2), np.full((2, 120), 0.5, np.float32), ("tvsum",) * 2)
    library.entries.add("tvsum", [make_entry(f"tvsum/{n}", annotations=said) for n in "ab"])
    with pytest.raises(InputError, match="somebody else in every video"):
        personal(library, PersonalRequest(entry="tvsum/a", person="person 01"))


def test_a_way_without_its_checkpoint_says_how_to_get_one(films):
    with pytest.raises(InputError, match="tells people apart") as refused:
        personal(films, PersonalRequest(entry="films/0", person="Anna", way="summdiff"))
    assert "preset summdiff-personal" in refused.value.hint


def test_the_demos_people_are_persons_and_said_to_be_simulated(library):
    seed_demo(library, DEMO)
    left = tuple(f"demo/{key}" for key in ("winter-valley", "match-day", "autumn-trail", "road-to-the-sea"))
    asked = PersonalRequest(entry="demo/harbour-day", person="sim-01 (action)", way="ridge", without=left)
    result = personal(library, asked)
    assert len(result.videos) == 3
    assert "sim-01 (action), who is simulated" in result.learned_from
    assert library.runs.get(result.run).track.provenance.simulated
