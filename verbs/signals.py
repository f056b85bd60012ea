"""`signals`: signals of the video itself, sounds, pictures that show nothing, tastes without labels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from core.errors import NotFoundError, VideoError
from core.progress import Progress, ShouldStop, check, never, part, silent
from core.signals import SIGNALS
from verbs.contract import LeftOut, Request, Result
from verbs.entries import asked_entries

if TYPE_CHECKING:
    import numpy as np

    from core.data import Entry, ScoreTrack
    from core.data.sounds import SoundEvent
    from core.segment.survey import Survey
    from core.signals.hearing import Heard
    from storage.library import Library
    from storage.runs import Run


class SignalsRequest(Request):
    """Which entries are measured."""

    verb: Literal["signals"] = "signals"
    entry: str | None = Field(None, description="Entry id, such as demo/harbour-day.")
    dataset: str | None = Field(None, description="All entries of this dataset, instead of one entry.")
    all_entries: bool = Field(False, description="All entries of the library, instead of one.")
    again: bool = Field(False, description="Also those that were measured before, whose tastes are drawn again.")


class MeasuredEntry(Result):
    """What was measured in one entry.

    Attributes:
        entry: id.
        signals: their names.
        run: id of the tastes.
        tastes: what they like.
        sounds: how many sound events there are: voices, music, silence, sudden loud sounds.
    """

    entry: str
    signals: list[str]
    run: int
    tastes: list[str]
    sounds: int


class SignalsResult(Result):
    """The entries, and those that were left out."""

    entries: list[MeasuredEntry]
    skipped: list[LeftOut]


def signals(
    library: Library, request: SignalsRequest, *, progress: Progress = silent, should_stop: ShouldStop = never
) -> SignalsResult:
    """Measures an entry, a dataset or the whole library. Entries without a readable video are left out and listed.

    Raises:
        NotFoundError: there is no such entry or dataset, or the one entry has no video.
        VideoError: the video of the one entry cannot be read.
        Cancelled: `should_stop` said so.
    """
    ids = asked_entries(library, request.entry, request.dataset, all_entries=request.all_entries)
    done, skipped = [], []
    for index, one in enumerate(ids):
        check(should_stop, "Measuring", "Asking again goes on from there.")
        told = part(progress, index / len(ids), (index + 1) / len(ids))
        before = None if request.again else _measured_before(library, one)
        if before and library.entries.get(one).sounds is not None:
            skipped.append(LeftOut(entry=one, reason="it was measured before"))
            continue
        try:
            if before:
                done.append(_listen(library, one, before, told, should_stop))
            else:
                done.append(measure(library, one, progress=told, should_stop=should_stop))
        except (NotFoundError, VideoError) as error:
            if request.entry:
                raise
            skipped.append(LeftOut(entry=one, reason=error.message))
    return SignalsResult(entries=done, skipped=skipped)


def is_measured(library: Library, entry_id: str) -> bool:
    """Whether an entry has signals and tastes."""
    return _measured_before(library, entry_id) is not None


def _measured_before(library: Library, entry_id: str) -> Run | None:
    """The tastes of an entry that has signals and tastes."""
    from core.signals.tastes import needs_no_labels

    signals = library.entries.get(entry_id).signals.keys()
    tastes = [run for run in library.runs.of_entry(entry_id) if needs_no_labels(run.track)]
    return tastes[-1] if tastes and {one.name for one in SIGNALS if one.always} <= signals else None


def _listen(library: Library, entry_id: str, tastes: Run, progress: Progress, should_stop: ShouldStop) -> MeasuredEntry:
    """Adds its sounds to an entry that was measured before sounds were."""
    from core.signals.hearing import hear

    entry = library.entries.get(entry_id)
    if entry.video is None:
        raise NotFoundError(f"'{entry_id}' has no video, so nothing can be heard.", "Give it one, or take it in.")
    progress(0.0, "Listening")
    heard = hear(entry.video, entry.timebase, entry.picks, should_stop)
    sounds = heard.events if heard else ()
    library.entries.put_survey(entry_id, sounds=sounds)
    return MeasuredEntry(
        entry=entry_id, signals=list(entry.signals), run=tastes.id, tastes=list(tastes.track.names), sounds=len(sounds)
    )


@dataclass(frozen=True, eq=False)
class Measures:
    """What is measured of a video.

    Attributes:
        signals: by name.
        tastes: drawn for it.
        empty: pictures that show nothing, where that was not known.
        sounds: that are heard in it.
    """

    signals: dict[str, np.ndarray]
    tastes: ScoreTrack
    empty: np.ndarray | None
    sounds: tuple[SoundEvent, ...]


def measure(
    library: Library,
    entry_id: str,
    *,
    seed: int = 0,
    progress: Progress = silent,
    should_stop: ShouldStop = never,
) -> MeasuredEntry:
    """Computes the signals of an entry and draws tastes for it, in place of those it has.

    Args:
        seed: of the tastes.

    Raises:
        NotFoundError: there is no such entry, or it has no video.
        VideoError: the video cannot be read, or does not have the entry's frames.
        Cancelled: `should_stop` said so.
    """
    from core.segment.survey import survey_of
    from core.signals.hearing import hear
    from storage.scratch import scratch_folder

    entry = library.entries.get(entry_id)
    if entry.video is None:
        raise NotFoundError(f"'{entry_id}' has no video, so nothing can be measured.", "Give it one, or take it in.")
    with scratch_folder(library.data_dir) as work:
        reading = part(progress, 0.0, 0.6)
        survey = survey_of(entry.video, entry.timebase, work / "pictures", reading, should_stop)
        progress(0.6, "Listening")
        heard = hear(entry.video, entry.timebase, entry.picks, should_stop)
        measures = measures_of(entry, survey, heard, seed, part(progress, 0.8, 1.0), should_stop)
    return keep_measures(library, entry_id, measures)


def measures_of(
    entry: Entry,
    survey: Survey,
    heard: Heard | None,
    seed: int = 0,
    progress: Progress = silent,
    should_stop: ShouldStop = never,
) -> Measures:
    """Signals and tastes of an entry, from a survey of its video and from what is heard in it.

    Raises:
        VideoError: the video cannot be read, where the entry has no features that say how pictures look.
        Cancelled: `should_stop` said so.
    """
    from core.segment.empty import empty_intervals
    from core.signals import DEFAULT_SIGNAL
    from core.signals import signals as signals_of
    from core.signals.tastes import draw_tastes
    from core.signals.traits import traits

    space, features = _visual(entry, part(progress, 0.0, 0.9), should_stop)
    progress(0.9, "Measuring")
    curves = signals_of(survey, entry.timebase, entry.picks, features, heard)
    track = draw_tastes(
        curves[DEFAULT_SIGNAL],
        features,
        traits(survey, entry.timebase, entry.picks, heard),
        survey,
        entry.timebase,
        entry.picks,
        feature_space=space,
        seed=seed,
    )
    empty = empty_intervals(survey, entry.timebase) if entry.empty is None else None
    return Measures(dict(curves), track, empty, heard.events if heard else ())


def keep_measures(library: Library, entry_id: str, measures: Measures) -> MeasuredEntry:
    """Gives an entry its signals and tastes, in place of those it has."""
    from core.signals.tastes import needs_no_labels

    track = measures.tastes
    library.entries.put_survey(entry_id, empty=measures.empty, signals=measures.signals, sounds=measures.sounds)
    outdated = [run.id for run in library.runs.of_entry(entry_id) if needs_no_labels(run.track)]
    run = library.runs.add(entry_id, track)
    for old in outdated:
        library.runs.remove(old)
    return MeasuredEntry(
        entry=entry_id,
        signals=list(measures.signals),
        run=run.id,
        tastes=list(track.names),
        sounds=len(measures.sounds),
    )


def _visual(entry: Entry, progress: Progress, should_stop: ShouldStop) -> tuple[str, np.ndarray]:
    """Features that say how pictures look, and the id of their space; made where the entry has none.

    Those of the default space come first, then the entry's own: those of captions are not asked.
    """
    from core.features.colour_motion import COLOUR_MOTION
    from core.features.extract import features_of
    from core.features.registry import DEFAULT

    for space in (DEFAULT, entry.feature_space, COLOUR_MOTION.id):
        if space and space != entry.text_space and (found := entry.features.get(space)) is not None:
            return space, found
    made = features_of(entry.film, entry.timebase, entry.picks, COLOUR_MOTION, progress, should_stop)
    return COLOUR_MOTION.id, made
