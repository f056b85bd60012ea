"""`sample_many`: curves of one model for all entries of a dataset, or of the library."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from pydantic import Field

from core.data import Entry, ScoreTrack
from core.engine import HERE, Do, Engine
from core.errors import CheckpointError, NotFoundError
from core.progress import Progress, ShouldStop, never, part, silent
from verbs.contract import LeftOut, Request, Result
from verbs.entries import asked_entries
from verbs.sample import SampleRequest, digest_of, discovered_label, score_settings

if TYPE_CHECKING:
    from core.models.checkpoints import Checkpoint
    from core.training.scoring import ScoreSettings
    from storage.library import Library


class SampleManyRequest(Request):
    """Which entries, and what is asked of each."""

    dataset: str | None = Field(None, description="All entries of this dataset.")
    all_entries: bool = Field(False, description="All entries of the library.")
    asked: SampleRequest = Field(description="Of each entry; the one that it names is not looked at.")


class SampledEntry(Result):
    """The run of an entry, and whether it was there before."""

    entry: str
    run: int
    found_again: bool


class SampledMany(Result):
    """What was made: runs, and the entries that the checkpoint cannot score."""

    checkpoint: str
    entries: list[SampledEntry]
    skipped: list[LeftOut]


def sample_many(
    library: Library,
    request: SampleManyRequest,
    *,
    progress: Progress = silent,
    should_stop: ShouldStop = never,
    engine: Engine = HERE,
) -> SampledMany:
    """Has a checkpoint score entries, each kept as a run; what was asked for before is not made again.

    Raises:
        NotFoundError: there is no such dataset or checkpoint, or no entry.
        Cancelled: `should_stop` said so; what is done is kept.
    """
    from core.models.registry import SELF_DISCOVERED
    from core.statistics.coverage import kept_share
    from core.training.evaluating import to_be_scored

    ids = asked_entries(library, None, request.dataset, all_entries=request.all_entries)
    if not ids:
        raise NotFoundError("There is no entry to score.", "Take in a video.")
    checkpoint = library.checkpoints.find(request.asked.checkpoint, library.entries.get(ids[0]))
    done: dict[str, SampledEntry] = {}
    skipped: list[LeftOut] = []
    digests: dict[str, str] = {}

    def new_entries() -> Iterator[Entry]:
        for one in ids:
            asked = request.asked.model_copy(update={"entry": one})
            digests[one] = digest_of(asked, checkpoint, library.entries.version(one))
            if (run := library.runs.found_again(one, digests[one])) is not None:
                done[one] = SampledEntry(entry=one, run=run.id, found_again=True)
            else:
                yield to_be_scored(library.entries.get(one), checkpoint)

    def told_of(entry: Entry) -> Progress:
        share = (len(done) + len(skipped)) / len(ids)
        progress(share, f"Scoring {entry.id}")
        return part(progress, share, share + 1 / len(ids))

    work = ScoreWork(checkpoint, score_settings(request.asked))
    for ended in engine.map(work, new_entries(), told_of, should_stop):
        one = ended.item.id
        try:
            track = ended.result()
            label = (
                discovered_label(track, kept_share(ended.item, track.scores)) if track.kind == SELF_DISCOVERED else ""
            )
            run = library.runs.add(one, track, label, digests[one])
        except CheckpointError as error:
            skipped.append(LeftOut(entry=one, reason=error.message))
        else:
            done[one] = SampledEntry(entry=one, run=run.id, found_again=False)
    return SampledMany(checkpoint=checkpoint.id, entries=[done[one] for one in ids if one in done], skipped=skipped)


@dataclass(frozen=True)
class ScoreWork:
    """A checkpoint that scores entries; `how` is what `score` is asked for."""

    checkpoint: Checkpoint
    how: ScoreSettings

    def open(self) -> Do[Entry, ScoreTrack]:
        from core.models.checkpoints import load_model
        from core.training.scoring import score

        load = cache(lambda: load_model(self.checkpoint))

        def do(entry: Entry, progress: Progress, should_stop: ShouldStop) -> ScoreTrack:
            return score(self.checkpoint, entry, **self.how, progress=progress, load=load)

        return do
