"""What leads ask for: which videos need people, the assignments, and who there is."""

from __future__ import annotations

from collections.abc import Collection

from pydantic import BaseModel, ConfigDict, Field

from core import limits
from core.errors import InputError
from core.labelling.protocols import Kind, Shots, protocol_from
from core.labelling.who import AccountRole
from storage.accounts import Account
from storage.assignments import Assignment, First
from storage.assignments import Places as PlacesOfAll
from storage.board import Done
from storage.library import Library
from storage.protocols import ProtocolVersion
from storage.search import Group, PickedEntry, Wanted
from webapp.views.answer import Answer
from webapp.views.protocol import KeptProtocol, kept_protocol
from webapp.views.videos import JUDGING, Places, VideoFacts, milliseconds, places_of, video_facts

PAGE = 200


class DisputedVideo(VideoFacts):
    """A video and how much people disagree about it.

    Attributes:
        people: how many.
        disagreement: see `core.labelling.conversions.disagreement`; None with the reason `why`.
        video: whether there is one to judge.
    """

    people: int
    disagreement: float | None
    why: str
    video: bool


class Disputed(Answer):
    """One page of the videos in the order in which people disagree; `total` of all, `page` is how long one is."""

    rows: list[DisputedVideo]
    total: int
    page: int


class AssignmentFacts(Answer):
    """An assignment and how far it is.

    Attributes:
        id, title, protocol, people, first, hold_minutes, practice: see `storage.assignments.Assignment`.
        videos: how many.
        wanted, submitted, held: places of all videos.
        complete: videos that need nobody any more.
        closed: when (ms), None while it is open.
    """

    id: int
    title: str
    protocol: KeptProtocol
    people: int
    first: First
    hold_minutes: int
    practice: str | None
    videos: int
    wanted: int
    submitted: int
    held: int
    complete: int
    closed: int | None


class AssignmentsList(Answer):
    """All assignments, newest first, and the protocols that can be asked for."""

    assignments: list[AssignmentFacts]
    protocols: list[KeptProtocol]


class ProtocolSettings(BaseModel):
    """A changed protocol; what is not given is as in the standard one of its kind. See `Protocol`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Kind = "shot-ratings"
    instructions: str = ""
    shots: Shots = "uniform 2 s"
    scale: tuple[int, ...] = ()
    labels: dict[str, str] = {}
    budget: tuple[float, float] = (0.05, 0.15)
    hz: int = 20
    muted: bool = True
    watch: float = 0.9
    reveal: bool = False


class AssignmentRequest(BaseModel):
    """A new assignment.

    Attributes:
        title, people, first, hold_minutes, practice: see `storage.assignments.Assignments.create`.
        protocol: id of a version that is taken as it is; None where `settings` say how, to be kept as `name`.
        name, settings: of a changed protocol.
        entries: ids of the videos; None for all with a video that `search` and `dataset` find.
    """

    title: str
    protocol: int | None = None
    name: str = ""
    settings: ProtocolSettings | None = None
    entries: list[str] | None = None
    search: str = Field("", max_length=limits.SEARCH_CHARS)
    dataset: str | None = None
    people: int = 3
    first: First = "listed"
    hold_minutes: int = 60
    practice: str | None = None


class Made(Answer):
    """A new assignment: its id, how many videos it has, and the protocol with its version."""

    assignment: int
    videos: int
    protocol: str


class PersonFacts(Answer):
    """A person and how much they did here; `seen` is when they did something last (ms), `barred` see `Account`."""

    name: str
    pseudonym: str
    role: AccountRole
    invited: bool
    barred: bool
    tasks: int
    submitted: int
    open: int
    excluded: int
    seen: int | None


class People(Answer):
    """Everybody, whether they have to say who they are to come in, and whether a lab's own sign-on says so."""

    people: list[PersonFacts]
    closed: bool
    sign_on: bool


class AssignmentTitle(Answer):
    """An assignment as a choice."""

    id: int
    title: str
    closed: bool


class Filters(Answer):
    """What the sections can be narrowed to; `own` is whether anybody has labelled anything here."""

    assignments: list[AssignmentTitle]
    datasets: list[Group]
    own: bool


