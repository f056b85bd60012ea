"""Pairs of cuts as somebody sees them: blind ones without what made them, and on the sides that are theirs."""

from __future__ import annotations

from collections.abc import Collection, Hashable

from core.labelling.preferences import OTHER
from storage.library import Library
from storage.preferences import Pair, Vote
from storage.pseudonyms import Pseudonyms
from storage.tasks import Annotator
from verbs.preference_figures import PreferencesRequest, PreferencesResult, preference_figures
from verbs.preference_studies import StudyFacts, study_facts
from verbs.preferences import ComparedCuts, VoteFacts, VoteRequest, all_voted, compared, vote, vote_facts
from webapp.views.answer import Answer
from webapp.views.media import VideoFile, shown
from webapp.views.once import Once
from webapp.visibility import PairsShown

KEPT = 8  # answers of `figures`


class SourceChoice(Answer):
    """Something that a study can compare, as a study names it, and for people."""

    source: str
    label: str


class Studies(Answer):
    """All studies, the newest first, what a new one can compare, and the names of those who can be asked."""

    studies: list[StudyFacts]
    sources: list[SourceChoice]
    people: list[str]


class ShownPair(Answer):
    """A pair of a study as somebody sees it: `cuts.a` is on their left, whichever it is; and its video."""

    cuts: ComparedCuts
    video: VideoFile | None


class Place(Answer):
    """How far somebody is in a study.

    Attributes:
        study: its number.
        title: of it.
        blind: what made the cuts is told after the last pair.
        closed: it takes no more votes.
        pairs, done: how many there are, and on how many of them they have voted.
        waiting: pairs of videos that they are judging now: these come when that is submitted.
        next: the pair that comes now; None where none is left.
        said: their votes, with what made the cuts where that is told.
    """

    study: int
    title: str
    blind: bool
    closed: bool
    pairs: int
    done: int
    waiting: int
    next: ShownPair | None
    said: list[VoteFacts]


_figures = Once[PreferencesResult](KEPT)


def place(library: Library, number: int, who: Annotator, pairs_shown: PairsShown, names: bool) -> Place:
    """How far somebody is in a study; `names` of people are told. Raises NotFoundError."""
    study = library.preferences.study(number)
    pairs, waiting = pairs_shown.of(number)
    given = library.preferences.votes(study=number, author=who)
    voted = {one.pair.id for one in given}
    left = sorted((one for one in pairs if one.id not in voted), key=lambda one: one.place(who))
    upcoming = None
    if left and study.closed is None:
        pairs_shown.allow(left[0])
        upcoming = _shown(library, left[0], who)
    return Place(
        study=study.id, title=study.title, blind=study.blind, closed=study.closed is not None,
        pairs=len(pairs) + len(waiting), done=len(voted & {one.id for one in (*pairs, *waiting)}),
        waiting=len([one for one in waiting if one.id not in voted]), next=upcoming,
        said=as_seen(library, given, who, names),
    )  # fmt: skip


def _shown(library: Library, pair: Pair, who: Annotator) -> ShownPair:
    cuts = compared(library, pair, told=not pair.blind, swapped=pair.swapped(who))
    return ShownPair(cuts=cuts, video=shown(library.entries.get(pair.entry)).video)


def as_seen(library: Library, given: Collection[Vote], who: Annotator, names: bool) -> list[VoteFacts]:
    """Somebody's own votes as they saw the pairs; of a blind study without what made the cuts, until all are in."""
    done = {one.pair.study: one.pair.study is None or all_voted(library, one.pair.study, who) for one in given}
    facts = [vote_facts(one, told=not one.pair.blind or done[one.pair.study], swapped=one.swapped) for one in given]
    return facts if names else _nameless(library, facts)


def take_vote(library: Library, pair: Pair, body: VoteRequest, who: Annotator | None, names: bool) -> VoteFacts:
    """Takes a vote that is about the sides as somebody saw them. Raises InputError, ConflictError."""
    swapped = pair.swapped(who)
    asked = body
    if swapped:
        turned = {"verdict": OTHER[body.verdict], "watched_a": body.watched_b, "watched_b": body.watched_a}
        asked = body.model_copy(update=turned)
    made = vote(library, asked.model_copy(update={"by": None if who is None else who.name}))
    told = not pair.blind or pair.study is None or (who is not None and all_voted(library, pair.study, who))
    (kept,) = (one for one in library.preferences.votes(author=who, every=True) if one.id == made.vote)
    facts = [vote_facts(kept, told=told, swapped=swapped)]
    return (facts if names else _nameless(library, facts))[0]


def _nameless(library: Library, facts: list[VoteFacts]) -> list[VoteFacts]:
    """What made the cuts, without the names of those who label here."""
    said = Pseudonyms.of_library(library.engine)
    told = ("a", "b", "a_label", "b_label")
    return [one.model_copy(update={name: said.value(getattr(one, name)) for name in told}) for one in facts]


def studies(library: Library) -> Studies:
    """All studies, and what a new one can compare."""
    from core.signals import SIGNALS

    sources = [("mean", "Average of people"), ("mended", "Mended by people, the newest cut")]
    sources += [(f"checkpoint:{one.id}", one.label) for one in library.checkpoints.list()]
    sources += [(f"signal:{one.name}", one.label) for one in SIGNALS]
    return Studies(
        studies=[study_facts(one) for one in library.preferences.studies()],
        sources=[SourceChoice(source=source, label=label) for source, label in sources],
        people=[one.name for one in library.accounts.list() if one.role != "viewer"],
    )


def figures(library: Library, study: int | None) -> PreferencesResult:
    """What the votes amount to; computed again when votes or labels came."""
    given = library.preferences.votes(study=study)
    judged = {one.pair.entry for one in given}
    key: Hashable = (
        str(library.data_dir), study, tuple(one.id for one in given),
        tuple((one.id, one.annotators) for one in library.entries.list() if one.id in judged),
    )  # fmt: skip
    return _figures.of(key, lambda: preference_figures(library, PreferencesRequest(study=study)))
