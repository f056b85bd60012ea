"""What checkpoints learned from, in words."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.data import ScoreTrack
from core.models.checkpoints import Checkpoint, read_checkpoint
from core.models.provenance import learned_from, told_of_run

DEMO = Path(__file__).resolve().parents[3] / "assets" / "demo" / "checkpoints"


TALKS = {"dataset": "talks", "n_videos": 2, "n_people": 3, "simulated": False, "videos": ["talks/a", "talks/b"]}
DRAWINGS = {"dataset": "demo", "n_videos": 6, "n_people": 12, "simulated": True, "videos": ["demo/a"]}


def checkpoint(**training: object) -> Checkpoint:
    return Checkpoint("c", Path("c"), "mlp", "MLP", {}, "test-6", 6, training, {}, "2026-01-01T00:00:00+00:00")


@pytest.mark.parametrize(
    ("training", "sentence"),
    [
        (
            TALKS,
            "Learned from 3 people's labels of 2 videos (talks); this video was among them.",
        ),
        (
            {"dataset": "talks", "n_videos": 2, "n_people": 13, "simulated": True, "n_simulated": 12, "videos": None},
            "Learned from the labels of 1 person and 12 simulated people of 2 videos (talks).",
        ),
        (
            {"dataset": "talks", "n_videos": 1, "n_people": 1, "simulated": True, "videos": ["talks/b"]},
            "Learned from 1 simulated person's labels of 1 video (talks); this video was not among them.",
        ),
        ({"dataset": "talks", "n_videos": 9, "n_people": 3}, "Learned from 3 people's labels of 9 videos (talks)."),
        (
            {"dataset": "other", "n_videos": 9, "n_people": 3},
            "Learned from 3 people's labels of 9 videos (other); this video was not among them.",
        ),
        (
            {
                "dataset": None,
                "n_videos": 2,
                "n_people": 0,
                "pretraining": "visp",
                "targets": "none",
                "videos": ["talks/a", "talks/b"],
            },
            "Learned from the pictures of 2 videos; this video was among them.",
        ),
        ({"released": True}, "A released checkpoint: what it learned from is in its release."),
        (
            {"released": True, "source": "tvsum.pt"},
            "A released checkpoint (tvsum.pt): what it learned from is in its release.",
        ),
        (
            TALKS | {"start_from": "x", "started_from": DRAWINGS},
            "Learned from 3 people's labels of 2 videos (talks), before that from 12 simulated people's labels of "
            "6 videos (demo); this video was among them.",
        ),
        (
            TALKS | {"start_from": "x", "started_from": {"released": True, "source": "tvsum.pt"}},
            "Learned from 3 people's labels of 2 videos (talks), before that from what a release (tvsum.pt) learned "
            "from; this video was among them.",
        ),
        ({}, "What it learned from is not known."),
    ],
)
def test_a_sentence_says_what_a_checkpoint_learned_from(training, sentence):
    assert learned_from(checkpoint(**training)).sentence("talks/a") == sentence


def test_who_learned_from_simulated_people_waits_on_videos_of_other_data_sets():
    facts = learned_from(checkpoint(dataset="demo", n_videos=1, n_people=2, simulated=True))
    assert facts.stands_back("films/a")
    assert not facts.stands_back("demo/a")
    assert not learned_from(checkpoint(dataset="demo", n_videos=1, n_people=2, simulated=False)).stands_back("films/a")


def test_what_it_went_on_from_counts_as_seen_and_as_simulated():
    facts = learned_from(checkpoint(**TALKS, start_from="x", started_from=DRAWINGS))
    assert (facts.simulated, facts.own_simulated) == (True, False)
    assert (facts.saw("talks/a"), facts.saw("demo/a"), facts.saw("films/a")) == (True, True, False)
    assert facts.stands_back("films/a")
    assert not facts.stands_back("talks/c")


def test_what_it_went_on_from_by_name_alone_is_not_known():
    facts = learned_from(checkpoint(**TALKS, start_from="x"))
    assert facts.simulated is None
    assert facts.saw("talks/a")
    assert facts.saw("films/a") is None
    assert "before that from something unknown." in facts.sentence("films/a")


def test_a_run_that_nobody_trained_says_so():
    def said(kind: str, checkpoint: str) -> ScoreTrack:
        return ScoreTrack("A model", kind, checkpoint, "test-6", np.zeros((1, 4), np.float32))

    assert told_of_run(said("tastes", "tastes-v1"), None, "talks/a").simulated is False
    assert told_of_run(said("zero-shot", "a-language-model"), None, "talks/a").simulated is False
    for kind in ("summdiff", "tastes"):  # trained, and gone
        assert "not known" in told_of_run(said(kind, "gone"), None, "talks/a").sentence


def test_the_demo_checkpoints_know_their_videos_and_that_their_people_are_simulated():
    for name in ("summdiff-demo", "summdiff-demo-lite0", "llmvs-demo"):
        facts = learned_from(read_checkpoint(DEMO / name))
        assert facts.simulated
        assert facts.saw("demo/match-day")
        assert not facts.saw("demo/harbour-day")
        assert facts.videos == len(facts.entries) == 6
