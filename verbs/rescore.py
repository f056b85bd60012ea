"""`rescore`: after captions were corrected, what was made of them is made again."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from core.errors import Cancelled, ManycutError, NotFoundError
from core.progress import Progress, ShouldStop, never, part, silent
from verbs.contract import Request, Result
from verbs.encode import EncodedSpace, NotRenewed, renew_text
from verbs.servers import server_called

if TYPE_CHECKING:
    from storage.encodings import Encoding
    from storage.library import Library


class RescoreRequest(Request):
    """Of which entry."""

    verb: Literal["rescore"] = "rescore"
    entry: str = Field(description="Entry id, such as demo/harbour-day.")


class RescoreResult(Result):
    """How many windows of how many were made again, by space; all new runs; and what could not be made again."""

    entry: str
    spaces: list[EncodedSpace]
    runs: list[int]
    failed: list[NotRenewed]


def rescore(
    library: Library, request: RescoreRequest, *, progress: Progress = silent, should_stop: ShouldStop = never
) -> RescoreResult:
    """Encodes and judges again the windows that hold corrected captions, and runs the heads again.

    Only spaces that the entry has features of, and only heads that have a run on it. An encoder or a language model
    that cannot be opened now is named in the result, and its windows wait for the next time.

    Raises:
        NotFoundError: there is no such entry.
        Cancelled: `should_stop` said so.
    """
    entry = request.entry
    progress(0.0, "Looking for changed captions")
    renewed = renew_text(library, entry)
    spaces, failed = list(renewed.encoded), list(renewed.failed)
    for encoding in library.encodings.of_entry(entry).values():
        if encoding.model is None:
            continue
        try:
            spaces.append(_by_model(library, entry, encoding, part(progress, 0.1, 0.5), should_stop))
        except Cancelled:
            raise
        except ManycutError as error:
            failed.append(NotRenewed(space=encoding.space, reason=str(error)))
    asked, unasked = _by_servers(library, entry, part(progress, 0.5, 1.0), should_stop)
    spaces, failed = spaces + asked, failed + unasked
    runs = [run for one in spaces for run in one.runs]
    return RescoreResult(entry=entry, spaces=spaces, runs=runs, failed=failed)


def _by_model(
    library: Library, entry_id: str, encoding: Encoding, progress: Progress, should_stop: ShouldStop
) -> EncodedSpace:
    """The windows of an entry that a language model judged before, as far as their captions changed."""
    from core.captions.local_judge import open_judge
    from verbs.judged_states import judge_windows, states_of, take_in, windows_to_judge

    newest = library.captions.newest_edit(entry_id)  # what is corrected from here on is for the next time
    states, entry = states_of(library, encoding, entry_id), library.entries.get(entry_id)
    windows, of = 0, len(entry.captions or ())
    if windows_to_judge(states, entry):  # large models take minutes to open
        progress(0.0, f"Opening {encoding.model}")
        opened = open_judge(encoding.language_model)
        windows = judge_windows(entry, opened, states, part(progress, 0.3, 0.9), should_stop)
        states.join()
    elif encoding.edit == newest:
        return EncodedSpace(space=encoding.space, windows=0, of=of, runs=[])
    now = dataclasses.replace(encoding, edit=newest)
    runs = take_in(library, entry_id, now, states, main=False, changed=True).runs
    return EncodedSpace(space=encoding.space, windows=windows, of=of, runs=runs)


def _by_servers(
    library: Library, entry_id: str, progress: Progress, should_stop: ShouldStop
) -> tuple[list[EncodedSpace], list[NotRenewed]]:
    """The windows of an entry that servers judged before, as far as their captions changed."""
    from core.captions.server_judge import ServerJudge
    from storage.answers import asked_about
    from verbs.server_answers import ask_about

    done, failed = [], []
    everybody = asked_about(library.data_dir, entry_id)
    for index, asked in enumerate(everybody):
        told = part(progress, index / len(everybody), (index + 1) / len(everybody))
        try:
            server = server_called(library, asked.server)
            if server is None:
                raise NotFoundError(
                    f"There is no server '{asked.server}' any more.", "`python app.py servers` lists them."
                )
            judge = ServerJudge(server, asked.model)
            said = ask_about(library, judge, asked, entry_id, told, should_stop)
            done.append(EncodedSpace(space=judge.id, windows=said.windows, of=said.of, runs=[]))
        except Cancelled:
            raise
        except ManycutError as error:
            failed.append(NotRenewed(space=f"{asked.server}: {asked.model}", reason=str(error)))
    return done, failed
