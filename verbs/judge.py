"""`judge`: what a language model makes of captions: hidden states as text features, numbers as a row of their own."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from core.progress import Progress, ShouldStop, ending, never, part, silent, time_left
from verbs.contract import LeftOut, Request, Result
from verbs.entries import with_captions
from verbs.scoring import score_with_all
from verbs.servers import open_named, server_called

if TYPE_CHECKING:
    from core.captions.chat_server import ChatServer
    from storage.library import Library

NO_STATES = "A server gives no hidden states: no text features were stored, and heads of such states have no row."


class JudgeRequest(Request):
    """Which language model judges the captions of which videos."""

    verb: Literal["judge"] = "judge"
    entry: str | None = Field(None, description="Entry id, such as demo/harbour-day.")
    dataset: str | None = Field(None, description="All entries of this dataset, instead of one entry.")
    entries: tuple[str, ...] | None = Field(None, description="These entries, instead of one.")
    judge: str = Field(
        description="Causal language model by name (meta-llama/Llama-2-13b-chat-hf) or folder, or a server by its name"
        " in servers.toml or its address: it answers numbers alone."
    )
    server_model: str | None = Field(None, description="Server: which of its models.")
    key_env: str | None = Field(None, description="Server by its address: the environment variable that holds its key.")
    out: Path | None = Field(
        None, description="Folder for the states as LLMVS releases them (default: in the data directory)."
    )

    def language_models(self) -> tuple[str, ...]:
        return (self.judge,)


class JudgedEntry(Result):
    """What came of one entry.

    Attributes:
        entry: id.
        windows: how many were judged now.
        of: how many it has.
        zero_shot: the run of the model's own numbers; None where no answer held one.
        runs: new ones, of heads.
    """

    entry: str
    windows: int
    of: int
    zero_shot: int | None
    runs: list[int]


class JudgeResult(Result):
    """What a language model made of captions.

    Attributes:
        judge: its id.
        space: of its states; None for a server.
        folder: where they lie; None for a server.
        entries: that were judged.
        skipped: that were left out.
        notes: what a person should know.
    """

    judge: str
    space: str | None
    folder: Path | None
    entries: list[JudgedEntry]
    skipped: list[LeftOut]
    notes: list[str]


def judge(
    library: Library, request: JudgeRequest, *, progress: Progress = silent, should_stop: ShouldStop = never
) -> JudgeResult:
    """Has a language model judge captions: its hidden states become text features, its numbers a row of their own.

    What it has judged already is not judged again. Heads of its space score the entries. A server answers numbers
    alone.

    Raises:
        NotFoundError: there is no such entry, dataset, model or server, or there are no captions.
        Cancelled: `should_stop` said so.
    """
    ids, skipped = with_captions(library, request.entry, request.dataset, request.entries)
    progress(0.0, f"Opening {request.judge}")
    if server := server_called(library, request.judge, request.key_env):
        return _by_server(library, server, request.server_model, ids, skipped, progress, should_stop)
    return _by_model(library, request, ids, skipped, progress, should_stop)


def _by_model(
    library: Library,
    request: JudgeRequest,
    ids: Sequence[str],
    skipped: list[LeftOut],
    progress: Progress,
    should_stop: ShouldStop,
) -> JudgeResult:
    from core.captions.local_judge import open_judge
    from storage.encodings import Encoding
    from verbs.judged_states import judge_windows, states_of, take_in

    # Names of folders hold wherever the server is started from; the data directory may move. A link keeps its name,
    # by which the model is known.
    model = os.path.abspath(request.judge) if Path(request.judge).is_dir() else request.judge
    kept = request.out.resolve() if request.out else None
    opened = open_named(library, model, lambda: open_judge(model))
    states = states_of(library, Encoding(opened.space, model=model, folder=kept), ids[0])
    done, start = [], time.monotonic()
    try:
        for index, one in enumerate(ids):
            left = time_left(start, index, len(ids))
            told = part(ending(progress, f" in {one}{left}"), index / len(ids), (index + 1) / len(ids))
            newest = library.captions.newest_edit(one)  # what is corrected from here on is for the next time
            known = library.encodings.of_entry(one).get(opened.space)
            windows = judge_windows(library.entries.get(one), opened, states, told, should_stop)
            changed = bool(windows) or known is None or known.edit != newest
            now = Encoding(opened.space, newest, model, kept)
            judged = take_in(library, one, now, states, main=True, changed=changed)
            runs = judged.runs + score_with_all(library, library.entries.get(one), silent, opened.space)
            done.append(JudgedEntry(entry=one, windows=windows, of=judged.of, zero_shot=judged.zero_shot, runs=runs))
    finally:
        states.join()
    return JudgeResult(
        judge=opened.id, space=opened.space, folder=states.folder, entries=done, skipped=skipped, notes=[]
    )


def _by_server(
    library: Library,
    server: ChatServer,
    model: str | None,
    ids: Sequence[str],
    skipped: list[LeftOut],
    progress: Progress,
    should_stop: ShouldStop,
) -> JudgeResult:
    from core.captions.server_judge import ServerJudge
    from storage.answers import Asked
    from verbs.server_answers import ask_about

    judge = ServerJudge(server, model)
    asked = Asked(server.name or server.url, judge.model)
    done, start = [], time.monotonic()
    notes = [NO_STATES]
    for index, one in enumerate(ids):
        left = time_left(start, index, len(ids))
        told = part(ending(progress, f" in {one}{left}"), index / len(ids), (index + 1) / len(ids))
        said = ask_about(library, judge, asked, one, told, should_stop)
        done.append(JudgedEntry(entry=one, windows=said.windows, of=said.of, zero_shot=said.zero_shot, runs=[]))
        if said.zero_shot is None and said.without:
            notes.append(f"{judge.id} says of {one}, for instance: '{said.without}'.")
    return JudgeResult(judge=judge.id, space=None, folder=None, entries=done, skipped=skipped, notes=notes)
