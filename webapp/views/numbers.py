"""The figures beside the curves: each model against the people of an entry, within the human band."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.models.registry import SELF_DISCOVERED
from core.statistics.results import Coverage, Figures, HumanBand, NoiseFigures
from storage.library import Library
from webapp.views.answer import Answer
from webapp.views.rows import in_pairs

TAU_DECIMALS = 4


@dataclass(frozen=True, kw_only=True)
class RunFigures(Figures):
    """A model's figures on one entry.

    Attributes:
        matrix: (N, U) Kendall's tau-b of each sample with each person, None where undefined.
        discovered: of self-discovered samples, how much of people's cuts they cover.
    """

    matrix: Sequence[Sequence[float | None]]
    discovered: Coverage | None = None


class Numbers(Answer):
    """How people and models agree on one entry.

    Attributes:
        band: people with people, None with fewer than two.
        runs: each model with people, by "run:ID"; none where nobody has judged the entry.
        noise: that knows nothing, for every number of curves that a run has; none with fewer than two people.
    """

    band: HumanBand | None
    runs: dict[str, RunFigures]
    noise: tuple[NoiseFigures, ...] = ()


def of_entry(library: Library, entry_id: str) -> Numbers:
    """How people and models agree on one entry."""
    from core.statistics.agreement import human_band
    from core.statistics.chance import noise_beside
    from core.statistics.coverage import coverage
    from core.statistics.evaluation import default_protocol, figures_of, tau_matrix

    found = library.people.labelled_entries(entry_id=entry_id)
    if not found:
        return Numbers(band=None, runs={})
    entry = found[0]
    protocol = default_protocol(entry)
    runs = {}
    for run in library.runs.of_entry(entry_id):
        scores = run.track.scores
        runs[f"run:{run.id}"] = RunFigures(
            **vars(figures_of(entry, scores, protocol, in_pairs(run.track))),
            matrix=[
                [None if tau != tau else round(float(tau), TAU_DECIMALS) for tau in row]
                for row in tau_matrix(entry, scores)
            ],
            discovered=coverage(entry, scores) if run.track.kind == SELF_DISCOVERED else None,
        )
    sizes = sorted({len(one.matrix) for one in runs.values()})
    noise = [noise_beside(entry, size, protocol) for size in sizes]
    return Numbers(band=human_band(entry), runs=runs, noise=tuple(one for one in noise if one is not None))
