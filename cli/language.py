"""`app.py caption`, `encode`, `judge` and `servers`: captions, what language models make of them, and who is asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

from cli.commands import add_many, add_verb
from cli.options import DEFAULT_DATA, DataDir, Json
from verbs.caption import CaptionedEntry, CaptionRequest, CaptionResult, caption
from verbs.contract import LeftOut
from verbs.correct import CorrectRequest, CorrectResult, correct
from verbs.encode import EncodedEntry, EncodeRequest, EncodeResult, encode
from verbs.import_captions import CaptionsOfEntry, ImportCaptionsResult
from verbs.judge import JudgedEntry, JudgeRequest, JudgeResult, judge
from verbs.transcribe import TranscribeRequest, transcribe
from verbs.transcript import TranscriptRequest, TranscriptResult, transcript

if TYPE_CHECKING:
    from verbs.servers import Server, Servers

app = typer.Typer()


@app.command()
def servers(data_dir: DataDir = DEFAULT_DATA, json_: Json = False) -> None:
    """List the servers that have names here (servers.toml in the data directory), and every mistake in that file."""
    from verbs.servers import servers as named

    found = named(data_dir)
    print(found.model_dump_json() if json_ else _servers(found))
    if found.mistakes:
        raise typer.Exit(2)


def captions_sentence(result: ImportCaptionsResult) -> str:
    """What came of an import of captions."""
    done = result.entries
    sentence = f"{sum(one.captions for one in done)} captions of {_entries(done)} of '{result.dataset}'."
    if moved := sum(one.moved for one in done):
        sentence += f" {moved} picks got the caption nearest in time, because the file has none of their frame."
    if missing := result.missing:
        sentence += f" The file has none of {', '.join(missing)}."
    return sentence + _outdated(done)


def captioned(result: CaptionResult) -> str:
    """What came of describing pictures."""
    captions = sum(one.captions for one in result.entries)
    made = sum(one.described for one in result.entries)
    sentence = f"{captions} captions of {_entries(result.entries)} by {result.captioner}, {made} of them new."
    return sentence + _outdated(result.entries) + _left_out(result.skipped)


def _corrected(result: CorrectResult) -> str:
    said = "says" if result.changed else "said already"
    return f"Pick {result.pick} of {result.entry} {said}: {result.text}"


def _transcribed(result: TranscriptResult) -> str:
    if not result.cues:
        return f"{result.entry} has no transcript any more."
    timed = f", {result.words} words with times" if result.words else ""
    return f"{result.entry}: {result.cues} cues{timed}, from {result.source}."


def judged(result: JudgeResult) -> str:
    """What came of judging captions."""
    windows = sum(one.windows for one in result.entries)
    total = sum(one.of for one in result.entries)
    mute = [one.entry for one in result.entries if one.zero_shot is None]
    sentence = f"{windows} of {total} windows judged by {result.judge}"
    sentence += f", {_runs(result.entries)}; states in {result.folder}." if result.folder else "."
    if mute:
        sentence += f" No answer held a number, so there is no zero-shot row: {', '.join(mute)}."
    return "\n".join([sentence, *result.notes]) + _left_out(result.skipped)


def _encoded(result: EncodeResult) -> str:
    sentence = f"{_entries(result.entries)} encoded as {result.label}, {_runs(result.entries)}."
    return sentence + _left_out(result.skipped)


def _servers(found: Servers) -> str:
    said = [_server(one) for one in found.servers] + list(found.mistakes)
    return "\n".join(said) or f"No server has a name here: {found.file} names none. The README shows how it is written."


def _server(one: Server) -> str:
    key = {"none": "no key", "the file": "key in the file"}.get(one.key, f"key in {one.key}")
    missing = ", which is not set" if one.key_is_missing else ""
    models = [f"captions by {one.caption_model}"] if one.caption_model else []
    models += [f"judged by {one.judge_model}"] if one.judge_model else []
    return "; ".join([f"{one.name}: {one.url}", key + missing, *models])


def _entries(done: Sequence[object]) -> str:
    return "1 entry" if len(done) == 1 else f"{len(done)} entries"


def _runs(done: Sequence[EncodedEntry] | Sequence[JudgedEntry]) -> str:
    runs = sum(len(one.runs) for one in done)
    return f"{runs} new {'row' if runs == 1 else 'rows'} of scores by heads"


def _outdated(done: Sequence[CaptionedEntry] | Sequence[CaptionsOfEntry]) -> str:
    """Which features are still of the captions before, and why."""
    failed = {wrong.space: wrong.reason for one in done for wrong in one.failed}
    return "".join(f"\nNot encoded again as {space}: {reason}" for space, reason in failed.items())


def _left_out(skipped: Sequence[LeftOut]) -> str:
    return "".join(f"\nLeft out: {one.entry}, {one.reason}" for one in skipped)


add_many(
    app,
    caption,
    CaptionRequest,
    captioned,
    "Describe the picture of every pick in one sentence; goes on where it was interrupted.",
    arguments=["entry"],
    spelled={"server_model": ("--server-model", "--model")},
    without=["entries"],
)
add_verb(
    app,
    encode,
    EncodeRequest,
    _encoded,
    "Turn captions into text features, and score them with the heads that were trained on such features.",
    arguments=["entry"],
)
add_verb(
    app,
    judge,
    JudgeRequest,
    judged,
    "Have a language model judge captions: its states as text features, its numbers as a row; goes on where it was.",
    arguments=["entry"],
    spelled={"judge": ("--judge", "--model")},
    without=["entries"],
)
add_verb(
    app,
    correct,
    CorrectRequest,
    _corrected,
    "Put the caption of a pick right; what depends on it is scored again.",
    arguments=["entry", "pick", "text"],
)
add_verb(
    app,
    transcript,
    TranscriptRequest,
    _transcribed,
    "Give an entry what is said in it: a SubRip or WebVTT file, or what a faster-whisper model hears.",
    arguments=["entry"],
)
add_verb(
    app,
    transcribe,
    TranscribeRequest,
    _transcribed,
    "Write down what is said in an entry, by a faster-whisper model in the data directory's folder speech.",
    arguments=["entry"],
)
