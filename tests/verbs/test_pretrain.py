"""Pretraining on all videos of a feature space: of several datasets at once, with a row on every one, as a job too."""

from __future__ import annotations

import numpy as np
import pytest

from core.errors import Cancelled, InputError
from core.progress import silent
from verbs.evaluate import EvaluateRequest, evaluate
from verbs.pretrain import PretrainRequest, ViSPOptions, pretrain
from verbs.sample import SampleRequest, sample
from verbs.scoring import score_with_all
from verbs.train import TrainRequest, train
from webapp import jobs
from webapp.views.numbers import of_entry

QUICK = {"epochs": 2, "batch_size": 8}


@pytest.fixture
def films(library, make_entry):
    """Eight films of two datasets in one space, one of them judged, and one of another space."""
    library.entries.add("trip", [make_entry(f"trip/{n}", people=0) for n in range(5)])
    library.entries.add("party", [make_entry(f"party/{n}", people=3 if n == 0 else 0) for n in range(3)])
    library.entries.add("alone", [make_entry("alone/one", people=0, feature_space="other")])
    return library


def test_all_videos_of_a_space_are_learned_from_and_each_gets_a_row_of_samples(films):
    made = pretrain(films, PretrainRequest(all_videos=True, **QUICK)).as_json()
    assert (made["feature_space"], made["videos"], len(made["runs"])) == ("test-6", 8, 8)
    checkpoint = films.checkpoints.find(made["id"])
    assert checkpoint.training["videos"] == [one.id for one in films.entries.list(space="test-6")]
    (run,) = films.runs.of_entry("trip/3")
    assert (run.track.kind, run.track.model) == ("visp", "Self-discovered, no labels")
    assert run.track.scores.shape == (8, 120)
    assert run.label == f"Self-discovered, no labels: keeps {(run.track.scores > 0.5).mean():.0%}"
    assert films.runs.of_entry("alone/one") == []
    assert 0 < made["kept"] < 1
    assert made["judged"] == 1
    assert made["coverage"]["chance"]["kept"] == pytest.approx(made["coverage"]["kept"])


def test_the_numbers_of_an_entry_say_what_its_samples_cover_beside_chance(films):
    pretrain(films, PretrainRequest(space="test-6", **QUICK))
    (run,) = films.runs.of_entry("party/0")
    told = of_entry(films, "party/0").runs[f"run:{run.id}"].discovered
    assert told.kept == pytest.approx((run.track.scores > 0.5).mean())
    assert told.chance.one == pytest.approx(told.kept, abs=0.1)


def test_a_video_that_comes_later_is_scored_as_self_discovered_and_not_as_an_mlp(films, make_entry, tmp_path):
    made = pretrain(films, PretrainRequest(all_videos=True, **QUICK)).as_json()
    films.entries.add("party", [make_entry("party/late", people=0)])
    late = films.entries.get("party/late")
    assert films.checkpoints.find("visp", late).id == made["id"]
    with pytest.raises(Exception, match="There is no checkpoint 'mlp'"):
        sample(films, SampleRequest(entry=late.id, checkpoint="mlp"))
    train(films, TrainRequest(dataset="party", kind="mlp", epochs=1, out=tmp_path / "tuned", start_from=made["id"]))
    assert len(score_with_all(films, late, silent)) == 2  # one each: neither hides the other
    assert {run.track.kind for run in films.runs.of_entry(late.id)} == {"visp", "mlp"}
    assert films.checkpoints.find("mlp", late).id == "tuned"


def test_samples_of_a_seed_are_the_same_and_are_evaluated_like_any_others(films):
    made = pretrain(films, PretrainRequest(all_videos=True, **QUICK)).as_json()
    first, again, other = (
        sample(films, SampleRequest(entry="trip/0", checkpoint="visp", seed=seed, keep=False)).as_json()
        for seed in (3, 3, 4)
    )
    np.testing.assert_array_equal(first["scores"], again["scores"])
    assert first["scores"] != other["scores"]
    assert first["discovered"]["coverage"] is None
    assert evaluate(films, EvaluateRequest(dataset="party", checkpoint=made["id"])).as_json()["samples"] == 8


