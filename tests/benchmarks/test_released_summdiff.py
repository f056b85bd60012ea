"""A checkout with the public layout of SummDiff's release stands in for our own sampling and training."""

from __future__ import annotations

import sys
from functools import partial

import numpy as np
import pytest
import torch

from benchmarks import sampling, training
from benchmarks.plain_summdiff import PLAIN
from benchmarks.released_summdiff import ReleasedSummDiff
from core.errors import CheckpointError, InputError, NotFoundError
from core.models.summdiff import SummDiff
from core.models.summdiff_config import SummDiffConfig

SIZES = {"hidden": 16, "heads": 2, "feed_forward": 24}

# Weights under the names of the release, and its signatures; what it computes is asked from our plain SummDiff.
MODEL = """
import torch
from torch import nn

from benchmarks.plain_summdiff import denoise, encode, written_out
from core.models.official.summdiff import official_names
from core.models.diffusion import to_logits, to_scores
from core.models.summdiff import SummDiff as Ours
from core.models.summdiff_config import SummDiffConfig
from networks.summ_diff.steps import times


class Model(nn.Module):
    def __init__(self, args):
        super().__init__()
        config = SummDiffConfig(
            args.v_feat_dim, args.hidden_dim, args.nheads, args.enc_layers, args.dec_layers, args.dim_feedforward,
            denoiser=args.denoiser, p_uncond=args.p_uncond, guidance=args.w, codebook_size=args.K,
            eps=args.eps, sigmoid_temp=args.sigmoid_temp,
        )
        self.ours = [Ours(config).eval()]  # in a list, so that its names are not ours
        weights = dict(self.ours[0].named_parameters())
        for name, theirs in official_names(config).items():
            *folders, last = theirs.split(".")
            place = self
            for folder in folders:
                if folder not in place._modules:
                    place.add_module(folder, nn.Module())
                place = place._modules[folder]
            place.register_parameter(last, weights[name])

    def forward(self, gtscore, src_vid, src_vid_mask, n_frames):
        model = self.ours[0]
        if gtscore is None:
            return {"pred_scores": self.sampled(model, src_vid)}, 0.0
        found = []
        for scores, video in zip(gtscore, src_vid):
            t = torch.randint(0, 1000, (1,)).long().cuda()
            noise = torch.randn(len(scores)).cuda()
            clean = to_logits(scores[None], model.config.sigmoid_temp, model.config.eps)
            noised = to_scores(model.schedule.add_noise(clean, t, noise[None]), model.config.sigmoid_temp)
            memory = encode(model, video, written_out)
            found.append(to_scores(denoise(model, noised, memory, t, written_out), model.config.sigmoid_temp)[0])
        return {"pred_scores": torch.stack(found)}, 0.0

    def sampled(self, model, videos):
        w, tau = model.config.guidance, model.config.sigmoid_temp
        memories = [encode(model, video, written_out) for video in videos]
        u = torch.randn((1, videos.shape[1])).cuda()
        for t, following in times():
            step = torch.full((1,), t).cuda()
            given, null = (denoise(model, to_scores(u, tau), memory, step, written_out) for memory in memories)
            clean = (1 + w) * given - w * null
            signal, after = (model.schedule.alphas_cumprod[at] for at in (t, following))
            implied = (u - signal.sqrt() * clean) / (1 - signal).sqrt()
            sigma = ((1 - signal / after) * (1 - after) / (1 - signal)).sqrt()
            u = after.sqrt() * clean + (1 - after - sigma**2).sqrt() * implied + sigma * torch.randn_like(clean)
        return to_scores(given, tau).squeeze()


def loss(outputs, gtscores, gt_summary, mask):
    return (outputs["pred_scores"][mask] - gtscores[mask]).square().mean()


def build_model(args):
    print("working")
    return Model(args), loss
"""
STEPS = """
import torch


def times():
    at = torch.linspace(0, 999, 11).int().tolist()[::-1]
    return list(zip(at[:-1], at[1:]))
"""


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """A folder with the layout of the release; what is imported from it is forgotten afterwards."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    before = set(sys.modules)
    folder = tmp_path / "networks" / "summ_diff"
    folder.mkdir(parents=True)
    (folder / "summ_diff.py").write_text(MODEL)
    (folder / "steps.py").write_text(STEPS)
    yield tmp_path
    for name in set(sys.modules) - before:
        if name.partition(".")[0] in ("networks", "checkout"):
            del sys.modules[name]


def changed(checkout, *replaced):
    file = checkout / "networks" / "summ_diff" / "summ_diff.py"
    assert replaced[0] in file.read_text()
    file.write_text(file.read_text().replace(*replaced))


def case(denoiser="latentmlp"):
    return sampling.made(denoiser, 2, picks=40, width=12, **SIZES)


def model_and_video():
    torch.manual_seed(0)
    model = SummDiff(SummDiffConfig(6, **SIZES))
    with torch.no_grad():
        for weight in model.parameters():
            weight.add_(0.1 * torch.randn_like(weight))
    return model, training.made_videos([30], people=3, width=6)[0]


@pytest.mark.parametrize("denoiser", PLAIN)
def test_a_checkout_samples_with_our_weights_and_noise(checkout, denoiser, capsys):
    result = sampling._one("here", case(denoiser), 0.0, naive=False, reference=checkout)
    assert result.equal
    assert result.reference_seconds > 0
    assert capsys.readouterr().out == ""  # the last line of the output is the result


def test_other_scores_of_a_checkout_are_told(checkout):
    changed(checkout, "return to_scores(given, tau)", "return to_scores(clean, tau)")
    assert sampling._one("here", case(), 0.0, naive=False, reference=checkout).equal is False


def test_a_checkout_has_our_loss_and_gradient(checkout):
    assert training.same_as_released(checkout, *model_and_video())


def test_another_loss_of_a_checkout_is_told(checkout):
    changed(checkout, ".square()", ".abs()")
    assert not training.same_as_released(checkout, *model_and_video())


def test_a_checkout_learns_in_our_loop(checkout):
    model, video = model_and_video()
    released = ReleasedSummDiff(checkout, model)
    before = [weight.detach().clone() for weight in released.parameters()]
    assert training._learn(released, training.one_by_one([video], 2, np.random.default_rng(0))) == 3
    assert any(not torch.equal(*pair) for pair in zip(before, released.parameters(), strict=True))


def test_the_benchmark_of_training_takes_a_checkout(checkout, monkeypatch):
    small = {"VIDEOS": 2, "PEOPLE": 3, "WIDTH": 12, "LENGTHS": (20, 30), "STEPS_ON_CPU": 1}
    for name, value in small.items():
        monkeypatch.setattr(training, name, value)
    monkeypatch.setattr(training, "made_videos", partial(training.made_videos, people=3, width=12))
    result = training.training_individual("cpu", reference=checkout)
    assert result.equal
    assert set(result.facts["ratios"]) == set(training.DENOISERS)


@pytest.mark.parametrize(
    ("replaced", "error", "told"),
    [
        (("def build_model", "def built"), NotFoundError, "holds no file summ_diff.py with a function build_model"),
        (
            ("import torch\n", "import torch\nimport einops_not_here\n"),
            InputError,
            "needs the module 'einops_not_here'",
        ),
        (("import torch\n", "import torch,\n"), InputError, "cannot be imported: SyntaxError"),
        (("args.K", "args.codes"), InputError, "does not run: AttributeError"),
        (("*folders, last = theirs", "*folders, last = ('x' + theirs)"), CheckpointError, "lacks"),
        (("torch.randn((1, ", "torch.randn((3, "), InputError, r"draws noise of shape \(3, 40\) where ours is"),
        (("in times()", "in times() * 2"), InputError, "where nothing is left"),
    ],
)
def test_what_a_checkout_lacks_is_said_in_a_sentence(checkout, replaced, error, told):
    changed(checkout, *replaced)
    of = case()
    with pytest.raises(error, match=told):
        ReleasedSummDiff(checkout, of.model).sample(of.features, of.noise)
