"""The REST of the Review page. Where people have accounts, only leads come here (see `webapp.gate`)."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool

from core import limits
from core.errors import InputError
from core.labelling.who import AccountRole
from storage.board_pages import Order, Part
from storage.forgetting import forget as forget_person
from storage.formats.events_jsonl import is_event_log
from storage.library import Library
from storage.tasks import Task
from storage.tokens import Token
from verbs.join import JoinRequest
from verbs.reliability import ReliabilityRequest
from webapp.health import Watch
from webapp.jobs import enqueue
from webapp.sessions import current_annotator, sign_in
from webapp.uploads import uploaded
from webapp.views import agreement as agreement_view
from webapp.views import assignments as assignments_view
from webapp.views import board as board_view
from webapp.views import damage as damage_view
from webapp.views import judged
from webapp.views.agreement import AgreementChoices, AgreementFacts
from webapp.views.answer import Answer, JobNumber
from webapp.views.assignments import AssignmentRequest, AssignmentsList, Disputed, Filters, Made, People
from webapp.views.board import Board, Pace
from webapp.views.damage import DamageFacts
from webapp.views.judged import JudgedTask, Trail
from webapp.visibility import Hidden, VisibleTask, visible, visible_query, visible_task_in


class DecideRequest(BaseModel):
    """What a lead decides about a task, and why."""

    task: int
    kind: Literal["exclude", "restore", "reopen"]
    reason: str


class Decided(Answer):
    """The task that was decided about."""

    task: int


class CloseRequest(BaseModel):
    """The assignment to close."""

    assignment: int


class WantRequest(BaseModel):
    """How many people a video of an assignment wants."""

    assignment: int
    entry: str
    people: int


class InviteRequest(BaseModel):
    """Who gets a personal link, and as what; None leaves that as it is."""

    name: str
    role: AccountRole | None = None


class RoleRequest(BaseModel):
    """What somebody is to be from now on."""

    name: str
    role: AccountRole


class Invited(Answer):
    """The key of a personal link, and whose it is."""

    key: str
    name: str


class ForgetRequest(BaseModel):
    """Whose name is to be forgotten."""

    name: str


class Forgot(Answer):
    """The pseudonym in the place of a name, and which backups and files of the data directory still hold the name."""

    pseudonym: str
    backups: list[str]
    left: list[str]


class TokenFacts(Answer):
    """A token for scripts, without itself; `used` is None where it never was, `expires` where it has no end."""

    id: int
    name: str
    label: str
    made: datetime
    used: datetime | None
    expires: datetime | None
    expired: bool


class TokenList(Answer):
    """The tokens of everybody."""

    tokens: list[TokenFacts]


class TokenRequest(BaseModel):
    """Whose token it is to be, what it is for, and after how many days it ends; None for never."""

    name: str
    label: str = ""
    days: int | None = None


class MadeToken(Answer):
    """A new token, which cannot be shown again: to be sent as `Authorization: Bearer ...`."""

    token: str
    facts: TokenFacts


class TokenEnd(BaseModel):
    """Which token ends, by its number."""

    id: int


class Revoked(Answer):
    """Whose link was taken away."""

    name: str


def router(library: Library, watch: Watch) -> APIRouter:
    """The routes over one library that is watched."""
    routes = APIRouter(prefix="/api/review")

    @routes.get("/board")
    def board(
        assignment: int | None = None,
        dataset: str | None = None,
        search: Annotated[str, Query(max_length=limits.SEARCH_CHARS)] = "",
        order: Order = "library",
        after: str | None = None,
    ) -> Board:
        """All videos where they are few. Otherwise a page of those with the words of `search`, behind `after`."""
        return board_view.board(library, Part(assignment, dataset, search, order, after))

    @routes.get("/pace")
    def pace(assignment: int | None = None, dataset: str | None = None) -> Pace:
        return board_view.pace(library, assignment, dataset)

    @routes.get("/damage")
    def damage() -> DamageFacts:
        return damage_view.damage(library, watch.damage)

    @routes.get("/filters")
    def filters() -> Filters:
        return assignments_view.filters(library)

    @routes.get("/task")
    def task(task: VisibleTask) -> JudgedTask:
        return judged.task(library, task)

    @routes.post("/decide")
    def decide(body: DecideRequest, task: Annotated[Task, visible_task_in(DecideRequest)], request: Request) -> Decided:
        library.annotations.decide(task.id, body.kind, current_annotator(request) or "lead", body.reason)
        return Decided(task=task.id)

    @routes.get("/trail")
    def trail(hidden: Hidden) -> Trail:
        return judged.trail(library, hidden)

    @routes.get("/disputed")
    def disputed(
        hidden: Hidden,
        assignment: int | None = None,
        dataset: str | None = None,
        search: Annotated[str, Query(max_length=limits.SEARCH_CHARS)] = "",
        offset: Annotated[int, Query(ge=0, lt=2**31)] = 0,
    ) -> Disputed:
        return assignments_view.disputed(
            library, hidden, assignment=assignment, dataset=dataset, search=search, offset=offset
        )

    @routes.post("/want")
    def want(body: Annotated[WantRequest, visible(WantRequest)]) -> WantRequest:
        library.assignments.want(body.assignment, body.entry, body.people)
        return body

    @routes.get("/assignments")
    def assignments() -> AssignmentsList:
        return assignments_view.assignments(library)

    @routes.post("/assignments", status_code=201)
    def create(body: AssignmentRequest) -> Made:
        return assignments_view.create(library, body)

    @routes.post("/assignments/close")
    def close(body: CloseRequest) -> CloseRequest:
        library.assignments.close(body.assignment)
        return body

    @routes.get("/people")
    def people() -> People:
        return assignments_view.people(library)

    @routes.post("/people/invite")
    def invite(body: InviteRequest, request: Request, response: Response) -> Invited:
        """Whoever makes the first lead's link, or replaces their own, is signed in by it."""
        first = not library.accounts.closed()
        key = library.accounts.invite(body.name, body.role)
        account = library.accounts.enter(key)
        own = account is not None and current_annotator(request) == account.name
        if account is not None and library.accounts.closed() and (first or own):
            sign_in(request, response, account.name, key)
        return Invited(key=key, name=account.name if account else body.name)

    @routes.post("/people/role")
    def change_role(body: RoleRequest) -> RoleRequest:
        library.accounts.set_role(body.name, body.role)
        return body

    @routes.post("/people/revoke")
    def revoke(body: InviteRequest) -> Revoked:
        library.accounts.revoke(body.name)
        return Revoked(name=body.name)

    @routes.post("/people/forget")
    def forget(body: ForgetRequest) -> Forgot:
        done = forget_person(library.engine, library.data_dir, body.name)
        # Where on the server they lie is for the command line.
        return Forgot(pseudonym=done.pseudonym, backups=[Path(one).name for one in done.backups], left=list(done.left))

    @routes.get("/people/tokens")
    def tokens() -> TokenList:
        """The tokens that scripts come in by; none of them can be shown."""
        return TokenList(tokens=[_token_facts(one) for one in library.tokens.list()])

    @routes.post("/people/token")
    def make_token(body: TokenRequest, response: Response) -> MadeToken:
        """A token for somebody's scripts, with the role that they have when it is used. It is shown this once."""
        made, key = library.tokens.make(body.name, body.label, body.days)
        response.headers["Cache-Control"] = "no-store"
        return MadeToken(token=key, facts=_token_facts(made))

    @routes.post("/people/token/end")
    def end_token(body: TokenEnd) -> TokenEnd:
        """Ends a token, from the next request on."""
        library.tokens.end(body.id)
        return body

    @routes.post("/join", status_code=202)
    async def join(request: Request, name: str = "") -> JobNumber:
        """The body is the file: an export of another installation in the format "events"."""
        path = await uploaded(request, library.data_dir, "Use: python app.py import FILE")
        if not await run_in_threadpool(is_event_log, path):
            path.unlink(missing_ok=True)
            raise InputError("This is no log of events.", "Export it there in the format “JSON Lines of events”.")
        asked = JoinRequest(path=path, name=name[: limits.FILE_NAME_CHARS], remove=True)
        return JobNumber(job=await run_in_threadpool(enqueue, library, asked))

    @routes.get("/agreement")
    def agreement(
        asked: Annotated[AgreementChoices, visible_query(AgreementChoices)], hidden: Hidden
    ) -> AgreementFacts:
        return agreement_view.agreement(library, hidden, asked)

    @routes.post("/agreement", status_code=202)
    def compute(body: Annotated[AgreementChoices, visible(AgreementChoices)]) -> JobNumber:
        return JobNumber(job=enqueue(library, ReliabilityRequest(**dict(body))))

    return routes


def _token_facts(token: Token) -> TokenFacts:
    return TokenFacts(
        id=token.id,
        name=token.name,
        label=token.label,
        made=token.made,
        used=token.used,
        expires=token.expires,
        expired=token.expired,
    )
