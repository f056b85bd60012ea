"""Windows over long videos: they cover every pick, agree where they overlap, and see no further than they reach."""

from __future__ import annotations

from itertools import pairwise

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.models.diffusion import sampling_noise
from core.models.summdiff import SummDiff
from core.models.summdiff_config import SummDiffConfig
from core.models.windows import LONG, OVERLAP, WINDOW, blended, spans_of

SMALL = SummDiffConfig(4, hidden=16, heads=2, feed_forward=16, encoder_layers=1, input_layers=1, decoder_layers=1)


@given(st.integers(1, 5000), st.integers(2, 400), st.data())
def test_every_pick_lies_in_a_window_and_neighbours_share_what_was_asked_for(length, window, data):
    overlap = data.draw(st.integers(0, window - 1))
    spans = spans_of(length, window, overlap)
    assert (spans[0].start, spans[-1].stop) == (0, length)
    assert all(span.stop - span.start == min(window, length) for span in spans)
    assert all(first.stop - second.start >= overlap for first, second in pairwise(spans))
    assert all(first.start < second.start for first, second in pairwise(spans))


@given(st.integers(1, 300), st.integers(2, 60), st.data())
def test_windows_that_agree_are_what_they_say(length, window, data):
    spans = spans_of(length, window, data.draw(st.integers(0, window - 1)))
    curve = torch.sin(torch.arange(length, dtype=torch.float64))
    torch.testing.assert_close(blended((curve[span] for span in spans), spans), curve)


def test_the_nearer_its_middle_the_more_a_window_counts():
    spans = [slice(0, 4), slice(2, 6)]
    said = blended([torch.zeros(4), torch.ones(4)], spans)
    assert said.tolist() == pytest.approx([0, 0, 1 / 3, 2 / 3, 1, 1])


def made(**settings):
    torch.manual_seed(0)
    model = SummDiff(SummDiffConfig(**vars(SMALL) | settings)).eval()
    with torch.no_grad():
        for weight in model.parameters():
            weight.add_(0.1 * torch.randn_like(weight))
    return model


@pytest.mark.parametrize("denoiser", ["DiT", "latentmlp", "joint", "additive", "Transformer_dec"])
def test_one_window_over_everything_is_no_window(denoiser):
    model, features = made(denoiser=denoiser), torch.randn(300, 4)
    whole = model.predict(features, 3, steps=3)
    assert torch.equal(model.predict(features, 3, steps=3, window=300), whole)
    assert not torch.equal(model.predict(features, 3, steps=3, window=250), whole)


def test_what_happens_beyond_a_window_changes_nothing_in_it():
    model, features = made(), torch.randn(2000, 4)
    noise = sampling_noise(2, 2000, 3, seed=0)
    other = features.clone()
    other[1800:] += 1
    first, second = (model.predict(one, 2, steps=3, noise=noise, window=260) for one in (features, other))
    same = (first == second).all(0)
    touched = next(span.start for span in spans_of(2000, 260, OVERLAP) if span.stop > 1800)
    assert same[: touched - 2 * 260].all()  # each further step hands on what is new by a window at most
    assert not same[1800:].all()
    whole, changed = (model.predict(one, 2, steps=3, noise=noise) for one in (features, other))
    assert not (whole == changed).all(0)[:20].all()


def test_guidance_and_what_was_kept_of_a_video_hold_in_windows_too():
    model, features = made(p_uncond=0.2), torch.randn(500, 4)
    first = model.predict(features, 2, steps=2, guidance=0.5, window=300)
    model.keep_encodings()
    assert torch.equal(model.predict(features, 2, steps=2, guidance=0.5, window=300), first)
    whole = model.predict(features, 2, steps=2, guidance=0.5)
    assert torch.equal(model.predict(features, 2, steps=2, guidance=0.5), whole)
    assert not torch.equal(whole, first)


def test_only_long_videos_and_models_that_attend_have_windows():
    assert made().window(LONG) is None
    assert made().window(LONG + 1) == WINDOW
    assert made(denoiser="latentmlp").window(LONG + 1) is None
