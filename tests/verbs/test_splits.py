"""Split files that are made here, and trainings on all splits of a file: every video has a model that never saw it."""

from __future__ import annotations

import pytest

from core.errors import Cancelled, InputError, NotFoundError
from core.training.underway import Underway
from storage.formats.splits import read_splits
from verbs.evaluate import EvaluateRequest, evaluate_splits
from verbs.splits import SplitsRequest, splits
from verbs.train import TrainRequest, train
from verbs.train_splits import TrainSplitsRequest, train_splits

SMALL = {"dataset": "talks", "kind": "mlp", "epochs": 1}


@pytest.fixture
def talks(library, make_entry):
    entries = [make_entry(f"talks/{n}") for n in range(4)]
    library.entries.add("talks", [*entries, make_entry("talks/unjudged", people=0)])
    library.entries.add("others", [make_entry(f"others/{n}") for n in range(2)])
    return library


def made(library, **choices):
    return splits(library, SplitsRequest(dataset="talks", **choices))


def parts(result):
    return [([str(key) for key in one.train], [str(key) for key in one.test]) for one in read_splits(result.file)]


def test_each_judged_video_is_left_out_once(talks):
    result = made(talks)
    assert (result.splits, result.videos, result.file.name) == (4, 4, "leave-one-out-talks.json")
    ids = [f"talks/{n}" for n in range(4)]
    assert parts(result) == [([other for other in ids if other != one], [one]) for one in ids]
    assert talks.split_files.names() == [result.file.name]


def test_groups_are_left_out_and_the_file_says_how_they_were_drawn(talks, tmp_path):
    result = made(talks, folds=2, seed=3)
    assert (result.splits, result.file.name) == (2, "2-folds-talks-seed3.json")
    tested = [one for _, test in parts(result) for one in test]
    assert sorted(tested) == [f"talks/{n}" for n in range(4)]
    out = made(talks, folds=2, seed=3, out=tmp_path / "mine.json")
    assert out.file.read_bytes() == result.file.read_bytes()
    with pytest.raises(InputError, match="exists already"):
        made(talks, out=tmp_path / "mine.json")


def test_a_copy_of_a_video_never_trains_the_model_that_is_tested_on_it(talks, make_entry):
    same = make_entry("talks/0").features["test-6"]
    talks.entries.add("talks", [make_entry("talks/copy", features=same)])
    assert ["talks/0", "talks/copy"] in [test for _, test in parts(made(talks))]


def test_what_cannot_be_divided_is_told(talks, library):
    with pytest.raises(NotFoundError, match="There is no dataset 'films'"):
        splits(library, SplitsRequest(dataset="films"))
    with pytest.raises(InputError, match="4 different videos are too few"):
        made(talks, folds=5)
    with pytest.raises(NotFoundError, match="Nobody has judged any"):
        made(talks, people="own")


def test_all_splits_are_trained_and_their_figures_are_those_of_evaluate(talks):
    file = made(talks).file
    trained = train_splits(talks, TrainSplitsRequest(**SMALL, splits=file))
    assert [one.id for one in trained.splits] == [f"mlp-talks-split{n}" for n in range(4)]
    for number, one in enumerate(trained.splits):
        assert one.held_out == (f"talks/{number}",)
        assert f"talks/{number}" not in talks.checkpoints.find(one.id).training["videos"]
    taus = [one.figures.kendall for one in trained.splits]
    assert trained.figures.kendall == pytest.approx(sum(taus) / 4)
    asked = EvaluateRequest(dataset="talks", checkpoint=str(trained.checkpoint), splits=file)
    assert evaluate_splits(talks, asked).figures.kendall == pytest.approx(trained.figures.kendall)
    again = train_splits(talks, TrainSplitsRequest(**SMALL, splits=file))
    assert [one.id for one in again.splits] == [f"mlp-talks-2-split{n}" for n in range(4)]


def test_all_splits_go_on_where_their_process_died_and_share_the_minutes(talks, tmp_path):
    asked = TrainSplitsRequest(**SMALL | {"epochs": 1000}, splits=made(talks, folds=2).file, minutes=0.001)
    said = []

    def dies(fraction, message, figures=None):
        said.append(message)
        if message.endswith("split 2 of 2") and figures:
            raise Cancelled("Died.")

    with pytest.raises(Cancelled):
        train_splits(talks, asked, progress=dies, underway=Underway(tmp_path))
    trained = train_splits(talks, asked, underway=Underway(tmp_path))
    assert [one.id for one in trained.splits] == ["mlp-talks-split0", "mlp-talks-split1"]
    assert all(0 < one.epochs < 1000 for one in trained.splits)
    assert any(message.endswith("split 1 of 2") for message in said)


def test_test_videos_that_the_base_has_learned_from_are_told(talks):
    base = train(talks, TrainRequest(**SMALL, held_out=0))
    asked = TrainRequest(**SMALL, splits=made(talks, folds=2).file, start_from=base.id)
    assert train(talks, asked).notes == (
        f"'{base.id}' has learned from 2 of the 2 test videos: figures on these say nothing of videos that are new.",
    )
    fresh = train(talks, asked.model_copy(update={"start_from": None}))
    assert fresh.notes == ()
    assert train(talks, asked.model_copy(update={"start_from": fresh.id})).notes == ()
