"""The commands about cuts: list them, or keep one as a video or as a list for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import typer

from cli.commands import add_command, add_verb, parameters
from cli.running import run_verb
from verbs.cut_list import CutListRequest, CutListResult, cut_list
from verbs.cuts import CutsRequest, CutsResult, cuts
from verbs.render import RenderRequest, RenderResult, render

app = typer.Typer()


def _render(out: Path, data_dir: Path, json_: bool, **choices: Any) -> None:
    choices["segments"] = choices["segments"] or None
    if out.suffix.lower() == ".mp4":
        run_verb(data_dir, json_, render, RenderRequest.of(out=out, **choices), _rendered_sentence)
    else:
        run_verb(data_dir, json_, cut_list, CutListRequest.of(out=out, **choices), _listed_sentence)


def _cuts_table(result: CutsResult) -> str:
    """One line a cut: how long, in how many clips, how much more it scores than the video, and where."""
    # As it was published, that rule counts frames, however long each of them is shown.
    most = f"{result.budget:.0%} of the frames" if result.rule == "published" else f"{result.budget_s:.1f} s"
    lines = [f"{result.rule} rule, {result.shots} shots, at most {most}"]
    if result.assumed_rate:
        lines.append(f"Every time is only as right as the frame rate, which is {result.assumed_rate}.")
    for cut in result.cuts:
        gain = "" if cut.score_inside is None else f"{cut.score_inside - cut.score_video:+.2f}"
        clips = "clip" if len(cut.seconds) == 1 else "clips"
        where = ", ".join(f"{start:.1f}-{end:.1f}" for start, end in cut.seconds) or cut.note
        lines.append(f"{cut.label}: {cut.length_s:.1f} s in {len(cut.seconds)} {clips} {gain}: {where}")
    return "\n".join(lines)


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
add_command(
    app,
    "render",
    _render,
    parameters(RenderRequest, arguments=["entry"]),
    "Keep a cut: as MP4 with its sound, or as a cut list for other programs.",
)
