"""Score tracks of many entries in one HDF5 file: how the demo library carries what its models said.

<entry key>/<number>: scores (N, T) float32, with attributes model, kind, checkpoint, feature_space, seed, label and
settings (JSON).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import h5py
import numpy as np

from core.data import ScoreTrack
from storage.formats.hdf5 import Reader, new_hdf5, open_hdf5

NUMBER = re.compile(r"\d{1,9}")


def write_tracks(tracks: Mapping[str, Sequence[ScoreTrack]], path: Path) -> Path:
    """Writes the tracks of each entry key, in order; appears complete or not at all."""
    with new_hdf5(path) as file:
        for key, of_entry in tracks.items():
            folder = file.create_group(key, track_order=True)
            for number, track in enumerate(of_entry, start=1):
                group = folder.create_group(str(number))
                group.create_dataset("scores", data=track.scores.astype(np.float32), compression="gzip")
                group.attrs["model"] = track.model
                group.attrs["kind"] = track.kind
                group.attrs["checkpoint"] = track.checkpoint
                group.attrs["feature_space"] = track.feature_space
                group.attrs["settings"] = json.dumps(dict(track.settings))
                if track.seed is not None:
                    group.attrs["seed"] = track.seed
    return path


def read_tracks(path: Path) -> dict[str, list[ScoreTrack]]:
    """The tracks of each entry key.

    Raises:
        FormatError: scores are missing, not (N, T), or outside [0, 1].
    """
    with open_hdf5(path) as file:
        return {key: [_read_track(reader) for reader in _numbered(Reader(path, file), key)] for key in file}


def _numbered(reader: Reader, key: str) -> list[Reader]:
    folder = reader.group.get(key)
    if not isinstance(folder, h5py.Group) or not all(
        NUMBER.fullmatch(name) and isinstance(folder.get(name), h5py.Group) for name in folder
    ):
        raise reader.error(key, "numbered groups, one for each track", "it is something else")
    return [Reader(reader.path, folder[name]) for name in sorted(folder, key=int)]


def _read_track(reader: Reader) -> ScoreTrack:
    scores = reader.array("scores", np.float32, (None, None), "(N, T) scores in [0, 1]")
    settings, seed = reader.text("settings", "{}"), reader.text("seed")
    try:
        told = json.loads(settings)
        number = int(seed) if seed else None
    except (ValueError, RecursionError) as error:
        raise reader.error("settings", "a JSON object, and 'seed' a whole number", "they are not") from error
    if not isinstance(told, dict):
        raise reader.error("settings", "a JSON object", "it is not")
    with reader.naming({}):
        return ScoreTrack(
            model=reader.text("model"),
            kind=reader.text("kind"),
            checkpoint=reader.text("checkpoint"),
            feature_space=reader.text("feature_space"),
            scores=scores,
            seed=number,
            settings=told,
        )
