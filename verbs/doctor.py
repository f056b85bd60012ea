"""`doctor`: finds entries whose copy or filmstrip is gone, damaged or lost sound, and makes it again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from core.errors import VideoError
from core.progress import Progress, ShouldStop, check, never, part, silent
from verbs.contract import GivenFile, Request, Result
from verbs.entries import asked_entries
from verbs.installation import Check
from verbs.readable_places import check_place
from verbs.shown import make_copy, make_filmstrip
from verbs.signals import measure

if TYPE_CHECKING:
    from core.data import Entry
    from core.video.probe import VideoInfo
    from storage.library import Library
    from storage.media import Media
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
    mend: bool = Field(False, description="Make again what is wrong, where the original is found.")
    originals: tuple[Path, ...] = Field(
        (), description="Originals, or folders in which they are looked for by name, if they are not where they were."
    )


class Finding(Result):
    """What is wrong with an entry.

    Attributes:
        entry: id.
        problem: what is wrong, or may be.
        advice: what to do; "" where it is mended.
        original: the file that it can be made again from, where it is found.
        mended: whether that was done.
    """

    entry: str
    problem: str
    advice: str
    original: GivenFile | None
    mended: bool


class DoctorResult(Result):
    """How many entries were looked at, and those that something is wrong with.

    Attributes:
        looked_at: how many.
        findings: one for each of those.
        installation: what the command line looks at before them, see `verbs.installation`.
    """

    looked_at: int
    findings: list[Finding]
    installation: tuple[Check, ...] = ()


def doctor(
    library: Library, request: DoctorRequest, *, progress: Progress = silent, should_stop: ShouldStop = never
) -> DoctorResult:
    """Looks at the copies that browsers play and the filmstrips of entries: whether they are here, whole, and sound.

    A copy whose sound lasts as long as its pictures is right. Where it does not, the original says what should be
    heard: the file at its recorded path, or one of those given, if it has the same content as then. A copy that is made
    again is listened to again, so that the signals of the entry are those of its sound, and what it could not keep is
    in the entry's notes. A filmstrip is made again from the copy. Where all entries are looked at, what is kept beside
    the logs of labels is compared with them, and made again where it differs.

    Raises:
        NotFoundError: there is no such entry or dataset.
        InputError: an original leads elsewhere, see `verbs.readable_places`.
        Cancelled: `should_stop` said so; what was mended so far stays.
    """
    from storage.task_states import differing, rebuild

    everything = request.entry is None and request.dataset is None
    if everything and request.mend:
        rebuild(library.engine, differing(library.engine))
    ids = asked_entries(library, request.entry, request.dataset, all_entries=everything)
    findings = []
    for index, one in enumerate(ids):
        check(should_stop, "Looking after the library", "Asking again begins anew.")
        told = part(progress, index / len(ids), (index + 1) / len(ids))
        told(0.0, f"Looking at {one}")
        media, origin = library.entries.media(one), library.origins.of_entry(one)
        if media.video is None and not media.gone:
            continue  # it never had any
        try:
            fault = _fault(library.entries.summary(one).n_frames, media, origin, request.originals)
            if fault is not None:
                findings.append(_found(library, one, fault, request.mend, told, should_stop))
        except VideoError as error:
            findings.append(Finding(entry=one, problem=error.message, advice=error.hint, original=None, mended=False))
    progress(1.0, "Ready")
    return DoctorResult(looked_at=len(ids), findings=findings)


@dataclass(frozen=True)
class _Fault:
    """What is wrong with the files of an entry.

    Attributes:
        copy, filmstrip: what is wrong with each; "" where nothing is.
        source: what they can be made again from; None where that is not found.
        sound: which of its sound tracks.
        advice: what to do where there is no source.
    """

    copy: str
    filmstrip: str
    source: Path | None
    sound: str | None
    advice: str


def _fault(n_frames: int, media: Media, origin: Origin | None, originals: Sequence[Path]) -> _Fault | None:
    """What is wrong with the files of an entry of so many frames; None where nothing is."""
    filmstrip = _wrong_filmstrip(media)
    copy = _wrong_copy(media, n_frames)
    suspected = "" if copy or media.video is None or origin is None else _suspected(media.video)
    original = None
    if (copy or suspected) and origin is not None:
        original = _original(origin, originals)
    if suspected and media.video is not None and origin is not None:
        if original is not None:
            copy = _missing(media.video, original, origin.sound)
        elif _has_sound(media.video):  # most videos without sound never had any
            copy = suspected
    if not (copy or filmstrip):
        return None
    source = original if copy else media.video
    return _Fault(copy, filmstrip, source, origin.sound if origin and copy else None, _advice(origin, media))


def _advice(origin: Origin | None, media: Media) -> str:
    if origin is not None:
        return f"Its original, '{origin.name}', is not found."
    if media.video is None:
        return "It did not come from a file that is known: attach its video."
    return f"It did not come from a file that is known: put a whole one in the place of '{media.video}'."


def _found(
    library: Library, entry_id: str, fault: _Fault, mend: bool, progress: Progress, should_stop: ShouldStop
) -> Finding:
    """The finding of a fault, which is mended where that is wanted and can be done."""
    problem = " ".join(filter(None, (fault.copy, fault.filmstrip)))
    if fault.source is None:
        return Finding(entry=entry_id, problem=problem, advice=fault.advice, original=None, mended=False)
    if mend:
        _mend(library, library.entries.get(entry_id), fault, fault.source, progress, should_stop)
    advice = "" if mend else f"It can be made again from '{fault.source.name}'."
    return Finding(entry=entry_id, problem=problem, advice=advice, original=fault.source, mended=mend)


def _wrong_filmstrip(media: Media) -> str:
    import cv2

    from core.video.sprites import read_sprite

    if "thumbnails" in media.gone:
        return "Its filmstrip is gone."
    if media.thumbnails is None:
        return ""
    whole = read_sprite(media.thumbnails) is not None and cv2.imread(str(media.thumbnails)) is not None
    return "" if whole else "Its filmstrip cannot be read."


def _wrong_copy(media: Media, n_frames: int) -> str:
    from core.video.probe import probe

    if media.video is None:
        return "Its video is gone." if "video" in media.gone else ""
    try:
        made = probe(media.video)
    except VideoError:
        return "Its video cannot be read."
    shown = made.timebase.n_frames
    return "" if shown == n_frames else f"Its video shows {shown:,} of {n_frames:,} pictures."


def _has_sound(video: Path) -> bool:
    from core.video.probe import probe

    return probe(video).sound is not None


def _suspected(video: Path) -> str:
    """Why a copy may have lost sound: it is none, shorter or longer than the pictures; "" where it is right."""
    from core.video.probe import probe
    from core.video.sound import sound_extent

    made = probe(video)
    extent = None if made.sound is None else sound_extent(made.path, made.sound, made.start)
    if extent is None:
        return "It has no sound."
    if extent.lasts < made.duration - NOTICED or extent.ends > made.duration + NOTICED:
        return f"{extent.lasts:.1f} s of sound, until {extent.ends:.1f} s, for {made.duration:.1f} s of pictures."
    return ""


def _missing(video: Path, original: Path, sound: str | None) -> str:
    """What the sound of a copy lacks of that of its original, which is decoded; "" where it lacks nothing."""
    from core.video.probe import probe
    from core.video.sound import SoundReader, sound_extent

    made, source = probe(video), probe(original, sound)
    if source.sound is None:
        return ""
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
    return ""


def _original(origin: Origin, given: Sequence[Path]) -> Path | None:
    """The file that an entry was made from, unchanged: where it lay, or one of those given, or in a folder of them."""
    from core.video.probe import file_hash

    for place in _places(origin, given):
        try:
            as_large = origin.size is None or place.stat().st_size == origin.size
            if place.is_file() and as_large and file_hash(place) == origin.content:
                return place
        except OSError:
            continue
    return None


def _places(origin: Origin, given: Sequence[Path]) -> Iterator[Path]:
    if origin.path:
        yield Path(origin.path)
    for one in given:
        check_place(one)
        for found in sorted(one.rglob("*")) if one.is_dir() else [one]:
            if found is one or found.name == origin.name:
                check_place(found)
                yield found


def _mend(
    library: Library, entry: Entry, fault: _Fault, source: Path, progress: Progress, should_stop: ShouldStop
) -> None:
    from core.video.probe import probe
    from storage.scratch import scratch_folder

    info = probe(source, fault.sound)
    if not _as_then(info, entry):
        raise VideoError(
            f"'{source.name}' is read differently today: {info.timebase.n_frames} frames, not {entry.n_frames}.",
            "Take it in again, into another dataset.",
        )
    with scratch_folder(library.data_dir) as work:
        if fault.filmstrip:
            library.entries.store_media(entry.id, thumbnails=make_filmstrip(info, entry.picks, work))
        if fault.copy:
            copy = make_copy(info, work, part(progress, 0.1, 0.6), should_stop)
            library.entries.store_media(entry.id, video=copy.video)
            library.entries.put_notes(entry.id, copy.notes)
    if fault.copy:
        measure(library, entry.id, progress=part(progress, 0.6, 1.0), should_stop=should_stop)


def _as_then(info: VideoInfo, entry: Entry) -> bool:
    lasts = abs(info.duration - entry.timebase.duration) <= AS_LONG
    return info.timebase.n_frames == entry.n_frames and lasts
