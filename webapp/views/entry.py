"""An entry as the player needs it: facts as JSON, arrays as a pack of series."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np

from core.data import AnnotationSet, Entry, Shots
from core.data.timebase import format_rate
from core.models.checkpoints import Checkpoint
from core.models.provenance import Told, learned_from, told_of_run
from core.select.footage import Footage, all_footage, empty_spans, milliseconds
from core.signals import DEFAULT_SIGNAL, listed, ordered
from core.statistics.camps import camps, moment_word
from core.training.scoring import can_score
from core.video.thumbnails import read_sprite
from storage.library import Library
from storage.runs import Run
from webapp.views.kinds import kind_facts
from webapp.views.series import pack

SHOT_LABELS = {
    "transitions": "Shots between transitions",
    "kts": "KTS shots",
    "kts-frames": "KTS shots of every frame",
    "uniform": "Uniform",
    "dataset": "The dataset's shots",
}
MODEL_NAMES = {"summdiff": "SummDiff", "llmvs": "LLMVS head"}


def describe(library: Library, entry_id: str) -> dict[str, Any]:
    """Everything about an entry but its arrays; see `series` for those."""
    entry = library.entries.get(entry_id)
    people = library.people.of_entry(entry_id, entry=entry)
    runs = library.runs.of_entry(entry_id)
    found = {checkpoint.id: checkpoint for checkpoint in library.checkpoints.list()}
    checkpoints = [_checkpoint(checkpoint, entry) for checkpoint in found.values()]
    return {
        "id": entry.id,
        "title": entry.title,
        "dataset": entry.dataset,
        "category": entry.meta.get("category", ""),
        "meta": dict(entry.meta),
        "duration": entry.timebase.duration,
        "n_frames": entry.n_frames,
        "picks": len(entry.picks),
        "simulated": bool(people and people.simulated),
        "feature_space": entry.feature_space,
        **describe_media(entry),
        "duration_ms": int(milliseconds(entry.timebase, np.array([entry.n_frames]))[0]),
        "empty": empty_spans(entry).tolist(),
        "shots": [_shots(name, film, entry) for name, film in all_footage(entry).items()],
        **_captions(library, entry),
        "rows": [
            _people_row(people, entry),
            *map(_signal_row, ordered(entry.signals)),
            *(_run_row(run, found.get(run.track.checkpoint)) for run in runs),
            *_waiting_rows(runs, checkpoints),
            *_missing_rows(runs, checkpoints),
        ],
        "checkpoints": checkpoints,
        "kinds": kind_facts([*(run.track.kind for run in runs), *(one["kind"] for one in checkpoints)]),
    }


def series(library: Library, entry_id: str) -> bytes:
    """The arrays of an entry: picks, times, people (U, T), signal:<name> (T,), and run:<id> (N, T) for each run."""
    entry = library.entries.get(entry_id)
    people = library.people.of_entry(entry_id, entry=entry)
    arrays = {
        "picks": entry.picks.astype(np.int32),
        "times": np.asarray(entry.timebase.seconds(entry.picks), np.float64),
    }
    if people:
        arrays["people"] = people.scores.astype(np.float32)
    for name in ordered(entry.signals):
        arrays[f"signal:{name}"] = entry.signals[name].astype(np.float32)
    for run in library.runs.of_entry(entry_id):
        arrays[f"run:{run.id}"] = run.track.scores.astype(np.float32)
    return pack(arrays)


def describe_media(entry: Entry) -> dict[str, Any]:
    """Where the browser finds the video and its thumbnails, or why there is none."""
    return {
        "fps": format_rate(entry.timebase.rate),
        "video": {"url": f"/media?id={quote(entry.id, safe='')}"} if entry.video else None,
        "video_reason": "" if entry.video else "This dataset entry comes without its video.",
        "thumbnails": describe_thumbnails(entry.id, entry.thumbnails),
    }


def shot_rows(shots: Shots, entry: Entry) -> list[list[float]]:
    """[[start frame, end frame, start s, end s], ...]."""
    starts = entry.timebase.seconds(shots.bounds[:, 0])
    ends = entry.timebase.seconds(shots.bounds[:, 1])
    return [
        [int(a), int(b), round(float(s), 4), round(float(e), 4)]
        for (a, b), s, e in zip(shots.bounds, starts, ends, strict=True)
    ]


def _shots(name: str, film: Footage, entry: Entry) -> dict[str, Any]:
    pieces = [edges.tolist() for edges in film.pieces]
    bounds = shot_rows(entry.shots[name], entry)
    return {"name": name, "label": shots_label(name), "bounds": bounds, "pieces": pieces}


def shots_label(name: str) -> str:
    """What people read for the name of a segmentation: "KTS shots, penalty 2", "Uniform 2 s"."""
    kind, _, settings = name.partition(" ")
    if kind not in SHOT_LABELS:
        return name
    comma = "," if settings.startswith("penalty") else ""
    return f"{SHOT_LABELS[kind]}{comma} {settings}".strip()


def describe_thumbnails(entry_id: str, path: Path | None) -> dict[str, Any] | None:
    """Where the filmstrip of an entry is and what is where in it."""
    sprite = read_sprite(path) if path else None
    return {"url": f"/thumbnails?id={quote(entry_id, safe='')}", **vars(sprite)} if sprite else None


def _captions(library: Library, entry: Entry) -> dict[str, Any]:
    """One caption per pick, who made them, and by pick who corrected them last."""
    if not entry.captions:
        return {"captions": None, "captioner": "", "corrected": {}}
    by = {edit.frame: edit.who for edit in library.captions.edits(entry.id)}
    picks = entry.picks.tolist()
    return {
        "captions": list(entry.captions),
        "captioner": entry.meta.get("captioner", ""),
        "corrected": {pick: by[frame] for pick, frame in enumerate(picks) if frame in by},
    }


def _people_row(people: AnnotationSet | None, entry: Entry) -> dict[str, Any]:
    if not people:
        return {
            "id": "people",
            "kind": "people",
            "label": "People",
            "names": [],
            "camps": [],
            "why_empty": "Nobody has judged this entry yet.",
        }
    return {
        "id": "people",
        "kind": "people",
        "label": "People",
        "names": list(people.annotators),
        "protocols": list(people.protocols),
        "simulated": people.simulated,
        **_camps(people, entry),
        "why_empty": "",
    }


def _signal_row(name: str) -> dict[str, Any]:
    signal = listed(name)
    return {
        "id": f"signal:{name}",
        "kind": "signal",
        "name": name,
        "label": signal.label,
        "about": signal.about,
        "default": name == DEFAULT_SIGNAL,
    }


def _camps(people: AnnotationSet, entry: Entry) -> dict[str, Any]:
    """The two groups of people that differ most: who, from and to which second they rate highest, what is seen there.

    "divided" is the share of all differences between people that these two explain, in [0, 1].
    """
    found = camps(people.scores)
    if found is None:
        return {"camps": [], "divided": 0.0}
    edges = np.append(entry.timebase.seconds(entry.picks), entry.timebase.duration)
    words = [moment_word(entry.captions or (), camp.start, camp.end) for camp in found[0]]
    if words[0] == words[1]:
        words = ["", ""]
    groups = [
        {"people": list(camp.people), "from": float(edges[camp.start]), "to": float(edges[camp.end]), "word": word}
        for camp, word in zip(found[0], words, strict=True)
    ]
    return {"camps": groups, "divided": found[1]}


def _run_row(run: Run, checkpoint: Checkpoint | None) -> dict[str, Any]:
    track = run.track
    return {
        "id": f"run:{run.id}",
        "kind": "samples" if len(track.scores) > 1 or track.seed is not None else "curve",
        "model": track.model,
        "model_kind": track.kind,
        "checkpoint": track.checkpoint,
        "feature_space": track.feature_space,
        "seed": track.seed,
        "settings": dict(track.settings),
        "n": len(track.scores),
        "names": list(track.names),
        "label": run.label,
        "created": run.created,
        "learned_from": _learned(told_of_run(track.kind, checkpoint, run.entry)),
    }


def _checkpoint(checkpoint: Checkpoint, entry: Entry) -> dict[str, Any]:
    reason = can_score(checkpoint, entry)
    return {
        "id": checkpoint.id,
        "label": checkpoint.label,
        "kind": checkpoint.applies_as,
        "feature_space": checkpoint.feature_space,
        "fits": not reason,
        "reason": reason,
        "learned_from": _learned(told_of_run(checkpoint.applies_as, checkpoint, entry.id)),
        "waits": learned_from(checkpoint).stands_back(entry.id),
    }


def _learned(told: Told) -> dict[str, Any]:
    return {"sentence": told.sentence, "simulated": told.simulated, "saw_this": told.saw}


def _waiting_rows(runs: list[Run], checkpoints: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One row for every checkpoint that fits and waits to be asked, because it learned from simulated people."""
    ran = {run.track.checkpoint for run in runs}
    reason = "It is applied to videos of other data sets only where somebody asks."
    return [
        {
            "id": f"offer:{checkpoint['id']}",
            "kind": "offer",
            "model": checkpoint["label"],
            "model_kind": checkpoint["kind"],
            "checkpoint": checkpoint["id"],
            "learned_from": checkpoint["learned_from"],
            "reason": reason,
        }
        for checkpoint in checkpoints
        if checkpoint["waits"] and checkpoint["fits"] and checkpoint["id"] not in ran
    ]


def _missing_rows(runs: list[Run], checkpoints: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One row for every kind of model that has said nothing about the entry, with the reason."""
    present = {run.track.kind for run in runs}
    rows = []
    for kind, name in MODEL_NAMES.items():
        if kind in present:
            continue
        of_kind = [checkpoint for checkpoint in checkpoints if checkpoint["kind"] == kind]
        if any(checkpoint["fits"] and checkpoint["waits"] for checkpoint in of_kind):
            continue  # a row of its own offers it
        if any(checkpoint["fits"] for checkpoint in of_kind):
            reason = f"{name} has not been run on this entry yet."
        elif of_kind:
            reason = of_kind[0]["reason"]
        else:
            reason = f"There is no {name} checkpoint in the library; train one on the Models page."
        rows.append({"id": f"missing:{kind}", "kind": "missing", "model": name, "model_kind": kind, "reason": reason})
    return rows
