"""The figures beside the curves: each model against the people of an entry, within the human band."""

from __future__ import annotations

from typing import Any

from storage.library import Library


def of_entry(library: Library, entry_id: str) -> dict[str, Any]:
    """{"band": how people agree with people, "runs": {"run:<id>": how the model agrees with people}}."""
    from core.agreement import human_band
    from core.evaluation import default_protocol, figures_of

    found = library.labelled_entries(entry_id=entry_id)
    if not found:
        return {"band": None, "runs": {}}
    entry = found[0]
    protocol = default_protocol(entry)
    runs = {}
    for run in library.runs(entry_id):
        scores = run.track.scores
        figures = figures_of(entry, scores, protocol)
        runs[f"run:{run.id}"] = figures
    return {"band": human_band(entry) if len(entry.annotations) > 1 else None, "runs": runs}
