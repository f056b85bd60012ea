"""`personal`: an entry as one person would cut it, learned from their labels of other entries."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from math import isnan
from typing import TYPE_CHECKING, Literal

import numpy as np
from pydantic import Field

from core import limits
from core.data import Entry, ScoreTrack
from core.data.tracks import Provenance
from core.errors import InputError
from core.personal import KIND
from core.progress import Progress, ShouldStop, check, never, silent
from core.statistics.figure import Figure
from verbs.contract import Request, Result
from verbs.training_entries import called

if TYPE_CHECKING:
    from core.models.checkpoints import Checkpoint
    from core.personal.choosing import HeldOut
    from core.personal.content import Content, Labelled
    from core.personal.way import Way
    from storage.library import Library
    from storage.persons import Person

WayName = Literal["best", "gaussian-process", "ridge", "summdiff"]
MOST_OTHERS = 5  # people whose models are tried on the person; each takes as long as a measurement
MOST_TO_LABEL = 60  # entries of which the one is found that would teach most


class PersonalRequest(Request):
    """Whose cut of which entry."""

    verb: Literal["personal"] = "personal"
    entry: str = Field(description="Entry id, such as demo/harbour-day.")
    person: str = Field(
        max_length=limits.PERSON_NAME_CHARS, description="Name of somebody who labelled here, or whom a dataset names."
    )
    way: WayName = Field("best", description="best: the one that is nearest to them on videos that were left out.")
    n: int = Field(8, ge=1, le=limits.SAMPLES_PER_RUN, description="How many curves they might have drawn.")
    seed: int = Field(0, ge=0, le=limits.SEED, description="Of everything random; same seed, same result.")
    without: tuple[str, ...] = Field((), description="Entries whose labels are not used.")
    keep: bool = Field(True, description="Keep the result in the library, so that the pages show it.")


class WayFigure(Result):
    """How near one way comes to the person.

    Attributes:
        way: "gaussian-process", "ridge", "summdiff".
        label: for people.
        tau: Kendall's tau-b with their curves of videos that were left out, mean over these.
        videos: how many.
    """

    way: str
    label: str
    tau: Figure
    videos: int


class ToLabel(Result):
    """The entry that would teach most, and what share it would tell of what is not known yet."""

    entry: str
    title: str
    teaches: float


class PersonalResult(Result):
    """An entry as somebody would cut it.

    Attributes:
        entry: id.
        run: id of the run that was kept; None where none was.
        person: whose.
        way: by which.
        model: for people.
        seed: of the curves.
        scores: N curves at the picks, in [0, 1].
        videos: ids of the entries whose labels it learned from.
        ways: measured on videos that were left out.
        others: tau of other people's models with this person there.
        unconditioned: tau of a model of everybody's mean with this person there.
        learned_from: all this in a sentence.
        next: what they should label next; None where they have labelled everything of the dataset.
    """

    entry: str
    run: int | None
    person: str
    way: str
    model: str
    seed: int
    scores: list[list[float]]
    videos: list[str]
    ways: list[WayFigure]
    others: Figure
    unconditioned: Figure
    learned_from: str
    next: ToLabel | None


def personal(
    library: Library, request: PersonalRequest, *, progress: Progress = silent, should_stop: ShouldStop = never
) -> PersonalResult:
    """Curves of an entry as one person would draw them; kept as a run that the pages show.

    What they said of the entry itself is not used. Each way is measured by leaving out one of their videos at a time.

    Raises:
        NotFoundError: there is no such entry or person.
        InputError: they have labelled nothing else, are a place in a data set and nobody in particular, or the way
            cannot be gone.
        Cancelled: `should_stop` said so.
    """
    from core.personal.choosing import best_of, everybody, held_out

    entry = library.entries.get(request.entry)
    without = {*request.without, entry.id}
    person = library.persons.find(request.person, entry.dataset)
    progress(0.0, f"Reading what {person.name} labelled")
    found = _Material.of(library, entry, person, without)
    ways = _ways(library, entry, person, found)
    asked = [way for way in ways if request.way in ("best", way.name)]
    if not asked:
        raise InputError(
            "No checkpoint here tells people apart and takes this entry's features.",
            "Train one with the preset summdiff-personal, or choose another way.",
        )
    measured: list[HeldOut] = []
    for place, way in enumerate(asked):
        progress(0.1 + 0.5 * place / len(asked), f"Measuring {way.label}")
        measured.append(held_out(way, found.own, only=_unseen(library, way), should_stop=should_stop))
    best = best_of(measured)
    way = next(one for one in asked if one.name == best.way)
    fixed = _with_kernel(way, found.own)
    only, others = list(best.taus), []
    theirs = _of_others(fixed, found)[:MOST_OTHERS]
    for place, (other, videos) in enumerate(theirs):
        progress(0.6 + 0.3 * place / len(theirs), "Trying other people's models")
        others.append(held_out(other, videos, found.own, only, should_stop).tau)
    mean = held_out(_of_nobody(fixed), everybody([found.own, *found.others]), found.own, only, should_stop).tau
    check(should_stop, "Sampling")
    progress(0.9, f"Drawing curves as {person.name} would")
    learned = fixed.learn(found.own)
    scores = learned.samples(found.content, request.n, request.seed).clip(0, 1)
    others_tau = _mean(others)
    told = _sentence(person, way, found, best, others_tau, mean)
    track = ScoreTrack(
        model=f"As {person.name} would: {way.label}",
        kind=KIND,
        checkpoint=f"{way.name}: {person.name}",
        feature_space=", ".join(found.content.blocks),
        scores=scores.astype(np.float32),
        seed=request.seed,
        settings=learned.settings(found.content),
        provenance=Provenance(told, person.simulated),
    )
    run = library.runs.add(entry.id, track) if request.keep else None
    return PersonalResult(
        entry=entry.id,
        run=run.id if run else None,
        person=person.name,
        way=way.name,
        model=track.model,
        seed=request.seed,
        scores=track.scores.tolist(),
        videos=[video.content.id for video in found.own],
        ways=[WayFigure(way=one.way, label=one.label, tau=one.tau, videos=len(one.taus)) for one in measured],
        others=others_tau,
        unconditioned=mean,
        learned_from=told,
        next=_to_label(library, entry, person, found, request.without),
    )


@dataclass(frozen=True, eq=False)
class _Material:
    """What there is to learn from.

    Attributes:
        content: of the entry.
        entries: that the person labelled.
        own: these videos with their labels.
        others: the same videos with the labels of each other person.
        names: of those, as trainings call them.
        spaces: of the features.
    """

    content: Content
    entries: list[Entry]
    own: list[Labelled]
    others: list[list[Labelled]]
    names: list[str]
    spaces: list[str]

    @classmethod
    def of(cls, library: Library, entry: Entry, person: Person, without: set[str]) -> _Material:
        from core.personal.content import Labelled, contents, shared_spaces

        person = replace(person, entries=tuple(one for one in person.entries if one not in without))
        labelled = [(one, scores) for one, scores in library.persons.labelled(person) if not np.isnan(scores).all()]
        spaces = shared_spaces([entry, *(one for one, _ in labelled)])
        if not labelled:
            raise InputError(
                f"{person.name} has labelled nothing but this video, and nothing can be learned of them.",
                "Let them label another one first.",
            )
        content, *shown = contents([entry, *(one for one, _ in labelled)], spaces)
        own = [Labelled(one, scores) for one, (_, scores) in zip(shown, labelled, strict=True)]
        by_id = {one.id: one for one in shown}
        others, names = [], []
        for other in library.persons.known(entry.dataset, without):
            shared = tuple(one for one in other.entries if one in by_id)
            if (other.name, other.dataset) != (person.name, person.dataset) and shared:
                said = library.persons.labelled(replace(other, entries=shared))
                others.append([Labelled(by_id[one.id], scores) for one, scores in said])
                names.append(_called(library, other))
        return cls(content, [one for one, _ in labelled], own, others, names, spaces)


def _ways(library: Library, entry: Entry, person: Person, found: _Material) -> list[Way]:
    from core.personal.gaussian_process import GaussianProcess
    from core.personal.ridge import Ridge

    ways: list[Way] = [GaussianProcess(), Ridge()]
    checkpoint = _telling_apart(library, entry, found.spaces)
    if checkpoint is not None:
        from core.personal.conditioned import Conditioned

        ways.append(Conditioned.of(checkpoint, _called(library, person)))
    return ways


def _called(library: Library, person: Person) -> str:
    """What trainings call somebody: checkpoints are handed on, so they know who labels here by the pseudonym."""
    return person.name if person.dataset else called(library, person.name)


def _telling_apart(library: Library, entry: Entry, spaces: Sequence[str]) -> Checkpoint | None:
    """The newest checkpoint that tells people apart, takes these features, and has not learned from the entry."""
    for checkpoint in library.checkpoints.list():
        facts = checkpoint.training
        seen = entry.id in (facts.get("videos") or [entry.id])
        if facts.get("persons") and checkpoint.feature_space in spaces and not seen:
            return checkpoint
    return None


def _unseen(library: Library, way: Way) -> set[str] | None:
    """The ids of videos that a way's own training has not seen; None for all, as of one that has none."""
    from core.personal.conditioned import Conditioned

    if not isinstance(way, Conditioned):
        return None
    return {one.id for one in library.entries.list()} - set(way.seen)


