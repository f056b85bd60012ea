"""What is told of models: where their knowledge comes from, and how good they are on what is new to them."""

from __future__ import annotations

import math
from dataclasses import asdict

import pytest
import torch

from core.errors import InputError, NotFoundError
from core.models.checkpoints import save_checkpoint
from core.models.mlp import MLP, MLPConfig
from core.training.evaluating import evaluate_checkpoint
from verbs.checkpoint_changes import (
    CheckpointRequest,
    PromoteCheckpointRequest,
    RenameCheckpointRequest,
    promote_checkpoint,
    remove_checkpoint,
    rename_checkpoint,
    restore_checkpoint,
)
from verbs.checkpoints import CheckpointsRequest, checkpoints
from verbs.compare_checkpoints import CompareCheckpointsRequest, compare_checkpoints
from verbs.leaderboard import LeaderboardRequest, leaderboard
from verbs.measure import MeasureRequest, measure

VIDEOS = [f"talks/{name}" for name in ("first", "second", "third", "fourth", "fifth")]


@pytest.fixture
def trained(library, make_entry):
    """Five judged videos, and a function that makes a checkpoint which says that it learned from some of them."""
    library.entries.add("talks", [make_entry(video) for video in VIDEOS])

    def make(name, videos=(), metrics=None, weights=0, **told):
        torch.manual_seed(weights)
        training = {
            "dataset": "talks", "videos": list(videos), "n_videos": len(videos), "n_people": 3, "simulated": False,
            "seed": 0, "lr": 1e-3, "preset": "mlp", "targets": "mean", "loss": [0.3, 0.2], "seconds": 4.5, "epochs": 2,
        }  # fmt: skip
        made = save_checkpoint(
            MLP(MLPConfig(feature_width=6)),
            library.checkpoints.folder / name,
            label=name.title(),
            feature_space="test-6",
            training=training | told,
            metrics=metrics,
        )
        return library.checkpoints.register(made.path)

    return make


def told_of(library, checkpoint):
    (facts,) = checkpoints(library, CheckpointsRequest(checkpoint=checkpoint)).checkpoints
    return facts


def test_a_checkpoint_says_how_it_came_to_be(library, trained):
    trained("base", VIDEOS[:2])
    trained("ours", VIDEOS[:3], start_from="base", started_from={"n_videos": 2, "n_people": 3, "videos": VIDEOS[:2]})
    facts = told_of(library, "ours")
    assert facts.learned_from == (
        "Learned from 3 people's labels of 3 videos (talks), before that from 3 people's labels of 2 videos."
    )
    assert (facts.parent, facts.datasets, facts.videos, facts.people, facts.simulated) == (
        "base",
        ["talks"],
        3,
        3,
        None,
    )
    assert (facts.seed, facts.seconds, facts.preset, facts.loss) == (0, 4.5, "mlp", [0.3, 0.2])
    assert facts.settings == {"lr": 1e-3, **asdict(MLPConfig(feature_width=6))}
    assert [one.id for one in checkpoints(library, CheckpointsRequest()).checkpoints] == ["ours", "base"]


def test_figures_are_of_videos_that_it_has_not_learned_from(library, trained):
    trained("ours", VIDEOS[:2])
    done = measure(library, MeasureRequest(checkpoint="ours", dataset="talks"))
    assert (done.videos, done.protocol) == (3, "tvsum")
    (told,) = told_of(library, "ours").measured
    assert (told.dataset, told.part, told.videos, told.seen, told.known) == ("talks", "all", VIDEOS[2:], 0, True)
    assert told.figures.human.pairwise.kendall == told.figures.human.pairwise.kendall
    assert told.figures.chance is not None
    assert told.settings["samples"] == 8


def test_figures_of_videos_that_it_learned_from_are_never_its_quality(library, trained):
    seen = trained("seen", VIDEOS)
    partly = trained("partly", VIDEOS[:3])
    for one in (seen, partly):  # as the command line may ask for
        figures = evaluate_checkpoint(one, [library.entries.get(video) for video in VIDEOS])
        each = dict(zip(VIDEOS, figures.per_video.values(), strict=True))
        library.evaluations.add(
            type(figures)(**{**vars(figures), "per_video": each}), dataset="talks", part="all", settings={}
        )
    (told,) = told_of(library, "seen").measured
    assert (told.figures, told.videos, told.seen) == (None, [], 5)
    (told,) = told_of(library, "partly").measured
    assert (told.videos, told.seen) == (VIDEOS[3:], 3)
    stored = library.evaluations.list(checkpoint="partly")[0].figures
    assert told.figures.kendall == pytest.approx(sum(stored.per_video[video].kendall for video in VIDEOS[3:]) / 2)
    assert told.figures.skill is None, "what people and noise get on these alone is not known"
    with pytest.raises(InputError, match="has learned from all judged videos"):
        measure(library, MeasureRequest(checkpoint="seen", dataset="talks"))


