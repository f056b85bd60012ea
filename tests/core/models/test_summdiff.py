from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.utils._python_dispatch import TorchDispatchMode

from core.errors import InputError
from core.models.batch import Batch
from core.models.codebooks import CODEBOOKS
from core.models.denoisers import DENOISERS
from core.models.diffusion import ddim, to_logits, to_scores
from core.models.summdiff import SummDiff
from core.models.summdiff_config import SummDiffConfig
from core.models.video_encoder import frame_positions


def small(denoiser="joint", **changes):
    torch.manual_seed(0)
    config = SummDiffConfig(
        feature_width=6, hidden=16, heads=2, feed_forward=24, decoder_layers=2, denoiser=denoiser, **changes
    )
    model = SummDiff(config).eval()
    for weight in model.parameters():  # also those that start at zero
        torch.nn.init.normal_(weight, std=0.3)
    return model


@settings(max_examples=50, deadline=None)
@given(score=st.floats(0.001, 0.999), temperature=st.floats(0.5, 4))
def test_scores_survive_the_way_to_logits_and_back(score, temperature):
    scores = torch.tensor([score], dtype=torch.float64)
    back = to_scores(to_logits(scores, temperature, 1e-3), temperature)
    torch.testing.assert_close(back, scores)


def test_logits_of_the_extremes_are_finite():
    logits = to_logits(torch.tensor([0.0, 1.0]), 2.0, 1e-3)
    assert bool(torch.isfinite(logits).all())
    assert logits[0] == -logits[1]


def test_positions_are_measured_against_the_own_length_of_each_video():
    valid = torch.zeros(2, 12, dtype=torch.bool)
    valid[0, :8] = valid[1] = True
    alone = frame_positions(torch.ones(1, 8, dtype=torch.bool), 16)
    torch.testing.assert_close(frame_positions(valid, 16)[:1, :8], alone)


