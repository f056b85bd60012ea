from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from types import SimpleNamespace

import numpy as np
import pytest

from core.data import Entry
from core.data.timebase import Timebase
from core.errors import CheckpointError, InputError
from core.models.checkpoints import save_checkpoint
from core.models.llmvs import LLMVSConfig, LLMVSHead
from core.models.summdiff import SummDiff
from core.models.summdiff_config import SummDiffConfig
from core.models.tastes import Tastes, TastesConfig
from core.models.windows import WINDOW
from core.training.scoring import can_score, score
from tests.spaces import in_spaces

ONE_PICK = {"picks": np.zeros(1, int), "features": np.zeros((1, 6), np.float32), "text_features": None}


def entry(**changes):
    generator = np.random.default_rng(0)
    fields = {
        "picks": np.arange(20) * 12,
        "features": generator.standard_normal((20, 6), dtype=np.float32),
        "feature_space": "pictures",
        "text_features": generator.standard_normal((20, 4), dtype=np.float32),
        "text_space": "words",
    }
    return Entry("made/one", "One", Timebase(Fraction(24), 240), **in_spaces(fields | changes))


@pytest.fixture(scope="module")
def summdiff(tmp_path_factory):
    config = SummDiffConfig(6, hidden=16, heads=2, feed_forward=16, decoder_layers=1, p_uncond=0.1, guidance=0.2)
    path = tmp_path_factory.mktemp("checkpoints") / "summdiff-small"
    return save_checkpoint(SummDiff(config), path, label="SummDiff", feature_space="pictures", training={})


@pytest.fixture(scope="module")
def llmvs(tmp_path_factory):
    config = LLMVSConfig(4, hidden=16, feed_forward=16, layers=1)
    path = tmp_path_factory.mktemp("checkpoints") / "llmvs-small"
    return save_checkpoint(LLMVSHead(config), path, label="LLMVS head", feature_space="words", training={})


def test_a_track_says_where_its_samples_come_from(summdiff):
    track = score(summdiff, entry(), n=3, seed=5, steps=4)
    assert track.scores.shape == (3, 20)
    assert track.scores.dtype == np.float32
    assert (track.scores >= 0).all()
    assert (track.scores <= 1).all()
    assert (track.model, track.kind, track.checkpoint) == ("SummDiff", "summdiff", "summdiff-small")
    assert (track.feature_space, track.seed) == ("pictures", 5)
    assert track.settings == {"steps": 4, "guidance": 0.2, "eta": 1.0, "temperature": 1.0}


def test_its_settings_make_the_same_scores_again(summdiff):
    track = score(summdiff, entry(), n=3, seed=5, steps=4, guidance=0.0, eta=0.5, temperature=0.8)
    again = score(summdiff, entry(), n=3, seed=track.seed, **track.settings)
    np.testing.assert_array_equal(again.scores, track.scores)
    more = score(summdiff, entry(), n=5, seed=track.seed, **track.settings)
    np.testing.assert_allclose(more.scores[:3], track.scores, atol=1e-6)


def test_tastes_are_called_by_what_their_captions_name(tmp_path):
    """Three things that look unlike each other, in visits of 3 to 9 picks."""
    folder = tmp_path / "made"
    tastes = save_checkpoint(Tastes(TastesConfig(3)), folder, label="Tastes", feature_space="pictures", training={})
    random = np.random.default_rng(0)
    shown = np.repeat(random.integers(3, size=60), random.integers(3, 10, size=60))[:200]
    things = np.array(["dog", "car", "boat"])[shown]
    fields = {"features": np.eye(3, dtype=np.float32)[shown], "captions": tuple(f"a {thing}" for thing in things)}
    track = score(tastes, entry(picks=np.arange(200), text_features=None, text_space=None, **fields), n=4)
    assert track.seed == 0
    liked = [called.split()[-1] for called in track.names]
    assert len(set(liked) & {"dog", "car", "boat"}) >= 2
    apart = track.scores - track.scores.mean(axis=0)
    for curve, thing in zip(apart, liked, strict=True):
        assert thing not in things or curve[things == thing].mean() > curve[things != thing].mean()


def test_only_tastes_have_names(summdiff):
    assert score(summdiff, entry(), n=2, steps=2).names == ()


