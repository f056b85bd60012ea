"""Models of one data set on another one of a library: both ways, beside noise and people."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks import transfer
from core.data import AnnotationSet
from core.errors import InputError, NotFoundError
from storage.library import Library

TASTES = {"walks": 1.0, "talks": 1.0, "others": -1.0}


@pytest.fixture
def folder(tmp_path, make_entry):
    """Walks and talks are judged alike by what they show, others the other way round."""

    def judged(name, factor):
        shown = make_entry(name)
        liked = np.convolve(shown.features["test-6"][:, 0], np.ones(5) / 5, "same")
        scores = np.clip(0.5 + factor * np.stack([liked, 0.7 * liked, 1.2 * liked]), 0, 1).astype(np.float32)
        return make_entry(name, annotations=AnnotationSet(("a", "b", "c"), scores, ("shot-ratings",) * 3))

    with Library.open(tmp_path / "data") as library:
        for dataset, factor in TASTES.items():
            library.entries.add(dataset, [judged(f"{dataset}/{n}", factor) for n in range(4)])
        library.entries.add("unseen", [make_entry("unseen/1", people=0)])
        library.entries.add("pictures", [make_entry("pictures/1", feature_space="other-6")])
    return tmp_path / "data"


def test_what_holds_elsewhere_is_above_noise_and_what_is_liked_the_other_way_round_below(folder, monkeypatch):
    rows = {"features": transfer.ROWS["features"], "novelty": transfer.ROWS["novelty"]}
    monkeypatch.setattr(transfer, "ROWS", rows)  # tastes have the same mean and take seconds to fit
    alike = transfer.transfer(library=folder, from_="walks", to="talks").facts["spaces"]["test-6"]
    assert set(alike) == {"walks -> talks", "talks -> walks"}
    for told in alike.values():
        assert (told["learned_from_videos"], told["videos"], told["protocol"]) == (4, 4, "tvsum")
        assert told["simulated"] == [False, False]
        assert told["people"]["kendall"] > 0.9
        assert abs(told["noise"]["kendall"]) < 0.2
        assert told["features"]["kendall"] > 0.3
        gained, low, high = told["novelty_less_features"]["kendall"]
        assert gained == pytest.approx(told["novelty"]["kendall"] - told["features"]["kendall"], abs=2e-4)
        assert low <= gained <= high
    against = transfer.transfer(library=folder, from_="walks", to="others").facts["spaces"]["test-6"]
    assert against["walks -> others"]["features"]["kendall"] < -0.3


@pytest.mark.parametrize(
    ("names", "error", "words"),
    [
        (("walks", "walks"), InputError, "another one"),
        (("walks", "pictures"), InputError, "no feature space in common"),
        (("walks", "unseen"), NotFoundError, "Nobody has judged"),
        (("walks", "nothing"), NotFoundError, "nothing"),
        (("walks", None), InputError, "--from and --to"),
    ],
)
def test_what_cannot_be_compared_is_told_in_a_sentence(folder, names, error, words):
    with pytest.raises(error, match=words):
        transfer.transfer(library=folder, from_=names[0], to=names[1])


def test_videos_of_a_part_are_judged_by_a_model_of_the_others_alone(make_entry, monkeypatch):
    seen = []
    monkeypatch.setattr(
        transfer, "_judged", lambda learned, tested, *_: seen.append(learned) or {e.id: np.zeros(2) for e in tested}
    )
    entries = [make_entry(f"talks/{n}") for n in range(4)]
    told = transfer.over_parts([(transfer._but(entries, entries[:1]), entries[:1])], "test-6", "parts")
    assert all(entries[0] not in each and len(each) == 3 for each in seen)
    assert set(told["novelty"]) == {"talks/0"}