@pytest.mark.parametrize("denoiser", DENOISERS)
def test_padding_changes_nothing(denoiser):
    model = small(denoiser)
    features = torch.randn(1, 9, 6)
    noised = torch.rand(1, 3, 9)
    t = torch.tensor([400])
    valid = torch.ones(1, 9, dtype=torch.bool)
    with torch.no_grad():
        alone = model.denoise(noised, *model.encode(features, valid), t)
        features = torch.nn.functional.pad(features, (0, 0, 0, 5), value=9.0)
        noised = torch.nn.functional.pad(noised, (0, 5), value=0.9)
        valid = torch.nn.functional.pad(valid, (0, 5))
        padded = model.denoise(noised, *model.encode(features, valid), t, valid, valid[:, None].expand(-1, 3, -1))
    torch.testing.assert_close(padded[..., :9], alone, atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize(
    ("denoiser", "reach"),
    [
        ("DiT", {10}),
        ("Transformer_dec", {10}),
        ("additive", {10}),
        ("latentmlp", {7, 8, 9, 10, 11, 12, 13}),
        ("joint", set(range(20))),
    ],
)
def test_how_far_one_noised_score_reaches(denoiser, reach):
    # Only the joint denoiser can decide for the whole curve at once; the published ones decide frame by frame.
    model = small(denoiser)
    noised = torch.full((1, 1, 20), 0.2)
    with torch.no_grad():
        memory, position = model.encode(torch.randn(1, 20, 6), torch.ones(1, 20, dtype=torch.bool))
        before = model.denoise(noised, memory, position, torch.tensor([500]))
        noised[..., 10] = 0.8
        after = model.denoise(noised, memory, position, torch.tensor([500]))
    assert set(torch.nonzero((before - after)[0, 0]).flatten().tolist()) == reach


def test_a_sample_is_the_same_however_many_are_drawn():
    model, features = small(), torch.randn(15, 6)
    torch.testing.assert_close(model.predict(features, 5, 3)[:2], model.predict(features, 2, 3))
    assert not torch.allclose(model.predict(features, 2, 3), model.predict(features, 2, 4))


class NumbersRead(TorchDispatchMode):
    """Counts how often a number is read from a tensor, for which a GPU has to be waited for."""

    count = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        # What float() and bool() become in inference mode.
        self.count += func in (torch.ops.aten.item.default, torch.ops.aten.is_nonzero.default)
        return func(*args, **(kwargs or {}))


@pytest.mark.parametrize("denoiser", DENOISERS)
def test_no_step_of_sampling_waits_for_a_number(denoiser):
    model, features = small(denoiser, p_uncond=0.2, guidance=0.2), torch.randn(15, 6)
    counts = []
    for steps in (2, 6):
        with NumbersRead() as read:
            model.predict(features, 4, steps=steps)
        counts.append(read.count)
    assert counts[0] == counts[1] > 0  # those of the checks before


@pytest.mark.parametrize("codebook", CODEBOOKS)
def test_samples_are_scores(codebook):
    scores = small(codebook=codebook).predict(torch.randn(15, 6), 4, 0, steps=3)
    assert scores.shape == (4, 15)
    assert scores.dtype == torch.float32
    assert 0 < float(scores.min()) <= float(scores.max()) < 1


def test_guidance_needs_a_model_that_knows_the_null_video():
    features = torch.randn(15, 6)
    with pytest.raises(InputError, match="null video"):
        small().predict(features, guidance=0.5)
    guided = small(p_uncond=0.2, guidance=0.5)
    assert not torch.equal(guided.predict(features), guided.predict(features, guidance=0.0))


@pytest.mark.parametrize(
    ("features", "message"),
    [
        (torch.full((5, 6), torch.nan), "NaN"),
        (torch.zeros(1, 6), "fewer than two picks"),
        (torch.zeros(5, 7), "do not fit"),
    ],
)
def test_features_that_make_no_sense_are_refused(features, message):
    with pytest.raises(InputError, match=message):
        small().predict(features)


@pytest.mark.parametrize("settings", [{"steps": 0}, {"steps": 1001}, {"n": 0}, {"eta": 1.5}, {"temperature": -1}])
def test_sampler_settings_out_of_range_are_refused(settings):
    with pytest.raises(InputError):
        small().predict(torch.randn(5, 6), **settings)


@pytest.mark.parametrize("denoiser", DENOISERS)
def test_scores_that_nobody_gave_have_no_influence_on_the_loss(denoiser):
    model = small(denoiser, p_uncond=0.3)
    judged = torch.ones(2, 3, 10, dtype=torch.bool)
    judged[0, 1, 4:] = False
    judged[1, 2] = False
    valid = torch.ones(2, 10, dtype=torch.bool)
    targets, features = torch.rand(2, 3, 10), torch.randn(2, 10, 6)
    losses = []
    for filler in (0.0, 0.9):
        torch.manual_seed(1)
        batch = Batch(features, valid, torch.where(judged, targets, filler), judged)
        losses.append(model.loss(batch))
    assert torch.isfinite(losses[0])
    assert losses[0] == losses[1]
    losses[0].backward()
    assert all(torch.isfinite(p.grad).all() for p in model.parameters() if p.grad is not None)


@pytest.mark.parametrize(("codebook", "levels"), [("learned", 5), ("sinusoidal", 5), ("scalar", 101)])
def test_a_codebook_knows_as_many_scores_as_it_has_codes(codebook, levels):
    torch.manual_seed(0)
    config = SummDiffConfig(6, hidden=16, heads=2, codebook=codebook, codebook_size=4)
    with torch.no_grad():
        told = CODEBOOKS[codebook](config)(torch.linspace(0, 1, 101))
    assert told.shape == (101, 16)
    assert len(torch.unique(told, dim=0)) == levels


def test_with_a_skip_a_new_denoiser_returns_scores_without_noise_as_they_are():
    torch.manual_seed(0)
    for skip, wrong in ((0.5, False), (0.0, True)):
        model = SummDiff(SummDiffConfig(6, hidden=16, heads=2, feed_forward=16, skip=skip)).eval()
        noised = torch.rand(1, 2, 12) * 0.8 + 0.1
        with torch.no_grad():
            memory, position = model.encode(torch.randn(1, 12, 6), torch.ones(1, 12, dtype=torch.bool))
            scores = to_scores(model.denoise(noised, memory, position, torch.tensor([0])), 2.0)
        assert ((scores - noised).abs().max() > 0.05) == wrong


@pytest.mark.parametrize("codebook", ["learned", "sinusoidal"])
def test_codes_enter_as_their_vectors_do(codebook):
    model = small("latentmlp", codebook=codebook).double()
    memory, position = model.encode(torch.randn(2, 9, 6, dtype=torch.float64), None)
    noised = torch.rand(1, 3, 9, dtype=torch.float64)
    of_video = model.denoiser.of_video(memory, position[:1], None)
    shared = model.denoiser.at_step(of_video, model.denoiser.of_time(torch.tensor([400])))
    table = model.denoiser.tabled(model.codebook.vectors(), of_video)
    entered = model.denoiser.enter_codes(model.codebook.codes(noised), table, shared)
    torch.testing.assert_close(entered, model.denoiser.enter(model.codebook(noised), shared))


@pytest.mark.parametrize("denoiser", DENOISERS)
def test_sampling_says_what_every_step_alone_would_say(denoiser):
    # What is done once for a video, or for all its codes, is done in every step here.
    model = small(denoiser, p_uncond=0.2, guidance=0.2).double()
    features = torch.randn(11, 6, dtype=torch.float64)
    memory, position = model.encode(torch.stack([features, model.null_video.expand_as(features)]), None)
    start, noise = (torch.randn(size, dtype=torch.float64) for size in ((4, 11), (5, 4, 11)))

    def clean(u, t):
        noised, step = to_scores(u, model.config.sigmoid_temp)[None].expand(2, -1, -1), torch.tensor([t, t])
        valid = torch.ones(2, 11, dtype=torch.bool)
        return model.denoise(noised, memory, position, step, valid, valid[:, None].expand(-1, 4, -1))

    def steered(u, t):
        given, without = clean(u, t)
        return 1.2 * given - 0.2 * without

    with torch.no_grad():
        logits = ddim(model.schedule, steered, lambda u, t: clean(u, t)[0], start, noise)
    found = model.predict(features, 4, steps=5, noise=(start, noise))
    torch.testing.assert_close(found, to_scores(logits, model.config.sigmoid_temp).float())


def test_a_video_whose_encoding_is_kept_gives_the_same_samples(monkeypatch):
    model, features = small("latentmlp", p_uncond=0.2, guidance=0.2), torch.randn(11, 6)
    before = model.predict(features, 4)
    model.keep_encodings()
    assert torch.equal(model.predict(features, 4), before)
    monkeypatch.setattr(model.encoder, "relate", None)
    assert torch.equal(model.predict(features, 4), before)
    assert torch.equal(model.predict(features, 6, seed=0)[:4], before)
    with pytest.raises(TypeError):
        model.predict(features + 1, 4)
    with pytest.raises(TypeError):
        model.predict(features, 4, guidance=0.0)
