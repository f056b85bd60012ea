"""An entry as the player needs it: facts as JSON, arrays as safetensors."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import numpy as np
from safetensors.numpy import save

from core.data import Entry
from core.data.categories import spelt_out
from core.data.sounds import SoundKind
from core.data.timebase import VaryingTimebase
from core.select.footage import Footage, all_footage, empty_spans, milliseconds, smallest_budget_of, speech_spans
from core.signals import ordered
from storage.library import Library
from webapp.views.answer import Answer
from webapp.views.kinds import KindFacts, kind_facts
from webapp.views.media import ShotRow, Shown, shot_rows, shown
from webapp.views.once import Once
from webapp.views.rows import (
    CheckpointFacts,
    Row,
    checkpoint_facts,
    missing_rows,
    offer_rows,
    people_row,
    run_row,
    signal_row,
)

SHOT_LABELS = {
    "transitions": "Shots between transitions",
    "kts": "KTS shots",
    "kts-frames": "KTS shots of every frame",
    "uniform": "Uniform",
    "dataset": "The dataset's shots",
}


class ShotsFacts(Answer):
    """A segmentation.

    Attributes:
        name: of it.
        label: for people.
        bounds: its shots.
        pieces: of each shot under the viewing rule, edges [frame, ms, level]; see `core.select.footage.Footage`.
    """

    name: str
    label: str
    bounds: list[ShotRow]
    pieces: list[list[tuple[int, int, int]]]


class EntryFacts(Shown):
    """Everything about an entry but its arrays.

    Attributes:
        id, title, dataset, category, meta, notes: see `core.data.Entry`.
        duration: seconds.
        assumed_rate: why frame rate and times are only assumed, "" where they are known.
        n_frames: frames of the video.
        picks: how many frames have scores.
        simulated: how many of its people a program made up.
        feature_space: of its features, None where it has none.
        duration_ms: whole milliseconds.
        empty: [from frame, to frame, from ms, to ms] of pictures that show nothing.
        smallest_budget: share of it that a cut is at least.
        speech: [from frame, to frame, from ms, to ms] of words that are said, those that overlap as one.
        sounds: [from ms, to ms, kind] of what is heard; None where nobody listened.
        cues: [from ms, to ms, text] of what is said; None where nobody wrote it down.
        shots: its segmentations.
        captions: one for each pick, None where nobody described the pictures.
        captioner: who did, "" where that is not known.
        corrected: who corrected the caption of a pick last, by the pick.
        rows: of the timelines, from above.
        checkpoints: all that are here.
        kinds: of models that are named here, by name.
        pseudonyms: what exports say instead of names in the rows, by name; none where the rows have no name.
    """

    id: str
    title: str
    dataset: str
    category: str
    meta: dict[str, str]
    notes: list[str]
    duration: float
    assumed_rate: str
    n_frames: int
    picks: int
    simulated: int
    feature_space: str | None
    duration_ms: int
    empty: list[tuple[int, int, int, int]]
    smallest_budget: float
    speech: list[tuple[int, int, int, int]]
    cues: list[tuple[int, int, str]] | None
    sounds: list[tuple[int, int, SoundKind]] | None
    shots: list[ShotsFacts]
    captions: tuple[str, ...] | None
    captioner: str
    corrected: dict[int, str]
    rows: list[Row]
    checkpoints: list[CheckpointFacts]
    kinds: dict[str, KindFacts]
    pseudonyms: dict[str, str]


class News(Answer):
    """What an open page asks now and then: has anything come since it was drawn?"""

    runs: list[str]
    people: int


KEPT = 64  # entries of which it is kept where a cut may begin and end
_footage = Once[Mapping[str, Footage]](KEPT)


def describe(library: Library, entry_id: str) -> EntryFacts:
    """Everything about an entry but its arrays; see `series` for those."""
    version = library.entries.version(entry_id)  # before the entry: what a newer one gives is not found again
    entry = library.entries.get(entry_id)
    footage = _footage.of((library.data_dir, version), lambda: all_footage(entry))
    people = library.people.of_entry(entry_id, entry=entry)
    runs = library.runs.of_entry(entry_id)
    found = {checkpoint.id: checkpoint for checkpoint in library.checkpoints.list()}
    checkpoints = [checkpoint_facts(checkpoint, entry) for checkpoint in found.values()]
    rows: list[Row] = [
        people_row(people, entry),
        *map(signal_row, ordered(entry.signals)),
        *(run_row(run, found.get(run.track.checkpoint)) for run in runs),
        *offer_rows(runs, checkpoints),
        *missing_rows(runs, checkpoints),
    ]
    duration_ms = int(milliseconds(entry.timebase, np.array([entry.n_frames]))[0])
    said, heard = entry.transcript, entry.sounds
    return EntryFacts(
        **vars(shown(entry)),
        id=entry.id,
        title=entry.title,
        dataset=entry.dataset,
        category=spelt_out(entry.meta.get("category", "")),
        meta=dict(entry.meta),
        notes=entry.notes,
        duration=entry.timebase.duration,
        assumed_rate=entry.assumed_rate,
        n_frames=entry.n_frames,
        picks=len(entry.picks),
        simulated=sum(people.simulated) if people else 0,
        feature_space=entry.feature_space,
        duration_ms=duration_ms,
        empty=empty_spans(entry).tolist(),
        smallest_budget=smallest_budget_of(duration_ms),
        speech=speech_spans(entry).tolist(),
        cues=None if said is None else [(cue.start_ms, cue.end_ms, cue.text) for cue in said.cues],
        sounds=None if heard is None else [(one.start_ms, one.end_ms, one.kind) for one in heard],
        shots=[_shots(name, film, entry) for name, film in footage.items()],
        captions=entry.captions or None,
        captioner=entry.meta.get("captioner", "") if entry.captions else "",
        corrected=_corrected(library, entry),
        rows=rows,
        checkpoints=checkpoints,
        kinds=kind_facts([*(run.track.kind for run in runs), *(one.kind for one in checkpoints)]),
        pseudonyms=_pseudonyms(library, rows),
    )


def series(library: Library, entry_id: str) -> bytes:
    """The arrays of an entry as a safetensors file.

    They are picks and times (T,), people (U, T), signal:<name> (T,), and run:<id> (N, T) for each run; where the frame
    rate varies, also frames (n_frames,), the seconds at which each is shown.
    """
    entry = library.entries.get(entry_id)
    people = library.people.of_entry(entry_id, entry=entry)
    arrays: dict[str, np.ndarray] = {
        "picks": entry.picks.astype(np.int32),
        "times": np.asarray(entry.timebase.seconds(entry.picks), np.float64),
    }
    if isinstance(entry.timebase, VaryingTimebase):
        arrays["frames"] = entry.timebase.seconds(np.arange(entry.n_frames))
    if people:
        arrays["people"] = people.scores.astype(np.float32)
    for name in ordered(entry.signals):
        arrays[f"signal:{name}"] = entry.signals[name].astype(np.float32)
    for run in library.runs.of_entry(entry_id):
        arrays[f"run:{run.id}"] = run.track.scores.astype(np.float32)
    # They are written as they lie in memory.
    return save({name: np.ascontiguousarray(array) for name, array in arrays.items()})


def news(library: Library, entry_id: str) -> News:
    """Which runs an entry has now, and how many people."""
    return News(
        runs=[f"run:{run}" for run in library.runs.ids(entry_id)], people=library.entries.summary(entry_id).annotators
    )


def shots_label(name: str) -> str:
    """What people read for the name of a segmentation: "KTS shots, penalty 2", "Uniform 2 s"."""
    kind, _, settings = name.partition(" ")
    if kind not in SHOT_LABELS:
        return name
    comma = "," if settings.startswith("penalty") else ""
    return f"{SHOT_LABELS[kind]}{comma} {settings}".strip()


def _shots(name: str, film: Footage, entry: Entry) -> ShotsFacts:
    return ShotsFacts(
        name=name,
        label=shots_label(name),
        bounds=shot_rows(entry.shots[name], entry),
        pieces=[edges.tolist() for edges in film.pieces],
    )


def _pseudonyms(library: Library, rows: Sequence[Row]) -> dict[str, str]:
    """Of the people whose names stand anywhere in the rows: those who labelled, and whom a model draws as."""
    texts = "\n".join(row.model_dump_json() for row in rows)
    return {
        name: said
        for name, said in library.people.pseudonyms().items()
        if json.dumps(name, ensure_ascii=False)[1:-1] in texts
    }


def _corrected(library: Library, entry: Entry) -> dict[int, str]:
    if not entry.captions:
        return {}
    by = {edit.frame: edit.who for edit in library.captions.edits(entry.id)}
    return {pick: by[frame] for pick, frame in enumerate(entry.picks.tolist()) if frame in by}
