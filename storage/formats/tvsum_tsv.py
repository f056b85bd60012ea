"""Writing people's labels as TVSum's `ydata-tvsum50-anno.tsv`, only where its official readers get them right.

The loaders of SummDiff, LLMVS and CSTA take the rows of the i-th video from `(i - 1) * U` to `i * U`, U being how many
rows that very video has, and divide each row by its own highest rating. So a file can be well formed and still give
every later video the labels of another one, without any error. Such files are not written. What the loaders would
stop at with an error of their own, such as picks that are not every 15th frame, is not looked at here.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from core.data import AnnotationSet, Entry
from core.errors import ConflictError, InputError
from storage.files import whole_file
from storage.formats.eccv16 import video_keys
from storage.formats.tvsum import HIGHEST

# Python's csv module, which the loaders read with, stops at a cell of more than 131072 characters: two per frame.
MOST_FRAMES = 65536
ELSEWHERE = "export eccv16 or CSV, which hold everything"


def write_tvsum_tsv(entries: Sequence[Entry], path: Path) -> Path:
    """Writes one row per video and person: id, category, ratings of 1 to 5 of all frames; complete or not at all.

    Labels per frame are written as they are. Scores at the picks become the nearest rating (5 * score, at least 1; so
    0 becomes 1, and a scale of other than five steps gets coarser) of each frame until the next pick; frames before
    the first pick are rated as that. The id is that of YouTube where `meta["video_name"]` has it, else the key.

    The videos come in the order of the numbers that `write_eccv16` gives them, by which the loaders look for them.

    A person whose highest rating is below 5 is written: the loaders stretch it to 1.0, which keeps the order of their
    ratings and so every rank correlation, but not how high they are. (In TVSum everybody gave a 5 in every video.)

    Args:
        entries: the same as in the eccv16 file beside it; ids must differ.
        path: where to; an existing file is replaced.

    Raises:
        ConflictError: the loaders would get something wrong. Names the video and why: another number of people than
            in the others, somebody left picks unjudged or gave the same rating everywhere, the videos are not
            video_1 to video_N, two have the same id, or a label, a name or the length does not fit the format.
        InputError: no entries, two with the same id, nobody judged one, an array is not as `core.data` says, or the
            file cannot be written.
    """
    if not entries or len({entry.id for entry in entries}) != len(entries):
        raise InputError("An export needs at least one entry, each only once.")
    ordered = _in_loader_order(entries)
    people_of_first = 0
    named: dict[str, str] = {}
    with whole_file(path) as partial, partial.open("wb") as file:
        for entry in ordered:
            people = entry.people
            people_of_first = people_of_first or len(people)
            if len(people) != people_of_first:
                raise _refusal(
                    entry,
                    f"it has {len(people)} people and '{ordered[0].id}' {people_of_first}, which would give this and"
                    " later videos the rows of others",
                    f"Choose people who judged every video, or {ELSEWHERE}.",
                )
            name, category = _name(entry), _cell(entry, "category", entry.meta.get("category", ""))
            if name in named:
                raise _refusal(
                    entry, f"its id '{name}' is also that of '{named[name]}'", f"Leave one out, or {ELSEWHERE}."
                )
            named[name] = entry.id
            for row in _ratings(entry, people):
                file.write(f"{name}\t{category}\t".encode() + _digits(row) + b"\n")
    return path


def _in_loader_order(entries: Sequence[Entry]) -> list[Entry]:
    numbered = [(int(key.partition("_")[2]), entry) for key, entry in zip(video_keys(entries), entries, strict=True)]
    numbered.sort(key=lambda pair: pair[0])
    for place, (number, entry) in enumerate(numbered, start=1):
        if number != place:
            raise _refusal(
                entry,
                f"its rows would be looked for at place {number}, but they are at place {place}",
                f"Export all videos from video_1 on together, or {ELSEWHERE}.",
            )
    return [entry for _, entry in numbered]


def _name(entry: Entry) -> str:
    return _cell(entry, "id", entry.meta.get("video_name") or entry.key)


def _cell(entry: Entry, what: str, text: str) -> str:
    """The text, where every reader takes it for one cell; csv takes a quotation mark for more than a character."""
    if "\t" in text or '"' in text or text.splitlines() not in ([], [text]):
        raise _refusal(entry, f"its {what} has a tab, a line break or a quotation mark", f"Change it, or {ELSEWHERE}.")
    return text


def _ratings(entry: Entry, people: AnnotationSet) -> np.ndarray:
    """(U, n_frames) uint8 of 1..5 that the loaders can be given."""
    if entry.n_frames > MOST_FRAMES:
        raise _refusal(
            entry,
            f"it has {entry.n_frames} frames, and the loaders cannot read rows of more than {MOST_FRAMES}",
            f"Leave the video out, or {ELSEWHERE}.",
        )
    ratings = people.frame_labels
    if ratings is None:
        ratings = _spread(entry, people)
    elif np.any((ratings < 1) | (ratings > HIGHEST)):
        raise _refusal(entry, f"its labels per frame are not 1 to {HIGHEST}", f"Leave it out, or {ELSEWHERE}.")
    constant = ratings.min(axis=1) == ratings.max(axis=1)
    if constant.any():
        person = int(np.argmax(constant))
        raise _refusal(
            entry,
            f"{people.annotators[person]} said {ratings[person, 0]} everywhere, which would be read as 1.0 whatever"
            " the rating is",
            f"Exclude that person, or {ELSEWHERE}.",
        )
    return ratings.astype(np.uint8)


def _spread(entry: Entry, people: AnnotationSet) -> np.ndarray:
    unjudged = np.isnan(people.scores).sum(axis=1)
    if unjudged.any():
        person = int(np.argmax(unjudged > 0))
        raise _refusal(
            entry,
            f"{people.annotators[person]} has not judged {unjudged[person]} of its {len(entry.picks)} picks, and the"
            " format has no rating for that",
            f"Have the rest judged, exclude that person, or {ELSEWHERE}.",
        )
    at_picks = np.floor(people.scores.astype(np.float32) * np.float32(HIGHEST) + np.float32(0.5)).clip(1, HIGHEST)
    pick = np.searchsorted(entry.picks, np.arange(entry.n_frames), side="right") - 1
    return at_picks.astype(np.uint8)[:, np.maximum(pick, 0)]


def _digits(ratings: np.ndarray) -> bytes:
    text = np.full(2 * len(ratings) - 1, ord(","), np.uint8)
    text[::2] = ratings + ord("0")
    return text.tobytes()


def _refusal(entry: Entry, why: str, hint: str) -> ConflictError:
    return ConflictError(f"'{entry.id}' cannot be in a TVSum file: {why}.", hint)
