"""What every model that can be trained and applied has."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from torch import Tensor, nn

from core.models.batch import Batch


@dataclass(frozen=True, eq=False)
class Judged:
    """A video and what people said of it.

    Attributes:
        features: (T, D) float32.
        curves: (U, T) float32 scores in [0, 1], NaN where not judged.
        weights: (U,) float32 factors on what these people say.
    """

    features: Tensor
    curves: Tensor
    weights: Tensor


class Trainable(nn.Module, ABC):
    """What the training loop takes. `config` is a dataclass."""

    config: Any

    def prepare(self, videos: Sequence[Tensor]) -> None:
        """Takes what is measured instead of learned from the training videos, each (T, D), once before training."""

    def start(self, videos: Sequence[Judged]) -> None:
        """Takes from what people said what a formula gives, once before training."""

    @abstractmethod
    def loss(self, batch: Batch) -> Tensor:
        """() what training makes smaller."""


class Summarizer(Trainable):
    """Features of a video -> one score curve or several. `config` has `feature_width`, D."""

    samples: ClassVar[bool]  # whether it draws different curves
    named: ClassVar[bool] = False  # whether each is a taste, which is called by what it likes

    @abstractmethod
    def predict(self, features: Tensor, n: int = 1, seed: int = 0) -> Tensor:
        """Features (T, D) -> (N, T) float32 scores in (0, 1) on the CPU; N is 1 where it does not sample, else n."""


class Sampler(Summarizer):
    """Draws different curves; `config` also has the `guidance` that is usual for the checkpoint."""

    samples: ClassVar[bool] = True
    # Whether samples 2k and 2k + 1 are an antithetic pair: the same noise, the second time with the other sign.
    pairs: ClassVar[bool] = False

    def window(self, picks: int) -> int | None:
        """How many picks see each other in a video of so many; None where all of them do."""
        return None

    @abstractmethod
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
        """As in `Summarizer`; what the settings do is told by the model."""


class ClosedForm(Summarizer):
    """Fitted to all videos at once by a formula instead of by steps. Preferences between cuts have no part in it."""

    @abstractmethod
    def fit(self, videos: Sequence[Judged]) -> None:
        """Takes what is learned from these videos. Draws nothing at random.

        Raises:
            InputError: they say nothing that can be learned.
        """
