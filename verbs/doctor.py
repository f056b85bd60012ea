"""`doctor`: finds entries whose copy lost sound, as those of earlier versions did, and makes the copy again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from core.errors import VideoError
from core.progress import Progress, ShouldStop, check, never, part, silent
from verbs.contract import GivenFile, Request, Result
from verbs.entries import asked_entries
from verbs.signals import measure

if TYPE_CHECKING:
    from core.data import Entry
    from storage.library import Library
    from storage.origins import Origin

# Sound that is missing, or too much, is a fault from this many seconds on.
NOTICED = 0.25
# An original is read as it was then where it has the entry's frames, and lasts as long to this many seconds.
AS_LONG = 0.5


class DoctorRequest(Request):
    """Which entries are looked at, and whether what is wrong is mended."""

    verb: Literal["doctor"] = "doctor"
    entry: str | None = Field(None, description="Entry id, such as demo/harbour-day (default: all of the library).")
    dataset: str | None = Field(None, description="All entries of this dataset.")
    mend: bool = Field(False, description="Make the copies again whose originals are found.")
    originals: tuple[Path, ...] = Field(
        (), description="Folder in which originals are looked for by name, where they are not where they were."
    )


class Finding(Result):
    """What is wrong with an entry.

    Attributes:
        entry: id.
        problem: what is wrong, or may be.
        advice: what to do; "" where it is mended.
        original: the file that the entry was made from, where it is found.
        mended: whether the copy was made again.
    """

    entry: str
    problem: str
    advice: str
    original: GivenFile | None
    mended: bool


class DoctorResult(Result):
    """How many entries were looked at, and those that something is wrong with."""

    looked_at: int
    findings: list[Finding]


def doctor(
    library: Library, request: DoctorRequest, *, progress: Progress = silent, should_stop: ShouldStop = never
) -> DoctorResult:
    """Looks at the videos of entries that were taken in here: whether each still has the sound of its original.

    A copy whose sound lasts as long as its pictures is right. Where it does not, the original says what should be
    heard: the file at its recorded path, or of its name in one of the given folders, if it has the same content as
    then. A copy that is made again is listened to again, so that the signals of the entry are those of its sound.

    Raises:
        NotFoundError: there is no such entry or dataset.
        Cancelled: `should_stop` said so; what was mended so far stays.
    """
    everything = request.entry is None and request.dataset is None
    ids = asked_entries(library, request.entry, request.dataset, all_entries=everything)
    findings = []
    for index, one in enumerate(ids):
        check(should_stop, "Looking after the library", "Asking again begins anew.")
        told = part(progress, index / len(ids), (index + 1) / len(ids))
        told(0.0, f"Looking at {one}")
        origin = library.origins.of_entry(one)
        if origin is None:
            continue  # nothing was made of a file here
        try:
            found = _looked_at(library, one, origin, request, told, should_stop)
        except VideoError as error:
            found = Finding(entry=one, problem=error.message, advice=error.hint, original=None, mended=False)
        if found is not None:
            findings.append(found)
    progress(1.0, "Ready")
    return DoctorResult(looked_at=len(ids), findings=findings)


def _looked_at(
    library: Library,
    entry_id: str,
    origin: Origin,
    request: DoctorRequest,
    progress: Progress,
    should_stop: ShouldStop,
) -> Finding | None:
    """What is wrong with an entry, mended where that is asked for; None where nothing is."""
    video = library.entries.media(entry_id).video
    suspected = "Its video is gone." if video is None else _suspected(video)
    if suspected is None:
        return None
    original = _original(origin, request.originals)
    if original is None:
        if video is not None and not _has_sound(video):
            return None  # most videos without sound never had any
        advice = f"If '{origin.name}' has more, name its folder with --originals."
        return Finding(entry=entry_id, problem=suspected, advice=advice, original=None, mended=False)
    if video is not None and (suspected := _missing(video, original, origin.sound)) is None:
        return None
    if not request.mend:
        advice = "Run it again with --mend: the copy is then made again from its original."
        return Finding(entry=entry_id, problem=suspected, advice=advice, original=original, mended=False)
    _mend(library, library.entries.get(entry_id), original, origin.sound, progress, should_stop)
    return Finding(entry=entry_id, problem=suspected, advice="", original=original, mended=True)


def _has_sound(video: Path) -> bool:
    from core.video.probe import probe

    return probe(video).sound is not None


def _suspected(video: Path) -> str | None:
    """Why a copy may have lost sound: it is none, shorter or longer than the pictures."""
    from core.video.probe import probe
    from core.video.sound import sound_extent

    made = probe(video)
    extent = None if made.sound is None else sound_extent(made.path, made.sound, made.start)
    if extent is None:
        return "It has no sound."
    if extent.lasts < made.duration - NOTICED or extent.ends > made.duration + NOTICED:
        return f"{extent.lasts:.1f} s of sound, until {extent.ends:.1f} s, for {made.duration:.1f} s of pictures."
    return None


def _missing(video: Path, original: Path, sound: str | None) -> str | None:
    """What the sound of a copy lacks of that of its original, which is decoded; None where it lacks nothing."""
    from core.video.probe import probe
    from core.video.sound import SoundReader, sound_extent

    made, source = probe(video), probe(original, sound)
    if source.sound is None:
        return None
    rate = 8000
    heard = SoundReader(original, rate, "mono", track=source.sound, start=source.start, parts=source.parts)
    lasts, ends = 0.0, 0.0
    for at, samples in heard:
        lasts, ends = lasts + samples.shape[1] / rate, (at + samples.shape[1]) / rate
    extent = None if made.sound is None else sound_extent(made.path, made.sound, made.start)
    kept, until = (extent.lasts, extent.ends) if extent is not None else (0.0, 0.0)
    if kept < lasts - NOTICED:
        return f"Its copy has {kept:.1f} s of sound, its original {lasts:.1f} s."
    if until > ends + NOTICED:
        return f"The sound of its copy ends at {until:.1f} s, that of its original at {ends:.1f} s."
    return None


def _original(origin: Origin, folders: Sequence[Path]) -> Path | None:
    """The file that an entry was made from, unchanged, where it lay or in one of some folders."""
    from core.video.probe import file_hash

    places = [Path(origin.path)] if origin.path else []
    places += [found for folder in folders for found in sorted(folder.rglob("*")) if found.name == origin.name]
    for place in places:
        try:
            as_large = origin.size is None or place.stat().st_size == origin.size
            if place.is_file() and as_large and file_hash(place) == origin.content:
                return place
        except OSError:
            continue
    return None


def _mend(
    library: Library,
    entry: Entry,
    original: Path,
    sound: str | None,
    progress: Progress,
    should_stop: ShouldStop,
) -> None:
    from core.video.playable import copy_in, put_playable
    from core.video.probe import probe
    from storage.scratch import scratch_folder

    source = probe(original, sound)
    if source.timebase.n_frames != entry.n_frames or abs(source.duration - entry.timebase.duration) > AS_LONG:
        raise VideoError(
            f"'{original.name}' is read differently today: {source.timebase.n_frames} frames, not {entry.n_frames}.",
            "Take it in again, into another dataset.",
        )
    with scratch_folder(library.data_dir) as work:
        put_playable(source, work, part(progress, 0.1, 0.6), should_stop)
        library.entries.store_media(entry.id, video=copy_in(work, source))
    measure(library, entry.id, progress=part(progress, 0.6, 1.0), should_stop=should_stop)
