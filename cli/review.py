"""`app.py review`: who is asked to judge what, how far everybody is, and what a lead decides."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import typer

from cli.commands import add_command, parameters
from cli.running import run_verb
from verbs.review import (
    AssignRequest,
    AssignResult,
    BoardRequest,
    BoardResult,
    DecideRequest,
    DecideResult,
    TrailRequest,
    TrailResult,
    WantRequest,
    assign,
    board,
    decide,
    trail,
    want,
)
from verbs.tidy import ThingsRequest, bring_back, remove

app = typer.Typer(
    name="review", help="Labelling: how far it is, who is asked for what, what counts.", no_args_is_help=True
)


def _board(result: BoardResult) -> str:
    lines = [
        f"{one.task:>5}  {'excluded' if one.excluded else one.state:9}  {one.judged:>4}/{one.shots:<4}  {one.person}  "
        f"{one.entry}  {one.protocol}{'  seen before judging' if one.seen else ''}"
        for one in result.tasks
    ]
    return "\n".join(lines) or "No task yet."


def _assigned(result: AssignResult) -> str:
    videos = f"{result.videos} {'video' if result.videos == 1 else 'videos'}"
    return f"assignment:{result.assignment}: {videos}, {result.protocol}."


def _decided(result: DecideResult) -> str:
    done = {"exclude": "excluded", "restore": "counted again", "reopen": "handed back"}[result.kind]
    return f"Task {result.task} is {done}."


def _trail(result: TrailResult) -> str:
    lines = [
        f"{one.at:%Y-%m-%d %H:%M}  task {one.task}  {one.kind}  {one.by}: {one.reason}" for one in result.decisions
    ]
    return "\n".join(lines) or "Nothing was decided yet."


def _show_trail(data_dir: Path, json_: bool, **choices: Any) -> None:
    run_verb(data_dir, json_, trail, TrailRequest.of(**choices), _trail)


def _want(data_dir: Path, json_: bool, **choices: Any) -> None:
    asked = WantRequest.of(**choices)
    run_verb(data_dir, json_, want, asked, lambda done: f"{done.entry} wants {done.people} people now.")


def _show_board(data_dir: Path, json_: bool, **choices: Any) -> None:
    run_verb(data_dir, json_, board, BoardRequest.of(**choices), _board)


def _assign(data_dir: Path, json_: bool, **choices: Any) -> None:
    run_verb(data_dir, json_, assign, AssignRequest.of(**choices), _assigned)


def _add_decision(kind: Literal["exclude", "restore", "reopen"], help: str) -> None:
    def run(data_dir: Path, json_: bool, **choices: Any) -> None:
        run_verb(data_dir, json_, decide, DecideRequest.of(kind=kind, **choices), _decided)

    add_command(app, kind, run, parameters(DecideRequest, ["task"], without=["kind"]), help)


def _add_assignments(name: str, verb: Any, sentence: str, help: str) -> None:
    def run(data_dir: Path, json_: bool, what: Sequence[str]) -> None:
        asked = ThingsRequest(what=tuple(f"assignment:{one.removeprefix('assignment:')}" for one in what))
        run_verb(data_dir, json_, verb, asked, lambda done: f"{', '.join(done.what)}: {sentence}")

    add_command(app, name, run, parameters(ThingsRequest, ["what"]), help)


add_command(app, "board", _show_board, parameters(BoardRequest), "How far every task is.")
add_command(app, "trail", _show_trail, parameters(TrailRequest), "What leads decided, the newest first.")
add_command(
    app,
    "want",
    _want,
    parameters(WantRequest, ["assignment", "entry", "people"]),
    "Ask for another number of people for one video.",
)
add_command(app, "assign", _assign, parameters(AssignRequest, ["title"]), "Ask people to judge videos.")
_add_decision("exclude", "Take a task out of all results; it stays in the log.")
_add_decision("restore", "Count an excluded task again.")
_add_decision("reopen", "Hand a submitted or skipped task back to its person.")
_add_assignments("close", remove, "nobody gets a video of it any more.", "Close assignments, by their numbers.")
_add_assignments("open", bring_back, "people get its videos again.", "Open closed assignments again.")
