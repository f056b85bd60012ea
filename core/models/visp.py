"""ViSP: pretraining a summarizer on videos that nobody has labelled.

A good summary keeps what tells its video from others (eq. 5): frames are kept or dropped by the summarizer's own
logits, made differentiable, and the summary must be recognised as its video's by contrast with other videos. The
encoder that recognises is thrown away afterwards. What stays is a distribution over summaries (eq. 4), of which
`draw` takes samples (section 4.4).

Shapes: B videos, T picks, D feature width, W the width of a video's state.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.errors import InputError
from core.models.batch import Batch
from core.models.summarizer import Trainable


@dataclass(frozen=True)
class ViSPConfig:
    """The variants of the paper's Table 1; its default in every first place.

    Attributes:
        sample: how a frame's logit becomes a relaxed choice: "concrete", "gumbel" (two-class Gumbel-softmax),
            "sigmoid" (no noise) or "straight-through" (hard choices forward, concrete gradients backward).
        flow: what stands where frames are dropped: "gate" (nothing) or "marginalise" (another video's frames).
        hard_negatives: contrast also with random summaries, as long as those that were generated.
        temperature: lambda in 0.05..5.
        beta_size: weight of the sum of a video's choices; the paper searches 0.01..1000.
        free: share of a video that is kept for nothing, so that the size penalty is a constraint; 0 as published.
        beta_binary: weight of the sum of y (1 - y); the paper searches 0.01..100.
        encoder: what makes a video's state: "csta" (the paper's) or "attention" (a small Transformer, much faster).
        normalise: states pass a LayerNorm and are scaled, so that inner products stay comparable; False as published.
    """

    sample: Literal["concrete", "gumbel", "sigmoid", "straight-through"] = "concrete"
    flow: Literal["gate", "marginalise"] = "gate"
    hard_negatives: bool = False
    temperature: float = 0.5
    beta_size: float = 0.01
    free: float = 0.0
    beta_binary: float = 0.01
    encoder: Literal["csta", "attention"] = "csta"
    normalise: bool = True

    def __post_init__(self) -> None:
        known = {
            "sample": ("concrete", "gumbel", "sigmoid", "straight-through"),
            "flow": ("gate", "marginalise"),
            "encoder": ("csta", "attention"),
        }
        for name, values in known.items():
            if getattr(self, name) not in values:
                raise InputError(f"ViSP's {name} is one of {', '.join(values)}, not '{getattr(self, name)}'.")
        if not 0.05 <= self.temperature <= 5:
            raise InputError(f"ViSP's temperature lies in 0.05..5, not at {self.temperature}.")
        if self.beta_size < 0 or self.beta_binary < 0:
            raise InputError("ViSP's penalties cannot be negative.")
        if not 0 <= self.free < 1:
            raise InputError(f"The share that ViSP keeps for nothing lies in 0..1, not at {self.free}.")


def choose(logits: Tensor, config: ViSPConfig) -> Tensor:
    """Relaxed choices (section 3.3): logits alpha (B, T) -> (B, T) in [0, 1], 1 for kept."""
    if config.sample == "sigmoid":
        return torch.sigmoid(logits / config.temperature)
    if config.sample == "gumbel":
        both = torch.stack([logits, torch.zeros_like(logits)], -1)
        return F.gumbel_softmax(both, tau=config.temperature, dim=-1)[..., 0]
    uniform = torch.rand_like(logits).clamp(1e-6, 1 - 1e-6)
    soft = relaxed(logits, uniform, config.temperature)
    if config.sample == "concrete":
        return soft
    return torch.bernoulli(soft.detach()) + (soft - soft.detach())  # section 4.3: gradients are copied


def relaxed(logits: Tensor, uniform: Tensor, temperature: float) -> Tensor:
    """Eq. 6; over 0.5 as often as sigmoid(logits), whatever the temperature."""
    return torch.sigmoid((uniform.log() - (1 - uniform).log() + logits) / temperature)


STRATA = 8  # samples that are spread evenly together


def draw(alpha: Tensor, n: int, seed: int, temperature: float) -> Tensor:
    """Samples of the summaries' distribution (eq. 4): alpha (T,) -> (n, T) in [0, 1]; over 0.5 means kept.

    Each sample by itself is drawn as in training (eq. 6). Every eight together are spread evenly (a Latin hypercube),
    so that the mean of a few is close to sigmoid(alpha). Sample k of a seed is the same for every n.
    """
    generator = torch.Generator().manual_seed(seed)
    uniform = []
    for _ in range(-(-n // STRATA)):
        stratum = torch.rand(STRATA, len(alpha), generator=generator).argsort(0)
        uniform.append((stratum + torch.rand(STRATA, len(alpha), generator=generator)) / STRATA)
    return relaxed(alpha, torch.cat(uniform)[:n].clamp(1e-6, 1 - 1e-6), temperature)


def summarize(features: Tensor, choices: Tensor, valid: Tensor, flow: str) -> Tensor:
    """The summary of every video as features (B, T, D): dropped frames are 0 (eq. 8) or another video's (eq. 9)."""
    gated = features * choices[..., None]
    if flow == "gate":
        return gated
    return gated + frames_of_others(features, valid) * (1 - choices[..., None])


def frames_of_others(features: Tensor, valid: Tensor) -> Tensor:
    """The next video of the batch, stretched to every video's own length: (B, T, D)."""
    stretched = torch.zeros_like(features)
    lengths = valid.sum(1).tolist()
    for i, length in enumerate(lengths):
        other = (i + 1) % len(lengths)
        picks = torch.linspace(0, lengths[other] - 1, length, device=features.device).round().long()
        stretched[i, :length] = features[other, picks]
    return stretched


