"""The command line. What a command does is a function of `verbs.by_name`, the same that pages and jobs call."""

from __future__ import annotations

import json
import sys
import traceback
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from cli import cuts as cut_commands
from cli import ingest as ingest_commands
from cli import language as language_commands
from cli import users as user_commands
from cli.running import DEFAULT_DATA, DataDir, Json, progress_bar
from cli.running import run_action as _run
from cli.tables import pretrained_sentence, sampled_sentence
from core.errors import InputError, ManycutError

app = typer.Typer(
    name="manycut",
    help="One video has many good summaries: see them side by side, collect them from people, train on them. "
    "Without a command: serve.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
app.add_typer(user_commands.app, name="user")
app.add_typer(ingest_commands.app)
app.add_typer(cut_commands.app)
app.add_typer(language_commands.app)

SplitsFile = Annotated[Path | None, typer.Option(help="Split file (text or JSON); without it, all entries.")]
SplitNumber = Annotated[str, typer.Option(help="Which split of the file, from 0, or all.")]
Seed = Annotated[int, typer.Option(help="Of everything random; same seed, same result.")]
Preset = Annotated[str | None, typer.Option(help="Named recipe (default: the model's).")]
CHECKPOINT_FILES = (".pkl", ".pt", ".pth", ".ckpt")


def run() -> None:
    """Entry point of `app.py`: exit code 0, 2 for what a person can mend, 1 for a bug (its traceback goes to a log)."""
    arguments = sys.argv[1:]
    if not arguments or (arguments[0].startswith("-") and arguments[0] != "--help"):
        arguments = ["serve", *arguments]  # the convention of a Hugging Face Space: app.py alone serves
    wants_json = "--json" in arguments
    try:
        code = app(arguments, standalone_mode=False)
        sys.exit(code if isinstance(code, int) else 0)
    except ManycutError as error:
        _fail(error.as_dict(), wants_json, 2)
    except typer.Abort:
        _fail({"code": "stopped", "message": "Stopped.", "hint": ""}, wants_json, 130)
    except KeyboardInterrupt:
        _fail({"code": "stopped", "message": "Stopped.", "hint": ""}, wants_json, 130)
    except Exception as error:
        if hasattr(error, "format_message"):  # typer's usage errors: unknown option, missing argument
            hint = "Add --help to see what it takes."
            _fail({"code": "usage", "message": error.format_message(), "hint": hint}, wants_json, 2)
        log = Path.cwd() / "manycut-error.log"
        with log.open("a") as file:
            file.write(f"{datetime.now():%Y-%m-%d %H:%M:%S} {' '.join(sys.argv[1:])}\n{traceback.format_exc()}\n")
        message = f"An unexpected error stopped this command ({type(error).__name__}); {log.name} has the details."
        _fail(
            {"code": "unexpected", "message": message, "hint": "Please report it with that file."},
            wants_json,
            1,
        )


def _fail(error: dict[str, str], wants_json: bool, code: int) -> None:
    print(f"{error['message']} {error['hint']}".strip(), file=sys.stderr)
    if wants_json:
        print(json.dumps({"error": error}))
    sys.exit(code)


@app.command()
def serve(
    host: Annotated[str, typer.Option(envvar="GRADIO_SERVER_NAME", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(envvar="GRADIO_SERVER_PORT", help="Port to listen on.")] = 7860,
    data_dir: DataDir = DEFAULT_DATA,
    demo: Annotated[bool, typer.Option(help="Put the demo library into an empty data directory.")] = True,
) -> None:
    """Open the app in a browser: pages, REST and background worker."""
    from webapp.serving import serve as serve_app

    serve_app(host, port, data_dir, demo=demo)


@app.command("import")
def import_(
    path: Annotated[
        Path,
        typer.Argument(
            help="A dataset (eccv16 or MR.HiSum HDF5, TVSum or SumMe .mat, ...), captions for a dataset of the library"
            " (.json), a released checkpoint (.pkl, .ckpt), or another installation's events (.jsonl)."
        ),
    ],
    annotations: Annotated[
        Path | None,
        typer.Option(help="Dataset: ydata-tvsum50 .mat or .tsv with each person's scores, joined by video."),
    ] = None,
    llmvs: Annotated[
        Path | None, typer.Option(help="Dataset: folder of LLMVS's embeddings (gen/ and user_prompt/).")
    ] = None,
    captions: Annotated[
        Path | None, typer.Option(help='Dataset: captions, .json {video: {"picks": [...], "captions": [...]}}.')
    ] = None,
    captioner: Annotated[
        str | None, typer.Option(help="Captions: who made them (default: the name of their file).")
    ] = None,
    dataset: Annotated[str | None, typer.Option(help="Name in the library (default: the file's name).")] = None,
    replace: Annotated[bool, typer.Option(help="Replace a dataset of the same name.")] = False,
    feature_space: Annotated[
        str | None,
        typer.Option(help="Checkpoint: the space that it was trained in (default: the releases' own)."),
    ] = None,
    null_video: Annotated[Path | None, typer.Option(help="Checkpoint: SummDiff's null video (.npy).")] = None,
    option: Annotated[
        list[str] | None,
        typer.Option(help="Checkpoint: a part of its configuration that tensors do not tell, such as heads=8."),
    ] = None,
    data_dir: DataDir = DEFAULT_DATA,
    json_: Json = False,
) -> None:
    """Bring a dataset, a released checkpoint or another installation's labels into the library."""
    if path.suffix.lower() in CHECKPOINT_FILES:
        _run(
            data_dir,
            json_,
            "import_checkpoint",
            lambda r: f"{r['model']} checkpoint '{r['id']}' for {r['feature_space']} features.",
            path=path,
            name=dataset,
            feature_space=feature_space,
            null_video=null_video,
            options=_options(option or []),
        )
        return
    if path.suffix.lower() == ".json":
        if dataset is None:
            raise InputError(f"{path.name} is taken for captions of a dataset, which is not named.", "Add --dataset.")
        _run(
            data_dir,
            json_,
            "import_captions",
            language_commands.captions_sentence,
            path=path,
            dataset=dataset,
            captioner=captioner,
        )
        return
    _run(
        data_dir,
        json_,
        "import_dataset",
        _imported_sentence,
        path=path,
        annotations=annotations,
        llmvs=llmvs,
        captions=captions,
        captioner=captioner,
        dataset=dataset,
        replace=replace,
    )


def _options(pairs: list[str]) -> dict[str, Any]:
    """["heads=8"] -> {"heads": 8}; numbers and words."""
    options: dict[str, Any] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not (name and equals and value):
            raise InputError(f"An option is written name=value, not '{pair}'.")
        try:
            options[name] = json.loads(value)
        except ValueError:
            options[name] = value
    return options


def _number_or_all(split: str) -> int | str:
    if split == "all":
        return split
    if not split.isdigit():
        raise InputError(f"A split is a number from 0, or all, not '{split}'.")
    return int(split)


@app.command()
def sample(
    entry: Annotated[str, typer.Argument(help="Entry id, such as demo/harbour-day.")],
    model: Annotated[str, typer.Option(help="Checkpoint id, its folder, or a kind such as summdiff.")] = "summdiff",
    n: Annotated[int, typer.Option("-n", "--samples", help="How many summaries to sample.")] = 8,
    seed: Seed = 0,
    steps: Annotated[int, typer.Option(help="DDIM steps.")] = 10,
    guidance: Annotated[float | None, typer.Option(help="Guidance weight w (default: the checkpoint's).")] = None,
    eta: Annotated[float, typer.Option(help="Fresh noise in every step: 0 none, 1 as published.")] = 1.0,
    temperature: Annotated[float, typer.Option(help="Factor on all noise: less, and samples are more alike.")] = 1.0,
    budget: Annotated[float, typer.Option(help="Share of the video a cut may take.")] = 0.15,
    keep: Annotated[bool, typer.Option(help="Keep the result in the library, so that the pages show it.")] = True,
    data_dir: DataDir = DEFAULT_DATA,
    json_: Json = False,
) -> None:
    """Sample scores and cuts of one entry from a model."""
    _run(
        data_dir,
        json_,
        "sample",
        sampled_sentence,
        entry=entry,
        model=model,
        n=n,
        seed=seed,
        steps=steps,
        guidance=guidance,
        eta=eta,
        temperature=temperature,
        budget=budget,
        keep=keep,
    )


@app.command()
def train(
    dataset: Annotated[str, typer.Argument(help="Dataset id in the library.")],
    model: Annotated[str, typer.Option(help="summdiff, llmvs, csta, vasnet or mlp.")] = "summdiff",
    targets: Annotated[
        str | None,
        typer.Option(help="individual: each person's scores; mean: their average (default: as the recipe)."),
    ] = None,
    splits: SplitsFile = None,
    split: SplitNumber = "0",
    out: Annotated[
        Path | None,
        typer.Option(help="Folder for the checkpoint (default: in the library); with --split all, with {split} in it."),
    ] = None,
    start_from: Annotated[str | None, typer.Option(help="Checkpoint to fine-tune instead of fresh weights.")] = None,
    people: Annotated[str, typer.Option(help="all, dataset, or own (labels collected here).")] = "all",
    preset: Preset = None,
    space: Annotated[
        str | None, typer.Option(help="Feature space (default: the one that most of the videos hold).")
    ] = None,
    epochs: Annotated[int | None, typer.Option(help="Passes over the data (default: the recipe's).")] = None,
    seed: Seed = 0,
    validation: Annotated[
        float, typer.Option(help="Share of the training videos held out to choose the best epoch by.")
    ] = 0.0,
    select_on_test: Annotated[
        bool,
        typer.Option("--select-on-test", help="Choose the epoch by the test videos, as releases do; marked."),
    ] = False,
    data_dir: DataDir = DEFAULT_DATA,
    json_: Json = False,
) -> None:
    """Train a summarizer on a dataset's people and the labels collected here."""
    _run(
        data_dir,
        json_,
        "train",
        _trained_sentence,
        dataset=dataset,
        model=model,
        targets=targets,
        splits=splits,
        split=_number_or_all(split),
        out=out,
        start_from=start_from,
        people=people,
        preset=preset,
        space=space,
        epochs=epochs,
        seed=seed,
        validation=validation,
        select_on_test=select_on_test,
    )


@app.command()
def pretrain(
    dataset: Annotated[
        str | None, typer.Argument(help="Dataset id in the library, as published; its labels are not looked at.")
    ] = None,
    all_videos: Annotated[
        bool,
        typer.Option("--all-videos", help="All videos that share a feature space, of any dataset; then score them."),
    ] = False,
    space: Annotated[str | None, typer.Option(help="Which feature space (default: that of most videos).")] = None,
    model: Annotated[
        str | None,
        typer.Option(help="The summarizer: csta, summdiff, llmvs, vasnet or mlp (default: csta; of all videos mlp)."),
    ] = None,
    splits: SplitsFile = None,
    split: Annotated[int, typer.Option(help="Only the training videos of this split of the file, from 0.")] = 0,
    out: Annotated[Path | None, typer.Option(help="Folder for the checkpoint (default: in the library).")] = None,
    preset: Preset = None,
    epochs: Annotated[
        int | None, typer.Option(help="Passes over the videos (default: 200; of all videos 200 steps).")
    ] = None,
    batch_size: Annotated[int | None, typer.Option(help="Videos told from one another at once, at least 8.")] = None,
    seed: Seed = 0,
    sample: Annotated[str | None, typer.Option(help="concrete (default), gumbel, sigmoid or straight-through.")] = None,
    flow: Annotated[
        str | None, typer.Option(help="gate (default): dropped frames are 0; marginalise: another video's.")
    ] = None,
    hard_negatives: Annotated[bool | None, typer.Option(help="Contrast also with random summaries.")] = None,
    temperature: Annotated[float | None, typer.Option(help="Lambda, 0.05 to 5 (default: 0.5).")] = None,
    beta_size: Annotated[float | None, typer.Option(help="Price of a kept frame (default: 0.01).")] = None,
    free: Annotated[float | None, typer.Option(help="Share of a video that is kept for nothing (default: 0).")] = None,
    beta_binary: Annotated[float | None, typer.Option(help="Price of an undecided choice (default: 0.01).")] = None,
    encoder: Annotated[str | None, typer.Option(help="csta (default): the paper's; attention: much faster.")] = None,
    data_dir: DataDir = DEFAULT_DATA,
    json_: Json = False,
) -> None:
    """Pretrain a summarizer on videos without labels (ViSP); go on with train --start-from.

    With --all-videos on your own films: settings for a few of them, and every one gets a row of self-discovered cuts.
    """
    visp = {
        "sample": sample,
        "flow": flow,
        "hard_negatives": hard_negatives,
        "temperature": temperature,
        "beta_size": beta_size,
        "free": free,
        "beta_binary": beta_binary,
        "encoder": encoder,
    }
    _run(
        data_dir,
        json_,
        "pretrain",
        pretrained_sentence,
        dataset=dataset,
        all_videos=all_videos,
        space=space,
        model=model,
        splits=splits,
        split=split,
        out=out,
        preset=preset,
        epochs=epochs,
        batch_size=batch_size,
        seed=seed,
        visp={name: value for name, value in visp.items() if value is not None},
    )


@app.command()
def evaluate(
    dataset: Annotated[str, typer.Argument(help="Dataset id in the library.")],
    checkpoint: Annotated[str, typer.Option(help="Checkpoint folder or id; with --split all, with {split} in it.")],
    splits: Annotated[Path | None, typer.Option(help="Split file; its test entries are evaluated.")] = None,
    split: SplitNumber = "0",
    samples: Annotated[int, typer.Option("--samples", help="Samples per entry.")] = 8,
    seed: Seed = 0,
    steps: Annotated[int, typer.Option(help="DDIM steps.")] = 10,
    protocol: Annotated[
        str | None, typer.Option(help="tvsum, summe or mrhisum (default: what the labels allow).")
    ] = None,
    data_dir: DataDir = DEFAULT_DATA,
    json_: Json = False,
) -> None:
    """Compare a checkpoint with the people of a dataset, beside what people reach among themselves."""
    from cli.tables import evaluation_table

    _run(
        data_dir,
        json_,
        "evaluate",
        evaluation_table,
        dataset=dataset,
        checkpoint=checkpoint,
        splits=splits,
        split=_number_or_all(split),
        samples=samples,
        seed=seed,
        steps=steps,
        protocol=protocol,
    )


@app.command()
def agreement(
    dataset: Annotated[str, typer.Argument(help="Dataset id in the library.")],
    data_dir: DataDir = DEFAULT_DATA,
    json_: Json = False,
) -> None:
    """How much the people of a dataset agree: pairwise, leave-one-out, oracle, alpha."""
    _run(data_dir, json_, "agreement", _agreement_sentence, dataset=dataset)


@app.command()
def export(
    out: Annotated[Path, typer.Option(help="File to write.")],
    format_: Annotated[
        str,
        typer.Option("--format", help="eccv16 (HDF5), tvsum (TSV), summe (folder or .zip of .mat), csv or events."),
    ] = "eccv16",
    dataset: Annotated[str | None, typer.Option(help="Only this dataset.")] = None,
    entry: Annotated[str | None, typer.Option(help="Only this entry.")] = None,
    people: Annotated[str, typer.Option(help="own (labels collected here), dataset, or all.")] = "all",
    lag: Annotated[float, typer.Option(help="Seconds by which continuous ratings come late, 0 to 10.")] = 0.0,
    include_open: Annotated[
        bool, typer.Option("--include-open/--submitted-only", help="Labels of tasks that are not submitted, too.")
    ] = True,
    data_dir: DataDir = DEFAULT_DATA,
    json_: Json = False,
) -> None:
    """Write people's labels: as a dataset that the official loaders read unchanged, a table, or the raw events."""
    _run(
        data_dir,
        json_,
        "export",
        lambda r: f"{r['file']}: {r['entries']} entries, {r['annotators']} people, {r['labels']} labels.",
        out=out,
        format=format_,
        dataset=dataset,
        entry=entry,
        people=people,
        lag=lag,
        include_open=include_open,
    )


@app.command()
def backup(
    out: Annotated[Path, typer.Option(help="File to write, such as manycut.tar.gz.")],
    data_dir: DataDir = DEFAULT_DATA,
    json_: Json = False,
) -> None:
    """Write the whole data directory as one file, while people go on working."""
    from storage.backup import back_up

    with progress_bar() as progress:
        files = back_up(data_dir, out, progress)
    print(json.dumps({"file": str(out), "files": files}) if json_ else f"{out}: {files} files.")


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="Made by backup.")],
    data_dir: DataDir = DEFAULT_DATA,
    json_: Json = False,
) -> None:
    """Unpack a backup into an empty data directory."""
    from storage.backup import restore as unpack

    unpack(file, data_dir)
    print(json.dumps({"data_dir": str(data_dir)}) if json_ else f"{data_dir} holds the library of {file.name}.")


