"""One entry as one HDF5 group: the eccv16 keys and what Manycut adds to them.

The library keeps each entry in a file of its own in this form, and `eccv16` writes many of them into one file for
others. Added to the eccv16 keys (T picks, U people):

    user_scores      (U, T) float32 importance in [0, 1], NaN where not judged
    annotator_ids    (U,) names;  user_protocol (U,) how each judged
    user_simulated   (U,) 0 or 1, whether each is made by a program; the attribute says whether anybody is
    frame_labels     (U, n_frames) uint8 raw labels
    fps              "30000/1001";  frame_times (n_frames,) int64 with attributes unit and end where the rate varies
    title, category, video_name, key
    captions         (T,) sentences;  text_features (T, W) float32
    spaces/<id>      (T, D) float32 features of further spaces; slashes in the id as "%2F"
    shots/<name>     (S, 2) half-open, segmentations beside change_points
    exact/<name>     (S, 2) half-open, a segmentation's boundaries at the frames where the picture changes
    transcript       group of what is said: times (C, 2) ms, texts (C,) and counts (C,) of the words of cues;
                     word_times (W, 2) ms and word_texts (W,)
    sounds           group of what is heard: times (S, 2) ms, kinds (S,) such as "speech" and "music"
    empty            (E, 2) half-open frame intervals whose pictures show nothing
    signals/<name>   (T,) float32 curves in [0, 1] computed from the video itself
    attributes       feature_space, text_space, shots_source, simulated, entry_id, meta (JSON);
                     features_elsewhere, see `stayed_features`
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from urllib.parse import quote, unquote

import h5py
import numpy as np

from core.data import AnnotationSet, Entry, Shots
from core.data.entry import RATE_NOTE
from core.data.people import slot_names
from core.data.space_ids import canonical
from core.data.timebase import MOST_FRAMES, Timebase, VaryingTimebase, format_rate, parse_rate
from core.errors import InputError
from core.exact import exact_number
from storage.formats.faults import Faults
from storage.formats.hdf5 import Reader
from storage.formats.hdf5_writing import Writer
from storage.formats.sounds_group import read_sounds_of, write_sounds
from storage.formats.stayed_features import (
    Source,
    StayedFeatures,
    StayedRows,
    read_stayed,
    stayed_in,
    write_stayed,
)
from storage.formats.transcript_group import read_transcript_of, write_transcript

GOOGLENET = "googlenet-pool5"
UNKNOWN = "unknown"
MEAN = "dataset mean"  # who stands for everybody
SIMULATED = "simulated"  # how simulated people judge
# Where files keep the parts of our values.
KEYS = {
    "annotators": "annotator_ids",
    "protocols": "user_protocol",
    "scores": "user_scores",
    "summaries": "user_summary",
    "simulated": "user_simulated",
}


def write_entry(group: h5py.Group, entry: Entry) -> None:
    """Writes everything an entry holds, except its video and pictures, into an empty group."""
    timebase, into = entry.timebase, Writer(group)
    into.array("n_frames", np.array(timebase.n_frames, np.int64))
    into.array("n_steps", np.array(len(entry.picks), np.int64))
    into.array("picks", entry.picks.astype(np.int32))
    _write_timebase(into, timebase)
    for name, value in {
        "key": entry.key,
        "title": entry.title,
        "category": entry.meta.get("category", ""),
        "video_name": entry.video.name if entry.video else entry.meta.get("video_name", ""),
    }.items():
        if value:
            into.text(name, value)
    into.attribute("entry_id", entry.id)
    into.attribute("meta", json.dumps(dict(entry.meta), ensure_ascii=False))
    stayed = stayed_in(entry.features)
    for space in entry.features:  # one in memory at a time
        if space not in stayed:
            into.array(_place_of(space, entry), entry.features[space].astype(np.float32))
    write_stayed(group, stayed)
    if entry.feature_space is not None:
        into.attribute("feature_space", entry.feature_space)
    if entry.text_space is not None:
        into.attribute("text_space", entry.text_space)
    if entry.captions is not None:
        into.texts("captions", entry.captions)
    if entry.transcript is not None:
        write_transcript(into.group("transcript"), entry.transcript)
    if entry.sounds is not None:
        write_sounds(into.group("sounds"), entry.sounds)
    _write_shots(into, entry)
    if entry.empty is not None:
        into.array("empty", entry.empty.astype(np.int32).reshape(-1, 2))
    for name, curve in entry.signals.items():
        into.array(f"signals/{name}", curve.astype(np.float32))
    if entry.annotations is not None:
        _write_people(into, entry.annotations)


def read_entry(
    reader: Reader,
    *,
    dataset: str,
    key: str,
    needs_features: bool = False,
    features: Callable[[FeatureSpaces, int], Mapping[str, np.ndarray]] | None = None,
    ours: bool = False,
) -> Entry:
    """Reads one group, whether written by `write_entry` or taken from a released eccv16 file.

    Args:
        reader: of the group.
        dataset, key: make up the id of the entry.
        needs_features: True for released files, which are useless without `features` and `change_points`.
        features: makes a mapping that reads the features of these spaces, and of so many picks, when it is asked to;
            by default they are read now.
        ours: see `feature_spaces`.

    Raises:
        Faulty: keys are missing, have another shape than the others imply, or hold NaN: all of them are named.
    """
    faults = Faults()
    n_frames = faults.reading(lambda: _read_count(reader, "n_frames", "the number of frames"))
    picks = faults.reading(lambda: _read_picks(reader, n_frames))
    steps = None if picks is None else len(picks)
    faults.reading(lambda: _check_steps(reader, steps))
    meta = faults.reading(lambda: _read_meta(reader)) or {}
    spaces = feature_spaces(reader, needs_features, ours)
    found: Mapping[str, np.ndarray] = {}
    if features is None:
        read = {one: faults.reading(partial(read_features, reader, spaces, one, steps)) for one in spaces.places}
        found = {space: rows for space, rows in read.items() if rows is not None}
    elif steps is not None:
        found = faults.reading(partial(features, spaces, steps)) or {}
    shots = faults.reading(lambda: read_shots(reader, n_frames, needs_features))
    people = captions = empty = transcript = sounds = None
    signals: dict[str, np.ndarray] = {}
    timebase = None
    if n_frames is not None and picks is not None:
        timebase = faults.reading(partial(_read_timebase, reader, n_frames, picks, meta))
        people = faults.reading(partial(_read_people, reader, picks, n_frames, dataset, meta))
        captions = faults.reading(partial(_read_captions, reader, len(picks)))
        transcript = faults.reading(lambda: read_transcript_of(reader))
        sounds = faults.reading(lambda: read_sounds_of(reader))
        empty = faults.reading(lambda: _read_empty(reader))
        signals = faults.reading(partial(_read_signals, reader, len(picks))) or {}
    faults.check()
    assert picks is not None
    assert timebase is not None
    assert shots is not None
    if reader.notes:
        meta["frames_note"] = "; ".join(reader.notes)
    keys = {f"shots/{name}": "change_points" for name in list(shots)[:1]} if "change_points" in reader else {}
    with reader.naming(KEYS | keys):
        return Entry(
            id=f"{dataset}/{key}",
            title=reader.text("title") or meta.get("video_name") or key,
            timebase=timebase,
            picks=picks,
            features=found,
            feature_space=spaces.main,
            text_space=spaces.text,
            shots=shots,
            annotations=people,
            captions=captions,
            meta=meta,
            empty=empty,
            signals=signals,
            transcript=transcript,
            sounds=sounds,
        )


@dataclass(frozen=True)
class FeatureSpaces:
    """Which features a group holds.

    Attributes:
        places: where they lie in it, or in another file, by the id of their space: the main ones first, then those of
            captions.
        main, text: see `Entry.feature_space` and `Entry.text_space`.
    """

    places: Mapping[str, str | StayedRows]
    main: str | None
    text: str | None


def feature_spaces(reader: Reader, required: bool = False, ours: bool = False) -> FeatureSpaces:
    """Which features an entry has, without reading any.

    Args:
        reader: of its group.
        required: it must have main ones.
        ours: the file is one of the library's own, which may say that features stay in another file.

    Raises:
        FormatError: what it says of that cannot be understood.
    """
    stayed = read_stayed(reader.group) if ours else {}
    places: dict[str, str | StayedRows] = {}
    main = text = None
    if required or "features" in reader:
        main = _main_space(reader)
        places[main] = "features"
    elif (stated := canonical(reader.text("feature_space"))) in stayed:
        main = stated
        places[main] = stayed[main]
    if "text_features" in reader:
        text = canonical(reader.text("text_space")) or UNKNOWN
        places.setdefault(text, "text_features")
    elif (stated := canonical(reader.text("text_space"))) in stayed:
        text = stated
        places.setdefault(text, stayed[text])
    folder = reader.group.get("spaces")
    for name in folder if isinstance(folder, h5py.Group) else ():
        places.setdefault(canonical(unquote(name)), f"spaces/{name}")
    for space, rows in stayed.items():
        places.setdefault(space, rows)
    return FeatureSpaces(places, main, None if text == main else text)


def read_features(reader: Reader, spaces: FeatureSpaces, space: str, steps: int | None) -> np.ndarray:
    """(T, D) float32 of one space, any T where `steps` is None. Raises FormatError."""
    place = spaces.places[space]
    if isinstance(place, StayedRows):
        return place.read()
    expected = _rows_expected(steps)
    features = reader.finite(place, np.float32, (steps, None), expected)
    if features.shape[1] == 0:
        raise reader.error(place, expected, f"its shape is {features.shape}")
    return features


def features_that_stay(reader: Reader, source: Source, spaces: FeatureSpaces, steps: int) -> StayedFeatures:
    """The features of a group of `source`, whose values stay there and are not read. Raises FormatError."""
    expected, rows = _rows_expected(steps), {}
    for space, place in spaces.places.items():
        if isinstance(place, StayedRows):
            continue
        length, width = reader.shape(place, (steps, None), expected)
        if not width:
            raise reader.error(place, expected, f"its shape is {(length, width)}")
        rows[space] = StayedRows(source, f"{reader.group.name}/{place}", (length, width))
    return StayedFeatures(rows)


def _rows_expected(steps: int | None) -> str:
    return f"({'T' if steps is None else steps}, D) finite numbers"


def _place_of(space: str, entry: Entry) -> str:
    if space == entry.feature_space:
        return "features"
    if space == entry.text_space:
        return "text_features"
    # A slash would begin a group in the group. Percent signs as in addresses, so that the id can be told again.
    return f"spaces/{quote(space, safe=' ,:;+=()<>')}"


def inclusive_ends(shots: Shots) -> np.ndarray:
    """(S, 2) bounds as eccv16 files hold them in `change_points`, both ends inclusive."""
    return shots.bounds - np.array([0, 1])


def half_open(bounds: np.ndarray, n_frames: int) -> np.ndarray:
    """(S, 2) half-open bounds from `change_points`.

    eccv16 files hold inclusive ends; MR.HiSum's hold exclusive ones, told by each shot beginning where the one
    before it ends. MR.HiSum's last shot may stop one short of the video, as may those of eccv16.
    """
    exclusive = bounds[-1, 1] >= n_frames if len(bounds) == 1 else np.all(bounds[1:, 0] == bounds[:-1, 1])
    bounds = bounds + np.array([0, 0 if exclusive else 1])
    if bounds[-1, 1] in (n_frames - 1, n_frames + 1):
        bounds[-1, 1] = n_frames
    return bounds


def _write_timebase(into: Writer, timebase: Timebase) -> None:
    into.text("fps", format_rate(timebase.rate))
    if isinstance(timebase, VaryingTimebase):
        times = into.packed("frame_times", timebase.times.astype(np.int64))
        times.attrs["unit"] = format_rate(timebase.unit)
        times.attrs["end"] = timebase.end


def _read_timebase(reader: Reader, n_frames: int, picks: np.ndarray, meta: dict[str, str]) -> Timebase:
    try:
        if "frame_times" in reader:
            times = reader.array("frame_times", np.int64, (n_frames,), f"{n_frames} presentation times")
            attributes = reader.group["frame_times"].attrs
            return Timebase.from_times(times, exact_number(attributes["unit"]), int(attributes["end"]))
        name = next((name for name in ("fps", "video_fps") if reader.text(name)), None)
        if name is not None:
            return Timebase(parse_rate(reader.text(name)), n_frames)
    except (InputError, KeyError, TypeError, ValueError, ZeroDivisionError) as error:
        raise reader.error("fps", "a frame rate such as 30000/1001", f"it is not ({error})") from error
    step = int(np.median(np.diff(picks))) if len(picks) > 1 else 15
    meta[RATE_NOTE] = f"assumed: two picks a second, one every {step} frames"
    return Timebase(Fraction(2 * step), n_frames)


def _write_shots(into: Writer, entry: Entry) -> None:
    for name, shots in entry.shots.items():
        if shots.exact is not None:
            into.array(f"exact/{name.replace('/', '-')}", shots.exact.astype(np.int32))
    others = dict(entry.shots)
    if others:
        default = next(iter(others))
        into.array("change_points", inclusive_ends(others[default]).astype(np.int32))
        into.array("n_frame_per_seg", others[default].lengths.astype(np.int32))
        into.attribute("shots_source", default)
        del others[default]
    if others:
        folder = into.group("shots", ordered=True)
        for name, shots in others.items():
            folder.array(name.replace("/", "-"), shots.bounds.astype(np.int32))


def read_shots(reader: Reader, n_frames: int | None, required: bool) -> dict[str, Shots]:
    """The segmentations of a group by name, `change_points` first; `required` where it must have that.

    Where `n_frames` is None, `change_points` are taken as inclusive ends.
    """
    shots: dict[str, Shots] = {}
    if "change_points" in reader or required:
        expected = "(S, 2) first and last frame of each shot, ascending"
        bounds = reader.array("change_points", np.int64, (None, 2), expected)
        if len(bounds) == 0:
            raise reader.error("change_points", expected, "there are none")
        source = reader.text("shots_source") or "kts"
        shots[source] = _shots(reader, "change_points", half_open(bounds, n_frames or int(bounds[-1, 1]) + 1), source)
    folder = reader.group.get("shots")
    for name in folder if isinstance(folder, h5py.Group) else ():
        bounds = reader.array(f"shots/{name}", np.int64, (None, 2), "(S, 2) half-open frame intervals")
        shots[name] = _shots(reader, f"shots/{name}", bounds, name)
    return shots


def _shots(reader: Reader, key: str, bounds: np.ndarray, source: str) -> Shots:
    exact, found = f"exact/{source.replace('/', '-')}", None
    if exact in reader:
        found = reader.array(exact, np.int64, (len(bounds), 2), f"({len(bounds)}, 2) half-open frame intervals")
    with reader.naming({"bounds": key, "exact": exact}):
        return Shots(bounds, source, found)


def _read_empty(reader: Reader) -> np.ndarray | None:
    if "empty" not in reader:
        return None
    return reader.array("empty", np.int64, (None, 2), "(E, 2) half-open frame intervals")


def _read_signals(reader: Reader, steps: int) -> dict[str, np.ndarray]:
    folder = reader.group.get("signals")
    expected = f"({steps},) numbers in [0, 1]"
    names = list(folder) if isinstance(folder, h5py.Group) else []
    return {name: reader.array(f"signals/{name}", np.float32, (steps,), expected) for name in names}


def _write_people(into: Writer, people: AnnotationSet) -> None:
    into.array("user_scores", people.scores.astype(np.float32))
    into.texts("annotator_ids", people.annotators)
    into.texts("user_protocol", people.protocols)
    into.array("user_simulated", np.array(people.simulated, np.uint8))
    into.attribute("simulated", any(people.simulated))
    if people.summaries is not None:
        summaries = into.packed("user_summary", people.summaries.astype(np.uint8))
        summaries.attrs["derived"] = False
    if people.frame_labels is not None:
        into.packed("frame_labels", people.frame_labels.astype(np.uint8))


def _read_people(
    reader: Reader, picks: np.ndarray, n_frames: int, dataset: str, meta: dict[str, str]
) -> AnnotationSet | None:
    steps = len(picks)
    scores = summaries = frame_labels = None
    if "user_scores" in reader:
        scores = reader.array("user_scores", np.float32, (None, steps), f"(U, {steps}) scores in [0, 1] or NaN")
    if "user_summary" in reader:
        people = None if scores is None else len(scores)
        expected = f"({'U' if people is None else people}, {n_frames}) of 0 and 1"
        summaries = reader.per_frame("user_summary", np.uint8, people, n_frames, expected)
    protocol = _protocol(dataset, scores is not None)
    if scores is None and summaries is not None:
        scores = summaries[:, picks].astype(np.float32)
    elif scores is not None and summaries is not None and reader.group["user_summary"].attrs.get("derived"):
        summaries = None
    elif scores is None and "gtscore" in reader:
        return mean_person(reader, steps, meta)
    if scores is None or len(scores) == 0:
        return None
    count = len(scores)
    if "frame_labels" in reader:
        expected = f"({count}, {n_frames}) raw labels"
        frame_labels = reader.per_frame("frame_labels", np.uint8, count, n_frames, expected)
    names = reader.texts("annotator_ids", count) if "annotator_ids" in reader else slot_names(count)
    protocols = reader.texts("user_protocol", count) if "user_protocol" in reader else (protocol,) * count
    simulated = _simulated(reader, protocols)
    with reader.naming(KEYS):
        return AnnotationSet(names, scores, protocols, summaries, frame_labels, simulated)


def _simulated(reader: Reader, protocols: Sequence[str]) -> tuple[bool, ...]:
    """Which of the people are made by a program; in files from before only whether any of them is."""
    count = len(protocols)
    if "user_simulated" in reader:
        marks = reader.array("user_simulated", np.uint8, (count,), f"({count},) 0 or 1")
        return tuple(bool(mark) for mark in marks)
    if not reader.group.attrs.get("simulated", False):
        return (False,) * count
    made = tuple(protocol == SIMULATED for protocol in protocols)
    return made if any(made) else (True,) * count


def mean_person(reader: Reader, steps: int, meta: dict[str, str], name: str = "gtscore") -> AnnotationSet:
    """Stands for everybody where a release only gives their mean, as MR.HiSum does, under that name."""
    scores = reader.finite(name, np.float32, (steps,), f"({steps},) mean importance")
    low, high = min(float(scores.min()), 0.0), max(float(scores.max()), 1.0)
    if (low, high) != (0.0, 1.0):
        scores = (scores - low) / (high - low)
        meta[f"{name}_note"] = f"brought to [0, 1] from [{low:g}, {high:g}]"
    with reader.naming({"scores": name}):
        return AnnotationSet((MEAN,), scores[None], ("mean",))


def _protocol(dataset: str, rated: bool) -> str:
    for known in ("tvsum", "summe"):
        if known in dataset.lower():
            return known
    return "ratings" if rated else "summaries"


def _main_space(reader: Reader) -> str:
    features = reader.group.get("features")
    width = features.shape[1] if isinstance(features, h5py.Dataset) and features.ndim == 2 else 0
    stated = reader.text("feature_space") or Reader(reader.path, reader.group.file).text("feature_space")
    return canonical(stated) or (GOOGLENET if width == 1024 else f"unknown-{width}")


def _read_meta(reader: Reader) -> dict[str, str]:
    try:
        meta = {str(k): str(v) for k, v in json.loads(reader.text("meta", "{}")).items()}
    except (ValueError, AttributeError) as error:
        raise reader.error("meta", "a JSON object", "it is not") from error
    for name in ("category", "video_name"):
        if value := reader.text(name):
            meta[name] = value
    return meta


def _read_count(reader: Reader, name: str, meaning: str) -> int:
    value = reader.group.get(name)
    expected = f"{meaning}, a positive whole number up to {MOST_FRAMES}"
    shape = () if getattr(value, "shape", ()) == () else (1,)
    count = int(reader.array(name, np.int64, shape, expected).item())
    if not 1 <= count <= MOST_FRAMES:
        raise reader.error(name, expected, f"it is {count}")
    return count


def _read_picks(reader: Reader, n_frames: int | None) -> np.ndarray:
    expected = "ascending frames from 0 on" if n_frames is None else f"ascending frames in 0..{n_frames - 1}"
    picks = reader.array("picks", np.int64, (None,), expected)
    if len(picks) == 0 or picks[0] < 0 or np.any(np.diff(picks) <= 0):
        raise reader.error("picks", expected, "they are not")
    if n_frames is None:
        return picks
    if reader.notes is not None and picks[-1] == n_frames and n_frames - 1 not in picks:
        reader.notes.append(f"the last of 'picks' is frame {n_frames} of {n_frames}: it is taken for the last frame")
        picks[-1] = n_frames - 1
    if picks[-1] >= n_frames:
        raise reader.error("picks", expected, "they are not")
    return picks


def _check_steps(reader: Reader, steps: int | None) -> None:
    if "n_steps" not in reader:
        return
    stated = _read_count(reader, "n_steps", "the number of picks")
    if steps is not None and stated != steps:
        raise reader.error("n_steps", f"{steps}, the number of picks", "it is another number")


def _read_captions(reader: Reader, steps: int) -> tuple[str, ...] | None:
    return reader.texts("captions", steps) if "captions" in reader else None
