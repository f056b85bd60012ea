"""What is known of a feature space before its weights are read, and what a person says when one is opened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from core.features.space import FeatureSpace
from core.progress import Progress, ShouldStop, never, silent


@dataclass(frozen=True)
class SpaceOptions:
    """How a space shall be opened.

    Attributes:
        id: of the space.
        weights: the file or folder of its weights, or a model's name, where the space takes one; None for the usual.
        download: whether weights that are not on this machine may be fetched.
        url: where from, instead of where they were published.
        device: "auto" (CUDA when present), "cpu", "cuda".
        progress: told while something is fetched.
        should_stop: asked meanwhile.
    """

    id: str
    weights: str | None = None
    download: bool = False
    url: str | None = None
    device: str = "auto"
    progress: Progress = silent
    should_stop: ShouldStop = never


@dataclass(frozen=True)
class SpaceKind:
    """One line of the registry.

    Attributes:
        id: of the space; "clip-*" stands for all that begin so.
        label: for people.
        open: reads the weights; raises a ManycutError that says what is missing and how to get it.
        missing: "" where it can be opened by its id alone, else why not, in a few words; quick.
    """

    id: str
    label: str
    open: Callable[[SpaceOptions], FeatureSpace]
    missing: Callable[[], str]
