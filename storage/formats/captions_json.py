"""Captions as JSON: {"<video>": {"picks": [0, 15, ...], "captions": ["a dog runs", ...]}}, any number of videos."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from core.captions.sentences import one_line
from core.data import Entry
from core.data.timebase import MOST_FRAMES
from core.errors import FormatError, NotFoundError
from core.text_files import read_text


@dataclass(frozen=True, eq=False)
class GivenCaptions:
    """The captions of one video in a file.

    Attributes:
        picks: (K,) int64 ascending frames.
        captions: K sentences.
    """

    picks: np.ndarray
    captions: tuple[str, ...]


def read_captions(path: Path) -> dict[str, GivenCaptions]:
    """The captions of a file, by what it calls the videos.

    Raises:
        NotFoundError: there is no such file.
        FormatError: it is not as described above; names the video and what was expected.
    """
    path = Path(path)
    if not path.is_file():
        raise NotFoundError(f"There is no file {path}.")
    try:
        videos = json.loads(read_text(path))
    except (ValueError, RecursionError) as error:
        raise FormatError(f"{path.name} should be JSON with captions, but it is not ({error}).") from error
    if not isinstance(videos, dict) or not videos:
        raise FormatError(f"{path.name} should hold captions by video, but it holds none.")
    return {str(name): _given(path, name, video) for name, video in videos.items()}


def captions_for(entry: Entry, given: Mapping[str, GivenCaptions]) -> tuple[tuple[str, ...], int] | None:
    """The captions of a file that are about this entry, one for each of its picks.

    Args:
        entry: whose id, key, name of its video file or title the file may use.
        given: from `read_captions`.

    Returns:
        T captions, each the nearest in time, and for how many picks the file has none of that very frame. None where
        the file does not have the video.
    """
    names = (entry.id, entry.key, entry.meta.get("video_name"), entry.title)
    found = next((given[name] for name in names if name and name in given), None)
    if found is None:
        return None
    last = entry.n_frames - 1
    there = entry.timebase.seconds(np.minimum(found.picks, last))
    wanted = entry.timebase.seconds(entry.picks)
    after = np.clip(np.searchsorted(there, wanted), 0, len(there) - 1)
    before = np.maximum(after - 1, 0)
    nearest = np.where(wanted - there[before] <= there[after] - wanted, before, after)
    moved = int(np.sum(found.picks[nearest] != entry.picks))
    return tuple(found.captions[one] for one in nearest.tolist()), moved


def _given(path: Path, name: str, video: Any) -> GivenCaptions:
    expected = f"{path.name}: '{name}' should hold 'picks' and 'captions', as many of one as of the other"
    try:
        picks, captions = video["picks"], video["captions"]
    except (KeyError, TypeError) as error:
        raise FormatError(f"{expected}, but it does not.") from error
    if not (isinstance(picks, list) and isinstance(captions, list) and 0 < len(picks) == len(captions)):
        raise FormatError(f"{expected}, but it does not.")
    whole = all(isinstance(one, int) and not isinstance(one, bool) and 0 <= one < MOST_FRAMES for one in picks)
    if not whole or any(a >= b for a, b in pairwise(picks)):
        raise FormatError(f"{path.name}: the picks of '{name}' should be ascending frames, but they are not.")
    if not all(isinstance(one, str) for one in captions):
        raise FormatError(f"{path.name}: the captions of '{name}' should be texts, but some are not.")
    return GivenCaptions(np.array(picks, np.int64), tuple(map(one_line, captions)))
