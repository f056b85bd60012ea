"""How SummDiff (section 3.2) reads noised scores: as vectors of a codebook, or as numbers in its ablation."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.models.summdiff_config import SummDiffConfig


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
