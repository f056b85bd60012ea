"""What is in a library and its order: `ls`, `show`, `rename`, `note`, `tag`, `collect`, `rm` and `trash`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import typer

from cli.commands import add_command, parameters
from cli.running import Verb, run_verb
from verbs.compare_runs import CompareRunsRequest, CompareRunsResult, compare_runs
from verbs.contract import Request, Result
from verbs.list_things import ListRequest, ListResult, ShowRequest, ShowResult, list_things, show
from verbs.tidy import (
    Changed,
    Collected,
    CollectRequest,
    Emptied,
    EmptyTrashRequest,
    Noted,
    NoteRequest,
    Renamed,
    RenameRequest,
    Tagged,
    TagRequest,
    ThingsRequest,
    bring_back,
    collect,
    empty_trash,
    note,
    remove,
    rename,
    tag,
)

Q = TypeVar("Q", bound=Request)
R = TypeVar("R", bound=Result)
COLUMN_CHARS = 48
A_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")

app = typer.Typer()
trash_app = typer.Typer(help="What was removed: list it, bring it back, delete it for good.", no_args_is_help=True)
app.add_typer(trash_app, name="trash")


def _listed(result: ListResult) -> str:
    """One line a thing, in columns; at the end how many more there are."""
    if not result.lines:
        return f"No {result.kind}." if result.kind != "trash" else "The trash is empty."
    names = list(result.lines[0])
    rows = [[name.replace("_", " ").upper() for name in names]]
    rows += [[_cell(line[name]) for name in names] for line in result.lines]
    widths = [max(len(row[column]) for row in rows) for column in range(len(names))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    more = result.total - len(result.lines)
    return "\n".join([*lines, f"{more} more: --limit, --offset."] if more > 0 else lines)


def _cell(value: object) -> str:
    match value:
        case None | "":
            return "-"
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{value:.2f}"
        case str() if A_TIME.match(value):
            return f"{value[:10]} {value[11:16]}"
        case _:
            text = " ".join(str(value).split())
            return text if len(text) <= COLUMN_CHARS else text[: COLUMN_CHARS - 3] + "..."


def _shown(result: ShowResult) -> str:
    lines = [f"{result.kind} {result.id}"]
    for name, value in result.facts.items():
        lines.append(f"  {name.replace('_', ' ')}: {_fact(value)}")
    return "\n".join(lines)


def _fact(value: object) -> str:
    match value:
        case Mapping():
            return ", ".join(f"{name} {each}" for name, each in value.items()) or "-"
        case list():
            return ", ".join(map(_part, value)) or "-"
        case None | "":
            return "-"
        case bool():
            return "yes" if value else "no"
        case _:
            return str(value)


def _compared(result: CompareRunsResult) -> str:
    """A column for each run, a line for each setting that differs; then what is the same."""
    rows = [["", *(f"run:{one.id}" for one in result.runs)]]
    rows += [[one.name, *map(_setting, one.values)] for one in result.differ]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    same = ", ".join(f"{one.name} {_setting(one.values[0])}" for one in result.same if one.values[0] is not None)
    return "\n".join([*(lines if result.differ else ["No setting differs."]), f"The same: {same or 'nothing'}."])


def _setting(value: object) -> str:
    """As a cell, with as many digits as it has."""
    return f"{value:g}" if isinstance(value, float) else _cell(value)


def _part(value: object) -> str:
    """One of several: a run of an entry, or what it is."""
    return f"run:{value['id']} {value['label']}" if isinstance(value, Mapping) else str(value)


def _removed(result: Changed) -> str:
    with_them = f" with {_entries(result.entries)}" if result.entries else ""
    back = " ".join(result.what)
    return f"Removed: {', '.join(result.what)}{with_them}. They come back with: trash restore {back}"


def _restored(result: Changed) -> str:
    with_them = f" with {_entries(result.entries)}" if result.entries else ""
    return f"Back again: {', '.join(result.what)}{with_them}."


def _emptied(result: Emptied) -> str:
    lines = [f"Deleted: {', '.join(result.deleted)}." if result.deleted else "Nothing was deleted."]
    return "\n".join([*lines, *(f"Kept: {what}, {why}." for what, why in result.kept.items())])


def _tagged(result: Tagged) -> str:
    return "\n".join(f"{entry}: {', '.join(tags) or 'no tags'}" for entry, tags in result.tags.items())


def _collected(result: Collected) -> str:
    return f"{result.name} (collection:{result.collection}) has {_entries(result.entries)}."


def _entries(number: int) -> str:
    return f"{number} {'entry' if number == 1 else 'entries'}"


def _renamed(result: Renamed) -> str:
    return f"{result.what} is called '{result.name}' now."


def _noted(result: Noted) -> str:
    return f"Noted about {result.what}." if result.note else f"Nothing is noted about {result.what} any more."


def _add(
    name: str,
    verb: Verb[Q, R],
    request: type[Q],
    sentence: Callable[[R], str],
    help: str,
    arguments: Sequence[str],
    to: typer.Typer = app,
) -> None:
    def run(data_dir: Path, json_: bool, **choices: Any) -> None:
        run_verb(data_dir, json_, verb, request.of(**choices), sentence)

    add_command(to, name, run, parameters(request, arguments), help)


_add("ls", list_things, ListRequest, _listed, "List what is here; filters are those of the Library page.", ["kind"])
_add("show", show, ShowRequest, _shown, "Say everything about one thing.", ["what"])
_add("runs", compare_runs, CompareRunsRequest, _compared, "Compare how runs were made: what differs.", ["runs"])
_add("rename", rename, RenameRequest, _renamed, "Call something otherwise; its id stays.", ["what", "name"])
_add("note", note, NoteRequest, _noted, "Write something down about a thing.", ["what", "text"])
_add("tag", tag, TagRequest, _tagged, "Give entries tags, or take them away.", ["entry"])
_add("collect", collect, CollectRequest, _collected, "Put entries into a collection.", ["collection", "entry"])
_add("rm", remove, ThingsRequest, _removed, "Remove things; they stay in the trash until it is emptied.", ["what"])
_add(
    "list",
    lambda library, request, progress: list_things(library, ListRequest(kind="trash"), progress=progress),
    Request,
    _listed,
    "What was removed, and what of it cannot be deleted.",
    [],
    trash_app,
)
_add("restore", bring_back, ThingsRequest, _restored, "Bring things back as they were.", ["what"], trash_app)
_add(
    "empty",
    empty_trash,
    EmptyTrashRequest,
    _emptied,
    "Delete for good what was removed, with its files; what people labelled stays.",
    [],
    trash_app,
)
