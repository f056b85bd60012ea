"""Diffusion around tastes: what is left to learn where the mean curve and the law of how people differ are known.

`core.models.tastes` gives both in closed form: the mean curve m (ridge regression), and a Gaussian law of deviations
from it, over content, segments and time. A person's deviation, in units of the law's deviation and without its level,
is z. Noise has the same law, so that where diffusion starts people already differ; with abar_t the share of the signal,

    z_t = sqrt(abar_t) z + sqrt(1 - abar_t) e,     z and e both of variance 1 and of about the same covariance
    E[z | z_t] = sqrt(abar_t) z_t                  if people's deviations were Gaussian: what is known without learning
    v = sqrt(abar_t) e - sqrt(1 - abar_t) z        the network predicts it, from z_t, t and the video
    z^ = sqrt(abar_t) z_t - sqrt(1 - abar_t) v^

A network that says 0 samples what it starts from. What it learns is what the closed forms leave: how the mean curve
errs, and what a Gaussian cannot say, such as that somebody who likes one thing wants all of it. All noise levels weigh
the same in the loss |v - v^|^2, which would be 1 for a network that says 0 if mean and law were right.

Noise of sampling need not be that of training: as for tastes, all of it is drawn as content by default (`drawn` 0).

Sources: Salimans and Ho 2022, eq. 9 and section 4 (v); Karras et al. 2022, section 5 (a linear guess and a correction);
SummDiff (Kim et al., ICCV 2025) for encoder, denoiser and sampler.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
from torch import Tensor, nn

from core.errors import InputError
from core.models.batch import Batch, check_features, masked_mse, preference_loss, smooth
from core.models.blocks import zeroed
from core.models.codebooks import ScalarScores
from core.models.denoisers import DENOISERS
from core.models.diffusion import CosineSchedule, check_sampling, ddim, even_levels
from core.models.remembered import Remembered
from core.models.summarizer import Judged, Sampler
from core.models.summdiff import CPU_ROWS
from core.models.summdiff_config import SummDiffConfig
from core.models.tastes import Tastes, TastesConfig
from core.models.video_encoder import Standardize, VideoEncoder, frame_positions
from core.signals.content import content_rows

EDGE = 0.02  # scores are kept this far from 0 and 1 before taking logits


@dataclass(frozen=True)
class ResidualConfig:
    """Shapes, and what the noise is made of.

    Attributes:
        feature_width: D.
        hidden: H, even, a multiple of `heads`.
        heads: attention heads, where the denoiser has any.
        feed_forward: inner width of the feed-forward layers, where the denoiser has any.
        decoder_layers: blocks of the denoiser.
        denoiser: as in `core.models.summdiff`.
        input_dropout: on the features.
        dropout: in the denoiser.
        novelty: the columns of `core.models.novelty` are read beside the features, also by the mean curve.
        smoothing: of the mean curve, in picks.
        noise: share of segments and time in the noise of training that is as people have it, in [0, 1]; the rest of
            their variance is content.
        drawn: the same share in the noise of sampling: less, and samples hold less of what nobody can know.
        spread: factor on the noise of sampling; 1 for as much as people differ, less for samples nearer to the mean.
        p_uncond: probability that a training video is not shown to the denoiser.
        guidance: weight of classifier-free guidance when sampling; needs p_uncond > 0.
    """

    feature_width: int
    hidden: int = 64
    heads: int = 2
    feed_forward: int = 128
    decoder_layers: int = 2
    denoiser: str = "latentmlp"
    input_dropout: float = 0.8
    dropout: float = 0.1
    novelty: bool = True
    smoothing: float = 4.0
    noise: float = 0.5
    drawn: float = 0.0
    spread: float = 0.7
    p_uncond: float = 0.1
    guidance: float = 0.0


@dataclass(frozen=True, eq=False)
class Seen:
    """What the closed forms say of a video: logits (T,) of the mean, the sigmoid's slope there, content rows (T, D)."""

    mean: Tensor
    slope: float
    rows: np.ndarray


