"""TripleSumm's HDF5 files (ICLR 2026): labels in one, features of pictures, texts and sounds in others beside it.

    {set}_gt.h5                   /<video>/gt_score (T,), gt_summary (T,) of 0/1, change_points (S, 2)
    {set}_feat_visual_<name>.h5   /<video> = (T, D), one row a second; so are the others
    {set}_feat_text_<name>.h5
    {set}_feat_audio_<name>.h5
    {set}_split.json              its split, see `storage.formats.splits`

A frame is a second, as in MR.HiSum's file, and one curve stands for everybody.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Set
from pathlib import Path

import h5py
import numpy as np

from core.data import Entry
from core.errors import FormatError
from storage.formats.entry_group import mean_person
from storage.formats.faults import Findings
from storage.formats.hdf5 import Reader
from storage.formats.one_by_one import OneByOne, Rows, entry_of_seconds

LABELS = re.compile(r"(.+)_gt\.(h5|hdf5)", re.IGNORECASE)
FEATURES = re.compile(r"(.+)_feat_((visual|text|audio)_.+)\.(h5|hdf5)", re.IGNORECASE)
ORDER = ("visual", "text", "audio")


def is_triplesumm(keys: Set[str]) -> bool:
    """Whether videos with these keys have such labels."""
    return "gt_score" in keys and not {"features", "picks", "video_embeddings"} & keys


def check_has_labels(path: Path, file: h5py.File) -> None:
    """Raises FormatError where this is one of the files of features, which are found from the one of labels."""
    named = FEATURES.fullmatch(path.name)
    if named and not any(isinstance(thing, h5py.Group) for thing in file.values()):
        raise FormatError(
            f"{path.name} holds features without labels.",
            f"Import {named[1]}_gt.h5: it finds the features that lie beside it.",
        )


def files_beside(path: Path) -> dict[str, Path]:
    """The files of features in the folder of `{set}_gt.h5`, by what they hold ("visual-clip"), pictures first."""
    labels = LABELS.fullmatch(path.name)
    if labels is None or not path.is_file():
        return {}
    found = {}
    for file in path.parent.iterdir():
        named = FEATURES.fullmatch(file.name)
        if named and named[1] == labels[1] and file.is_file():
            found[re.sub(r"[^a-z0-9.]+", "-", named[2].lower())] = file
    return dict(sorted(found.items(), key=lambda one: (ORDER.index(_sense(one[0])), one[0])))


class TripleSumm(OneByOne):
    """The videos of a file, with their features from the files beside it; see `OneByOne`.

    Pictures must be there for every video where there is a file of them; what a file of texts or sounds lacks is noted.
    """

    def __init__(self, path: Path, findings: Findings | None = None, stay: bool = False) -> None:
        super().__init__(path, findings, files_beside(path), stay=stay)
        if not self.beside:
            labels = LABELS.fullmatch(path.name)
            wanted = f"{labels[1] if labels else path.stem}_feat_visual_*.h5"
            called = "" if labels else ", which should be called *_gt.h5"
            self.note(f"There are no features beside {path.name}{called}: they would be in {wanted} in its folder.")

    def entry(self, reader: Reader, key: str, beside: Mapping[str, Reader]) -> Entry:
        expected = "(T,) mean importance"
        steps = len(reader.array("gt_score", np.float32, (None,), expected))
        if not steps:
            raise reader.error("gt_score", expected, "it is empty")
        meta: dict[str, str] = {}
        people = mean_person(reader, steps, meta, "gt_score")
        if "gt_summary" in reader:
            summary = reader.nearly("gt_summary", np.uint8, (steps,), 0, f"({steps},) of 0 and 1")
            with reader.naming({"summaries": "gt_summary"}):
                people = dataclasses.replace(people, summaries=summary[None])
        features: dict[str, Rows] = {}
        spaces: dict[str, str] = {}  # the first of each sense
        lacking = []
        for what, rows in beside.items():
            if key not in rows and _sense(what) != "visual":
                lacking.append(rows.path.name)
                continue
            found = self.rows(rows, key, steps)
            space = f"triplesumm-{what}-{found.shape[1]}"
            features[space] = found
            if reader.notes is not None:  # which file it is of, since all call their rows by the video
                reader.notes += [f"{rows.path.name}: {note}" for note in rows.notes or ()]
            spaces.setdefault(_sense(what), space)
        if lacking:
            meta["features_note"] = f"{' and '.join(lacking)} {'has' if len(lacking) == 1 else 'have'} nothing of it"
        main, text = spaces.get("visual"), spaces.get("text")
        return entry_of_seconds(reader, f"{self.path.stem}/{key}", people, features, main, text, meta, {})


def _sense(what: str) -> str:
    return what.partition("-")[0]
