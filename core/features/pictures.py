"""What the networks have in common: pictures cut as they were trained on, in batches, rows of unit length."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import TypeVar

import numpy as np

from core.errors import InputError
from core.features.rows import Rows
from core.features.space import Moment

T = TypeVar("T")

# Pictures a network is given at once: more are slower on processors, whose caches are small.
BATCH = 8


def centre_crop(picture: np.ndarray, shorter: int = 256, side: int = 224) -> np.ndarray:
    """The middle of a picture, as torchvision's Resize and CenterCrop give it for PIL images.

    Args:
        picture: (h, w, 3) uint8 RGB.
        shorter: pixels its shorter side is brought to, bilinear with antialiasing.
        side: of the square that is cut out.

    Returns:
        (side, side, 3) uint8 RGB.
    """
    from PIL import Image

    height, width = picture.shape[:2]
    shortest = min(height, width)
    height, width = (int(shorter * length / shortest) for length in (height, width))
    top, left = round((height - side) / 2), round((width - side) / 2)
    resized = Image.fromarray(picture).resize((width, height), Image.Resampling.BILINEAR)
    return np.asarray(resized)[top : top + side, left : left + side]


def rows_of(
    moments: Iterable[Moment],
    prepare: Callable[[np.ndarray], T],
    describe: Callable[[list[T]], np.ndarray],
    batch: int = BATCH,
) -> np.ndarray:
    """Features of unit length, a batch of pictures at a time; only that batch is kept in memory.

    Args:
        moments: one per pick, in order.
        prepare: (h, w, 3) uint8 RGB -> what is kept of it.
        describe: up to `batch` of these -> (B, D).
        batch: how many.

    Returns:
        (T, D) float32, each row divided by its length as CSTA and DSNet do for videos of their own.

    Raises:
        InputError: there are no moments, or the network gives something else than finite numbers.
    """
    rows = Rows()
    for prepared in _batches((prepare(moment.picture) for moment in moments), batch):
        features = describe(prepared).astype(np.float32)
        if not np.isfinite(features).all():
            raise InputError("The network gives infinite numbers or none.", "Its weights are damaged or not its own.")
        rows.add(features / (np.linalg.norm(features, axis=1, keepdims=True) + np.float32(1e-10)))
    if not len(rows):
        raise InputError("There are no pictures to make features from.")
    return rows.table()


def _batches(values: Iterable[T], size: int) -> Iterator[list[T]]:
    values = iter(values)
    while batch := list(islice(values, size)):
        yield batch
