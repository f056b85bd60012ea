"""Who a curve of SummDiff is of: a learned vector for each person whom it tells apart. Not in the paper.

Each frame's token gets v * (1 + W m) of a person's vector v and the frame's memory m, so that what a person likes is
what their vector and the frame have in common. Nobody in particular is the zero vector, which adds nothing.

Shapes: B videos, C score curves per video, T picks, H hidden width.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from core.errors import InputError

if TYPE_CHECKING:
    from core.models.summdiff_config import SummDiffConfig


class Persons(nn.Module):
    """The vectors of `config.people` persons, and what they make of a video."""

    def __init__(self, config: SummDiffConfig) -> None:
        super().__init__()
        self.dropout = config.person_dropout
        self.vectors = nn.Embedding(config.people, config.hidden)
        nn.init.normal_(self.vectors.weight, std=0.1)
        self.content = nn.Linear(config.hidden, config.hidden)

    def of(self, people: Tensor) -> Tensor:
        """(B, C) numbers, below 0 for nobody -> (B, C, H) vectors."""
        return self.vectors(people.clamp(min=0)) * (people >= 0)[..., None]

    def dropped(self, people: Tensor) -> Tensor:
        """`of`, some of whom are taken for nobody in particular: for training."""
        kept = torch.rand(people.shape, device=people.device) >= self.dropout
        return self.of(people) * kept[..., None]

    def forward(self, vectors: Tensor, memory: Tensor) -> Tensor:
        """vectors (B, C, H), memory (B, T, H) -> (B, C, T, H)."""
        return vectors[:, :, None] * (1 + self.content(memory))[:, None]

    def liking(self, person: int | Tensor, memory: Tensor) -> Tensor:
        """What a person, by number or by vector (H,), makes of the first of V videos; nobody sees the others.

        Args:
            person: as `SummDiff.predict` takes it.
            memory: (V, T, H).

        Returns:
            (V, 1, T, H), 0 for the others.
        """
        vector = self.vectors.weight[person] if isinstance(person, int) else person.to(memory)
        vectors = torch.zeros(len(memory), 1, len(vector)).to(memory)
        vectors[0, 0] = vector
        return self(vectors, memory)


def check_person(persons: Persons | None, person: int | Tensor | None, guidance: float) -> None:
    """Raises InputError where a checkpoint with these persons, or None, cannot draw curves of a person so."""
    if person is not None and persons is None:
        raise InputError("This checkpoint tells nobody apart.", "Train one with the preset summdiff-personal.")
    if persons is not None and isinstance(person, int) and not 0 <= person < persons.vectors.num_embeddings:
        known = persons.vectors.num_embeddings
        raise InputError(f"This checkpoint tells {known} people apart; there is no number {person}.")
    if guidance and person is None:
        raise InputError("Guidance by a person needs a person.", "Say whose curves are wanted.")
