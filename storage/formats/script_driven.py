"""S-VideoXum, SM-VideoXum and SM-MrHiSum: HDF5 files for summaries that follow a script (Mylonas et al. 2025).

One group per video, which knows seconds and no frames (T seconds, U people, ten in VideoXum):

    gtsummaries           (U, T) of 0 and 1, each person's summary; or
    gtscores              (U, T) each person's importance in [0, 1]; or, in SM-MrHiSum, for all together
    gt_summary            (T,) of 0 and 1, perhaps with their mean in gtscore (T,)
    video_embeddings      (T, 512) CLIP's features of the pictures
    aligned_transcripts   (T, 512) CLIP's features of what is said in that second, 0 where nobody speaks
    change_points         (S, 2) shots, in SM-MrHiSum
    n_frames              of the sampled pictures, or of the video itself, whose frame rate nobody knows

Embeddings of scripts and of pieces of transcripts have no row for each second: they are not kept, which is noted. The
networks of VideoXum's and MrHiSum's files are different ones.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Set

import h5py
import numpy as np

from core.data import AnnotationSet, Entry
from core.data.people import slot_names
from core.data.timebase import MOST_FRAMES
from storage.formats.entry_group import MEAN, mean_person
from storage.formats.hdf5 import Reader
from storage.formats.one_by_one import OneByOne, Rows, entry_of_seconds

OF_PEOPLE = ("gtscores", "gtsummaries")
USED = {*OF_PEOPLE, "gt_summary", "gtscore", "video_embeddings", "aligned_transcripts", "change_points", "n_frames"}
PROTOCOL = "videoxum"
PEOPLE = 10  # of VideoXum; files of others are of other networks
WIDTH = 512


def is_script_driven(keys: Set[str]) -> bool:
    """Whether videos with these keys are of one of these files."""
    return bool({*OF_PEOPLE, "video_embeddings"} & keys) and not {"features", "picks"} & keys


class ScriptDriven(OneByOne):
    """The videos of a file; see `OneByOne`."""

    def entry(self, reader: Reader, key: str, beside: Mapping[str, Reader]) -> Entry:
        meta: dict[str, str] = {}
        with reader.naming({"scores": next((one for one in OF_PEOPLE if one in reader), "gt_summary")}):
            people = _people(reader, meta)
        steps = people.scores.shape[1]
        self._count(reader, steps)
        self._tell_of_others(reader)
        space = transcripts = None
        features: dict[str, Rows] = {}
        if "video_embeddings" in reader:
            found = self.rows(reader, "video_embeddings", steps)
            space = _space(people, "video", found.shape[1])
            features[space] = found
        if "aligned_transcripts" in reader:
            found = self.rows(reader, "aligned_transcripts", steps)
            transcripts = _space(people, "transcript", found.shape[1])
            features[transcripts] = found
        return entry_of_seconds(reader, f"{self.path.stem}/{key}", people, features, space, transcripts, meta, {})

    def _count(self, reader: Reader, steps: int) -> None:
        """Looks at `n_frames`, which is that of the seconds in some of these files and of the video in others."""
        if "n_frames" not in reader:
            return
        expected = f"{steps} or more, as its labels say"
        shape = () if getattr(reader.group["n_frames"], "shape", ()) == () else (1,)
        count = int(reader.array("n_frames", np.int64, shape, expected).item())
        if not steps - 1 <= count <= MOST_FRAMES:
            raise reader.error("n_frames", expected, f"it is {count}")
        if count > steps + 1:
            self.note(f"'n_frames' of {self.path.name} counts frames of a rate that it does not say: seconds are used.")

    def _tell_of_others(self, reader: Reader) -> None:
        others = sorted(name for name in set(reader.group) - USED if isinstance(reader.group.get(name), h5py.Dataset))
        if others:
            names = ", ".join(f"'{name}'" for name in others)
            self.note(f"{names} of {self.path.name}: not kept, since only what has a row for each second is.")


def _people(reader: Reader, meta: dict[str, str]) -> AnnotationSet:
    if not any(name in reader for name in OF_PEOPLE):
        return _everybody(reader, meta)
    given = {
        name: reader.finite(name, np.float32, (None, None), "(people, T) numbers in [0, 1]")
        for name in OF_PEOPLE
        if name in reader
    }
    for name, values in given.items():
        if not values.size:
            raise reader.error(name, "(people, T) numbers in [0, 1]", f"its shape is {values.shape}")
        if np.any((values < 0) | (values > 1)):
            found = f"it holds numbers from {values.min():g} to {values.max():g}"
            raise reader.error(name, "(people, T) numbers in [0, 1]", found)
    scores = next(iter(given.values()))
    summaries = given.get("gtsummaries")
    if summaries is not None and summaries.shape != scores.shape:
        raise reader.error("gtsummaries", f"{scores.shape}, as 'gtscores' is", f"its shape is {summaries.shape}")
    if summaries is not None and not _is_summary(summaries):
        raise reader.error("gtsummaries", "(people, T) of 0 and 1", "it holds other numbers")
    if summaries is None and _is_summary(scores):
        summaries = scores
    count = len(scores)
    kept = None if summaries is None else summaries.astype(np.uint8)
    return AnnotationSet(slot_names(count), scores, (PROTOCOL,) * count, kept)


def _everybody(reader: Reader, meta: dict[str, str]) -> AnnotationSet:
    """Where there is one curve, or only one summary, for all people together."""
    expected = "(T,) of 0 and 1"
    if "gtscore" in reader:
        length = reader.array("gtscore", np.float32, (None,), "(T,) mean importance").shape[0]
        if not length:
            raise reader.error("gtscore", "(T,) mean importance", "it is empty")
        people = mean_person(reader, length, meta)
        if "gt_summary" not in reader:
            return people
        summary = reader.nearly("gt_summary", np.uint8, (length,), 0, expected)
    else:
        summary = reader.array("gt_summary", np.uint8, (None,), expected)
        if not len(summary):
            raise reader.error("gt_summary", expected, "it is empty")
        people = AnnotationSet((MEAN,), np.minimum(summary, 1)[None].astype(np.float32), ("mean",))
        meta["scores_note"] = "its scores are its summary, 0 and 1: the release gives no curve"
    with reader.naming({"summaries": "gt_summary"}):
        return dataclasses.replace(people, summaries=summary[None])


def _is_summary(values: np.ndarray) -> bool:
    return bool(np.all((values == 0) | (values == 1)))


def _space(people: AnnotationSet, what: str, width: int) -> str:
    """What features of these files are called, where it is known of which network they are."""
    release = "sm-mrhisum" if people.annotators == (MEAN,) else "s-videoxum" if len(people) == PEOPLE else ""
    if not release or width != WIDTH:
        return f"unknown-{what}-{width}"
    return f"{release}-{what}-{width}"
