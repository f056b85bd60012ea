"""What a checkpoint learned from, in words: which videos, how many people, real or simulated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.data.tracks import ScoreTrack
from core.models.checkpoints import Checkpoint, pretrained_only

# What is not trained on anybody's labels, by what stands in its runs for a checkpoint, or by their kind.
UNTRAINED = {
    "tastes-v1": "Learned from nobody: drawn around the balanced signal, so that what looks alike is liked alike.",
    "zero-shot": "Learned from nobody here: a language model's own judgement of the captions.",
}
GONE = "What it learned from is not known: its checkpoint is not in the library."
# Of a checkpoint's training, what tells where its knowledge comes from.
ORIGIN = (
    "dataset",
    "videos",
    "n_videos",
    "n_people",
    "simulated",
    "n_simulated",
    "released",
    "source",
    "pretraining",
    "targets",
    "start_from",
    "started_from",
)


@dataclass(frozen=True)
class LearnedFrom:
    """Where a checkpoint's knowledge comes from, as far as it says so itself.

    Attributes:
        dataset: id; None where it is not known.
        videos: how many.
        people: how many judged them; None for pretraining, and where it is not known.
        own_simulated: whether any of these people were made by a program; None where it is not known.
        real: how many of them were not, beside such; 0 where all or none were made.
        note: what must be known of checkpoints of its recipe, in sentences; "" for nothing.
        entries: ids of the videos; None where they are not known.
        released: whether it came from a published release.
        file: of the release; None where it is not known.
        unlabelled: whether it saw videos only, and nobody's labels.
        before: the same for the checkpoint that its training went on from; None for fresh weights.
    """

    dataset: str | None
    videos: int | None
    people: int | None
    own_simulated: bool | None
    entries: frozenset[str] | None
    released: bool = False
    file: str | None = None
    unlabelled: bool = False
    before: LearnedFrom | None = None
    real: int = 0
    note: str = ""

    @property
    def simulated(self) -> bool | None:
        """Whether any of the people were made by a program, then or before; None where it is not known."""
        return _any(self.own_simulated, self.before.simulated if self.before else False)

    def saw(self, entry_id: str) -> bool | None:
        """Whether an entry was among its videos, then or before; None where that is not known."""
        if self.entries is not None:
            seen: bool | None = entry_id in self.entries
        else:
            seen = None if self.dataset is None or self.dataset == entry_id.partition("/")[0] else False
        return _any(seen, self.before.saw(entry_id) if self.before else False)

    def stands_back(self, entry_id: str) -> bool:
        """Whether it waits to be asked: what simulated people like says nothing of another data set's videos."""
        return bool(self.simulated) and self.dataset != entry_id.partition("/")[0]

    def sentence(self, entry_id: str | None = None) -> str:
        """ "Learned from 12 simulated people's labels of 6 videos (demo); this video was not among them." """
        if self.released:
            told = f"A released checkpoint{self._file()}: what it learned from is in its release"
        elif self.videos is None:
            told = "What it learned from is not known"
        else:
            told = f"Learned from {self._videos()}"
        earlier = self.before
        while earlier is not None:
            told += f", before that from {earlier._phrase()}"
            earlier = earlier.before
        seen = None if entry_id is None else self.saw(entry_id)
        if seen is not None:
            told += f"; this video was {'' if seen else 'not '}among them"
        return f"{told}. {self.note}".rstrip()

    def _phrase(self) -> str:
        if self.released:
            return f"what a release{self._file()} learned from"
        return "something unknown" if self.videos is None else self._videos()

    def _videos(self) -> str:
        of = f" ({self.dataset})" if self.dataset else ""
        return f"{self._whose()}{self.videos} {'video' if self.videos == 1 else 'videos'}{of}"

    def _file(self) -> str:
        return f" ({self.file})" if self.file else ""

    def _whose(self) -> str:
        if self.unlabelled:
            return "the pictures of "
        if self.people is None:
            return ""
        if self.real:
            return f"the labels of {_people(self.real)} and {_people(self.people - self.real, 'simulated ')} of "
        simulated = "simulated " if self.own_simulated else ""
        return (
            f"1 {simulated}person's labels of " if self.people == 1 else f"{self.people} {simulated}people's labels of "
        )


@dataclass(frozen=True)
class Told:
    """What stands beside a run.

    Attributes:
        sentence: what its scores were learned from.
        simulated: whether from simulated people; None where it is not known.
        saw: whether this video was among what it learned from; None where it is not known.
    """

    sentence: str
    simulated: bool | None
    saw: bool | None


def learned_from(checkpoint: Checkpoint) -> LearnedFrom:
    """What a checkpoint says about its training."""
    return _learned(checkpoint.training)


def told_of_run(track: ScoreTrack, checkpoint: Checkpoint | None, entry_id: str) -> Told:
    """What a run was learned from; `checkpoint` is None where there is none or it is gone."""
    if track.provenance is not None:
        return Told(track.provenance.sentence, track.provenance.simulated, False)
    if checkpoint is not None:
        return told_of_checkpoint(checkpoint, entry_id)
    for name in (track.checkpoint, track.kind):
        if name in UNTRAINED:
            return Told(UNTRAINED[name], False, None)
    return Told(GONE, None, None)


def told_of_checkpoint(checkpoint: Checkpoint, entry_id: str) -> Told:
    """What runs of a checkpoint on this entry are learned from."""
    facts = learned_from(checkpoint)
    return Told(facts.sentence(entry_id), facts.simulated, facts.saw(entry_id))


def origin(checkpoint: Checkpoint) -> dict[str, Any]:
    """What a checkpoint that goes on from this one keeps of its training, so that it still knows when this is gone."""
    return {name: checkpoint.training[name] for name in ORIGIN if name in checkpoint.training}


def _learned(told: Mapping[str, Any]) -> LearnedFrom:
    unlabelled = pretrained_only(told)
    videos, people, made = told.get("videos"), told.get("n_people"), told.get("n_simulated")
    before = told.get("started_from")
    if before is None and told.get("start_from"):
        before = {}  # by its name alone, which says nothing
    return LearnedFrom(
        dataset=told.get("dataset"),
        videos=told.get("n_videos"),
        people=None if unlabelled else people,
        own_simulated=False if unlabelled else told.get("simulated"),
        entries=None if videos is None else frozenset(videos),
        released=bool(told.get("released")),
        file=told.get("source") if told.get("released") else None,
        unlabelled=unlabelled,
        before=None if before is None else _learned(before),
        real=people - made if people and made else 0,
        note=str(told.get("note") or ""),
    )


def _people(count: int, kind: str = "") -> str:
    return f"{count} {kind}{'person' if count == 1 else 'people'}"


def _any(first: bool | None, second: bool | None) -> bool | None:
    """Whether one of two is true; None where that is not known."""
    if first or second:
        return True
    return None if first is None or second is None else False
