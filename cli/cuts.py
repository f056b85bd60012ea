"""The commands about cuts: list them, or keep one as a video or as a list for other programs."""

from __future__ import annotations

import csv
import io
from inspect import Parameter
from math import isnan
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.commands import add_command, add_verb, parameters
from cli.running import run_verb
from verbs.chapters import ChaptersRequest, chapters
from verbs.cut_list import CutListRequest, CutListResult, cut_list
from verbs.cuts import CutsRequest, CutsResult, cuts
from verbs.hand_in import HandedIn, HandInRequest, hand_in
from verbs.mend import MendCutRequest, MendedFacts, mend_cut
from verbs.query import QueryRequest, query
from verbs.render import RenderRequest, RenderResult, render
from verbs.score import ScoreRequest, ScoreResult, score

app = typer.Typer()
SHAPED = {"one": "one clip", "short": "many short clips", "story": "the whole story"}


def _render(out: Path | None, data_dir: Path, json_: bool, **choices: Any) -> None:
    if out is None:
        out = Path(f"{choices['entry'].replace('/', '-')}-cut.mp4")
    choices["segments"] = choices["segments"] or None
    if out.suffix.lower() == ".mp4":
        run_verb(data_dir, json_, render, RenderRequest.of(out=out, **choices), _rendered_sentence)
    else:
        run_verb(data_dir, json_, cut_list, CutListRequest.of(out=out, **choices), _listed_sentence)


def _scores_table(result: ScoreResult) -> str:
    """A table for spreadsheets: a line a pick, a column a source; nothing where nobody judged."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(["frame", "seconds", *(one.source for one in result.curves)])
    for row, (pick, seconds) in enumerate(zip(result.picks, result.seconds, strict=True)):
        cells = [one.scores[row] for one in result.curves]
        table.writerow([pick, f"{seconds:.3f}", *("" if isnan(cell) else f"{cell:.4f}" for cell in cells)])
    return text.getvalue().rstrip("\n")


def _cuts_table(result: CutsResult) -> str:
    """One line a cut: how long, in how many clips, how much more it scores than the video, and where."""
    # As it was published, that rule counts frames, however long each of them is shown.
    most = f"{result.budget:.0%} of the frames" if result.rule == "published" else f"{result.budget_s:.1f} s"
    shape = "" if result.shape == "scored" else f", {SHAPED[result.shape]}"
    lines = [f"{result.rule} rule, {result.shots} shots, at most {most}{shape}"]
    if result.assumed_rate:
        lines.append(f"Every time is only as right as the frame rate, which is {result.assumed_rate}.")
    for cut in result.cuts:
        gain = "" if cut.score_inside is None else f"{cut.score_inside - cut.score_video:+.2f}"
        clips = "clip" if len(cut.seconds) == 1 else "clips"
        where = ", ".join(f"{start:.1f}-{end:.1f}" for start, end in cut.seconds) or cut.note
        lines.append(f"{cut.label}: {cut.length_s:.1f} s in {len(cut.seconds)} {clips} {gain}: {where}")
    return "\n".join(lines)


def _mend(data_dir: Path, json_: bool, **choices: Any) -> None:
    run_verb(data_dir, json_, mend_cut, MendCutRequest.of(**choices), _mended_sentence)


def _mended_sentence(result: MendedFacts) -> str:
    if result.problem:
        return f"mended:{result.id}, {result.name}: {result.problem}"
    count = len(result.segments)
    where = ",".join(f"{start}-{end}" for start, end in result.segments) or result.note
    clips = f"{count} {'clip' if count == 1 else 'clips'}"
    return f"mended:{result.id}, {result.name}: {result.length_s:.1f} s of {result.budget_s:.1f} s in {clips}: {where}"


def _hand_in(data_dir: Path, json_: bool, **choices: Any) -> None:
    run_verb(data_dir, json_, hand_in, HandInRequest.of(**choices), _handed_in_sentence)


def _handed_in_sentence(result: HandedIn) -> str:
    said = f"{result.by} judged {result.entry} by mended:{result.cut} (task {result.task}): "
    left = "nothing" if result.left_out == 0 else f"{result.left_out} {'part' if result.left_out == 1 else 'parts'}"
    return f"{said}{result.marked} {'part' if result.marked == 1 else 'parts'} in, {left} out; the rest is not judged."


def _rendered_sentence(result: RenderResult) -> str:
    sound = "with sound" if result.sound else "without sound"
    size = f"{result.width} x {result.height}"
    return f"{result.file}: {result.frames} frames, {result.duration:.1f} s, {size}, {sound}."


def _listed_sentence(result: CutListResult) -> str:
    count = len(result.segments)
    return f"{result.file}: {count} {'segment' if count == 1 else 'segments'}. {result.inexact}".strip()


add_verb(
    app,
    cuts,
    CutsRequest,
    _cuts_table,
    "List the cuts of an entry: of its people, signals and samples.",
    arguments=["entry"],
)
add_verb(
    app,
    score,
    ScoreRequest,
    _scores_table,
    "Print the scores of an entry at every pick, as a table: of its people, signals and samples, or of a query.",
    arguments=["entry"],
)
add_verb(
    app,
    chapters,
    ChaptersRequest,
    lambda result: str(result.file or result.text.rstrip("\n")),
    "Merge the shots of an entry to chapters: WebVTT for players, or lines for YouTube.",
    arguments=["entry"],
)
add_verb(
    app,
    query,
    QueryRequest,
    lambda result: f"{result.source}, found by {result.encoder}. Its cut: cuts {result.entry} --source {result.source}",
    "Look for moments by words in captions and transcript, and keep the curve with a cut of its own.",
    arguments=["entry", "query"],
)
add_command(
    app,
    "mend",
    _mend,
    parameters(MendCutRequest, arguments=["entry"]),
    "Say what of a cut stays and what goes; the rest is solved again. Keep it with: render --source mended:NUMBER.",
)
add_command(
    app,
    "hand-in",
    _hand_in,
    parameters(HandInRequest, arguments=["cut"]),
    "Hand a mended cut in as what its author says of the video: keyshots, in all exports.",
)
OUT = Parameter(
    "out",
    Parameter.KEYWORD_ONLY,
    annotation=Annotated[
        Path | None,
        typer.Option(help=f"{RenderRequest.model_fields['out'].description} (default: ENTRY-cut.mp4 in this folder)"),
    ],
    default=None,
)
add_command(
    app,
    "render",
    _render,
    [*parameters(RenderRequest, arguments=["entry"], without=["out"]), OUT],
    "Keep a cut: as MP4 with its sound, or as a cut list for other programs.",
)
