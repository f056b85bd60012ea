"""Commands made from requests: an option for each field, with its name, type, default and help."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from inspect import Parameter, Signature
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

import typer
from pydantic.fields import FieldInfo

from cli.options import DEFAULT_DATA, DataDir, EngineName, Json, Workers
from cli.running import Many, Verb, on_engine, run_verb
from core.names import readable
from verbs.contract import Request, Result

Q = TypeVar("Q", bound=Request)
R = TypeVar("R", bound=Result)

Spelled = Mapping[str, str | tuple[str, ...]]
AS_THEY_ARE = (str, int, float, bool, Path)  # everything else is written as text, which the request reads
NOT_ASKED = "verb"
ON_ENGINE = [
    Parameter("engine", Parameter.KEYWORD_ONLY, annotation=EngineName, default="local"),
    Parameter("workers", Parameter.KEYWORD_ONLY, annotation=Workers, default=None),
]
ALWAYS = [
    Parameter("data_dir", Parameter.KEYWORD_ONLY, annotation=DataDir, default=DEFAULT_DATA),
    Parameter("json_", Parameter.KEYWORD_ONLY, annotation=Json, default=False),
]


def add_verb(
    app: typer.Typer,
    verb: Verb[Q, R],
    request: type[Q],
    sentence: Callable[[R], str],
    help: str,
    *,
    arguments: Collection[str] = (),
    spelled: Spelled | None = None,
    without: Collection[str] = (),
) -> None:
    """Adds a command that asks a verb and says what came of it.

    Args:
        app: that gets it, under the name of the verb.
        verb: that is asked.
        request: its request.
        sentence: what a person reads of its result.
        help: of the command.
        arguments: fields that are arguments, not options.
        spelled: how options are written, where not as the field.
        without: fields that are not asked for.
    """

    def run(data_dir: Path, json_: bool, **choices: object) -> None:
        run_verb(data_dir, json_, verb, request.of(**choices), sentence)

    add_command(app, verb.__name__, run, parameters(request, arguments, spelled or {}, without), help)


def add_many(
    app: typer.Typer,
    verb: Many[Q, R],
    request: type[Q],
    sentence: Callable[[R], str],
    help: str,
    *,
    arguments: Collection[str] = (),
    spelled: Spelled | None = None,
    without: Collection[str] = (),
) -> None:
    """Adds a command that has an engine do a verb; see `add_verb`."""

    def run(engine: str, workers: int | None, data_dir: Path, json_: bool, **choices: object) -> None:
        run_verb(data_dir, json_, on_engine(verb, engine, workers), request.of(**choices), sentence)

    add_command(app, verb.__name__, run, [*parameters(request, arguments, spelled or {}, without), *ON_ENGINE], help)


def add_command(app: typer.Typer, name: str, run: Callable[..., None], asked: Iterable[Parameter], help: str) -> None:
    """Adds a command that calls a function with what a person wrote, the data directory and whether JSON is wanted."""

    def command(**given: object) -> None:
        run(**{name: _as_text(value) for name, value in given.items()})

    parameters = [*asked, *ALWAYS]
    command.__signature__ = Signature(parameters)  # type: ignore[attr-defined]  # what typer reads instead of **given
    command.__annotations__ = {one.name: one.annotation for one in parameters}
    app.command(name, help=help)(command)


def _as_text(value: object) -> object:
    """What a terminal of few letters handed on, as the text that it is; names of files stay as they are."""
    if isinstance(value, list):
        return [_as_text(one) for one in value]
    return readable(value) if isinstance(value, str) else value


def parameters(
    request: type[Request],
    arguments: Collection[str] = (),
    spelled: Spelled | None = None,
    without: Collection[str] = (),
) -> list[Parameter]:
    """The fields of a request as parameters of a command."""
    names = spelled or {}
    return [
        parameter(name, field, name in arguments, names.get(name))
        for name, field in request.model_fields.items()
        if name not in (NOT_ASKED, *without)
    ]


def parameter(
    name: str, field: FieldInfo, is_argument: bool = False, spelled: str | tuple[str, ...] | None = None
) -> Parameter:
    """One field as a parameter of a command."""
    written = _written(field.annotation)
    default = Parameter.empty if field.is_required() else _default(field.default, written)
    names = (spelled,) if isinstance(spelled, str) else spelled or ()
    if written is bool and default is False and not names:
        names = (f"--{name.replace('_', '-')}",)  # and no --no-...
    told = typer.Argument(help=field.description) if is_argument else typer.Option(*names, help=field.description)
    return Parameter(name, Parameter.KEYWORD_ONLY, annotation=Annotated[written, told], default=default)


def _written(annotation: Any) -> Any:
    """The type that a terminal reads for that of a field."""
    origin = get_origin(annotation)
    if origin in (Union, UnionType):
        (wanted,) = [one for one in get_args(annotation) if one is not NoneType]
        return _written(wanted) | None if not _is_literal(wanted) else wanted | None
    if origin is Annotated:
        return _written(get_args(annotation)[0])
    if origin is dict or (origin is tuple and get_args(annotation)[0] in (int, float)):
        return list[str]  # "0,1,2" or "name=value", which the request reads
    if origin is tuple and get_args(annotation)[0] in AS_THEY_ARE:
        return list[get_args(annotation)[0]]  # type: ignore[misc]  # a type that is known when it runs
    return annotation if annotation in AS_THEY_ARE or _is_literal(annotation) else str


def _is_literal(annotation: Any) -> bool:
    return get_origin(annotation) is Literal


def _default(value: object, written: Any) -> object:
    if written is str and not isinstance(value, str):
        return "" if value == () else str(value)
    return [] if value in ((), {}) else value
