"""CSTA: CNN-based spatiotemporal attention for video summarization (Son et al., CVPR 2024).

The frames' features, one below the other, are looked at like a picture: GoogLeNet makes of it an attention map over
time and width. The base of ViSP.

Shapes: T picks, W = 1024 columns, the number of GoogLeNet's channels; row 0 is the CLS token.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.models.curve import CurveModel
from core.models.googlenet import GoogLeNet
from core.models.novelty import reader

W = 1024
MIN_ROWS = 15  # lower pictures do not survive the trunk's pooling; the release fails on them


@dataclass(frozen=True)
class CSTAConfig:
    """The release's defaults.

    Attributes:
        feature_width: D. Other widths than 1024 are brought to it by one linear layer, which the release lacks.
        dropout: on both attention maps.
        head_dropout: in the regressor.
        smoothing: of the predicted curve, in picks; 0 as published.
        attention: whether the trunk makes attention maps. Without, what it makes is scored itself: the ablation that
            ViSP's table 2 calls GoogleNet.
        novelty: 25 columns of how each pick stands in its video are read beside the features, see
            `core.models.novelty`.
    """

    feature_width: int = W
    dropout: float = 0.6
    head_dropout: float = 0.5
    smoothing: float = 0.0
    attention: bool = True
    novelty: bool = False


def positions(length: int, device: torch.device) -> Tensor:
    """(length, W) fixed sines (even columns) and cosines (odd columns) of the row."""
    frequency = torch.exp(torch.arange(0, W, 2, device=device) * (-math.log(10000.0) / W))
    angles = torch.arange(length, device=device)[:, None] * frequency
    return torch.stack([angles.sin(), angles.cos()], -1).flatten(1)


class CSTA(CurveModel):
    """Features (T, D) -> one score per pick."""

    def __init__(self, config: CSTAConfig) -> None:
        super().__init__()
        self.config = config
        self.read, width = reader(config)
        self.widen = nn.Identity() if width == W else nn.Linear(width, W)
        self.cls = nn.Parameter(torch.zeros(3, 1, W))
        self.key_embedding = nn.Linear(W, W)
        if config.attention:
            self.value_embedding = nn.Linear(W, W)
            self.norm = nn.BatchNorm2d(1)
            self.dropout = nn.Dropout(config.dropout)
        self.trunk = GoogLeNet()
        self.head = nn.Sequential(
            nn.Linear(W, W), nn.ReLU(), nn.Dropout(config.head_dropout), nn.LayerNorm(W, eps=1e-6), nn.Linear(W, 1)
        )

    def mixed(self, features: Tensor) -> Tensor:
        """Features (T, D) of one video -> (T + 1, W): the values under both attention maps, the CLS token first.

        Without attention, what the trunk makes of them.
        """
        x = torch.cat([self.cls, self.widen(self.read(features[None])[0]).expand(3, -1, -1)], 1)
        keys = self.key_embedding(x)
        rows = max(x.shape[1], MIN_ROWS)
        picture = F.pad(keys, (0, 0, 0, rows - x.shape[1]))
        seen = F.adaptive_avg_pool2d(self.trunk(picture[None]), (rows, 1))  # (1, W, T + 1, 1)
        seen = seen[0, :, : x.shape[1], 0].T
        if not self.config.attention:
            return seen
        attention = seen + keys[0]
        attention = self.norm(attention[None, None])[0, 0] + positions(x.shape[1], x.device)
        over_time, over_width = (self.dropout(attention.softmax(dim)) for dim in (0, 1))
        values = self.value_embedding(x[0])
        return values * over_time + values * over_width

    def video_state(self, features: Tensor) -> Tensor:
        """Features (T, D) -> (W,): the state of the CLS token, which stands for the whole video."""
        return self.mixed(features)[0]

    def logits(self, features: Tensor, valid: Tensor | None = None) -> Tensor:
        # One video at a time, as published: its picture has its own height.
        lengths = [features.shape[1]] * len(features) if valid is None else valid.sum(1).tolist()
        rows = []
        for video, length in zip(features, lengths, strict=True):
            pooled = F.adaptive_avg_pool1d(self.mixed(video[:length]).T, length).T  # T + 1 rows -> T
            rows.append(F.pad(self.head(pooled).squeeze(-1), (0, features.shape[1] - length)))
        return torch.stack(rows)
