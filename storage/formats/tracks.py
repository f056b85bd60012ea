"""Score tracks of many entries in one HDF5 file: how the demo library carries what its models said.

<entry key>/<number>: scores (N, T) float32, with attributes model, kind, checkpoint, feature_space, seed, label and
settings (JSON).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from core.data import ScoreTrack
from storage.formats.hdf5 import Reader, new_hdf5, open_hdf5


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
        return {
            key: [_read_track(Reader(path, folder[number])) for number in sorted(folder, key=int)]
            for key, folder in file.items()
        }


def _read_track(reader: Reader) -> ScoreTrack:
    scores = reader.array("scores", np.float32, (None, None), "(N, T) scores in [0, 1]")
    attributes = reader.group.attrs
    with reader.naming({}):
        return ScoreTrack(
            model=reader.text("model"),
            kind=reader.text("kind"),
            checkpoint=reader.text("checkpoint"),
            feature_space=reader.text("feature_space"),
            scores=scores,
            seed=int(attributes["seed"]) if "seed" in attributes else None,
            settings=json.loads(reader.text("settings", "{}")),
        )
