"""Rows of the numbers that language models answer, and having servers answer them."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from core.captions.prompt import read_score
from core.captions.zero_shot import NO_SPACE, zero_shot_label, zero_shot_track
from core.errors import Cancelled, ManycutError, NotFoundError
from core.progress import Progress, ShouldStop, part
from storage.answers import Answers, Asked, asked_about
from verbs.common import ending, time_left
from verbs.named_servers import server_called

if TYPE_CHECKING:
    from core.captions.chat_server import ChatServer
    from core.captions.server_judge import ServerJudge
    from storage.library import Library

NO_STATES = "A server gives no hidden states: no text features were stored, and heads of such states have no row."


def judge_by_server(
    library: Library,
    server: ChatServer,
    model: str | None,
    ids: Sequence[str],
    progress: Progress,
    should_stop: ShouldStop,
) -> dict[str, Any]:
    """Has a model of a server judge the captions of entries; what it has answered already is not asked again.

    Args:
        server: that is asked.
        model: which of its models; None for that of the configuration, or the only one.
        ids: entries with captions.
    """
    from core.captions.server_judge import ServerJudge

    judge = ServerJudge(server, model)
    asked = Asked(server.name or server.url, judge.model)
    done, start = [], time.monotonic()
    notes = [NO_STATES]
    for index, one in enumerate(ids):
        left = time_left(start, index, len(ids)) if index else ""
        told = part(ending(progress, f" in {one}{left}"), index / len(ids), (index + 1) / len(ids))
        row, without = _judge(library, judge, asked, one, told, should_stop)
        done.append(row)
        if row["zero_shot"] is None and without:
            notes.append(f"{judge.id} says of {one}, for instance: '{without}'.")
    return {"judge": judge.id, "space": None, "folder": None, "entries": done, "notes": notes}


def judge_again(
    library: Library, entry_id: str, progress: Progress, should_stop: ShouldStop
) -> tuple[list[dict[str, Any]], list[dict[str, str]]]:
    """The windows of an entry that servers judged before, as far as their captions changed.

    Returns:
        How many windows of how many were asked about, by model; and those that could not be asked, with the reason.
    """
    from core.captions.server_judge import ServerJudge

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
            row, _ = _judge(library, judge, asked, entry_id, told, should_stop)
            done.append({"space": judge.id, "windows": row["windows"], "of": row["of"], "runs": row["runs"]})
        except Cancelled:
            raise
        except ManycutError as error:
            failed.append({"space": f"{asked.server}: {asked.model}", "reason": str(error)})
    return done, failed


def keep_zero_shot(library: Library, entry_id: str, judge: str, space: str, numbers: np.ndarray) -> int | None:
    """The run of a language model's own numbers: the one that is there where it says the same, else a new one.

    Args:
        entry_id: that was judged.
        judge: id of the language model.
        space: see `zero_shot_track`.
        numbers: (T,) float32 in [0, 1], NaN where an answer held none.

    Returns:
        Its id; None where no answer held a number.
    """
    track = zero_shot_track(judge, space, numbers)
    if track is None:
        return None
    same = [run for run in library.runs.of_entry(entry_id) if run.track.checkpoint == track.checkpoint]
    if same and np.array_equal(same[-1].track.scores, track.scores):
        return same[-1].id
    return library.runs.add(entry_id, track, zero_shot_label(track)).id


def _judge(
    library: Library, judge: ServerJudge, asked: Asked, entry_id: str, progress: Progress, should_stop: ShouldStop
) -> tuple[dict[str, Any], str]:
    """What came of one entry, and an answer without a number if there is one."""
    from core.captions.server_judge import numbers  # which imports httpx

    captions = library.entries.get(entry_id).captions
    answers = Answers(library.data_dir, asked, entry_id)
    windows = judge.judge(captions, answers.read(), answers.keep, progress, should_stop)
    said = answers.read()
    scores = numbers(captions, said)
    run = keep_zero_shot(library, entry_id, judge.id, NO_SPACE, scores)
    without = next((one.text for one in said.values() if np.isnan(read_score(one.text, one.is_cut))), "")
    return {"entry": entry_id, "windows": windows, "of": len(captions), "zero_shot": run, "runs": []}, without[:80]