def test_one_dataset_is_pretrained_on_as_published_and_not_scored(films, make_entry):
    films.entries.add("big", [make_entry(f"big/{n}", people=0) for n in range(8)])
    made = pretrain(films, PretrainRequest(dataset="big", kind="mlp", visp={"encoder": "attention"}, **QUICK)).as_json()
    assert (made["runs"], made["kept"]) == ([], None)
    visp = films.checkpoints.find(made["id"]).training["visp"]
    assert (visp["free"], visp["hard_negatives"], visp["beta_size"]) == (0.0, False, 0.01)
    assert films.runs.of_entry("big/0") == []


def test_several_datasets_are_learned_from_at_once_or_a_share_of_their_videos(films, make_entry):
    films.entries.add("big", [make_entry(f"big/{n}", people=0) for n in range(8)])
    asked = {
        "dataset": "big",
        "also": ["trip", "party"],
        "kind": "mlp",
        "visp": {"encoder": "attention"},
        "held_out": 0,
        **QUICK,
    }
    made = pretrain(films, PretrainRequest(**asked)).as_json()
    assert (made["id"], made["videos"]) == ("mlp-visp-big-trip-party", 16)
    half = pretrain(films, PretrainRequest(**asked, share=0.5)).as_json()
    learned = films.checkpoints.find(half["id"]).training
    assert half["videos"] == len(set(learned["videos"])) == 8
    assert (learned["share"], learned["dataset"]) == (0.5, None)
    again = pretrain(films, PretrainRequest(**asked, share=0.5, seed=1)).as_json()
    assert films.checkpoints.find(again["id"]).training["videos"] != learned["videos"]


def test_fixed_summaries_come_from_people_and_make_a_summarizer(films, make_entry):
    films.entries.add("judged", [make_entry(f"judged/{n}") for n in range(3)])
    made = pretrain(films, PretrainRequest(dataset="judged", kind="mlp", method="fsa", epochs=2)).as_json()
    checkpoint = films.checkpoints.find(made["id"])
    assert (made["id"], made["videos"], checkpoint.applies_as) == ("mlp-fsa-judged", 3, "mlp")
    assert (checkpoint.training["pretraining"], checkpoint.training["targets"]) == ("fsa", "fixed summaries")
    with pytest.raises(InputError, match="that people judged"):
        pretrain(films, PretrainRequest(all_videos=True, method="fsa"))


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({}, "Name a dataset, or --all-videos"),
        ({"dataset": "trip", "all_videos": True}, "Name a dataset, or --all-videos"),
        ({"space": "other"}, "at least 8 at once, not 1"),
        ({"space": "none-such"}, "has none-such features"),
        ({"all_videos": True, "splits": "x.txt"}, "Splits are of one dataset"),
    ],
)
def test_what_cannot_be_pretrained_on_gets_a_sentence(films, asked, message):
    with pytest.raises(InputError, match=message):
        pretrain(films, PretrainRequest(**asked))


def test_it_runs_as_a_job_and_is_cancelled_on_request(films):
    done = jobs.enqueue(films, PretrainRequest(space="test-6", **QUICK))
    jobs.perform(films, done)
    assert films.jobs.get(done).state == "done"
    assert len(films.jobs.get(done).result["runs"]) == 8

    told = []

    def stop_while_scoring():
        return any("Sampling summaries" in message for message in told)

    with pytest.raises(Cancelled) as cancelled:
        pretrain(
            films,
            PretrainRequest(space="test-6", **QUICK),
            progress=lambda done, message, figures=None: told.append(message),
            should_stop=stop_while_scoring,
        )
    assert "checkpoint 'mlp-visp-test-6-2' is kept" in cancelled.value.hint
    assert films.checkpoints.find("visp").id == "mlp-visp-test-6-2"


def test_what_a_pretraining_kept_back_is_what_the_training_after_it_holds_out(library, make_entry):
    library.entries.add("talks", [make_entry(f"talks/{n}") for n in range(10)])
    visp = ViSPOptions(encoder="attention")
    made = pretrain(library, PretrainRequest(dataset="talks", kind="mlp", epochs=1, batch_size=8, visp=visp))
    held = library.checkpoints.find(made.id).training["held_out"]
    assert (len(held), made.videos) == (2, 8)
    tuned = train(library, TrainRequest(dataset="talks", kind="mlp", epochs=1, start_from=made.id))
    assert sorted(tuned.held_out) == sorted(held)
    whole = PretrainRequest(dataset="talks", kind="mlp", epochs=1, batch_size=8, visp=visp, held_out=0)
    assert pretrain(library, whole).videos == 10
