"""What every answer to a page is: a frozen model, from which the description of the REST and the page's types come."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict
from typing_extensions import TypeAliasType


class Answer(BaseModel):
    """What a route answers. Numbers that are undefined are null in its JSON."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="null")


class JobNumber(Answer):
    """The job that was begun, see `/api/job`."""

    job: int


class Problem(Answer):
    """What went wrong, in a sentence for people, and what to do; see `core.errors`.

    `task` is the one that has to be finished first, where somebody is judging what they asked for.
    """

    code: str
    message: str
    hint: str
    task: int | None = None


class Refusal(Answer):
    """Every answer that is not what was asked for."""

    error: Problem


# Whatever JSON can hold: settings and results that only those who wrote them know.
Json = TypeAliasType("Json", "dict[str, Json] | list[Json] | bool | int | float | str | None")
