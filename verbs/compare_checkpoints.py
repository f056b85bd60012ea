"""`compare_checkpoints`: two or more models side by side: what differs in how they were made, and in how good they are.

Models are compared on the videos that none of them has learned from, under one protocol. Where several runs differ by
their seeds alone, such families are compared as well, by Welch's t-test over the runs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias

from pydantic import Field

from core.errors import InputError
from core.progress import Progress, ShouldStop, never, silent
from core.statistics.curves import mean_defined
from core.statistics.figure import Figure
from core.statistics.paired import paired_difference, welch
from core.statistics.results import Figures, Interval
from storage.evaluated import Setting
from verbs.checkpoints import settings_of
from verbs.contract import Request, Result
from verbs.measured import PROTOCOLS, measured

# Of checkpoints, by id, what they reached on videos, by entry id.
Figured: TypeAlias = dict[str, Mapping[str, Figures]]

if TYPE_CHECKING:
    from core.models.checkpoints import Checkpoint
    from storage.library import Library

MOST = 8  # columns that can be read side by side
FIGURES = ("kendall", "spearman", "f1", "coverage")
# Of what a model learned, what is told beside its settings, and what it is called.
LEARNED = {
    "dataset": "dataset", "datasets": "datasets", "split": "split", "n_videos": "videos", "people": "people",
    "n_people": "number of people", "targets": "targets", "start_from": "base", "preset": "recipe", "seed": "seed",
    "epochs": "epochs", "selected_on": "epoch selected on",
}  # fmt: skip


class CompareCheckpointsRequest(Request):
    """Which ones; all others are compared with the first."""

    checkpoints: tuple[str, ...] = Field(description="Ids of two checkpoints of the library, or more.")


class Differing(Result):
    """One setting that is not the same in all, in the order of the checkpoints; None where one does not have it."""

    name: str
    values: list[Setting]


class PairedFacts(Result):
    """One figure on the videos that none has learned from.

    Attributes:
        name: of the figure; "coverage" is the mean tau of each person's best sample.
        means: of each checkpoint, in order.
        differences: from the first one, paired over videos; the first is None.
    """

    name: str
    means: list[Figure]
    differences: list[Interval | None]


class SeedsFacts(Result):
    """Runs that differ from a checkpoint by their seeds alone, against those of the first.

    Attributes:
        checkpoint, first: ids of two that are compared.
        runs, first_runs: how many runs each stands for.
        name: of the figure.
        difference: of the means over the runs, with its 95 % limits.
        t, p: of Welch's t-test, two-sided.
    """

    checkpoint: str
    first: str
    runs: int
    first_runs: int
    name: str
    difference: Interval
    t: Figure
    p: Figure


class CompareCheckpointsResult(Result):
    """The checkpoints side by side.

    Attributes:
        checkpoints, labels: ids, and what they are called.
        differing: settings that are not the same in all.
        protocol: of the figures; "" where there are none.
        videos: ids of those that all were measured on and none has learned from.
        figures: on them.
        seeds: where there are runs of several seeds.
        notes: why something is missing.
    """

    checkpoints: list[str]
    labels: list[str]
    differing: list[Differing]
    protocol: str
    videos: list[str]
    figures: list[PairedFacts]
    seeds: list[SeedsFacts]
    notes: list[str]


def compare_checkpoints(
    library: Library,
    request: CompareCheckpointsRequest,
    *,
    progress: Progress = silent,
    should_stop: ShouldStop = never,
) -> CompareCheckpointsResult:
    """What differs between checkpoints: settings, and figures on the same videos.

    Raises:
        NotFoundError: there is no such checkpoint.
        InputError: fewer than two are named, or too many to be read.
    """
    ids = list(dict.fromkeys(request.checkpoints))
    if not 2 <= len(ids) <= MOST:
        raise InputError(f"Between 2 and {MOST} models stand side by side, not {len(ids)}.")
    chosen = [library.checkpoints.find(one) for one in ids]
    everybody = {one.id: one for one in [*library.checkpoints.list(), *chosen]}
    protocol, videos, each = _in_common(library, ids, list(everybody.values()))
    nothing = "No video was measured with all of them that none has learned from: measure them on the same data set."
    return CompareCheckpointsResult(
        checkpoints=ids,
        labels=[one.label for one in chosen],
        differing=_differing(chosen),
        protocol=protocol,
        videos=videos,
        figures=[_paired(name, [_values(each[one], videos, name) for one in ids]) for name in FIGURES if videos],
        seeds=_over_seeds(chosen, list(everybody.values()), each, videos) if videos else [],
        notes=[] if videos else [nothing],
    )


def _in_common(
    library: Library, ids: Sequence[str], checkpoints: Sequence[Checkpoint]
) -> tuple[str, list[str], Figured]:
    """The protocol under which most videos are common to these ids, those videos, and what every checkpoint reached."""
    best: tuple[str, list[str], Figured] = ("", [], {})
    found = measured(library, checkpoints)
    for protocol in PROTOCOLS:
        each: Figured = {}
        for one, figures in found.items():
            videos: dict[str, Figures] = {}
            for told in figures:
                if told.protocol == protocol:
                    videos = {**told.per_video, **videos}  # the newest come first
            each[one] = videos
        common = sorted(set.intersection(*(set(each[one]) for one in ids)))
        if len(common) > len(best[1]):
            best = (protocol, common, each)
    return best


def _differing(chosen: Sequence[Checkpoint]) -> list[Differing]:
    told = [_made(one) for one in chosen]
    names = list(dict.fromkeys(name for one in told for name in one))
    rows = [Differing(name=name, values=[one.get(name) for one in told]) for name in names]
    return [row for row in rows if any(value != row.values[0] for value in row.values)]


def _made(checkpoint: Checkpoint) -> dict[str, Setting]:
    """How a checkpoint came to be, by the names that people read."""
    learned: dict[str, Setting] = {"model": checkpoint.kind, "feature space": checkpoint.feature_space}
    for name, called in LEARNED.items():
        value = checkpoint.training.get(name)
        learned[called] = ", ".join(map(str, value)) if isinstance(value, list) else value
    return learned | settings_of(checkpoint)


def _paired(name: str, values: Sequence[Sequence[float]]) -> PairedFacts:
    first, *others = values
    return PairedFacts(
        name=name,
        means=[mean_defined(one) for one in values],
        differences=[None, *(paired_difference(first, one) for one in others)],
    )


def _values(figures: Mapping[str, Figures], videos: Sequence[str], name: str) -> list[float]:
    return [_value(figures[video], name) for video in videos]


def _value(figures: Figures, name: str) -> float:
    if name != "coverage":
        return float(getattr(figures, name))
    return float("nan") if figures.coverage is None else float(figures.coverage.kendall)


def _over_seeds(
    chosen: Sequence[Checkpoint], everybody: Sequence[Checkpoint], each: Figured, videos: Sequence[str]
) -> list[SeedsFacts]:
    """Of each checkpoint against the first, where both have sisters of other seeds."""
    families = [_family(one, everybody, each, videos) for one in chosen]
    rows = []
    for one, family in zip(chosen[1:], families[1:], strict=True):
        if min(len(family), len(families[0])) < 2 or one.id in families[0]:
            continue
        for name in FIGURES:
            first, second = (
                [mean_defined(_values(each[run], videos, name)) for run in runs] for runs in (families[0], family)
            )
            found = welch(first, second)
            if found.difference.value == found.difference.value:
                rows.append(
                    SeedsFacts(
                        checkpoint=one.id,
                        first=chosen[0].id,
                        runs=len(family),
                        first_runs=len(families[0]),
                        name=name,
                        **vars(found),
                    )
                )
    return rows


def _family(one: Checkpoint, everybody: Sequence[Checkpoint], each: Figured, videos: Sequence[str]) -> list[str]:
    """The ids of the runs that differ from a checkpoint by their seeds alone, with it, measured on all the videos."""
    same = [other for other in everybody if _but_seed(other) == _but_seed(one)]
    seeds = {other.training.get("seed"): other.id for other in same if set(videos) <= set(each.get(other.id, ()))}
    return list(seeds.values())


def _but_seed(checkpoint: Checkpoint) -> dict[str, object]:
    made: dict[str, object] = {**_made(checkpoint), "learned from": checkpoint.training.get("videos")}
    return {name: value for name, value in made.items() if name not in ("seed", "epochs")}
