"""The figures beside the curves: each model against the people of an entry, within the human band."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

import numpy as np

from core.data import Entry
from core.models.registry import SELF_DISCOVERED
from core.statistics.figure import Figure
from core.statistics.results import Coverage, Figures, HumanBand, NoiseFigures
from storage.library import Library
from storage.runs import Run
from webapp.views.answer import Answer
from webapp.views.once import Once
from webapp.views.rows import in_pairs

TAU_DECIMALS = 4
KEPT = 64  # entries whose figures are kept


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
        curves: Kendall's tau-b of curves that no model made with the people, mean over people, by "mean", "camp:K",
            "person:K" (with the others) and "signal:NAME"; None where undefined, none with fewer than two people.
    """

    band: HumanBand | None
    runs: dict[str, RunFigures]
    noise: tuple[NoiseFigures, ...] = ()
    curves: dict[str, Figure]


_figures = Once[Numbers](KEPT)


def of_entry(library: Library, entry_id: str) -> Numbers:
    """How people and models agree on one entry; the same people and models have the same figures, computed once."""
    found = library.people.labelled_entries(entry_id=entry_id)
    if not found:
        return Numbers(band=None, runs={}, curves={})
    runs = library.runs.of_entry(entry_id)
    return _figures.of(_content(found[0], runs), lambda: _numbers(found[0], runs))


def _content(entry: Entry, runs: Sequence[Run]) -> str:
    """A digest of everything that the figures are made from."""
    people = entry.people
    facts = [entry.id, entry.n_frames, str(entry.timebase), people.sources, [(one.id, one.track.kind) for one in runs]]
    arrays = [people.scores, entry.picks, *(shots.bounds for _, shots in sorted(entry.shots.items()))]
    facts.append(sorted(entry.signals))
    arrays.extend(curve for _, curve in sorted(entry.signals.items()))
    digest = sha256(repr(facts).encode())
    for array in [*arrays, *(one.track.scores for one in runs)]:
        digest.update(repr(array.shape).encode() + array.tobytes())
    return digest.hexdigest()


def _numbers(entry: Entry, judged: Sequence[Run]) -> Numbers:
    from core.statistics.agreement import human_band
    from core.statistics.chance import noise_beside
    from core.statistics.coverage import coverage
    from core.statistics.evaluation import default_protocol, figures_of, tau_matrix

    protocol = default_protocol(entry)
    runs = {}
    for run in judged:
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
    band = human_band(entry)
    return Numbers(
        band=band,
        runs=runs,
        noise=tuple(one for one in noise if one is not None),
        curves=_curves(entry, band) if band else {},
    )


def _curves(entry: Entry, band: HumanBand) -> dict[str, float]:
    """Tau-b of the curves of people, of those who think alike, and of signals."""
    from core.statistics.camps import camps
    from core.statistics.curves import mean_defined, mean_of_people
    from core.statistics.ranks import correlations

    scores = entry.people.scores
    found = camps(scores)
    curves = {
        f"camp:{k}": mean_of_people(scores[list(camp.people)]) for k, camp in enumerate(found[0] if found else ())
    }
    curves |= {f"signal:{name}": curve for name, curve in entry.signals.items()}
    taus = {key: mean_defined(correlations(np.atleast_2d(curve), scores)[0]) for key, curve in curves.items()}
    between = correlations(scores, scores)[0]
    np.fill_diagonal(between, np.nan)  # nobody is compared with themselves
    taus |= {f"person:{k}": mean_defined(row) for k, row in enumerate(between)}
    return {"mean": band.oracle.kendall, **taus}
