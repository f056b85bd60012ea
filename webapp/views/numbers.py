"""The figures beside the curves: each model against the people of an entry, within the human band."""

from __future__ import annotations

from typing import Any

from storage.library import Library


def of_entry(library: Library, entry_id: str) -> dict[str, Any]:
    """How people and models agree on one entry.

    {"band": people with people, "runs": {"run:<id>": the model with people; "matrix": tau of each sample (N) with each
    person (U), and for self-discovered samples how much of people's cuts they cover}}.
    """
    from core.models.registry import SELF_DISCOVERED
    from core.statistics.agreement import human_band
    from core.statistics.coverage import coverage
    from core.statistics.evaluation import default_protocol, figures_of, tau_matrix

    found = library.people.labelled_entries(entry_id=entry_id)
    if not found:
        return {"band": None, "runs": {}}
    entry = found[0]
    protocol = default_protocol(entry)
    runs = {}
    for run in library.runs.of_entry(entry_id):
        scores = run.track.scores
        matrix = [[None if tau != tau else round(float(tau), 4) for tau in row] for row in tau_matrix(entry, scores)]
        runs[f"run:{run.id}"] = {**vars(figures_of(entry, scores, protocol)), "matrix": matrix}
        if run.track.kind == SELF_DISCOVERED:
            runs[f"run:{run.id}"]["discovered"] = coverage(entry, scores)
    return {"band": human_band(entry), "runs": runs}
