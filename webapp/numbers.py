"""The figures beside the curves: each model against the people of an entry, within the human band."""

from __future__ import annotations

from typing import Any

from core.data import Entry
from storage.library import Library


def of_entry(library: Library, entry_id: str) -> dict[str, Any]:
    """{"band": how people agree with people, "runs": {"run:<id>": how the model agrees with people}}."""
    from core.agreement import human_band
    from core.evaluation import evaluate_track, generative

    found = library.labelled_entries(entry_id=entry_id)
    if not found:
        return {"band": None, "runs": {}}
    entry = found[0]
    protocol = default_protocol(entry)
    runs = {}
    for run in library.runs(entry_id):
        scores = run.track.scores
        figures: dict[str, Any] = dict(vars_of(evaluate_track(protocol, entry, scores)))
        if len(scores) > 1:
            figures |= generative(entry, scores).as_dict()
        runs[f"run:{run.id}"] = figures
    return {"band": human_band(entry) if len(entry.annotations) > 1 else None, "runs": runs}


def default_protocol(entry: Entry) -> str:
    """The protocol that the entry's labels allow: per-person scores `tvsum`, only binary summaries `summe`."""
    import numpy as np

    people = entry.annotations
    if people is None:
        return "mrhisum"
    values = people.scores[np.isfinite(people.scores)]
    return "summe" if people.summaries is not None and np.isin(values, (0, 1)).all() else "tvsum"


def vars_of(figures: Any) -> dict[str, Any]:
    """A figures dataclass as a dictionary."""
    from dataclasses import asdict

    return asdict(figures)
