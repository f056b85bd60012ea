"""Videos into the library, and what is made of them: `ingest`, `attach`, `features` and their like."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import typer

from cli.commands import ON_ENGINE, add_command, add_many, add_verb, parameters
from cli.language import captioned, judged
from cli.running import on_engine, run_verb
from verbs.attach import AttachRequest, AttachResult, attach
from verbs.contract import LeftOut
from verbs.features import FeaturesRequest, FeaturesResult, features
from verbs.ingest import IngestRequest, IngestResult, ingest
from verbs.segment import SegmentRequest, SegmentResult, segment
from verbs.signals import SignalsRequest, SignalsResult, signals

app = typer.Typer()


def _ingest(engine: str, workers: int | None, data_dir: Path, json_: bool, **choices: object) -> None:
    result = run_verb(data_dir, json_, on_engine(ingest, engine, workers), IngestRequest.of(**choices), _ingested)
    if result.failed:
        raise typer.Exit(2)


def _ingested(result: IngestResult) -> str:
    said = []
    for one in result.entries:
        facts = f"{one.duration:.1f} s, {one.picks} picks, {one.n_shots} shots, {one.feature_space}"
        said.append(" ".join([f"{one.entry}: {facts}.", *one.notes]))
    said += [f"{one.entry}: {one.path} was left as it is, {one.reason}." for one in result.skipped]
    if result.captioned is not None:
        said.append(captioned(result.captioned))
    if result.judged is not None:
        said.append(judged(result.judged))
    if failed := result.failed:
        said.append(f"{len(result.entries)} taken in, {len(result.skipped)} here before, {len(failed)} failed:")
        said += [f"  {one.path}: {one.message} {one.hint}".rstrip() for one in failed]
    return "\n".join(said)


def _attach(data_dir: Path, json_: bool, **choices: object) -> None:
    result = run_verb(data_dir, json_, attach, AttachRequest.of(**choices), _attached)
    if result.refused:
        raise typer.Exit(2)


def _attached(result: AttachResult) -> str:
    said = []
    for one in result.attached:
        rate = f"{one.fps} frames/s" + ("" if one.fps == one.rate_was else f" instead of {one.rate_was}")
        said.append(" ".join([f"{one.entry}: {one.path.name}, {one.duration:.1f} s, {rate}.", *one.notes]))
    said += [f"{one.path} was not attached: {one.message} {one.hint}".rstrip() for one in result.refused]
    return "\n".join(said)


def _features(result: FeaturesResult) -> str:
    done = result.entries
    new, runs = sum(one.new for one in done), sum(len(one.runs) for one in done)
    said = f"{result.space}: {new} of {len(done)} entries have new features, {runs} runs on them."
    return "\n".join([said, *_left_out(result.skipped)])


def _segmented(result: SegmentResult) -> str:
    said = [f"{one.entry}: {one.shots} shots ({result.segmentation})." for one in result.entries]
    return "\n".join([*said, *_left_out(result.skipped)])


def _signals(result: SignalsResult) -> str:
    said = [f"{one.entry}: {', '.join(one.signals)}; {', '.join(one.tastes)}." for one in result.entries]
    return "\n".join([*said, *_left_out(result.skipped)])


def _left_out(skipped: Sequence[LeftOut]) -> list[str]:
    return [f"{one.entry} was left out: {one.reason}" for one in skipped]


add_command(
    app,
    "ingest",
    _ingest,
    [*parameters(IngestRequest, arguments=["path"], without=["remove"]), *ON_ENGINE],
    "Take in videos: make them playable, compute features, shots and scores. What is here already is skipped.",
)
add_command(
    app,
    "attach",
    _attach,
    parameters(AttachRequest, arguments=["path"]),
    "Give entries without a video theirs: one file, or several and folders by their names. Frames must be as many.",
)
add_many(
    app,
    features,
    FeaturesRequest,
    _features,
    "Add features of a further space to entries, from their videos.",
    arguments=["entry"],
    spelled={"all_entries": "--all"},
)
add_verb(
    app,
    segment,
    SegmentRequest,
    _segmented,
    "Cut entries into shots in another way, which is the first choice from then on; what they had stays.",
    arguments=["entry"],
)
add_verb(
    app,
    signals,
    SignalsRequest,
    _signals,
    "Measure novelty, motion, sound and the like in videos, and draw tastes that need no labels.",
    arguments=["entry"],
    spelled={"all_entries": "--all"},
)
