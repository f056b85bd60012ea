"""What the library offers to do: pretraining where enough videos share a feature space, and features that some lack."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:
    from storage.library import Library

ENOUGH = 8  # videos to be told from one another; the paper's smallest batch
GROWN = 1.5  # times as many videos as were learned from, and it is offered again


class PretrainingOffer(BaseModel):
    """A feature space in which a summarizer can be pretrained without labels.

    Attributes:
        space: its id.
        videos: how many have features of it, over all datasets.
        learned: how many videos a self-discovered checkpoint of the space was made from at most; 0 without one.
    """

    model_config = ConfigDict(frozen=True)

    space: str
    videos: int
    learned: int


def pretraining_offers(library: Library) -> list[PretrainingOffer]:
    """Whether the library can be pretrained on, and in which spaces; those with most videos first.

    A space is left out where that has been done already and few videos have come since.
    """
    from core.models.registry import SELF_DISCOVERED

    offers = []
    for space, videos in sorted(library.entries.spaces().items(), key=lambda one: -one[1]):
        done = [one for one in library.checkpoints.list(feature_space=space) if one.applies_as == SELF_DISCOVERED]
        learned = max((int(one.training.get("n_videos", 0)) for one in done), default=0)
        if videos >= ENOUGH and (not learned or videos >= GROWN * learned):
            offers.append(PretrainingOffer(space=space, videos=videos, learned=learned))
    return offers


class FeaturesOffer(BaseModel):
    """A feature space that videos taken in today have, or that a checkpoint takes, and that some videos lack.

    Attributes:
        space: its id.
        label: its name for people.
        lacking: how many entries have a video and no features of it.
        models: labels of the checkpoints that take it.
    """

    model_config = ConfigDict(frozen=True)

    space: str
    label: str
    lacking: int
    models: tuple[str, ...]


def features_offers(library: Library) -> list[FeaturesOffer]:
    """The spaces that entries can be given from their videos, without anything that is not on this machine."""
    from core.features.registry import DEFAULT, SPACES

    offers = []
    for kind in SPACES:
        if kind.missing():
            continue
        models = tuple(one.label for one in library.checkpoints.list(feature_space=kind.id))
        if (models or kind.id == DEFAULT) and (lacking := len(library.entries.lacking(kind.id))):
            offers.append(FeaturesOffer(space=kind.id, label=kind.label, lacking=lacking, models=models))
    return offers
