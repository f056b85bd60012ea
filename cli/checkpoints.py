"""`app.py checkpoint` and `leaderboard`: the models of the library, what becomes of them, and how good they are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import isnan
from pathlib import Path
from typing import TypeVar

import typer

from cli.commands import add_command, add_verb, parameters
from cli.running import Verb, run_verb
from cli.tables import number
from core.statistics.results import Interval
from verbs.checkpoint_changes import (
    CheckpointRequest,
    PromoteCheckpointRequest,
    RenameCheckpointRequest,
    promote_checkpoint,
    remove_checkpoint,
    rename_checkpoint,
    restore_checkpoint,
)
from verbs.checkpoints import CheckpointsRequest, CheckpointsResult, ModelFacts, checkpoints
from verbs.compare_checkpoints import CompareCheckpointsRequest, CompareCheckpointsResult, compare_checkpoints
from verbs.contract import Request, Result
from verbs.leaderboard import LeaderboardRequest, LeaderboardResult, leaderboard

Q = TypeVar("Q", bound=Request)
R = TypeVar("R", bound=Result)

app = typer.Typer()
checkpoint_app = typer.Typer(help="The models of the library: list, compare, name, remove.", no_args_is_help=True)
app.add_typer(checkpoint_app, name="checkpoint")

COLUMNS = ("skill", "kendall", "spearman", "f1", "coverage", "precision", "diversity")
TITLES = ("skill", "tau", "rho", "F1 %", "coverage tau", "precision tau", "1 - tau")


def _list(result: CheckpointsResult) -> str:
    return "\n".join(_line(one) for one in result.checkpoints) or "No model yet: train one, or import one."


def _line(one: ModelFacts) -> str:
    marks = [name for name, holds in (("default", one.promoted), ("removed", one.removed is not None)) if holds]
    told = f"{one.id}  {one.label}{''.join(f' [{mark}]' for mark in marks)}  {one.learned_from}"
    skilled = [each for each in one.measured if each.figures is not None and each.figures.skill is not None]
    if not skilled:
        return f"{told} Not measured on what is new to it."
    first = skilled[0]
    assert first.figures is not None
    assert first.figures.skill is not None
    videos = f"{len(first.videos)} {'video' if len(first.videos) == 1 else 'videos'}"
    return f"{told} Skill {number(first.figures.skill.kendall, 2)} on {videos} of {first.dataset} ({first.protocol})."


def _leaderboard(result: LeaderboardResult) -> str:
    lines: list[str] = []
    for board in result.boards:
        split = f", split {board.split} of {board.splits}" if board.splits else ""
        lines += ["", f"{board.dataset}{split}, protocol {board.protocol}: {', '.join(board.videos)}"]
        lines.append(f"{'':40}" + "".join(f"{title:>14}" for title in TITLES))
        for row in board.rows:
            cells = [
                number(getattr(row, name), 1 if name == "f1" else 3, 100 if name == "f1" else 1) for name in COLUMNS
            ]
            remarks = [f"{row.seen} seen in training, left out"] if row.seen else []
            remarks += ["selected on test"] if row.selected_on_test else []
            remarks += [] if row.known else ["may have seen them"]
            cell = "".join(f"{'-' if one == 'undefined' else one:>14}" for one in cells)
            lines.append(f"{(row.checkpoint or row.label)[:39]:40}{cell}  {', '.join(remarks)}".rstrip())
    return "\n".join(lines[1:]) or "Nothing was measured yet: use evaluate."


def _compared(result: CompareCheckpointsResult) -> str:
    lines = [f"{'':24}" + "".join(f"{name[:23]:>24}" for name in result.checkpoints)]
    lines += [
        f"{row.name[:23]:24}" + "".join(f"{str(value)[:23]:>24}" for value in row.values) for row in result.differing
    ]
    for figures in result.figures:
        cells = [
            number(mean) + _difference(each) for mean, each in zip(figures.means, figures.differences, strict=True)
        ]
        lines.append(f"{figures.name:24}" + "".join(f"{cell:>24}" for cell in cells))
    if result.videos:
        lines.append(f"Over {len(result.videos)} videos new to all, protocol {result.protocol}; 95 % intervals.")
    lines += [
        f"{one.name}, {one.runs} runs like {one.checkpoint} against {one.first_runs} like {one.first}:"
        f"{_difference(one.difference)}, Welch's t {number(one.t, 2)}, p {number(one.p)}."
        for one in result.seeds
    ]
    return "\n".join([*lines, *result.notes])


def _difference(one: Interval | None) -> str:
    if one is None or isnan(one.value):
        return ""
    return f" {one.value:+.3f}" + ("" if isnan(one.low) else f" ({one.low:.2f}, {one.high:.2f})")


def _add(
    name: str,
    verb: Verb[Q, R],
    request: type[Q],
    sentence: Callable[[R], str],
    help: str,
    arguments: Sequence[str] = ("checkpoint",),
) -> None:
    """Adds a command `checkpoint NAME`."""

    def run(data_dir: Path, json_: bool, **choices: object) -> None:
        run_verb(data_dir, json_, verb, request.of(**choices), sentence)

    add_command(checkpoint_app, name, run, parameters(request, arguments), help)


_add("list", checkpoints, CheckpointsRequest, _list, "All models: what each learned from, and how good it is.", ())
_add(
    "rename",
    rename_checkpoint,
    RenameCheckpointRequest,
    lambda one: f"{one.checkpoint} is called '{one.label}'.",
    "Call a model otherwise; its id stays.",
    ("checkpoint", "name"),
)
_add(
    "promote",
    promote_checkpoint,
    PromoteCheckpointRequest,
    lambda one: f"{one.checkpoint} was changed; `checkpoint list` says which are offered first.",
    "Have a model offered first wherever its feature space is asked for.",
)
_add(
    "remove",
    remove_checkpoint,
    CheckpointRequest,
    lambda one: f"{one.checkpoint} is offered nowhere any more; `checkpoint restore {one.checkpoint}` brings it back.",
    "Take a model out of all lists; its files and what it said of videos stay.",
)
_add(
    "restore",
    restore_checkpoint,
    CheckpointRequest,
    lambda one: f"{one.checkpoint} ({one.label}) is back.",
    "Bring a removed model back as it was.",
)
_add(
    "compare",
    compare_checkpoints,
    CompareCheckpointsRequest,
    _compared,
    "Models side by side: settings that differ, and figures on videos that none has learned from.",
    ("checkpoints",),
)
add_verb(
    app,
    leaderboard,
    LeaderboardRequest,
    _leaderboard,
    "Models that were measured on the same videos, with noise and people among them.",
    arguments=["dataset"],
)
