"""What models said about an entry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from core.data.misfit import Misfit


@dataclass(frozen=True)
class Provenance:
    """What scores were learned from, where no checkpoint says so: a sentence, and whether from simulated people."""

    sentence: str
    simulated: bool


@dataclass(frozen=True, eq=False)
class ScoreTrack:
    """What one model said about one entry.

    Attributes:
        model: for people, always with what it was trained on: "SummDiff", "LLMVS head (hashed-words)".
        kind: registry name: "summdiff", "llmvs".
        checkpoint: id of the checkpoint in the library.
        feature_space: the space the checkpoint was trained in and applied to.
        scores: (N, T) float32 in [0, 1]; N = 1 for models that do not sample.
        seed: of the sampler; None for models that do not sample.
        settings: steps, guidance weight, temperature: everything needed to make the same scores again.
        names: N, what each sample is called for people; () where samples are numbered.
        provenance: None where the checkpoint says what it learned from; of other entries than this one.

    Raises:
        InputError: the scores are of another shape, outside [0, 1] or not finite, or there are not N names.
    """

    model: str
    kind: str
    checkpoint: str
    feature_space: str
    scores: np.ndarray
    seed: int | None = None
    settings: Mapping[str, float] = field(default_factory=dict)
    names: tuple[str, ...] = ()
    provenance: Provenance | None = None

    def __post_init__(self) -> None:
        scores = self.scores
        if scores.ndim != 2 or not len(scores):
            raise Misfit("scores", f"The scores of '{self.model}' should be (N, T), not of shape {scores.shape}.")
        if not np.all((scores >= 0) & (scores <= 1)):
            raise Misfit("scores", f"The scores of '{self.model}' should be in [0, 1], but some are not.")
        if self.names and len(self.names) != len(scores):
            raise Misfit("names", f"'{self.model}' has {len(scores)} samples and {len(self.names)} names for them.")