def info_nce(summaries: Tensor, originals: Tensor, randoms: Tensor | None = None) -> Tensor:
    """Eq. 3, with inner products for sim: every summary must find its own video, not another and no random summary.

    Its mean over the batch, as are both penalties: the expectation over videos of eq. 8.

    Args:
        summaries: (B, W) states of the summaries X_s.
        originals: (B, W) states of their videos X_o, in the same order.
        randoms: (B, W) states of random summaries X_r, the hard negatives, or None for none.
    """
    similar = summaries @ originals.T
    if randoms is not None:
        similar = torch.cat([similar, summaries @ randoms.T], 1)
    return F.cross_entropy(similar, torch.arange(len(summaries), device=similar.device))


class AttentionEncoder(nn.Module):
    """A video's state: the token of a two-layer Transformer over its frames."""

    def __init__(self, feature_width: int, width: int = 128) -> None:
        super().__init__()
        self.input = nn.Linear(feature_width, width)
        self.token = nn.Parameter(torch.zeros(1, 1, width))
        layer = nn.TransformerEncoderLayer(width, 4, 2 * width, 0.1, batch_first=True, norm_first=True)
        self.layers = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)

    def forward(self, features: Tensor, valid: Tensor) -> Tensor:
        x = torch.cat([self.token.expand(len(features), -1, -1), self.input(features)], 1)
        return self.layers(x, src_key_padding_mask=~F.pad(valid, (1, 0), value=True))[:, 0]


class CSTAEncoder(nn.Module):
    """A video's state: CSTA's CLS token."""

    def __init__(self, feature_width: int) -> None:
        super().__init__()
        from core.models.csta import CSTA, CSTAConfig

        self.csta = CSTA(CSTAConfig(feature_width))
        self.csta.head.requires_grad_(False)  # takes no part

    def forward(self, features: Tensor, valid: Tensor) -> Tensor:
        lengths = valid.sum(1).tolist()
        return torch.stack([self.csta.video_state(x[:n]) for x, n in zip(features, lengths, strict=True)])


class Pretrained(Trainable):
    """A summarizer with what it needs to be pretrained. `summarizer` is what is kept."""

    def __init__(self, summarizer: Any) -> None:
        super().__init__()
        self.summarizer = summarizer
        # A summarizer that samples has no logits of its own: a layer for pretraining reads its video encoding.
        self.output = None if hasattr(summarizer, "logits") else nn.Linear(summarizer.config.hidden, 1)

    def prepare(self, videos: Sequence[Tensor]) -> None:
        self.summarizer.prepare(videos)

    def logits(self, features: Tensor, valid: Tensor) -> Tensor:
        """The summarizer's logits alpha (eq. 7): (B, T)."""
        if self.output is None:
            return self.summarizer.logits(features, valid)
        memory, _ = self.summarizer.encode(features, valid)
        return self.output(memory).squeeze(-1)


class FixedSummaries(Pretrained):
    """What ViSP is compared with (section 4.4, FSA): one summary a video, given beforehand, is told from the rest."""

    def loss(self, batch: Batch) -> Tensor:
        """Binary cross-entropy over the frames of the batch; its targets are 1 in the summary and 0 outside."""
        logits = self.logits(batch.features, batch.valid)[:, None].expand_as(batch.targets)
        return F.binary_cross_entropy_with_logits(logits[batch.judged], batch.targets[batch.judged])


class ViSP(Pretrained):
    """A summarizer beside an encoder of videos, which is thrown away afterwards."""

    def __init__(self, summarizer: Any, config: ViSPConfig) -> None:
        super().__init__(summarizer)
        self.config = config
        width = summarizer.config.feature_width
        self.encoder = CSTAEncoder(width) if config.encoder == "csta" else AttentionEncoder(width)
        state = self.encoder.input.out_features if isinstance(self.encoder, AttentionEncoder) else 1024
        self.norm = nn.LayerNorm(state)

    def loss(self, batch: Batch) -> Tensor:
        """Eq. 10; the batch's targets are not looked at.

        Raises:
            InputError: fewer than two videos, which cannot be told apart.
        """
        if len(batch.features) < 2:
            raise InputError("ViSP contrasts videos: a batch needs at least two.", "Use more videos.")
        config = self.config
        valid = batch.valid
        choices = choose(self.logits(batch.features, valid), config) * valid
        summaries = self.state(summarize(batch.features, choices, valid, config.flow), valid)
        originals = self.state(batch.features, valid)
        randoms = None
        if config.hard_negatives:
            random = random_choices(choices, valid)
            randoms = self.state(summarize(batch.features, random, valid, config.flow), valid)
        # Section 3.4: the l1 norm of the choices, and how undecided they are.
        size = (choices.sum(1) - config.free * valid.sum(1)).clamp(min=0).mean()
        binary = (choices * (1 - choices)).sum(1).mean()
        contrast = info_nce(summaries, originals, randoms)
        return contrast + config.beta_size * size + config.beta_binary * binary

    def state(self, features: Tensor, valid: Tensor) -> Tensor:
        """What is compared of videos: (B, W)."""
        state = self.encoder(features, valid)
        if not self.config.normalise:
            return state
        state = self.norm(state)
        return state / state.shape[1] ** 0.25


def random_choices(choices: Tensor, valid: Tensor) -> Tensor:
    """Hard choices (B, T) of as many frames as each summary keeps, drawn anew."""
    order = torch.rand_like(choices).masked_fill(~valid, 2.0).argsort(1).argsort(1)
    kept = choices.detach().sum(1, keepdim=True).round().clamp(min=1)
    return (order < kept).float()
