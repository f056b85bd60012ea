"""`ingest`: videos into the library: one, a folder of them, or whatever a pattern fits."""

from __future__ import annotations

import logging
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from core import limits
from core.data.timebase import format_rate
from core.engine import HERE, Do, Done, Engine
from core.errors import Cancelled, InputError, ManycutError, refused_by_system
from core.names import readable
from core.progress import Progress, ShouldStop, never, part, silent, time_left
from core.segment.settings import DEFAULT_KIND, ShotKind, ShotSettings
from verbs.caption import CaptionRequest, CaptionResult, caption
from verbs.contract import Exact, GivenFile, Request, Result, several
from verbs.judge import JudgeRequest, JudgeResult
from verbs.judge import judge as judge_captions
from verbs.readable_places import check_place
from verbs.scoring import score_with_all
from verbs.segment import SHOTS_HELP
from verbs.servers import server_called
from verbs.signals import is_measured, keep_measures, measure, measures_of
from verbs.video_files import origin_of, video_files, with_timecode

if TYPE_CHECKING:
    from core.data import Entry
    from core.features.kinds import SpaceOptions
    from core.features.space import FeatureSpace
    from storage.library import Library
    from storage.origins import Origin
    from verbs.signals import Measures

log = logging.getLogger("manycut.ingest")


class IngestChoices(Request):
    """Which videos, and how they are looked at."""

    path: Annotated[tuple[Path, ...], BeforeValidator(several)] = Field(
        description="Video files, folders (with those in them), or patterns in quotes, such as 'trip/**/*.mov'."
    )
    dataset: str = Field("videos", description="Dataset they become part of.")
    title: str | None = Field(None, description="One video: shown on the pages (default: the file's name).")
    space: str | None = Field(
        None,
        description="Feature space, such as googlenet-pool5 (default: efficientnet-lite0, and colour-motion-v1 beside"
        " it where something needs it).",
    )
    picks_per_second: Exact = Field(
        Fraction(2),
        gt=0,
        le=limits.PICKS_PER_SECOND,
        description="How often a video is looked at; 1/2: every two seconds.",
    )
    shots: ShotKind = Field(DEFAULT_KIND, description=SHOTS_HELP)
    penalty: float = Field(
        ShotSettings.penalty, ge=0, allow_inf_nan=False, description="KTS: larger gives fewer shots."
    )
    seconds: Exact = Field(ShotSettings.seconds, gt=0, description="Uniform: duration of a shot.")
    sound: str | None = Field(
        None,
        min_length=1,
        description="Which sound track, where a video has several: its number, its language such as eng, or its title"
        " (default: the one that players choose).",
    )
    captioner: str | None = Field(
        None,
        description="Then describe the pictures: a model, or a server by its name in servers.toml or address.",
    )
    captioner_model: str | None = Field(None, description="Server: which of its models.")
    judge: str | None = Field(None, description="Then have this language model, or a server's, judge the captions.")
    judge_model: str | None = Field(None, description="Server: which of its models.")

    def language_models(self) -> tuple[str, ...]:
        return tuple(name for name in (self.captioner, self.judge) if name)


