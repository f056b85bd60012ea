"""What a checkpoint learned from, in words: which videos, how many people, real or simulated."""

from __future__ import annotations

from dataclasses import dataclass

from core.models.checkpoints import Checkpoint
from core.models.registry import SELF_DISCOVERED


@dataclass(frozen=True)
class LearnedFrom:
    """Where a checkpoint's knowledge comes from, as far as it says so itself.

    Attributes:
        dataset: id; None where it is not known.
        videos: how many.
        people: how many judged them; None for pretraining, and where it is not known.
        simulated: whether any of the people were made by a program; None where it is not known.
        entries: ids of the videos; None where they are not known.
        released: whether it came from a published release.
        unlabelled: whether it saw videos only, and nobody's labels.
    """

    dataset: str | None
    videos: int | None
    people: int | None
    simulated: bool | None
    entries: frozenset[str] | None
    released: bool = False
    unlabelled: bool = False

    def saw(self, entry_id: str) -> bool | None:
        """Whether an entry was among its videos; None where that is not known."""
        if self.entries is not None:
            return entry_id in self.entries
        return None if self.dataset is None or self.dataset == entry_id.partition("/")[0] else False

    def stands_back(self, entry_id: str) -> bool:
        """Whether it waits to be asked: what simulated people like says nothing of another data set's videos."""
        return bool(self.simulated) and self.dataset != entry_id.partition("/")[0]

    def sentence(self, entry_id: str | None = None) -> str:
        """ "Learned from 12 simulated people's labels of 6 videos (demo); this video was not among them." """
        if self.released:
            told = "A released checkpoint: what it learned from is in its release"
        elif self.videos is None:
            told = "What it learned from is not known"
        else:
            videos = f"{self.videos} {'video' if self.videos == 1 else 'videos'}"
            of = f" ({self.dataset})" if self.dataset else ""
            told = f"Learned from {self._whose()}{videos}{of}"
        seen = None if entry_id is None else self.saw(entry_id)
        if seen is None:
            return f"{told}."
        return f"{told}; this video was {'' if seen else 'not '}among them."

    def _whose(self) -> str:
        if self.unlabelled:
            return "the pictures of "
        if self.people is None:
            return ""
        simulated = "simulated " if self.simulated else ""
        return (
            f"1 {simulated}person's labels of " if self.people == 1 else f"{self.people} {simulated}people's labels of "
        )


def learned_from(checkpoint: Checkpoint) -> LearnedFrom:
    """What a checkpoint says about its training."""
    told = checkpoint.training
    unlabelled = checkpoint.applies_as == SELF_DISCOVERED
    videos = told.get("videos")
    return LearnedFrom(
        dataset=told.get("dataset"),
        videos=told.get("n_videos"),
        people=None if unlabelled else told.get("n_people"),
        simulated=False if unlabelled else told.get("simulated"),
        entries=None if videos is None else frozenset(videos),
        released=bool(told.get("released")),
        unlabelled=unlabelled,
    )