def _imported_sentence(result: dict[str, Any]) -> str:
    if "entries" in result:
        return f"{len(result['entries'])} entries in dataset '{result['dataset']}'."
    sentences = [f"{result['new_events']} new events of {result['events']}, in {result['tasks']} tasks."]
    if skipped := result["skipped"]:
        sentences.append(f"Left out, because this library does not have them: {', '.join(skipped)}.")
    if result["parted"]:
        sentences.append(f"{result['parted']} tasks had gone on in both places: look at them on the Review page.")
    return " ".join(sentences)


def _agreement_sentence(result: dict[str, Any]) -> str:
    pair, loo = result["pairwise"], result["leave_one_out"]
    return (
        f"{result['entries']} entries, {result['annotations']} annotations. "
        f"Pairwise tau {pair['kendall']:.3f}, rho {pair['spearman']:.3f}; "
        f"leave-one-out tau {loo['kendall']:.3f}, rho {loo['spearman']:.3f}; "
        f"Cronbach's alpha {result['cronbach_alpha']:.2f}, pairwise F1 {result['pairwise_f1']:.3f}."
    )


def _trained_sentence(result: dict[str, Any]) -> str:
    told = f"{result['checkpoint']}: {result['epochs']} epochs in {result['seconds']:.0f} s, loss {result['loss']:.4f}."
    lacking = result.get("lacking")
    if not lacking:
        return told
    space, count = result["feature_space"], len(lacking)
    some = ", ".join(lacking[:5]) + (" ..." if count > 5 else "")
    return f"{told}\n{count} left out for want of {space} features: {some}. `features --space {space} --all` adds them."
