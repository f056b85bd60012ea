"""`compare_runs`: how two or more kept runs were made: the settings that differ, and those that are the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from pydantic import Field

from core.errors import InputError
from core.progress import Progress, ShouldStop, never, silent
from verbs.contract import Request, Result
from verbs.things import thing_of

if TYPE_CHECKING:
    from storage.library import Library
    from storage.runs import Run

MOST = 8  # columns that can be read side by side
Setting = str | bool | int | float | None


class CompareRunsRequest(Request):
    """Which ones; of one entry or of several."""

    runs: tuple[str, ...] = Field(description="Numbers of two runs, or more, as `show` and `ls runs` say them.")


class ComparedRun(Result):
    """A run: its number, the entry that it is of, and what it is called."""

    id: int
    entry: str
    label: str


class RunSetting(Result):
    """A setting in the order of the runs; None where one does not have it. Where it is the same, it stands once."""

    name: str
    values: list[Setting]


class CompareRunsResult(Result):
    """How runs were made, side by side.

    Attributes:
        runs: in the order that was asked for.
        differ: settings that are not the same in all.
        same: settings that are.
    """

    runs: list[ComparedRun]
    differ: list[RunSetting]
    same: list[RunSetting]


def compare_runs(
    library: Library, request: CompareRunsRequest, *, progress: Progress = silent, should_stop: ShouldStop = never
) -> CompareRunsResult:
    """The settings of runs.

    Raises:
        InputError: fewer than two runs, or more than eight.
        NotFoundError: one of them does not exist.
    """
    asked = list(dict.fromkeys(one.removeprefix("run:") for one in request.runs))
    if not 2 <= len(asked) <= MOST:
        raise InputError(f"2 to {MOST} runs are compared, not {len(asked)}.", "List them: ls runs")
    found = [library.runs.get(thing_of(library, f"run:{one}").number) for one in asked]
    settings = [_settings(one) for one in found]
    names = dict.fromkeys(name for one in settings for name in one)
    rows = [RunSetting(name=name, values=[one.get(name) for one in settings]) for name in names]
    return CompareRunsResult(
        runs=[ComparedRun(id=one.id, entry=one.entry, label=one.label) for one in found],
        differ=[row for row in rows if not _same(row.values)],
        same=[RunSetting(name=row.name, values=row.values[:1]) for row in rows if _same(row.values)],
    )


def _settings(run: Run) -> Mapping[str, Setting]:
    track = run.track
    return {
        "entry": run.entry,
        "model": track.model,
        "checkpoint": track.checkpoint,
        "features": track.feature_space,
        "samples": len(track.scores),
        "seed": track.seed,
        **{name.replace("_", " "): value for name, value in track.settings.items()},
        "learned from": None if track.provenance is None else track.provenance.sentence,
        "made": run.created.isoformat(),
    }


def _same(values: Sequence[Setting]) -> bool:
    return all(one == values[0] for one in values)
