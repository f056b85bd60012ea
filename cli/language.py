"""`app.py caption`, `encode`, `judge` and `servers`: captions, what language models make of them, and who is asked."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.running import DEFAULT_DATA, DataDir, Json, run_action

if TYPE_CHECKING:
    from verbs.servers import Server, Servers

Entry = Annotated[str | None, typer.Argument(help="Entry id, such as demo/harbour-day.")]
Dataset = Annotated[str | None, typer.Option(help="All entries of this dataset, instead of one entry.")]

app = typer.Typer()


@app.command()
def caption(
    captioner: Annotated[
        str,
        typer.Option(
            help="Model by name or folder (llava-hf/llava-1.5-7b-hf), or a server by its name in servers.toml or its"
            " address (http://host:8000/v1)."
        ),
    ],
    entry: Entry = None,
    dataset: Dataset = None,
    model: Annotated[str | None, typer.Option(help="Server: which of its models.")] = None,
    data_dir: DataDir = DEFAULT_DATA,
    json_: Json = False,
) -> None:
    """Describe the picture of every pick in one sentence; goes on where it was interrupted."""
    run_action(data_dir, json_, "caption", captioned, captioner=captioner, model=model, entry=entry, dataset=dataset)


@app.command()
def encode(
    entry: Entry = None,
    dataset: Dataset = None,
    space: Annotated[str, typer.Option(help="hashed-words-v1, or minilm-l6-v2 with its package.")] = "hashed-words-v1",
    data_dir: DataDir = DEFAULT_DATA,
    json_: Json = False,
) -> None:
    """Turn captions into text features, and score them with the heads that were trained on such features."""
    run_action(data_dir, json_, "encode", _encoded, space=space, entry=entry, dataset=dataset)


@app.command()
def judge(
    model: Annotated[
        str,
        typer.Option(
            help="Causal language model by name (meta-llama/Llama-2-13b-chat-hf) or folder, or a server by its name in"
            " servers.toml or its address: it answers numbers alone."
        ),
    ],
    entry: Entry = None,
    dataset: Dataset = None,
    server_model: Annotated[str | None, typer.Option(help="Server: which of its models.")] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder for the states as LLMVS releases them (default: in the data directory).")
    ] = None,
    data_dir: DataDir = DEFAULT_DATA,
    json_: Json = False,
) -> None:
    """Have a language model judge captions: its states as text features, its numbers as a row; goes on where it was."""
    run_action(
        data_dir,
        json_,
        "judge",
        judged,
        model=model,
        server_model=server_model,
        entry=entry,
        dataset=dataset,
        out=out,
    )


@app.command()
def servers(data_dir: DataDir = DEFAULT_DATA, json_: Json = False) -> None:
    """List the servers that have names here (servers.toml in the data directory), and every mistake in that file."""
    from verbs.servers import servers as named

    found = named(data_dir)
    print(found.model_dump_json() if json_ else _servers(found))
    if found.mistakes:
        raise typer.Exit(2)


def captions_sentence(result: dict[str, Any]) -> str:
    """What came of an import of captions."""
    done = result["entries"]
    sentence = f"{sum(one['captions'] for one in done)} captions of {_entries(result)} of '{result['dataset']}'."
    if moved := sum(one["moved"] for one in done):
        sentence += f" {moved} picks got the caption nearest in time, because the file has none of their frame."
    if missing := result["missing"]:
        sentence += f" The file has none of {', '.join(missing)}."
    return sentence + _outdated(result)


def captioned(result: dict[str, Any]) -> str:
    """What came of describing pictures."""
    captions = sum(one["captions"] for one in result["entries"])
    made = sum(one["described"] for one in result["entries"])
    sentence = f"{captions} captions of {_entries(result)} by {result['captioner']}, {made} of them new."
    return sentence + _outdated(result) + _left_out(result)


def _encoded(result: dict[str, Any]) -> str:
    sentence = f"{_entries(result)} encoded as {result['label']}, {_runs(result)}."
    return sentence + _left_out(result)


def judged(result: dict[str, Any]) -> str:
    """What came of judging captions."""
    windows = sum(one["windows"] for one in result["entries"])
    total = sum(one["of"] for one in result["entries"])
    mute = [one["entry"] for one in result["entries"] if one["zero_shot"] is None]
    sentence = f"{windows} of {total} windows judged by {result['judge']}"
    sentence += f", {_runs(result)}; states in {result['folder']}." if result["folder"] else "."
    if mute:
        sentence += f" No answer held a number, so there is no zero-shot row: {', '.join(mute)}."
    return "\n".join([sentence, *result["notes"]]) + _left_out(result)


def _servers(found: Servers) -> str:
    said = [_server(one) for one in found.servers] + list(found.mistakes)
    return "\n".join(said) or f"No server has a name here: {found.file} names none. The README shows how it is written."


def _server(one: Server) -> str:
    key = {"none": "no key", "the file": "key in the file"}.get(one.key, f"key in {one.key}")
    missing = ", which is not set" if one.key_is_missing else ""
    models = [f"captions by {one.caption_model}"] if one.caption_model else []
    models += [f"judged by {one.judge_model}"] if one.judge_model else []
    return "; ".join([f"{one.name}: {one.url}", key + missing, *models])


def _entries(result: dict[str, Any]) -> str:
    return "1 entry" if len(result["entries"]) == 1 else f"{len(result['entries'])} entries"


def _runs(result: dict[str, Any]) -> str:
    runs = sum(len(one["runs"]) for one in result["entries"])
    return f"{runs} new {'row' if runs == 1 else 'rows'} of scores by heads"


def _outdated(result: dict[str, Any]) -> str:
    """Which features are still of the captions before, and why."""
    failed = {one["space"]: one["reason"] for done in result["entries"] for one in done["failed"]}
    return "".join(f"\nNot encoded again as {space}: {reason}" for space, reason in failed.items())


def _left_out(result: dict[str, Any]) -> str:
    return "".join(f"\nLeft out: {one['entry']}, {one['reason']}" for one in result["skipped"])
