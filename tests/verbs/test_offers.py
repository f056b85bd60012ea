"""What the library offers: pretraining, where eight videos or more share a feature space."""

from __future__ import annotations

import pytest

from core.models.checkpoints import save_checkpoint
from core.models.mlp import MLP, MLPConfig
from verbs.offers import pretraining_offers


def add(library, make_entry, count, space="test-6", dataset="films"):
    entries = [make_entry(f"{dataset}/{dataset}-{n}", people=0, feature_space=space) for n in range(count)]
    library.add_entries(dataset, entries)


def learn(library, tmp_path, videos, targets="none"):
    facts = {"pretraining": "visp", "targets": targets, "n_videos": videos, "visp": {"temperature": 0.5}}
    path = tmp_path / f"made-{videos}-{targets}"
    library.register_checkpoint(
        save_checkpoint(MLP(MLPConfig(6, hidden=4)), path, label="M", feature_space="test-6", training=facts).path
    )


def test_seven_videos_are_too_few_and_eight_of_two_datasets_are_enough(library, make_entry):
    add(library, make_entry, 7)
    assert pretraining_offers(library) == []
    add(library, make_entry, 1, dataset="trip")
    (offer,) = pretraining_offers(library)
    assert (offer.space, offer.videos, offer.learned) == ("test-6", 8, 0)


def test_videos_of_different_spaces_and_removed_ones_do_not_count_together(library, make_entry):
    add(library, make_entry, 8)
    add(library, make_entry, 9, space="other", dataset="others")
    assert [(one.space, one.videos) for one in pretraining_offers(library)] == [("other", 9), ("test-6", 8)]
    library.remove_entry("films/films-0")
    assert [one.space for one in pretraining_offers(library)] == ["other"]


def test_it_is_offered_again_when_half_as_many_videos_have_come(library, make_entry, tmp_path):
    add(library, make_entry, 8)
    learn(library, tmp_path, 8, targets="mean")  # trained on people after pretraining: no self-discovered rows
    assert len(pretraining_offers(library)) == 1
    learn(library, tmp_path, 8)
    assert pretraining_offers(library) == []
    add(library, make_entry, 4, dataset="trip")
    (offer,) = pretraining_offers(library)
    assert (offer.videos, offer.learned) == (12, 8)


@pytest.mark.parametrize("space", ["test-6", "words"])
def test_entries_are_listed_by_the_space_of_their_features(library, make_entry, space):
    import numpy as np

    add(library, make_entry, 2)
    text = {"text_features": np.zeros((120, 3), np.float32), "text_space": "words"}
    library.add_entries("talks", [make_entry("talks/told", features=None, feature_space=None, **text)])
    assert len(library.entries(space=space)) == {"test-6": 2, "words": 1}[space]
    assert library.spaces() == {"test-6": 2}
