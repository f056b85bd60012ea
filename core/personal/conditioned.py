"""A person's curves from SummDiff: its samples for the person's vector (`core.models.persons.Persons`).

In training every named person's curves go with a vector of their own, which is left out now and then, so that one model
knows p(scores | video, person) and p(scores | video). Guidance by the person works as that by the video does:

    u = u(video, person) + w (u(video, person) - u(video, nobody))

Somebody whom the model does not know yet gets a vector of their own: the weights stay as they are, and the vector alone
is fitted to what they labelled (textual inversion: Gal et al. 2023), from nobody's vector on, with a penalty that keeps
it as short as those of the people who were trained on.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core.errors import CheckpointError, InputError
from core.personal.content import Content, Labelled
from core.personal.way import PersonModel
from core.training.persons import mark

if TYPE_CHECKING:
    from torch import Tensor

    from core.models.checkpoints import Checkpoint
    from core.models.summdiff import SummDiff

MEAN_SAMPLES = 8  # whose mean is the expected curve
UPDATES, RATE = 60, 0.05
SHORT = 1e-4  # weight of the penalty, against a mean squared error of about 0.01
SEED = 0


@dataclass(frozen=True, eq=False)
class Conditioned:
    """The way: a checkpoint that tells people apart.

    Attributes:
        model: loaded.
        space: of its features.
        person: whom it knows under that name; None, or a stranger, for somebody whose vector is fitted.
        persons: the marks of whom it knows, in the order of their numbers.
        guidance: weight of guidance by the person.
        nobody: whether nobody in particular is meant, whatever the labels say.
        seen: ids of the videos that its weights learned from.
    """

    model: SummDiff
    space: str
    persons: Sequence[str]
    person: str | None = None
    guidance: float = 0.0
    nobody: bool = False
    seen: Collection[str] = ()
    name: str = "summdiff"
    label: str = "SummDiff conditioned on a person"

    @classmethod
    def of(cls, checkpoint: Checkpoint, person: str | None = None, device: str = "cpu") -> Conditioned:
        """A checkpoint of a library. Raises CheckpointError where it tells nobody apart."""
        from core.models.checkpoints import load_model
        from core.models.summdiff import SummDiff

        persons = told_apart(checkpoint)
        model = load_model(checkpoint, device)
        if not persons or not isinstance(model, SummDiff):
            raise CheckpointError(
                f"'{checkpoint.label}' tells nobody apart.", "Train one with the preset summdiff-personal."
            )
        seen = frozenset(checkpoint.training.get("videos") or ())
        return cls(model, checkpoint.feature_space, persons, person, seen=seen)

    def knows(self, name: str) -> bool:
        """Whether it has a vector for somebody of that name."""
        return mark(name) in self.persons

    def learn(self, videos: Sequence[Labelled]) -> SampledModel:
        """The vector of the person that it knows, or one that is fitted to these labels."""
        if self.nobody:
            return SampledModel(self.model, self.space, None, 0.0)
        if self.person is not None and self.knows(self.person):
            return SampledModel(self.model, self.space, list(self.persons).index(mark(self.person)), self.guidance)
        return SampledModel(self.model, self.space, fitted_vector(self.model, self.space, videos), self.guidance)


@dataclass(frozen=True, eq=False)
class SampledModel(PersonModel):
    """A model and the number or the vector (H,) of a person; None for nobody in particular."""

    model: SummDiff
    space: str
    person: int | Tensor | None
    guidance: float

    def mean(self, video: Content) -> np.ndarray:
        mean: np.ndarray = self.samples(video, MEAN_SAMPLES, SEED).mean(axis=0)
        return mean

    def samples(self, video: Content, n: int, seed: int) -> np.ndarray:
        drawn = self.model.predict(
            _features(video, self.space), n, seed, person=self.person, person_guidance=self.guidance
        )
        return drawn.numpy().astype(np.float64)

    def settings(self, video: Content) -> dict[str, float]:
        window = self.model.window(len(_features(video, self.space)))
        return {} if window is None else {"window": window}


def told_apart(checkpoint: Checkpoint) -> list[str]:
    """The marks of the people whom a checkpoint has a vector for, in the order of their numbers."""
    return list(checkpoint.training.get("persons") or [])


def fitted_vector(model: SummDiff, space: str, videos: Sequence[Labelled]) -> Tensor:
    """(H,) the vector of somebody whom the model does not know, from their labels; the weights stay as they are.

    Raises:
        InputError: nothing is judged, or the model tells nobody apart.
    """
    import torch

    from core.models.batch import Batch

    videos = [video for video in videos if video.judged.any()]
    if not videos or model.persons is None:
        raise InputError("There is nothing to fit a person's vector to.", "Label a video first.")
    device = model.null_video.device
    length = max(len(video.scores) for video in videos)
    features = torch.zeros(len(videos), length, model.config.feature_width)
    targets, valid = np.full((len(videos), 1, length), np.nan, np.float32), torch.zeros(len(videos), length).bool()
    for place, video in enumerate(videos):
        count = len(video.scores)
        features[place, :count], valid[place, :count] = _features(video.content, space), True
        targets[place, 0, :count] = video.scores
    judged = torch.from_numpy(~np.isnan(targets))
    batch = Batch(features, valid, torch.from_numpy(np.nan_to_num(targets)), judged).to(device)

    usual = float(model.persons.vectors.weight.detach().square().sum(1).mean())
    vector = torch.zeros(model.config.hidden, device=device, requires_grad=True)
    optimizer = torch.optim.Adam([vector], lr=RATE)
    wanted = [one.requires_grad for one in model.parameters()]
    with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
        torch.manual_seed(SEED)
        model.requires_grad_(False)
        try:
            for _ in range(UPDATES):
                optimizer.zero_grad()
                length_penalty = SHORT * vector.square().sum() / max(usual, 1e-6)
                loss = model.loss_of(batch, vector.expand(len(videos), 1, -1)) + length_penalty
                loss.backward()
                optimizer.step()
        finally:
            for one, before in zip(model.parameters(), wanted, strict=True):
                one.requires_grad_(before)
    return vector.detach()


def _features(video: Content, space: str) -> Tensor:
    import torch

    if space not in video.blocks:
        raise InputError(
            f"'{video.id}' has no '{space}' features.", f"Make them: python app.py features --space {space}"
        )
    return torch.from_numpy(np.ascontiguousarray(video.blocks[space], np.float32))
