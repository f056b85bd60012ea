"""SummDiff: video summarization as generation of importance scores by diffusion (Kim et al., ICCV 2025).

p(scores | video), learned from every single person's score curve. The file follows the paper: scores and logits,
3.1 video encoding, 3.2 the denoiser (codebook, conditioning, blocks), 3.3 training and sampling.

Shapes: B videos, C score curves per video (people when training, samples when sampling), T picks, D feature width,
H hidden width. All C curves of a video share its encoding and its noise level, so the video is encoded once.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.errors import InputError
from core.models.batch import Batch, check_features, masked_mse, preference_loss, smooth
from core.models.blocks import ALL, Attention, Denoiser, Layers, TimeEmbedding, Valid, modulate, zeroed
from core.models.diffusion import (
    CosineSchedule,
    check_sampling,
    correlate,
    ddim,
    reach,
    sampled_steps,
    sampling_noise,
)
from core.models.joint import Joint
from core.models.latentmlp import LatentMLP
from core.models.novelty import reader
from core.models.persons import Persons, check_person
from core.models.remembered import Remembered
from core.models.summarizer import Sampler
from core.models.windows import LONG, OVERLAP, WINDOW, blended, spans_of

# Frames that go through the denoiser at once on a CPU: as many as stay in its cache with the feed-forward's width.
CPU_ROWS = 1200
ENCODED = 2**24  # numbers in the features of videos whose encodings are kept: two hours and the null video beside them


@dataclass(frozen=True)
class SummDiffConfig:
    """Everything that decides the shapes and the meaning of the weights.

    Attributes:
        feature_width: D.
        hidden: H, a multiple of `heads`; even, because positions are pairs of sines and cosines.
        heads: attention heads.
        encoder_layers: Transformer layers of the video encoder.
        decoder_layers: blocks of the denoiser. DiT always has two, as released.
        feed_forward: inner width of the feed-forward layers.
        input_layers: blocks that bring D to H.
        standardize: subtract the training features' mean and divide by their spread first. Not in the release; without
            it, what all frames share drowns what tells them apart (sentence embeddings).
        codebook_size: K; a noised score is one of K + 1 codes.
        codebook: how the denoiser is told the noised scores: "learned" (the paper's), "sinusoidal" (the release's
            other), or "scalar" (the ablation: the number itself through a two-layer MLP).
        denoiser: "DiT" (the paper's), "latentmlp" (the release's for SumMe and TVSum), "Transformer_dec" (the release's
            third), "additive" (the ablation: the video is added frame by frame), or "joint" (Manycut's).
        sigmoid_temp: tau, logits are divided by it.
        eps: scores are kept this far from 0 and 1 before taking logits.
        clamp: train on scores clamped to [0.05, 0.95].
        p_uncond: probability that a training video is replaced by the null video.
        guidance: w of classifier-free guidance when sampling; needs p_uncond > 0.
        input_dropout: in the input blocks.
        dropout: in the encoder and the denoiser.
        attention_dropout: on the attention weights of both; 0.1 as published, which has to store them, T x T for every
            head and layer.
        levels: of noise when training: "even" spreads them over the videos of a batch (uniform like independent ones,
            with less variance), "independent" draws each for itself, as published.
        smoothing: of the sampled curves, in picks; 0 as published.
        skip: expected standard deviation of clean logits; where above 0, the denoiser corrects the best linear guess
            from the noised logits instead of predicting from nothing (Karras et al. 2022, section 5); 0 as published.
        correlation: of the noise along time, in picks, see `core.models.diffusion.correlate`; 0 as published.
        people: how many persons have a learned vector of their own; 0 tells nobody apart, as published.
        novelty: 25 columns of how each pick stands in its video are read beside the features, see
            `core.models.novelty`; not in the release.
        person_dropout: probability that a training curve is taken for nobody's in particular.
    """

    feature_width: int
    hidden: int = 256
    heads: int = 8
    encoder_layers: int = 2
    decoder_layers: int = 3
    feed_forward: int = 1024
    input_layers: int = 3
    standardize: bool = False
    codebook_size: int = 200
    codebook: str = "learned"
    denoiser: str = "DiT"
    sigmoid_temp: float = 2.0
    eps: float = 1e-3
    clamp: bool = False
    p_uncond: float = 0.0
    guidance: float = 0.0
    input_dropout: float = 0.5
    dropout: float = 0.1
    attention_dropout: float = 0.0
    levels: str = "even"
    smoothing: float = 0.0
    skip: float = 0.0
    correlation: float = 0.0
    novelty: bool = False
    people: int = 0
    person_dropout: float = 0.0


# Scores and logits -----------------------------------------------------------------------------------------------


def to_logits(scores: Tensor, temperature: float, eps: float) -> Tensor:
    """u = log(s / (1 - s)) / tau, with both shares kept above eps."""
    return torch.log(scores.clamp(min=eps) / (1 - scores).clamp(min=eps)) / temperature


def to_scores(logits: Tensor, temperature: float) -> Tensor:
    """s = sigmoid(tau * u), the inverse of `to_logits` inside (eps, 1 - eps)."""
    return torch.sigmoid(temperature * logits)


# 3.1 Video encoding ----------------------------------------------------------------------------------------------


def frame_positions(valid: Tensor, width: int) -> Tensor:
    """Sine encoding of how far into its video each frame is, from just above 0 to 2 pi at the last valid one.

    Args:
        valid: (B, T) bool.
        width: H, even.

    Returns:
        (B, T, H) float32; sines in even and cosines in odd places.
    """
    count = valid.cumsum(1, dtype=torch.float32)
    angle = count / (count[:, -1:] + 1e-6) * 2 * math.pi
    frequency = 10000 ** (-torch.arange(0, width, 2, device=valid.device, dtype=torch.float32) / width)
    angles = angle[..., None] * frequency
    return torch.stack([angles.sin(), angles.cos()], -1).flatten(2)


class InputBlock(nn.Module):
    """LayerNorm, dropout, Linear, and ReLU except in the last of them."""

    def __init__(self, inputs: int, outputs: int, dropout: float, relu: bool) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(inputs)
        self.dropout = nn.Dropout(dropout)
        self.linear = nn.Linear(inputs, outputs)
        self.relu = relu

    def forward(self, x: Tensor) -> Tensor:
        x = self.linear(self.dropout(self.norm(x)))
        return x.relu() if self.relu else x


class Standardize(nn.Module):
    """Features with mean 0 and spread about 1 over the training videos, dimension by dimension."""

    mean: Tensor
    spread: Tensor

    def __init__(self, width: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(width))
        self.register_buffer("spread", torch.ones(width))

    def fit(self, frames: Tensor) -> None:
        """Measure mean and spread of (frames, D)."""
        self.mean.copy_(frames.mean(0))
        spread = frames.std(0, correction=0)
        # A share of the average spread on top, so that dimensions that hardly change are not blown up.
        self.spread.copy_((spread + 0.2 * spread.mean()).clamp(min=1e-6))

    def forward(self, x: Tensor) -> Tensor:
        return (x - self.mean) / self.spread


class EncoderLayer(nn.Module):
    """Post-norm Transformer layer; positions are added to queries and keys only, the activation is a PReLU."""

    def __init__(self, config: SummDiffConfig) -> None:
        super().__init__()
        self.self_attn = nn.MultiheadAttention(config.hidden, config.heads, config.attention_dropout, batch_first=True)
        self.linear1 = nn.Linear(config.hidden, config.feed_forward)
        self.linear2 = nn.Linear(config.feed_forward, config.hidden)
        self.norm1 = nn.LayerNorm(config.hidden)
        self.norm2 = nn.LayerNorm(config.hidden)
        self.activation = nn.PReLU()
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, x: Tensor, position: Tensor, padding: Valid) -> Tensor:
        query = x + position
        x = self.norm1(x + self.dropout(self.attended(query, x, padding)))
        inner = self.linear2(self.dropout(self.activation(self.linear1(x))))
        return self.norm2(x + self.dropout(inner))

    def attended(self, query: Tensor, x: Tensor, padding: Valid) -> Tensor:
        """As `self_attn`, with queries and keys from `query` and values from `x`; its own way transposes them."""
        of = self.self_attn
        weight, bias = of.in_proj_weight, of.in_proj_bias
        rows = [2 * of.embed_dim, of.embed_dim]
        (of_query, of_x), (query_bias, x_bias) = weight.split(rows), bias.split(rows)
        projected = [*F.linear(query, of_query, query_bias).chunk(2, -1), F.linear(x, of_x, x_bias)]
        q, k, v = (one.unflatten(-1, (of.num_heads, -1)).transpose(1, 2) for one in projected)
        seen = None if padding is None else ~padding[:, None, None, :]
        attended = F.scaled_dot_product_attention(q, k, v, seen, of.dropout if self.training else 0.0)
        return cast(Tensor, of.out_proj(attended.transpose(1, 2).flatten(2)))


class VideoEncoder(nn.Module):
    """Features (B, T, D) -> memory (B, T, H), each frame in the context of its video and of a global token."""

    def __init__(self, config: SummDiffConfig) -> None:
        super().__init__()
        self.read, width = reader(config)
        self.standardize = Standardize(width) if config.standardize else nn.Identity()
        widths = [width] + [config.hidden] * config.input_layers
        self.input = nn.Sequential(
            *(
                InputBlock(widths[i], widths[i + 1], config.input_dropout, relu=i < config.input_layers - 1)
                for i in range(config.input_layers)
            )
        )
        self.global_token = nn.Parameter(torch.randn(config.hidden))
        self.global_position = nn.Parameter(torch.randn(config.hidden))
        self.layers = nn.ModuleList(EncoderLayer(config) for _ in range(config.encoder_layers))

    def forward(self, features: Tensor, position: Tensor, valid: Valid) -> Tensor:
        return self.relate(self.read(features, valid), position, valid)

    def relate(self, read: Tensor, position: Tensor, valid: Valid) -> Tensor:
        """What has been read of the features (B, T, ...), as `forward`."""
        batch = len(read)
        x = torch.cat([self.global_token.expand(batch, 1, -1), self.input(self.standardize(read))], 1)
        position = torch.cat([self.global_position.expand(batch, 1, -1), position], 1)
        padding = None if valid is None or valid.all() else ~F.pad(valid, (1, 0), value=True)
        for layer in self.layers:
            x = layer(x, position, padding)
        return x[:, 1:]


# 3.2 Denoiser ----------------------------------------------------------------------------------------------------
#
# A denoiser works in two parts: `shared` is what all curves of a video have in common at one noise level (keys, values,
# modulation), and `forward` takes the curves through it. Whatever is the same for all B may have a first axis of 1.


class Codebook(nn.Module, ABC):
    """Noised scores in [0, 1] -> one of K + 1 vectors."""

    size: int

    @abstractmethod
    def vectors(self) -> Tensor:
        """(K + 1, H) of all codes."""

    def codes(self, scores: Tensor) -> Tensor:
        """The nearest code of each score, int64."""
        return torch.round(scores * self.size).long()

    def forward(self, scores: Tensor) -> Tensor:
        # The MLP sees only K + 1 different vectors, so it runs on the table instead of on every frame.
        return F.embedding(self.codes(scores), self.vectors())


class LearnedCodebook(Codebook):
    """Learned vectors, then a two-layer MLP."""

    def __init__(self, config: SummDiffConfig) -> None:
        super().__init__()
        self.size = config.codebook_size
        self.table = nn.Embedding(self.size + 1, config.hidden)
        self.mlp = nn.Sequential(
            nn.Linear(config.hidden, config.hidden), nn.ReLU(), nn.Linear(config.hidden, config.hidden)
        )

    def vectors(self) -> Tensor:
        return self.mlp(self.table.weight)


class SinusoidalCodebook(Codebook):
    """Cosines and negative sines of the code's angle, then a two-layer MLP."""

    def __init__(self, config: SummDiffConfig) -> None:
        super().__init__()
        self.size, self.width = config.codebook_size, config.hidden
        self.mlp = nn.Sequential(
            nn.Linear(config.hidden, config.hidden), nn.SiLU(), nn.Linear(config.hidden, config.hidden)
        )

    def vectors(self) -> Tensor:
        device = next(self.parameters()).device
        angle = torch.arange(self.size + 1, device=device) / (self.size + 1e-6) * 2 * math.pi
        angles = angle[:, None] * 10000 ** (-torch.arange(0, self.width, 2, device=device) / self.width)
        table = torch.stack([angles.cos(), -angles.sin()], -1).flatten(1)
        return self.mlp(table.to(next(self.parameters())))


class ScalarScores(nn.Module):
    """Ablation of the codebook: the noised score itself through a two-layer MLP."""

    def __init__(self, config: SummDiffConfig) -> None:
        super().__init__()
        self.mlp = nn.Sequential(nn.Linear(1, config.hidden), nn.ReLU(), nn.Linear(config.hidden, config.hidden))

    def forward(self, scores: Tensor) -> Tensor:
        return self.mlp(scores[..., None])


CODEBOOKS = {"learned": LearnedCodebook, "sinusoidal": SinusoidalCodebook, "scalar": ScalarScores}


class DiTBlock(nn.Module):
    """Cross-attention from scores to video, then an MLP, both under AdaLN-Zero.

    The same shift and scale modulate the scores and the video.
    """

    def __init__(self, config: SummDiffConfig) -> None:
        super().__init__()
        hidden = config.hidden
        self.norm = nn.LayerNorm(hidden, elementwise_affine=False, eps=1e-6)
        self.cross_attn = Attention(hidden, config.heads, config.attention_dropout)
        self.mlp = nn.Sequential(
            nn.Linear(hidden, config.feed_forward), nn.ReLU(inplace=True), nn.Linear(config.feed_forward, hidden)
        )
        self.modulation = nn.Sequential(nn.SiLU(), zeroed(nn.Linear(hidden, 6 * hidden)))  # AdaLN-Zero

    def shared(self, memory: Tensor, condition: Tensor) -> tuple[Tensor, ...]:
        """memory (B, T, H), normed, and condition (B or 1, T, H) -> six modulations (B, 1, T, H), keys and values."""
        modulations = self.modulation(condition)[:, None].chunk(6, -1)
        shift, scale = modulations[0][:, 0], modulations[1][:, 0]
        return *modulations, *self.cross_attn.keys_values(modulate(memory, shift, scale))

    def forward(self, x: Tensor, shared: tuple[Tensor, ...], valid: Valid) -> Tensor:
        """x (B, C, T, H) -> (B, C, T, H)."""
        shift, scale, gate, mlp_shift, mlp_scale, mlp_gate, *keys_values = shared
        query = modulate(self.norm(x), shift, scale)
        # Queries do not see each other, so the C curves of a video are one long row of queries to one memory.
        attended = self.cross_attn(query.flatten(1, 2), keys_values, valid).unflatten(1, x.shape[1:3])
        x = torch.addcmul(x, gate, attended)
        return torch.addcmul(x, mlp_gate, self.mlp(modulate(self.norm(x), mlp_shift, mlp_scale)))


class DiT(Denoiser):
    """The paper's denoiser: two cross-attention blocks; the condition is 0.1 * time embedding + position per frame.

    The final layer is modulated by 0.1 * time embedding alone.
    """

    def __init__(self, config: SummDiffConfig) -> None:
        super().__init__()
        hidden = config.hidden
        self.time = TimeEmbedding(hidden, width=256)
        self.blocks: Layers[DiTBlock] = Layers(DiTBlock(config) for _ in range(2))
        self.final_norm = nn.LayerNorm(hidden, elementwise_affine=False, eps=1e-6)
        self.final_modulation = nn.Sequential(nn.SiLU(), zeroed(nn.Linear(hidden, 2 * hidden)))
        self.final_linear = nn.Linear(hidden, hidden)

    def of_video(self, memory: Tensor, position: Tensor, valid: Valid) -> tuple[Tensor, Tensor]:
        return self.final_norm(memory), position  # none of the norms has weights: all are the same

    def at_step(self, of_video: tuple[Tensor, Tensor], time: Tensor, videos: slice = ALL) -> tuple:
        memory, position = of_video
        time = 0.1 * time[:, None]
        final = self.final_modulation(time)[:, None].chunk(2, -1)
        return position[:, None], [block.shared(memory[videos], time + position) for block in self.blocks], final

    def forward(self, x: Tensor, shared: tuple, valid: Valid, seen: Valid) -> Tensor:
        position, of_blocks, (shift, scale) = shared
        x = x + position
        for block, of_block in zip(self.blocks, of_blocks, strict=True):
            x = block(x, of_block, valid)
        return self.final_linear(modulate(self.final_norm(x), shift, scale))


class DecoderLayer(nn.Module):
    """Layer of `TransformerDecoder`: cross-attention from scores to video, then a PReLU MLP, both post-norm."""

    def __init__(self, config: SummDiffConfig) -> None:
        super().__init__()
        hidden = config.hidden
        self.cross_attn = Attention(hidden, config.heads, config.attention_dropout)
        self.norm1 = nn.LayerNorm(hidden)
        self.linear1 = nn.Linear(hidden, config.feed_forward)
        self.linear2 = nn.Linear(config.feed_forward, hidden)
        self.norm2 = nn.LayerNorm(hidden)
        self.activation = nn.PReLU()
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, x: Tensor, keys_values: tuple[Tensor, Tensor], position: Tensor | None, valid: Valid) -> Tensor:
        """x (B, C, T, H), keys and values of the video, position (B, T, H) or None -> (B, C, T, H)."""
        shift = None if position is None else position.repeat(1, x.shape[1], 1)
        attended = self.cross_attn(x.flatten(1, 2), keys_values, valid, shift).unflatten(1, x.shape[1:3])
        x = self.norm1(x + self.dropout(attended))
        inner = self.linear2(self.dropout(self.activation(self.linear1(x))))
        return self.norm2(x + self.dropout(inner))


