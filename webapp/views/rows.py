"""The rows of Compare: people, signals, runs, and what could be asked or is missing, each told apart by its `kind`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from core.data import AnnotationSet, Entry, ScoreTrack
from core.models import registry
from core.models.checkpoints import Checkpoint
from core.models.provenance import Told, learned_from, told_of_checkpoint, told_of_run
from core.personal import KIND as PERSONAL
from core.personal.conditioned import Conditioned
from core.signals import DEFAULT_SIGNAL, listed
from core.signals.tastes import needs_no_labels
from core.signals.words import moment_word
from core.statistics.camps import camps
from core.training.scoring import can_score
from storage.runs import Run
from webapp.views.answer import Answer

MODEL_NAMES = {"summdiff": "SummDiff", "llmvs": "LLMVS head"}
Setting = bool | int | float | str | None


class LearnedFrom(Answer):
    """What a model's scores were learned from.

    Attributes:
        sentence: for people.
        simulated: whether from simulated people; None where it is not known.
        saw_this: whether this video was among what it learned from; None where it is not known.
    """

    sentence: str
    simulated: bool | None
    saw_this: bool | None


class CheckpointFacts(Answer):
    """A checkpoint as one entry sees it.

    Attributes:
        id, label: of the checkpoint.
        kind: which system its runs are of.
        feature_space: that it takes.
        fits: whether it can score the entry.
        reason: "", or why it cannot.
        learned_from: what it learned from.
        waits: it is applied only where somebody asks.
    """

    id: str
    label: str
    kind: str
    feature_space: str
    fits: bool
    reason: str
    learned_from: LearnedFrom
    waits: bool


class CampFacts(Answer):
    """People who think alike.

    Attributes:
        people: their numbers among the names of the row.
        start, end: "from" and "to" in JSON: the seconds at which they rate highest above the others.
        word: what is seen there, "" where nothing tells the two apart.
    """

    people: tuple[int, ...]
    start: float = Field(serialization_alias="from")
    end: float = Field(serialization_alias="to")
    word: str


class PeopleRow(Answer):
    """The people of an entry.

    Attributes:
        names: of them, none where nobody has judged it.
        protocols: how they were asked, by name.
        simulated: whose labels a program made up, one by one.
        camps: the two groups that differ most, none where there are none.
        divided: share of all differences between people that the two explain, in [0, 1].
        why_empty: "", or why there is nobody.
    """

    id: Literal["people"] = "people"
    kind: Literal["people"] = "people"
    label: str = "People"
    names: tuple[str, ...] = ()
    protocols: tuple[str, ...] = ()
    simulated: tuple[bool, ...] = ()
    camps: tuple[CampFacts, ...] = ()
    divided: float = 0.0
    why_empty: str = ""


class SignalRow(Answer):
    """A curve that was computed from the video itself; `about` says which moments it likes."""

    id: str
    kind: Literal["signal"] = "signal"
    name: str
    label: str
    about: str
    default: bool


class RunRow(Answer):
    """What one model said about the entry: "samples" of one that samples, else a "curve".

    Attributes:
        id: "run:ID".
        model: its name for people.
        model_kind: which system.
        checkpoint, feature_space: see `core.data.ScoreTrack`.
        seed, settings: of the sampler.
        n: how many curves.
        pairs: whether samples 2k and 2k + 1 are an antithetic pair: the same noise with either sign.
        names: what each is called, none where they are numbered.
        label: of the run.
        created: ISO 8601, UTC.
        learned_from: what the model learned from.
    """

    id: str
    kind: Literal["samples", "curve"]
    model: str
    model_kind: str
    checkpoint: str
    feature_space: str
    seed: int | None
    settings: dict[str, Setting]
    n: int
    pairs: bool
    names: tuple[str, ...]
    label: str
    created: datetime
    learned_from: LearnedFrom


class OfferRow(Answer):
    """A checkpoint that fits and waits to be asked."""

    id: str
    kind: Literal["offer"] = "offer"
    model: str
    model_kind: str
    checkpoint: str
    learned_from: LearnedFrom
    reason: str


class MissingRow(Answer):
    """A system that has said nothing about the entry, and why."""

    id: str
    kind: Literal["missing"] = "missing"
    model: str
    model_kind: str
    reason: str


Row = Annotated[PeopleRow | SignalRow | RunRow | OfferRow | MissingRow, Field(discriminator="kind")]


def people_row(people: AnnotationSet | None, entry: Entry) -> PeopleRow:
    """The people of an entry and the two groups of them that differ most."""
    if not people:
        return PeopleRow(why_empty="Nobody has judged this entry yet.")
    groups, divided = _camps(people, entry)
    return PeopleRow(
        names=people.annotators,
        protocols=people.protocols,
        simulated=people.simulated,
        camps=groups,
        divided=divided,
    )


def signal_row(name: str) -> SignalRow:
    """A signal of the entry by its name."""
    signal = listed(name)
    return SignalRow(
        id=f"signal:{name}", name=name, label=signal.label, about=signal.about, default=name == DEFAULT_SIGNAL
    )


def run_row(run: Run, checkpoint: Checkpoint | None) -> RunRow:
    """A run, and the checkpoint that made it as far as it is still here."""
    track = run.track
    return RunRow(
        id=f"run:{run.id}",
        kind="samples" if len(track.scores) > 1 or track.seed is not None else "curve",
        model=track.model,
        model_kind=track.kind,
        checkpoint=track.checkpoint,
        feature_space=track.feature_space,
        seed=track.seed,
        settings=dict(track.settings),
        n=len(track.scores),
        pairs=len(track.scores) > 1 and in_pairs(track),
        names=track.names,
        label=run.label,
        created=run.created,
        learned_from=_learned(told_of_run(track, checkpoint, run.entry)),
    )


def in_pairs(track: ScoreTrack) -> bool:
    """Whether samples of a run come in antithetic pairs, also those that a model drew for one person."""
    if needs_no_labels(track):  # drawn by no model, though they are called as one
        return False
    if track.kind == PERSONAL:  # made by "way: person"
        return track.checkpoint.startswith(f"{Conditioned.name}: ")
    return registry.in_pairs(track.kind)


def checkpoint_facts(checkpoint: Checkpoint, entry: Entry) -> CheckpointFacts:
    """Whether a checkpoint can score an entry, and what it learned from."""
    reason = can_score(checkpoint, entry)
    return CheckpointFacts(
        id=checkpoint.id,
        label=checkpoint.label,
        kind=checkpoint.applies_as,
        feature_space=checkpoint.feature_space,
        fits=not reason,
        reason=reason,
        learned_from=_learned(told_of_checkpoint(checkpoint, entry.id)),
        waits=learned_from(checkpoint).stands_back(entry.id),
    )


def offer_rows(runs: Sequence[Run], checkpoints: Sequence[CheckpointFacts]) -> list[OfferRow]:
    """One row for every checkpoint that fits and waits to be asked, because it learned from simulated people."""
    ran = {run.track.checkpoint for run in runs}
    return [
        OfferRow(
            id=f"offer:{checkpoint.id}",
            model=checkpoint.label,
            model_kind=checkpoint.kind,
            checkpoint=checkpoint.id,
            learned_from=checkpoint.learned_from,
            reason="It is applied to videos of other data sets only where somebody asks.",
        )
        for checkpoint in checkpoints
        if checkpoint.waits and checkpoint.fits and checkpoint.id not in ran
    ]


def missing_rows(runs: Sequence[Run], checkpoints: Sequence[CheckpointFacts]) -> list[MissingRow]:
    """One row for every kind of model that has said nothing about the entry, with the reason."""
    present = {run.track.kind for run in runs}
    rows = []
    for kind, name in MODEL_NAMES.items():
        of_kind = [checkpoint for checkpoint in checkpoints if checkpoint.kind == kind]
        if kind in present or any(checkpoint.fits and checkpoint.waits for checkpoint in of_kind):
            continue  # where one waits, a row of its own offers it
        if any(checkpoint.fits for checkpoint in of_kind):
            reason = f"{name} has not been run on this entry yet."
        elif of_kind:
            reason = of_kind[0].reason
        else:
            reason = f"There is no {name} checkpoint in the library; train one on the Models page."
        rows.append(MissingRow(id=f"missing:{kind}", model=name, model_kind=kind, reason=reason))
    return rows


def _camps(people: AnnotationSet, entry: Entry) -> tuple[tuple[CampFacts, ...], float]:
    found = camps(people.scores)
    if found is None:
        return (), 0.0
    edges = np.append(entry.timebase.seconds(entry.picks), entry.timebase.duration)
    names = [moment_word(entry.captions or (), camp.start, camp.end) for camp in found[0]]
    if names[0] == names[1]:
        names = ["", ""]
    groups = (
        CampFacts(people=camp.people, start=float(edges[camp.start]), end=float(edges[camp.end]), word=word)
        for camp, word in zip(found[0], names, strict=True)
    )
    return tuple(groups), found[1]


def _learned(told: Told) -> LearnedFrom:
    return LearnedFrom(sentence=told.sentence, simulated=told.simulated, saw_this=told.saw)