class AskedIngest(IngestChoices):
    """As a page asks: for names inside the import folder, or for files that it has sent."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"path": ["trip/film.mp4"]}]})

    path: Annotated[tuple[Path, ...], BeforeValidator(several)] = Field(
        (), description="Names inside the import folder."
    )
    sent: tuple[str, ...] = Field((), description="Ids of files that were sent.")

    @model_validator(mode="after")
    def _names_files_once(self) -> Self:
        if bool(self.path) == bool(self.sent):
            raise ValueError("Name files of the import folder, or files that were sent: one of the two.")
        return self


class IngestRequest(IngestChoices):
    """The same, and where weights come from."""

    verb: Literal["ingest"] = "ingest"
    weights: str | None = Field(
        None, description="File or folder of the space's weights, or a model's name (default: the usual place)."
    )
    download: bool = Field(False, description="Fetch weights that are not on this machine.")
    url: str | None = Field(None, description="Fetch them from here instead of where they were published.")
    remove: bool = Field(False, description="Remove files once they are in the library, as for uploads.")


class IngestedEntry(Result):
    """What came of one file.

    Attributes:
        path: the file.
        entry: id.
        n_frames, fps, duration: of the video, in frames, frames a second and seconds.
        picks: how many pictures were looked at.
        segmentation, n_shots: the first of its segmentations, and how many shots it has.
        feature_space: of its features.
        notes: what a person should know.
        runs: by the checkpoints that fit it.
    """

    path: GivenFile
    entry: str
    n_frames: int
    fps: str
    duration: float
    picks: int
    segmentation: str
    n_shots: int
    feature_space: str | None
    notes: list[str]
    runs: list[int]


class KnownEntry(IngestedEntry):
    """What came of a file whose content was here already, and how that is known."""

    reason: str


class FailedFile(Result):
    """A file that cannot be used, and why."""

    path: GivenFile
    code: str
    message: str
    hint: str


class IngestResult(Result):
    """What came of every file.

    Attributes:
        entries: new ones.
        skipped: those that were here before.
        failed: what was wrong with each other.
        captioned, judged: what language models made of them; None where none was named.
        alone: what came of the one file, where one was meant; in `as_json` it stands beside these.
        shots: of the one file, half-open frame intervals.
    """

    entries: list[IngestedEntry]
    skipped: list[KnownEntry]
    failed: list[FailedFile]
    captioned: CaptionResult | None = None
    judged: JudgeResult | None = None
    alone: IngestedEntry | KnownEntry | None = None
    shots: list[tuple[int, int]] | None = None

    def as_json(self) -> dict[str, Any]:
        values = {name: value for name, value in super().as_json().items() if value is not None}
        alone: dict[str, Any] = values.pop("alone", {})
        return values | alone

    @model_validator(mode="before")
    @classmethod
    def _from_json(cls, values: object) -> object:
        """What was kept as JSON: whatever is none of these is of the one file."""
        if not isinstance(values, dict):
            return values
        alone = {name: value for name, value in values.items() if name not in cls.model_fields}
        known = {name: value for name, value in values.items() if name not in alone}
        return {"alone": alone, **known} if alone else known


def ingest(
    library: Library,
    request: IngestRequest,
    *,
    progress: Progress = silent,
    should_stop: ShouldStop = never,
    engine: Engine = HERE,
) -> IngestResult:
    """Takes in videos and scores them with every checkpoint of the library that fits them.

    A file whose content was taken in before in the same way is left as it is, whatever it is called by now; one that
    cannot be used is listed, and the next one follows. So asking again goes on where it was interrupted. Without a
    space it is the one that needs no weights, and the notes say why. Uploads that cannot be used stay for another try.

    Raises:
        ManycutError: a setting makes no sense; or one file was meant, and what is wrong with it.
    """
    from core.features.kinds import SpaceOptions
    from core.features.registry import DEFAULT, open_space, why_default
    from storage.scratch import scratch_folder
    from storage.sent_files import remove_sent

    if not request.path:
        raise InputError("No video was named.", "Name files, folders or patterns.")
    if request.judge and not request.captioner:
        raise InputError("A language model judges captions, and nobody makes them.", "Name a captioner too.")
    for name in request.language_models():
        server_called(library, name)  # says what is wrong with a server before videos are taken in
    wanted = ShotSettings(request.shots, request.penalty, request.seconds)
    progress(0.0, "Looking for videos")
    files, wrong = video_files(request.path)
    alone = len(request.path) == 1 and len(files) + len(wrong) == 1
    if alone and wrong:
        raise next(iter(wrong.values()))
    if request.title and not alone:
        raise InputError("A title is for one video.", "Leave it out: each video is called by its file.")
    opening = SpaceOptions(
        request.space or DEFAULT,
        request.weights,
        request.download,
        request.url,
        progress=part(progress, 0.0, 0.05),
        should_stop=should_stop,
    )
    opened = open_space(opening)
    beside = () if request.space else _asked_for(library, wanted)
    note = "" if request.space else why_default(beside)
    work = FileWork(
        opening, tuple(one.id for one in beside), request.picks_per_second, wanted, request.sound, (opened, *beside)
    )
    entries: dict[int, IngestedEntry] = {}
    skipped: dict[int, KnownEntry] = {}
    failed = [_failure(one, error) for one, error in wrong.items()]
    shares = _shares(files)
    reading = part(progress, 0.05, 0.5 if request.captioner else 1.0)
    start = time.monotonic()

    def told_of(number: int) -> Progress:
        return _of_file(reading, files, shares, number, start)

    def keep(number: int, taken: IngestedEntry | KnownEntry) -> None:
        if isinstance(taken, KnownEntry):
            skipped[number] = taken
        else:
            entries[number] = taken
        if request.remove:
            remove_sent(files[number])

    def fail(number: int, error: Exception) -> None:
        if alone or isinstance(error, Cancelled):
            raise error
        if not isinstance(error, ManycutError):
            log.error("'%s' could not be taken in", files[number], exc_info=error)
        failed.append(_failure(files[number], error))

    with scratch_folder(library.data_dir) as scratch:
        taking = _Taking(library, request, f"{opened.id}, {work.described}", note)

        def new_files() -> Iterator[FileItem]:
            for number, file in enumerate(files):
                try:
                    item = taking.item(number, file, scratch / str(number))
                    known = taking.known(item, told_of(number), should_stop)
                except Exception as error:
                    fail(number, error)
                    continue
                if known is None:
                    yield item
                else:
                    keep(number, known)

        for done in engine.map(work, new_files(), lambda item: told_of(item.number), should_stop):
            number = done.item.number
            try:
                keep(number, taking.keep(done, told_of(number), should_stop))
            except Exception as error:
                fail(number, error)
            shutil.rmtree(done.item.work, ignore_errors=True)
    new, old = ([found[one] for one in sorted(found)] for found in (entries, skipped))
    here: list[IngestedEntry] = [*new, *old]
    captioned, judged = None, None
    if request.captioner and here:
        ids = tuple(dict.fromkeys(one.entry for one in here))
        captioned, judged = _language(library, ids, request, part(progress, 0.5, 1.0), should_stop)
    shots = _first_shots(library.entries.get(here[0].entry)) if alone else None
    progress(1.0, "Ready")
    return IngestResult(
        entries=new,
        skipped=old,
        failed=failed,
        captioned=captioned,
        judged=judged,
        alone=here[0] if alone else None,
        shots=shots,
    )


@dataclass(frozen=True)
class FileItem:
    """A file to look at: which of them, and where; the id and title of its entry; a folder for what is made of it."""

    number: int
    file: Path
    origin: Origin
    name: tuple[str, str]
    work: Path


@dataclass(frozen=True, eq=False)
class TakenFile:
    """What was made of a file: an entry whose media lie in its folder, and what was measured; notes are in its meta."""

    entry: Entry
    measures: Measures


@dataclass(frozen=True)
class FileWork:
    """Looking at video files, all in the same way.

    Attributes:
        options, beside: the space, and the ids of further ones.
        rate: picks per second.
        shots: how they are cut.
        sound: which of several sound tracks is used.
        here: the spaces opened, for this process alone.
    """

    options: SpaceOptions
    beside: tuple[str, ...]
    rate: Fraction
    shots: ShotSettings
    sound: str | None
    here: tuple[FeatureSpace, ...] = ()

    def __reduce__(self) -> tuple[object, ...]:
        options = replace(self.options, progress=silent, should_stop=never)
        return FileWork, (options, self.beside, self.rate, self.shots, self.sound)

    @property
    def described(self) -> str:
        described = f"{format_rate(self.rate)} picks a second, {self.shots.name}"
        return described if self.sound is None else f"{described}, sound {self.sound}"

    def open(self) -> Do[FileItem, TakenFile]:
        from core.features.registry import open_space
        from core.ingest import ingest as take_in

        space, *beside = self.here or (open_space(self.options), *map(open_space, self.beside))

        def do(item: FileItem, progress: Progress, should_stop: ShouldStop) -> TakenFile:
            taken = take_in(
                item.file,
                work=item.work / token_hex(4),  # another try may be at work still
                feature_space=space,
                beside=beside,
                picks_per_second=self.rate,
                shots=self.shots,
                sound=self.sound,
                progress=part(progress, 0.0, 0.8),
                should_stop=should_stop,
            )
            notes = {
                "video_note": taken.info.note,
                "colours_note": taken.info.colours_note,
                "picks_note": taken.picks_note,
                "sound_note": taken.sound_note,
            }
            entry = taken.entry(*item.name, **{name: note for name, note in notes.items() if note})
            told = part(progress, 0.8, 0.9)
            return TakenFile(
                entry, measures_of(entry, taken.survey, taken.heard, progress=told, should_stop=should_stop)
            )

        return do


@dataclass(frozen=True)
class _Taking:
    """Keeping one file after another.

    Attributes:
        library, request: where they go, and as what.
        described: how they are looked at: who did it so before has it already.
        note: why the space was chosen, where nobody did.
    """

    library: Library
    request: IngestRequest
    described: str
    note: str

    def item(self, number: int, file: Path, work: Path) -> FileItem:
        """A file as it is looked at. Raises VideoError where it cannot be read."""
        origin = origin_of(self.library, file, self.described, self.request.sound)
        name = f"{self.request.dataset}/{file.name}", self.request.title or file.stem
        return FileItem(number, file, origin, name, work)

    def known(self, item: FileItem, progress: Progress, should_stop: ShouldStop) -> KnownEntry | None:
        """The entry of a file that was taken in before in this way; None where it is new."""
        from storage.entry_rows import slug

        origin = item.origin
        known = self.library.origins.entry_of(slug(self.request.dataset), origin.content, origin.settings)
        if known is None:
            check_place(item.file)  # it was read before, to be known by its content
            return None
        self.library.origins.found_again(known, origin)
        return self._known(known, item.file, progress, should_stop)

    def keep(
        self, done: Done[FileItem, TakenFile], progress: Progress, should_stop: ShouldStop
    ) -> IngestedEntry | KnownEntry:
        """Takes what was made of a file into the library, unless one of the same content came meanwhile."""
        made, library = done.result(), self.library
        if (again := self.known(done.item, progress, should_stop)) is not None:
            return again
        entry = made.entry
        if self.note:
            entry = replace(entry, meta={"features_note": self.note, **entry.meta})
        origin = with_timecode(done.item.origin, done.item.file, entry.timebase)
        entry_id = library.entries.add_ingested(entry, dataset=self.request.dataset, origin=origin)
        keep_measures(library, entry_id, made.measures)
        entry = library.entries.get(entry_id)
        return _ingested(done.item.file, entry, score_with_all(library, entry, part(progress, 0.9, 1.0)))

    def _known(self, entry_id: str, file: Path, progress: Progress, should_stop: ShouldStop) -> KnownEntry:
        entry, origin = self.library.entries.get(entry_id), self.library.origins.of_entry(entry_id)
        # Where it was interrupted before it was measured, or before any model had seen it, that is still to do.
        if entry.video is not None and not is_measured(self.library, entry_id):
            measure(self.library, entry_id, progress=part(progress, 0.0, 0.8), should_stop=should_stop)
            entry = self.library.entries.get(entry_id)
        runs = score_with_all(self.library, entry, part(progress, 0.8, 1.0))
        called = "" if origin is None or origin.name == readable(file.name) else f" as '{origin.name}'"
        return KnownEntry(**dict(_ingested(file, entry, runs)), reason=f"it was taken in before{called}")


def _asked_for(library: Library, shots: ShotSettings) -> tuple[FeatureSpace, ...]:
    """The space of earlier versions, where shots of every frame need it or a checkpoint of the library takes it."""
    from core.features.colour_motion import COLOUR_MOTION

    wanted = shots.kind == "kts-frames" or library.checkpoints.list(feature_space=COLOUR_MOTION.id)
    return (COLOUR_MOTION,) if wanted else ()


def _ingested(file: Path, entry: Entry, runs: list[int]) -> IngestedEntry:
    return IngestedEntry(
        path=file,
        entry=entry.id,
        n_frames=entry.n_frames,
        fps=format_rate(entry.timebase.rate),
        duration=entry.timebase.duration,
        picks=len(entry.picks),
        segmentation=next(iter(entry.shots)),
        n_shots=len(next(iter(entry.shots.values()))),
        feature_space=entry.feature_space,
        notes=entry.notes,
        runs=runs,
    )


def _failure(file: Path, error: Exception) -> FailedFile:
    if isinstance(error, ManycutError):
        return FailedFile(path=file, **{name: readable(said) for name, said in error.as_dict().items()})
    if refused := refused_by_system(error):
        return FailedFile(path=file, **refused.as_dict())
    message = f"'{readable(file.name)}' stopped on an unexpected error ({type(error).__name__})."
    return FailedFile(path=file, code="unexpected", message=message, hint="Please report it with that file.")


def _shares(files: Sequence[Path]) -> list[float]:
    """How much of the work each file is, by its size: they sum to 1."""
    sizes = [1 + (file.stat().st_size if file.is_file() else 0) for file in files]
    return [size / sum(sizes) for size in sizes]


def _of_file(progress: Progress, files: Sequence[Path], shares: Sequence[float], index: int, start: float) -> Progress:
    """The Progress of one of several files: says which it is, and how long all of them will still take."""
    before = sum(shares[:index])
    where = f"{index + 1} of {len(files)}, {files[index].name}: " if len(files) > 1 else ""

    def report(fraction: float, message: str, figures: Mapping[str, float] | None = None) -> None:
        done = before + fraction * shares[index]
        left = time_left(start, round(1000 * done), 1000) if done > 0.02 else ""
        progress(done, f"{where}{message}{left}", figures)

    return report


def _first_shots(entry: Entry) -> list[tuple[int, int]]:
    bounds: list[tuple[int, int]] = next(iter(entry.shots.values())).bounds.tolist()
    return bounds


def _language(
    library: Library, ids: tuple[str, ...], request: IngestRequest, progress: Progress, should_stop: ShouldStop
) -> tuple[CaptionResult, JudgeResult | None]:
    """Captions of entries, and what a language model makes of them where one is named."""
    ends = 0.5 if request.judge else 1.0
    captioned = caption(
        library,
        CaptionRequest.of(captioner=request.captioner, server_model=request.captioner_model, entries=ids),
        progress=part(progress, 0.0, ends),
        should_stop=should_stop,
    )
    described = tuple(one.entry for one in captioned.entries)
    if not (request.judge and described):
        return captioned, None
    judged = judge_captions(
        library,
        JudgeRequest(judge=request.judge, server_model=request.judge_model, entries=described),
        progress=part(progress, ends, 1.0),
        should_stop=should_stop,
    )
    return captioned, judged