class TransformerDecoder(Denoiser):
    """The release's DETR-like denoiser without self-attention; 0.1 * time embedding is added to the scores once.

    Positions are added to the projected queries of the first layer only.
    """

    def __init__(self, config: SummDiffConfig) -> None:
        super().__init__()
        self.time = TimeEmbedding(config.hidden, width=256)
        self.blocks: Layers[DecoderLayer] = Layers(DecoderLayer(config) for _ in range(config.decoder_layers))

    def of_video(self, memory: Tensor, position: Tensor, valid: Valid) -> tuple:
        return position, [block.cross_attn.keys_values(memory) for block in self.blocks]

    def at_step(self, of_video: tuple, time: Tensor, videos: slice = ALL) -> tuple:
        position, of_blocks = of_video
        time = 0.1 * time[:, None, None]
        return time, position, [(keys[videos], values[videos]) for keys, values in of_blocks]

    def forward(self, x: Tensor, shared: tuple, valid: Valid, seen: Valid) -> Tensor:
        time, position, of_blocks = shared
        x = x + time
        for i, (block, keys_values) in enumerate(zip(self.blocks, of_blocks, strict=True)):
            x = block(x, keys_values, position if i == 0 else None, valid)
        return x


class AdditiveBlock(nn.Module):
    """Ablation of the conditioning: the frame's own memory is added to its score, then an MLP."""

    def __init__(self, config: SummDiffConfig) -> None:
        super().__init__()
        hidden = config.hidden
        self.norm = nn.LayerNorm(hidden)
        self.mlp = nn.Sequential(
            nn.Linear(hidden, config.feed_forward), nn.ReLU(), nn.Linear(config.feed_forward, hidden)
        )

    def forward(self, x: Tensor, condition: Tensor) -> Tensor:
        return x + self.mlp(self.norm(x + condition))