def test_what_its_training_held_out_comes_first(library, trained):
    first = trained("first", VIDEOS[:3])
    figures = evaluate_checkpoint(first, [library.entries.get(video) for video in VIDEOS[3:]])
    told = {name: value for name, value in asdict(figures).items() if value is not None} | {"videos": VIDEOS[3:]}
    trained("ours", VIDEOS[:3], metrics={"tvsum": told, "summe": {"f1": 0.4, "kendall": 0.1}}, held_out=VIDEOS[3:])
    measure(library, MeasureRequest(checkpoint="ours", dataset="talks"))
    facts = told_of(library, "ours")
    assert [one.part for one in facts.measured] == ["held-out", "all"], "what says no videos is not told"
    assert facts.measured[0].videos == facts.held_out == VIDEOS[3:]
    assert facts.measured[0].figures.skill is not None


def test_names_promotion_removal_and_its_undoing(library, trained):
    trained("ours")
    assert rename_checkpoint(library, RenameCheckpointRequest(checkpoint="ours", name="Best")).label == "Best"
    promote_checkpoint(library, PromoteCheckpointRequest(checkpoint="ours"))
    assert told_of(library, "ours").promoted
    promote_checkpoint(library, PromoteCheckpointRequest(checkpoint="ours", off=True))
    assert not told_of(library, "ours").promoted
    assert remove_checkpoint(library, CheckpointRequest(checkpoint="ours")).label == "Best"
    assert checkpoints(library, CheckpointsRequest()).checkpoints == []
    (gone,) = checkpoints(library, CheckpointsRequest(removed=True)).checkpoints
    assert gone.removed is not None
    assert restore_checkpoint(library, CheckpointRequest(checkpoint="ours")).label == "Best"
    with pytest.raises(NotFoundError):
        restore_checkpoint(library, CheckpointRequest(checkpoint="nothing"))


def test_a_leaderboard_holds_models_noise_and_people_of_the_same_videos(library, trained):
    for weights, name in enumerate(("one", "two")):
        trained(name, VIDEOS[:2], weights=weights, selected_on_test=name == "two")
        measure(library, MeasureRequest(checkpoint=name, dataset="talks"))
    trained("seen", VIDEOS[:4])
    measure(library, MeasureRequest(checkpoint="seen", dataset="talks"))
    first, second = leaderboard(library, LeaderboardRequest(dataset="talks")).boards
    assert (first.videos, second.videos) == (sorted(VIDEOS[2:]), VIDEOS[4:]), "not beside one that had fewer videos"
    rows = {row.checkpoint or row.label: row for row in first.rows}
    assert set(rows) == {
        "one", "two", "Noise that knows nothing", "People, each by the others", "People, two by two",
    }  # fmt: skip
    assert rows["two"].selected_on_test
    assert rows["one"].videos == 3
    noise, people = rows["Noise that knows nothing"], rows["People, each by the others"]
    assert (noise.skill, people.skill) == (0, 1)
    taus = [row.kendall for row in first.rows]
    assert taus == sorted(taus, reverse=True)
    assert leaderboard(library, LeaderboardRequest(dataset="walks")).boards == []


def test_two_models_differ_in_settings_and_on_common_videos(library, trained):
    trained("one", VIDEOS[:1], weights=1, lr=1e-3)
    trained("two", VIDEOS[:2], weights=2, lr=3e-4)
    asked = CompareCheckpointsRequest(checkpoints=("one", "two"))
    assert "measure them on the same data set" in compare_checkpoints(library, asked).notes[0]
    for name in ("one", "two"):
        measure(library, MeasureRequest(checkpoint=name, dataset="talks"))
    found = compare_checkpoints(library, asked)
    assert {row.name: row.values for row in found.differing} == {"videos": [1, 2], "lr": [1e-3, 3e-4]}
    assert (found.protocol, found.videos) == ("tvsum", sorted(VIDEOS[2:]))
    tau = next(row for row in found.figures if row.name == "kendall")
    assert tau.differences[0] is None
    assert tau.differences[1].value == pytest.approx(tau.means[1] - tau.means[0])
    assert tau.differences[1].low <= tau.differences[1].value <= tau.differences[1].high
    assert found.seeds == []
    with pytest.raises(InputError, match="Between 2 and"):
        compare_checkpoints(library, CompareCheckpointsRequest(checkpoints=("one", "one")))


def test_runs_of_several_seeds_are_compared_by_their_means(library, trained):
    for seed in range(3):
        trained(f"small-{seed}", VIDEOS[:2], weights=seed, seed=seed)
        trained(f"large-{seed}", VIDEOS[:2], weights=10 + seed, seed=seed, lr=0.1)
    for one in library.checkpoints.list():
        measure(library, MeasureRequest(checkpoint=one.id, dataset="talks"))
    found = compare_checkpoints(library, CompareCheckpointsRequest(checkpoints=("small-0", "large-1")))
    tau = next(row for row in found.seeds if row.name == "kendall")
    assert (tau.first, tau.checkpoint, tau.first_runs, tau.runs) == ("small-0", "large-1", 3, 3)
    assert 0 < tau.p <= 1
    assert math.isfinite(tau.t)
    alike = compare_checkpoints(library, CompareCheckpointsRequest(checkpoints=("small-0", "small-1")))
    assert alike.seeds == [], "both are runs of one recipe"
    assert [row.name for row in alike.differing] == ["seed"]
