"""`app.py preferences`: which of two cuts people like better, and what that says of what made them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import typer

from cli.commands import add_command, parameters
from cli.running import run_verb
from core.statistics.results import Interval
from verbs.preference_export import ExportedPreferences, ExportPreferencesRequest, export_preferences
from verbs.preference_figures import PreferencesRequest, PreferencesResult, preference_figures
from verbs.preference_studies import (
    MadeStudy,
    MakeStudyRequest,
    StudyFacts,
    StudyRequest,
    close_study,
    make_study,
    study,
)
from verbs.preferences import (
    CompareCutsRequest,
    ComparedCuts,
    VoteFacts,
    VoteRequest,
    VotesRequest,
    VotesResult,
    compare_cuts,
    vote,
    votes,
)

app = typer.Typer(
    name="preferences", help="Which of two cuts people prefer: pairs, studies, votes, win rates.", no_args_is_help=True
)


def _figures(result: PreferencesResult) -> str:
    if not result.votes:
        return "Nobody has said yet which of two cuts is better."
    lines = [f"{result.votes} votes of {result.people} people, {result.blind} of them blind."]
    for one in result.sources:
        lines.append(
            f"{one.label}: won {one.won} and tied {one.tied} of {one.votes}, {_percent(one.rate)}; "
            f"wins with probability {_percent(one.probability)}"
        )
    for found in result.predictions:
        of = {"f1": "F1 with people", "tau": "tau with people"}[found.figure]
        lines.append(f"The cut with the higher {of} won {_percent(found.share)} of {found.votes} votes; a coin 50 %.")
    return "\n".join(lines)


def _percent(found: Interval) -> str:
    if found.value != found.value:
        return "undefined"
    return f"{found.value:.0%} ({found.low:.0%} to {found.high:.0%})"


def _pair(result: ComparedCuts) -> str:
    cuts = [
        f"  {name}: {one.label}, {one.length_s:.1f} s, {one.alone:.0%} of it alone"
        for name, one in (("a", result.a), ("b", result.b))
    ]
    return "\n".join([f"Pair {result.pair} of {result.entry}. Vote on it: preferences vote {result.pair} a", *cuts])


def _said(one: VoteFacts) -> str:
    better = {"a": one.a_label, "b": one.b_label, "both": "both are good", "neither": "neither"}[one.verdict]
    why = f" ({', '.join(one.reasons)})" if one.reasons else ""
    return f"{one.by or 'somebody'}, {one.entry}, {one.a_label} or {one.b_label}: {better}{why}"


def _votes(result: VotesResult) -> str:
    return "\n".join(_said(one) for one in result.votes) or "No votes yet."


def _study(one: StudyFacts) -> str:
    blind = "blind" if one.blind else "open"
    state = f"closed {one.closed:%Y-%m-%d}" if one.closed else f"people come to it by /compare?study={one.study}"
    asked = ", ".join(f"{person.name} {person.done} of {one.pairs}" for person in one.asked)
    whom = f" Asked: {asked}." if asked else ""
    return f"Study {one.study}, {one.title}: {one.pairs} pairs, {one.votes} votes, {blind}; {state}.{whom}"


def _made(result: MadeStudy) -> str:
    return "\n".join([_study(result), *(f"Left out: {one.entry}, {one.reason}" for one in result.left_out)])


def _exported(result: ExportedPreferences) -> str:
    judgements = f", {result.judgements} judgements" if result.format == "weights" else ""
    return f"{result.file}: {result.votes} votes of {result.people} people{judgements}."


def _add(name: str, verb: Any, request: Any, sentence: Any, help: str, arguments: list[str], **spelled: Any) -> None:
    def run(data_dir: Path, json_: bool, **choices: Any) -> None:
        run_verb(data_dir, json_, verb, request.of(**choices), sentence)

    add_command(app, name, run, parameters(request, arguments, spelled), help)


_add("figures", preference_figures, PreferencesRequest, _figures, "Who wins how often, and what predicts it.", [])
_add("pair", compare_cuts, CompareCutsRequest, _pair, "Keep two cuts of an entry to vote on.", ["entry", "a", "b"])
_add("vote", vote, VoteRequest, _said, "Say which of two cuts is better.", ["pair", "verdict"], reasons="--reasons")
_add("votes", votes, VotesRequest, _votes, "List votes.", [])
_add(
    "study",
    make_study,
    MakeStudyRequest,
    _made,
    "Ask people to compare cuts of many entries.",
    ["title"],
    couples="--couple",
    asked="--asked",
)
_add("show", study, StudyRequest, _study, "How far a study is.", ["study"])
_add("close", close_study, StudyRequest, _study, "Take no more votes in a study.", ["study"])
_add(
    "export",
    export_preferences,
    ExportPreferencesRequest,
    _exported,
    "Write votes, or weights for training, to a file.",
    ["out"],
)
