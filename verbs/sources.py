"""Whose scores a cut is made from: people, their average, a model's samples, or a signal of the video itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from core.data import AnnotationSet, Entry
from core.data.cut_scores import (
    CampScores,
    CutScores,
    MeanScores,
    MendedScores,
    ModelScores,
    PersonScores,
    SignalScores,
)
from core.errors import InputError, NotFoundError
from core.models.checkpoints import Checkpoint
from core.models.provenance import told_of_run
from core.signals import DEFAULT_SIGNAL, listed, ordered
from core.statistics.camps import camps
from core.statistics.curves import mean_of_people
from verbs.mended_source import PREFIX, Mended, mended_of

if TYPE_CHECKING:
    from storage.library import Library
    from storage.runs import Run

WRITTEN = "Write mean, camp:0, camp:1, person:NAME, run:ID, run:ID:SAMPLE, signal:NAME or mended:ID."


@dataclass(frozen=True, eq=False)
class Source:
    """Scores to cut by, and where they come from.

    Attributes:
        name: "mean" of the people, "camp:0" or "camp:1" for the mean of those of one camp (see
            `core.statistics.camps`), "person:NAME", "run:ID" for the mean of a run's samples, "run:ID:K" for its sample
            K, from 0, "signal:NAME", or "mended:ID" for a cut that a person mended.
        label: for people.
        scores: (T,) float32 in [0, 1], NaN where nobody judged; of a mended cut 1 inside and 0 outside.
        facts: what files say about it.
        mended: the cut itself, which is solved again by no other rule; None for all other sources.
    """

    name: str
    label: str
    scores: np.ndarray
    facts: CutScores
    mended: Mended | None = None


def all_sources(library: Library, entry: Entry) -> list[Source]:
    """Everything that an entry can be cut by: the average, each person, each signal, each sample of each run.

    Mended cuts are not among them, which are cuts already.
    """
    people = library.people.of_entry(entry.id, entry=entry)
    names = [] if people is None else ["mean", *(f"person:{name}" for name in people.annotators)]
    runs = library.runs.of_entry(entry.id)
    names += [f"signal:{name}" for name in ordered(entry.signals)]
    names += [f"run:{run.id}:{sample}" for run in runs for sample in range(len(run.track.scores))]
    checkpoints = _checkpoints(library)
    return [_source(entry, people, runs, checkpoints, name) for name in names]


def source(library: Library, entry: Entry, name: str | None = None) -> Source:
    """One source of an entry by its name; None for the one that pages show first.

    That is the average of the people, else the balanced signal, else the newest run.

    Raises:
        NotFoundError: there is no such person, run, sample or signal.
        InputError: the name is none.
    """
    if name is not None and name.startswith(PREFIX):
        return _of_mended(entry, mended_of(library, entry, name))
    people = library.people.of_entry(entry.id, entry=entry)
    runs = library.runs.of_entry(entry.id)
    if name is None:
        name = _first(entry, people, runs)
    return _source(entry, people, runs, _checkpoints(library), name)


def source_to_keep(library: Library, entry: Entry, name: str | None = None) -> Source:
    """The same as files say it, which leave the installation: who labels here goes by their pseudonym.

    Args:
        library, entry: see `source`.
        name: of the source; a person's by their name or by their pseudonym.

    Raises:
        NotFoundError, InputError: see `source`.
    """
    from storage.pseudonyms import Pseudonyms

    if name is not None and name.startswith(PREFIX):
        return _told_of_mended(library, _of_mended(entry, mended_of(library, entry, name)))
    people = library.people.of_entry(entry.id, entry=entry)
    outside = library.people.of_entry(entry.id, pseudonyms=True, entry=entry)
    runs, checkpoints = library.runs.of_entry(entry.id), _checkpoints(library)
    name = name or _first(entry, people, runs)
    person = name.removeprefix("person:")
    if outside is None or people is None or not name.startswith("person:"):
        found = _source(entry, outside, runs, checkpoints, name)
    elif person in people.annotators:
        found = _source(
            entry, outside, runs, checkpoints, f"person:{outside.annotators[people.annotators.index(person)]}"
        )
    else:
        found = _source(entry, outside if person in outside.annotators else people, runs, checkpoints, name)
    if not isinstance(found.facts, ModelScores):
        return found
    # What was learned of one person is called after them.
    said, facts = Pseudonyms.of_library(library.engine), found.facts
    told = replace(
        facts,
        model=said.text(facts.model),
        checkpoint=said.text(facts.checkpoint),
        learned_from=said.text(facts.learned_from),
    )
    return replace(found, label=said.text(found.label), facts=told)


def _mean(rows: np.ndarray) -> np.ndarray:
    """(T,) float32 mean of curves: the same numbers as in the browser."""
    return mean_of_people(rows).astype(np.float32)


def _first(entry: Entry, people: AnnotationSet | None, runs: list[Run]) -> str:
    if people is not None:
        return "mean"
    if DEFAULT_SIGNAL in entry.signals:
        return f"signal:{DEFAULT_SIGNAL}"
    if runs:
        return f"run:{runs[-1].id}"
    raise NotFoundError(
        f"Nobody and no model has scored entry '{entry.id}' yet.", "Rate it, or sample from a model that fits it."
    )


def _checkpoints(library: Library) -> dict[str, Checkpoint]:
    return {checkpoint.id: checkpoint for checkpoint in library.checkpoints.list()}


def _source(
    entry: Entry, people: AnnotationSet | None, runs: list[Run], checkpoints: Mapping[str, Checkpoint], name: str
) -> Source:
    kind, _, rest = name.partition(":")
    if name == "mean" or (kind == "person" and rest):
        return _of_people(entry, people, name, rest)
    if name in ("camp:0", "camp:1"):
        return _of_camp(entry, people, name, int(rest))
    if kind == "signal" and rest:
        if rest not in entry.signals:
            known = ", ".join(entry.signals) or "none"
            raise NotFoundError(f"Entry '{entry.id}' has no signal '{rest}'.", f"It has: {known}.")
        return Source(name, listed(rest).label, entry.signals[rest], SignalScores(signal=rest))
    number, _, sample = rest.partition(":")
    if kind != "run" or not number.isdecimal() or (sample and not sample.isdecimal()):
        raise InputError(f"'{name}' is no source of a cut.", WRITTEN)
    return _of_run(entry, runs, checkpoints, name, int(number), int(sample) if sample else None)


def _of_people(entry: Entry, people: AnnotationSet | None, name: str, person: str) -> Source:
    if people is None:
        raise NotFoundError(f"Nobody has judged entry '{entry.id}' yet.", "Choose a model's run or a signal instead.")
    if name == "mean":
        label = f"Average of {len(people)} {'person' if len(people) == 1 else 'people'}"
        facts = MeanScores(people=len(people), simulated=any(people.simulated), simulated_people=sum(people.simulated))
        return Source(name, label, _mean(people.scores), facts)
    if person not in people.annotators:
        raise NotFoundError(
            f"Nobody called '{person}' has judged entry '{entry.id}'.", f"There are: {', '.join(people.annotators)}."
        )
    row = people.annotators.index(person)
    asked = PersonScores(person=person, protocol=people.protocols[row], simulated=people.simulated[row])
    return Source(name, person, people.scores[row], asked)


def _of_camp(entry: Entry, people: AnnotationSet | None, name: str, number: int) -> Source:
    found = None if people is None else camps(people.scores)
    if people is None or found is None:
        raise NotFoundError(
            f"The people of entry '{entry.id}' are not of two camps.",
            "It takes two people who differ; choose the mean.",
        )
    group = list(found[0][number].people)
    names = tuple(people.annotators[person] for person in group)
    label = f"Average of {len(group)} {'person' if len(group) == 1 else 'people'} of one camp"
    made = sum(people.simulated[person] for person in group)
    asked = CampScores(people=names, simulated=made > 0, simulated_people=made)
    return Source(name, label, _mean(people.scores[group]), asked)


def _of_run(
    entry: Entry,
    runs: list[Run],
    checkpoints: Mapping[str, Checkpoint],
    name: str,
    number: int,
    sample: int | None,
) -> Source:
    run = next((found for found in runs if found.id == number), None)
    if run is None:
        raise NotFoundError(f"There is no run {number} of entry '{entry.id}'.")
    track = run.track
    count = len(track.scores)
    told = told_of_run(track, checkpoints.get(track.checkpoint), entry.id)
    if sample is not None and sample >= count:
        raise NotFoundError(f"Run {number} has samples 0 to {count - 1}, not {sample}.")
    facts = ModelScores(
        model=track.model,
        checkpoint=track.checkpoint,
        feature_space=track.feature_space,
        seed=track.seed,
        settings=dict(track.settings),
        run=number,
        sample=sample,
        samples=count,
        learned_from=told.sentence,
        simulated=told.simulated,
    )
    if sample is None:
        return Source(name, f"{track.model}, mean" if count > 1 else track.model, _mean(track.scores), facts)
    named = track.names[sample] if track.names else f"sample {sample + 1}"
    label = track.model if count == 1 and not track.names else f"{track.model}{': ' if track.names else ', '}{named}"
    return Source(name, label, track.scores[sample], facts)


def _of_mended(entry: Entry, mended: Mended) -> Source:
    row = mended.row
    facts = MendedScores(mended=row.id, name=row.name, base=row.base.facts)
    inside = mended.cut.mask[entry.picks].astype(np.float32)
    return Source(f"{PREFIX}{row.id}", row.name, inside, facts, mended)


def _told_of_mended(library: Library, found: Source) -> Source:
    """The same as files say it: names of people may be part of its name and of what it was made from."""
    from storage.mended import FACTS
    from storage.pseudonyms import Pseudonyms

    said, facts = Pseudonyms.of_library(library.engine), found.facts
    assert isinstance(facts, MendedScores)
    told = FACTS.validate_python(said.value(asdict(facts.base)))
    name = said.text(found.label)
    return replace(found, label=name, facts=replace(facts, name=name, base=told))
