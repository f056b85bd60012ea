"""SummDiff: video summarization as generation of importance scores by diffusion (Kim et al., ICCV 2025).

p(scores | video), learned from every single person's score curve. Section 3.1 of the paper is `video_encoder`, 3.2
`codebooks` and `denoisers`, 3.3, training and sampling, is here, over the noise of `diffusion`.

Shapes: B videos, C score curves per video (people when training, samples when sampling), T picks, D feature width,
H hidden width. All C curves of a video share its encoding and its noise level, so the video is encoded once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, cast

import torch
from torch import Tensor, nn

from core.errors import InputError
from core.models.batch import Batch, check_features, masked_mse, preference_loss, smooth
from core.models.blocks import Valid
from core.models.codebooks import CODEBOOKS, Codebook
from core.models.denoisers import DENOISERS
from core.models.diffusion import (
    LEVELS,
    CosineSchedule,
    check_sampling,
    correlate,
    ddim,
    reach,
    sampled_steps,
    sampling_noise,
    to_logits,
    to_scores,
)
from core.models.persons import Persons, check_person
from core.models.remembered import Remembered
from core.models.summarizer import Sampler
from core.models.summdiff_config import SummDiffConfig
from core.models.video_encoder import Standardize, VideoEncoder, frame_positions
from core.models.windows import LONG, OVERLAP, WINDOW, blended, spans_of

# Frames that go through the denoiser at once on a CPU: as many as stay in its cache with the feed-forward's width.
CPU_ROWS = 1200
ENCODED = 2**24  # numbers in the features of videos whose encodings are kept: two hours and the null video beside them


@dataclass(frozen=True, eq=False)
class Shown:
    """What is known of a window of B videos before curves are drawn: memory (B, T, H) and the denoiser's `of_video`."""

    memory: Tensor
    of_video: Any


