"""`make_study`, `close_study` and `study`: pairs of cuts of many entries that people are asked to compare."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from pydantic import Field

from core import limits
from core.data import DEFAULT_BUDGET, Entry
from core.errors import InputError, ManycutError, NotFoundError
from core.progress import Progress, ShouldStop, check, never, silent
from verbs.contract import LeftOut, Request, Result
from verbs.cut_form import DEFAULT_RULE, RULE_HELP, Rule
from verbs.preferences import CompareCutsRequest, new_pair

if TYPE_CHECKING:
    from storage.library import Library
    from storage.preferences import NewPair
    from storage.preferences import Study as StoredStudy
    from storage.tasks import Annotator

BETWEEN = "~"
COUPLES_HELP = (
    "Two sources such as mean~signal:novelty or checkpoint:ID~mended, of which every entry gives a pair; may be "
    "repeated. checkpoint:ID is the first sample of its newest run, mended the cut that was begun last."
)


class MakeStudyRequest(Request):
    """What is compared with what, on which entries."""

    title: str = Field(min_length=1, max_length=limits.TITLE_CHARS, description="Shown to those who compare.")
    couples: tuple[str, ...] = Field(min_length=1, max_length=limits.COUPLES_PER_STUDY, description=COUPLES_HELP)
    dataset: str | None = Field(None, description="All entries of this data set that have a video.")
    entry: tuple[str, ...] = Field(
        (), max_length=limits.PAIRS_PER_STUDY, description="These entries instead; may be repeated."
    )
    asked: tuple[str, ...] = Field(
        (), max_length=limits.ASKED_PER_STUDY, description="In the queue of this person it stands; may be repeated."
    )
    open: bool = Field(False, description="People are told what made the cuts, which stand as they were asked for.")
    rule: Rule = Field(DEFAULT_RULE, description=RULE_HELP)
    budget: float = Field(DEFAULT_BUDGET, gt=0, le=1, description="Share of the video that a cut may take.")


class AskedPerson(Result):
    """Somebody who was asked to compare the pairs of a study, and on how many of them they have voted."""

    name: str
    done: int


class StudyFacts(Result):
    """A preference study.

    Attributes:
        study: its number; people come to it by /compare?study=NUMBER.
        title: for people.
        blind: nobody is told what made the cuts before they have voted on all of them.
        pairs, votes: how many there are; of several votes of one person on one pair the newest counts.
        made, closed: when (UTC); closed is None while it is open.
        asked: in whose queues it stands; whoever else has its link compares too.
    """

    study: int
    title: str
    blind: bool
    pairs: int
    votes: int
    made: datetime
    closed: datetime | None
    asked: list[AskedPerson]


class MadeStudy(StudyFacts):
    """A study that was just made; `left_out` are pairs that could not be, each with its entry and the reason."""

    left_out: list[LeftOut]


class StudyRequest(Request):
    """Which study."""

    study: int = Field(ge=1, description="Number of the study.")


def make_study(
    library: Library, request: MakeStudyRequest, *, progress: Progress = silent, should_stop: ShouldStop = never
) -> MadeStudy:
    """Asks people to compare cuts: of every entry a pair for every couple of sources.

    Raises:
        NotFoundError: there is no such data set, entry or person.
        InputError: a couple makes no sense, there would be too many pairs or none, or a viewer is asked.
        Cancelled: `should_stop` said so; nothing was made.
    """
    couples = [_couple(one) for one in request.couples]
    asked = [_person(library, name) for name in dict.fromkeys(request.asked)]
    entries = list(dict.fromkeys(request.entry)) or _with_video(library, request.dataset)
    if len(entries) * len(couples) > limits.PAIRS_PER_STUDY:
        raise InputError(
            f"A study has at most {limits.PAIRS_PER_STUDY} pairs, not {len(entries) * len(couples)}.",
            "Choose fewer entries, or make several studies.",
        )
    pairs: list[NewPair] = []
    left_out: list[LeftOut] = []
    for number, entry_id in enumerate(entries):
        check(should_stop, "Making a study")
        progress(number / len(entries), entry_id)
        entry = library.entries.get(entry_id)
        for a, b in couples:
            try:
                wanted = CompareCutsRequest(
                    entry=entry.id, a=named(library, entry, a), b=named(library, entry, b),
                    rule=request.rule, budget=request.budget, blind=not request.open,
                )  # fmt: skip
                pairs.append(new_pair(library, entry, wanted))
            except ManycutError as error:
                left_out.append(LeftOut(entry=entry.id, reason=f"{a} and {b}: {error.message}"))
    if not pairs:
        why = left_out[0].reason if left_out else "no entry has a video."
        raise InputError(f"There is nothing to compare: {why}", "Choose other entries or sources.")
    made = library.preferences.add_study(" ".join(request.title.split()), not request.open, pairs, asked)
    return MadeStudy(**study_facts(made).model_dump(), left_out=left_out)


def close_study(
    library: Library, request: StudyRequest, *, progress: Progress = silent, should_stop: ShouldStop = never
) -> StudyFacts:
    """Ends a study: it takes no more votes, and those that it has stay. Raises NotFoundError."""
    return study_facts(library.preferences.close(request.study))


def study(
    library: Library, request: StudyRequest, *, progress: Progress = silent, should_stop: ShouldStop = never
) -> StudyFacts:
    """One study, and how far it is. Raises NotFoundError."""
    return study_facts(library.preferences.study(request.study))


def study_facts(one: StoredStudy) -> StudyFacts:
    """A study for people."""
    return StudyFacts(
        study=one.id, title=one.title, blind=one.blind, pairs=one.pairs, votes=one.votes, made=one.made,
        closed=one.closed, asked=[AskedPerson(name=name, done=done) for name, done in one.asked],
    )  # fmt: skip


def named(library: Library, entry: Entry, asked: str) -> str:
    """The source of an entry that a study's word means there. Raises NotFoundError."""
    kind, _, rest = asked.partition(":")
    if kind == "checkpoint":
        runs = [one for one in library.runs.of_entry(entry.id) if one.track.checkpoint == rest]
        if not runs:
            raise NotFoundError(f"'{entry.id}' has no run of checkpoint '{rest}'.", "Sample from it first.")
        return f"run:{runs[-1].id}:0"
    if asked == "mended":
        cuts = library.mended.of_entry(entry.id)
        if not cuts:
            raise NotFoundError(f"Nobody has mended a cut of '{entry.id}'.", "Mend one on Compare.")
        return f"mended:{cuts[-1].id}"
    return asked


def _person(library: Library, name: str) -> Annotator:
    account = library.accounts.find(name.strip())
    if account is None:
        raise NotFoundError(
            f"There is nobody called '{name}'.", "Invite them, or let them sign in on Annotate; list them: ls people"
        )
    if account.role == "viewer":
        raise InputError(f"'{account.name}' is a viewer, who looks and compares nothing.", "Ask somebody else.")
    return library.annotations.get_or_create_annotator(account.name)


def _couple(text: str) -> tuple[str, str]:
    a, between, b = text.partition(BETWEEN)
    a, b = a.strip(), b.strip()
    if not (between and a and b) or a == b:
        raise InputError(f"Two sources are written such as mean{BETWEEN}signal:novelty, not '{text}'.")
    return a, b


def _with_video(library: Library, dataset: str | None) -> list[str]:
    from storage.search import Wanted
    from verbs.entries import summaries_of

    if dataset is not None:
        summaries_of(library, dataset)
    wanted = Wanted(dataset=dataset, video=True)
    return [one.id for one in library.search.find(wanted, limit=limits.PAIRS_PER_STUDY + 1).entries]
