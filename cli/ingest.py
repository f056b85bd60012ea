"""`app.py ingest`, `features`, `segment`, `signals`: videos into the library, and what is made of them again later."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from cli.language import Dataset, Entry, captioned, judged
from cli.running import DEFAULT_DATA, DataDir, Json, run_action
from core.segment.settings import DEFAULT_KIND

Weights = Annotated[
    str | None,
    typer.Option(help="File or folder of the space's weights, or a model's name (default: the usual place)."),
]
Download = Annotated[bool, typer.Option("--download", help="Fetch weights that are not on this machine.")]
AllEntries = Annotated[bool, typer.Option("--all", help="All entries of the library, instead of one.")]
Url = Annotated[str | None, typer.Option(help="Fetch them from here instead of where they were published.")]
ShotKind = Annotated[
    str,
    typer.Option(
        "--shots",
        help="transitions: cuts, dissolves, fades; kts: changes of the picks; kts-frames: of every frame; uniform: of "
        "equal duration.",
    ),
]
Penalty = Annotated[float, typer.Option(help="KTS: larger gives fewer shots.")]
Seconds = Annotated[str, typer.Option(help="Uniform: duration of a shot.")]

app = typer.Typer()


@app.command()
def ingest(
    paths: Annotated[
        list[str],
        typer.Argument(
            help="Video files, folders (with those in them), or patterns in quotes, such as 'trip/**/*.mov'."
        ),
    ],
    dataset: Annotated[str, typer.Option(help="Dataset they become part of.")] = "videos",
    title: Annotated[str | None, typer.Option(help="One video: shown on the pages (default: the file's name).")] = None,
    space: Annotated[
        str | None,
        typer.Option(
            help="Feature space, such as googlenet-pool5 (default: efficientnet-lite0, and colour-motion-v1 beside it)."
        ),
    ] = None,
    weights: Weights = None,
    download: Download = False,
    url: Url = None,
    picks_per_second: Annotated[
        str, typer.Option(help="How often a video is looked at; 1/2: every two seconds.")
    ] = "2",
    shots: ShotKind = DEFAULT_KIND,
    penalty: Penalty = 1.0,
    seconds: Seconds = "2",
    captioner: Annotated[
        str | None,
        typer.Option(help="Then describe the pictures: a model, or a server by its name in servers.toml or address."),
    ] = None,
    captioner_model: Annotated[str | None, typer.Option(help="Server: which of its models.")] = None,
    judge: Annotated[
        str | None, typer.Option(help="Then have this language model, or a server's, judge the captions.")
    ] = None,
    judge_model: Annotated[str | None, typer.Option(help="Server: which of its models.")] = None,
    data_dir: DataDir = DEFAULT_DATA,
    json_: Json = False,
) -> None:
    """Take in videos: make them playable, compute features, shots and scores. What is here already is skipped."""
    result = run_action(
        data_dir,
        json_,
        "ingest",
        _ingested,
        path=paths,
        dataset=dataset,
        title=title,
        space=space,
        weights=weights,
        download=download,
        url=url,
        picks_per_second=picks_per_second,
        shots=shots,
        penalty=penalty,
        seconds=seconds,
        captioner=captioner,
        captioner_model=captioner_model,
        judge=judge,
        judge_model=judge_model,
    )
    if result["failed"]:
        raise typer.Exit(2)


@app.command()
def features(
    space: Annotated[
        str | None,
        typer.Option(
            help="efficientnet-lite0 (default), colour-motion-v1, googlenet-pool5, googlenet-caffe-pool5, clip-..."
            " or dinov2-..."
        ),
    ] = None,
    entry: Entry = None,
    dataset: Dataset = None,
    all_: AllEntries = False,
    weights: Weights = None,
    download: Download = False,
    url: Url = None,
    main: Annotated[bool, typer.Option("--main", help="Lists show and training takes these from now on.")] = False,
    score: Annotated[bool, typer.Option(help="Let the checkpoints of this space score the entries.")] = True,
    data_dir: DataDir = DEFAULT_DATA,
    json_: Json = False,
) -> None:
    """Add features of a further space to entries, from their videos."""
    run_action(
        data_dir,
        json_,
        "features",
        _features,
        space=space,
        entry=entry,
        dataset=dataset,
        all_entries=all_,
        weights=weights,
        download=download,
        url=url,
        main=main,
        score=score,
    )


@app.command()
def segment(
    entry: Entry = None,
    dataset: Dataset = None,
    shots: ShotKind = "kts",
    penalty: Penalty = 1.0,
    seconds: Seconds = "2",
    data_dir: DataDir = DEFAULT_DATA,
    json_: Json = False,
) -> None:
    """Cut entries into shots in another way, which is the first choice from then on; what they had stays."""
    run_action(
        data_dir,
        json_,
        "segment",
        _segmented,
        entry=entry,
        dataset=dataset,
        shots=shots,
        penalty=penalty,
        seconds=seconds,
    )


@app.command()
def signals(
    entry: Entry = None,
    dataset: Dataset = None,
    all_: AllEntries = False,
    again: Annotated[bool, typer.Option("--again", help="Also those that were measured before.")] = False,
    data_dir: DataDir = DEFAULT_DATA,
    json_: Json = False,
) -> None:
    """Measure novelty, motion, sound and the like in videos, and draw tastes that need no labels."""
    run_action(data_dir, json_, "signals", _signals, entry=entry, dataset=dataset, all_entries=all_, again=again)


def _ingested(result: dict[str, Any]) -> str:
    new, known, failed = result["entries"], result["skipped"], result["failed"]
    said = []
    for one in new:
        facts = f"{one['duration']:.1f} s, {one['picks']} picks, {one['n_shots']} shots, {one['feature_space']}"
        said.append(" ".join([f"{one['entry']}: {facts}.", *one["notes"]]))
    said += [f"{one['entry']}: {one['path']} was left as it is, {one['reason']}." for one in known]
    if "captioned" in result:
        said.append(captioned(result["captioned"]))
    if "judged" in result:
        said.append(judged(result["judged"]))
    if failed:
        said.append(f"{len(new)} taken in, {len(known)} here before, {len(failed)} failed:")
        said += [f"  {one['path']}: {one['message']} {one['hint']}".rstrip() for one in failed]
    return "\n".join(said)


def _features(result: dict[str, Any]) -> str:
    done = result["entries"]
    new, runs = sum(one["new"] for one in done), sum(len(one["runs"]) for one in done)
    said = [f"{result['space']}: {new} of {len(done)} entries have new features, {runs} runs on them."]
    said += [f"{one['entry']} was left out: {one['reason']}" for one in result["skipped"]]
    return "\n".join(said)


def _segmented(result: dict[str, Any]) -> str:
    said = [f"{one['entry']}: {one['shots']} shots ({result['segmentation']})." for one in result["entries"]]
    said += [f"{one['entry']} was left out: {one['reason']}" for one in result["skipped"]]
    return "\n".join(said)


def _signals(result: dict[str, Any]) -> str:
    said = [f"{one['entry']}: {', '.join(one['signals'])}; {', '.join(one['tastes'])}." for one in result["entries"]]
    said += [f"{one['entry']} was left out: {one['reason']}" for one in result["skipped"]]
    return "\n".join(said)