def _with_kernel(way: Way, videos: Sequence[Labelled]) -> Way:
    """The way with what it would choose by the person's labels, so that it need not choose again for others."""
    from core.personal.gaussian_process import GaussianProcess, likeliest, thinned

    return replace(way, kernel=likeliest(thinned(videos))) if isinstance(way, GaussianProcess) else way


def _of_others(way: Way, found: _Material) -> list[tuple[Way, list[Labelled]]]:
    """The way for each other person, with their labels; of a checkpoint, for those whom it knows."""
    from core.personal.conditioned import Conditioned

    if not isinstance(way, Conditioned):
        return [(way, videos) for videos in found.others]
    named = zip(found.names, found.others, strict=True)
    return [(replace(way, person=name), videos) for name, videos in named if way.knows(name)]


def _of_nobody(way: Way) -> Way:
    from core.personal.conditioned import Conditioned

    return replace(way, nobody=True) if isinstance(way, Conditioned) else way


def _mean(values: Sequence[float]) -> float:
    from core.statistics.curves import mean_defined

    return mean_defined(values)


def _sentence(person: Person, way: Way, found: _Material, best: HeldOut, others: float, mean: float) -> str:
    """What the curves were learned from, and how near they come to the person where that could be measured."""
    count, simulated = len(found.own), ", who is simulated" if person.simulated else ""
    label = way.label[:1].upper() + way.label[1:]
    told = f"{label} from the labels of {person.name}{simulated}, of {count} {'video' if count == 1 else 'videos'}"
    told += "; this video was not among them."
    if isnan(best.tau):
        return f"{told} How near it comes to them cannot be measured yet."
    told += f" Tau {best.tau:.2f} with {person.name} on videos left out ({len(best.taus)})"
    beside = [("other people's models", others), ("a model of everybody's mean", mean)]
    told += "".join(f", {name} {tau:.2f}" for name, tau in beside if not isnan(tau))
    return f"{told}, chance 0."


def _to_label(
    library: Library, entry: Entry, person: Person, found: _Material, without: Collection[str]
) -> ToLabel | None:
    """The entry of the dataset, of those that they have not labelled, that would teach most."""
    from core.personal.content import contents
    from core.personal.teaching import teaches

    ids = [one.id for one in library.entries.list(entry.dataset, limit=limits.ENTRIES_FOR_PEOPLE)]
    fresh = [one for one in ids if one not in person.entries and one not in without][:MOST_TO_LABEL]
    candidates = [library.entries.get(one) for one in fresh]
    candidates = [one for one in candidates if set(found.spaces) <= set(one.features)]
    if not candidates:
        return None
    shown = contents([*candidates, *found.entries], found.spaces)
    shares = teaches(shown[: len(candidates)], shown[len(candidates) :])
    best = candidates[int(np.argmax(shares))]
    return ToLabel(entry=best.id, title=best.title, teaches=float(shares.max()))
