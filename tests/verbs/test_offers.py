"""What the library offers: pretraining, where eight videos or more share a feature space."""

from __future__ import annotations

import pytest

from core.models.checkpoints import save_checkpoint
from core.models.mlp import MLP, MLPConfig
from tests.core.made_videos import write_video
from verbs.features import FeaturesRequest, features
from verbs.ingest import IngestRequest, ingest
from verbs.offers import features_offers, pretraining_offers


def add(library, make_entry, count, space="test-6", dataset="films"):
    entries = [make_entry(f"{dataset}/{dataset}-{n}", people=0, feature_space=space) for n in range(count)]
    library.entries.add(dataset, entries)


def learn(library, tmp_path, videos, targets="none"):
    facts = {"pretraining": "visp", "targets": targets, "n_videos": videos, "visp": {"temperature": 0.5}}
    path = tmp_path / f"made-{videos}-{targets}"
    library.checkpoints.register(
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
    library.entries.remove("films/films-0")
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
    library.entries.add("talks", [make_entry("talks/told", features=None, feature_space=None, **text)])
    assert len(library.entries.list(space=space)) == {"test-6": 2, "words": 1}[space]
    assert library.entries.spaces() == {"test-6": 2}


def test_videos_that_lack_what_newer_ones_have_are_offered_it_until_they_have_it(library, make_entry, tmp_path):
    add(library, make_entry, 3)  # without a video there is nothing to look at
    assert features_offers(library) == []
    old = ingest(library, IngestRequest(path=write_video(tmp_path / "old.mp4", 40), space="colour-motion-v1")).as_json()
    (offer,) = features_offers(library)
    assert (offer.space, offer.lacking, offer.models) == ("efficientnet-lite0", 1, ())
    features(library, FeaturesRequest(space=offer.space, all_entries=True))
    assert features_offers(library) == []
    assert library.entries.lacking("colour-motion-v1") == []
    library.entries.remove(old["entry"])
    assert library.entries.lacking("another") == []


def test_the_space_of_a_checkpoint_is_offered_to_the_videos_that_it_cannot_score(library, tmp_path):
    ingest(library, IngestRequest(path=write_video(tmp_path / "new.mp4", 40)))
    assert features_offers(library) == []
    folder = tmp_path / "ours"
    save_checkpoint(MLP(MLPConfig(176, hidden=4)), folder, label="Ours", feature_space="colour-motion-v1", training={})
    library.checkpoints.register(folder)
    (offer,) = features_offers(library)
    assert (offer.space, offer.lacking, offer.models) == ("colour-motion-v1", 1, ("Ours",))


@pytest.mark.slow
def test_entries_whose_file_or_video_is_gone_are_not_counted(library, tmp_path):
    for name in ("a", "b", "c"):
        ingest(
            library, IngestRequest(path=write_video(tmp_path / f"{name}.mp4", 40 + ord(name)), space="colour-motion-v1")
        )
    library.entries.media("videos/a").video.unlink()
    next((library.data_dir / "entries" / "videos").glob("b*.h5")).unlink()
    assert library.entries.lacking("efficientnet-lite0") == ["videos/c"]
