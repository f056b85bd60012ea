"""What a training changed, measured on videos that it has not seen."""

from __future__ import annotations

import pytest

from core.errors import InputError
from core.labelling.events import Event
from verbs.report import ReportRequest, report
from verbs.train import TrainRequest, TrainResult, train


@pytest.fixture
def talks(library, make_entry):
    library.entries.add("talks", [make_entry(f"talks/{n}") for n in range(6)])
    return library


def trained(library, **choices) -> TrainResult:
    return train(library, TrainRequest(**{"dataset": "talks", "kind": "mlp", "epochs": 2, **choices}))


def judge(library, name, entry):
    annotations = library.annotations
    task = annotations.open_task(annotations.get_or_create_annotator(name), entry)
    ratings = [Event(name, shot, "rate", shot, 1 + shot % 5) for shot in range(len(task.shots))]
    annotations.record_events(task.id, [*ratings, Event(name, len(ratings), "submit")])


def test_a_training_that_goes_on_tells_what_it_changed_for_the_new_people_and_for_the_others(talks):
    base = trained(talks, held_out=0.4)
    assert base.report is None
    for entry in (*base.held_out, "talks/0", "talks/1"):
        judge(talks, "Ada", entry)
    made = trained(talks, start_from=base.id)
    told = made.report
    assert set(told.videos) <= set(base.held_out)
    assert [(one.group, one.people) for one in told.groups] == [("new", 1), ("old", 3)]
    assert told.sentence.startswith("The new labels of ")
    asked = report(talks, ReportRequest(checkpoint=made.id))
    assert asked.report.sentence == told.sentence
    assert asked.notes == ()


def test_new_people_who_judged_nothing_that_was_held_out_are_not_claimed_to_be_helped(talks):
    base = trained(talks)
    seen = next(f"talks/{n}" for n in range(6) if f"talks/{n}" not in base.held_out)
    judge(talks, "Ada", seen)
    made = trained(talks, start_from=base.id)
    assert [one.group for one in made.report.groups] == ["old"]
    assert made.report.learned == 1
    assert "Nobody whose labels were new judged one of them" in made.report.sentence


def test_without_held_out_videos_there_is_nothing_to_tell_and_a_lost_base_is_named(talks):
    made = trained(talks, held_out=0)
    with pytest.raises(InputError, match="held no video out"):
        report(talks, ReportRequest(checkpoint=made.id))
    base = trained(talks)
    made = trained(talks, start_from=base.id)
    talks.checkpoints.remove(base.id)
    asked = report(talks, ReportRequest(checkpoint=made.id))
    assert asked.notes == (f"'{base.id}', which the training went on from, is not in the library.",)
    assert asked.report.sentence.startswith("The model reaches ")