class ResidualDiffusion(Sampler):
    """Video features -> a distribution over score curves, around the closed-form one."""

    pairs: ClassVar[bool] = True

    def __init__(self, config: ResidualConfig) -> None:
        super().__init__()
        if not 0 <= config.drawn <= 1:
            raise InputError(f"The share of noise that is drawn is in [0, 1], not {config.drawn}.")
        self.config = config
        inner = SummDiffConfig(
            config.feature_width,
            hidden=config.hidden,
            heads=config.heads,
            encoder_layers=0,
            decoder_layers=config.decoder_layers,
            feed_forward=config.feed_forward,
            input_layers=1,
            standardize=True,
            input_dropout=config.input_dropout,
            dropout=config.dropout,
            novelty=config.novelty,
        )
        self.law = Tastes(TastesConfig(config.feature_width, config.novelty, config.smoothing, noise=config.noise))
        self._known = Remembered[Seen]()
        self.schedule = CosineSchedule()
        self.encoder = VideoEncoder(inner)
        self.embed = ScalarScores(inner)
        self.denoiser = DENOISERS[config.denoiser](inner)
        self.norm = nn.LayerNorm(config.hidden)
        self.head = nn.Sequential(
            nn.Linear(config.hidden, config.hidden), nn.ReLU(), zeroed(nn.Linear(config.hidden, 1))
        )

    def prepare(self, videos: Sequence[Tensor]) -> None:
        device = next(self.parameters()).device
        if isinstance(self.encoder.standardize, Standardize):
            read = [self.encoder.read(video[None].to(device))[0] for video in videos]
            self.encoder.standardize.fit(torch.cat(read))

    def start(self, videos: Sequence[Judged]) -> None:
        """Fits mean curve and law, in closed form."""
        self.law.fit(videos)

    def loss(self, batch: Batch) -> Tensor:
        """Mean squared error of v over what was judged, at random noise levels.

        A preference is about what is predicted from noise alone, which is the mean over people.
        """
        videos, curves = batch.targets.shape[:2]
        device = batch.features.device
        t = even_levels(videos, len(self.schedule), device)
        signal = self.schedule.alphas_cumprod[t].float()[:, None, None]
        z, noise = torch.zeros_like(batch.targets), torch.zeros_like(batch.targets)
        for row, count in enumerate(batch.valid.sum(1).tolist()):
            shown = self._seen(batch.features[row, :count])
            z[row, :, :count] = self._deviations(shown, batch.targets[row, :, :count], batch.judged[row, :, :count])
            noise[row, :, :count] = self._noise(shown, torch.randn(curves, self._random(count))).to(device)
        noised = signal.sqrt() * z + (1 - signal).sqrt() * noise
        # What was not judged has no signal: it is told as noise alone.
        noised = torch.where(batch.judged, noised, noise)
        wanted = signal.sqrt() * noise - (1 - signal).sqrt() * z
        absent = torch.rand(videos, 1, 1, device=device) < self.config.p_uncond
        memory, position = self._encode(batch.features, batch.valid)
        memory = torch.where(absent, 0.0, memory)
        shared = self.denoiser.shared(memory, position, t, batch.valid)
        seen = torch.where(batch.judged.any(-1, keepdim=True), batch.judged, batch.valid[:, None])
        loss = masked_mse(self._velocity(noised, shared, batch.valid, seen), wanted, batch.judged, batch.weights)
        if batch.preferences is None:
            return loss
        return loss + preference_loss(self._from_noise(batch, batch.preferences.video), batch.preferences)

    def _from_noise(self, batch: Batch, videos: Tensor) -> Tensor:
        """Logits (P, T) of the scores that the first step of sampling predicts for P of the batch's videos."""
        valid = batch.valid[videos]
        last = torch.full((len(videos),), len(self.schedule) - 1, device=valid.device)
        memory, position = self._encode(batch.features[videos], valid)
        noise, mean = torch.zeros(len(videos), 1, valid.shape[1]).to(memory), torch.zeros(valid.shape).to(memory)
        scale = torch.ones(len(videos), 1).to(memory)
        for row, count in enumerate(valid.sum(1).tolist()):
            shown = self._seen(batch.features[videos[row], :count])
            noise[row, :, :count] = self._noise(shown, torch.randn(1, self._random(count))).to(memory)
            mean[row, :count], scale[row] = shown.mean, self._size / shown.slope
        shared = self.denoiser.shared(memory, position, last, valid)
        # At the last step z^ is -v^.
        return mean - scale * self._velocity(noise, shared, valid, valid[:, None])[:, 0]

    @torch.inference_mode()
    def predict(
        self,
        features: Tensor,
        n: int = 8,
        seed: int = 0,
        *,
        steps: int = 10,
        guidance: float | None = None,
        eta: float = 1.0,
        temperature: float = 1.0,
    ) -> Tensor:
        """As `SummDiff.predict`: (n, T) float32 scores; sample k of a seed is the same for every n."""
        config = self.config
        check_features(features, config.feature_width)
        guidance = config.guidance if guidance is None else guidance
        check_sampling(n, steps, eta, temperature)
        if guidance and config.p_uncond == 0:
            raise InputError("This checkpoint has always seen its videos; its guidance weight must be 0.")
        device = next(self.parameters()).device
        features = features.to(device, torch.float32)
        count = len(features)
        white = [
            np.random.default_rng([seed, k]).standard_normal((steps + 1, self._random(count)), np.float32)
            for k in range(-(-n // 2))
        ]
        shown = self._seen(features)
        drawn = self._noise(shown, torch.from_numpy(np.stack(white)), config.drawn)  # (pairs, steps + 1, T)
        noise = (
            config.spread * temperature * torch.stack([drawn, -drawn], 1).flatten(0, 1)[:n].transpose(0, 1).to(device)
        )
        memory, position = self._encode(features[None], None)
        memories = torch.cat([memory, torch.zeros_like(memory)]) if guidance else memory
        at_once = n if device.type == "cuda" else max(1, CPU_ROWS // count)

        def clean(z: Tensor, t: int, shown: Tensor) -> Tensor:
            """(len(shown), n, T) what each of these videos says is clean."""
            signal = float(self.schedule.alphas_cumprod[t])
            step = torch.full((1,), t, device=device)
            shared = self.denoiser.shared(shown, position, step, None)
            parts = [self._velocity(part, shared, None, None) for part in z[None].split(at_once, 1)]
            return math.sqrt(signal) * z - math.sqrt(1 - signal) * torch.cat(parts, 1)

        def guided(z: Tensor, t: int) -> Tensor:
            found = clean(z, t, memories)
            return (1 + guidance) * found[0] - guidance * found[1] if guidance else found[0]

        z = ddim(self.schedule, guided, lambda z, t: clean(z, t, memory)[0], noise[0], noise[1:], eta)
        return (shown.mean + self._size * z / shown.slope).sigmoid().cpu().float()

    @property
    def _size(self) -> float:
        """Standard deviation of people's deviations by the law."""
        return float(self.law.law[:3].sum().sqrt())

    def _seen(self, features: Tensor) -> Seen:
        """What the closed forms say of a video (T, D); they do not change while the network learns."""
        return self._known.of(features, self._look) if self.training else self._look(features)

    def _look(self, features: Tensor) -> Seen:
        with torch.no_grad():
            mean = smooth(self.law.mean.logits(features[None])[0], self.config.smoothing)
        p = mean.sigmoid()
        rows = content_rows(features.cpu().numpy(), self.law.config.content_smoothing)
        return Seen(mean, float((p * (1 - p)).mean()), rows)

    def _deviations(self, shown: Seen, scores: Tensor, judged: Tensor) -> Tensor:
        """Scores (C, T) as z, 0 where not judged."""
        z = (scores.clamp(EDGE, 1 - EDGE).logit() - shown.mean) * shown.slope / self._size
        level = (z * judged).sum(-1, keepdim=True) / judged.sum(-1, keepdim=True).clamp(min=1)
        return (z - level) * judged

    def _random(self, count: int) -> int:
        """How many random numbers a curve of so many picks is made from."""
        return self.config.feature_width + 2 * count

    def _noise(self, shown: Seen, white: Tensor, kept: float | None = None) -> Tensor:
        """White noise (..., `_random`) as noise of the law, (..., T) of variance about 1, on the CPU."""
        return torch.from_numpy(self.law.of_rows(shown.rows, white.double().numpy(), kept) / self._size).float()

    def _encode(self, features: Tensor, valid: Tensor | None) -> tuple[Tensor, Tensor]:
        exists = torch.ones(features.shape[:2], device=features.device) if valid is None else valid
        position = frame_positions(exists, self.config.hidden).to(features)
        return self.encoder(features, position, valid), position

    def _velocity(self, z: Tensor, shared: object, valid: Tensor | None, seen: Tensor | None) -> Tensor:
        entered = self.denoiser.enter(self.embed(z), shared)
        return self.head(self.norm(self.denoiser(entered, shared, valid, seen))).squeeze(-1)
