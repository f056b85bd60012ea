"""The verb that takes in videos: one, a folder of them, or whatever a pattern fits."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.data.timebase import format_rate
from core.errors import Cancelled, InputError, ManycutError, VideoError
from core.features.colour_motion import COLOUR_MOTION
from core.features.kinds import SpaceOptions
from core.features.registry import DEFAULT, open_space, why_default
from core.progress import Progress, ShouldStop, never, part, silent
from core.segment.settings import DEFAULT_KIND, ShotSettings
from verbs.captions import caption
from verbs.common import time_left
from verbs.language import judge as judge_captions
from verbs.models import score_with_all
from verbs.named_servers import server_called
from verbs.signals import is_measured, measure
from verbs.video_files import video_files

if TYPE_CHECKING:
    from core.data import Entry
    from core.features.space import FeatureSpace
    from storage.library import Library

log = logging.getLogger("manycut.ingest")

MOST_PICKS_PER_SECOND = 60


def ingest(
    library: Library,
    *,
    path: Path | str | Sequence[Path | str],
    dataset: str = "videos",
    title: str | None = None,
    space: str | None = None,
    weights: str | None = None,
    download: bool = False,
    url: str | None = None,
    picks_per_second: str | float = 2,
    shots: str = DEFAULT_KIND,
    penalty: float = 1.0,
    seconds: str | float = 2,
    captioner: str | None = None,
    captioner_model: str | None = None,
    judge: str | None = None,
    judge_model: str | None = None,
    progress: Progress = silent,
    should_stop: ShouldStop = never,
) -> dict[str, Any]:
    """Takes in videos and scores them with every checkpoint of the library that fits them.

    A file whose content was taken in before in the same way is left as it is, whatever it is called by now; one that
    cannot be used is listed, and the next one follows. So asking again goes on where it was interrupted.

    Args:
        path: files, folders and patterns; see `verbs.video_files`.
        dataset, title: of the new entries; a title for one file only.
        space: feature space; by default the one that needs no weights, and the result's "notes" say why.
        weights, download, url: see `core.features.kinds.SpaceOptions`.
        picks_per_second: how often the videos are looked at, "1/2" for every two seconds.
        shots, penalty, seconds: see `core.segment.settings.ShotSettings`.
        captioner, captioner_model: describes the pictures afterwards, see `caption`.
        judge, judge_model: judges the captions then, see `judge`.

    Returns:
        {"entries": what came of each new file, "skipped": of each that was here, "failed": what was wrong with each
        other}. Where one file was meant, what came of it also stands beside these.

    Raises:
        ManycutError: a setting makes no sense; or one file was meant, and what is wrong with it.
    """
    paths = [path] if isinstance(path, (str, Path)) else list(path)
    if not paths:
        raise InputError("No video was named.", "Name files, folders or patterns.")
    if judge and not captioner:
        raise InputError("A language model judges captions, and nobody makes them.", "Name a captioner too.")
    for name in (captioner, judge):
        if name:
            server_called(library, name)  # says what is wrong with a server before videos are taken in
    wanted = ShotSettings(shots, float(penalty), _fraction(seconds, "Seconds per shot"))
    rate = _fraction(picks_per_second, "Picks per second")
    if not 0 < rate <= MOST_PICKS_PER_SECOND:
        raise InputError(f"Picks per second are more than 0 and at most {MOST_PICKS_PER_SECOND}, not {float(rate):g}.")
    progress(0.0, "Looking for videos")
    files, wrong = video_files(paths)
    alone = len(paths) == 1 and len(files) + len(wrong) == 1
    if alone and wrong:
        raise next(iter(wrong.values()))
    if title and not alone:
        raise InputError("A title is for one video.", "Leave it out: each video is called by its file.")
    told = part(progress, 0.0, 0.05)
    opened = open_space(SpaceOptions(space or DEFAULT, weights, download, url, progress=told, should_stop=should_stop))
    beside = () if space else _asked_for(library, wanted)
    note = "" if space else why_default(beside)
    taking = _Taking(library, dataset, title, opened, note, beside, rate, wanted)
    result: dict[str, Any] = {"entries": [], "skipped": [], "failed": []}
    for one, error in wrong.items():
        result["failed"].append(_failure(one, error))
    shares = _shares(files)
    reading = part(progress, 0.05, 0.5 if captioner else 1.0)
    start = time.monotonic()
    for index, file in enumerate(files):
        try:
            facts = taking.take(file, _of_file(reading, files, shares, index, start), should_stop)
        except Cancelled:
            raise
        except Exception as error:
            if alone:
                raise
            if not isinstance(error, ManycutError):
                log.exception("'%s' could not be taken in", file)
            result["failed"].append(_failure(file, error))
        else:
            result["skipped" if "reason" in facts else "entries"].append(facts)
    here = result["entries"] + result["skipped"]
    if captioner and here:
        ids = list(dict.fromkeys(facts["entry"] for facts in here))
        told = part(progress, 0.5, 1.0)
        result |= _language(library, ids, (captioner, captioner_model), (judge, judge_model), told, should_stop)
    if alone:
        entry = library.entries.get(here[0]["entry"])
        result |= here[0] | {"shots": next(iter(entry.shots.values())).bounds.tolist()}
    progress(1.0, "Ready")
    return result


@dataclass(frozen=True)
class _Taking:
    """Taking in one file after another, all in the same way.

    Attributes:
        library, dataset, title: where they go, and what a person calls them.
        space, note: opened; and why it was chosen, where nobody did.
        beside: further spaces, opened.
        rate: picks per second.
        shots: how they are cut.
    """

    library: Library
    dataset: str
    title: str | None
    space: FeatureSpace
    note: str
    beside: tuple[FeatureSpace, ...]
    rate: Fraction
    shots: ShotSettings

    @property
    def described(self) -> str:
        return f"{self.space.id}, {format_rate(self.rate)} picks a second, {self.shots.name}"

    def take(self, file: Path, progress: Progress, should_stop: ShouldStop) -> dict[str, Any]:
        """What came of a file; with a "reason" where its content was here already."""
        from core.ingest import ingest as take_in
        from storage.entry_rows import slug
        from storage.origins import Origin
        from storage.scratch import scratch_folder

        library = self.library
        origin = Origin(_hash(file), self.described, file.name)
        known = library.origins.entry_of(slug(self.dataset), origin.content, origin.settings)
        if known is not None:
            return self._known(known, file, progress, should_stop)
        with scratch_folder(library.data_dir) as work:
            taken = take_in(
                file,
                work=work,
                feature_space=self.space,
                beside=self.beside,
                picks_per_second=self.rate,
                shots=self.shots,
                progress=part(progress, 0.0, 0.8),
                should_stop=should_stop,
            )
            notes = {"features_note": self.note, "video_note": taken.info.note}
            notes = {name: note for name, note in notes.items() if note}
            entry = taken.entry(f"{self.dataset}/{file.name}", self.title or file.stem, **notes)
            entry_id = library.entries.add_ingested(entry, dataset=self.dataset, origin=origin)
            measure(library, entry_id, seen=taken, progress=part(progress, 0.8, 0.9), should_stop=should_stop)
        entry = library.entries.get(entry_id)
        return _facts(file, entry, score_with_all(library, entry, part(progress, 0.9, 1.0)))

    def _known(self, entry_id: str, file: Path, progress: Progress, should_stop: ShouldStop) -> dict[str, Any]:
        entry, name = self.library.entries.get(entry_id), self.library.origins.of_entry(entry_id).name
        # Where it was interrupted before it was measured, or before any model had seen it, that is still to do.
        if entry.video is not None and not is_measured(self.library, entry_id):
            measure(self.library, entry_id, progress=part(progress, 0.0, 0.8), should_stop=should_stop)
            entry = self.library.entries.get(entry_id)
        runs = score_with_all(self.library, entry, part(progress, 0.8, 1.0))
        called = "" if name == file.name else f" as '{name}'"
        return _facts(file, entry, runs) | {"reason": f"it was taken in before{called}"}


def _asked_for(library: Library, shots: ShotSettings) -> tuple[FeatureSpace, ...]:
    """The space of earlier versions, where shots of every frame need it or a checkpoint of the library takes it."""
    wanted = shots.kind == "kts-frames" or library.checkpoints.list(feature_space=COLOUR_MOTION.id)
    return (COLOUR_MOTION,) if wanted else ()


def _facts(file: Path, entry: Entry, runs: list[int]) -> dict[str, Any]:
    return {
        "path": str(file),
        "entry": entry.id,
        "n_frames": entry.n_frames,
        "fps": format_rate(entry.timebase.rate),
        "duration": entry.timebase.duration,
        "picks": len(entry.picks),
        "segmentation": next(iter(entry.shots)),
        "n_shots": len(next(iter(entry.shots.values()))),
        "feature_space": entry.feature_space,
        "notes": [entry.meta[name] for name in ("features_note", "video_note") if name in entry.meta],
        "runs": runs,
    }


def _failure(file: Path, error: Exception) -> dict[str, str]:
    if isinstance(error, ManycutError):
        return {"path": str(file), **error.as_dict()}
    message = f"'{file.name}' stopped on an unexpected error ({type(error).__name__})."
    return {"path": str(file), "code": "unexpected", "message": message, "hint": "Please report it with that file."}


def _hash(file: Path) -> str:
    from core.video.probe import file_hash

    if not file.is_file():
        raise VideoError(f"There is no file '{file}'.", "Check the name and the folder.")
    try:
        return file_hash(file)
    except OSError as error:
        raise VideoError(f"'{file}' cannot be opened: {error.strerror}.", "Check who may read the file.") from error


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


def _language(
    library: Library,
    ids: Sequence[str],
    captioning: tuple[str, str | None],
    judging: tuple[str | None, str | None],
    progress: Progress,
    should_stop: ShouldStop,
) -> dict[str, Any]:
    """Captions of entries, and what a language model makes of them: each by name and, of a server, which model."""
    (captioner, model), (judge, judge_model) = captioning, judging
    ends = 0.5 if judge else 1.0
    told = part(progress, 0.0, ends)
    result = {
        "captioned": caption(
            library, captioner=captioner, model=model, entries=ids, progress=told, should_stop=should_stop
        )
    }
    described = [one["entry"] for one in result["captioned"]["entries"]]
    if judge and described:
        told = part(progress, ends, 1.0)
        result["judged"] = judge_captions(
            library, model=judge, server_model=judge_model, entries=described, progress=told, should_stop=should_stop
        )
    return result


def _fraction(value: str | float, what: str) -> Fraction:
    try:
        return Fraction(str(value))
    except (ValueError, ZeroDivisionError):
        raise InputError(f"{what} are a number such as 2, 0.5 or 1/2, not '{value}'.") from None