def disputed(
    library: Library,
    hidden: Collection[str],
    *,
    assignment: int | None = None,
    dataset: str | None = None,
    search: str = "",
    offset: int = 0,
) -> Disputed:
    """Videos in the order in which people disagree about them, with the places that open assignments have for them."""
    wanted = Wanted(
        search=search,
        dataset=dataset,
        assignment=assignment,
        people=None if assignment else True,
        sort="-disagreement",
        hidden=hidden,
    )
    found = library.search.find(wanted, offset=offset, limit=PAGE)
    assignments = [one for one in library.assignments.list() if assignment in (None, one.id)]
    places = places_of(library, assignments, [one.id for one in found.entries])
    rows = [_disputed(one, places, one.id in hidden) for one in found.entries]
    return Disputed(rows=rows, total=found.total, page=PAGE)


def assignments(library: Library) -> AssignmentsList:
    """All assignments, newest first, and the protocols that can be asked for."""
    return AssignmentsList(
        assignments=[
            _facts(one, library.assignments.sums(one.id))
            for one in reversed(library.assignments.list(include_closed=True))
        ],
        protocols=[kept_protocol(one) for one in library.annotations.protocols.list()],
    )


def create(library: Library, asked: AssignmentRequest) -> Made:
    """A new assignment."""
    entries = asked.entries
    if entries is None:
        wanted = Wanted(search=asked.search, dataset=asked.dataset, video=True)
        entries = [one.id for one in library.search.find(wanted, limit=limits.VIDEOS_PER_ASSIGNMENT).entries]
    how = _protocol(library, asked)
    made = library.assignments.create(
        asked.title,
        how,
        entries,
        asked.people,
        first=asked.first,
        hold_minutes=asked.hold_minutes,
        practice=asked.practice or None,
    )
    return Made(assignment=made.id, videos=made.entries, protocol=str(how))


def people(library: Library) -> People:
    """Everybody with how much they did here."""
    done = library.board.people()
    return People(
        people=[_person(account, done.get(account.name)) for account in library.accounts.list()],
        sign_on=library.accounts.sign_on(),
        closed=library.accounts.closed(),
    )


def filters(library: Library) -> Filters:
    """What the sections can be narrowed to."""
    return Filters(
        assignments=[
            AssignmentTitle(id=one.id, title=one.title, closed=one.closed is not None)
            for one in library.assignments.list(include_closed=True)
        ],
        datasets=library.search.datasets(),
        own=library.labels.exist(),
    )


def _disputed(video: PickedEntry, places: Places, hidden: bool) -> DisputedVideo:
    return DisputedVideo(
        **vars(video_facts(video, places)),
        people=video.people,
        disagreement=None if hidden else video.disagreement,
        why=JUDGING if hidden else "" if video.people > 1 else "needs two people to say",
        video=video.has_video,
    )


def _facts(one: Assignment, places: PlacesOfAll) -> AssignmentFacts:
    return AssignmentFacts(
        id=one.id,
        title=one.title,
        protocol=kept_protocol(one.protocol),
        people=one.people,
        first=one.first,
        hold_minutes=one.hold_minutes,
        practice=one.practice,
        videos=one.entries,
        **vars(places),
        closed=None if one.closed is None else milliseconds(one.closed),
    )


def _protocol(library: Library, asked: AssignmentRequest) -> ProtocolVersion:
    protocols = library.annotations.protocols
    protocols.list()  # the standard ones exist first: a changed one never takes their version 1
    if asked.settings is not None:
        return protocols.save(asked.name, protocol_from(asked.settings.model_dump(exclude_unset=True)))
    if asked.protocol is not None:
        return protocols.get(asked.protocol)
    raise InputError("The assignment does not say how videos are judged.", "Choose a protocol.")


def _person(account: Account, done: Done | None) -> PersonFacts:
    return PersonFacts(
        **vars(account),
        tasks=done.tasks if done else 0,
        submitted=done.submitted if done else 0,
        open=done.open if done else 0,
        excluded=done.excluded if done else 0,
        seen=milliseconds(done.touched) if done else None,
    )
