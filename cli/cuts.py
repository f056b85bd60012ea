"""The commands about cuts: list them, or keep one as a video or as a list for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from cli.running import DEFAULT_DATA, DataDir, Json, run_action, run_verb

app = typer.Typer()

Entry = Annotated[str, typer.Argument(help="Entry id, such as demo/harbour-day.")]
RuleName = Annotated[
    Literal["viewing", "published"],
    typer.Option(help="viewing: what people watch, score over time; published: the papers' knapsack."),
]
Budget = Annotated[float, typer.Option(help="Share of the video that a cut may take.")]
ShotsName = Annotated[str | None, typer.Option(help="Segmentation (default: the entry's first).")]
FRAMES = "in frames, ends exclusive, such as 0-120,240-300."


@app.command()
def cuts(
    entry: Entry,
    rule: RuleName = "viewing",
    budget: Budget = 0.15,
    shots: ShotsName = None,
    source: Annotated[
        str | None, typer.Option(help="mean, person:NAME, run:ID:SAMPLE or signal:NAME (default: all of them).")
    ] = None,
    keep: Annotated[str, typer.Option(help=f"What must be in every cut, {FRAMES}")] = "",
    forbid: Annotated[str, typer.Option(help=f"What must not be, {FRAMES}")] = "",
    data_dir: DataDir = DEFAULT_DATA,
    json_: Json = False,
) -> None:
    """List the cuts of an entry: of its people, signals and samples."""
    from verbs import cuts as verb
    from verbs.intervals import parse_intervals

    request = verb.CutsRequest(
        entry=entry,
        rule=rule,
        budget=verb.checked_budget(budget),
        shots=shots,
        source=source,
        keep=parse_intervals(keep),
        forbid=parse_intervals(forbid),
    )
    run_verb(data_dir, json_, verb.cuts, request, _cuts_table)


@app.command()
def render(
    entry: Entry,
    out: Annotated[
        Path,
        typer.Option(help="File to write: .mp4 for the video, .json .csv .vtt .edl .fcpxml .otio for a cut list."),
    ],
    source: Annotated[
        str | None,
        typer.Option(
            help="mean, person:NAME, run:ID (its mean), run:ID:SAMPLE or signal:NAME"
            " (default: the average of people, else the balanced signal, else the newest run)."
        ),
    ] = None,
    rule: RuleName = "viewing",
    shots: ShotsName = None,
    budget: Budget = 0.15,
    segments: Annotated[str | None, typer.Option(help=f"Instead of a source, {FRAMES}")] = None,
    data_dir: DataDir = DEFAULT_DATA,
    json_: Json = False,
) -> None:
    """Keep a cut: as MP4 with its sound, or as a cut list for other programs."""
    from verbs.intervals import parse_intervals

    video = out.suffix.lower() == ".mp4"
    run_action(
        data_dir,
        json_,
        "render" if video else "cut_list",
        _rendered_sentence if video else _listed_sentence,
        entry=entry,
        out=out,
        source=source,
        rule=rule,
        shots=shots,
        budget=budget,
        segments=parse_intervals(segments) if segments else None,
    )


def _cuts_table(result: Any) -> str:
    """One line a cut: how long, in how many clips, how much more it scores than the video, and where."""
    lines = [f"{result.rule} rule, {result.shots} shots, at most {result.budget_s:.1f} s"]
    for cut in result.cuts:
        gain = "" if cut.score_inside is None else f"{cut.score_inside - cut.score_video:+.2f}"
        clips = "clip" if len(cut.seconds) == 1 else "clips"
        where = ", ".join(f"{start:.1f}-{end:.1f}" for start, end in cut.seconds) or cut.note
        lines.append(f"{cut.label}: {cut.length_s:.1f} s in {len(cut.seconds)} {clips} {gain}: {where}")
    return "\n".join(lines)


def _rendered_sentence(result: dict[str, Any]) -> str:
    sound = "with sound" if result["sound"] else "without sound"
    size = f"{result['width']} x {result['height']}"
    return f"{result['file']}: {result['frames']} frames, {result['duration']:.1f} s, {size}, {sound}."


def _listed_sentence(result: dict[str, Any]) -> str:
    count = len(result["segments"])
    return f"{result['file']}: {count} {'segment' if count == 1 else 'segments'}. {result['inexact']}".strip()