def test_the_language_head_reads_captions_and_does_not_sample(llmvs):
    track = score(llmvs, entry(), n=8, seed=5)
    assert track.scores.shape == (1, 20)
    assert track.seed is None
    assert track.settings == {}
    assert track.feature_space == "words"


def test_the_language_head_reads_caption_embeddings_kept_as_features(llmvs):
    words = entry().text_features
    one = entry(features=words, feature_space="words", text_features=None, text_space=None)
    assert can_score(llmvs, one) == ""
    np.testing.assert_array_equal(score(llmvs, one).scores, score(llmvs, entry()).scores)


@pytest.mark.parametrize(
    ("kind", "space", "changes", "reason"),
    [
        ("summdiff", "pictures", {}, ""),
        ("summdiff", "pictures", {"features": None}, "no features"),
        ("summdiff", "googlenet", {}, "trained on 'googlenet' features, this entry has 'pictures'"),
        ("llmvs", "words", {}, ""),
        ("llmvs", "words", {"text_features": None}, "no captions"),
        ("llmvs", "llama-2", {}, "trained on 'llama-2' features, this entry has 'words'"),
        (
            "summdiff",
            "pictures",
            {"picks": np.zeros(1, int), "features": np.zeros((1, 6), np.float32), "text_features": None},
            "fewer than two picks",
        ),
        ("summdiff", "third", {"more": {"third": np.zeros((20, 6), np.float32)}}, ""),
        ("summdiff", "third", {"more": {"third": np.zeros((20, 6), np.float32)}, "features": None}, ""),
        ("llmvs", "third", {"more": {"third": np.zeros((20, 4), np.float32)}, "text_features": None}, ""),
        ("summdiff", "third", {"more": {"fourth": np.zeros((20, 6), np.float32)}}, "has 'pictures' and 'fourth'"),
    ],
)
def test_whether_a_checkpoint_can_score_an_entry(kind, space, changes, reason):
    said = can_score(SimpleNamespace(kind=kind, applies_as=kind, feature_space=space), entry(**changes))
    assert reason in said
    assert bool(said) == bool(reason)


def test_a_checkpoint_is_never_applied_to_another_space(summdiff, llmvs):
    with pytest.raises(CheckpointError, match=r"trained on 'pictures' features, this entry has 'other'"):
        score(summdiff, entry(feature_space="other"))
    with pytest.raises(CheckpointError, match="width 6"):
        score(summdiff, entry(features=np.zeros((20, 7), np.float32)))
    with pytest.raises(CheckpointError, match="no captions"):
        score(llmvs, entry(text_features=None))


def test_further_features_are_scored_like_main_ones(summdiff):
    features = entry().main_features
    further = entry(features=np.zeros((20, 3), np.float32), feature_space="other", more={"pictures": features})
    np.testing.assert_array_equal(score(summdiff, further, n=2).scores, score(summdiff, entry(), n=2).scores)


def test_features_and_settings_that_make_no_sense_are_refused(summdiff):
    with pytest.raises(InputError, match="NaN"):
        score(summdiff, entry(features=np.full((20, 6), np.nan, np.float32)))
    with pytest.raises(InputError, match="fewer than two picks"):
        score(summdiff, entry(**ONE_PICK))
    with pytest.raises(InputError, match="steps"):
        score(summdiff, entry(), steps=0)


def test_missing_weights_are_an_error_for_a_person(summdiff, tmp_path):
    with pytest.raises(CheckpointError, match="missing"):
        score(replace(summdiff, path=tmp_path), entry())


def test_a_track_of_a_long_video_says_how_many_pictures_see_each_other(summdiff, monkeypatch):
    monkeypatch.setattr("core.models.summdiff.LONG", 600)
    rows = np.random.default_rng(0).standard_normal((1300, 6), dtype=np.float32)
    fields = {"picks": np.arange(1300) * 12, "features": rows, "feature_space": "pictures"}
    video = Entry("made/long", "Long", Timebase(Fraction(24), 1300 * 12), **in_spaces(fields))
    assert score(summdiff, video, n=1, steps=1).settings["window"] == WINDOW
    assert "window" not in score(summdiff, entry(), n=1, steps=1).settings
