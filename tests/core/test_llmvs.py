from __future__ import annotations

import json

import numpy as np
import pytest
import torch

from core.errors import CheckpointError, InputError
from core.models.batch import Batch
from core.models.llmvs import LLMVSConfig, LLMVSHead, from_official, pool_states
from tests.core.official_weights import official_tensor


@pytest.fixture(scope="module")
def vectors(golden):
    with np.load(golden / "llmvs_5.npz") as file:
        return {key: file[key] for key in file.files}


@pytest.fixture(scope="module")
def head(vectors):
    state = {k: official_tensor(k, tuple(s)) for k, s in json.loads(str(vectors["state_keys"])).items()}
    config = LLMVSConfig(
        feature_width=5120,
        hidden=int(vectors["reduced_dim"]),
        heads=int(vectors["num_heads"]),
        layers=int(vectors["num_layers"]),
    )
    return from_official(state, config)


def test_scores_are_those_of_the_release(head, vectors):
    generator = np.random.default_rng(int(vectors["seed"]))
    query, answer = (
        torch.from_numpy(generator.standard_normal((int(vectors["T"]), int(vectors[n]), 5120)).astype(np.float16))
        for n in ("Lq", "La")
    )
    np.testing.assert_allclose(head.predict(pool_states(query, answer))[0].numpy(), vectors["scores"], atol=2e-5)


def test_a_state_dict_of_another_configuration_is_refused(head):
    with pytest.raises(CheckpointError, match="does not belong"):
        from_official({"d_linear1.weight": torch.zeros(2, 2)}, LLMVSConfig(feature_width=8, hidden=16))


def test_padding_changes_nothing():
    torch.manual_seed(0)
    head = LLMVSHead(LLMVSConfig(8, hidden=32, feed_forward=16)).eval()
    features = torch.randn(1, 7, 8)
    valid = torch.ones(1, 11, dtype=torch.bool)
    valid[:, 7:] = False
    with torch.no_grad():
        padded = head(torch.nn.functional.pad(features, (0, 0, 0, 4), value=5.0), valid)
        torch.testing.assert_close(padded[:, :7], head(features))


def test_it_says_one_thing_whatever_the_seed():
    head = LLMVSHead(LLMVSConfig(8, hidden=32, feed_forward=16)).eval()
    features = torch.randn(7, 8)
    assert not head.samples
    assert head.predict(features, 5, 1).shape == (1, 7)
    assert torch.equal(head.predict(features, 5, 1), head.predict(features, 2, 9))


def test_features_that_make_no_sense_are_refused():
    head = LLMVSHead(LLMVSConfig(8, hidden=32, feed_forward=16)).eval()
    with pytest.raises(InputError, match="NaN"):
        head.predict(torch.full((4, 8), torch.nan))


def test_the_loss_looks_at_judged_scores_only():
    head = LLMVSHead(LLMVSConfig(8, hidden=32, feed_forward=16)).eval()
    features, targets = torch.randn(1, 6, 8), torch.rand(1, 2, 6)
    judged = torch.tensor([[[True] * 6, [False] * 6]])
    valid = torch.ones(1, 6, dtype=torch.bool)
    alone = head.loss(Batch(features, valid, targets[:, :1], judged[:, :1]))
    assert head.loss(Batch(features, valid, targets, judged)) == alone