class SummDiff(Sampler):
    """Video features -> a distribution over score curves."""

    pairs: ClassVar[bool] = True
    null_video: Tensor

    def __init__(self, config: SummDiffConfig) -> None:
        super().__init__()
        self.config = config
        self.schedule = CosineSchedule()
        self.levels = LEVELS[config.levels]
        self.encoder = VideoEncoder(config)
        self.codebook = CODEBOOKS[config.codebook](config)
        self.denoiser = DENOISERS[config.denoiser](config)
        self.persons = Persons(config) if config.people else None
        self.norm = nn.LayerNorm(config.hidden)
        self.head = nn.Sequential(nn.Linear(config.hidden, config.hidden), nn.ReLU(), nn.Linear(config.hidden, 1))
        self.register_buffer("null_video", torch.zeros(config.feature_width))
        self._encodings: Remembered[list[Shown]] | None = None

    def keep_encodings(self) -> None:
        """From now on `predict` encodes a video once. Only for weights that stay as they are, and where they are."""
        self._encodings = Remembered(ENCODED)

    def prepare(self, videos: Sequence[Tensor]) -> None:
        """Take from the training videos, each (T, D), what is measured instead of learned.

        The null video of the release is a file of its own, of GoogLeNet's width; ours is the mean frame. Either is one
        vector that stays as it is; `core.training.loop.train` takes the release's.
        """
        read = torch.cat([self.encoder.read(video[None].to(self.null_video))[0] for video in videos])
        self.null_video.copy_(read[:, : self.config.feature_width].mean(0))
        if isinstance(self.encoder.standardize, Standardize):
            self.encoder.standardize.fit(read)

    def encode(self, features: Tensor, valid: Valid) -> tuple[Tensor, Tensor]:
        """Features (B, T, D), valid (B, T) or None for all -> memory (B, T, H), position (B, T, H)."""
        exists = torch.ones(features.shape[:2], device=features.device) if valid is None else valid
        position = frame_positions(exists, self.config.hidden).to(features)
        return self.encoder(features, position, valid), position

    def window(self, picks: int) -> int | None:
        """How many picks see each other in a video of so many; None where all of them do."""
        return WINDOW if picks > LONG and self.denoiser.attends else None

    def _shown(self, videos: Tensor, spans: Sequence[slice]) -> list[Shown]:
        """What windows of whole videos (B, T, D) show; where a pick stands is told of the video, not of the window."""
        exists = torch.ones(videos.shape[:2], device=videos.device)
        position = frame_positions(exists, self.config.hidden).to(videos)
        read = self.encoder.read(videos, None)
        found = []
        for span in spans:
            memory = self.encoder.relate(read[:, span], position[:, span], None)
            found.append(Shown(memory, self.denoiser.of_video(memory, position[:1, span], None)))
        return found

    def denoise(
        self,
        noised: Tensor,
        memory: Tensor,
        position: Tensor,
        t: Tensor,
        valid: Valid = None,
        seen: Valid = None,
        persons: Tensor | None = None,
    ) -> Tensor:
        """Predict clean logits.

        Args:
            noised: (B, C, T) noised scores in [0, 1].
            memory: (B, T, H) from `encode`.
            position: (B, T, H) from `encode`.
            t: (B,) int64 steps in 0..999.
            valid: (B, T) frames that exist; None for all.
            seen: (B, C, T) scores that exist; None for all.
            persons: (B, C, H) vectors of who the curves are of; None for nobody in particular.

        Returns:
            (B, C, T) logits.
        """
        liking = None if persons is None or self.persons is None else self.persons(persons, memory)
        return self._clean(noised, self.denoiser.shared(memory, position, t, valid), t, valid, seen, liking)

    def _clean(
        self,
        noised: Tensor,
        shared: Any,
        t: Tensor,
        valid: Valid = None,
        seen: Valid = None,
        liking: Tensor | None = None,
        table: Tensor | None = None,
    ) -> Tensor:
        """`denoise` from what the curves of each video share.

        liking (B, C or 1, T, H) is from `Persons`; `table` is what the denoiser makes of the codebook's vectors, where
        that is done once for all steps.
        """
        if table is not None:
            entered = self.denoiser.enter_codes(cast(Codebook, self.codebook).codes(noised), table, shared)
        else:
            embedded = self.codebook(noised)
            entered = self.denoiser.enter(embedded if liking is None else embedded + liking, shared)
        x = self.denoiser(entered, shared, valid, seen)
        predicted = self.head(self.norm(x)).squeeze(-1)
        if self.config.skip == 0:
            return predicted
        signal = self.schedule.alphas_cumprod[t].to(predicted.dtype)[:, None, None]
        total = (signal * self.config.skip**2 + 1 - signal).sqrt()
        guess = signal.sqrt() * (self.config.skip / total) ** 2 * to_logits(noised, self.config.sigmoid_temp, 1e-6)
        return guess + self.config.skip * (1 - signal).sqrt() / total * predicted

    # 3.3 Training and sampling

    def loss(self, batch: Batch) -> Tensor:
        """Mean squared error between predicted and judged scores at random noise levels.

        A preference is about what is predicted from noise alone, which is the mean over people.
        """
        if self.persons is None or batch.people is None:
            return self.loss_of(batch)
        return self.loss_of(batch, self.persons.dropped(batch.people))

    def loss_of(self, batch: Batch, persons: Tensor | None = None) -> Tensor:
        """`loss` with these vectors (B, C, H) for who the curves are of; None for nobody in particular."""
        config = self.config
        videos = len(batch.features)
        absent = torch.rand(videos, 1, 1, device=batch.features.device) < config.p_uncond
        memory, position = self.encode(torch.where(absent, self.null_video, batch.features), batch.valid)

        t = self.levels(videos, len(self.schedule), memory.device)

        targets = torch.where(batch.judged, batch.targets, 0.5)
        if config.clamp:
            targets = targets.clamp(0.05, 0.95)
        clean = to_logits(targets, config.sigmoid_temp, config.eps)
        white = torch.randn(*clean.shape[:-1], clean.shape[-1] + 2 * reach(config.correlation), device=clean.device)
        noise = correlate(white, config.correlation)
        noised = to_scores(self.schedule.add_noise(clean, t, noise), config.sigmoid_temp)
        # A curve without any score takes no part in the loss, but attention needs something to look at.
        seen = torch.where(batch.judged.any(-1, keepdim=True), batch.judged, batch.valid[:, None])
        logits = self.denoise(noised, memory, position, t, batch.valid, seen, persons)
        loss = masked_mse(to_scores(logits, config.sigmoid_temp), targets, batch.judged, batch.weights)
        if batch.preferences is None:
            return loss
        return loss + preference_loss(self._from_noise(batch, batch.preferences.video), batch.preferences)

    def _from_noise(self, batch: Batch, videos: Tensor) -> Tensor:
        """Logits (P, T) of the scores that the first step of sampling predicts for P of the batch's videos."""
        config = self.config
        valid = batch.valid[videos]
        memory, position = self.encode(batch.features[videos], valid)
        last = torch.full((len(videos),), len(self.schedule) - 1, device=memory.device)
        white = torch.randn(len(videos), 1, valid.shape[1] + 2 * reach(config.correlation), device=memory.device)
        noise = to_scores(correlate(white, config.correlation), config.sigmoid_temp)
        return config.sigmoid_temp * self.denoise(noise, memory, position, last, valid, valid[:, None])[:, 0]

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
        noise: tuple[Tensor, Tensor] | None = None,
        person: int | Tensor | None = None,
        person_guidance: float = 0.0,
        window: int | None = None,
    ) -> Tensor:
        """Sample n score curves of one video.

        Args:
            features: (T, D).
            n: number of samples; sample k of a seed is the same for every n.
            seed: of the noise.
            steps: DDIM steps, 1..1000.
            guidance: w of classifier-free guidance, None for the checkpoint's own.
            eta: 0 (all noise at the start) .. 1 (fresh noise in every step, as published).
            temperature: factor on all noise; 1 as trained, less gives samples nearer to each other.
            noise: (n, T) and (steps, n, T) instead of `seed`, for conformance tests.
            person: whose curves: the number of one who was told apart in training, or a vector (H,) fitted to somebody
                else; None for nobody in particular.
            person_guidance: weight of classifier-free guidance by the person, against nobody in particular.
            window: how many picks see each other, more than `core.models.windows.OVERLAP`; None for what `window` says.

        Returns:
            (n, T) float32 scores in (0, 1) on the CPU.

        Raises:
            InputError: bad features or settings.
        """
        config = self.config
        check_features(features, config.feature_width)
        guidance = config.guidance if guidance is None else guidance
        check_sampling(n, steps, eta, temperature)
        if guidance and config.p_uncond == 0:
            raise InputError("This checkpoint was trained without a null video; its guidance weight must be 0.")
        check_person(self.persons, person, person_guidance)

        device = self.null_video.device
        features = features.to(self.null_video)
        start, step_noise = noise or sampling_noise(n, len(features), steps, seed, config.correlation)
        start, step_noise = (temperature * x.to(features) for x in (start, step_noise))
        # What is wanted, and what guidance leads away from: the null video and this video, as nobody sees them.
        wanted, weights = [features], [1 + guidance + person_guidance]
        if guidance:
            wanted, weights = [*wanted, self.null_video.expand_as(features)], [*weights, -guidance]
        if person_guidance:
            wanted, weights = [*wanted, features], [*weights, -person_guidance]
        videos = torch.stack(wanted)
        spans = spans_of(len(features), window or self.window(len(features)) or len(features), OVERLAP)
        known = self._encodings if window is None else None
        windows = self._shown(videos, spans) if known is None else known.of(videos, lambda of: self._shown(of, spans))
        likings: list[Tensor | None] = [None] * len(windows)
        if person is not None and self.persons is not None:
            likings = [self.persons.liking(person, one.memory) for one in windows]
        table = None
        if likings[0] is None and isinstance(self.codebook, Codebook):
            table = self.denoiser.tabled(self.codebook.vectors(), windows[0].of_video)
        at_once = n if device.type == "cuda" else max(1, CPU_ROWS // (spans[0].stop - spans[0].start))

        asked = torch.tensor(sampled_steps(self.schedule, len(step_noise)), device=device)
        times = dict(zip(asked.tolist(), self.denoiser.of_time(asked).split(1), strict=True))

        def of_window(shown: Shown, liking: Tensor | None, noised: Tensor, t: int, rows: slice) -> Tensor:
            shared, step = self.denoiser.at_step(shown.of_video, times[t], rows), torch.full((1,), t, device=device)
            of = None if liking is None else liking[rows]
            parts = noised.split(at_once, 1)
            return torch.cat([self._clean(part, shared, step, liking=of, table=table) for part in parts], 1)

        def clean(u: Tensor, t: int, rows: slice) -> Tensor:
            """(n, T) logits for each of these videos; all of them see the same noised scores at the same places."""
            noised = to_scores(u, config.sigmoid_temp)[None]
            seen = zip(windows, likings, spans, strict=True)
            said = (of_window(shown, liking, noised[..., span], t, rows) for shown, liking, span in seen)
            return blended(said, spans)

        def guided(u: Tensor, t: int) -> Tensor:
            given, *others = clean(u, t, slice(None))
            steered = weights[0] * given
            for weight, other in zip(weights[1:], others, strict=True):
                steered = steered + weight * other
            return steered

        def conditional(u: Tensor, t: int) -> Tensor:
            return clean(u, t, slice(1))[0]

        logits = ddim(self.schedule, guided, conditional, start, step_noise, eta)
        return to_scores(smooth(logits, config.smoothing), config.sigmoid_temp).cpu().float()
