"""`export_preferences`: what people prefer as a file, vote by vote or as judgements to train on.

votes    JSON Lines, an object for each vote that counts: entry, fps, the two cuts with what made them and their clips
         in frames and seconds, verdict, reasons, who (a pseudonym), when, blind or not, seconds watched.
weights  One JSON object, {"weights": ..., "videos": ...}, in the form of `core.training`. Every cut that somebody
         preferred, or called good, becomes one more person's judgement of its video: a keyshot vector, 1 at the picks
         inside of the cut and 0 outside, in "targets", with that person's name, "PSEUDONYM SOURCE", in "people": the
         fields of `core.training.videos.TrainingVideo`. "weights" says how much each of them counts, for
         `TrainSettings.weights`: the probability with which the source wins against the others by the model of Bradley
         and Terry, fitted to the votes of that one annotator. What lost is left out and not a judgement against it; a
         cut that is in the file says nothing of what else is good in the video.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from pydantic import Field

from core.data.timebase import format_rate
from core.errors import ConflictError
from core.progress import Progress, ShouldStop, never, silent
from core.statistics.preferences import standings
from verbs.contract import Request, Result
from verbs.preference_figures import compared

if TYPE_CHECKING:
    from core.data import Entry
    from storage.library import Library
    from storage.preferences import Side, Vote
    from storage.pseudonyms import Pseudonyms

Format = Literal["votes", "weights"]
ENDINGS: dict[Format, str] = {"votes": "jsonl", "weights": "json"}
NOT_NAMED = "not named"


class ExportPreferencesRequest(Request):
    """Which votes, in which form, and where to."""

    out: Path = Field(description="File to write.")
    format: Format = Field("votes", description="votes (JSON Lines), or weights for training (JSON).")
    study: int | None = Field(None, ge=1, description="Only those of this study.")


class ExportedPreferences(Result):
    """What was written: how many votes, of how many people, and of the format "weights" how many judgements."""

    file: Path
    format: Format
    votes: int
    people: int
    judgements: int


def export_preferences(
    library: Library,
    request: ExportPreferencesRequest,
    *,
    progress: Progress = silent,
    should_stop: ShouldStop = never,
) -> ExportedPreferences:
    """Writes what people prefer; of several votes of one person on one pair the newest. See this module for the forms.

    Raises:
        NotFoundError: there is no such study.
        ConflictError: nobody has voted.
    """
    from storage.files import whole_file

    given = votes_to_export(library, request.study)
    content, judgements = preferences_file(library, given, request.format)
    with whole_file(request.out) as partial:
        partial.write_text(content, "utf-8")
    people = {None if one.author is None else one.author.id for one in given}
    return ExportedPreferences(
        file=request.out, format=request.format, votes=len(given), people=len(people), judgements=judgements
    )


def votes_to_export(library: Library, study: int | None, hidden: Collection[str] = ()) -> list[Vote]:
    """The votes that count, on entries that are here and not `hidden`. Raises NotFoundError, ConflictError."""
    if study is not None:
        library.preferences.study(study)
    here = {one.id for one in library.entries.list()}.difference(hidden)
    given = [one for one in library.preferences.votes(study=study) if one.pair.entry in here]
    if not given:
        raise ConflictError("Nobody has said yet which of two cuts is better.", "Make a preference study on Review.")
    return given


def preferences_file(library: Library, given: Sequence[Vote], format: Format) -> tuple[str, int]:
    """The content of a file, and how many judgements it has for training."""
    from storage.pseudonyms import Pseudonyms

    said = Pseudonyms.of_library(library.engine)
    if format == "votes":
        return "".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in _lines(library, given, said)), 0
    made = _weighed(library, given, said)
    return json.dumps(made, ensure_ascii=False) + "\n", sum(len(one["people"]) for one in made["videos"])


def _lines(library: Library, given: Sequence[Vote], said: Pseudonyms) -> Iterator[dict[str, Any]]:
    entries: dict[str, Entry] = {}
    for vote in given:
        pair = vote.pair
        entry = entries.setdefault(pair.entry, library.entries.get(pair.entry))
        yield {
            "vote": vote.id,
            "pair": pair.id,
            "study": pair.study,
            "entry": pair.entry,
            "fps": format_rate(entry.timebase.rate),
            "rule": pair.rule,
            "shots": pair.shots,
            "budget": pair.budget,
            "a": _side(entry, pair.a, said),
            "b": _side(entry, pair.b, said),
            "verdict": vote.verdict,
            "reasons": list(vote.reasons),
            "who": _who(vote),
            "simulated": vote.author is not None and vote.author.simulated,
            "at": vote.at.isoformat(),
            "blind": pair.blind,
            "first_seen": "b" if vote.swapped else "a",
            "watched_s": {"a": vote.watched[0], "b": vote.watched[1]},
        }


def _side(entry: Entry, side: Side, said: Pseudonyms) -> dict[str, Any]:
    seconds = np.asarray(entry.timebase.seconds(np.array(side.segments, np.int64)), np.float64).reshape(-1, 2)
    return {
        "source": said.text(side.source),
        "made_by": said.text(side.maker),
        "label": said.text(side.label),
        "frames": [list(one) for one in side.segments],
        "seconds": np.round(seconds, 6).tolist(),
    }


def _weighed(library: Library, given: Sequence[Vote], said: Pseudonyms) -> dict[str, Any]:
    """Judgements by video, and how much each of the people counts in whose name they are."""
    weights: dict[str, float] = {}
    videos: dict[str, dict[str, list[int]]] = {}
    by_person: dict[str, list[Vote]] = {}
    for vote in given:
        by_person.setdefault(_who(vote), []).append(vote)
    for who, votes in by_person.items():
        between = [compared(one) for one in votes if one.pair.a.maker != one.pair.b.maker]
        probability = {one.source: one.probability.value for one in standings(between)}
        for vote in votes:
            for side in _good(vote):
                if side.maker not in probability:  # only two of its cuts were compared: nothing is known of sources
                    continue
                name = f"{who} {said.text(side.maker)}"
                weights[name] = round(probability[side.maker], 6)
                entry = library.entries.get(vote.pair.entry)
                videos.setdefault(entry.id, {})[name] = _vector(entry, side)
    return {
        "weights": weights,
        "videos": [
            {"id": entry, "people": list(rows), "sources": ["own"] * len(rows), "targets": list(rows.values())}
            for entry, rows in videos.items()
        ],
    }


def _good(vote: Vote) -> list[Side]:
    pair = vote.pair
    return {"a": [pair.a], "b": [pair.b], "both": [pair.a, pair.b], "neither": []}[vote.verdict]


def _vector(entry: Entry, side: Side) -> list[int]:
    inside = np.zeros(entry.n_frames, np.int64)
    for start, end in side.segments:
        inside[start:end] = 1
    vector: list[int] = inside[entry.picks].tolist()
    return vector


def _who(vote: Vote) -> str:
    return NOT_NAMED if vote.author is None else vote.author.pseudonym