class Additive(Denoiser):
    """Ablation of the paper's Table of components: no cross-attention, time, position and video are added up."""

    attends: ClassVar[bool] = False

    def __init__(self, config: SummDiffConfig) -> None:
        super().__init__()
        self.time = TimeEmbedding(config.hidden, width=256)
        self.blocks: Layers[AdditiveBlock] = Layers(AdditiveBlock(config) for _ in range(2))

    def of_video(self, memory: Tensor, position: Tensor, valid: Valid) -> Tensor:
        return position + memory

    def at_step(self, of_video: Tensor, time: Tensor, videos: slice = ALL) -> Tensor:
        return (0.1 * time[:, None] + of_video[videos])[:, None]

    def forward(self, x: Tensor, shared: Tensor, valid: Valid, seen: Valid) -> Tensor:
        for block in self.blocks:
            x = block(x, shared)
        return x


DENOISERS: Mapping[str, type[Denoiser]] = {
    "DiT": DiT,
    "latentmlp": LatentMLP,
    "Transformer_dec": TransformerDecoder,
    "additive": Additive,
    "joint": Joint,
}


# Noise levels ----------------------------------------------------------------------------------------------------


def even_levels(count: int, steps: int, device: torch.device) -> Tensor:
    """(count,) steps: one of each equal slice of all steps, in random order."""
    slices = torch.randperm(count, device=device) + torch.rand(count, device=device)
    return (slices / count * steps).long().clamp(max=steps - 1)


def independent_levels(count: int, steps: int, device: torch.device) -> Tensor:
    """(count,) steps, each drawn for itself."""
    return torch.randint(steps, (count,), device=device)


LEVELS = {"even": even_levels, "independent": independent_levels}


# The model -------------------------------------------------------------------------------------------------------


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
