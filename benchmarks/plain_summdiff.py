"""SummDiff as published, one curve at a time: the reference of the sampling benchmarks.

It works as the release's loop does: the video and the null video are encoded for each sample, in each step both go
through the whole denoiser, and every frame through the codebook's MLP. The weights are those of one of our models;
nothing else of it is used, so that agreement says something about both. No dropout, no smoothing, no skip.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TypeAlias

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.models.blocks import Attention
from core.models.diffusion import ddim, to_scores
from core.models.summdiff import SummDiff
from core.models.video_encoder import frame_positions

# (queries, keys, values), each (B, heads, rows, H / heads) -> attended values
Attend: TypeAlias = Callable[[Tensor, Tensor, Tensor], Tensor]


def written_out(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """softmax(q k' / sqrt(d)) v with all weights in memory, as in the paper and the release."""
    return (q @ k.mT / math.sqrt(q.shape[-1])).softmax(-1) @ v


@torch.inference_mode()
def one_by_one(
    model: SummDiff,
    features: Tensor,
    noise: tuple[Tensor, Tensor],
    attend: Attend = written_out,
    encode_every_step: bool = False,
) -> Tensor:
    """(N, T) samples of a video (T, D), each with passes of its own, with the model's own guidance.

    Args:
        model: where the weights are.
        features: (T, D).
        noise: (N, T) and (steps, N, T), as `SummDiff.predict` takes it.
        attend: how attention is computed.
        encode_every_step: encode both videos again in every step, as where the whole model is called in the loop.
    """
    config, w = model.config, model.config.guidance
    null = model.null_video.expand_as(features)

    def sample(start: Tensor, step_noise: Tensor) -> Tensor:
        memories = [encode(model, video, attend) for video in (features, null)]

        def clean(u: Tensor, t: int) -> tuple[Tensor, Tensor]:
            again = [encode(model, video, attend) for video in (features, null)] if encode_every_step else memories
            noised, step = to_scores(u, config.sigmoid_temp), torch.tensor([t], device=u.device)
            given, without = (denoise(model, noised, memory, step, attend) for memory in again)
            return (1 + w) * given - w * without, given

        return ddim(model.schedule, lambda u, t: clean(u, t)[0], lambda u, t: clean(u, t)[1], start, step_noise)

    start, step_noise = noise
    logits = [sample(start[k : k + 1], step_noise[:, k : k + 1])[0] for k in range(len(start))]
    return to_scores(torch.stack(logits), config.sigmoid_temp)


def encode(model: SummDiff, video: Tensor, attend: Attend) -> Tensor:
    """(T, D) -> (1, T, H)."""
    encoder = model.encoder
    x = torch.cat([encoder.global_token[None, None], encoder.input(video[None])], 1)
    position = torch.cat([encoder.global_position[None, None], positions(model, x[:, 1:])], 1)
    for layer in encoder.layers:
        attention = layer.self_attn
        weights, biases = attention.in_proj_weight.chunk(3), attention.in_proj_bias.chunk(3)
        q, k, v = map(F.linear, (x + position, x + position, x), weights, biases)
        x = layer.norm1(x + attention.out_proj(by_heads(attend, attention.num_heads, q, k, v)))
        x = layer.norm2(x + layer.linear2(layer.activation(layer.linear1(x))))
    return x[:, 1:]


def denoise(model: SummDiff, noised: Tensor, memory: Tensor, t: Tensor, attend: Attend) -> Tensor:
    """Noised scores (1, T) -> clean logits (1, T)."""
    codes = model.codebook.table(torch.round(noised * model.codebook.size).long())
    x = PLAIN[model.config.denoiser](
        model.denoiser, model.codebook.mlp(codes), memory, positions(model, memory), t, attend
    )
    return model.head(model.norm(x))[..., 0]


def positions(model: SummDiff, x: Tensor) -> Tensor:
    """(1, T, H) for a video like (1, T, H)."""
    return frame_positions(torch.ones(x.shape[:2], device=x.device), model.config.hidden).to(x)


def by_heads(attend: Attend, heads: int, *qkv: Tensor) -> Tensor:
    """Attention of (B, rows, H) in several heads."""
    return attend(*(x.unflatten(-1, (heads, -1)).transpose(1, 2) for x in qkv)).transpose(1, 2).flatten(2)


def cross(layer: Attention, query: Tensor, memory: Tensor, attend: Attend, place: Tensor | float = 0.0) -> Tensor:
    """Cross-attention with its projections; `place` is added to the projected queries."""
    qkv = layer.q_proj(query) + place, layer.k_proj(memory), layer.v_proj(memory)
    return layer.out_proj(by_heads(attend, layer.heads, *qkv))


def latentmlp(denoiser: nn.Module, x: Tensor, memory: Tensor, position: Tensor, t: Tensor, attend: Attend) -> Tensor:
    """The release's residual MLP with convolutions."""
    time = denoiser.time(t)
    x = denoiser.conv(denoiser.input(x + position).mT).mT
    for block in denoiser.blocks:
        inner = block.inner(x) + block.time(time)[:, None] + block.context(memory)
        x = x + block.outer(block.conv(inner.mT).mT)
    return denoiser.output(x)


def dit(denoiser: nn.Module, x: Tensor, memory: Tensor, position: Tensor, t: Tensor, attend: Attend) -> Tensor:
    """The paper's cross-attention under AdaLN-Zero."""
    time = 0.1 * denoiser.time(t)[:, None]
    x = x + position
    for block in denoiser.blocks:
        shift, scale, gate, mlp_shift, mlp_scale, mlp_gate = block.modulation(time + position).chunk(6, -1)
        query, keys = (block.norm(y) * (1 + scale) + shift for y in (x, memory))
        x = x + gate * cross(block.cross_attn, query, keys, attend)
        x = x + mlp_gate * block.mlp(block.norm(x) * (1 + mlp_scale) + mlp_shift)
    shift, scale = denoiser.final_modulation(time).chunk(2, -1)
    return denoiser.final_linear(denoiser.final_norm(x) * (1 + scale) + shift)


def decoder(denoiser: nn.Module, x: Tensor, memory: Tensor, position: Tensor, t: Tensor, attend: Attend) -> Tensor:
    """The release's DETR-like decoder; positions in the first layer only."""
    x = x + 0.1 * denoiser.time(t)[:, None]
    for i, layer in enumerate(denoiser.blocks):
        x = layer.norm1(x + cross(layer.cross_attn, x, memory, attend, position if i == 0 else 0.0))
        x = layer.norm2(x + layer.linear2(layer.activation(layer.linear1(x))))
    return x


PLAIN = {"latentmlp": latentmlp, "DiT": dit, "Transformer_dec": decoder}
